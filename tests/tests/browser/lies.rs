//! Answers that are not as the protocol has them, and waits that nobody would sit through: whatever
//! a server says, a page has words for it and a way on.

use http::Method;
use serde_json::{Value, json};
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::liar::{self, Instead, Liar, Lie};
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::pushes::{password, pushed};
use crate::{one_file, sent_to};

/// Later than any date that has words.
const NEVER: f64 = 1e300;
/// What pages say of an answer that is not as it must be.
const MALFORMED: &str = "does not understand";

/// A change of an answer: where, and to what.
type Change = (&'static str, Option<Value>);

/// What can be wrong with a link as its holder sees it, wherever it stands in the answer.
macro_rules! holders_link {
    ($at:literal) => {
        [
            ($at, Some(Value::Null)),
            ($at, Some(json!([]))),
            ($at, Some(json!("x"))),
            (concat!($at, "/state"), None),
            (concat!($at, "/state"), Some(json!(5))),
            (concat!($at, "/state"), Some(json!("__proto__"))),
            (concat!($at, "/gone"), Some(json!("x"))),
            (concat!($at, "/gone"), Some(json!({}))),
            (concat!($at, "/gone"), Some(json!({ "why": 5, "at": 1 }))),
            (concat!($at, "/gone"), Some(json!({ "why": "expired", "at": "x" }))),
            (concat!($at, "/gone"), Some(json!({ "why": "expired", "at": NEVER }))),
            (concat!($at, "/needs_password"), Some(json!("no"))),
            (concat!($at, "/expires_at"), None),
            (concat!($at, "/expires_at"), Some(json!("tomorrow"))),
            (concat!($at, "/expires_at"), Some(json!(NEVER))),
            (concat!($at, "/expires_at"), Some(json!(8.64e15))),
            (concat!($at, "/now"), Some(json!(-1))),
            (concat!($at, "/downloads_left"), Some(json!(-1))),
            (concat!($at, "/downloads_left"), Some(json!(NEVER))),
            (concat!($at, "/downloads_left"), Some(json!({ "toString": 5 }))),
            (concat!($at, "/retry_after_millis"), Some(json!("1"))),
            (concat!($at, "/retry_after_millis"), Some(json!(-5))),
            (concat!($at, "/opened_first_at"), Some(json!("x"))),
            (concat!($at, "/started_last_at"), Some(json!(NEVER))),
        ]
    };
}

/// A link as its owner sees it, at the beginning of its place.
macro_rules! owners_link {
    ($at:literal) => {
        [
            ("", Some(Value::Null)),
            ("", Some(json!([]))),
            ($at, Some(json!("x"))),
            (concat!($at, "/state"), Some(json!("constructor"))),
            (concat!($at, "/gone"), Some(json!("x"))),
            (concat!($at, "/gone"), Some(json!({ "why": "expired", "at": "x" }))),
            (concat!($at, "/expires_at"), Some(json!(NEVER))),
            (concat!($at, "/downloads_max"), Some(json!(-1))),
            (concat!($at, "/downloads_taken"), None),
            (concat!($at, "/counters"), Some(json!([]))),
            (concat!($at, "/counters/started"), None),
            (concat!($at, "/counters/started"), Some(json!({ "count": 1, "first": 1, "last": "x" }))),
        ]
    };
}

fn configs() -> [Change; 11] {
    [
        ("", Some(Value::Null)),
        ("", Some(json!("x"))),
        ("/channels", Some(json!("__proto__"))),
        ("/limits", None),
        ("/limits/downloads_max", Some(json!("x"))),
        ("/limits/expiry_secs_max", Some(json!(NEVER))),
        ("/choices/expiry_secs", Some(json!({}))),
        ("/choices/push_expiry_secs", Some(json!([NEVER]))),
        ("/limits/push_expiry_secs_max", Some(json!(NEVER))),
        ("/choices/presets", Some(json!([{ "key": "x", "expiry_secs": 60, "downloads": 1, "password": "toString" }]))),
        ("/push_origin", Some(json!("javascript:alert(1)//"))),
    ]
}

/// Problem documents that tell of an end, but not of one that can be.
fn ends() -> [Value; 5] {
    [json!("x"), json!([]), json!({}), json!({ "why": "expired", "at": "x" }), json!({ "why": "expired", "at": NEVER })]
}

fn problem(status: u16, slug: &str, more: &Value) -> Lie {
    let mut body = json!({ "type": format!("urn:subrosa:problem:{slug}"), "title": "", "status": status });
    let fields = body.as_object_mut().unwrap();
    fields.extend(more.as_object().unwrap().clone());
    let body = body.to_string();
    Lie::Instead(Instead { status, media_type: "application/problem+json", retry_after: None, body })
}

/// What a proxy says while its server is away for two hours.
fn maintenance() -> Lie {
    let body = "<!doctype html><title>Maintenance</title>".to_owned();
    Lie::Instead(Instead { status: 503, media_type: "text/html", retry_after: Some(7200), body })
}

/// What a server says that has no time for two hours.
fn busy() -> Lie {
    problem(503, "busy", &json!({ "retry_after_millis": 7_200_000 }))
}

/// Opens an address anew.
async fn visit(browser: &Browser, address: &str) {
    browser.open("about:blank").await;
    browser.open(address).await;
}

/// Visits an address, or, where the page has stopped there already, has it try again: that asks the
/// same, and costs no page. What it said is wiped away, so that what it says then is new.
async fn visit_or_retry(browser: &Browser, address: &str, has_stopped: &mut bool) {
    if *has_stopped {
        browser.script("document.getElementById('error').textContent = ''").await;
        browser.click("retry").await;
    } else {
        visit(browser, address).await;
    }
    *has_stopped = true;
}

/// Where a page stops that was told nonsense: it says so, and another try is offered.
async fn says_so(browser: &Browser, what: &str) {
    stops(browser, what, &["error"], &[MALFORMED]).await;
}

/// Where a page stops that is to wait for long: it says how long, and another try is offered.
async fn says_how_long(browser: &Browser, what: &str) {
    stops(browser, what, &["error", "offline"], &["in 2 hours", "try now"]).await;
}

async fn stops(browser: &Browser, what: &str, states: &[&str], sentences: &[&str]) {
    browser.state_of(states).await;
    let said = async || browser.text("error").await;
    wait::until_so(SOON, what, said, |said| sentences.iter().all(|sentence| said.contains(sentence))).await;
    // Its button is shown with the words.
    let retry = browser.element("retry").await;
    assert!(states.contains(&browser.state().await.as_str()), "{what}");
    assert!(retry.is_displayed().await.unwrap() && retry.is_enabled().await.unwrap(), "{what}: a way on");
}

/// Waits until a sentence stands in an element.
async fn told(browser: &Browser, id: &str, sentence: &str) {
    wait::until_so(SOON, sentence, async || browser.text(id).await, |text| text.contains(sentence)).await;
}

#[tokio::test]
async fn every_malformed_answer_is_recognised() {
    let _turn = turn().await;
    let (server, browser) = (Server::start().await, Browser::start().await);
    let (package, link) = sent_to(&server, &server.origin(), &one_file(), &LinkTerms::default()).await;
    let (push, _) = pushed(&server, &password("secret"), &PushTerms::default()).await;
    let client = server.client();
    let view = Recipient::new(&client, &link, None).unwrap().look().await.unwrap();
    let share = client.status(&package).await.unwrap();
    let push = client.push_status(&push).await.unwrap();
    let config = client.config().await.unwrap();
    browser.open(&server.origin()).await;
    for (module, check, honest, changes) in [
        ("net", "isLink", json!(view), holders_link!("").to_vec()),
        ("owner", "isShare", json!(share), owners_link!("/links/0").to_vec()),
        ("owner", "isPush", json!(push), owners_link!("/link").to_vec()),
        ("owner", "isConfig", json!(config), configs().to_vec()),
    ] {
        let lies = changes.iter().map(|(at, value)| {
            let mut lie = honest.clone();
            liar::change(&mut lie, at, value.clone());
            lie
        });
        let script = format!(
            "const [honest, lies] = arguments;
             return import('/scripts/{module}/answers.js').then(({{ {check} }}) => [{check}(honest), lies.map({check})])"
        );
        let judged = browser.script_with(&script, vec![honest.clone(), lies.collect()]).await;
        assert_eq!(judged[0], true, "{check} of the truth");
        for (believed, change) in judged[1].as_array().unwrap().iter().zip(&changes) {
            assert_eq!(*believed, false, "{check} of {change:?}");
        }
        assert_eq!(judged[1].as_array().unwrap().len(), changes.len());
    }
}

#[tokio::test]
async fn a_link_that_the_server_describes_as_nonsense_leads_to_words_and_a_way_on() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let (_, files) = sent_to(&server, &liar.origin(), &one_file(), &LinkTerms::default()).await;
    let (push, _) = pushed(&server, &password("secret"), &PushTerms::default()).await;
    let push = push.link_at(&liar.origin());
    let pages: [(&str, &'static str, Vec<Change>); 2] = [
        (&files, "/links/*", holders_link!("").into_iter().filter(|(at, _)| at.len() > 1).step_by(2).collect()),
        // The check is the same everywhere (`every_malformed_answer_is_recognised` goes through
        // all of it): some are enough to show that it is made.
        (&push, "/pushes/*", holders_link!("/link").into_iter().skip(1).step_by(4).collect()),
    ];
    for (link, path, changes) in pages {
        let mut has_stopped = false;
        for whole in [Value::Null, json!([]), json!("x"), json!(5)] {
            liar.lie(Method::GET, path, Lie::Changed("", Some(whole)));
            visit_or_retry(&recipient, link, &mut has_stopped).await;
            says_so(&recipient, path).await;
        }
        for (at, value) in changes {
            let what = format!("{path} {at} {value:?}");
            liar.lie(Method::GET, path, Lie::Changed(at, value));
            visit_or_retry(&recipient, link, &mut has_stopped).await;
            says_so(&recipient, &what).await;
        }
        // An end that cannot be is none: nothing is forgotten, and the next try opens the link.
        for gone in ends() {
            liar.lie(Method::GET, path, problem(410, "gone", &json!({ "gone": gone })));
            visit_or_retry(&recipient, link, &mut has_stopped).await;
            says_so(&recipient, &format!("{path} {gone}")).await;
        }
        recipient.assert_accessible().await;
        liar.be_honest();
        recipient.click("retry").await;
        recipient.state_of(&["ready"]).await;
        // One for a reason that nobody here knows is one.
        has_stopped = false;
        for why in ["__proto__", "constructor", "of-tomorrow"] {
            let gone = json!({ "gone": { "why": why, "at": 1_700_000_000_000_u64 } });
            liar.lie(Method::GET, path, problem(410, "gone", &gone));
            visit_or_retry(&recipient, link, &mut has_stopped).await;
            stops(&recipient, why, &["gone"], &["It may have ended"]).await;
        }
    }
    let _ = recipient.complaints();
}

#[tokio::test]
async fn what_follows_a_link_may_be_nonsense_too() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let (_, link) = sent_to(&server, &liar.origin(), &one_file(), &LinkTerms::default()).await;
    let opened: Vec<Change> = holders_link!("/link").into_iter().collect();
    let mut has_stopped = false;
    for (at, value) in opened.into_iter().step_by(4).chain([("/view_wrap", Some(json!(5))), ("", Some(json!([])))]) {
        let what = format!("{at} {value:?}");
        liar.lie(Method::POST, "/links/*/open", Lie::Changed(at, value));
        visit_or_retry(&recipient, &link, &mut has_stopped).await;
        says_so(&recipient, &what).await;
    }
    // The lease is counted once, whatever is said of it.
    liar.be_honest();
    recipient.look(&link).await;
    for change in [("/expires_at", Some(json!("x"))), ("/link", None), ("", Some(json!("x")))] {
        liar.lie(Method::POST, "/links/*/leases", Lie::Changed(change.0, change.1));
        // Once it was asked for, nobody is asked again.
        match recipient.script("return Object.keys(localStorage).some((name) => name.includes('lease'))").await {
            Value::Bool(true) => recipient.click("download").await,
            _ => recipient.take().await,
        }
        says_so(&recipient, change.0).await;
        recipient.click("retry").await;
        recipient.state_of(&["ready"]).await;
    }
    liar.be_honest();
    recipient.click("download").await;
    recipient.state_of(&["ask-saved"]).await;
    // Nothing says that it is over: the receipt can be given again.
    for lie in [Lie::Changed("", Some(json!([]))), problem(410, "gone", &json!({ "gone": "x" })), maintenance()] {
        liar.lie(Method::POST, "/links/*/leases/*/done", lie);
        recipient.click("saved-yes").await;
        told(&recipient, "ask-problem", "could not be told yet").await;
    }
    liar.be_honest();
    recipient.click("saved-yes").await;
    recipient.state_of(&["finished"]).await;

    let (push, _) = pushed(&server, &password("secret"), &PushTerms::default()).await;
    let push = push.link_at(&liar.origin());
    recipient.look_at_push(&push, "ready").await;
    for change in [("/expires_at", Some(json!(NEVER))), ("/link", Some(json!(null))), ("/payload", None)] {
        liar.lie(Method::POST, "/pushes/*/reveal", Lie::Changed(change.0, change.1));
        recipient.take_view("error").await;
        says_so(&recipient, change.0).await;
        recipient.click("retry").await;
        recipient.state_of(&["ready"]).await;
    }
    liar.be_honest();
    recipient.take_view("revealed").await;
    let _ = recipient.complaints();
}

