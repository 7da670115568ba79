//! Bodies that are not as specified are refused in the words of a problem document, and have no
//! effect.

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::Method;
use serde_json::{Value, json};
use subrosa_shared::api::{PartList, ShareState};
use subrosa_shared::limits::JSON_BYTES_MAX;
use subrosa_shared::problem::ProblemType;

use crate::support::{Call, Link, Sender, Server, content_digest, fake_sealed};

/// A share that is being uploaded, with nothing stored yet.
async fn uploading() -> (Server, Sender) {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.create(&server).await;
    (server, sender)
}

async fn assert_nothing_stored(server: &Server, sender: &Sender) {
    let list: PartList = server.call(Call::get(sender.path("/contents/1/parts")).owner(&sender.owner)).await.json();
    assert_eq!(list.parts, []);
    let blobs = server.folder.path().join("blobs/shares").join(sender.share.to_string());
    let left = std::fs::read_dir(blobs).map_or(0, Iterator::count);
    assert_eq!(left, 0, "files left on the disk");
}

#[tokio::test]
async fn a_part_of_the_wrong_size_is_refused() {
    let (server, sender) = uploading().await;
    let put = |bytes: &[u8]| Call::put(sender.path("/contents/1/parts/0")).owner(&sender.owner).binary(bytes);
    // No sealed object has such a length: empty, without a tag, with a chunk of nothing but a tag.
    for len in [0, 1, 65, 80, 65 + 65_552 + 1, 65 + 65_552 + 16] {
        server.call(put(&vec![1; len])).await.refused(ProblemType::NotSealed);
    }
    // Larger than the part size.
    server.call(put(&fake_sealed(65_537, 1))).await.refused(ProblemType::ValueOutOfRange);
    assert_nothing_stored(&server, &sender).await;
}

#[tokio::test]
async fn what_does_not_look_sealed_is_refused() {
    let (server, sender) = uploading().await;
    for version in [0, 2, b'P', 255] {
        let mut bytes = fake_sealed(10, 1);
        bytes[0] = version;
        let put = Call::put(sender.path("/contents/1/parts/0")).owner(&sender.owner).binary(&bytes);
        server.call(put).await.refused(ProblemType::NotSealed);
    }
    assert_nothing_stored(&server, &sender).await;
}

#[tokio::test]
async fn a_body_that_is_not_what_its_digest_says_is_refused() {
    let (server, sender) = uploading().await;
    let other = content_digest(b"other");
    server.call(sender.put_part(0).header("content-digest", &other)).await.refused(ProblemType::DigestMismatch);
    server.call(sender.put_manifest().header("content-digest", &other)).await.refused(ProblemType::DigestMismatch);
    let note = Call::put(sender.path("/note")).owner(&sender.owner).binary(&fake_sealed(100, 1));
    server.call(note.header("content-digest", &other)).await.refused(ProblemType::DigestMismatch);
    server.call(Call::get(sender.path("/note")).owner(&sender.owner)).await.refused(ProblemType::NotFound);
    assert_nothing_stored(&server, &sender).await;
}

#[tokio::test]
async fn a_digest_that_is_missing_or_malformed_is_refused() {
    let (server, sender) = uploading().await;
    server.call(sender.put_part(0).without("content-digest")).await.refused(ProblemType::InvalidDigest);
    let right = content_digest(&sender.parts[0]);
    let twice = format!("{right}, {right}");
    let bare = right.trim_start_matches("sha-256=:").trim_end_matches(':').to_owned();
    for wrong in ["", "sha-256", "sha-256=::", "sha-256=:AAAA:", "sha-512=:AAAA:", "sha-256=:!:", &bare, &twice] {
        let put = sender.put_part(0).header("content-digest", wrong);
        server.call(put).await.refused(ProblemType::InvalidDigest);
    }
    assert_nothing_stored(&server, &sender).await;
    let among_others = format!("sha-512=:AAAA:, {right}");
    server.call(sender.put_part(0).header("content-digest", among_others)).await.ok();
}

#[tokio::test]
async fn a_body_without_its_length_or_of_another_is_refused() {
    let (server, sender) = uploading().await;
    server.call(sender.put_part(0).without("content-length")).await.refused(ProblemType::InvalidLength);
    for wrong in ["-1", "abc", "99999999999999999999"] {
        server.call(sender.put_part(0).header("content-length", wrong)).await.refused(ProblemType::InvalidLength);
    }
    let chunked = sender.put_part(0).header("transfer-encoding", "chunked");
    server.call(chunked).await.refused(ProblemType::InvalidLength);
    // More than was told.
    let more = sender.put_part(0).header("content-length", fake_sealed(100, 1).len().to_string());
    server.call(more).await.refused(ProblemType::InvalidLength);
    assert_nothing_stored(&server, &sender).await;
}

