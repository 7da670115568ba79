//! Browsers that lack something: what can work works, and what cannot is said in plain words.

use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::bytes::{assert_same, noise};
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;

use crate::{one_file, sent, started, taken};

#[tokio::test]
async fn without_service_workers_a_file_is_saved_all_the_same() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("by blob.bin", noise(9 << 20, 100)), Source::new("second.bin", noise(1000, 101))];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages("Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined })").await;
    recipient.look(&link).await;
    recipient.all("#files button[data-entry]").await[0].click().await.unwrap();
    recipient.click("download-confirm").await;
    recipient.state_of(&["ask-saved"]).await;
    let (name, content) = recipient.downloaded().await;
    assert_eq!(name, "by blob.bin");
    assert_same(&content, &files[0].bytes, &name);
    assert_eq!(started(&server, &package).await, 1);
}

#[tokio::test]
async fn without_storage_a_download_works_and_the_page_says_what_is_missing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let forbidden = "for (const name of ['localStorage', 'indexedDB'])
        Object.defineProperty(window, name, { get() { throw new DOMException('forbidden', 'SecurityError') } })";
    recipient.before_pages(forbidden).await;
    recipient.look(&link).await;
    assert!(recipient.text("left").await.contains("might be counted again"), "{}", recipient.text("left").await);
    recipient.take().await;
    assert_eq!(recipient.save().await.1, b"Dear friend");
}

#[tokio::test]
async fn without_webassembly_the_pages_say_so_and_ask_nothing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, browser) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    browser.before_pages("delete globalThis.WebAssembly").await;
    for page in [link, server.origin()] {
        browser.open("about:blank").await;
        browser.open(&page).await;
        browser.state_of(&["unsupported"]).await;
        assert!(browser.visible().await.contains("too old"), "{}", browser.visible().await);
    }
    assert_eq!(taken(&server, &package).await, 0);
}

#[tokio::test]
async fn without_randomness_the_pages_refuse_to_work() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, browser) = (Server::start().await, Browser::start().await);
    browser.before_pages("Crypto.prototype.getRandomValues = () => { throw new Error('none') }").await;
    browser.open(&server.origin()).await;
    browser.state_of(&["unsupported"]).await;
    assert!(browser.visible().await.contains("random"), "{}", browser.visible().await);
}

#[tokio::test]
async fn without_scripts_the_pages_say_what_they_need() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start().await;
    for page in ["/", "/s"] {
        let text = reqwest::get(format!("{}{page}", server.origin())).await.unwrap().text().await.unwrap();
        let spoken = text
            .split("<noscript>")
            .skip(1)
            .any(|rest| rest.split("</noscript>").next().unwrap().contains("JavaScript"));
        assert!(spoken, "{text}");
    }
}
