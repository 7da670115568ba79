//! Answers that a page cannot use, and a view whose time is over: it says so, and shows nothing.

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use super::{password, pushed, views};

/// Changes what the server answers to a call, from now on.
async fn altering(browser: &Browser, call: &str, change: &str) {
    let script = format!(
        "const fetched = window.fetch;
         window.fetch = async (...call) => {{
             const answer = await fetched(...call);
             const url = String(call[0]?.url ?? call[0]);
             if (!url.endsWith('{call}') || !answer.ok) return answer;
             const body = await answer.json();
             {change};
             return new Response(JSON.stringify(body), {{ status: answer.status, headers: answer.headers }});
         }}"
    );
    browser.script(&script).await;
}

#[tokio::test]
async fn a_payload_that_was_altered_is_told_and_nothing_of_it_is_shown() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (push, link) = pushed(&server, &password("altered on the way"), &PushTerms::default()).await;
    recipient.look_at_push(&link, "ready").await;
    let change = "const at = body.payload.length >> 1; const other = body.payload[at] === 'A' ? 'B' : 'A';
        body.payload = body.payload.slice(0, at) + other + body.payload.slice(at + 1)";
    altering(&recipient, "/reveal", change).await;
    recipient.take_view("error").await;
    let told = recipient.visible().await;
    assert!(told.contains("does not open") && told.contains("Tell the sender"), "{told}");
    recipient.assert_accessible().await;
    assert_eq!(recipient.places_of("altered on the way").await, [""; 0]);
    // Whoever gets the true answer later still has the view.
    recipient.look_at_push(&link, "ready").await;
    recipient.click("reveal").await;
    recipient.state_of(&["revealed"]).await;
    assert_eq!(views(&server, &push).await, 1);
}

#[tokio::test]
async fn a_view_that_is_over_takes_what_it_showed_off_the_page() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = pushed(&server, &password("for a while only"), &PushTerms::default()).await;
    recipient.look_at_push(&link, "ready").await;
    // As the server answers somebody who asks again shortly before the end.
    altering(&recipient, "/reveal", "body.expires_at = body.link.now + 6000").await;
    recipient.take_view("revealed").await;
    recipient.press_in_field("password", "show").await;
    assert_eq!(recipient.shown_in_field("password").await, "for a while only");
    recipient.state_of(&["finished"]).await;
    let told = async || recipient.visible().await;
    wait::until_so(SOON, "it says why", told, |told| told.contains("The time of your view is over")).await;
    assert_eq!(recipient.places_of("for a while only").await, [""; 0]);
    recipient.assert_accessible().await;
}
