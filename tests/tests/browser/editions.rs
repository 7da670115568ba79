//! Promise: a corrected file comes behind the same links. Each link shows one version, whole; who
//! downloads finishes what they began; the sender sees which is where, and can go back.

use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

/// Puts files as a new version behind the links of what was sent.
async fn put_version(sender: &Browser, files: &[(&str, &[u8])], is_one_more: bool) {
    sender.click("new-version").await;
    sender.state_of(&["pick"]).await;
    sender.assert_accessible().await;
    sender.pick_more("file-input", &sender.prepare(files)).await;
    if is_one_more {
        sender.click("edition-more").await;
    }
    sender.click("send").await;
    sender.state_of(&["done"]).await;
}

/// Texts of the versions that there are.
async fn versions(browser: &Browser) -> Vec<String> {
    let rows = "return [...document.querySelectorAll('#versions-list:not([hidden]) li')].map((row) =>
        `${row.dataset.version} ${row.querySelector('.what').textContent.split(' · ').at(-1)}`)";
    serde_json::from_value(browser.script(rows).await).unwrap()
}

async fn until_versions(browser: &Browser, wanted: &[&str]) {
    wait::until_so(SOON, &format!("{wanted:?}"), async || versions(browser).await, |rows| rows == wanted).await;
}

async fn said(browser: &Browser, id: &str) -> String {
    browser.script(&format!("return document.getElementById('{id}')?.textContent ?? ''")).await.as_str().unwrap().into()
}

#[tokio::test]
async fn a_corrected_file_comes_behind_the_same_link_and_one_can_go_back() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("report.txt", b"with a mistake")]);
    let choices = Choices { password: Some("right horse".into()), ..Choices::downloads(5) };
    sender.allow_clipboard(&server.origin()).await;
    let link = sender.send(&server.origin(), &files, &choices).await;
    assert_eq!(versions(&sender).await, Vec::<String>::new());

    // The link of the password is shown here only: it has to be handed out first.
    sender.state_of(&["done"]).await;
    sender.click("new-version").await;
    let problem = async || said(&sender, "versions-problem").await;
    wait::until_so(SOON, "it is told", problem, |told| told.starts_with("Send the links first.")).await;
    for copy in ["copy", "push-copy"] {
        sender.click(copy).await;
        let copied = async || said(&sender, copy).await;
        wait::until_so(SOON, "it is copied", copied, |label| label.contains("Copied")).await;
    }

    // Left, and come back to.
    sender.click("new-version").await;
    sender.state_of(&["pick"]).await;
    let hidden = "return getComputedStyle(document.getElementById('password').closest('.field')).display";
    assert_eq!(sender.script(hidden).await, "none", "the links keep what was chosen for them");
    sender.click("edition-leave").await;
    sender.state_of(&["done"]).await;

    put_version(&sender, &[("report.txt", b"corrected"), ("more.txt", b"and more")], false).await;
    until_versions(&sender, &["1 behind no link", "2 behind 1 link"]).await;
    assert_eq!(said(&sender, "versions-said").await, "1 link shows version 2 now.");
    sender.assert_accessible().await;

    let unlock = async || {
        recipient.open("about:blank").await;
        recipient.open(&link).await;
        recipient.state_of(&["password"]).await;
        recipient.type_into("password", "right horse").await;
        recipient.click("open").await;
        recipient.state_of(&["ready"]).await;
        said(&recipient, "edition").await
    };
    let told = unlock().await;
    assert!(told.starts_with("This is version 2 of these files, sealed on "), "{told}");
    recipient.assert_accessible().await;
    let names = "return [...document.querySelectorAll('#files button[data-entry]')].length";
    assert_eq!(recipient.script(names).await, 2);

    // Back to the version before: this device has seen the newer one, and says so.
    sender.click_at("#versions-list li[data-version='1'] .use").await;
    until_versions(&sender, &["1 behind 1 link", "2 behind no link"]).await;
    let told = unlock().await;
    assert!(told.contains("This is version 1, but this device has seen version 2 here."), "{told}");
    sender.click_at("#versions-list li[data-version='2'] .remove").await;
    until_versions(&sender, &[]).await;
    let events = "return [...document.querySelectorAll('#timeline li')].map((line) => line.dataset.event).join(' ')";
    let has_all = |told: &serde_json::Value| {
        let told = told.as_str().unwrap_or_default();
        ["edition-completed", "moved", "edition-deleted"].iter().all(|event| told.contains(event))
    };
    wait::until_so(SOON, "the timeline", async || sender.script(events).await, has_all).await;
    Leaks::of_text("a file's text", "corrected").assert_none(&server);
}

