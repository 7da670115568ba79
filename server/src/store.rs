//! Load, step, commit: how a command meets the stored record. The only place that calls [`step`].

mod owed_ends;
mod record_locks;
mod uncounted_guesses;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use subrosa_lifecycle::{
    Change, Command, ContentChecked, CountGuess, Ended, Holder, HolderAction, LoadedLinks, NeedsAllLinks, Owner,
    OwnerAction, Policy, Record, RecordError, RecordKey, Refusal, Shown, SpaceNeed, Step, StoredManifest, StoredUpload,
    Tick, push_owner, share_owner, step,
};
use subrosa_shared::api::{CompleteShare, Log, ShareStatus, StoredPart};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LinkId, ShareId, Verifier};
use subrosa_shared::time::Timestamp;
use tokio::sync::{Notify, Semaphore};
use tokio::time::{Duration, sleep};

use self::owed_ends::OwedEnds;
pub use self::record_locks::QUEUE_LEN_MAX;
use self::record_locks::{Lane, RecordLocks};
use self::uncounted_guesses::{UncountedGuess, UncountedGuesses};
use crate::deletions::Deletions;
use crate::ledger::{
    COMMIT_MAX, Change as LedgerChange, CommitOutcome, Ledger, LedgerError, NewRow, ObjectRow, Objects, PutObject, Row,
    Slot, WriteId,
};
use crate::random;

/// Lost races after which a command is given up. Within one process locks prevent them; other
/// servers may be faster.
const ATTEMPTS_MAX: usize = 16;
/// The longest pause after a lost race. The first is at most 2 milliseconds, and they double.
const PAUSE_MAX: Duration = Duration::from_millis(64);

/// Uploads that are held against what they should be at the same time: each is up to 10,000 rows.
const COMPLETING_MAX: usize = 8;

/// The ledger together with the rules.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    ledger: Arc<dyn Ledger>,
    policy: Policy,
    locks: RecordLocks,
    /// Uploads that are looked at whole at the same time.
    completing: Semaphore,
    uncounted: UncountedGuesses,
    owed_ends: OwedEnds,
    /// Shares with lost content, as far as this server has heard.
    lost: Mutex<HashSet<ShareId>>,
    /// What became due at once.
    deletions: Deletions,
    /// Told when there was no place for it there.
    due: Notify,
    /// Whether something was replaced or removed that the ledger may still have lying about.
    replaced: AtomicBool,
}

/// Why a command had no outcome.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The ledger could not do its work.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The rules say yes, but the ledger has no room even for that.
    #[error("granted, but the ledger has no room to note it")]
    NoRoomForGranted,
    /// What the ledger holds cannot be read.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// A step concerns links that were not loaded. Taken again with all of them before anybody is
    /// told.
    #[error(transparent)]
    NeedsAllLinks(#[from] NeedsAllLinks),
    /// Others were faster, time and again, or too many are before it.
    #[error("lost every race for the record, or the queue for it is too long")]
    Contended,
}

impl Store {
    /// Puts ledger and rules together.
    #[must_use]
    pub fn new(ledger: Arc<dyn Ledger>, policy: Policy) -> Self {
        // A server that was killed may have left something.
        let replaced = AtomicBool::new(true);
        let (locks, deletions) = (RecordLocks::default(), Deletions::default());
        let (uncounted, owed_ends) = (UncountedGuesses::default(), OwedEnds::default());
        let (completing, due) = (Semaphore::new(COMPLETING_MAX), Notify::new());
        let lost = Mutex::default();
        let shared = Shared { ledger, policy, locks, completing, uncounted, owed_ends, lost, deletions, due, replaced };
        Self { shared: Arc::new(shared) }
    }

