//! Starting and ending: a data folder that cannot be used is an error that says what to do, and
//! running transfers are given time to end.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use futures_util::StreamExt as _;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_on_a_file;
use subrosa_tests::server::{self, Options, Refused, Server};
use tempfile::TempDir;
use tokio::time::Instant;

use crate::{sealed, send, small_parts};

async fn refused(options: Options) -> Refused {
    match Server::try_start(options).await {
        Err(refused) => refused,
        Ok(server) => panic!("the server must not start:\n{}", server.log()),
    }
}

/// The message names the folder and every one of these words.
#[track_caller]
fn assert_says(refused: &Refused, words: &[&str]) {
    assert!(!refused.status.success());
    for word in words {
        assert!(refused.log.contains(word), "{word:?} is missing in:\n{}", refused.log);
    }
    assert!(!refused.log.contains("panicked"), "{}", refused.log);
}

#[tokio::test]
async fn two_servers_on_one_data_folder_are_refused() {
    let server = Server::start().await;
    let second = refused(Options::default().in_folder(&server.data())).await;
    assert_says(&second, &[&server.data().display().to_string(), "in use"]);
    server.client().config().await.unwrap();
}

#[tokio::test]
async fn a_missing_data_folder_is_an_error_that_says_what_to_do() {
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing");
    assert_says(&refused(Options::default().in_folder(&missing)).await, &[&missing.display().to_string(), "mkdir"]);
    assert!(!missing.exists(), "a mistyped folder is not made");
}

#[tokio::test]
async fn a_data_folder_that_is_a_file_is_an_error() {
    let file = tempfile::NamedTempFile::new().unwrap();
    assert_says(&refused(Options::default().in_folder(file.path())).await, &[&file.path().display().to_string()]);
}

#[tokio::test]
async fn a_read_only_data_folder_is_an_error() {
    let folder = TempDir::new().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(folder.path().join("probe"), "").is_ok() {
        // Nothing is read-only for root by its permissions; a file that cannot be written serves as
        // well.
        fs::remove_file(folder.path().join("probe")).unwrap();
        assert_says(&refused(Options::default().in_folder("/proc/self".as_ref())).await, &["/proc/self"]);
    } else {
        let path = folder.path().display().to_string();
        assert_says(&refused(Options::default().in_folder(folder.path())).await, &[&path]);
    }
}

#[tokio::test]
async fn ledger_and_blobs_of_two_installations_are_refused() {
    let (mut one, mut other) = (Server::start().await, Server::start().await);
    let (_, package) = small_parts(100_000, 60);
    send(&one, &package, &LinkTerms::default()).await;
    one.kill_9().await;
    other.kill_9().await;
    let blobs = format!("file:{}", one.data().join("blobs").display());
    let mixed = refused(Options::flags(&["--blobs", &blobs]).in_folder(&other.data())).await;
    assert_says(&mixed, &["installation"]);
    let one = one.start_again().await;
    assert!(!one.ciphertext(&package.share()).is_empty(), "nothing was swept");
}

#[tokio::test]
async fn a_ledger_that_is_something_else_is_refused() {
    only_on_a_file!();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("ledger.sqlite"), "this is no ledger".repeat(100)).unwrap();
    let kept = fs::read(folder.path().join("ledger.sqlite")).unwrap();
    assert_says(&refused(Options::default().in_folder(folder.path())).await, &["ledger.sqlite"]);
    assert_eq!(fs::read(folder.path().join("ledger.sqlite")).unwrap(), kept);
}

#[tokio::test]
async fn an_address_in_use_is_an_error_that_says_what_to_do() {
    let server = Server::start().await;
    let second = Options { port: server.port(), ..Options::default() };
    assert_says(&refused(second).await, &["--listen"]);
}

#[tokio::test]
async fn a_limit_that_makes_no_sense_is_an_error() {
    assert_says(&refused(Options::flags(&["--expiry-secs-min", "0"])).await, &["expiry-secs-min"]);
    assert_says(&refused(Options::flags(&["--blobs", "s3://bucket"])).await, &["--blobs"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_end_lets_a_running_download_end_first() {
    let mut server = Server::start().await;
    let (_, package) = sealed(24 << 20, 61, 32 << 20);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    let mut stream = download.stream(0, None).await.unwrap().bytes_stream();
    let mut received = stream.next().await.unwrap().unwrap().len();
    server.terminate();
    while let Some(bytes) = stream.next().await {
        received += bytes.unwrap().len();
    }
    assert_eq!(received, package.parts[0].len());
    assert!(server.ended().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_end_cuts_what_does_not_end_in_time() {
    let mut server = Server::start_with(Options::flags(&["--shutdown-secs-max", "1"])).await;
    let (_, package) = sealed(48 << 20, 62, 64 << 20);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    let _stalled = download.stream(0, None).await.unwrap();
    let start = Instant::now();
    server.terminate();
    assert!(server.ended().await.success());
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_log_in_json_has_an_object_on_every_line() {
    let mut server = Server::start_with(Options::flags(&["--log-format", "json"]).logging("info")).await;
    server.client().config().await.unwrap();
    server.terminate();
    server.ended().await;
    let log = server.log();
    let lines: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let request = lines.iter().find(|line| line["route"] == "/api/v1/config").expect("a request has a line");
    assert_eq!(
        (&request["level"], &request["method"], &request["status"]),
        (&"INFO".into(), &"GET".into(), &200.into())
    );
}

/// What a command says of itself.
async fn help(of: &[&str]) -> String {
    let output = server::command().args(of).arg("--help").output().await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// The flags that a text names.
fn flags(text: &str) -> BTreeSet<&str> {
    let words = text.split(|c: char| !c.is_ascii_lowercase() && c != '-');
    words.filter(|word| word.strip_prefix("--").is_some_and(|name| name.starts_with(|c| c != '-'))).collect()
}

#[tokio::test]
async fn every_setting_has_its_variable_as_the_documents_say() {
    let help = help(&[]).await;
    let (_, options) = help.split_once("Options:").unwrap();
    for option in options.split("\n      --").skip(1) {
        let name = option.split_whitespace().next().unwrap();
        let variable = format!("[env: SUBROSA_{}", name.to_uppercase().replace('-', "_"));
        let is_for_one_start = ["accept-clock", "accept-orphans"].contains(&name);
        assert_eq!(option.contains(&variable), !is_for_one_start, "--{name} and {variable}");
    }
}

#[tokio::test]
async fn every_flag_in_the_documents_exists() {
    let (serve, migrate, blobs) = (help(&[]).await, help(&["migrate"]).await, help(&["migrate-blobs"]).await);
    let all = flags(&serve).into_iter().chain(flags(&migrate)).chain(flags(&blobs));
    let known: BTreeSet<&str> = all.collect();
    // Those of Redis and of our own tasks.
    let others = BTreeSet::from(["--appendonly", "--browser", "--daemonize", "--full", "--heavy", "--rdb"]);
    let documents = [
        include_str!("../../../README.md"),
        include_str!("../../../CHANGELOG.md"),
        include_str!("../../../docs/OPERATIONS.md"),
        include_str!("../../../docs/THREAT_MODEL.md"),
    ];
    for document in documents {
        let unknown: Vec<&str> =
            flags(document).into_iter().filter(|flag| !known.contains(flag) && !others.contains(flag)).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
