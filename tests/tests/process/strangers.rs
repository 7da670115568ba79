//! Strangers who are slow on purpose: many connections, few bytes. Everybody else is answered soon.

use std::collections::BTreeMap;
use std::time::Duration;

use subrosa_shared::api::header::{CONTENT_DIGEST, OWNER_PROOF};
use subrosa_shared::push::Payload;
use subrosa_tests::client::Client;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::{Options, Server};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use crate::{SMALL_PART, proxy, sealed, send};

/// What everybody else waits at most.
const WITHIN: Duration = Duration::from_secs(1);
/// And this on any machine: places that strangers hold are held for half a minute.
const AT_MOST: Duration = Duration::from_secs(8);

/// The ways to be slow.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// Announces a push of 128 KiB and sends nothing of it.
    Push,
    /// Announces a part of 64 KiB of a share of its own and sends a byte of it.
    Part,
    /// Never ends its headers.
    Headers,
    /// Says nothing.
    Silence,
    /// Sends JSON byte by byte.
    Json,
    /// Asks for a large page file again and again, and reads nothing.
    Reader,
    /// Announces a push, and waits to be told to go on.
    Expect,
    /// Sends a push in chunks of a byte.
    Chunks,
    /// Asks for a page, says that it will say nothing more, and reads nothing.
    HalfClosed,
}

const WAYS: [Way; 9] = [
    Way::Push,
    Way::Part,
    Way::Headers,
    Way::Silence,
    Way::Json,
    Way::Reader,
    Way::Expect,
    Way::Chunks,
    Way::HalfClosed,
];

/// A stranger's connection, from one of many addresses of this machine.
async fn stranger(port: u16, at: usize, way: Way, first_bytes: &str) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    // What is sent to it waits at the sender.
    socket.set_recv_buffer_size(4096).unwrap();
    socket.bind(format!("127.0.{}.{}:0", 1 + at / 200, 1 + at % 200).parse().unwrap()).unwrap();
    let connect = socket.connect(([127, 0, 0, 1], port).into());
    let mut stream = timeout(Duration::from_secs(10), connect).await.ok()?.ok()?;
    stream.write_all(first_bytes.as_bytes()).await.ok()?;
    if way == Way::HalfClosed {
        stream.shutdown().await.ok()?;
    }
    Some(stream)
}

fn first_bytes(way: Way, share: &str, proof: &str) -> String {
    let digest = "sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:";
    let json = "host: a\r\ncontent-type: application/json\r\n";
    match way {
        Way::Push => format!(
            "PUT /api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\n{json}content-length: 131072\r\n{OWNER_PROOF}: {proof}\r\n\r\n"
        ),
        Way::Part => format!(
            "PUT /api/v1/shares/{share}/contents/1/parts/0 HTTP/1.1\r\nhost: a\r\ncontent-type: application/octet-stream\r\n\
             content-length: 65601\r\n{CONTENT_DIGEST}: {digest}\r\n{OWNER_PROOF}: {proof}\r\n\r\n\u{1}"
        ),
        Way::Headers => "GET / HTTP/1.1\r\nhost: a\r\nx-slow: ".to_owned(),
        Way::Silence => String::new(),
        Way::Json => format!(
            "POST /api/v1/links/AAAAAAAAAAAAAAAAAAAAAA/leases HTTP/1.1\r\n{json}content-length: 1000\r\n\
             subrosa-link-proof: {proof}\r\nsubrosa-open-proof: {proof}\r\n\r\n{{"
        ),
        Way::Reader => "GET /wasm/seal_bg.wasm HTTP/1.1\r\nhost: a\r\n\r\n".repeat(20),
        Way::Expect => format!(
            "PUT /api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\n{json}content-length: 131072\r\n\
             expect: 100-continue\r\n{OWNER_PROOF}: {proof}\r\n\r\n"
        ),
        Way::Chunks => format!(
            "PUT /api/v1/pushes/AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\n{json}transfer-encoding: chunked\r\n\
             {OWNER_PROOF}: {proof}\r\n\r\n1\r\n{{\r\n"
        ),
        Way::HalfClosed => "GET /wasm/seal_bg.wasm HTTP/1.1\r\nhost: a\r\n\r\n".to_owned(),
    }
}

