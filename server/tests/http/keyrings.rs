//! Synced keyrings: what a device stores, another one reads; who has no phrase learns nothing; what
//! nobody touches goes.

use std::path::PathBuf;

use http::header;
use subrosa_server::sweep::Sweep;
use subrosa_shared::api::header::{KEYRING_REVISION, OWNER_PROOF};
use subrosa_shared::id::Digest;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::KeyringSecret;
use subrosa_tests::s3::S3;
use tokio::time::{Duration, Instant, sleep};

use crate::support::{Answer, Call, Server, fake_sealed};

const DAY: u64 = 24 * 60 * 60;

struct Owner(KeyringSecret);

impl Owner {
    fn new(seed: u8) -> Self {
        Self(KeyringSecret::from_bytes([seed; 32]))
    }

    fn path(&self) -> String {
        format!("/keyrings/{}", self.0.keyring_id())
    }

    fn prove(&self, call: Call) -> Call {
        call.header(OWNER_PROOF, self.0.proof().to_text().as_str())
    }

    fn put(&self, revision: u64, object: &[u8]) -> Call {
        self.prove(Call::put(self.path())).header(KEYRING_REVISION, revision.to_string()).binary(object)
    }

    fn get(&self) -> Call {
        self.prove(Call::get(self.path()))
    }

    fn delete(&self) -> Call {
        self.prove(Call::delete(self.path()))
    }

    fn folder(&self, server: &Server) -> PathBuf {
        server.folder.path().join("blobs/shares").join(self.0.keyring_id().to_string())
    }

    fn blobs(&self, server: &Server) -> usize {
        std::fs::read_dir(self.folder(server)).map_or(0, Iterator::count)
    }
}

fn object(seed: u8) -> Vec<u8> {
    fake_sealed(65_536, seed)
}

fn tag(object: &[u8]) -> String {
    format!("\"{}\"", Digest::of(object))
}

#[track_caller]
fn expect_stored(answer: Answer, revision: u64, object: &[u8]) {
    let answer = answer.ok();
    assert_eq!(answer.headers[KEYRING_REVISION], revision.to_string().as_str());
    assert_eq!(answer.headers[header::ETAG], tag(object).as_str());
    assert!(answer.body == *object, "another object");
}

#[tokio::test]
async fn what_one_device_stores_another_reads() {
    let server = Server::start().await;
    let owner = Owner::new(1);
    server.call(owner.get()).await.refused(ProblemType::NotFound);
    for (revision, plaintext_len) in (1..).zip((0..5).map(|step| 65_536 << step)) {
        let object = fake_sealed(plaintext_len, 1);
        let answer = server.call(owner.put(revision, &object)).await.ok();
        assert_eq!(answer.headers[header::ETAG], tag(&object).as_str());
        expect_stored(server.call(owner.get()).await, revision, &object);
        assert_eq!(owner.blobs(&server), 1, "what was replaced is deleted");
    }
}

#[tokio::test]
async fn of_two_devices_that_store_at_once_one_is_told() {
    let server = Server::start().await;
    let owner = Owner::new(1);
    let first = |seed| owner.put(1, &object(seed)).header("if-none-match", "*");
    server.call(first(1)).await.ok();
    server.call(first(2)).await.refused(ProblemType::KeyringChanged);
    let next = |seed| owner.put(2, &object(seed)).header("if-match", tag(&object(1)));
    let answers = futures_util::future::join_all((2..10).map(|seed| server.call(next(seed)))).await;
    let stored: Vec<_> = answers.iter().filter(|answer| answer.status.is_success()).collect();
    assert_eq!(stored.len(), 1);
    for answer in answers.into_iter().filter(|answer| !answer.status.is_success()) {
        answer.refused(ProblemType::KeyringChanged);
    }
    assert_eq!(owner.blobs(&server), 1, "what was refused leaves nothing");
}

