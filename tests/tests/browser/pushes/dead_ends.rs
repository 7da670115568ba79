//! Every end and dead end of a push, on the page that reveals: it says what it is, why and since
//! when, and what to do next.

use serde_json::Value;
use subrosa_shared::secret::{LeaseSecret, PushOwnerSecret};
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::bytes::rng;
use subrosa_tests::client::push::{PushTerms, Reader};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::{Server, ledger_is_a_file};
use subrosa_tests::wait;

use super::{password, pushed, views};
use crate::{one_file, sent};

/// What the page says, once it stops there; it can be read by everybody, and offers a button where
/// there is a next step.
async fn dead_end(browser: &Browser, link: &str, state: &str, has_button: bool) -> String {
    browser.look_at_push(link, state).await;
    browser.assert_accessible().await;
    let offered = async || browser.script("return document.getElementById('retry').hidden").await == !has_button;
    assert!(state == "no-link" || state == "damaged" || offered().await, "{state} offers what to do, or nothing");
    browser.visible().await
}

/// Now, as the pages write it.
async fn today(browser: &Browser) -> String {
    browser.script("return `on ${new Date().getDate()} `").await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_last_one_destroys_it_and_the_tombstone_says_when_and_why() {
    let _turn = turn().await;
    let (server, recipient, other) = (Server::start().await, Browser::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &password("only once"), &PushTerms::default()).await;
    let mut payload = Leaks::default();
    // Pieces short enough to lie on one page of a file.
    for piece in push.put.lock.payload.chunks_exact(40).step_by(4) {
        payload.secret("the payload", piece);
    }
    recipient.reveal(&link).await;
    assert!(payload.are_in(&server), "the search finds what is there");
    assert_eq!(recipient.text("finish").await, "I have it, destroy it now");
    recipient.click("finish").await;
    recipient.state_of(&["destroyed"]).await;
    recipient.assert_accessible().await;
    assert_eq!(recipient.places_of("only once").await, [""; 0]);
    // At once: nothing waits for a reaper.
    let status = server.client().push_status(&push).await.unwrap();
    assert!(status.link.gone.is_some(), "{status:?}");
    assert_eq!(
        server.client().push_status(&push).await.unwrap().link.counters.finished.count,
        1,
        "and it was received"
    );
    let reader = Reader::new(&server.client(), &link, None).unwrap();
    assert_eq!(reader.face().await.unwrap(), None, "not even what it was");
    assert!(reader.reveal_sealed(&LeaseSecret::generate(&mut rng())).await.is_err(), "nor what it held");
    let told = dead_end(&other, &link, "gone", false).await;
    assert!(told.contains(&today(&other).await) && told.contains("tell the sender"), "{told}");
    // Redis forgets it at once, and its append-only file when that is written anew:
    // docs/OPERATIONS.md.
    if ledger_is_a_file() {
        let stored = async || payload.are_in(&server);
        wait::until_so(SOON, "not even ciphertext stays on the disk", stored, |stored| !stored).await;
    }
    // Nor can the browser that had it see it again, which knows who ended it.
    let told = dead_end(&recipient, &link, "gone", false).await;
    assert!(told.contains("You ended it on this device"), "{told}");
    // A mark of the version before, which had an empty secret in it, says the same.
    let older = "for (const [name, text] of Object.entries(localStorage)) if (name.startsWith('subrosa/ended/')) {
         localStorage.setItem(name, JSON.stringify({ secret: '', ...JSON.parse(text) }));
       }";
    recipient.script(older).await;
    let told = dead_end(&recipient, &link, "gone", false).await;
    assert!(told.contains("You ended it on this device"), "{told}");
}

#[tokio::test]
async fn one_of_several_says_that_it_has_it_and_another_destroys_it_for_all() {
    let _turn = turn().await;
    let (server, recipient, other) = (Server::start().await, Browser::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &password("for three"), &PushTerms::views(3)).await;
    recipient.look_at_push(&link, "ready").await;
    assert_eq!(recipient.fact("left").await, "3");
    recipient.take_view("revealed").await;
    assert_eq!(recipient.text("finish").await, "I have it");
    recipient.click("finish").await;
    recipient.state_of(&["finished"]).await;
    recipient.assert_accessible().await;
    assert!(recipient.visible().await.contains("2 views are left for others"));
    let status = server.client().push_status(&push).await.unwrap();
    assert!(status.link.gone.is_none() && push.confirmed(&status).unwrap() == 1, "{status:?}");

    other.look_at_push(&link, "ready").await;
    assert!(other.text("seen-before").await.contains("Somebody saw it before"), "the next one is told");
    other.take_view("revealed").await;
    other.click("destroy").await;
    other.assert_accessible().await;
    other.click("destroy-keep").await;
    assert!(server.client().push_status(&push).await.unwrap().link.gone.is_none(), "kept");
    other.click("destroy").await;
    other.click("destroy-confirm").await;
    other.state_of(&["destroyed"]).await;
    let told = dead_end(&recipient, &link, "gone", false).await;
    assert!(told.contains("A recipient destroyed it on"), "{told}");
    assert_eq!(views(&server, &push).await, 2);

    // Where the sender forbids it, nobody is offered to.
    let terms = PushTerms { recipient_may_destroy: false, ..PushTerms::views(2) };
    let (_, link) = pushed(&server, &password("stays"), &terms).await;
    recipient.reveal(&link).await;
    assert!(!recipient.element("destroy").await.is_displayed().await.unwrap());
    recipient.click("finish").await;
    recipient.state_of(&["finished"]).await;
}

