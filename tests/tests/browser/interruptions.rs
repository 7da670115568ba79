//! Promise: a lost connection is not a lost download, nor a lost upload.

use std::time::Duration;

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::bytes::{assert_same, noise};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use subrosa_tests::wire::Wire;
use tokio::time::sleep;

use crate::{sent_to, started, taken};

/// Several parts; takes some seconds at [`SLOW`].
const LEN: usize = 40 << 20;
/// Bytes per second and connection.
const SLOW: u64 = 4 << 20;
/// Enough to be in the middle.
const SOME: u64 = 6 << 20;

async fn until_carried(wire: &Wire, direction: impl Fn(&Wire) -> u64) {
    let from = direction(wire);
    wait::until_so(SOON, "bytes flow", async || direction(wire), |bytes| *bytes > from + SOME).await;
}

/// The page says that it waits for the network.
async fn until_waiting(browser: &Browser) {
    let shown = async || browser.text("network").await;
    wait::until_so(SOON, "the page says that the network is away", shown, |text| text.contains("Nothing is lost"))
        .await;
}

/// Sends a file over a wire, lets something happen in the middle, and receives it.
async fn assert_upload_survives(happens: impl AsyncFnOnce(&Browser, &Wire, Server) -> Server) {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    let content = noise(LEN, 70);
    let files = sender.prepare(&[("interrupted.bin", &content)]);
    sender.pick(&wire.origin(), &files).await;
    wire.slow_down(SLOW);
    sender.click("send").await;
    until_carried(&wire, Wire::sent).await;
    assert_eq!(sender.state().await, "uploading");
    let server = happens(&sender, &wire, server).await;
    wire.speed_up();
    let link = sender.sent().await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let received = recipient.take().await.unwrap().files().await.unwrap();
    assert_same(&received[0].bytes, &content, "interrupted.bin");
}

#[tokio::test]
async fn an_upload_goes_on_when_the_network_comes_back() {
    assert_upload_survives(async |sender, wire, server| {
        wire.cut();
        until_waiting(sender).await;
        wire.mend();
        server
    })
    .await;
}

/// A train through tunnels.
async fn break_again_and_again(wire: &Wire) {
    for _ in 0..4 {
        wire.cut();
        sleep(Duration::from_millis(100)).await;
        wire.mend();
        sleep(Duration::from_millis(1200)).await;
    }
}

#[tokio::test]
async fn an_upload_survives_a_network_that_breaks_again_and_again() {
    assert_upload_survives(async |_, wire, server| {
        break_again_and_again(wire).await;
        server
    })
    .await;
}

#[tokio::test]
async fn an_upload_goes_on_after_kill_9_of_the_server() {
    assert_upload_survives(async |sender, _, mut server| {
        server.kill_9().await;
        until_waiting(sender).await;
        server.start_again().await
    })
    .await;
}