#[tokio::test]
async fn nonsense_to_those_who_send_leads_to_words_and_a_way_on() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    for page in ["", "push"] {
        let address = format!("{}/{page}", liar.origin());
        let mut has_stopped = false;
        for (at, value) in configs() {
            let what = format!("{page} {at} {value:?}");
            liar.lie(Method::GET, "/config", Lie::Changed(at, value));
            visit_or_retry(&sender, &address, &mut has_stopped).await;
            says_so(&sender, &what).await;
        }
        liar.be_honest();
        sender.click("retry").await;
        sender.state_of(&["pick", "form"]).await;
    }

    // An upload says it, and goes on.
    let files = sender.prepare(&[("letter.txt", b"Dear friend")]);
    visit(&sender, &liar.origin()).await;
    sender.pick(&liar.origin(), &files).await;
    liar.lie(Method::PUT, "/shares/*", Lie::Changed("/expires_at", Some(json!("x"))));
    sender.click("send").await;
    says_so(&sender, "a share").await;
    liar.be_honest();
    sender.click("retry").await;
    sender.sent().await;

    // What is watched stays on the page, and is watched on.
    let state = async || {
        let text = "return document.querySelector('#status [data-fact=state]')?.textContent ?? ''";
        sender.script(text).await.as_str().unwrap_or_default().to_owned()
    };
    let look = "document.dispatchEvent(new Event('visibilitychange'))";
    let ends = ends().map(|gone| problem(410, "gone", &json!({ "gone": gone })));
    for lie in owners_link!("/links/0").map(|(at, value)| Lie::Changed(at, value)).into_iter().step_by(2).chain(ends) {
        let what = format!("{lie:?}");
        liar.lie(Method::GET, "/shares/*", lie);
        sender.script(look).await;
        wait::until_so(SOON, &what, state, |text| text.contains("does not answer")).await;
        liar.be_honest();
        sender.script(look).await;
        wait::until_so(SOON, &what, state, |text| text.contains("waiting for")).await;
        assert_eq!(sender.state().await, "done", "{what}");
    }
    // An end for a reason that nobody here knows is one.
    let gone = json!({ "gone": { "why": "__proto__", "at": 1_700_000_000_000_u64 } });
    liar.lie(Method::GET, "/shares/*", problem(410, "gone", &gone));
    sender.state_of(&["revoked"]).await;
    assert!(sender.text("revoked-title").await.contains("deleted"));
    let _ = sender.complaints();
}

