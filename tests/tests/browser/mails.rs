//! Promise: a mail for each person whom a link is for, begun in the sender's mail program: with the
//! person's own link, number and end, and never with a password. What a link is called adds no
//! recipient and no header.

use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::server::Server;
use subrosa_tests::{only_if_browser_can, wait};

/// Catches mails instead of the mail program.
const CATCH: &str = "
    window.mails = [];
    const click = HTMLAnchorElement.prototype.click;
    HTMLAnchorElement.prototype.click = function () {
        if (this.protocol === 'mailto:') window.mails.push(this.href); else click.call(this);
    };";

/// A mail as a mail program reads its address (RFC 6068).
#[derive(Debug)]
struct Mail {
    to: String,
    fields: Vec<(String, String)>,
    chars: usize,
}

impl Mail {
    fn read(address: &str) -> Self {
        let decode = |text: &str| percent_decoded(text);
        let (to, query) = address.strip_prefix("mailto:").unwrap().split_once('?').unwrap();
        let fields = query.split('&').map(|field| {
            let (name, value) = field.split_once('=').unwrap();
            (decode(name), decode(value))
        });
        Self { to: decode(to), fields: fields.collect(), chars: address.len() }
    }

    fn body(&self) -> &str {
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["subject", "body"], "no other header");
        assert!(!self.fields[0].1.contains(['\r', '\n']), "a subject is one line");
        assert!(self.chars <= 2_000, "{} characters", self.chars);
        &self.fields[1].1
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        if *first == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&after[..2]).unwrap(), 16).unwrap());
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Presses the button for a mail in each row of the other links, and gives what came of it.
async fn mails(sender: &Browser, count: usize) -> Vec<Mail> {
    let ready =
        async || sender.script("return document.querySelectorAll('#other-links .mail:not(:disabled)').length").await;
    wait::until_so(SOON, "all links are known", ready, |ready| *ready == count).await;
    let press = "document.querySelectorAll('#other-links .mail').forEach((button) => button.click());
        return window.mails.splice(0)";
    let mails: Vec<String> = serde_json::from_value(sender.script(press).await).unwrap();
    mails.iter().map(|mail| Mail::read(mail)).collect()
}

async fn add(sender: &Browser, names: &str, password: &str) {
    sender.script("document.querySelector('#add-block').open = true").await;
    sender.script_with("document.getElementById('add-label').value = arguments[0]", vec![names.into()]).await;
    sender.type_into("add-password", password).await;
    sender.click("add-make").await;
    wait::until_so(SOON, "they are made", async || sender.value("add-label").await, String::is_empty).await;
}

#[tokio::test]
async fn each_person_has_a_mail_with_their_own_link_and_no_password() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("report.txt", b"for all of you")]);
    let first = sender.send(&server.origin(), &files, &Choices::downloads(2)).await;
    sender.script(CATCH).await;
    sender.click("mail").await;
    let mails_of_card = sender.script("return window.mails.splice(0)").await;
    let card = Mail::read(mails_of_card[0].as_str().unwrap());
    assert!(card.to.is_empty() && card.body().contains(&first), "{card:?}");

    add(&sender, "Anna Canary\nBob <bob+files@example.org>", "canary password").await;
    add(&sender, "cleo@example.org", "").await;
    let all = mails(&sender, 3).await;
    let to: Vec<_> = all.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["", "bob+files@example.org", "cleo@example.org"]);
    for (mail, (greeting, has_password)) in
        all.iter().zip([("Hello Anna Canary,", true), ("Hello Bob,", true), ("Hello,", false)])
    {
        let body = mail.body();
        assert!(body.starts_with(greeting), "{body}");
        assert_eq!(body.contains("You get it from me in another way"), has_password, "{body}");
        assert!(!body.contains("canary password") && !body.contains(&first), "{body}");
        assert!(body.contains("It works for 1 download, until "), "{body}");
        assert_eq!(body.matches(&format!("{}/s#", server.origin())).count(), 1, "{body}");
    }
    let links: std::collections::HashSet<_> =
        all.iter().map(|mail| mail.body().split_once("/s#").unwrap().1.split_whitespace().next().unwrap()).collect();
    assert_eq!(links.len(), 3, "each has a link of their own");
    sender.assert_accessible().await;
}

#[tokio::test]
async fn what_a_link_is_called_adds_no_recipient_and_no_header_to_its_mail() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("a.txt", b"a")]);
    sender.send(&server.origin(), &files, &Choices::default()).await;
    sender.script(CATCH).await;
    let long = "\u{6de}".repeat(128);
    let names = [
        "a@example.org,eve@example.org",
        "a@example.org?bcc=eve@example.org",
        "a@example.org&bcc=eve@example.org",
        "Anna <a@example.org>, <eve@example.org>",
        "a%0d%0aBcc:eve@example.org",
        "Anna\u{2028}Bcc: eve@example.org",
        "Anna\u{202e}gro.elpmaxe@eve",
        "&body=x#fragment",
        &long,
    ];
    add(&sender, &names.join("\n"), "").await;
    for mail in mails(&sender, names.len()).await {
        assert_eq!(mail.to, "", "{mail:?}");
        let body = mail.body();
        let greeting = body.lines().next().unwrap();
        assert!(!greeting.contains(['\u{202e}', '\u{2028}']), "{greeting:?}");
        assert!(body.contains(&format!("{}/s#", server.origin())), "{body}");
        let lines = body.split("\r\n\r\n").count();
        assert!(body.lines().filter(|line| !line.is_empty()).count() == lines, "{body:?}");
    }
}
