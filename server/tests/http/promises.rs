//! What users are told, over HTTP. Each test is named for the promise that it holds. (The rules
//! themselves are held against a model in `lifecycle_model`.)

use std::sync::Arc;

use futures_util::future::join_all;
use http::StatusCode;
use http_body_util::BodyExt as _;
use subrosa_shared::api::{EndReason, LinkState, LinkView, OpenedLink};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;
use tokio::time::{Duration, Instant, sleep};
use tower::ServiceExt as _;

use crate::support::{Answer, Call, Link, Sender, Server, fake_sealed, shared};

async fn look(server: &Server, link: &Link) -> LinkView {
    server.call(Call::get(link.path("")).link(link)).await.json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_limit_is_a_limit_of_20_clients_that_race_for_3_downloads_3_get_one() {
    let server = Arc::new(Server::start().await);
    let (_, link) = shared(&server, Link::new(9).downloads(3)).await;
    let link = Arc::new(link);
    let racers = (0..20).map(|seed| {
        let (server, link) = (Arc::clone(&server), Arc::clone(&link));
        tokio::spawn(async move {
            let lease = LeaseSecret::from_bytes([seed; 32]);
            let granted = server.call_patiently(|| link.ask_lease(&lease)).await;
            // Whoever was refused tries to fetch all the same.
            let fetched = server.call_patiently(|| link.fetch(&lease, 0)).await;
            assert_eq!(granted.status.is_success(), fetched.status.is_success());
            fetched.status.is_success()
        })
    });
    let won = join_all(racers).await.into_iter().filter(|won| *won.as_ref().unwrap()).count();
    assert_eq!(won, 3);
    assert_eq!(look(&server, &link).await.state, LinkState::Exhausted);
}

#[tokio::test]
async fn a_limit_is_a_limit_over_a_restart_too() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    server.call(link.fetch(&lease, 0).header("range", "bytes=0-0")).await.ok();
    let Server { folder, clock, app, router } = server;
    drop((app, router));

    let server = Server::restart(folder, clock, &[]).await;
    let other = LeaseSecret::from_bytes([2; 32]);
    server.call(link.ask_lease(&other)).await.refused(ProblemType::NoDownloadLeft);
    let rest = server.call(link.fetch(&lease, 0).header("range", "bytes=1-")).await.ok();
    assert_eq!(rest.body, sender.parts[0][1..]);
}

#[tokio::test]
async fn a_limit_is_a_limit_but_a_lease_that_gets_no_byte_goes_back() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    let (unused, _) = link.lease(&server, 1).await;
    server.advance(121);
    server.call(link.fetch(&unused, 0)).await.refused(ProblemType::LeaseEnded);
    let (used, _) = link.lease(&server, 2).await;
    server.call(link.fetch(&used, 0)).await.ok();
    server.advance(121);
    server.call(link.fetch(&used, 1)).await.ok();
}

#[tokio::test]
async fn a_lost_connection_is_not_a_lost_download() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    // The answer is dropped after its first piece.
    let response = server.router.clone().oneshot(link.fetch(&lease, 0).request()).await.unwrap();
    assert!(response.into_body().frame().await.unwrap().is_ok());
    for _ in 0..20 {
        server.advance(59 * 60);
        let rest = server.call(link.fetch(&lease, 0).header("range", "bytes=60000-")).await.ok();
        assert_eq!(rest.body, sender.parts[0][60_000..]);
    }
    server.advance(24 * 60 * 60 - 20 * 59 * 60);
    server.call(link.fetch(&lease, 0)).await.refused(ProblemType::Gone);
}

#[tokio::test]
async fn looking_is_not_taking() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    for _ in 0..50 {
        look(&server, &link).await;
        let opened: OpenedLink = server.call(Call::post(link.path("/open")).open(&link)).await.json();
        assert_eq!(opened.link.downloads_left, 1);
        server.call(Call::get(link.path("/manifest")).open(&link)).await.ok();
        // What preview bots do.
        for path in ["/", "/s", &format!("/s/{}", link.id)] {
            server.send(http::Request::get(path).body("".into()).unwrap()).await;
        }
    }
    let view = look(&server, &link).await;
    assert_eq!((view.state, view.downloads_left, view.started_last_at), (LinkState::Ready, 1, None));
}

