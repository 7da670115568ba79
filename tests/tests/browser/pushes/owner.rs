//! Promise: you know, and it stays yours. What the page *push* tells of a push, and what its owner
//! can do.

use subrosa_shared::push::Payload;
use subrosa_tests::browser::pages_push::{HandedOver, Handover};
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::push::{PushTerms, Reader};
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use super::{password, pushed};

const SECRET: [(&str, &str); 1] = [("secret", "canary of an owner")];

/// A push for so many views, made in the browser.
async fn made(sender: &Browser, server: &Server, views: u32) -> HandedOver {
    let handover = Handover { views: Some(views), label: Some("for Ada"), ..Handover::password(&SECRET) };
    sender.push(&server.origin(), &handover).await
}

/// The events of the timeline, once they contain one.
async fn timeline_with(sender: &Browser, event: &str) -> Vec<String> {
    let lines = "return [...document.querySelectorAll('#timeline li')].map((line) => line.dataset.event)";
    let events = async || serde_json::from_value::<Vec<String>>(sender.script(lines).await).unwrap();
    let what = format!("the timeline tells of {event}");
    wait::until(SOON, &what, async || Some(events().await).filter(|events| events.iter().any(|told| told == event)))
        .await
}

#[tokio::test]
async fn you_know_what_happened_to_your_push() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let link = made(&sender, &server, 2).await.link;
    assert_eq!(sender.fact("label").await, "for Ada");
    assert_eq!(sender.fact("started").await, "not yet");
    assert_eq!(sender.fact("left").await, "2 of 2");
    assert!(sender.fact("state").await.contains("waiting"));
    recipient.reveal(&link).await;
    sender.fact_so("started", |told| told.contains(" at ")).await;
    sender.fact_so("left", |told| told == "1 of 2").await;
    recipient.click("finish").await;
    recipient.state_of(&["finished"]).await;
    sender.fact_so("finished", |told| told.contains("receipt")).await;
    let events = timeline_with(&sender, "finished").await;
    assert!(events.contains(&"created".to_owned()) && events.contains(&"started".to_owned()), "{events:?}");
    sender.click_at("#timeline-block summary").await;
    sender.assert_accessible().await;
    let reader = Reader::new(&server.client(), &link, None).unwrap();
    assert!(reader.face().await.unwrap().is_some(), "one view is left");
    recipient.reveal(&link).await;
    recipient.click("finish").await;
    sender.state_of(&["gone"]).await;
    timeline_with(&sender, "spent").await;
    assert_eq!(sender.text("done-title").await, "It arrived");
    sender.assert_accessible().await;
    assert!(!sender.element("revoke").await.is_displayed().await.unwrap(), "there is nothing left to delete");
    assert_eq!(sender.value("link").await, "", "nor to send");
}

#[tokio::test]
async fn an_owner_pauses_resumes_allows_more_and_deletes() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let link = made(&sender, &server, 1).await.link;
    sender.click("pause").await;
    sender.fact_so("state", |told| told.contains("paused")).await;
    sender.assert_accessible().await;
    recipient.look_at_push(&link, "paused").await;
    assert!(recipient.visible().await.contains("Nothing was counted"));
    recipient.assert_accessible().await;
    let resume = async || sender.text("pause").await;
    wait::until_so(SOON, "it can be resumed", resume, |text| text == "Resume").await;
    sender.click("pause").await;
    sender.fact_so("state", |told| told.contains("waiting")).await;
    sender.click("more-views").await;
    sender.fact_so("left", |told| told == "2 of 2").await;
    recipient.click("retry").await;
    recipient.state_of(&["ready"]).await;
    assert_eq!(recipient.fact("left").await, "2");
    recipient.take_view("revealed").await;

    sender.click("revoke").await;
    sender.assert_accessible().await;
    sender.click("revoke-keep").await;
    sender.click("revoke").await;
    sender.click("revoke-confirm").await;
    sender.state_of(&["gone"]).await;
    let told = sender.visible().await;
    assert!(told.contains("You deleted it on"), "{told}");
    recipient.look_at_push(&link, "gone").await;
    assert!(recipient.visible().await.contains("The sender deleted it"));
    let events = timeline_with(&sender, "revoked").await;
    for event in ["paused", "resumed", "changed", "started"] {
        assert!(events.contains(&event.to_owned()), "{event} in {events:?}");
    }
    // And the next one begins with an empty form.
    sender.click("another").await;
    sender.state_of(&["form"]).await;
    assert_eq!((sender.value("secret").await, sender.value("label").await), (String::new(), String::new()));
    sender.reload().await;
    sender.state_of(&["form"]).await;
}

