//! Against real processes: one Redis, a Cluster, and one behind Sentinels, with what can happen to
//! them.
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

mod faults;
mod roles;
mod start;

use std::sync::LazyLock;

use redis::Value;
use subrosa_durable_redis::{DurabilityPolicy, Error, Invocation, Nodes, RedisUrl, Script, Tag};
use subrosa_tests::redis::{Between, Cluster, Redis, Sentinels, Settings};

/// Adds a number to a counter, and answers what it is then.
static ADD: LazyLock<Script> = LazyLock::new(|| Script::new("return redis.call('INCRBY', KEYS[1], ARGV[1])"));
/// Answers a counter.
static SEE: LazyLock<Script> = LazyLock::new(|| Script::new("return tonumber(redis.call('GET', KEYS[1]) or '0')"));
/// Adds a member to a set: twice is the same as once.
static PUT: LazyLock<Script> = LazyLock::new(|| Script::new("redis.call('SADD', KEYS[1], ARGV[1]) return 'put'"));
/// Answers whether a member is in a set.
static HAS: LazyLock<Script> = LazyLock::new(|| Script::new("return redis.call('SISMEMBER', KEYS[1], ARGV[1])"));

async fn open(url: &str, durability: DurabilityPolicy) -> Result<Nodes, Error> {
    Nodes::open(&RedisUrl::parse(url).unwrap(), &durability).await
}

fn replicas(count: u32) -> DurabilityPolicy {
    DurabilityPolicy { replicas: Some(count), ..DurabilityPolicy::default() }
}

fn key(tag: Tag, name: &str) -> String {
    format!("subrosa:{{{tag}}}:{name}")
}

async fn add(nodes: &Nodes, tag: Tag, count: u32) -> Result<i64, Error> {
    let answer = nodes.write(tag, Invocation::of(&ADD).key(key(tag, "counter")).arg(count.to_string())).await?;
    Ok(redis::from_redis_value(answer).unwrap())
}

async fn see(nodes: &Nodes, tag: Tag) -> Result<i64, Error> {
    let answer = nodes.read(tag, Invocation::of(&SEE).key(key(tag, "counter"))).await?;
    Ok(redis::from_redis_value(answer).unwrap())
}

async fn put(nodes: &Nodes, tag: Tag, member: &str) -> Result<(), Error> {
    let invocation = Invocation::of(&PUT).key(key(tag, "set")).arg(member).repeatable();
    nodes.write(tag, invocation).await.map(|_| ())
}

async fn has(nodes: &Nodes, tag: Tag, member: &str) -> bool {
    let invocation = Invocation::of(&HAS).key(key(tag, "set")).arg(member);
    nodes.read(tag, invocation).await.unwrap() == Value::Int(1)
}

/// Adds one to the counter of every tag, all at once.
async fn add_everywhere(nodes: &Nodes) {
    let adding: Vec<_> = Tag::of_ids()
        .chain([Tag::LEDGER])
        .map(|tag| {
            let nodes = nodes.clone();
            tokio::spawn(async move { (tag, add(&nodes, tag, 1).await) })
        })
        .collect();
    for added in adding {
        let (tag, count) = added.await.unwrap();
        let count = count.unwrap();
        assert_eq!(see(nodes, tag).await.unwrap(), count);
    }
}

#[tokio::test]
async fn one_redis_runs_what_it_is_asked_for_and_learns_scripts_by_itself() {
    let redis = Redis::start_with(Settings::durable().password("a-word-of-many-letters")).await;
    let nodes = open(&redis.url(), DurabilityPolicy::default()).await.unwrap();
    assert_eq!((nodes.replicas(), nodes.tag_of_each().len()), (0, 1));
    add_everywhere(&nodes).await;
    redis.command(&["SCRIPT", "FLUSH"]).await.unwrap();
    add_everywhere(&nodes).await;
    assert_eq!(see(&nodes, Tag::LEDGER).await.unwrap(), 2);
}

#[tokio::test]
async fn a_cluster_runs_what_it_is_asked_for_wherever_it_lies() {
    let cluster = Cluster::start().await;
    let nodes = open(&cluster.url(), DurabilityPolicy::default()).await.unwrap();
    assert_eq!((nodes.replicas(), nodes.tag_of_each().len()), (1, 3));
    add_everywhere(&nodes).await;
    add_everywhere(&nodes).await;
    for (_, answer) in nodes.everywhere(&redis::cmd("PING")).await {
        assert_eq!(answer.unwrap(), Value::SimpleString("PONG".to_owned()));
    }
}

#[tokio::test]
async fn a_change_of_roles_behind_sentinels_is_followed() {
    let mut sentinels = Sentinels::start().await;
    let nodes = open(&sentinels.url(), DurabilityPolicy::default()).await.unwrap();
    assert_eq!(nodes.replicas(), 1);
    add_everywhere(&nodes).await;
    let killed = sentinels.fail_over().await;
    // Nobody is left to acknowledge.
    assert!(matches!(put(&nodes, Tag::LEDGER, "a").await, Err(Error::NotAcknowledged | Error::Unavailable(_))));
    sentinels.start_again(killed).await;
    sentinels.wait_healthy().await;
    put(&nodes, Tag::LEDGER, "b").await.unwrap();
    assert_eq!(see(&nodes, Tag::LEDGER).await.unwrap(), 1);
}
