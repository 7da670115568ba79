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
    let is_open = "const more = document.querySelector('#add-block'); more.open = true; return more.open";
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

#[tokio::test]
async fn a_new_link_takes_the_place_of_one_that_was_lost() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    sender.allow_clipboard(&server.origin()).await;
    sender.before_pages(ANSWERS_ARE_LOST).await;
    let files = sender.prepare(&[("report.txt", b"for all of you")]);
    let first = sender.send(&server.origin(), &files, &Choices::downloads(2)).await;
    open_form(&sender).await;
    add(&sender, "Anna", "").await;
    add(&sender, "Bob", "right").await;
    until_others(&sender, &[("Anna", "ready"), ("Bob", "ready")]).await;
    // Nothing chosen, and no password where there was one: told, and nothing ends.
    sender.script("document.getElementById('reinvite-block').open = true").await;
    let problem = async || sender.text("reinvite-problem").await;
    sender.click("reinvite-make").await;
    wait::until_so(SOON, "it is told", problem, |told| told.contains("at least one")).await;
    for name in ["Anna", "Bob"] {
        let choose = format!(
            "[...document.querySelectorAll('#reinvite-links li')]
                .find((row) => row.textContent.includes('{name}')).querySelector('input').click()"
        );
        sender.script(&choose).await;
    }
    sender.click("reinvite-make").await;
    wait::until_so(SOON, "it is told", problem, |told| told.contains("with a password")).await;
    sender.assert_accessible().await;
    let (anna, bob) = (copied(&sender, "Anna").await, copied(&sender, "Bob").await);

    // The answer is lost as often as the page tries by itself: asked again, each is replaced once.
    sender.script("window.toLose = 3").await;
    sender.type_into("reinvite-password", "another").await;
    sender.click("reinvite-make").await;
    wait::until_so(SOON, "it is told", problem, |told| told.contains("could not be reached")).await;
    sender.click("reinvite-make").await;
    let all = [("Anna", "gone"), ("Bob", "gone"), ("Anna", "ready"), ("Bob", "ready")];
    until_others(&sender, &all).await;
    assert_eq!(others(&sender).await.len(), 4, "each has one in its place");

    // Those before open nothing; the new ones do, Bob's with the new password.
    for old in [&anna, &bob] {
        recipient.open("about:blank").await;
        recipient.open(old).await;
        recipient.state_of(&["gone"]).await;
    }
    let (new_anna, new_bob) = (copied_of_live(&sender, "Anna").await, copied_of_live(&sender, "Bob").await);
    assert!(![&anna, &bob, &first].contains(&&new_anna) && ![&anna, &bob, &first].contains(&&new_bob));
    recipient.open("about:blank").await;
    recipient.open(&new_bob).await;
    recipient.state_of(&["password"]).await;
    recipient.type_into("password", "another").await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;

    // The first one is replaced, too: who comes back finds one that works.
    let row = "document.querySelector('#reinvite-links li input')";
    sender.script(&format!("{row}.click()")).await;
    sender.type_into("reinvite-password", "").await;
    sender.click("reinvite-make").await;
    let is_hidden = "return document.getElementById('card').hidden";
    wait::until_so(SOON, "the first has ended", async || sender.script(is_hidden).await, |hidden| *hidden == true)
        .await;
    let other = Browser::start().await;
    other.open(&sender.value("owner-link").await).await;
    other.state_of(&["done"]).await;
    assert_ne!(other.value("link").await, first);
    recipient.open("about:blank").await;
    recipient.open(&other.value("link").await).await;
    recipient.state_of(&["password"]).await;
}

/// The link of a row that has not ended, by its button.
async fn copied_of_live(browser: &Browser, name: &str) -> String {
    browser.script("return navigator.clipboard.writeText('nothing')").await;
    browser.click_at(&format!("#other-links li[data-state=ready] .copy[aria-label$=\"{name}\"]")).await;
    wait::until_so(SOON, "the link", async || browser.in_clipboard().await, |copied| copied.contains("/s#")).await;
    browser.in_clipboard().await
}

#[tokio::test]
async fn an_owner_tries_a_link_and_nothing_counts() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("report.txt", b"for you"), ("plan.txt", b"and more")]);
    let link = sender.send(&server.origin(), &files, &Choices::downloads(2)).await;
    let is_shown = "const block = document.getElementById('try-block'); block.open = true; return !block.hidden";
    wait::until_so(SOON, "the form", async || sender.script(is_shown).await, |shown| *shown == true).await;
    let said = async || sender.text("try-said").await;
    sender.click("try").await;
    wait::until_so(SOON, "it opens", said, |said| said.contains("opens now")).await;
    sender.assert_accessible().await;
    let found = sender.text("try-found").await;
    for told in ["report.txt", "plan.txt", "2 / 2", "known to you", "2 entries", "none"] {
        assert!(found.contains(told), "{told}: {found}");
    }
    // Nothing was opened, and both downloads are there.
    let opened = "return document.querySelector('#status [data-fact=opened]').textContent";
    assert_eq!(sender.script(opened).await, "not yet");
    recipient.look(&link).await;
    wait::until_so(SOON, "somebody opened it", async || sender.script(opened).await, |told| told != "not yet").await;

    sender.click("hold").await;
    let is_held = "return document.getElementById('hold').hidden";
    wait::until_so(SOON, "it is paused", async || sender.script(is_held).await, |held| *held == true).await;
    sender.click("try").await;
    wait::until_so(SOON, "it opens nothing", said, |said| said.contains("opens nothing now")).await;
}

#[tokio::test]
async fn a_password_that_is_set_later_goes_by_a_link_of_its_own() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    sender.allow_clipboard(&server.origin()).await;
    let files = sender.prepare(&[("report.txt", b"for you")]);
    sender.send(&server.origin(), &files, &Choices::downloads(2)).await;
    let shown_by = async |push: &str, password: &str| {
        recipient.open("about:blank").await;
        recipient.reveal(push).await;
        recipient.press_in_field("password", "show").await;
        assert_eq!(recipient.shown_in_field("password").await, password);
    };
    let is_shown = "const block = document.getElementById('relock-block'); block.open = true; return !block.hidden";
    wait::until_so(SOON, "the form", async || sender.script(is_shown).await, |shown| *shown == true).await;
    sender.type_into("relock-password", "set later").await;
    sender.click("relock-push").await;
    sender.click("relock-change").await;
    let push = async || sender.value("relock-push-link").await;
    wait::until_so(SOON, "the push", push, |push| push.contains("/p#")).await;
    sender.assert_accessible().await;
    shown_by(&push().await, "set later").await;

    // Of a link that is made later, too: beside it, as long as this page is open.
    open_form(&sender).await;
    sender.click("add-push").await;
    add(&sender, "Anna", "for Anna").await;
    until_others(&sender, &[("Anna", "ready")]).await;
    let button = "#other-links .copy-push:not([hidden])";
    let there = format!("return document.querySelector('{button}') !== null");
    wait::until_so(SOON, "the button", async || sender.script(&there).await, |there| *there == true).await;
    sender.assert_accessible().await;
    sender.click_at(button).await;
    let copied = async || sender.in_clipboard().await;
    wait::until_so(SOON, "the push", copied, |copied| copied.contains("/p#")).await;
    shown_by(&sender.in_clipboard().await, "for Anna").await;

    // Both are in the list of what was sent.
    sender.open(&format!("{}/links", server.origin())).await;
    sender.state_of(&["list"]).await;
    let rows = async || sender.text("list").await;
    wait::until_so(SOON, "both", rows, |rows| rows.matches("Password of").count() == 2).await;
}
