//! Clients that take their time: cut off, without harm to others.

use std::time::Duration;

use subrosa_shared::api::header::{CONTENT_DIGEST, OWNER_PROOF};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::{assert_same_files, sealed, send, small_parts};

/// The server's patience here, and ours until it must have lost it.
const PATIENCE: &str = "2";
const CUT: Duration = Duration::from_secs(10);

async fn impatient_server() -> Server {
    Server::start_with(Options::flags(&["--header-secs-max", PATIENCE, "--stall-secs-max", PATIENCE])).await
}

/// Sends a byte now and then until the server hangs up.
async fn trickle(mut stream: TcpStream, byte: u8) -> Duration {
    let start = Instant::now();
    let mut answer = [0; 1024];
    let hung_up = async {
        loop {
            let wait = timeout(Duration::from_millis(200), stream.read(&mut answer)).await;
            match wait {
                Ok(Ok(0) | Err(_)) => return,
                Ok(Ok(_)) => {}
                Err(_) => {
                    if stream.write_all(&[byte]).await.is_err() {
                        return;
                    }
                }
            }
        }
    };
    timeout(CUT, hung_up).await.expect("the server hangs up");
    start.elapsed()
}

#[tokio::test]
async fn headers_that_never_end_are_cut_off() {
    let server = impatient_server().await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(b"GET /api/v1/config HTTP/1.1\r\nhost: localhost\r\nx-slow: ").await.unwrap();
    let after = trickle(stream, b'a').await;
    assert!(after > Duration::from_secs(1), "not at once: {after:?}");
    server.client().config().await.unwrap();
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_cut_off() {
    let server = impatient_server().await;
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    let read = timeout(CUT, stream.read(&mut [0; 16])).await.expect("the server hangs up");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

/// Says that, closes its side, and reads to the end.
async fn say_and_close(server: &Server, said: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(said.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = Vec::new();
    timeout(CUT, stream.read_to_end(&mut answer)).await.expect("the server hangs up").unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn who_closes_their_side_is_answered_all_that_they_asked() {
    let server = impatient_server().await;
    let ask = "GET /api/v1/config HTTP/1.1\r\nhost: localhost\r\n\r\n";
    for count in [1, 3] {
        let answers = say_and_close(&server, &ask.repeat(count)).await;
        assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), count, "{answers}");
        assert_eq!(answers.matches("\"limits\"").count(), count, "each whole: {answers}");
    }
    // What is cut short is not done.
    let link = "A".repeat(22);
    let cut = format!(
        "PUT /api/v1/pushes/{link} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         content-length: 500\r\n\r\n{{"
    );
    let answer = say_and_close(&server, &cut).await;
    assert!(!answer.contains("HTTP/1.1 2"), "{answer}");
    server.client().config().await.unwrap();
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_off_and_leaves_nothing() {
    let server = impatient_server().await;
    let (_, package) = small_parts(300_000, 50);
    server.client().create(&package).await.unwrap();
    let digest = subrosa_shared::id::Digest::of(&package.parts[0]);
    let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest.as_bytes());
    let head = format!(
        "PUT /api/v1/shares/{}/contents/1/parts/0 HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/octet-stream\r\n\
         content-length: {}\r\n{CONTENT_DIGEST}: sha-256=:{digest}:\r\n{OWNER_PROOF}: {}\r\n\r\n",
        package.share(),
        package.parts[0].len(),
        *package.owner.proof().to_text(),
    );
    let mut stream = TcpStream::connect(("127.0.0.1", server.port())).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&package.parts[0][..1000]).await.unwrap();
    trickle(stream, b'a').await;
    assert!(server.client().stored_parts(&package).await.unwrap().is_empty());
    wait::until_so(CUT, "no leftovers", async || server.ciphertext(&package.share()), Vec::is_empty).await;
    // And the same part goes in when it is sent as it should be.
    server.client().put_part(&package, 0).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_stalls_is_cut_off_and_goes_on_later() {
    let server = impatient_server().await;
    let (_, package) = sealed(48 << 20, 51, 64 << 20);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    let download = recipient.take().await.unwrap();
    let stalled = download.stream(0, None).await.unwrap();
    sleep(Duration::from_secs(6)).await;
    assert!(stalled.bytes().await.is_err(), "what the sockets did not hold is missing");
    let start = package.parts[0].len() as u64 - 1000;
    assert_eq!(download.fetch_some(0, start, 1000).await.unwrap().len(), 1000);
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_nothing_do_not_lock_others_out() {
    let flags = ["--connections-max", "20", "--header-secs-max", PATIENCE, "--stall-secs-max", PATIENCE];
    let server = Server::start_with(Options::flags(&flags)).await;
    let mut idle = Vec::new();
    for _ in 0..60 {
        idle.push(TcpStream::connect(("127.0.0.1", server.port())).await.unwrap());
    }
    let start = Instant::now();
    timeout(CUT, server.client().config()).await.expect("they make room").unwrap();
    assert!(start.elapsed() < Duration::from_secs(1), "there was a queue: {:?}", start.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_say_nothing_keep_nobody_from_the_files() {
    // As where a system lets programs open few files unless they ask for more.
    let server = Server::start_with(Options { open_files: Some(100), ..Options::default() }).await;
    let (files, package) = small_parts(200_000, 57);
    let link = send(&server, &package, &LinkTerms::default()).await;
    let mut idle = Vec::new();
    for _ in 0..200 {
        idle.push(TcpStream::connect(("127.0.0.1", server.port())).await.unwrap());
    }
    let folder = format!("/proc/{}/fd", server.process_id());
    let open = async || std::fs::read_dir(&folder).unwrap().count();
    wait::until_so(CUT, "all are accepted", open, |count| *count > idle.len()).await;
    let recipient = Recipient::new(&server.client(), &link, None).unwrap();
    assert_same_files(&recipient.take().await.unwrap().files().await.unwrap(), &files);
}
