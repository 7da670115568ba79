//! Every kind of push, from the page that makes it to the page that reveals it, field by field.

use std::time::Duration;

use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use super::{password, pushed};

/// Shows a field and hides it again; in between, what it showed.
async fn shown_for_a_moment(recipient: &Browser, field: &str, expected: &str) {
    assert!(recipient.is_hidden_field(field).await, "{field} is hidden at first");
    assert_eq!(recipient.places_of(expected).await, [""; 0], "{field} is nowhere in the page before it is shown");
    recipient.press_in_field(field, "show").await;
    assert_eq!(recipient.shown_in_field(field).await, expected);
    recipient.press_in_field(field, "show").await;
    let hidden = async || recipient.is_hidden_field(field).await;
    wait::until_so(SOON, "it is hidden again", hidden, |hidden| *hidden).await;
    assert_eq!(recipient.places_of(expected).await, [""; 0], "{field} is nowhere in the page when it is hidden again");
}

/// Copies a field without showing it.
async fn copied(recipient: &Browser, field: &str) -> String {
    recipient.press_in_field(field, "copy").await;
    let said = format!("return document.querySelector('[data-field={field}] .said').textContent");
    let said = async || recipient.script(&said).await.as_str().unwrap_or_default().to_owned();
    wait::until_so(SOON, "the page says that it is copied", said, |said| said.contains("Copied")).await;
    recipient.in_clipboard().await
}

#[tokio::test]
async fn a_password_is_shown_or_copied_and_is_nowhere_in_the_page_otherwise() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    sender.open_push(&server.origin()).await;
    sender.assert_accessible().await;
    let fields = [("secret", "canary <b>&amp; \u{e4}\u{1f511}-password")];
    let handover = Handover { from: Some("Ada <ada@example.org>"), ..Handover::password(&fields) };
    sender.fill_push(&handover).await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;
    assert_eq!(sender.places_of(fields[0].1).await, [""; 0], "the page that made it forgets it");
    sender.assert_accessible().await;
    let link = sender.value("link").await;
    assert!(link.starts_with(&format!("{}/p#", server.origin())), "{link}");

    recipient.look_at_push(&link, "ready").await;
    assert_eq!(recipient.text("ready-title").await, "A password for you");
    assert_eq!(recipient.text("from").await, "Ada <ada@example.org>");
    assert_eq!(recipient.fact("left").await, "1");
    assert!(recipient.fact("ends").await.contains("left)"), "how much time is left");
    recipient.assert_accessible().await;
    recipient.click("reveal").await;
    recipient.state_of(&["confirm"]).await;
    recipient.assert_accessible().await;
    recipient.click("reveal-confirm").await;
    recipient.state_of(&["revealed"]).await;
    assert_eq!(recipient.field_names().await, ["password"]);
    recipient.assert_accessible().await;
    recipient.allow_clipboard(&server.origin()).await;
    assert_eq!(copied(&recipient, "password").await, fields[0].1);
    assert!(recipient.is_hidden_field("password").await, "copied without showing");
    assert_eq!(recipient.places_of(fields[0].1).await, [""; 0], "and without a trace in the page");
    shown_for_a_moment(&recipient, "password", fields[0].1).await;
    recipient.press_in_field("password", "show").await;
    recipient.shown_in_field("password").await;
    recipient.assert_accessible().await;
    recipient.hide_behind_another_tab().await;
    let hidden = async || recipient.is_hidden_field("password").await;
    wait::until_so(SOON, "a page that is not looked at shows nothing", hidden, |hidden| *hidden).await;
}

#[tokio::test]
async fn a_login_and_a_note_arrive_field_by_field() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    recipient.open(&server.origin()).await;
    recipient.allow_clipboard(&server.origin()).await;
    let note = "first answer: canary-sunflower\nsecond answer: <i>canary-harbour</i>\n\nlast line";
    let fields = [("user", "canary-user"), ("secret", "canary-password-of-login"), ("note", note)];
    let login = Handover { kind: "login", fields: &fields, ..Handover::default() };
    let made = sender.push(&server.origin(), &login).await;
    for (_, text) in fields {
        assert_eq!(sender.places_of(text).await, [""; 0], "the page that made it forgets it");
    }
    recipient.look_at_push(&made.link, "ready").await;
    assert_eq!(recipient.text("ready-title").await, "A login for you");
    assert!(recipient.text("from").await.contains("did not write a name"));
    recipient.take_view("revealed").await;
    assert_eq!(recipient.field_names().await, ["user", "password", "note"]);
    assert_eq!(recipient.shown_in_field("user").await, "canary-user", "a name is no secret");
    assert_eq!(copied(&recipient, "user").await, "canary-user");
    for (field, (_, text)) in [("password", fields[1]), ("note", fields[2])] {
        assert_eq!(copied(&recipient, field).await, text);
        shown_for_a_moment(&recipient, field, text).await;
    }
    recipient.assert_accessible().await;

    // What is not there is not shown either; and one who is asked for something says what.
    sender.click("another").await;
    sender.state_of(&["form"]).await;
    sender.choose_radio("#kinds", "note").await;
    sender.click("make").await;
    assert!(sender.text("push-problem").await.contains("Type a note"), "nothing is handed over");
    assert_eq!((sender.state().await, sender.focused().await), ("form".into(), "note".into()));
    sender.assert_accessible().await;
    sender.type_into("note", note).await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;
    recipient.look_at_push(&sender.value("link").await, "ready").await;
    assert_eq!(recipient.text("ready-title").await, "A note for you");
    recipient.take_view("revealed").await;
    assert_eq!(recipient.field_names().await, ["note"]);
    assert_eq!(copied(&recipient, "note").await, note);
    shown_for_a_moment(&recipient, "note", note).await;
}

