//! Two channels: files by one link, their password by another, and both come together only at the
//! recipient.

use subrosa_shared::keys::FragmentSecret as _;
use subrosa_shared::secret::{LinkSecret, PushSecret};
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;

use super::origins::assert_only_asks;

const CONTENT: &[u8] = b"canary: what the file says";

/// Picks a file and lets the page draw a password for it; the password.
async fn with_drawn_password(sender: &Browser, server: &Server) -> String {
    let files = sender.prepare(&[("canary-report.txt", CONTENT)]);
    sender.pick(&server.origin(), &files).await;
    sender.set(&Choices::downloads(2)).await;
    sender.click("password-make").await;
    let drawn = async || Some(sender.value("password").await).filter(|drawn| !drawn.is_empty());
    wait::until(SOON, "a password is drawn", drawn).await
}

/// The link of the password, once it is made.
async fn push_link(sender: &Browser) -> String {
    let made = async || Some(sender.value("push-link").await).filter(|link| !link.is_empty());
    wait::until(SOON, "the second link is made", made).await
}

/// Waits until one side of the status tells something as it should.
async fn side_so(sender: &Browser, side: &str, fact: &str, is_told: impl Fn(&str) -> bool) {
    let script = format!("return document.querySelector('#{side} dd[data-fact={fact}]')?.textContent ?? ''");
    let told = async || sender.script(&script).await.as_str().unwrap_or_default().to_owned();
    wait::until_so(SOON, &format!("{fact} in #{side}"), told, |told| is_told(told)).await;
}

/// Whether an element is seen.
async fn is_seen(browser: &Browser, id: &str) -> bool {
    browser.element(id).await.is_displayed().await.unwrap()
}

/// Fetches the password from its link, and copies it without showing it.
async fn copied_password(recipient: &Browser, link: &str) -> String {
    recipient.look_at_push(link, "ready").await;
    assert!(recipient.text("ready-title").await.contains("password for files"), "it says what it is for");
    recipient.take_view("revealed").await;
    let origin = link.split_once("/p#").unwrap().0;
    recipient.allow_clipboard(origin).await;
    recipient.press_in_field("password", "copy").await;
    let said = "return document.querySelector('[data-field=password] .said').textContent";
    let said = async || recipient.script(said).await.as_str().unwrap_or_default().to_owned();
    wait::until_so(SOON, "it is copied", said, |said| said.contains("Copied")).await;
    recipient.in_clipboard().await
}

/// Opens the files' link with the password, and saves.
async fn save_with(recipient: &Browser, link: &str, password: &str) {
    recipient.look_at_push(link, "password").await;
    recipient.type_into("password", password).await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
    recipient.take().await;
    let (name, content) = recipient.save().await;
    assert_eq!((name.as_str(), content.as_slice()), ("canary-report.txt", CONTENT));
}

/// What every button of the result puts into the clipboard or a mail, by its id.
async fn everything_that_leaves(sender: &Browser, origin: &str) -> Vec<(String, String)> {
    sender.allow_clipboard(origin).await;
    sender
        .script(
            "window.left = []; const click = HTMLAnchorElement.prototype.click;
             HTMLAnchorElement.prototype.click = function () {
                 if (this.protocol === 'mailto:') window.left.push(decodeURIComponent(this.href)); else click.call(this);
             };
             const write = navigator.clipboard.writeText.bind(navigator.clipboard);
             navigator.clipboard.writeText = (text) => { window.left.push(text); return write(text); };",
        )
        .await;
    let mut all = Vec::new();
    for element in sender.all("[data-view=done] button").await {
        let id = element.attr("id").await.unwrap().unwrap_or_default();
        let ends = ["revoke", "another", "share", "hold", "print", "new-version"].iter().any(|end| id.contains(end));
        if ends || !element.is_displayed().await.unwrap_or_default() {
            continue;
        }
        element.click().await.unwrap();
        let left = sender.script("return window.left.splice(0)").await;
        let left: Vec<String> = serde_json::from_value(left).unwrap();
        all.extend(left.into_iter().map(|text| (id.clone(), text)));
    }
    all
}

