//! Promise: you know. The sender's page tells what the recipient did.

use subrosa_shared::limits::GUESSES_MAX;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::passwords::{problem, try_password};

/// Waits until a fact on the sender's page is told, or not told.
async fn until_fact(sender: &Browser, fact: &str, is_told: impl Fn(&str) -> bool) {
    let text = async || {
        let script = format!("return document.querySelector('[data-fact={fact}]')?.textContent ?? ''");
        sender.script(&script).await.as_str().unwrap_or_default().to_owned()
    };
    wait::until_so(SOON, fact, text, |text| is_told(text)).await;
}

#[tokio::test]
async fn you_know_what_happened_to_your_link() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("secret.txt", b"secret")]);
    let choices = Choices { downloads: Some(2), ..Choices::password("right") };
    let link = sender.send(&server.origin(), &files, &choices).await;
    let card = async || sender.element("push-card").await.is_displayed().await.unwrap();
    wait::until_so(SOON, "two ways for two secrets", card, |shown| *shown).await;
    for fact in ["opened", "started", "finished"] {
        until_fact(&sender, fact, |text| text == "not yet").await;
    }
    recipient.open(&link).await;
    recipient.state_of(&["password"]).await;
    try_password(&recipient, "wrong").await;
    problem(&recipient, "not the password").await;
    until_fact(&sender, "wrong", |text| !text.is_empty() && text != "not yet").await;
    try_password(&recipient, "right").await;
    recipient.state_of(&["ready"]).await;
    until_fact(&sender, "opened", |text| text != "not yet").await;
    until_fact(&sender, "started", |text| text == "not yet").await;
    recipient.take().await;
    recipient.save().await;
    until_fact(&sender, "started", |text| text != "not yet").await;
    until_fact(&sender, "finished", |text| text.contains("receipt")).await;
}

#[tokio::test]
async fn a_link_that_wrong_passwords_have_locked_can_be_opened_again() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("secret.txt", b"secret")]);
    let link = sender.send(&server.origin(), &files, &Choices::password("right")).await;
    let offered = async || sender.element("unlock").await.is_displayed().await.unwrap();
    assert!(!offered().await);
    // A device that opened it before need not wait, so this takes no hours.
    let known = Recipient::new(&server.client(), &link, Some("right")).unwrap();
    known.open().await.unwrap();
    let known = known.trying("wrong").unwrap();
    for _ in 0..GUESSES_MAX {
        known.open().await.unwrap_err();
    }
    let known = known.trying("right").unwrap();
    known.open().await.unwrap_err();
    until_fact(&sender, "state", |text| text.contains("too many wrong passwords")).await;
    wait::until_so(SOON, "it can be opened again", offered, |offered| *offered).await;
    sender.assert_accessible().await;
    sender.click("unlock").await;
    until_fact(&sender, "state", |text| text.contains("waiting")).await;
    assert!(!offered().await);
    known.open().await.unwrap();
}

#[tokio::test]
async fn the_link_can_be_copied() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("copied.txt", b"copied")]);
    let link = sender.send(&server.origin(), &files, &Choices::default()).await;
    sender
        .devtools(
            "Browser.grantPermissions",
            serde_json::json!({
                "origin": server.origin(), "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"],
            }),
        )
        .await;
    sender.click("copy").await;
    wait::until_so(SOON, "the button says so", async || sender.text("copy").await, |text| text.contains("Copied"))
        .await;
    assert_eq!(sender.script("return navigator.clipboard.readText()").await, link);
}
