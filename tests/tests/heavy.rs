//! Gigabytes through a real browser, and lines so slow or broken that it takes minutes. Only
//! `cargo xtask test --heavy` builds and runs this.
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

use std::fs::File;
use std::io::{BufReader, Read, Write as _};
use std::path::Path;
use std::time::Duration;

use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::bytes::{assert_same, noise};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use subrosa_tests::wire::Wire;
use tokio::time::{Instant, sleep};

const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;
/// More than 32 bits can count, and than old browsers keep in one piece.
const LARGE: u64 = 4 * GIB + 512 * MIB + 12_345;
/// A gigabyte is up or down within this, on a busy machine.
const PER_GIB: Duration = Duration::from_secs(240);
/// Tens of thousands of files are picked, or sent, within this, on a busy machine.
const MANY: Duration = Duration::from_secs(400);
/// What all processes of the browser may need beyond what they need for 1 GiB, which fills every
/// window and buffer.
const GROWTH_BYTES_MAX: u64 = 700 * MIB;

/// The content, piece by piece: never in memory as a whole here either.
fn pieces(len: u64) -> impl Iterator<Item = Vec<u8>> {
    let block = noise(MIB as usize, 99);
    (0..len.div_ceil(MIB)).map(move |index| {
        let mut piece = block[..MIB.min(len - index * MIB) as usize].to_vec();
        // No two pieces alike.
        let stamp = index.to_le_bytes();
        let stamped = piece.len().min(stamp.len());
        piece[..stamped].copy_from_slice(&stamp[..stamped]);
        piece
    })
}

fn write(path: &Path, len: u64) {
    let mut file = File::create(path).unwrap();
    for piece in pieces(len) {
        file.write_all(&piece).unwrap();
    }
}

fn assert_same_file(path: &Path, len: u64) {
    assert_eq!(path.metadata().unwrap().len(), len);
    let mut file = BufReader::new(File::open(path).unwrap());
    let mut found = vec![0; MIB as usize];
    for (index, piece) in pieces(len).enumerate() {
        file.read_exact(&mut found[..piece.len()]).unwrap();
        assert!(found[..piece.len()] == piece, "they differ in mebibyte {index}");
    }
}

/// Waits for a state, and gives the most memory that the browser took meanwhile.
async fn peak_until(browser: &Browser, state: &str, within: Duration) -> u64 {
    let start = Instant::now();
    let mut peak = 0;
    loop {
        peak = peak.max(browser.resident_bytes());
        let seen = browser.state().await;
        if seen == state {
            return peak;
        }
        let stopped = ["error", "stopped", "gone"].contains(&seen.as_str());
        assert!(!stopped && start.elapsed() < within, "{seen} instead of {state}:\n{}", browser.visible().await);
        sleep(Duration::from_millis(250)).await;
    }
}

/// Sends and receives one file; peaks of the sender's and the recipient's browser. What the
/// recipient's browser lacks is taken away by a script before each of its pages.
async fn send_and_receive(len: u64, taken_away: Option<&str>) -> (u64, u64) {
    let server = Server::start().await;
    let within = PER_GIB * u32::try_from(len.div_ceil(GIB)).unwrap() + Duration::from_secs(60);
    let (link, sender_peak) = {
        let sender = Browser::start_whole().await;
        let path = sender.outbox().join("large.bin");
        write(&path, len);
        sender.pick(&server.origin(), &[path]).await;
        sender.click("send").await;
        let peak = peak_until(&sender, "done", within).await;
        (sender.value("link").await, peak)
    };
    let recipient = Browser::start_whole().await;
    if let Some(script) = taken_away {
        recipient.before_pages(script).await;
    }
    recipient.look(&link).await;
    recipient.take().await;
    let peak = peak_until(&recipient, "ask-saved", within).await;
    // By way of its storage, the browser copies only now.
    let path = recipient.download_within(within).await;
    assert_same_file(&path, len);
    recipient.click("saved-yes").await;
    recipient.state_of(&["finished"]).await;
    (sender_peak, peak)
}

/// The browser's peaks for a small and a large share; `--nocapture` shows them.
#[expect(clippy::print_stdout, reason = "docs/BENCHMARKS.md says them")]
fn assert_flat(what: &str, small: u64, large: u64) {
    let figures = format!("{what}: {} MiB with 1 GiB, {} MiB with {} MiB", small / MIB, large / MIB, LARGE / MIB);
    println!("{figures}");
    assert!(large.saturating_sub(small) < GROWTH_BYTES_MAX, "{figures}");
}

#[tokio::test]
async fn more_than_4_gibibytes_arrive_as_they_were_and_the_memory_of_the_pages_does_not_grow_with_them() {
    let _turn = turn().await;
    let (small_sent, small_received) = send_and_receive(GIB, None).await;
    let (large_sent, large_received) = send_and_receive(LARGE, None).await;
    for (what, small, large) in [("sending", small_sent, large_sent), ("receiving", small_received, large_received)] {
        assert_flat(what, small, large);
    }
}

