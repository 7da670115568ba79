//! Promise: what is typed or pasted is never cut. What is too long, or out of bounds, is told in
//! words, and stays as it is.

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::Terms;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::one_file;

/// Puts a text into a field as pasting it does: the browser's own limits apply.
async fn paste(browser: &Browser, id: &str, text: &str) {
    browser
        .script(&format!(
            "const field = document.getElementById('{id}');
             field.closest('details')?.setAttribute('open', '');
             field.focus(); field.select(); document.execCommand('insertText', false, {});",
            serde_json::to_string(text).unwrap()
        ))
        .await;
    assert_eq!(browser.value(id).await.len(), text.len(), "#{id} keeps all of it");
}

/// Waits until something is said somewhere.
async fn says(browser: &Browser, id: &str, wanted: &str) {
    let said = async || browser.text(id).await;
    wait::until_so(SOON, &format!("#{id} says {wanted:?}"), said, |said| said.contains(wanted)).await;
}

#[tokio::test]
async fn a_note_and_a_password_that_are_too_long_are_kept_and_refused_in_words() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("a.txt", b"a")]);
    sender.pick(&server.origin(), &files).await;
    let note = "ä".repeat(32_768);
    paste(&sender, "note", &format!("{note}bc")).await;
    says(&sender, "note-fits", "This is 2 bytes too long. It has 65,538 bytes, and at most 65,536").await;
    sender.assert_accessible().await;
    sender.click("send").await;
    says(&sender, "send-problem", "Note to the recipient: This is 2 bytes too long").await;
    assert_eq!((sender.state().await.as_str(), sender.focused().await.as_str()), ("pick", "note"));
    paste(&sender, "note", &note).await;
    says(&sender, "note-fits", "65,536 of at most 65,536 bytes").await;

    paste(&sender, "password", &"p".repeat(1025)).await;
    says(&sender, "password-fits", "1 byte too long").await;
    sender.click("send").await;
    says(&sender, "send-problem", "1 byte too long").await;
    paste(&sender, "password", &"p".repeat(1024)).await;
    sender.script("document.getElementById('push-password').checked = false").await;

    // Any number and any moment within the limits.
    sender.choose("downloads", "other").await;
    for wrong in ["1001", "0", "2.5", ""] {
        sender.script("document.getElementById('downloads-number').value = ''").await;
        sender.type_into("downloads-number", wrong).await;
        sender.click("send").await;
        says(&sender, "send-problem", "Type a number from 1 to 1000.").await;
        assert_eq!(sender.value("downloads-number").await, wrong, "it stays");
    }
    sender.type_into("downloads-number", "37").await;
    sender.choose("expiry", "other").await;
    let far = "const field = document.getElementById('expiry-date'); field.value = '2999-01-01T00:00';
               field.dispatchEvent(new InputEvent('input', { bubbles: true }))";
    sender.script(far).await;
    sender.click("send").await;
    says(&sender, "send-problem", "Choose a moment between").await;
    sender.assert_accessible().await;
    sender.script(&far.replace("'2999-01-01T00:00'", "field.max")).await;
    sender.click("send").await;
    let link = sender.sent().await;
    assert!(sender.text("next-steps").await.contains("37 downloads"));
    let recipient = Recipient::new(&server.client(), &link, Some(&"p".repeat(1024))).unwrap();
    let contents = recipient.contents().await.unwrap();
    assert_eq!(contents.manifest.note(), Some(note.as_str()));
}

