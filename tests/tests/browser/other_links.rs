//! Promise: one upload, many links. Each person gets one of their own, by which the sender knows
//! who has it, and which ends without the others.

use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

/// Names and states of the other links.
async fn others(browser: &Browser) -> Vec<(String, String)> {
    let rows = "return [...document.querySelectorAll('#other-links li')].map((row) =>
        [row.querySelector('.name').textContent, row.dataset.state])";
    serde_json::from_value(browser.script(rows).await).unwrap()
}

async fn until_others(browser: &Browser, wanted: &[(&str, &str)]) {
    let is_so = |rows: &Vec<(String, String)>| {
        rows.len() == wanted.len()
            && wanted.iter().all(|(name, state)| rows.contains(&((*name).into(), (*state).into())))
    };
    wait::until_so(SOON, &format!("{wanted:?}"), async || others(browser).await, is_so).await;
}

async fn open_form(browser: &Browser) {
    let is_open = "const more = document.querySelector('#others details'); more.open = true; return more.open";
    assert_eq!(browser.script(is_open).await, true);
}

/// Makes another link.
async fn add(browser: &Browser, name: &str, password: &str) {
    browser.script("document.getElementById('add-label').value = ''").await;
    browser.type_into("add-label", name).await;
    browser.type_into("add-password", password).await;
    browser.click("add-make").await;
    let form =
        "return document.getElementById('add-make').disabled || document.getElementById('add-label').value !== ''";
    wait::until_so(SOON, "it is made", async || browser.script(form).await, |busy| *busy == false).await;
}

/// The link of a row, by its button.
async fn copied(browser: &Browser, name: &str) -> String {
    browser.script("return navigator.clipboard.writeText('nothing')").await;
    browser.click_at(&format!("#other-links .copy[aria-label$=\"{name}\"]")).await;
    wait::until_so(SOON, "the link", async || browser.in_clipboard().await, |copied| copied.contains("/s#")).await;
    browser.in_clipboard().await
}

#[tokio::test]
async fn each_person_gets_a_link_and_one_ends_without_the_others() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender.allow_clipboard(&server.origin()).await;
    let files = sender.prepare(&[("report.txt", b"for all of you")]);
    let first = sender.send(&server.origin(), &files, &Choices::downloads(2)).await;
    assert_eq!(others(&sender).await, []);
    open_form(&sender).await;
    sender.assert_accessible().await;
    add(&sender, "Anna Canary", "").await;
    add(&sender, "Bob", "right").await;
    until_others(&sender, &[("Anna Canary", "ready"), ("Bob", "ready")]).await;
    sender.assert_accessible().await;
    sender.type_into("add-label", "Bob\nCleo").await;
    let said = async || sender.text("add-twice").await;
    wait::until_so(SOON, "Bob has one", said, |said| said.contains("already") && said.contains("“Bob")).await;
    let (anna, bob) = (copied(&sender, "Anna Canary").await, copied(&sender, "Bob").await);
    assert!(anna != bob && anna != first && bob != first);

    // The one with a password asks for it, and the other does not.
    let recipient = Browser::start().await;
    recipient.open(&bob).await;
    recipient.state_of(&["password"]).await;
    recipient.type_into("password", "right").await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
    let (name, content) = recipient.receive(&anna).await;
    assert_eq!((name.as_str(), content.as_slice()), ("report.txt", b"for all of you".as_slice()));
    until_others(&sender, &[("Anna Canary", "saved"), ("Bob", "ready")]).await;
    let line = "return document.querySelector('#timeline li[data-event=finished]')?.textContent ?? ''";
    let is_told = |told: &serde_json::Value| told.as_str().is_some_and(|told| told.contains("Anna Canary"));
    wait::until_so(SOON, "who has it", async || sender.script(line).await, is_told).await;

    // On another device the owner finds them by name.
    let other = Browser::start().await;
    other.open(&sender.value("owner-link").await).await;
    other.state_of(&["done"]).await;
    until_others(&other, &[("Anna Canary", "saved"), ("Bob", "ready")]).await;
    wait::until_so(SOON, "who has it", async || other.script(line).await, is_told).await;
    other.click_at("#other-links .end[aria-label$=\"Bob\"]").await;
    other.click_at("#other-links li:has(.end[aria-label$=\"Bob\"]) .no").await;
    other.click_at("#other-links .end[aria-label$=\"Bob\"]").await;
    other.click_at("#other-links li:has(.end[aria-label$=\"Bob\"]) .yes").await;
    until_others(&sender, &[("Anna Canary", "saved"), ("Bob", "gone")]).await;
    other.assert_accessible().await;
    recipient.open("about:blank").await;
    recipient.open(&bob).await;
    recipient.state_of(&["gone"]).await;
    recipient.look(&first).await;

    // Many names at once, and a table of all links that is no place for a password.
    add(&sender, "Cleo\n\n=Dan\nCleo", "right").await;
    let all = [("Anna Canary", "saved"), ("Bob", "gone"), ("Cleo", "ready"), ("=Dan", "ready")];
    until_others(&sender, &all).await;
    sender.click("others-csv").await;
    sender.assert_accessible().await;
    sender.click("others-csv-yes").await;
    let (name, table) = sender.downloaded().await;
    let table = String::from_utf8(table).unwrap();
    let lines: Vec<_> = table.trim_start_matches('\u{feff}').lines().collect();
    // Those of Anna and Bob have ended.
    assert_eq!((name.as_str(), lines[0], lines.len()), ("links.csv", "for,link", 3), "{table}");
    assert_eq!(lines[1], format!("Cleo,{}", copied(&sender, "Cleo").await));
    assert!(lines[2].starts_with("'=Dan,http") && !table.contains("right"), "{table}");

    let mut leaks = Leaks::of_text("for whom", "Anna Canary");
    for link in [&anna, &bob] {
        leaks.text("a link's token", link.split_once('#').unwrap().1);
    }
    leaks.assert_none(&server);
}

