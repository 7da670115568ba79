//! What is true of SQLite only.

use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;
use subrosa_lifecycle::{Cell, LoadedLinks, RecordKey, StoredRecord};
use subrosa_server::ledger::sqlite::SqliteLedger;
use subrosa_server::ledger::{Change, CommitOutcome, Ledger as _, LedgerError, NewRow};
use subrosa_shared::id::LinkId;
use tempfile::TempDir;

use crate::backends::{Backend as _, Sqlite};
use crate::support::{clock, create, head, link, new_row, push_key, put, share_key};

/// Whether any file of a ledger holds these bytes.
fn on_disk(folder: &TempDir, bytes: &[u8]) -> bool {
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.into_iter().any(|file| file.windows(bytes.len()).any(|window| window == bytes))
}

/// Records longer than a page, too.
#[tokio::test]
async fn what_was_replaced_or_removed_is_on_no_disk_once_it_is_scrubbed() {
    let backend = Sqlite::new().await;
    let ledger = backend.open(&clock()).await;
    let secret = |seed: u8| [b"canary-".as_slice(), &[seed; 16]].concat();
    let long = |seed| new_row(&secret(seed).repeat(3000));
    let (replaced, removed) = (long(b'a'), new_row(&secret(b'b')));
    let (first, second) = (replaced.write_id, removed.write_id);
    ledger.commit(put(push_key(1), None, replaced)).await.unwrap();
    ledger.commit(put(push_key(2), None, removed)).await.unwrap();
    ledger.commit(put(push_key(3), None, long(b'c'))).await.unwrap();
    ledger.scrub().await.unwrap();
    assert!([b'a', b'b', b'c'].iter().all(|seed| on_disk(backend.folder(), &secret(*seed))));

    ledger.commit(put(push_key(1), Some(first), new_row(b"short"))).await.unwrap();
    ledger.commit(Change { record: None, ..put(push_key(2), Some(second), new_row(b"")) }).await.unwrap();
    // While somebody reads all the time, and writes.
    let busy = async {
        for seed in 10..40 {
            create(ledger.as_ref(), push_key(seed)).await;
            ledger.load(&push_key(seed), LoadedLinks::All).await.unwrap();
        }
    };
    let (scrubbed, ()) = tokio::join!(ledger.scrub(), busy);
    scrubbed.unwrap();
    assert!(!on_disk(backend.folder(), &secret(b'a')) && !on_disk(backend.folder(), &secret(b'b')));
    assert!(on_disk(backend.folder(), &secret(b'c')));
    assert_eq!(ledger.load(&push_key(1), LoadedLinks::All).await.unwrap().unwrap().record.head, b"short");
}

/// Makes many records and removes them again; gives the length of the file before that and after.
async fn storm(ledger: &SqliteLedger, file: &Path) -> (u64, u64) {
    let key = |number: u16| {
        let mut id = [0; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        RecordKey::Push(LinkId::from_bytes(id))
    };
    let rows: Vec<_> = (0..3_000).map(|number| (key(number), new_row(&[7; 3_000]))).collect();
    for made in join_all(rows.iter().map(|(key, row)| ledger.commit(put(*key, None, row.clone())))).await {
        made.unwrap();
    }
    ledger.scrub().await.unwrap();
    let full = file.metadata().unwrap().len();
    let removals = rows
        .iter()
        .map(|(key, row)| ledger.commit(Change { record: None, ..put(*key, Some(row.write_id), row.clone()) }));
    for removed in join_all(removals).await {
        removed.unwrap();
    }
    while !ledger.scrub().await.unwrap() {}
    (full, file.metadata().unwrap().len())
}

#[tokio::test]
async fn after_a_storm_the_file_is_small_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&file, Arc::new(clock())).unwrap();
    let (full, empty) = storm(&ledger, &file).await;
    assert!(full > 8 << 20 && empty < 2 << 20, "{full} bytes, then {empty}");
}

#[tokio::test]
async fn a_file_of_an_older_version_shrinks_too_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&file, Arc::new(clock())).unwrap();
    create(&ledger, push_key(1)).await;
    drop(ledger);
    let older = rusqlite::Connection::open(&file).unwrap();
    older.execute_batch("PRAGMA auto_vacuum = NONE; VACUUM").unwrap();
    assert_eq!(older.query_row("PRAGMA auto_vacuum", [], |row| row.get::<_, u32>(0)).unwrap(), 0);
    drop(older);
    let ledger = SqliteLedger::open(&file, Arc::new(clock())).unwrap();
    let (full, empty) = storm(&ledger, &file).await;
    assert!(full > 8 << 20 && empty < 2 << 20, "{full} bytes, then {empty}");
    assert_eq!(ledger.load(&push_key(1), LoadedLinks::All).await.unwrap().unwrap().record.head, b"first");
}

/// As servers before version 3 of the tables have left it: with all links in the record.
#[tokio::test]
async fn a_file_of_the_version_before_is_taken_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&file, Arc::new(clock())).unwrap();
    let first = create(&ledger, share_key(1)).await;
    drop(ledger);
    let older = rusqlite::Connection::open(&file).unwrap();
    older.execute_batch("DROP TABLE cell; PRAGMA user_version = 2").unwrap();
    drop(older);
    for _ in 0..2 {
        let ledger = SqliteLedger::open(&file, Arc::new(clock())).unwrap();
        let row = ledger.load(&share_key(1), LoadedLinks::All).await.unwrap().unwrap();
        assert_eq!((row.record, row.write_id), (head(b"first"), first));
    }
    let ledger = SqliteLedger::open(&file, Arc::new(clock())).unwrap();
    let cells = vec![Cell { link: link(1), bytes: b"one".to_vec() }];
    let row = new_row(b"second");
    let row = NewRow { record: StoredRecord { cells, ..row.record }, ..row };
    assert_eq!(ledger.commit(put(share_key(1), Some(first), row.clone())).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.load(&share_key(1), LoadedLinks::All).await.unwrap().unwrap().record, row.record);
}

#[test]
fn a_file_that_is_no_ledger_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| SqliteLedger::open(&folder.path().join(name), Arc::new(clock()));
    std::fs::write(folder.path().join("text"), "this is no database, however long it is made to be".repeat(100))
        .unwrap();
    assert!(matches!(open("text"), Err(LedgerError::Corrupt(_))));
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
