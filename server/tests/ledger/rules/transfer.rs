//! Rules about taking records elsewhere.

use std::collections::HashSet;
use std::time::Duration;

use subrosa_lifecycle::{LoadedLinks, RecordKey};
use subrosa_server::ledger::{
    Change, CommitOutcome, Due, ExportedRecord, InstallationId, LOG_LINES_MAX, Ledger, LedgerError, NewRow, ObjectRow,
    PutObject, Replaces, Row, ServiceState, Slot, Transfer, TransferId,
};
use subrosa_shared::api::{Event, LogLine};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LinkId, ShareId};
use subrosa_shared::time::Timestamp;

use crate::backends::Backend;
use crate::support::{START, clock, create, link, new_row, part, push_key, put, share, share_key};

fn receiving(installation: &InstallationId) -> ServiceState {
    ServiceState::Receiving {
        installation: installation.clone(),
        name: TransferId::generate(),
        run: TransferId::generate(),
    }
}

/// Puts a new ledger into service.
async fn put_into_service(ledger: &dyn Ledger) -> InstallationId {
    ledger.set_installation(InstallationId::generate()).await.unwrap()
}

/// A share with everything beside it, and a push. Their keys.
async fn fill(ledger: &dyn Ledger) -> [RecordKey; 2] {
    let lines: Vec<_> = (0..LOG_LINES_MAX)
        .map(|at| LogLine { at: START.after(Duration::from_millis(at as u64)), link: None, event: Event::Opened })
        .collect();
    let never = NewRow { due: Timestamp::from_millis(u64::MAX), ..new_row(b"bytes \x00\xff of any kind") };
    let change = Change { new_links: vec![link(7), link(200)], log: lines, ..put(share(1), None, never) };
    assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
    for index in 0..300 {
        ledger.put_object(&share(1), part(index, 1)).await.unwrap();
    }
    ledger
        .put_object(&share(1), ObjectRow { content: ContentNumber::FIRST, slot: Slot::Manifest, ..part(0, 3) })
        .await
        .unwrap();
    ledger.put_note(&share(1), b"note".to_vec(), Replaces::Anything).await.unwrap();
    let closed = NewRow { accepts_parts: None, ..new_row(b"") };
    ledger.commit(put(push_key(1), None, closed)).await.unwrap();
    [share_key(1), push_key(1)]
}

async fn everything(ledger: &dyn Transfer) -> Vec<(RecordKey, ExportedRecord)> {
    let mut all = Vec::new();
    for key in ledger.keys(None, 1_000).await.unwrap() {
        all.push((key, ledger.export(&key).await.unwrap().unwrap()));
    }
    all
}

pub(crate) async fn what_is_exported_is_all_there_is(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    let installation = put_into_service(&*ledger).await;
    let serving = ServiceState::Serving(installation.clone());
    let keys = fill(&*ledger).await;
    let before = everything(&*ledger).await;
    assert_eq!(before.iter().map(|(key, _)| *key).collect::<HashSet<_>>(), keys.into());
    let rows = ledger.objects(&share(1)).await.unwrap().rows;
    let log = ledger.log(&share_key(1)).await.unwrap();

    let receiving = receiving(&installation);
    assert!(ledger.compare_and_set_state(&serving, &receiving).await.unwrap());
    for key in keys {
        ledger.import(&receiving, key, None).await.unwrap();
        assert_eq!(ledger.export(&key).await.unwrap(), None);
    }
    assert!(ledger.is_empty().await.unwrap());
    for (key, kept) in &before {
        // Once more is the same.
        for _ in 0..2 {
            ledger.import(&receiving, *key, Some(kept.clone())).await.unwrap();
        }
    }
    assert_eq!((everything(&*ledger).await, ledger.count().await.unwrap()), (before, 2));
    assert!(ledger.compare_and_set_state(&receiving, &serving).await.unwrap());
    drop(ledger);

    let ledger = backend.open(&clock).await;
    for opens in [7, 200] {
        assert_eq!(ledger.share_of_link(&link(opens)).await.unwrap(), Some(share(1)));
    }
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, rows);
    assert_eq!(ledger.log(&share_key(1)).await.unwrap(), log);
    assert_eq!(ledger.note(&share(1)).await.unwrap().as_deref(), Some(b"note".as_slice()));
    assert_eq!(ledger.due(START, None, 10).await.unwrap(), [Due { due: START, key: push_key(1) }]);
    // It lives on.
    let Row { write_id, .. } = ledger.load(&share_key(1), LoadedLinks::All).await.unwrap().unwrap();
    let last = LogLine { at: START, link: None, event: Event::Revoked };
    let change = Change { log: vec![last], ..put(share(1), Some(write_id), new_row(b"next")) };
    assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.log(&share_key(1)).await.unwrap().last(), Some(&last));
    assert!(matches!(ledger.put_object(&share(1), part(0, 9)).await.unwrap(), PutObject::Stored { replaced: Some(_) }));
}

