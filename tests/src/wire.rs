//! A network that fails when told to: stands between a client and a server, on a port that stays
//! the same.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// What a request can begin with.
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "PATCH", "DELETE"];

/// A wire. Cut when dropped.
#[derive(Debug)]
pub struct Wire {
    port: u16,
    state: Arc<State>,
    whole: watch::Sender<bool>,
    /// At so many bytes from the server, no more are let through.
    hold: watch::Sender<u64>,
    _carriers: JoinSet<()>,
}

#[derive(Debug, Default)]
struct State {
    /// Bytes per second and direction of a connection; 0: as fast as it goes.
    pace: AtomicU64,
    upstream: AtomicU64,
    downstream: AtomicU64,
    tapped: AtomicBool,
    /// What went to the server while the wire was tapped, connection by connection.
    heard: Mutex<Vec<Vec<u8>>>,
}

impl Wire {
    /// A wire to a port of this machine.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn to(server_port: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("there is a free port");
        let port = listener.local_addr().expect("it is bound").port();
        let (whole, is_whole) = watch::channel(true);
        let (hold, is_held) = watch::channel(u64::MAX);
        let state = Arc::new(State::default());
        let mut carriers = JoinSet::new();
        carriers.spawn(carry_all(listener, server_port, Arc::clone(&state), is_whole, is_held));
        Self { port, state, whole, hold, _carriers: carriers }
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Lets no more than so many bytes per second through each connection, in each direction.
    pub fn slow_down(&self, bytes_per_second: u64) {
        self.state.pace.store(bytes_per_second, Ordering::Relaxed);
    }

    /// Lets everything through as fast as it goes.
    pub fn speed_up(&self) {
        self.slow_down(0);
    }

    /// Holds back what the server sends from so many bytes on, until the wire is cut or
    /// [`let_go`](Self::let_go). Each connection may carry one buffer more.
    pub fn hold_after(&self, bytes: u64) {
        self.hold.send_replace(self.received() + bytes);
    }

    /// Lets through what [`hold_after`](Self::hold_after) holds back.
    pub fn let_go(&self) {
        self.hold.send_replace(u64::MAX);
    }

    /// Breaks every connection, and refuses new ones.
    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    /// Takes connections again.
    pub fn mend(&self) {
        self.whole.send_replace(true);
    }

    /// Keeps everything that goes to the server on connections that begin from now on.
    pub fn tap(&self) {
        self.state.tapped.store(true, Ordering::Relaxed);
    }

    /// Everything that went to the server on tapped connections: each connection's bytes in one
    /// piece.
    ///
    /// # Panics
    /// Never: nobody panics with the lock.
    #[must_use]
    pub fn heard(&self) -> Vec<u8> {
        self.state.heard.lock().expect("nobody panics with the lock").concat()
    }

    /// Method and path of every request that went to the server on tapped connections, each
    /// connection's in order.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        let heard = self.heard();
        let lines = heard.split(|byte| *byte == b'\r').filter_map(|piece| piece.strip_suffix(b" HTTP/1.1"));
        lines
            .map(|line| {
                // The body before it ends without a line break.
                let line = String::from_utf8_lossy(&line[line.len().saturating_sub(300)..]);
                let (before, path) = line.rsplit_once(' ').unwrap_or_default();
                let method = METHODS.into_iter().find(|method| before.ends_with(method)).unwrap_or_default();
                format!("{method} {path}")
            })
            .collect()
    }

    /// Bytes that went to the server.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.state.upstream.load(Ordering::Relaxed)
    }

    /// Bytes that came from the server.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.state.downstream.load(Ordering::Relaxed)
    }
}

async fn carry_all(
    listener: TcpListener,
    server_port: u16,
    state: Arc<State>,
    whole: watch::Receiver<bool>,
    hold: watch::Receiver<u64>,
) {
    let mut connections = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        let (state, mut whole, hold) = (Arc::clone(&state), whole.clone(), hold.clone());
        connections.spawn(async move {
            if !*whole.borrow() {
                return;
            }
            let Ok(server) = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], server_port))).await else { return };
            let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
            let up = Carried { pace: &state.pace, bytes: &state.upstream, tap: state.tapped(), hold: None };
            let down = Carried { pace: &state.pace, bytes: &state.downstream, tap: None, hold: Some(hold) };
            let both = async { tokio::join!(carry(from_client, to_server, up), carry(from_server, to_client, down)) };
            tokio::select! {
                _ = both => {}
                _ = whole.wait_for(|whole| !whole) => {}
            }
        });
        while connections.try_join_next().is_some() {}
    }
}

impl State {
    /// Where a new connection's bytes are kept, if the wire is tapped.
    fn tapped(&self) -> Option<Tap<'_>> {
        if !self.tapped.load(Ordering::Relaxed) {
            return None;
        }
        let mut heard = self.heard.lock().expect("nobody panics with the lock");
        heard.push(Vec::new());
        Some(Tap { heard: &self.heard, place: heard.len() - 1 })
    }
}

/// One direction of a connection.
struct Carried<'a> {
    pace: &'a AtomicU64,
    bytes: &'a AtomicU64,
    tap: Option<Tap<'a>>,
    hold: Option<watch::Receiver<u64>>,
}

struct Tap<'a> {
    heard: &'a Mutex<Vec<Vec<u8>>>,
    place: usize,
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, carried: Carried<'_>) {
    let Carried { pace, bytes, tap, mut hold } = carried;
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(len @ 1..) = from.read(&mut buffer).await {
        if let Some(hold) = &mut hold {
            let _ = hold.wait_for(|hold| bytes.load(Ordering::Relaxed) < *hold).await;
        }
        if let Some(tap) = &tap {
            tap.heard.lock().expect("nobody panics with the lock")[tap.place].extend_from_slice(&buffer[..len]);
        }
        if to.write_all(&buffer[..len]).await.is_err() {
            return;
        }
        bytes.fetch_add(len as u64, Ordering::Relaxed);
        let pace = pace.load(Ordering::Relaxed);
        if pace > 0 {
            sleep(Duration::from_secs(1).mul_f64(len as f64 / pace as f64)).await;
        }
    }
    let _ = to.shutdown().await;
}
