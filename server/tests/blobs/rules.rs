//! The rules.

use std::ops::Range;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use futures_util::future::join_all;
use subrosa_server::blobs::{BlobStore, Blobs, BlobsError, Loss, PutMode, StoredBlob};
use subrosa_server::ledger::InstallationId;

/// Bytes that differ from place to place.
fn bytes(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|at| (at as u8).wrapping_mul(31).wrapping_add((at >> 8) as u8).wrapping_add(seed)).collect()
}

async fn write(store: &dyn BlobStore, name: &str, bytes: &[u8]) {
    let mut writer = store.create(name, bytes.len() as u64).await.unwrap();
    // In pieces that fit nothing.
    for piece in bytes.chunks(50_001) {
        writer.write(piece).await.unwrap();
    }
    writer.finish().await.unwrap();
}

async fn read(store: &dyn BlobStore, name: &str, len: usize, range: Range<u64>) -> Result<Vec<u8>, BlobsError> {
    let pieces: Vec<Bytes> = store.read(name, len as u64, range).await?.try_collect().await?;
    Ok(pieces.concat())
}

async fn names(store: &dyn BlobStore, prefix: &str) -> Vec<String> {
    let listed: Vec<StoredBlob> = store.list(prefix).try_collect().await.unwrap();
    let mut names: Vec<String> = listed.into_iter().map(|blob| blob.name).collect();
    names.sort();
    names
}

pub(crate) async fn what_is_stored_comes_back_whole_and_in_ranges(blobs: &Blobs) {
    let store = blobs.store().as_ref();
    for len in [1, 65_535, 65_536, 65_537, 1_000_003] {
        let (name, sent) = (format!("shares/a/{len}"), bytes(len, 7));
        write(store, &name, &sent).await;
        let end = len as u64;
        for range in [0..end, 0..1, end - 1..end, end / 2..end, end / 3..end / 3 * 2, 0..0, end..end] {
            let found = read(store, &name, len, range.clone()).await.unwrap();
            let at = usize::try_from(range.start).unwrap()..usize::try_from(range.end).unwrap();
            assert!(found == sent[at], "{len} {range:?}");
        }
    }
}

pub(crate) async fn what_is_not_finished_is_nowhere(blobs: &Blobs) {
    let store = blobs.store().as_ref();
    let sent = bytes(300_000, 1);
    let begun = async |name: &'static str| {
        let mut writer = store.create(name, sent.len() as u64).await.unwrap();
        writer.write(&sent[..200_000]).await.unwrap();
        assert!(matches!(read(store, name, sent.len(), 0..1).await, Err(BlobsError::Lost(Loss::Missing))), "{name}");
        writer
    };
    begun("shares/a/given-up").await.abort().await;
    drop(begun("shares/a/dropped").await);
    let mut finished = begun("shares/a/finished").await;
    finished.write(&sent[200_000..]).await.unwrap();
    finished.finish().await.unwrap();
    assert!(read(store, "shares/a/finished", sent.len(), 0..300_000).await.unwrap() == sent);
    // A folder removes what was dropped when it comes to it.
    while names(store, "shares/a").await != ["shares/a/finished"] {
        tokio::task::yield_now().await;
    }
}

pub(crate) async fn what_is_missing_or_has_another_length_is_lost(blobs: &Blobs) {
    let store = blobs.store().as_ref();
    let lost = async |len: usize, range: Range<u64>| match read(store, "shares/a/b", len, range).await {
        Err(BlobsError::Lost(loss)) => loss,
        other => panic!("{other:?}"),
    };
    assert_eq!(lost(10, 0..10).await, Loss::Missing);
    write(store, "shares/a/b", &bytes(1000, 3)).await;
    for (len, range) in
        [(999, 0..999), (999, 0..1), (1001, 0..1001), (1001, 0..1), (1001, 1000..1001), (5000, 4000..5000)]
    {
        assert_eq!(lost(len, range.clone()).await, Loss::Length, "{len} {range:?}");
    }
}

pub(crate) async fn small_objects_are_made_once_or_replaced(blobs: &Blobs) {
    let store = blobs.store().as_ref();
    assert_eq!(store.get("keys/a").await.unwrap(), None);
    let put = async |text: &'static str, mode| store.put("keys/a", Bytes::from(text), mode).await.unwrap();
    assert!(put("first", PutMode::Create).await);
    assert!(!put("second", PutMode::Create).await);
    assert_eq!(store.get("keys/a").await.unwrap().unwrap(), "first");
    assert!(put("the third", PutMode::Replace).await);
    assert_eq!(store.get("keys/a").await.unwrap().unwrap(), "the third");
    assert!(store.put("keys/b", Bytes::from("new"), PutMode::Replace).await.unwrap());
    store.delete(&["keys/a".to_owned()]).await.unwrap();
    assert_eq!(store.get("keys/a").await.unwrap(), None);
    assert_eq!(store.get("keys/b").await.unwrap().unwrap(), "new");
}

