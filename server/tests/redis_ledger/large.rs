//! Large records, many objects, many records that are due at once.

use futures_util::StreamExt as _;
use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{CommitOutcome, Due, Ledger as _, Slot};
use subrosa_shared::id::LinkId;
use subrosa_tests::redis::Redis;

use super::support::{create, part, push_key, share};
use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_parts_are_listed_in_order() {
    let redis = Redis::start().await;
    let ledger = open(&redis.url()).await;
    create(&ledger, share(1)).await;
    let parts = futures_util::stream::iter(0..10_000).map(|index| {
        let ledger = &ledger;
        async move { ledger.put_object(&share(1), part(index, 1)).await.unwrap() }
    });
    parts.buffer_unordered(256).for_each(|_| async {}).await;
    let objects = ledger.objects(&share(1)).await.unwrap();
    assert!(objects.rows.iter().map(|row| row.slot).eq((0..10_000).map(Slot::Part)));
}

#[tokio::test]
async fn a_record_of_any_bytes_and_size_comes_back() {
    let redis = Redis::start().await;
    let ledger = open(&redis.url()).await;
    let bytes: Vec<u8> = (0..4 << 20).map(|index: u32| (index ^ (index >> 8)) as u8).collect();
    for len in [0, 1, 65_536, 100_000, bytes.len()] {
        let row = new_row(&bytes[..len]);
        assert_eq!(ledger.commit(put(push_key(1), None, row.clone())).await.unwrap(), CommitOutcome::Committed);
        assert_eq!(ledger.load(&push_key(1), LoadedLinks::All).await.unwrap().unwrap().record, row.record);
        ledger.commit(removal(push_key(1), row.write_id)).await.unwrap();
    }
}

/// Many at one moment in one tag, whose ids differ in bytes that some languages put in another
/// order.
#[tokio::test]
async fn what_is_due_at_one_moment_in_one_tag_is_paged_without_a_gap() {
    let redis = Redis::start().await;
    let ledger = open(&redis.url()).await;
    let key = |last: u8| {
        let mut id = [7; 16];
        id[15] = last;
        RecordKey::Push(LinkId::from_bytes(id))
    };
    let mut expected = Vec::new();
    for last in 0..=255 {
        ledger.commit(put(key(last), None, new_row(b"x"))).await.unwrap();
        expected.push(Due { due: START, key: key(last) });
    }
    for page_len in [50, 100] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = ledger.due(START, after, page_len).await.unwrap();
            // What was there when the page before was made may be gone.
            let Some(last) = page.last() else { break };
            after = Some(*last);
            found.extend(page);
        }
        assert_eq!(found, expected, "pages of {page_len}");
    }
    let last = Due { due: START, key: key(99) };
    let row = ledger.load(&last.key, LoadedLinks::All).await.unwrap().unwrap();
    ledger.commit(removal(last.key, row.write_id)).await.unwrap();
    assert_eq!(ledger.due(START, Some(last), 2).await.unwrap(), expected[100..102]);
}

/// A due entry without its record, which no script leaves, does no harm.
#[tokio::test]
async fn a_due_entry_without_its_record_is_shown_and_leads_to_nothing() {
    let redis = Redis::start().await;
    let ledger = open(&redis.url()).await;
    create(&ledger, push_key(1)).await;
    redis.command(&["DEL", "subrosa:{004}:push:01010101010101010101010101010101"]).await.unwrap();
    assert_eq!(ledger.due(START, None, 2).await.unwrap().len(), 1);
    assert_eq!(ledger.load(&push_key(1), LoadedLinks::All).await.unwrap(), None);
    create(&ledger, push_key(1)).await;
    assert_eq!(ledger.due(START, None, 2).await.unwrap().len(), 1);
}
