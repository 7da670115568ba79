//! Leases and what they fetch.

use axum::body::Body;
use futures_util::stream;
use http::StatusCode;
use subrosa_shared::api::{GrantedLease, LinkState, LinkView};
use subrosa_shared::id::Digest;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;

use crate::support::{Call, Link, Sender, Server, shared};

#[tokio::test]
async fn ranges_give_exactly_their_bytes() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    let part = &sender.parts[1];
    let len = part.len();
    for (range, expected) in [
        ("bytes=0-0".to_owned(), 0..1),
        ("bytes=65-65600".to_owned(), 65..65_601),
        (format!("bytes={}-", len - 7), len - 7..len),
        ("bytes=-16".to_owned(), len - 16..len),
        (format!("bytes=10-{}", len * 2), 10..len),
    ] {
        let answer = server.call(link.fetch(&lease, 1).header("range", &range)).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{range}");
        let content_range = format!("bytes {}-{}/{len}", expected.start, expected.end - 1);
        assert_eq!(answer.headers["content-range"], content_range.as_str());
        assert_eq!(answer.headers["content-length"], expected.len().to_string().as_str());
        assert_eq!(answer.body, part[expected]);
    }
    for range in ["bytes=65617-", "bytes=9999999-", "bytes=5-4", "bytes=0-1,3-4", "bytes=x", ""] {
        let answer = server.call(link.fetch(&lease, 1).header("range", range)).await;
        assert_eq!(answer.headers["content-range"], format!("bytes */{len}").as_str());
        answer.refused(ProblemType::RangeNotSatisfiable);
    }
    let read_back = async |range: &str| {
        server.call(Call::get(sender.path("/contents/1/parts/1")).owner(&sender.owner).header("range", range)).await
    };
    let answer = read_back("bytes=1000-").await;
    assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(answer.headers["content-range"], format!("bytes 1000-{}/{len}", len - 1).as_str());
    assert_eq!(answer.body, part[1000..]);
    read_back(&format!("bytes={len}-")).await.refused(ProblemType::RangeNotSatisfiable);
    let manifest = Call::get(link.path("/manifest")).open(&link).header("range", "bytes=1-2");
    assert_eq!(server.call(manifest).await.body, sender.manifest[1..3]);
}

#[tokio::test]
async fn a_range_of_other_bytes_or_in_another_unit_gives_the_whole() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    let fetch = || link.fetch(&lease, 2);
    let tag = server.call(fetch()).await.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(tag, format!("\"{}\"", Digest::of(&sender.parts[2])));

    let same = server.call(fetch().header("range", "bytes=1-2").header("if-range", &tag)).await;
    assert_eq!((same.status, &same.body[..]), (StatusCode::PARTIAL_CONTENT, &sender.parts[2][1..3]));

    let others =
        ["\"other\"".to_owned(), format!("W/{tag}"), "Mon, 30 Nov 2026 15:00:00 GMT".to_owned(), String::new()];
    for other in others {
        let answer = server.call(fetch().header("range", "bytes=1-2").header("if-range", &other)).await;
        assert_eq!((answer.status, &answer.body[..]), (StatusCode::OK, &sender.parts[2][..]), "{other}");
    }
    let (mut answer, mut again) = (server.call(fetch().header("range", "lines=1-2")).await, 0);
    while answer.status == StatusCode::OK {
        assert_eq!(answer.body, sender.parts[2]);
        (answer, again) = (server.call(fetch()).await, again + 1);
    }
    answer.refused(ProblemType::LeaseSpent);
    assert!(again > 0, "what was read by mistake is charged in whole");
}

#[tokio::test]
async fn a_lease_gives_three_times_the_content_and_no_more() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, granted) = link.lease(&server, 1).await;
    let all: usize = sender.parts.iter().map(Vec::len).sum();
    assert_eq!(granted.bytes_max, 3 * all as u64);
    for _ in 0..3 {
        for index in 0..3 {
            server.call(link.fetch(&lease, index)).await.ok();
        }
    }
    server.call(link.fetch(&lease, 0).header("range", "bytes=0-0")).await.refused(ProblemType::LeaseSpent);
    server.call(link.done(&lease)).await.ok();
}

#[tokio::test]
async fn the_same_secret_again_gives_the_same_lease() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    let lease = LeaseSecret::from_bytes([1; 32]);
    let first: GrantedLease = server.call(link.ask_lease(&lease)).await.json();
    let second: GrantedLease = server.call(link.ask_lease(&lease)).await.json();
    assert_eq!(first, second);
    let other = LeaseSecret::from_bytes([2; 32]);
    server.call(link.ask_lease(&other)).await.refused(ProblemType::NoDownloadLeft);
    server.call(link.fetch(&other, 0)).await.refused(ProblemType::LeaseEnded);
}

#[tokio::test]
async fn finishing_again_is_fine_also_when_the_link_ended_by_it() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    server.call(link.done(&lease)).await.refused(ProblemType::LeaseNotStarted);
    server.call(link.fetch(&lease, 0)).await.ok();
    for _ in 0..3 {
        let view: LinkView = server.call(link.done(&lease)).await.json();
        assert_eq!(view.state, LinkState::Gone);
    }
}

#[tokio::test]
async fn parts_that_are_not_there_are_not_found_and_not_charged() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    server.call(link.fetch(&lease, 3)).await.refused(ProblemType::NotFound);
    server.call(link.done(&lease)).await.refused(ProblemType::LeaseNotStarted);
}

#[tokio::test]
async fn a_recipient_destroys_a_link_where_the_sender_allows_it() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let mut kept = Link::new(10);
    kept.body.recipient_may_destroy = false;
    sender.add(&server, &kept).await;
    server.call(Call::delete(kept.path("")).open(&kept)).await.refused(ProblemType::DestroyNotAllowed);
    let wrong = Call::delete(link.path("")).open(&link).header("subrosa-open-proof", link.wrong_open());
    server.call(wrong).await.refused(ProblemType::WrongPassword);
    server.advance(2);
    let view: LinkView = server.call(Call::delete(link.path("")).open(&link)).await.json();
    assert_eq!(view.state, LinkState::Gone);
    server.call(Call::post(link.path("/open")).open(&link)).await.refused(ProblemType::Gone);
}

#[tokio::test]
async fn a_body_that_never_comes_keeps_no_hands_busy() {
    let server = Server::start_with(&["--requests-max", "1"]).await;
    let sender = Sender::new(1);
    sender.create(&server).await;
    let stuck =
        [sender.put_part(0), sender.put_manifest(), Call::put(sender.path("")).owner(&sender.owner)].map(|call| {
            let call = call.header("content-type", "application/json");
            server.call(call.body(Body::from_stream(stream::pending::<Result<&[u8], std::io::Error>>())))
        });
    let mut stuck = stuck.map(Box::pin);
    for call in &mut stuck {
        let _ = futures_util::poll!(call);
    }
    // Not even its own kind.
    server.call(Call::get("/config")).await.ok();
    server.call(sender.put_part(0)).await.ok();
    server.call(Call::put(sender.path("")).owner(&sender.owner).json(&sender.create_body())).await.ok();
}
