//! Promise: looking is not taking, for pushes too. And whoever took a view keeps it.

use std::time::Duration;

use subrosa_tests::browser::engine::{Engine, Needs};
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use tokio::time::sleep;

use super::{password, pushed, views};

/// Whether the second step exists.
async fn has_second_step(browser: &Browser) -> bool {
    browser.script("return document.getElementById('reveal-confirm') !== null").await == true
}

#[tokio::test]
async fn a_preview_that_loads_the_page_and_whatever_it_names_takes_no_view() {
    let _turn = turn().await;
    let (server, bot) = (Server::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &password("looked at"), &PushTerms::default()).await;
    for _ in 0..2 {
        bot.look_at_push(&link, "ready").await;
    }
    bot.reload().await;
    bot.state_of(&["ready"]).await;
    // And a bot that runs nothing fetches what the page names.
    let page = reqwest::get(&link).await.unwrap().text().await.unwrap();
    let named = page.split(['"', '\'']).filter(|text| text.starts_with('/') && text.len() > 1);
    let mut fetched = 0;
    for path in named {
        reqwest::get(format!("{}{path}", server.origin())).await.unwrap();
        fetched += 1;
    }
    assert!(fetched > 3, "the page names something");
    for method in [reqwest::Method::HEAD, reqwest::Method::POST, reqwest::Method::OPTIONS] {
        reqwest::Client::new().request(method, &link).send().await.unwrap();
    }
    let id = push.link();
    for below in ["", "/reveal", "/owner", "/log"] {
        let call = format!("{}/api/v1/pushes/{id}{below}", server.origin());
        assert!(!reqwest::get(call).await.unwrap().status().is_success(), "{below}: nothing without the link's proof");
    }
    assert_eq!(views(&server, &push).await, 0);
}

#[tokio::test]
async fn a_script_that_clicks_everything_again_and_again_takes_no_view_and_destroys_nothing() {
    let _turn = turn().await;
    let (server, bot) = (Server::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &password("not for bots"), &PushTerms::views(2)).await;
    bot.look_at_push(&link, "ready").await;
    bot.script(CLICKER).await;
    // Longer than the second step takes to appear, several times over.
    sleep(Duration::from_secs(4)).await;
    bot.script("clearInterval(window.clicker)").await;
    assert_eq!(views(&server, &push).await, 0);
    // Nor when it finds what a person revealed: nothing is destroyed, and nothing leaves the mask.
    bot.look_at_push(&link, "ready").await;
    bot.take_view("revealed").await;
    bot.script(CLICKER).await;
    sleep(Duration::from_secs(2)).await;
    bot.script("clearInterval(window.clicker)").await;
    assert!(bot.is_hidden_field("password").await, "no script shows it");
    assert_eq!(bot.places_of("not for bots").await, [""; 0]);
    let status = server.client().push_status(&push).await.unwrap().link;
    assert!(status.gone.is_none(), "{status:?}");
    assert_eq!((status.downloads_taken, status.counters.finished.count), (1, 0));
}

/// Everything that events without a person can do.
const CLICKER: &str = "
    const everything = () => document.querySelectorAll('button, a[href^=\"#\"], input, summary, label, [role=button], [tabindex]');
    const clicks = () => { for (const element of everything()) {
        element.click();
        for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'])
            element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, composed: true }));
        for (const key of ['Enter', ' '])
            element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    } for (const form of document.forms) form.dispatchEvent(new SubmitEvent('submit', { cancelable: true })); };
    window.clicker = setInterval(clicks, 50); clicks();";

#[tokio::test]
async fn a_robot_that_clicks_once_on_whatever_is_there_takes_no_view() {
    let _turn = turn().await;
    let (server, bot) = (Server::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &password("not for robots"), &PushTerms::default()).await;
    bot.look_at_push(&link, "ready").await;
    // Trusted clicks, as a robot that drives a browser makes them, on everything that is there when
    // it looks.
    let mut clicked = 0;
    for element in bot.all("main button, main a, main input, main summary").await {
        if element.is_displayed().await.unwrap_or_default() {
            clicked += usize::from(element.click().await.is_ok());
        }
    }
    assert!(clicked > 0, "there was something to click");
    sleep(Duration::from_secs(2)).await;
    assert_eq!(views(&server, &push).await, 0);
}

