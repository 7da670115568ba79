//! What is gone is deleted, and what belongs to nobody too.

use std::path::PathBuf;

use futures_util::StreamExt as _;
use subrosa_server::blobs::BlobsError;
use subrosa_server::sweep::{Sweep, SweepError, Swept};
use subrosa_shared::api::{CreateShare, Event, Log};
use subrosa_shared::problem::ProblemType;
use subrosa_tests::s3::S3;
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant, sleep};

use crate::support::push::Push;
use crate::support::{Call, Link, Sender, Server, shared};

fn blobs(server: &Server, sender: &Sender) -> PathBuf {
    server.folder.path().join("blobs/shares").join(sender.share.to_string())
}

fn reaper(server: &Server) -> JoinHandle<()> {
    tokio::spawn(subrosa_server::reaper::run(server.app.clone()))
}

/// Within the promised 10 seconds.
async fn until(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(10), "{what}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn ciphertext_is_deleted_within_10_seconds_however_a_share_ends() {
    let server = Server::start().await;
    let reaper = reaper(&server);
    let revoked = Sender::new(2);
    revoked.complete(&server).await;
    let abandoned = Sender::new(3);
    abandoned.upload(&server).await;
    let (spent, link) = shared(&server, Link::new(9)).await;
    for sender in [&revoked, &abandoned, &spent] {
        assert!(blobs(&server, sender).exists());
    }

    server.call(Call::delete(revoked.path("")).owner(&revoked.owner)).await.ok();
    let (lease, _) = link.lease(&server, 1).await;
    server.call(link.fetch(&lease, 0)).await.ok();
    server.call(link.done(&lease)).await.ok();
    until("revoked", || !blobs(&server, &revoked).exists()).await;
    until("spent", || !blobs(&server, &spent).exists()).await;
    assert!(blobs(&server, &abandoned).exists());
    // Expired by then, without anybody asking.
    server.advance(2 * 24 * 60 * 60);
    until("expired", || !blobs(&server, &abandoned).exists()).await;
    let told = || async {
        let log: Log = server.call(Call::get(abandoned.path("/log")).owner(&abandoned.owner)).await.json();
        log.lines.last().unwrap().event == Event::Deleted
    };
    while !told().await {
        sleep(Duration::from_millis(20)).await;
    }
    reaper.abort();
}

#[tokio::test]
async fn deletion_is_retried_until_it_is_done() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.complete(&server).await;
    // A file where the folder should be cannot be removed as a folder.
    let (folder, aside) = (blobs(&server, &sender), server.folder.path().join("aside"));
    std::fs::rename(&folder, &aside).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    server.call(Call::delete(sender.path("")).owner(&sender.owner)).await.ok();
    let reaper = reaper(&server);
    sleep(Duration::from_millis(200)).await;
    assert!(folder.exists());
    std::fs::remove_file(&folder).unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    until("deleted after all", || !folder.exists()).await;
    reaper.abort();
}