#[tokio::test]
async fn nonsense_to_the_owner_of_a_push_leads_to_words_and_a_way_on() {
    let _turn = turn().await;
    let (server, owner) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let secret = [("secret", "canary of an owner")];
    let made = owner.push(&liar.origin(), &Handover::password(&secret)).await;
    let lies = || {
        let ends = ends().map(|gone| problem(410, "gone", &json!({ "gone": gone })));
        owners_link!("/link").map(|(at, value)| Lie::Changed(at, value)).into_iter().chain(ends)
    };
    let look = "document.dispatchEvent(new Event('visibilitychange'))";
    for lie in lies() {
        let what = format!("{lie:?}");
        liar.lie(Method::GET, "/pushes/*/owner", lie);
        owner.script(look).await;
        told(&owner, "unreachable", "does not answer").await;
        liar.be_honest();
        owner.script(look).await;
        wait::until_so(SOON, &what, async || owner.text("unreachable").await, String::is_empty).await;
        assert_eq!(owner.state().await, "done", "{what}");
    }
    let mut has_stopped = false;
    for lie in lies() {
        let what = format!("{lie:?}");
        liar.lie(Method::GET, "/pushes/*/owner", lie);
        visit_or_retry(&owner, &made.owner_link, &mut has_stopped).await;
        says_so(&owner, &what).await;
    }
    liar.be_honest();
    owner.click("retry").await;
    owner.state_of(&["done"]).await;
    // Of lines that are none, no other line is shown, and the page stays.
    for (at, value) in [("/lines", json!("x")), ("/lines/0/at", json!("x")), ("/lines/0/event", json!("__proto__"))] {
        liar.lie(Method::GET, "/pushes/*/log", Lie::Changed(at, Some(value)));
        visit(&owner, &made.owner_link).await;
        owner.state_of(&["done"]).await;
        assert!(!owner.visible().await.contains("[object"), "{at}");
    }
    let _ = owner.complaints();
}