#[tokio::test]
async fn a_view_takes_two_steps_and_the_second_comes_a_second_later() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &password("two steps"), &PushTerms::default()).await;
    recipient.look_at_push(&link, "ready").await;
    assert!(!has_second_step(&recipient).await);
    // In the page's own time: on a busy machine, a driver asks too late.
    let timed = "const before = performance.now(); window.second = new Promise((resolve) => {
            new MutationObserver((_, observer) => {
                if (!document.getElementById('reveal-confirm')) return;
                observer.disconnect();
                resolve(performance.now() - before);
            }).observe(document.body, { childList: true, subtree: true });
        })";
    recipient.script(timed).await;
    recipient.click("reveal").await;
    let after = recipient.script("return window.second").await.as_f64().unwrap();
    assert!(after > 990.0, "the second step came after {after} ms");
    recipient.click("reveal-not").await;
    recipient.state_of(&["ready"]).await;
    assert!(!has_second_step(&recipient).await);
    recipient.click("reveal").await;
    recipient.click("reveal-not").await;
    sleep(Duration::from_millis(1500)).await;
    assert!(!has_second_step(&recipient).await, "whoever leaves takes nothing");
    assert_eq!(views(&server, &push).await, 0);
    recipient.take_view("revealed").await;
    assert_eq!(views(&server, &push).await, 1);
}

#[tokio::test]
async fn whoever_took_a_view_gets_it_again_and_nobody_else_does() {
    let _turn = turn().await;
    let (server, recipient, other) = (Server::start().await, Browser::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &password("again and again"), &PushTerms::default()).await;
    // The answer is lost on the way: the page may not ask anew for another view.
    recipient.look_at_push(&link, "ready").await;
    let losing = "const fetched = window.fetch; let lost = 0;
        window.fetch = async (...call) => {
            const answer = await fetched(...call);
            if (!String(call[0]?.url ?? call[0]).endsWith('/reveal')) return answer;
            document.body.dataset.lost = String(++lost);
            throw new TypeError('Failed to fetch');
        }";
    recipient.script(losing).await;
    recipient.take_view("offline").await;
    let lost = recipient.script("return document.body.dataset.lost").await;
    assert!(lost.as_str().is_some_and(|lost| lost != "0"), "answers were lost: {lost}");
    assert_eq!(views(&server, &push).await, 1);
    recipient.assert_accessible().await;
    recipient.look_at_push(&link, "ready").await;
    // Nobody here knows whether it is counted: two steps, and the same view.
    assert!(recipient.visible().await.contains("no answer came"));
    recipient.assert_accessible().await;
    recipient.take_view("revealed").await;
    assert_eq!(views(&server, &push).await, 1);
    for _ in 0..2 {
        recipient.reload().await;
        recipient.state_of(&["ready"]).await;
        assert!(recipient.visible().await.contains("You began to see it on this device"));
        // One step: it is counted already.
        recipient.click("reveal").await;
        recipient.state_of(&["revealed"]).await;
        recipient.press_in_field("password", "show").await;
        assert_eq!(recipient.shown_in_field("password").await, "again and again");
    }
    // A crash of the whole browser takes nothing away either, where it keeps anything while it is
    // automated.
    let keeps = Engine::of_this_run().can(Needs::KeptProfile);
    let recipient = if keeps { recipient.kill_and_start_again().await } else { recipient };
    recipient.look_at_push(&link, "ready").await;
    recipient.click("reveal").await;
    recipient.state_of(&["revealed"]).await;
    assert_eq!(views(&server, &push).await, 1);

    other.look_at_push(&link, "exhausted").await;
    assert!(other.visible().await.contains("Every view of this link is taken"));
    other.assert_accessible().await;
    recipient.click("finish").await;
    recipient.state_of(&["destroyed", "finished"]).await;
    other.click("retry").await;
    other.state_of(&["gone"]).await;
    let day = other.script("return `on ${new Date().getDate()} `").await;
    let told = other.visible().await;
    assert!(told.contains(day.as_str().unwrap()) && told.contains("tell the sender"), "when and why: {told}");
    let gone = async || server.client().push_status(&push).await.unwrap().link.gone;
    wait::until_so(SOON, "it is gone", gone, Option::is_some).await;
}
