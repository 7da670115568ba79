//! Resident memory of the server while many transfers run.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{join, join_all};
use subrosa_shared::secret::OwnerSecret;
use subrosa_tests::bytes::{noise, rng};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{megabytes_per_second, say};

const TRANSFERS: u32 = 50;
const LEN: usize = 256 << 20;

pub(crate) async fn run() {
    say(&format!("server memory while {TRANSFERS} transfers of {} MiB run", LEN >> 20));
    let server = Server::start().await;
    let idle = server.resident_bytes();
    say(&format!("  idle                                         {:>9.1} MiB", mebibytes(idle)));
    let package = Package::seal(&[Source::new("noise", noise(LEN, 1))], &Terms::default()).expect("one file seals");

    // The server cannot tell whether parts open, so the same sealed parts serve for every share.
    let uploads = (0..TRANSFERS).map(|_| {
        let owner = OwnerSecret::generate(&mut rng());
        let mut create = package.create.clone();
        create.owner_verifier = owner.verifier();
        Package {
            owner,
            content: package.content,
            create,
            parts: package.parts.clone(),
            manifest: package.manifest.clone(),
        }
    });
    let uploads: Vec<_> = uploads.map(|package| (server.client(), package)).collect();
    let uploading = join_all(uploads.iter().map(|(client, package)| async move {
        client.upload(package).await.expect("the upload succeeds");
    }));
    measure(&server, "uploads", uploading).await;
    join_all(uploads.iter().map(|(client, package)| async move {
        client.revoke(package).await.expect("the share is revoked");
    }))
    .await;

    let terms = LinkTerms::downloads(TRANSFERS);
    let link = server.client().send(&package, &terms).await.expect("the upload succeeds").to_token().to_string();
    let downloads = join_all((0..TRANSFERS).map(|_| {
        let (client, link) = (server.client(), link.clone());
        async move {
            let recipient = Recipient::new(&client, &link, None).expect("the link is whole");
            let download = recipient.take().await.expect("a download is left");
            for index in 0..download.part_count() {
                let mut stream = download.stream(index, None).await.expect("the lease runs").bytes_stream();
                while let Some(bytes) = stream.next().await {
                    bytes.expect("the stream is whole");
                }
            }
        }
    }));
    measure(&server, "downloads", downloads).await;
}

/// Runs the transfers, looking at the server's memory all the while.
async fn measure<T>(server: &Server, what: &str, transfers: impl Future<Output = T>) {
    let (ended, mut running) = watch::channel(());
    let start = Instant::now();
    let watch = async {
        let mut most = 0;
        // Ends when the other side of the channel is dropped.
        while tokio::time::timeout(Duration::from_millis(20), running.changed()).await.is_err() {
            most = most.max(server.resident_bytes());
        }
        most
    };
    let transfers = async {
        transfers.await;
        drop(ended);
    };
    let ((), most) = join(transfers, watch).await;
    let speed = megabytes_per_second(LEN * TRANSFERS as usize, start.elapsed());
    say(&format!("  {what:<44} {:>9.1} MiB {speed:>9.0} MB/s in all", mebibytes(most)));
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
