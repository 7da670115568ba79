//! The server never held anything but ciphertext: what people typed and what opens it is in no byte
//! that is told, stored or logged.

use subrosa_shared::api::PatchPush;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::push::Payload;
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::client::Client;
use subrosa_tests::client::push::{PushTerms, Reader, SealedPush, push_keys};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wire::Wire;

use super::{lease, password};
use crate::assert_problem;

const PASSPHRASE: &str = "canary passphrase, over the phone";
const WRONG_PASSPHRASE: &str = "canary wrong passphrase";
const FROM: &str = "canary sender of it all";
const LABEL: &str = "canary label of the owner";
const PASSWORD: &str = "canary-Gener8ed-xT%wq7";
const USER: &str = "canary-user@example.org";
const LOGIN: &str = "canary password of a login";
const SIDE_NOTE: &str = "canary note beside a login";
const NOTE: &str = "canary note: the eagle lands at midnight";
const URL: &str = "https://canary.example.org/secret/path";
const TEXTS: [&str; 10] = [PASSPHRASE, WRONG_PASSPHRASE, FROM, LABEL, PASSWORD, USER, LOGIN, SIDE_NOTE, NOTE, URL];

fn every_kind() -> [Payload; 4] {
    let text = str::to_owned;
    [
        password(PASSWORD),
        Payload::Login { user: text(USER), password: text(LOGIN), note: text(SIDE_NOTE) },
        Payload::Note { note: NOTE.repeat(400) },
        Payload::Url { url: text(URL) },
    ]
}

/// A server whose log tells as much as it can, with a tapped wire to it.
async fn watched() -> (Server, Wire) {
    let server = Server::start_with(Options::flags(&["--expiry-secs-min", "1"]).logging("trace")).await;
    let wire = Wire::to(server.port()).await;
    wire.tap();
    (server, wire)
}

/// Everything that can be called for a push, with every answer that it can have.
async fn live_a_life(client: &Client, push: &SealedPush, passphrase: Option<&str>, lease: &LeaseSecret) {
    client.push(push).await.unwrap();
    let link = push.link_at("http://localhost");
    let reader = Reader::new(client, &link, passphrase).unwrap();
    reader.look().await.unwrap();
    let view = reader.reveal(lease).await.unwrap();
    if passphrase.is_some() {
        let guesser = Reader::new(client, &link, Some(WRONG_PASSPHRASE)).unwrap();
        assert_problem(guesser.reveal(lease).await, ProblemType::WrongPassword);
    }
    client.patch_push(push, &PatchPush { views_max: Some(3), ..PatchPush::default() }).await.unwrap();
    client.push_status(push).await.unwrap();
    client.push_log(push).await.unwrap();
    reader.finish(lease, &view).await.unwrap();
}

/// What must be in no byte that the server stores, logs or is told.
fn untold(leaks: &mut Leaks, push: &SealedPush, lease: &LeaseSecret) {
    let secret = push.owner.push_secret();
    for (what, token) in [("the token", secret.to_token()), ("the owner's token", push.owner.to_token())] {
        leaks.text(what, &token);
    }
    for (what, secret) in [
        ("the owner secret", push.owner.expose()),
        ("the note key", push.owner.note_key().expose()),
        ("the push secret", secret.expose()),
        ("the face key", secret.face_key().expose()),
        ("the lease secret", lease.expose()),
    ] {
        leaks.secret(what, secret);
    }
    for passphrase in [None, Some(PASSPHRASE)] {
        let keys = push_keys(&secret, passphrase).unwrap();
        leaks.secret("the payload key", keys.payload.expose());
        leaks.secret("the receipt key", keys.receipt.expose());
    }
}

/// What the server is told, and neither stores nor logs.
fn unkept(leaks: &mut Leaks, push: &SealedPush, lease: &LeaseSecret) {
    let secret = push.owner.push_secret();
    leaks.secret("the owner proof", push.owner.proof().expose());
    leaks.secret("the link proof", secret.proof().expose());
    leaks.secret("the lease proof", lease.proof().expose());
    for passphrase in [None, Some(PASSPHRASE), Some(WRONG_PASSPHRASE)] {
        leaks.secret("an open proof", push_keys(&secret, passphrase).unwrap().open_proof.expose());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_ciphertext_is_ever_told_stored_or_logged() {
    let (mut server, wire) = watched().await;
    let client = Client::new(&wire.origin()).unwrap();
    let mut never = Leaks::default();
    for text in TEXTS {
        never.text("a text", text);
    }
    let mut told_only = Leaks::default();
    let mut links = Vec::new();
    for (index, payload) in every_kind().iter().enumerate() {
        let passphrase = (index % 2 == 0).then_some(PASSPHRASE);
        let terms = PushTerms {
            passphrase: passphrase.map(str::to_owned),
            from: Some(FROM.to_owned()),
            label: LABEL.to_owned(),
            for_files: true,
            ..PushTerms::views(2)
        };
        let (push, lease) = (SealedPush::seal(payload, &terms).unwrap(), lease());
        untold(&mut never, &push, &lease);
        unkept(&mut told_only, &push, &lease);
        links.push(push.link().to_string());
        live_a_life(&client, &push, passphrase, &lease).await;
        if index == 0 {
            // Secrets in addresses are somebody's mistake, and still are not kept.
            let (token, link) = (push.owner.push_secret().to_token(), push.link());
            for mistake in [
                format!("/p/{}", *token),
                format!("/api/v1/pushes/{link}?token={}", *token),
                format!("/api/v1/pushes/{}", *token),
                format!("/push/{}", *push.owner.to_token()),
            ] {
                reqwest::get(format!("{}{mistake}", server.origin())).await.unwrap();
            }
        } else {
            client.revoke_push(&push).await.unwrap();
        }
    }

    let heard = wire.heard();
    never.assert_not_in("the requests", &heard);
    assert!(told_only.are_in_bytes(&heard), "the wire was tapped");
    assert!(server.log().contains("/pushes/{link}/reveal"), "the log does tell of requests");
    for leaks in [&never, &told_only] {
        leaks.assert_none(&server);
    }
    server.terminate();
    server.ended().await;
    for leaks in [&never, &told_only] {
        leaks.assert_none(&server);
    }
    assert!(Leaks::of_text("a push's id", &links[0]).are_in(&server), "the search finds what is there");
}
