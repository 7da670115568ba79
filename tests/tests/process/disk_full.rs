//! A full disk: a clear answer, nothing half done, and all is well when there is room again.

use subrosa_shared::api::ShareState;
use subrosa_shared::problem::ProblemType;
use subrosa_tests::client::Client;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::Package;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;

use crate::ending::assert_deleted;
use crate::{assert_same_files, sealed, send};

const DISK: u64 = 16 << 20;

async fn server_on_small_disk(free_bytes_min: &str) -> Server {
    let options = Options::flags(&["--free-bytes-min", free_bytes_min]);
    Server::start_with(Options { disk_bytes: Some(DISK), ..options }).await
}

/// Stores parts until one is refused; which.
async fn fill(client: &Client, package: &Package) -> u32 {
    client.create(package).await.unwrap();
    for index in 0..package.part_count() {
        match client.put_part(package, index).await {
            Ok(_) => {}
            Err(error) => {
                assert_eq!(error.problem(), Some(ProblemType::StorageFull), "{error:?}");
                return index;
            }
        }
    }
    panic!("the disk should be full");
}

/// What is stored is what was acknowledged, and no file besides.
async fn assert_nothing_half_done(server: &Server, client: &Client, package: &Package, acknowledged: u32) {
    let stored = client.stored_parts(package).await.unwrap();
    assert_eq!(stored.iter().map(|part| part.index).collect::<Vec<_>>(), Vec::from_iter(0..acknowledged));
    let seconds = std::time::Duration::from_secs(5);
    wait::until_so(
        seconds,
        "no leftovers",
        async || server.ciphertext(&package.share()),
        |files| files.len() == acknowledged as usize,
    )
    .await;
    for index in 0..acknowledged {
        assert_eq!(client.read_back_part(package, index).await.unwrap(), package.parts[index as usize]);
    }
}

#[tokio::test]
async fn a_nearly_full_disk_refuses_uploads_and_goes_on_when_there_is_room() {
    let server = server_on_small_disk("4194304").await;
    let client = server.client();
    let (files, kept) = sealed(5 << 20, 40, 1 << 20);
    let link = send(&server, &kept, &LinkTerms::default()).await;

    let (large_files, large) = sealed(8 << 20, 41, 1 << 20);
    let refused = fill(&client, &large).await;
    assert!(refused > 0, "there was room for something");
    assert_nothing_half_done(&server, &client, &large, refused).await;
    let ready = reqwest::get(format!("{}/health/live", server.origin())).await.unwrap();
    assert_eq!(ready.status(), 200, "the server itself is well");

    // Downloads and deletion still work, and deletion makes room.
    let recipient = Recipient::new(&client, &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
    download.finish().await.unwrap();
    assert_deleted(&server, &kept.share()).await;
    let link = send(&server, &large, &LinkTerms::default()).await;
    let recipient = Recipient::new(&client, &link, None).unwrap();
    assert_same_files(&recipient.take().await.unwrap().files().await.unwrap(), &large_files);
}

#[tokio::test]
async fn a_disk_without_a_free_byte_loses_nothing_that_was_acknowledged() {
    let server = server_on_small_disk("0").await;
    let client = server.client();
    let (files, kept) = sealed(3 << 20, 42, 1 << 20);
    let link = send(&server, &kept, &LinkTerms::downloads(2)).await;
    let (_, large) = sealed(24 << 20, 43, 1 << 20);
    let refused = fill(&client, &large).await;

    // The last free bytes go to something else: now even the ledger cannot grow.
    let filler = server.data().join("filler");
    let filled = std::fs::write(&filler, vec![0; 16 << 20]);
    assert!(filled.is_err(), "the disk should be full now");

    // Whatever is answered: either it was done, or there is a clear problem.
    let recipient = Recipient::new(&client, &link, None).unwrap();
    match recipient.take().await {
        Ok(download) => assert_same_files(&download.files().await.unwrap(), &files),
        Err(error) => assert_eq!(error.problem(), Some(ProblemType::StorageFull), "{error:?}"),
    }
    let (_, other) = sealed(100_000, 44, 64 << 10);
    if let Err(error) = client.create(&other).await {
        assert_eq!(error.problem(), Some(ProblemType::StorageFull), "{error:?}");
    }

    std::fs::remove_file(&filler).unwrap();
    assert_nothing_half_done(&server, &client, &large, refused).await;
    client.revoke(&large).await.unwrap();
    assert_deleted(&server, &large.share()).await;
    assert_eq!(client.status(&kept).await.unwrap().state, ShareState::Ready);
    assert_same_files(&recipient.take().await.unwrap().files().await.unwrap(), &files);
    send(&server, &other, &LinkTerms::default()).await;
}
