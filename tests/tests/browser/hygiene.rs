//! What the pages leave behind, whom they talk to, and that a keyboard is enough.

use serde_json::json;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::{one_file, sent, taken};

pub(crate) const TAB: &str = "\u{e004}";
pub(crate) const ENTER: &str = "\u{e007}";

#[tokio::test]
async fn the_fragment_leaves_the_address_bar_and_a_reload_still_works() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    recipient.look(&link).await;
    assert_eq!(recipient.address().await, format!("{}/s", server.origin()));
    recipient.reload().await;
    recipient.state_of(&["ready"]).await;
    assert_eq!(recipient.address().await, format!("{}/s", server.origin()));
}

#[tokio::test]
async fn no_page_asks_any_other_origin() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) =
        (Server::start().await, Browser::start_logging_requests().await, Browser::start_logging_requests().await);
    let files = sender.prepare(&[("a.txt", b"a"), ("b.txt", b"b")]);
    let link = sender.send(&server.origin(), &files, &Choices::default()).await;
    recipient.receive(&link).await;
    for browser in [&sender, &recipient] {
        let asked = browser.requested().await;
        assert!(asked.iter().any(|url| url.contains("/api/v1/")), "requests are seen: {asked:?}");
        for url in asked.iter().filter(|url| url.starts_with("http") || url.starts_with("ws")) {
            assert!(url.starts_with(&format!("{}/", server.origin())), "{url}");
        }
    }
}

#[tokio::test]
async fn a_page_names_all_that_it_loads_so_that_it_comes_in_one_go() {
    let _turn = turn().await;
    let (server, visitor) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let secret = format!("{}/p#AAAA", server.origin());
    for (address, state) in [
        (link.as_str(), "ready"),
        (secret.as_str(), "damaged"),
        (&server.origin(), "pick"),
        (&format!("{}/push", server.origin()), "form"),
        (&format!("{}/links", server.origin()), "list"),
        (&format!("{}/phrase", server.origin()), "start"),
    ] {
        visitor.open(address).await;
        visitor.state_of(&[state]).await;
        visitor
            .script(
                "const named = [...document.querySelectorAll('head [href], head [src]')].map(({ href, src }) => href || src);
                 const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
                 fetch(location.pathname).then(({ headers }) => {
                   const header = headers.get('link').matchAll(/<([^>]+)>/g);
                   named.push(...[...header].map(([, path]) => new URL(path, location.href).href));
                   // Nobody can fetch for a worker.
                   window.loaded = loaded.filter((url) => /\\/(scripts(?!\\/workers)|styles|wasm)\\//.test(url));
                   window.unnamed = window.loaded.filter((url) => !named.includes(url));
                 })",
            )
            .await;
        let unnamed = wait::until(SOON, "the comparison", async || {
            let unnamed = visitor.script("return window.unnamed ?? null").await;
            (!unnamed.is_null()).then_some(unnamed)
        });
        assert_eq!(unnamed.await, json!([]), "{address} learns of them late");
        assert!(visitor.script("return window.loaded.length").await.as_u64() > Some(20), "what is loaded is seen");
    }
}

/// What was typed would stand in the address.
#[tokio::test]
async fn no_page_lets_the_browser_send_a_form() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, visitor) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let origin = server.origin();
    for (address, state) in [
        (link, "ready"),
        (format!("{origin}/p#AAAA"), "damaged"),
        (origin.clone(), "pick"),
        (format!("{origin}/push"), "form"),
        (format!("{origin}/links"), "list"),
        (format!("{origin}/phrase"), "start"),
    ] {
        visitor.open(&address).await;
        visitor.state_of(&[state]).await;
        // No script of the page listens to this one.
        let sent = "const form = document.createElement('form');
            const typed = document.createElement('input');
            Object.assign(typed, { name: 'password', value: 'typed' });
            form.append(typed);
            document.body.append(form);
            let refused;
            addEventListener('submit', (event) => { refused = event.defaultPrevented; });
            form.requestSubmit();
            return refused === true;";
        assert_eq!(visitor.script(sent).await, true, "{address}");
        assert!(visitor.complaints().is_empty() && !visitor.address().await.contains("typed"), "{address}");
    }
}

