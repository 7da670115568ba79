//! What is asked of a bucket at the start, and what is said of one that cannot be used.

use subrosa_server::blobs::{Blobs, BlobsError};
use subrosa_server::config::ConfigError;
use subrosa_tests::s3::{Between, KEY, Mode, S3};

use crate::places::{config, store};

/// The flags, one of them changed or left out.
fn but(flags: &[String], flag: &str, value: Option<&str>) -> Vec<String> {
    let at = flags.iter().position(|known| known == flag).unwrap();
    let value = value.map(|value| [flag.to_owned(), value.to_owned()]);
    [&flags[..at], value.as_ref().map_or(&[], |both| both.as_slice()), &flags[at + 2..]].concat()
}

async fn unfit(flags: &[String]) -> String {
    let place = config(flags).blobs_place().unwrap();
    match Blobs::open(&place, 0).await {
        Err(error @ BlobsError::Unfit(_)) => {
            let text = error.to_string();
            assert!(!format!("{text} {error:?} {place:?}").contains(KEY), "the key is told");
            text
        }
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it can be used"),
    }
}

#[tokio::test]
async fn a_bucket_that_cannot_be_used_is_said_so_with_what_to_set() {
    let flags = store().await.flags("unfit");
    let text = unfit(&but(&flags, "--blobs-secret-access-key", Some("another key"))).await;
    assert!(text.contains("`put`") && text.contains("s3:PutObject"), "{text}");
    // A store that says that it keeps versions, and one that is told to be accepted.
    let between = Between::servers_and(store().await).await;
    between.set(Mode::Versions);
    let flags = between.flags("unfit");
    let text = unfit(&flags).await;
    assert!(text.contains("versioning is on") && text.contains("--accept-blobs-risk versioning"), "{text}");
    let accepted = [&flags[..], &["--accept-blobs-risk", "versioning"].map(ToOwned::to_owned)].concat();
    Blobs::open(&config(&accepted).blobs_place().unwrap(), 0).await.unwrap();
    assert!(store().await.objects("unfit").is_empty());
    // One that is not there.
    let mut gone = S3::start().await;
    let flags = gone.flags("gone");
    gone.kill_9();
    let text = unfit(&flags).await;
    assert!(text.contains("does not answer as S3 does"), "{text}");
}

#[tokio::test]
async fn the_test_of_a_bucket_leaves_nothing_in_it() {
    let place = config(&store().await.flags("tried")).blobs_place().unwrap();
    Blobs::open(&place, 0).await.unwrap();
    assert!(store().await.objects("tried").is_empty(), "{:?}", store().await.objects("tried"));
    assert_eq!(place.to_string(), "s3://subrosa/tried");
}

#[test]
fn settings_that_make_no_sense_are_said_so() {
    let all =
        ["--blobs", "s3://bucket/a/b", "--blobs-endpoint", "https://store.example", "--blobs-access-key-id", "id"];
    let all = [&all[..], &["--blobs-secret-access-key", KEY]].concat().into_iter().map(ToOwned::to_owned);
    let all: Vec<String> = all.collect();
    let refused = |flags: &[String]| config(flags).blobs_place().unwrap_err();
    config(&all).blobs_place().unwrap();
    for place in ["s3://", "s3:///a", "s3://Bucket", "s3://b/a//b", "s3://b/../a", "s3://b/a b", "gs://b/a", "s3:b"] {
        let error = refused(&but(&all, "--blobs", Some(place)));
        assert!(matches!(error, ConfigError::Unsupported { flag: "blobs", .. }), "{place}: {error}");
    }
    for url in ["http://store.example", "https://a:b@store.example", "https://store.example/x", "store.example"] {
        let error = refused(&but(&all, "--blobs-endpoint", Some(url)));
        assert!(matches!(error, ConfigError::Unsupported { flag: "blobs-endpoint", .. }), "{url}: {error}");
    }
    for flag in ["--blobs-access-key-id", "--blobs-secret-access-key"] {
        assert!(refused(&but(&all, flag, None)).to_string().contains(&format!("{flag}-file")));
    }
    let little = [&all[..], &["--memory".to_owned(), "1000000".to_owned()]].concat();
    assert!(refused(&little).to_string().contains("twice the largest part"));
}

#[tokio::test]
async fn keys_may_stand_in_files() {
    let folder = tempfile::tempdir().unwrap();
    let flags = store().await.flags("from-files");
    let id = flags[flags.iter().position(|flag| flag == "--blobs-access-key-id").unwrap() + 1].clone();
    let (id_file, key_file) = (folder.path().join("id"), folder.path().join("key"));
    std::fs::write(&id_file, format!("{id}\n")).unwrap();
    std::fs::write(&key_file, format!("{KEY}\n")).unwrap();
    let mut flags = but(&but(&flags, "--blobs-access-key-id", None), "--blobs-secret-access-key", None);
    for (flag, file) in [("--blobs-access-key-id-file", id_file), ("--blobs-secret-access-key-file", key_file)] {
        flags.extend([flag.to_owned(), file.to_str().unwrap().to_owned()]);
    }
    Blobs::open(&config(&flags).blobs_place().unwrap(), 0).await.unwrap();
}
