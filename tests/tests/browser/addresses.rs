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
    let token = |link: &str| link.split_once('#').unwrap().1.to_owned();
    for (link, path, others) in [
        (
            &link,
            "/s",
            &["/s/#", "//s#", "/S#", "/s/index.html#", "/s.#", "/s?fbclid=1#", "/%73?utm_source=x#", "/s##", "/s#/"][..],
        ),
        (&push, "/p", &["/p/#", "//P#", "/p?utm_source=x#"]),
    ] {
        let token = token(link);
        let mangled: Vec<String> = others.iter().map(|other| format!("{origin}{other}{token}")).collect();
        let after =
            ["?utm_source=x", "&fbclid=1", ".", "%3E", "#x"].map(|after| format!("{origin}{path}#{token}{after}"));
        let (before, rest) = token.split_at(20);
        let broken = ["%20", "%0D%0A", "%E2%80%8B"].map(|inside| format!("{origin}{path}#{before}{inside}{rest}"));
        for address in mangled.into_iter().chain(after).chain(broken) {
            recipient.open("about:blank").await;
            recipient.open(&address).await;
            recipient.state_of(&["ready"]).await;
            assert_no_key(&recipient, &token, &address).await;
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
    for (path, is_seen) in [
        (format!("/nothing#{token}"), false),
        (format!("//nothing/here#{token}"), false),
        (format!("/share/s?x=1#{token}"), false),
        (format!("/s%23{token}"), true),
        (format!("/s/%2523{token}?utm_source=x"), true),
        (format!("//S%23{token}#x"), true),
    ] {
        recipient.open("about:blank").await;
        recipient.open(&format!("{origin}{path}")).await;
        let told = async || recipient.visible().await;
        wait::until_so(SOON, "that the key goes along", told, |told| told.contains("no longer in the address bar"))
            .await;
        assert_no_key(&recipient, token, &path).await;
        assert_eq!(recipient.visible().await.contains("servers see"), is_seen, "{path}");
        recipient.assert_accessible().await;
        recipient.click_at("a[href='/s']").await;
        recipient.state_of(&["ready"]).await;
        assert_no_key(&recipient, token, &path).await;
    }
    assert!(!server.log().contains(&token[10..20]), "what reached the server is not logged");
}