#[tokio::test]
async fn the_policy_forbids_markup_inline_script_and_other_origins() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    recipient.look(&link).await;
    for attempt in [
        "setTimeout(() => { document.body.innerHTML = '<b>markup</b>' })",
        "setTimeout(() => { const s = document.createElement('script'); s.append('owned = 1'); document.body.append(s) })",
        "setTimeout(() => { document.body.setAttribute('onclick', 'owned = 1'); document.body.click() })",
        "setTimeout(() => { eval('owned = 1') })",
        "fetch('http://localhost:1/').catch(() => {})",
        "fetch('https://example.org/').catch(() => {})",
        "new Image().src = 'https://example.org/pixel.png'",
    ] {
        recipient.script(attempt).await;
        wait::until(SOON, attempt, async || {
            let complaints = recipient.complaints();
            (!complaints.is_empty()).then_some(complaints)
        })
        .await;
    }
    assert_eq!(recipient.script("return typeof owned").await, "undefined");
    assert!(recipient.visible().await.contains("letter.txt"), "the page stands as it was");
}

#[tokio::test]
async fn the_pages_set_no_cookie() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("a.txt", b"a")]);
    sender.send(&server.origin(), &files, &Choices::default()).await;
    assert_eq!(sender.script("return document.cookie").await, "");
    let cookies = sender.devtools("Storage.getCookies", serde_json::json!({})).await;
    assert_eq!(cookies["cookies"].as_array().map(Vec::len), Some(0), "{cookies}");
}

#[tokio::test]
async fn what_people_type_into_the_pages_is_in_nothing_that_the_server_stores_or_logs() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let (name, content) = ("canary-name-in-a-browser.txt", "canary content in a browser ".repeat(5000));
    let files = sender.prepare(&[(name, content.as_bytes())]);
    let choices = Choices { note: Some("canary note in a browser".to_owned()), ..Choices::password("canary password") };
    let link = sender.send(&server.origin(), &files, &choices).await;
    recipient.open(&link).await;
    recipient.state_of(&["password"]).await;
    recipient.type_into("password", "canary password").await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
    recipient.take().await;
    recipient.state_of(&["ask-saved"]).await;
    assert_eq!(recipient.downloaded().await.1, content.as_bytes());
    let mut leaks = Leaks::default();
    leaks.text("the file's name", "canary-name-in-a-browser");
    leaks.text("the content", "canary content in a browser");
    leaks.text("the note", "canary note in a browser");
    leaks.text("the password", "canary password");
    let token = link.split_once('#').unwrap().1;
    leaks.text("the token", token);
    let secret = subrosa_shared::secret::LinkSecret::from_text(token).unwrap();
    leaks.secret("the link secret", secret.expose());
    leaks.secret("the link proof", secret.proof().expose());
    leaks.assert_none(&server);
    recipient.click("saved-yes").await;
    recipient.state_of(&["finished"]).await;
    leaks.assert_none(&server);
}

#[tokio::test]
async fn a_share_is_sent_and_received_by_keyboard_alone() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    // The dialog of the system that picks files is beyond a driver; everything else is keys.
    let files = sender.prepare(&[("keys.txt", b"keys")]);
    sender.pick(&server.origin(), &files).await;
    tab_to(&sender, "downloads").await;
    sender.press("2").await;
    assert_eq!(sender.value("downloads").await, "2");
    tab_to(&sender, "password").await;
    sender.press("typed").await;
    tab_to(&sender, "send").await;
    sender.press(ENTER).await;
    let link = sender.sent().await;
    tab_to(&sender, "copy").await;

    recipient.open(&link).await;
    recipient.state_of(&["password"]).await;
    assert_eq!(recipient.focused().await, "password", "the only field has the focus");
    recipient.press("typed").await;
    recipient.press(ENTER).await;
    recipient.state_of(&["ready"]).await;
    tab_to(&recipient, "download").await;
    recipient.press(ENTER).await;
    wait::until(SOON, "the second step", async || {
        recipient.script("return Boolean(document.getElementById('download-confirm'))").await.as_bool().filter(|is| *is)
    })
    .await;
    tab_to(&recipient, "download-confirm").await;
    recipient.press(ENTER).await;
    recipient.state_of(&["ask-saved"]).await;
    assert_eq!(recipient.downloaded().await.1, b"keys");
    tab_to(&recipient, "saved-yes").await;
    recipient.press(ENTER).await;
    recipient.state_of(&["finished"]).await;
}

/// Presses the tabulator until the focus is there.
pub(crate) async fn tab_to(browser: &Browser, id: &str) {
    let mut passed = Vec::new();
    for _ in 0..40 {
        let focused = browser.focused().await;
        if focused == id {
            return;
        }
        passed.push(focused);
        browser.press(TAB).await;
    }
    panic!("no way to #{id} by keyboard; passed {passed:?}");
}

#[tokio::test]
async fn a_reload_of_the_senders_page_loses_no_download_of_others() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    sender.open(&server.origin()).await;
    sender.reload().await;
    assert_eq!(recipient.receive(&link).await.1, b"Dear friend");
    assert_eq!(taken(&server, &package).await, 1);
}