    /// The ledger, for what is no step of a life.
    #[must_use]
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.shared.ledger
    }

    /// What became due at once, by what somebody asked for.
    pub(crate) fn deletions(&self) -> &Deletions {
        &self.shared.deletions
    }

    /// Waits until something became due at once that is found by the ledger's list only.
    pub async fn became_due(&self) {
        self.shared.due.notified().await;
    }

    /// Makes unreadable what changes replaced or removed, if there were any since the last time.
    ///
    /// # Errors
    /// The ledger fails. The next time it is tried again.
    pub async fn scrub(&self) -> Result<(), StoreError> {
        if self.shared.replaced.swap(false, Ordering::SeqCst) {
            let scrubbed = self.shared.ledger.scrub().await;
            self.shared.replaced.fetch_or(!matches!(scrubbed, Ok(true)), Ordering::SeqCst);
            scrubbed?;
        }
        Ok(())
    }

    /// Runs a command on a record. Whatever it answers is durable.
    ///
    /// # Errors
    /// The rules refuse it, or the ledger fails.
    pub async fn run<C: Command>(&self, key: impl Into<RecordKey>, command: &C) -> Result<C::Answer, StoreError> {
        self.run_with(key.into(), None, command).await
    }

    /// Runs an owner's action.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_owner<Action: OwnerAction>(
        &self,
        key: impl Into<RecordKey>,
        owner: Verifier,
        action: Action,
    ) -> Result<Action::Answer, StoreError> {
        self.run(key, &Owner { presented: owner, action }).await
    }

    /// Runs what the holder of a link of a share asks for. Also answers which share that is.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn run_holder<Action: HolderAction>(
        &self,
        link: LinkId,
        holder: Verifier,
        action: Action,
    ) -> Result<(ShareId, Action::Answer), StoreError> {
        let share = self.shared.ledger.share_of_link(&link).await?.ok_or(Refusal::NotFound)?;
        let answer = self.run(share, &Holder { link, presented: holder, action }).await?;
        Ok((share, answer))
    }

    /// Fixes a content: `request` against what is stored of it, provided that nothing more is
    /// stored meanwhile.
    ///
    /// # Errors
    /// As [`run`](Self::run).
    pub async fn complete(
        &self,
        share: &ShareId,
        owner: Verifier,
        content: ContentNumber,
        request: CompleteShare,
    ) -> Result<ShareStatus, StoreError> {
        // All rows of an upload are read at once.
        let _few = self.shared.completing.acquire().await;
        for races in 0..ATTEMPTS_MAX {
            pause(races).await;
            let objects = self.shared.ledger.objects(share).await?;
            let (write_id, stored) = (objects.write_id, stored_upload(content, &objects));
            let action = share_owner::Complete { content, request: request.clone(), stored };
            match self.run_with((*share).into(), Some(write_id), &Owner { presented: owner, action }).await {
                Err(StoreError::Contended) => {}
                result => return result,
            }
        }
        Err(StoreError::Contended)
    }

    /// The stored parts of a content with an index in that range, in order.
    ///
    /// # Errors
    /// The ledger fails.
    pub async fn parts(
        &self,
        share: &ShareId,
        content: ContentNumber,
        places: Range<u32>,
    ) -> Result<Vec<StoredPart>, StoreError> {
        let rows = self.shared.ledger.parts(share, content, places).await?;
        Ok(rows.into_iter().filter_map(stored_part).collect())
    }

    /// The stored part of a content with the highest index.
    ///
    /// # Errors
    /// The ledger fails.
    pub async fn last_part(&self, share: &ShareId, content: ContentNumber) -> Result<Option<StoredPart>, StoreError> {
        Ok(self.shared.ledger.last_part(share, content).await?.and_then(stored_part))
    }

    /// Whether a part of that length may be stored at that place, beside those that are stored.
    ///
    /// # Errors
    /// It may not, or the ledger fails.
    pub async fn expect_place(
        &self,
        (share, owner): (&ShareId, Verifier),
        content: ContentNumber,
        index: u32,
        sealed_len: u64,
    ) -> Result<(), StoreError> {
        let last = self.last_part(share, content).await?;
        self.run_owner(*share, owner, share_owner::StorePart { content, index, sealed_len, last }).await
    }

    /// Notes a stored object. `Closed`: the share takes none any more. Parts are looked at once
    /// more, one after the other: of those that came at the same time, some may not stand beside
    /// others.
    ///
    /// # Errors
    /// The rules refuse it, and then nothing was changed; or the ledger fails.
    pub async fn put_object(
        &self,
        share: &ShareId,
        owner: Verifier,
        object: ObjectRow,
    ) -> Result<PutObject, StoreError> {
        let Slot::Part(index) = object.slot else { return Ok(self.shared.ledger.put_object(share, object).await?) };
        let _lock = self.shared.locks.acquire((*share).into(), Lane::Owner).await.ok_or(StoreError::Contended)?;
        let content = object.content;
        let last = self.last_part(share, content).await?;
        let action = share_owner::StorePart { content, index, sealed_len: object.sealed_len, last };
        match self.run_locked((*share).into(), None, &Owner { presented: owner, action }).await {
            // The ledger says so, and the caller asks why.
            Ok(()) | Err(StoreError::Refused(Refusal::AlreadyComplete | Refusal::NotFound | Refusal::Gone(_))) => {}
            Err(error) => return Err(error),
        }
        Ok(self.shared.ledger.put_object(share, object).await?)
    }

    /// An object of a content.
    ///
    /// # Errors
    /// The ledger fails, or there is no such object.
    pub async fn object(&self, share: &ShareId, content: ContentNumber, slot: Slot) -> Result<ObjectRow, StoreError> {
        Ok(self.shared.ledger.object(share, content, slot).await?.ok_or(Refusal::NotFound)?)
    }

    /// The timeline.
    ///
    /// # Errors
    /// The ledger fails.
    pub async fn log(&self, key: impl Into<RecordKey>) -> Result<Log, StoreError> {
        Ok(Log { lines: self.shared.ledger.log(&key.into()).await? })
    }

    /// The record as it is stored, durably, without the time that has gone by since.
    ///
    /// # Errors
    /// The ledger fails.
    pub async fn record(&self, key: impl Into<RecordKey>) -> Result<Option<Record>, StoreError> {
        let key = key.into();
        for races in 0..ATTEMPTS_MAX {
            pause(races).await;
            let row = self.shared.ledger.load(&key, LoadedLinks::All).await?;
            if self.shared.ledger.confirm_durable(&key, row.as_ref().map(|row| row.write_id)).await? {
                return Ok(row.map(|row| read(key, &row, LoadedLinks::All)).transpose()?);
            }
        }
        Err(StoreError::Contended)
    }

    /// Notes that a stored content is lost, or that all are whole again. Whether that is news.
    ///
    /// # Errors
    /// The ledger fails.
    pub async fn note_content(&self, share: ShareId, lost: Option<ContentNumber>) -> Result<bool, StoreError> {
        self.remember_lost(share, lost.is_some());
        let known = |record: Option<Record>| record.is_none_or(|record| record.lost_content() == lost);
        if known(self.record(share).await?) {
            return Ok(false);
        }
        self.run(share, &ContentChecked { lost }).await?;
        // Of an upload that runs, nothing is noted.
        Ok(known(self.record(share).await?))
    }

    /// Shares whose content is to be looked at again, because some of it is lost.
    pub(crate) fn lost_shares(&self) -> HashSet<ShareId> {
        self.lost().clone()
    }

    /// Whether that share is one of them from now on.
    pub(crate) fn remember_lost(&self, share: ShareId, is_lost: bool) {
        if is_lost {
            self.lost().insert(share)
        } else {
            self.lost().remove(&share)
        };
    }

    fn lost(&self) -> MutexGuard<'_, HashSet<ShareId>> {
        self.shared.lost.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether what the record is of had ended so long ago, noted or not. Changes nothing.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub async fn was_over(&self, key: RecordKey, since: Duration) -> Result<bool, StoreError> {
        let Some(record) = self.record(key).await? else { return Ok(false) };
        let now = self.shared.ledger.now().await?.as_millis();
        let then = now.saturating_sub(u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
        Ok(match step(Some(&record), &Tick, &self.shared.policy, Timestamp::from_millis(then))?.record {
            Change::Unchanged => !record.keeps_blobs(),
            Change::Put(record) => !record.keeps_blobs(),
            Change::Remove => true,
        })
    }

    async fn run_with<C: Command>(
        &self,
        key: RecordKey,
        expect_objects: Option<WriteId>,
        command: &C,
    ) -> Result<C::Answer, StoreError> {
        if command.needs_space() == SpaceNeed::Always {
            self.shared.ledger.expect_room().await?;
        }
        if let Some(answered) = self.run_without_lock(key, command).await? {
            return Ok(answered?);
        }
        let _lock = self.shared.locks.acquire(key, Lane::of(command.shown())).await.ok_or(StoreError::Contended)?;
        if command.guesses().is_some() {
            self.count_owed_guess(key).await?;
        }
        self.run_locked(key, expect_objects, command).await
    }

    /// Answers what can be answered without the lock of the record: what only asks, unless time
    /// alone changes the record; and where others hold the lock, whatever is refused without a
    /// change. Nobody queues to be told that they have to wait.
    async fn run_without_lock<C: Command>(
        &self,
        key: RecordKey,
        command: &C,
    ) -> Result<Option<Result<C::Answer, Refusal>>, StoreError> {
        let asks = command.is_read_only();
        if !asks && (command.creates() || !self.shared.locks.is_locked_or_awaited(&key)) {
            return Ok(None);
        }
        let Loaded { row, record } = self.load(key, command).await?;
        let outcome = match record {
            Admitted::No => Err(Refusal::NotFound),
            // A guess that is owed is counted first.
            Admitted::Yes(_) if command.guesses().is_some() && self.shared.uncounted.of(&key).is_some() => {
                return Ok(None);
            }
            Admitted::Yes(Stepped { step, .. }) => {
                if step.record != Change::Unchanged || (!asks && step.outcome.is_ok()) {
                    return Ok(None);
                }
                step.outcome
            }
        };
        let confirmed = self.shared.ledger.confirm_durable(&key, row).await?;
        Ok(confirmed.then_some(outcome))
    }

    /// Loads what a command is about, and takes its step: with one link, if it is about one and
    /// what comes of it concerns no other.
    async fn load<C: Command>(&self, key: RecordKey, command: &C) -> Result<Loaded<C::Answer>, StoreError> {
        match self.load_with(key, command, links_for(command)).await {
            Err(StoreError::NeedsAllLinks(_)) => self.load_with(key, command, LoadedLinks::All).await,
            result => result,
        }
    }

    async fn load_with<C: Command>(
        &self,
        key: RecordKey,
        command: &C,
        links: LoadedLinks,
    ) -> Result<Loaded<C::Answer>, StoreError> {
        let Some(row) = self.shared.ledger.load(&key, links).await? else { return self.step_on_nothing(command).await };
        let write_id = Some(row.write_id);
        if !Record::admits(&row.record, command.shown())? {
            return Ok(Loaded { row: write_id, record: Admitted::No });
        }
        // What its owner wants ended, and was told cannot be noted, is handed to nobody. Told only
        // to who has the link: to others it is unknown.
        if let Shown::Holder(link, _) = command.shown()
            && self.shared.owed_ends.concern(key, link)
        {
            return Err(LedgerError::Full.into());
        }
        let before = Some(read(key, &row, links)?);
        let now = self.shared.ledger.now().await?;
        let step = step(before.as_ref(), command, &self.shared.policy, now)?;
        Ok(Loaded { row: write_id, record: Admitted::Yes(Stepped { before, step, now }) })
    }

    /// The step of a command where nothing is stored.
    async fn step_on_nothing<C: Command>(&self, command: &C) -> Result<Loaded<C::Answer>, StoreError> {
        let now = self.shared.ledger.now().await?;
        let step = step(None, command, &self.shared.policy, now)?;
        Ok(Loaded { row: None, record: Admitted::Yes(Stepped { before: None, step, now }) })
    }

    /// Counts the guess that is owed on a record, if one is. The caller holds its lock.
    async fn count_owed_guess(&self, key: RecordKey) -> Result<(), StoreError> {
        let uncounted = &self.shared.uncounted;
        let Some(UncountedGuess { link, write_id }) = uncounted.of(&key) else {
            let too_many = || LedgerError::Unavailable("too many guesses wait to be counted".to_owned());
            return if uncounted.have_room() { Ok(()) } else { Err(too_many().into()) };
        };
        let stored = self.shared.ledger.load(&key, LoadedLinks::All).await?.is_some_and(|row| row.write_id == write_id);
        if !(stored && self.shared.ledger.confirm_durable(&key, Some(write_id)).await?) {
            self.run_locked(key, None, &CountGuess { link }).await?;
        }
        uncounted.remove(&key);
        Ok(())
    }

    /// Notes the ends that are owed, as far as the ledger takes them.
    ///
    /// # Errors
    /// The ledger fails. The rest stays owed.
    pub async fn note_owed_ends(&self) -> Result<(), StoreError> {
        for (key, ended, owner) in self.shared.owed_ends.all() {
            let noted = match (key, ended) {
                (RecordKey::Share(_), Ended::All) => self.run_owner(key, owner, share_owner::Revoke).await.map(drop),
                (RecordKey::Share(_), Ended::Link(link)) => {
                    self.run_owner(key, owner, share_owner::RevokeLink { link }).await.map(drop)
                }
                (RecordKey::Push(_), _) => self.run_owner(key, owner, push_owner::Revoke).await.map(drop),
                (RecordKey::Keyring(_), _) => Ok(()),
            };
            match noted {
                // Who cannot end it any more had it ended, or it is gone.
                Ok(()) | Err(StoreError::Refused(_)) => self.shared.owed_ends.remove(key, ended),
                Err(error) => return Err(error),
            }
            tracing::info!(%key, ?ended, "what its owner had asked for is noted: it has ended");
        }
        Ok(())
    }

    /// Counts what is owed, as far as the ledger takes it.
    ///
    /// # Errors
    /// The ledger fails. The rest stays owed.
    pub async fn count_owed_guesses(&self) -> Result<(), StoreError> {
        for key in self.shared.uncounted.keys() {
            // Whoever holds the lock and shows a proof counts it first.
            if let Some(_lock) = self.shared.locks.try_acquire(key) {
                self.count_owed_guess(key).await?;
            }
        }
        Ok(())
    }

    /// The same as [`run_with`](Self::run_with), for the caller that holds the lock of the record.
    async fn run_locked<C: Command>(
        &self,
        key: RecordKey,
        expect_objects: Option<WriteId>,
        command: &C,
    ) -> Result<C::Answer, StoreError> {
        // Whoever creates mostly finds nothing there: the commit tells if that was wrong, and costs
        // no look before.
        let mut guesses_nothing = command.creates();
        for races in 0..ATTEMPTS_MAX {
            let guessed = std::mem::take(&mut guesses_nothing);
            let Loaded { row: write_id, record } =
                if guessed { self.step_on_nothing(command).await? } else { self.load(key, command).await? };
            let Admitted::Yes(stepped) = record else {
                if self.shared.ledger.confirm_durable(&key, write_id).await? {
                    return Err(Refusal::NotFound.into());
                }
                pause(races).await;
                continue;
            };
            let step = &stepped.step;
            let outcome = match step.record {
                // Whatever is there.
                Change::Unchanged if guessed && matches!(step.outcome, Err(Refusal::IdMismatch)) => {
                    Some(stepped.step.outcome)
                }
                // What is there may be another reason to refuse, or none.
                Change::Unchanged if guessed => continue,
                // What it rests on may not be durable yet, or be replaced by now.
                Change::Unchanged => {
                    let confirmed = self.shared.ledger.confirm_durable(&key, write_id).await?;
                    confirmed.then_some(stepped.step.outcome)
                }
                _ => self.commit(key, write_id, expect_objects, command, stepped).await?,
            };
            match outcome {
                Some(outcome) => return Ok(outcome?),
                // What the step rests on beside the record has changed: the caller has to look
                // again.
                None if expect_objects.is_some() => return Err(StoreError::Contended),
                None => pause(races).await,
            }
        }
        Err(StoreError::Contended)
    }

    /// Stores a step that changes something, and gives its outcome; `None` if somebody else was
    /// faster.
    async fn commit<C: Command>(
        &self,
        key: RecordKey,
        expect: Option<WriteId>,
        expect_objects: Option<WriteId>,
        command: &C,
        Stepped { before, step, now }: Stepped<C::Answer>,
    ) -> Result<Option<Result<C::Answer, Refusal>>, StoreError> {
        let Step { record, outcome, new_links, dropped, log, needs_space } = step;
        if needs_space {
            self.shared.ledger.expect_room().await?;
        }
        let guessed = command.guesses().filter(|_| matches!(outcome, Err(Refusal::WrongPassword { .. })));
        let record = match record {
            Change::Put(record) => Some(new_row(&record, before.as_ref())),
            Change::Remove | Change::Unchanged => None,
        };
        let next = record.as_ref().map(|row| row.write_id);
        let due_at_once = record.as_ref().is_some_and(|row| row.due <= now);
        let change = LedgerChange {
            key,
            expect,
            not_after: now.after(COMMIT_MAX),
            expect_objects,
            record,
            drop_content: dropped,
            new_links,
            log,
            needs_space,
        };
        let committed = self.shared.ledger.commit(change).await;
        if let (Err(_), Some(link), Some(write_id)) = (&committed, guessed, next) {
            self.shared.uncounted.add(key, UncountedGuess { link, write_id });
        }
        // Only to owners: of a guess nothing is told, not even that it would have been granted.
        if let (Err(LedgerError::Full), Ok(_), Shown::Owner(owner)) = (&committed, &outcome, command.shown()) {
            if let Some(ended) = command.ends() {
                self.shared.owed_ends.add(key, ended, owner);
            }
            return Err(StoreError::NoRoomForGranted);
        }
        match committed? {
            CommitOutcome::Committed => {
                self.shared.replaced.fetch_or(expect.is_some(), Ordering::SeqCst);
                // What only time has ended is worked on by who let it go by.
                if due_at_once && !command.is_tick() && !self.shared.deletions.add(key) {
                    self.shared.due.notify_one();
                }
                Ok(Some(outcome))
            }
            CommitOutcome::LinkTaken => Ok(Some(Err(Refusal::AlreadyExists))),
            CommitOutcome::Conflict | CommitOutcome::Late => Ok(None),
        }
    }
}

