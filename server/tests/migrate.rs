//! Taking all records to another ledger, cut short at every call in turn: whatever happened, at
//! most one ledger is in service, and the same again ends with everything there.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use subrosa_lifecycle::{Cell, LoadedLinks, RecordKey, StoredRecord};
use subrosa_server::ledger::sqlite::SqliteLedger;
use subrosa_server::ledger::{
    Change, CommitOutcome, Due, ExportedRecord, InstallationId, Ledger, LedgerError, ManualClock, NewRow, ObjectRow,
    Objects, PutNote, PutObject, Replaces, Row, ServiceState, Slot, Transfer, WriteId,
};
use subrosa_server::migrate::{MigrateError, Migrated, migrate};
use subrosa_shared::api::{Event, LogLine};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::time::Timestamp;
use tempfile::TempDir;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A ledger whose every call fails once so many were made; the last of them takes place all the
/// same, and only its answer is lost.
struct Mortal {
    ledger: SqliteLedger,
    calls_left: Arc<AtomicI64>,
}

impl Mortal {
    async fn call<T>(&self, work: impl Future<Output = Result<T, LedgerError>>) -> Result<T, LedgerError> {
        let left = self.calls_left.fetch_sub(1, Ordering::SeqCst);
        match left {
            2.. => work.await,
            1 => work.await.and(Err(LedgerError::Closed)),
            _ => Err(LedgerError::Closed),
        }
    }
}

#[async_trait]
impl Ledger for Mortal {
    async fn now(&self) -> Result<Timestamp, LedgerError> {
        self.ledger.now().await
    }
    async fn installation(&self) -> Result<Option<InstallationId>, LedgerError> {
        self.ledger.installation().await
    }
    async fn set_installation(&self, id: InstallationId) -> Result<InstallationId, LedgerError> {
        self.ledger.set_installation(id).await
    }
    async fn load(&self, key: &RecordKey, links: LoadedLinks) -> Result<Option<Row>, LedgerError> {
        self.ledger.load(key, links).await
    }
    async fn confirm_durable(&self, key: &RecordKey, write_id: Option<WriteId>) -> Result<bool, LedgerError> {
        self.ledger.confirm_durable(key, write_id).await
    }
    async fn share_of_link(&self, link: &LinkId) -> Result<Option<ShareId>, LedgerError> {
        self.ledger.share_of_link(link).await
    }
    async fn commit(&self, change: Change) -> Result<CommitOutcome, LedgerError> {
        self.ledger.commit(change).await
    }
    async fn put_object(&self, share: &ShareId, object: ObjectRow) -> Result<PutObject, LedgerError> {
        self.ledger.put_object(share, object).await
    }
    async fn objects(&self, share: &ShareId) -> Result<Objects, LedgerError> {
        self.ledger.objects(share).await
    }
    async fn parts(
        &self,
        share: &ShareId,
        content: ContentNumber,
        places: std::ops::Range<u32>,
    ) -> Result<Vec<ObjectRow>, LedgerError> {
        self.ledger.parts(share, content, places).await
    }
    async fn last_part(&self, share: &ShareId, content: ContentNumber) -> Result<Option<ObjectRow>, LedgerError> {
        self.ledger.last_part(share, content).await
    }
    async fn object(
        &self,
        share: &ShareId,
        content: ContentNumber,
        slot: Slot,
    ) -> Result<Option<ObjectRow>, LedgerError> {
        self.ledger.object(share, content, slot).await
    }
    async fn put_note(&self, share: &ShareId, note: Vec<u8>, replaces: Replaces) -> Result<PutNote, LedgerError> {
        self.ledger.put_note(share, note, replaces).await
    }
    async fn note(&self, share: &ShareId) -> Result<Option<Vec<u8>>, LedgerError> {
        self.ledger.note(share).await
    }
    async fn log(&self, key: &RecordKey) -> Result<Vec<LogLine>, LedgerError> {
        self.ledger.log(key).await
    }
    async fn due(&self, now: Timestamp, after: Option<Due>, count_max: usize) -> Result<Vec<Due>, LedgerError> {
        self.ledger.due(now, after, count_max).await
    }
    async fn is_empty(&self) -> Result<bool, LedgerError> {
        self.call(self.ledger.is_empty()).await
    }
    async fn scrub(&self) -> Result<bool, LedgerError> {
        self.call(self.ledger.scrub()).await
    }
    async fn ping(&self) -> Result<(), LedgerError> {
        self.ledger.ping().await
    }
}

