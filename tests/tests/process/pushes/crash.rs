//! kill -9 between a reveal and its answer. Promise: a lost connection is not a lost view, and
//! acknowledged is durable.

use std::time::Duration;

use subrosa_shared::api::LinkState;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::client::push::{PushTerms, Reader, SealedPush};
use subrosa_tests::client::to_http1;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::{lease, password, push, reader};
use crate::assert_problem;

const SECRET: &str = "asked for, and not yet seen";

/// Sends the request to reveal, and reads no byte of the answer.
async fn ask_and_do_not_listen(server: &Server, reader: &Reader, lease: &LeaseSecret) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(&to_http1(&reader.reveal_request(lease).unwrap())).await.unwrap();
    stream
}

/// The view belongs to whoever asked for it: they get it and are counted once, and nobody else gets
/// any.
async fn assert_view_is_of(server: &Server, push: &SealedPush, lease: &LeaseSecret) {
    let (same, other) = (reader(server, push, None), reader(server, push, None));
    let view = same.reveal(lease).await.unwrap();
    assert!(view.payload == password(SECRET));
    assert_problem(other.reveal(&self::lease()).await, ProblemType::NoDownloadLeft);
    let status = server.client().push_status(push).await.unwrap().link;
    assert_eq!((status.counters.started.count, status.downloads_taken), (1, 1), "counted once");
    assert_eq!(status.state, LinkState::Exhausted);

    same.finish(lease, &view).await.unwrap();
    let status = server.client().push_status(push).await.unwrap();
    assert_eq!((status.link.state, push.confirmed(&status).unwrap()), (LinkState::Gone, 1));
    assert_problem(same.reveal(lease).await, ProblemType::Gone);
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_between_a_reveal_and_its_answer_costs_the_reader_nothing_and_gives_nobody_else_a_view() {
    let mut server = Server::start().await;
    let push = push(&server, &password(SECRET), &PushTerms::default()).await;
    let (reader, lease) = (reader(&server, &push, None), lease());
    let unheard = ask_and_do_not_listen(&server, &reader, &lease).await;
    let client = server.client();
    let taken = async || client.push_status(&push).await.unwrap().link.downloads_taken;
    wait::until_so(Duration::from_secs(10), "the view is counted", taken, |taken| *taken == 1).await;
    server.kill_9().await;
    drop(unheard);
    let server = server.start_again().await;
    assert_view_is_of(&server, &push, &lease).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn kill_9_at_any_moment_around_a_reveal_leaves_one_view_for_the_one_who_asked() {
    let mut server = Server::start().await;
    // From before the request is read until after the answer is written.
    for micros in [0, 100, 200, 400, 700, 1_000, 1_500, 2_500, 4_000, 10_000] {
        let push = push(&server, &password(SECRET), &PushTerms::default()).await;
        let (reader, lease) = (reader(&server, &push, None), lease());
        let unheard = ask_and_do_not_listen(&server, &reader, &lease).await;
        sleep(Duration::from_micros(micros)).await;
        server.kill_9().await;
        drop(unheard);
        server = server.start_again().await;
        assert_view_is_of(&server, &push, &lease).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_whose_connection_breaks_asks_again_and_is_counted_once() {
    let server = Server::start().await;
    let push = push(&server, &password(SECRET), &PushTerms::default()).await;
    let (reader, lease) = (reader(&server, &push, None), lease());
    for _ in 0..5 {
        drop(ask_and_do_not_listen(&server, &reader, &lease).await);
    }
    assert_view_is_of(&server, &push, &lease).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_is_durable_when_the_server_is_killed_right_after_it_answered() {
    let mut server = Server::start().await;
    for round in 0..10 {
        let push = push(&server, &password(SECRET), &PushTerms::views(2)).await;
        server = server.kill_and_start_again().await;
        let (first, second) = (lease(), lease());
        let view = reader(&server, &push, None).reveal(&first).await.unwrap();
        server = server.kill_and_start_again().await;
        let reader = reader(&server, &push, None);
        reader.finish(&first, &view).await.unwrap();
        server = server.kill_and_start_again().await;
        let status = server.client().push_status(&push).await.unwrap().link;
        assert_eq!((status.counters.started.count, status.counters.finished.count), (1, 1), "round {round}");
        let reader = super::reader(&server, &push, None);
        assert!(reader.reveal(&second).await.unwrap().payload == password(SECRET));
        server = server.kill_and_start_again().await;
        assert_problem(super::reader(&server, &push, None).reveal(&lease()).await, ProblemType::NoDownloadLeft);
    }
}
