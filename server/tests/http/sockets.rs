//! Clients that misbehave on the wire: slow, silent, too much, too early gone.

use std::net::SocketAddr;

use http::Method;
use subrosa_shared::api::{PartList, header};
use subrosa_shared::problem::{Problem, ProblemType};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{Duration, Instant, sleep, sleep_until, timeout};

use crate::support::{Call, Link, Sender, Server, content_digest, fake_sealed};

/// A server behind a real socket.
pub(crate) struct Listening {
    server: Server,
    address: SocketAddr,
    shutdown: Option<oneshot::Sender<()>>,
    done: JoinHandle<()>,
}

impl Listening {
    pub(crate) async fn start(flags: &[&str]) -> Self {
        let server = Server::start_with(flags).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (shutdown, told) = oneshot::channel::<()>();
        let serve = subrosa_server::serve(listener, server.app.clone(), async {
            let _ = told.await;
        });
        Self { done: tokio::spawn(serve), server, address, shutdown: Some(shutdown) }
    }

    pub(crate) async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }
}

/// The head of a request as it goes over the wire.
fn head(method: &Method, path: &str, headers: &[(&str, &str)]) -> String {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head + "\r\n"
}

fn put_part(sender: &Sender, part: &[u8], len: usize) -> String {
    let (len, digest, proof) = (len.to_string(), content_digest(part), sender.owner.proof().to_text());
    let headers = [
        ("content-type", "application/octet-stream"),
        ("content-length", &len),
        (header::CONTENT_DIGEST, &digest),
        (header::OWNER_PROOF, &proof),
    ];
    head(&Method::PUT, &format!("/api/v1{}", sender.path("/contents/1/parts/0")), &headers)
}

/// Everything until the other side closes, which it has to within 10 seconds.
pub(crate) async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await.expect("the server cuts off").ok();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The problem in an answer that was read as text.
#[track_caller]
pub(crate) fn refused(answer: &str, expected: ProblemType) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    assert!(head.starts_with(&format!("HTTP/1.1 {}", expected.status())), "{head}");
    let problem: Problem = serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"));
    assert_eq!(problem.problem_type(), Some(expected));
}

