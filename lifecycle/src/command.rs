//! What can be asked of a share or push, and what comes back.

use subrosa_shared::api::{
    CompleteShare, CreateShare, GrantedLease, LinkView, LogLine, OpenedLink, PatchLink, PatchPush, PatchShare,
    PushStatus, PushView, PutLink, PutPush, RevealedPush, ShareStatus, StoredPart,
};
use subrosa_shared::id::{Digest, LinkId, Receipt, ShareId, Verifier};

use crate::record::{Creator, Record};
use crate::refusal::Refusal;

/// Something asked of one share or push. What there is not for its kind is [`Refusal::NotFound`].
/// Proofs come as the verifiers of what was presented: a proof itself stays in the handler.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Creates the share. Answers [`Outcome::Share`].
    Create {
        /// The id that was asked for.
        share: ShareId,
        /// The body.
        request: CreateShare,
        /// On whose account.
        creator: Creator,
    },
    /// Makes a push. Answers [`Outcome::Push`].
    CreatePush {
        /// The id that was asked for.
        link: LinkId,
        /// The body.
        request: Box<PutPush>,
        /// On whose account.
        creator: Creator,
    },
    /// Something that needs the owner proof.
    Owner {
        /// Verifier of the owner proof that was presented.
        presented: Verifier,
        /// What the owner wants.
        action: OwnerAction,
    },
    /// Something that needs the link proof.
    Holder {
        /// The link.
        link: LinkId,
        /// Verifier of the link proof that was presented.
        presented: Verifier,
        /// What the holder wants.
        action: HolderAction,
    },
    /// A wrong open proof was compared and refused, but the ledger did not take the step that
    /// counted it. From the store, before it compares another. Answers [`Outcome::Allowed`].
    CountGuess {
        /// The link.
        link: LinkId,
    },
    /// Nothing but the time. From the reaper. Answers [`Outcome::Allowed`].
    Tick,
    /// Every blob of the share is deleted, durably. From the reaper. Answers [`Outcome::Allowed`].
    BlobsDeleted,
    /// Stored content was compared with what was stored once. From a read that failed, or from the
    /// check in the background. Answers [`Outcome::Allowed`].
    ContentChecked {
        /// Whether some of it is missing or damaged.
        lost: bool,
    },
}

impl Command {
    /// Whether it makes something that mostly was not there before.
    #[must_use]
    pub fn creates(&self) -> bool {
        matches!(self, Self::Create { .. } | Self::CreatePush { .. })
    }

    /// Whether it only asks: it changes nothing but what time alone changes.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        match self {
            Self::Owner { action, .. } => matches!(
                action,
                OwnerAction::Status
                    | OwnerAction::StorePart { .. }
                    | OwnerAction::StoreManifest { .. }
                    | OwnerAction::StoreNote
                    | OwnerAction::ReadBack
            ),
            Self::Holder { action, .. } => matches!(action, HolderAction::Status | HolderAction::CheckLease { .. }),
            _ => false,
        }
    }

    /// The link whose open proof it shows, if it shows one.
    #[must_use]
    pub fn guesses(&self) -> Option<LinkId> {
        let Self::Holder { link, action, .. } = self else { return None };
        match action {
            HolderAction::Open(_)
            | HolderAction::Manifest(_)
            | HolderAction::Lease { .. }
            | HolderAction::Reveal { .. }
            | HolderAction::Destroy(_) => Some(*link),
            HolderAction::Status
            | HolderAction::Fetch { .. }
            | HolderAction::CheckLease { .. }
            | HolderAction::Finish { .. } => None,
        }
    }

    /// Whether it only makes what is stored larger. Where there is no room left it is refused; what
    /// ends something, hands it over or holds it back never is.
    #[must_use]
    pub fn needs_space(&self) -> SpaceNeed {
        match self {
            Self::Create { .. } | Self::CreatePush { .. } => SpaceNeed::Always,
            Self::Owner { action, .. } => match action {
                OwnerAction::StorePart { .. }
                | OwnerAction::StoreManifest { .. }
                | OwnerAction::StoreNote
                | OwnerAction::Complete { .. }
                | OwnerAction::PutLink { .. } => SpaceNeed::Always,
                OwnerAction::PatchLink { .. } | OwnerAction::PatchShare { .. } | OwnerAction::PatchPush { .. } => {
                    SpaceNeed::UnlessItEndsSooner
                }
                OwnerAction::Status | OwnerAction::ReadBack | OwnerAction::RevokeLink { .. } | OwnerAction::Revoke => {
                    SpaceNeed::Never
                }
            },
            Self::Holder { .. }
            | Self::CountGuess { .. }
            | Self::Tick
            | Self::BlobsDeleted
            | Self::ContentChecked { .. } => SpaceNeed::Never,
        }
    }
}

/// When a command needs room for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpaceNeed {
    /// Whatever is stored.
    Always,
    /// Not where all that it does is to end, shorten or hold back what is stored.
    UnlessItEndsSooner,
    /// It ends something, hands it over, or only asks.
    Never,
}