#[async_trait]
impl Transfer for Mortal {
    async fn service_state(&self) -> Result<ServiceState, LedgerError> {
        self.call(self.ledger.service_state()).await
    }
    async fn compare_and_set_state(&self, expected: &ServiceState, next: &ServiceState) -> Result<bool, LedgerError> {
        self.call(self.ledger.compare_and_set_state(expected, next)).await
    }

    async fn finish_change_to(&self, state: &ServiceState) -> Result<bool, LedgerError> {
        self.call(self.ledger.finish_change_to(state)).await
    }
    async fn count(&self) -> Result<u64, LedgerError> {
        self.call(self.ledger.count()).await
    }
    async fn keys(&self, after: Option<RecordKey>, count_max: usize) -> Result<Vec<RecordKey>, LedgerError> {
        // Pages of two, so that there are some.
        self.call(self.ledger.keys(after, count_max.min(2))).await
    }
    async fn export(&self, key: &RecordKey) -> Result<Option<ExportedRecord>, LedgerError> {
        self.call(self.ledger.export(key)).await
    }
    async fn import(
        &self,
        state: &ServiceState,
        key: RecordKey,
        exported: Option<ExportedRecord>,
    ) -> Result<(), LedgerError> {
        self.call(self.ledger.import(state, key, exported)).await
    }
    async fn reached(&self) -> Result<Timestamp, LedgerError> {
        self.call(self.ledger.reached()).await
    }
    async fn reach(&self, moment: Timestamp) -> Result<(), LedgerError> {
        self.call(self.ledger.reach(moment)).await
    }
}

/// Two files that ledgers live in.
struct Pair {
    folder: TempDir,
    installation: InstallationId,
}

impl Pair {
    /// One with records of every shape, and an empty one.
    async fn new() -> Self {
        let pair = Self { folder: tempfile::tempdir().unwrap(), installation: InstallationId::generate() };
        let old = pair.old();
        old.set_installation(pair.installation.clone()).await.unwrap();
        for seed in [1, 2] {
            fill(&old, seed).await;
        }
        pair
    }

    fn old(&self) -> SqliteLedger {
        open(&self.folder.path().join("old"))
    }

    fn new_one(&self) -> SqliteLedger {
        open(&self.folder.path().join("new"))
    }

    /// Takes from one to the other with so many calls until the end comes.
    async fn migrate(&self, back: bool, calls: i64) -> Result<Migrated, MigrateError> {
        let calls_left = Arc::new(AtomicI64::new(calls));
        let mortal = |ledger| -> Arc<dyn Transfer> { Arc::new(Mortal { ledger, calls_left: Arc::clone(&calls_left) }) };
        let (old, new) = (mortal(self.old()), mortal(self.new_one()));
        if back { migrate(&new, &old, false).await } else { migrate(&old, &new, false).await }
    }

    async fn in_service(&self) -> [bool; 2] {
        let serving = |state| matches!(state, ServiceState::Serving(_));
        [serving(self.old().service_state().await.unwrap()), serving(self.new_one().service_state().await.unwrap())]
    }
}

fn open(path: &Path) -> SqliteLedger {
    SqliteLedger::open(path, Arc::new(ManualClock::new(START))).unwrap()
}

async fn all(ledger: &SqliteLedger) -> Vec<(RecordKey, ExportedRecord)> {
    let mut all = Vec::new();
    for key in ledger.keys(None, usize::MAX >> 1).await.unwrap() {
        all.push((key, ledger.export(&key).await.unwrap().unwrap()));
    }
    all
}

