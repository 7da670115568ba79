//! What is refused at start, in words that say what to do.

use std::net::TcpListener;
use std::time::Duration;

use subrosa_durable_redis::Risk;
use tokio::time::Instant;

use super::*;

/// What an operator reads, and how long that takes at most.
async fn refusal(url: &str, durability: DurabilityPolicy) -> String {
    let asked = Instant::now();
    let refusal = open(url, durability).await.unwrap_err().to_string();
    assert!(asked.elapsed() < Duration::from_secs(6), "{:?}: {refusal}", asked.elapsed());
    assert!(!refusal.contains("many-letters"), "a password: {refusal}");
    refusal
}

fn accepting(accepted: &[Risk]) -> DurabilityPolicy {
    DurabilityPolicy { accepted: accepted.to_vec(), ..DurabilityPolicy::default() }
}

#[track_caller]
fn says(refusal: &str, all: &[&str]) {
    for text in all {
        assert!(refusal.contains(text), "{text:?} is not in: {refusal}");
    }
}

#[tokio::test]
async fn settings_that_forget_are_refused_all_at_once_until_they_are_accepted() {
    let forgetful = Settings::as_it_comes().and(&["maxmemory-policy allkeys-lru", "maxmemory 100mb"]);
    let redis = Redis::start_with(forgetful).await;
    let refused = refusal(&redis.url(), DurabilityPolicy::default()).await;
    says(&refused, &[&redis.address(), "set appendonly yes, or accept it: --accept-ledger-risk appendonly"]);
    says(&refused, &["set maxmemory-policy noeviction, or accept it: --accept-ledger-risk eviction"]);
    let refused = refusal(&redis.url(), accepting(&[Risk::Eviction])).await;
    assert!(!refused.contains("maxmemory"), "{refused}");
    let nodes = open(&redis.url(), accepting(&[Risk::Eviction, Risk::AppendOnly])).await.unwrap();
    assert_eq!(add(&nodes, Tag::LEDGER, 1).await.unwrap(), 1);
    redis.command(&["CONFIG", "SET", "appendonly", "yes"]).await.unwrap();
    let refused = refusal(&redis.url(), accepting(&[Risk::Eviction])).await;
    says(&refused, &["appendfsync everysec", "set appendfsync always, or accept it: --accept-ledger-risk appendfsync"]);
}

#[tokio::test]
async fn whoever_is_not_there_is_named_within_seconds() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for url in [format!("redis://{free}"), format!("redis+cluster://{free}"), format!("redis+sentinel://{free}/main")] {
        says(&refusal(&url, DurabilityPolicy::default()).await, &[&format!("nobody listens at {free}")]);
    }
    // Takes connections, says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    for url in [
        format!("redis://{address}"),
        format!("redis://:many-letters@{address}"),
        format!("rediss://{address}"),
        format!("redis+cluster://{address}"),
        format!("redis+sentinel://{address}/main"),
    ] {
        says(&refusal(&url, DurabilityPolicy::default()).await, &[&format!("{address} does not answer")]);
    }
    says(&refusal("redis://no-such-host.invalid", DurabilityPolicy::default()).await, &["no-such-host.invalid:6379"]);
}

#[tokio::test]
async fn a_login_that_is_wrong_or_may_too_little_is_told() {
    let redis = Redis::start_with(Settings::durable().password("a-word-of-many-letters")).await;
    let at = |login: &str| format!("redis://{login}{}", redis.address());
    for login in ["", ":other-many-letters@", "default:other-many-letters@", "nobody:many-letters@"] {
        let refused = refusal(&at(login), DurabilityPolicy::default()).await;
        says(&refused, &[&redis.address(), "does not take the user and password"]);
    }
    let rights = |more: &'static [&'static str]| {
        let all = ["ACL", "SETUSER", "ledger", "on", ">its-many-letters", "~*", "+@all"];
        [&all, more].concat()
    };
    redis.command(&rights(&["-config"])).await.unwrap();
    let refused = refusal(&at("ledger:its-many-letters@"), DurabilityPolicy::default()).await;
    says(&refused, &["does not tell how it is set", "--accept-ledger-risk unchecked"]);
    let nodes = open(&at("ledger:its-many-letters@"), accepting(&[Risk::Unchecked])).await.unwrap();
    assert_eq!(add(&nodes, Tag::LEDGER, 1).await.unwrap(), 1);
    // As managed services have it.
    redis.command(&rights(&["-@admin", "-@dangerous"])).await.unwrap();
    let nodes = open(&at("ledger:its-many-letters@"), accepting(&[Risk::Unchecked])).await.unwrap();
    assert_eq!(add(&nodes, Tag::LEDGER, 1).await.unwrap(), 2);
    redis.command(&rights(&["-evalsha"])).await.unwrap();
    let refused = add(&nodes, Tag::LEDGER, 1).await.unwrap_err().to_string();
    says(&refused, &[&redis.address(), "does not allow its user"]);
}

