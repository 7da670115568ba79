//! Requests that ask for what cannot be are refused in the words of a problem document, and have no
//! effect.

use http::{Method, Request};
use serde_json::json;
use subrosa_shared::api::{PartList, PatchLink, PatchShare};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::LeaseSecret;

use crate::support::{Call, Link, Sender, Server, fake_sealed, shared};

#[tokio::test]
async fn proofs_that_are_missing_or_of_the_wrong_form_are_refused() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let lease = LeaseSecret::from_bytes([1; 32]);
    let right = sender.owner.proof().to_text().to_string();
    let longer = format!("{right}A");
    let padded = format!("{right}=");
    let wrong = ["", "A", &right[1..], &longer, &padded, "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"];
    type MakeCall = fn(&Sender, &Link, &LeaseSecret) -> Call;
    let calls: [(&str, MakeCall); 5] = [
        ("subrosa-owner-proof", |sender, _, _| Call::get(sender.path("")).owner(&sender.owner)),
        ("subrosa-link-proof", |_, link, _| Call::get(link.path("")).link(link)),
        ("subrosa-open-proof", |_, link, _| Call::post(link.path("/open")).open(link)),
        ("subrosa-lease-proof", |_, link, lease| link.fetch(lease, 0)),
        ("subrosa-device-proof", |_, link, _| Call::post(link.path("/open")).open(link)),
    ];
    for (header, call) in calls {
        for value in wrong {
            let problem = server.call(call(&sender, &link, &lease).header(header, value)).await;
            let problem = problem.refused(ProblemType::InvalidProof);
            assert!(problem.detail.unwrap().contains(header), "{value}");
        }
        if header != "subrosa-device-proof" {
            let without = call(&sender, &link, &lease).without(header);
            server.call(without).await.refused(ProblemType::InvalidProof);
        }
        let mut twice = call(&sender, &link, &lease).header(header, &right).request();
        twice.headers_mut().append(header, right.parse().unwrap());
        server.send(twice).await.refused(ProblemType::InvalidProof);
    }
}

#[tokio::test]
async fn addresses_that_are_none_are_refused() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let owner = |path: &str| Call::get(path).owner(&sender.owner);
    let id = sender.share.to_string();
    for path in [
        "/shares/short",
        &format!("/shares/{id}A"),
        &format!("/shares/{id}=="),
        &format!("/shares/{}", "!".repeat(22)),
        "/shares/%ff%fe",
        &sender.path("/contents/1/parts/x"),
        &sender.path("/contents/1/parts/-1"),
        &sender.path("/contents/1/parts/+1"),
        &sender.path("/contents/1/parts/01"),
        &sender.path("/contents/1/parts/4294967296"),
        // The query is part of the address, and no call takes one.
        &sender.path("?a=b"),
        &sender.path("/contents/1/parts/0?range=1"),
    ] {
        server.call(owner(path)).await.refused(ProblemType::InvalidPath);
    }
    server.call(Call::get("/links/short").link(&link)).await.refused(ProblemType::InvalidPath);
    server.call(Call::get("/config?x")).await.refused(ProblemType::InvalidPath);
    for path in ["/", "/nothing", "/shares", "/links/", "/shares/a/b/c/d"] {
        server.call(owner(path)).await.refused(ProblemType::UnknownEndpoint);
    }
    for path in ["/api", "/api/", "/api/v2/config", "/api/v1"] {
        server.send(Request::get(path).body("".into()).unwrap()).await.refused(ProblemType::UnknownEndpoint);
    }
    server.call(Call::post(sender.path(""))).await.refused(ProblemType::MethodNotAllowed);
    server.call(Call::delete("/config")).await.refused(ProblemType::MethodNotAllowed);
}

/// A look at the headers alone would charge a lease for bytes that never leave.
#[tokio::test]
async fn no_call_answers_head() {
    let server = Server::start().await;
    let (_, link) = shared(&server, Link::new(9)).await;
    let (lease, _) = link.lease(&server, 1).await;
    let head = Call::new(Method::HEAD, link.path("/parts/0")).link(&link).lease(&lease);
    let answer = server.call(head).await;
    assert_eq!((answer.status.as_u16(), &answer.headers["allow"]), (405, &"GET".parse().unwrap()));
    for method in [Method::HEAD, Method::POST] {
        let answer = server.call(Call::new(method, link.path(""))).await;
        assert_eq!((answer.status.as_u16(), &answer.headers["allow"]), (405, &"GET, DELETE".parse().unwrap()));
    }
    server.advance(121);
    server.call(link.fetch(&lease, 0)).await.refused(ProblemType::LeaseEnded);
}

