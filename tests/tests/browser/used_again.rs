//! A browser that a test gets has nothing of the test before, though it may be the same process.

use std::path::PathBuf;

use serde_json::json;
use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;

/// Keeps something in every place that a page has.
const KEEP: &str = "
    localStorage.setItem('kept', '1');
    sessionStorage.setItem('kept', '1');
    document.cookie = 'kept=1';
    const folder = await navigator.storage.getDirectory();
    await folder.getFileHandle('kept', { create: true });
    await (await caches.open('kept')).put('/kept', new Response('kept'));
    await new Promise((resolve, reject) => {
        const opening = indexedDB.open('kept');
        opening.onsuccess = () => resolve(opening.result.close());
        opening.onerror = () => reject(opening.error);
    });
    const { registerService } = await import('/scripts/workers/trusted-scripts.js');
    await registerService('/save-worker.js', '/dl/');";
/// What of that is there.
const FOUND: &str = "
    const found = [...Object.keys(localStorage), ...Object.keys(sessionStorage), document.cookie];
    const folder = await navigator.storage.getDirectory();
    for await (const name of folder.keys()) found.push(name);
    found.push(...(await caches.keys()), ...(await indexedDB.databases()).map(({ name }) => name));
    found.push(...(await navigator.serviceWorker.getRegistrations()).map(({ scope }) => scope));
    found.push(...(history.length > 2 ? ['history'] : []));
    // The page makes this one when it looks whether it has something to sync.
    return found.filter((name) => !['', 'subrosa-keyring-sync'].includes(name));";

async fn run(browser: &Browser, script: &str) -> serde_json::Value {
    browser.script(&format!("return (async () => {{ {script} }})()")).await
}

/// Keeps all that in a browser and gives it back; its folder of downloads.
async fn use_one(server: &Server, page: &str) -> PathBuf {
    let browser = Browser::start().await;
    browser.open(page).await;
    run(&browser, KEEP).await;
    let found = run(&browser, FOUND).await;
    assert_eq!(found.as_array().map(Vec::len), Some(7), "so this can fail: {found}");
    browser.allow_clipboard(&server.origin()).await;
    std::fs::write(browser.downloads().join("kept"), "kept").unwrap();
    browser.prepare(&[("kept", b"kept")]);
    browser.downloads()
}

#[tokio::test]
async fn a_browser_has_nothing_of_the_test_before() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start().await;
    let page = format!("{}/push", server.origin());
    // The one that was given back last is taken first, unless another test was faster.
    for _ in 0..5 {
        let used = use_one(&server, &page).await;
        let browser = Browser::start().await;
        if browser.downloads() != used {
            continue;
        }
        assert!(browser.in_downloads().is_empty());
        assert!(std::fs::read_dir(browser.outbox()).unwrap().next().is_none());
        browser.open(&page).await;
        assert_eq!(run(&browser, FOUND).await, json!([]));
        let allowed = "return (await navigator.permissions.query({ name: 'clipboard-read' })).state";
        assert_ne!(run(&browser, allowed).await, "granted");
        return;
    }
    panic!("no browser was used again");
}
