//! What a browser keeps of a link is gone when the link is: keys of the device, and the link
//! itself.

use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;

use crate::pushes::{password, pushed};
use crate::{one_file, sent};

/// Everything that the browser keeps for this site.
const KEPT: &str = "
    const kept = { local: { ...localStorage }, session: { ...sessionStorage }, state: history.state, address: location.href };
    kept.caches = await caches.keys();
    kept.cookies = document.cookie;
    kept.databases = [];
    for (const { name } of await indexedDB.databases()) {
      const database = await new Promise((resolve, reject) => {
        const request = indexedDB.open(name);
        request.onsuccess = () => resolve(request.result);
        request.onerror = reject;
      });
      for (const store of database.objectStoreNames) {
        const all = await new Promise((resolve, reject) => {
          const objects = database.transaction(store).objectStore(store);
          const [keys, values] = [objects.getAllKeys(), objects.getAll()];
          values.onsuccess = () => resolve([keys.result, values.result]);
          values.onerror = reject;
        });
        if (all[0].length > 0) kept.databases.push(name, store, all);
      }
      database.close();
    }
    kept.files = [];
    for await (const name of (await navigator.storage.getDirectory()).keys()) kept.files.push(name);
    return JSON.stringify(kept);";

async fn kept(browser: &Browser) -> String {
    let script = format!("return (async () => {{ {KEPT} }})()");
    browser.script(&script).await.as_str().unwrap().to_owned()
}

fn token(link: &str) -> &str {
    link.split_once('#').unwrap().1
}

async fn assert_kept(browser: &Browser, link: &str) {
    let kept = kept(browser).await;
    assert!(kept.contains(token(link)) && kept.contains("subrosa/device/"), "what has not ended is there: {kept}");
}

async fn assert_forgotten(browser: &Browser, link: &str) {
    let kept = kept(browser).await;
    for left in [token(link), "subrosa/device/", "subrosa/lease/"] {
        assert!(!kept.contains(left), "{left} in {kept}");
    }
}

#[tokio::test]
async fn nothing_is_kept_of_a_share_that_has_ended() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    // Spent by this device.
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    recipient.look(&link).await;
    assert_kept(&recipient, &link).await;
    recipient.take().await;
    assert_kept(&recipient, &link).await;
    recipient.save().await;
    assert_forgotten(&recipient, &link).await;

    // One of two: the other may be wanted here, too.
    let (package, link) = sent(&server, &one_file(), &LinkTerms { downloads_max: 2, ..LinkTerms::default() }).await;
    recipient.receive(&link).await;
    assert_kept(&recipient, &link).await;
    // Ended by its owner, and seen at the next visit.
    server.client().revoke(&package).await.unwrap();
    recipient.reload().await;
    recipient.state_of(&["gone"]).await;
    assert_forgotten(&recipient, &link).await;

    // Destroyed here.
    let terms = LinkTerms { recipient_may_destroy: true, ..LinkTerms::default() };
    let (_, link) = sent(&server, &one_file(), &terms).await;
    recipient.look(&link).await;
    recipient.click("destroy").await;
    recipient.click("destroy-confirm").await;
    recipient.state_of(&["destroyed"]).await;
    assert_forgotten(&recipient, &link).await;

    // Of no share that this server knows.
    let (other, _) = (Server::start().await, ());
    let (_, link) = sent(&other, &one_file(), &LinkTerms::default()).await;
    let link = format!("{}/s#{}", server.origin(), token(&link));
    recipient.open(&link).await;
    recipient.state_of(&["not-found"]).await;
    assert_forgotten(&recipient, &link).await;
}

#[tokio::test]
async fn nothing_is_kept_of_a_push_that_has_ended() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = pushed(&server, &password("for two"), &PushTerms::views(2)).await;
    recipient.reveal(&link).await;
    recipient.click("finish").await;
    recipient.state_of(&["finished"]).await;
    assert_kept(&recipient, &link).await;
    recipient.reload().await;
    recipient.state_of(&["ready"]).await;
    recipient.take_view("revealed").await;
    assert_kept(&recipient, &link).await;
    recipient.click("finish").await;
    recipient.state_of(&["destroyed"]).await;
    assert_forgotten(&recipient, &link).await;

    let (push, link) = pushed(&server, &password("revoked"), &PushTerms::views(2)).await;
    recipient.reveal(&link).await;
    server.client().revoke_push(&push).await.unwrap();
    recipient.reload().await;
    recipient.state_of(&["gone"]).await;
    assert_forgotten(&recipient, &link).await;

    // An owner's address that leads nowhere.
    let other = Server::start().await;
    let maker = Browser::start().await;
    let made =
        maker.push(&other.origin(), &subrosa_tests::browser::pages_push::Handover::password(&[("secret", "x")])).await;
    let owner_link = format!("{}/push#{}", server.origin(), token(&made.owner_link));
    recipient.open(&owner_link).await;
    recipient.state_of(&["not-found"]).await;
    assert_forgotten(&recipient, &owner_link).await;
}