#[tokio::test]
async fn headers_beyond_the_bounds_are_refused() {
    let server = Server::start().await;
    let large = Call::get("/config").header("x-large", "x".repeat(17 << 10));
    server.call(large).await.refused(ProblemType::HeadersTooLarge);
    let many = (0..65).fold(Call::get("/config"), |call, at| call.header(&format!("x-{at}"), "x"));
    server.call(many).await.refused(ProblemType::HeadersTooLarge);
    server.call(Call::get("/config").header("x-large", "x".repeat(15 << 10))).await.ok();
}

#[tokio::test]
async fn absurd_lives_are_refused() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let day = 86_400;
    for secs in [0, -1, 1, 59, 90 * day + 1, i64::MIN, i64::MAX] {
        let other = Sender::new(2);
        let mut body = other.create_body();
        body.expires_in_secs = secs;
        let problem = server
            .call(Call::put(other.path("")).owner(&other.owner).json(&body))
            .await
            .refused(ProblemType::ExpiryOutOfRange);
        assert_eq!((problem.min, problem.max), (Some(60), Some(90 * day as u64)));
        let patch = PatchShare { expires_in_secs: Some(secs), ..PatchShare::default() };
        let call = Call::patch(sender.path("")).owner(&sender.owner).json(&patch);
        server.call(call).await.refused(ProblemType::ExpiryOutOfRange);
        let mut new = Link::new(10);
        new.body.expires_in_secs = Some(secs);
        server.call(sender.put_link(&new)).await.refused(ProblemType::ExpiryOutOfRange);
        let patch = PatchLink { expires_in_secs: Some(secs), ..PatchLink::default() };
        let call = Call::patch(sender.path(&format!("/links/{}", link.id))).owner(&sender.owner).json(&patch);
        server.call(call).await.refused(ProblemType::ExpiryOutOfRange);
    }
    let status = sender.status(&server).await;
    assert_eq!((status.links.len(), status.links[0].expires_at), (1, status.expires_at));
}

#[tokio::test]
async fn values_beyond_the_limits_are_refused() {
    let server = Server::start_with(&["--downloads-max", "10"]).await;
    let (sender, _) = shared(&server, Link::new(9)).await;
    for downloads in [0, 11, u32::MAX] {
        let link = Link::new(10).downloads(downloads);
        server.call(sender.put_link(&link)).await.refused(ProblemType::DownloadsOutOfRange);
    }
    for part_bytes in [0, 1, 65_535, 65_537, 128 << 20, u32::MAX] {
        let other = Sender::new(2);
        let mut body = other.create_body();
        body.part_bytes = part_bytes;
        server
            .call(Call::put(other.path("")).owner(&other.owner).json(&body))
            .await
            .refused(ProblemType::PartSizeOutOfRange);
    }
    let mut short_wrap = Link::new(10);
    short_wrap.body.lock.view_wrap.pop();
    server.call(sender.put_link(&short_wrap)).await.refused(ProblemType::ValueOutOfRange);
    assert_eq!(sender.status(&server).await.links.len(), 1);
}

#[tokio::test]
async fn too_many_parts_bytes_or_links_are_refused() {
    let server = Server::start_with(&["--share-bytes-max", "135168", "--links-max", "1"]).await;
    let sender = Sender::new(1);
    sender.upload(&server).await;
    let part = fake_sealed(10, 1);
    for index in ["3", "10000", "999999999"] {
        let call = Call::put(sender.path(&format!("/contents/1/parts/{index}"))).owner(&sender.owner).binary(&part);
        server.call(call).await.refused(ProblemType::PartOutOfRange);
    }
    let complete = Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body());
    server.call(complete).await.refused(ProblemType::ShareTooLarge);

    let server = Server::start_with(&["--links-max", "1"]).await;
    let (sender, _) = shared(&server, Link::new(9)).await;
    server.call(sender.put_link(&Link::new(10))).await.refused(ProblemType::TooManyLinks);
}

