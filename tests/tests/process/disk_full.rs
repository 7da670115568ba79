//! A full disk: a clear answer, nothing half done, and all is well when there is room again.

use subrosa_shared::api::{PatchLink, PatchPush, PatchShare, ShareState};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::push::Payload;
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::bytes::rng;
use subrosa_tests::client::Client;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::Package;
use subrosa_tests::client::push::{PushTerms, Reader, SealedPush};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_on_a_file;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;

use crate::ending::assert_deleted;
use crate::{assert_problem, assert_same_files, sealed, send};

const DISK: u64 = 16 << 20;

async fn server_on_small_disk(free_bytes_min: &str) -> Server {
    let options = Options::flags(&["--free-bytes-min", free_bytes_min]);
    Server::start_with(Options { disk_bytes: Some(DISK), ..options }).await
}

/// Stores parts until one is refused; which.
async fn fill(client: &Client, package: &Package) -> u32 {
    client.create(package).await.unwrap();
    for index in 0..package.part_count() {
        match client.put_part(package, index).await {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.problem(), Some(ProblemType::StorageFull), "{error:?}");
                return index;
            }
        }
    }
    panic!("the disk should be full");
}

#[tokio::test]
async fn a_file_that_may_not_grow_is_refused_as_a_full_disk_and_ends_nothing() {
    // The ledger has a ballast, unless it is told not to.
    let options = Options::flags(&["--ballast-bytes", "0"]);
    let server = Server::start_with(Options { file_bytes: Some(4 << 20), ..options }).await;
    let client = server.client();
    let (_, large) = sealed(5 << 20, 64, 8 << 20);
    assert_eq!(fill(&client, &large).await, 0);
    assert_nothing_half_done(&server, &client, &large, 0).await;
    let (files, small) = sealed(1 << 20, 65, 1 << 20);
    let link = send(&server, &small, &LinkTerms::default()).await;
    let recipient = Recipient::new(&client, &link, None).unwrap();
    assert_same_files(&recipient.take().await.unwrap().files().await.unwrap(), &files);
}

/// What is stored is what was acknowledged, and no file besides.
async fn assert_nothing_half_done(server: &Server, client: &Client, package: &Package, acknowledged: u32) {
    let stored = client.stored_parts(package).await.unwrap();
    assert_eq!(stored.iter().map(|part| part.index).collect::<Vec<_>>(), Vec::from_iter(0..acknowledged));
    let seconds = std::time::Duration::from_secs(5);
    wait::until_so(
        seconds,
        "no leftovers",
        async || server.ciphertext(&package.share()),
        |files| files.len() == acknowledged as usize,
    )
    .await;
    for index in 0..acknowledged {
        assert_eq!(client.read_back_part(package, index).await.unwrap(), package.parts[index as usize]);
    }
}