/// A share with links, objects, a note and lines, and a push.
async fn fill(ledger: &SqliteLedger, seed: u8) {
    let share = ShareId::from_bytes([seed; 16]);
    for key in [RecordKey::Share(share), RecordKey::Push(LinkId::from_bytes([seed; 16]))] {
        let cell = |seed: u8| Cell { link: LinkId::from_bytes([seed; 16]), bytes: vec![seed; 200] };
        let cells = key.share().map_or_else(Vec::new, |_| [seed, seed + 100].map(cell).to_vec());
        let row = NewRow {
            record: StoredRecord { head: vec![seed; 300], cells },
            write_id: WriteId::generate(),
            due: START,
            accepts_parts: Some(ContentNumber::FIRST),
            stands_alone: false,
        };
        let links = key.share().map(|_| [seed, seed + 100].map(|seed| LinkId::from_bytes([seed; 16])));
        let log = vec![LogLine { at: START, link: None, event: Event::Created }; usize::from(seed)];
        let new_links = links.into_iter().flatten().collect();
        let change = Change {
            key,
            expect: None,
            not_after: Timestamp::from_millis(u64::MAX),
            expect_objects: None,
            drop_content: None,
            record: Some(row),
            new_links,
            log,
            needs_space: false,
        };
        assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
    }
    for slot in [Slot::Manifest, Slot::Part(0), Slot::Part(7)] {
        let digest = Digest::from_bytes([seed; 32]);
        let object =
            ObjectRow { content: ContentNumber::FIRST, slot, sealed_len: 81, digest, blob: format!("{seed}-{slot:?}") };
        ledger.put_object(&share, object).await.unwrap();
    }
    assert_eq!(ledger.put_note(&share, vec![seed; 40], Replaces::Anything).await.unwrap(), PutNote::Stored);
}

async fn remove(ledger: &SqliteLedger, key: RecordKey) {
    let write_id = ledger.load(&key, LoadedLinks::All).await.unwrap().unwrap().write_id;
    let (record, new_links, log) = (None, Vec::new(), Vec::new());
    let change = Change {
        key,
        expect: Some(write_id),
        not_after: Timestamp::from_millis(u64::MAX),
        expect_objects: None,
        drop_content: None,
        record,
        new_links,
        log,
        needs_space: false,
    };
    assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
}

#[tokio::test]
async fn cut_short_at_any_call_one_ledger_serves_at_most_and_the_same_again_ends_it() {
    let mut ends = 0;
    for calls in 1.. {
        let pair = Pair::new().await;
        let expected = all(&pair.old()).await;
        let cut = pair.migrate(false, calls).await;
        assert_ne!(pair.in_service().await, [true, true], "after {calls} calls");
        if cut.is_err() {
            ends += 1;
            let again = pair.migrate(false, i64::MAX).await.unwrap();
            assert!(
                matches!(again, Migrated::Moved { records: 4 } | Migrated::Before),
                "{again:?} after {calls} calls"
            );
        }
        assert_eq!(pair.in_service().await, [false, true], "after {calls} calls");
        assert_eq!(all(&pair.new_one()).await, expected, "after {calls} calls");
        assert_eq!(pair.new_one().installation().await.unwrap(), Some(pair.installation.clone()));
        assert!(matches!(pair.old().installation().await, Err(LedgerError::NotInService(ServiceState::Moved { .. }))));
        if cut.is_ok() {
            break;
        }
    }
    assert!(ends > 30, "it was cut short at every call: {ends}");
}

