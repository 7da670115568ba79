//! What every ledger has to hold to: one set of rules, run against each of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use subrosa_server::ledger::sqlite::SqliteLedger;
use subrosa_server::ledger::{
    Change, CommitOutcome, Due, InstallationId, LOG_LINES_MAX, Ledger, LedgerError, ManualClock, NewRow, ObjectRow,
    Objects, PutObject, Row, Slot, WriteId,
};
use subrosa_server::record_key::RecordKey;
use subrosa_shared::api::{Event, LogLine};
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::time::Timestamp;
use tempfile::TempDir;

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A kind of ledger, and one place where one of them lives.
#[async_trait]
trait Backend {
    fn new() -> Self
    where
        Self: Sized;
    /// Opens it, again and again. Those opened before are dropped.
    async fn open(&self, clock: &ManualClock) -> Arc<dyn Ledger>;
}

struct Sqlite(TempDir);

impl Sqlite {
    fn path(&self) -> PathBuf {
        self.0.path().join("ledger.sqlite")
    }
}

#[async_trait]
impl Backend for Sqlite {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self, clock: &ManualClock) -> Arc<dyn Ledger> {
        Arc::new(SqliteLedger::open(&self.path(), Arc::new(clock.clone())).unwrap())
    }
}

macro_rules! conformance {
    ($module:ident, $backend:ty, once [$($rule:ident),* $(,)?], keys [$($keyed:ident),* $(,)?]) => {
        mod $module {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                super::$rule(&<$backend as super::Backend>::new()).await;
            })*

            conformance!(kind shares, super::super::share_key, $backend, [$($keyed),*]);
            conformance!(kind pushes, super::super::push_key, $backend, [$($keyed),*]);
        }
    };
    (kind $kind:ident, $key:path, $backend:ty, [$($keyed:ident),*]) => {
        mod $kind {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $keyed() {
                super::super::$keyed(&<$backend as super::super::Backend>::new(), $key).await;
            })*
        }
    };
}

conformance!(
    sqlite,
    crate::Sqlite,
    once [
        what_is_committed_is_there_after_reopening,
        removing_removes_everything,
        a_link_opens_one_share_for_ever,
        objects_are_taken_only_while_the_record_accepts_parts,
        a_change_that_rests_on_objects_fails_when_they_changed,
        share_and_push_of_one_id_are_two_records,
        what_is_due_is_due_whatever_it_is,
        an_installation_is_given_once,
        a_note_belongs_to_a_share,
    ],
    keys [
        of_two_changes_on_one_version_one_wins,
        racing_changes_lose_nothing,
        a_record_that_stands_alone_keeps_nothing_beside_it,
        what_is_removed_is_forgotten,
        what_is_due_comes_in_order_and_in_pages,
        the_timeline_keeps_its_last_lines,
        the_clock_never_goes_backwards,
    ]
);

/// Names records of one kind.
type Key = fn(u8) -> RecordKey;

fn clock() -> ManualClock {
    ManualClock::new(START)
}

fn share(seed: u8) -> ShareId {
    ShareId::from_bytes([seed; 16])
}

fn share_key(seed: u8) -> RecordKey {
    share(seed).into()
}

fn push_key(seed: u8) -> RecordKey {
    RecordKey::Push(link(seed))
}

fn link(seed: u8) -> LinkId {
    LinkId::from_bytes([seed; 16])
}

fn new_row(record: &[u8]) -> NewRow {
    NewRow {
        record: record.to_vec(),
        write_id: WriteId::generate(),
        due: START,
        accepts_parts: true,
        stands_alone: false,
    }
}

fn put(key: impl Into<RecordKey>, expect: Option<WriteId>, row: NewRow) -> Change {
    let key = key.into();
    Change { key, expect, expect_objects: None, record: Some(row), new_links: Vec::new(), log: Vec::new() }
}