/// Unknown, gone long ago, wrong proof: no byte tells which.
#[tokio::test]
async fn without_the_link_proof_every_call_answers_the_same_404() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (unknown, stranger) = (Link::new(66), Link::new(67));
    let old = Link::new(10);
    sender.add(&server, &old).await;
    let lease = LeaseSecret::from_bytes([1; 32]);
    let calls = |id: &Link, proof: &Link| {
        [
            Call::get(id.path("")),
            Call::delete(id.path("")),
            Call::post(id.path("/open")),
            Call::get(id.path("/manifest")),
            id.ask_lease(&lease),
            id.fetch(&lease, 0),
            id.fetch(&lease, 9_999),
            id.done(&lease),
        ]
        .map(|call| call.open(proof).lease(&lease))
    };
    let mut answers: Vec<Answer> = Vec::new();
    let cases = [(&unknown, &unknown), (&unknown, &stranger), (&link, &stranger), (&link, &old), (&old, &link)];
    for (id, proof) in cases {
        for call in calls(id, proof) {
            answers.push(server.call(call).await);
        }
    }
    // Revoked now, and its tombstone forgotten after a week: then the link proof proves nothing any
    // more.
    server.call(Call::delete(sender.path("")).owner(&sender.owner)).await.ok();
    for call in calls(&link, &stranger) {
        answers.push(server.call(call).await);
    }
    server.advance(8 * 24 * 60 * 60);
    for (id, proof) in [(&link, &link), (&link, &stranger)] {
        for call in calls(id, proof) {
            answers.push(server.call(call).await);
        }
    }
    let first = server.call(Call::get(unknown.path("")).link(&unknown)).await;
    assert_eq!(first.status, StatusCode::NOT_FOUND);
    for (at, answer) in answers.iter().enumerate() {
        assert_eq!(answer, &first, "answer {at}");
    }
    server.call(Call::get(link.path("")).link(&link)).await.refused(ProblemType::NotFound);
}

#[tokio::test]
async fn gone_is_gone_at_once_for_new_requests_and_a_tombstone_says_why() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    server.call(link.fetch(&lease, 0)).await.ok();
    server.call(Call::delete(sender.path("")).owner(&sender.owner)).await.ok();
    for call in [
        link.fetch(&lease, 1),
        link.ask_lease(&lease),
        Call::post(link.path("/open")).open(&link),
        Call::get(link.path("/manifest")).open(&link),
    ] {
        let gone = server.call(call).await.refused(ProblemType::Gone).gone.unwrap();
        assert_eq!(gone.why, EndReason::Revoked);
    }
    let view = look(&server, &link).await;
    assert_eq!((view.state, view.gone.unwrap().why), (LinkState::Gone, EndReason::Revoked));
    assert!(view.started_last_at.is_some(), "that somebody took it is told");
}

#[tokio::test]
async fn gone_is_gone_within_5_seconds_for_running_answers() {
    let server = Server::start().await;
    let sender = Sender { parts: vec![fake_sealed(4 << 20, 1)], ..Sender::new(1) };
    let mut body = sender.create_body();
    body.part_bytes = 4 << 20;
    server.call(Call::put(sender.path("")).owner(&sender.owner).json(&body)).await.ok();
    server.call(sender.put_part(0)).await.ok();
    server.call(sender.put_manifest()).await.ok();
    let complete = Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body());
    server.call(complete).await.ok();
    let link = Link::new(9);
    sender.add(&server, &link).await;
    let (lease, _) = link.lease(&server, 1).await;
    let calls = [link.fetch(&lease, 0), Call::get(sender.path("/contents/1/parts/0")).owner(&sender.owner)];
    let mut running = Vec::new();
    for call in calls {
        let mut body = server.router.clone().oneshot(call.request()).await.unwrap().into_body();
        assert!(body.frame().await.unwrap().is_ok());
        running.push(body);
    }
    server.call(Call::delete(sender.path("")).owner(&sender.owner)).await.ok();
    let revoked = Instant::now();
    for mut body in running {
        // A client that reads slowly, so that there is always more to read.
        while body.frame().await.unwrap().is_ok() {
            assert!(revoked.elapsed() < Duration::from_secs(5));
            sleep(Duration::from_millis(250)).await;
        }
    }
}

#[tokio::test]
async fn expiry_is_strict() {
    let server = Server::start().await;
    let mut link = Link::new(9);
    link.body.expires_in_secs = Some(3600);
    let (_, link) = shared(&server, link).await;
    let (lease, _) = link.lease(&server, 1).await;
    server.call(link.fetch(&lease, 0)).await.ok();
    server.advance(3599);
    server.call(link.fetch(&lease, 0)).await.ok();
    server.advance(1);
    let gone = server.call(link.fetch(&lease, 0)).await.refused(ProblemType::Gone).gone.unwrap();
    assert_eq!((gone.why, gone.at), (EndReason::Expired, look(&server, &link).await.expires_at));
}

#[tokio::test]
async fn acknowledged_is_durable() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9).downloads(2)).await;
    let before = sender.status(&server).await;
    let Server { folder, clock, app, router } = server;
    drop((app, router));
    let server = Server::restart(folder, clock, &[]).await;
    assert_eq!(sender.status(&server).await, before);
    let (lease, _) = link.lease(&server, 1).await;
    assert_eq!(server.call(link.fetch(&lease, 2)).await.ok().body, sender.parts[2]);
}
