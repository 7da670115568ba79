//! The record of truth, behind one small trait: load, compare-and-swap on a random write id
//! together with due time, index and log lines, list what is due.
//!
//! A ledger does not know what it keeps: records are opaque bytes, so that no rule about the life
//! of a share can creep in here and be written twice. Rows of objects stand beside the record,
//! because ten thousand parts do not belong into it.

mod clock;
pub mod redis;
pub mod sqlite;
mod transfer;

use std::ops::Range;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use subrosa_shared::api::{Event, LogLine};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::time::Timestamp;

use subrosa_lifecycle::{LoadedLinks, RecordKey, StoredRecord};

pub use clock::{Clock, ClockRefused, Machine, ManualClock, SlewedClock, ThisMachine};
pub use transfer::{DUE_MAX, ExportedRecord, ServiceState, Transfer, TransferId};

/// A change is committed at most so long after the moment for which it was decided. What ended
/// longer ago, no server can prolong any more that saw it before the end.
pub const COMMIT_MAX: Duration = Duration::from_secs(45);

/// Lines of the timeline kept per record; older ones make room.
pub const LOG_LINES_MAX: usize = 1_000;

/// Where records are kept. Every method is one atomic step; whatever returned `Ok` after changing
/// something is durable.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// The ledger's clock. Never goes backwards, not over a restart either.
    async fn now(&self) -> Result<Timestamp, LedgerError>;

    /// The installation that this ledger belongs to, once it was given one. An error if it is not
    /// in service.
    async fn installation(&self) -> Result<Option<InstallationId>, LedgerError>;

    /// Gives the ledger its installation, for ever. Answers the one in force, which is another if
    /// there was one before.
    async fn set_installation(&self, id: InstallationId) -> Result<InstallationId, LedgerError>;

    /// The head of a record, with all cells of its links or with one, at one moment.
    async fn load(&self, key: &RecordKey, links: LoadedLinks) -> Result<Option<Row>, LedgerError>;

    /// Whether a record still is what was loaded, and that is as durable as the ledger promises. A
    /// ledger of several machines may show what is not yet on as many of them as it takes: nothing
    /// may be told of it before. `write_id` is that of the row, or `None` if there was none.
    async fn confirm_durable(&self, key: &RecordKey, write_id: Option<WriteId>) -> Result<bool, LedgerError>;

    /// The share that a link opens. Never changes while the record exists. `None` is as durable as
    /// the ledger promises; what is found may not be yet, as with [`load`](Self::load).
    async fn share_of_link(&self, link: &LinkId) -> Result<Option<ShareId>, LedgerError>;

    /// Replaces, creates or removes a record, if nobody else did so since it was loaded.
    async fn commit(&self, change: Change) -> Result<CommitOutcome, LedgerError>;

    /// Notes a stored object, if the record accepts parts of its content.
    async fn put_object(&self, share: &ShareId, object: ObjectRow) -> Result<PutObject, LedgerError>;

    /// All objects of a share, in order of content and slot, the manifest first.
    async fn objects(&self, share: &ShareId) -> Result<Objects, LedgerError>;

    /// Stored parts of a content whose index is in that range, in order.
    async fn parts(
        &self,
        share: &ShareId,
        content: ContentNumber,
        places: Range<u32>,
    ) -> Result<Vec<ObjectRow>, LedgerError>;

    /// The stored part of a content with the highest index.
    async fn last_part(&self, share: &ShareId, content: ContentNumber) -> Result<Option<ObjectRow>, LedgerError>;

    /// One object of a content.
    async fn object(
        &self,
        share: &ShareId,
        content: ContentNumber,
        slot: Slot,
    ) -> Result<Option<ObjectRow>, LedgerError>;

    /// Keeps the owner's note in place of the one that it replaces. The same note again is stored,
    /// whatever it replaces: a lost answer is asked for again.
    async fn put_note(&self, share: &ShareId, note: Vec<u8>, replaces: Replaces) -> Result<PutNote, LedgerError>;

    /// The owner's note.
    async fn note(&self, share: &ShareId) -> Result<Option<Vec<u8>>, LedgerError>;

    /// The timeline, oldest first, at most [`LOG_LINES_MAX`] lines.
    async fn log(&self, key: &RecordKey) -> Result<Vec<LogLine>, LedgerError>;

    /// Records that are due at that moment, the longest due first. `after` is the last one of the
    /// page before.
    async fn due(&self, now: Timestamp, after: Option<Due>, count_max: usize) -> Result<Vec<Due>, LedgerError>;

    /// Whether any record exists.
    async fn is_empty(&self) -> Result<bool, LedgerError>;

    /// Makes what was replaced or removed unreadable: nothing of it is left in what the ledger
    /// keeps. Until then some of it may be, in places that are written over in time. `false`: not
    /// now, ask again soon.
    async fn scrub(&self) -> Result<bool, LedgerError>;

    /// Whether there is room for what only makes it grow. What ends or hands over something does
    /// not ask.
    ///
    /// # Errors
    /// [`LedgerError::Full`]: there is none.
    async fn expect_room(&self) -> Result<(), LedgerError> {
        Ok(())
    }

    /// The same, for those who watch: it may ask every machine.
    ///
    /// # Errors
    /// [`LedgerError::Full`]: there is none; or a machine does not answer.
    async fn look_for_room(&self) -> Result<(), LedgerError> {
        self.expect_room().await
    }

    /// Looks through all that it keeps for what is damaged, however long that takes.
    ///
    /// # Errors
    /// [`LedgerError::Corrupt`]: something is. From then on a ping fails too.
    async fn check(&self) -> Result<(), LedgerError> {
        Ok(())
    }

    /// Takes back the room that was given up in need, once there is some. To be called every few
    /// seconds.
    async fn tend_room(&self) {}

    /// How many replicas acknowledge a change before it is answered.
    fn replicas_acknowledge(&self) -> u32 {
        0
    }

    /// Writes something that changes nothing: fails if a change would fail.
    async fn ping(&self) -> Result<(), LedgerError>;
}

