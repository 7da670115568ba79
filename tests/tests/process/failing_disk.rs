//! A disk that fails: nothing is told that was not counted, nothing is lost, and all is well when
//! it works again.

use std::path::PathBuf;
use std::time::Duration;

use subrosa_shared::api::ShareState;
use subrosa_shared::problem::ProblemType;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::failing_files::{FailingFiles, READS, SYNCS, WRITES};
use subrosa_tests::only_on_a_file;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use tokio::time::sleep;

use crate::guessing::retry_after;
use crate::{assert_problem, assert_same_files, send, small_parts};

const WITHIN: Duration = Duration::from_secs(20);

fn ledger_of(server: &Server) -> Vec<PathBuf> {
    ["ledger.sqlite", "ledger.sqlite-wal"].map(|name| server.data().join(name)).to_vec()
}

async fn is_ready(server: &Server) -> bool {
    reqwest::get(format!("{}/health/ready", server.origin())).await.unwrap().status().is_success()
}

#[tokio::test]
async fn where_the_ledger_cannot_be_written_right_and_wrong_passwords_get_the_same_answer() {
    only_on_a_file!();
    for calls in [WRITES, SYNCS] {
        let server = Server::start().await;
        let (files, package) = small_parts(100_000, 80);
        let link = send(&server, &package, &LinkTerms::default().with_password("right")).await;
        let recipient = |password| Recipient::new(&server.client(), &link, Some(password)).unwrap();
        let (right, wrong) = (recipient("right"), recipient("wrong"));
        let failing = FailingFiles::of(&server, calls, &ledger_of(&server)).await;
        for guess in [&right, &wrong, &wrong, &right, &wrong] {
            assert_problem(guess.open().await, ProblemType::Internal);
        }
        let (_, other) = small_parts(1_000, 81);
        assert_problem(server.client().create(&other).await, ProblemType::Internal);
        assert!(!is_ready(&server).await, "{calls}");
        failing.mend().await;

        // At most one was compared, and that one is counted.
        assert!(is_ready(&server).await, "{calls}");
        sleep(retry_after(right.open().await)).await;
        let download = right.take().await.unwrap();
        assert_same_files(&download.files().await.unwrap(), &files);
        let counters = server.client().status(&package).await.unwrap().links[0].counters;
        assert_eq!((counters.wrong_password.count, counters.started.count), (1, 1), "{calls}");
        send(&server, &other, &LinkTerms::default()).await;
    }
}

#[tokio::test]
async fn a_ledger_that_cannot_be_read_ends_nothing() {
    only_on_a_file!();
    let server = Server::start().await;
    let (files, package) = small_parts(100_000, 82);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let failing = FailingFiles::of(&server, READS, &ledger_of(&server)).await;
    // Pages that it knows by heart it need not read.
    for _ in 0..3 {
        if let Err(error) = recipient.open().await {
            assert_eq!(error.problem(), Some(ProblemType::Internal), "{error:?}");
        }
    }
    failing.mend().await;
    assert_same_files(&recipient.take().await.unwrap().files().await.unwrap(), &files);
    assert!(!server.ciphertext(&package.share()).is_empty());
}

#[tokio::test]
async fn when_the_disk_of_the_ledger_comes_back_the_server_is_ready_by_itself() {
    only_on_a_file!();
    let server = Server::start().await;
    let (files, package) = small_parts(100_000, 85);
    let link = send(&server, &package, &LinkTerms::default()).await;
    // So that it knows nothing by heart.
    let server = server.kill_and_start_again().await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let failing = FailingFiles::of(&server, READS, &ledger_of(&server)).await;
    let unready = async || {
        let _ = recipient.open().await;
        is_ready(&server).await
    };
    wait::until_so(WITHIN, "it is found", unready, |ready| !ready).await;
    // Longer than it takes to look three times.
    sleep(Duration::from_secs(2)).await;
    failing.mend().await;
    wait::until_so(WITHIN, "it is ready again", async || is_ready(&server).await, |ready| *ready).await;
    assert_same_files(&recipient.take().await.unwrap().files().await.unwrap(), &files);
}

#[tokio::test]
async fn a_part_that_did_not_reach_the_disk_is_not_stored_and_can_be_sent_again() {
    only_on_a_file!();
    let server = Server::start().await;
    let client = server.client();
    let (files, package) = small_parts(300_000, 83);
    client.create(&package).await.unwrap();
    let failing = FailingFiles::of(&server, SYNCS, &[]).await;
    for _ in 0..2 {
        assert_problem(client.put_part(&package, 0).await, ProblemType::Internal);
    }
    failing.mend().await;
    assert_eq!(client.stored_parts(&package).await.unwrap(), []);
    assert_eq!(server.ciphertext(&package.share()), Vec::<PathBuf>::new(), "nothing half done is left");
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&client, &link, None).unwrap();
    assert_same_files(&recipient.take().await.unwrap().files().await.unwrap(), &files);
}

#[tokio::test]
async fn ciphertext_that_cannot_be_read_is_not_lost_and_comes_when_it_can() {
    only_on_a_file!();
    let server = Server::start().await;
    let client = server.client();
    let (files, package) = small_parts(300_000, 84);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&client, &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    let failing = FailingFiles::of(&server, READS, &server.ciphertext(&package.share())).await;
    for _ in 0..3 {
        assert!(download.files().await.is_err());
    }
    failing.mend().await;
    let status = client.status(&package).await.unwrap();
    assert_eq!(status.state, ShareState::Ready);
    assert_same_files(&download.files().await.unwrap(), &files);
    download.finish().await.unwrap();
}
