//! Promise: what another app shares with the installed page comes into what is picked, and
//! nowhere else: no server gets it, and nothing of it stays behind.

use serde_json::{Value, json};
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::server::Server;
use subrosa_tests::{only_if_browser_can, wait};

/// Installs the page, as far as the page notices.
async fn install(browser: &Browser, server: &Server) {
    browser.open(&server.origin()).await;
    browser.state_of(&["pick"]).await;
    browser.script("dispatchEvent(new Event('appinstalled'))").await;
    until_it_takes(browser).await;
}

async fn until_it_takes(browser: &Browser) {
    let look = "navigator.serviceWorker.getRegistration('/given').then((found) => {
        window.isThere = found?.active?.state === 'activated'; });
        return window.isThere ?? false";
    wait::until(SOON, "the service worker", async || browser.script(look).await.as_bool().filter(|is| *is)).await;
}

/// Hands something over, as the system of a device does: from nowhere, by a form.
async fn hand_over(browser: &Browser, server: &Server, files: &[(&str, &str)], texts: &[(&str, &str)]) {
    browser.open("about:blank").await;
    let post = "
        const [action, files, texts] = arguments;
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', enctype: 'multipart/form-data', action });
        const input = Object.assign(document.createElement('input'), { type: 'file', name: 'files', multiple: true });
        const all = new DataTransfer();
        for (const [name, content] of files) all.items.add(new File([content], name));
        input.files = all.files;
        form.append(input);
        for (const [name, value] of texts) form.append(Object.assign(document.createElement('input'), { name, value }));
        document.body.append(form);
        form.submit();";
    let action = format!("{}/given", server.origin());
    browser.script_with(post, vec![json!(action), json!(files), json!(texts)]).await;
    let is_there = async || browser.address().await == format!("{}/", server.origin());
    wait::until(SOON, "the page", async || is_there().await.then_some(())).await;
    browser.state_of(&["pick"]).await;
}

/// What is picked.
async fn basket(browser: &Browser) -> Vec<String> {
    let names = "return [...document.querySelectorAll('#basket .name')].map((name) => name.textContent)";
    serde_json::from_value(browser.script(names).await).unwrap()
}

/// What the page says of it, and what it lists.
async fn listed(browser: &Browser) -> (String, Vec<String>) {
    let said = wait::until(SOON, "it is told", async || {
        let said = browser.text("given").await;
        (!said.is_empty()).then_some(said)
    })
    .await;
    (said, basket(browser).await)
}

/// What lies in storage, caches, and who controls the page.
async fn left_behind(browser: &Browser) -> Value {
    let look = "
        window.left = null;
        const opening = indexedDB.open('subrosa-given', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('given');
        opening.onsuccess = () => {
            const counting = opening.result.transaction('given').objectStore('given').count();
            counting.onsuccess = async () => {
                window.left = [counting.result, await caches.keys(), navigator.serviceWorker.controller];
                opening.result.close();
            };
        };";
    browser.script(look).await;
    wait::until(SOON, "the look", async || {
        let left = browser.script("return window.left").await;
        (!left.is_null()).then_some(left)
    })
    .await
}

#[tokio::test]
async fn what_another_app_shares_comes_into_what_is_picked_and_stays_nowhere() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, browser) = (Server::start().await, Browser::start().await);
    install(&browser, &server).await;
    let files = [("canary photo.txt", "canary: what was shared"), ("b.txt", "b")];
    let texts = [("title", "A page"), ("text", "https://example.org/canary"), ("url", "https://example.org/canary")];
    hand_over(&browser, &server, &files, &texts).await;
    let (said, names) = listed(&browser).await;
    assert!(said.contains("Another app") && said.contains("Nothing is sent"), "{said}");
    for name in ["canary photo.txt", "b.txt", "text from an app.txt"] {
        wait::until_so(
            SOON,
            name,
            async || basket(&browser).await,
            |names| names.iter().any(|found| found.contains(name)),
        )
        .await;
    }
    assert!(names.len() <= 3, "{names:?}");
    browser.assert_accessible().await;
    assert_eq!(left_behind(&browser).await, json!([0, [], null]));
    let mut leaks = Leaks::default();
    leaks.text("what was shared", "canary: what was shared");
    leaks.text("an address", "https://example.org/canary");
    leaks.assert_none(&server);

    // It is sent as whatever is picked.
    browser.click("send").await;
    let link = browser.sent().await;
    let recipient = Browser::start().await;
    recipient.look(&link).await;
    assert_eq!(recipient.listed().await.len(), 3);
    leaks.assert_none(&server);

    // A reload brings nothing back, and a visit that nobody led here says nothing.
    let other = Browser::start().await;
    other.open(&server.origin()).await;
    other.state_of(&["pick"]).await;
    assert_eq!(other.text("given").await, "");
}

#[tokio::test]
async fn what_is_shared_before_there_is_a_service_worker_is_for_nobody_and_the_page_says_so() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, browser) = (Server::start().await, Browser::start().await);
    let mut leaks = Leaks::default();
    leaks.text("what was shared", "canary: what was shared");
    leaks.text("an address", "https://example.org/canary");
    hand_over(&browser, &server, &[("canary.txt", "canary: what was shared")], &[("text", "canary")]).await;
    let (said, names) = listed(&browser).await;
    assert!(said.contains("Nothing came"), "{said}");
    assert_eq!(names, Vec::<String>::new());
    leaks.assert_none(&server);
    // The next time, it comes.
    until_it_takes(&browser).await;
    hand_over(&browser, &server, &[("again.txt", "again")], &[]).await;
    let (said, _) = listed(&browser).await;
    assert!(said.contains("Another app"), "{said}");
    wait::until_so(SOON, "the file", async || basket(&browser).await, |names| names.len() == 1).await;
}