/// A record as loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Opaque to the ledger.
    pub record: StoredRecord,
    /// Names this version of it, all cells included.
    pub write_id: WriteId,
}

/// One step of a record's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose.
    pub key: RecordKey,
    /// The version that was loaded; `None`: there was none.
    pub expect: Option<WriteId>,
    /// The last moment of the ledger's clock at which it may still be made: a change that was held
    /// up on its way does not come true when others already count on the time that went by.
    pub not_after: Timestamp,
    /// The version of the object rows that the step rests on, if it rests on them.
    pub expect_objects: Option<WriteId>,
    /// The new record; `None` removes it and everything that belongs to it: index, objects, note,
    /// log.
    pub record: Option<NewRow>,
    /// A content whose objects are removed.
    pub drop_content: Option<ContentNumber>,
    /// Links to add to the index. Only shares have any there.
    pub new_links: Vec<LinkId>,
    /// Lines to add to the timeline. One of an owner's that is there already, among the last ones,
    /// makes place for it.
    pub log: Vec<LogLine>,
    /// Whether it only makes the ledger larger: refused where there is no room for that, while all
    /// else goes on.
    pub needs_space: bool,
}

/// Lines of the timeline that a line of an owner's looks back for its like.
pub(crate) const LOOK_BACK: usize = 64;
/// A shorter run of an owner's turns is kept as it is, unless two that follow each other are the
/// same.
pub(crate) const RUN_MIN: usize = 8;

/// Whether it is one of those that an owner can write as often as they like: of a long run, the
/// last of each kind stays.
pub(crate) fn is_owners_turn(event: Event) -> bool {
    matches!(event, Event::Changed | Event::Paused | Event::Resumed | Event::Moved | Event::EditionAbandoned)
}

/// A record as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRow {
    /// The head, and those cells that are new or changed. Other cells stay as they are. Opaque to
    /// the ledger.
    pub record: StoredRecord,
    /// Drawn for this change.
    pub write_id: WriteId,
    /// When it is to be looked at again.
    pub due: Timestamp,
    /// The content that [`Ledger::put_object`] may add to.
    pub accepts_parts: Option<ContentNumber>,
    /// Whether cells, objects, note and log go: nothing but the head and its links' ids is kept.
    pub stands_alone: bool,
}

