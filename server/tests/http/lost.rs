//! Stored ciphertext that is missing, cut, longer or unreadable: told as lost, not charged, told to
//! the owner.

use std::fs;
use std::path::PathBuf;

use http::header;
use http_body_util::BodyExt as _;
use subrosa_shared::api::{Event, LinkState, Log};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;
use tokio::time::{Duration, Instant, sleep};
use tower::ServiceExt as _;

use crate::support::push::Push;
use crate::support::{Call, Link, Sender, Server, fake_sealed, shared};

/// The file of an object: `0`, `1` and so on, or `manifest`.
fn blob(server: &Server, sender: &Sender, object: &str) -> PathBuf {
    let folder = server.folder.path().join("blobs/shares").join(sender.share.to_string());
    let is_it = |path: &PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(&format!("{object}-"));
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).find(is_it).unwrap()
}

async fn events(server: &Server, sender: &Sender) -> Vec<Event> {
    let log: Log = server.call(Call::get(sender.path("/log")).owner(&sender.owner)).await.json();
    log.lines.iter().map(|line| line.event).collect()
}

fn resize(file: &PathBuf, change: i64) {
    let len = fs::metadata(file).unwrap().len();
    fs::File::options().write(true).open(file).unwrap().set_len(len.checked_add_signed(change).unwrap()).unwrap();
}

type Damage = fn(&PathBuf);

const DAMAGES: [(&str, Damage); 5] = [
    ("missing", |file| fs::remove_file(file).unwrap()),
    ("cut", |file| resize(file, -1)),
    ("empty", |file| fs::write(file, "").unwrap()),
    ("longer", |file| resize(file, 1)),
    ("a folder", |file| {
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
    }),
];

#[tokio::test]
async fn a_lost_part_is_told_as_lost_charged_to_nobody_and_told_to_the_owner_once() {
    for (what, damage) in DAMAGES {
        let server = Server::start().await;
        let (sender, link) = shared(&server, Link::new(9)).await;
        let (lease, _) = link.lease(&server, 1).await;
        damage(&blob(&server, &sender, "1"));
        // Whole, and a range that does not reach what is wrong.
        for range in [None, Some("bytes=0-0"), Some("bytes=5-")] {
            let fetch = range.map_or(link.fetch(&lease, 1), |range| link.fetch(&lease, 1).header("range", range));
            let problem = server.call(fetch).await.refused(ProblemType::ContentLost);
            assert_eq!(problem.retry_after_millis, None, "{what}");
        }
        server
            .call(Call::get(sender.path("/contents/1/parts/1")).owner(&sender.owner))
            .await
            .refused(ProblemType::ContentLost);
        server.call(link.done(&lease)).await.refused(ProblemType::LeaseEnded);
        let status = sender.status(&server).await;
        assert_eq!(status.links[0].counters.started.count, 0, "{what}: no byte left");
        assert_eq!(status.content_lost_at, Some(crate::support::START), "{what}");
        let told = events(&server, &sender).await.iter().filter(|event| **event == Event::ContentLost).count();
        assert_eq!(told, 1, "{what}");
        // Of what cannot be had whole, nothing is handed out.
        server.call(link.fetch(&lease, 0)).await.refused(ProblemType::ContentLost);
        server.call(link.ask_lease(&LeaseSecret::from_bytes([2; 32]))).await.refused(ProblemType::ContentLost);
        let status = sender.status(&server).await;
        assert_eq!((status.links[0].downloads_taken, status.links[0].state), (0, LinkState::Ready), "{what}");
    }
}

/// What was begun before the loss was found counts for nobody either, and can be begun anew when
/// the content is whole again.
#[tokio::test]
async fn a_download_of_what_is_found_lost_is_given_back() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    server.call(link.fetch(&lease, 0)).await.ok();
    assert_eq!(sender.status(&server).await.links[0].downloads_taken, 1);
    let blob = blob(&server, &sender, "1");
    let kept = fs::read(&blob).unwrap();
    fs::remove_file(&blob).unwrap();
    server.call(link.fetch(&lease, 1)).await.refused(ProblemType::ContentLost);
    assert_eq!(sender.status(&server).await.links[0].downloads_taken, 0);
    assert!(events(&server, &sender).await.contains(&Event::Released));

    fs::write(&blob, kept).unwrap();
    server.app.store().note_content(sender.share, None).await.unwrap();
    let (lease, _) = link.lease(&server, 1).await;
    for index in 0..3 {
        assert_eq!(server.call(link.fetch(&lease, index)).await.body, sender.parts[index]);
    }
    assert_eq!(sender.status(&server).await.links[0].downloads_taken, 1);
}

