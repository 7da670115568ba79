//! What an owner does: retry, change, pause, take back, look, remember.

use serde_json::json;
use subrosa_shared::api::{EndReason, Event, LinkState, LinkView, Log, PatchLink, PatchShare, ShareState, ShareStatus};
use subrosa_shared::id::Digest;
use subrosa_shared::problem::ProblemType;

use crate::support::{Call, Link, Sender, Server, fake_sealed, shared};

#[tokio::test]
async fn the_same_call_again_gives_the_same_answer() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let create = || Call::put(sender.path("")).owner(&sender.owner).json(&sender.create_body());
    let complete =
        || Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body());
    for call in [&create as &dyn Fn() -> Call, &complete, &|| sender.put_link(&link)] {
        let (first, second) = (server.call(call()).await, server.call(call()).await);
        assert_eq!(first.status, second.status);
        assert_eq!(first.json::<ShareStatus>(), second.json::<ShareStatus>());
    }
    let revoke = || Call::delete(sender.path("")).owner(&sender.owner);
    let first: ShareStatus = server.call(revoke()).await.json();
    server.advance(60);
    assert_eq!(server.call(revoke()).await.json::<ShareStatus>(), first);
    server.call(create()).await.refused(ProblemType::Gone);
}

#[tokio::test]
async fn a_part_can_be_stored_again_and_its_old_bytes_go() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.create(&server).await;
    assert_eq!(server.call(sender.put_part(0)).await.status, 201);
    assert_eq!(server.call(sender.put_part(0)).await.status, 200);
    let other = fake_sealed(65_536, 77);
    let put = Call::put(sender.path("/contents/1/parts/0")).owner(&sender.owner).binary(&other);
    assert_eq!(server.call(put).await.status, 200);
    let read = server.call(Call::get(sender.path("/contents/1/parts/0")).owner(&sender.owner)).await.ok();
    assert_eq!(read.body, other);
    let blobs = server.folder.path().join("blobs/shares").join(sender.share.to_string());
    assert_eq!(std::fs::read_dir(blobs).unwrap().count(), 1);
}

#[tokio::test]
async fn many_parts_at_once_all_arrive() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.create(&server).await;
    let calls = (0..30).map(|at| server.call(sender.put_part(at % 3)));
    for answer in futures_util::future::join_all(calls).await {
        answer.ok();
    }
    server.call(sender.put_manifest()).await.ok();
    let complete = Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body());
    server.call(complete).await.ok();
}

#[tokio::test]
async fn the_owner_note_comes_back_as_it_was() {
    let server = Server::start().await;
    let (sender, _) = shared(&server, Link::new(9)).await;
    let get = || Call::get(sender.path("/note")).owner(&sender.owner);
    server.call(get()).await.refused(ProblemType::NotFound);
    for note in [fake_sealed(512, 1), fake_sealed(100_000, 2)] {
        let put = Call::put(sender.path("/note")).owner(&sender.owner).binary(&note);
        assert_eq!(server.call(put).await.status, 204);
        assert_eq!(server.call(get()).await.ok().body, note);
    }
}

#[tokio::test]
async fn a_note_replaces_the_one_that_its_writer_has_seen_and_no_other() {
    let server = Server::start().await;
    let (sender, _) = shared(&server, Link::new(9)).await;
    let notes: Vec<_> = (1..=3).map(|seed| fake_sealed(512, seed)).collect();
    let put = |note: usize| Call::put(sender.path("/note")).owner(&sender.owner).binary(&notes[note]);
    let tag = |note: usize| format!("\"{}\"", Digest::of(&notes[note]));
    let there = async || server.call(Call::get(sender.path("/note")).owner(&sender.owner)).await.ok();
    for tags in [&tag(1), "*"] {
        server.call(put(0).header("if-match", tags)).await.refused(ProblemType::NoteChanged);
    }

    let stored = server.call(put(0).header("if-none-match", "*")).await;
    assert_eq!((stored.status.as_u16(), stored.headers["etag"].to_str().unwrap()), (204, tag(0).as_str()));
    assert_eq!(there().await.headers["etag"].to_str().unwrap(), tag(0));
    // Its answer was lost.
    assert_eq!(server.call(put(0).header("if-none-match", "*")).await.status, 204);
    server.call(put(1).header("if-none-match", "*")).await.refused(ProblemType::NoteChanged);
    server.call(put(1).header("if-match", tag(2))).await.refused(ProblemType::NoteChanged);
    assert_eq!(there().await.body, notes[0]);
    assert_eq!(server.call(put(1).header("if-match", tag(0))).await.status, 204);
    // Another device that saw the first one.
    server.call(put(2).header("if-match", tag(0))).await.refused(ProblemType::NoteChanged);
    assert_eq!(server.call(put(2).header("if-match", tag(1))).await.status, 204);
    assert_eq!(there().await.body, notes[2]);

    let weak = format!("W/{}", tag(2));
    // By strong comparison (RFC 9110, section 13.1.1).
    for other in ["\"x\"", "\"\"", &weak, &format!("\"x,\", {weak} , {}", tag(1))] {
        server.call(put(0).header("if-match", other)).await.refused(ProblemType::NoteChanged);
    }
    for malformed in ["x", "", "\"x", "\"x\" \"y\"", "w/\"x\"", "*, \"x\""] {
        server.call(put(0).header("if-match", malformed)).await.refused(ProblemType::MalformedRequest);
    }
    let two = [tag(1), tag(2)].join(", ");
    assert_eq!(server.call(put(1).header("if-match", two)).await.status, 204);
    assert_eq!(server.call(put(2).header("if-match", "*")).await.status, 204);
    server.call(put(0).header("if-none-match", tag(1))).await.refused(ProblemType::MalformedRequest);
    let both = put(0).header("if-match", tag(2)).header("if-none-match", "*");
    server.call(both).await.refused(ProblemType::MalformedRequest);
    assert_eq!(there().await.body, notes[2]);
}

