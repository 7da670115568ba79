//! New editions over HTTP: uploaded beside what there is, put behind links, and gone when nobody
//! needs them.

use serde_json::json;
use subrosa_shared::api::{
    CompleteShare, ContentState, GrantedLease, LinkView, MoveLinks, MovedLink, OpenedLink, PartList, ShareStatus,
    StoredPart,
};
use subrosa_shared::content::{ContentNumber, part_list_digest};
use subrosa_shared::id::Digest;
use subrosa_shared::problem::ProblemType;

use crate::support::{Answer, Call, Link, PART_BYTES, Sender, Server, fake_sealed, shared};

/// Another content of the share of a sender.
struct Edition {
    number: u16,
    part: Vec<u8>,
    manifest: Vec<u8>,
}

impl Edition {
    fn new(number: u16) -> Self {
        let seed = u8::try_from(number).unwrap() * 16;
        Self { number, part: fake_sealed(8_192, seed), manifest: fake_sealed(4_096, seed + 1) }
    }

    fn path(&self, sender: &Sender, below: &str) -> String {
        sender.path(&format!("/contents/{}{below}", self.number))
    }

    fn begin(&self, sender: &Sender) -> Call {
        Call::put(self.path(sender, "")).owner(&sender.owner).json(&json!({ "part_bytes": PART_BYTES }))
    }

    fn complete(&self, sender: &Sender) -> Call {
        let body = CompleteShare {
            part_count: 1,
            parts_digest: part_list_digest([(self.part.len() as u64, Digest::of(&self.part))]),
            manifest_digest: Digest::of(&self.manifest),
        };
        Call::post(self.path(sender, "/complete")).owner(&sender.owner).json(&body)
    }

    async fn upload(&self, server: &Server, sender: &Sender) -> ShareStatus {
        server.call(self.begin(sender)).await.ok();
        let put = Call::put(self.path(sender, "/parts/0")).owner(&sender.owner).binary(&self.part);
        let _: StoredPart = server.call(put).await.json();
        server.call(Call::put(self.path(sender, "/manifest")).owner(&sender.owner).binary(&self.manifest)).await.ok();
        server.call(self.complete(sender)).await.json()
    }

    fn moves(&self, sender: &Sender, links: &[&Link]) -> Call {
        let number = u8::try_from(self.number).unwrap();
        let moved = |link: &&Link| MovedLink {
            link: link.id,
            open_verifier: link.body.lock.open_verifier,
            view_wrap: fake_sealed(64, number),
            content_wrap: fake_sealed(32, number),
            downloads_max: None,
        };
        let body = MoveLinks { links: links.iter().map(moved).collect() };
        Call::post(self.path(sender, "/links")).owner(&sender.owner).json(&body)
    }

    fn remove(&self, sender: &Sender) -> Call {
        Call::delete(self.path(sender, "")).owner(&sender.owner)
    }
}

fn number(number: u16) -> ContentNumber {
    ContentNumber::new(number).unwrap()
}

async fn opened(server: &Server, link: &Link) -> OpenedLink {
    server.call(Call::post(link.path("/open")).open(link)).await.json()
}

async fn manifest(server: &Server, link: &Link) -> Answer {
    server.call(Call::get(link.path("/manifest")).open(link)).await.ok()
}