#[tokio::test]
async fn files_and_their_password_travel_by_two_links() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let (of_password, of_files) = (Browser::start().await, Browser::start().await);
    let password = with_drawn_password(&sender, &server).await;
    assert!(password.split('-').count() >= 6, "it can be read out: {password}");
    assert!(is_seen(&sender, "push-password-choice").await);
    assert!(sender.element("push-password").await.is_selected().await.unwrap(), "it is the usual way");
    sender.assert_accessible().await;
    sender.click("send").await;
    let (link, push_link) = (sender.sent().await, push_link(&sender).await);
    assert!(link.starts_with(&format!("{}/s#", server.origin())), "{link}");
    assert!(push_link.starts_with(&format!("{}/p#", server.origin())), "{push_link}");
    assert_eq!(sender.places_of(&password).await, [""; 0], "the page that sent it forgets it");
    sender.assert_accessible().await;

    let [token, push_token] = [&link, &push_link].map(|link| link.split_once('#').unwrap().1);
    let left = everything_that_leaves(&sender, &server.origin()).await;
    let (back, left): (Vec<_>, Vec<_>) = left.into_iter().partition(|(id, _)| id == "owner-copy");
    for (_, text) in &back {
        assert!(text.contains("/o#") && !text.contains(token) && !text.contains(push_token), "for the sender: {text}");
    }
    assert_eq!(back.len(), 1, "the sender's own address is given by one button");
    for (id, text) in &left {
        let (files, secret) = (text.contains(token), text.contains(push_token));
        assert!(files != secret, "#{id} gives one link, never both: {text}");
        assert_eq!(secret, id.starts_with("push-"), "#{id} gives that of its own card");
        assert!(!text.contains(&password), "#{id}");
    }
    let ids: Vec<_> = left.iter().map(|(id, _)| id.as_str()).collect();
    for id in ["copy", "mail", "push-copy", "push-mail"] {
        assert!(ids.contains(&id), "{id} in {ids:?}");
    }

    for (side, fact) in [("status", "opened"), ("status", "finished"), ("push-status", "started")] {
        side_so(&sender, side, fact, |told| told == "not yet").await;
    }
    let copied = copied_password(&of_password, &push_link).await;
    assert_eq!(copied, password);
    side_so(&sender, "push-status", "started", |told| told.contains(" at ")).await;
    side_so(&sender, "status", "opened", |told| told == "not yet").await;
    of_password.click("finish").await;
    of_password.state_of(&["finished"]).await;
    side_so(&sender, "push-status", "finished", |told| told.contains("receipt")).await;
    save_with(&of_files, &link, &copied).await;
    side_so(&sender, "status", "finished", |told| told.contains("receipt")).await;
    sender.assert_accessible().await;

    // Deleting takes both back.
    sender.click("revoke").await;
    sender.click("revoke-confirm").await;
    sender.state_of(&["revoked"]).await;
    of_files.look_at_push(&link, "gone").await;
    of_password.look_at_push(&push_link, "gone").await;
    assert!(of_password.visible().await.contains("The sender deleted it"));
}

