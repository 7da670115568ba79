//! Every kind of push, from the page that makes it to the page that reveals it, field by field.

use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

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
