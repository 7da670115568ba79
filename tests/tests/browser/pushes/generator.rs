//! The generator of the page *push*: what is wished for is what comes, with its entropy; what is
//! typed is judged.

use std::collections::HashSet;

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::server::Server;
use subrosa_tests::wait;

/// What is said about a password that was drawn or typed: verdict and sentence.
async fn strength(browser: &Browser, id: &str) -> (String, String) {
    let script = format!(
        "const {{ dataset, textContent }} = document.getElementById('{id}-strength');
         return [dataset.verdict ?? '', textContent]"
    );
    serde_json::from_value(browser.script(&script).await).unwrap()
}

/// Waits until the field holds something else than before, and something is said about it.
async fn drawn(browser: &Browser, before: &str) -> (String, u32) {
    let secret = wait::until(SOON, "something is drawn", async || {
        Some(browser.value("secret").await).filter(|secret| !secret.is_empty() && secret != before)
    })
    .await;
    let (_, said) = strength(browser, "secret").await;
    let bits = said.split_once(" bits").and_then(|(bits, _)| bits.trim().parse().ok());
    (secret, bits.unwrap_or_else(|| panic!("no bits in {said:?}")))
}

/// Ticks a box or takes the tick away, and waits for what is drawn then.
async fn toggled(browser: &Browser, id: &str, before: &str) -> (String, u32) {
    browser.click(id).await;
    drawn(browser, before).await
}

#[tokio::test]
async fn characters_are_drawn_as_wished_and_their_entropy_is_told() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender.open_push(&server.origin()).await;
    sender.click("generate").await;
    let (first, bits) = drawn(&sender, "").await;
    assert_eq!(first.chars().count(), 20);
    assert!(first.chars().all(|c| !"0O1lI".contains(c)), "nothing looks alike in {first:?}");
    let of = |secret: &str, class: fn(&char) -> bool| secret.chars().filter(class).count();
    assert!(of(&first, char::is_ascii_lowercase) > 0 && of(&first, char::is_ascii_uppercase) > 0);
    assert!(of(&first, char::is_ascii_digit) > 0 && of(&first, char::is_ascii_punctuation) > 0);
    assert!((100..140).contains(&bits), "{bits} bits");
    assert_eq!(strength(&sender, "secret").await.0, "strong");
    let shown = sender.script("return document.getElementById('secret').type").await;
    assert_eq!(shown, "password", "whoever looks over a shoulder sees nothing");
    sender.assert_accessible().await;

    // Without signs, then without capitals, then digits alone; each time something else is drawn.
    let (second, fewer) = toggled(&sender, "symbols", &first).await;
    assert!(second.chars().all(|c| c.is_ascii_alphanumeric()), "{second:?}");
    let (third, fewest) = toggled(&sender, "upper", &second).await;
    assert!(third.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()), "{third:?}");
    assert!(bits > fewer && fewer > fewest, "{bits} > {fewer} > {fewest} bits");
    sender.click("without-lookalikes").await;
    sender.click("lower").await;
    sender.script("document.getElementById('length').value = ''").await;
    sender.type_into("length", "8").await;
    let eight = async || sender.value("secret").await;
    let is_eight = |secret: &String| secret.len() == 8 && secret.chars().all(|c| c.is_ascii_digit());
    wait::until_so(SOON, "eight digits", eight, is_eight).await;
    // 10^8 are 26 bits.
    assert_eq!(drawn(&sender, "").await.1, 26);
    assert_eq!(strength(&sender, "secret").await.0, "weak");
    let before = sender.value("secret").await;
    sender.click("digits").await;
    let problem = async || sender.text("generator-problem").await;
    wait::until_so(SOON, "nothing is chosen", problem, |told| told.contains("at least one")).await;
    assert_eq!(sender.value("secret").await, before, "nothing is drawn from nothing");
    sender.assert_accessible().await;
    let (_, capitals) = toggled(&sender, "upper", &before).await;
    assert_eq!(capitals, 37);
    let (other, _) = toggled(&sender, "regenerate", &sender.value("secret").await).await;
    assert!(other.len() == 8 && other.chars().all(|c| c.is_ascii_uppercase()));
}

#[tokio::test]
async fn passphrases_are_drawn_from_the_published_list() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let list = reqwest::get(format!("{}/words/eff-large.txt", server.origin())).await.unwrap().text().await.unwrap();
    let list: HashSet<&str> = list.lines().filter_map(|line| line.split_whitespace().last()).collect();
    assert_eq!(list.len(), 7776);
    sender.open_push(&server.origin()).await;
    sender.click("generate").await;
    let (characters, _) = drawn(&sender, "").await;
    sender.choose_radio("#generator", "words").await;
    let (words, bits) = drawn(&sender, &characters).await;
    // 7776 possible words have 12.92 bits each. Some words have a hyphen.
    assert_eq!(bits, 77);
    assert!(words.split('-').count() >= 6 && words.split('-').all(|word| !word.is_empty()), "{words:?}");
    sender.assert_accessible().await;
    // By keyboard: a driver that chooses from a list forgets to say that something was typed in.
    sender.type_into("separator", "Space").await;
    let (spaced, _) = drawn(&sender, &words).await;
    assert_eq!(spaced.split(' ').filter(|word| list.contains(word)).count(), 6, "{spaced:?}");
    let (capitals, _) = toggled(&sender, "capitals", &spaced).await;
    assert!(capitals.split(' ').all(|word| word.starts_with(|c: char| c.is_ascii_uppercase())), "{capitals:?}");
    let (digit, more) = toggled(&sender, "with-digit", &capitals).await;
    assert!(digit.chars().any(|c| c.is_ascii_digit()) && more > bits, "{digit:?} with {more} bits");
    sender.script("document.getElementById('words').value = ''").await;
    sender.type_into("words", "3").await;
    let three = async || sender.value("secret").await;
    wait::until_so(SOON, "three words", three, |secret| secret.split(' ').count() == 3).await;

    // What was drawn is what arrives.
    let secret = sender.value("secret").await;
    sender.click("generator-close").await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;
    assert_eq!(sender.places_of(&secret).await, [""; 0], "it is forgotten");
    let link = sender.value("link").await;
    sender.reveal(&link).await;
    sender.press_in_field("password", "show").await;
    assert_eq!(sender.shown_in_field("password").await, secret);
}

#[tokio::test]
async fn a_weak_password_is_warned_about_when_it_is_typed() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender.open_push(&server.origin()).await;
    for (id, typed, verdict) in [
        ("secret", "aaaaaaaa", "weak"),
        ("secret", "Summer2024", "weak"),
        ("secret", "v8#Kq2!zTw9$Lm4&Xb7", "strong"),
        ("passphrase", "Summer2024", "weak"),
    ] {
        sender.script(&format!("document.getElementById('{id}').value = ''")).await;
        sender.type_into(id, typed).await;
        let judged = async || strength(&sender, id).await;
        wait::until_so(SOON, typed, judged, |(told, said)| told == verdict && said.contains("At most")).await;
        sender.assert_accessible().await;
    }
    sender.click("secret-show").await;
    assert_eq!(sender.script("return document.getElementById('secret').type").await, "text");
}
