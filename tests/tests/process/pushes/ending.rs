//! Promise: gone is gone, and its holders are told why and when.

use std::time::Duration;

use subrosa_shared::api::{EndReason, LinkState};
use subrosa_shared::problem::ProblemType;
use subrosa_tests::client::push::{PushTerms, Reader};
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use tokio::time::sleep;

use super::{lease, password, push, reader};
use crate::assert_problem;

/// Nothing is given any more, and the holder is told why.
async fn assert_tombstone(reader: &Reader, why: EndReason) {
    let view = reader.look().await.unwrap();
    assert_eq!((view.link.state, view.link.gone.unwrap().why), (LinkState::Gone, why));
    assert!(view.link.gone.unwrap().at <= view.link.now);
    assert_eq!(view.face, None, "what it was goes with it");
    assert_problem(reader.reveal(&lease()).await, ProblemType::Gone);
}

#[tokio::test]
async fn a_revoked_push_is_gone_for_the_view_that_runs_too() {
    let server = Server::start().await;
    let push = push(&server, &password("taken back"), &PushTerms::views(2)).await;
    let (reader, running) = (reader(&server, &push, None), lease());
    reader.reveal(&running).await.unwrap();
    server.client().revoke_push(&push).await.unwrap();
    assert_tombstone(&reader, EndReason::Revoked).await;
    assert_problem(reader.reveal(&running).await, ProblemType::Gone);
}

#[tokio::test]
async fn an_expired_push_is_gone_to_the_millisecond() {
    let server = Server::start().await;
    let terms = PushTerms { expires_in_secs: 4, ..PushTerms::default() };
    let push = push(&server, &password("short lived"), &terms).await;
    let reader = reader(&server, &push, None);
    let expires_at = reader.look().await.unwrap().link.expires_at;
    let look = async || reader.look().await.unwrap().link;
    wait::until_so(Duration::from_secs(8), "it expires", look, |view| {
        assert_eq!(view.now >= expires_at, view.state == LinkState::Gone, "expiry is strict");
        view.state == LinkState::Gone
    })
    .await;
    assert_tombstone(&reader, EndReason::Expired).await;
}

#[tokio::test]
async fn what_expired_while_the_server_was_down_is_gone_when_it_is_back() {
    let mut server = Server::start().await;
    let terms = PushTerms { expires_in_secs: 1, ..PushTerms::default() };
    let push = push(&server, &password("short lived"), &terms).await;
    server.kill_9().await;
    sleep(Duration::from_secs(1)).await;
    let server = server.start_again().await;
    assert_tombstone(&reader(&server, &push, None), EndReason::Expired).await;
}

#[tokio::test]
async fn a_reader_destroys_it_only_with_the_passphrase_and_where_the_sender_allows_it() {
    let server = Server::start().await;
    let kept = PushTerms { recipient_may_destroy: false, ..PushTerms::default() };
    let push_kept = push(&server, &password("kept"), &kept).await;
    let reader_of_kept = reader(&server, &push_kept, None);
    assert_problem(reader_of_kept.destroy().await, ProblemType::DestroyNotAllowed);
    reader_of_kept.reveal(&lease()).await.unwrap();

    let push = push(&server, &password("given up"), &PushTerms::default().with_passphrase("right")).await;
    let without = reader(&server, &push, None);
    assert_problem(without.destroy().await, ProblemType::WrongPassword);
    sleep(Duration::from_secs(1)).await;
    let with = reader(&server, &push, Some("right"));
    assert_eq!(with.destroy().await.unwrap().link.gone.unwrap().why, EndReason::Destroyed);
    assert_tombstone(&with, EndReason::Destroyed).await;
    let status = server.client().push_status(&push).await.unwrap().link;
    assert_eq!(status.gone.unwrap().why, EndReason::Destroyed, "the owner sees it");
}

#[tokio::test]
async fn a_revocation_that_was_acknowledged_outlives_kill_9() {
    let server = Server::start().await;
    let push = push(&server, &password("taken back"), &PushTerms::default()).await;
    server.client().revoke_push(&push).await.unwrap();
    let server = server.kill_and_start_again().await;
    assert_tombstone(&reader(&server, &push, None), EndReason::Revoked).await;
    assert_problem(server.client().push(&push).await, ProblemType::Gone);
}
