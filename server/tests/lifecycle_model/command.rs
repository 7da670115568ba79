//! All commands as one type, so that a story can be a list of them, and all their answers.

use std::num::NonZeroU64;

use subrosa_lifecycle::StoredUpload;
use subrosa_lifecycle::{
    self as lifecycle, Context, CountGuess, CreatePush, Creator, Holder, OpenAttempt, Owner, Record, RecordKind,
    Refusal, Shown, SpaceNeed, push_holder, push_owner, share_holder, share_owner,
};
use subrosa_shared::api::{
    CompleteShare, CreateShare, GrantedLease, LinkView, OpenedLink, PatchLink, PatchPush, PatchShare, PushStatus,
    PushView, PutLink, PutPush, RevealedPush, ShareStatus, StoredPart,
};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LinkId, Receipt, ShareId, Verifier};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Create { share: ShareId, request: CreateShare, creator: Creator },
    CreatePush { link: LinkId, request: Box<PutPush>, creator: Creator },
    Owner { presented: Verifier, action: OwnerAction },
    Holder { link: LinkId, presented: Verifier, action: HolderAction },
    CountGuess { link: LinkId },
    Tick,
    BlobsDeleted,
    ContentChecked { lost: bool },
}

/// Of a share or of a push, by what the record is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OwnerAction {
    Status,
    StorePart { index: u32, sealed_len: u64, last: Option<StoredPart> },
    StoreManifest { sealed_len: u64 },
    StoreNote,
    ReadBack,
    Complete { request: CompleteShare, stored: StoredUpload },
    AddLink { link: LinkId, request: Box<PutLink> },
    ChangeLink { link: LinkId, request: Box<PatchLink> },
    RevokeLink { link: LinkId },
    ChangeShare { request: PatchShare },
    ChangePush { request: PatchPush },
    Revoke,
}

/// Of a link of a share or of a push, by what the record is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HolderAction {
    Status,
    Open(OpenAttempt),
    ReadManifest(OpenAttempt),
    Lease {
        attempt: OpenAttempt,
        lease: Verifier,
    },
    Reveal {
        attempt: OpenAttempt,
        lease: Verifier,
    },
    /// Without a byte it keeps the lease alive.
    Fetch {
        lease: Verifier,
        bytes: u64,
    },
    CheckLease {
        lease: Verifier,
    },
    Finish {
        lease: Verifier,
        receipt: Option<Receipt>,
    },
    Destroy(OpenAttempt),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Allowed,
    Share(Box<ShareStatus>),
    Link(Box<LinkView>),
    Opened(Box<OpenedLink>),
    Granted(Box<GrantedLease>),
    Push(Box<PushStatus>),
    PushView(Box<PushView>),
    Revealed(Box<RevealedPush>),
}

type Dynamic = Box<dyn lifecycle::Command<Answer = Outcome> + Send>;

/// A command of the product, with its answer as one of all.
struct Told<C: lifecycle::Command> {
    command: C,
    outcome: fn(C::Answer) -> Outcome,
}

fn told<C: lifecycle::Command + Send + 'static>(command: C, outcome: fn(C::Answer) -> Outcome) -> Dynamic {
    Box::new(Told { command, outcome })
}

fn allowed<C: lifecycle::Command<Answer = ()> + Send + 'static>(command: C) -> Dynamic {
    told(command, |()| Outcome::Allowed)
}

/// Of shares that have one content only.
fn allowed_to_read<C: lifecycle::Command<Answer = ContentNumber> + Send + 'static>(command: C) -> Dynamic {
    told(command, |content| {
        assert!(content.is_first());
        Outcome::Allowed
    })
}

impl Command {
    /// The command of the product.
    fn typed(&self, kind: RecordKind) -> Dynamic {
        match self.clone() {
            Self::Create { share, request, creator } => told(lifecycle::Create { share, request, creator }, share_told),
            Self::CreatePush { link, request, creator } => {
                told(CreatePush { link, request: *request, creator }, push_told)
            }
            Self::Owner { presented, action } => action.typed(presented, kind),
            Self::Holder { link, presented, action } => action.typed(link, presented, kind),
            Self::CountGuess { link } => allowed(CountGuess { link }),
            Self::Tick => allowed(lifecycle::Tick),
            Self::BlobsDeleted => allowed(lifecycle::BlobsDeleted),
            Self::ContentChecked { lost } => {
                allowed(lifecycle::ContentChecked { lost: lost.then_some(ContentNumber::FIRST) })
            }
        }
    }
}

