//! The processes of Redis that other tests rest on: they start, forget, come back, and are replaced.
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

use subrosa_tests::redis::{Cluster, Redis, Sentinels, Settings};

#[tokio::test]
async fn what_a_durable_redis_answered_outlives_kill_9_and_is_gone_when_it_starts_empty() {
    let mut redis = Redis::start().await;
    redis.command(&["SET", "key", "value"]).await.unwrap();
    redis.kill_9();
    assert!(redis.command(&["GET", "key"]).await.is_err());
    redis.start_again().await;
    assert_eq!(redis.command(&["GET", "key"]).await.unwrap(), "value");
    redis.kill_9();
    redis.start_again_empty().await;
    assert_eq!(redis.command(&["GET", "key"]).await.unwrap(), "");
}

#[tokio::test]
async fn a_paused_redis_does_not_answer_and_goes_on() {
    let redis = Redis::start_with(Settings::as_it_comes().password("a-word-of-many-letters")).await;
    assert!(redis.url().starts_with("redis://default:a-word-of-many-letters@127.0.0.1:"));
    redis.pause();
    assert!(redis.command(&["PING"]).await.is_err());
    redis.resume();
    assert_eq!(redis.command(&["PING"]).await.unwrap(), "PONG");
}

#[tokio::test]
async fn a_killed_primary_of_a_cluster_is_replaced_and_comes_back_as_a_replica() {
    let mut cluster = Cluster::start().await;
    let before = cluster.primaries().await;
    let killed = cluster.kill_primary(0).await;
    assert!(before.contains(&killed));
    cluster.wait_served().await;
    let successor = cluster.primary_of(0).await;
    assert!(!before.contains(&successor), "{successor} was a replica");
    cluster.start_again(killed).await;
    cluster.wait_healthy().await;
    assert_eq!(cluster.primary_of(0).await, successor);
}

#[tokio::test]
async fn a_killed_primary_of_sentinels_is_replaced_and_comes_back_as_a_replica() {
    let mut sentinels = Sentinels::start().await;
    let killed = sentinels.fail_over().await;
    assert_eq!(sentinels.primary().await, Some(1 - killed));
    sentinels.start_again(killed).await;
    sentinels.wait_healthy().await;
    assert_eq!(sentinels.primary().await, Some(1 - killed));
}
