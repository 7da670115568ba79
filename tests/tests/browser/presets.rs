//! Promise: a preset sets what it says, what the sender changes by hand is the sender's own, and
//! the browser offers again what was chosen last. Ends by day and time are the sender's.

use serde_json::{Value, json};
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;

use crate::languages::{READERS, narrow, speaks};

const DAY: u64 = 24 * 60 * 60;
const TAB: &str = "\u{e004}";
const DOWN: &str = "\u{e015}";
const UP: &str = "\u{e013}";
const SPACE: &str = " ";

/// What stands in the form: preset, life, downloads, length of the password.
async fn chosen(sender: &Browser) -> Value {
    let form = "
        const value = (id) => document.getElementById(id).value;
        const preset = document.querySelector('#presets input:checked').value;
        return [preset, value('expiry'), value('downloads'), value('password').length];";
    sender.script(form).await
}

/// Waits until a preset stands there, with or without a password.
async fn until_chosen(sender: &Browser, key: &str, days: u64, downloads: u32, has_password: bool) {
    let (life, downloads) = ((days * DAY).to_string(), downloads.to_string());
    wait::until_so(
        SOON,
        &format!("{key} is chosen"),
        async || chosen(sender).await,
        |form| {
            let password = form[3].as_u64().is_some_and(|len| (len > 0) == has_password);
            form[0] == key && form[1] == life && form[2] == downloads && password
        },
    )
    .await;
}

/// Waits until the page says something there.
async fn says(sender: &Browser, id: &str, wanted: &str) {
    wait::until_so(SOON, wanted, async || sender.text(id).await, |said| said.contains(wanted)).await;
}

/// Opens *send* with a file.
async fn opened(sender: &Browser, server: &Server) {
    let files = sender.prepare(&[("letter.txt", b"Dear friend".as_slice())]);
    sender.pick(&server.origin(), &files).await;
}

/// Puts a moment into the field for it, as a person would.
async fn put_moment(sender: &Browser, expression: &str) {
    let put = "const field = document.getElementById('expiry-date');
               const minute = (millis) => {
                   const at = new Date(Math.ceil((Date.now() + millis) / 60000) * 60000);
                   return new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
               };
               field.value = EXPRESSION;
               field.dispatchEvent(new InputEvent('input', { bubbles: true }));";
    sender.script(&put.replace("EXPRESSION", expression)).await;
}

async fn server_with(file: &str) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("presets.toml");
    std::fs::write(&path, file).unwrap();
    let flags = ["--presets", &path.display().to_string()];
    // It is read before the server listens.
    Server::start_with(Options::flags(&flags)).await
}

#[tokio::test]
async fn a_preset_sets_what_it_says_and_is_what_is_sent() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    opened(&sender, &server).await;
    assert_eq!(chosen(&sender).await, json!(["own", (7 * DAY).to_string(), "1", 0]), "nothing is chosen for anybody");
    says(&sender, "presets", "Public 30 days, 100 downloads, no password").await;
    says(&sender, "presets", "Internal 7 days, 10 downloads, no password").await;
    says(&sender, "presets", "Personal data 7 days, 1 download, with a password made here").await;
    says(&sender, "presets", "Financial data 3 days, 1 download, with a password made here").await;
    for (key, days, downloads, has_password) in
        [("public", 30, 100, false), ("financial", 3, 1, true), ("internal", 7, 10, false), ("personal", 7, 1, true)]
    {
        sender.choose_radio("#presets", key).await;
        until_chosen(&sender, key, days, downloads, has_password).await;
    }
    sender.assert_accessible().await;
    let password = sender.value("password").await;
    sender.script("document.getElementById('push-password').checked = false").await;
    sender.click("send").await;
    let link = sender.sent().await;
    assert!(sender.text("next-steps").await.contains("1 download"));
    Recipient::new(&server.client(), &link, Some(&password)).unwrap().contents().await.unwrap();

    // Something else gets a password of its own.
    sender.click("another").await;
    sender.state_of(&["pick"]).await;
    until_chosen(&sender, "personal", 7, 1, true).await;
    assert_ne!(sender.value("password").await, password);
}

