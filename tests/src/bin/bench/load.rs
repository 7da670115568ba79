//! Load on a server: clients that keep their connections and send what was prepared, each one
//! request after the other.
//!
//! A client does as little as HTTP allows, because it takes its time from the same processors as
//! the server: it reads no more of an answer than its status and its length.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

/// How long each request took, and all of them together.
#[derive(Debug, Default)]
pub(crate) struct Load {
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// Of every request: those at the same place in turn, client by client.
    pub(crate) waits: Vec<Duration>,
}

impl Load {
    /// Requests per second.
    pub(crate) fn per_second(&self) -> f64 {
        self.waits.len() as f64 / self.elapsed.as_secs_f64()
    }

    /// Half of the requests took no longer, and 99 of 100.
    pub(crate) fn p50_p99(&self) -> (Duration, Duration) {
        let mut waits = self.waits.clone();
        waits.sort_unstable();
        let at = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize];
        (at(0.5), at(0.99))
    }

    /// The requests at every other place of their client, from the first or second on, as if nobody
    /// had sent others.
    pub(crate) fn every_other(&self, from: usize) -> Self {
        Self { elapsed: self.elapsed, waits: self.waits.iter().copied().skip(from).step_by(2).collect() }
    }
}

/// Connections to a server, one per client.
pub(crate) struct Clients {
    connections: Vec<Connection>,
}

impl Clients {
    pub(crate) async fn connect(port: u16, count: usize) -> Self {
        Self::connect_to_all(&[port], count).await
    }

    /// To several servers, spread evenly.
    pub(crate) async fn connect_to_all(ports: &[u16], count: usize) -> Self {
        Self { connections: join_all(ports.iter().cycle().take(count).map(|port| Connection::to(*port))).await }
    }

    /// Sends everything: each client its own share, evenly cut.
    pub(crate) async fn send(&mut self, requests: &[Bytes]) -> Load {
        let share = requests.len().div_ceil(self.connections.len());
        let start = Instant::now();
        let clients = self.connections.drain(..).zip(requests.chunks(share)).map(|(mut connection, share)| {
            let share = share.to_vec();
            tokio::spawn(async move {
                let mut waits = Vec::with_capacity(share.len());
                for request in share {
                    let start = Instant::now();
                    connection.ask(&request).await;
                    waits.push(start.elapsed());
                }
                (connection, waits)
            })
        });
        let clients: Vec<_> = clients.collect();
        let mut load = Load::default();
        for client in clients {
            let (connection, waits) = client.await.expect("clients do not panic");
            self.connections.push(connection);
            load.waits.extend(waits);
        }
        load.elapsed = start.elapsed();
        load
    }
}

struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Connection {
    async fn to(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("the server listens");
        stream.set_nodelay(true).expect("it is connected");
        Self { stream, answer: Vec::with_capacity(16 * 1024) }
    }

    /// Sends a request and reads its answer to the end; it has to be a success.
    async fn ask(&mut self, request: &[u8]) {
        self.stream.write_all(request).await.expect("the server takes it");
        self.answer.clear();
        let mut len = None;
        while len.is_none_or(|len| self.answer.len() < len) {
            let read = self.stream.read_buf(&mut self.answer).await.expect("the server answers");
            assert!(read > 0, "the server hung up");
            len = len.or_else(|| answer_len(&self.answer));
        }
        let is_success = self.answer.get(9) == Some(&b'2');
        assert!(is_success, "refused: {}", String::from_utf8_lossy(&self.answer));
    }
}

/// Bytes of an answer, once its headers are there.
fn answer_len(answer: &[u8]) -> Option<usize> {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&answer[..head]).expect("headers are ASCII");
    let len = text.lines().find_map(|line| line.strip_prefix("content-length: "));
    Some(head + len.expect("answers tell their length").parse::<usize>().expect("a length is a number"))
}
