//! The real server, as a process of its own: started on a free port, killed, started again on the
//! same data. With the variable `SUBROSA_TEST_LEDGER=redis` every server has a Redis for its
//! ledger, in its data folder and for as long as it; with `SUBROSA_TEST_BLOBS=s3` a bucket for its
//! ciphertext in the same way.

mod blobs;
mod disk;
mod ledger;
mod log;

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::timeout;

pub use self::blobs::blobs_are_files;
pub use self::ledger::ledger_is_a_file;

use self::blobs::s3_for;
use self::ledger::redis_for;
use self::log::Log;
use crate::client::Client;
use crate::ports::free_port;
use crate::redis::Redis;
use crate::s3::S3;

/// Until a server has to listen. Generous: the machine may be busy with other things.
const START_MAX: Duration = Duration::from_secs(30);

/// How a server is started.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Flags, beside `--listen` and `--data`.
    pub flags: Vec<String>,
    /// The data folder. `None`: a new one, deleted with the server.
    pub data: Option<PathBuf>,
    /// The port. 0: a free one.
    pub port: u16,
    /// What is logged, as in `RUST_LOG`. `None`: more than operators get by default.
    pub log: Option<String>,
    /// Puts the data folder on a file system of its own, of so many bytes, that ends with the
    /// server's process.
    pub disk_bytes: Option<u64>,
    /// How many files it may have open, unless it asks for more. `None`: as many as this process.
    pub open_files: Option<u64>,
    /// How long a file may be that it writes. `None`: as long as one of this process.
    pub file_bytes: Option<u64>,
}

impl Options {
    /// These flags, a new data folder, a free port.
    #[must_use]
    pub fn flags(flags: &[&str]) -> Self {
        Self { flags: flags.iter().map(ToString::to_string).collect(), ..Self::default() }
    }

    /// The same in another data folder.
    #[must_use]
    pub fn in_folder(self, data: &Path) -> Self {
        Self { data: Some(data.to_owned()), ..self }
    }

    /// The same with another log.
    #[must_use]
    pub fn logging(self, log: &str) -> Self {
        Self { log: Some(log.to_owned()), ..self }
    }
}

/// A server that did not start.
#[derive(Debug)]
pub struct Refused {
    /// How it ended.
    pub status: ExitStatus,
    /// What it said.
    pub log: String,
}

/// A running server. Killed when dropped.
#[derive(Debug)]
pub struct Server {
    process: Child,
    options: Options,
    data: PathBuf,
    /// What holds its ledger, if that is no file.
    redis: Option<Arc<Redis>>,
    /// What holds its ciphertext, if that is no folder.
    store: Option<Arc<S3>>,
    /// Keeps the folder, if it is ours.
    folder: Option<Arc<TempDir>>,
    log: Log,
}

