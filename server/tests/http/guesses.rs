//! The promise that guessing ends, and that it ends for those who guess only.

use subrosa_shared::api::{LinkState, LinkView, PatchLink};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::DeviceSecret;

use crate::support::{Call, Link, Server, shared};

fn open(link: &Link) -> Call {
    Call::post(link.path("/open")).open(link)
}

fn guess(link: &Link) -> Call {
    open(link).header("subrosa-open-proof", link.wrong_open())
}

#[tokio::test]
async fn guessing_ends_each_wrong_password_waits_longer() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    for wait in [1, 2, 4, 8, 16, 32, 60, 60] {
        let answer = server.call(guess(&link)).await;
        assert_eq!(answer.headers["retry-after"], wait.to_string().as_str());
        assert_eq!(answer.refused(ProblemType::WrongPassword).retry_after_millis, Some(wait * 1000));
        // Right or wrong: nothing is compared before the time has come.
        server.call(open(&link)).await.refused(ProblemType::TooManyGuesses);
        server.call(guess(&link)).await.refused(ProblemType::TooManyGuesses);
        server.advance(wait);
    }
    server.call(open(&link)).await.ok();
    let problem = server.call(guess(&link)).await.refused(ProblemType::WrongPassword);
    assert_eq!(problem.retry_after_millis, Some(1000), "a right one begins a new row");
}

#[tokio::test]
async fn guessing_ends_every_way_of_trying_is_counted_as_one() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    let wrong = link.wrong_open();
    let lease = subrosa_shared::secret::LeaseSecret::from_bytes([1; 32]);
    let ways = [
        Call::get(link.path("/manifest")).open(&link),
        link.ask_lease(&lease),
        Call::delete(link.path("")).open(&link),
        open(&link),
    ];
    for (way, wait) in ways.into_iter().zip([1, 2, 4, 8]) {
        let problem = server.call(way.header("subrosa-open-proof", &wrong)).await;
        let problem = problem.refused(ProblemType::WrongPassword);
        assert_eq!(problem.retry_after_millis, Some(wait * 1000));
        server.advance(wait);
    }
}

#[tokio::test]
async fn guessing_ends_but_a_device_that_opened_before_is_not_slowed() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    let device = DeviceSecret::from_bytes([3; 32]);
    server.call(open(&link).device(&device)).await.ok();
    server.call(guess(&link)).await.refused(ProblemType::WrongPassword);
    server.call(open(&link)).await.refused(ProblemType::TooManyGuesses);
    let stranger = DeviceSecret::from_bytes([4; 32]);
    server.call(open(&link).device(&stranger)).await.refused(ProblemType::TooManyGuesses);
    server.call(open(&link).device(&device)).await.ok();
}

#[tokio::test]
async fn guessing_ends_after_200_the_link_pauses_and_its_owner_resumes_it() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    for _ in 0..200 {
        server.call(guess(&link)).await.refused(ProblemType::WrongPassword);
        server.advance(60);
    }
    server.call(open(&link)).await.refused(ProblemType::Locked);
    let look = || async { server.call(Call::get(link.path("")).link(&link)).await.json::<LinkView>() };
    assert_eq!(look().await.state, LinkState::Locked);
    let resume = PatchLink { paused: Some(false), ..PatchLink::default() };
    let path = sender.path(&format!("/links/{}", link.id));
    server.call(Call::patch(path).owner(&sender.owner).json(&resume)).await.ok();
    assert_eq!(look().await.state, LinkState::Ready);
    server.call(open(&link)).await.ok();
}

#[tokio::test]
async fn guessing_ends_the_link_where_the_sender_chose_so() {
    let server = Server::start().await;
    let mut link = Link::new(9);
    link.body.destroy_after_guesses = Some(3);
    let (_, link) = shared(&server, link).await;
    for wait in [1, 2, 4] {
        server.call(guess(&link)).await.refused(ProblemType::WrongPassword);
        server.advance(wait);
    }
    server.call(open(&link)).await.refused(ProblemType::Gone);
}

#[tokio::test]
async fn without_the_link_nobody_guesses_slows_or_destroys() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    let stranger = Link::new(10);
    for _ in 0..300 {
        let call = Call::post(link.path("/open")).link(&stranger).header("subrosa-open-proof", link.wrong_open());
        server.call(call).await.refused(ProblemType::NotFound);
    }
    server.call(Call::delete(link.path("")).open(&link).link(&stranger)).await.refused(ProblemType::NotFound);
    let view: LinkView = server.call(Call::get(link.path("")).link(&link)).await.json();
    assert_eq!((view.state, view.retry_after_millis), (LinkState::Ready, 0));
    server.call(open(&link)).await.ok();
}

#[tokio::test]
async fn a_wrong_password_spends_nothing() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    let lease = subrosa_shared::secret::LeaseSecret::from_bytes([1; 32]);
    let wrong = link.ask_lease(&lease).header("subrosa-open-proof", link.wrong_open());
    server.call(wrong).await.refused(ProblemType::WrongPassword);
    let view: LinkView = server.call(Call::get(link.path("")).link(&link)).await.json();
    assert_eq!((view.downloads_left, view.started_last_at), (1, None));
}
