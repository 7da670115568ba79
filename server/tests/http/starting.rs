//! Starting over a data folder that is not right is an error that says what to do.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use subrosa_server::app::App;
use subrosa_server::ledger::{Machine as _, ManualClock, SlewedClock, ThisMachine};
use subrosa_shared::time::Timestamp;
use tokio::time::{Duration, Instant, sleep};

use crate::support::{START, Sender, Server, config};

fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_subrosa-server"));
    command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data).env_remove("RUST_LOG");
    command
}

/// Runs the program. It has to end by itself, with an error.
fn fails(data: &Path, flags: &[&str]) -> String {
    refuses(program(data).args(flags))
}

/// The error with which a program ends that was started. One that serves instead is ended.
fn refuses(command: &mut Command) -> String {
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(30);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("it starts, and should not: {command:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let output = child.wait_with_output().unwrap();
    assert!(!output.status.success(), "{command:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_folder_that_is_missing_or_none_or_read_only_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let message = fails(&folder.path().join("missing"), &[]);
    assert!(message.contains("does not exist") && message.contains("mkdir -p"), "{message}");
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert!(fails(&file, &[]).contains("not a folder"));
    // Nobody can write there, not even root.
    let message = fails(Path::new("/proc/self"), &[]);
    assert!(message.contains("cannot be written") && message.contains("--data"), "{message}");
}

#[tokio::test]
async fn a_folder_in_use_is_said_so_and_is_free_again_afterwards() {
    let server = Server::start().await;
    let message = fails(server.folder.path(), &[]);
    assert!(message.contains("in use by another Subrosa server"), "{message}");
    let Server { folder, clock, app, router } = server;
    drop((app, router));
    Server::restart(folder, clock, &[]).await;
}

#[tokio::test]
async fn blobs_and_ledger_of_different_installations_are_not_served_and_nothing_is_swept() {
    let (one, other) = (Server::start().await, Server::start().await);
    let sender = Sender::new(1);
    sender.complete(&other).await;
    let blobs = format!("file:{}", other.folder.path().join("blobs").display());
    let Server { folder, app, router, .. } = one;
    drop((app, router));
    let message = fails(folder.path(), &["--accept-clock", "--blobs", &blobs]);
    assert!(message.contains("belongs to installation") && message.contains("--blobs"), "{message}");

    // Blobs that are not there: perhaps a disk that is not mounted.
    let empty = tempfile::tempdir().unwrap();
    let empty = format!("file:{}", empty.path().display());
    let message = fails(folder.path(), &["--accept-clock", "--blobs", &empty]);
    assert!(message.contains("not mounted"), "{message}");

    // A new ledger over somebody's blobs.
    let fresh = tempfile::tempdir().unwrap();
    let message = fails(fresh.path(), &["--blobs", &blobs]);
    assert!(message.contains("ledger is empty"), "{message}");
    let part = crate::support::Call::get(sender.path("/contents/1/parts/0")).owner(&sender.owner);
    assert_eq!(other.call(part).await.ok().body, sender.parts[0]);
}

#[tokio::test]
async fn a_first_start_that_was_cut_short_is_finished_by_the_next() {
    let server = Server::start().await;
    let Server { folder, clock, app, router } = server;
    drop((app, router));
    // The blobs have their id, the ledger has none yet.
    for file in ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"] {
        let _ = std::fs::remove_file(folder.path().join(file));
    }
    Server::restart(folder, clock, &[]).await;
}

/// The last moment that the ledger knows.
fn ledger_clock(folder: &Path) -> Timestamp {
    let ledger = rusqlite::Connection::open(folder.join("ledger.sqlite")).unwrap();
    let millis = ledger.query_row("SELECT value FROM meta WHERE key = 'clock'", [], |row| row.get(0)).unwrap();
    Timestamp::from_millis(millis)
}

#[tokio::test]
async fn a_clock_far_from_what_the_ledger_knows_is_said_so_and_accepted_once() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let now = Timestamp::from_millis(0).after(ThisMachine.clock());
    let days = |days: u32| Timestamp::from_millis(now.as_millis() - (DAY * days).as_millis() as u64);
    for (known, said) in [(days(32), "days ahead of"), (now.after(DAY), "hours behind")] {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        drop(Server::restart(Arc::clone(&folder), ManualClock::new(known), &[]).await);
        let message = fails(folder.path(), &[]);
        assert!(message.contains(said) && message.contains("--accept-clock"), "{message}");
        assert_eq!(ledger_clock(folder.path()), known, "nothing changed");

        let clock = || Arc::new(SlewedClock::new(ThisMachine, true));
        let app = App::open_with_clock(&config(&folder, &[]), clock()).await.unwrap();
        let begun = app.store().ledger().now().await.unwrap();
        assert!(begun >= now.max(known) && begun < now.max(known).after(DAY), "{begun:?}");
    }
}