#[tokio::test]
async fn an_error_that_nobody_caught_ends_in_words_and_a_way_on() {
    let _turn = turn().await;
    let (server, visitor) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let (_, files) = sent_to(&server, &liar.origin(), &one_file(), &LinkTerms::default()).await;
    let (push, _) = pushed(&server, &password("secret"), &PushTerms::default()).await;
    let pages = [
        (Method::GET, "/links/*", files, "ready"),
        (Method::GET, "/pushes/*", push.link_at(&liar.origin()), "ready"),
        (Method::GET, "/config", liar.origin(), "pick"),
        (Method::GET, "/config", format!("{}/push", liar.origin()), "form"),
    ];
    for (method, path, address, back) in pages {
        for error in [
            "dispatchEvent(new ErrorEvent('error'))",
            "dispatchEvent(new PromiseRejectionEvent('unhandledrejection', { promise: Promise.resolve() }))",
        ] {
            liar.lie(method.clone(), path, Lie::Silence);
            visit(&visitor, &address).await;
            wait::until_so(SOON, "the page asks", async || liar.has_lied(), |asks| *asks).await;
            assert_eq!(visitor.state().await, "loading", "{address}");
            visitor.script(error).await;
            visitor.state_of(&["error"]).await;
            assert!(visitor.text("error").await.contains("went wrong"), "{address}");
            liar.be_honest();
            visitor.click("retry").await;
            visitor.state_of(&[back]).await;
        }
    }
    let _ = visitor.complaints();
}

