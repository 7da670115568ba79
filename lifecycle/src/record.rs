//! The record: all that is kept of a share or push, its links and their leases; or of a synced
//! keyring.

mod editions;
mod links;

use serde::{Deserialize, Serialize};
use subrosa_shared::api::{Counter, Gone, LinkCounters, LinkLock, PutLink, StoredReceipt};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{DeviceId, Digest, LinkId, Verifier};
use subrosa_shared::time::Timestamp;

use crate::RecordKey;
use crate::kept_keyring::Keyring;
use crate::refusal::Refusal;
use crate::rules::LeaseTerms;
use crate::sealed;
use crate::stored_form::{GoneForm, LinkCountersForm, receipts};

pub(crate) use self::editions::{EditionUpload, Editions, FixedContent};
pub(crate) use self::links::Links;
pub use self::links::NeedsAllLinks;

/// A share with its links and leases, or what is left of it. Only [`step`](crate::step()) makes and changes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub(crate) key: RecordKey,
    pub(crate) kept: Kept,
}

/// What is left to do outside of the record. Idempotent, and pending until a command says that it
/// is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Delete every blob of the share, then say [`BlobsDeleted`](crate::BlobsDeleted).
    DeleteBlobs,
    /// Delete the blobs of one content, then say [`ContentDeleted`](crate::ContentDeleted).
    DeleteContent(ContentNumber),
}

/// How much is still kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kept {
    /// Everything, or a tombstone.
    Share(Box<Share>),
    /// A synced keyring.
    Keyring(Keyring),
    /// Only the id, so that nobody can create it again.
    Burned { gone_at: Timestamp, blobs_deleted: bool },
}

/// A share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Share {
    pub(crate) owner_verifier: Verifier,
    pub(crate) creator: Creator,
    /// Digest of the request that created it: the same again is a retry, another a conflict.
    pub(crate) created_with: Digest,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) kind: Kind,
    pub(crate) paused: bool,
    pub(crate) state: State,
    /// When ciphertext of the share was found missing or damaged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content_lost_at: Option<Timestamp>,
    /// Of which content, as far as is known: of that, nothing is handed out, and nobody is charged
    /// for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lost_content: Option<ContentNumber>,
    pub(crate) links: Links,
}

/// What is shared, and what only that kind has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    /// Files and folders, in parts that are stored beside the record.
    Files { part_bytes: u32, ends_with_last_link: bool },
    /// A push. It has one link, always, and ends with it.
    Push {
        /// The owner's note. Stays until the tombstone goes, so that the owner still sees what it
        /// was.
        #[serde(with = "sealed")]
        note: Vec<u8>,
    },
}

/// On whose account a share was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Creator {
    /// Nobody's: the server lets anyone create.
    Anyone,
}

/// Where a share stands. That it is paused is a flag beside: time goes on, and resuming goes back
/// to the same state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    /// Parts may be stored until then.
    Uploading { until: Timestamp },
    /// The content is fixed.
    Ready {
        /// The newest one.
        content: Content,
        /// Its number, and what there is beside it.
        #[serde(default, skip_serializing_if = "Editions::is_none")]
        editions: Editions,
    },
    /// It has ended.
    Gone {
        #[serde(with = "GoneForm")]
        gone: Gone,
        content: Option<Content>,
        blobs_deleted: bool,
    },
}

/// What is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Content {
    /// Stored parts.
    Parts(Parts),
    /// What the link keeps, for as long as it lives.
    Inline {
        /// Bytes of padded plaintext.
        padded_len: u64,
    },
}

/// The content that `complete` fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parts {
    pub(crate) part_count: u32,
    pub(crate) parts_digest: Digest,
    pub(crate) manifest_digest: Digest,
    /// Bytes of padded plaintext.
    pub(crate) padded_len: u64,
    /// Bytes of all sealed parts.
    pub(crate) sealed_len: u64,
}