#[tokio::test]
async fn a_web_address_is_shown_as_text_and_followed_only_by_a_click() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) =
        (Server::start().await, Browser::start_logging_requests().await, Browser::start_logging_requests().await);
    sender.open_push(&server.origin()).await;
    sender.choose_radio("#kinds", "url").await;
    for (refused, why) in [
        ("javascript:alert(document.domain)//https://example.org", "begin with https:// or http://"),
        ("data:text/html,<script>alert(1)</script>", "begin with https:// or http://"),
        ("https:\\\\other.example", "begin with https:// or http://"),
        ("example.org", "begin with https:// or http://"),
        ("https://bank.example@other.example/", "a user name in it"),
        ("https://other.example/a b", "cannot have (space)"),
        ("https://other.example/a\\b", "cannot have (\\)"),
        ("https:///path", "no name of a server"),
        ("https://other.example:99999/", "no port, which is a number up to 65535"),
    ] {
        sender.requested().await;
        sender.script("document.getElementById('url').value = ''").await;
        sender.type_into("url", refused).await;
        sender.click("make").await;
        let told = async || sender.text("push-problem").await;
        wait::until_so(SOON, "the page refuses it", told, |told| {
            told.starts_with("Web address:") && told.contains(why)
        })
        .await;
        assert_eq!((sender.state().await, sender.focused().await), ("form".into(), "url".into()), "{refused}");
        assert!(!sender.requested().await.iter().any(|url| url.contains("/pushes/")), "{refused} is not sent");
    }
    sender.assert_accessible().await;
    let url = "https://reset.example.org:8443/canary?token=a&b=%3Cb%3E#part";
    sender.script("document.getElementById('url').value = ''").await;
    sender.type_into("url", url).await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;

    let link = sender.value("link").await;
    recipient.look_at_push(&link, "ready").await;
    assert_eq!(recipient.text("ready-title").await, "A web address for you");
    assert_eq!(recipient.places_of("reset.example.org").await, [""; 0], "it is told after the two steps only");
    recipient.take_view("revealed").await;
    assert_eq!(recipient.shown_in_field("url").await, url);
    recipient.assert_accessible().await;
    let links = "return [...document.querySelectorAll('[data-field=url] a')].map(({ href, rel, target, download }) =>
        [href, rel, target, download])";
    let links = recipient.script(links).await;
    assert_eq!(links, serde_json::json!([[url, "noopener noreferrer", "_blank", ""]]), "one plain link");
    let field = "return [...document.querySelectorAll('[data-field=url] *')].map(({ localName }) => localName)";
    let elements: Vec<String> = serde_json::from_value(recipient.script(field).await).unwrap();
    assert!(elements.iter().all(|name| ["p", "span", "strong", "div", "a", "button"].contains(&name.as_str())));
    assert_eq!(recipient.address().await, format!("{}/p", server.origin()));
    let asked = recipient.requested().await;
    assert!(!asked.iter().any(|url| url.contains("example.org")), "nobody followed it: {asked:?}");
}

#[tokio::test]
async fn what_is_shown_is_hidden_again_after_half_a_minute() {
    let turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = pushed(&server, &password("canary-password"), &PushTerms::default()).await;
    recipient.reveal(&link).await;
    recipient.press_in_field("password", "show").await;
    assert_eq!(recipient.shown_in_field("password").await, "canary-password");
    // It only waits: others may use their browsers.
    drop(turn);
    let hidden = async || recipient.is_hidden_field("password").await;
    let shown = wait::until_so(Duration::from_secs(90), "it is hidden again", hidden, |hidden| *hidden).await;
    assert!(shown > Duration::from_secs(25), "there is time to read it: {shown:?}");
    assert_eq!(recipient.places_of("canary-password").await, [""; 0]);
}