#[tokio::test]
async fn a_long_wait_is_told_and_need_not_be_waited_for() {
    let _turn = turn().await;
    let (server, visitor) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let (_, files) = sent_to(&server, &liar.origin(), &one_file(), &LinkTerms::default()).await;
    let (push, _) = pushed(&server, &password("secret"), &PushTerms::default()).await;
    let owner_link = format!("{}/push#{}", liar.origin(), *push.owner.to_token());
    let push = push.link_at(&liar.origin());
    let pages = [
        ("/links/*", &files, "ready"),
        ("/pushes/*", &push, "ready"),
        ("/config", &liar.origin(), "pick"),
        ("/config", &format!("{}/push", liar.origin()), "form"),
        ("/pushes/*/owner", &owner_link, "done"),
    ];
    for (path, address, back) in pages {
        let mut has_stopped = false;
        for lie in [maintenance(), busy()] {
            liar.lie(Method::GET, path, lie);
            visit_or_retry(&visitor, address, &mut has_stopped).await;
            says_how_long(&visitor, address).await;
        }
        liar.be_honest();
        visitor.click("retry").await;
        visitor.state_of(&[back]).await;
    }
    // After the two steps, too.
    visitor.look(&files).await;
    liar.lie(Method::POST, "/links/*/leases", maintenance());
    visitor.take().await;
    says_how_long(&visitor, "a lease").await;
    visitor.look_at_push(&push, "ready").await;
    liar.lie(Method::POST, "/pushes/*/reveal", busy());
    visitor.take_view("error").await;
    says_how_long(&visitor, "a view").await;
    // And beside a form.
    liar.be_honest();
    visitor.open_push(&liar.origin()).await;
    visitor.fill_push(&Handover::password(&[("secret", "canary")])).await;
    liar.lie(Method::PUT, "/pushes/*", maintenance());
    visitor.click("make").await;
    told(&visitor, "push-problem", "in 2 hours").await;
    liar.be_honest();
    visitor.click("make").await;
    visitor.state_of(&["done"]).await;
    let _ = visitor.complaints();
}

