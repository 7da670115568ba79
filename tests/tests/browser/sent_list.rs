//! Promise: this browser remembers what you sent, unless you say otherwise, and you see there how
//! everything stands and change what you chose, many at once.

use serde_json::{Value, json};
use subrosa_shared::secret::{LinkSecret, OwnerSecret};
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::package::Package;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use subrosa_tests::wire::Wire;

/// What the list says: state and text of each row, newest first.
async fn rows(browser: &Browser) -> Vec<(String, String)> {
    let rows = "return [...document.querySelectorAll('#list > li:not([hidden])')].map((row) =>
        [row.dataset.state, row.innerText])";
    serde_json::from_value(browser.script(rows).await).unwrap()
}

/// Waits until the states are these.
async fn until_states(browser: &Browser, wanted: &[&str]) {
    let states = async || rows(browser).await.into_iter().map(|(state, _)| state).collect::<Vec<_>>();
    wait::until_so(SOON, &format!("{wanted:?}"), states, |states| states == wanted).await;
}

/// Opens the list.
async fn open_list(browser: &Browser, origin: &str) {
    browser.open(&format!("{origin}/links")).await;
    browser.state_of(&["list"]).await;
}

/// Presses a button of one row.
async fn press(browser: &Browser, row: usize, class: &str) {
    browser.click_at(&format!("#list > li:nth-child({}) .{class}", row + 1)).await;
}

/// Items as the page of a result puts them into the list.
pub(crate) async fn keep(browser: &Browser, items: &[Value]) {
    let put = "
        const [items] = arguments;
        const opening = indexedDB.open('subrosa-keyring', 1);
        opening.onupgradeneeded = () => opening.result.createObjectStore('keyring');
        opening.onsuccess = () => {
            const writing = opening.result.transaction('keyring', 'readwrite');
            for (const item of items) writing.objectStore('keyring').put(item, item.id);
            writing.oncomplete = () => { opening.result.close(); window.isPut = true; };
        };";
    browser.script_with(put, vec![json!(items)]).await;
    wait::until(SOON, "it is kept", async || {
        browser.script("return window.isPut === true").await.as_bool().filter(|put| *put)
    })
    .await;
}

/// An item of a share.
pub(crate) fn item(owner: &OwnerSecret, origin: &str, name: &str, made_at: u64) -> Value {
    json!({
        "version": 1, "id": owner.share_id().to_string(), "kind": "share", "token": *owner.to_token(),
        "origin": origin, "name": name, "files": 1, "isForFiles": false, "hasPassword": false,
        "madeAt": made_at, "endsAt": 4_000_000_000_000_u64, "seen": null,
    })
}

async fn now(browser: &Browser) -> u64 {
    browser.script("return Date.now()").await.as_u64().unwrap()
}

/// Sends one file without a browser, which then keeps it.
async fn sent_and_kept(browser: &Browser, server: &Server, name: &str) -> (Package, String) {
    let (package, link) = crate::sent(server, &crate::one_file(), &LinkTerms::downloads(2)).await;
    browser.open(&format!("{}/links", server.origin())).await;
    browser.state_of(&["list"]).await;
    keep(browser, &[item(&package.owner, &server.origin(), name, now(browser).await)]).await;
    (package, link)
}