fn part(index: u32, seed: u8) -> ObjectRow {
    let digest = Digest::from_bytes([seed; 32]);
    ObjectRow { slot: Slot::Part(index), sealed_len: 81 + u64::from(seed), digest, blob: format!("{index}-{seed}") }
}

async fn create(ledger: &dyn Ledger, key: impl Into<RecordKey>) -> WriteId {
    let row = new_row(b"first");
    let write_id = row.write_id;
    assert_eq!(ledger.commit(put(key, None, row)).await.unwrap(), CommitOutcome::Committed);
    write_id
}

async fn what_is_committed_is_there_after_reopening(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    assert!(ledger.is_empty().await.unwrap());
    let row = new_row(b"bytes \x00\xff of any kind");
    let line = LogLine { at: START, link: Some(link(7)), event: Event::Created };
    let change = Change { new_links: vec![link(7)], log: vec![line], ..put(share(1), None, row.clone()) };
    assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
    let manifest = ObjectRow { slot: Slot::Manifest, ..part(0, 3) };
    for object in [part(1, 2), manifest.clone(), part(0, 1)] {
        ledger.put_object(&share(1), object).await.unwrap();
    }
    ledger.put_note(&share(1), b"note".to_vec()).await.unwrap();
    ledger.ping().await.unwrap();
    drop(ledger);

    let ledger = backend.open(&clock).await;
    let loaded = ledger.load(&share_key(1)).await.unwrap();
    assert_eq!(loaded, Some(Row { record: row.record, write_id: row.write_id }));
    assert_eq!(ledger.load(&share_key(2)).await.unwrap(), None);
    assert_eq!(ledger.share_of_link(&link(7)).await.unwrap(), Some(share(1)));
    assert_eq!(ledger.share_of_link(&link(8)).await.unwrap(), None);
    assert_eq!(ledger.log(&share_key(1)).await.unwrap(), [line]);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, [manifest.clone(), part(0, 1), part(1, 2)]);
    assert_eq!(ledger.object(&share(1), Slot::Manifest).await.unwrap(), Some(manifest));
    assert_eq!(ledger.object(&share(1), Slot::Part(9)).await.unwrap(), None);
    assert_eq!(ledger.note(&share(1)).await.unwrap().as_deref(), Some(b"note".as_slice()));
    assert!(!ledger.is_empty().await.unwrap());
}

async fn of_two_changes_on_one_version_one_wins(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    let first = create(ledger.as_ref(), key(1)).await;
    let second = new_row(b"second");
    let commit = |change| ledger.commit(change);
    assert_eq!(commit(put(key(1), Some(first), second.clone())).await.unwrap(), CommitOutcome::Committed);
    for late in [Some(first), None, Some(WriteId::generate())] {
        let outcome = commit(put(key(1), late, new_row(b"late"))).await.unwrap();
        assert_eq!(outcome, CommitOutcome::Conflict, "expected {late:?}");
    }
    let of_nothing = commit(put(key(2), Some(first), new_row(b"x"))).await.unwrap();
    assert_eq!(of_nothing, CommitOutcome::Conflict);
    assert_eq!(ledger.load(&key(1)).await.unwrap().unwrap().record, second.record);
    assert_eq!(ledger.load(&key(2)).await.unwrap(), None);
}

async fn racing_changes_lose_nothing(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    create(ledger.as_ref(), key(1)).await;
    let add_ones = move |ledger: Arc<dyn Ledger>| async move {
        for _ in 0..25 {
            loop {
                let Row { record, write_id } = ledger.load(&key(1)).await.unwrap().unwrap();
                let change = put(key(1), Some(write_id), new_row(&[record.as_slice(), b"1"].concat()));
                if ledger.commit(change).await.unwrap() == CommitOutcome::Committed {
                    break;
                }
            }
        }
    };
    let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(add_ones(Arc::clone(&ledger)))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(ledger.load(&key(1)).await.unwrap().unwrap().record.len(), b"first".len() + 8 * 25);
}

