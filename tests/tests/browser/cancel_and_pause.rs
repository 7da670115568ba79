//! People who change their mind while something is on its way, and devices whose clocks are wrong.

use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::bytes::{assert_same, noise};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::{sent, started, taken};

/// Holds back what the page asks a worker, by name, until `release()`; `told` is all that it asked,
/// `seen` what was in it, `answered` whether what was held back is answered.
fn holding_back(name: &str) -> String {
    format!(
        "window.told = []; window.held = []; window.answered = false; window.seen = {{}};
         const post = Worker.prototype.postMessage;
         Worker.prototype.postMessage = function (data, ...rest) {{
             told.push(data.name ?? Object.keys(data)[0]);
             Object.assign(seen, data);
             if (!held || data.name !== '{name}') return post.call(this, data, ...rest);
             this.addEventListener('message', (event) => {{ if (event.data.id === data.id) answered = true; }});
             held.push(() => post.call(this, data, ...rest));
         }};
         window.release = () => {{ const all = held; held = undefined; for (const act of all) act(); }};"
    )
}

async fn held_back(browser: &Browser) {
    let held = async || browser.script("return held.length").await;
    wait::until_so(SOON, "the page asks for it", held, |held| held.as_u64() > Some(0)).await;
}

/// Lets it go, and waits until the page has dealt with the answer.
async fn let_go(browser: &Browser) -> String {
    browser.script("release()").await;
    let answered = async || browser.script("return answered").await;
    wait::until_so(SOON, "it is answered", answered, |answered| *answered == true).await;
    let calm = "return new Promise((resolve) => setTimeout(resolve, 300)).then(() => told.join(' '))";
    browser.script(calm).await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_paused_before_its_workers_have_begun_sends_nothing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let content = noise(3 << 20, 7);
    let files = sender.prepare(&[("film.bin", &content)]);
    sender.before_pages(&holding_back("sealGrant")).await;
    sender.pick(&server.origin(), &files).await;
    sender.click("send").await;
    held_back(&sender).await;
    sender.click("pause").await;
    let told = let_go(&sender).await;
    assert!(!told.split(' ').any(|name| name == "seal"), "{told}");
    sender.click("pause").await;
    let link = sender.sent().await;
    let received = Recipient::new(&server.client(), &link, None).unwrap().take().await.unwrap().files().await.unwrap();
    assert_same(&received[0].bytes, &content, "film.bin");
}

#[tokio::test]
async fn what_is_cancelled_while_its_password_is_stretched_is_not_kept() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("letter.txt", b"Dear friend")]);
    sender.before_pages(&holding_back("lock")).await;
    sender.pick(&server.origin(), &files).await;
    sender.set(&Choices::password("correct horse battery staple")).await;
    sender.click("send").await;
    held_back(&sender).await;
    sender.click("cancel").await;
    sender.state_of(&["pick"]).await;
    let told = let_go(&sender).await;
    assert!(!told.contains("keepShare"), "{told}");
    assert_eq!(sender.script("return navigator.locks.query().then(({ held }) => held.length)").await, 0);
    sender.reload().await;
    sender.state_of(&["pick"]).await;
    assert!(!sender.element("unfinished").await.is_displayed().await.unwrap());
}

#[tokio::test]
async fn a_part_that_comes_late_from_a_try_that_was_broken_off_is_replaced() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let content = noise(12 << 20, 9);
    let files = sender.prepare(&[("film.bin", &content)]);
    sender.before_pages(&holding_back("sealManifest")).await;
    sender.pick(&server.origin(), &files).await;
    sender.click("send").await;
    held_back(&sender).await;
    // Another ciphertext of the same part, as a proxy hands it on when its browser is long gone.
    let late = "
        return (async () => {
            const { headers, seal: { url } } = seen;
            const parts = url.slice(0, url.lastIndexOf('/'));
            const list = await (await fetch(parts, { headers })).json();
            const body = new Uint8Array(list.parts.find(({ index }) => index === 0).sealed_len).fill(1);
            const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
            const named = { ...headers, 'content-digest': `sha-256=:${btoa(String.fromCharCode(...digest))}:` };
            const typed = { ...named, 'content-type': 'application/octet-stream' };
            return (await fetch(`${parts}/0`, { method: 'PUT', headers: typed, body })).status;
        })()";
    assert_eq!(sender.script(late).await, 200, "it takes the place of what was stored");
    sender.script("release()").await;
    let link = sender.sent().await;
    let received = Recipient::new(&server.client(), &link, None).unwrap().take().await.unwrap().files().await.unwrap();
    assert_same(&received[0].bytes, &content, "film.bin");
}

#[tokio::test]
async fn a_device_whose_clock_is_days_ahead_knows_of_its_download() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("a.txt", "Dear friend"), Source::new("b.txt", "Yours")];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages("const now = Date.now; Date.now = () => now() + 30 * 24 * 60 * 60 * 1000;").await;
    recipient.look(&link).await;
    recipient.click_at("[data-entry='0']").await;
    recipient.click("download-confirm").await;
    recipient.state_of(&["ask-saved"]).await;
    recipient.downloaded().await;
    recipient.click("saved-yes").await;
    recipient.state_of(&["ready"]).await;
    assert!(recipient.text("left").await.contains("counted already"));
    // One step.
    recipient.click_at("[data-entry='1']").await;
    recipient.save().await;
    assert_eq!((started(&server, &package).await, taken(&server, &package).await), (1, 1));
}
