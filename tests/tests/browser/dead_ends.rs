//! Every dead end is explained: damaged, gone and why and when, revoked, expired, paused, taken.

use std::time::Duration;

use subrosa_shared::api::PatchLink;
use subrosa_shared::secret::LinkSecret;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Terms};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::{one_file, sent, taken};

/// What the page says, once it stops there.
async fn dead_end(browser: &Browser, link: &str, state: &str) -> String {
    browser.open("about:blank").await;
    browser.open(link).await;
    browser.state_of(&[state]).await;
    browser.visible().await
}

#[tokio::test]
async fn a_damaged_link_is_found_out_before_anything_is_asked_and_can_be_pasted_whole() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start_logging_requests().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let mut damaged = link.clone();
    let last = damaged.pop().unwrap();
    damaged.push(if last == 'A' { 'B' } else { 'A' });
    for damaged in [&link[..link.len() - 5], &damaged] {
        recipient.requested().await;
        dead_end(&recipient, damaged, "damaged").await;
        let asked = recipient.requested().await;
        assert!(!asked.iter().any(|url| url.contains("/api/v1/links")), "{asked:?}");
    }
    // As mail breaks it.
    let token = link.split_once('#').unwrap().1;
    let broken = format!("> {}/s#{}=\\r\\n{}", server.origin(), &token[..20], &token[20..]);
    recipient.script(&format!("document.getElementById('link-input').value = '{broken}'")).await;
    recipient.click("link-open").await;
    recipient.state_of(&["ready"]).await;
    assert_eq!(taken(&server, &package).await, 0);
}

#[tokio::test]
async fn a_page_without_a_link_asks_for_one() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    dead_end(&recipient, &format!("{}/s", server.origin()), "no-link").await;
}

#[tokio::test]
async fn an_unknown_link_says_so() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let unknown = LinkSecret::generate(&mut subrosa_tests::bytes::rng());
    dead_end(&recipient, &format!("{}/s#{}", server.origin(), *unknown.to_token()), "not-found").await;
}

#[tokio::test]
async fn a_spent_link_says_when_it_was_downloaded() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let other = Recipient::new(&server.client(), &link, None).unwrap();
    let download = other.take().await.unwrap();
    download.files().await.unwrap();
    assert!(dead_end(&recipient, &link, "exhausted").await.contains("All downloads are taken"));
    download.finish().await.unwrap();
    let text = dead_end(&recipient, &link, "gone").await;
    let day = recipient.script("return `Downloaded on ${new Date().getDate()} `").await;
    assert!(text.contains(day.as_str().unwrap()) && text.contains(" at "), "{text}");
    assert!(text.contains("tell the sender"), "{text}");
}

#[tokio::test]
async fn a_revocation_on_the_senders_page_ends_the_link_at_once() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("taken back.txt", b"no")]);
    let link = sender.send(&server.origin(), &files, &Choices::default()).await;
    recipient.look(&link).await;
    sender.click("revoke").await;
    sender.click("revoke-confirm").await;
    sender.state_of(&["revoked"]).await;
    recipient.take().await;
    recipient.state_of(&["gone"]).await;
    let text = dead_end(&recipient, &link, "gone").await;
    assert!(text.contains("The sender deleted it on"), "{text}");
    let blobs = async || subrosa_tests::disk::files_below(&server.data().join("blobs/shares"));
    wait::until_so(Duration::from_secs(10), "ciphertext is deleted", blobs, Vec::is_empty).await;
}

#[tokio::test]
async fn an_expired_link_says_when_its_time_was_over() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let package = Package::seal(&one_file(), &Terms { expires_in_secs: 5, ..Terms::default() }).unwrap();
    let secret = server.client().send(&package, &LinkTerms::default()).await.unwrap();
    let link = format!("{}/s#{}", server.origin(), *secret.to_token());
    let holder = Recipient::new(&server.client(), &link, None).unwrap();
    wait::until_so(SOON, "it expires", async || holder.look().await.unwrap().gone, Option::is_some).await;
    let text = dead_end(&recipient, &link, "gone").await;
    assert!(text.contains("It expired on"), "{text}");
}

#[tokio::test]
async fn a_paused_link_says_so_and_opens_when_it_is_resumed() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let id = LinkSecret::from_text(&link).unwrap().link_id();
    let pause = |paused| PatchLink { paused: Some(paused), ..PatchLink::default() };
    server.client().patch_link(&package, &id, &pause(true)).await.unwrap();
    dead_end(&recipient, &link, "paused").await;
    server.client().patch_link(&package, &id, &pause(false)).await.unwrap();
    recipient.click("retry").await;
    recipient.state_of(&["ready"]).await;
}

#[tokio::test]
async fn a_recipient_can_destroy_it_and_the_next_one_reads_why() {
    let _turn = turn().await;
    let (server, recipient, other) = (Server::start().await, Browser::start().await, Browser::start().await);
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    recipient.look(&link).await;
    recipient.click("destroy").await;
    recipient.click("destroy-confirm").await;
    recipient.state_of(&["destroyed"]).await;
    let text = dead_end(&other, &link, "gone").await;
    assert!(text.contains("A recipient deleted it on"), "{text}");
}
