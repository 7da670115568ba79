//! Which parts may stand beside each other, and the list of them.

use futures_util::future::join_all;
use subrosa_server::ledger::{ObjectRow, Slot};
use subrosa_shared::api::{PartList, StoredPart};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::Digest;
use subrosa_shared::problem::ProblemType;

use crate::support::{Call, Sender, Server, fake_sealed};

fn put(sender: &Sender, index: u32, plaintext_len: u64) -> Call {
    let part = fake_sealed(plaintext_len, 1);
    Call::put(sender.path(&format!("/contents/1/parts/{index}"))).owner(&sender.owner).binary(&part)
}

fn blobs(server: &Server, sender: &Sender) -> usize {
    std::fs::read_dir(server.folder.path().join("blobs/shares").join(sender.share.to_string()))
        .map_or(0, Iterator::count)
}

#[tokio::test]
async fn the_shorter_part_is_the_last_in_whatever_order_they_come() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.create(&server).await;
    for index in [2, 0, 1] {
        server.call(sender.put_part(index)).await.ok();
    }
    // Again, as after an answer that was lost.
    server.call(sender.put_part(2)).await.ok();
    server.call(put(&sender, 3, 65_536)).await.refused(ProblemType::PartOutOfRange);
    server.call(put(&sender, 3, 10)).await.refused(ProblemType::PartOutOfRange);
    let problem = server.call(put(&sender, 1, 10)).await.refused(ProblemType::ValueOutOfRange);
    assert!(problem.detail.unwrap().contains("only the last part may be shorter"));
    assert_eq!(blobs(&server, &sender), 3, "nothing of what was refused is kept");
    server.call(sender.put_manifest()).await.ok();
    let complete = Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body());
    server.call(complete).await.ok();
}

/// Whoever sends very many small parts at the same time gets one of them stored.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_small_parts_at_once_one_is_stored() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.create(&server).await;
    let answers = join_all((0..40).map(|index| server.call(put(&sender, index, 1)))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status.is_success()).count(), 1, "{answers:?}");
    let list: PartList = server.call(Call::get(sender.path("/contents/1/parts")).owner(&sender.owner)).await.json();
    assert_eq!((list.parts.len(), blobs(&server, &sender)), (1, 1));
}

#[tokio::test]
async fn the_list_of_parts_is_whole_whatever_its_length() {
    let server = Server::start().await;
    let sender = Sender::new(1);
    sender.create(&server).await;
    let listed = || async {
        let list: PartList = server.call(Call::get(sender.path("/contents/1/parts")).owner(&sender.owner)).await.json();
        list.parts
    };
    assert_eq!(listed().await, []);
    server.call(sender.put_manifest()).await.ok();
    assert_eq!(listed().await, []);
    let mut expected = Vec::new();
    // With gaps, so that pages are empty; the last of a page, and the first of one.
    for index in [0, 1, 254, 255, 256, 300, 511, 512, 2000, 2303] {
        let digest = Digest::of(&u32::to_be_bytes(index));
        let object = ObjectRow {
            content: ContentNumber::FIRST,
            slot: Slot::Part(index),
            sealed_len: 100,
            digest,
            blob: format!("{index}-x"),
        };
        server.app.store().ledger().put_object(&sender.share, object).await.unwrap();
        expected.push(StoredPart { index, sealed_len: 100, digest });
        assert_eq!(listed().await, expected);
    }
}
