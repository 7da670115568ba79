//! What is no answer of Subrosa's is believed in nothing; a browser that keeps nothing can do all
//! the same; a link on another page than its own leads there.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use http::Method;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::liar::{Instead, Liar, Lie};
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::pushes::{password, pushed};
use crate::{one_file, sent, sent_to};

/// What pages say of an answer that is not as it must be.
const MALFORMED: &str = "does not understand";

/// As browsers are whose person has blocked what sites keep: even to look throws.
const BLOCKED: &str = "
    const no = () => { throw new DOMException('blocked', 'SecurityError') };
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB'])
        Object.defineProperty(window, name, { get: no });
    for (const name of globalThis.LockManager ? ['request', 'query'] : []) LockManager.prototype[name] = async () => no();";

fn instead(status: u16, media_type: &'static str, body: &str) -> Lie {
    Lie::Instead(Instead { status, media_type, retry_after: None, body: body.to_owned() })
}

/// Answers of something in between that say 200, whatever was asked for.
fn nods() -> [Lie; 2] {
    [instead(200, "", ""), instead(200, "application/json", r#"{"error":"nope"}"#)]
}

async fn told(browser: &Browser, id: &str, sentence: &str) {
    let what = format!("#{id} says {sentence:?}");
    wait::until_so(SOON, &what, async || browser.text(id).await, |text| text.contains(sentence)).await;
}

#[tokio::test]
async fn what_a_stranger_nods_at_is_not_done_to_a_share() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let files = sender.prepare(&[("letter.txt", b"Dear friend")]);
    let link = sender.send(&liar.origin(), &files, &Choices::default()).await;
    for lie in nods() {
        liar.lie(Method::PATCH, "/shares/*/links/*", lie.clone());
        sender.click("more-downloads").await;
        told(&sender, "change-problem", MALFORMED).await;
        liar.lie(Method::DELETE, "/shares/*", lie.clone());
        sender.click("revoke").await;
        sender.click("revoke-confirm").await;
        told(&sender, "revoke-problem", MALFORMED).await;
        assert_eq!(sender.state().await, "done");
        sender.click("revoke-keep").await;
    }
    let recipient = Browser::start().await;
    for lie in nods() {
        liar.be_honest();
        recipient.look(&link).await;
        liar.lie(Method::DELETE, "/links/*", lie);
        recipient.click("destroy").await;
        recipient.click("destroy-confirm").await;
        told(&recipient, "destroy-problem", MALFORMED).await;
        assert_eq!(recipient.state().await, "ready");
    }
    // Nor is a part stored.
    liar.be_honest();
    sender.pick(&liar.origin(), &files).await;
    liar.lie(Method::PUT, "/shares/*/contents/1/parts/*", nods()[1].clone());
    sender.click("send").await;
    sender.state_of(&["error"]).await;
    told(&sender, "error", "status 200").await;
    let _ = (sender.complaints(), recipient.complaints());
}

#[tokio::test]
async fn what_a_stranger_nods_at_is_not_done_to_a_push() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let handover = Handover { views: Some(2), ..Handover::password(&[("secret", "canary")]) };
    let link = sender.push(&liar.origin(), &handover).await.link;
    recipient.reveal(&link).await;
    for lie in nods() {
        for (method, press) in [(Method::PATCH, &["pause"][..]), (Method::DELETE, &["revoke", "revoke-confirm"])] {
            liar.lie(method, "/pushes/*/owner", lie.clone());
            for button in press {
                sender.click(button).await;
            }
            told(&sender, "change-problem", MALFORMED).await;
            assert_eq!(sender.state().await, "done");
        }
        liar.lie(Method::DELETE, "/pushes/*", lie);
        recipient.click("destroy").await;
        recipient.click("destroy-confirm").await;
        told(&recipient, "finish-problem", MALFORMED).await;
        assert_eq!(recipient.state().await, "revealed");
    }
    let _ = (sender.complaints(), recipient.complaints());
}

#[tokio::test]
async fn whoever_blocks_site_data_sends_downloads_and_reveals() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, person) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let (_, push) = pushed(&server, &password("canary"), &PushTerms::default()).await;
    person.before_pages(BLOCKED).await;
    person.look(&link).await;
    person.take().await;
    person.state_of(&["ask-saved"]).await;
    person.look_at_push(&push, "ready").await;
    person.take_view("revealed").await;
    let files = person.prepare(&[("a.txt", b"a")]);
    person.send(&server.origin(), &files, &Choices::default()).await;
}

#[tokio::test]
async fn names_that_are_no_text_are_told_and_end_no_walk() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start_whole().await);
    sender.prepare(&[("tree/a.txt", b"a"), ("tree/leaf/b.txt", b"b")]);
    let tree = sender.outbox().join("tree");
    std::fs::create_dir(tree.join(OsStr::from_bytes(b"caf\xe9"))).unwrap();
    std::fs::write(tree.join(OsStr::from_bytes(b"caf\xe9")).join("c.txt"), "c").unwrap();
    std::fs::write(tree.join("leaf").join(OsStr::from_bytes(b"\xff.txt")), "d").unwrap();
    sender.open(&server.origin()).await;
    sender.state_of(&["pick"]).await;
    sender.drop_onto_page(&[tree]).await;
    let said = async || sender.text("pick-notes").await;
    let said = wait::until(SOON, "it is told", async || Some(said().await).filter(|said| !said.is_empty())).await;
    assert!(said.contains("tree/\u{fffd}") && said.contains("tree/leaf/\u{fffd}"), "{said}");
    assert_eq!(sender.text("picking").await, "");
    sender.click("send").await;
    sender.sent().await;
}