/// What was loaded for a command, and what came of it.
struct Loaded<Answer> {
    /// The version of the record, if there is one.
    row: Option<WriteId>,
    record: Admitted<Answer>,
}

/// Whether the proof that a command shows is that of the record.
#[expect(clippy::large_enum_variant, reason = "it lives on the stack, for one call")]
enum Admitted<Answer> {
    Yes(Stepped<Answer>),
    /// Known before the record was parsed: who has no proof costs little.
    No,
}

/// A step, and what it was taken from.
struct Stepped<Answer> {
    before: Option<Record>,
    step: Step<Answer>,
    now: Timestamp,
}

/// The links that are loaded for a command.
fn links_for(command: &impl Command) -> LoadedLinks {
    match command.shown() {
        Shown::Holder(link, _) => LoadedLinks::One(link),
        Shown::Owner(_) | Shown::Nothing => LoadedLinks::All,
    }
}

/// After so many lost races, of random length: those who met once are not to meet again.
async fn pause(races: usize) {
    let most = Duration::from_millis(1 << races.min(10)).min(PAUSE_MAX);
    if races > 0 {
        let [byte] = random::bytes();
        sleep(most.mul_f64(f64::from(byte) / 256.0)).await;
    }
}

/// The record of a row, which has to be that of the key.
fn read(key: RecordKey, row: &Row, links: LoadedLinks) -> Result<Record, RecordError> {
    let record = Record::from_stored(&row.record, links)?;
    if record.key() == key { Ok(record) } else { Err(RecordError::Damaged { what: "it is that of another key" }) }
}

fn new_row(record: &Record, before: Option<&Record>) -> NewRow {
    NewRow {
        record: record.to_stored_since(before),
        write_id: WriteId::generate(),
        due: record.due(),
        accepts_parts: record.accepts_parts(),
        stands_alone: record.is_burned(),
    }
}

fn stored_part(row: ObjectRow) -> Option<StoredPart> {
    let ObjectRow { slot, sealed_len, digest, .. } = row;
    match slot {
        Slot::Part(index) => Some(StoredPart { index, sealed_len, digest }),
        Slot::Manifest => None,
    }
}

fn stored_upload(content: ContentNumber, objects: &Objects) -> StoredUpload {
    let mut stored = StoredUpload::default();
    for ObjectRow { slot, sealed_len, digest, .. } in objects.rows.iter().filter(|row| row.content == content) {
        let (sealed_len, digest) = (*sealed_len, *digest);
        match *slot {
            Slot::Manifest => stored.manifest = Some(StoredManifest { sealed_len, digest }),
            Slot::Part(index) => stored.parts.push(StoredPart { index, sealed_len, digest }),
        }
    }
    stored
}
