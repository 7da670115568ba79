//! Answers that are not Subrosa's: of proxies, gateways, sign-in pages. The page says what they
//! are, and whom to ask.

use std::path::{Path, PathBuf};

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::push::PushTerms;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::nginx::Nginx;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::pushes::{password, pushed};
use crate::{one_file, sent_to};

/// nginx in front of a server, which answers calls itself as long as a file of a name is there.
/// Killed when dropped.
struct Front {
    nginx: Nginx,
}

/// What it answers, by the name of the file.
const ANSWERS: [(&str, &str); 6] = [
    ("moved", "302 http://127.0.0.1:9/sign-in"),
    ("unauthorized", "401"),
    ("forbidden", "403"),
    ("bad-gateway", "502"),
    ("teapot", "418"),
    ("portal", "200 '<!doctype html><title>Welcome to our network</title>'"),
];

impl Front {
    async fn start(server: &Server) -> Self {
        let pass = format!("proxy_pass http://127.0.0.1:{}", server.port());
        let http = |port, here: &Path| {
            let here = here.display();
            let answers = ANSWERS.map(|(name, answer)| format!("if (-f {here}/{name}) {{ return {answer}; }} "));
            format!(
                "access_log off; default_type text/html; server {{
                     listen 127.0.0.1:{port}; client_max_body_size 200k;
                     location /api/ {{ {} {pass}; }}
                     location /below/ {{ {pass}/; }}
                     location / {{ if (-f {here}/whole) {{ return 404; }} {pass}; }}
                 }}",
                answers.concat()
            )
        };
        Self { nginx: Nginx::start(http).await }
    }

    fn origin(&self) -> String {
        self.nginx.origin()
    }

    /// From now on it answers so; until the file is removed.
    fn answer(&self, name: &str) -> PathBuf {
        let file = self.nginx.file(name);
        std::fs::write(&file, "").unwrap();
        file
    }
}

/// What is said of each.
const TOLD: [(&str, &str); 6] = [
    ("moved", "the way to another page"),
    ("unauthorized", "status 401"),
    ("forbidden", "status 403"),
    ("bad-gateway", "status 502"),
    ("teapot", "status 418"),
    ("portal", "status 200"),
];

/// An answer after which an upload tries again by itself.
const WAITED_FOR: &str = "bad-gateway";

/// Waits until an element says it, and gives all that it says.
async fn until_told(browser: &Browser, id: &str, told: &str) -> String {
    wait::until(SOON, told, async || Some(browser.text(id).await).filter(|said| said.contains(told))).await
}

#[tokio::test]
async fn an_answer_of_something_in_between_is_told_as_what_it_is() {
    let _turn = turn().await;
    let (server, visitor) = (Server::start().await, Browser::start().await);
    let front = Front::start(&server).await;
    let (_, link) = sent_to(&server, &front.origin(), &one_file(), &LinkTerms::default()).await;
    let (push, _) = pushed(&server, &password("secret"), &PushTerms::default()).await;
    let push = push.link_at(&front.origin());
    let owner = format!("{}/push", front.origin());
    for (address, back) in [(&link, "ready"), (&push, "ready"), (&owner, "form")] {
        visitor.open("about:blank").await;
        let mut answered: Option<PathBuf> = None;
        for (name, told) in TOLD {
            let file = front.answer(name);
            match answered.replace(file) {
                None => visitor.open(address).await,
                // Another try gets another answer.
                Some(file) => {
                    std::fs::remove_file(file).unwrap();
                    visitor.click("retry").await;
                }
            }
            let said = until_told(&visitor, "error", told).await;
            assert!(said.contains(&front.nginx.host()) && said.contains("operator"), "{name}: {said}");
            assert!(["error", "offline"].contains(&visitor.state().await.as_str()), "{name}");
        }
        std::fs::remove_file(answered.unwrap()).unwrap();
        visitor.click("retry").await;
        visitor.state_of(&[back]).await;
    }
    visitor.assert_accessible().await;
    // A download that runs says why it waits, and goes on by itself where it can.
    visitor.look(&link).await;
    let file = front.answer("bad-gateway");
    visitor.take().await;
    visitor.state_of(&["offline"]).await;
    assert!(visitor.text("error").await.contains("status 502"));
    std::fs::remove_file(file).unwrap();
    let _ = visitor.complaints();
}

#[tokio::test]
async fn an_upload_that_a_proxy_refuses_says_who_limits_it_and_to_what() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let front = Front::start(&server).await;
    let files = sender.prepare(&[("large.bin", &[7; 600_000])]);
    sender.pick(&front.origin(), &files).await;
    sender.click("send").await;
    sender.state_of(&["error"]).await;
    let said = sender.text("error").await;
    assert!(said.contains("status 413") && said.contains(&front.nginx.host()) && said.contains("606 kB"), "{said}");
    sender.assert_accessible().await;

    // Signed out while the page was open.
    let small = sender.prepare(&[("small.txt", b"small")]);
    sender.pick(&front.origin(), &small).await;
    let mut answered: Option<PathBuf> = None;
    for (name, told) in TOLD.into_iter().filter(|(name, _)| *name != WAITED_FOR) {
        let file = front.answer(name);
        match answered.replace(file) {
            None => sender.click("send").await,
            Some(file) => {
                std::fs::remove_file(file).unwrap();
                sender.click("retry").await;
            }
        }
        let said = until_told(&sender, "error", told).await;
        assert!(said.contains(&front.nginx.host()), "{name}: {said}");
    }
    // What may be over soon is waited for, and the upload goes on by itself.
    let file = front.answer(WAITED_FOR);
    std::fs::remove_file(answered.unwrap()).unwrap();
    sender.click("retry").await;
    let said = until_told(&sender, "network", "status 502").await;
    assert!(said.contains(&front.nginx.host()), "{said}");
    std::fs::remove_file(file).unwrap();
    sender.sent().await;
    let _ = sender.complaints();
}

#[tokio::test]
async fn a_server_below_a_path_says_that_it_belongs_to_the_root() {
    let _turn = turn().await;
    let (server, visitor) = (Server::start().await, Browser::start().await);
    let front = Front::start(&server).await;
    let whole = front.answer("whole");
    for page in ["", "s", "p", "push", "nothing"] {
        visitor.open(&format!("{}/below/{page}", front.origin())).await;
        let said = visitor.visible().await;
        assert!(said.contains("at the root of a host name") && said.contains("operator"), "{page}: {said}");
    }
    std::fs::remove_file(whole).unwrap();
    visitor.open(&front.origin()).await;
    visitor.state_of(&["pick"]).await;
    assert!(!visitor.visible().await.contains("at the root of a host name"));
    let _ = visitor.complaints();
}