#[tokio::test]
async fn what_goes_on_by_itself_after_a_long_wait_can_go_on_at_once() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let files = sender.prepare(&[("letter.txt", b"Dear friend")]);
    for (method, path) in [(Method::PUT, "/shares/*"), (Method::PUT, "/shares/*/contents/1/parts/*")] {
        visit(&sender, &liar.origin()).await;
        sender.pick(&liar.origin(), &files).await;
        liar.lie(method, path, maintenance());
        sender.click("send").await;
        told(&sender, "network", "in 2 hours").await;
        sender.assert_accessible().await;
        liar.be_honest();
        sender.click_at("[data-view~=uploading] .try-now").await;
        sender.sent().await;
    }
    let link = {
        sender.open("about:blank").await;
        sender.send(&liar.origin(), &files, &Choices::default()).await
    };
    let recipient = Browser::start().await;
    recipient.look(&link).await;
    liar.lie(Method::GET, "/links/*/parts/*", maintenance());
    recipient.take().await;
    told(&recipient, "network", "in 2 hours").await;
    recipient.assert_accessible().await;
    liar.be_honest();
    recipient.click_at("[data-view=saving] .try-now").await;
    recipient.state_of(&["ask-saved"]).await;
    let _ = (sender.complaints(), recipient.complaints());
}

#[tokio::test]
async fn a_password_need_not_wait_for_long() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let liar = Liar::to(server.port()).await;
    let terms = LinkTerms::default().with_password("right");
    let (_, link) = sent_to(&server, &liar.origin(), &one_file(), &terms).await;
    liar.lie(Method::GET, "/links/*", Lie::Changed("/retry_after_millis", Some(json!(7_200_000))));
    visit(&recipient, &link).await;
    recipient.state_of(&["password"]).await;
    told(&recipient, "password-problem", "in 2 hours").await;
    assert!(!recipient.element("open").await.is_enabled().await.unwrap(), "for a moment, it waits");
    // The page's clock, a minute later.
    recipient.script("const now = performance.now.bind(performance); performance.now = () => now() + 60000").await;
    recipient.type_into("password", "right").await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
}