#[tokio::test]
async fn two_devices_that_make_links_at_the_same_time_lose_none() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, other) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("a.txt", b"a")]);
    sender.send(&server.origin(), &files, &Choices::default()).await;
    other.open(&sender.value("owner-link").await).await;
    other.state_of(&["done"]).await;
    for browser in [&sender, &other] {
        open_form(browser).await;
    }
    // Both have read the same note when each of them makes a link.
    for (round, names) in [["Anna", "Bob"], ["Cleo", "Dan"]].into_iter().enumerate() {
        tokio::join!(add(&sender, names[0], ""), add(&other, names[1], ""));
        let wanted: Vec<_> =
            ["Anna", "Bob", "Cleo", "Dan"][..2 * (round + 1)].iter().map(|name| (*name, "ready")).collect();
        for browser in [&sender, &other] {
            until_others(browser, &wanted).await;
        }
    }
}

/// Answers about links that were made are lost, as often as the page is told.
const ANSWERS_ARE_LOST: &str = "
    const real = window.fetch;
    window.fetch = async (...call) => {
        const answer = await real(...call);
        if (window.toLose > 0 && call[1]?.method === 'POST' && call[0].endsWith('/links')) {
            window.toLose -= 1;
            throw new TypeError('lost');
        }
        return answer;
    };";

#[tokio::test]
async fn a_link_whose_answer_is_lost_is_made_once() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender.before_pages(ANSWERS_ARE_LOST).await;
    let files = sender.prepare(&[("a.txt", b"a")]);
    sender.send(&server.origin(), &files, &Choices::default()).await;
    open_form(&sender).await;
    sender.type_into("add-label", "Anna\nBob").await;
    // As often as the page tries by itself.
    sender.script("window.toLose = 3").await;
    sender.click("add-make").await;
    let problem = async || sender.text("add-problem").await;
    wait::until_so(SOON, "it is told", problem, |told| told.contains("could not be reached")).await;
    assert_eq!(sender.value("add-label").await, "Anna\nBob", "what was typed stays");
    sender.click("add-make").await;
    let is_made = "return document.getElementById('add-label').value === ''";
    wait::until_so(SOON, "it is made", async || sender.script(is_made).await, |made| *made == true).await;
    until_others(&sender, &[("Anna", "ready"), ("Bob", "ready")]).await;

    // A name that is too long is told, and nothing is made.
    open_form(&sender).await;
    sender.type_into("add-label", &format!("Cleo\n{}", "x".repeat(300))).await;
    sender.click("add-make").await;
    wait::until_so(SOON, "it is told", problem, |told| told.contains("44 bytes too long")).await;
    add(&sender, "Dan", "").await;
    until_others(&sender, &[("Anna", "ready"), ("Bob", "ready"), ("Dan", "ready")]).await;
}

#[tokio::test]
async fn a_link_gets_another_password_and_the_one_before_opens_it_no_more() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("report.txt", b"for you")]);
    let choices = Choices { password: Some("at first".into()), ..Choices::downloads(5) };
    sender.allow_clipboard(&server.origin()).await;
    let link = sender.send(&server.origin(), &files, &choices).await;
    for copy in ["copy", "push-copy"] {
        sender.click(copy).await;
        let label = format!("return document.getElementById('{copy}').textContent");
        let is_copied = |label: &serde_json::Value| label.as_str().is_some_and(|label| label.contains("Copied"));
        wait::until_so(SOON, "it is copied", async || sender.script(&label).await, is_copied).await;
    }
    let block = "const block = document.getElementById('relock-block'); block.open = true; return block.hidden";
    let shown = async || sender.script(block).await;
    wait::until_so(SOON, "the form", shown, |hidden| *hidden == false).await;
    sender.assert_accessible().await;
    let change = async |typed: &str, said: &str| {
        sender.type_into("relock-password", typed).await;
        sender.click("relock-change").await;
        let told = async || sender.text("relock-said").await;
        wait::until_so(SOON, said, told, |told| told.contains(said)).await;
        assert_eq!(sender.value("relock-password").await, "");
    };
    change("second horse battery", "another password").await;
    let unlock = async |browser: &Browser, typed: &str| {
        browser.open(&link).await;
        browser.state_of(&["password"]).await;
        browser.type_into("password", typed).await;
        browser.click("open").await;
    };
    let other = Browser::start().await;
    unlock(&other, "second horse battery").await;
    other.state_of(&["ready"]).await;
    unlock(&recipient, "at first").await;
    let problem = async || recipient.text("password-problem").await;
    wait::until_so(SOON, "it is wrong", problem, |told| !told.is_empty()).await;

    // A new version comes behind it with the password that it has now; then it has none.
    sender.click("new-version").await;
    sender.state_of(&["pick"]).await;
    sender.pick_more("file-input", &sender.prepare(&[("report.txt", b"corrected")])).await;
    sender.click("send").await;
    sender.state_of(&["done"]).await;
    assert_eq!(sender.text("versions-said").await, "1 link shows version 2 now.");
    wait::until_so(SOON, "the form", shown, |hidden| *hidden == false).await;
    change("", "no password any more").await;
    let (_, content) = other.receive(&link).await;
    assert_eq!(content, b"corrected");
    Leaks::of_text("a password", "second horse battery").assert_none(&server);
}