#[tokio::test]
async fn a_lost_manifest_is_told_as_lost() {
    for (what, damage) in DAMAGES {
        let server = Server::start().await;
        let (sender, link) = shared(&server, Link::new(9)).await;
        damage(&blob(&server, &sender, "manifest"));
        server.call(Call::get(link.path("/manifest")).open(&link)).await.refused(ProblemType::ContentLost);
        assert!(sender.status(&server).await.content_lost_at.is_some(), "{what}");
    }
}

#[tokio::test]
async fn a_blob_that_breaks_while_it_is_sent_ends_the_answer_and_is_told_to_the_owner() {
    let server = Server::start().await;
    let sender = Sender { parts: vec![fake_sealed(1 << 20, 1)], ..Sender::new(1) };
    let mut body = sender.create_body();
    body.part_bytes = 1 << 20;
    server.call(Call::put(sender.path("")).owner(&sender.owner).json(&body)).await.ok();
    server.call(sender.put_part(0)).await.ok();
    server.call(sender.put_manifest()).await.ok();
    let complete = Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body());
    server.call(complete).await.ok();
    let link = Link::new(9);
    sender.add(&server, &link).await;
    let (lease, _) = link.lease(&server, 1).await;

    let answer = server.router.clone().oneshot(link.fetch(&lease, 0).request()).await.unwrap();
    assert_eq!(answer.status(), 200);
    let mut body = answer.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(!first.is_empty());
    resize(&blob(&server, &sender, "0"), -(1 << 19));
    assert!(body.collect().await.is_err(), "an answer that broke does not end as if it were whole");
    assert!(sender.status(&server).await.content_lost_at.is_some());
    server.call(link.fetch(&lease, 0)).await.refused(ProblemType::ContentLost);
}

#[tokio::test]
async fn who_may_not_read_learns_nothing_of_a_loss() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    fs::remove_file(blob(&server, &sender, "1")).unwrap();
    let stranger = Link::new(8);
    let fetch = link.fetch(&lease, 1).link(&stranger);
    server.call(fetch).await.refused(ProblemType::NotFound);
    server.call(link.fetch(&LeaseSecret::from_bytes([7; 32]), 1)).await.refused(ProblemType::LeaseEnded);
    server.call(Call::delete(sender.path("")).owner(&sender.owner)).await.ok();
    server.call(link.fetch(&lease, 1)).await.refused(ProblemType::Gone);
    assert_eq!(sender.status(&server).await.content_lost_at, None);
}

#[tokio::test]
async fn blobs_whose_disk_is_away_are_not_told_as_lost() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    let (blobs, aside) = (server.folder.path().join("blobs"), server.folder.path().join("aside"));
    fs::rename(&blobs, &aside).unwrap();
    fs::create_dir(&blobs).unwrap();
    server.call(link.fetch(&lease, 1)).await.refused(ProblemType::Busy);
    assert_eq!(sender.status(&server).await.content_lost_at, None);
    fs::remove_dir(&blobs).unwrap();
    fs::rename(&aside, &blobs).unwrap();
    server.app.blobs().expect_installation().await.unwrap();
    let answer = server.call(link.fetch(&lease, 1)).await.ok();
    assert_eq!(answer.headers[header::CONTENT_LENGTH], sender.parts[1].len().to_string().as_str());
}

/// What a disk says that is no loss: here, that a name leads to itself.
#[tokio::test]
async fn a_disk_that_fails_in_another_way_has_lost_nothing() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    let file = blob(&server, &sender, "1");
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(&file, &file).unwrap();
    server.call(link.fetch(&lease, 1)).await.refused(ProblemType::Internal);
    assert_eq!(sender.status(&server).await.content_lost_at, None);
}

#[tokio::test]
async fn a_part_that_is_lost_while_it_is_uploaded_is_stored_again() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.upload(&server).await;
    fs::remove_file(blob(&server, &sender, "1")).unwrap();
    server
        .call(Call::get(sender.path("/contents/1/parts/1")).owner(&sender.owner))
        .await
        .refused(ProblemType::ContentLost);
    server.call(sender.put_part(1)).await.ok();
    let answer = server.call(Call::get(sender.path("/contents/1/parts/1")).owner(&sender.owner)).await.ok();
    assert_eq!(answer.body, sender.parts[1]);
    assert_eq!(sender.status(&server).await.content_lost_at, None);
}

