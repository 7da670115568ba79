//! A log that cannot be written: standard error is closed, full, read by nobody, or by somebody who
//! is stuck. The server serves as always, and ends when it is told to.

use std::fs::OpenOptions;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use rustix::pipe::pipe;
use rustix::process::{Pid, Signal, kill_process};
use subrosa_shared::push::Payload;
use subrosa_tests::client::Client;
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::ports::free_port;
use subrosa_tests::{server, wait};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{Instant, timeout};

/// Each leaves a line: several times what a pipe holds.
const REQUESTS: usize = 2_400;
/// At once.
const CLIENTS: usize = 8;

/// A server whose log goes somewhere. Killed when dropped.
struct Logging {
    process: Child,
    origin: String,
    _data: TempDir,
}

impl Logging {
    async fn start(mut command: Command, stderr: Stdio) -> Self {
        let (data, port) = (TempDir::new().unwrap(), free_port());
        command.arg("--listen").arg(format!("127.0.0.1:{port}")).arg("--data").arg(data.path());
        command.args(["--shutdown-secs-max", "3"]).env("RUST_LOG", "info");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(stderr).kill_on_drop(true);
        let process = command.spawn().unwrap();
        let origin = format!("http://127.0.0.1:{port}");
        let answers = async || Client::new(&origin).unwrap().config().await.ok();
        wait::until(Duration::from_secs(30), "the server answers", answers).await;
        Self { process, origin, _data: data }
    }

    /// Asks for so much that no buffer on the way to the log could hold it.
    async fn serves(&self) {
        let http = reqwest::Client::new();
        let asking = (0..CLIENTS).map(|_| {
            let (http, origin) = (http.clone(), self.origin.clone());
            tokio::spawn(async move {
                for path in ["/health/live", "/api/v1/config", "/nothing"].into_iter().cycle().take(REQUESTS / CLIENTS)
                {
                    let answer = http.get(format!("{origin}{path}")).send();
                    let answer = timeout(Duration::from_secs(20), answer).await.expect("an answer comes").unwrap();
                    assert!([200, 404].contains(&answer.status().as_u16()), "{path}: {}", answer.status());
                    answer.bytes().await.unwrap();
                }
            })
        });
        for asked in futures_util::future::join_all(asking).await {
            asked.unwrap();
        }
        let client = Client::new(&self.origin).unwrap();
        for _ in 0..20 {
            let payload = Payload::Password { password: "said".to_owned() };
            client.push(&SealedPush::seal(&payload, &PushTerms::default()).unwrap()).await.unwrap();
        }
    }

    async fn ends(&mut self) -> ExitStatus {
        let pid = self.process.id().and_then(|pid| Pid::from_raw(pid.cast_signed())).unwrap();
        let told = Instant::now();
        kill_process(pid, Signal::TERM).unwrap();
        let ended = timeout(Duration::from_secs(20), self.process.wait()).await.expect("it ends").unwrap();
        assert!(told.elapsed() < Duration::from_secs(8), "it took {:?} to end", told.elapsed());
        ended
    }
}

async fn serves_and_ends(command: Command, stderr: Stdio) {
    let mut server = Logging::start(command, stderr).await;
    server.serves().await;
    assert!(server.ends().await.success());
}

/// The server, started by a shell that closes its standard error first.
fn without_stderr() -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", r#"exec "$0" "$@" 2>&-"#]).arg(server::command().as_std().get_program());
    command
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_standard_error_serves() {
    serves_and_ends(without_stderr(), Stdio::inherit()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_log_is_on_a_full_disk_serves() {
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    serves_and_ends(server::command(), full.into()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_log_nobody_reads_serves() {
    let (reader, writer) = pipe().unwrap();
    let mut server = Logging::start(server::command(), writer.into()).await;
    drop(reader);
    server.serves().await;
    assert!(server.ends().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_log_is_stuck_serves_and_says_later_how_many_lines_were_lost() {
    let (reader, writer) = pipe().unwrap();
    // What holds little is stuck sooner.
    rustix::pipe::fcntl_setpipe_size(&reader, 4096).unwrap();
    let mut server = Logging::start(server::command(), writer.into()).await;
    // More than the queue holds.
    for _ in 0..2 {
        server.serves().await;
    }
    let log = tokio::task::spawn_blocking(move || read_until_lost(reader)).await.unwrap();
    assert!(log.contains("ERROR"), "{log}");
    assert!(server.ends().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_log_is_stuck_ends() {
    let (_reader, writer) = pipe().unwrap();
    serves_and_ends(server::command(), writer.into()).await;
}

/// Reads the log until it says that lines were lost.
fn read_until_lost(reader: OwnedFd) -> String {
    let (mut reader, mut log, mut piece) = (std::fs::File::from(reader), String::new(), [0; 4096]);
    while !log.contains("lines of the log were lost") {
        let len = reader.read(&mut piece).unwrap();
        assert_ne!(len, 0, "the log ended without a word:\n{log}");
        log.push_str(&String::from_utf8_lossy(&piece[..len]));
    }
    log
}