#[tokio::test]
async fn what_was_sent_is_found_again_with_how_it_stands() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start_logging_requests().await);
    sender.allow_clipboard(&server.origin()).await;
    let files = sender.prepare(&[("report.txt", b"canary: the report"), ("more.txt", b"and more")]);
    let choices = Choices { downloads: Some(2), ..Choices::password("right") };
    let link = sender.send(&server.origin(), &files, &choices).await;
    let owner_link = sender.value("owner-link").await;
    let told = async || sender.text("kept-here").await;
    wait::until_so(SOON, "it is told", told, |told| told.contains("in the list of this browser")).await;
    let push_link = async || sender.value("push-link").await;
    wait::until_so(SOON, "the second link", push_link, |link| !link.is_empty()).await;
    for copy in ["copy", "push-copy"] {
        sender.click(copy).await;
        wait::until_so(SOON, copy, async || sender.text(copy).await, |told| told.contains("Copied")).await;
    }

    open_list(&sender, &server.origin()).await;
    until_states(&sender, &["waiting", "waiting"]).await;
    let shown = rows(&sender).await;
    let (files, password) = if shown[0].1.contains("Password of") { (1, 0) } else { (0, 1) };
    assert!(shown[files].1.contains("more.txt") && shown[files].1.contains("one more"), "{shown:?}");
    assert!(shown[password].1.contains("more.txt"), "{shown:?}");
    sender.assert_accessible().await;
    press(&sender, files, "copy").await;
    let copied = async || sender.in_clipboard().await;
    wait::until_so(SOON, "the link", copied, |copied| *copied == link).await;

    let recipient = Browser::start().await;
    recipient.open(&link).await;
    recipient.state_of(&["password"]).await;
    recipient.type_into("password", "right").await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
    sender.reload().await;
    let wanted = if files == 0 { ["opened", "waiting"] } else { ["waiting", "opened"] };
    until_states(&sender, &wanted).await;
    recipient.take().await;
    recipient.save().await;
    sender.reload().await;
    until_states(&sender, &wanted.map(|state| if state == "opened" { "saved" } else { state })).await;

    // The page of what was sent, without its secret in any address.
    press(&sender, files, "open").await;
    sender.state_of(&["done"]).await;
    assert_eq!(sender.address().await, format!("{}/o", server.origin()));
    assert_eq!(sender.value("owner-link").await, owner_link);
    wait::until_so(SOON, "it is told", told, |told| told.contains("in the list of this browser")).await;
    sender.click("kept-change").await;
    wait::until_so(SOON, "it is off the list", told, |told| told.contains("not in the list")).await;
    open_list(&sender, &server.origin()).await;
    until_states(&sender, &["waiting"]).await;
    press(&sender, 0, "open").await;
    sender.state_of(&["done"]).await;
    assert_eq!(sender.address().await, format!("{}/push", server.origin()));

    let (owner, link) = (OwnerSecret::from_text(&owner_link).unwrap(), LinkSecret::from_text(&link).unwrap());
    let mut leaks = Leaks::of_text("the name", "report.txt");
    leaks.secret("the owner's secret", owner.expose());
    leaks.secret("the link's secret", link.expose());
    leaks.assert_none(&server);
    for asked in sender.requested().await {
        leaks.assert_not_in("what was asked", asked.as_bytes());
    }
}

