//! Somebody between us and Redis, who lets questions through and cuts the line before the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// A way to a Redis that can be cut.
#[derive(Debug)]
pub struct Between {
    address: String,
    cuts: Arc<AtomicU32>,
    gate: Arc<Gate>,
}

/// Where questions wait, if they are held up.
#[derive(Debug, Default)]
struct Gate {
    /// Closes with the next answer that is cut.
    closes: AtomicBool,
    closed: watch::Sender<bool>,
}

impl Between {
    /// Makes one to the Redis that listens there.
    ///
    /// # Panics
    /// There is no free port.
    pub async fn us_and(redis: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let address = listener.local_addr().expect("it is bound").to_string();
        let cuts = Arc::new(AtomicU32::new(0));
        let gate = Arc::<Gate>::default();
        let (to_cut, to_close) = (Arc::clone(&cuts), Arc::clone(&gate));
        tokio::spawn(async move {
            while let Ok((us, _)) = listener.accept().await {
                let there = TcpStream::connect(&redis).await.expect("Redis listens");
                tokio::spawn(carry(us, there, Arc::clone(&to_cut), Arc::clone(&to_close)));
            }
        });
        Self { address, cuts, gate }
    }

    /// `redis://HOST:PORT`, without a password.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// The next answers to scripts do not arrive, nor anything behind them on that line.
    pub fn cut_answers(&self, count: u32) {
        self.cuts.store(count, Ordering::SeqCst);
    }

    /// The next answer does not arrive, and whatever is asked after that waits.
    pub fn hold_after_cut(&self) {
        self.gate.closes.store(true, Ordering::SeqCst);
        self.cut_answers(1);
    }

    /// Until an answer was cut, and questions wait.
    pub async fn held(&self) {
        self.gate.closed.subscribe().wait_for(|closed| *closed).await.expect("the gate is ours");
    }

    /// Lets questions through again.
    pub fn go_on(&self) {
        self.gate.closed.send_replace(false);
    }

    /// How many are still to be cut.
    #[must_use]
    pub fn cuts_left(&self) -> u32 {
        self.cuts.load(Ordering::SeqCst)
    }
}

async fn carry(mut us: TcpStream, mut there: TcpStream, cuts: Arc<AtomicU32>, gate: Arc<Gate>) {
    let (mut question, mut answer) = ([0; 16_384], [0; 16_384]);
    let mut runs_script = false;
    loop {
        tokio::select! {
            Ok(len) = us.read(&mut question) => {
                let _ = gate.closed.subscribe().wait_for(|closed| !closed).await;
                runs_script |= question[..len].windows(4).any(|word| word == b"EVAL");
                if len == 0 || there.write_all(&question[..len]).await.is_err() {
                    return;
                }
            }
            Ok(len) = there.read(&mut answer) => {
                let cut = |left: u32| left.checked_sub(1);
                if runs_script && cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, cut).is_ok() {
                    gate.closed.send_if_modified(|closed| {
                        *closed |= gate.closes.swap(false, Ordering::SeqCst);
                        *closed
                    });
                    return;
                }
                if len == 0 || us.write_all(&answer[..len]).await.is_err() {
                    return;
                }
            }
            else => return,
        }
    }
}