#[tokio::test]
async fn a_nearly_full_disk_refuses_uploads_and_goes_on_when_there_is_room() {
    let server = server_on_small_disk("4194304").await;
    let client = server.client();
    let (files, kept) = sealed(5 << 20, 40, 1 << 20);
    let link = send(&server, &kept, &LinkTerms::default()).await;

    let (large_files, large) = sealed(8 << 20, 41, 1 << 20);
    let refused = fill(&client, &large).await;
    assert!(refused > 0, "there was room for something");
    assert_nothing_half_done(&server, &client, &large, refused).await;
    let ready = reqwest::get(format!("{}/health/live", server.origin())).await.unwrap();
    assert_eq!(ready.status(), 200, "the server itself is well");

    // Downloads and deletion still work, and deletion makes room.
    let recipient = Recipient::new(&client, &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
    download.finish().await.unwrap();
    assert_deleted(&server, &kept.share()).await;
    let link = send(&server, &large, &LinkTerms::default()).await;
    let recipient = Recipient::new(&client, &link, None).unwrap();
    assert_same_files(&recipient.take().await.unwrap().files().await.unwrap(), &large_files);
}

#[tokio::test]
async fn a_disk_without_a_free_byte_loses_nothing_that_was_acknowledged() {
    let server = server_on_small_disk("0").await;
    let client = server.client();
    let (files, kept) = sealed(3 << 20, 42, 1 << 20);
    let link = send(&server, &kept, &LinkTerms::downloads(2)).await;
    let (_, large) = sealed(24 << 20, 43, 1 << 20);
    let refused = fill(&client, &large).await;

    // The last free bytes go to something else: now even the ledger cannot grow.
    let filler = server.data().join("filler");
    let filled = std::fs::write(&filler, vec![0; 16 << 20]);
    assert!(filled.is_err(), "the disk should be full now");

    // Whatever is answered: either it was done, or there is a clear problem.
    let recipient = Recipient::new(&client, &link, None).unwrap();
    match recipient.take().await {
        Ok(download) => assert_same_files(&download.files().await.unwrap(), &files),
        Err(error) => assert_eq!(error.problem(), Some(ProblemType::StorageFull), "{error:?}"),
    }
    let (_, other) = sealed(100_000, 44, 64 << 10);
    if let Err(error) = client.create(&other).await {
        assert_eq!(error.problem(), Some(ProblemType::StorageFull), "{error:?}");
    }

    std::fs::remove_file(&filler).unwrap();
    assert_nothing_half_done(&server, &client, &large, refused).await;
    client.revoke(&large).await.unwrap();
    assert_deleted(&server, &large.share()).await;
    assert_eq!(client.status(&kept).await.unwrap().state, ShareState::Ready);
    assert_same_files(&recipient.take().await.unwrap().files().await.unwrap(), &files);
    send(&server, &other, &LinkTerms::default()).await;
}

/// Not even the note that it has ended finds room, and there is no ballast: the ciphertext of the
/// share itself makes the room.
#[tokio::test]
async fn without_a_free_byte_a_share_on_that_disk_is_revoked_in_its_own_room() {
    only_on_a_file!();
    let flags = ["--free-bytes-min", "0", "--ballast-bytes", "0"];
    let options = Options { disk_bytes: Some(64 << 20), ..Options::flags(&flags) };
    let server = Server::start_with(options).await;
    let client = server.client();
    let (_, package) = sealed(8 << 20, 45, 1 << 20);
    send(&server, &package, &LinkTerms::default()).await;
    let mut pushes = Vec::new();
    for _ in 0..200 {
        let push = SealedPush::seal(&Payload::Note { note: "n".repeat(2_000) }, &PushTerms::views(9)).unwrap();
        client.push(&push).await.unwrap();
        pushes.push(push);
    }
    // Until an end that is always granted cannot be noted any more.
    let full = async |(place, push): (usize, &SealedPush)| {
        fill_disk(&server, &format!("filler-{place}"), 0);
        let revoked = client.revoke_push(push).await;
        revoked.is_err_and(|error| error.problem() == Some(ProblemType::StorageFull))
    };
    let mut refused = false;
    for push in pushes.iter().enumerate() {
        refused = full(push).await;
        if refused {
            break;
        }
    }
    assert!(refused, "the disk should be full now");
    client.revoke(&package).await.unwrap();
    assert_deleted(&server, &package.share()).await;
}

/// A push has no ciphertext beside the ledger that could make room: its end is owed, and nobody
/// gets it meanwhile.
#[tokio::test]
async fn an_end_that_finds_no_room_is_noted_when_there_is_some() {
    only_on_a_file!();
    let flags = ["--free-bytes-min", "0", "--ballast-bytes", "0"];
    let options = Options { disk_bytes: Some(16 << 20), ..Options::flags(&flags) };
    let server = Server::start_with(options).await;
    let client = server.client();
    let mut pushes = Vec::new();
    for _ in 0..200 {
        let push = SealedPush::seal(&Payload::Note { note: "n".repeat(2_000) }, &PushTerms::views(9)).unwrap();
        client.push(&push).await.unwrap();
        pushes.push(push);
    }
    let mut owed = None;
    for (place, push) in pushes.iter().enumerate() {
        fill_disk(&server, &format!("filler-{place}"), 0);
        if client.revoke_push(push).await.is_err_and(|error| error.problem() == Some(ProblemType::StorageFull)) {
            owed = Some(push);
            break;
        }
    }
    let push = owed.expect("the disk is full by now");
    let reader = Reader::new(&client, &push.link_at(&server.origin()), None).unwrap();
    let lease = LeaseSecret::from_bytes([7; 32]);
    assert_problem(reader.reveal(&lease).await, ProblemType::StorageFull);
    for place in 0..pushes.len() {
        let _ = std::fs::remove_file(server.data().join(format!("filler-{place}")));
    }
    wait::until_so(
        std::time::Duration::from_secs(10),
        "it has ended without being asked again",
        async || client.push_status(push).await.unwrap().link.gone,
        |gone| gone.is_some(),
    )
    .await;
}

/// Fills the disk up, but for so many bytes.
fn fill_disk(server: &Server, name: &str, left: u64) {
    let stat = rustix::fs::statvfs(server.data()).unwrap();
    let free = stat.f_bavail * stat.f_frsize;
    let filled = std::fs::write(server.data().join(name), vec![0; usize::try_from(free.saturating_sub(left)).unwrap()]);
    assert!(filled.is_ok() || left == 0, "{filled:?}");
}

/// One of everything that can be done with what is stored, done before the disk is full.
struct Stock {
    package: Package,
    link: String,
    pushes: Vec<SealedPush>,
}

async fn stock(server: &Server, pushes: usize) -> Stock {
    let client = server.client();
    let (_, package) = sealed(200_000, 50, 64 << 10);
    let link = send(server, &package, &LinkTerms::downloads(900)).await;
    let seal = || SealedPush::seal(&Payload::Note { note: "n".into() }, &PushTerms::views(50)).unwrap();
    let pushes: Vec<_> = (0..pushes).map(|_| seal()).collect();
    for push in &pushes {
        client.push(push).await.unwrap();
    }
    Stock { package, link, pushes }
}

/// Whatever only grows is refused, to strangers, owners and holders alike.
async fn assert_nothing_grows(server: &Server, stock: &Stock) {
    let client = server.client();
    let full = ProblemType::StorageFull;
    let (push, package) = (&stock.pushes[0], &stock.package);
    let another = SealedPush::seal(&Payload::Note { note: "n".into() }, &PushTerms::views(1)).unwrap();
    assert_problem(client.push(&another).await, full);
    assert_problem(client.create(&sealed(1_000, 51, 64 << 10).1).await, full);
    assert_problem(client.add_link(package, &LinkTerms::default()).await, full);
    for patch in [
        PatchPush { views_max: Some(51), ..PatchPush::default() },
        PatchPush { expires_in_secs: Some(3_601), ..PatchPush::default() },
        PatchPush { paused: Some(true), recipient_may_destroy: Some(false), ..PatchPush::default() },
    ] {
        assert_problem(client.patch_push(push, &patch).await, full);
    }
    let patch = PatchShare { expires_in_secs: Some(3_601), ..PatchShare::default() };
    assert_problem(client.patch(package, &patch).await, full);
    let id = client.status(package).await.unwrap().links[0].link;
    let patch = PatchLink { downloads_max: Some(901), ..PatchLink::default() };
    assert_problem(client.patch_link(package, &id, &patch).await, full);
    let note = package.parts[0].clone();
    assert_problem(client.put_note(package, note.slice(..note.len().min(300))).await, full);
}

/// What ends or hands over something works.
async fn assert_all_ends(server: &Server, stock: &Stock) {
    let client = server.client();
    let recipient = Recipient::new(&client, &stock.link, None).unwrap();
    for _ in 0..10 {
        recipient.open().await.unwrap();
        let download = recipient.take().await.unwrap();
        download.files().await.unwrap();
        download.finish().await.unwrap();
    }
    let (revoked, shown) = stock.pushes.split_at(stock.pushes.len() / 2);
    for push in shown {
        let reader = Reader::new(&client, &push.link_at(&server.origin()), None).unwrap();
        let lease = LeaseSecret::generate(&mut rng());
        let view = reader.reveal(&lease).await.unwrap();
        reader.finish(&lease, &view).await.unwrap();
        let patch =
            PatchPush { paused: Some(true), views_max: Some(40), expires_in_secs: Some(300), ..PatchPush::default() };
        client.patch_push(push, &patch).await.unwrap();
    }
    for push in revoked {
        client.revoke_push(push).await.unwrap();
    }
    // So does what holds back or ends sooner.
    client.pause(&stock.package, true).await.unwrap();
    let id = client.status(&stock.package).await.unwrap().links[0].link;
    let patch = PatchLink { downloads_max: Some(100), expires_in_secs: Some(600), ..PatchLink::default() };
    client.patch_link(&stock.package, &id, &patch).await.unwrap();
    let patch = PatchShare { expires_in_secs: Some(300), ..PatchShare::default() };
    client.patch(&stock.package, &patch).await.unwrap();
    client.revoke(&stock.package).await.unwrap();
    assert_deleted(server, &stock.package.share()).await;
}

fn ballast(server: &Server) -> std::path::PathBuf {
    server.data().join("ledger.sqlite.ballast")
}

#[tokio::test]
async fn below_the_floor_nothing_grows_and_everything_ends() {
    // Redis has its own limit of memory: `server/tests/redis_ledger/served.rs` fills it.
    only_on_a_file!();
    let flags = ["--free-bytes-min", "16777216", "--ballast-bytes", "1048576", "--expiry-secs-min", "1"];
    let options = Options { disk_bytes: Some(64 << 20), ..Options::flags(&flags) };
    let server = Server::start_with(options).await;
    let stock = stock(&server, 10).await;
    // Far from both ends: the log of the ledger, which is folded in now and then, moves some
    // megabytes.
    fill_disk(&server, "filler", 9 << 20);
    assert_nothing_grows(&server, &stock).await;
    let health = async |state: &str| {
        reqwest::get(format!("{}/health/{state}", server.origin())).await.unwrap().status().as_u16()
    };
    assert_eq!((health("ready").await, health("accepting").await), (200, 503));
    assert_all_ends(&server, &stock).await;
    assert!(ballast(&server).exists(), "it is kept for the very last page");
    std::fs::remove_file(server.data().join("filler")).unwrap();
    self::stock(&server, 1).await;
}

#[tokio::test]
async fn without_a_free_byte_everything_ends_in_the_room_of_the_ballast_which_comes_back() {
    only_on_a_file!();
    let flags = ["--free-bytes-min", "0", "--ballast-bytes", "8388608", "--expiry-secs-min", "1"];
    let options = Options { disk_bytes: Some(64 << 20), ..Options::flags(&flags) };
    let server = Server::start_with(options).await;
    let stock = stock(&server, 40).await;
    assert!(ballast(&server).exists());
    fill_disk(&server, "filler", 0);
    assert_all_ends(&server, &stock).await;
    // It is given up by the first change that needs more than what the ledger had: here, at the
    // latest, by these.
    let mut made = Vec::new();
    while ballast(&server).exists() {
        let push = SealedPush::seal(&Payload::Note { note: "n".repeat(2_000) }, &PushTerms::views(9)).unwrap();
        match server.client().push(&push).await {
            Ok(_) => made.push(push),
            Err(error) => assert_eq!(error.problem(), Some(ProblemType::StorageFull), "{error:?}"),
        }
    }
    assert!(server.log().contains("the ballast is given up"));
    let another = SealedPush::seal(&Payload::Note { note: "n".into() }, &PushTerms::views(1)).unwrap();
    assert_problem(server.client().push(&another).await, ProblemType::StorageFull);
    for push in &made {
        server.client().revoke_push(push).await.unwrap();
    }
    std::fs::remove_file(server.data().join("filler")).unwrap();
    let seconds = std::time::Duration::from_secs(20);
    wait::until_so(seconds, "the ballast", async || ballast(&server).exists(), |exists| *exists).await;
    server.client().push(&another).await.unwrap();
}

#[tokio::test]
async fn the_disk_of_the_ledger_and_that_of_the_blobs_have_a_floor_each() {
    only_on_a_file!();
    let floor = ["--free-bytes-min", "8388608", "--ballast-bytes", "0"];
    let elsewhere = tempfile::tempdir().unwrap();
    let other = elsewhere.path().display();
    let on_small_disk = |flag: &str, place: String| {
        let flags = [&floor[..], &[flag, &place]].concat();
        Options { disk_bytes: Some(32 << 20), ..Options::flags(&flags) }
    };
    let push = || SealedPush::seal(&Payload::Note { note: "n".into() }, &PushTerms::views(1)).unwrap();
    let share = |seed| sealed(1_000, seed, 64 << 10).1;

    let server = Server::start_with(on_small_disk("--blobs", format!("file:{other}"))).await;
    server.client().push(&push()).await.unwrap();
    fill_disk(&server, "filler", 4 << 20);
    assert_problem(server.client().push(&push()).await, ProblemType::StorageFull);
    assert_problem(server.client().create(&share(60)).await, ProblemType::StorageFull);
    drop(server);

    let server = Server::start_with(on_small_disk("--ledger", format!("sqlite:{other}/ledger.sqlite"))).await;
    fill_disk(&server, "filler", 4 << 20);
    assert_problem(server.client().create(&share(61)).await, ProblemType::StorageFull);
    server.client().push(&push()).await.unwrap();
}