#[tokio::test]
async fn two_servers_hold_a_half_each_and_no_page_asks_a_third() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let ((shares, pushes), sender) = (Server::start_pair(&[]).await, Browser::start_logging_requests().await);
    let (of_password, of_files) = (Browser::start_logging_requests().await, Browser::start_logging_requests().await);
    let password = with_drawn_password(&sender, &shares).await;
    sender.click("send").await;
    let (link, push_link) = (sender.sent().await, push_link(&sender).await);
    assert!(link.starts_with(&format!("{}/s#", shares.origin())), "{link}");
    assert!(push_link.starts_with(&format!("{}/p#", pushes.origin())), "{push_link}");
    let copied = copied_password(&of_password, &push_link).await;
    save_with(&of_files, &link, &copied).await;
    side_so(&sender, "push-status", "started", |told| told.contains(" at ")).await;
    side_so(&sender, "status", "finished", |told| told.contains("receipt")).await;
    assert_only_asks(&sender, &[shares.origin(), pushes.origin()]).await;
    assert_only_asks(&of_password, &[pushes.origin()]).await;
    assert_only_asks(&of_files, &[shares.origin()]).await;

    let mut leaks = Leaks::of_text("the password", &password);
    leaks.text("the name", "canary-report");
    leaks.text("the content", str::from_utf8(CONTENT).unwrap());
    let (files, push) = (LinkSecret::from_text(&link).unwrap(), PushSecret::from_text(&push_link).unwrap());
    leaks.secret("the link secret", files.expose());
    leaks.secret("the push secret", push.expose());
    assert_ne!(files.password_salt(), push.password_salt());
    for server in [&shares, &pushes] {
        leaks.assert_none(server);
    }
    Leaks::of_text("the push's id", &push.link_id().to_string()).assert_none(&shares);
    Leaks::of_text("the link's id", &files.link_id().to_string()).assert_none(&pushes);

    // Deleting goes to both.
    sender.click("revoke").await;
    sender.click("revoke-confirm").await;
    sender.state_of(&["revoked"]).await;
    of_files.look_at_push(&link, "gone").await;
    of_password.look_at_push(&push_link, "gone").await;
}

#[tokio::test]
async fn without_the_second_server_the_files_are_sent_and_the_password_can_follow() {
    let _turn = turn().await;
    let ((shares, mut pushes), sender) = (Server::start_pair(&[]).await, Browser::start().await);
    let recipient = Browser::start().await;
    let password = with_drawn_password(&sender, &shares).await;
    pushes.kill_9().await;
    sender.click("send").await;
    let link = sender.sent().await;
    assert!(link.starts_with(&format!("{}/s#", shares.origin())), "the files' link is there: {link}");
    wait::until_so(SOON, "it says so", async || is_seen(&sender, "push-failed").await, |seen| *seen).await;
    assert!(!is_seen(&sender, "push-card").await, "no card without a link");
    sender.assert_accessible().await;
    recipient.look_at_push(&link, "password").await;
    sender.click("push-again").await;
    wait::until_so(SOON, "again", async || is_seen(&sender, "push-failed").await, |seen| *seen).await;
    let pushes = pushes.start_again().await;
    sender.click("push-again").await;
    let push_link = push_link(&sender).await;
    assert!(push_link.starts_with(&format!("{}/p#", pushes.origin())), "{push_link}");
    assert!(!is_seen(&sender, "push-failed").await);
    recipient.reveal(&push_link).await;
    recipient.press_in_field("password", "show").await;
    assert_eq!(recipient.shown_in_field("password").await, password);
    side_so(&sender, "push-status", "left", |told| told == "1 of 2").await;
}

#[tokio::test]
async fn a_password_that_is_told_by_voice_has_no_link() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let password = with_drawn_password(&sender, &server).await;
    sender.click("push-password").await;
    sender.click("send").await;
    sender.sent().await;
    assert_eq!(sender.places_of(&password).await, [""; 0], "only when it is asked for");
    assert!(!is_seen(&sender, "push-card").await && is_seen(&sender, "password-apart").await);
    sender.click("spoken-show").await;
    assert_eq!(sender.text("spoken-text").await, password);
    sender.assert_accessible().await;
    sender.click("spoken-show").await;
    assert_eq!(sender.places_of(&password).await, [""; 0]);

    // Where nobody serves pushes, no link for a password is offered.
    let server = Server::start_with(Options::flags(&["--channels", "shares"])).await;
    with_drawn_password(&sender, &server).await;
    assert!(!is_seen(&sender, "push-password-choice").await);
    sender.click("send").await;
    sender.sent().await;
    assert!(!is_seen(&sender, "push-card").await && !is_seen(&sender, "push-failed").await);
}
