//! What pushes leave behind: nothing that the server could read, no secret in an address. And a
//! keyboard is enough.

use subrosa_shared::secret::{PushOwnerSecret, PushSecret};
use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use subrosa_tests::wire::Wire;

use super::{password, pushed};
use crate::hygiene::{ENTER, tab_to};

#[tokio::test]
async fn what_is_handed_over_is_in_nothing_that_the_server_hears_stores_or_logs() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) =
        (Server::start().await, Browser::start_logging_requests().await, Browser::start_logging_requests().await);
    let wire = Wire::to(server.port()).await;
    wire.tap();
    sender.open_push(&wire.origin()).await;
    sender.choose_radio("#kinds", "login").await;
    sender.click("generate").await;
    let drawn = async || sender.value("secret").await;
    wait::until_so(SOON, "a password is drawn", drawn, |drawn| !drawn.is_empty()).await;
    let generated = sender.value("secret").await;
    let fields = [("user", "canary user name"), ("note", "canary note of a login")];
    let handover = Handover {
        kind: "login",
        fields: &fields,
        passphrase: Some("canary passphrase"),
        from: Some("canary from whom"),
        label: Some("canary label"),
        views: None,
    };
    sender.fill_push(&handover).await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;
    let (link, owner_link) = (sender.value("link").await, sender.value("owner-link").await);
    recipient.look_at_push(&link, "password").await;
    recipient.try_passphrase("canary wrong passphrase").await;
    recipient.state_of(&["ready"]).await;
    recipient.take_view("password").await;
    let usable = async || recipient.element("open").await.is_enabled().await.unwrap();
    wait::until_so(SOON, "the wait ends", usable, |usable| *usable).await;
    recipient.try_passphrase("canary passphrase").await;
    recipient.state_of(&["revealed"]).await;
    recipient.press_in_field("password", "show").await;
    assert_eq!(recipient.shown_in_field("password").await, generated);

    let mut leaks = Leaks::default();
    for (what, text) in [("the user name", fields[0].1), ("the note", fields[1].1), ("the password", &generated)] {
        leaks.text(what, text);
    }
    for canary in ["canary passphrase", "canary wrong passphrase", "canary from whom", "canary label"] {
        leaks.text(canary, canary);
    }
    let [token, owner_token] = [&link, &owner_link].map(|link| link.split_once('#').unwrap().1);
    leaks.text("the link's token", token);
    leaks.text("the owner's token", owner_token);
    let (secret, owner) = (PushSecret::from_text(token).unwrap(), PushOwnerSecret::from_text(owner_token).unwrap());
    leaks.secret("the push secret", secret.expose());
    leaks.secret("the owner secret", owner.expose());
    let heard = wire.heard();
    assert!(heard.windows(7).any(|part| part == b"/reveal"), "something was heard");
    leaks.assert_not_in("what the server heard", &heard);
    recipient.click("finish").await;
    recipient.state_of(&["destroyed"]).await;
    sender.state_of(&["gone"]).await;
    leaks.assert_not_in("what the server heard", &wire.heard());
    // Proofs are heard, and nowhere else.
    leaks.secret("the link proof", secret.proof().expose());
    leaks.secret("the owner proof", owner.proof().expose());
    leaks.assert_none(&server);
    for (browser, address) in [(&sender, "/push"), (&recipient, "/p")] {
        assert_eq!(browser.address().await, format!("{}{address}", wire.origin()));
        assert_eq!(browser.script("return document.cookie").await, "");
        for asked in browser.requested().await.iter().filter(|url| url.starts_with("http") || url.starts_with("ws")) {
            assert!(asked.starts_with(&format!("{}/", wire.origin())), "no other origin is asked: {asked}");
        }
        let kept = "return JSON.stringify([...Array(localStorage.length).keys()].map((at) =>
            localStorage.getItem(localStorage.key(at)))) + JSON.stringify(sessionStorage)";
        let kept = browser.script(kept).await;
        leaks.assert_not_in("what the browser keeps", kept.as_str().unwrap().as_bytes());
    }
}