#[tokio::test]
async fn every_link_leads_to_its_page_from_every_other() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, person) = (Server::start().await, Browser::start().await);
    let origin = server.origin();
    let files = person.prepare(&[("letter.txt", b"Dear friend")]);
    let link = person.send(&origin, &files, &Choices::default()).await;
    let token = |link: &str| link.split_once('#').unwrap().1.to_owned();
    let owner = token(&person.value("owner-link").await);
    let (push, push_link) = pushed(&server, &password("canary"), &PushTerms::default()).await;
    for (token, home, state, says) in [
        (token(&link), "/s", "ready", "a link to files"),
        (token(&push_link), "/p", "ready", "a link to a password"),
        (owner.clone(), "/o", "done", "the address of a sender"),
        (push.owner.to_token().to_string(), "/push", "done", "the address of a sender"),
    ] {
        for page in ["/", "/s", "/p", "/o", "/push", "/links"] {
            let is_owners = matches!(home, "/o" | "/push");
            if page == home || (page == "/" && home == "/o") || (page == "/links" && is_owners) {
                continue;
            }
            let what = format!("{home} on {page}");
            person.open("about:blank").await;
            person.open(&format!("{origin}{page}#{token}")).await;
            let stopped = if page == "/links" { "error" } else { "other-kind" };
            person.state_of(&[stopped]).await;
            assert!(person.visible().await.contains(says), "{what}: {}", person.visible().await);
            assert!(!person.address().await.contains('#'), "{what}");
            person.click("retry").await;
            person.state_of(&[state]).await;
            assert_eq!(person.address().await, format!("{origin}{home}"), "{what}");
        }
    }
    person.assert_accessible().await;
    // An owner's address is there to be taken into the list.
    for address in [format!("{origin}/o/#{owner}"), format!("{origin}/O#{owner}")] {
        person.open("about:blank").await;
        person.open(&address).await;
        person.state_of(&["done"]).await;
    }
    person.open(&format!("{origin}/links#{owner}")).await;
    person.state_of(&["list"]).await;
    wait::until_so(SOON, "it is there", async || person.value("import-address").await, |typed| *typed == owner).await;
    assert_eq!(person.address().await, format!("{origin}/links"));
}

#[tokio::test]
async fn what_answers_instead_of_parts_and_modules_is_told_as_what_it_is() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, person) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let terms = LinkTerms { downloads_max: 9, ..LinkTerms::default() };
    let (_, link) = sent_to(&server, &liar.origin(), &one_file(), &terms).await;
    let page = "<!doctype html><title>Sign in</title>";
    for (status, media_type, says) in [
        (401, "text/html", "status 401"),
        (403, "text/html", "status 403"),
        (200, "text/html", "status 200"),
        (200, "application/json", "status 200"),
    ] {
        liar.be_honest();
        person.look(&link).await;
        liar.lie(Method::GET, "/links/*/parts/*", instead(status, media_type, page));
        match person.script("return Object.keys(localStorage).some((name) => name.includes('lease'))").await {
            serde_json::Value::Bool(true) => person.click("download").await,
            _ => person.take().await,
        }
        person.state_of(&["error"]).await;
        told(&person, "error", says).await;
    }
    // Before anything was sent, nothing was stopped.
    liar.lie(Method::GET, "/config", instead(200, "text/html", page));
    person.open(&liar.origin()).await;
    person.state_of(&["error"]).await;
    told(&person, "stop-title", "That did not work").await;
    liar.be_honest();
    let portal = "const real = fetch;
        window.fetch = (url, ...more) => String(url).endsWith('.wasm')
            ? Promise.resolve(new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } }))
            : real(url, ...more);";
    person.before_pages(portal).await;
    person.open("about:blank").await;
    person.open(&link).await;
    person.state_of(&["unsupported"]).await;
    let said = person.visible().await;
    assert!(said.contains("did not load") && said.contains("status 200") && !said.contains("too old"), "{said}");
    let _ = person.complaints();
}

#[tokio::test]
async fn what_nobody_sees_in_a_password_is_said_to_the_sender() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("a.txt", b"a")]);
    sender.pick(&server.origin(), &files).await;
    sender.allow_clipboard(&server.origin()).await;
    let put = async |text: &str| {
        let script = "const field = document.getElementById('password');
            field.closest('details')?.setAttribute('open', '');
            field.value = ''; field.focus(); document.execCommand('insertText', false, arguments[0])";
        sender.script_with(script, vec![text.into()]).await;
        sender.text("password-fits").await
    };
    for (text, is_said) in [
        ("right one", false),
        ("right one\u{a0}", true),
        (" right", true),
        ("ri\u{200b}ght", true),
        ("\u{1f468}\u{200d}\u{1f469}", false),
    ] {
        assert_eq!(put(text).await.contains("does not show"), is_said, "{text:?}");
    }
    let paste = "const field = document.getElementById('password');
        field.value = ''; field.focus();
        return navigator.clipboard.writeText('pw\\nline')";
    sender.script(paste).await;
    sender.shortcut('v').await;
    wait::until_so(SOON, "it is pasted", async || sender.value("password").await, |typed| typed == "pwline").await;
    told(&sender, "password-fits", "left out").await;
}

#[tokio::test]
async fn an_empty_folder_that_gets_another_name_is_told() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start_whole().await);
    sender.prepare(&[("tree/EMPTY", b"a")]);
    std::fs::create_dir(sender.outbox().join("tree/empty")).unwrap();
    sender.open(&server.origin()).await;
    sender.state_of(&["pick"]).await;
    sender.drop_onto_page(&[sender.outbox().join("tree")]).await;
    let said = async || sender.text("pick-notes").await;
    wait::until_so(SOON, "it is told", said, |said| said.contains("will be sent as")).await;
}
