//! Ciphertext in a bucket: what becomes of it, and of those who send and fetch, when the store
//! fails.

use std::time::Duration;

use futures_util::future::join_all;
use futures_util::stream;
use subrosa_shared::problem::ProblemType;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::s3::{Between, KEY, Mode, S3};
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;
use tokio::time::{Instant, sleep};

use crate::{assert_problem, assert_same_files, sealed, send, small_parts};

const MIB: usize = 1 << 20;
/// Ciphertext is deleted within this once the store works.
const DELETED: Duration = Duration::from_secs(20);

fn options(flags: Vec<String>, more: &[&str]) -> Options {
    let more = more.iter().map(ToString::to_string);
    Options { flags: flags.into_iter().chain(more).collect(), ..Options::default() }
}

async fn health(server: &Server, which: &str) -> u16 {
    reqwest::get(format!("{}/health/{which}", server.origin())).await.unwrap().status().as_u16()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_lives_in_a_bucket_and_goes_from_it_and_nothing_else_is_there() {
    let store = S3::start().await;
    let server = Server::start_with(options(store.flags("a/b"), &[])).await;
    let (files, package) = sealed(3 * MIB, 1, MIB as u32);
    let link = send(&server, &package, &LinkTerms::downloads(2)).await;
    assert_eq!(store.objects("a/b").len(), package.parts.len() + 2, "parts, manifest, installation");
    let server = server.kill_and_start_again().await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
    let some = download.fetch_some(1, 777, 1000).await.unwrap();
    assert!(some[..1000] == package.parts[1][777..1777], "not the range that was asked for");
    server.client().revoke(&package).await.unwrap();
    wait::until_so(DELETED, "objects are deleted", async || store.objects("a/b").len(), |left| *left == 1).await;
    assert!(!server.log().contains(KEY), "the key is in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_away_loses_nothing_and_is_told_as_busy() {
    let mut store = S3::start().await;
    let server = Server::start_with(options(store.flags("away"), &[])).await;
    let client = server.client();
    let (files, package) = small_parts(300_000, 2);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let (_, revoked) = small_parts(100_000, 3);
    client.upload(&revoked).await.unwrap();
    let (_, begun) = small_parts(200_000, 4);
    client.create(&begun).await.unwrap();
    client.put_part(&begun, 0).await.unwrap();
    let recipient = Recipient::new(&client, &link, None).unwrap();
    let download = recipient.take().await.unwrap();

    store.kill_9();
    let asked = Instant::now();
    let (fetched, stored, revoking) =
        tokio::join!(download.sealed_part(0), client.put_part(&begun, 1), client.revoke(&revoked));
    assert!(asked.elapsed() < Duration::from_secs(30), "{:?}", asked.elapsed());
    assert_problem(fetched, ProblemType::Busy);
    assert_problem(stored, ProblemType::Busy);
    revoking.unwrap();
    assert_eq!(health(&server, "ready").await, 503);
    let status = client.status(&package).await.unwrap();
    assert_eq!((status.content_lost_at, status.links[0].counters.started.count), (None, 0));

    store.start_again().await;
    assert_eq!(client.stored_parts(&begun).await.unwrap().len(), 1);
    client.put_part(&begun, 1).await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
    let of_revoked = format!("away/shares/{}", revoked.share());
    wait::until_so(DELETED, "what was revoked is deleted", async || store.objects(&of_revoked), Vec::is_empty).await;
    assert_eq!(health(&server, "accepting").await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_notices_a_store_that_hangs_or_refuses_or_breaks_for_a_moment() {
    let store = S3::start().await;
    let between = Between::servers_and(&store).await;
    let server = Server::start_with(options(between.flags("moment"), &["--stall-secs-max", "2"])).await;
    let client = server.client();
    let (files, package) = sealed(3 * MIB, 5, MIB as u32);
    client.create(&package).await.unwrap();
    between.set(Mode::Refuse);
    let (stored, ()) = tokio::join!(client.put_part(&package, 0), async {
        sleep(Duration::from_secs(1)).await;
        between.set(Mode::Pass);
    });
    stored.unwrap();
    assert!(between.refused() > 0, "the store did refuse");
    // Longer than clients may take: the store's time is not theirs.
    store.pause();
    let (stored, ()) = tokio::join!(client.put_part(&package, 1), async {
        sleep(Duration::from_secs(4)).await;
        store.resume();
    });
    stored.unwrap();
    let slow = (2 * MIB) as u64;
    for mode in [Mode::Break(MIB as u64 * 3 / 2), Mode::Slow(slow)] {
        between.set(mode);
        client.put_part(&package, 2).await.unwrap();
    }
    between.set(Mode::Pass);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    between.set(Mode::Break(MIB as u64 / 2));
    let broken = download.sealed_part(0).await.unwrap();
    assert_eq!(broken.len(), package.parts[0].len());
    between.set(Mode::Slow(slow));
    assert_same_files(&download.files().await.unwrap(), &files);
    assert_eq!(server.client().status(&package).await.unwrap().content_lost_at, None);
}

#[tokio::test]
async fn a_part_that_the_store_lost_is_told_as_lost_and_another_bucket_is_not() {
    let store = S3::start().await;
    let server = Server::start_with(options(store.flags("lost"), &[])).await;
    let (_, package) = small_parts(300_000, 6);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    let bucket = store.folder("lost");
    let aside = bucket.with_file_name("aside");
    std::fs::rename(&bucket, &aside).unwrap();
    assert_problem(download.sealed_part(1).await, ProblemType::Busy);
    assert_eq!(server.client().status(&package).await.unwrap().content_lost_at, None);
    std::fs::rename(&aside, &bucket).unwrap();
    wait::until(DELETED, "it is served again", || async { download.sealed_part(0).await.ok() }).await;

    let objects = store.objects("lost");
    let of = |slot: &str| {
        let is_it = |path: &&std::path::PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with(slot);
        objects.iter().find(is_it).unwrap()
    };
    std::fs::remove_file(of("1-")).unwrap();
    std::fs::OpenOptions::new().write(true).open(of("2-")).unwrap().set_len(1000).unwrap();
    for index in [1, 2] {
        assert_problem(download.sealed_part(index).await, ProblemType::ContentLost);
    }
    assert_problem(download.sealed_part(0).await, ProblemType::ContentLost);
    assert!(server.client().status(&package).await.unwrap().content_lost_at.is_some());
}

/// Memory for 34 MiB of parts, of which 16 MiB are the reserve: 20 parts of 1 MiB that do not come
/// to their end take all that is shared.
#[tokio::test(flavor = "multi_thread")]
async fn parts_wait_for_memory_none_fails_and_slow_senders_do_not_hold_it() {
    let store = S3::start().await;
    let memory = (34 * MIB).to_string();
    let flags = ["--memory", &memory, "--part-bytes-max", "1048576", "--stall-secs-max", "8"];
    let server = Server::start_with(options(store.flags("memory"), &flags)).await;
    let client = server.client();
    let (_, slow) = sealed(21 * MIB, 7, MIB as u32);
    client.create(&slow).await.unwrap();
    let before = server.resident_bytes();
    // All but the last bytes, and then nothing.
    let strangers = (0..20_u32).map(|index| {
        let part = slow.parts[index as usize].clone();
        let first = part.slice(..part.len() - 1000);
        let body = stream::unfold(Some(first), async |first| match first {
            Some(first) => Some((Ok::<_, std::io::Error>(first), None)),
            None => std::future::pending().await,
        });
        let (client, slow) = (client.clone(), &slow);
        async move { client.put_part_as(slow, index, reqwest::Body::wrap_stream(body)).await }
    });
    let honest = async {
        sleep(Duration::from_secs(1)).await;
        let (_, package) = sealed(16 * MIB, 8, MIB as u32);
        client.create(&package).await.unwrap();
        let begun = Instant::now();
        let stored = join_all((0..package.parts.len() as u32).map(|index| client.put_part(&package, index))).await;
        for stored in stored {
            stored.unwrap();
        }
        (begun.elapsed(), server.resident_bytes())
    };
    let (strangers, (took, resident)) = tokio::join!(join_all(strangers), honest);
    assert!(took < Duration::from_secs(40), "{took:?}");
    let cut = strangers.into_iter().filter(|stored| stored.is_err()).count();
    assert_eq!(cut, 20, "all of them are cut off in the end");
    let more = resident.saturating_sub(before) / MIB as u64;
    assert!(more < 80, "{more} MiB more memory than before");
}

/// Runs the command that takes ciphertext elsewhere, in a shell.
async fn migrate(server: &Server, store: &S3, script: &str) -> String {
    let program = subrosa_tests::server::command();
    let programs = std::path::Path::new(program.as_std().get_program()).parent().unwrap().display().to_string();
    let flags = store.flags("moved");
    let mut shell = tokio::process::Command::new("sh");
    shell.args(["-e", "-c", script]).env("DATA", server.data()).env("BUCKET", &flags[1]);
    shell.env("PATH", format!("{programs}:{}", std::env::var("PATH").unwrap()));
    shell.env("SUBROSA_BLOBS_ENDPOINT", &flags[3]).env("SUBROSA_BLOBS_ALLOW_HTTP", "true");
    shell.env("SUBROSA_BLOBS_ACCESS_KEY_ID", &flags[5]).env("SUBROSA_BLOBS_SECRET_ACCESS_KEY", &flags[7]);
    let done = shell.output().await.unwrap();
    let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
    assert!(done.status.success(), "{said}");
    assert!(!said.contains(KEY));
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn ciphertext_goes_from_a_folder_to_a_bucket_and_back_and_links_open_there() {
    let store = S3::start().await;
    let data = tempfile::TempDir::new().unwrap();
    let folder = format!("file:{}", data.path().join("blobs").display());
    let in_folder = || Options::flags(&["--blobs", &folder]).in_folder(data.path());
    let in_bucket = || options(store.flags("moved"), &[]).in_folder(data.path());
    let there = crate::operations::block("# migrate to a bucket: stop all servers before");
    let back = r#"subrosa-server migrate-blobs --data "$DATA" --blobs "$BUCKET" --to "file:$DATA/blobs""#;
    let stop = async |mut server: Server| {
        server.terminate();
        server.ended().await;
        server
    };
    let (files, package) = small_parts(400_000, 9);
    let server = Server::start_with(in_folder()).await;
    let link = send(&server, &package, &LinkTerms::downloads(2)).await;
    let server = stop(server).await;
    assert!(migrate(&server, &store, there).await.contains("was compared"));
    let refused = Server::try_start(in_folder()).await.unwrap_err();
    assert!(refused.log.contains("there is no installation"), "{}", refused.log);

    let server = Server::start_with(in_bucket()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
    let server = stop(server).await;
    assert!(migrate(&server, &store, back).await.contains("was compared"));
    assert!(migrate(&server, &store, back).await.contains("done before"));
    assert!(Server::try_start(in_bucket()).await.is_err());
    let server = Server::start_with(in_folder()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
}