pub(crate) async fn what_is_deleted_is_gone_and_nothing_else(blobs: &Blobs) {
    let store = blobs.store().as_ref();
    for name in ["shares/a/1", "shares/a/10", "shares/a/2", "shares/b/1"] {
        write(store, name, b"bytes").await;
    }
    let these = ["shares/a/1", "shares/b/1", "shares/a/missing", "shares/missing/1"].map(ToOwned::to_owned);
    store.delete(&these).await.unwrap();
    store.delete(&these).await.unwrap();
    store.delete(&[]).await.unwrap();
    assert_eq!(names(store, "").await, ["shares/a/10", "shares/a/2"]);
}

pub(crate) async fn a_prefix_goes_with_all_that_is_below_it(blobs: &Blobs) {
    let store = blobs.store().as_ref();
    for name in ["shares/a/1", "shares/a/deep/2", "shares/ab/1", "shares/b/1", "other/a/1"] {
        write(store, name, b"bytes").await;
    }
    store.delete_prefix("shares/a").await.unwrap();
    store.delete_prefix("shares/a").await.unwrap();
    assert_eq!(names(store, "").await, ["other/a/1", "shares/ab/1", "shares/b/1"]);
}

pub(crate) async fn everything_is_listed_with_its_length_and_time(blobs: &Blobs) {
    let store = blobs.store().as_ref();
    assert_eq!(names(store, "").await, [""; 0]);
    assert_eq!(store.list_folders("shares").await.unwrap(), [""; 0]);
    for (name, len) in [("shares/a/1", 5), ("shares/ab/2", 70_000), ("top", 1)] {
        write(store, name, &bytes(len, 9)).await;
    }
    let mut folders = store.list_folders("shares").await.unwrap();
    folders.sort();
    assert_eq!(folders, ["a", "ab"]);
    let listed: Vec<StoredBlob> = store.list("shares/a").try_collect().await.unwrap();
    let [StoredBlob { name, len: 5, written }] = listed.as_slice() else { panic!("{listed:?}") };
    assert_eq!(name, "shares/a/1");
    #[expect(clippy::disallowed_methods, reason = "the store's clock is the machine's")]
    let now = SystemTime::now();
    let off = now.duration_since(*written).unwrap_or_else(|ahead| ahead.duration());
    assert!(off < Duration::from_secs(60), "{off:?}");
    assert_eq!(names(store, "").await, ["shares/a/1", "shares/ab/2", "top"]);
    // More than one answer holds.
    join_all((0..1100).map(|number| write_one(store, number))).await;
    assert_eq!(names(store, "many").await.len(), 1100);
}

async fn write_one(store: &dyn BlobStore, number: usize) {
    store.put(&format!("many/{number}"), Bytes::from("x"), PutMode::Replace).await.unwrap();
}

pub(crate) async fn whether_it_can_be_written_is_tried_and_leaves_nothing(blobs: &Blobs) {
    blobs.probe_write().await.unwrap();
    blobs.expect_room().unwrap();
    assert_eq!(names(blobs.store().as_ref(), "").await, [""; 0]);
}

pub(crate) async fn an_installation_is_given_once(blobs: &Blobs) {
    assert_eq!(blobs.installation().await.unwrap(), None);
    let ids: Vec<InstallationId> = (0..4).map(|_| InstallationId::generate()).collect();
    // One after the other: the store of these tests looks before it writes, so of several at once
    // each may believe to be the first.
    for id in &ids {
        assert_eq!(blobs.set_installation(id).await.unwrap(), ids[0]);
    }
    assert_eq!(blobs.installation().await.unwrap().as_ref(), Some(&ids[0]));
    blobs.ping().await.unwrap();
}

pub(crate) async fn racing_writers_and_deletions_disturb_nobody(blobs: &Blobs) {
    let store = blobs.store().as_ref();
    let names: Vec<String> = (0..16).map(|number| format!("shares/{}/{number}", number % 2)).collect();
    let writes = names.iter().map(|name| async move {
        write(store, name, &bytes(150_000, name.len() as u8)).await;
    });
    let deletions = (0..4).map(|_| store.delete_prefix("shares/2"));
    let (_, deleted) = tokio::join!(join_all(writes), join_all(deletions));
    for deleted in deleted {
        deleted.unwrap();
    }
    for name in &names {
        assert!(read(store, name, 150_000, 0..150_000).await.unwrap() == bytes(150_000, name.len() as u8), "{name}");
    }
    // Several at once, over all that is there.
    for deleted in join_all((0..4).map(|_| store.delete_prefix("shares/0"))).await {
        deleted.unwrap();
    }
    assert_eq!(store.list_folders("shares").await.unwrap(), ["1"]);
}