#[tokio::test]
async fn what_has_ended_says_why_and_since_when() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let client = server.client();
    let (push, link) = pushed(&server, &password("taken back"), &PushTerms::default()).await;
    recipient.look_at_push(&link, "ready").await;
    client.revoke_push(&push).await.unwrap();
    // Somebody who has the page open learns it when it matters.
    recipient.take_view("gone").await;
    let told = dead_end(&recipient, &link, "gone", false).await;
    assert!(told.contains("The sender deleted it") && told.contains(&today(&recipient).await), "{told}");

    let terms = PushTerms { expires_in_secs: 1, ..PushTerms::default() };
    let (push, link) = pushed(&server, &password("too late"), &terms).await;
    let gone = async || client.push_status(&push).await.unwrap().link.gone;
    wait::until_so(SOON, "it expires", gone, Option::is_some).await;
    let told = dead_end(&recipient, &link, "gone", false).await;
    assert!(told.contains("It expired on") && told.contains(&today(&recipient).await), "{told}");

    let (_, link) = pushed(&server, &password("seen"), &PushTerms::default()).await;
    let (reader, lease) = (Reader::new(&client, &link, None).unwrap(), LeaseSecret::generate(&mut rng()));
    let view = reader.reveal(&lease).await.unwrap();
    let told = dead_end(&recipient, &link, "exhausted", true).await;
    assert!(told.contains("tell the sender"), "{told}");
    reader.finish(&lease, &view).await.unwrap();
    recipient.click("retry").await;
    recipient.state_of(&["gone"]).await;
    let told = recipient.visible().await;
    assert!(told.contains("It was seen") && told.contains(&today(&recipient).await), "{told}");
}

#[tokio::test]
async fn what_is_no_link_of_this_page_says_so_and_asks_the_server_nothing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start_logging_requests().await);
    let page = format!("{}/p", server.origin());
    let (push, link) = pushed(&server, &password("a whole one"), &PushTerms::default()).await;
    let mut changed = link.clone();
    let last = changed.pop().unwrap();
    changed.push(if last == 'A' { 'B' } else { 'A' });
    let (_, of_files) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let of_files = format!("{page}#{}", of_files.split_once('#').unwrap().1);
    let of_owner = format!("{page}#{}", *push.owner.to_token());
    let cases = [
        ("damaged", &link[..link.len() - 5], "damaged"),
        ("damaged", &changed, "damaged"),
        ("other-kind", &of_files, "This is a link to files"),
        ("other-kind", &of_owner, "the address of a sender"),
        ("no-link", &page, "Paste the link"),
    ];
    for (state, wrong, says) in cases {
        recipient.requested().await;
        let told = dead_end(&recipient, wrong, state, true).await;
        assert!(told.contains(says), "{state}: {told}");
        let asked = recipient.requested().await;
        // But for what the server has: a link may belong to another one.
        let told_nothing = |url: &String| !url.contains("/api/") || url.ends_with("/api/v1/config");
        assert!(asked.iter().all(told_nothing), "{state}: {asked:?}");
    }
    // As mail breaks it, it can be pasted.
    let token = link.split_once('#').unwrap().1;
    let broken = Value::from(format!("> {page}#{}=\r\n{}", &token[..20], &token[20..]));
    recipient.script(&format!("document.getElementById('link-input').value = {broken}")).await;
    recipient.click("link-open").await;
    recipient.state_of(&["ready"]).await;
    assert_eq!(recipient.places_of(&token[20..]).await, [""; 0], "what was pasted need not stay");

    // A link of files leads to files, an owner's address to what became of it.
    recipient.look_at_push(&of_files, "other-kind").await;
    recipient.click("retry").await;
    assert!(recipient.state_of(&["ready"]).await == "ready" && recipient.address().await.ends_with("/s"));
    recipient.look_at_push(&of_owner, "other-kind").await;
    recipient.click("retry").await;
    recipient.state_of(&["done"]).await;
    assert!(recipient.address().await.ends_with("/push"));

    let unknown = PushOwnerSecret::generate(&mut rng()).push_secret();
    let told = dead_end(&recipient, &format!("{page}#{}", *unknown.to_token()), "not-found", true).await;
    assert!(told.contains("Ask the sender"), "{told}");
    assert_eq!(views(&server, &push).await, 0);
}
