//! Pushes that are not as they should be are not made.

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use subrosa_shared::api::{PatchPush, PushStatus};
use subrosa_shared::limits::{JSON_BYTES_MAX, PUSH_BODY_BYTES_MAX};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;
use tokio::time::{Duration, sleep};

use crate::support::push::Push;
use crate::support::{Server, fake_sealed};

async fn assert_nothing_made(server: &Server, push: &Push) {
    server.call(push.ask_status()).await.refused(ProblemType::NotFound);
    server.call(push.ask_look()).await.refused(ProblemType::NotFound);
}

#[tokio::test]
async fn json_that_is_not_as_specified_is_refused_without_being_quoted() {
    let server = Server::start().await;
    let push = Push::new(1);
    let right = serde_json::to_value(&push.body).unwrap();
    let with = |pointer: &str, value: Value| {
        let mut body = right.clone();
        *body.pointer_mut(pointer).unwrap() = value;
        body.to_string()
    };
    let without = |name: &str| {
        let mut body = right.clone();
        body.as_object_mut().unwrap().remove(name).unwrap();
        body.to_string()
    };
    let canary = "canary-in-a-body";
    let mut unknown = right.clone();
    unknown["lock"][canary] = json!(1);
    for body in [
        String::new(),
        "[]".to_owned(),
        format!("{right}x"),
        unknown.to_string(),
        without("note"),
        without("lock"),
        without("views_max"),
        without("expires_in_secs"),
        with("/owner_verifier", json!(canary)),
        with("/lock/face", json!(canary.repeat(3) + "!")),
        with("/lock/payload", json!([1, 2, 3])),
        with("/lock/needs_password", json!(canary)),
        with("/note", Value::Null),
        with("/views_max", json!(-1)),
        with("/expires_in_secs", json!(1.5)),
        "[".repeat(100_000),
    ] {
        let call = push.make().body(body.clone());
        let problem = server.call(call).await.refused(ProblemType::InvalidBody);
        assert!(!format!("{problem:?}").contains(canary), "{body}");
    }
    assert_nothing_made(&server, &push).await;
}

#[tokio::test]
async fn values_beyond_the_limits_are_refused() {
    let server = Server::start_with(&["--views-max", "10"]).await;
    let push = Push::new(1);
    let refused = async |change: &dyn Fn(&mut Push), problem| {
        let mut other = Push::new(1);
        change(&mut other);
        server.call(other.make()).await.refused(problem)
    };
    for views in [0, 11, u32::MAX] {
        let problem = refused(&|push| push.body.views_max = views, ProblemType::ValueOutOfRange).await;
        assert_eq!((problem.min, problem.max), (Some(1), Some(10)));
        assert!(problem.detail.unwrap().contains("views_max"));
    }
    for secs in [0, -1, 59, 90 * 86_400 + 1, i64::MIN, i64::MAX] {
        refused(&|push| push.body.expires_in_secs = secs, ProblemType::ExpiryOutOfRange).await;
    }
    for guesses in [0, 201] {
        refused(&|push| push.body.destroy_after_guesses = Some(guesses), ProblemType::ValueOutOfRange).await;
    }
    let (short, long) = (fake_sealed(511, 1), fake_sealed(1024, 1));
    for object in [&short, &long] {
        refused(&|push| push.body.lock.face = object.clone(), ProblemType::ValueOutOfRange).await;
    }
    refused(&|push| push.body.note = short.clone(), ProblemType::ValueOutOfRange).await;
    for len in [511, 513, 65_535, 65_537] {
        let problem = refused(&|push| push.body.lock.payload = fake_sealed(len, 1), ProblemType::ValueOutOfRange).await;
        assert!(problem.detail.unwrap().contains("payload"));
    }
    assert_nothing_made(&server, &push).await;
    for (body, problem) in [
        (json!({ "views_max": 11 }), ProblemType::ValueOutOfRange),
        (json!({ "expires_in_secs": 1 }), ProblemType::ExpiryOutOfRange),
        (json!({ "note": "AAAA" }), ProblemType::InvalidBody),
    ] {
        let push = Push::new(2);
        server.call(push.make()).await.ok();
        server.call(push.patch(&PatchPush::default()).json(&body)).await.refused(problem);
    }
}

