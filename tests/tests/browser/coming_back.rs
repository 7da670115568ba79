//! Promise: you keep your hand over what you sent. With an address of their own, senders come back
//! to it, on any device.

use subrosa_shared::secret::{LinkSecret, OwnerSecret};
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

/// Waits until a fact about the files is told as it should be.
async fn until_fact(sender: &Browser, fact: &str, is_told: impl Fn(&str) -> bool) {
    let script = format!("return document.querySelector('#status [data-fact={fact}]')?.textContent ?? ''");
    let text = async || sender.script(&script).await.as_str().unwrap_or_default().to_owned();
    wait::until_so(SOON, fact, text, |text| is_told(text)).await;
}

/// Sends two files with a password; the recipient's link and the owner's address.
async fn sent(sender: &Browser, server: &Server) -> (String, String) {
    let files = sender.prepare(&[("report.txt", b"canary: the report"), ("more.txt", b"and more")]);
    let choices = Choices { downloads: Some(2), ..Choices::password("right") };
    let link = sender.send(&server.origin(), &files, &choices).await;
    (link, sender.value("owner-link").await)
}

#[tokio::test]
async fn who_closed_the_page_sees_and_deletes_what_they_sent() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, other) =
        (Server::start().await, Browser::start_logging_requests().await, Browser::start_logging_requests().await);
    let (link, owner_link) = sent(&sender, &server).await;
    assert!(owner_link.starts_with(&format!("{}/o#", server.origin())), "{owner_link}");
    sender.assert_accessible().await;
    // Once both links are handed out, a reload comes back to it, too.
    sender.allow_clipboard(&server.origin()).await;
    let push_link = async || sender.value("push-link").await;
    wait::until_so(SOON, "the second link", push_link, |link| !link.is_empty()).await;
    for copy in ["copy", "push-copy"] {
        sender.click(copy).await;
        wait::until_so(SOON, copy, async || sender.text(copy).await, |told| told.contains("Copied")).await;
    }
    sender.reload().await;
    other.open(&owner_link).await;
    for (browser, path) in [(&sender, "/"), (&other, "/o")] {
        browser.state_of(&["done"]).await;
        assert_eq!(browser.address().await, format!("{}{path}", server.origin()), "no secret in the address");
        assert_eq!(browser.text("done-title").await, "What you sent");
        assert_eq!(browser.value("link").await, link, "the owner's address alone gives the link again");
        assert_eq!(browser.value("owner-link").await, owner_link);
        until_fact(browser, "left", |left| left == "2").await;
        until_fact(browser, "opened", |opened| opened == "not yet").await;
        assert!(!browser.visible().await.contains("read back"), "nothing was read back now");
        assert_eq!(browser.places_of("right").await, [""; 0], "the password is in no address");
        browser.assert_accessible().await;
    }
    // The way to the page on which one sends leads there.
    let third = Browser::start().await;
    third.open(&owner_link).await;
    third.state_of(&["done"]).await;
    third.script("document.querySelector('header a[href=\"/\"]').click()").await;
    third.state_of(&["pick"]).await;
    sender.script("document.querySelector('header a[href=\"/\"]').click()").await;
    sender.state_of(&["pick"]).await;
    sender.open("about:blank").await;
    sender.open(&owner_link).await;
    sender.state_of(&["done"]).await;
    other.allow_clipboard(&server.origin()).await;
    other.click("owner-copy").await;
    wait::until_so(SOON, "copied", async || other.text("owner-copy").await, |told| told.contains("Copied")).await;
    assert_eq!(other.in_clipboard().await, owner_link);
    other.click("markdown").await;
    let copied = async || other.in_clipboard().await;
    wait::until_so(SOON, "its size is known", copied, |text| text.contains("2 files")).await;

    // What a recipient does is told, with a receipt that was checked here.
    let recipient = Browser::start().await;
    recipient.open(&link).await;
    recipient.state_of(&["password"]).await;
    recipient.type_into("password", "right").await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
    recipient.take().await;
    recipient.save().await;
    until_fact(&other, "finished", |told| told.contains("receipt")).await;
    other.click("more-downloads").await;
    until_fact(&other, "left", |left| left == "2").await;
    other.click("hold").await;
    until_fact(&other, "state", |state| state == "paused").await;
    recipient.reload().await;
    recipient.state_of(&["paused"]).await;
    other.click("unlock").await;
    until_fact(&other, "state", |state| state == "saved, and still open").await;

    other.click("revoke").await;
    other.click("revoke-confirm").await;
    other.state_of(&["revoked"]).await;
    sender.state_of(&["revoked"]).await;
    assert!(sender.visible().await.contains("It arrived"), "{}", sender.visible().await);
    recipient.reload().await;
    recipient.state_of(&["gone"]).await;
    // The address still tells what it was.
    other.open(&owner_link).await;
    other.state_of(&["revoked"]).await;
    assert!(other.visible().await.contains("You deleted it"), "{}", other.visible().await);
    other.assert_accessible().await;
    other.click("another-after").await;
    other.state_of(&["pick"]).await;
    assert_eq!(other.address().await, format!("{}/", server.origin()));
    other.reload().await;
    other.state_of(&["pick"]).await;

    let (owner, link) = (OwnerSecret::from_text(&owner_link).unwrap(), LinkSecret::from_text(&link).unwrap());
    let mut leaks = Leaks::of_text("the name", "report.txt");
    leaks.secret("the owner's secret", owner.expose());
    leaks.secret("the link's secret", link.expose());
    leaks.assert_none(&server);
}

