//! Several servers on one ledger.

use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{CommitOutcome, InstallationId, Ledger};
use subrosa_tests::redis::{Redis, Settings as Machine};

use super::support::{create, link, part, push_key, share, share_key};
use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_race_lose_no_change() {
    let redis = Redis::start().await;
    let servers = [open(&redis.url()).await, open(&redis.url()).await, open(&redis.url()).await].map(Arc::new);
    create(servers[0].as_ref(), push_key(1)).await;
    let add_ones = async |ledger: Arc<RedisLedger>| {
        for _ in 0..50 {
            loop {
                let row = ledger.load(&push_key(1), LoadedLinks::All).await.unwrap().unwrap();
                let next = new_row(&[row.record.head.as_slice(), b"1"].concat());
                if ledger.commit(put(push_key(1), Some(row.write_id), next)).await.unwrap() == CommitOutcome::Committed
                {
                    break;
                }
            }
        }
    };
    let [a, b, c] = servers.clone();
    tokio::join!(add_ones(a), add_ones(b), add_ones(c));
    let record = servers[0].load(&push_key(1), LoadedLinks::All).await.unwrap().unwrap().record;
    assert_eq!(record.head.len(), b"first".len() + 150);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_share_that_two_servers_create_is_created_once() {
    let redis = Redis::start().await;
    let (one, other) = (open(&redis.url()).await, open(&redis.url()).await);
    for seed in 0..50 {
        let rows = [new_row(b"one"), new_row(b"other")];
        let (a, b) = tokio::join!(
            one.commit(put(share(seed), None, rows[0].clone())),
            other.commit(put(share(seed), None, rows[1].clone()))
        );
        let [a, b] = [a.unwrap(), b.unwrap()];
        let winner = match (a, b) {
            (CommitOutcome::Committed, CommitOutcome::Conflict) => &rows[0],
            (CommitOutcome::Conflict, CommitOutcome::Committed) => &rows[1],
            both => panic!("{both:?}"),
        };
        assert_eq!(one.load(&share_key(seed), LoadedLinks::All).await.unwrap().unwrap().write_id, winner.write_id);
    }
}

/// Whoever wins, a link opens a share that knows it, or nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_that_is_added_while_its_share_is_removed_opens_nothing() {
    let redis = Redis::start().await;
    let (one, other) = (open(&redis.url()).await, open(&redis.url()).await);
    for seed in 1..=50 {
        let write_id = create(&one, share(seed)).await;
        let adding = Change { new_links: vec![link(seed)], ..put(share(seed), Some(write_id), new_row(b"with link")) };
        let (added, removal) = tokio::join!(one.commit(adding), other.commit(removal(share(seed), write_id)));
        let record = one.load(&share_key(seed), LoadedLinks::All).await.unwrap();
        match (added.unwrap(), removal.unwrap()) {
            (CommitOutcome::Committed, CommitOutcome::Conflict) => {
                assert_eq!(record.unwrap().record.head, b"with link");
                assert_eq!(other.share_of_link(&link(seed)).await.unwrap(), Some(share(seed)));
            }
            (CommitOutcome::Conflict, CommitOutcome::Committed) => {
                assert_eq!(record, None);
                // What is left in the index ends by itself, and can be taken over at once.
                let row = new_row(b"x");
                let change = Change { new_links: vec![link(seed)], ..put(share(200), None, row.clone()) };
                assert_eq!(one.commit(change).await.unwrap(), CommitOutcome::Committed);
                assert_eq!(other.share_of_link(&link(seed)).await.unwrap(), Some(share(200)));
                other.commit(super::removal(share(200), row.write_id)).await.unwrap();
            }
            both => panic!("{both:?}"),
        }
    }
}

#[tokio::test]
async fn what_a_mishap_leaves_in_the_index_ends_by_itself_and_what_is_kept_does_not() {
    let redis = Redis::start().await;
    let ledger = open(&redis.url()).await;
    let entry = |seed: u8| {
        format!("subrosa:{{{:03x}}}:link:{}", u16::from_be_bytes([seed; 2]) >> 6, format!("{seed:02x}").repeat(16))
    };
    let ttl = async |seed| redis.command(&["TTL", &entry(seed)]).await.unwrap().trim().parse::<i64>().unwrap();
    let row = new_row(b"x");
    ledger.commit(Change { new_links: vec![link(1)], ..put(share(1), None, row.clone()) }).await.unwrap();
    assert_eq!(ttl(1).await, -1, "kept for good");
    // Refused, so it is not kept.
    let stale = Change { new_links: vec![link(2)], ..put(share(1), None, new_row(b"y")) };
    assert_eq!(ledger.commit(stale).await.unwrap(), CommitOutcome::Conflict);
    assert!((400 * 86_400..500 * 86_400).contains(&ttl(2).await));
    // The link of a refused change that the share has already stays for good.
    let stale = Change { new_links: vec![link(1)], ..put(share(1), None, new_row(b"y")) };
    assert_eq!(ledger.commit(stale).await.unwrap(), CommitOutcome::Conflict);
    assert_eq!(ttl(1).await, -1);
    // A share that is nothing but its id: its links end some time after it, if they are not removed
    // with it.
    let now = subrosa_server::ledger::Machine::clock(&subrosa_server::ledger::ThisMachine).as_millis();
    let due = subrosa_shared::time::Timestamp::from_millis(u64::try_from(now).unwrap());
    let burned = NewRow { stands_alone: true, accepts_parts: None, due, ..new_row(b"burned") };
    ledger.commit(put(share(1), Some(row.write_id), burned.clone())).await.unwrap();
    assert!((29 * 86_400..=30 * 86_400).contains(&ttl(1).await));
    ledger.commit(removal(share(1), burned.write_id)).await.unwrap();
    assert_eq!(ttl(1).await, -2, "removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slot_that_several_servers_fill_has_one_object_and_the_others_are_told_to_be_replaced() {
    let redis = Redis::start_with(Machine::durable()).await;
    let (one, other) = (open(&redis.url()).await, open(&redis.url()).await);
    let share = share(1);
    create(&one, share).await;
    let mut replaced = Vec::new();
    for round in 0..20 {
        let (a, b) =
            tokio::join!(one.put_object(&share, part(0, round * 2)), other.put_object(&share, part(0, round * 2 + 1)));
        for outcome in [a.unwrap(), b.unwrap()] {
            let subrosa_server::ledger::PutObject::Stored { replaced: Some(row) } = outcome else { continue };
            replaced.push(row);
        }
    }
    let left = one.objects(&share).await.unwrap().rows;
    assert_eq!((left.len(), replaced.len()), (1, 39));
    let mut all: Vec<String> = replaced.iter().chain(&left).map(|row| row.blob.clone()).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 40, "each is replaced once, or is there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_start_for_the_first_time_together_agree_on_the_installation() {
    let redis = Redis::start().await;
    for _ in 0..5 {
        redis.flush().await;
        let url = redis.url();
        let begin = async || {
            let ledger = open(&url).await;
            ledger.set_installation(InstallationId::generate()).await.unwrap()
        };
        let (a, b, c) = tokio::join!(begin(), begin(), begin());
        assert!(a == b && b == c);
        assert_eq!(open(&url).await.installation().await.unwrap(), Some(a));
    }
}
