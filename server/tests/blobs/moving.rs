//! Everything taken from one kind of place to the other, cut short again and again.

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use subrosa_server::blobs::{Blobs, PutMode, StoredBlob};
use subrosa_server::ledger::InstallationId;
use subrosa_server::migrate::{MigrateBlobsError, MovedBlobs, migrate_blobs};
use tokio::time::{Duration, timeout};

use crate::places::{Bucket, Folder, Place as _};

const COUNT: usize = 40;

async fn put(blobs: &Blobs, name: &str, bytes: Bytes) {
    blobs.store().put(name, bytes, PutMode::Replace).await.unwrap();
}

/// What lies there, but for what says whose it is.
async fn contents(blobs: &Blobs) -> Vec<(String, Bytes)> {
    let listed: Vec<StoredBlob> = blobs.store().list("").try_collect().await.unwrap();
    let mut contents = Vec::new();
    for blob in listed.into_iter().filter(|blob| !blob.name.starts_with("installation")) {
        let bytes = blobs.store().get(&blob.name).await.unwrap().unwrap();
        contents.push((blob.name, bytes));
    }
    contents.sort();
    contents
}

async fn is_in_service(blobs: &Blobs) -> bool {
    blobs.installation().await.unwrap().is_some()
}

/// Moves, cut short after longer and longer. Never are both in service.
async fn move_in_steps(from: &Blobs, to: &Blobs) {
    let mut cuts = 0;
    for millis in (1..).step_by(3) {
        let moved = timeout(Duration::from_millis(millis), migrate_blobs(from, to, false)).await;
        assert!(!(is_in_service(from).await && is_in_service(to).await), "both are in service");
        match moved {
            Ok(moved) => {
                // The last cut may have come just before the last word.
                assert!(matches!(moved.unwrap(), MovedBlobs::Moved { blobs: 42 } | MovedBlobs::Before));
                break;
            }
            Err(_) => cuts += 1,
        }
    }
    assert!(cuts > 2, "it was cut short only {cuts} times");
    assert_eq!(migrate_blobs(from, to, false).await.unwrap(), MovedBlobs::Before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_goes_to_a_bucket_and_back_however_often_it_is_cut_short() {
    let (folder, bucket) = (Folder::new().await.blobs().await, Bucket::new().await.blobs().await);
    let id = folder.set_installation(&InstallationId::generate()).await.unwrap();
    for number in 0..COUNT {
        let bytes = vec![number as u8; 1 + number * 5_000];
        put(&folder, &format!("shares/{}/{number}", number % 3), Bytes::from(bytes)).await;
    }
    for name in ["keys/deep/er/a", "top"] {
        put(&folder, name, Bytes::from_static(b"small")).await;
    }
    let before = contents(&folder).await;
    // What an earlier try left there: other bytes of the same length, and what is no more.
    put(&bucket, "shares/0/0", Bytes::from_static(b"!")).await;
    put(&bucket, "shares/9/gone", Bytes::from_static(b"!")).await;
    move_in_steps(&folder, &bucket).await;
    assert!(contents(&bucket).await == before, "not the same");
    assert_eq!((folder.installation().await.unwrap(), bucket.installation().await.unwrap()), (None, Some(id.clone())));

    // Meanwhile something goes, and something comes.
    bucket.store().delete(&["shares/1/1".to_owned()]).await.unwrap();
    put(&bucket, "shares/1/new", Bytes::from_static(b"new")).await;
    let before = contents(&bucket).await;
    move_in_steps(&bucket, &folder).await;
    assert!(contents(&folder).await == before, "not the same");
    assert_eq!((folder.installation().await.unwrap(), bucket.installation().await.unwrap()), (Some(id), None));
}

#[tokio::test]
async fn what_belongs_to_nobody_or_to_another_is_not_touched() {
    let (folder, bucket) = (Folder::new().await.blobs().await, Bucket::new().await.blobs().await);
    let refused = async || match migrate_blobs(&folder, &bucket, false).await {
        Err(MigrateBlobsError::Refused(why)) => why,
        other => panic!("{other:?}"),
    };
    assert!(refused().await.contains("no installation"));
    for place in [&folder, &bucket] {
        put(place, "shares/a/b", Bytes::from_static(b"bytes")).await;
        place.set_installation(&InstallationId::generate()).await.unwrap();
    }
    assert!(refused().await.contains("both places are in service"));
    assert_eq!(contents(&bucket).await.len(), 1);
}