async fn a_record_that_stands_alone_keeps_nothing_beside_it(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    let write_id = create(&*ledger, key(1)).await;
    if let Some(share) = key(1).share() {
        ledger.put_object(&share, part(0, 1)).await.unwrap();
        ledger.put_note(&share, b"note".to_vec()).await.unwrap();
    }
    let line = LogLine { at: START, link: None, event: Event::Created };
    let row = NewRow { stands_alone: true, accepts_parts: false, ..new_row(b"burned") };
    let change = Change { log: vec![line], ..put(key(1), Some(write_id), row) };
    assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
    assert!(ledger.load(&key(1)).await.unwrap().is_some());
    assert_eq!(ledger.log(&key(1)).await.unwrap(), []);
    if let Some(share) = key(1).share() {
        assert_eq!(ledger.objects(&share).await.unwrap().rows, []);
        assert_eq!(ledger.note(&share).await.unwrap(), None);
    }
}

async fn what_is_removed_is_forgotten(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    let write_id = create(&*ledger, key(1)).await;
    let kept = create(&*ledger, key(2)).await;
    let removal = Change { record: None, ..put(key(1), Some(write_id), new_row(b"")) };
    assert_eq!(ledger.commit(removal).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.load(&key(1)).await.unwrap(), None);
    assert_eq!(ledger.log(&key(1)).await.unwrap(), []);
    assert_eq!(ledger.due(START, None, 10).await.unwrap(), [Due { due: START, key: key(2) }]);
    assert_eq!(ledger.load(&key(2)).await.unwrap().unwrap().write_id, kept);
    create(&*ledger, key(1)).await;
}

/// Neither sees, changes or removes anything of the other.
async fn share_and_push_of_one_id_are_two_records(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    let lines = [Event::Created, Event::Revoked].map(|event| LogLine { at: START, link: None, event });
    let rows = [new_row(b"of the share"), new_row(b"of the push")];
    let ids = rows.each_ref().map(|row| row.write_id);
    for ((key, row), line) in [share_key(1), push_key(1)].into_iter().zip(rows).zip(lines) {
        let change = Change { log: vec![line], ..put(key, None, row) };
        assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed, "{key}");
    }
    ledger.put_object(&share(1), part(0, 1)).await.unwrap();
    ledger.put_note(&share(1), b"note".to_vec()).await.unwrap();
    drop(ledger);

    let ledger = backend.open(&clock).await;
    assert_eq!(ledger.load(&share_key(1)).await.unwrap().unwrap().record, b"of the share");
    assert_eq!(ledger.load(&push_key(1)).await.unwrap().unwrap().record, b"of the push");
    assert_eq!(ledger.log(&share_key(1)).await.unwrap(), [lines[0]]);
    assert_eq!(ledger.log(&push_key(1)).await.unwrap(), [lines[1]]);
    // No link of a share: the index does not know it.
    assert_eq!(ledger.share_of_link(&link(1)).await.unwrap(), None);
    let crossed = ledger.commit(put(push_key(1), Some(ids[0]), new_row(b"x"))).await.unwrap();
    assert_eq!(crossed, CommitOutcome::Conflict);

    let removal = Change { record: None, ..put(push_key(1), Some(ids[1]), new_row(b"")) };
    assert_eq!(ledger.commit(removal).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.load(&share_key(1)).await.unwrap().unwrap().record, b"of the share");
    assert_eq!(ledger.log(&share_key(1)).await.unwrap(), [lines[0]]);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, [part(0, 1)]);
    assert_eq!(ledger.note(&share(1)).await.unwrap().as_deref(), Some(b"note".as_slice()));
    assert_eq!(ledger.load(&push_key(1)).await.unwrap(), None);
}