#[tokio::test]
async fn the_same_again_is_stored_already() {
    let server = Server::start().await;
    let owner = Owner::new(1);
    let call = || owner.put(1, &object(1)).header("if-none-match", "*");
    for _ in 0..3 {
        assert_eq!(server.call(call()).await.status, 204);
    }
    expect_stored(server.call(owner.get()).await, 1, &object(1));
    assert_eq!(owner.blobs(&server), 1);
}

#[tokio::test]
async fn a_revision_never_goes_back() {
    let server = Server::start().await;
    let owner = Owner::new(1);
    server.call(owner.put(7, &object(1))).await.ok();
    for revision in [1, 6, 7] {
        let late = owner.put(revision, &object(2)).header("if-match", tag(&object(1)));
        server.call(late).await.refused(ProblemType::KeyringChanged);
    }
    server.call(owner.put(9, &object(2)).header("if-match", tag(&object(1)))).await.ok();
    for revision in ["0", "9007199254740992"] {
        let call = owner.put(1, &object(3)).header(KEYRING_REVISION, revision);
        server.call(call).await.refused(ProblemType::ValueOutOfRange);
    }
    for revision in ["", "-1", "01", "+1", "1.0", "18446744073709551616"] {
        let call = owner.put(1, &object(3)).header(KEYRING_REVISION, revision);
        server.call(call).await.refused(ProblemType::MalformedRequest);
    }
    server.call(owner.put(1, &object(3)).without(KEYRING_REVISION)).await.refused(ProblemType::MalformedRequest);
}

#[tokio::test]
async fn without_the_phrase_nothing_is_told() {
    let server = Server::start().await;
    let (owner, stranger) = (Owner::new(1), Owner::new(2));
    server.call(owner.put(1, &object(1))).await.ok();
    // The same to the byte, whether there is such a keyring or not.
    for (there, not_there) in [
        (Call::get(owner.path()), Call::get(Owner::new(3).path())),
        (Call::delete(owner.path()), Call::delete(Owner::new(3).path())),
    ] {
        let there = server.call(stranger.prove(there)).await;
        let not_there = server.call(stranger.prove(not_there)).await;
        assert_eq!((there.status, &there.body), (not_there.status, &not_there.body));
        there.refused(ProblemType::NotFound);
    }
    for path in [owner.path(), Owner::new(3).path()] {
        let put = stranger.prove(Call::put(path)).header(KEYRING_REVISION, "2").binary(&object(2));
        server.call(put).await.refused(ProblemType::NotFound);
    }
    server.call(Call::get(owner.path())).await.refused(ProblemType::InvalidProof);
    expect_stored(server.call(owner.get()).await, 1, &object(1));
}

#[tokio::test]
async fn other_lengths_are_refused_before_they_are_read() {
    let server = Server::start().await;
    let owner = Owner::new(1);
    for len in [65_616_u64, 65_618, 81, 1_048_898, 2_097_730, 1 << 40] {
        // Of the body nothing comes.
        let call = owner.put(1, &object(1)).header("content-length", len.to_string()).body(axum::body::Body::empty());
        let answer = server.call(call).await;
        assert_eq!(answer.status, 422, "{len}");
    }
    assert_eq!(owner.blobs(&server), 0);
}

#[tokio::test]
async fn a_body_that_is_not_what_it_says_leaves_what_is_there() {
    let server = Server::start().await;
    let owner = Owner::new(1);
    server.call(owner.put(1, &object(1))).await.ok();
    let other = owner.put(2, &object(2)).body(object(3));
    server.call(other).await.refused(ProblemType::DigestMismatch);
    let cut = owner.put(2, &object(2)).body(object(2)[..100].to_vec());
    server.call(cut).await.refused(ProblemType::IncompleteBody);
    expect_stored(server.call(owner.get()).await, 1, &object(1));
    assert_eq!(owner.blobs(&server), 1);
}

#[tokio::test]
async fn where_the_disk_is_full_none_begins() {
    let server = Server::start_with(&["--free-bytes-min", &u64::MAX.to_string()]).await;
    server.call(Owner::new(1).put(1, &object(1))).await.refused(ProblemType::StorageFull);
}

