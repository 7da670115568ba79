//! In the page: a whole download, opened and saved, beside a service worker that hands the same
//! bytes on as they are.

use std::time::Duration;

use axum::body::Body;
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use axum::{Router, serve};
use bytes::Bytes;
use futures_util::stream;
use http::header;
use subrosa_tests::browser::Browser;
use subrosa_tests::bytes::noise;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::{figure, megabytes_per_second, say};

const LEN: usize = 1 << 30;
const ROUNDS: u32 = 3;
const PATIENCE: Duration = Duration::from_secs(300);
/// What a server reads from its disk and writes to a connection at a time.
const PIECE: usize = 256 << 10;

pub(crate) async fn run() {
    say(&format!("in Chromium, {} MiB from the server to the disk: MB/s, ratio to the first", LEN >> 20));
    let content = noise(LEN, 1);
    let server = Server::start().await;
    let link = {
        let package =
            Package::seal(&[Source::new("noise", content.to_vec())], &Terms::default()).expect("one file seals");
        let link = server.client().send(&package, &LinkTerms::downloads(ROUNDS)).await.expect("the upload succeeds");
        format!("{}/s#{}", server.origin(), link.to_token().as_str())
    };
    let plain_origin = serve_plain(content).await;
    let (mut plain, mut opened) = (0_f64, 0_f64);
    for _ in 0..ROUNDS {
        plain = plain.max(pass_through(&plain_origin).await);
        opened = opened.max(receive(&link).await);
    }
    figure("handed on by a service worker, not sealed", plain, plain);
    figure("the page: fetched, opened and saved", opened, plain);
}

/// From the second click to the file.
async fn receive(link: &str) -> f64 {
    let browser = Browser::start_whole().await;
    browser.look(link).await;
    browser.take().await;
    let start = Instant::now();
    browser.state_within(PATIENCE, &["ask-saved"]).await;
    saved(&browser, start).await
}

/// From the navigation to the file.
async fn pass_through(origin: &str) -> f64 {
    let browser = Browser::start_whole().await;
    browser.open(origin).await;
    browser.state_of(&["ready"]).await;
    let start = Instant::now();
    browser.script("document.querySelector('iframe').src = '/saved'").await;
    saved(&browser, start).await
}

async fn saved(browser: &Browser, start: Instant) -> f64 {
    let file = browser.download_within(PATIENCE).await;
    let time = start.elapsed();
    assert_eq!(file.metadata().expect("it was listed").len(), LEN as u64, "the file is whole");
    megabytes_per_second(LEN, time)
}

/// Serves the bytes, a page, and a worker that answers `/saved` with them.
async fn serve_plain(content: Bytes) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("there is a free port");
    let origin = format!("http://{}", listener.local_addr().expect("it is bound"));
    let routes = Router::new()
        .route("/", get(|| async { Html(PAGE) }))
        .route("/worker.js", get(|| async { ([(header::CONTENT_TYPE, "text/javascript")], WORKER) }))
        .route("/bytes", get(move || async move { whole(content) }));
    tokio::spawn(async { serve(listener, routes).await });
    origin
}

fn whole(content: Bytes) -> Response {
    let length = [(header::CONTENT_LENGTH, content.len())];
    let pieces = (0..content.len()).step_by(PIECE).map(move |at| content.slice(at..content.len().min(at + PIECE)));
    (length, Body::from_stream(stream::iter(pieces.map(Ok::<_, std::io::Error>)))).into_response()
}

const PAGE: &str = r#"<!doctype html><body><iframe></iframe><script type="module">
    await navigator.serviceWorker.register("/worker.js");
    await new Promise((resolve) => {
      if (navigator.serviceWorker.controller) resolve();
      navigator.serviceWorker.addEventListener("controllerchange", resolve);
    });
    document.body.dataset.state = "ready";
</script>"#;

const WORKER: &str = r#"
    addEventListener("activate", (event) => event.waitUntil(clients.claim()));
    addEventListener("fetch", (event) => {
      if (new URL(event.request.url).pathname !== "/saved") return;
      const handOn = async () => {
        const { body, headers } = await fetch("/bytes");
        const [type, length] = ["application/octet-stream", headers.get("content-length")];
        const disposition = 'attachment; filename="noise"';
        return new Response(body, {
          headers: { "content-type": type, "content-length": length, "content-disposition": disposition },
        });
      };
      event.respondWith(handOn());
    });
"#;