#[tokio::test]
async fn what_is_changed_by_hand_is_ones_own_and_comes_back() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    opened(&sender, &server).await;
    let takes = async |key: &str| sender.choose_radio("#presets", key).await;
    let is_own = async || {
        let preset = async || chosen(&sender).await[0].clone();
        wait::until_so(SOON, "the settings are one's own", preset, |preset| *preset == "own").await;
    };
    takes("internal").await;
    sender.choose("downloads", "20").await;
    is_own().await;
    let said = sender.script("return document.getElementById('live').textContent").await;
    assert!(said.as_str().unwrap().contains("your own settings now"), "{said}");
    takes("internal").await;
    sender.choose("expiry", &(14 * DAY).to_string()).await;
    is_own().await;
    takes("internal").await;
    sender.type_into("password", "x").await;
    is_own().await;
    // Who only looks at a preset gets back what was there.
    takes("public").await;
    until_chosen(&sender, "public", 30, 100, false).await;
    takes("own").await;
    assert_eq!(chosen(&sender).await, json!(["own", (7 * DAY).to_string(), "10", 1]));
    // So do the fields below the lists.
    sender.choose("expiry", "other").await;
    sender.choose("downloads", "other").await;
    takes("public").await;
    until_chosen(&sender, "public", 30, 100, false).await;
    takes("own").await;
    assert_eq!(chosen(&sender).await, json!(["own", "other", "other", 1]));
    // One that draws a password: another that is drawn is as good, a typed one is one's own.
    takes("financial").await;
    until_chosen(&sender, "financial", 3, 1, true).await;
    let first = sender.value("password").await;
    sender.click("password-make").await;
    let drawn = async || sender.value("password").await;
    wait::until_so(SOON, "another is drawn", drawn, |drawn| *drawn != first).await;
    assert_eq!(chosen(&sender).await[0], "financial");
    sender.type_into("password", "x").await;
    is_own().await;
}

#[tokio::test]
async fn what_was_chosen_last_is_chosen_again() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    opened(&sender, &server).await;
    sender.choose_radio("#presets", "internal").await;
    opened(&sender, &server).await;
    until_chosen(&sender, "internal", 7, 10, false).await;
    // Numbers of one's own are remembered, too, and a date, which was for one time, is not.
    sender.choose("downloads", "other").await;
    sender.script("document.getElementById('downloads-number').value = ''").await;
    sender.type_into("downloads-number", "37").await;
    sender.choose("expiry", &(30 * DAY).to_string()).await;
    opened(&sender, &server).await;
    until_chosen(&sender, "own", 30, 37, false).await;
    sender.choose("expiry", "other").await;
    opened(&sender, &server).await;
    until_chosen(&sender, "own", 7, 37, false).await;
    // What is stored may be anything.
    for stored in
        ["null", "{}", "{\"key\":\"__proto__\"}", "[", "{\"key\":\"own\",\"expirySecs\":1e99,\"downloads\":-1}"]
    {
        sender.script_with("localStorage.setItem('subrosa/preset', arguments[0])", vec![json!(stored)]).await;
        opened(&sender, &server).await;
        until_chosen(&sender, "own", 7, 1, false).await;
    }
}

#[tokio::test]
async fn without_storage_only_the_habit_is_lost() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender
        .before_pages("Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })")
        .await;
    opened(&sender, &server).await;
    sender.choose_radio("#presets", "internal").await;
    until_chosen(&sender, "internal", 7, 10, false).await;
    sender.click("send").await;
    sender.sent().await;
    assert!(sender.text("next-steps").await.contains("10 downloads"));
    opened(&sender, &server).await;
    until_chosen(&sender, "own", 7, 1, false).await;
}

