//! Promise: a sheet for paper has of each link its name, its QR code, how long and how often it
//! works; and no password, nor a link that shows one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::server::Server;
use subrosa_tests::{only_if_browser_can, wait};

/// What stands on the sheet: name, text, address of each link; all of them have a code.
async fn sheet(browser: &Browser) -> Vec<(String, String, String)> {
    browser.state_of(&["print"]).await;
    let links = "return [...document.querySelectorAll('#print-links > li')].map((link) => [
        link.querySelector('.name').textContent,
        link.innerText,
        link.querySelector('.code svg path').getAttribute('d').length > 1000 ? link.querySelector('.address').textContent : ''])";
    serde_json::from_value(browser.script(links).await).unwrap()
}

/// Pages that come out of a printer.
async fn pages_of_paper(browser: &Browser) -> usize {
    let a4 = json!({ "printBackground": false, "paperWidth": 8.27, "paperHeight": 11.69 });
    let made = browser.devtools("Page.printToPDF", a4).await;
    let pdf = STANDARD.decode(made["data"].as_str().unwrap()).unwrap();
    String::from_utf8_lossy(&pdf).matches("/Type /Page\n").count()
}

async fn make(sender: &Browser, names: &str, password: &str) {
    sender.script("document.querySelector('#add-block').open = true").await;
    sender.script_with("document.getElementById('add-label').value = arguments[0]", vec![json!(names)]).await;
    sender.type_into("add-password", password).await;
    sender.click("add-make").await;
    wait::until_so(SOON, "they are made", async || sender.value("add-label").await, String::is_empty).await;
}

#[tokio::test]
async fn the_links_of_a_result_are_printed_with_no_password() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("report.txt", b"for all of you")]);
    let choices = Choices { downloads: Some(2), ..Choices::password("canary-password") };
    let first = sender.send(&server.origin(), &files, &choices).await;
    let push_link = async || sender.value("push-link").await;
    let push_link = wait::until_so(SOON, "the second link", push_link, |link| !link.is_empty());
    push_link.await;
    let push_link = sender.value("push-link").await;
    make(&sender, "Anna Canary\nمريم\nCleo\nDan\nEve\nFinn\nGus\nHal", "canary-password").await;
    let known =
        async || sender.script("return document.querySelectorAll('#other-links .mail:not(:disabled)').length").await;
    wait::until_so(SOON, "all links are known", known, |known| *known == 8).await;
    sender.click("others-print").await;
    assert_eq!(sender.focused().await, "others-print-no", "first the warning");
    sender.assert_accessible().await;
    sender.click("others-print-yes").await;
    let links = sheet(&sender).await;
    sender.assert_accessible().await;
    let names: Vec<_> = links.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["Link 1", "Anna Canary", "مريم", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal"]);
    assert_eq!(links[0].2, first);
    assert!(links[0].1.contains("2 downloads are left.") && links[1].1.contains("1 download is left."), "{links:?}");
    assert!(
        links.iter().all(|(_, text, _)| text.contains("Works until") && text.contains("asks for a password")),
        "{links:?}"
    );
    let shown =
        sender.script("return document.body.innerText + document.querySelector('[data-view=print]').outerHTML").await;
    assert!(!shown.as_str().unwrap().contains("canary-password") && !shown.as_str().unwrap().contains(&push_link));
    sender.script("window.print = () => { window.printed = true }").await;
    sender.click("print-now").await;
    assert_eq!(sender.script("return window.printed").await, true);
    assert_eq!(pages_of_paper(&sender).await, 1, "nine links fit on a sheet");

    // Back, with nothing left of it.
    sender.click("print-back").await;
    sender.state_of(&["done"]).await;
    assert_eq!(sender.focused().await, "others-print");
    assert_eq!(sender.script("return document.querySelectorAll('#print-links > *').length").await, 0);
}

#[tokio::test]
async fn what_is_chosen_in_the_list_is_printed_but_no_link_to_a_password() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("report.txt", b"for you")]);
    let link = sender.send(&server.origin(), &files, &Choices::password("canary-password")).await;
    wait::until_so(SOON, "the second link", async || sender.value("push-link").await, |link| !link.is_empty()).await;
    let kept = async || sender.text("kept-here").await;
    wait::until_so(SOON, "it is told", kept, |told| told.contains("in the list of this browser")).await;
    // Leaving asks, as nobody has copied anything.
    sender.script("window.addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true)").await;
    sender.script("document.getElementById('link').dispatchEvent(new ClipboardEvent('copy', { bubbles: true }))").await;
    sender
        .script("document.getElementById('push-link').dispatchEvent(new ClipboardEvent('copy', { bubbles: true }))")
        .await;
    sender.open(&format!("{}/links", server.origin())).await;
    sender.state_of(&["list"]).await;
    let count = async || sender.script("return document.querySelectorAll('#list > li').length").await;
    wait::until_so(SOON, "both are listed", count, |count| *count == 2).await;
    sender.click("pick-all").await;
    sender.click("print").await;
    assert_eq!(sender.focused().await, "ask-no", "first the warning");
    sender.click("ask-yes").await;
    let links = sheet(&sender).await;
    sender.assert_accessible().await;
    assert_eq!(links.len(), 1, "{links:?}");
    assert_eq!(links[0].2, link);
    assert!(links[0].1.contains("asks for a password") && !links[0].1.contains("canary-password"), "{links:?}");
    sender.click("print-back").await;
    sender.state_of(&["list"]).await;
    assert!(sender.text("said").await.contains("shows a password"));
    assert_eq!(sender.script("return document.querySelectorAll('#print-links > *').length").await, 0);
}
