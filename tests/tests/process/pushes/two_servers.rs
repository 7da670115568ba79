//! The password on another server: whoever holds one message, or one of the two servers, holds
//! nothing that opens.

use http::Method;
use subrosa_shared::api::Channels;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::keys::FragmentSecret as _;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::push::Payload;
use subrosa_shared::secret::{LinkSecret, PushSecret};
use subrosa_shared::token::TokenError;
use subrosa_shared::wrap::{View, open_content_key};
use subrosa_tests::client::Error;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::push::{PushTerms, Reader, SealedPush, push_keys};
use subrosa_tests::client::upload::{LinkTerms, link_keys};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::server::Server;

use super::{lease, password};
use crate::{assert_problem, assert_same_files};

const PASSWORD: &str = "canary velvet-anchor-mosaic-thirty";
const CONTENT: &str = "canary: what the files say";
const NAME: &str = "canary-report.pdf";

/// What the sender made, in two messages.
struct Sent {
    shares: Server,
    pushes: Server,
    files: Vec<Source>,
    package: Package,
    link: LinkSecret,
    push: SealedPush,
}

impl Sent {
    async fn new() -> Self {
        let (shares, pushes) = Server::start_pair(&["--expiry-secs-min", "1"]).await;
        let files = vec![Source::new(NAME, CONTENT.repeat(3000))];
        let package = Package::seal(&files, &Terms::default()).unwrap();
        let terms = LinkTerms::downloads(5).with_password(PASSWORD);
        let link = shares.client().send(&package, &terms).await.unwrap();
        let terms = PushTerms { for_files: true, ..PushTerms::views(5) };
        let push = SealedPush::seal(&password(PASSWORD), &terms).unwrap();
        pushes.client().push(&push).await.unwrap();
        Self { shares, pushes, files, package, link, push }
    }

    /// The first message: goes by mail.
    fn share_link(&self) -> String {
        format!("{}/s#{}", self.shares.origin(), *self.link.to_token())
    }