async fn what_is_due_is_due_whatever_it_is(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let later = START.after(Duration::from_secs(1));
    let mut expected = Vec::new();
    for (key, due) in [(share_key(3), START), (push_key(1), START), (share_key(1), later), (push_key(2), later)] {
        ledger.commit(put(key, None, NewRow { due, ..new_row(b"x") })).await.unwrap();
        expected.push(Due { due, key });
    }
    assert_eq!(ledger.due(later, None, 10).await.unwrap(), expected);
    for (index, last) in expected.iter().enumerate() {
        assert_eq!(ledger.due(later, Some(*last), 10).await.unwrap(), expected[index + 1..]);
    }
}

async fn removing_removes_everything(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let row = new_row(b"x");
    let write_id = row.write_id;
    let line = LogLine { at: START, link: None, event: Event::Created };
    let change = Change { new_links: vec![link(7)], log: vec![line], ..put(share(1), None, row) };
    ledger.commit(change).await.unwrap();
    create(ledger.as_ref(), share(2)).await;
    ledger.put_object(&share(1), part(0, 1)).await.unwrap();
    ledger.put_note(&share(1), b"note".to_vec()).await.unwrap();

    let removal = Change { record: None, log: vec![line], ..put(share(1), Some(write_id), new_row(b"")) };
    assert_eq!(ledger.commit(removal).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.load(&share_key(1)).await.unwrap(), None);
    assert_eq!(ledger.share_of_link(&link(7)).await.unwrap(), None);
    assert_eq!(ledger.log(&share_key(1)).await.unwrap(), []);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, []);
    assert_eq!(ledger.note(&share(1)).await.unwrap(), None);
    let due: Vec<_> = ledger.due(START, None, 10).await.unwrap().iter().map(|due| due.key).collect();
    assert_eq!(due, [share_key(2)], "and nothing of its neighbours");
}

async fn a_link_opens_one_share_for_ever(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let row = new_row(b"x");
    let write_id = row.write_id;
    let change = Change { new_links: vec![link(7)], ..put(share(1), None, row) };
    ledger.commit(change).await.unwrap();
    let other = create(ledger.as_ref(), share(2)).await;

    let stolen = Change { new_links: vec![link(8), link(7)], ..put(share(2), Some(other), new_row(b"y")) };
    assert_eq!(ledger.commit(stolen).await.unwrap(), CommitOutcome::LinkTaken);
    assert_eq!(ledger.share_of_link(&link(7)).await.unwrap(), Some(share(1)));
    assert_eq!(ledger.share_of_link(&link(8)).await.unwrap(), None, "nothing of a refused change stays");
    assert_eq!(ledger.load(&share_key(2)).await.unwrap().unwrap().record, b"first");

    let again = Change { new_links: vec![link(7)], ..put(share(1), Some(write_id), new_row(b"z")) };
    assert_eq!(ledger.commit(again).await.unwrap(), CommitOutcome::Committed);
}

async fn objects_are_taken_only_while_the_record_accepts_parts(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    assert_eq!(ledger.put_object(&share(1), part(0, 1)).await.unwrap(), PutObject::Closed, "no record");
    let write_id = create(ledger.as_ref(), share(1)).await;
    let put_object = |object| async { ledger.put_object(&share(1), object).await.unwrap() };
    assert_eq!(put_object(part(0, 1)).await, PutObject::Stored { replaced: None });
    assert_eq!(put_object(part(0, 2)).await, PutObject::Stored { replaced: Some(part(0, 1)) });

    let closed = NewRow { accepts_parts: false, ..new_row(b"closed") };
    ledger.commit(put(share(1), Some(write_id), closed)).await.unwrap();
    assert_eq!(put_object(part(0, 3)).await, PutObject::Closed);
    assert_eq!(put_object(part(1, 3)).await, PutObject::Closed);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, [part(0, 2)]);
}