/// There and back, over what an earlier stay left behind.
#[tokio::test]
async fn cut_short_at_any_call_on_the_way_back_nothing_old_comes_to_life() {
    for calls in 1.. {
        let pair = Pair::new().await;
        pair.migrate(false, i64::MAX).await.unwrap();
        let new = pair.new_one();
        fill(&new, 5).await;
        remove(&new, ShareId::from_bytes([1; 16]).into()).await;
        let expected = all(&new).await;
        drop(new);
        let cut = pair.migrate(true, calls).await;
        assert_ne!(pair.in_service().await, [true, true], "after {calls} calls");
        if cut.is_err() {
            pair.migrate(true, i64::MAX).await.unwrap();
        }
        assert_eq!(pair.in_service().await, [true, false]);
        assert_eq!(all(&pair.old()).await, expected, "after {calls} calls");
        for gone in [1, 101] {
            assert_eq!(pair.old().share_of_link(&LinkId::from_bytes([gone; 16])).await.unwrap(), None);
        }
        if cut.is_ok() {
            break;
        }
    }
}

#[tokio::test]
async fn a_move_that_was_cut_short_can_be_given_up_until_it_is_decided() {
    let (mut given_up, mut decided) = (0, 0);
    for calls in 1.. {
        let pair = Pair::new().await;
        let expected = all(&pair.old()).await;
        let cut = pair.migrate(false, calls).await;
        let back = pair.migrate(true, i64::MAX).await;
        match &back {
            Ok(Migrated::Reopened) => given_up += 1,
            Ok(Migrated::Moved { .. }) => decided += 1,
            // The old one still serves, or all is there but for the last word.
            Err(MigrateError::Refused(_)) if pair.in_service().await == [true, false] => {}
            Err(MigrateError::Refused(_)) => {
                assert_eq!(pair.migrate(false, i64::MAX).await.unwrap(), Migrated::Moved { records: 4 });
                pair.migrate(true, i64::MAX).await.unwrap();
                decided += 1;
            }
            other => panic!("{other:?} after {calls} calls"),
        }
        assert_eq!(pair.in_service().await, [true, false], "after {calls} calls: {back:?}");
        assert_eq!(all(&pair.old()).await, expected, "after {calls} calls");
        if cut.is_ok() {
            break;
        }
    }
    assert!(given_up > 10 && decided > 1, "{given_up} {decided}");
}

#[tokio::test]
async fn whoever_takes_over_keeps_the_one_before_from_changing_anything() {
    let pair = Pair::new().await;
    let (old, new) = (pair.old(), pair.new_one());
    assert!(pair.migrate(false, 8).await.is_err());
    let first = new.service_state().await.unwrap();
    assert!(pair.migrate(false, 8).await.is_err());
    let second = new.service_state().await.unwrap();
    let key = RecordKey::Share(ShareId::from_bytes([1; 16]));
    let exported = old.export(&key).await.unwrap();
    let late = new.import(&first, key, exported.clone()).await;
    assert!(matches!(&late, Err(LedgerError::NotInService(found)) if *found == second), "{late:?}");
    assert!(!new.compare_and_set_state(&first, &ServiceState::Serving(pair.installation.clone())).await.unwrap());
    new.import(&second, key, exported).await.unwrap();
}

#[tokio::test]
async fn a_target_that_is_not_empty_or_somebody_elses_is_refused_and_left_alone() {
    let pair = Pair::new().await;
    let new = pair.new_one();
    fill(&new, 9).await;
    let before = all(&new).await;
    let refused = |result| match result {
        Err(MigrateError::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused(pair.migrate(false, i64::MAX).await).contains("nobody knows whose"));
    new.set_installation(InstallationId::generate()).await.unwrap();
    assert!(refused(pair.migrate(false, i64::MAX).await).contains("another installation"));
    assert_eq!(all(&new).await, before);
    assert_eq!(pair.in_service().await, [true, true]);
}

#[tokio::test]
async fn time_goes_on_from_where_the_old_ledger_was() {
    let pair = Pair::new().await;
    let later = START.after(std::time::Duration::from_secs(300));
    pair.old().reach(later).await.unwrap();
    pair.migrate(false, i64::MAX).await.unwrap();
    assert_eq!(pair.new_one().now().await.unwrap(), later, "over a restart, too");
}