#[tokio::test]
async fn what_is_chosen_is_changed_together_and_what_fails_is_told() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let (first, _) = sent_and_kept(&sender, &server, "first.txt").await;
    let (second, _) = sent_and_kept(&sender, &server, "second.txt").await;
    let unknown = OwnerSecret::generate(&mut subrosa_tests::bytes::rng());
    keep(&sender, &[item(&unknown, &server.origin(), "unknown.txt", 1_000)]).await;
    open_list(&sender, &server.origin()).await;
    until_states(&sender, &["waiting", "waiting", "gone"]).await;
    sender.type_into("search", "SECOND").await;
    until_states(&sender, &["waiting"]).await;
    let clear = "const search = document.getElementById('search');
        search.value = ''; search.dispatchEvent(new Event('input'))";
    sender.script(clear).await;
    sender.choose("filter", "live").await;
    until_states(&sender, &["waiting", "waiting"]).await;
    sender.click("pick-all").await;
    assert!(sender.text("picked-count").await.starts_with('2'));
    sender.assert_accessible().await;

    let said = async |wanted: &str| {
        wait::until_so(SOON, wanted, async || sender.text("said").await, |said| said.contains(wanted)).await;
    };
    let links = async || {
        let mut found = Vec::new();
        for package in [&first, &second] {
            found.push(server.client().status(package).await.unwrap().links.remove(0));
        }
        found
    };
    let before = links().await;
    sender.click("more").await;
    said("Done, all 2").await;
    assert!(links().await.iter().all(|link| link.downloads_max == 3));
    sender.click("pause").await;
    until_states(&sender, &["paused", "paused"]).await;
    sender.click("resume").await;
    until_states(&sender, &["waiting", "waiting"]).await;
    sender.click("end-open").await;
    let at = "const at = new Date(Date.now() + 3 * 86400000);
        at.setMinutes(at.getMinutes() - at.getTimezoneOffset());
        document.getElementById('end').value = at.toISOString().slice(0, 16);";
    sender.script(at).await;
    sender.click("end-set").await;
    let ends = async || links().await.iter().map(|link| link.expires_at).collect::<Vec<_>>();
    let is_set = |ends: &Vec<_>| ends.iter().zip(&before).all(|(ends, before)| *ends != before.expires_at);
    wait::until_so(SOON, "another end", ends, is_set).await;

    // One of them is deleted elsewhere; nothing of the other is lost by it.
    server.client().revoke(&first).await.unwrap();
    sender.click("delete").await;
    let asked = async || sender.text("ask-text").await;
    wait::until_so(SOON, "it asks about both", asked, |text| text.contains("all 2")).await;
    sender.click("ask-no").await;
    sender.click("delete").await;
    sender.click("ask-yes").await;
    sender.choose("filter", "gone").await;
    until_states(&sender, &["gone", "gone", "gone"]).await;
    assert!(rows(&sender).await[0].1.contains("You deleted it"));
    sender.click("pick-all").await;
    sender.click("forget").await;
    sender.click("ask-yes").await;
    said("forgotten all 3").await;
    sender.reload().await;
    sender.state_of(&["list"]).await;
    assert!(sender.text("none").await.contains("Nothing stands here yet"));
    sender.assert_accessible().await;
}

#[tokio::test]
async fn without_a_server_the_list_is_there_and_says_what_could_not_be_done() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    let (package, _) = crate::sent(&server, &crate::one_file(), &LinkTerms::default()).await;
    open_list(&sender, &wire.origin()).await;
    keep(&sender, &[item(&package.owner, &wire.origin(), "away.txt", now(&sender).await)]).await;
    open_list(&sender, &wire.origin()).await;
    until_states(&sender, &["waiting"]).await;
    wire.cut();
    sender.click("pick-all").await;
    sender.click("pause").await;
    let said = async || sender.text("said").await;
    wait::until_so(SOON, "it is told", said, |said| said.contains("could not be changed")).await;
    assert!(rows(&sender).await[0].1.contains("could not be reached"), "{:?}", rows(&sender).await);
    wire.mend();
    sender.click("pause").await;
    until_states(&sender, &["paused"]).await;
}

#[tokio::test]
async fn a_clock_that_is_wrong_ends_nothing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let (package, _) = crate::sent(&server, &crate::one_file(), &LinkTerms::default()).await;
    open_list(&sender, &server.origin()).await;
    let now = now(&sender).await;
    let mut kept = item(&package.owner, &server.origin(), "letter.txt", now);
    kept["endsAt"] = json!(now + 7 * 86_400_000);
    keep(&sender, &[kept]).await;
    sender.before_pages("const { now } = Date; Date.now = () => now() + 365 * 86_400_000;").await;
    open_list(&sender, &server.origin()).await;
    until_states(&sender, &["waiting"]).await;
    sender.click("pick-all").await;
    sender.click("pause").await;
    until_states(&sender, &["paused"]).await;
}

#[tokio::test]
async fn only_what_is_on_the_screen_is_asked_about() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    open_list(&sender, &wire.origin()).await;
    let mut rng = subrosa_tests::bytes::rng();
    let owners: Vec<_> = (0..1_000).map(|_| OwnerSecret::generate(&mut rng)).collect();
    let named = owners.iter().zip(0..);
    let items = named.map(|(owner, at)| item(owner, &wire.origin(), &format!("file {at}.txt"), 10_000_000 - at));
    let items: Vec<_> = items.collect();
    keep(&sender, &items).await;
    wire.tap();
    let asked = || wire.requests().iter().filter(|request| request.contains("/shares/")).count();
    open_list(&sender, &wire.origin()).await;
    assert_eq!(rows(&sender).await.len(), 1_000);
    // The server knows none of them.
    let gone = async || rows(&sender).await.iter().take(3).filter(|(state, _)| state == "gone").count();
    wait::until_so(SOON, "the first are asked about", gone, |gone| *gone == 3).await;
    sender.script("window.scrollTo(0, 0)").await;
    assert!(asked() <= 20, "{}", asked());
    sender.type_into("search", "file 999").await;
    until_states(&sender, &["gone"]).await;
    assert!(asked() <= 40, "{}", asked());
}

