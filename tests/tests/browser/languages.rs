//! Every page in every language: nothing in English is left, directions are right, and changing the
//! language costs nothing.

use serde_json::{Value, json};
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::pages_push::Handover;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::{sent, started, taken};

const SECRET: &str = "kUk!7?xQ";

/// What readers want, what they get, and from which side it is written.
pub(crate) const READERS: [(&str, &str, &str); 2] = [("de-AT,de", "de", "ltr"), ("ar-EG,ar", "ar", "rtl")];

/// Texts of a page that may be read or heard, as far as English words are in them that neither
/// German nor names of files here have; and what should have been a text. `.misplaced` is for a
/// page whose scripts and styles did not come.
const ENGLISH: &str = r"
    const english = /\b(the|and|of|this|not|you|your|with|can|for|are|undefined|NaN|null|object)\b/iu;
    const unread = 'noscript, script, style, template, .misplaced';
    const texts = [document.title];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        if (!walker.currentNode.parentElement.closest(unread)) texts.push(walker.currentNode.data);
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
        for (const name of ['aria-label', 'title', 'placeholder', 'alt']) texts.push(element.getAttribute(name) ?? '');
    }
    return texts.filter((text) => english.test(text));";

/// What is wider than there is room for it. Fields may hold more than they show; a bar may reach
/// over the padding around it.
const CUT: &str = r"
    if (document.documentElement.scrollWidth > innerWidth) return ['the page'];
    const excused = '.unseen, .unseen *, .view, input, textarea, select, option, progress, iframe, svg, svg *';
    const isCut = (element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1;
    return [...document.body.querySelectorAll('*')]
        .filter((element) => !element.matches(excused) && element.checkVisibility({ visibilityProperty: true }))
        .filter((element) => getComputedStyle(element).display !== 'inline' && isCut(element))
        .map((element) => element.outerHTML.slice(0, 200));";

/// A browser of a reader, as narrow as a small phone.
pub(crate) async fn narrow(reader: &str) -> Browser {
    let browser = Browser::start().await;
    browser.prefer(reader).await;
    let metrics = json!({ "width": 320, "height": 700, "deviceScaleFactor": 1, "mobile": false });
    browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
    browser
}

/// Judges the page as it stands.
pub(crate) async fn speaks(browser: &Browser, (_, language, direction): (&str, &str, &str)) {
    let root = browser.script("const { lang, dir } = document.documentElement; return [lang, dir]").await;
    assert_eq!(root, json!([language, direction]));
    let english = browser.script(ENGLISH).await;
    assert_eq!(english, json!([]), "state {:?}, in the language {language}", browser.state().await);
    let cut = browser.script(CUT).await;
    assert_eq!(cut, json!([]), "state {:?}, in the language {language}: cut off", browser.state().await);
    // No language has colours of its own.
    if language == READERS[0].1 {
        browser.assert_accessible().await;
    } else {
        browser.assert_accessible_but_colours().await;
    }
}

/// Judges a state once it is there.
pub(crate) async fn speaks_in(browser: &Browser, state: &str, reader: (&str, &str, &str)) {
    browser.state_of(&[state]).await;
    speaks(browser, reader).await;
}

#[tokio::test]
async fn files_are_sent_and_received_in_every_language() {
    only_if_browser_can!(DevTools);
    for reader in READERS {
        let _turn = turn().await;
        let (server, sender) = (Server::start().await, narrow(reader.0).await);
        let files =
            sender.prepare(&[("letter.txt", b"Dear friend".as_slice()), ("a/b.bin", &[7; 70_000]), ("ملف.txt", b"x")]);
        sender.open(&server.origin()).await;
        speaks_in(&sender, "pick", reader).await;
        sender.pick_more("file-input", &files).await;
        sender
            .set(&Choices { password: Some(SECRET.to_owned()), note: Some("سلام".to_owned()), downloads: Some(5) })
            .await;
        speaks(&sender, reader).await;
        sender.click("send").await;
        speaks_in(&sender, "done", reader).await;
        let link = sender.value("link").await;
        sender.click("qr").await;
        sender.click("revoke").await;
        speaks(&sender, reader).await;

        let recipient = narrow(reader.0).await;
        recipient.open(&link).await;
        speaks_in(&recipient, "password", reader).await;
        recipient.type_into("password", "not it").await;
        recipient.click("open").await;
        let told = async || recipient.text("password-problem").await;
        wait::until_so(SOON, "the wrong password is told", told, |told| !told.is_empty()).await;
        speaks(&recipient, reader).await;
        recipient.script("document.getElementById('password').value = ''").await;
        recipient.type_into("password", SECRET).await;
        recipient.click("open").await;
        speaks_in(&recipient, "ready", reader).await;
        recipient.click("download").await;
        wait::until_so(SOON, "it asks", async || recipient.state().await, |state| state == "confirm").await;
        speaks(&recipient, reader).await;
        recipient.click("download-confirm").await;
        speaks_in(&recipient, "ask-saved", reader).await;
        recipient.click("saved-yes").await;
        speaks_in(&recipient, "finished", reader).await;

        sender.click("revoke-confirm").await;
        speaks_in(&sender, "revoked", reader).await;
        recipient.reload().await;
        speaks_in(&recipient, "gone", reader).await;
    }
}

#[tokio::test]
async fn a_password_is_handed_over_and_revealed_in_every_language() {
    only_if_browser_can!(DevTools);
    for reader in READERS {
        let _turn = turn().await;
        let (server, sender) = (Server::start().await, narrow(reader.0).await);
        sender.open_push(&server.origin()).await;
        speaks(&sender, reader).await;
        for kind in ["url", "note", "login"] {
            sender.choose_radio("#kinds", kind).await;
            speaks(&sender, reader).await;
        }
        sender.click("make").await;
        let told = async || sender.text("push-problem").await;
        wait::until_so(SOON, "something is missing", told, |told| !told.is_empty()).await;
        speaks(&sender, reader).await;
        sender.choose_radio("#kinds", "password").await;
        sender.click("generate").await;
        sender.choose_radio("#generator", "words").await;
        sender.choose("views", "2").await;
        sender.type_into("passphrase", SECRET).await;
        sender.click_at("label:has(#guesses)").await;
        sender.click_at("#more summary").await;
        speaks(&sender, reader).await;
        sender.click("make").await;
        speaks_in(&sender, "done", reader).await;
        let link = sender.value("link").await;

        let recipient = narrow(reader.0).await;
        recipient.look_at_push(&link, "password").await;
        speaks(&recipient, reader).await;
        recipient.try_passphrase(SECRET).await;
        speaks_in(&recipient, "ready", reader).await;
        recipient.click("reveal").await;
        speaks_in(&recipient, "confirm", reader).await;
        recipient.click("reveal-confirm").await;
        speaks_in(&recipient, "revealed", reader).await;
        recipient.click("destroy").await;
        speaks(&recipient, reader).await;
        recipient.click("finish").await;
        speaks_in(&recipient, "finished", reader).await;

        sender.fact_so("finished", |fact| !fact.is_empty()).await;
        sender.click_at("#timeline-block summary").await;
        speaks(&sender, reader).await;
        sender.click("revoke").await;
        sender.click("revoke-confirm").await;
        speaks_in(&sender, "gone", reader).await;
        recipient.look_at_push(&link, "gone").await;
        speaks(&recipient, reader).await;
    }
}

#[tokio::test]
async fn dead_ends_are_explained_in_every_language() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start().await;
    let origin = server.origin();
    let english = Browser::start().await;
    english.open(&format!("{origin}/s")).await;
    english.state_of(&["no-link"]).await;
    assert_ne!(english.script(ENGLISH).await, json!([]), "it would be found");
    for reader in READERS {
        let browser = narrow(reader.0).await;
        for (path, state) in [("s", "no-link"), ("p", "no-link"), ("s#x", "damaged"), ("push#x", "damaged")] {
            browser.open("about:blank").await;
            browser.open(&format!("{origin}/{path}")).await;
            speaks_in(&browser, state, reader).await;
        }
        browser.open(&format!("{origin}/no/such/page")).await;
        let told = async || browser.script("return document.documentElement.dataset.waiting === undefined").await;
        wait::until_so(SOON, "the texts are there", told, |told| told == true).await;
        speaks(&browser, reader).await;
        // That there is no such page is what this is about.
        let _ = browser.complaints();
    }
}