/// A link. While it lives it also has what [`Live`] holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Link {
    pub(crate) link: LinkId,
    /// How many were added to the share before it.
    #[serde(default)]
    pub(crate) number: u32,
    /// Forgotten when the tombstone is: from then on its holders are told nothing.
    pub(crate) verifier: Option<Verifier>,
    /// Digest of the request that added it.
    pub(crate) added_with: Digest,
    pub(crate) expires_at: Timestamp,
    pub(crate) downloads_max: u32,
    pub(crate) needs_password: bool,
    pub(crate) recipient_may_destroy: bool,
    pub(crate) destroy_after_guesses: Option<u32>,
    /// The content behind it.
    #[serde(default, skip_serializing_if = "ContentNumber::is_first")]
    pub(crate) content: ContentNumber,
    /// Whether it stays when its downloads are taken.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) waits_for_editions: bool,
    /// `started` is the number of downloads taken: what the limit is held against.
    #[serde(with = "LinkCountersForm")]
    pub(crate) counters: LinkCounters,
    #[serde(with = "receipts")]
    pub(crate) receipts: Vec<StoredReceipt>,
    /// Running leases, and ended ones for as long as they are remembered. Of a gone link: only
    /// finished ones.
    pub(crate) leases: Vec<Lease>,
    pub(crate) state: LinkState,
}

/// Where a link stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LinkState {
    /// It opens, unless it is paused or locked.
    Live(Box<Live>),
    /// It has ended.
    Gone(#[serde(with = "GoneForm")] Gone),
}

/// What a link needs while it lives. Dropped, with all that is sealed, at the moment when it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Live {
    pub(crate) open_verifier: Verifier,
    /// What is shown without being counted: the view wrap, or the face of a push.
    #[serde(with = "sealed")]
    pub(crate) view: Vec<u8>,
    /// What is given with a lease: the content wrap, or the payload of a push.
    #[serde(with = "sealed")]
    pub(crate) content: Vec<u8>,
    /// What was given before another content was put behind the link, for as long as downloads of
    /// it run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) before: Vec<WrapsBefore>,
    pub(crate) paused: bool,
    pub(crate) guesses: Guesses,
    /// Devices that opened it, oldest first.
    pub(crate) devices: Vec<DeviceId>,
}

/// The wraps of a content that was behind a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WrapsBefore {
    pub(crate) of: ContentNumber,
    #[serde(with = "sealed")]
    pub(crate) view: Vec<u8>,
    #[serde(with = "sealed")]
    pub(crate) content: Vec<u8>,
}

/// Wrong passwords.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Guesses {
    /// In a row.
    pub(crate) streak: u32,
    /// Since the link was added or resumed, or its password changed.
    pub(crate) total: u32,
    /// Unknown devices wait until then.
    pub(crate) wait_until: Option<Timestamp>,
    /// There were too many: the owner has to resume the link.
    pub(crate) locked: bool,
}

/// One counted download, or view of a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lease {
    pub(crate) verifier: Verifier,
    pub(crate) granted_at: Timestamp,
    /// What it downloads, to its end.
    #[serde(default, skip_serializing_if = "ContentNumber::is_first")]
    pub(crate) content: ContentNumber,
    /// Bytes charged so far.
    pub(crate) bytes: u64,
    pub(crate) state: LeaseState,
    /// Whether its holder has to show the password like everybody, to be given it again: the
    /// password was changed since, or a wrong one was shown with the lease.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) shown_anew: bool,
}

/// Where a lease stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LeaseState {
    /// No byte was sent yet: it may still go back.
    Granted,
    /// It counts. The last request was then.
    Active { last_at: Timestamp },
    /// Its client says that everything is saved.
    Finished { at: Timestamp },
    /// It was not finished in time.
    Lapsed { at: Timestamp },
}

