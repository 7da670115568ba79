//! A password that was copied with a space or with what nobody sees: asked about before it costs a
//! try.

use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;

use crate::passwords::problem;
use crate::pushes::{password, pushed};
use crate::{one_file, sent};

/// Pastes into the password, and goes on.
async fn paste(browser: &Browser, text: &str) {
    let script = format!("document.getElementById('password').value = {}", serde_json::json!(text));
    browser.script(&script).await;
    browser.click("open").await;
}

async fn asked(browser: &Browser) -> String {
    subrosa_tests::wait::until(subrosa_tests::browser::SOON, "the page asks", async || {
        browser.all("#password-edges").await.first()?;
        Some(browser.text("password-edges-text").await)
    })
    .await
}

#[tokio::test]
async fn what_stands_unseen_around_a_password_of_files_costs_no_guess() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default().with_password("right one")).await;
    let wrong = async || server.client().status(&package).await.unwrap().links[0].counters.wrong_password.count;
    recipient.open(&link).await;
    recipient.state_of(&["password"]).await;
    for (text, place) in [
        ("right one ", "ends"),
        (" right one", "begins"),
        ("\u{a0}right one\t", "begins and ends"),
        ("right one\u{200b}", "ends"),
        ("\u{feff}right one", "begins"),
        ("right one\u{3000}\u{2060}", "ends"),
    ] {
        paste(&recipient, text).await;
        let said = asked(&recipient).await;
        assert!(said.contains(&format!("It {place} with")), "{text:?}: {said}");
        assert_eq!(recipient.focused().await, "password-as-it-is");
        // Typed on, the question is gone.
        recipient.type_into("password", "x").await;
        assert!(recipient.all("#password-edges").await.is_empty());
    }
    assert_eq!(wrong().await, 0, "nothing was tried");
    paste(&recipient, "right one ").await;
    asked(&recipient).await;
    recipient.assert_accessible().await;
    // It may be meant: then it is tried as it is.
    recipient.click("password-as-it-is").await;
    problem(&recipient, "not the password").await;
    assert_eq!(wrong().await, 1);
    paste(&recipient, "right one \u{a0}").await;
    asked(&recipient).await;
    recipient.click("password-trim").await;
    recipient.state_of(&["ready"]).await;
    assert_eq!(wrong().await, 1);
}

#[tokio::test]
async fn a_password_that_has_such_an_end_opens_as_it_is_and_others_are_asked_nothing() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    for (meant, is_asked) in [(" padded ", true), ("in the middle", false), ("flag \u{1f3f3}\u{fe0f}", false)] {
        let terms = PushTerms { passphrase: Some(meant.to_owned()), ..PushTerms::default() };
        let (_, link) = pushed(&server, &password("canary"), &terms).await;
        recipient.look_at_push(&link, "password").await;
        paste(&recipient, meant).await;
        if is_asked {
            asked(&recipient).await;
            recipient.click("password-as-it-is").await;
        }
        recipient.state_of(&["ready"]).await;
        recipient.take_view("revealed").await;
    }
}