/// Within the promised 10 seconds.
async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !holds().await {
        assert!(started.elapsed() < Duration::from_secs(10), "{what}");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_deleted_goes_and_may_begin_anew() {
    let server = Server::start().await;
    let reaper = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
    let owner = Owner::new(1);
    server.call(owner.put(5, &object(1))).await.ok();
    assert_eq!(server.call(owner.delete()).await.status, 204);
    server.call(owner.get()).await.refused(ProblemType::NotFound);
    until("its ciphertext is deleted", async || !owner.folder(&server).exists()).await;
    until("its record is deleted", async || server.app.store().ledger().is_empty().await.unwrap()).await;
    server.call(owner.delete()).await.refused(ProblemType::NotFound);
    server
        .call(owner.put(1, &object(2)).header("if-match", tag(&object(1))))
        .await
        .refused(ProblemType::KeyringChanged);
    server.call(owner.put(1, &object(2)).header("if-none-match", "*")).await.ok();
    expect_stored(server.call(owner.get()).await, 1, &object(2));
    reaper.abort();
}

#[tokio::test]
async fn what_nobody_touches_for_400_days_goes() {
    let server = Server::start().await;
    let reaper = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
    let owner = Owner::new(1);
    server.call(owner.put(1, &object(1))).await.ok();
    server.advance(399 * DAY);
    // Reading is a touch.
    expect_stored(server.call(owner.get()).await, 1, &object(1));
    server.advance(400 * DAY - 60);
    sleep(Duration::from_millis(1_200)).await;
    assert_eq!(owner.blobs(&server), 1);
    server.advance(60);
    until("its ciphertext is deleted", async || !owner.folder(&server).exists()).await;
    server.call(owner.get()).await.refused(ProblemType::NotFound);
    reaper.abort();
}

#[tokio::test]
async fn what_a_crash_left_is_swept_and_the_stored_stays() {
    let server = Server::start().await;
    let (owner, begun) = (Owner::new(1), Owner::new(2));
    server.call(owner.put(1, &object(1))).await.ok();
    // A server was killed between a blob and its record: of a keyring that is there, and of one
    // whose record is gone.
    let old = Duration::from_secs(49 * 60 * 60);
    for owner in [&owner, &begun] {
        std::fs::create_dir_all(owner.folder(&server)).unwrap();
        let stray = owner.folder(&server).join("0123456789abcdef");
        std::fs::write(&stray, "left").unwrap();
        S3::age(&stray, old);
    }
    let reaper = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
    let mut sweep = Sweep::default();
    for orphans in [0, 1] {
        assert_eq!(sweep.pass(&server.app).await.unwrap().orphans, orphans);
    }
    assert!(!begun.folder(&server).exists(), "what no record names is deleted");
    until("what its record does not name is deleted", async || owner.blobs(&server) == 1).await;
    expect_stored(server.call(owner.get()).await, 1, &object(1));
    reaper.abort();
}

#[tokio::test]
async fn a_keyring_whose_blob_is_lost_is_told_and_replaced() {
    let server = Server::start().await;
    let owner = Owner::new(1);
    server.call(owner.put(1, &object(1))).await.ok();
    for file in std::fs::read_dir(owner.folder(&server)).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    server.call(owner.get()).await.refused(ProblemType::ContentLost);
    server.call(owner.put(2, &object(2))).await.ok();
    expect_stored(server.call(owner.get()).await, 2, &object(2));
}

#[tokio::test]
async fn it_is_there_after_a_restart() {
    let server = Server::start().await;
    let owner = Owner::new(1);
    server.call(owner.put(1, &object(1))).await.ok();
    let (folder, clock) = (server.folder.clone(), server.clock.clone());
    drop(server);
    let server = Server::restart(folder, clock, &[]).await;
    expect_stored(server.call(owner.get()).await, 1, &object(1));
}