#[tokio::test]
async fn a_new_edition_comes_behind_the_links_and_a_running_download_finishes_on_the_old() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9).downloads(3)).await;
    let other = Link::new(10).downloads(3);
    sender.add(&server, &other).await;
    let (lease, _) = link.lease(&server, 5).await;
    server.call(link.fetch(&lease, 0)).await.ok();

    let edition = Edition::new(2);
    let status = edition.upload(&server, &sender).await;
    assert_eq!(status.contents.iter().map(|content| content.content.get()).collect::<Vec<_>>(), [1, 2]);
    assert!(status.links.iter().all(|link| link.content.is_first()), "nothing is moved by itself");
    assert_eq!(manifest(&server, &link).await.body, sender.manifest);
    let status: ShareStatus = server.call(edition.moves(&sender, &[&link])).await.json();
    let behind: Vec<_> = [&link, &other]
        .map(|link| status.links.iter().find(|status| status.link == link.id).unwrap().content.get())
        .into();
    assert_eq!(behind, [2, 1]);

    // Whoever opens now has the new one, whole; the download that runs goes on, and is found again.
    let now = opened(&server, &link).await;
    assert_eq!((now.content, now.view_wrap), (number(2), fake_sealed(64, 2)));
    assert_eq!(manifest(&server, &link).await.body, edition.manifest);
    let view: LinkView = server.call(Call::get(link.path("")).link(&link)).await.json();
    assert_eq!((view.content, view.padded_len), (number(2), 8_192));
    for index in 0..sender.parts.len() {
        assert_eq!(server.call(link.fetch(&lease, index)).await.ok().body, sender.parts[index]);
    }
    let again: OpenedLink = server.call(Call::post(link.path("/open")).open(&link).lease(&lease)).await.json();
    assert_eq!((again.content, again.view_wrap), (number(1), link.body.lock.view_wrap.clone()));
    let listed = server.call(Call::get(link.path("/manifest")).open(&link).lease(&lease)).await.ok();
    assert_eq!(listed.body, sender.manifest);
    let granted: GrantedLease = server.call(link.ask_lease(&lease)).await.json();
    assert_eq!((granted.content, granted.content_wrap), (number(1), link.body.lock.content_wrap.clone()));
    server.call(link.done(&lease)).await.ok();

    let (next, granted) = link.lease(&server, 6).await;
    assert_eq!((granted.content, granted.content_wrap), (number(2), fake_sealed(32, 2)));
    assert_eq!(server.call(link.fetch(&next, 0)).await.ok().body, edition.part);
    server.call(link.fetch(&next, 1)).await.refused(ProblemType::NotFound);
    assert_eq!(opened(&server, &other).await.content, number(1), "the other link is where it was");
}

#[tokio::test]
async fn what_an_edition_leaves_is_deleted_with_its_rows_and_files() {
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9).downloads(9)).await;
    let files = || {
        let folder = server.folder.path().join("blobs/shares").join(sender.share.to_string());
        std::fs::read_dir(folder).unwrap().count()
    };
    let before = files();
    for edition in [Edition::new(2), Edition::new(3)] {
        edition.upload(&server, &sender).await;
        server.call(edition.moves(&sender, &[&link])).await.ok();
    }
    // The first is two before the newest: nobody goes back to it.
    let reaper = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
    let rows = async || server.app.store().ledger().objects(&sender.share).await.unwrap().rows;
    while rows().await.iter().any(|row| row.content.is_first()) {
        tokio::task::yield_now().await;
    }
    assert_eq!(files(), 4, "two editions of a part and a manifest each; {before} before");
    assert_eq!(manifest(&server, &link).await.body, Edition::new(3).manifest);

    // Back, and the newer given up.
    server.call(Edition::new(3).remove(&sender)).await.refused(ProblemType::ContentInUse);
    server.call(Edition::new(2).moves(&sender, &[&link])).await.ok();
    let status: ShareStatus = server.call(Edition::new(3).remove(&sender)).await.json();
    assert_eq!(status.contents.iter().map(|content| content.content.get()).collect::<Vec<_>>(), [2]);
    server.call(Edition::new(3).remove(&sender)).await.ok();
    while files() > 2 {
        tokio::task::yield_now().await;
    }
    reaper.abort();
    assert_eq!(manifest(&server, &link).await.body, Edition::new(2).manifest);
    assert_eq!(sender.status(&server).await.next_content, Some(number(4)));
}

