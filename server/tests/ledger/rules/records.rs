//! Records and their versions.

use std::sync::Arc;

use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{Change, CommitOutcome, Ledger, ObjectRow, Replaces, Row, Slot, WriteId};
use subrosa_shared::api::{Event, LogLine};
use subrosa_shared::content::ContentNumber;

use crate::backends::Backend;
use crate::support::{Key, START, clock, create, keyring_key, link, new_row, part, push_key, put, share, share_key};

pub(crate) async fn what_is_committed_is_there_after_reopening(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    assert!(ledger.is_empty().await.unwrap());
    let row = new_row(b"bytes \x00\xff of any kind");
    let line = LogLine { at: START, link: Some(link(7)), event: Event::Created };
    let change = Change { new_links: vec![link(7)], log: vec![line], ..put(share(1), None, row.clone()) };
    assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
    let manifest = ObjectRow { content: ContentNumber::FIRST, slot: Slot::Manifest, ..part(0, 3) };
    for object in [part(1, 2), manifest.clone(), part(0, 1)] {
        ledger.put_object(&share(1), object).await.unwrap();
    }
    ledger.put_note(&share(1), b"note".to_vec(), Replaces::Anything).await.unwrap();
    ledger.ping().await.unwrap();
    drop(ledger);

    let ledger = backend.open(&clock).await;
    let loaded = ledger.load(&share_key(1), LoadedLinks::All).await.unwrap();
    assert_eq!(loaded, Some(Row { record: row.record, write_id: row.write_id }));
    assert_eq!(ledger.load(&share_key(2), LoadedLinks::All).await.unwrap(), None);
    assert_eq!(ledger.share_of_link(&link(7)).await.unwrap(), Some(share(1)));
    assert_eq!(ledger.share_of_link(&link(8)).await.unwrap(), None);
    assert_eq!(ledger.log(&share_key(1)).await.unwrap(), [line]);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, [manifest.clone(), part(0, 1), part(1, 2)]);
    assert_eq!(ledger.object(&share(1), ContentNumber::FIRST, Slot::Manifest).await.unwrap(), Some(manifest));
    assert_eq!(ledger.object(&share(1), ContentNumber::FIRST, Slot::Part(9)).await.unwrap(), None);
    assert_eq!(ledger.note(&share(1)).await.unwrap().as_deref(), Some(b"note".as_slice()));
    assert!(!ledger.is_empty().await.unwrap());
}

pub(crate) async fn of_two_changes_on_one_version_one_wins(backend: &dyn Backend, key: Key) {
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
    assert_eq!(ledger.load(&key(1), LoadedLinks::All).await.unwrap().unwrap().record, second.record);
    assert_eq!(ledger.load(&key(2), LoadedLinks::All).await.unwrap(), None);
}

pub(crate) async fn racing_changes_lose_nothing(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    create(ledger.as_ref(), key(1)).await;
    let add_ones = move |ledger: Arc<dyn Ledger>| async move {
        for _ in 0..25 {
            loop {
                let Row { record, write_id } = ledger.load(&key(1), LoadedLinks::All).await.unwrap().unwrap();
                let change = put(key(1), Some(write_id), new_row(&[record.head.as_slice(), b"1"].concat()));
                if ledger.commit(change).await.unwrap() == CommitOutcome::Committed {
                    break;
                }
            }
        }
    };
    let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(add_ones(ledger.clone()))).collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(
        ledger.load(&key(1), LoadedLinks::All).await.unwrap().unwrap().record.head.len(),
        b"first".len() + 8 * 25
    );
}

/// Neither sees, changes or removes anything of the other.
pub(crate) async fn records_of_one_id_are_one_of_each_kind(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    let lines = [Event::Created, Event::Revoked, Event::Paused].map(|event| LogLine { at: START, link: None, event });
    let rows = [new_row(b"of the share"), new_row(b"of the push"), new_row(b"of the keyring")];
    let ids = rows.each_ref().map(|row| row.write_id);
    for ((key, row), line) in [share_key(1), push_key(1), keyring_key(1)].into_iter().zip(rows).zip(lines) {
        let change = Change { log: vec![line], ..put(key, None, row) };
        assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed, "{key}");
    }
    ledger.put_object(&share(1), part(0, 1)).await.unwrap();
    ledger.put_note(&share(1), b"note".to_vec(), Replaces::Anything).await.unwrap();
    drop(ledger);

    let ledger = backend.open(&clock).await;
    assert_eq!(ledger.load(&share_key(1), LoadedLinks::All).await.unwrap().unwrap().record.head, b"of the share");
    assert_eq!(ledger.load(&push_key(1), LoadedLinks::All).await.unwrap().unwrap().record.head, b"of the push");
    assert_eq!(ledger.load(&keyring_key(1), LoadedLinks::All).await.unwrap().unwrap().record.head, b"of the keyring");
    assert_eq!(ledger.log(&share_key(1)).await.unwrap(), [lines[0]]);
    assert_eq!(ledger.log(&push_key(1)).await.unwrap(), [lines[1]]);
    assert_eq!(ledger.log(&keyring_key(1)).await.unwrap(), [lines[2]]);
    // No link of a share: the index does not know it.
    assert_eq!(ledger.share_of_link(&link(1)).await.unwrap(), None);
    let crossed = ledger.commit(put(push_key(1), Some(ids[0]), new_row(b"x"))).await.unwrap();
    assert_eq!(crossed, CommitOutcome::Conflict);

    let removal = Change { record: None, ..put(push_key(1), Some(ids[1]), new_row(b"")) };
    assert_eq!(ledger.commit(removal).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.load(&share_key(1), LoadedLinks::All).await.unwrap().unwrap().record.head, b"of the share");
    assert_eq!(ledger.log(&share_key(1)).await.unwrap(), [lines[0]]);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, [part(0, 1)]);
    assert_eq!(ledger.note(&share(1)).await.unwrap().as_deref(), Some(b"note".as_slice()));
    assert_eq!(ledger.load(&push_key(1), LoadedLinks::All).await.unwrap(), None);
    assert_eq!(ledger.load(&keyring_key(1), LoadedLinks::All).await.unwrap().unwrap().record.head, b"of the keyring");
}
