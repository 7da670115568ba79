//! Somebody between a server and its store, who fails in the ways in which stores fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Duration, sleep};

use super::S3;

/// What becomes of connections. A change ends those that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// All is well.
    Pass,
    /// Every request is answered with 503.
    Refuse,
    /// Connections are taken, and nothing is ever said.
    Hang,
    /// So many bytes a second each way.
    Slow(u64),
    /// Answers say that the bucket keeps versions.
    Versions,
    /// Every other connection is answered with 503, and the others break after so many bytes.
    Break(u64),
}

/// A way to a store.
#[derive(Debug)]
pub struct Between {
    address: String,
    mode: watch::Sender<Mode>,
    refused: Arc<AtomicU64>,
}

impl Between {
    /// Makes one.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn servers_and(store: &S3) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let (mode, changes) = watch::channel(Mode::Pass);
        let (refused, store) = (Arc::<AtomicU64>::default(), store.address());
        let counter = Arc::clone(&refused);
        tokio::spawn(async move {
            let mut number: u64 = 0;
            while let Ok((server, _)) = listener.accept().await {
                number += 1;
                let mut changes = changes.clone();
                let mode = *changes.borrow_and_update();
                let (store, counter) = (store.clone(), Arc::clone(&counter));
                let refuses = mode == Mode::Refuse || (matches!(mode, Mode::Break(_)) && number.is_multiple_of(2));
                tokio::spawn(async move {
                    tokio::select! {
                        _ = changes.changed() => {}
                        () = serve(server, store, mode, refuses, &counter) => {}
                    }
                });
            }
        });
        Self { address, mode, refused }
    }

    /// From now on.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// How many requests were refused so far.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::SeqCst)
    }

    /// Flags of a server that goes this way.
    #[must_use]
    pub fn flags(&self, prefix: &str) -> Vec<String> {
        super::flags(&self.address, prefix)
    }
}

async fn serve(mut server: TcpStream, store: String, mode: Mode, refuses: bool, refused: &AtomicU64) {
    if refuses {
        refused.fetch_add(1, Ordering::SeqCst);
        let answer = b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        let mut sink = vec![0; 65_536];
        let _ = server.read(&mut sink).await;
        let _ = server.write_all(answer).await;
        let _ = server.shutdown().await;
        // What still comes is taken: the answer is not lost to a reset.
        while server.read(&mut sink).await.is_ok_and(|len| len > 0) {}
        return;
    }
    if mode == Mode::Hang {
        return std::future::pending().await;
    }
    // A dead store refuses connections, too.
    let Ok(there) = TcpStream::connect(store).await else { return };
    let ((from_server, to_server), (from_store, to_store)) = (server.into_split(), there.into_split());
    tokio::join!(carry(from_server, to_store, mode), carry(from_store, to_server, mode));
}

async fn carry(mut from: tokio::net::tcp::OwnedReadHalf, mut to: tokio::net::tcp::OwnedWriteHalf, mode: Mode) {
    let mut buffer = vec![0; 16_384];
    let mut carried: u64 = 0;
    while let Ok(len) = from.read(&mut buffer).await {
        carried += len as u64;
        if mode == Mode::Versions && buffer.starts_with(b"HTTP/1.1 200 OK\r\n") {
            let (line, rest) = buffer[..len].split_at(b"HTTP/1.1 200 OK\r\n".len());
            let answer = [line, b"x-amz-version-id: of-a-version\r\n", rest].concat();
            if to.write_all(&answer).await.is_err() {
                break;
            }
            continue;
        }
        let breaks = matches!(mode, Mode::Break(max) if carried > max);
        if len == 0 || breaks || to.write_all(&buffer[..len]).await.is_err() {
            break;
        }
        if let Mode::Slow(rate) = mode {
            sleep(Duration::from_secs_f64(len as f64 / rate as f64)).await;
        }
    }
    let _ = to.shutdown().await;
}
