//! kill -9 at the worst moments. Promise: acknowledged is durable.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use subrosa_shared::api::ShareState;
use subrosa_shared::problem::ProblemType;
use subrosa_tests::client::Error;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use tokio::time::timeout;

use crate::ending::assert_deleted;
use crate::{assert_same_files, sealed, send, small_parts};

/// The first half of a body, and then nothing for ever; tells when that half was taken.
fn half(body: Bytes) -> (reqwest::Body, tokio::sync::oneshot::Receiver<()>) {
    let (taken, was_taken) = tokio::sync::oneshot::channel();
    let first = body.slice(..body.len() / 2);
    let body = stream::unfold((Some(first), Some(taken)), async |(first, taken)| match first {
        Some(first) => Some((Ok::<_, std::io::Error>(first), (None, taken))),
        None => {
            taken.into_iter().for_each(|taken| _ = taken.send(()));
            std::future::pending().await
        }
    });
    (reqwest::Body::wrap_stream(body), was_taken)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_after_kill_9() {
    let mut server = Server::start().await;
    let (files, package) = sealed(9 << 20, 20, 1 << 20);
    let client = server.client();
    client.create(&package).await.unwrap();
    for index in [0, 1, 4] {
        client.put_part(&package, index).await.unwrap();
    }
    let (body, was_taken) = half(package.parts[2].clone());
    let cut = client.put_part_as(&package, 2, body);
    let killed = async {
        was_taken.await.unwrap();
        server.kill_9().await;
    };
    let (cut, ()) = tokio::join!(cut, killed);
    assert!(matches!(cut, Err(Error::Transport(_))), "{cut:?}");

    let server = server.start_again().await;
    let client = server.client();
    let stored: Vec<u32> = client.stored_parts(&package).await.unwrap().iter().map(|part| part.index).collect();
    assert_eq!(stored, [0, 1, 4], "what was acknowledged is there, what was cut is not");
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&client, &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
    // What the crash left of the cut part goes with the share, at the latest.
    download.finish().await.unwrap();
    assert_deleted(&server, &package.share()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_goes_on_at_the_byte_after_kill_9_and_counts_once() {
    let mut server = Server::start().await;
    let (files, package) = sealed(9 << 20, 21, 8 << 20);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    let mut first = download.fetch_some(0, 0, 100_000).await.unwrap();
    server.kill_9().await;
    let from = first.len() as u64;
    assert!(download.fetch_some(0, from, 1).await.is_err(), "a killed server serves nothing");

    let server = server.start_again().await;
    let missing = package.parts[0].len() - first.len();
    first.extend(download.fetch_some(0, from, missing).await.unwrap());
    let mut content = download.open_part(0, &first).unwrap();
    for index in 1..download.part_count() {
        content.extend(download.open_part(index, &download.sealed_part(index).await.unwrap()).unwrap());
    }
    assert_same_files(&download.cut(content), &files);
    let status = server.client().status(&package).await.unwrap();
    assert_eq!(status.links[0].counters.started.count, 1);
    assert_eq!(status.links[0].downloads_taken, 1);
    download.finish().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_is_durable_when_the_server_is_killed_right_after_it_answered() {
    let mut server = Server::start().await;
    for round in 0..10 {
        let (files, package) = small_parts(150_000, 100 + round);
        let client = server.client();
        client.upload(&package).await.unwrap();
        server = server.kill_and_start_again().await;

        let client = server.client();
        assert_eq!(client.status(&package).await.unwrap().state, ShareState::Ready, "round {round}");
        let secret = client.add_link(&package, &LinkTerms::default()).await.unwrap();
        server = server.kill_and_start_again().await;

        let recipient = Recipient::new(&server.client(), &secret.to_token(), None).unwrap();
        let download = recipient.take().await.unwrap();
        assert_same_files(&download.files().await.unwrap(), &files);
        download.finish().await.unwrap();
        server = server.kill_and_start_again().await;
        let status = server.client().status(&package).await.unwrap();
        assert_eq!(status.links[0].counters.finished.count, 1, "round {round}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revocation_that_was_acknowledged_outlives_kill_9() {
    let mut server = Server::start().await;
    let (_, package) = small_parts(300_000, 22);
    let link = send(&server, &package, &LinkTerms::default()).await;
    server.client().revoke(&package).await.unwrap();
    server = server.kill_and_start_again().await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    crate::assert_problem(recipient.open().await, ProblemType::Gone);
    assert_deleted(&server, &package.share()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_survive_a_server_that_dies_again_and_again() {
    let mut server = Server::start().await;
    let (files, package) = sealed(16 << 20, 23, 1 << 20);
    let mut deaths = 0;
    let mut stored = 0;
    loop {
        let client = server.client();
        let upload = client.upload(&package);
        // Later each time, so that it gets through in the end.
        let uploaded = timeout(Duration::from_millis(20 + 30 * deaths), upload).await;
        match uploaded {
            // Its answer can be lost as well: then the next round finds that it is complete.
            Ok(Err(error)) if error.problem() == Some(ProblemType::AlreadyComplete) && deaths > 0 => break,
            Ok(done) => {
                done.unwrap();
                break;
            }
            Err(_) => {}
        }
        server = server.kill_and_start_again().await;
        let parts = server.client().stored_parts(&package).await.map_or(0, |parts| parts.len());
        assert!(parts >= stored, "what was acknowledged stays");
        (stored, deaths) = (parts, deaths + 1);
    }
    assert!(deaths > 2, "it died in the middle: {deaths}");
    let secret = server.client().add_link(&package, &LinkTerms::default()).await.unwrap();

    let recipient = Recipient::new(&server.client(), &secret.to_token(), None).unwrap();
    let download = recipient.take().await.unwrap();
    let mut content = Vec::new();
    for index in 0..download.part_count() {
        let mut sealed = Vec::new();
        while sealed.len() < package.parts[index as usize].len() {
            let rest = package.parts[index as usize].len() - sealed.len();
            let some = download.fetch_some(index, sealed.len() as u64, rest.min(300_000)).await.unwrap();
            sealed.extend(some);
            if index % 4 == 0 {
                server = server.kill_and_start_again().await;
            }
        }
        content.extend(download.open_part(index, &sealed).unwrap());
    }
    assert_same_files(&download.cut(content), &files);
    download.finish().await.unwrap();
    let status = server.client().status(&package).await.unwrap();
    assert_eq!((status.links[0].counters.started.count, status.links[0].counters.finished.count), (1, 1));
}