#[tokio::test]
async fn an_edition_is_begun_once_and_in_order() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.create(&server).await;
    server.call(Edition::new(2).begin(&sender)).await.refused(ProblemType::NotComplete);
    sender.complete(&server).await;
    sender.add(&server, &Link::new(9)).await;
    server.call(Edition::new(1).begin(&sender)).await.refused(ProblemType::AlreadyExists);
    server.call(Edition::new(3).begin(&sender)).await.refused(ProblemType::ValueOutOfRange);
    let edition = Edition::new(2);
    let begun: ShareStatus = server.call(edition.begin(&sender)).await.json();
    assert_eq!(begun, server.call(edition.begin(&sender)).await.json());
    let other = Call::put(edition.path(&sender, "")).owner(&sender.owner).json(&json!({ "part_bytes": 131_072 }));
    server.call(other).await.refused(ProblemType::AlreadyExists);
    server.call(Edition::new(3).begin(&sender)).await.refused(ProblemType::TooManyContents);
    assert_eq!(begun.contents.last().unwrap().state, ContentState::Uploading);

    // What is fixed takes nothing more, and what is not fixed is behind no link.
    server.call(sender.put_part(0)).await.refused(ProblemType::AlreadyComplete);
    server.call(edition.moves(&sender, &[])).await.refused(ProblemType::ValueOutOfRange);
    server.call(edition.moves(&sender, &[&Link::new(9)])).await.refused(ProblemType::NotComplete);
    server.call(edition.complete(&sender)).await.refused(ProblemType::IncompleteUpload);
    let list = |content| Call::get(sender.path(&format!("/contents/{content}/parts"))).owner(&sender.owner);
    let parts: PartList = server.call(list(2)).await.json();
    assert_eq!(parts.parts, []);
    let parts: PartList = server.call(list(1)).await.json();
    assert_eq!(parts.parts.len(), 3);
    server.call(list(3)).await.refused(ProblemType::NotFound);
    for malformed in ["0", "01", "+1", "x", "65536"] {
        let call = Call::get(sender.path(&format!("/contents/{malformed}/parts"))).owner(&sender.owner);
        server.call(call).await.refused(ProblemType::InvalidPath);
    }
    // Given up, and begun anew under the next number.
    server.call(edition.remove(&sender)).await.ok();
    server.call(edition.begin(&sender)).await.refused(ProblemType::AlreadyExists);
    Edition::new(3).upload(&server, &sender).await;
    server.call(Edition::new(3).moves(&sender, &[&Link::new(11)])).await.refused(ProblemType::NotFound);
}

#[tokio::test]
async fn links_are_added_together_or_not_at_all() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.complete(&server).await;
    let links: Vec<Link> = (10..60).map(Link::new).collect();
    let add = |links: &[&Link]| {
        let bodies: Vec<_> = links.iter().map(|link| &link.body).collect();
        Call::post(sender.path("/links")).owner(&sender.owner).json(&json!({ "links": bodies }))
    };
    let all: Vec<&Link> = links.iter().collect();
    let status: ShareStatus = server.call(add(&all)).await.json();
    assert_eq!(status.links.len(), 50);
    assert_eq!(status, server.call(add(&all)).await.json(), "the same again is the same");
    for link in [&links[0], &links[49]] {
        assert_eq!(opened(&server, link).await.share, sender.share);
    }
    // One of them is another than it was: none is added.
    let (new, changed) = (Link::new(61), Link::new(10).downloads(7));
    server.call(add(&[&new, &changed])).await.refused(ProblemType::AlreadyExists);
    server.call(Call::get(new.path("")).link(&new)).await.refused(ProblemType::NotFound);
    assert_eq!(sender.status(&server).await.links.len(), 50);
    let many: Vec<Link> = (61..112).map(Link::new).collect();
    server.call(add(&many.iter().collect::<Vec<_>>())).await.refused(ProblemType::ValueOutOfRange);
    server.call(add(&[])).await.refused(ProblemType::ValueOutOfRange);
}
