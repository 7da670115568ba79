//! Promises: gone is gone, and saved before destroyed. Expiry, revocation, pause, and what they do
//! to running downloads and to the disk.

use std::time::Duration;

use futures_util::StreamExt as _;
use subrosa_shared::api::{EndReason, LinkState, PatchLink};
use subrosa_shared::id::ShareId;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::push::Payload;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;
use tokio::time::{Instant, sleep};

use crate::{assert_problem, assert_same_files, sealed, send, small_parts};

/// Running downloads end within this.
const CUT: Duration = Duration::from_secs(5);
/// Ciphertext is deleted within this.
const DELETED: Duration = Duration::from_secs(10);

/// Bytes per second of a slow reader.
const PACE: f64 = 2e6;

/// Larger than what the system keeps in socket buffers, so that a stream still runs while its
/// reader dawdles.
const LARGE: usize = 48 << 20;

/// The ciphertext of a share is deleted in time.
pub(crate) async fn assert_deleted(server: &Server, share: &ShareId) {
    wait::until_so(DELETED, "ciphertext is deleted", async || server.ciphertext(share), Vec::is_empty).await;
}

/// Reads slowly for 5 seconds and then as fast as it goes. How many bytes came: not all, if the
/// server cut the stream meanwhile. What was in the sockets' buffers by then had left the server.
async fn dawdle(response: reqwest::Response) -> usize {
    let (start, mut received) = (Instant::now(), 0);
    let mut stream = response.bytes_stream();
    while let Some(Ok(bytes)) = stream.next().await {
        received += bytes.len();
        if start.elapsed() < CUT {
            sleep(Duration::from_secs(1).mul_f64(bytes.len() as f64 / PACE)).await;
        }
    }
    received
}

