//! Promise: ten words keep the list of what you sent in step on all your devices, and bring it
//! back; the server reads none of it.

use std::path::Path;
use std::process::Command;

use serde_json::json;
use subrosa_shared::secret::OwnerSecret;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;

use crate::sent_list::{item, keep};

/// Opens the page of the words.
async fn open(browser: &Browser, server: &Server, wanted: &str) {
    browser.open(&format!("{}/phrase", server.origin())).await;
    browser.state_of(&[wanted]).await;
}

/// Types into a field in place of what is there.
async fn put(browser: &Browser, id: &str, text: &str) {
    browser
        .script_with("document.getElementById(arguments[0]).value = arguments[1]", vec![json!(id), json!(text)])
        .await;
}

async fn until_says(browser: &Browser, id: &str, wanted: &str) {
    wait::until_so(SOON, wanted, async || browser.text(id).await, |told| told.contains(wanted)).await;
}

/// Draws words, and gives them; they are still to be typed.
async fn drawn(browser: &Browser, button: &str) -> Vec<String> {
    browser.click(button).await;
    if button == "renew" {
        browser.click("ask-yes").await;
    }
    browser.state_of(&["made"]).await;
    // In two columns nobody knows their order without numbers.
    let numbers = browser.script("return getComputedStyle(document.querySelector('#words')).listStyleType").await;
    assert_eq!(numbers, "decimal");
    let words =
        browser.script("return [...document.querySelectorAll('#words > li')].map((row) => row.textContent)").await;
    serde_json::from_value(words).unwrap()
}

/// Types the words that were drawn.
async fn confirm(browser: &Browser, words: &[String]) {
    put(browser, "confirm-words", &words.join(" ")).await;
    browser.click("confirm-go").await;
    browser.state_of(&["on"]).await;
    until_says(browser, "on-said", "In step").await;
}

/// A device that syncs, and its words.
async fn syncing(server: &Server) -> (Browser, Vec<String>) {
    let browser = Browser::start().await;
    open(&browser, server, "start").await;
    let words = drawn(&browser, "make").await;
    confirm(&browser, &words).await;
    (browser, words)
}

async fn restore(browser: &Browser, words: &str) {
    put(browser, "restore-words", words).await;
    browser.click("restore-go").await;
}

/// Another device, which was given the words.
async fn another(server: &Server, words: &[String]) -> Browser {
    let browser = Browser::start().await;
    open(&browser, server, "start").await;
    restore(&browser, &words.join(" ")).await;
    browser.state_of(&["on"]).await;
    until_says(&browser, "on-said", "In step").await;
    browser
}

/// Keeps something on a device, as the page of a result does.
async fn kept(browser: &Browser, server: &Server, seed: u8, name: &str) {
    let owner = OwnerSecret::from_bytes([seed; 32]);
    keep(browser, &[item(&owner, &server.origin(), name, 1_790_000_000_000 + u64::from(seed))]).await;
}

async fn sync(browser: &Browser) {
    browser.click("sync-now").await;
    let done = async || browser.script("return !document.getElementById('sync-now').disabled").await;
    wait::until_so(SOON, "it has synced", done, |done| done == &json!(true)).await;
}

/// Names on the list of a device, in order.
async fn names(browser: &Browser) -> Vec<String> {
    let names = "
        const opening = indexedDB.open('subrosa-keyring', 1);
        opening.onsuccess = () => {
            const asked = opening.result.transaction('keyring').objectStore('keyring').getAll();
            asked.onsuccess = () => {
                opening.result.close();
                window.found = asked.result.map(({ name }) => name).sort();
            };
        };";
    browser.script(&format!("delete window.found; {names}")).await;
    let found = wait::until(SOON, "the names", async || {
        let found = browser.script("return window.found ?? null").await;
        (!found.is_null()).then_some(found)
    });
    serde_json::from_value(found.await).unwrap()
}

#[tokio::test]
async fn words_are_made_checked_and_bring_the_list_to_another_device() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start_with(Options::default().logging("trace")).await;
    let one = Browser::start().await;
    open(&one, &server, "start").await;
    one.assert_accessible().await;
    kept(&one, &server, 0x51, "canary: the quarterly report").await;
    let words = drawn(&one, "make").await;
    assert_eq!(words.len(), 10);
    one.assert_accessible().await;

    let mut swapped = words.clone();
    swapped.swap(1, 4);
    let mut misspelt = words.clone();
    misspelt[0] = format!("{}q", words[0]);
    let mut other = words.clone();
    other[2] = if words[2] == "zoom" { "abacus".to_owned() } else { "zoom".to_owned() };
    let mut reversed = words.clone();
    reversed.reverse();
    for (typed, told) in [
        (swapped.join(" "), "words 2 and 5"),
        (misspelt.join(" "), "Word 1 is not on the list. Is it one of these"),
        (other.join(" "), "Word 3 is on the list, but it is not yours"),
        (reversed.join(" "), "their order"),
        (words[1..].join(" "), "These are 9 words"),
    ] {
        put(&one, "confirm-words", &typed).await;
        one.click("confirm-go").await;
        until_says(&one, "confirm-problem", told).await;
        assert_eq!(one.state().await, "made");
    }
    confirm(&one, &words).await;
    one.assert_accessible().await;
    // Nothing of the words is left, and they can still be checked.
    let there = one.script("return document.documentElement.outerHTML").await;
    assert!(!there.as_str().unwrap().contains(&words.join(" ")));
    put(&one, "check-words", &swapped.join(" ")).await;
    one.click("check-go").await;
    until_says(&one, "check-problem", "words 2 and 5").await;
    put(&one, "check-words", &words.join(", ").to_uppercase()).await;
    one.click("check-go").await;
    until_says(&one, "check-right", "Right").await;

    let two = Browser::start().await;
    open(&two, &server, "start").await;
    restore(&two, &swapped.join(" ")).await;
    until_says(&two, "restore-problem", "no list under these words").await;
    restore(&two, &words.join(" ")).await;
    two.state_of(&["on"]).await;
    wait::until_so(SOON, "the list", async || names(&two).await, |names| names == &["canary: the quarterly report"])
        .await;
    two.open(&format!("{}/links", server.origin())).await;
    two.state_of(&["list"]).await;
    until_says(&two, "list", "canary: the quarterly report").await;
    until_says(&two, "in-step", "In step with your other devices").await;
    two.assert_accessible().await;

    let mut leaks = Leaks::of_text("the words", &words.join(" "));
    leaks.text("two of the words", &words[3..5].join(" "));
    leaks.text("the name", "canary: the quarterly report");
    leaks.secret("the owner secret", &[0x51; 32]);
    leaks.text("the owner's token", &OwnerSecret::from_bytes([0x51; 32]).to_token());
    leaks.assert_none(&server);
}