#[tokio::test]
async fn a_server_that_nobody_uses_knows_the_time_when_it_starts_again() {
    let server = Server::start().await;
    let later = START.after(Duration::from_secs(40 * 24 * 60 * 60));
    server.clock.set(later);
    let reaper = tokio::spawn(subrosa_server::reaper::run(server.app.clone()));
    let started = Instant::now();
    while ledger_clock(server.folder.path()) < later {
        assert!(started.elapsed() < Duration::from_secs(10), "it is not noted");
        sleep(Duration::from_millis(20)).await;
    }
    reaper.abort();
}

#[test]
fn what_is_not_supported_is_said_so_without_repeating_it() {
    let folder = tempfile::tempdir().unwrap();
    for (flag, url) in
        [("--blobs", "s3://key:canary@host/bucket"), ("--ledger", "postgres://user:canary@host"), ("--blobs", "file:")]
    {
        let message = fails(folder.path(), &[flag, url]);
        assert!(message.contains(flag) && message.contains("nothing else is supported"), "{message}");
        assert!(!message.contains("canary"), "{message}");
    }
    // What is wrong with a ledger in Redis, and what goes only with one.
    for (flags, said) in [
        (["--ledger", "redis://:canary@host/canary"], "the database is no number"),
        (["--ledger", "redis+sentinel://:canary@host"], "the name that the Sentinels know"),
        (["--ledger-replicas", "1"], "--ledger-replicas is for a ledger in Redis only"),
        (["--accept-ledger-risk", "eviction"], "--accept-ledger-risk is for a ledger in Redis only"),
        // Nobody listens there.
        (["--ledger", "redis://:canary@127.0.0.1:1"], "cannot open the ledger redis://127.0.0.1:1"),
    ] {
        let message = fails(folder.path(), &flags);
        assert_eq!(message.matches(said).count(), 1, "{message}");
        assert!(!message.contains("canary"), "{message}");
    }
}

#[tokio::test]
async fn limits_that_make_no_sense_are_said_so() {
    let folder = tempfile::tempdir().unwrap();
    for flags in [
        ["--expiry-secs-min", "0"],
        ["--expiry-secs-min", "99999999999"],
        ["--expiry-secs-max", "18446744073709551615"],
        ["--downloads-max", "0"],
        ["--views-max", "0"],
        ["--views-max", "101"],
        ["--links-max", "251"],
        ["--part-bytes-max", "65537"],
        ["--share-bytes-max", "0"],
        ["--upload-secs-max", "0"],
    ] {
        let config = config(&folder, &flags);
        let error = App::open_with_clock(&config, Arc::new(ManualClock::new(START))).await.err().unwrap().to_string();
        assert!(error.contains(flags[0]), "{error}");
    }
}

#[test]
fn origins_that_are_none_are_said_so_without_repeating_them() {
    let folder = tempfile::tempdir().unwrap();
    for origin in [
        "https://user:canary@push.example",
        "https://push.example/canary",
        "https://push.example?canary",
        "https://push.example/#canary",
        "http://canary.example",
        "ftp://canary.example",
        "https://canary.example:0",
        "canary",
        "",
    ] {
        for flag in ["--push-origin", "--share-origin"] {
            let message = fails(folder.path(), &[flag, origin]);
            assert!(message.contains(flag) && message.contains("https://HOST"), "{message}");
            assert!(!message.contains("canary"), "{message}");
        }
    }
    // A policy for pages cannot name it.
    assert!(fails(folder.path(), &["--push-origin", "https://[2001:db8::1]"]).contains("--push-origin"));
    // One that is right does not excuse the next.
    let message = fails(folder.path(), &["--share-origin", "https://a.example", "--share-origin", "b.example"]);
    assert!(message.contains("--share-origin"), "{message}");
    assert!(fails(folder.path(), &["--share-origin", "https://a.example,b.example"]).contains("--share-origin"));
}

#[test]
fn settings_for_what_is_not_served_are_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let message = fails(folder.path(), &["--channels", "pushes", "--push-origin", "https://a.example"]);
    assert!(message.contains("--push-origin") && message.contains("no shares"), "{message}");
    let message = fails(folder.path(), &["--channels", "shares", "--share-origin", "https://a.example"]);
    assert!(message.contains("--share-origin") && message.contains("no pushes"), "{message}");
    let message = fails(folder.path(), &["--channels", "none"]);
    assert!(message.contains("shares, pushes, both"), "{message}");
}

#[test]
fn variables_say_the_same_as_flags() {
    let folder = tempfile::tempdir().unwrap();
    for (channels, variable, value, says) in [
        ("pushes", "SUBROSA_PUSH_ORIGIN", "https://a.example", "no shares"),
        ("shares", "SUBROSA_SHARE_ORIGIN", "https://a.example", "no pushes"),
        ("both", "SUBROSA_SHARE_ORIGIN", "https://a.example,https://b.example/", "no path"),
        ("both", "SUBROSA_VIEWS_MAX", "101", "1 to 100"),
    ] {
        let message = refuses(program(folder.path()).env("SUBROSA_CHANNELS", channels).env(variable, value));
        assert!(message.contains(says), "{message}");
    }
}