/// So many strangers, of all these ways in turn. The server may refuse some.
async fn strangers(server: &Server, port: u16, count: usize, ways: &[Way]) -> Vec<(Way, TcpStream)> {
    let (_, package) = sealed(60_000, 77, SMALL_PART);
    server.client().create(&package).await.unwrap();
    let (share, proof) = (package.share().to_string(), package.owner.proof().to_text());
    let mut all = Vec::new();
    for (at, way) in ways.iter().cycle().take(count).enumerate() {
        if let Some(stream) = stranger(port, at, *way, &first_bytes(*way, &share, &proof)).await {
            all.push((*way, stream));
        }
    }
    all
}

/// What other people do meanwhile, a few times; how long the slowest of it took.
async fn others(server: &Server, origin: &str, all: &mut [(Way, TcpStream)], rounds: usize) -> Duration {
    let (_, package) = sealed(60_000, 78, SMALL_PART);
    let link = send(server, &package, &LinkTerms::default()).await;
    let mut took: BTreeMap<&str, Vec<Duration>> = BTreeMap::new();
    let mut note = |what: &'static str, start: Instant| took.entry(what).or_default().push(start.elapsed());
    for _ in 0..rounds {
        for (way, stream) in &*all {
            let _ = match way {
                Way::Headers | Way::Json | Way::Part => stream.try_write(b"a"),
                Way::Chunks => stream.try_write(b"1\r\n \r\n"),
                _ => Ok(0),
            };
        }
        // New connections each time, as of people who come.
        let client = Client::new(origin).unwrap();
        let push = SealedPush::seal(&Payload::Password { password: "x".to_owned() }, &PushTerms::default()).unwrap();
        let recipient = Recipient::new(&client, &link, None).unwrap();
        let start = Instant::now();
        let page = reqwest::get(format!("{origin}/s")).await.unwrap();
        assert!(page.status().is_success(), "{}", page.status());
        page.bytes().await.unwrap();
        note("a page", start);
        let start = Instant::now();
        recipient.look().await.unwrap();
        note("a look", start);
        let start = Instant::now();
        client.push(&push).await.unwrap();
        note("a push", start);
        let start = Instant::now();
        client.revoke_push(&push).await.unwrap();
        note("a revoke", start);
        let start = Instant::now();
        let ready = reqwest::get(format!("http://127.0.0.1:{}/health/ready", server.port())).await.unwrap();
        assert!(ready.status().is_success(), "{}", ready.text().await.unwrap());
        note("who watches", start);
        sleep(Duration::from_millis(400)).await;
    }
    // What strangers hold up is held up again and again; a machine that is busy with other things
    // is late once.
    for (what, took) in &took {
        let late = took.iter().filter(|took| **took >= WITHIN).count();
        assert!(late <= 1 && took.iter().max() < Some(&AT_MOST), "{what} took {took:?}");
    }
    took.into_values().flatten().max().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "docs/BENCHMARKS.md says it")]
