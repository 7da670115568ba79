//! Promise: a limit is a limit. Promise: a lost connection is not a lost download.

use std::sync::Arc;

use futures_util::future::join_all;
use subrosa_shared::api::{EndReason, LinkState};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::bytes::rng;
use subrosa_tests::client::Client;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use tokio::sync::Barrier;

use crate::{assert_problem, assert_same_files, send, small_parts};

/// Lets clients race, each with connections of its own; how many got a byte of content.
async fn race(server: &Server, link: &str, racers: usize) -> usize {
    let barrier = Arc::new(Barrier::new(racers));
    let races = (0..racers).map(|_| {
        let (client, link, barrier) = (Client::new(&server.origin()).unwrap(), link.to_owned(), Arc::clone(&barrier));
        tokio::spawn(async move {
            let recipient = Recipient::new(&client, &link, None).unwrap();
            recipient.contents().await.unwrap();
            barrier.wait().await;
            match recipient.take().await {
                Ok(download) => {
                    let files = download.files().await.unwrap();
                    download.finish().await.unwrap();
                    usize::from(!files.is_empty())
                }
                Err(error) => {
                    let known = [ProblemType::NoDownloadLeft, ProblemType::Gone];
                    assert!(error.problem().is_some_and(|problem| known.contains(&problem)), "{error:?}");
                    0
                }
            }
        })
    });
    join_all(races).await.into_iter().map(Result::unwrap).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_a_limit_when_20_clients_race_for_one_download() {
    let server = Server::start().await;
    let (_, package) = small_parts(200_000, 1);
    let link = send(&server, &package, &LinkTerms::default()).await;
    assert_eq!(race(&server, &link, 20).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_a_limit_when_20_clients_race_for_three_downloads() {
    let server = Server::start().await;
    let (_, package) = small_parts(200_000, 2);
    let link = send(&server, &package, &LinkTerms::downloads(3)).await;
    assert_eq!(race(&server, &link, 20).await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_a_limit_across_crashes() {
    let mut server = Server::start().await;
    let (files, package) = small_parts(300_000, 3);
    let link = send(&server, &package, &LinkTerms::downloads(2)).await;
    for _ in 0..2 {
        let recipient = Recipient::new(&server.client(), &link, None).unwrap();
        let download = recipient.take().await.unwrap();
        download.fetch_some(0, 0, 1).await.unwrap();
        drop(download);
        server = server.kill_and_start_again().await;
    }
    let late = Recipient::new(&server.client(), &link, None).unwrap();
    assert_problem(late.take().await.map(drop), ProblemType::NoDownloadLeft);
    assert_eq!(late.look().await.unwrap().downloads_left, 0);
    assert_eq!(files.len(), late.contents().await.unwrap().manifest.entries().len());
}

#[tokio::test]
async fn asking_again_with_the_same_secret_is_the_same_download() {
    let server = Server::start().await;
    let (files, package) = small_parts(100_000, 4);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let secret = LeaseSecret::generate(&mut rng());
    let first = recipient.lease(&secret).await.unwrap();
    let again = recipient.lease(&secret).await.unwrap();
    assert_eq!((first.lease, &first.content_wrap), (again.lease, &again.content_wrap));
    let download = recipient.take_with(secret).await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
}

#[tokio::test]
async fn looking_is_not_taking() {
    let server = Server::start().await;
    let (files, package) = small_parts(100_000, 5);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    for _ in 0..10 {
        recipient.look().await.unwrap();
        recipient.contents().await.unwrap();
    }
    assert_eq!(recipient.look().await.unwrap().downloads_left, 1);
    let download = recipient.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
}

#[tokio::test]
async fn a_range_gives_the_bytes_of_the_range() {
    let server = Server::start().await;
    let (_, package) = small_parts(200_000, 6);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    let sealed = download.sealed_part(1).await.unwrap();
    for range in [0..1, 0..65, 65..66, 1000..2000, sealed.len() as u64 - 1..sealed.len() as u64] {
        let answer = download.stream(1, Some(range.clone())).await.unwrap();
        assert_eq!(answer.status(), 206);
        let bytes = answer.bytes().await.unwrap();
        assert_eq!(bytes, sealed[range.start as usize..range.end as usize]);
    }
    let beyond = sealed.len() as u64..sealed.len() as u64 + 1;
    assert_problem(download.stream(1, Some(beyond)).await, ProblemType::RangeNotSatisfiable);
}

#[tokio::test]
async fn a_download_gives_three_times_its_size_and_no_more() {
    let server = Server::start().await;
    let (_, package) = small_parts(60_000, 7);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    for _ in 0..3 {
        download.files().await.unwrap();
    }
    assert_problem(download.sealed_part(0).await, ProblemType::LeaseSpent);
}

#[tokio::test]
async fn a_link_ends_when_its_last_download_is_finished_and_says_so() {
    let server = Server::start().await;
    let (files, package) = small_parts(100_000, 8);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
    assert_eq!(recipient.look().await.unwrap().state, LinkState::Exhausted, "it waits until it is saved");
    download.finish().await.unwrap();
    download.finish().await.unwrap();
    let view = recipient.look().await.unwrap();
    assert_eq!((view.state, view.gone.unwrap().why), (LinkState::Gone, EndReason::Spent));
    assert_problem(recipient.open().await, ProblemType::Gone);
    let status = server.client().status(&package).await.unwrap();
    let receipts = &status.links[0].receipts;
    assert_eq!(receipts.len(), 1, "the owner sees the receipt");
}

#[tokio::test]
async fn a_download_that_fetched_nothing_cannot_be_finished() {
    let server = Server::start().await;
    let (_, package) = small_parts(100_000, 9);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    assert_problem(download.finish().await, ProblemType::LeaseNotStarted);
}

#[tokio::test]
async fn without_its_proof_every_link_is_the_same_404() {
    let server = Server::start().await;
    let (_, package) = small_parts(100_000, 10);
    send(&server, &package, &LinkTerms::default()).await;
    let stranger = subrosa_shared::secret::LinkSecret::generate(&mut rng());
    let recipient = Recipient::new(&server.client(), &stranger.to_token(), None).unwrap();
    assert_problem(recipient.look().await, ProblemType::NotFound);
    assert_problem(recipient.open().await, ProblemType::NotFound);
    assert_problem(recipient.take().await.map(drop), ProblemType::NotFound);
    assert_problem(recipient.destroy().await, ProblemType::NotFound);
}