#[tokio::test]
async fn who_unticks_it_is_not_remembered_and_need_not_say_so_again() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("secret.txt", b"nothing to remember")]);
    sender.pick(&server.origin(), &files).await;
    sender.click("remember").await;
    sender.click("send").await;
    sender.sent().await;
    let told = async || sender.text("kept-here").await;
    wait::until_so(SOON, "it is told", told, |told| told.contains("not in the list")).await;
    open_list(&sender, &server.origin()).await;
    assert_eq!(rows(&sender).await, []);
    sender.open(&format!("{}/push", server.origin())).await;
    sender.state_of(&["form"]).await;
    assert_eq!(sender.script("return document.getElementById('remember').checked").await, false);
    sender.send(&server.origin(), &files, &Choices::default()).await;
    wait::until_so(SOON, "it is told", told, |told| told.contains("not in the list")).await;
    sender.click("kept-change").await;
    wait::until_so(SOON, "it is put there", told, |told| told.contains("find it again")).await;
    open_list(&sender, &server.origin()).await;
    until_states(&sender, &["waiting"]).await;
    sender.click("remember").await;
    sender.open(&format!("{}/push", server.origin())).await;
    sender.state_of(&["form"]).await;
    assert_eq!(sender.script("return document.getElementById('remember').checked").await, true);
}

#[tokio::test]
async fn addresses_that_were_kept_elsewhere_are_taken_in_and_others_are_told() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let (package, link) = crate::sent(&server, &crate::one_file(), &LinkTerms::default()).await;
    open_list(&sender, &server.origin()).await;
    let problem = async || sender.text("import-problem").await;
    let token = package.owner.to_token();
    for (pasted, says) in [
        (String::new(), "no address"),
        ("hello".to_owned(), "missing or changed"),
        (link, "for a recipient"),
        (format!("{}/o#{}", server.origin(), &token[..token.len() - 5]), "missing or changed"),
        (format!("https://files.example/o#{}", *token), "files.example"),
    ] {
        sender.script("document.getElementById('import-address').value = ''").await;
        sender.type_into("import-address", &pasted).await;
        sender.click("import-take").await;
        wait::until_so(SOON, says, problem, |told| told.contains(says)).await;
    }
    sender.assert_accessible().await;
    sender.script("document.getElementById('import-address').value = ''").await;
    sender.type_into("import-address", &format!("  {}/o#{} ", server.origin(), *token)).await;
    sender.click("import-take").await;
    until_states(&sender, &["waiting"]).await;
    assert!(rows(&sender).await[0].1.contains("letter.txt"), "{:?}", rows(&sender).await);
    assert_eq!(problem().await, "");
}

#[tokio::test]
async fn what_is_damaged_or_cannot_be_kept_stops_nothing_and_is_told() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, private) = (Server::start().await, Browser::start().await, Browser::start().await);
    let (package, _) = sent_and_kept(&sender, &server, "whole.txt").await;
    keep(&sender, &[json!({ "id": "damaged", "version": 1, "token": 5 })]).await;
    open_list(&sender, &server.origin()).await;
    until_states(&sender, &["waiting"]).await;
    assert!(sender.text("damaged").await.contains("is damaged"));
    sender.click("forget-all").await;
    sender.click("ask-yes").await;
    let none = async || sender.text("none").await;
    wait::until_so(SOON, "all is forgotten", none, |none| none.contains("Nothing stands here")).await;
    assert_eq!(sender.text("damaged").await, "");
    // On the server it is as it was.
    assert!(server.client().status(&package).await.unwrap().gone.is_none());

    private.before_pages("Object.defineProperty(window, 'indexedDB', { value: undefined });").await;
    private.open(&format!("{}/links", server.origin())).await;
    private.state_of(&["error"]).await;
    assert!(private.visible().await.contains("private window"), "{}", private.visible().await);
    let files = private.prepare(&[("a.txt", b"a")]);
    private.send(&server.origin(), &files, &Choices::default()).await;
    let told = async || private.text("kept-here").await;
    wait::until_so(SOON, "it is told", told, |told| told.contains("cannot keep it")).await;
}