async fn with_512_slow_strangers_everybody_else_is_answered_soon() {
    let server = Server::start_with(Options::default().logging("warn,subrosa_server=info")).await;
    let mut all = strangers(&server, server.port(), 512, &WAYS).await;
    let slowest = others(&server, &server.origin(), &mut all, 5).await;
    println!("512 slow strangers of all kinds: the slowest answer took {slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "docs/BENCHMARKS.md says it")]
async fn more_slow_strangers_than_connections_stop_nobody() {
    let options = Options::flags(&["--connections-max", "256"]).logging("warn,subrosa_server=info");
    for ways in [
        &[Way::Push, Way::Expect][..],
        &[Way::Part, Way::Chunks],
        &[Way::Silence, Way::HalfClosed],
        &[Way::Reader, Way::Json],
    ] {
        let server = Server::start_with(options.clone()).await;
        let mut all = strangers(&server, server.port(), 400, ways).await;
        // Longer than a gap that is nothing special.
        sleep(Duration::from_millis(700)).await;
        let slowest = others(&server, &server.origin(), &mut all, 3).await;
        println!("400 strangers {ways:?} on 256 connections: the slowest answer took {slowest:?}");
    }
}

/// Sends a push of 128 KiB, a kilobyte at a time, and begins again whenever it is cut off.
async fn drip(port: u16, at: usize) {
    let first = first_bytes(Way::Push, "", &"A".repeat(43));
    loop {
        let Some(mut stream) = stranger(port, at, Way::Push, &first).await else { continue };
        while stream.write_all(&[b' '; 1050]).await.is_ok() {
            let mut answer = [0; 16];
            if timeout(Duration::from_millis(420), stream.read(&mut answer)).await.is_ok() {
                break;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "docs/BENCHMARKS.md says it")]
async fn strangers_who_are_never_silent_but_slow_stop_nobody() {
    let options = Options::flags(&["--connections-max", "256"]).logging("warn,subrosa_server=info");
    let server = Server::start_with(options).await;
    let (_, package) = sealed(60_000, 79, SMALL_PART);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let port = server.port();
    let mut all = tokio::task::JoinSet::new();
    (0..300).for_each(|at| drop(all.spawn(drip(port, at))));
    // Until then nobody knows how fast they are.
    sleep(Duration::from_millis(1500)).await;
    // New connections each time, as of people who come.
    let mut took = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        let page = reqwest::get(format!("{}/s", server.origin())).await.unwrap();
        assert!(page.status().is_success(), "{}", page.status());
        Recipient::new(&server.client(), &link, None).unwrap().look().await.unwrap();
        let push = SealedPush::seal(&Payload::Password { password: "x".to_owned() }, &PushTerms::default()).unwrap();
        server.client().push(&push).await.unwrap();
        server.client().revoke_push(&push).await.unwrap();
        took.push(start.elapsed() / 4);
    }
    let slowest = took.iter().max().unwrap();
    assert!(*slowest < WITHIN, "{took:?}");
    println!("300 who drip kilobytes on 256 connections: the slowest answers took {slowest:?}");
    all.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "docs/BENCHMARKS.md says it")]
async fn behind_the_proxy_of_the_document_512_slow_strangers_stop_nobody_either() {
    let server = Server::start_with(Options::default().logging("warn,subrosa_server=info")).await;
    let proxy = proxy::start(&server).await;
    let mut all = strangers(&server, proxy.port(), 512, &WAYS).await;
    let slowest = others(&server, &proxy.origin(), &mut all, 5).await;
    println!("512 slow strangers before nginx: the slowest answer took {slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stdout, reason = "docs/BENCHMARKS.md says it")]
async fn a_flood_of_new_pushes_from_one_stranger_stops_nobody() {
    let server = Server::start_with(Options::default().logging("warn,subrosa_server=info")).await;
    let flood = async |client: Client| {
        let (mut made, mut refused) = (0_u32, 0_u32);
        loop {
            let seal = SealedPush::seal(&Payload::Note { note: "n".into() }, &PushTerms::default());
            match client.push(&seal.unwrap()).await {
                Ok(_) => made += 1,
                Err(_) => refused += 1,
            }
            if made + refused == 100 {
                return made;
            }
        }
    };
    let floods: Vec<_> = (0..8).map(|_| tokio::spawn(flood(server.client()))).collect();
    let slowest = others(&server, &server.origin(), &mut [], 3).await;
    println!("8 who make pushes without a pause: the slowest answer took {slowest:?}");
    for flood in floods {
        assert!(flood.await.unwrap() > 0, "they are served, too");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_on_3_kilobytes_a_second_gets_its_push_through() {
    let server = Server::start().await;
    let push = SealedPush::seal(&Payload::Note { note: "n".repeat(20_000) }, &PushTerms::default()).unwrap();
    let request = server.client().push_request(&push).unwrap();
    let body = request.body().and_then(reqwest::Body::as_bytes).unwrap();
    let mut head = format!("PUT {} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n", request.url().path());
    for (name, value) in request.headers() {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    head += &format!("content-length: {}\r\n\r\n", body.len());
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let start = Instant::now();
    for piece in body.chunks(600) {
        stream.write_all(piece).await.unwrap();
        sleep(Duration::from_millis(200)).await;
    }
    assert!(start.elapsed() > Duration::from_secs(11), "longer than any one deadline: {:?}", start.elapsed());
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}
