//! Promise: guessing ends. A passphrase is guarded as the password of a share is.

use std::time::Duration;

use futures_util::future::join_all;
use subrosa_shared::api::{EndReason, Event, LinkState, PatchPush};
use subrosa_shared::limits::GUESSES_MAX;
use subrosa_shared::problem::ProblemType;
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::server::Server;
use tokio::time::{Instant, sleep};

use super::{lease, password, push, reader};
use crate::assert_problem;
use crate::guessing::retry_after;

fn guarded(views_max: u32) -> PushTerms {
    PushTerms::views(views_max).with_passphrase("right")
}

#[tokio::test]
async fn a_wrong_passphrase_waits_longer_each_time_and_spends_no_view() {
    let server = Server::start().await;
    let push = push(&server, &password("guarded"), &guarded(1)).await;
    let [wrong, right] = ["wrong", "right"].map(|passphrase| reader(&server, &push, Some(passphrase)));
    for seconds in [1, 2] {
        let wait = retry_after(wrong.reveal(&lease()).await);
        let expected = Duration::from_secs(seconds);
        assert!(wait <= expected && wait + Duration::from_millis(500) > expected, "{wait:?}");
        assert_problem(right.reveal(&lease()).await, ProblemType::TooManyGuesses);
        assert!(right.look().await.unwrap().link.retry_after_millis > 0);
        sleep(wait).await;
    }
    assert!(right.reveal(&lease()).await.unwrap().payload == password("guarded"));
    let counters = server.client().push_status(&push).await.unwrap().link.counters;
    assert_eq!((counters.wrong_password.count, counters.started.count), (2, 1), "what came too soon was not compared");
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_ends_for_100_guessers_at_once() {
    let server = Server::start().await;
    let push = push(&server, &password("guarded"), &guarded(1)).await;
    let wrong = reader(&server, &push, Some("wrong"));
    let start = Instant::now();
    let guesses = join_all((0..100).map(|_| async { wrong.reveal(&lease()).await })).await;
    let compared = guesses
        .iter()
        .filter(|guess| guess.as_ref().is_err_and(|error| error.problem() == Some(ProblemType::WrongPassword)));
    // The next one may be a second later: on a busy machine that can be while they are being
    // answered.
    let may = 1..=1 + start.elapsed().as_secs() as usize;
    assert!(may.contains(&compared.count()), "one guess is compared, whatever races");
    assert!(guesses.iter().all(Result::is_err));
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_ends_after_200_and_the_owner_can_resume() {
    let server = Server::start().await;
    let client = server.client();
    let push = push(&server, &password("guarded"), &guarded(3)).await;
    // A device that opened it before is not slowed, so this takes no hours. It is counted all the
    // same.
    let known = reader(&server, &push, Some("right"));
    known.reveal(&lease()).await.unwrap();
    let known = known.trying("wrong").unwrap();
    for _ in 0..GUESSES_MAX {
        assert_problem(known.reveal(&lease()).await, ProblemType::WrongPassword);
    }
    assert_problem(known.reveal(&lease()).await, ProblemType::Locked);
    let right = reader(&server, &push, Some("right"));
    assert_problem(right.reveal(&lease()).await, ProblemType::Locked);
    assert_eq!(right.look().await.unwrap().link.state, LinkState::Locked);
    let status = client.push_status(&push).await.unwrap().link;
    assert_eq!((status.state, status.counters.wrong_password.count), (LinkState::Locked, GUESSES_MAX));
    assert!(client.push_log(&push).await.unwrap().lines.iter().any(|line| line.event == Event::Locked));

    let resume = PatchPush { paused: Some(false), ..PatchPush::default() };
    client.patch_push(&push, &resume).await.unwrap();
    assert!(right.reveal(&lease()).await.unwrap().payload == password("guarded"));
}

#[tokio::test]
async fn a_push_that_is_to_end_after_some_guesses_does_and_says_why() {
    let server = Server::start().await;
    let terms = PushTerms { destroy_after_guesses: Some(2), ..guarded(1) };
    let push = push(&server, &password("guarded"), &terms).await;
    let wrong = reader(&server, &push, Some("wrong"));
    sleep(retry_after(wrong.reveal(&lease()).await)).await;
    assert!(wrong.reveal(&lease()).await.is_err());
    let right = reader(&server, &push, Some("right"));
    let view = right.look().await.unwrap();
    assert_eq!((view.link.gone.unwrap().why, view.face), (EndReason::TooManyGuesses, None));
    assert_problem(right.reveal(&lease()).await, ProblemType::Gone);
    let status = server.client().push_status(&push).await.unwrap().link;
    assert_eq!(status.counters.wrong_password.count, 2, "the owner sees the attempts");
}

#[tokio::test]
async fn a_wait_outlives_kill_9() {
    let server = Server::start().await;
    let push = push(&server, &password("guarded"), &guarded(1)).await;
    let wrong = reader(&server, &push, Some("wrong"));
    for _ in 0..3 {
        sleep(retry_after(wrong.reveal(&lease()).await)).await;
    }
    let wait = retry_after(wrong.reveal(&lease()).await);
    assert!(wait > Duration::from_secs(6), "{wait:?}");
    let server = server.kill_and_start_again().await;
    assert_problem(reader(&server, &push, Some("right")).reveal(&lease()).await, ProblemType::TooManyGuesses);
}
