//! Somebody between us and Redis, who lets questions through and cuts the line before the answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A way to a Redis that can be cut.
pub(crate) struct Between {
    address: String,
    cuts: Arc<AtomicU32>,
}

impl Between {
    pub(crate) async fn us_and(redis: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let cuts = Arc::new(AtomicU32::new(0));
        let to_cut = Arc::clone(&cuts);
        tokio::spawn(async move {
            while let Ok((us, _)) = listener.accept().await {
                let there = TcpStream::connect(&redis).await.unwrap();
                tokio::spawn(carry(us, there, Arc::clone(&to_cut)));
            }
        });
        Self { address, cuts }
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// The next answers to scripts do not arrive, nor anything behind them on that line.
    pub(crate) fn cut_answers(&self, count: u32) {
        self.cuts.store(count, Ordering::SeqCst);
    }

    /// How many are still to be cut.
    pub(crate) fn cuts_left(&self) -> u32 {
        self.cuts.load(Ordering::SeqCst)
    }
}

async fn carry(mut us: TcpStream, mut there: TcpStream, cuts: Arc<AtomicU32>) {
    let (mut question, mut answer) = ([0; 16_384], [0; 16_384]);
    let mut runs_script = false;
    loop {
        tokio::select! {
            Ok(len) = us.read(&mut question) => {
                runs_script |= question[..len].windows(4).any(|word| word == b"EVAL");
                if len == 0 || there.write_all(&question[..len]).await.is_err() {
                    return;
                }
            }
            Ok(len) = there.read(&mut answer) => {
                let cut = |left: u32| left.checked_sub(1);
                if runs_script && cuts.fetch_update(Ordering::SeqCst, Ordering::SeqCst, cut).is_ok() {
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
