//! Limits are told before the first byte, in words that a person understands.

use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::bytes::noise;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;

#[tokio::test]
async fn too_much_is_told_before_the_first_byte_and_goes_when_something_is_removed() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start_with(Options::flags(&["--share-bytes-max", "1048576"])).await;
    let sender = Browser::start_logging_requests().await;
    let (large, small) = (noise(1 << 20, 90), noise(100_000, 91));
    let files = sender.prepare(&[("small.bin", &small), ("large.bin", &large)]);
    sender.pick(&server.origin(), &files).await;
    let shown = async || sender.text("pick-problem").await;
    wait::until_so(SOON, "the page says that it is too much", shown, |text| text.contains("too much")).await;
    sender.script("document.getElementById('send').click()").await;
    assert_eq!(sender.state().await, "pick", "nothing is sent");
    assert!(!sender.requested().await.iter().any(|url| url.contains("/shares/")));
    let rows = sender.all("#basket li").await;
    for row in rows {
        if row.text().await.unwrap().contains("large.bin") {
            row.find(fantoccini::Locator::Css(".remove")).await.unwrap().click().await.unwrap();
            break;
        }
    }
    sender.click("send").await;
    sender.sent().await;
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_stops_the_upload_with_a_clear_sentence() {
    only_if_browser_can!(ChangedFiles);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("changing.bin", &noise(3 << 20, 92))]);
    sender.pick(&server.origin(), &files).await;
    sender.set(&Choices::default()).await;
    std::fs::write(&files[0], noise((3 << 20) + 1, 93)).unwrap();
    sender.click("send").await;
    sender.state_of(&["error"]).await;
    let text = sender.visible().await;
    assert!(text.contains("changing.bin") && text.contains("changed"), "{text}");
    let blobs = async || subrosa_tests::disk::files_below(&server.data().join("blobs/shares"));
    wait::until_so(SOON, "what was sent is deleted", blobs, Vec::is_empty).await;
}