#[tokio::test]
async fn more_than_4_gibibytes_arrive_without_a_service_worker_and_never_in_memory() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let taken_away = Some(
        "Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined }); delete window.showSaveFilePicker",
    );
    let (_, small) = send_and_receive(GIB, taken_away).await;
    let (_, large) = send_and_receive(LARGE, taken_away).await;
    assert_flat("receiving by way of the browser's storage", small, large);
}

/// Receives a file over a wire to which something happens; expects the same bytes and one download
/// counted.
async fn receive_over(len: usize, happens: impl AsyncFnOnce(&Wire), within: Duration) {
    let (server, recipient) = (Server::start().await, Browser::start_whole().await);
    let wire = Wire::to(server.port()).await;
    let files = [Source::new("patience.bin", noise(len, 7))];
    let package = Package::seal(&files, &Terms::default()).unwrap();
    let secret = server.client().send(&package, &LinkTerms::default()).await.unwrap();
    recipient.look(&format!("{}/s#{}", wire.origin(), *secret.to_token())).await;
    wire.slow_down(1 << 20);
    recipient.take().await;
    sleep(Duration::from_secs(3)).await;
    happens(&wire).await;
    recipient.state_within(within, &["ask-saved"]).await;
    assert_same(&recipient.downloaded().await.1, &files[0].bytes, "patience.bin");
    recipient.click("saved-yes").await;
    recipient.state_of(&["finished"]).await;
    let status = server.client().status(&package).await.unwrap();
    assert_eq!(status.links[0].counters.started.count, 1);
}

#[tokio::test]
async fn a_download_over_a_line_so_slow_that_it_takes_seven_minutes_arrives() {
    let _turn = turn().await;
    receive_over(20 << 20, async |wire| wire.slow_down(20 << 10), Duration::from_secs(900)).await;
}

#[tokio::test]
async fn a_download_goes_on_after_the_network_was_away_for_three_minutes() {
    let _turn = turn().await;
    let away = async |wire: &Wire| {
        wire.cut();
        sleep(Duration::from_secs(180)).await;
        wire.mend();
        wire.speed_up();
    };
    receive_over(40 << 20, away, Duration::from_secs(180)).await;
}

#[tokio::test]
async fn an_upload_over_a_line_so_slow_that_a_part_takes_four_minutes_arrives() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start_whole().await);
    let wire = Wire::to(server.port()).await;
    let content = noise(20 << 20, 8);
    let files = sender.prepare(&[("patience.bin", &content)]);
    sender.pick(&wire.origin(), &files).await;
    wire.slow_down(32 << 10);
    sender.click("send").await;
    sender.state_within(Duration::from_secs(900), &["checking", "done"]).await;
    wire.speed_up();
    sender.state_within(Duration::from_secs(900), &["done"]).await;
    let recipient = Recipient::new(&server.client(), &sender.value("link").await, None).unwrap();
    let received = recipient.take().await.unwrap().files().await.unwrap();
    assert_same(&received[0].bytes, &content, "patience.bin");
}

/// Picks a folder of so many files of that size and sends it; how long each took. While it is sent,
/// the page counts files.
#[expect(clippy::print_stdout, reason = "docs/BENCHMARKS.md says them")]
async fn send_many(count: usize, len: usize) {
    /// Files in a folder, so that no folder is larger than any that people have.
    const PER_FOLDER: usize = 500;
    let (server, sender) = (Server::start().await, Browser::start_whole().await);
    let tree = sender.outbox().join("tree");
    let content = noise(len, 17);
    for at in 0..count {
        let folder = tree.join((at / PER_FOLDER).to_string());
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{at}.bin")), &content).unwrap();
    }
    sender.open(&format!("{}/", server.origin())).await;
    sender.state_of(&["pick"]).await;
    let start = Instant::now();
    sender.type_into("folder-input", &tree.display().to_string()).await;
    let listed = async || sender.text("sum").await;
    wait::until_so(MANY, "all files are listed", listed, |sum| sum.contains(" files, ")).await;
    let picked = start.elapsed();
    let start = Instant::now();
    sender.click("send").await;
    let counted = async || sender.text("done-bytes").await;
    let is_on_the_way = |text: &String| text.ends_with(" files") && !text.starts_with("0 ");
    wait::until_so(MANY, "files are counted", counted, is_on_the_way).await;
    let first = start.elapsed();
    sender.state_within(MANY, &["done"]).await;
    let sent = start.elapsed();
    println!("{count} files of {len} bytes: picked in {picked:?}, counted after {first:?}, sent in {sent:?}");
    let link = sender.value("link").await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let files = recipient.take().await.unwrap().files().await.unwrap();
    assert_eq!(files.len(), count);
    assert!(files.iter().all(|file| file.bytes == content));
}

#[tokio::test]
async fn tens_of_thousands_of_small_files_are_counted_on_their_way() {
    only_if_browser_can!(FolderInput);
    let _turn = turn().await;
    send_many(10_000, 4096).await;
    send_many(70_000, 1).await;
}