impl Server {
    /// Starts a server with short expiries allowed and everything else as operators get it.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start() -> Self {
        Self::start_with(Options::flags(&["--expiry-secs-min", "1"])).await
    }

    /// Starts a server.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_with(options: Options) -> Self {
        match Self::try_start(options).await {
            Ok(server) => server,
            Err(refused) => panic!("the server did not start: {}\n{}", refused.status, refused.log),
        }
    }

    /// Starts a server that may refuse to start.
    ///
    /// # Errors
    /// It ended by itself, before it listened.
    ///
    /// # Panics
    /// There is no server program, or it neither listens nor ends.
    pub async fn try_start(options: Options) -> Result<Self, Refused> {
        let folder = options.data.is_none().then(|| Arc::new(TempDir::new().expect("there is room for a folder")));
        Self::spawn(options, folder, Log::default()).await
    }

    /// Starts two servers that share the work, each with a ledger and an origin of its own: one for
    /// shares, whose passwords go to the other, which serves pushes only. With more flags, for
    /// both.
    ///
    /// # Panics
    /// One of them does not start.
    pub async fn start_pair(flags: &[&str]) -> (Self, Self) {
        // Each has to know the other's origin, and one is the first.
        let port = free_port();
        let shares_origin = format!("http://127.0.0.1:{port}");
        let with = |more: [&str; 4]| Options::flags(&[&more, flags].concat());
        let pushes = Self::start_with(with(["--channels", "pushes", "--share-origin", &shares_origin])).await;
        let options = with(["--channels", "shares", "--push-origin", &pushes.origin()]);
        let shares = Self::start_with(Options { port, ..options }).await;
        (shares, pushes)
    }

    async fn spawn(mut options: Options, folder: Option<Arc<TempDir>>, log: Log) -> Result<Self, Refused> {
        let data = options.data.clone().or_else(|| folder.as_ref().map(|folder| folder.path().to_owned()));
        let data = data.expect("a folder is given or was made");
        let mut command = match (options.disk_bytes, options.open_files, options.file_bytes) {
            (Some(bytes), ..) => on_small_disk(&data, bytes),
            (None, Some(count), _) => limited(&format!("--nofile={count}:")),
            (None, None, Some(bytes)) => limited(&format!("--fsize={bytes}")),
            (None, None, None) => Command::new(program()),
        };
        command.arg("--listen").arg(format!("127.0.0.1:{}", options.port)).arg("--data").arg(&data);
        let redis = redis_for(&options, &data).await;
        if let Some(redis) = &redis {
            command.arg("--ledger").arg(redis.url());
        }
        let store = s3_for(&options, &data).await;
        command.args(store.iter().flat_map(|store| blobs::flags(store)));
        command.args(&options.flags).env("RUST_LOG", options.log.as_deref().unwrap_or("debug"));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("the server program can be started");
        let log = log
            .follow(process.stdout.take().expect("stdout is piped"), process.stderr.take().expect("stderr is piped"));
        let listening = tokio::select! {
            port = timeout(START_MAX, log.port()) => Some(port.expect("a server listens or ends within half a minute")),
            status = process.wait() => {
                let status = status.expect("a child can be waited for");
                log.ended().await;
                return Err(Refused { status, log: log.text() });
            }
        };
        options.port = listening.expect("the other branch returned");
        Ok(Self { process, options, data, redis, store, folder, log })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.options.port)
    }

    /// A client for this server, with connections of its own.
    ///
    /// # Panics
    /// The platform cannot make HTTP clients.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.origin()).expect("the platform makes HTTP clients")
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.options.port
    }

    /// Its data folder, as this process reaches it.
    ///
    /// # Panics
    /// It has a small disk and does not run: that disk is gone.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        match self.options.disk_bytes {
            None => self.data.clone(),
            Some(_) => {
                let pid = self.process_id();
                PathBuf::from(format!("/proc/{pid}/root{}", self.data.display()))
            }
        }
    }

    /// Everything that it said so far, its earlier lives included.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.text()
    }

    /// Its process, for whoever looks at it from outside.
    ///
    /// # Panics
    /// It is not running.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.id().expect("it is running")
    }

    /// Resident memory in bytes.
    ///
    /// # Panics
    /// It is not running.
    #[must_use]
    pub fn resident_bytes(&self) -> u64 {
        let pid = self.process_id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("a running process has a status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a process has memory");
        let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("memory is a number");
        kib * 1024
    }

    /// Kills it as a power cut would: no signal that it could handle.
    ///
    /// # Panics
    /// It ended already.
    pub async fn kill_9(&mut self) {
        assert!(self.process.id().is_some(), "the server ended before it was killed:\n{}", self.log());
        self.process.kill().await.expect("a running child can be killed");
        self.log.ended().await;
    }

    /// Starts it again after its end, on the same data and port.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_again(self) -> Self {
        // Its Redis and its store stay alive meanwhile.
        let Self { options, data, folder, log, mut process, redis: _redis, store: _store } = self;
        assert!(process.try_wait().is_ok_and(|ended| ended.is_some()), "the server still runs");
        let options = Options { data: Some(data), ..options };
        match Self::spawn(options, folder, log).await {
            Ok(server) => server,
            Err(refused) => panic!("the server did not start again: {}\n{}", refused.status, refused.log),
        }
    }

    /// Kills it and starts it again.
    ///
    /// # Panics
    /// It does not start.
    pub async fn kill_and_start_again(mut self) -> Self {
        self.kill_9().await;
        self.start_again().await
    }

    /// Asks it to end, as a service manager does.
    ///
    /// # Panics
    /// It is not running.
    pub fn terminate(&self) {
        let pid = self.process.id().and_then(|pid| Pid::from_raw(pid.cast_signed())).expect("it is running");
        kill_process(pid, Signal::TERM).expect("a child can be signalled");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// It does not end within a minute.
    pub async fn ended(&mut self) -> ExitStatus {
        let ended = timeout(Duration::from_secs(60), self.process.wait()).await;
        ended.expect("the server ends").expect("a child can be waited for")
    }
}

/// The server as the only user of a small file system: mounted in a namespace of its own, which
/// needs no privilege and leaves nothing behind.
fn on_small_disk(data: &Path, bytes: u64) -> Command {
    let script = r#"mount -t tmpfs -o "size=$0" tmpfs "$1" && shift && exec "$@""#;
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    command.arg(bytes.to_string()).arg(data).arg(program());
    command
}

/// The server with a limit of the system, as `prlimit` takes it. `N:` is what is allowed at first,
/// and as much as this process may have if it asks.
fn limited(limit: &str) -> Command {
    let mut command = Command::new("prlimit");
    command.arg(limit).arg("--").arg(program());
    command
}

/// The server program, for other things than serving.
#[must_use]
pub fn command() -> Command {
    Command::new(program())
}

/// The server program: what xtask built, or what lies beside the test programs.
fn program() -> PathBuf {
    if let Some(program) = std::env::var_os("SUBROSA_SERVER") {
        return program.into();
    }
    let this = std::env::current_exe().expect("a running program has a path");
    let folder = this.parent().and_then(Path::parent).expect("test programs lie in deps/ of the build folder");
    let program = folder.join(format!("subrosa-server{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.exists(),
        "{} is missing: `cargo xtask test` builds it, or `cargo xtask web && cargo build -p subrosa-server`",
        program.display()
    );
    program
}