impl Record {
    /// Whose record this is.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        self.key
    }

    /// The content whose parts and manifest may be stored: its upload runs. A ledger keeps this
    /// beside the record, so that storing a part and completing the upload cannot miss each other.
    #[must_use]
    pub fn accepts_parts(&self) -> Option<ContentNumber> {
        let Kept::Share(share) = &self.kept else { return None };
        match &share.state {
            State::Uploading { .. } => Some(ContentNumber::FIRST),
            State::Ready { editions, .. } => editions.uploading.map(|upload| upload.number),
            State::Gone { .. } => None,
        }
    }

    /// Whether it has a use for blobs, if it is of a kind that has any: it is not gone. A sweep
    /// deletes what else it finds.
    #[must_use]
    pub fn keeps_blobs(&self) -> bool {
        match &self.kept {
            Kept::Share(share) => share.gone().is_none(),
            Kept::Keyring(keyring) => keyring.gone_at().is_none(),
            Kept::Burned { .. } => false,
        }
    }

    /// Whether all that a change did to it is to end it, shorten it or hold it back. It does not
    /// grow by that.
    pub(crate) fn only_ends_sooner(&self, before: &Self) -> bool {
        match (&self.kept, &before.kept) {
            (Kept::Share(after), Kept::Share(before)) => after.only_ends_sooner(before),
            _ => false,
        }
    }

    /// The content that was found missing or damaged, and is not whole again as far as is known.
    #[must_use]
    pub fn lost_content(&self) -> Option<ContentNumber> {
        match &self.kept {
            Kept::Share(share) => share.lost_content,
            Kept::Burned { .. } | Kept::Keyring(_) => None,
        }
    }

    /// How many parts of each content have to be there, and a manifest. None of what is not fixed
    /// yet, has ended, or has no parts.
    #[must_use]
    pub fn part_counts(&self) -> Vec<(ContentNumber, u32)> {
        let Kept::Share(share) = &self.kept else { return Vec::new() };
        share.fixed().map(|fixed| (fixed.number, fixed.parts.part_count)).collect()
    }

    /// Whether only the id is kept any more.
    #[must_use]
    pub fn is_burned(&self) -> bool {
        matches!(self.kept, Kept::Burned { .. })
    }

    /// What is left to do outside of the record.
    #[must_use]
    pub fn pending_effects(&self) -> Vec<Effect> {
        match &self.kept {
            Kept::Share(share) => match &share.state {
                State::Ready { editions, .. } => {
                    editions.leaving.iter().map(|leaving| Effect::DeleteContent(leaving.number)).collect()
                }
                State::Gone { blobs_deleted: false, .. } => vec![Effect::DeleteBlobs],
                State::Uploading { .. } | State::Gone { .. } => Vec::new(),
            },
            Kept::Keyring(keyring) => keyring.gone_at().map(|_| Effect::DeleteBlobs).into_iter().collect(),
            Kept::Burned { blobs_deleted: false, .. } => vec![Effect::DeleteBlobs],
            Kept::Burned { .. } => Vec::new(),
        }
    }

    /// Since when blobs wait to be deleted, if they do.
    pub(crate) fn blobs_pending_since(&self) -> Option<Timestamp> {
        match &self.kept {
            Kept::Share(share) => match &share.state {
                State::Ready { editions, .. } => editions.leaving.iter().map(|leaving| leaving.since).min(),
                State::Gone { gone, blobs_deleted: false, .. } => Some(gone.at),
                State::Uploading { .. } | State::Gone { .. } => None,
            },
            Kept::Keyring(keyring) => keyring.gone_at(),
            Kept::Burned { gone_at, blobs_deleted: false } => Some(*gone_at),
            Kept::Burned { blobs_deleted: true, .. } => None,
        }
    }
}

/// The share, if more than its id is kept.
pub(crate) fn kept(record: &mut Option<Record>) -> Result<(RecordKey, &mut Share), Refusal> {
    match record {
        Some(Record { key, kept: Kept::Share(share) }) => Ok((*key, share)),
        _ => Err(Refusal::NotFound),
    }
}

impl Kind {
    /// How long leases live.
    pub(crate) fn lease_terms(&self) -> &'static LeaseTerms {
        match self {
            Self::Files { .. } => &LeaseTerms::DOWNLOAD,
            Self::Push { .. } => &LeaseTerms::VIEW,
        }
    }
}

impl Content {
    /// Bytes of padded plaintext.
    pub(crate) fn padded_len(&self) -> u64 {
        match self {
            Self::Parts(parts) => parts.padded_len,
            Self::Inline { padded_len } => *padded_len,
        }
    }
}

impl Share {
    /// The newest content, once it is fixed.
    pub(crate) fn content(&self) -> Option<&Content> {
        match &self.state {
            State::Uploading { .. } => None,
            State::Ready { content, .. } => Some(content),
            State::Gone { content, .. } => content.as_ref(),
        }
    }

    /// The link that every line of the timeline is about, if there can be no other.
    pub(crate) fn only_link(&self) -> Option<LinkId> {
        match self.kind {
            Kind::Files { .. } => None,
            Kind::Push { .. } => self.links.first().map(|link| link.link),
        }
    }

    /// Why and since when it is gone, if it is.
    pub(crate) fn gone(&self) -> Option<Gone> {
        match &self.state {
            State::Gone { gone, .. } => Some(*gone),
            _ => None,
        }
    }
}

impl Live {
    /// As it is with a password that nobody has tried yet.
    pub(crate) fn behind(lock: &LinkLock) -> Self {
        Self {
            open_verifier: lock.open_verifier,
            view: lock.view_wrap.clone(),
            content: lock.content_wrap.clone(),
            before: Vec::new(),
            paused: false,
            guesses: Guesses::default(),
            devices: Vec::new(),
        }
    }
}