/// Waits until the owner is told, or no longer told, that content is lost.
async fn until_told(server: &Server, sender: &Sender, lost: bool) {
    let begun = Instant::now();
    while sender.status(server).await.content_lost_at.is_some() != lost {
        assert!(begun.elapsed() < Duration::from_secs(20), "nobody found out");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_loss_is_found_before_anybody_asks_and_a_restored_file_is_too() {
    for (what, damage) in DAMAGES.into_iter().chain([("other bytes", flip as Damage)]) {
        let server = Server::start().await;
        let (sender, _link) = shared(&server, Link::new(9)).await;
        let file = blob(&server, &sender, "2");
        let whole = fs::read(&file).unwrap();
        damage(&file);
        let checks = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
        until_told(&server, &sender, true).await;
        checks.abort();
        let _ = checks.await;
        if file.is_dir() {
            fs::remove_dir(&file).unwrap();
        }
        fs::write(&file, whole).unwrap();
        let checks = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
        until_told(&server, &sender, false).await;
        checks.abort();
        let told = events(&server, &sender).await;
        assert!(told.ends_with(&[Event::ContentLost, Event::ContentRestored]), "{what}: {told:?}");
    }
}

/// Neither a start nor a day is waited for.
#[tokio::test]
async fn what_is_put_back_is_handed_out_again_by_itself() {
    for flags in [&[][..], &["--check-bytes-per-sec", "0"]] {
        let server = Server::start_with(flags).await;
        let (sender, link) = shared(&server, Link::new(9)).await;
        let checks = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
        let (lease, _) = link.lease(&server, 1).await;
        let file = blob(&server, &sender, "1");
        let whole = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        server.call(link.fetch(&lease, 1)).await.refused(ProblemType::ContentLost);
        server.call(link.ask_lease(&lease)).await.refused(ProblemType::ContentLost);
        fs::write(&file, whole).unwrap();
        until_told(&server, &sender, false).await;
        let (lease, _) = link.lease(&server, 2).await;
        assert_eq!(server.call(link.fetch(&lease, 1)).await.ok().body, sender.parts[1], "{flags:?}");
        checks.abort();
    }
}

fn flip(file: &PathBuf) {
    let mut bytes = fs::read(file).unwrap();
    bytes[100] ^= 1;
    fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn a_damaged_record_is_told_as_lost_and_harms_no_other() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let other = Sender::new(5);
    other.complete(&server).await;
    let ledger = rusqlite::Connection::open(server.folder.path().join("ledger.sqlite")).unwrap();
    let key = sender.share.as_bytes();
    let damaged = ledger
        .execute("UPDATE record SET bytes = substr(bytes, 1, length(bytes) / 2) WHERE instr(key, ?1) > 0", [key])
        .unwrap();
    assert_eq!(damaged, 1);
    for call in [
        Call::get(link.path("")).link(&link),
        Call::post(link.path("/open")).open(&link),
        Call::get(sender.path("")).owner(&sender.owner),
        Call::delete(sender.path("")).owner(&sender.owner),
    ] {
        server.call(call).await.refused(ProblemType::ContentLost);
    }
    let reaper = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
    server.call(Call::delete(other.path("")).owner(&other.owner)).await.ok();
    let folder = |sender: &Sender| server.folder.path().join("blobs/shares").join(sender.share.to_string());
    let begun = Instant::now();
    // Kept for the operator for 30 days after it was due, and not longer.
    server.advance(20 * 86_400);
    while folder(&other).exists() {
        assert!(begun.elapsed() < Duration::from_secs(10), "the damaged one is in the way");
        sleep(Duration::from_millis(20)).await;
    }
    assert!(folder(&sender).exists());
    reaper.abort();
    let _ = reaper.await;
    server.advance(20 * 86_400);
    let reaper = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
    while folder(&sender).exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is kept for ever");
        sleep(Duration::from_millis(20)).await;
    }
    reaper.abort();
}

/// Pages in the middle of the file, written over as a bad disk would.
#[tokio::test]
async fn a_server_with_damaged_pages_in_its_ledger_is_not_ready_and_says_so() {
    let server = Server::start().await;
    for seed in 1..40 {
        Push::new(seed).on(&server).await;
    }
    let ready = async |server: &Server| {
        let request = http::Request::builder().uri("/health/ready").body(axum::body::Body::empty()).unwrap();
        server.send(request).await.status
    };
    assert_eq!(ready(&server).await, http::StatusCode::OK);
    let (folder, clock) = (std::sync::Arc::clone(&server.folder), server.clock.clone());
    while !server.app.store().ledger().scrub().await.unwrap() {}
    drop(server);
    let file = folder.path().join("ledger.sqlite");
    let mut bytes = fs::read(&file).unwrap();
    let from = bytes.len() / 3 / 4096 * 4096;
    bytes[from..from + 8 * 4096].fill(0x5A);
    fs::write(&file, bytes).unwrap();
    let server = Server::restart(folder, clock, &[]).await;
    assert_eq!(ready(&server).await, http::StatusCode::SERVICE_UNAVAILABLE);
}