#[tokio::test]
async fn the_fragment_leaves_the_address_bar_of_both_pages() {
    let _turn = turn().await;
    let (server, browser) = (Server::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &password("fragment"), &PushTerms::default()).await;
    browser.look_at_push(&link, "ready").await;
    let of_reader = format!("{}/p", server.origin());
    assert_eq!(browser.address().await, of_reader);
    browser.reload().await;
    browser.state_of(&["ready"]).await;
    assert_eq!(browser.address().await, of_reader);
    browser.look_at_push(&format!("{}/push#{}", server.origin(), *push.owner.to_token()), "done").await;
    let of_owner = format!("{}/push", server.origin());
    assert_eq!(browser.address().await, of_owner);
    browser.reload().await;
    browser.state_of(&["done"]).await;
    assert_eq!(browser.address().await, of_owner);
}

#[tokio::test]
async fn a_push_is_made_and_revealed_by_keyboard_alone() {
    let _turn = turn().await;
    let (server, browser) = (Server::start().await, Browser::start().await);
    browser.open_push(&server.origin()).await;
    tab_to(&browser, "secret").await;
    browser.press("by keyboard").await;
    tab_to(&browser, "make").await;
    browser.press(ENTER).await;
    browser.state_of(&["done"]).await;
    tab_to(&browser, "copy").await;
    let link = browser.value("link").await;
    browser.look_at_push(&link, "ready").await;
    tab_to(&browser, "reveal").await;
    browser.press(ENTER).await;
    let second = "return document.getElementById('reveal-confirm') !== null";
    wait::until_so(SOON, "the second step", async || browser.script(second).await, |is| *is == true).await;
    tab_to(&browser, "reveal-confirm").await;
    browser.press(ENTER).await;
    browser.state_of(&["revealed"]).await;
    // Buttons of a field have no ids: the first one after the heading shows it.
    let mut presses = 0;
    while browser.script("return document.activeElement?.dataset?.act ?? ''").await != "show" {
        presses += 1;
        assert!(presses < 20, "no way to the field by keyboard");
        browser.press(crate::hygiene::TAB).await;
    }
    browser.press(" ").await;
    assert_eq!(browser.shown_in_field("password").await, "by keyboard");
    tab_to(&browser, "finish").await;
    browser.press(ENTER).await;
    browser.state_of(&["destroyed"]).await;
}

#[tokio::test]
async fn a_lost_answer_makes_no_second_push() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender.open_push(&server.origin()).await;
    let losing = "const fetched = window.fetch; window.made = []; window.losing = true;
        window.fetch = async (...call) => {
            const answer = await fetched(...call);
            const { method } = call[1] ?? call[0];
            if (method !== 'PUT') return answer;
            window.made.push(String(call[0]?.url ?? call[0]));
            if (window.losing) throw new TypeError('Failed to fetch');
            return answer;
        }";
    sender.script(losing).await;
    sender.type_into("secret", "once is enough").await;
    sender.click("make").await;
    let told = async || sender.text("push-problem").await;
    wait::until_so(SOON, "the page says that it was lost", told, |told| told.contains("Nothing is lost")).await;
    sender.assert_accessible().await;
    assert_eq!(sender.value("secret").await, "once is enough", "what was typed stays");
    sender.script("window.losing = false").await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;
    let made: Vec<String> = serde_json::from_value(sender.script("return window.made").await).unwrap();
    assert!(made.len() >= 2 && made.iter().all(|url| *url == made[0]), "one push: {made:?}");
    let link = sender.value("link").await;
    let secret = PushSecret::from_text(&link).unwrap();
    assert!(made[0].ends_with(&format!("/pushes/{}", secret.link_id())), "and its link is the one that is shown");
}
