//! The kinds of places, each with one where blobs lie.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use clap::Parser as _;
use subrosa_server::blobs::Blobs;
use subrosa_server::config::Config;
use subrosa_tests::s3::S3;
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A kind of place, and one of them.
#[async_trait]
pub(crate) trait Place {
    async fn new() -> Self
    where
        Self: Sized;
    /// The blobs that lie there. It stays for as long as the program runs.
    async fn blobs(self) -> Blobs;
}

pub(crate) struct Folder(TempDir);

#[async_trait]
impl Place for Folder {
    async fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn blobs(self) -> Blobs {
        // Deleted with the blobs would be better, and costs more than it is worth.
        Blobs::open_folder(&self.0.keep(), 0).unwrap()
    }
}

/// A prefix in a bucket that all tests share.
pub(crate) struct Bucket {
    flags: Vec<String>,
}

#[async_trait]
impl Place for Bucket {
    async fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let prefix = format!("test-{}/below", NEXT.fetch_add(1, Ordering::Relaxed));
        Self { flags: store().await.flags(&prefix) }
    }

    async fn blobs(self) -> Blobs {
        Blobs::open(&config(&self.flags).blobs_place().unwrap(), 0).await.unwrap()
    }
}

/// One store for all tests of the program.
pub(crate) async fn store() -> &'static S3 {
    static STORE: OnceCell<S3> = OnceCell::const_new();
    STORE.get_or_init(S3::start).await
}

/// A server's configuration with these flags.
pub(crate) fn config(flags: &[String]) -> Config {
    let first = ["subrosa-server", "--data", "/nowhere"].map(ToOwned::to_owned);
    Config::try_parse_from(first.iter().chain(flags)).unwrap()
}
