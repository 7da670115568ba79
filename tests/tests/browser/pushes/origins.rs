//! Two servers, and pages that use both: exactly these two are asked, and each knows its own half.

use subrosa_shared::secret::{PushOwnerSecret, PushSecret};
use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;

/// Fails if anything was asked from anybody else.
pub(super) async fn assert_only_asks(browser: &Browser, origins: &[String]) {
    let asked = browser.requested().await;
    assert!(asked.iter().any(|url| url.contains("/api/v1/")), "requests are seen: {asked:?}");
    for url in asked.iter().filter(|url| url.starts_with("http") || url.starts_with("ws")) {
        assert!(origins.iter().any(|origin| url.starts_with(&format!("{origin}/"))), "{url} is none of {origins:?}");
    }
}

/// A server for everything whose pages send passwords to another one.
async fn pair_with_both_channels() -> (Server, Server) {
    let free = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let here = format!("http://127.0.0.1:{free}");
    let there = Server::start_with(Options::flags(&["--channels", "pushes", "--share-origin", &here])).await;
    let options = Options::flags(&["--channels", "both", "--push-origin", &there.origin()]);
    (Server::start_with(Options { port: free, ..options }).await, there)
}

#[tokio::test]
async fn a_page_makes_and_watches_a_push_on_another_server() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (here, there) = pair_with_both_channels().await;
    let (sender, recipient) = (Browser::start_logging_requests().await, Browser::start_logging_requests().await);
    let secret = [("secret", "canary on another server")];
    let handover = Handover { views: Some(2), label: Some("canary label"), ..Handover::password(&secret) };
    let made = sender.push(&here.origin(), &handover).await;
    assert!(made.link.starts_with(&format!("{}/p#", there.origin())), "{}", made.link);
    assert!(made.owner_link.starts_with(&format!("{}/push#", there.origin())), "{}", made.owner_link);
    recipient.reveal(&made.link).await;
    recipient.press_in_field("password", "show").await;
    assert_eq!(recipient.shown_in_field("password").await, secret[0].1);
    sender.fact_so("left", |told| told == "1 of 2").await;
    sender.click("pause").await;
    sender.fact_so("state", |told| told.contains("paused")).await;
    sender.reload().await;
    sender.state_of(&["done"]).await;
    sender.click("revoke").await;
    sender.click("revoke-confirm").await;
    sender.state_of(&["gone"]).await;
    assert_only_asks(&sender, &[here.origin(), there.origin()]).await;
    assert_only_asks(&recipient, &[there.origin()]).await;

    let mut leaks = Leaks::of_text("the password", secret[0].1);
    leaks.text("the label", "canary label");
    let (reader, owner) =
        (PushSecret::from_text(&made.link).unwrap(), PushOwnerSecret::from_text(&made.owner_link).unwrap());
    leaks.secret("the push secret", reader.expose());
    leaks.secret("the owner secret", owner.expose());
    leaks.assert_none(&there);
    // The server of the page does not even know that there is a push.
    leaks.text("the push's id", &reader.link_id().to_string());
    leaks.assert_none(&here);
}

#[tokio::test]
async fn what_cannot_be_reached_is_said_and_nothing_typed_is_lost() {
    let _turn = turn().await;
    let ((here, mut there), sender) = (pair_with_both_channels().await, Browser::start().await);
    sender.open_push(&here.origin()).await;
    sender.type_into("secret", "kept in the form").await;
    there.kill_9().await;
    sender.click("make").await;
    let told = async || sender.text("push-problem").await;
    wait::until_so(SOON, "it says so", told, |told| told.contains("could not be reached")).await;
    assert_eq!(sender.value("secret").await, "kept in the form");
    let _there = there.start_again().await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;
}

#[tokio::test]
async fn each_of_two_servers_shows_its_own_pages_and_the_way_to_the_other() {
    let _turn = turn().await;
    let ((shares, pushes), browser) = (Server::start_pair(&[]).await, Browser::start().await);
    browser.open(&format!("{}/", shares.origin())).await;
    browser.state_of(&["pick"]).await;
    let way =
        async || browser.script("return document.querySelector('#channels a[href$=\"/push\"]')?.href ?? ''").await;
    let there = serde_json::json!(format!("{}/push", pushes.origin()));
    wait::until_so(SOON, "the way to passwords", way, |way| *way == there).await;
    browser.open(&format!("{}/", pushes.origin())).await;
    browser.state_of(&["form"]).await;
    let ways =
        "return [...document.querySelectorAll('#channels a')].filter((way) => way.checkVisibility()).map((way) =>
        way.pathname)";
    assert_eq!(browser.script(ways).await, serde_json::json!(["/links"]), "nothing else can be handed over there");
    for (server, path) in [(&shares, "/push"), (&shares, "/p"), (&pushes, "/s")] {
        let answer = reqwest::get(format!("{}{path}", server.origin())).await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
}