/// Receives a file over a wire, lets something happen in the middle, and expects one counted
/// download and the same bytes.
async fn assert_download_survives(happens: impl AsyncFnOnce(&Browser, &Wire, Server) -> Server) {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    let files = [Source::new("interrupted.bin", noise(LEN, 71))];
    let (package, link) = sent_to(&server, &wire.origin(), &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    wire.slow_down(SLOW);
    recipient.take().await;
    until_carried(&wire, Wire::received).await;
    assert_eq!(recipient.state().await, "saving");
    let server = happens(&recipient, &wire, server).await;
    wire.speed_up();
    let (name, content) = recipient.save().await;
    // After a reload, the browser still holds the first name for what was cut.
    assert!(["interrupted.bin", "interrupted (1).bin"].contains(&name.as_str()), "{name}");
    assert_same(&content, &files[0].bytes, &name);
    assert_eq!((started(&server, &package).await, taken(&server, &package).await), (1, 1));
}

#[tokio::test]
async fn a_lost_connection_is_not_a_lost_download_when_the_network_comes_back() {
    assert_download_survives(async |recipient, wire, server| {
        wire.cut();
        until_waiting(recipient).await;
        wire.mend();
        server
    })
    .await;
}

#[tokio::test]
async fn a_lost_connection_is_not_a_lost_download_after_kill_9_of_the_server() {
    assert_download_survives(async |recipient, _, mut server| {
        server.kill_9().await;
        until_waiting(recipient).await;
        server.start_again().await
    })
    .await;
}

#[tokio::test]
async fn a_download_survives_a_network_that_breaks_again_and_again() {
    assert_download_survives(async |_, wire, server| {
        break_again_and_again(wire).await;
        server
    })
    .await;
}

#[tokio::test]
async fn two_tabs_of_one_browser_take_one_download() {
    let _turn = turn().await;
    // Tabs belong to the interface, so this is tried in the browser that has one.
    let (server, recipient) = (Server::start().await, Browser::start_whole().await);
    let files = [Source::new("tabs.bin", noise(300_000, 76))];
    let (package, link) = crate::sent(&server, &files, &LinkTerms::downloads(5)).await;
    recipient.look(&link).await;
    recipient.new_tab().await;
    recipient.look(&link).await;
    for tab in [1, 0] {
        recipient.switch_to_tab(tab).await;
        recipient.click("download").await;
        // The other tab need not ask again: it is counted already.
        if tab == 1 {
            recipient.click("download-confirm").await;
        }
        recipient.state_of(&["ask-saved"]).await;
        let (name, content) = recipient.downloaded().await;
        assert_same(&content, &files[0].bytes, &name);
    }
    assert_eq!((started(&server, &package).await, taken(&server, &package).await), (1, 1));
}

#[tokio::test]
async fn a_reload_in_the_middle_of_a_download_is_not_counted_again() {
    assert_download_survives(async |recipient, _, server| {
        recipient.reload().await;
        recipient.state_of(&["ready"]).await;
        for file in recipient.in_downloads() {
            // What was cut stays behind under its unfinished name, or not at all; never as if it
            // were whole.
            assert!(file.to_string_lossy().ends_with(".crdownload"), "{}", file.display());
            let _ = std::fs::remove_file(file);
        }
        // One step: it is counted already.
        recipient.click("download").await;
        server
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_download_goes_on_without_being_counted_again() {
    assert_download_survives(async |recipient, _, server| {
        recipient.click("cancel").await;
        recipient.state_of(&["stopped"]).await;
        recipient.click("retry").await;
        recipient.state_of(&["ready"]).await;
        wait::until_so(SOON, "no half file", async || recipient.in_downloads(), Vec::is_empty).await;
        recipient.click("download").await;
        server
    })
    .await;
}

#[tokio::test]
async fn saving_again_is_not_counted_again() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("again.bin", noise(300_000, 72))];
    let (package, link) = crate::sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    recipient.take().await;
    recipient.state_of(&["ask-saved"]).await;
    let first = recipient.downloaded().await;
    recipient.click("saved-again").await;
    recipient.state_of(&["ask-saved"]).await;
    let second = recipient.downloaded().await;
    assert_eq!(first.0, second.0);
    assert_same(&second.1, &files[0].bytes, "again.bin");
    assert_eq!(
        server.client().status(&package).await.unwrap().links[0].counters.finished.count,
        0,
        "it waits for the answer"
    );
    recipient.click("saved-yes").await;
    recipient.state_of(&["finished"]).await;
    assert_eq!(started(&server, &package).await, 1);
}

#[tokio::test]
async fn what_is_read_back_goes_on_where_the_connection_broke() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    // Three parts: all of them are read back.
    let files = sender.prepare(&[("checked.bin", &noise(22 << 20, 76))]);
    sender.pick(&wire.origin(), &files).await;
    wire.slow_down(SLOW);
    sender.click("send").await;
    sender.state_of(&["checking"]).await;
    let before = wire.received();
    for _ in 0..3 {
        until_carried(&wire, Wire::received).await;
        wire.cut();
        until_waiting(&sender).await;
        wire.mend();
    }
    wire.speed_up();
    sender.sent().await;
    let read_back = wire.received() - before;
    let stored: u64 = subrosa_tests::disk::files_below(&server.data().join("blobs/shares"))
        .iter()
        .map(|file| file.metadata().unwrap().len())
        .sum();
    // What was on its way comes twice.
    assert!(read_back < stored + SOME, "{read_back} bytes were read of {stored} stored");
}

#[tokio::test]
async fn a_cancelled_upload_is_deleted_from_the_server() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    let content = noise(LEN, 73);
    let files = sender.prepare(&[("cancelled.bin", &content)]);
    sender.pick(&wire.origin(), &files).await;
    wire.slow_down(SLOW);
    sender.click("send").await;
    until_carried(&wire, Wire::sent).await;
    sender.click("cancel").await;
    sender.state_of(&["pick", "error"]).await;
    wire.speed_up();
    let blobs = async || subrosa_tests::disk::files_below(&server.data().join("blobs/shares"));
    wait::until_so(Duration::from_secs(15), "ciphertext is deleted", blobs, Vec::is_empty).await;
}

