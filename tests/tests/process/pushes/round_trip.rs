//! What was pushed is what is revealed, and both sides are told how it stands.

use subrosa_shared::api::{EndReason, Event, LinkState, PatchPush, PushStatus};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::push::{Face, Kind, PAYLOAD_BYTES_MAX, Payload};
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::server::Server;

use super::{lease, password, push, reader};
use crate::assert_problem;

fn every_kind() -> [Payload; 4] {
    let text = str::to_owned;
    [
        password("correct horse battery staple"),
        Payload::Login { user: text("mallory"), password: text("pass \u{1f511} word"), note: text("the second door") },
        Payload::Note { note: "a line\n".repeat(5000) },
        Payload::Url { url: text("https://example.org/a?b=c#d") },
    ]
}

#[tokio::test]
async fn every_kind_arrives_as_it_was_sent_with_and_without_a_passphrase() {
    let server = Server::start().await;
    for payload in every_kind() {
        for passphrase in [None, Some("six words read out over the phone")] {
            let terms = PushTerms {
                from: Some("Ada".to_owned()),
                label: "for Bob".to_owned(),
                passphrase: passphrase.map(str::to_owned),
                for_files: payload.kind() == Kind::Password,
                ..PushTerms::default()
            };
            let push = push(&server, &payload, &terms).await;
            let reader = reader(&server, &push, passphrase);
            let face = Face { kind: payload.kind(), from: terms.from.clone(), for_files: terms.for_files };
            assert_eq!(reader.face().await.unwrap(), Some(face));
            let looked = reader.look().await.unwrap().link;
            assert_eq!((looked.state, looked.needs_password), (LinkState::Ready, passphrase.is_some()));
            assert_eq!((looked.downloads_max, looked.downloads_left), (1, 1), "looking counts nothing");

            let lease = lease();
            let view = reader.reveal(&lease).await.unwrap();
            assert!(view.payload == payload, "{:?} arrived as something else", payload.kind());
            assert_eq!(reader.look().await.unwrap().link.state, LinkState::Exhausted, "it waits for a lost answer");
            let ended = reader.finish(&lease, &view).await.unwrap();
            assert_eq!((ended.link.gone.unwrap().why, ended.face), (EndReason::Spent, None));

            let status = server.client().push_status(&push).await.unwrap();
            assert_eq!(push.note(&status).unwrap().label, "for Bob");
            assert_eq!(push.confirmed(&status).unwrap(), 1, "the receipt is good");
            assert_eq!((status.link.counters.started.count, status.link.counters.finished.count), (1, 1));
        }
    }
}

#[tokio::test]
async fn the_longest_text_goes_through_and_its_length_says_next_to_nothing() {
    let server = Server::start().await;
    let longest = Payload::Note { note: "x".repeat(PAYLOAD_BYTES_MAX - 100) };
    for (payload, padded_len) in
        [(password("x"), 512), (password(&"x".repeat(300)), 512), (password(&"x".repeat(600)), 1024), (longest, 65_536)]
    {
        let push = push(&server, &payload, &PushTerms::default()).await;
        let reader = reader(&server, &push, None);
        assert_eq!(reader.look().await.unwrap().link.padded_len, padded_len);
        assert!(reader.reveal(&lease()).await.unwrap().payload == payload);
    }
}

#[tokio::test]
async fn making_it_again_is_the_same_push_and_another_in_its_place_is_a_conflict() {
    let server = Server::start().await;
    let client = server.client();
    let mut push = push(&server, &password("once"), &PushTerms::default()).await;
    let (first, again) = (client.push_status(&push).await.unwrap(), client.push(&push).await.unwrap());
    assert_eq!(first, again);
    push.put.views_max = 2;
    assert_problem(client.push(&push).await, ProblemType::AlreadyExists);
    // Under an id that is not its own there is no place at all.
    let other = SealedPush::seal(&password("other"), &PushTerms::default()).unwrap();
    push.put.link_verifier = other.put.link_verifier;
    assert_problem(client.push(&push).await, ProblemType::IdMismatch);
}

#[tokio::test]
async fn the_owner_watches_changes_pauses_and_takes_it_back() {
    let server = Server::start().await;
    let client = server.client();
    let push = push(&server, &password("watched"), &PushTerms::views(2)).await;
    let reader = reader(&server, &push, None);
    reader.reveal(&lease()).await.unwrap();

    let paused = |paused| PatchPush { paused: Some(paused), ..PatchPush::default() };
    client.patch_push(&push, &paused(true)).await.unwrap();
    assert_eq!(reader.look().await.unwrap().link.state, LinkState::Paused);
    assert_problem(reader.reveal(&lease()).await, ProblemType::Paused);
    client.patch_push(&push, &paused(false)).await.unwrap();

    let more = PatchPush { views_max: Some(3), recipient_may_destroy: Some(false), ..PatchPush::default() };
    let status = client.patch_push(&push, &more).await.unwrap();
    assert_eq!((status.link.downloads_max, status.link.downloads_taken), (3, 1));
    assert_problem(reader.destroy().await, ProblemType::DestroyNotAllowed);
    assert_eq!(reader.look().await.unwrap().link.downloads_left, 2);

    let PushStatus { link, .. } = client.revoke_push(&push).await.unwrap();
    assert_eq!(link.gone.unwrap().why, EndReason::Revoked);
    let events: Vec<Event> = client.push_log(&push).await.unwrap().lines.iter().map(|line| line.event).collect();
    assert_eq!(events.first(), Some(&Event::Created), "{events:?}");
    for event in [Event::Started, Event::Paused, Event::Resumed, Event::Changed, Event::Revoked] {
        assert!(events.contains(&event), "{event:?} is missing in {events:?}");
    }
}

#[tokio::test]
async fn without_its_proof_every_push_is_the_same_404() {
    let server = Server::start().await;
    let client = server.client();
    push(&server, &password("hidden"), &PushTerms::default()).await;
    let strange = SealedPush::seal(&password("never sent"), &PushTerms::default()).unwrap();
    let stranger = reader(&server, &strange, None);
    assert_problem(stranger.look().await, ProblemType::NotFound);
    assert_problem(stranger.reveal(&lease()).await, ProblemType::NotFound);
    assert_problem(stranger.destroy().await, ProblemType::NotFound);
    assert_problem(client.push_status(&strange).await, ProblemType::NotFound);
    assert_problem(client.push_log(&strange).await, ProblemType::NotFound);
    assert_problem(client.revoke_push(&strange).await, ProblemType::NotFound);
}
