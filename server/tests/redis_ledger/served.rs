//! A server over a Redis that hangs, is emptied, or has no memory left.

use std::time::Duration;

use http::{Request, StatusCode, header};
use subrosa_server::app::App;
use subrosa_shared::api::PatchPush;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::redis::Redis;
use tokio::time::{Instant, timeout};

use super::api::push::Push;
use super::api::{Call, Sender, Server, config};

/// Longer than anything may take that cannot be done.
const BOUND: Duration = Duration::from_secs(20);

async fn server_on(redis: &Redis) -> Server {
    Server::start_with(&["--ledger", &redis.url()]).await
}

async fn ready(server: &Server) -> StatusCode {
    health(server, "ready").await
}

async fn health(server: &Server, state: &str) -> StatusCode {
    let request = Request::builder().uri(format!("/health/{state}")).body(axum::body::Body::empty()).unwrap();
    server.send(request).await.status
}

/// Refused for now, within the bound, with a word on when to try again.
async fn refused_for_now(server: &Server, call: Call) {
    let answer = timeout(BOUND, server.call(call)).await.expect("it is answered");
    assert!(answer.headers.contains_key(header::RETRY_AFTER), "{answer:?}");
    answer.refused(ProblemType::Busy);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_redis_hangs_everything_is_refused_within_seconds_and_goes_on_by_itself() {
    let redis = Redis::start().await;
    let server = server_on(&redis).await;
    let sender = Sender::new(1);
    sender.complete(&server).await;
    assert_eq!(ready(&server).await, StatusCode::OK);

    redis.pause();
    let status = || Call::get(sender.path("")).owner(&sender.owner);
    // Those on one share wait for each other: not the longer, the more there are.
    let all = (0..8).map(|_| refused_for_now(&server, status()));
    let new = refused_for_now(&server, Push::new(2).make());
    tokio::join!(futures_util::future::join_all(all), new);
    assert_eq!(ready(&server).await, StatusCode::SERVICE_UNAVAILABLE);

    redis.resume();
    let resumed = Instant::now();
    while ready(&server).await != StatusCode::OK {
        assert!(resumed.elapsed() < BOUND);
    }
    server.call(status()).await.ok();
    Push::new(3).on(&server).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_emptied_serves_nobody_and_costs_no_ciphertext() {
    let redis = Redis::start().await;
    let server = server_on(&redis).await;
    let sender = Sender::new(1);
    sender.complete(&server).await;

    redis.flush().await;
    assert_eq!(ready(&server).await, StatusCode::SERVICE_UNAVAILABLE);
    // Not that there is no such share.
    refused_for_now(&server, Call::get(sender.path("")).owner(&sender.owner)).await;
    refused_for_now(&server, Push::new(2).make()).await;
    // It begins with a look for blobs that are nobody's.
    assert!(timeout(Duration::from_secs(2), subrosa_server::reaper::run(server.app.clone())).await.is_err());
    let blobs = server.folder.path().join("blobs/shares").join(sender.share.to_string());
    assert_eq!(std::fs::read_dir(blobs).unwrap().count(), 4, "three parts and the manifest");
    assert_eq!(redis.command(&["DBSIZE"]).await.unwrap().trim(), "0");

    // Nor does a new start take it for a new ledger.
    let Server { folder, app, router, .. } = server;
    drop((app, router));
    let error = App::open(&config(&folder, &["--ledger", &redis.url()])).await.err().unwrap().to_string();
    assert!(error.contains("the ledger is empty"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_memory_nothing_is_made_and_what_is_there_lives_on_and_can_end() {
    lives_on_without_memory(&Redis::start().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_memory_replicas_acknowledge_what_is_done_all_the_same() {
    let redis = Redis::start().await;
    let _replica = redis.start_replica().await;
    lives_on_without_memory(&redis).await;
}

async fn lives_on_without_memory(redis: &Redis) {
    let server = server_on(redis).await;
    let (sender, push) = (Sender::new(1), Push::new(1).on(&server).await);
    sender.create(&server).await;
    redis.command(&["CONFIG", "SET", "maxmemory", "1"]).await.unwrap();
    server.call(Push::new(2).make()).await.refused(ProblemType::StorageFull);
    server.call(Sender::new(2).put_part(0)).await.refused(ProblemType::NotFound);
    server.call(sender.put_part(0)).await.refused(ProblemType::StorageFull);
    // What only grows is refused to owners too; to hold back is not.
    let patch = PatchPush { views_max: Some(3), ..PatchPush::default() };
    server.call(push.patch(&patch)).await.refused(ProblemType::StorageFull);
    let resume = PatchPush { paused: Some(false), ..PatchPush::default() };
    server.call(push.patch(&PatchPush { paused: Some(true), ..PatchPush::default() })).await.ok();
    server.call(push.patch(&resume)).await.refused(ProblemType::StorageFull);
    redis.command(&["CONFIG", "SET", "maxmemory", "0"]).await.unwrap();
    server.call(push.patch(&resume)).await.ok();
    redis.command(&["CONFIG", "SET", "maxmemory", "1"]).await.unwrap();
    // It serves, and says that it takes nothing new.
    assert_eq!(ready(&server).await, StatusCode::OK);
    assert_eq!(health(&server, "accepting").await, StatusCode::SERVICE_UNAVAILABLE);
    server.call(Call::get(sender.path("")).owner(&sender.owner)).await.ok();
    push.reveal(&server, 1).await;
    server.call(Call::delete(sender.path("")).owner(&sender.owner)).await.ok();

    redis.command(&["CONFIG", "SET", "maxmemory", "0"]).await.unwrap();
    Push::new(2).on(&server).await;
    assert_eq!(health(&server, "accepting").await, StatusCode::OK);
}

/// A download that was given to nobody for sure is given to nobody, however often it is asked for,
/// by whomever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_replica_has_is_not_told_to_anybody() {
    let redis = Redis::start().await;
    let replica = redis.start_replica().await;
    let blobs = tempfile::tempdir().unwrap();
    let blobs = format!("file:{}", blobs.path().display());
    let url = redis.url();
    let flags = ["--ledger", url.as_str(), "--ledger-replicas", "1", "--blobs", blobs.as_str()];
    let (one, other) = (Server::start_with(&flags).await, Server::start_with(&flags).await);
    let config: subrosa_shared::api::Config = one.call(Call::get("/config")).await.json();
    assert_eq!(config.replicas_acknowledge, 1);
    let push = Push::new(1).on(&one).await;
    let lease = LeaseSecret::from_bytes([7; 32]);
    push.look(&other).await;

    replica.pause();
    refused_for_now(&one, push.ask_reveal(&lease)).await;
    // It is counted where it was asked for; that may be forgotten, so it is not told.
    let record = redis.command(&["HGET", &record_of(&push), "bytes"]).await.unwrap();
    assert!(record.contains("lease"), "{record}");
    for server in [&one, &other] {
        refused_for_now(server, push.ask_reveal(&lease)).await;
        refused_for_now(server, push.ask_look()).await;
        refused_for_now(server, push.ask_status()).await;
    }

    replica.resume();
    let resumed = Instant::now();
    while ready(&one).await != StatusCode::OK {
        assert!(resumed.elapsed() < BOUND);
    }
    other.call(push.ask_reveal(&lease)).await.ok();
    one.call(push.ask_reveal(&LeaseSecret::from_bytes([8; 32]))).await.refused(ProblemType::NoDownloadLeft);
}

/// A right open proof is told only with a change that as many replicas have as a wrong one's count
/// takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_no_replica_acknowledges_right_and_wrong_open_proofs_get_the_same_answer() {
    let redis = Redis::start().await;
    let replica = redis.start_replica().await;
    let url = redis.url();
    let server = Server::start_with(&["--ledger", url.as_str(), "--ledger-replicas", "1"]).await;
    let (sender, link) = (Sender::new(1), super::api::Link::new(9));
    sender.complete(&server).await;
    sender.add(&server, &link).await;
    let right = || Call::get(link.path("/manifest")).open(&link);
    let wrong = || right().header("subrosa-open-proof", link.wrong_open());
    server.call(right()).await.ok();

    replica.pause();
    for call in [right(), wrong(), right(), wrong()] {
        refused_for_now(&server, call).await;
    }
    replica.resume();
    let resumed = Instant::now();
    while ready(&server).await != StatusCode::OK {
        assert!(resumed.elapsed() < BOUND);
    }
    // The first wrong one counted; the second was not compared before that was sure.
    server.app.store().count_owed_guesses().await.unwrap();
    assert_eq!(sender.status(&server).await.links[0].counters.wrong_password.count, 1);
}

fn record_of(push: &Push) -> String {
    let hex: String = push.id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("subrosa:{{{:03x}}}:push:{hex}", u16::from_be_bytes([push.id.as_bytes()[0], push.id.as_bytes()[1]]) >> 6)
}

/// Each in a data folder of its own, over one ledger and one folder of blobs.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_serve_the_same() {
    let redis = Redis::start().await;
    let blobs = tempfile::tempdir().unwrap();
    let blobs = format!("file:{}", blobs.path().display());
    let url = redis.url();
    let flags = ["--ledger", url.as_str(), "--blobs", blobs.as_str()];
    let (one, other) = tokio::join!(Server::start_with(&flags), Server::start_with(&flags));
    let sender = Sender::new(1);
    sender.upload(&one).await;
    // The other goes on where the first one ended.
    server_completes(&other, &sender).await;
    let link = super::api::Link::new(9);
    sender.add(&one, &link).await;
    let lease = LeaseSecret::from_bytes([1; 32]);
    other.call(link.ask_lease(&lease)).await.ok();
    assert_eq!(one.call(link.fetch(&lease, 0)).await.ok().body, sender.parts[0]);
    // One download, whoever is asked.
    let second = LeaseSecret::from_bytes([2; 32]);
    one.call(link.ask_lease(&second)).await.refused(ProblemType::NoDownloadLeft);
    let (a, b) = (Push::new(5).on(&one).await, Push::new(5).on(&other).await);
    assert_eq!(a.id, b.id, "the same again is the same");
}

async fn server_completes(server: &Server, sender: &Sender) {
    let complete = Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body());
    server.call(complete).await.ok();
}