#[tokio::test]
async fn a_machine_of_another_kind_is_told() {
    let redis = Redis::start().await;
    let (address, port) = (redis.address(), redis.address().rsplit(':').next().unwrap().to_owned());
    let says_of = async |url: String, text: &str| says(&refusal(&url, DurabilityPolicy::default()).await, &[text]);
    says_of(format!("redis+cluster://{address}"), "is no node of a Cluster").await;
    says_of(format!("redis+sentinel://{address}/main"), "is no Sentinel").await;
    let replica = Redis::start_with(Settings::durable().and(&[&format!("replicaof 127.0.0.1 {port}")])).await;
    says_of(replica.url(), "is a replica").await;
    let sentinels = Sentinels::start().await;
    let url = sentinels.url();
    says_of(url.replace("/subrosa", "/other"), "does not know a primary of that name").await;
    let sentinel = url.trim_start_matches("redis+sentinel://").split(',').next().unwrap();
    says_of(format!("redis://{sentinel}"), "is a Sentinel: write redis+sentinel://").await;
}

/// Most Sentinels have no password. Those that have one take the ledger's.
#[tokio::test]
async fn sentinels_with_a_password_are_asked_with_the_ledgers() {
    let password = "a-word-of-many-letters";
    let sentinels = Sentinels::start_with(Settings::durable().password(password)).await;
    let url = sentinels.url();
    let set = async |before: Option<&str>, password: &str| {
        for sentinel in url.rsplit_once('@').unwrap().1.trim_end_matches("/subrosa").split(',') {
            let login = before.map(|before| format!("default:{before}@")).unwrap_or_default();
            let client = redis::Client::open(format!("redis://{login}{sentinel}")).unwrap();
            let mut connection = client.get_multiplexed_async_connection().await.unwrap();
            let words = ["SETUSER", "default", "resetpass", &format!(">{password}")].map(str::to_owned);
            let _: () = redis::cmd("ACL").arg(&words).query_async(&mut connection).await.unwrap();
        }
    };
    set(None, password).await;
    let nodes = open(&url, DurabilityPolicy::default()).await.unwrap();
    assert_eq!(add(&nodes, Tag::LEDGER, 1).await.unwrap(), 1);
    set(Some(password), "other-many-letters").await;
    says(&refusal(&url, DurabilityPolicy::default()).await, &["does not take the user and password"]);
}

#[tokio::test]
async fn a_cluster_must_be_whole_and_named_as_one() {
    let mut cluster = Cluster::start().await;
    let url = cluster.url();
    let one = format!("redis://{}", url.rsplit(',').next().unwrap());
    says(&refusal(&one, DurabilityPolicy::default()).await, &["is a node of a Cluster: write redis+cluster://"]);
    for node in 0..6 {
        cluster.command(node, &["CLUSTER", "DELSLOTS", "7"]).await.unwrap();
    }
    says(&refusal(&url, DurabilityPolicy::default()).await, &["1 of the Cluster's 16384 slots are served by nobody"]);
    let primary = cluster.primary_of(8).await;
    cluster.command(primary, &["CLUSTER", "ADDSLOTS", "7"]).await.unwrap();
    cluster.wait_healthy().await;
    open(&url, DurabilityPolicy::default()).await.unwrap();
    // One that was wrongly set, of six.
    cluster.command(3, &["CONFIG", "SET", "appendfsync", "no"]).await.unwrap();
    says(&refusal(&url, DurabilityPolicy::default()).await, &["has appendfsync no"]);
    cluster.kill_9(primary);
    says(&refusal(&url, DurabilityPolicy::default()).await, &["nobody listens at"]);
}

#[tokio::test]
async fn replicas_that_are_wanted_must_be_there() {
    let redis = Redis::start().await;
    says(&refusal(&redis.url(), replicas(1)).await, &["has 0 replicas that follow, and --ledger-replicas wants 1"]);
    let durability = DurabilityPolicy { replicas: Some(1), accepted: vec![Risk::Replicas] };
    let nodes = open(&redis.url(), durability).await.unwrap();
    assert!(matches!(add(&nodes, Tag::LEDGER, 1).await, Err(Error::NotAcknowledged)));

    let mut sentinels = Sentinels::start().await;
    let replica = 1 - sentinels.primary().await.unwrap();
    sentinels.kill_9(replica);
    // Where roles change by themselves, none is not enough unless somebody says so.
    says(
        &refusal(&sentinels.url(), DurabilityPolicy::default()).await,
        &["has no replica that follows", "--ledger-replicas 0"],
    );
    let nodes = open(&sentinels.url(), replicas(0)).await.unwrap();
    assert_eq!((nodes.replicas(), add(&nodes, Tag::LEDGER, 1).await.unwrap()), (0, 1));
}