#[tokio::test]
async fn a_full_disk_is_told_and_the_upload_goes_on_when_there_is_room() {
    let _turn = turn().await;
    let options = subrosa_tests::server::Options::flags(&["--free-bytes-min", "1048576"]);
    let options = subrosa_tests::server::Options { disk_bytes: Some(24 << 20), ..options };
    let (server, sender) = (Server::start_with(options).await, Browser::start().await);
    let filler = server.data().join("filler");
    std::fs::write(&filler, vec![0; 16 << 20]).unwrap();
    let content = noise(12 << 20, 74);
    let files = sender.prepare(&[("large.bin", &content)]);
    sender.pick(&server.origin(), &files).await;
    sender.click("send").await;
    wait::until_so(
        SOON,
        "the page says that there is no room",
        async || sender.visible().await,
        |text| text.contains("no room"),
    )
    .await;
    std::fs::remove_file(&filler).unwrap();
    if sender.state().await == "error" {
        sender.click("retry").await;
    }
    let link = sender.sent().await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    assert_same(&recipient.take().await.unwrap().files().await.unwrap()[0].bytes, &content, "large.bin");
}

#[tokio::test]
async fn a_crash_of_the_browser_in_the_middle_of_a_download_is_not_counted_again() {
    only_if_browser_can!(KeptProfile);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    let files = [Source::new("interrupted.bin", noise(LEN, 75))];
    let (package, link) = sent_to(&server, &wire.origin(), &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    wire.slow_down(SLOW);
    recipient.take().await;
    until_carried(&wire, Wire::received).await;
    let recipient = recipient.kill_and_start_again().await;
    wire.speed_up();
    for file in recipient.in_downloads() {
        assert!(file.to_string_lossy().ends_with(".crdownload"), "{} looks whole", file.display());
        std::fs::remove_file(file).unwrap();
    }
    recipient.look(&link).await;
    recipient.click("download").await;
    let (name, content) = recipient.save().await;
    assert_same(&content, &files[0].bytes, &name);
    assert_eq!((started(&server, &package).await, taken(&server, &package).await), (1, 1));
}

/// Whether the page would have the browser ask before it is left.
async fn asks_before_leaving(browser: &Browser) -> bool {
    let script = "const leaving = new Event('beforeunload', { cancelable: true });
                  dispatchEvent(leaving); return leaving.defaultPrevented";
    browser.script(script).await.as_bool().unwrap()
}

#[tokio::test]
async fn leaving_in_the_middle_of_an_upload_is_asked_about() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    let content = noise(LEN, 77);
    let files = sender.prepare(&[("left.bin", &content)]);
    sender.pick(&wire.origin(), &files).await;
    assert!(!asks_before_leaving(&sender).await, "nothing would be lost");
    wire.slow_down(SLOW);
    sender.click("send").await;
    until_carried(&wire, Wire::sent).await;
    assert!(asks_before_leaving(&sender).await);
}