#[tokio::test]
async fn a_pause_stops_everything_until_it_ends() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    let share_path = sender.path("");
    let link_path = sender.path(&format!("/links/{}", link.id));
    for path in [&share_path, &link_path] {
        let pause = |paused: bool| Call::patch(path).owner(&sender.owner).json(&json!({ "paused": paused }));
        server.call(pause(true)).await.ok();
        let view: LinkView = server.call(Call::get(link.path("")).link(&link)).await.json();
        assert_eq!(view.state, LinkState::Paused);
        for call in [
            Call::post(link.path("/open")).open(&link),
            Call::get(link.path("/manifest")).open(&link),
            link.ask_lease(&lease),
            link.fetch(&lease, 0),
        ] {
            server.call(call).await.refused(ProblemType::Paused);
        }
        server.call(pause(false)).await.ok();
        server.call(Call::post(link.path("/open")).open(&link)).await.ok();
    }
    server.call(link.fetch(&lease, 0)).await.ok();
}

#[tokio::test]
async fn a_revoked_link_says_why_to_its_holders_and_others_go_on() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let other = Link::new(10);
    sender.add(&server, &other).await;
    let revoke = Call::delete(sender.path(&format!("/links/{}", link.id))).owner(&sender.owner);
    server.call(revoke).await.ok();
    let view: LinkView = server.call(Call::get(link.path("")).link(&link)).await.json();
    assert_eq!((view.state, view.gone.unwrap().why), (LinkState::Gone, EndReason::Revoked));
    let problem = server.call(Call::post(link.path("/open")).open(&link)).await.refused(ProblemType::Gone);
    assert_eq!(problem.gone, view.gone);
    server.call(Call::post(other.path("/open")).open(&other)).await.ok();
}

#[tokio::test]
async fn a_changed_password_shuts_out_the_old_one() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let mut lock = link.body.lock.clone();
    lock.open_verifier = Link::new(77).body.lock.open_verifier;
    lock.needs_password = true;
    let patch = PatchLink { lock: Some(lock), ..PatchLink::default() };
    let call = Call::patch(sender.path(&format!("/links/{}", link.id))).owner(&sender.owner).json(&patch);
    server.call(call).await.ok();
    server.call(Call::post(link.path("/open")).open(&link)).await.refused(ProblemType::WrongPassword);
    server.advance(2);
    let new = Call::post(link.path("/open")).link(&link).header("subrosa-open-proof", Link::new(77).open_proof());
    server.call(new).await.ok();
}

#[tokio::test]
async fn shortening_a_share_shortens_its_links() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let patch = PatchShare { expires_in_secs: Some(100), ..PatchShare::default() };
    let call = Call::patch(sender.path("")).owner(&sender.owner).json(&patch);
    let status: ShareStatus = server.call(call).await.json();
    assert_eq!(status.links[0].expires_at, status.expires_at);
    server.advance(101);
    let view: LinkView = server.call(Call::get(link.path("")).link(&link)).await.json();
    assert_eq!(view.gone.unwrap().why, EndReason::Expired);
}

#[tokio::test]
async fn the_timeline_tells_what_happened() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    server.call(Call::post(link.path("/open")).open(&link)).await.ok();
    let (lease, _) = link.lease(&server, 1).await;
    server.call(link.fetch(&lease, 0)).await.ok();
    server.call(link.done(&lease)).await.ok();
    let log: Log = server.call(Call::get(sender.path("/log")).owner(&sender.owner)).await.json();
    let events: Vec<_> = log.lines.iter().map(|line| line.event).collect();
    use Event::{Completed, Created, Finished, Granted, LinkAdded, Opened, Spent, Started};
    assert_eq!(events, [Created, Completed, LinkAdded, Opened, Granted, Started, Finished, Spent, Spent]);
    let status = sender.status(&server).await;
    let counters = status.links[0].counters;
    assert_eq!((status.state, counters.opened.count, counters.started.count), (ShareState::Gone, 1, 1));
}

#[tokio::test]
async fn only_the_owner_owns() {
    let server = Server::start().await;
    let (sender, _) = shared(&server, Link::new(9)).await;
    let thief = Sender::new(2).owner;
    for path in ["", "/contents/1/parts", "/contents/1/parts/0", "/contents/1/manifest", "/log", "/note"] {
        server.call(Call::get(sender.path(path)).owner(&thief)).await.refused(ProblemType::NotFound);
    }
    for call in [
        Call::delete(sender.path("")),
        Call::patch(sender.path("")).json(&json!({ "paused": true })),
        Call::put(sender.path("/contents/1/parts/0")).binary(&sender.parts[0]),
        Call::put(sender.path("/note")).binary(&fake_sealed(10, 1)),
        Call::post(sender.path("/contents/1/complete")).json(&sender.complete_body()),
    ] {
        server.call(call.owner(&thief)).await.refused(ProblemType::NotFound);
    }
    assert_eq!(sender.status(&server).await.state, ShareState::Ready);
}
