//! Logs hold no secret: no proof, token, header, query, body, or path. A program of its own,
//! because it listens to everything that is said in it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "http/unchecked.rs"]
mod openapi;
#[path = "http/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the API")]
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use subrosa_shared::api;
use subrosa_shared::secret::{DeviceSecret, LeaseSecret};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tracing_subscriber::fmt::MakeWriter;

use crate::support::push::Push;
use crate::support::{Call, Link, Sender, Server, content_digest, fake_sealed, shared};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// Everything that is said from now on, at every level.
fn capture() -> Captured {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(captured.clone());
    tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
    captured
}

#[tokio::test]
async fn logs_hold_no_secret() {
    let captured = capture();
    let server = Server::start().await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    let (lease, device) = (LeaseSecret::from_bytes([31; 32]), DeviceSecret::from_bytes([32; 32]));
    server.call(Call::post(link.path("/open")).open(&link).device(&device)).await.ok();
    server.call(link.ask_lease(&lease)).await.ok();
    server.call(link.fetch(&lease, 0)).await.ok();
    server.call(link.done(&lease)).await.ok();
    // Everything that there is of a push, twice: the second time it is gone.
    let push = Push::new(3).on(&server).await;
    let patch = api::PatchPush { views_max: Some(2), ..Default::default() };
    for _ in 0..2 {
        for call in [push.make(), push.ask_look(), push.ask_reveal(&lease).device(&device), push.ack(&lease)] {
            server.call(call).await;
        }
        let guess = push.ask_reveal(&lease).header("subrosa-open-proof", push.wrong_open());
        for call in [guess, push.ask_status(), push.patch(&patch), push.ask_log(), push.destroy(), push.revoke()] {
            server.call(call).await;
        }
    }
    assert!(push.look(&server).await.link.gone.is_some());
    // And what goes wrong.
    let canary = "canary-0123456789";
    server.call(Call::post(link.path("/open")).open(&link).header("subrosa-open-proof", canary)).await;
    server.call(Call::get(format!("/links/{canary}")).link(&link)).await;
    server.call(Call::get(format!("/{canary}"))).await;
    server.send(http::Request::builder().method(canary).uri("/").body("".into()).unwrap()).await;
    server.call(Call::get(link.path(&format!("?{canary}"))).link(&link)).await;
    let other = Sender::new(4);
    server.call(Call::put(other.path("")).owner(&other.owner).json(&serde_json::json!({ canary: canary }))).await;
    server.call(sender.put_part(0).header("content-digest", canary)).await;
    let other = Push::new(4);
    server.call(other.make().json(&serde_json::json!({ canary: canary }))).await;
    server.call(other.make().body(format!("{{\"note\":\"{canary}"))).await;
    server.call(push.ask_reveal(&lease).header("subrosa-open-proof", canary)).await;
    server.call(Call::get(push.path(&format!("?{canary}")))).await;
    server.call(Call::get(push.path(&format!("/{canary}")))).await;
    server.call(Call::get(format!("/pushes/{canary}"))).await;
    for path in [format!("/s/{canary}"), format!("/s?{canary}"), format!("/dl/{canary}"), format!("/{canary}")] {
        server.send(http::Request::get(path).header("cookie", canary).body("".into()).unwrap()).await;
    }

    // Over a socket as well, where other people's code could say something.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut stream = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let proof = link.secret.proof().to_text();
    let request = format!(
        "GET /api/v1{}?{canary} HTTP/1.1\r\nhost: {canary}\r\n{}: {}\r\nconnection: close\r\n\r\n{canary}",
        link.path(""),
        api::header::LINK_PROOF,
        proof.as_str()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = async {
        stream.read_to_string(&mut answer).await.unwrap();
    };
    subrosa_server::serve(listener, server.app.clone(), read).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");

    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    for secret in [
        canary.to_owned(),
        sender.owner.proof().to_text().to_string(),
        link.secret.proof().to_text().to_string(),
        link.open_proof(),
        link.wrong_open(),
        lease.proof().to_text().to_string(),
        device.proof().to_text().to_string(),
        content_digest(&sender.parts[0]),
        sender.owner.verifier().to_string(),
        link.secret.verifier().to_string(),
        link.id.to_string(),
        push.owner.proof().to_text().to_string(),
        push.owner.verifier().to_string(),
        push.secret.proof().to_text().to_string(),
        push.secret.verifier().to_string(),
        push.open_proof(),
        push.wrong_open(),
        push.id.to_string(),
    ] {
        assert!(!log.contains(&secret), "{secret} in\n{log}");
    }
    assert!(log.contains("/api/v1/links/{link}/leases/{lease}/done"), "requests are logged by their route:\n{log}");
    for route in ["/api/v1/pushes/{link}", "/api/v1/pushes/{link}/reveal", "/api/v1/pushes/{link}/ack"] {
        assert!(log.contains(route), "{route}");
    }
    assert!(!log.contains("/dl/"), "{log}");
    let bytes = &fake_sealed(65_536, 1)[..32];
    assert!(!log.as_bytes().windows(32).any(|window| window == bytes));
}
