//! What is promised of a push, over HTTP.

use std::sync::Arc;

use futures_util::future::join_all;
use http::Method;
use serde_json::json;
use subrosa_shared::api::{EndReason, Event, LinkState, Log, PatchPush, PushStatus, PushView, RevealedPush};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::{DeviceSecret, LeaseSecret};
use tokio::time::{Duration, sleep};

use crate::support::push::Push;
use crate::support::{Answer, Call, Link, Server, shared};

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_50_clients_that_race_for_one_view_one_gets_it() {
    let server = Arc::new(Server::start().await);
    let push = Arc::new(Push::new(1).on(&server).await);
    let racers = (0..50).map(|seed| {
        let (server, push) = (Arc::clone(&server), Arc::clone(&push));
        tokio::spawn(async move {
            let lease = LeaseSecret::from_bytes([seed; 32]);
            let answer = server.call_patiently(|| push.ask_reveal(&lease)).await;
            if answer.status.is_success() {
                assert_eq!(answer.json::<RevealedPush>().payload, push.body.lock.payload);
                return Some(lease);
            }
            let problem = answer.refused(ProblemType::NoDownloadLeft);
            assert_eq!(problem.detail.as_deref(), Some("All views of this push are taken."));
            None
        })
    });
    let won: Vec<_> = join_all(racers).await.into_iter().filter_map(Result::unwrap).collect();
    let [winner] = &won[..] else { panic!("{} got it", won.len()) };
    let status = push.status(&server).await;
    assert_eq!((status.link.downloads_taken, status.link.counters.started.count), (1, 1));
    // Once it is acknowledged, everybody is told that it is gone.
    server.call(push.ack(winner)).await.ok();
    server.call(push.ask_reveal(winner)).await.refused(ProblemType::Gone);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_client_that_asks_many_times_at_once_is_counted_once() {
    let server = Arc::new(Server::start().await);
    let push = Arc::new(Push::new(1).views(3).on(&server).await);
    let asking = (0..20).map(|_| {
        let (server, push) = (Arc::clone(&server), Arc::clone(&push));
        tokio::spawn(async move { push.reveal(&server, 7).await.1 })
    });
    let answers: Vec<_> = join_all(asking).await.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| (
        answer.lease,
        &answer.payload,
        answer.expires_at,
        answer.link.downloads_left
    ) == (answers[0].lease, &push.body.lock.payload, answers[0].expires_at, 2)));
}

#[tokio::test]
async fn a_view_can_be_seen_again_for_15_minutes_over_a_restart_too() {
    let server = Server::start().await;
    let push = Push::new(1).on(&server).await;
    let (lease, first) = push.reveal(&server, 1).await;
    server.advance(15 * MINUTE - 1);
    let Server { folder, clock, app, router } = server;
    drop((app, router));

    let server = Server::restart(folder, clock, &[]).await;
    let again: RevealedPush = server.call(push.ask_reveal(&lease)).await.json();
    assert_eq!((again.payload, again.expires_at), (first.payload, first.expires_at));
    let other = LeaseSecret::from_bytes([2; 32]);
    server.call(push.ask_reveal(&other)).await.refused(ProblemType::NoDownloadLeft);
    server.advance(1);
    let gone = server.call(push.ask_reveal(&lease)).await.refused(ProblemType::Gone).gone.unwrap();
    assert_eq!((gone.why, gone.at), (EndReason::Spent, first.expires_at));
}

