//! The server as it runs in service, but for its clock: all of it from the socket to the ledger.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use clap::Parser as _;
use subrosa_server::app::App;
use subrosa_server::config::Config;
use subrosa_server::ledger::ManualClock;
use subrosa_shared::time::Timestamp;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::actors::Request;
use super::answer::{Answer, Read};

const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
/// How long a whole request waits for its answer: the server never takes as long, however busy the
/// machine is.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long something else waits, before it is told that nothing more comes.
const SHORT: Duration = Duration::from_millis(20);

pub(super) struct Server {
    runtime: Option<Runtime>,
    clock: ManualClock,
    address: SocketAddr,
    /// Open as long as both sides want it.
    connection: Option<TcpStream>,
    _folder: TempDir,
}

impl Server {
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("the machine has threads");
        let clock = ManualClock::new(START);
        let data = folder.path().to_str().expect("its path is text");
        let config = Config::try_parse_from(["subrosa-server", "--data", data, "--free-bytes-min", "0"]);
        let config = config.expect("it can be configured like that");
        let address = runtime.block_on(async {
            let app = App::open_with_clock(&config, Arc::new(clock.clone())).await.expect("an empty folder will do");
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("there is a free port");
            let address = listener.local_addr().expect("it has an address");
            tokio::spawn(subrosa_server::serve(listener, app, std::future::pending()));
            address
        });
        Self { runtime: Some(runtime), clock, address, connection: None, _folder: folder }
    }

    /// Lets time pass.
    pub(super) fn pass(&self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
    }

    /// Sends a request and reads what comes back: one answer to a whole one.
    pub(super) fn ask(&mut self, request: &Request) -> Vec<Answer> {
        if !request.is_whole {
            let mut connection = self.connection.take().unwrap_or_else(|| connect(self.address));
            // Whoever is refused may be cut off while it still sends.
            let _ = connection.write_all(&request.bytes);
            return read_all(&mut connection, request);
        }
        // The server may close a connection that waits for the next request at any time: then a
        // client takes a new one.
        let again = self.connection.take().and_then(|connection| self.exchange(connection, request));
        let answer = again.or_else(|| self.exchange(connect(self.address), request));
        vec![answer.unwrap_or_else(|| panic!("no answer to {}", String::from_utf8_lossy(&request.bytes)))]
    }

    fn exchange(&mut self, mut connection: TcpStream, request: &Request) -> Option<Answer> {
        let sent = connection.write_all(&request.bytes).is_ok();
        let answer = read_one(&mut connection, request)?;
        let closes = answer.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        if sent && !closes {
            self.connection = Some(connection);
        }
        Some(answer)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(5));
        }
    }
}

fn connect(address: SocketAddr) -> TcpStream {
    let connection = TcpStream::connect(address).expect("the server listens");
    // Thousands a minute: closed the usual way, they would use up the ports of the machine.
    let socket = socket2::SockRef::from(&connection);
    socket.set_linger(Some(Duration::ZERO)).expect("the system can do that");
    connection.set_nodelay(true).expect("the system can do that");
    connection
}

/// The one answer to a whole request; `None` if the connection ends without.
fn read_one(connection: &mut TcpStream, request: &Request) -> Option<Answer> {
    connection.set_read_timeout(Some(PATIENCE)).expect("the system can do that");
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let len = match connection.read(&mut buffer) {
            Ok(len) => len,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => 0,
            Err(_) => return None,
        };
        bytes.extend_from_slice(&buffer[..len]);
        match Answer::read(&bytes, request.is_head, len == 0) {
            Read::Whole(answer, end) => {
                assert_eq!(end, bytes.len(), "more than one answer");
                return Some(answer);
            }
            Read::Wants if len == 0 => return None,
            Read::Wants => {}
        }
    }
}

/// Whatever is answered to what is no whole request.
fn read_all(connection: &mut TcpStream, request: &Request) -> Vec<Answer> {
    connection.set_read_timeout(Some(SHORT)).expect("the system can do that");
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let mut is_told = false;
    loop {
        match connection.read(&mut buffer) {
            Ok(0) => break,
            Ok(len) => bytes.extend_from_slice(&buffer[..len]),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                if is_told || connection.shutdown(Shutdown::Write).is_err() {
                    break;
                }
                is_told = true;
                connection.set_read_timeout(Some(PATIENCE)).expect("the system can do that");
            }
            Err(_) => break,
        }
    }
    let mut answers = Vec::new();
    let mut rest = bytes.as_slice();
    let mut is_first = true;
    while !rest.is_empty() {
        // What follows a request may be taken for the next one, of another method.
        match Answer::read(rest, request.is_head && is_first, true) {
            Read::Whole(answer, len) => {
                rest = &rest[len..];
                is_first = answer.status < 200;
                if answer.status >= 200 {
                    answers.push(answer);
                }
            }
            // Cut off within an answer: it did not wait for it.
            Read::Wants => break,
        }
    }
    answers
}
