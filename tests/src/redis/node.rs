//! One process of Redis.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::time::{Instant, sleep, timeout};

use super::{Settings, WITHIN};
use crate::ports::free_port;
use crate::spawn::{command, spawn};

const HOST: &str = "127.0.0.1";
const CONFIG: &str = "redis.conf";
const LOG: &str = "log";
/// Until a command has been answered. Generous: the machine may be busy.
const ANSWER_MAX: Duration = Duration::from_secs(5);
/// Between two looks.
const PERIOD: Duration = Duration::from_millis(20);

/// A process of Redis, as ledger or as Sentinel, with its port and its folder.
#[derive(Debug)]
pub(super) struct Node {
    settings: Settings,
    /// More arguments of the program.
    arguments: Vec<&'static str>,
    port: u16,
    folder: PathBuf,
    /// Deletes the folder, if it is ours.
    _own_folder: Option<TempDir>,
    /// None while it is dead.
    process: Option<Child>,
}

impl Node {
    /// Starts a Redis in a new folder.
    pub(super) async fn start(settings: Settings) -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        let mut node = Self::new(folder.path(), settings, &[]);
        node._own_folder = Some(folder);
        node.begin().await;
        node
    }

    /// Starts a Redis in a folder that stays.
    pub(super) async fn start_in(folder: &Path, settings: Settings) -> Self {
        let mut node = Self::new(folder, settings, &[]);
        node.begin().await;
        node
    }

    /// Starts a Sentinel.
    pub(super) async fn start_sentinel(settings: Settings) -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        let mut node = Self::new(folder.path(), settings, &["--sentinel"]);
        node._own_folder = Some(folder);
        node.begin().await;
        node
    }

    fn new(folder: &Path, settings: Settings, arguments: &[&'static str]) -> Self {
        let arguments = arguments.to_vec();
        fs::create_dir_all(folder).expect("a folder can be made");
        Self { settings, arguments, port: 0, folder: folder.to_owned(), _own_folder: None, process: None }
    }

    /// Writes its configuration and starts it for the first time.
    async fn begin(&mut self) {
        self.port = free_port();
        let mut lines = vec![format!("bind {HOST}"), format!("port {}", self.port)];
        lines.push(format!("dir {}", self.folder.display()));
        if self.settings.lines.iter().any(|line| line.starts_with("cluster-enabled")) {
            lines.push(format!("cluster-port {}", free_port()));
        }
        if let Some(password) = &self.settings.password {
            lines.push(format!("requirepass {password}"));
            // Not for Sentinels, which have no primary of their own.
            lines.extend(self.arguments.is_empty().then(|| format!("masterauth {password}")));
        }
        lines.extend(self.settings.lines.iter().cloned());
        // Redis itself writes there too: what a Sentinel learnt, or whose replica it became.
        fs::write(self.folder.join(CONFIG), lines.join("\n") + "\n").expect("a small file can be written");
        self.start_again().await;
    }

    pub(super) async fn start_again(&mut self) {
        assert!(self.process.is_none(), "the Redis at {} still runs", self.address());
        let log = self.log_file();
        let mut command = command("redis-server");
        command.arg(self.folder.join(CONFIG)).args(&self.arguments);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file can be shared")).stderr(log);
        self.process = Some(spawn(command).expect("redis-server and setpriv are installed"));
        let deadline = Instant::now() + WITHIN;
        // Until its data is loaded too, it answers with an error.
        while self.command(&["PING"]).await.as_deref() != Ok("PONG") {
            let ended =
                self.process.as_mut().expect("it was just started").try_wait().expect("a child can be waited for");
            assert!(ended.is_none(), "Redis did not start: {ended:?}\n{}", self.log());
            assert!(Instant::now() < deadline, "Redis does not answer within {WITHIN:?}\n{}", self.log());
            sleep(PERIOD).await;
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn address(&self) -> String {
        format!("{HOST}:{}", self.port)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn is_running(&self) -> bool {
        self.process.is_some()
    }

    pub(super) fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join(LOG)).unwrap_or_default()).into_owned()
    }

    /// Sends one command; an error is the text of a refusal, or what `redis-cli` says of the
    /// connection.
    pub(super) async fn command(&self, arguments: &[&str]) -> Result<String, String> {
        let mut cli = tokio::process::Command::new("redis-cli");
        cli.args(["-e", "-h", HOST, "-p", &self.port.to_string()]).args(arguments);
        if let Some(password) = &self.settings.password {
            cli.env("REDISCLI_AUTH", password);
        }
        // Bounded: a paused one would never answer.
        let output = timeout(ANSWER_MAX, cli.stdin(Stdio::null()).kill_on_drop(true).output()).await;
        let output = output.map_err(|_| "no answer".to_owned())?.expect("redis-cli is installed");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end().to_owned();
        match output.status.success() {
            true => Ok(text(&output.stdout)),
            false => Err(text(&[output.stdout, output.stderr].concat())),
        }
    }

    /// One field of `INFO`, if it answers.
    pub(super) async fn info(&self, section: &str, field: &str) -> Option<String> {
        let info = self.command(&["INFO", section]).await.ok()?;
        let value = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
        Some(value.trim().to_owned())
    }

    pub(super) async fn flush(&self) {
        self.command(&["FLUSHALL"]).await.expect("it answers");
    }

    /// Ends the stream from its primary and lets no new one begin: it can still take over, without
    /// what is written now.
    pub(super) async fn cut_off(&self) {
        assert!(self.settings.password.is_some(), "only a replica that needs a password can be given a wrong one");
        self.command(&["CONFIG", "SET", "masterauth", "not-the-password"]).await.expect("it answers");
        self.command(&["CLIENT", "KILL", "TYPE", "master"]).await.expect("it answers");
    }

    /// Lets it have a primary again.
    pub(super) async fn let_replicate(&self) {
        let password = self.settings.password.as_ref().expect("it was cut off");
        self.command(&["CONFIG", "SET", "masterauth", password]).await.expect("it answers");
        // A Sentinel that promoted it meanwhile had the wrong one written down.
        self.command(&["CONFIG", "REWRITE"]).await.expect("it answers");
    }

    pub(super) fn kill_9(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().expect("a child can be killed");
            process.wait().expect("a child can be waited for");
        }
    }

    /// Deletes what it holds on disk, its neighbours in a Cluster included.
    pub(super) fn forget(&self) {
        assert!(self.process.is_none(), "the Redis at {} still runs", self.address());
        for entry in fs::read_dir(&self.folder).expect("its folder is there").flatten() {
            let path = entry.path();
            match entry.file_name().to_str() {
                Some(CONFIG | LOG) => {}
                _ if path.is_dir() => fs::remove_dir_all(path).expect("its folders can be deleted"),
                _ => fs::remove_file(path).expect("its files can be deleted"),
            }
        }
    }

    pub(super) fn pause(&self) {
        self.signal(Signal::STOP);
    }

    pub(super) fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let process = self.process.as_ref().expect("it is running");
        let pid = Pid::from_raw(process.id().cast_signed()).expect("a process has a number");
        kill_process(pid, signal).expect("a child can be signalled");
    }

    fn log_file(&self) -> File {
        let log = self.folder.join(LOG);
        OpenOptions::new().create(true).append(true).open(log).expect("a log can be written")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill_9();
    }
}
