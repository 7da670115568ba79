//! The main job: in on one side, out on the other, byte for byte, and then gone.

use subrosa_shared::api::{LinkState, LinkView, OpenedLink, PartList, ShareState};
use subrosa_shared::problem::ProblemType;

use crate::support::{Call, Link, Server, shared};

#[tokio::test]
async fn what_was_stored_is_fetched_byte_for_byte_and_then_gone() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;

    let looked: LinkView = server.call(Call::get(link.path("")).link(&link)).await.json();
    assert_eq!((looked.state, looked.downloads_left, looked.padded_len), (LinkState::Ready, 1, 139_264));
    let opened: OpenedLink = server.call(Call::post(link.path("/open")).open(&link)).await.json();
    assert_eq!((opened.share, &opened.view_wrap), (sender.share, &link.body.lock.view_wrap));
    let manifest = server.call(Call::get(link.path("/manifest")).open(&link)).await.ok();
    assert_eq!(manifest.body, sender.manifest);

    let (lease, granted) = link.lease(&server, 5).await;
    assert_eq!(granted.content_wrap, link.body.lock.content_wrap);
    assert_eq!(granted.lease, lease.lease_id());
    for (index, part) in sender.parts.iter().enumerate() {
        let fetched = server.call(link.fetch(&lease, index)).await.ok();
        assert_eq!(&fetched.body, part, "part {index}");
        assert_eq!(fetched.headers["accept-ranges"], "bytes");
    }
    let done: LinkView = server.call(link.done(&lease)).await.json();
    assert_eq!(done.state, LinkState::Gone);
    server.call(link.fetch(&lease, 0)).await.refused(ProblemType::Gone);
    assert_eq!(sender.status(&server).await.state, ShareState::Gone);
}

#[tokio::test]
async fn an_owner_reads_back_what_is_stored_and_goes_on_where_it_stopped() {
    let server = Server::start().await;
    let sender = crate::support::Sender::new(1);
    sender.upload(&server).await;

    let list: PartList = server.call(Call::get(sender.path("/contents/1/parts")).owner(&sender.owner)).await.json();
    let lens: Vec<_> = list.parts.iter().map(|part| (part.index, part.sealed_len as usize)).collect();
    assert_eq!(lens, sender.parts.iter().enumerate().map(|(at, part)| (at as u32, part.len())).collect::<Vec<_>>());
    let part = server.call(Call::get(sender.path("/contents/1/parts/1")).owner(&sender.owner)).await.ok();
    assert_eq!(part.body, sender.parts[1]);
    let manifest = server.call(Call::get(sender.path("/contents/1/manifest")).owner(&sender.owner)).await.ok();
    assert_eq!(manifest.body, sender.manifest);
}