async fn a_change_that_rests_on_objects_fails_when_they_changed(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let write_id = create(ledger.as_ref(), share(1)).await;
    ledger.put_object(&share(1), part(0, 1)).await.unwrap();
    let Objects { write_id: seen, .. } = ledger.objects(&share(1)).await.unwrap();
    let resting = |on| Change { expect_objects: Some(on), ..put(share(1), Some(write_id), new_row(b"complete")) };

    ledger.put_object(&share(1), part(0, 2)).await.unwrap();
    assert_eq!(ledger.commit(resting(seen)).await.unwrap(), CommitOutcome::Conflict);
    let Objects { write_id: seen, .. } = ledger.objects(&share(1)).await.unwrap();
    assert_eq!(ledger.commit(resting(seen)).await.unwrap(), CommitOutcome::Committed);

    let unknown = ledger.objects(&share(9)).await.unwrap();
    let of_nothing = Change { expect_objects: Some(unknown.write_id), ..put(share(9), None, new_row(b"x")) };
    assert_eq!(ledger.commit(of_nothing).await.unwrap(), CommitOutcome::Conflict);
}

async fn what_is_due_comes_in_order_and_in_pages(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    let at = |secs| START.after(Duration::from_secs(secs));
    let never = Timestamp::from_millis(u64::MAX);
    for (seed, due) in [(5, at(20)), (4, at(10)), (3, at(10)), (2, at(0)), (1, at(21)), (6, never)] {
        ledger.commit(put(key(seed), None, NewRow { due, ..new_row(b"x") })).await.unwrap();
    }
    let due = |seed, due| Due { due, key: key(seed) };
    let expected = [due(2, at(0)), due(3, at(10)), due(4, at(10)), due(5, at(20))];
    assert_eq!(ledger.due(at(20), None, 10).await.unwrap(), expected);
    assert_eq!(ledger.due(at(20), None, 2).await.unwrap(), expected[..2]);
    assert_eq!(ledger.due(at(20), Some(expected[1]), 2).await.unwrap(), expected[2..]);
    assert_eq!(ledger.due(at(20), Some(expected[3]), 2).await.unwrap(), []);
}

async fn the_timeline_keeps_its_last_lines(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    let mut write_id = create(ledger.as_ref(), key(1)).await;
    let line =
        |at: usize| LogLine { at: START.after(Duration::from_millis(at as u64)), link: None, event: Event::Opened };
    for batch in 0..3 {
        let row = new_row(b"x");
        let next = row.write_id;
        let log: Vec<_> = (0..400).map(|at| line(batch * 400 + at)).collect();
        ledger.commit(Change { log, ..put(key(1), Some(write_id), row) }).await.unwrap();
        write_id = next;
    }
    let kept = ledger.log(&key(1)).await.unwrap();
    let expected: Vec<_> = (1200 - LOG_LINES_MAX..1200).map(line).collect();
    assert_eq!(kept, expected);
}

async fn the_clock_never_goes_backwards(backend: &dyn Backend, key: Key) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    let later = START.after(Duration::from_secs(60));
    clock.set(later);
    assert_eq!(ledger.now().await.unwrap(), later);
    clock.set(START);
    assert_eq!(ledger.now().await.unwrap(), later, "a clock that is set back stands still");
    create(ledger.as_ref(), key(1)).await;
    drop(ledger);

    let ledger = backend.open(&clock).await;
    assert_eq!(ledger.now().await.unwrap(), later, "also over a restart, once something was written");
    clock.set(later.after(Duration::from_millis(1)));
    assert_eq!(ledger.now().await.unwrap(), later.after(Duration::from_millis(1)));
}

async fn an_installation_is_given_once(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    assert_eq!(ledger.installation().await.unwrap(), None);
    let (first, second) = (InstallationId::generate(), InstallationId::generate());
    assert_eq!(ledger.set_installation(first.clone()).await.unwrap(), first);
    assert_eq!(ledger.set_installation(second).await.unwrap(), first);
    drop(ledger);
    assert_eq!(backend.open(&clock).await.installation().await.unwrap(), Some(first));
}