    /// The second message: goes by phone or chat.
    fn push_link(&self) -> String {
        self.push.link_at(&self.pushes.origin())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_messages_together_open_the_files() {
    let sent = Sent::new().await;
    let config = sent.shares.client().config().await.unwrap();
    assert_eq!((config.channels, config.push_origin), (Channels::Shares, Some(sent.pushes.origin())));
    let config = sent.pushes.client().config().await.unwrap();
    assert_eq!((config.channels, config.push_origin), (Channels::Pushes, None));

    let reader = Reader::new(&sent.pushes.client(), &sent.push_link(), None).unwrap();
    let face = reader.face().await.unwrap().unwrap();
    assert!(face.for_files);
    let view = reader.reveal(&lease()).await.unwrap();
    let Payload::Password { password } = &view.payload else { panic!("it is a password") };
    let recipient = Recipient::new(&sent.shares.client(), &sent.share_link(), Some(password)).unwrap();
    let download = recipient.take().await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &sent.files);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_opens_nothing_on_either_server() {
    let sent = Sent::new().await;
    let (shares, pushes) = (sent.shares.client(), sent.pushes.client());

    // The share's link alone: at both servers, as itself and as the other kind.
    let recipient = Recipient::new(&shares, &sent.share_link(), None).unwrap();
    assert_problem(recipient.open().await, ProblemType::WrongPassword);
    assert_problem(recipient.take().await.map(drop), ProblemType::TooManyGuesses);
    assert_problem(recipient.at(&pushes).open().await, ProblemType::UnknownEndpoint);
    assert!(matches!(Reader::new(&pushes, &sent.share_link(), None), Err(Error::Token(TokenError::OtherKind(_)))));
    let same_bytes = PushSecret::from_bytes(*sent.link.expose()).to_token();
    let forged = Reader::new(&pushes, &same_bytes, None).unwrap();
    assert_problem(forged.look().await, ProblemType::NotFound);
    assert_problem(forged.reveal(&lease()).await, ProblemType::NotFound);

    // The push's link alone gives the password, and no way to what it is for.
    assert!(matches!(
        Recipient::new(&shares, &sent.push_link(), Some(PASSWORD)),
        Err(Error::Token(TokenError::OtherKind(_)))
    ));
    let same_bytes = LinkSecret::from_bytes(*sent.push.owner.push_secret().expose()).to_token();
    let forged = Recipient::new(&shares, &same_bytes, Some(PASSWORD)).unwrap();
    assert_problem(forged.look().await, ProblemType::NotFound);
    assert_problem(forged.open().await, ProblemType::NotFound);
    let reader = Reader::new(&shares, &sent.push_link(), None).unwrap();
    assert_problem(reader.look().await, ProblemType::UnknownEndpoint);
    assert_problem(reader.reveal(&lease()).await, ProblemType::UnknownEndpoint);
}

#[tokio::test(flavor = "multi_thread")]
async fn neither_data_folder_holds_anything_that_opens() {
    let mut sent = Sent::new().await;
    // Used before it is stolen: what a recipient does leaves nothing either.
    let reader = Reader::new(&sent.pushes.client(), &sent.push_link(), None).unwrap();
    reader.reveal(&lease()).await.unwrap();
    let recipient = Recipient::new(&sent.shares.client(), &sent.share_link(), Some(PASSWORD)).unwrap();
    recipient.take().await.unwrap().files().await.unwrap();
    let links = sent.shares.client().status(&sent.package).await.unwrap().links;
    assert_eq!(links[0].counters.started.count, 1);
    for server in [&mut sent.shares, &mut sent.pushes] {
        server.kill_9().await;
    }

    let mut leaks = Leaks::default();
    for (what, text) in [("the password", PASSWORD), ("the content", CONTENT), ("the name", NAME)] {
        leaks.text(what, text);
    }
    let (secret, keys) = (sent.push.owner.push_secret(), link_keys(&sent.link, Some(PASSWORD)).unwrap());
    for (what, bytes) in [
        ("the link secret", sent.link.expose()),
        ("the open proof", keys.open_proof.expose()),
        ("the content key", sent.package.owner.content_key(ContentNumber::FIRST).expose()),
        ("the manifest key", sent.package.owner.manifest_key(ContentNumber::FIRST).expose()),
        ("the owner secret", sent.package.owner.expose()),
        ("the push secret", secret.expose()),
        ("the push's owner secret", sent.push.owner.expose()),
        ("the payload key", push_keys(&secret, None).unwrap().payload.expose()),
    ] {
        leaks.secret(what, bytes);
    }
    leaks.assert_none(&sent.shares);
    leaks.assert_none(&sent.pushes);

    // Nothing says which password belongs to which share.
    let share = Leaks::of_text("the share's id", &sent.package.share().to_string());
    let link = Leaks::of_text("the link's id", &sent.link.link_id().to_string());
    let push = Leaks::of_text("the push's id", &sent.push.link().to_string());
    assert!(share.are_in(&sent.shares) && link.are_in(&sent.shares) && push.are_in(&sent.pushes));
    for foreign in [&share, &link] {
        foreign.assert_none(&sent.pushes);
    }
    push.assert_none(&sent.shares);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_stored_opens_with_nothing_that_one_message_gives() {
    let sent = Sent::new().await;
    let (link, push) = (&sent.link, sent.push.owner.push_secret());
    // The wraps as the server stores them: what an honest one never gives to somebody without the
    // password.
    let right = Recipient::new(&sent.shares.client(), &sent.share_link(), Some(PASSWORD)).unwrap();
    let view_wrap = right.open().await.unwrap().view_wrap;
    let content_wrap = right.lease(&lease()).await.unwrap().content_wrap;
    let keys = link_keys(link, Some(PASSWORD)).unwrap();
    View::open(&keys.view, &link.link_id(), &view_wrap).unwrap();
    open_content_key(&keys.content, &link.link_id(), &content_wrap).unwrap();

    // With the first message: the link, but not the password. With the second: the password, but
    // not the link, whatever secret is put in its place.
    let in_its_place = LinkSecret::from_bytes(*push.expose());
    let none = LinkSecret::from_bytes([0; 32]);
    assert_ne!(in_its_place.password_salt(), push.password_salt(), "no stretched password serves both");
    for (secret, password) in
        [(link, None), (link, Some("a guess")), (&in_its_place, Some(PASSWORD)), (&none, Some(PASSWORD))]
    {
        let keys = link_keys(secret, password).unwrap();
        View::open(&keys.view, &link.link_id(), &view_wrap).unwrap_err();
        open_content_key(&keys.content, &link.link_id(), &content_wrap).unwrap_err();
    }
    // What the second server stores, to whoever has the share's link, and what the first one stores
    // beside it.
    let payload = &sent.push.put.lock.payload;
    for secret in [PushSecret::from_bytes(*link.expose()), PushSecret::from_bytes([0; 32])] {
        for passphrase in [None, Some(PASSWORD)] {
            let keys = push_keys(&secret, passphrase).unwrap();
            Payload::open(&keys.payload, &sent.push.link(), payload).unwrap_err();
        }
    }
    assert!(Payload::open(&push_keys(&push, None).unwrap().payload, &sent.push.link(), payload).is_ok());
}

#[tokio::test]
async fn each_server_refuses_what_is_the_others() {
    let sent = Sent::new().await;
    let (shares, pushes) = (sent.shares.client(), sent.pushes.client());
    assert_problem(shares.push(&sent.push).await, ProblemType::UnknownEndpoint);
    assert_problem(shares.push_status(&sent.push).await, ProblemType::UnknownEndpoint);
    assert_problem(shares.push_log(&sent.push).await, ProblemType::UnknownEndpoint);
    assert_problem(shares.revoke_push(&sent.push).await, ProblemType::UnknownEndpoint);
    let reader = Reader::new(&shares, &sent.push_link(), None).unwrap();
    assert_problem(reader.look().await, ProblemType::UnknownEndpoint);
    assert_problem(reader.destroy().await, ProblemType::UnknownEndpoint);

    assert_problem(pushes.create(&sent.package).await, ProblemType::UnknownEndpoint);
    assert_problem(pushes.put_part(&sent.package, 0).await, ProblemType::UnknownEndpoint);
    assert_problem(pushes.put_manifest(&sent.package).await, ProblemType::UnknownEndpoint);
    assert_problem(pushes.complete(&sent.package).await, ProblemType::UnknownEndpoint);
    assert_problem(pushes.add_link(&sent.package, &LinkTerms::default()).await, ProblemType::UnknownEndpoint);
    assert_problem(pushes.status(&sent.package).await, ProblemType::UnknownEndpoint);
    let recipient = Recipient::new(&pushes, &sent.share_link(), Some(PASSWORD)).unwrap();
    assert_problem(recipient.look().await, ProblemType::UnknownEndpoint);
    assert_problem(recipient.destroy().await, ProblemType::UnknownEndpoint);

    // What was refused was refused as a whole.
    sent.shares.client().status(&sent.package).await.unwrap();
    sent.pushes.client().push_status(&sent.push).await.unwrap();
}

/// Asks the server for passwords, as a browser does for a page of `origin`, whether that page may
/// call it so.
async fn asks(sent: &Sent, origin: &str, method: Method, below: &str) -> Option<String> {
    let url = format!("{}/api/v1{below}", sent.pushes.origin());
    let question = reqwest::Client::new()
        .request(Method::OPTIONS, url)
        .header("origin", origin)
        .header("access-control-request-method", method.as_str())
        .header("access-control-request-headers", "content-type,subrosa-owner-proof");
    let answer = question.send().await.unwrap();
    assert!(answer.headers().get("access-control-allow-credentials").is_none());
    answer.headers().get("access-control-allow-origin").map(|origin| origin.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn pages_of_the_share_server_may_make_and_watch_a_push_and_no_page_may_reveal_it() {
    let sent = Sent::new().await;
    let (ours, theirs) = (sent.shares.origin(), "https://elsewhere.example");
    let push = format!("/pushes/{}", sent.push.link());
    let [owner, log, reveal, ack] = ["owner", "log", "reveal", "ack"].map(|below| format!("{push}/{below}"));
    for (method, below) in [
        (Method::GET, "/config"),
        (Method::PUT, push.as_str()),
        (Method::GET, owner.as_str()),
        (Method::PATCH, owner.as_str()),
        (Method::DELETE, owner.as_str()),
        (Method::GET, log.as_str()),
    ] {
        assert_eq!(asks(&sent, &ours, method.clone(), below).await, Some(ours.clone()), "{method} {below}");
        assert_eq!(asks(&sent, theirs, method.clone(), below).await, None, "{method} {below}");
        assert_eq!(asks(&sent, "null", method.clone(), below).await, None, "{method} {below}");
    }
    for (method, below) in [
        (Method::GET, push.as_str()),
        (Method::DELETE, push.as_str()),
        (Method::POST, reveal.as_str()),
        (Method::POST, ack.as_str()),
        (Method::GET, "/openapi.json"),
    ] {
        assert_eq!(asks(&sent, &ours, method.clone(), below).await, None, "{method} {below}");
    }
}