/// Nobody has to ask: 10 seconds after the end of a push no file of the server holds what it handed
/// over.
#[tokio::test]
async fn what_is_gone_leaves_the_disk_by_itself() {
    let server = Server::start().await;
    let mut push = Push::new(1);
    push.body.lock.payload = vec![0x9a; 65_617];
    push.body.lock.face = vec![0xfa; 593];
    let push = push.on(&server).await;
    // In the record they stand as base64url: of one byte over and over.
    let on_disk = |text: &str| {
        let files = std::fs::read_dir(server.folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let files = files.filter(|path| path.is_file()).map(|path| std::fs::read(path).unwrap());
        files.into_iter().any(|file| file.windows(text.len()).any(|window| window == text.as_bytes()))
    };
    let (payload, face) = ("mpqa".repeat(20), "-vr6".repeat(20));
    assert!(on_disk(&payload) && on_disk(&face));
    let reaper = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
    push.reveal(&server, 1).await;
    server.advance(15 * MINUTE);
    let started = tokio::time::Instant::now();
    while on_disk(&payload) || on_disk(&face) {
        assert!(started.elapsed() < Duration::from_secs(10));
        sleep(Duration::from_millis(50)).await;
    }
    reaper.abort();
    assert_eq!(push.status(&server).await.note, push.body.note);
}

#[tokio::test]
async fn owners_change_pause_and_revoke() {
    let server = Server::start().await;
    let push = Push::new(1).views(2).on(&server).await;
    let patch = async |patch: PatchPush| server.call(push.patch(&patch)).await.json::<PushStatus>().link;
    let link = patch(PatchPush { views_max: Some(1), expires_in_secs: Some(3600), ..PatchPush::default() }).await;
    assert_eq!((link.downloads_max, server_time(&server, &push).await.until(link.expires_at).as_secs()), (1, 3600));
    assert_eq!(patch(PatchPush { paused: Some(true), ..PatchPush::default() }).await.state, LinkState::Paused);
    let lease = LeaseSecret::from_bytes([1; 32]);
    server.call(push.ask_reveal(&lease)).await.refused(ProblemType::Paused);
    let link =
        patch(PatchPush { paused: Some(false), recipient_may_destroy: Some(false), ..PatchPush::default() }).await;
    assert_eq!((link.state, link.recipient_may_destroy), (LinkState::Ready, false));
    let problem = server.call(push.destroy()).await.refused(ProblemType::DestroyNotAllowed);
    assert!(problem.detail.unwrap().contains("push"));
    for _ in 0..2 {
        let status: PushStatus = server.call(push.revoke()).await.json();
        assert_eq!((status.link.gone.unwrap().why, status.note), (EndReason::Revoked, push.body.note.clone()));
    }
    server.call(push.patch(&PatchPush::default())).await.refused(ProblemType::Gone);
    let log: Log = server.call(push.ask_log()).await.json();
    let events: Vec<_> = log.lines.iter().map(|line| line.event).collect();
    let changes = [Event::Changed, Event::Paused, Event::Changed, Event::Resumed];
    assert_eq!(events, [&[Event::Created][..], &changes, &[Event::Revoked]].concat());
}

async fn server_time(server: &Server, push: &Push) -> subrosa_shared::time::Timestamp {
    push.look(server).await.link.now
}

#[tokio::test]
async fn recipients_destroy() {
    let server = Server::start().await;
    let push = Push::new(1).on(&server).await;
    let wrong = push.destroy().header("subrosa-open-proof", push.wrong_open());
    server.call(wrong).await.refused(ProblemType::WrongPassword);
    server.advance(1);
    let view: PushView = server.call(push.destroy()).await.json();
    assert_eq!((view.face, view.link.gone.unwrap().why), (None, EndReason::Destroyed));
}

#[tokio::test]
async fn guessing_ends_and_says_so_in_words_of_a_push() {
    let server = Server::start().await;
    let mut push = Push::new(1);
    push.body.destroy_after_guesses = Some(3);
    let push = push.on(&server).await;
    let (lease, other) = (LeaseSecret::from_bytes([1; 32]), LeaseSecret::from_bytes([3; 32]));
    let device = DeviceSecret::from_bytes([2; 32]);
    let guess = || push.ask_reveal(&lease).header("subrosa-open-proof", push.wrong_open());
    server.call(push.ask_reveal(&lease).device(&device)).await.ok();
    for (turn, wait) in [1, 2].into_iter().enumerate() {
        let problem = server.call(guess()).await.refused(ProblemType::WrongPassword);
        assert_eq!(problem.retry_after_millis, Some(wait * 1000), "turn {turn}");
        assert!(problem.detail.unwrap().contains("passphrase"));
        // Whoever knows the passphrase waits with whoever does not, unless a view has begun.
        server.call(push.ask_reveal(&other)).await.refused(ProblemType::TooManyGuesses);
        if turn == 1 {
            server.call(push.ask_reveal(&lease).device(&device)).await.ok();
        }
        server.advance(wait);
    }
    server.call(guess()).await.refused(ProblemType::WrongPassword);
    let gone = server.call(push.ask_reveal(&lease)).await.refused(ProblemType::Gone).gone.unwrap();
    assert_eq!(gone.why, EndReason::TooManyGuesses);
    assert_eq!(push.status(&server).await.link.counters.wrong_password.count, 3);
}

/// Unknown, wrong proof, gone long ago: no byte tells which.
#[tokio::test]
async fn without_its_proof_every_call_answers_the_same_404() {
    let server = Server::start().await;
    let push = Push::new(1).on(&server).await;
    let old = Push::new(2).on(&server).await;
    let (unknown, stranger) = (Push::new(66), Push::new(67));
    let lease = LeaseSecret::from_bytes([1; 32]);
    let calls = |id: &Push, proof: &Push| {
        let patch = PatchPush { paused: Some(true), ..PatchPush::default() };
        let at = Push { id: id.id, ..Push::new(0) };
        let mut calls = vec![at.ask_look(), at.ask_reveal(&lease), at.ack(&lease), at.destroy()];
        calls.extend([at.ask_status(), at.patch(&patch), at.revoke(), at.ask_log()]);
        let proofs = |call: Call| {
            let call = call.header("subrosa-link-proof", proof.secret.proof().to_text().as_str());
            let call = call.header("subrosa-owner-proof", proof.owner.proof().to_text().as_str());
            call.header("subrosa-open-proof", proof.open_proof())
        };
        calls.into_iter().map(proofs).collect::<Vec<_>>()
    };
    let all =
        async |id: &Push, proof: &Push| join_all(calls(id, proof).into_iter().map(|call| server.call(call))).await;
    let expected: Vec<Answer> = all(&unknown, &unknown).await;
    assert!(expected.iter().all(|answer| answer.status == 404 && answer.body == expected[0].body));
    assert_eq!(all(&push, &stranger).await, expected);
    // The proofs of another push, which exists.
    assert_eq!(all(&push, &old).await, expected);
    server.call(old.revoke()).await.ok();
    server.advance(7 * DAY);
    assert_eq!(all(&old, &old).await, expected);
    server.call(old.make()).await.refused(ProblemType::AlreadyExists);
}

/// A push is no share and no link of one; a link is no push, and neither is a share. Not with any
/// proof.
#[tokio::test]
async fn calls_of_the_other_channel_find_nothing() {
    let server = Server::start().await;
    let push = Push::new(1).views(9).on(&server).await;
    let (lease, _) = push.reveal(&server, 1).await;
    let before = push.status(&server).await;
    // One that calls a share's link what it calls a push, and the other way round, with everything
    // that it holds.
    let with = |call: Call, owner: &str, link: &str, open: &str| {
        let call = call.header("subrosa-owner-proof", owner).header("subrosa-link-proof", link);
        call.header("subrosa-open-proof", open).lease(&lease)
    };
    let proofs = |call: Call| {
        let owner = push.owner.proof().to_text();
        with(call, owner.as_str(), push.secret.proof().to_text().as_str(), &push.open_proof())
    };
    let id = push.id;
    let none = json!({});
    for call in [
        Call::get(format!("/links/{id}")),
        Call::delete(format!("/links/{id}")),
        Call::post(format!("/links/{id}/open")),
        Call::get(format!("/links/{id}/manifest")),
        Call::post(format!("/links/{id}/leases")).json(&json!({ "lease_verifier": lease.verifier() })),
        Call::get(format!("/links/{id}/parts/0")),
        Call::post(format!("/links/{id}/leases/{}/done", lease.lease_id())).json(&none),
        Call::get(format!("/shares/{id}")),
        Call::delete(format!("/shares/{id}")),
        Call::patch(format!("/shares/{id}")).json(&json!({ "paused": true })),
        Call::get(format!("/shares/{id}/log")),
        Call::get(format!("/shares/{id}/note")),
        Call::put(format!("/shares/{id}/note")).binary(&crate::support::fake_sealed(100, 1)),
        Call::get(format!("/shares/{id}/contents/1/parts")),
        Call::get(format!("/shares/{id}/contents/1/manifest")),
        Call::put(format!("/shares/{id}/contents/1/parts/0")).binary(&crate::support::fake_sealed(100, 1)),
        Call::patch(format!("/shares/{id}/links/{id}")).json(&json!({ "paused": true })),
        Call::delete(format!("/shares/{id}/links/{id}")),
    ] {
        server.call(proofs(call)).await.refused(ProblemType::NotFound);
    }
    assert_eq!(push.status(&server).await, before);

    let (sender, link) = shared(&server, Link::new(9)).await;
    let before = sender.status(&server).await;
    let proofs = |call: Call| {
        let owner = sender.owner.proof().to_text();
        with(call, owner.as_str(), link.secret.proof().to_text().as_str(), &link.open_proof())
    };
    for id in [link.id.to_string(), sender.share.to_string()] {
        for (method, path, body) in [
            (Method::GET, "", None),
            (Method::DELETE, "", None),
            (Method::POST, "/reveal", Some(json!({ "lease_verifier": lease.verifier() }))),
            (Method::POST, "/ack", Some(json!({}))),
            (Method::GET, "/owner", None),
            (Method::PATCH, "/owner", Some(json!({ "paused": true }))),
            (Method::DELETE, "/owner", None),
            (Method::GET, "/log", None),
        ] {
            let call = proofs(Call::new(method, format!("/pushes/{id}{path}")));
            let call = if let Some(body) = body { call.json(&body) } else { call };
            server.call(call).await.refused(ProblemType::NotFound);
        }
    }
    // Nor can a push take the place of a link, whatever its owner puts into it.
    let mut squat = Push::new(5);
    squat.body.link_verifier = link.secret.verifier();
    squat.id = link.id;
    server.call(squat.make()).await.refused(ProblemType::IdMismatch);
    assert_eq!(sender.status(&server).await, before);
}