#[tokio::test]
async fn a_download_that_was_begun_finishes_on_its_version() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("one.txt", b"first one"), ("two.txt", b"first two")]);
    let link = sender.send(&server.origin(), &files, &Choices::downloads(5)).await;
    recipient.open(&link).await;
    recipient.state_of(&["ready"]).await;
    // One of two is saved: the download goes on.
    recipient.click_at("#files button[data-entry='0']").await;
    recipient.click("download-confirm").await;
    recipient.state_of(&["ask-saved"]).await;
    recipient.downloaded().await;
    recipient.click("saved-yes").await;
    recipient.state_of(&["ready"]).await;

    put_version(&sender, &[("one.txt", b"second one")], false).await;
    until_versions(&sender, &["1 behind no link", "2 behind 1 link"]).await;
    recipient.reload().await;
    recipient.state_of(&["ready"]).await;
    let told = said(&recipient, "edition").await;
    assert!(told.contains("a newer version here since you began"), "{told}");
    recipient.click_at("#files button[data-entry='1']").await;
    let (name, content) = recipient.save().await;
    assert_eq!((name.as_str(), content.as_slice()), ("two.txt", b"first two".as_slice()));

    recipient.open("about:blank").await;
    let (name, content) = recipient.receive(&link).await;
    assert_eq!((name.as_str(), content.as_slice()), ("one.txt", b"second one".as_slice()));
}

#[tokio::test]
async fn a_list_that_was_read_before_the_new_version_came_is_read_anew() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("report.txt", b"with a mistake")]);
    let link = sender.send(&server.origin(), &files, &Choices::downloads(5)).await;
    recipient.open(&link).await;
    recipient.state_of(&["ready"]).await;
    put_version(&sender, &[("report.txt", b"corrected")], false).await;
    recipient.click("download").await;
    recipient.click("download-confirm").await;
    let told = async || said(&recipient, "edition").await;
    wait::until_so(SOON, "it is told", told, |told| told.starts_with("This is version 2")).await;
    recipient.state_of(&["ready"]).await;
    recipient.click("download").await;
    recipient.state_of(&["ask-saved"]).await;
    let (_, content) = recipient.downloaded().await;
    assert_eq!(content, b"corrected");
}

#[tokio::test]
async fn a_new_version_that_was_left_gives_way_to_one_of_another_device() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("report.txt", b"with a mistake")]);
    let link = sender.send(&server.origin(), &files, &Choices::downloads(5)).await;
    let owner = sender.value("owner-link").await;
    sender.click("new-version").await;
    sender.state_of(&["pick"]).await;
    let large = vec![7; 20 << 20];
    sender.pick_more("file-input", &sender.prepare(&[("report.txt", large.as_slice())])).await;
    // It is begun, and nothing of it arrives until the page is closed.
    let held = "const real = window.fetch;
        window.fetch = async (...call) => {
            const answer = await real(...call);
            if (!call[0].endsWith('/contents/2')) return answer;
            window.begun = true;
            return new Promise(() => {});
        }";
    sender.script(held).await;
    sender.click("send").await;
    sender.state_of(&["uploading"]).await;
    let begun = async || sender.script("return window.begun === true").await;
    wait::until_so(SOON, "the version is begun", begun, |begun| begun == true).await;
    sender.open("about:blank").await;
    recipient.look(&link).await;

    // Another device begins one too: the one before is given up, and its
    // number is not given again.
    let other = Browser::start().await;
    other.open(&owner).await;
    other.state_of(&["done"]).await;
    put_version(&other, &[("report.txt", b"corrected")], false).await;
    until_versions(&other, &["1 behind no link", "3 behind 1 link"]).await;
    let (_, content) = recipient.receive(&link).await;
    assert_eq!(content, b"corrected");
}

#[tokio::test]
async fn two_devices_that_begin_a_version_at_the_same_moment_take_nothing_from_each_other() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, other) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("report.txt", b"with a mistake")]);
    let link = sender.send(&server.origin(), &files, &Choices::downloads(5)).await;
    let owner = sender.value("owner-link").await;
    other.open(&owner).await;
    other.state_of(&["done"]).await;
    // Both have read that nobody puts one, before either begins.
    let held = "const real = window.fetch;
        window.fetch = async (...call) => {
            if (call[0].endsWith('/contents/2')) {
                window.begins = true;
                while (!window.goOn) await new Promise((next) => setTimeout(next, 20));
            }
            return real(...call);
        }";
    for (browser, text) in [(&sender, &b"one"[..]), (&other, b"two")] {
        browser.click("new-version").await;
        browser.state_of(&["pick"]).await;
        browser.pick_more("file-input", &browser.prepare(&[("report.txt", text)])).await;
        browser.script(held).await;
        browser.click("send").await;
        let begins = async || browser.script("return window.begins === true").await;
        wait::until_so(SOON, "it begins", begins, |begins| *begins == true).await;
    }
    sender.script("window.goOn = true").await;
    sender.state_of(&["done"]).await;
    other.script("window.goOn = true").await;
    other.state_of(&["error"]).await;
    let told = other.text("error").await;
    assert!(told.contains("Another device"), "{told}");
    // Who goes back takes nothing away.
    other.click("restart").await;
    other.state_of(&["pick"]).await;
    let recipient = Browser::start().await;
    let (_, content) = recipient.receive(&link).await;
    assert_eq!(content, b"one");
}