impl OwnerAction {
    fn typed(self, presented: Verifier, kind: RecordKind) -> Dynamic {
        fn share<A>(presented: Verifier, action: A) -> Dynamic
        where
            A: lifecycle::OwnerAction<Answer = ShareStatus> + Send + 'static,
        {
            told(Owner { presented, action }, share_told)
        }
        fn push<A>(presented: Verifier, action: A) -> Dynamic
        where
            A: lifecycle::OwnerAction<Answer = PushStatus> + Send + 'static,
        {
            told(Owner { presented, action }, push_told)
        }
        match (self, kind) {
            (Self::Status, RecordKind::Share) => share(presented, share_owner::Status),
            (Self::Status, _) => push(presented, push_owner::Status),
            (Self::Revoke, RecordKind::Share) => share(presented, share_owner::Revoke),
            (Self::Revoke, _) => push(presented, push_owner::Revoke),
            (Self::StorePart { index, sealed_len, last }, _) => allowed(Owner {
                presented,
                action: share_owner::StorePart { content: ContentNumber::FIRST, index, sealed_len, last },
            }),
            (Self::StoreManifest { sealed_len }, _) => allowed(Owner {
                presented,
                action: share_owner::StoreManifest { content: ContentNumber::FIRST, sealed_len },
            }),
            (Self::StoreNote, _) => allowed(Owner { presented, action: share_owner::StoreNote }),
            (Self::ReadBack, _) => {
                allowed(Owner { presented, action: share_owner::ReadBack { content: ContentNumber::FIRST } })
            }
            (Self::Complete { request, stored }, _) => {
                share(presented, share_owner::Complete { content: ContentNumber::FIRST, request, stored })
            }
            (Self::AddLink { link, request }, _) => share(presented, share_owner::AddLink { link, request: *request }),
            (Self::ChangeLink { link, request }, _) => {
                share(presented, share_owner::ChangeLink { link, request: *request })
            }
            (Self::RevokeLink { link }, _) => share(presented, share_owner::RevokeLink { link }),
            (Self::ChangeShare { request }, _) => share(presented, share_owner::Change { request }),
            (Self::ChangePush { request }, _) => push(presented, push_owner::Change { request }),
        }
    }
}

impl HolderAction {
    fn typed(self, link: LinkId, presented: Verifier, kind: RecordKind) -> Dynamic {
        fn held<Action>(link: LinkId, presented: Verifier, action: Action) -> Holder<Action> {
            Holder { link, presented, action }
        }
        match (self, kind) {
            (Self::Status, RecordKind::Share) => told(held(link, presented, share_holder::Status), link_told),
            (Self::Status, _) => told(held(link, presented, push_holder::Status), view_told),
            (Self::Finish { lease, receipt }, RecordKind::Share) => {
                told(held(link, presented, share_holder::Finish { lease, receipt }), link_told)
            }
            (Self::Finish { lease, receipt }, _) => {
                told(held(link, presented, push_holder::Finish { lease, receipt }), view_told)
            }
            (Self::Destroy(attempt), RecordKind::Share) => {
                told(held(link, presented, share_holder::Destroy(attempt)), link_told)
            }
            (Self::Destroy(attempt), _) => told(held(link, presented, push_holder::Destroy(attempt)), view_told),
            (Self::Open(attempt), _) => {
                told(held(link, presented, share_holder::Open { attempt, lease: None }), |opened| {
                    Outcome::Opened(Box::new(opened))
                })
            }
            (Self::ReadManifest(attempt), _) => {
                allowed_to_read(held(link, presented, share_holder::ReadManifest { attempt, lease: None }))
            }
            (Self::Lease { attempt, lease }, _) => {
                let action = share_holder::RequestLease { attempt, lease };
                told(held(link, presented, action), |granted| Outcome::Granted(Box::new(granted)))
            }
            (Self::Reveal { attempt, lease }, _) => {
                let action = push_holder::Reveal { attempt, lease };
                told(held(link, presented, action), |revealed| Outcome::Revealed(Box::new(revealed)))
            }
            (Self::Fetch { lease, bytes }, _) => match NonZeroU64::new(bytes) {
                Some(bytes) => allowed(held(link, presented, share_holder::Fetch { lease, bytes })),
                None => allowed(held(link, presented, share_holder::KeepAlive { lease })),
            },
            (Self::CheckLease { lease }, _) => {
                allowed_to_read(held(link, presented, share_holder::CheckLease { lease }))
            }
        }
    }
}

fn share_told(status: ShareStatus) -> Outcome {
    Outcome::Share(Box::new(status))
}

fn push_told(status: PushStatus) -> Outcome {
    Outcome::Push(Box::new(status))
}

fn link_told(view: LinkView) -> Outcome {
    Outcome::Link(Box::new(view))
}

fn view_told(view: PushView) -> Outcome {
    Outcome::PushView(Box::new(view))
}

impl lifecycle::Command for Command {
    type Answer = Outcome;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<Outcome, Refusal> {
        let kind = record.as_ref().map_or(RecordKind::Share, |record| record.key().kind());
        self.typed(kind).apply(record, context)
    }

    fn shown(&self) -> Shown {
        self.typed(RecordKind::Share).shown()
    }

    fn guesses(&self) -> Option<LinkId> {
        self.typed(RecordKind::Share).guesses()
    }

    fn creates(&self) -> bool {
        self.typed(RecordKind::Share).creates()
    }

    fn is_read_only(&self) -> bool {
        self.typed(RecordKind::Share).is_read_only()
    }

    fn is_tick(&self) -> bool {
        self.typed(RecordKind::Share).is_tick()
    }

    fn needs_space(&self) -> SpaceNeed {
        self.typed(RecordKind::Share).needs_space()
    }
}

impl<C: lifecycle::Command> lifecycle::Command for Told<C> {
    type Answer = Outcome;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<Outcome, Refusal> {
        self.command.apply(record, context).map(self.outcome)
    }

    fn shown(&self) -> Shown {
        self.command.shown()
    }

    fn guesses(&self) -> Option<LinkId> {
        self.command.guesses()
    }

    fn creates(&self) -> bool {
        self.command.creates()
    }

    fn is_read_only(&self) -> bool {
        self.command.is_read_only()
    }

    fn is_tick(&self) -> bool {
        self.command.is_tick()
    }

    fn needs_space(&self) -> SpaceNeed {
        self.command.needs_space()
    }
}
