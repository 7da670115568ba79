//! Lines that break, machines that hang, come back, or run out of memory.

use std::time::Duration;

use tokio::time::Instant;

use super::*;

/// Longer than anything may take: what is tried again, then one last try.
const BOUND: Duration = Duration::from_secs(8);

#[tokio::test]
async fn an_answer_that_is_lost_is_told_unless_twice_is_as_good_as_once() {
    let redis = Redis::start().await;
    let between = Between::us_and(redis.address()).await;
    let nodes = open(&between.url(), DurabilityPolicy::default()).await.unwrap();
    assert_eq!(add(&nodes, Tag::LEDGER, 1).await.unwrap(), 1);
    between.cut_answers(1);
    assert!(matches!(add(&nodes, Tag::LEDGER, 1).await, Err(Error::Lost(_))));
    // It was run, and once.
    assert_eq!(see(&nodes, Tag::LEDGER).await.unwrap(), 2);
    between.cut_answers(2);
    put(&nodes, Tag::LEDGER, "a").await.unwrap();
    assert_eq!(between.cuts_left(), 0);
    between.cut_answers(2);
    assert!(has(&nodes, Tag::LEDGER, "a").await);
    assert_eq!(between.cuts_left(), 0);
}

#[tokio::test]
async fn lines_that_were_cut_while_idle_are_made_again() {
    let redis = Redis::start().await;
    let nodes = open(&redis.url(), DurabilityPolicy::default()).await.unwrap();
    for round in 1..=20 {
        redis.command(&["CLIENT", "KILL", "TYPE", "normal"]).await.unwrap();
        put(&nodes, Tag::LEDGER, &round.to_string()).await.unwrap();
        assert!(has(&nodes, Tag::LEDGER, &round.to_string()).await);
    }
}

/// What was run on a line that broke is asked for again on another, where nothing is left to do:
/// that alone must not pass for acknowledged.
#[tokio::test]
async fn what_a_broken_line_left_behind_is_not_answered_before_replicas_have_it() {
    let redis = Redis::start().await;
    let replica = redis.start_replica().await;
    let between = Between::us_and(redis.address()).await;
    let nodes = open(&between.url(), DurabilityPolicy::default()).await.unwrap();
    assert_eq!(nodes.replicas(), 1);
    put(&nodes, Tag::LEDGER, "before").await.unwrap();
    replica.pause();
    between.cut_answers(1);
    assert!(matches!(put(&nodes, Tag::LEDGER, "while").await, Err(Error::NotAcknowledged)));
    assert_eq!(between.cuts_left(), 0);
    // It is there, and whoever finds it must not be answered either.
    assert!(has(&nodes, Tag::LEDGER, "while").await);
    assert!(matches!(put(&nodes, Tag::LEDGER, "while").await, Err(Error::NotAcknowledged)));
    replica.resume();
    put(&nodes, Tag::LEDGER, "while").await.unwrap();
    let there = replica.command(&["SISMEMBER", &key(Tag::LEDGER, "set"), "while"]).await;
    assert_eq!(there.unwrap(), "1");
}

/// What ends something is done without memory, and is then as good as with some.
#[tokio::test]
async fn what_is_done_without_memory_is_acknowledged_by_replicas_too() {
    static END: LazyLock<Script> =
        LazyLock::new(|| Script::new("#!lua flags=allow-oom\nredis.call('DEL', KEYS[1]) return 'ended'"));
    let redis = Redis::start().await;
    let replica = redis.start_replica().await;
    let nodes = open(&redis.url(), DurabilityPolicy::default()).await.unwrap();
    put(&nodes, Tag::LEDGER, "a").await.unwrap();
    redis.command(&["CONFIG", "SET", "maxmemory", "1"]).await.unwrap();
    let end = async || nodes.write(Tag::LEDGER, Invocation::of(&END).key(key(Tag::LEDGER, "set"))).await;
    end().await.unwrap();
    assert_eq!(replica.command(&["EXISTS", &key(Tag::LEDGER, "set")]).await.unwrap(), "0");
    assert!(matches!(put(&nodes, Tag::LEDGER, "b").await, Err(Error::Full)));
    replica.pause();
    assert!(matches!(end().await, Err(Error::NotAcknowledged)));
    replica.resume();
}

#[tokio::test]
async fn a_machine_that_hangs_is_given_up_within_seconds_and_found_again() {
    let redis = Redis::start().await;
    let nodes = open(&redis.url(), DurabilityPolicy::default()).await.unwrap();
    add_everywhere(&nodes).await;
    redis.pause();
    let asked = Instant::now();
    // More than lanes take at once.
    let hanging: Vec<_> = (0..600)
        .map(|number: u32| {
            let nodes = nodes.clone();
            tokio::spawn(async move {
                match number % 2 {
                    0 => put(&nodes, Tag::LEDGER, &number.to_string()).await,
                    _ => see(&nodes, Tag::LEDGER).await.map(|_| ()),
                }
            })
        })
        .collect();
    for hung in hanging {
        let error = hung.await.unwrap().unwrap_err();
        assert!(matches!(error, Error::Unavailable(_) | Error::Lost(_)), "{error}");
    }
    assert!(asked.elapsed() < BOUND, "{:?}", asked.elapsed());
    redis.resume();
    add_everywhere(&nodes).await;
}

#[tokio::test]
async fn a_machine_that_died_is_missed_within_seconds_and_found_again_with_its_data() {
    let mut redis = Redis::start().await;
    let nodes = open(&redis.url(), DurabilityPolicy::default()).await.unwrap();
    put(&nodes, Tag::LEDGER, "a").await.unwrap();
    redis.kill_9();
    let asked = Instant::now();
    let (write, read) = tokio::join!(put(&nodes, Tag::LEDGER, "b"), see(&nodes, Tag::LEDGER));
    for error in [write.unwrap_err(), read.unwrap_err()] {
        assert!(matches!(&error, Error::Unavailable(why) if why.contains("nobody listens")), "{error:?}");
    }
    assert!(asked.elapsed() < BOUND, "{:?}", asked.elapsed());
    redis.start_again().await;
    put(&nodes, Tag::LEDGER, "c").await.unwrap();
    assert!(has(&nodes, Tag::LEDGER, "a").await);
}

#[tokio::test]
async fn a_machine_without_memory_or_disk_says_so_and_goes_on_when_it_has_some() {
    let redis = Redis::start().await;
    let nodes = open(&redis.url(), DurabilityPolicy::default()).await.unwrap();
    put(&nodes, Tag::LEDGER, "a").await.unwrap();
    redis.command(&["CONFIG", "SET", "maxmemory", "1"]).await.unwrap();
    assert!(matches!(put(&nodes, Tag::LEDGER, "b").await, Err(Error::Full)));
    assert!(has(&nodes, Tag::LEDGER, "a").await);
    redis.command(&["CONFIG", "SET", "maxmemory", "0"]).await.unwrap();
    redis.command(&["CONFIG", "SET", "min-replicas-to-write", "1"]).await.unwrap();
    assert!(matches!(put(&nodes, Tag::LEDGER, "b").await, Err(Error::Unavailable(_))));
    redis.command(&["CONFIG", "SET", "min-replicas-to-write", "0"]).await.unwrap();
    redis.command(&["REPLICAOF", "127.0.0.1", "1"]).await.unwrap();
    let error = put(&nodes, Tag::LEDGER, "b").await.unwrap_err().to_string();
    assert!(error.contains("is a replica"), "{error}");
    redis.command(&["REPLICAOF", "NO", "ONE"]).await.unwrap();
    put(&nodes, Tag::LEDGER, "b").await.unwrap();
}