#[tokio::test]
async fn the_operators_presets_are_offered_and_what_they_need_is_asked_for() {
    let _turn = turn().await;
    let sender = Browser::start().await;
    let server = server_with(
        "password_required = true\npreset_default = \"board\"\n[shares]\nlives = [\"1d\", \"10d\"]\nlife_max = \"20d\"\n\
         [[preset]]\nkey = \"board\"\nname = { en = \"Board papers\", de = \"Vorstand\" }\nlife = \"2d\"\ndownloads = 12\npassword = \"required\"\n\
         [[preset]]\nkey = \"public\"\nlife = \"10d\"\ndownloads = 5\npassword = \"drawn\"\n",
    )
    .await;
    opened(&sender, &server).await;
    until_chosen(&sender, "board", 2, 12, false).await;
    says(&sender, "presets", "Board papers 2 days, 12 downloads, with a password").await;
    let keys = "return [...document.querySelectorAll('#presets input')].map((input) => input.value)";
    assert_eq!(sender.script(keys).await, json!(["board", "public", "own"]));
    let optional = async || sender.element("password-optional").await.is_displayed().await.unwrap();
    assert!(!optional().await, "a password is not optional");
    sender.click("send").await;
    says(&sender, "send-problem", "“Board papers” needs a password").await;
    assert_eq!((sender.state().await.as_str(), sender.focused().await.as_str()), ("pick", "password"));
    sender.assert_accessible().await;
    sender.choose_radio("#presets", "own").await;
    assert!(!optional().await, "not for who has settings of their own, either");
    sender.click("send").await;
    says(&sender, "send-problem", "This server takes files with a password only").await;
    sender.choose_radio("#presets", "board").await;
    sender.type_into("password", "a password of the board").await;
    assert_eq!(chosen(&sender).await[0], "board", "it is what the preset asks for");
    sender.click("send").await;
    let link = sender.sent().await;
    Recipient::new(&server.client(), &link, Some("a password of the board")).unwrap().contents().await.unwrap();

    // A link more, without a password: the page says why not, before anything is noted.
    sender.script("document.querySelector('#add-block').open = true").await;
    sender.click("add-make").await;
    says(&sender, "add-problem", "no links to files without a password").await;
    assert_eq!(sender.focused().await, "add-password");
}

#[tokio::test]
async fn a_file_without_presets_offers_none() {
    let _turn = turn().await;
    let (server, sender) = (server_with("preset = []").await, Browser::start().await);
    opened(&sender, &server).await;
    assert!(!sender.element("presets").await.is_displayed().await.unwrap());
    sender.send(&server.origin(), &[sender.outbox().join("letter.txt")], &Choices::downloads(2)).await;
}

#[tokio::test]
async fn an_end_by_day_and_time_is_the_senders_and_is_said_in_words() {
    let _turn = turn().await;
    // Half an hour beside everybody else, and far from where these tests run.
    let server = Server::start_with(Options::flags(&["--expiry-secs-min", "3600"])).await;
    let sender = Browser::start_in_zone("Asia/Kolkata").await;
    opened(&sender, &server).await;
    sender.choose("expiry", "other").await;
    assert_eq!(sender.focused().await, "expiry-date");
    says(&sender, "expiry-date-hint", "by the clock of your device (India Standard Time).").await;
    for (moment, why) in [
        ("'2001-01-01T00:00'", "That moment is past."),
        ("minute(-3600000)", "That moment is past."),
        ("minute(600000)", "That is too soon for this server."),
        ("minute(91 * 86400000)", "That is too far away for this server."),
        ("''", "Day and time of day are needed."),
    ] {
        put_moment(&sender, moment).await;
        says(&sender, "expiry-date-hint", why).await;
        sender.click("send").await;
        says(&sender, "send-problem", &format!("{why} Choose a moment between")).await;
        assert_eq!((sender.state().await.as_str(), sender.focused().await.as_str()), ("pick", "expiry-date"));
    }
    sender.assert_accessible().await;
    put_moment(&sender, "minute(36 * 3600000)").await;
    says(&sender, "expiry-date-hint", "Ends on ").await;
    let wanted = sender.script("return new Date(document.getElementById('expiry-date').value).getTime()").await;
    sender.click("send").await;
    let link = sender.sent().await;
    let view = Recipient::new(&server.client(), &link, None).unwrap().look().await.unwrap();
    let ends = view.expires_at.as_millis();
    let wanted = wanted.as_u64().unwrap();
    assert!(ends <= wanted + 1000 && ends + 20_000 > wanted, "it ends then: {ends} instead of {wanted}");
}

#[tokio::test]
async fn presets_are_chosen_by_keyboard_alone() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    opened(&sender, &server).await;
    // From the basket into the list, which is one stop.
    sender.script("document.querySelector('#basket .remove').focus()").await;
    sender.press(TAB).await;
    let focused = async || sender.script("return document.activeElement.value").await;
    assert_eq!(focused().await, "own");
    sender.press(UP).await;
    until_chosen(&sender, "financial", 3, 1, true).await;
    sender.press(UP).await;
    sender.press(UP).await;
    until_chosen(&sender, "internal", 7, 10, false).await;
    assert_eq!(focused().await, "internal", "nothing takes the focus away");
    sender.press(DOWN).await;
    until_chosen(&sender, "personal", 7, 1, true).await;
    assert_eq!(focused().await, "personal");
    sender.press(TAB).await;
    assert_eq!(sender.focused().await, "expiry");
    sender.script("document.getElementById('send').focus()").await;
    sender.press(SPACE).await;
    sender.sent().await;
}

