//! Promise: guessing ends. Over real time, which the tests of the lifecycle only pretend.

use std::time::Duration;

use futures_util::future::join_all;
use subrosa_shared::problem::ProblemType;
use subrosa_tests::client::Error;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use tokio::time::{Instant, sleep};

use crate::{assert_problem, assert_same_files, send, small_parts};

pub(crate) fn retry_after<T: std::fmt::Debug>(result: Result<T, Error>) -> Duration {
    match result {
        Err(Error::Problem(problem)) => Duration::from_millis(problem.retry_after_millis.unwrap_or_default()),
        other => panic!("expected a refusal that says when to try again, got {other:?}"),
    }
}

#[tokio::test]
async fn a_wrong_password_waits_longer_each_time_and_spends_nothing() {
    let server = Server::start().await;
    let (files, package) = small_parts(100_000, 70);
    let link = send(&server, &package, &LinkTerms::default().with_password("right")).await;
    let wrong = Recipient::new(&server.client(), &link, Some("wrong")).unwrap();
    let right = Recipient::new(&server.client(), &link, Some("right")).unwrap();
    for seconds in [1, 2] {
        let wait = retry_after(wrong.open().await);
        assert!(
            wait <= Duration::from_secs(seconds) && wait + Duration::from_millis(500) > Duration::from_secs(seconds)
        );
        assert_problem(right.open().await, ProblemType::TooManyGuesses);
        sleep(wait).await;
    }
    let download = right.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
    let counters = server.client().status(&package).await.unwrap().links[0].counters;
    assert_eq!((counters.wrong_password.count, counters.started.count), (2, 1), "what came too soon was not compared");
}

#[tokio::test]
async fn a_device_that_opened_before_is_not_slowed_by_the_guesses_of_others() {
    let server = Server::start().await;
    let (_, package) = small_parts(100_000, 71);
    let link = send(&server, &package, &LinkTerms::default().with_password("right")).await;
    let known = Recipient::new(&server.client(), &link, Some("right")).unwrap();
    known.open().await.unwrap();
    // Stretching passwords takes longer than the wait, on a busy machine.
    let wrong = Recipient::new(&server.client(), &link, Some("wrong")).unwrap();
    let stranger = Recipient::new(&server.client(), &link, Some("right")).unwrap();
    assert_problem(wrong.open().await, ProblemType::WrongPassword);
    assert_problem(stranger.open().await, ProblemType::TooManyGuesses);
    known.open().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_ends_for_100_guessers_at_once() {
    let server = Server::start().await;
    let (_, package) = small_parts(100_000, 72);
    let link = send(&server, &package, &LinkTerms::default().with_password("right")).await;
    let recipient = || Recipient::new(&server.client(), &link, Some("wrong")).unwrap();
    let one = recipient();
    let start = Instant::now();
    let guesses = join_all((0..100).map(|_| one.open())).await;
    let compared = guesses
        .iter()
        .filter(|guess| guess.as_ref().is_err_and(|error| error.problem() == Some(ProblemType::WrongPassword)));
    let compared = compared.count();
    // The next one may be a second later: on a busy machine that can be while they are being
    // answered.
    assert!((1..=1 + start.elapsed().as_secs() as usize).contains(&compared), "one guess is compared, whatever races");
    assert!(guesses.iter().all(Result::is_err));
    let counted = server.client().status(&package).await.unwrap().links[0].counters.wrong_password.count;
    assert_eq!(counted as usize, compared);
}

#[tokio::test]
async fn a_wait_outlives_kill_9() {
    let server = Server::start().await;
    let (_, package) = small_parts(100_000, 73);
    let link = send(&server, &package, &LinkTerms::default().with_password("right")).await;
    for _ in 0..3 {
        let wrong = Recipient::new(&server.client(), &link, Some("wrong")).unwrap();
        sleep(retry_after(wrong.open().await)).await;
    }
    let wrong = Recipient::new(&server.client(), &link, Some("wrong")).unwrap();
    let wait = retry_after(wrong.open().await);
    assert!(wait > Duration::from_secs(6), "{wait:?}");
    let server = server.kill_and_start_again().await;
    let right = Recipient::new(&server.client(), &link, Some("right")).unwrap();
    assert_problem(right.open().await, ProblemType::TooManyGuesses);
}
