//! The server as a program, for tests that need more of it than its router.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use http_body_util::BodyExt as _;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{Answer, Call};

/// The server as a program of its own.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    pub(crate) fn start(data: &TempDir) -> Self {
        // A write beyond the limit that a test sets is an error to it, not its end.
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_subrosa-server")]);
        command.args(["--listen", "127.0.0.1:0", "--free-bytes-min", "0", "--data"]).arg(data.path());
        let mut child = command.env_remove("RUST_LOG").stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = lines.by_ref().find_map(|line| {
            let line = line.unwrap();
            line.split_once("listening on http://").map(|(_, address)| address.parse().unwrap())
        });
        // Somebody has to read on, or the program would wait with its next line.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, address: address.expect("it listens") }
    }

    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends as much of a request as is wanted, and leaves the rest to the reader.
    pub(crate) async fn begin(&self, call: Call, body_len_max: usize) -> TcpStream {
        let (parts, body) = call.request().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let mut head = format!("{} {} HTTP/1.1\r\nconnection: close\r\n", parts.method, parts.uri);
        for (name, value) in &parts.headers {
            head += &format!("{name}: {}\r\n", value.to_str().unwrap());
        }
        if !parts.headers.contains_key("content-length") {
            head += &format!("content-length: {}\r\n", body.len());
        }
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
        stream.write_all(&body[..body.len().min(body_len_max)]).await.unwrap();
        stream
    }

    pub(crate) async fn call(&self, call: Call) -> Answer {
        let mut stream = self.begin(call, usize::MAX).await;
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).await.unwrap();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        let mut lines = std::str::from_utf8(&bytes[..end]).unwrap().lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines.map(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            (name.parse::<http::HeaderName>().unwrap(), value.parse::<http::HeaderValue>().unwrap())
        });
        let headers: http::HeaderMap = headers.collect();
        let body = &bytes[end + 4..];
        let is_chunked = headers.contains_key("transfer-encoding");
        let body = if is_chunked { unchunked(body) } else { body.to_vec() };
        Answer { status, headers, body: body.into(), broken: false }
    }
}

/// A body that was sent in chunks.
fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|window| window == b"\r\n").unwrap();
        let len = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        if len == 0 {
            return body;
        }
        body.extend_from_slice(&rest[line + 2..][..len]);
        rest = &rest[line + 2 + len + 2..];
    }
}
