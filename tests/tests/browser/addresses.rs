//! Links as mail programs, chats and fingers make them: the page that was meant opens, and no key
//! stays in the address bar.

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::pushes::{password, pushed};
use crate::{one_file, sent};

async fn assert_no_key(browser: &Browser, token: &str, from: &str) {
    let address = browser.address().await;
    let some = &token[10..20];
    assert!(!address.contains('#') && !address.contains(some), "{from} left {address}");
    assert!(!browser.script("return document.documentElement.outerHTML").await.to_string().contains(some), "{from}");
}

#[tokio::test]
async fn a_mistyped_link_opens_the_page_that_was_meant() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let origin = server.origin();
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let (_, push) = pushed(&server, &password("secret"), &PushTerms::default()).await;
    // Which addresses lead here and which texts hold a token is tested where that is decided: in
    // the server's tests of its pages, and beside `shared::token`. These come by all of it at once:
    // what the server leads elsewhere, a query that it does not look at, and a text around the key.
    for (link, path, mangled) in [
        (
            &link,
            "/s",
            &[
                ("/s/index.html?fbclid=1#", "", "."),
                ("/s?fbclid=1##", "%0D%0A", "&fbclid=1"),
                ("/%73?utm_source=x#/", "", "%3E#x"),
            ][..],
        ),
        (&push, "/p", &[("//P?utm_source=x#", "%E2%80%8B", ""), ("/p?utm_source=x#", "", "?utm_source=x")]),
    ] {
        let token = link.split_once('#').unwrap().1;
        let (half, rest) = token.split_at(20);
        for (before, inside, after) in mangled {
            let address = format!("{origin}{before}{half}{inside}{rest}{after}");
            recipient.open("about:blank").await;
            recipient.open(&address).await;
            recipient.state_of(&["ready"]).await;
            assert_no_key(&recipient, token, &address).await;
            assert_eq!(recipient.address().await, format!("{origin}{path}"), "{address}");
        }
    }
}

#[tokio::test]
async fn a_page_that_is_not_there_keeps_no_key_and_hands_it_to_the_page_that_is_chosen() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let origin = server.origin();
    let (_, link) = sent(&server, &one_file(), &LinkTerms::default()).await;
    let token = link.split_once('#').unwrap().1;
    // A path with two slashes is no host.
    for (path, is_seen, is_followed) in [
        (format!("/nothing#{token}"), false, false),
        (format!("//nothing/here#{token}"), false, false),
        (format!("/share/s?x=1#{token}"), false, true),
        (format!("/s%23{token}"), true, false),
        (format!("/s/%2523{token}?utm_source=x"), true, true),
        (format!("//S%23{token}#x"), true, true),
    ] {
        recipient.open("about:blank").await;
        recipient.open(&format!("{origin}{path}")).await;
        let told = async || recipient.visible().await;
        wait::until_so(SOON, "that the key goes along", told, |told| told.contains("no longer in the address bar"))
            .await;
        assert_no_key(&recipient, token, &path).await;
        assert_eq!(recipient.visible().await.contains("servers see"), is_seen, "{path}");
        // The others hold the same.
        if is_followed {
            recipient.assert_accessible().await;
            recipient.click_at("a[href='/s']").await;
            recipient.state_of(&["ready"]).await;
            assert_no_key(&recipient, token, &path).await;
        }
    }
    assert!(!server.log().contains(&token[10..20]), "what reached the server is not logged");
}