#[tokio::test]
async fn devices_that_change_at_once_come_to_the_same_and_deletions_travel() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start().await;
    let (one, words) = syncing(&server).await;
    let two = another(&server, &words).await;
    tokio::join!(kept(&one, &server, 1, "a"), kept(&two, &server, 2, "b"));
    tokio::join!(sync(&one), sync(&two));
    // Who was slower has both; who was faster looks again.
    tokio::join!(sync(&one), sync(&two));
    for device in [&one, &two] {
        wait::until_so(SOON, "both", async || names(device).await, |names| names == &["a", "b"]).await;
    }
    one.open(&format!("{}/links", server.origin())).await;
    one.state_of(&["list"]).await;
    until_says(&one, "in-step", "In step").await;
    one.click("forget-all").await;
    one.click("ask-yes").await;
    // It goes by itself; the other one looks.
    wait::until_so(
        SOON,
        "the deletion",
        async || {
            sync(&two).await;
            names(&two).await
        },
        Vec::is_empty,
    )
    .await;
    one.reload().await;
    one.state_of(&["list"]).await;
    until_says(&one, "in-step", "In step").await;
    assert!(names(&one).await.is_empty());
}

/// Puts a folder in the place of another.
fn copy(from: &Path, to: &Path) {
    let _ = std::fs::remove_dir_all(to);
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

#[tokio::test]
async fn a_server_that_gives_back_an_older_list_is_told_and_loses_nothing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let mut server = Server::start().await;
    let (one, words) = syncing(&server).await;
    kept(&one, &server, 1, "a").await;
    sync(&one).await;
    let aside = tempfile::tempdir().unwrap();
    let backup = aside.path().join("backup");
    server.kill_9().await;
    copy(&server.data(), &backup);
    server = server.start_again().await;
    kept(&one, &server, 2, "b").await;
    sync(&one).await;
    server.kill_9().await;
    copy(&backup, &server.data());
    server = server.start_again().await;
    sync(&one).await;
    until_says(&one, "on-problem", "older list").await;
    sync(&one).await;
    wait::until_so(SOON, "once", async || one.text("on-problem").await, String::is_empty).await;
    let two = another(&server, &words).await;
    assert_eq!(names(&two).await, ["a", "b"]);
}

#[tokio::test]
async fn new_words_take_everything_with_them_and_stopping_deletes() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start().await;
    let (one, words) = syncing(&server).await;
    let two = another(&server, &words).await;
    kept(&one, &server, 1, "a").await;
    kept(&two, &server, 2, "b").await;
    sync(&two).await;
    let new = drawn(&one, "renew").await;
    assert_ne!(new, words);
    confirm(&one, &new).await;
    assert_eq!(names(&one).await, ["a", "b"]);
    // The old words open nothing any more, and say so.
    sync(&two).await;
    until_says(&two, "on-problem", "no list under your words any more").await;
    two.click("stop-here").await;
    two.click("ask-yes").await;
    two.state_of(&["start"]).await;
    restore(&two, &words.join(" ")).await;
    until_says(&two, "restore-problem", "no list under these words").await;
    restore(&two, &new.join(" ")).await;
    two.state_of(&["on"]).await;
    assert_eq!(names(&two).await, ["a", "b"]);

    one.click("stop").await;
    one.click("ask-yes").await;
    one.state_of(&["start"]).await;
    assert_eq!(names(&one).await, ["a", "b"], "the device keeps what it has");
    let left = async || std::fs::read_dir(server.data().join("blobs/shares")).map_or(0, Iterator::count);
    wait::until_so(SOON, "the synced list is deleted", left, |left| *left == 0).await;
    sync(&two).await;
    until_says(&two, "on-problem", "no list under your words any more").await;
    // Somebody may want it back.
    two.click("begin-again").await;
    until_says(&two, "on-said", "In step").await;
    let three = another(&server, &new).await;
    assert_eq!(names(&three).await, ["a", "b"]);
}
