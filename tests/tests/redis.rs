//! The processes of Redis that other tests rest on: they start, forget, come back, and are
//! replaced.
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

use subrosa_tests::redis::{Cluster, Redis, Sentinels, Settings};

const PASSWORD: &str = "a-word-of-many-letters";

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
    let redis = Redis::start_with(Settings::as_it_comes().password(PASSWORD)).await;
    assert!(redis.url().starts_with("redis://default:a-word-of-many-letters@127.0.0.1:"));
    redis.pause();
    assert!(redis.command(&["PING"]).await.is_err());
    redis.resume();
    assert_eq!(redis.command(&["PING"]).await.unwrap(), "PONG");
}

#[tokio::test]
async fn a_killed_primary_of_a_cluster_is_replaced_and_comes_back_as_a_replica() {
    let mut cluster = Cluster::start_with(Settings::durable().password(PASSWORD)).await;
    let before = cluster.primaries().await;
    let killed = cluster.kill_primary(0).await;
    assert!(before.contains(&killed));
    cluster.wait_served().await;
    let successor = cluster.primary_of(0).await;
    assert!(!before.contains(&successor), "{successor} was a replica");
    cluster.start_again(killed).await;
    cluster.wait_healthy().await;
    assert_eq!(cluster.primary_of(0).await, successor);

    // Again, with a replica that has not got everything. The key lies in slot 0.
    let cut_off = cluster.cut_off_replica(0).await;
    assert_eq!(cut_off, killed);
    cluster.command(successor, &["SET", "{fHh}", "value"]).await.unwrap();
    cluster.kill_primary(0).await;
    cluster.wait_served().await;
    assert_eq!(cluster.command(cut_off, &["GET", "{fHh}"]).await.unwrap(), "");
    cluster.let_replicate(cut_off).await;
    cluster.start_again(successor).await;
    cluster.wait_healthy().await;
}

#[tokio::test]
async fn a_killed_primary_of_sentinels_is_replaced_and_comes_back_as_a_replica() {
    let mut sentinels = Sentinels::start_with(Settings::durable().password(PASSWORD)).await;
    let killed = sentinels.fail_over().await;
    assert_eq!(sentinels.primary().await, Some(1 - killed));
    sentinels.start_again(killed).await;
    sentinels.wait_healthy().await;
    assert_eq!(sentinels.primary().await, Some(1 - killed));

    // Again, with a replica that has not got everything.
    assert_eq!(sentinels.cut_off_replica().await, killed);
    sentinels.command(1 - killed, &["SET", "key", "value"]).await.unwrap();
    sentinels.fail_over().await;
    assert_eq!(sentinels.command(killed, &["GET", "key"]).await.unwrap(), "");
    sentinels.let_replicate(killed).await;
    sentinels.start_again(1 - killed).await;
    sentinels.wait_healthy().await;
}