async fn a_note_belongs_to_a_share(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    assert!(!ledger.put_note(&share(1), b"note".to_vec()).await.unwrap());
    assert_eq!(ledger.note(&share(1)).await.unwrap(), None);
    create(ledger.as_ref(), push_key(1)).await;
    assert!(!ledger.put_note(&share(1), b"note".to_vec()).await.unwrap(), "a push is no share");
    create(ledger.as_ref(), share(1)).await;
    for note in [b"one".as_slice(), b"two"] {
        assert!(ledger.put_note(&share(1), note.to_vec()).await.unwrap());
        assert_eq!(ledger.note(&share(1)).await.unwrap().as_deref(), Some(note));
    }
}

/// Whether any file of a ledger holds these bytes.
fn on_disk(folder: &TempDir, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.into_iter().any(|file| file.windows(bytes.len()).any(|window| window == bytes))
}

/// Records longer than a page, too.
#[tokio::test]
async fn what_was_replaced_or_removed_is_on_no_disk_once_it_is_scrubbed() {
    let backend = Sqlite::new();
    let ledger = backend.open(&clock()).await;
    let secret = |seed: u8| [b"canary-".as_slice(), &[seed; 16]].concat();
    let long = |seed| new_row(&secret(seed).repeat(3000));
    let (replaced, removed) = (long(b'a'), new_row(&secret(b'b')));
    let (first, second) = (replaced.write_id, removed.write_id);
    ledger.commit(put(push_key(1), None, replaced)).await.unwrap();
    ledger.commit(put(push_key(2), None, removed)).await.unwrap();
    ledger.commit(put(push_key(3), None, long(b'c'))).await.unwrap();
    ledger.scrub().await.unwrap();
    assert!([b'a', b'b', b'c'].iter().all(|seed| on_disk(&backend.0, &secret(*seed))));

    ledger.commit(put(push_key(1), Some(first), new_row(b"short"))).await.unwrap();
    ledger.commit(Change { record: None, ..put(push_key(2), Some(second), new_row(b"")) }).await.unwrap();
    // While somebody reads all the time, and writes.
    let busy = async {
        for seed in 10..40 {
            create(ledger.as_ref(), push_key(seed)).await;
            ledger.load(&push_key(seed)).await.unwrap();
        }
    };
    let (scrubbed, ()) = tokio::join!(ledger.scrub(), busy);
    scrubbed.unwrap();
    assert!(!on_disk(&backend.0, &secret(b'a')) && !on_disk(&backend.0, &secret(b'b')));
    assert!(on_disk(&backend.0, &secret(b'c')));
    assert_eq!(ledger.load(&push_key(1)).await.unwrap().unwrap().record, b"short");
}

#[test]
fn a_file_that_is_no_ledger_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| SqliteLedger::open(&folder.path().join(name), Arc::new(clock()));
    std::fs::write(folder.path().join("text"), "this is no database, however long it is made to be".repeat(100))
        .unwrap();
    assert!(matches!(open("text"), Err(LedgerError::Engine(_))));
    let strange = rusqlite::Connection::open(folder.path().join("strange")).unwrap();
    strange.execute_batch("CREATE TABLE other (x)").unwrap();
    assert!(matches!(open("strange"), Err(LedgerError::Corrupt(_))));
    assert!(matches!(open("missing/folder"), Err(LedgerError::Engine(_))));
    drop(open("new").unwrap());
    let newer = rusqlite::Connection::open(folder.path().join("new")).unwrap();
    // A newer one, and one of before there were pushes.
    for version in [99, 1] {
        newer.pragma_update(None, "user_version", version).unwrap();
        let Err(LedgerError::Corrupt(what)) = open("new") else { panic!("tables of version {version}") };
        assert!(what.contains(&format!("version {version} of the tables")), "{what}");
    }
}
