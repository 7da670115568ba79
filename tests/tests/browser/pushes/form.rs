//! The form of the page *push*: what may be chosen, what is refused and where, and how a pasted key
//! stays whole.

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

/// Puts a text into a field as if it was typed there.
async fn retype(browser: &Browser, id: &str, text: &str) {
    browser.script(&format!("document.getElementById('{id}').value = ''")).await;
    browser.type_into(id, text).await;
}

/// What is wrong, once the page says it, and where it goes then.
async fn refused(browser: &Browser) -> (String, String) {
    browser.click("make").await;
    let told = async || Some(browser.text("push-problem").await).filter(|told| !told.is_empty());
    let told = wait::until(SOON, "the page says what is wrong", told).await;
    assert_eq!(browser.state().await, "form", "nothing is made");
    (told, browser.focused().await)
}

#[tokio::test]
async fn what_may_be_chosen_is_what_the_push_becomes() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    sender.open_push(&server.origin()).await;
    let (told, focused) = refused(&sender).await;
    assert!(told.contains("Type a password") && focused == "secret", "{told}");
    sender.type_into("secret", "with every choice").await;
    sender.choose("views", "other").await;
    for wrong in ["0", "101", "1.5", ""] {
        retype(&sender, "views-number", wrong).await;
        let (told, focused) = refused(&sender).await;
        assert!(told.contains("1 to 100") && focused == "views-number", "{wrong}: {told}");
    }
    retype(&sender, "views-number", "7").await;
    sender.choose("expiry", "other").await;
    let offered = sender.value("expiry-date").await;
    for wrong in ["2001-01-01T00:00", "2199-01-01T00:00", ""] {
        sender.script(&format!("document.getElementById('expiry-date').value = '{wrong}'")).await;
        let (told, focused) = refused(&sender).await;
        assert!(told.contains("between") && focused == "expiry-date", "{wrong}: {told}");
    }
    sender.assert_accessible().await;
    sender.script(&format!("document.getElementById('expiry-date').value = '{offered}'")).await;

    assert!(!sender.element("guesses").await.is_displayed().await.unwrap(), "there is nothing to guess");
    sender.click("passphrase-make").await;
    let made = async || Some(sender.value("passphrase").await).filter(|made| !made.is_empty());
    let passphrase = wait::until(SOON, "a passphrase is made", made).await;
    assert!(passphrase.split('-').count() >= 6, "it can be read out: {passphrase}");
    assert_eq!(
        sender.script("return document.getElementById('passphrase').type").await,
        "text",
        "and is shown for that"
    );
    sender.click("guesses").await;
    let warned = sender.text("guesses-more").await;
    assert!(warned.contains("Whoever intercepts the link can then destroy it"), "{warned}");
    sender.assert_accessible().await;
    retype(&sender, "guesses-count", "0").await;
    let (told, focused) = refused(&sender).await;
    assert!(told.contains("1 to 200") && focused == "guesses-count", "{told}");
    retype(&sender, "guesses-count", "3").await;
    sender.click_at("#more summary").await;
    sender.click("may-destroy").await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;

    recipient.look_at_push(&sender.value("link").await, "password").await;
    assert_eq!(recipient.fact("left").await, "7");
    let ends = recipient.fact("ends").await;
    assert!(ends.contains("7 days left") || ends.contains("6 days left"), "{ends}");
    recipient.try_passphrase(&passphrase).await;
    recipient.state_of(&["ready"]).await;
    recipient.take_view("revealed").await;
    assert!(!recipient.element("destroy").await.is_displayed().await.unwrap(), "the sender forbids it");
    assert_eq!(sender.fact_so("left", |told| told == "6 of 7").await, "6 of 7");
}

#[tokio::test]
async fn a_pasted_key_of_several_lines_stays_whole() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender.open_push(&server.origin()).await;
    sender.allow_clipboard(&server.origin()).await;
    let key = "-----BEGIN KEY-----\nabc\ndef\n-----END KEY-----";
    let copy = format!("return navigator.clipboard.writeText({})", serde_json::json!(key));
    sender.script(&copy).await;
    // Control and V.
    sender.type_into("secret", "\u{e009}v\u{e000}").await;
    let note = async || sender.value("note").await;
    wait::until_so(SOON, "it goes into the note", note, |note| note == key).await;
    assert!(sender.text("pasted-lines").await.contains("several lines"));
    assert_eq!(sender.value("secret").await, "");
    sender.assert_accessible().await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;
    let link = sender.value("link").await;
    sender.reveal(&link).await;
    assert_eq!(sender.field_names().await, ["note"]);
    sender.press_in_field("note", "show").await;
    assert_eq!(sender.shown_in_field("note").await, key);
}
