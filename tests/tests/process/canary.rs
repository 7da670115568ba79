//! The server never held anything but ciphertext: what people typed and what opens it is in no byte
//! that is stored or logged.

use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::Verifier;
use subrosa_shared::note::{NotedLink, OwnerNote};
use subrosa_shared::problem::ProblemType;
use subrosa_shared::secret::{LeaseSecret, LinkSecret, OwnerSecret};
use subrosa_tests::bytes::rng;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::upload::{LinkTerms, link_keys};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::server::Server;

use crate::{assert_problem, assert_same_files};

const PLAINTEXT: &str = "canary plaintext: the eagle lands at midnight";
const NAME: &str = "canary-name-of-a-file.txt";
const PASSWORD: &str = "canary password, please";
const WRONG_PASSWORD: &str = "canary wrong password";
const NOTE: &str = "canary note to the recipient";
const LABEL: &str = "canary label of the owner";

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_ciphertext_is_ever_stored_or_logged() {
    let server = Server::start().await;
    let client = server.client();
    let files = [Source::new(NAME, PLAINTEXT.repeat(2000)), Source::new("folder/second.txt", PLAINTEXT)];
    let terms = Terms { note: Some(NOTE.to_owned()), ends_with_last_link: false, ..Terms::default() };
    let package = Package::seal(&files, &terms).unwrap();
    let terms = LinkTerms::downloads(2).with_password(PASSWORD);
    let secret = client.send(&package, &terms).await.unwrap();
    let token = secret.to_token();
    let noted = LinkSecret::from_text(&token).unwrap();
    let keys = link_keys(&noted, Some(PASSWORD)).unwrap();
    let note = OwnerNote {
        revision: 1,
        label: LABEL.to_owned(),
        links: vec![NotedLink::new(&noted, LABEL.to_owned(), &keys)],
    };
    let sealed = note.seal(&package.owner.note_key(), &package.share(), &mut rng()).unwrap();
    client.put_note(&package, sealed.into()).await.unwrap();

    // Everything that can be called: looked at, guessed at, downloaded, changed, ended, and asked
    // for afterwards.
    let recipient = Recipient::new(&client, &token, Some(PASSWORD)).unwrap();
    let lease = LeaseSecret::generate(&mut rng());
    let lease_texts = (*lease.expose(), *lease.proof().expose());
    let download = recipient.take_with(lease).await.unwrap();
    assert_same_files(&download.files().await.unwrap(), &files);
    let guesser = Recipient::new(&client, &token, Some(WRONG_PASSWORD)).unwrap();
    assert_problem(guesser.open().await, ProblemType::WrongPassword);
    // Secrets in addresses are somebody's mistake, and still are not kept.
    for mistake in [format!("/s/{}", *token), format!("/api/v1/links/{}?token={0}", *token), format!("/dl/{}", *token)]
    {
        reqwest::get(format!("{}{mistake}", server.origin())).await.unwrap();
    }
    let mut leaks = Leaks::default();
    look_for_secrets(&mut leaks, &package.owner, &secret, PASSWORD);
    leaks.text("the wrong password", WRONG_PASSWORD);
    leaks.bytes(
        "the wrong open proof",
        link_keys(&secret, Some(WRONG_PASSWORD)).unwrap().open_proof.to_text().as_bytes(),
    );
    leaks.secret("the lease secret", &lease_texts.0);
    leaks.secret("the lease proof", &lease_texts.1);
    leaks.text("the token", &token);
    leaks.assert_none(&server);
    assert!(server.log().contains("/links/{link}/open"), "the log does tell of requests");

    download.finish().await.unwrap();
    client.pause(&package, true).await.unwrap();
    client.revoke(&package).await.unwrap();
    assert_problem(recipient.open().await, ProblemType::Gone);
    leaks.assert_none(&server);
    let mut server = server;
    server.terminate();
    server.ended().await;
    leaks.assert_none(&server);
    assert!(
        Leaks::of_text("the share's id", &package.share().to_string()).are_in(&server),
        "the search finds what is there"
    );
}

fn look_for_secrets(leaks: &mut Leaks, owner: &OwnerSecret, link: &LinkSecret, password: &str) {
    for (what, text) in [
        ("the content", PLAINTEXT),
        ("the file's name", NAME),
        ("the note", NOTE),
        ("the label", LABEL),
        ("the password", PASSWORD),
    ] {
        leaks.text(what, text);
    }
    leaks.text("the folder's name", "folder/second");
    let keys = link_keys(link, Some(password)).unwrap();
    let without = link_keys(link, None).unwrap();
    for (what, secret) in [
        ("the owner secret", owner.expose()),
        ("the owner proof", owner.proof().expose()),
        ("the manifest key", owner.manifest_key(ContentNumber::FIRST).expose()),
        ("the content key", owner.content_key(ContentNumber::FIRST).expose()),
        ("the note key", owner.note_key().expose()),
        ("the link secret", link.expose()),
        ("the link proof", link.proof().expose()),
        ("the open proof", keys.open_proof.expose()),
        ("the open proof without the password", without.open_proof.expose()),
        ("the view wrap key", keys.view.expose()),
        ("the content wrap key", keys.content.expose()),
        ("the receipt key", keys.receipt.expose()),
    ] {
        leaks.secret(what, secret);
    }
    // Not secret, and stored: were it not found, the search would be worth nothing.
    let verifier = Verifier::of(&owner.proof());
    assert_ne!(verifier.as_bytes(), owner.proof().expose());
}