#[tokio::test]
async fn ids_that_do_not_belong_to_their_verifiers_are_refused() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let other = Sender::new(2);
    let squat = Call::put(other.path("")).owner(&other.owner).json(&Sender::new(3).create_body());
    server.call(squat).await.refused(ProblemType::IdMismatch);
    server.call(Call::get(other.path("")).owner(&other.owner)).await.refused(ProblemType::NotFound);
    let wrong = Call::put(sender.path(&format!("/links/{}", Link::new(10).id))).owner(&sender.owner);
    server.call(wrong.json(&Link::new(11).body)).await.refused(ProblemType::IdMismatch);
    let (lease, _) = link.lease(&server, 1).await;
    let other_id = LeaseSecret::from_bytes([2; 32]).lease_id();
    let done = Call::post(link.path(&format!("/leases/{other_id}/done"))).link(&link).lease(&lease).json(&json!({}));
    server.call(done).await.refused(ProblemType::IdMismatch);
}

#[tokio::test]
async fn creating_again_with_another_body_is_refused() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let mut body = sender.create_body();
    body.expires_in_secs += 1;
    server.call(Call::put(sender.path("")).owner(&sender.owner).json(&body)).await.refused(ProblemType::AlreadyExists);
    let other = Link::new(9).downloads(2);
    server.call(sender.put_link(&other)).await.refused(ProblemType::AlreadyExists);
    // A link of somebody else's share: its id is taken.
    let thief = Sender::new(2);
    thief.complete(&server).await;
    server.call(thief.put_link(&link)).await.refused(ProblemType::AlreadyExists);
    assert_eq!(sender.status(&server).await.links[0].downloads_max, 1);
}

#[tokio::test]
async fn an_upload_that_is_not_whole_does_not_complete() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.create(&server).await;
    let complete = |body| Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(body);
    let body = sender.complete_body();
    let refused = async |body| {
        let problem = server.call(complete(body)).await.refused(ProblemType::IncompleteUpload);
        problem.detail.unwrap()
    };
    refused(&body).await;
    for index in [0, 2] {
        server.call(sender.put_part(index)).await.ok();
    }
    server.call(sender.put_manifest()).await.ok();
    assert!(refused(&body).await.contains("parts"));
    server.call(sender.put_part(1)).await.ok();

    let mut none = body.clone();
    none.part_count = 0;
    refused(&none).await;
    let mut fewer = body.clone();
    fewer.part_count = 2;
    refused(&fewer).await;
    let mut more = body.clone();
    more.part_count = u32::MAX;
    refused(&more).await;
    let mut other_parts = body.clone();
    other_parts.parts_digest = body.manifest_digest;
    assert!(refused(&other_parts).await.contains("digest"));
    let mut other_manifest = body.clone();
    other_manifest.manifest_digest = body.parts_digest;
    assert!(refused(&other_manifest).await.contains("manifest"));
    server.call(sender.put_link(&Link::new(9))).await.refused(ProblemType::NotComplete);
    server.call(complete(&body)).await.ok();
}

#[tokio::test]
async fn nothing_is_stored_after_complete() {
    let server = Server::start().await;
    let (sender, _) = shared(&server, Link::new(9)).await;
    server.call(sender.put_part(0)).await.refused(ProblemType::AlreadyComplete);
    server.call(sender.put_manifest()).await.refused(ProblemType::AlreadyComplete);
    let mut other = sender.complete_body();
    other.part_count = 1;
    let complete = Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&other);
    server.call(complete).await.refused(ProblemType::AlreadyComplete);
    let list: PartList = server.call(Call::get(sender.path("/contents/1/parts")).owner(&sender.owner)).await.json();
    assert_eq!(list.parts.len(), 3);
}

#[tokio::test]
async fn a_full_disk_is_said_so_and_leaves_nothing() {
    let server = Server::start_with(&["--free-bytes-min", "9000000000000000000"]).await;
    let sender = Sender::new(1);
    // Not only parts: the ledger lies on the same disk, and needs room to note that things end.
    let create = Call::put(sender.path("")).owner(&sender.owner).json(&sender.create_body());
    server.call(create).await.refused(ProblemType::StorageFull);
    server.call(Call::get(sender.path("")).owner(&sender.owner)).await.refused(ProblemType::NotFound);
}