/// The language that a page has, once its texts stand there.
async fn language_of(browser: &Browser) -> Value {
    browser.script("return document.documentElement.lang").await
}

#[tokio::test]
async fn the_language_is_the_first_of_the_browsers_that_there_is_and_no_other_is_fetched() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let server = Server::start().await;
    for (reader, language) in [("de-AT", "de"), ("fr-FR,fr", "en"), ("fr-FR,ar-MA,de", "ar"), ("en-US,de", "en")] {
        let browser = Browser::start_logging_requests().await;
        browser.prefer(reader).await;
        browser.open(&format!("{}/s", server.origin())).await;
        browser.state_of(&["no-link"]).await;
        assert_eq!(language_of(&browser).await, language, "{reader}");
        let asked = browser.requested().await;
        let texts: Vec<_> = asked.iter().filter(|url| url.contains("/texts/")).collect();
        assert!(!texts.is_empty() && texts.iter().all(|url| url.contains(&format!("/texts/{language}/"))), "{texts:?}");
    }
}

/// Chooses a language at the foot of the page.
async fn choose_language(browser: &Browser, language: &str) {
    browser.click_at(&format!(".languages [lang={language}]")).await;
    let spoken = async || language_of(browser).await;
    wait::until_so(SOON, "the page comes in that language", spoken, |spoken| spoken == language).await;
}