async fn assert_nothing_stored(listening: &Listening, sender: &Sender) {
    let call = Call::get(sender.path("/contents/1/parts")).owner(&sender.owner);
    let list: PartList = listening.server.call(call).await.json();
    assert_eq!(list.parts, []);
    let blobs = listening.server.folder.path().join("blobs/shares").join(sender.share.to_string());
    let started = Instant::now();
    while std::fs::read_dir(&blobs).map_or(0, Iterator::count) > 0 {
        assert!(started.elapsed() < Duration::from_secs(5), "half-written files stay");
        sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_client_that_goes_away_in_the_middle_leaves_nothing() {
    let listening = Listening::start(&[]).await;
    let sender = Sender::new(1);
    sender.create(&listening.server).await;
    let part = &sender.parts[0];
    let mut stream = listening.connect().await;
    stream.write_all(put_part(&sender, part, part.len()).as_bytes()).await.unwrap();
    stream.write_all(&part[..40_000]).await.unwrap();
    sleep(Duration::from_millis(100)).await;
    drop(stream);
    sleep(Duration::from_millis(100)).await;
    assert_nothing_stored(&listening, &sender).await;
}

#[tokio::test]
async fn a_client_that_stops_sending_is_told_and_cut_off() {
    let listening = Listening::start(&["--stall-secs-max", "1"]).await;
    let sender = Sender::new(1);
    sender.create(&listening.server).await;
    let part = &sender.parts[0];
    let mut stream = listening.connect().await;
    stream.write_all(put_part(&sender, part, part.len()).as_bytes()).await.unwrap();
    stream.write_all(&part[..40_000]).await.unwrap();
    refused(&read_to_end(&mut stream).await, ProblemType::RequestTimeout);
    assert_nothing_stored(&listening, &sender).await;

    // The same for JSON, of which not a byte comes.
    let mut stream = listening.connect().await;
    let proof = sender.owner.proof().to_text();
    let headers = [("content-type", "application/json"), ("content-length", "10"), (header::OWNER_PROOF, &*proof)];
    stream.write_all(head(&Method::PUT, &format!("/api/v1{}", sender.path("")), &headers).as_bytes()).await.unwrap();
    refused(&read_to_end(&mut stream).await, ProblemType::RequestTimeout);
}

#[tokio::test]
async fn a_client_that_trickles_is_cut_off_as_one_that_stops() {
    let listening = Listening::start(&["--stall-secs-max", "1"]).await;
    let sender = Sender::new(1);
    sender.create(&listening.server).await;
    let part = sender.parts[0].clone();
    let (mut read, mut write) = listening.connect().await.into_split();
    write.write_all(put_part(&sender, &part, part.len()).as_bytes()).await.unwrap();
    let trickle = tokio::spawn(async move {
        for byte in part.chunks(1) {
            if write.write_all(byte).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
    });
    let mut bytes = Vec::new();
    timeout(Duration::from_secs(8), read.read_to_end(&mut bytes)).await.expect("the server cuts off").ok();
    refused(&String::from_utf8_lossy(&bytes), ProblemType::RequestTimeout);
    trickle.abort();
}

#[tokio::test]
async fn headers_that_never_end_are_cut_off() {
    let listening = Listening::start(&["--header-secs-max", "1"]).await;
    let mut stream = listening.connect().await;
    stream.write_all(b"GET /api/v1/config HTTP/1.1\r\nhost: loc").await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert!(!answer.contains("200 OK"), "{answer}");
    // Nor does silence keep a connection.
    let mut stream = listening.connect().await;
    assert_eq!(read_to_end(&mut stream).await, "");
}

#[tokio::test]
async fn header_bombs_are_refused() {
    let listening = Listening::start(&[]).await;
    let get = |headers: Vec<(String, String)>| {
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        head(&Method::GET, "/api/v1/config", &[headers.as_slice(), &[("connection", "close")]].concat())
    };
    let large = |len| vec![("x-bomb".to_owned(), "x".repeat(len))];
    let many = |count| (0..count).map(|at| (format!("x-{at}"), "x".to_owned())).collect::<Vec<_>>();
    for within_what_is_parsed in [large(20 << 10), many(80)] {
        let mut stream = listening.connect().await;
        stream.write_all(get(within_what_is_parsed).as_bytes()).await.unwrap();
        refused(&read_to_end(&mut stream).await, ProblemType::HeadersTooLarge);
    }
    // Beyond that they are not even parsed.
    for bomb in [large(1 << 20), many(5_000)] {
        let (mut read, mut write) = listening.connect().await.into_split();
        let bomb = get(bomb);
        let writing = tokio::spawn(async move { write.write_all(bomb.as_bytes()).await });
        let mut bytes = Vec::new();
        timeout(Duration::from_secs(10), read.read_to_end(&mut bytes)).await.expect("the server cuts off").ok();
        let answer = String::from_utf8_lossy(&bytes);
        refused(&answer, ProblemType::HeadersTooLarge);
        writing.abort();
    }
    let mut stream = listening.connect().await;
    stream.write_all(b"\x16\x03\x01\x02\x00garbage\r\n\r\n").await.unwrap();
    assert!(read_to_end(&mut stream).await.starts_with("HTTP/1.1 400"));
}

#[tokio::test]
async fn an_early_answer_reaches_a_client_that_still_sends() {
    let listening = Listening::start(&[]).await;
    let nobody = Sender::new(7);
    let body = vec![1; 8 << 20];
    let mut len = body.len();
    while subrosa_shared::seal::plaintext_len(len as u64).is_err() {
        len -= 1;
    }
    let (mut read, mut write) = listening.connect().await.into_split();
    let head = put_part(&nobody, &body, len);
    let writing = tokio::spawn(async move {
        write.write_all(head.as_bytes()).await.unwrap();
        // Slowly enough for the answer to be there long before the end.
        for piece in body[..len].chunks(1 << 20) {
            if write.write_all(piece).await.is_err() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
    });
    let mut bytes = Vec::new();
    timeout(Duration::from_secs(10), read.read_to_end(&mut bytes)).await.unwrap().unwrap();
    refused(&String::from_utf8_lossy(&bytes), ProblemType::NotFound);
    writing.await.unwrap();
}

/// A share of one part that is larger than what the sockets' buffers take.
async fn large_download(server: &Server) -> (Sender, String) {
    let sender = Sender { parts: vec![fake_sealed(48 << 20, 1)], ..Sender::new(1) };
    let mut body = sender.create_body();
    body.part_bytes = 48 << 20;
    server.call(Call::put(sender.path("")).owner(&sender.owner).json(&body)).await.ok();
    server.call(sender.put_part(0)).await.ok();
    server.call(sender.put_manifest()).await.ok();
    let complete = Call::post(sender.path("/contents/1/complete")).owner(&sender.owner).json(&sender.complete_body());
    server.call(complete).await.ok();
    let link = Link::new(9);
    sender.add(server, &link).await;
    let (lease, _) = link.lease(server, 1).await;
    let (link_proof, lease_proof) = (link.secret.proof().to_text(), lease.proof().to_text());
    let headers: [(&str, &str); 2] = [(header::LINK_PROOF, &link_proof), (header::LEASE_PROOF, &lease_proof)];
    let head = head(&Method::GET, &format!("/api/v1{}", link.path("/parts/0")), &headers);
    (sender, head)
}

#[tokio::test]
async fn a_client_that_does_not_read_is_cut_off() {
    let listening = Listening::start(&["--stall-secs-max", "1"]).await;
    let (sender, head) = large_download(&listening.server).await;
    let mut stream = listening.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    sleep(Duration::from_millis(2_500)).await;
    let mut bytes = Vec::new();
    timeout(Duration::from_secs(10), stream.read_to_end(&mut bytes)).await.expect("the server cut off").ok();
    assert!(bytes.len() < sender.parts[0].len(), "{} bytes came", bytes.len());
}

/// Reads at 200 KiB/s. To a patience of 2 seconds that is what 13 KiB/s are to one of half a
/// minute.
async fn read_slowly(stream: &mut TcpStream, span: Duration) -> usize {
    let (start, mut piece, mut read) = (Instant::now(), vec![0; 20 << 10], 0);
    while start.elapsed() < span {
        read += stream.read_exact(&mut piece).await.expect("not cut off");
        sleep_until(start + Duration::from_secs(1).mul_f64(read as f64 / (200 << 10) as f64)).await;
    }
    read
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_is_slow_but_reads_is_not_cut_off() {
    /// More than the system could have held, had it been cut off.
    const ENOUGH: usize = 8 << 20;
    let listening = Listening::start(&["--stall-secs-max", "2"]).await;
    let (_sender, head) = large_download(&listening.server).await;
    let read_enough = async |receive_buffer: Option<u32>| {
        let socket = TcpSocket::new_v4().unwrap();
        receive_buffer.into_iter().for_each(|len| socket.set_recv_buffer_size(len).unwrap());
        let mut stream = socket.connect(listening.address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut read = read_slowly(&mut stream, Duration::from_secs(8)).await;
        let mut piece = vec![0; 1 << 20];
        while read < ENOUGH {
            let len = timeout(Duration::from_secs(20), stream.read(&mut piece)).await.unwrap().unwrap();
            assert_ne!(len, 0, "cut off after {read} bytes, with a buffer of {receive_buffer:?}");
            read += len;
        }
    };
    tokio::join!(read_enough(None), read_enough(Some(32 << 10)));
}

#[tokio::test(flavor = "multi_thread")]
async fn little_is_on_its_way_to_a_slow_reader_when_a_share_ends() {
    let listening = Listening::start(&[]).await;
    let (sender, head) = large_download(&listening.server).await;
    let mut stream = listening.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    read_slowly(&mut stream, Duration::from_secs(1)).await;
    listening.server.call(Call::delete(sender.path("")).owner(&sender.owner)).await.ok();
    // Longer than a running answer goes on without asking whether it may.
    sleep(Duration::from_millis(2_500)).await;
    let mut rest = Vec::new();
    timeout(Duration::from_secs(10), stream.read_to_end(&mut rest)).await.expect("the server cuts off").ok();
    assert!(rest.len() < 1 << 20, "{} KiB came after the end", rest.len() >> 10);
}

#[tokio::test]
async fn a_client_that_reads_gets_everything_and_the_connection_serves_again() {
    let listening = Listening::start(&["--stall-secs-max", "1"]).await;
    let (sender, head) = large_download(&listening.server).await;
    let mut stream = listening.connect().await;
    for _ in 0..2 {
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        let end = loop {
            let mut piece = vec![0; 1 << 20];
            let len = stream.read(&mut piece).await.unwrap();
            assert_ne!(len, 0, "cut off");
            bytes.extend_from_slice(&piece[..len]);
            let head_len = bytes.windows(4).take(4096).position(|window| window == b"\r\n\r\n");
            if let Some(head_len) = head_len
                && bytes.len() >= head_len + 4 + sender.parts[0].len()
            {
                break head_len + 4;
            }
        };
        assert!(bytes[end..] == sender.parts[0][..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn silent_connections_make_room_and_working_ones_do_not() {
    let listening = Listening::start(&["--connections-max", "2", "--header-secs-max", "30"]).await;
    let ask = head(&Method::GET, "/api/v1/config", &[("connection", "close")]);
    // Silent, and with half of its headers.
    let mut silent = listening.connect().await;
    let mut half = listening.connect().await;
    half.write_all(&ask.as_bytes()[..20]).await.unwrap();
    // Connections that have just come are spared for a moment: until then others are served beside.
    let made_room = async {
        let mut byte = [0];
        loop {
            let mut asking = listening.connect().await;
            asking.write_all(ask.as_bytes()).await.unwrap();
            let answer = read_to_end(&mut asking).await;
            assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
            // What was silent longest is closed.
            if let Ok(read) = timeout(Duration::from_millis(10), silent.read(&mut byte)).await {
                return assert!(matches!(read, Ok(0) | Err(_)));
            }
        }
    };
    timeout(Duration::from_secs(10), made_room).await.expect("the silent ones make room");
    // Two that are read from, all the time.
    let (_sender, large) = large_download(&listening.server).await;
    let working = async || {
        let mut stream = listening.connect().await;
        stream.write_all(large.as_bytes()).await.unwrap();
        stream.read_exact(&mut [0; 1000]).await.unwrap();
        let read_on = async move {
            let mut piece = vec![0; 64 << 10];
            // About 2 MB/s: some seconds.
            for _ in 0..200 {
                stream.read_exact(&mut piece).await.unwrap();
                sleep(Duration::from_millis(20)).await;
            }
        };
        (tokio::spawn(read_on),)
    };
    let works = [working().await.0, working().await.0];
    // The next download is told to come back; whoever asks for little is answered, and who watches.
    let (mut busy, mut watch) = (listening.connect().await, listening.connect().await);
    busy.write_all(large.as_bytes()).await.unwrap();
    refused(&read_to_end(&mut busy).await, ProblemType::Busy);
    let mut little = listening.connect().await;
    little.write_all(ask.as_bytes()).await.unwrap();
    assert!(read_to_end(&mut little).await.starts_with("HTTP/1.1 200"));
    watch.write_all(head(&Method::GET, "/health/live", &[]).as_bytes()).await.unwrap();
    assert!(read_to_end(&mut watch).await.starts_with("HTTP/1.1 200"));
    for work in works {
        work.await.expect("it was not closed for others");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_no_proxy_has_so_many_connections() {
    let flags = ["--connections-per-peer-max", "3", "--proxy", "127.0.0.2", "--header-secs-max", "30"];
    let listening = Listening::start(&flags).await;
    let from = async |address: &str| {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{address}:0").parse().unwrap()).unwrap();
        socket.connect(listening.address).await.unwrap()
    };
    let mut many = Vec::new();
    for _ in 0..10 {
        many.push(from("127.0.0.1").await);
    }
    // Its first ones made room for its last ones.
    for stream in &mut many[..7] {
        assert_eq!(read_to_end(stream).await, "");
    }
    let mut byte = [0];
    assert!(timeout(Duration::from_millis(200), many[9].read(&mut byte)).await.is_err(), "the last is open");
    let mut proxied = Vec::new();
    for _ in 0..10 {
        proxied.push(from("127.0.0.2").await);
    }
    for mut stream in proxied {
        stream.write_all(head(&Method::GET, "/health/live", &[("connection", "close")]).as_bytes()).await.unwrap();
        assert!(read_to_end(&mut stream).await.starts_with("HTTP/1.1 200"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_may_rest_between_requests_longer_than_before_the_first() {
    let listening = Listening::start(&["--header-secs-max", "1", "--idle-secs-max", "4"]).await;
    let ask = head(&Method::GET, "/health/live", &[]);
    let mut stream = listening.connect().await;
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut answer = [0; 1024];
    assert!(stream.read(&mut answer).await.unwrap() > 0);
    let started = Instant::now();
    sleep(Duration::from_secs(2)).await;
    stream.write_all(ask.as_bytes()).await.unwrap();
    assert!(stream.read(&mut answer).await.unwrap() > 0, "it is still there");
    // But headers that have begun are to be complete as soon as ever.
    stream.write_all(&ask.as_bytes()[..10]).await.unwrap();
    assert_eq!(read_to_end(&mut stream).await, "");
    assert!(started.elapsed() < Duration::from_secs(6));
}

#[tokio::test]
async fn ending_lets_running_requests_end_and_cuts_the_rest() {
    let mut listening = Listening::start(&["--shutdown-secs-max", "1"]).await;
    let (_sender, head) = large_download(&listening.server).await;
    let mut idle = listening.connect().await;
    let mut stuck = listening.connect().await;
    stuck.write_all(head.as_bytes()).await.unwrap();
    let mut byte = [0];
    stuck.read_exact(&mut byte).await.unwrap();
    listening.shutdown.take().unwrap().send(()).unwrap();
    let started = Instant::now();
    (&mut listening.done).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(900), "the running one had its time");
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(read_to_end(&mut idle).await, "");
    assert!(TcpStream::connect(listening.address).await.is_err());
}
