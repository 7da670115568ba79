//! Promise: guessing ends. A wrong passphrase waits where one can see it, and spends nothing.

use subrosa_shared::api::PatchPush;
use subrosa_shared::limits::GUESSES_MAX;
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::bytes::rng;
use subrosa_tests::client::push::{PushTerms, Reader};
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use super::{password, pushed, views};
use crate::passwords::problem;

#[tokio::test]
async fn a_wrong_passphrase_waits_visibly_and_spends_nothing() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let secret = [("secret", "behind a passphrase")];
    let handover = Handover { passphrase: Some("right horse"), ..Handover::password(&secret) };
    let made = sender.push(&server.origin(), &handover).await;
    // The page that made it tells the passphrase when asked, away from the link.
    assert_eq!(sender.places_of("right horse").await, [""; 0]);
    sender.assert_accessible().await;
    sender.click("passphrase-again").await;
    assert_eq!(sender.text("passphrase-text").await, "right horse");
    sender.click("passphrase-again").await;
    assert_eq!(sender.places_of("right horse").await, [""; 0]);

    recipient.look_at_push(&made.link, "password").await;
    assert_eq!(recipient.text("ready-title").await, "A password for you", "it says what it is");
    assert_eq!(recipient.fact("passphrase").await, "needed");
    recipient.assert_accessible().await;
    recipient.click("open").await;
    problem(&recipient, "Type the passphrase").await;
    recipient.try_passphrase("wrong 1").await;
    recipient.state_of(&["ready"]).await;
    recipient.take_view("password").await;
    let told = problem(&recipient, "not the passphrase").await;
    assert!(told.contains("Nothing was used up"), "{told}");
    for wrong in ["wrong 2", "wrong 3", "wrong 4"] {
        let usable = async || recipient.element("open").await.is_enabled().await.unwrap();
        wait::until_so(SOON, "the wait ends", usable, |usable| *usable).await;
        recipient.try_passphrase(wrong).await;
        problem(&recipient, "not the passphrase").await;
    }
    assert!(!recipient.element("open").await.is_enabled().await.unwrap(), "the wait holds the button");
    problem(&recipient, "second").await;
    // A wait outlives a reload.
    recipient.reload().await;
    recipient.state_of(&["password"]).await;
    problem(&recipient, "waits").await;
    recipient.assert_accessible().await;
    sender.fact_so("wrong", |told| told.contains("4 times")).await;
    assert_eq!((sender.fact("left").await, sender.fact("started").await), ("1 of 1".into(), "not yet".into()));
    let usable = async || recipient.element("open").await.is_enabled().await.unwrap();
    wait::until_so(SOON, "the wait ends", usable, |usable| *usable).await;
    recipient.try_passphrase("right horse").await;
    recipient.state_of(&["ready"]).await;
    recipient.take_view("revealed").await;
    recipient.press_in_field("password", "show").await;
    assert_eq!(recipient.shown_in_field("password").await, "behind a passphrase");
    sender.fact_so("left", |told| told == "0 of 1").await;
    let lines = "return [...document.querySelectorAll('#timeline li')].map((line) => line.dataset.event)";
    let events = async || serde_json::from_value::<Vec<String>>(sender.script(lines).await).unwrap();
    let guesses = |events: &Vec<String>| events.iter().filter(|event| *event == "wrong-password").count() == 4;
    wait::until_so(SOON, "the timeline tells of guesses", events, guesses).await;
}

#[tokio::test]
async fn a_right_passphrase_after_a_wrong_one_needs_no_further_step() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let terms = PushTerms::views(2).with_passphrase("right-horse");
    let (push, link) = pushed(&server, &password("second try"), &terms).await;
    recipient.look_at_push(&link, "password").await;
    recipient.try_passphrase("wrong").await;
    recipient.state_of(&["ready"]).await;
    recipient.take_view("password").await;
    problem(&recipient, "not the passphrase").await;
    assert_eq!(views(&server, &push).await, 0);
    let usable = async || recipient.element("open").await.is_enabled().await.unwrap();
    wait::until_so(SOON, "the wait ends", usable, |usable| *usable).await;
    recipient.try_passphrase("right-horse").await;
    recipient.state_of(&["revealed"]).await;
    assert_eq!(views(&server, &push).await, 1);
    assert_eq!(recipient.places_of("right-horse").await.len(), 0, "what was typed is not kept");
}

#[tokio::test]
async fn guesses_lock_or_end_a_push_and_the_page_says_which() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let terms = PushTerms { destroy_after_guesses: Some(1), ..PushTerms::default().with_passphrase("right") };
    let (push, link) = pushed(&server, &password("guessed"), &terms).await;
    recipient.look_at_push(&link, "password").await;
    recipient.try_passphrase("wrong").await;
    recipient.state_of(&["ready"]).await;
    recipient.click("reveal").await;
    recipient.click("reveal-confirm").await;
    // The last wrong one may be told as such, or as the end.
    recipient.state_of(&["password", "gone"]).await;
    let gone = async || server.client().push_status(&push).await.unwrap().link.gone;
    wait::until_so(SOON, "it is gone", gone, Option::is_some).await;
    recipient.look_at_push(&link, "gone").await;
    let told = recipient.visible().await;
    assert!(told.contains("too many wrong passphrases"), "{told}");
    recipient.assert_accessible().await;

    // Too many wrong ones lock a push that nobody's guess destroys. A device that opened it before
    // need not wait, so this takes no hours.
    let terms = PushTerms::views(2).with_passphrase("right");
    let (push, link) = pushed(&server, &password("locked"), &terms).await;
    let known = Reader::new(&server.client(), &link, Some("right")).unwrap();
    known.reveal(&LeaseSecret::generate(&mut rng())).await.unwrap();
    let known = known.trying("wrong").unwrap();
    for _ in 0..GUESSES_MAX {
        known.reveal(&LeaseSecret::generate(&mut rng())).await.unwrap_err();
    }
    recipient.look_at_push(&link, "locked").await;
    assert!(recipient.visible().await.contains("the sender can open the link again"));
    recipient.assert_accessible().await;
    server.client().patch_push(&push, &PatchPush { paused: Some(false), ..PatchPush::default() }).await.unwrap();
    recipient.click("retry").await;
    recipient.state_of(&["password"]).await;
    recipient.try_passphrase("right").await;
    recipient.state_of(&["ready"]).await;
    recipient.take_view("revealed").await;
    assert_eq!(views(&server, &push).await, 2);
}