#[tokio::test]
async fn an_owner_comes_back_and_sees_what_happened_but_not_the_secret() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, other) =
        (Server::start().await, Browser::start_logging_requests().await, Browser::start_logging_requests().await);
    let made = made(&sender, &server, 2).await;
    let page = format!("{}/push", server.origin());
    assert_eq!(sender.address().await, page, "no secret in the address");
    sender.reload().await;
    sender.state_of(&["done"]).await;
    other.open(&made.owner_link).await;
    other.state_of(&["done"]).await;
    for browser in [&sender, &other] {
        assert_eq!(browser.address().await, page, "no secret in the address");
        assert_eq!(browser.fact("label").await, "for Ada");
        assert_eq!(browser.fact("left").await, "2 of 2");
        assert_eq!(browser.value("link").await, made.link, "the owner's address alone gives the link again");
        assert_eq!(browser.places_of(SECRET[0].1).await, [""; 0], "but never what it holds");
        browser.assert_accessible().await;
        for asked in browser.requested().await {
            assert!(!asked.contains("/reveal"), "{asked}");
        }
    }
    sender.allow_clipboard(&server.origin()).await;
    for (button, text) in [("copy", &made.link), ("owner-copy", &made.owner_link)] {
        sender.click(button).await;
        wait::until_so(SOON, button, async || sender.text(button).await, |told| told.contains("Copied")).await;
        assert_eq!(sender.in_clipboard().await, *text);
    }
    sender.click("qr").await;
    assert!(sender.element("code").await.is_displayed().await.unwrap());
    sender.assert_accessible().await;
    // Another browser deletes it, and the first one is told.
    other.click("revoke").await;
    other.click("revoke-confirm").await;
    other.state_of(&["gone"]).await;
    sender.state_of(&["gone"]).await;
}

#[tokio::test]
async fn an_owner_with_a_wrong_address_is_told_what_it_is() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &Payload::Note { note: "of another".to_owned() }, &PushTerms::default()).await;
    let page = format!("{}/push", server.origin());
    let (token, of_recipient) = (push.owner.to_token(), link.split_once('#').unwrap().1);
    let damaged = format!("{page}#{}", &token[..token.len() - 4]);
    let unknown = subrosa_shared::secret::PushOwnerSecret::generate(&mut subrosa_tests::bytes::rng());
    let unknown = format!("{page}#{}", *unknown.to_token());
    for (address, state, says) in [
        (damaged, "damaged", "damaged"),
        (unknown, "not-found", "There is nothing here"),
        (format!("{page}#{of_recipient}"), "other-kind", "a link to a password"),
    ] {
        sender.look_at_push(&address, state).await;
        assert!(sender.visible().await.contains(says), "{state}: {}", sender.visible().await);
        assert!(sender.element("retry").await.is_displayed().await.unwrap(), "{state} offers the next step");
        sender.assert_accessible().await;
    }
    sender.click("retry").await;
    sender.state_of(&["ready"]).await;
    assert!(sender.address().await.ends_with("/p"));
    let (_, link) = pushed(&server, &password("other"), &PushTerms::default()).await;
    sender.look_at_push(&link, "ready").await;
}
