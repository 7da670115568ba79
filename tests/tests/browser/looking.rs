//! Promise: looking is not taking. Previews, bots and scripts that click whatever they find take
//! nothing.

use std::time::Duration;

use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use tokio::time::sleep;

use crate::{one_file, sent, started, taken};

#[tokio::test]
async fn looking_is_not_taking_for_a_preview_that_runs_the_page() {
    let _turn = turn().await;
    let (server, bot) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    for _ in 0..3 {
        bot.look(&link).await;
    }
    assert_eq!((taken(&server, &package).await, started(&server, &package).await), (0, 0));
    // And a bot that runs nothing fetches what the page names.
    let page = reqwest::get(&link).await.unwrap().text().await.unwrap();
    let named = page.split(['"', '\'']).filter(|text| text.starts_with('/') && text.len() > 1);
    for path in named.chain(["/dl/anything", "/save-worker.js"]) {
        reqwest::get(format!("{}{path}", server.origin())).await.unwrap();
    }
    assert_eq!((taken(&server, &package).await, started(&server, &package).await), (0, 0));
}

#[tokio::test]
async fn looking_is_not_taking_for_a_script_that_clicks_everything_again_and_again() {
    let _turn = turn().await;
    let (server, bot) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    bot.look(&link).await;
    bot.script(
        "const everything = () => document.querySelectorAll('button, a[href^=\"#\"], input, summary, label, [role=button], [tabindex]');
         const clicks = () => { for (const element of everything()) {
             element.click();
             for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click'])
                 element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, composed: true }));
             for (const key of ['Enter', ' '])
                 element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
         } };
         window.clicker = setInterval(clicks, 50); clicks();",
    )
    .await;
    // Longer than the second step takes to appear, several times over.
    sleep(Duration::from_secs(5)).await;
    bot.script("clearInterval(window.clicker)").await;
    assert_eq!((taken(&server, &package).await, started(&server, &package).await), (0, 0));
    let status = server.client().status(&package).await.unwrap();
    assert!(status.gone.is_none() && status.links[0].gone.is_none(), "and destroys nothing: {:?}", status.links[0]);
    assert!(bot.in_downloads().is_empty());
}

#[tokio::test]
async fn looking_is_not_taking_for_a_robot_that_clicks_once_on_whatever_is_there() {
    let _turn = turn().await;
    let (server, bot) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    bot.look(&link).await;
    // Trusted clicks, as a robot that drives a browser makes them, on everything that is there when
    // it looks.
    for element in bot.all("main button").await {
        if element.is_displayed().await.unwrap_or_default() {
            let _ = element.click().await;
        }
    }
    sleep(Duration::from_secs(2)).await;
    assert_eq!((taken(&server, &package).await, started(&server, &package).await), (0, 0));
    assert!(bot.in_downloads().is_empty());
}

#[tokio::test]
async fn a_download_takes_two_steps_and_the_second_comes_a_second_later() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    recipient.look(&link).await;
    recipient.click("download").await;
    assert_eq!(recipient.script("return document.getElementById('download-confirm')").await, serde_json::Value::Null);
    recipient.click("download-not").await;
    recipient.state_of(&["ready"]).await;
    sleep(Duration::from_millis(1500)).await;
    assert_eq!(recipient.script("return document.getElementById('download-confirm')").await, serde_json::Value::Null);
    assert_eq!(taken(&server, &package).await, 0);
    recipient.take().await;
    recipient.state_of(&["ask-saved"]).await;
    assert_eq!(started(&server, &package).await, 1);
    assert_eq!(recipient.downloaded().await.1, b"Dear friend");
}