#[tokio::test]
async fn everything_that_a_push_takes_is_kept_and_refused_in_words() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender.open_push(&server.origin()).await;
    paste(&sender, "secret", "a password").await;
    for (field, limit, over, said) in [
        ("from", 100, 3, "This is 3 characters too long. It has 103, and at most 100"),
        ("label", 100, 1, "This is 1 character too long."),
        ("passphrase", 1024, 2, "This is 2 bytes too long."),
        ("secret", 65_436, 4, "This is 4 bytes too long."),
    ] {
        paste(&sender, field, &"x".repeat(limit + over)).await;
        says(&sender, &format!("{field}-fits"), said).await;
        sender.click("make").await;
        says(&sender, "push-problem", said).await;
        assert_eq!((sender.state().await.as_str(), sender.focused().await.as_str()), ("form", field));
        paste(&sender, field, &"x".repeat(9)).await;
    }
    sender.assert_accessible().await;
    for (kind, field, text, said) in [
        ("url", "url", format!("https://example.org/{}", "x".repeat(2048)), "This is 20 bytes too long."),
        ("note", "note", "\"".repeat(32_719), "This is 2 bytes too long."),
    ] {
        sender.choose_radio("#kinds", kind).await;
        paste(&sender, field, &text).await;
        says(&sender, &format!("{field}-fits"), said).await;
        sender.click("make").await;
        says(&sender, "push-problem", said).await;
    }
    // Each fits, but not all of them together.
    sender.choose_radio("#kinds", "login").await;
    paste(&sender, "user", &"u".repeat(40_000)).await;
    paste(&sender, "secret", &"p".repeat(20_000)).await;
    paste(&sender, "note", &"n".repeat(10_000)).await;
    sender.click("make").await;
    says(&sender, "push-problem", "User name, password and note, together: This is 4,564 bytes too long.").await;
    assert_eq!(sender.focused().await, "note");
    paste(&sender, "note", "").await;
    // What cannot be seen is named.
    for (field, text, said) in [
        ("user", "ada\u{202e}", "User name: it has a character that does not show (U+202E)."),
        ("secret", "pass\tword", "Password: it has a character that does not show (tab)."),
        ("from", "IT\u{200b}", "“From”: it has a character that does not show (U+200B)."),
        ("label", "\u{3164}", "Label: it has a character that does not show (U+3164)."),
    ] {
        paste(&sender, field, text).await;
        sender.click("make").await;
        says(&sender, "push-problem", said).await;
        assert_eq!((sender.state().await.as_str(), sender.focused().await.as_str()), ("form", field));
        paste(&sender, field, "plain").await;
    }
    sender.assert_accessible().await;
    sender.choose_radio("#kinds", "password").await;
    for (list, field) in [("views", "views-number")] {
        sender.choose(list, "other").await;
        sender.script(&format!("document.getElementById('{field}').value = ''")).await;
        sender.type_into(field, "101").await;
        sender.click("make").await;
        says(&sender, "push-problem", "Type a number from 1 to 100.").await;
        sender.script(&format!("document.getElementById('{field}').value = ''")).await;
        sender.type_into(field, "37").await;
    }
    sender.click("make").await;
    sender.state_of(&["done"]).await;
    assert!(sender.fact("left").await.contains("37"));
}

#[tokio::test]
async fn a_password_that_is_pasted_is_not_cut_where_it_is_asked_for() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let password = "x".repeat(300);
    let package = subrosa_tests::client::package::Package::seal(&one_file(), &Terms::default()).unwrap();
    let terms = LinkTerms { password: Some(password.clone()), ..LinkTerms::default() };
    let secret = server.client().send(&package, &terms).await.unwrap();
    recipient.open(&format!("{}/s#{}", server.origin(), *secret.to_token())).await;
    recipient.state_of(&["password"]).await;
    paste(&recipient, "password", &"x".repeat(1030)).await;
    says(&recipient, "password-problem", "by 6 bytes").await;
    paste(&recipient, "password", &password).await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
}

#[tokio::test]
async fn a_password_with_a_character_that_does_not_show_is_refused_before_anything_is_sent() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("a.txt", b"a")]);
    sender.pick(&server.origin(), &files).await;
    // A mark that turns the direction of text, which comes along when a password is copied.
    paste(&sender, "password", "correct\u{202e}horse").await;
    sender.click("send").await;
    says(&sender, "send-problem", "it has a character that does not show (U+202E)").await;
    assert_eq!((sender.state().await.as_str(), sender.focused().await.as_str()), ("pick", "password"));
    assert!(subrosa_tests::disk::files_below(&server.data().join("blobs/shares")).is_empty(), "nothing was sent");

    // Each of the ways out that are named works. Only the link for the password needs it.
    sender.click("push-password").await;
    sender.click("send").await;
    let link = sender.sent().await;
    let sent_to = Browser::start().await;
    sent_to.open(&link).await;
    sent_to.state_of(&["password"]).await;
    paste(&sent_to, "password", "correct\u{202e}horse").await;
    sent_to.click("open").await;
    sent_to.state_of(&["ready"]).await;
}