#[tokio::test]
async fn presets_and_ends_are_told_in_every_language() {
    only_if_browser_can!(DevTools);
    for reader in READERS {
        let _turn = turn().await;
        let server = Server::start_with(Options::flags(&["--expiry-secs-min", "3600"])).await;
        let sender = narrow(reader.0).await;
        opened(&sender, &server).await;
        for key in ["public", "financial"] {
            sender.choose_radio("#presets", key).await;
            speaks(&sender, reader).await;
        }
        sender.choose("expiry", "other").await;
        put_moment(&sender, "minute(36 * 3600000)").await;
        speaks(&sender, reader).await;
        for moment in ["minute(-3600000)", "minute(600000)", "minute(91 * 86400000)", "''"] {
            put_moment(&sender, moment).await;
            sender.click("send").await;
            speaks(&sender, reader).await;
        }
        sender.choose_radio("#presets", "personal").await;
        until_chosen(&sender, "personal", 7, 1, true).await;
        sender.script("document.getElementById('password').value = ''").await;
        sender.click("send").await;
        let told = async || sender.focused().await;
        wait::until_so(SOON, "a password is asked for", told, |focused| focused == "password").await;
        speaks(&sender, reader).await;
        sender.open_push(&server.origin()).await;
        sender.choose("expiry", "other").await;
        put_moment(&sender, "minute(36 * 3600000)").await;
        speaks(&sender, reader).await;
    }
}

#[tokio::test]
async fn a_push_is_offered_the_presets_that_suit_one() {
    let _turn = turn().await;
    let file = "[pushes]\nlife_max = \"2d\"\n\
        [[preset]]\nkey = \"door\"\nname = { en = \"Door code\" }\nlife = \"1d\"\ndownloads = 2\npassword = \"drawn\"\n\
        [[preset]]\nkey = \"papers\"\nname = { en = \"Board papers\" }\nlife = \"30d\"\ndownloads = 5\npassword = \"none\"\n\
        [[preset]]\nkey = \"visit\"\nname = { en = \"Visit\" }\nlife = \"2d\"\ndownloads = 5\npassword = \"required\"\n";
    let (server, sender) = (server_with(file).await, Browser::start().await);
    sender.open(&format!("{}/push", server.origin())).await;
    sender.state_of(&["form"]).await;
    says(&sender, "presets", "Door code 1 day, 2 times, with a passphrase made here").await;
    assert!(!sender.text("presets").await.contains("Board papers"), "it lives longer than a push may");
    sender.assert_accessible().await;
    let form = async || {
        let form = "const value = (id) => document.getElementById(id).value;
            const preset = document.querySelector('#presets input:checked').value;
            return [preset, value('expiry'), value('views'), value('passphrase') !== ''];";
        sender.script(form).await
    };
    assert_eq!(form().await[0], "own", "nothing is chosen for anybody");

    // What one sets is what the push gets; a passphrase that was drawn goes with its choice.
    sender.choose_radio("#presets", "door").await;
    let door = json!(["door", DAY.to_string(), "2", true]);
    wait::until_so(SOON, "it is chosen", form, |form| *form == door).await;
    sender.choose_radio("#presets", "visit").await;
    let visit = json!(["visit", (2 * DAY).to_string(), "5", false]);
    wait::until_so(SOON, "the other is chosen", form, |form| *form == visit).await;
    sender.type_into("secret", "1234").await;
    sender.click("make").await;
    let told = async || sender.text("push-problem").await;
    wait::until_so(SOON, "what is missing", told, |told| told.contains("needs a passphrase")).await;
    sender.type_into("passphrase", "blue door").await;
    sender.click("make").await;
    sender.state_of(&["done"]).await;

    // The next one begins with what was chosen last.
    sender.click("another").await;
    sender.state_of(&["form"]).await;
    wait::until_so(SOON, "it is chosen", form, |form| *form == visit).await;
}
