//! Browsers that lack something: what can work works, and what cannot is said in plain words.

use subrosa_tests::browser::pages::unzip;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::bytes::{assert_same, noise};
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::altered::{flip, stored};
use crate::{one_file, sent, started, taken};

/// As windows inside of apps are: where pages may write into a picked file, they would.
const NO_SERVICE_WORKER: &str = "Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined });
    delete window.showSaveFilePicker; delete window.showDirectoryPicker;";
/// It is registered behind another, and that one never ends.
const SERVICE_WORKER_NEVER_COMES: &str = "
    const { serviceWorker } = navigator;
    if (serviceWorker) {
        serviceWorker.register = () => new Promise(() => { window.isAskedFor = true; });
    }
    delete window.showSaveFilePicker;";

/// Files that the page keeps in the browser's storage.
async fn kept_in_storage(browser: &Browser) -> u64 {
    let count = "return navigator.storage.getDirectory()
        .then((root) => root.getDirectoryHandle('saves', { create: true }))
        .then(async (folder) => { let count = 0; for await (const _ of folder.keys()) count += 1; return count })";
    browser.script(count).await.as_u64().unwrap()
}

#[tokio::test]
async fn without_service_workers_files_are_saved_by_way_of_the_storage_and_leave_it() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("by storage.bin", noise(9 << 20, 100)), Source::new("second.bin", noise(1000, 101))];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages(NO_SERVICE_WORKER).await;
    recipient.look(&link).await;
    recipient.all("#files button[data-entry]").await[0].click().await.unwrap();
    recipient.click("download-confirm").await;
    recipient.state_of(&["ask-saved"]).await;
    let (name, content) = recipient.downloaded().await;
    assert_eq!(name, "by storage.bin");
    assert_same(&content, &files[0].bytes, &name);
    assert_eq!(kept_in_storage(&recipient).await, 1);
    recipient.click("saved-yes").await;
    recipient.state_of(&["ready"]).await;
    let kept = async || kept_in_storage(&recipient).await;
    wait::until_so(SOON, "what is saved need not lie there any more", kept, |kept| *kept == 0).await;

    recipient.click("download").await;
    recipient.state_of(&["ask-saved"]).await;
    let mut entries = unzip(&recipient.downloaded().await.1);
    entries.sort();
    for ((name, content), file) in entries.iter().zip(&files) {
        assert_eq!(name, &file.path);
        assert_same(content, &file.bytes, name);
    }
    assert_eq!(kept_in_storage(&recipient).await, 1);
    assert_eq!(started(&server, &package).await, 1);
    recipient.reload().await;
    recipient.state_of(&["ready"]).await;
    wait::until_so(SOON, "the next visit removes what is left", kept, |kept| *kept == 0).await;
}

#[tokio::test]
async fn a_service_worker_that_never_comes_holds_nobody_up() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("waits.bin", noise(300_000, 103))];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages(SERVICE_WORKER_NEVER_COMES).await;
    recipient.look(&link).await;
    recipient.take().await;
    wait::until(SOON, "the page asked for one", async || {
        recipient.script("return window.isAskedFor === true").await.as_bool().filter(|asked| *asked)
    })
    .await;
    recipient.click("cancel").await;
    recipient.state_of(&["stopped"]).await;
    recipient.click("retry").await;
    recipient.state_of(&["ready"]).await;
    recipient.click("download").await;
    recipient.state_of(&["ask-saved"]).await;
    let (name, content) = recipient.downloaded().await;
    assert_same(&content, &files[0].bytes, &name);
    assert_eq!(started(&server, &package).await, 1);
}

#[tokio::test]
async fn without_service_workers_an_altered_file_leaves_nothing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("altered.bin", noise(20 << 20, 102))];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages(NO_SERVICE_WORKER).await;
    recipient.look(&link).await;
    flip(&stored(&server, &package, "2-"), 1_000_000);
    recipient.take().await;
    recipient.state_of(&["error", "stopped"]).await;
    let kept = async || kept_in_storage(&recipient).await;
    wait::until_so(SOON, "half a file is removed", kept, |kept| *kept == 0).await;
    assert!(recipient.in_downloads().is_empty());
}

/// Takes something more away than service workers, and expects that a file is saved from the page's
/// memory.
async fn assert_saved_from_memory(without: impl AsyncFnOnce(&Browser, &Server)) {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("by blob.bin", noise(9 << 20, 100)), Source::new("second.bin", noise(1000, 101))];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages(NO_SERVICE_WORKER).await;
    without(&recipient, &server).await;
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
async fn without_service_workers_and_storage_a_file_is_saved_from_memory() {
    only_if_browser_can!(DevTools);
    let forbidden = "if (globalThis.StorageManager) StorageManager.prototype.getDirectory = () =>
        Promise.reject(new DOMException('forbidden', 'SecurityError'))";
    assert_saved_from_memory(async |recipient, _| recipient.before_pages(forbidden).await).await;
}

#[tokio::test]
async fn without_service_workers_and_room_in_the_storage_a_file_is_saved_from_memory() {
    only_if_browser_can!(DevTools);
    assert_saved_from_memory(async |recipient, server| {
        let room = serde_json::json!({ "origin": server.origin(), "quotaSize": 20 << 20 });
        recipient.devtools("Storage.overrideQuotaForOrigin", room).await;
    })
    .await;
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
