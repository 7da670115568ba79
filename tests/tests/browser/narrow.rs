//! Promise: on the smallest phone, in every language, all is there to be read and reached: nothing
//! is cut off, and what has the focus lies under nothing. What the other tests of languages do not
//! come by: deep folders, looks at files, uploads that were interrupted.

use serde_json::Value;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::bytes::noise;
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;
use subrosa_tests::wire::Wire;

use crate::documents::document;
use crate::languages::{READERS, narrow, speaks, speaks_in};
use crate::sent;

/// More files than are listed without a search.
const FILES: usize = 21;
/// As often as the key is pressed that leads to the next control.
const STEPS: usize = 30;
const TAB: &str = "\u{e004}";

/// The control that has the focus, if something else lies on the middle of it.
const BURIED: &str = r"
    const { activeElement: active } = document;
    if (active === document.body || active.matches('iframe')) return null;
    const { left, top, width, height } = active.getBoundingClientRect();
    const above = document.elementFromPoint(left + width / 2, top + height / 2);
    return above && (active.contains(above) || above.contains(active)) ? null : active.outerHTML;";

/// Looks at a file. A driver does not scroll to what it believes to be in sight, as it may be below
/// the bar.
async fn look_at(browser: &Browser, name: &str) {
    let script = format!(
        "const look = document.querySelector(`#files button.look[aria-label*='{name}']`);
         look.scrollIntoView({{ block: 'center' }});
         look.click();"
    );
    browser.script(&script).await;
    if browser.state().await == "confirm" {
        browser.click("download-confirm").await;
    }
    // A module of megabytes may have to be compiled first.
    browser.state_within(3 * SOON, &["preview"]).await;
}

/// Goes through the page by the keyboard.
async fn reaches_all(browser: &Browser) {
    browser.script("scrollTo(0, 0); document.activeElement.blur()").await;
    for _ in 0..STEPS {
        browser.press(TAB).await;
        assert_eq!(browser.script(BURIED).await, Value::Null, "it has the focus, and something lies on it");
    }
}

#[tokio::test]
async fn deep_folders_and_looks_at_files_are_told_in_every_language() {
    only_if_browser_can!(DevTools);
    let names = (0..FILES).map(|at| format!("Unterlagen/Belege/2025/Beleg {at} mit einem Namen.txt"));
    let mut files: Vec<Source> = names.map(|name| Source::new(name, "1 234,00")).collect();
    files.push(Source::new("README.md", "# 2025"));
    files.push(Source::new("Report.pdf", document(3, "")));
    for reader in READERS {
        let _turn = turn().await;
        let (server, recipient) = (Server::start().await, narrow(reader.0).await);
        let (_, link) = sent(&server, &files, &LinkTerms { downloads_max: 3, ..LinkTerms::default() }).await;
        recipient.look(&link).await;
        for _ in 0..3 {
            recipient.script("document.querySelector('.fold[aria-expanded=false]').click()").await;
        }
        speaks(&recipient, reader).await;
        reaches_all(&recipient).await;
        recipient.type_into("find", "beleg 1").await;
        let found = async || recipient.listed().await.len();
        wait::until_so(SOON, "they are found", found, |found| (2..FILES).contains(found)).await;
        speaks(&recipient, reader).await;
        recipient.script("const find = document.getElementById('find'); find.value = ''; find.oninput()").await;
        wait::until_so(SOON, "all are listed", async || recipient.listed().await.len(), |all| *all > FILES).await;
        for name in ["README.md", "Report.pdf"] {
            look_at(&recipient, name).await;
            speaks(&recipient, reader).await;
            recipient.click("preview-back").await;
            speaks_in(&recipient, "ready", reader).await;
        }
    }
}

#[tokio::test]
async fn what_was_sent_is_listed_in_every_language() {
    only_if_browser_can!(DevTools);
    for reader in READERS {
        let _turn = turn().await;
        let (server, sender) = (Server::start().await, narrow(reader.0).await);
        let files = sender.prepare(&[("Beleg mit einem ziemlich langen Namen.txt", b"1 234,00")]);
        sender.send(&server.origin(), &files, &Choices::default()).await;
        sender.script("document.querySelector('#add-block').open = true").await;
        wait::until_so(SOON, "it is kept", async || sender.text("kept-here").await, |told| !told.is_empty()).await;
        speaks(&sender, reader).await;
        reaches_all(&sender).await;
        sender.open(&format!("{}/links", server.origin())).await;
        sender.state_of(&["list"]).await;
        sender.click("pick-all").await;
        sender.click("end-open").await;
        sender.click("delete").await;
        speaks(&sender, reader).await;
        reaches_all(&sender).await;
        sender.click("ask-yes").await;
        let state = "return document.querySelector('#list > li').dataset.state";
        wait::until_so(SOON, "it is deleted", async || sender.script(state).await, |state| *state == "gone").await;
        speaks(&sender, reader).await;
    }
}

#[tokio::test]
async fn an_interrupted_upload_is_told_in_every_language() {
    only_if_browser_can!(DevTools);
    for reader in READERS {
        let _turn = turn().await;
        let server = Server::start_with(Options::flags(&["--part-bytes-max", "1048576"])).await;
        let (wire, sender) = (Wire::to(server.port()).await, narrow(reader.0).await);
        let files = sender.prepare(&[("film.bin", &noise(24 << 20, 120))]);
        sender.pick(&wire.origin(), &files).await;
        wire.slow_down(1 << 20);
        sender.click("send").await;
        let kept = async || sender.text("kept").await;
        wait::until_so(SOON, "it is kept", kept, |kept| !kept.is_empty()).await;
        speaks_in(&sender, "uploading", reader).await;
        sender.click("pause").await;
        speaks(&sender, reader).await;
        sender.reload().await;
        speaks_in(&sender, "pick", reader).await;
        sender.click_at("#unfinished .throw").await;
        speaks(&sender, reader).await;
        sender.click_at("#unfinished .no").await;
        wire.speed_up();
        sender.click_at("#unfinished .go-on").await;
        speaks_in(&sender, "again", reader).await;
        let other = sender.prepare(&[("other.bin", b"other".as_slice())]);
        sender.type_into("again-files", &other[0].display().to_string()).await;
        let told = async || sender.text("again-problem").await;
        wait::until_so(SOON, "that is another file", told, |told| !told.is_empty()).await;
        speaks(&sender, reader).await;
    }
}

#[tokio::test]
async fn a_long_name_without_a_space_makes_no_page_wider() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, narrow("en").await);
    let name = "y".repeat(200);
    let fits = async || sender.script("return document.documentElement.scrollWidth <= innerWidth").await;
    let files = sender.prepare(&[("letter.txt", b"Dear friend")]);
    sender.send(&server.origin(), &files, &Choices::downloads(2)).await;
    sender.script("for (const more of document.querySelectorAll('details')) more.open = true").await;
    sender.type_into("add-label", &name).await;
    sender.click("add-make").await;
    let named =
        "return [...document.querySelectorAll('#timeline bdi')].some((name) => name.textContent.includes('yyy'))";
    wait::until_so(SOON, "the timeline names it", async || sender.script(named).await, |named| *named == true).await;
    assert_eq!(fits().await, true, "the owner's page");
    sender.open(&format!("{}/links", server.origin())).await;
    sender.state_of(&["list"]).await;
    assert_eq!(fits().await, true, "the list");
    let handover = Handover { label: Some(&name[..100]), ..Handover::password(&[("secret", "canary")]) };
    sender.push(&server.origin(), &handover).await;
    assert_eq!(fits().await, true, "the owner's page of a push");
}
