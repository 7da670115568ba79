//! Promise: a limit is a limit. A view is given as often as the sender said, whoever asks at the
//! same moment.

use std::sync::Arc;

use futures_util::future::join_all;
use subrosa_shared::api::LinkState;
use subrosa_shared::problem::ProblemType;
use subrosa_tests::client::push::{PushTerms, Reader, SealedPush};
use subrosa_tests::server::Server;
use tokio::sync::Barrier;

use super::{lease, password, push, reader};
use crate::assert_problem;

const SECRET: &str = "for one pair of eyes";

/// Lets readers race, each with connections and a device of their own; how many got it. `finish`:
/// those say so at once.
async fn race(server: &Server, push: &SealedPush, readers: usize, finish: bool) -> usize {
    let barrier = Arc::new(Barrier::new(readers));
    let races = (0..readers).map(|_| {
        let (reader, barrier): (Reader, _) = (reader(server, push, None), Arc::clone(&barrier));
        tokio::spawn(async move {
            // So that every connection stands.
            reader.look().await.unwrap();
            barrier.wait().await;
            let lease = lease();
            match reader.reveal(&lease).await {
                Ok(view) => {
                    assert!(view.payload == password(SECRET));
                    if finish {
                        reader.finish(&lease, &view).await.unwrap();
                    }
                    1
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
async fn a_limit_is_a_limit_when_50_readers_race_for_one_view() {
    let server = Server::start().await;
    for finish in [false, true] {
        let push = push(&server, &password(SECRET), &PushTerms::default()).await;
        assert_eq!(race(&server, &push, 50, finish).await, 1);
        let status = server.client().push_status(&push).await.unwrap().link;
        let state = if finish { LinkState::Gone } else { LinkState::Exhausted };
        assert_eq!((status.state, status.counters.started.count), (state, 1));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_a_limit_when_20_readers_race_for_three_views() {
    let server = Server::start().await;
    for finish in [false, true] {
        let push = push(&server, &password(SECRET), &PushTerms::views(3)).await;
        assert_eq!(race(&server, &push, 20, finish).await, 3);
        assert_eq!(server.client().push_status(&push).await.unwrap().link.counters.started.count, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_reader_asking_50_times_at_once_is_one_view() {
    let server = Server::start().await;
    let push = push(&server, &password(SECRET), &PushTerms::views(2)).await;
    let (reader, lease) = (reader(&server, &push, None), lease());
    let views = join_all((0..50).map(|_| reader.reveal(&lease))).await;
    for view in views {
        assert!(view.unwrap().payload == password(SECRET));
    }
    let view = reader.look().await.unwrap().link;
    assert_eq!((view.state, view.downloads_left), (LinkState::Ready, 1));
}

#[tokio::test]
async fn a_view_that_was_finished_is_over() {
    let server = Server::start().await;
    let push = push(&server, &password(SECRET), &PushTerms::views(2)).await;
    let (reader, first) = (reader(&server, &push, None), lease());
    let view = reader.reveal(&first).await.unwrap();
    reader.finish(&first, &view).await.unwrap();
    reader.finish(&first, &view).await.unwrap();
    assert_problem(reader.reveal(&first).await, ProblemType::LeaseEnded);
    let status = server.client().push_status(&push).await.unwrap();
    assert_eq!((status.link.counters.started.count, status.link.counters.finished.count), (1, 1));
    assert_eq!(push.confirmed(&status).unwrap(), 1);
    // The other view is there for somebody else.
    reader.reveal(&lease()).await.unwrap();
    assert_problem(reader.reveal(&lease()).await, ProblemType::NoDownloadLeft);
}

#[tokio::test]
async fn looking_is_not_revealing() {
    let server = Server::start().await;
    let push = push(&server, &password(SECRET), &PushTerms::default()).await;
    let reader = reader(&server, &push, None);
    for _ in 0..10 {
        assert!(reader.face().await.unwrap().is_some());
    }
    assert_eq!(reader.look().await.unwrap().link.downloads_left, 1);
    assert!(reader.reveal(&lease()).await.unwrap().payload == password(SECRET));
}

#[tokio::test]
async fn more_views_than_the_server_allows_are_refused() {
    let server = Server::start().await;
    let most = server.client().config().await.unwrap().limits.views_max;
    for (views, problem) in
        [(most, None), (0, Some(ProblemType::ValueOutOfRange)), (most + 1, Some(ProblemType::ValueOutOfRange))]
    {
        let push = SealedPush::seal(&password(SECRET), &PushTerms::views(views)).unwrap();
        let made = server.client().push(&push).await;
        assert_eq!(made.as_ref().err().and_then(|error| error.problem()), problem, "{views}: {made:?}");
    }
}
