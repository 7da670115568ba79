//! Promise: guessing ends. A wrong password waits where one can see it, and spends nothing.

use std::time::Duration;

use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::{one_file, sent, taken};

pub(crate) async fn try_password(browser: &Browser, password: &str) {
    browser.script("document.getElementById('password').value = ''").await;
    browser.type_into("password", password).await;
    browser.click("open").await;
}

pub(crate) async fn problem(browser: &Browser, contains: &str) -> String {
    wait::until(SOON, contains, async || {
        let shown = browser.text("password-problem").await;
        shown.contains(contains).then_some(shown)
    })
    .await
}

#[tokio::test]
async fn a_wrong_password_waits_visibly_and_spends_nothing() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("secret.txt", b"secret")]);
    let link = sender.send(&server.origin(), &files, &Choices::password("right")).await;
    recipient.open(&link).await;
    recipient.state_of(&["password"]).await;
    assert!(recipient.listed().await.is_empty(), "nothing is shown before the password");
    for _ in 0..3 {
        try_password(&recipient, "wrong").await;
        let shown = problem(&recipient, "not the password").await;
        assert!(shown.contains("try again"), "{shown}");
    }
    // The third wrong one waits 4 seconds; the button counts them down.
    assert!(!recipient.element("open").await.is_enabled().await.unwrap(), "the wait holds the button");
    problem(&recipient, "second").await;
    let usable = async || recipient.element("open").await.is_enabled().await.unwrap();
    let waited = wait::until_so(Duration::from_secs(10), "the wait ends", usable, |usable| *usable).await;
    assert!(waited > Duration::from_secs(2), "{waited:?}");
    try_password(&recipient, "right").await;
    recipient.state_of(&["ready"]).await;
    recipient.take().await;
    assert_eq!(recipient.save().await.1, b"secret");
}

#[tokio::test]
async fn a_wait_outlives_a_reload() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default().with_password("right")).await;
    recipient.open(&link).await;
    recipient.state_of(&["password"]).await;
    for _ in 0..4 {
        try_password(&recipient, "wrong").await;
        problem(&recipient, "not the password").await;
    }
    recipient.reload().await;
    recipient.state_of(&["password"]).await;
    problem(&recipient, "waits").await;
    assert!(!recipient.element("open").await.is_enabled().await.unwrap());
    assert_eq!(taken(&server, &package).await, 0);
}
