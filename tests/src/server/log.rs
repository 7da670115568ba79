//! What a server says, gathered while it runs.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::sync::watch;

/// All that was said in one life of a server, and in those before.
#[derive(Clone, Debug, Default)]
pub(super) struct Log {
    text: Arc<Mutex<String>>,
    /// Where the current life begins in the text.
    start: usize,
    grown: Option<watch::Receiver<()>>,
}

impl Log {
    pub(super) fn follow(
        self,
        stdout: impl AsyncRead + Send + Unpin + 'static,
        stderr: impl AsyncRead + Send + Unpin + 'static,
    ) -> Self {
        let (grows, grown) = watch::channel(());
        let grows = Arc::new(grows);
        tokio::spawn(gather(stdout, Arc::clone(&self.text), Arc::clone(&grows)));
        tokio::spawn(gather(stderr, Arc::clone(&self.text), grows));
        let start = self.text().len();
        Self { text: self.text, start, grown: Some(grown) }
    }

    pub(super) fn text(&self) -> String {
        self.text.lock().expect("nobody panics with the lock").clone()
    }

    /// The port, as soon as the log tells it.
    pub(super) async fn port(&self) -> u16 {
        let mut grown = self.grown.clone().expect("it is followed");
        loop {
            if let Some(port) = listening_port(&self.text()[self.start..]) {
                return port;
            }
            if grown.changed().await.is_err() {
                // Both streams ended, and so will the process: that is seen elsewhere.
                std::future::pending::<()>().await;
            }
        }
    }

    /// When nothing will be added any more.
    pub(super) async fn ended(&self) {
        let mut grown = self.grown.clone().expect("it is followed");
        while grown.changed().await.is_ok() {}
    }
}

async fn gather(mut stream: impl AsyncRead + Unpin, text: Arc<Mutex<String>>, grows: Arc<watch::Sender<()>>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(len @ 1..) = stream.read(&mut buffer).await {
        text.lock().expect("nobody panics with the lock").push_str(&String::from_utf8_lossy(&buffer[..len]));
        grows.send_replace(());
    }
}

/// The port in the line that says where the server listens.
fn listening_port(log: &str) -> Option<u16> {
    let complete = &log[..=log.rfind('\n')?];
    let line = complete.lines().find(|line| line.contains("listening"))?;
    let port = line.split_once("127.0.0.1:")?.1;
    let digits = port.find(|c: char| !c.is_ascii_digit()).unwrap_or(port.len());
    port[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_port_from_the_log() {
        assert_eq!(listening_port("INFO opened\nINFO listening address=127.0.0.1:40123\n"), Some(40123));
        assert_eq!(listening_port("INFO listening address=127.0.0.1:40123"), None);
        assert_eq!(listening_port("INFO opened 127.0.0.1:1\n"), None);
    }
}