/// Whether a change took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// It did, durably.
    Committed,
    /// It did not: somebody else was faster. Load again.
    Conflict,
    /// It did not: a link to add opens another share.
    LinkTaken,
    /// It did not: its last moment had passed. Decide again.
    Late,
}

/// Which object of a content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Slot {
    /// The sealed manifest.
    Manifest,
    /// A part, by its index.
    Part(u32),
}

/// A stored object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectRow {
    /// Of which content.
    pub content: ContentNumber,
    /// Which of it.
    pub slot: Slot,
    /// Its length in bytes.
    pub sealed_len: u64,
    /// SHA-256 of it.
    pub digest: Digest,
    /// Its name among the blobs of the share.
    pub blob: String,
}

/// Whether an object was noted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PutObject {
    /// It was; what stood there before is nobody's any more.
    Stored {
        /// What stood there before.
        replaced: Option<ObjectRow>,
    },
    /// The record does not exist or accepts no parts.
    Closed,
}

/// Which note a new one takes the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaces {
    /// Whatever is there, or nothing.
    Anything,
    /// There is none yet.
    Nothing,
    /// Whichever is there.
    Something,
    /// One with one of these SHA-256.
    OneOf(Vec<Digest>),
}

impl Replaces {
    /// Whether a new note may take the place of what is there.
    pub(crate) fn allows(&self, new: &[u8], there: Option<&[u8]>) -> bool {
        there == Some(new)
            || match self {
                Self::Anything => true,
                Self::Nothing => there.is_none(),
                Self::Something => there.is_some(),
                Self::OneOf(digests) => there.is_some_and(|there| digests.contains(&Digest::of(there))),
            }
    }
}

/// Whether a note was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PutNote {
    /// It was.
    Stored,
    /// Another one is there than it replaces.
    Changed,
    /// There is no such record.
    NoRecord,
}

/// The objects of a share at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objects {
    /// In order of content and slot, the manifest first.
    pub rows: Vec<ObjectRow>,
    /// Changes with every [`Ledger::put_object`].
    pub write_id: WriteId,
}

/// A record that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Due {
    /// Since when.
    pub due: Timestamp,
    /// Which.
    pub key: RecordKey,
}

/// Names one version of a record or of its object rows. Random, so that no version ever comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteId(pub [u8; 16]);

impl WriteId {
    /// Draws a new one.
    #[must_use]
    pub fn generate() -> Self {
        Self(crate::random::bytes())
    }
}

/// Names an installation: a ledger and the blobs that belong to it. 16 random bytes as hexadecimal
/// text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallationId(String);

impl InstallationId {
    /// Draws a new one.
    #[must_use]
    pub fn generate() -> Self {
        let bytes: [u8; 16] = crate::random::bytes();
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Reads the text form; `None` if it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())).then(|| Self(text.to_owned()))
    }

    /// The text form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a ledger could not do its work. Nothing was changed, unless it says otherwise.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// There is no room for the change.
    #[error("the ledger has no room left")]
    Full,
    /// The ledger has been shut down.
    #[error("the ledger is closed")]
    Closed,
    /// What is stored is not what a ledger stores.
    #[error("the ledger holds something that it cannot read: {0}")]
    Corrupt(String),
    /// Its machines cannot be reached, or take nothing right now. Worth trying again soon.
    #[error("the ledger is not available: {0}")]
    Unavailable(String),
    /// The answer did not come. The change was made or not.
    #[error("the ledger did not answer: {0}")]
    Lost(String),
    /// The change was made, but fewer replicas than it takes have said that they have it: it may be
    /// forgotten again.
    #[error("too few replicas of the ledger have acknowledged a change")]
    NotAcknowledged,
    /// It is not, or not any more, the ledger of this installation.
    #[error("the ledger is not the one of this installation: {0}")]
    Foreign(String),
    /// It is not in service, and says why.
    #[error("{0}")]
    NotInService(ServiceState),
    /// Its machines would not keep what they are given.
    #[error(transparent)]
    UnsafeSettings(Box<dyn std::error::Error + Send + Sync>),
    /// Its clock is too far from what it knows.
    #[error(transparent)]
    Clock(#[from] ClockRefused),
    /// Anything else that its engine reports.
    #[error("the ledger failed")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
}