#[tokio::test]
async fn the_record_has_no_keys_and_no_formula() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let (package, link) = sent_and_kept(&sender, &server, "=HYPERLINK(\"https://evil.example\",\"x\")").await;
    open_list(&sender, &server.origin()).await;
    until_states(&sender, &["waiting"]).await;
    sender.click("pick-all").await;
    let mut leaks = Leaks::of_text("the link's token", link.split_once('#').unwrap().1);
    leaks.text("the owner's token", &package.owner.to_token());
    leaks.secret("the owner's secret", package.owner.expose());
    for (button, ending) in [("csv", ".csv"), ("json", ".json")] {
        sender.click(button).await;
        let (name, content) = sender.downloaded().await;
        assert!(name.ends_with(ending), "{name}");
        let text = String::from_utf8(content.clone()).unwrap();
        assert!(text.contains("waiting") && text.contains("evil.example"), "{text}");
        assert!(ending != ".csv" || text.contains("\"'=HYPERLINK(\"\"https"), "{text}");
        leaks.assert_not_in(&name, &content);
    }
}

#[tokio::test]
async fn from_the_list_new_links_take_the_place_of_those_that_nobody_used() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    sender.allow_clipboard(&server.origin()).await;
    let files = sender.prepare(&[("report.txt", b"for you")]);
    let saved = sender.send(&server.origin(), &files, &Choices::downloads(5)).await;
    recipient.receive(&saved).await;
    let (name, password) = (sender.prepare(&[("plan.txt", b"for another")]), Some("right".to_owned()));
    let lost = sender.send(&server.origin(), &name, &Choices { password, ..Choices::downloads(5) }).await;
    open_list(&sender, &server.origin()).await;
    // The password went by a push of its own.
    until_states(&sender, &["waiting", "waiting", "saved"]).await;
    sender.click("pick-all").await;
    sender.click("reinvite-open").await;
    sender.assert_accessible().await;
    let told = async |row: usize| rows(&sender).await[row].1.clone();

    // Without the password, and where nobody waits for one: told, and nothing ends.
    sender.click("reinvite-make").await;
    wait::until_so(SOON, "the push", async || told(0).await, |row| row.contains("Only links to files")).await;
    wait::until_so(SOON, "the password", async || told(1).await, |row| row.contains("with a password")).await;
    wait::until_so(SOON, "who has it", async || told(2).await, |row| row.contains("no link by which nobody")).await;
    sender.type_into("reinvite-password", "another").await;
    sender.click("reinvite-make").await;
    wait::until_so(SOON, "it is made", async || told(1).await, |row| !row.contains("with a password")).await;
    sender.script("return navigator.clipboard.writeText('nothing')").await;
    let copied = async || {
        press(&sender, 1, "copy").await;
        sender.in_clipboard().await
    };
    wait::until_so(SOON, "the new link", copied, |link| link.contains("/s#") && *link != lost).await;
    let new = sender.in_clipboard().await;
    recipient.open("about:blank").await;
    recipient.open(&lost).await;
    recipient.state_of(&["gone"]).await;
    recipient.open("about:blank").await;
    recipient.open(&new).await;
    recipient.state_of(&["password"]).await;
    recipient.type_into("password", "another").await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
    recipient.open("about:blank").await;
    recipient.open(&saved).await;
    recipient.state_of(&["ready"]).await;
}