/// Starts a download, lets something happen to it, and expects it to be cut.
async fn assert_cut(terms: Terms, link_terms: LinkTerms, end: impl AsyncFnOnce(&Server, &Package)) {
    let server = Server::start().await;
    let files = [Source::new("large", subrosa_tests::bytes::noise(LARGE, 30))];
    let package = Package::seal(&files, &Terms { part_bytes: Some(64 << 20), ..terms }).unwrap();
    let link = send(&server, &package, &link_terms).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    let stream = download.stream(0, None).await.unwrap();
    end(&server, &package).await;
    let received = dawdle(stream).await;
    assert!(received < LARGE, "the whole of it came");
    assert!(download.sealed_part(0).await.is_err(), "and it does not go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_is_gone_a_running_download_is_cut_within_5_seconds_of_a_revocation() {
    assert_cut(Terms::default(), LinkTerms::default(), async |server, package| {
        server.client().revoke(package).await.unwrap();
        assert_deleted(server, &package.share()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_is_gone_a_running_download_is_cut_within_5_seconds_of_its_expiry() {
    let terms = LinkTerms { expires_in_secs: Some(5), ..LinkTerms::default() };
    assert_cut(Terms::default(), terms, async |_, _| sleep(Duration::from_secs(5)).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_download_is_cut_within_5_seconds_of_a_pause() {
    assert_cut(Terms::default(), LinkTerms::default(), async |server, package| {
        server.client().pause(package, true).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn gone_is_gone_after_revocation_for_everybody_and_on_disk() {
    let server = Server::start().await;
    let (_, package) = small_parts(500_000, 31);
    let link = send(&server, &package, &LinkTerms::downloads(5)).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    download.sealed_part(0).await.unwrap();
    assert!(!server.ciphertext(&package.share()).is_empty(), "this test knows where ciphertext lies");

    server.client().revoke(&package).await.unwrap();
    let view = recipient.look().await.unwrap();
    assert_eq!((view.state, view.gone.unwrap().why), (LinkState::Gone, EndReason::Revoked));
    assert_problem(recipient.open().await, ProblemType::Gone);
    assert!(download.sealed_part(1).await.is_err());
    assert_deleted(&server, &package.share()).await;
}

#[tokio::test]
async fn gone_is_gone_after_expiry_and_the_ciphertext_is_deleted_within_10_seconds() {
    let server = Server::start().await;
    let files = [Source::new("short", "lived")];
    let package = Package::seal(&files, &Terms { expires_in_secs: 6, ..Terms::default() }).unwrap();
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let expires_at = recipient.look().await.unwrap().expires_at;
    wait::until_so(
        Duration::from_secs(12),
        "it expires",
        async || recipient.look().await.unwrap(),
        |view| {
            assert_eq!(view.now >= expires_at, view.state == LinkState::Gone, "expiry is strict");
            view.state == LinkState::Gone
        },
    )
    .await;
    assert_eq!(recipient.look().await.unwrap().gone.unwrap().why, EndReason::Expired);
    assert_problem(recipient.open().await, ProblemType::Gone);
    assert_deleted(&server, &package.share()).await;
}

#[tokio::test]
async fn what_expired_while_the_server_was_down_is_gone_and_deleted_when_it_is_back() {
    let mut server = Server::start().await;
    let files = [Source::new("short", "lived")];
    // Long enough to be sent on a busy machine.
    let package = Package::seal(&files, &Terms { expires_in_secs: 5, ..Terms::default() }).unwrap();
    let link = send(&server, &package, &LinkTerms::default()).await;
    server.kill_9().await;
    sleep(Duration::from_secs(5)).await;
    let server = server.start_again().await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    assert_problem(recipient.open().await, ProblemType::Gone);
    assert_deleted(&server, &package.share()).await;
}

#[tokio::test]
async fn a_revoked_link_ends_alone() {
    let server = Server::start().await;
    let (_, package) = small_parts(100_000, 32);
    let client = server.client();
    let first = client.send(&package, &LinkTerms::default()).await.unwrap();
    let second = client.add_link(&package, &LinkTerms::default()).await.unwrap();
    client.revoke_link(&package, &first.link_id()).await.unwrap();
    let recipient = Recipient::new(&client, &first.to_token(), None).unwrap();
    assert_problem(recipient.open().await, ProblemType::Gone);
    let other = Recipient::new(&client, &second.to_token(), None).unwrap();
    other.take().await.unwrap().files().await.unwrap();
}

#[tokio::test]
async fn a_paused_link_gives_nothing_and_a_resumed_one_goes_on() {
    let server = Server::start().await;
    let (_, package) = sealed(300_000, 33, 64 << 10);
    let client = server.client();
    let secret = client.send(&package, &LinkTerms::default()).await.unwrap();
    let recipient = Recipient::new(&client, &secret.to_token(), None).unwrap();
    let download = recipient.take().await.unwrap();
    download.sealed_part(0).await.unwrap();
    let pause = |paused| PatchLink { paused: Some(paused), ..PatchLink::default() };
    client.patch_link(&package, &secret.link_id(), &pause(true)).await.unwrap();
    assert_eq!(recipient.look().await.unwrap().state, LinkState::Paused);
    assert_problem(recipient.open().await, ProblemType::Paused);
    assert_problem(download.sealed_part(1).await, ProblemType::Paused);
    client.patch_link(&package, &secret.link_id(), &pause(false)).await.unwrap();
    download.sealed_part(1).await.unwrap();
}

#[tokio::test]
async fn a_recipient_destroys_a_link_only_where_the_sender_allows_it() {
    let server = Server::start().await;
    let (_, package) = small_parts(100_000, 34);
    let client = server.client();
    let terms = LinkTerms { recipient_may_destroy: false, ..LinkTerms::default() };
    let kept = client.send(&package, &terms).await.unwrap();
    let kept = Recipient::new(&client, &kept.to_token(), None).unwrap();
    assert_problem(kept.destroy().await, ProblemType::DestroyNotAllowed);
    kept.open().await.unwrap();

    let (_, package) = small_parts(100_000, 35);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&client, &link, None).unwrap();
    let view = recipient.destroy().await.unwrap();
    assert_eq!(view.gone.unwrap().why, EndReason::Destroyed);
    assert_deleted(&server, &package.share()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_is_gone_for_an_upload_that_is_running_and_leaves_nothing() {
    let server = Server::start().await;
    let (_, package) = sealed(24 << 20, 36, 1 << 20);
    let client = server.client();
    client.create(&package).await.unwrap();
    let uploads =
        futures_util::future::join_all((0..package.part_count()).map(|index| client.put_part(&package, index)));
    let revocation = async {
        wait::until_so(CUT, "parts arrive", async || server.ciphertext(&package.share()).len(), |files| *files >= 3)
            .await;
        server.client().revoke(&package).await.unwrap();
    };
    let (uploads, ()) = tokio::join!(uploads, revocation);
    assert!(uploads.iter().any(Result::is_err), "the revocation came in the middle");
    assert_deleted(&server, &package.share()).await;
    assert!(client.put_part(&package, 0).await.is_err());
    assert_problem(client.create(&package).await, ProblemType::Gone);
    assert!(server.ciphertext(&package.share()).is_empty(), "and nothing comes back");
}

#[tokio::test]
async fn saved_before_destroyed_what_was_fetched_stays_until_its_recipient_has_it() {
    let server = Server::start().await;
    let (files, package) = small_parts(200_000, 45);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    // Every byte has left the server, and may have been lost on its way.
    assert_same_files(&download.files().await.unwrap(), &files);
    let server = server.kill_and_start_again().await;
    assert_eq!(recipient.look().await.unwrap().gone, None);
    assert_same_files(&download.files().await.unwrap(), &files);
    download.finish().await.unwrap();
    assert_deleted(&server, &package.share()).await;
}

/// Pushes that end in the same second: at most so many, and 25 times as many in the heavy run.
fn storm() -> u32 {
    if std::env::var_os("SUBROSA_HEAVY").is_some() { 50_000 } else { 2_000 }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "docs/BENCHMARKS.md says it")]
async fn a_revoked_share_does_not_wait_for_thousands_of_pushes_that_end_just_then() {
    let options = Options::flags(&["--expiry-secs-min", "1"]);
    let server = Server::start_with(options.logging("warn,subrosa_server=info")).await;
    let client = server.client();
    let (_, package) = small_parts(300_000, 36);
    send(&server, &package, &LinkTerms::default()).await;

    let begun = Instant::now();
    let end = begun + Duration::from_secs(u64::from(storm() / 300).max(15));
    // As many as this machine makes until then.
    let made = futures_util::stream::iter(0..storm()).map(|_| async {
        let left = end.saturating_duration_since(Instant::now()).as_secs();
        let Some(expires_in_secs) = i64::try_from(left).ok().filter(|left| *left > 0) else {
            return 0;
        };
        let terms = PushTerms { expires_in_secs, ..PushTerms::default() };
        let push = SealedPush::seal(&Payload::Note { note: "n".into() }, &terms).unwrap();
        client.push(&push).await.unwrap();
        1
    });
    let made: u32 = made.buffer_unordered(16).fold(0, async |sum, made| sum + made).await;
    let took = begun.elapsed();
    assert!(made >= 200, "{made} pushes are no storm");
    tokio::time::sleep_until(end).await;
    let revoked = Instant::now();
    client.revoke(&package).await.unwrap();
    assert_deleted(&server, &package.share()).await;
    let deleted = revoked.elapsed();
    let asked = Instant::now();
    client.config().await.unwrap();
    let answered = asked.elapsed();
    println!("{made} pushes, made in {took:?}, end at once: deleted after {deleted:?}, answered in {answered:?}");
    assert!(answered < Duration::from_secs(1), "{answered:?}");
}