/// Whether a language can be chosen.
async fn offers_languages(browser: &Browser) -> bool {
    browser.script("return getComputedStyle(document.querySelector('.languages')).visibility === 'visible'").await
        == true
}

#[tokio::test]
async fn another_language_for_files_loses_nothing_and_counts_nothing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("one.txt", "one"), Source::new("two.txt", "two")];
    let terms = LinkTerms { downloads_max: 2, ..LinkTerms::default() };
    let (package, link) = sent(&server, &files, &terms).await;
    recipient.look(&link).await;
    choose_language(&recipient, "ar").await;
    recipient.state_of(&["ready"]).await;
    assert_eq!((taken(&server, &package).await, recipient.listed().await.len()), (0, 2));

    // With a download that has begun, and one of its files saved.
    recipient.all("#files button[data-entry]").await[0].click().await.unwrap();
    recipient.click("download-confirm").await;
    recipient.state_of(&["ask-saved"]).await;
    assert!(!offers_languages(&recipient).await, "nobody is led away from the question");
    recipient.downloaded().await;
    recipient.click("saved-yes").await;
    recipient.state_of(&["ready"]).await;
    choose_language(&recipient, "de").await;
    recipient.state_of(&["ready"]).await;
    assert!(recipient.visible().await.contains("Sie haben auf diesem Gerät einen Download begonnen"));
    assert_eq!(recipient.all("#files button[data-entry]").await[0].text().await.unwrap(), "Gespeichert");
    recipient.click("download").await;
    recipient.save().await;
    assert_eq!((taken(&server, &package).await, started(&server, &package).await), (1, 1));
    assert!(!recipient.address().await.contains('#'));

    // It is remembered, wherever one goes.
    recipient.open(&format!("{}/push", server.origin())).await;
    recipient.state_of(&["form"]).await;
    assert_eq!(language_of(&recipient).await, "de");
    assert!(offers_languages(&recipient).await);
    recipient.type_into("secret", "x").await;
    assert!(!offers_languages(&recipient).await, "what is typed would be lost");
}

#[tokio::test]
async fn another_language_for_a_password_loses_nothing_and_counts_nothing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let made = sender.push(&server.origin(), &Handover::password(&[("secret", SECRET)])).await;
    recipient.look_at_push(&made.link, "ready").await;
    for language in ["de", "ar", "en"] {
        choose_language(&recipient, language).await;
        recipient.state_of(&["ready"]).await;
        assert_eq!(recipient.fact("left").await, "1");
    }
    recipient.take_view("revealed").await;
    assert!(!offers_languages(&recipient).await, "what is shown stays");
    recipient.press_in_field("password", "show").await;
    assert_eq!(recipient.shown_in_field("password").await, SECRET);
}

#[tokio::test]
async fn without_storage_the_tab_remembers_the_language_and_the_link() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &crate::one_file(), &LinkTerms::default()).await;
    recipient
        .before_pages("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })")
        .await;
    recipient.look(&link).await;
    choose_language(&recipient, "de").await;
    recipient.state_of(&["ready"]).await;
    recipient.reload().await;
    recipient.state_of(&["ready"]).await;
    assert_eq!(language_of(&recipient).await, "de");
    assert_eq!(taken(&server, &package).await, 0);
    recipient.take().await;
    recipient.state_of(&["ask-saved"]).await;
    assert!(!offers_languages(&recipient).await, "to load the page again would be counted");
}

#[tokio::test]
async fn in_a_tree_from_the_right_arrows_mean_what_they_show() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    recipient.prefer("ar").await;
    let files = [Source::new("a/one.txt", "one"), Source::new("two.txt", "two")];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    let is_open = async || recipient.script("return document.querySelector('.fold').ariaExpanded").await;
    recipient.script("document.querySelector('.fold').focus()").await;
    recipient.press("\u{e014}").await;
    assert_eq!(is_open().await, "false", "the right arrow leads out");
    recipient.press("\u{e012}").await;
    assert_eq!(is_open().await, "true", "the left arrow leads in");
}
