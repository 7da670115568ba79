//! What is due, the time, and whose the ledger is.

use std::time::Duration;

use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{COMMIT_MAX, Change, CommitOutcome, Due, InstallationId, NewRow};
use subrosa_shared::time::Timestamp;

use crate::backends::Backend;
use crate::support::{Key, START, clock, create, keyring_key, new_row, push_key, put, share_key};

pub(crate) async fn what_is_due_is_due_whatever_it_is(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let later = START.after(Duration::from_secs(1));
    let mut expected = Vec::new();
    let now = [share_key(3), push_key(1), keyring_key(1)].map(|key| (key, START));
    let then = [share_key(1), push_key(2), keyring_key(2)].map(|key| (key, later));
    for (key, due) in now.into_iter().chain(then) {
        ledger.commit(put(key, None, NewRow { due, ..new_row(b"x") })).await.unwrap();
        expected.push(Due { due, key });
    }
    assert_eq!(ledger.due(later, None, 10).await.unwrap(), expected);
    for (index, last) in expected.iter().enumerate() {
        assert_eq!(ledger.due(later, Some(*last), 10).await.unwrap(), expected[index + 1..]);
    }
}

pub(crate) async fn what_is_due_comes_in_order_and_in_pages(backend: &dyn Backend, key: Key) {
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

pub(crate) async fn the_clock_never_goes_backwards(backend: &dyn Backend, key: Key) {
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

pub(crate) async fn what_was_decided_too_long_ago_is_not_committed(backend: &dyn Backend, key: Key) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    let not_after = START.after(COMMIT_MAX);
    let write_id = create(ledger.as_ref(), key(1)).await;
    let changes = || {
        let put_with = |seed: u8, expect| put(key(seed), expect, new_row(b"late"));
        let removal = Change { record: None, ..put_with(1, Some(write_id)) };
        [put_with(2, None), put_with(1, Some(write_id)), removal].map(|change| Change { not_after, ..change })
    };
    clock.set(not_after.after(Duration::from_millis(1)));
    for change in changes() {
        assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Late);
    }
    assert_eq!(ledger.load(&key(2), LoadedLinks::All).await.unwrap(), None);
    assert_eq!(ledger.load(&key(1), LoadedLinks::All).await.unwrap().unwrap().write_id, write_id);

    let [creation, ..] = changes();
    let in_time = Change { not_after: not_after.after(Duration::from_millis(1)), ..creation };
    assert_eq!(ledger.commit(in_time.clone()).await.unwrap(), CommitOutcome::Committed, "at its last moment");
}

pub(crate) async fn an_installation_is_given_once(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    assert_eq!(ledger.installation().await.unwrap(), None);
    let (first, second) = (InstallationId::generate(), InstallationId::generate());
    assert_eq!(ledger.set_installation(first.clone()).await.unwrap(), first);
    assert_eq!(ledger.set_installation(second).await.unwrap(), first);
    drop(ledger);
    assert_eq!(backend.open(&clock).await.installation().await.unwrap(), Some(first));
}
