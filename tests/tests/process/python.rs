//! The second implementation of the protocol, in `tests/python`: what it sends, the first one
//! receives, and the other way round. It was written from docs/PROTOCOL.md alone.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use subrosa_shared::push::{Kind, Payload};
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::bytes::noise;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::push::{PushTerms, Reader, SealedPush};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::{assert_same_files, send};

const PASSWORD: &str = "Caf\u{e9} \u{1f339}";

/// Runs it; what it prints, without the line break at the end.
async fn python(args: &[&str], password: &str, input: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = root.join("../target/tools/python/bin/python");
    let python = std::env::var_os("SUBROSA_PYTHON").unwrap_or(own.into());
    let mut command = Command::new(&python);
    command.args(["-m", "subrosa_reader"]).args(args).current_dir(root.join("python")).env("PASSWORD", password);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let started = command.spawn();
    let mut child =
        started.unwrap_or_else(|error| panic!("{}: {error}; cargo xtask test installs it", python.display()));
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

fn files() -> Vec<Source> {
    // In the order of their paths, in which the second implementation lists them. Four parts, and a
    // file across two.
    let noise = |len, seed| noise(len, seed);
    [("a/b/small.txt", noise(5, 1)), ("a/large.bin", noise(200_000, 2)), ("z\u{e4}hler \u{1f339}", noise(0, 3))]
        .map(|(path, bytes)| Source::new(path, bytes))
        .to_vec()
}

#[tokio::test]
async fn what_python_sends_rust_receives() {
    let server = Server::start().await;
    let folder = tempfile::tempdir().unwrap();
    for file in files() {
        let path = folder.path().join(&file.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &file.bytes).unwrap();
    }
    for password in ["", PASSWORD] {
        let link = python(&["send", &server.origin(), folder.path().to_str().unwrap()], password, "").await;
        let password = Some(password).filter(|password| !password.is_empty());
        let recipient = Recipient::new(&server.client(), &link, password).unwrap();
        assert_eq!(recipient.contents().await.unwrap().manifest.note(), Some("a note"));
        let download = recipient.take().await.unwrap();
        assert_same_files(&download.files().await.unwrap(), &files());
        download.finish().await.unwrap();
    }
}

#[tokio::test]
async fn what_rust_sends_python_receives() {
    let server = Server::start().await;
    for password in ["", PASSWORD] {
        let terms = Terms { part_bytes: Some(64 * 1024), ..Terms::default() };
        let package = Package::seal(&files(), &terms).unwrap();
        let link_terms = LinkTerms::default();
        let link_terms = if password.is_empty() { link_terms } else { link_terms.with_password(password) };
        let link = send(&server, &package, &link_terms).await;
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().join("saved");
        // What mail made of it: the program contacts the server of the link, not that of the
        // wrapper.
        let wrapped = format!("http://127.0.0.1:9/?url={}&data=05%7C01", link.replace(':', "%3A").replace('#', "%23"));
        python(&["receive", &wrapped, into.to_str().unwrap()], password, "").await;
        for file in files() {
            assert_eq!(std::fs::read(into.join(&file.path)).unwrap(), file.bytes, "{}", file.path);
        }
    }
}

#[tokio::test]
async fn what_python_pushes_rust_reveals_and_the_other_way_round() {
    let server = Server::start().await;
    for passphrase in ["", PASSWORD] {
        let told = json!({"kind": "login", "user": "anna", "password": "s\u{e9}same", "note": "two\nlines"});
        let link = python(&["push", &server.origin()], passphrase, &told.to_string()).await;
        let typed = Some(passphrase).filter(|typed| !typed.is_empty());
        let reader = Reader::new(&server.client(), &link, typed).unwrap();
        let face = reader.face().await.unwrap().unwrap();
        assert_eq!((face.kind, face.from.as_deref()), (Kind::Login, Some("Python")));
        let lease = LeaseSecret::from_bytes([7; 32]);
        let view = reader.reveal(&lease).await.unwrap();
        let text = str::to_owned;
        let expected = Payload::Login { user: text("anna"), password: text("s\u{e9}same"), note: text("two\nlines") };
        assert!(view.payload == expected, "it arrived as something else");
        reader.finish(&lease, &view).await.unwrap();

        let terms =
            PushTerms { passphrase: typed.map(str::to_owned), from: Some(text("Rust")), ..PushTerms::default() };
        let push = SealedPush::seal(&expected, &terms).unwrap();
        server.client().push(&push).await.unwrap();
        let revealed = python(&["reveal", &push.link_at(&server.origin())], passphrase, "").await;
        let [face, payload]: [Value; 2] = serde_json::from_str(&revealed).unwrap();
        assert_eq!((&face["from"], &payload), (&json!("Rust"), &told));
        let status = server.client().push_status(&push).await.unwrap();
        assert_eq!(push.confirmed(&status).unwrap(), 1, "the receipt from Python is good");
    }
}