/// Files under an id that the ledger does not know, written so long ago.
fn orphan(server: &Server, seed: u8, age: Duration) -> PathBuf {
    let folder = blobs(server, &Sender::new(seed));
    std::fs::create_dir_all(&folder).unwrap();
    // Whole, and half-written by a server that was killed.
    for name in ["0-0123", "1-0123#1"] {
        let file = folder.join(name);
        std::fs::write(&file, "sealed").unwrap();
        S3::age(&file, age);
    }
    folder
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn what_nobody_knows_is_deleted_when_it_is_old_and_was_looked_up_twice() {
    let server = Server::start().await;
    let alive = Sender::new(1);
    alive.complete(&server).await;
    let old = orphan(&server, 2, 3 * DAY);
    let stranger = server.folder.path().join("blobs/shares/lost+found");
    std::fs::create_dir_all(&stranger).unwrap();
    let mut sweep = Sweep::default();
    assert_eq!(sweep.pass(&server.app).await.unwrap(), Swept { ended: 0, orphans: 0, kept: 1 });
    assert_eq!(sweep.pass(&server.app).await.unwrap(), Swept { ended: 0, orphans: 1, kept: 0 });
    assert!(!old.exists() && stranger.exists());
    let young = orphan(&server, 3, DAY);
    for _ in 0..3 {
        assert_eq!(sweep.pass(&server.app).await.unwrap(), Swept { ended: 0, orphans: 0, kept: 1 });
    }
    assert!(young.exists());
    let part = server.call(Call::get(alive.path("/contents/1/parts/0")).owner(&alive.owner)).await.ok();
    assert_eq!(part.body, alive.parts[0]);
}

#[tokio::test]
async fn what_has_ended_goes_at_once_and_what_many_do_not_know_stays() {
    let server = Server::start().await;
    let ended = Sender::new(1);
    ended.complete(&server).await;
    server.call(Call::delete(ended.path("")).owner(&ended.owner)).await.ok();
    let orphans = [2, 3].map(|seed| orphan(&server, seed, 3 * DAY));
    let mut sweep = Sweep::default();
    assert_eq!(sweep.pass(&server.app).await.unwrap(), Swept { ended: 1, orphans: 0, kept: 2 });
    assert_eq!(sweep.pass(&server.app).await.unwrap(), Swept { ended: 0, orphans: 0, kept: 2 });
    assert!(!blobs(&server, &ended).exists() && orphans.iter().all(|folder| folder.exists()));
    // Unless the operator says so.
    let Server { folder, clock, app, router } = server;
    drop((app, router));
    let server = Server::restart(folder, clock, &["--accept-orphans"]).await;
    let mut sweep = Sweep::default();
    sweep.pass(&server.app).await.unwrap();
    assert_eq!(sweep.pass(&server.app).await.unwrap(), Swept { ended: 0, orphans: 2, kept: 0 });
}

#[tokio::test]
async fn blobs_that_become_anothers_are_neither_served_nor_swept() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    let unknown = orphan(&server, 7, 3 * DAY);
    let id = server.folder.path().join("blobs/installation");
    let own = std::fs::read_to_string(&id).unwrap();
    let mut sweep = Sweep::default();
    sweep.pass(&server.app).await.unwrap();
    for other in [Some("0123456789abcdef0123456789abcdef\n"), None] {
        match other {
            Some(other) => std::fs::write(&id, other).unwrap(),
            None => std::fs::remove_file(&id).unwrap(),
        }
        assert!(matches!(sweep.pass(&server.app).await, Err(SweepError::Blobs(BlobsError::Foreign))));
        assert!(matches!(server.app.blobs().delete_share(&sender.share).await, Err(BlobsError::Foreign)));
        server.call(link.fetch(&lease, 0)).await.refused(ProblemType::Busy);
        assert!(unknown.exists() && blobs(&server, &sender).exists());
    }
    std::fs::write(&id, own).unwrap();
    sweep.pass(&server.app).await.unwrap();
    assert_eq!(server.call(link.fetch(&lease, 0)).await.ok().body, sender.parts[0]);
}

/// Pushes that end in the same second, made as fast as the server takes them.
async fn pushes(server: &Server, count: u32) {
    let making = (0..count).map(|number| async move {
        let mut seed = [7; 32];
        seed[..4].copy_from_slice(&number.to_be_bytes());
        server.call(Push::from_seed(seed).make()).await.ok();
    });
    futures_util::stream::iter(making).buffer_unordered(128).for_each(|()| async {}).await;
}

/// A storm of expiries does not keep a revoked share's ciphertext: it is deleted while most of them
/// still wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_revoked_is_deleted_at_once_however_much_expires_in_that_second() {
    let server = Server::start().await;
    let revoked = Sender::new(2);
    let body = CreateShare { expires_in_secs: 30 * 86_400, ..revoked.create_body() };
    server.call(Call::put(revoked.path("")).owner(&revoked.owner).json(&body)).await.ok();
    for call in [revoked.put_part(0), revoked.put_part(1), revoked.put_part(2), revoked.put_manifest()] {
        server.call(call).await.ok();
    }
    let complete =
        Call::post(revoked.path("/contents/1/complete")).owner(&revoked.owner).json(&revoked.complete_body());
    server.call(complete).await.ok();
    pushes(&server, 2_000).await;
    server.advance(3 * 86_400);
    let ledger = std::sync::Arc::clone(server.app.store().ledger());
    let due = async || ledger.due(ledger.now().await.unwrap(), None, 10_000).await.unwrap().len();
    assert_eq!(due().await, 2_000);

    server.call(Call::delete(revoked.path("")).owner(&revoked.owner)).await.ok();
    let reaper = reaper(&server);
    let begun = Instant::now();
    while blobs(&server, &revoked).exists() {
        assert!(begun.elapsed() < Duration::from_secs(5), "the share waits behind what expires");
        sleep(Duration::from_millis(1)).await;
    }
    let waiting = due().await;
    assert!(waiting > 1_000, "{waiting}: what was revoked came after what expired");
    // Meanwhile others are served.
    let asked = Instant::now();
    server.call(Push::new(1).make()).await.ok();
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    while due().await > 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "the storm goes on");
        sleep(Duration::from_millis(20)).await;
    }
    reaper.abort();
}