/// What an owner can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerAction {
    /// How it stands; also what allows to read the timeline and the owner's note. Answers
    /// [`Outcome::Share`], or [`Outcome::Push`].
    Status,
    /// May this part be stored now? Answers [`Outcome::Allowed`].
    StorePart {
        /// Its place, from 0.
        index: u32,
        /// Bytes of the sealed object.
        sealed_len: u64,
        /// The stored part with the highest index.
        last: Option<StoredPart>,
    },
    /// May a manifest be stored now? Answers [`Outcome::Allowed`].
    StoreManifest {
        /// Bytes of the sealed object.
        sealed_len: u64,
    },
    /// May the owner's note be stored now? Answers [`Outcome::Allowed`].
    StoreNote,
    /// May parts, their list and the manifest be read back now? Answers [`Outcome::Allowed`].
    ReadBack,
    /// Fixes the content. Answers [`Outcome::Share`].
    Complete {
        /// The body.
        request: CompleteShare,
        /// What the ledger says is stored.
        stored: StoredUpload,
    },
    /// Adds a link. Answers [`Outcome::Share`].
    PutLink {
        /// The id that was asked for.
        link: LinkId,
        /// The body.
        request: Box<PutLink>,
    },
    /// Changes a link. Answers [`Outcome::Share`].
    PatchLink {
        /// The link.
        link: LinkId,
        /// The body.
        request: Box<PatchLink>,
    },
    /// Takes a link back. Answers [`Outcome::Share`].
    RevokeLink {
        /// The link.
        link: LinkId,
    },
    /// Changes the share. Answers [`Outcome::Share`].
    PatchShare {
        /// The body.
        request: PatchShare,
    },
    /// Changes a push. Answers [`Outcome::Push`].
    PatchPush {
        /// The body.
        request: PatchPush,
    },
    /// Takes it back, a share with all its links. Answers [`Outcome::Share`], or [`Outcome::Push`].
    Revoke,
}

/// What is stored of an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredUpload {
    /// The parts, in any order.
    pub parts: Vec<StoredPart>,
    /// The sealed manifest, if it is there.
    pub manifest: Option<StoredManifest>,
}

/// A stored manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredManifest {
    /// Bytes of the sealed object.
    pub sealed_len: u64,
    /// SHA-256 of the sealed object.
    pub digest: Digest,
}

/// What the holder of a link can ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HolderAction {
    /// How it stands. Counts nothing. Answers [`Outcome::Link`], or [`Outcome::PushView`].
    Status,
    /// The view wrap. Answers [`Outcome::Opened`].
    Open(OpenAttempt),
    /// May the manifest be read? Answers [`Outcome::Allowed`].
    Manifest(OpenAttempt),
    /// One counted download. Answers [`Outcome::Granted`].
    Lease {
        /// The open proof.
        attempt: OpenAttempt,
        /// Verifier of the lease secret that the client drew.
        lease: Verifier,
    },
    /// One counted view of a push, which counts at once. Answers [`Outcome::Revealed`].
    Reveal {
        /// The open proof.
        attempt: OpenAttempt,
        /// Verifier of the lease secret that the client drew.
        lease: Verifier,
    },
    /// So many bytes of content are about to be sent: they are charged before they leave. No bytes:
    /// a running answer is still being read, so the lease is not idle. Answers
    /// [`Outcome::Allowed`].
    Fetch {
        /// Verifier of the lease proof that was presented.
        lease: Verifier,
        /// Bytes of ciphertext.
        bytes: u64,
    },
    /// May a running answer go on? Changes nothing. Answers [`Outcome::Allowed`].
    CheckLease {
        /// Verifier of the lease proof that was presented.
        lease: Verifier,
    },
    /// The download was saved, the view is over. Answers [`Outcome::Link`], or
    /// [`Outcome::PushView`].
    Finish {
        /// Verifier of the lease proof that was presented.
        lease: Verifier,
        /// For the owner.
        receipt: Option<Receipt>,
    },
    /// Ends the link. Answers [`Outcome::Link`], or [`Outcome::PushView`].
    Destroy(OpenAttempt),
}

/// An open proof, and the device that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAttempt {
    /// Verifier of the open proof that was presented.
    pub open: Verifier,
    /// Verifier of the device proof, if one was presented.
    pub device: Option<Verifier>,
}

/// What became of a command: what to store, what to answer, what to write into the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a step that is not stored did not happen"]
pub struct Step {
    /// What to store. A refusal can change the record too: a wrong password is counted, and time
    /// has gone by.
    pub record: Change,
    /// What to answer, once the change is durable.
    pub outcome: Result<Outcome, Refusal>,
    /// A link that was added, for the index from links to shares.
    pub new_link: Option<LinkId>,
    /// Lines for the timeline, oldest first. Stored together with the change.
    pub log: Vec<LogLine>,
    /// Whether it may be stored only where there is room for more.
    pub needs_space: bool,
}

/// What to do with the stored record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Unchanged,
    /// Put this in its place. It can be the same again: where an open proof was compared, what came
    /// of it is told only after the ledger has taken a change.
    Put(Box<Record>),
    /// Forget it, with all that hangs on it: its id, its links, its timeline.
    Remove,
}

/// The answer to a command that was granted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Yes, and there is nothing to tell.
    Allowed,
    /// The share as its owner sees it.
    Share(Box<ShareStatus>),
    /// The link as its holder sees it.
    Link(Box<LinkView>),
    /// What the open proof shows.
    Opened(Box<OpenedLink>),
    /// A lease.
    Granted(Box<GrantedLease>),
    /// The push as its owner sees it.
    Push(Box<PushStatus>),
    /// The push as its holder sees it.
    PushView(Box<PushView>),
    /// What the push hands over.
    Revealed(Box<RevealedPush>),
}