#[tokio::test]
async fn an_address_that_is_none_of_a_sender_is_told_what_it_is() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let (_, link) = crate::sent(&server, &crate::one_file(), &Default::default()).await;
    let page = format!("{}/o", server.origin());
    let unknown = OwnerSecret::generate(&mut subrosa_tests::bytes::rng());
    let (unknown, of_recipient) = (unknown.to_token(), link.split_once('#').unwrap().1);
    for (address, state, says) in [
        (format!("{page}#{}", &unknown[..unknown.len() - 4]), "damaged", "damaged"),
        (format!("{page}#{}", *unknown), "not-found", "There is nothing here"),
        (format!("{page}#{of_recipient}"), "other-kind", "a link to files"),
    ] {
        sender.look_at_push(&address, state).await;
        assert!(sender.visible().await.contains(says), "{state}: {}", sender.visible().await);
        assert!(sender.element("retry").await.is_displayed().await.unwrap(), "{state} offers the next step");
        assert!(!sender.element("restart").await.is_displayed().await.unwrap(), "{state} offers nothing else");
        sender.assert_accessible().await;
    }
    sender.click("retry").await;
    sender.state_of(&["ready"]).await;
    assert!(sender.address().await.ends_with("/s"));
    // Without an address it is the page on which one sends.
    sender.look_at_push(&page, "pick").await;
}

#[tokio::test]
async fn a_server_that_is_away_is_asked_again_and_a_lost_list_of_files_keeps_nobody_out() {
    let _turn = turn().await;
    let (mut server, sender) = (Server::start().await, Browser::start().await);
    let (link, owner_link) = sent(&sender, &server).await;
    let owner = OwnerSecret::from_text(&owner_link).unwrap();
    let blobs = server.data().join(format!("blobs/shares/{}", owner.share_id()));
    for blob in subrosa_tests::disk::files_below(&blobs) {
        std::fs::remove_file(blob).unwrap();
    }
    sender.open(&owner_link).await;
    sender.state_of(&["done"]).await;
    assert_eq!(sender.value("link").await, link);
    server.kill_9().await;
    sender.reload().await;
    let server = server.start_again().await;
    sender.open(&owner_link).await;
    sender.state_of(&["done"]).await;
    sender.click("revoke").await;
    sender.click("revoke-confirm").await;
    sender.state_of(&["revoked"]).await;
    drop(server);
}