pub(crate) async fn what_is_imported_replaces_all_that_was_there(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let installation = put_into_service(&*ledger).await;
    fill(&*ledger).await;
    let (serving, receiving) = (ServiceState::Serving(installation.clone()), receiving(&installation));
    assert!(ledger.compare_and_set_state(&serving, &receiving).await.unwrap());
    let kept = ExportedRecord {
        row: new_row(b"other"),
        links: vec![link(8)],
        objects: vec![part(5, 5)],
        note: None,
        log: Vec::new(),
    };
    ledger.import(&receiving, share_key(1), Some(kept.clone())).await.unwrap();
    // Another share has one of the links now.
    let taken = ExportedRecord { links: vec![link(7)], objects: Vec::new(), ..kept.clone() };
    ledger.import(&receiving, share_key(2), Some(taken.clone())).await.unwrap();
    ledger.import(&receiving, push_key(1), None).await.unwrap();
    assert_eq!(ledger.export(&share_key(1)).await.unwrap(), Some(kept));
    assert_eq!(ledger.export(&share_key(2)).await.unwrap(), Some(taken));
    assert!(ledger.compare_and_set_state(&receiving, &serving).await.unwrap());
    assert_eq!(ledger.installation().await.unwrap(), Some(installation));
    let mut opened = Vec::new();
    for seed in [7, 8, 200] {
        opened.push(ledger.share_of_link(&link(seed)).await.unwrap());
    }
    assert_eq!(opened, [Some(share(2)), Some(share(1)), None]);
}

pub(crate) async fn records_are_taken_only_by_whoever_fills_it(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    let installation = put_into_service(&*ledger).await;
    fill(&*ledger).await;
    let before = everything(&*ledger).await;
    let [first, second] = [(); 2].map(|()| receiving(&installation));
    let serving = ServiceState::Serving(installation.clone());
    let leaving = ServiceState::Leaving(installation.clone());
    let refuses = async |ledger: &dyn Transfer, state: &ServiceState| {
        let refused = ledger.import(state, share_key(1), None).await;
        assert!(matches!(refused, Err(LedgerError::NotInService(_) | LedgerError::Foreign(_))), "{refused:?}");
    };
    let moved = ServiceState::Moved { installation: installation.clone(), to: TransferId::generate() };
    let steps = [serving, leaving, moved, first.clone(), second.clone()];
    for step in steps.windows(2) {
        let [expected, next] = step else { unreachable!() };
        assert!(!ledger.compare_and_set_state(next, expected).await.unwrap(), "another state");
        for other in steps.iter().filter(|other| *other != &first || *expected != first) {
            refuses(&*ledger, other).await;
        }
        assert_eq!(ledger.service_state().await.unwrap(), *expected);
        assert!(ledger.compare_and_set_state(expected, next).await.unwrap());
        assert!(ledger.finish_change_to(next).await.unwrap(), "to make sure");
    }
    refuses(&*ledger, &first).await;
    assert_eq!(everything(&*ledger).await, before);
    drop(ledger);

    let ledger = backend.open(&clock).await;
    assert_eq!(ledger.service_state().await.unwrap(), second);
    let refused = ledger.installation().await;
    assert!(matches!(&refused, Err(LedgerError::NotInService(found)) if *found == second), "{refused:?}");
    ledger.import(&second, share_key(1), None).await.unwrap();
    assert_eq!(ledger.count().await.unwrap(), 1);
}

pub(crate) async fn keys_come_each_once_in_pages(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    // Some with the first bits in common, which is where ids are kept apart.
    let ids = (0..=255).step_by(5).map(|seed| [seed; 16]).chain((0..20).map(|last| {
        let mut id = [77; 16];
        id[15] = last;
        id
    }));
    let mut expected = HashSet::new();
    for id in ids {
        for key in [RecordKey::Share(ShareId::from_bytes(id)), RecordKey::Push(LinkId::from_bytes(id))] {
            create(&*ledger, key).await;
            expected.insert(key);
        }
    }
    for count_max in [1, 7, 1_000] {
        let (mut found, mut last) = (Vec::new(), None);
        loop {
            let page = ledger.keys(last, count_max).await.unwrap();
            let Some(end) = page.last() else { break };
            assert!(page.len() <= count_max);
            last = Some(*end);
            found.extend(page);
        }
        assert_eq!(found.len(), expected.len(), "each once");
        assert_eq!(found.into_iter().collect::<HashSet<_>>(), expected);
    }
}

pub(crate) async fn its_clock_begins_where_it_is_told(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    let later = START.after(Duration::from_secs(300));
    assert_eq!(ledger.reached().await.unwrap(), START);
    for moment in [later, START] {
        ledger.reach(moment).await.unwrap();
        assert_eq!(ledger.now().await.unwrap(), later);
    }
    drop(ledger);
    let ledger = backend.open(&clock).await;
    assert_eq!((ledger.now().await.unwrap(), ledger.reached().await.unwrap()), (later, later));
}
