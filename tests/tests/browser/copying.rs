//! What is selected in a secret and copied by hand is the secret, exactly: no line break of a
//! triple click, no text of a button that a drag touched, no half of it that a double click took
//! for a word.

use subrosa_shared::push::Payload;
use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;

/// Words, punctuation, spaces in a row, both directions of text.
const PASSWORD: &str = "p@ss-w0rd; two  words, \u{5e9}\u{5dc}\u{5d5}\u{5dd} \u{1f511}.";
const NOTE: &str = "first answer: sunflower\nsecond answer: harbour-12\n\nlast line";

#[tokio::test]
async fn a_revealed_secret_that_is_copied_by_hand_is_exactly_the_secret() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let payload = Payload::Login {
        user: "ada.lovelace@example.org".to_owned(),
        password: PASSWORD.to_owned(),
        note: NOTE.to_owned(),
    };
    let push = SealedPush::seal(&payload, &PushTerms::default()).unwrap();
    server.client().push(&push).await.unwrap();
    recipient.reveal(&push.link_at(&server.origin())).await;
    for field in ["password", "note"] {
        recipient.press_in_field(field, "show").await;
        recipient.shown_in_field(field).await;
    }
    recipient.shown_in_field("user").await;
    for (field, value) in [("user", "ada.lovelace@example.org"), ("password", PASSWORD)] {
        let text = format!("[data-field={field}] .text");
        for times in [2, 3] {
            recipient.click_times(&text, times).await;
            assert_eq!(recipient.copied_by_hand().await, value, "{times} clicks on {field}");
        }
        for beyond in [
            format!("[data-field={field}] [data-act=copy]"),
            format!("[data-field={field}] .name"),
            "[data-field=note] .name".to_owned(),
            "#hidden-again".to_owned(),
        ] {
            recipient.drag_over(&text, &beyond).await;
            assert_eq!(recipient.copied_by_hand().await, value, "{field} dragged to {beyond}");
        }
    }
    // Of a note, a person may want a line; the line breaks between lines are its own.
    let note = "[data-field=note] .text";
    recipient.click_times(note, 3).await;
    let line = recipient.copied_by_hand().await;
    assert!(line == "first answer: sunflower" || line == NOTE, "{line:?}");
    recipient.click_times(note, 2).await;
    assert_eq!(recipient.copied_by_hand().await.trim_end(), "first");
    for beyond in ["[data-field=note] [data-act=copy]", "#hidden-again", "#finish"] {
        recipient.drag_over(note, beyond).await;
        let part = recipient.copied_by_hand().await;
        // It began behind the first letters.
        assert!(part.len() > NOTE.len() - 6 && NOTE.ends_with(&part), "{part:?}");
    }
    // All of the page: of the secrets, and of nothing else.
    recipient.click_times("#revealed-title", 1).await;
    recipient.shortcut('a').await;
    assert_eq!(recipient.copied_by_hand().await, format!("ada.lovelace@example.org\n{PASSWORD}\n{NOTE}"));

    // What is hidden again is not to be had.
    recipient.press_in_field("password", "show").await;
    recipient.shortcut('a').await;
    assert_eq!(recipient.copied_by_hand().await, format!("ada.lovelace@example.org\n{NOTE}"));
}

#[tokio::test]
async fn a_web_address_that_is_copied_by_hand_is_the_one_that_was_sent() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    // Browsers would write it with a slash, and the host in other letters.
    let url = "https://Example.ORG?token=a%2Fb";
    let push = SealedPush::seal(&Payload::Url { url: url.to_owned() }, &PushTerms::default()).unwrap();
    server.client().push(&push).await.unwrap();
    recipient.reveal(&push.link_at(&server.origin())).await;
    if recipient.all("[data-field=url] [data-act=show]").await[0].is_displayed().await.unwrap() {
        recipient.press_in_field("url", "show").await;
    }
    recipient.shown_in_field("url").await;
    for times in [2, 3] {
        recipient.click_times("[data-field=url] .text", times).await;
        assert_eq!(recipient.copied_by_hand().await, url, "{times} clicks");
    }
}

#[tokio::test]
async fn links_and_drawn_passwords_are_copied_as_a_whole() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender.open_push(&server.origin()).await;
    let fields = [("secret", PASSWORD)];
    sender.fill_push(&Handover { passphrase: Some("two words, then-three"), ..Handover::password(&fields) }).await;
    sender.click("secret-show").await;
    sender.click_times("#secret", 2).await;
    assert_eq!(sender.copied_by_hand().await, PASSWORD, "a double click in the field");
    sender.click("make").await;
    sender.state_of(&["done"]).await;
    for field in ["link", "owner-link"] {
        for times in [1, 2, 3] {
            sender.click_times(&format!("#{field}"), times).await;
            assert_eq!(sender.copied_by_hand().await, sender.value(field).await, "{times} clicks on #{field}");
        }
    }
    sender.click("passphrase-again").await;
    for times in [2, 3] {
        sender.click_times("#passphrase-text", times).await;
        assert_eq!(sender.copied_by_hand().await, "two words, then-three");
    }
    sender.drag_over("#passphrase-text", "#passphrase-again").await;
    assert_eq!(sender.copied_by_hand().await, "two words, then-three");
}

#[tokio::test]
async fn a_note_beside_files_is_copied_without_what_stands_around_it() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let terms = Terms { note: Some("one line, its only one".to_owned()), ..Terms::default() };
    let package = Package::seal(&[Source::new("letter.txt", "Dear friend")], &terms).unwrap();
    let secret = server.client().send(&package, &LinkTerms::default()).await.unwrap();
    recipient.look(&format!("{}/s#{}", server.origin(), *secret.to_token())).await;
    recipient.click_times("#note", 3).await;
    assert_eq!(recipient.copied_by_hand().await, "one line, its only one");
    recipient.drag_over("#note", "#files .name").await;
    let part = recipient.copied_by_hand().await;
    assert!(part.len() > 14 && "one line, its only one".ends_with(&part), "{part:?}");
}