#[tokio::test]
async fn the_largest_payload_fits_and_more_is_refused_before_it_is_read() {
    let server = Server::start().await;
    let mut push = Push::new(1);
    push.body.lock.payload = fake_sealed(65_536, 1);
    assert!(serde_json::to_vec(&push.body).unwrap().len() > 5 * JSON_BYTES_MAX);
    let push = push.on(&server).await;
    assert_eq!(push.reveal(&server, 1).await.1.payload, push.body.lock.payload);

    let other = Push::new(2);
    let large = vec![b' '; PUSH_BODY_BYTES_MAX + 1];
    let problem = server.call(other.make().body(large)).await.refused(ProblemType::BodyTooLarge);
    assert_eq!(problem.max, Some(PUSH_BODY_BYTES_MAX as u64));
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b' '; 1000])));
    server.call(other.make().body(Body::from_stream(endless))).await.refused(ProblemType::BodyTooLarge);
    // The other calls keep their bound.
    let lease = LeaseSecret::from_bytes([1; 32]);
    let large = || vec![b' '; JSON_BYTES_MAX + 1];
    for call in [push.ask_reveal(&lease), push.ack(&lease), push.patch(&PatchPush::default())] {
        server.call(call.body(large())).await.refused(ProblemType::BodyTooLarge);
    }
    assert_nothing_made(&server, &other).await;
}

/// A body may take as long as it has to, as long as it comes.
#[tokio::test]
async fn a_long_text_on_a_slow_line_arrives() {
    let server = Server::start_with(&["--stall-secs-max", "2"]).await;
    let mut push = Push::new(1);
    push.body.lock.payload = fake_sealed(65_536, 1);
    let slowly = |bytes: Vec<u8>, secs: u64| {
        let third = bytes.len().div_ceil(3);
        let pieces: Vec<_> = bytes.chunks(third).map(|piece| (secs, piece.to_vec())).collect();
        Body::from_stream(stream::iter(pieces).then(|(secs, piece)| async move {
            sleep(Duration::from_secs(secs)).await;
            Ok::<_, std::io::Error>(Bytes::from(piece))
        }))
    };
    let long = push.make().body(slowly(serde_json::to_vec(&push.body).unwrap(), 1));
    let small = Push::new(2).patch(&PatchPush::default()).body(slowly(b"{}".to_vec(), 3));
    let (long, small) = tokio::join!(server.call(long), server.call(small));
    long.ok();
    small.refused(ProblemType::RequestTimeout);
}

#[tokio::test]
async fn an_id_belongs_to_its_verifier_and_a_push_to_its_owner() {
    let server = Server::start().await;
    let (push, other) = (Push::new(1), Push::new(2));
    server.call(push.make().json(&other.body)).await.refused(ProblemType::IdMismatch);
    // Somebody else's proof.
    let mut foreign = Push::new(1);
    foreign.body.owner_verifier = other.owner.verifier();
    server.call(foreign.make()).await.refused(ProblemType::IdMismatch);
    let stolen = push.make().header("subrosa-owner-proof", other.owner.proof().to_text().as_str());
    server.call(stolen.json(&push.body)).await.refused(ProblemType::IdMismatch);
    assert_nothing_made(&server, &push).await;
}

#[tokio::test]
async fn making_again_is_a_retry_or_a_conflict() {
    let server = Server::start().await;
    let push = Push::new(1).views(2).on(&server).await;
    push.reveal(&server, 1).await;
    let again: PushStatus = server.call(push.make()).await.json();
    assert_eq!(again.link.downloads_taken, 1);
    server.call(Push::new(1).views(3).make()).await.refused(ProblemType::AlreadyExists);
    // Whoever holds the link knows what its id is made of, and is told nothing of the owner's by
    // it.
    let mut thief = Push::new(1).views(2);
    let owner = Push::new(9).owner;
    (thief.body.owner_verifier, thief.owner) = (owner.verifier(), owner);
    server.call(thief.make()).await.refused(ProblemType::AlreadyExists);
    assert_eq!(push.status(&server).await.link.downloads_max, 2);
}

#[tokio::test]
async fn a_full_disk_is_said_so() {
    let server = Server::start_with(&["--free-bytes-min", "9000000000000000000"]).await;
    let push = Push::new(1);
    server.call(push.make()).await.refused(ProblemType::StorageFull);
    assert_nothing_made(&server, &push).await;
}