impl Share {
    fn only_ends_sooner(&self, before: &Self) -> bool {
        if self.gone().is_some() {
            return true;
        }
        let Self { expires_at, paused, ref links, .. } = *self;
        let alike = Self { expires_at, paused, links: links.clone(), ..before.clone() };
        let links = || links.iter().zip(before.links.iter()).all(|(link, before)| link.only_ends_sooner(before));
        alike == *self
            && expires_at <= before.expires_at
            && paused >= before.paused
            && self.links.len() == before.links.len()
            && links()
    }
}

impl Link {
    /// Whether it, or one of its downloads, ever had another content than the first; or it waits
    /// for one.
    pub(crate) fn has_editions(&self) -> bool {
        !self.content.is_first()
            || self.waits_for_editions
            || self.leases.iter().any(|lease| !lease.content.is_first())
            || self.receipts.iter().any(|receipt| !receipt.content.is_first())
            || matches!(&self.state, LinkState::Live(live) if !live.before.is_empty())
    }

    fn only_ends_sooner(&self, before: &Self) -> bool {
        let (LinkState::Live(live), LinkState::Live(live_before)) = (&self.state, &before.state) else {
            return matches!(self.state, LinkState::Gone(_));
        };
        let Self { expires_at, downloads_max, .. } = *self;
        let state = LinkState::Live(Box::new(Live { paused: live.paused, ..(**live_before).clone() }));
        let alike = Self { expires_at, downloads_max, state, ..before.clone() };
        alike == *self
            && expires_at <= before.expires_at
            && downloads_max <= before.downloads_max
            && live.paused >= live_before.paused
    }

    /// A link as it begins. The caller has checked the request.
    pub(crate) fn new(
        (number, link): (u32, LinkId),
        request: &PutLink,
        added_with: Digest,
        expires_at: Timestamp,
    ) -> Self {
        Self {
            link,
            number,
            verifier: Some(request.link_verifier),
            added_with,
            expires_at,
            downloads_max: request.downloads_max,
            needs_password: request.lock.needs_password,
            recipient_may_destroy: request.recipient_may_destroy,
            destroy_after_guesses: request.destroy_after_guesses,
            content: request.lock.content,
            waits_for_editions: request.waits_for_editions,
            counters: LinkCounters::default(),
            receipts: Vec::new(),
            leases: Vec::new(),
            state: LinkState::Live(Box::new(Live::behind(&request.lock))),
        }
    }

    /// Why and since when it is gone, if it is.
    pub(crate) fn gone(&self) -> Option<Gone> {
        match &self.state {
            LinkState::Live(_) => None,
            LinkState::Gone(gone) => Some(*gone),
        }
    }

    /// What it needs while it lives; the refusal if it is gone.
    pub(crate) fn live(&self) -> Result<&Live, Refusal> {
        match &self.state {
            LinkState::Live(live) => Ok(live),
            LinkState::Gone(gone) => Err(Refusal::Gone(*gone)),
        }
    }

    /// Like [`live`](Self::live), to be changed.
    pub(crate) fn live_mut(&mut self) -> Result<&mut Live, Refusal> {
        match &mut self.state {
            LinkState::Live(live) => Ok(live),
            LinkState::Gone(gone) => Err(Refusal::Gone(*gone)),
        }
    }

    /// Downloads that count, now and for ever.
    pub(crate) fn taken(&self) -> u32 {
        self.counters.started.count
    }

    /// Downloads that cannot be granted any more: those taken, and those that may still start.
    pub(crate) fn used(&self) -> u32 {
        let granted = self.leases.iter().filter(|lease| lease.state == LeaseState::Granted).count();
        self.taken().saturating_add(u32::try_from(granted).unwrap_or(u32::MAX))
    }
}

impl Lease {
    /// Whether it may still be used.
    pub(crate) fn runs(&self) -> bool {
        self.ended_at().is_none()
    }
    /// Since when it has ended, if it has.
    pub(crate) fn ended_at(&self) -> Option<Timestamp> {
        match self.state {
            LeaseState::Granted | LeaseState::Active { .. } => None,
            LeaseState::Finished { at } | LeaseState::Lapsed { at } => Some(at),
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Counts one more.
pub(crate) fn count(counter: &mut Counter, now: Timestamp) {
    counter.count = counter.count.saturating_add(1);
    counter.first = counter.first.or(Some(now));
    counter.last = Some(now);
}

/// What tells a retry from another request with the same id.
pub(crate) fn request_digest(request: &impl Serialize) -> Digest {
    Digest::of(&serde_json::to_vec(request).expect("numbers, texts and lists become JSON"))
}
