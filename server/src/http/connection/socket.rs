//! How an accepted socket is set up.

use tokio::net::TcpStream;

/// Bytes that the system may hold of an answer and has not sent yet. What is sent and not
/// acknowledged is not counted, so fast and far readers lose nothing. More is taken when half of it
/// is sent: a reader has to be slower than 2 KiB/s to look like one that does not read for half a
/// minute. Without this the system takes megabytes and then nothing for as long as it takes to send
/// a third of them.
const UNSENT_BYTES_MAX: u32 = 128 * 1024;

/// Sets up a socket. Whatever fails is only slower.
pub(super) fn prepare(stream: &TcpStream) {
    // Answers are written whole; waiting for more would only delay them.
    let nodelay = stream.set_nodelay(true);
    if let Err(error) = nodelay.and_then(|()| bound_unsent(stream)) {
        tracing::debug!(%error, "a socket cannot be set up");
    }
}

/// Writing follows the other side: what was written long ago does not lie here, unsent.
fn bound_unsent(stream: &TcpStream) -> std::io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    socket2::SockRef::from(stream).set_tcp_notsent_lowat(UNSENT_BYTES_MAX)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;
    use tokio::time::Instant;

    use super::*;

    /// How long it takes to send so much to who reads as fast as it comes.
    async fn time_to_send(len: usize, set_up: fn(&TcpStream)) -> Duration {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let reader = tokio::spawn(async move {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let mut piece = vec![0; 256 << 10];
            while stream.read(&mut piece).await.unwrap() > 0 {}
        });
        let (mut stream, _) = listener.accept().await.unwrap();
        set_up(&stream);
        let start = Instant::now();
        let piece = vec![0; 64 << 10];
        for _ in 0..len / piece.len() {
            stream.write_all(&piece).await.unwrap();
        }
        drop(stream);
        reader.await.unwrap();
        start.elapsed()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn fast_readers_are_as_fast_as_without() {
        let unbounded = |stream: &TcpStream| stream.set_nodelay(true).unwrap();
        let (mut with, mut without) = (Duration::MAX, Duration::MAX);
        // In turns, and the best of each, so that what else runs on the machine takes from both.
        for _ in 0..6 {
            with = with.min(time_to_send(64 << 20, prepare).await);
            without = without.min(time_to_send(64 << 20, unbounded).await);
        }
        let ratio = without.as_secs_f64() / with.as_secs_f64();
        assert!(ratio > 0.5, "{ratio:.2} of the speed: {with:?}, without {without:?}");
    }
}