#[tokio::test]
async fn a_truncated_body_is_refused() {
    let (server, sender) = uploading().await;
    let half = sender.parts[0][..30_000].to_vec();
    server.call(sender.put_part(0).body(half)).await.refused(ProblemType::IncompleteBody);
    // The connection breaks in the middle.
    let pieces = [Ok(Bytes::from_static(&[1; 5_000])), Err(std::io::Error::other("broken"))];
    let broken = sender.put_part(0).body(Body::from_stream(stream::iter(pieces)));
    server.call(broken).await.refused(ProblemType::IncompleteBody);
    assert_nothing_stored(&server, &sender).await;
}

#[tokio::test]
async fn the_wrong_content_type_is_refused() {
    let (server, sender) = uploading().await;
    let wrong = ProblemType::UnsupportedMediaType;
    for content_type in ["text/plain", "application/json", "multipart/form-data", ""] {
        server.call(sender.put_part(0).header("content-type", content_type)).await.refused(wrong);
    }
    server.call(sender.put_part(0).without("content-type")).await.refused(wrong);
    server.call(sender.put_part(0).header("content-encoding", "gzip")).await.refused(wrong);
    let other = Sender::new(2);
    for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx"] {
        let create = Call::put(other.path(""))
            .owner(&other.owner)
            .json(&other.create_body())
            .header("content-type", content_type);
        server.call(create).await.refused(wrong);
    }
    let create = Call::put(other.path("")).owner(&other.owner).json(&other.create_body());
    server.call(create.header("content-type", "Application/JSON; charset=utf-8")).await.ok();
    assert_nothing_stored(&server, &sender).await;
}

#[tokio::test]
async fn json_that_is_not_as_specified_is_refused_without_being_quoted() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    let right = serde_json::to_value(sender.create_body()).unwrap();
    let with = |name: &str, value: Value| {
        let mut body = right.clone();
        body[name] = value;
        body.to_string()
    };
    let mut missing = right.clone();
    missing.as_object_mut().unwrap().remove("part_bytes");
    let canary = "canary-in-a-body";
    for body in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        format!("{right}x"),
        missing.to_string(),
        with(canary, json!(1)),
        with("owner_verifier", json!(canary)),
        with("owner_verifier", json!("AAAA")),
        with("expires_in_secs", json!(canary)),
        with("expires_in_secs", json!(1.5)),
        with("expires_in_secs", json!(1e300)),
        with("expires_in_secs", json!(u64::MAX)),
        with("part_bytes", json!(-1)),
        with("part_bytes", json!(1_u64 << 32)),
        with("ends_with_last_link", json!(canary)),
        "[".repeat(10_000),
    ] {
        let create = Call::put(sender.path(""))
            .owner(&sender.owner)
            .header("content-type", "application/json")
            .body(body.clone());
        let problem = server.call(create).await.refused(ProblemType::InvalidBody);
        assert!(!format!("{problem:?}").contains(canary), "{body}");
    }
    server.call(Call::get(sender.path("")).owner(&sender.owner)).await.refused(ProblemType::NotFound);
}

#[tokio::test]
async fn a_json_body_that_is_too_large_is_refused_before_it_is_read() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    let large = vec![b' '; JSON_BYTES_MAX + 1];
    let create = |body: Body| {
        Call::put(sender.path("")).owner(&sender.owner).header("content-type", "application/json").body(body)
    };
    let problem = server.call(create(large.into())).await.refused(ProblemType::BodyTooLarge);
    assert_eq!(problem.max, Some(JSON_BYTES_MAX as u64));
    // Without an end, and without telling a length.
    let endless = stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(b"          ")));
    server.call(create(Body::from_stream(endless))).await.refused(ProblemType::BodyTooLarge);
}

#[tokio::test]
async fn calls_that_take_no_body_refuse_one() {
    let (server, sender) = uploading().await;
    for method in [Method::GET, Method::DELETE] {
        let call = Call::new(method, sender.path("")).owner(&sender.owner).body("{}");
        server.call(call).await.refused(ProblemType::InvalidBody);
    }
    let link = Link::new(9);
    server.call(Call::post(link.path("/open")).open(&link).body("x")).await.refused(ProblemType::InvalidBody);
    assert_eq!(sender.status(&server).await.state, ShareState::Uploading);
}

#[tokio::test]
async fn an_oversized_manifest_or_note_is_refused_before_it_is_read() {
    let (server, sender) = uploading().await;
    // Only announced: nothing of them is sent.
    let announce = |path: &str, plaintext_len: u64| {
        let len = subrosa_shared::seal::sealed_len(plaintext_len).to_string();
        let call = Call::put(sender.path(path)).owner(&sender.owner).binary(&[]);
        call.header("content-length", len).body(Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()))
    };
    server.call(announce("/contents/1/manifest", (16 << 20) + 1)).await.refused(ProblemType::ValueOutOfRange);
    server.call(announce("/note", 256 << 10)).await.refused(ProblemType::BodyTooLarge);
    assert_nothing_stored(&server, &sender).await;
}
