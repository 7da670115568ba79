//! What is left of a record that ends.

use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{Change, CommitOutcome, Due, NewRow, Replaces};
use subrosa_shared::api::{Event, LogLine};

use crate::backends::Backend;
use crate::support::{Key, START, clock, create, link, new_row, part, put, share, share_key};

pub(crate) async fn a_record_that_stands_alone_keeps_nothing_beside_it(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    let write_id = create(&*ledger, key(1)).await;
    if let Some(share) = key(1).share() {
        ledger.put_object(&share, part(0, 1)).await.unwrap();
        ledger.put_note(&share, b"note".to_vec(), Replaces::Anything).await.unwrap();
    }
    let line = LogLine { at: START, link: None, event: Event::Created };
    let row = NewRow { stands_alone: true, accepts_parts: None, ..new_row(b"burned") };
    let change = Change { log: vec![line], ..put(key(1), Some(write_id), row) };
    assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
    assert!(ledger.load(&key(1), LoadedLinks::All).await.unwrap().is_some());
    assert_eq!(ledger.log(&key(1)).await.unwrap(), []);
    if let Some(share) = key(1).share() {
        assert_eq!(ledger.objects(&share).await.unwrap().rows, []);
        assert_eq!(ledger.note(&share).await.unwrap(), None);
    }
}

pub(crate) async fn what_is_removed_is_forgotten(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    let write_id = create(&*ledger, key(1)).await;
    let kept = create(&*ledger, key(2)).await;
    let removal = Change { record: None, ..put(key(1), Some(write_id), new_row(b"")) };
    assert_eq!(ledger.commit(removal).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.load(&key(1), LoadedLinks::All).await.unwrap(), None);
    assert_eq!(ledger.log(&key(1)).await.unwrap(), []);
    assert_eq!(ledger.due(START, None, 10).await.unwrap(), [Due { due: START, key: key(2) }]);
    assert_eq!(ledger.load(&key(2), LoadedLinks::All).await.unwrap().unwrap().write_id, kept);
    create(&*ledger, key(1)).await;
}

pub(crate) async fn removing_removes_everything(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let row = new_row(b"x");
    let write_id = row.write_id;
    let line = LogLine { at: START, link: None, event: Event::Created };
    let change = Change { new_links: vec![link(7)], log: vec![line], ..put(share(1), None, row) };
    ledger.commit(change).await.unwrap();
    create(ledger.as_ref(), share(2)).await;
    ledger.put_object(&share(1), part(0, 1)).await.unwrap();
    ledger.put_note(&share(1), b"note".to_vec(), Replaces::Anything).await.unwrap();

    let removal = Change { record: None, log: vec![line], ..put(share(1), Some(write_id), new_row(b"")) };
    assert_eq!(ledger.commit(removal).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.load(&share_key(1), LoadedLinks::All).await.unwrap(), None);
    assert_eq!(ledger.share_of_link(&link(7)).await.unwrap(), None);
    assert_eq!(ledger.log(&share_key(1)).await.unwrap(), []);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, []);
    assert_eq!(ledger.note(&share(1)).await.unwrap(), None);
    let due: Vec<_> = ledger.due(START, None, 10).await.unwrap().iter().map(|due| due.key).collect();
    assert_eq!(due, [share_key(2)], "and nothing of its neighbours");
}
