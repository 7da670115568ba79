//! A real store that speaks S3, as a process of its own: s3s-fs, which keeps objects as files, so
//! that tests can look at them and damage them. And somebody in front of it who makes it fail.

mod between;

use std::fs::{self, File, FileTimes};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, SystemTime};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::net::TcpStream;

pub use self::between::{Between, Mode};
use crate::disk::files_below;
use crate::ports::free_port;
use crate::spawn::{command, spawn};
use crate::wait;

const HOST: &str = "127.0.0.1";
const BUCKET: &str = "subrosa";
const KEY_ID: &str = "the-id-of-a-key";
/// The key. It must not be in any log.
pub const KEY: &str = "a-key-that-nobody-may-see";
/// Until it listens. Generous: the machine may be busy.
const WITHIN: Duration = Duration::from_secs(30);

/// A store with one bucket. Killed when dropped.
#[derive(Debug)]
pub struct S3 {
    folder: PathBuf,
    /// Deletes the folder, if it is ours.
    own_folder: Option<TempDir>,
    port: u16,
    /// None while it is dead.
    process: Option<Child>,
}

impl S3 {
    /// Starts one with an empty bucket.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start() -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        let mut store = Self::start_in(folder.path()).await;
        store.own_folder = Some(folder);
        store
    }

    /// Starts one in a folder that stays, with the bucket that is there.
    ///
    /// # Panics
    /// It does not start.
    pub async fn start_in(folder: &Path) -> Self {
        fs::create_dir_all(folder.join(BUCKET)).expect("a folder can be made");
        let mut store = Self { folder: folder.to_owned(), own_folder: None, port: free_port(), process: None };
        store.start_again().await;
        store
    }

    /// Starts it after its end, with all that it held.
    ///
    /// # Panics
    /// It runs, or does not start.
    pub async fn start_again(&mut self) {
        assert!(self.process.is_none(), "the store still runs");
        let mut command = command(&program());
        command.args(["--host", HOST, "--port", &self.port.to_string()]);
        command.args(["--access-key", KEY_ID, "--secret-key", KEY]).arg(&self.folder);
        command.env("RUST_LOG", "warn").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.process = Some(spawn(command).expect("s3s-fs and setpriv are installed"));
        let address = self.address();
        wait::until(WITHIN, "the store listens", || async { TcpStream::connect(&address).await.ok() }).await;
    }

    /// `HOST:PORT`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{HOST}:{}", self.port)
    }

    /// Flags of a server that uses what lies under a prefix in the bucket.
    #[must_use]
    pub fn flags(&self, prefix: &str) -> Vec<String> {
        flags(&self.address(), prefix)
    }

    /// Where the objects under a prefix lie as files.
    #[must_use]
    pub fn folder(&self, prefix: &str) -> PathBuf {
        self.folder.join(BUCKET).join(prefix)
    }

    /// The files of all objects under a prefix.
    #[must_use]
    pub fn objects(&self, prefix: &str) -> Vec<PathBuf> {
        files_below(&self.folder(prefix))
    }

    /// Makes an object look as if it was written so long ago.
    ///
    /// # Panics
    /// There is none.
    #[expect(clippy::disallowed_methods, reason = "the store's clock is the machine's")]
    pub fn age(object: &Path, age: Duration) {
        let times = FileTimes::new().set_modified(SystemTime::now() - age);
        let file = File::options().write(true).open(object).expect("it is there");
        file.set_times(times).expect("times can be set");
    }

    /// Kills it.
    ///
    /// # Panics
    /// It does not run.
    pub fn kill_9(&mut self) {
        let mut process = self.process.take().expect("it is running");
        process.kill().expect("a child can be killed");
        process.wait().expect("a child can be waited for");
    }

    /// Stops it: it takes connections and says nothing.
    pub fn pause(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn resume(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let process = self.process.as_ref().expect("it is running");
        let pid = Pid::from_raw(process.id().cast_signed()).expect("a process has a number");
        kill_process(pid, signal).expect("a child can be signalled");
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        if self.process.is_some() {
            self.kill_9();
        }
        // Only now: the process may write into it until its end.
        drop(self.own_folder.take());
    }
}

/// Flags of a server for the store that listens there.
fn flags(address: &str, prefix: &str) -> Vec<String> {
    let flags = [
        ("--blobs", format!("s3://{BUCKET}/{prefix}")),
        ("--blobs-endpoint", format!("http://{address}")),
        ("--blobs-access-key-id", KEY_ID.to_owned()),
        ("--blobs-secret-access-key", KEY.to_owned()),
    ];
    let flags = flags.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]);
    flags.chain(["--blobs-allow-http".to_owned()]).collect()
}

/// What xtask installed.
fn program() -> String {
    if let Ok(program) = std::env::var("SUBROSA_S3S_FS") {
        return program;
    }
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools");
    let installed = fs::read_dir(tools).into_iter().flatten().flatten().map(|entry| entry.path().join("bin/s3s-fs"));
    let found = installed.into_iter().find(|program| program.exists());
    let found = found.expect("s3s-fs is installed: `cargo xtask test` does that");
    found.to_str().expect("a path is text").to_owned()
}
