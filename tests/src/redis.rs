//! Real Redis, as processes of their own on free ports, each with a folder for itself: one
//! ([`Redis`]), a [`Cluster`] of six, or one with a replica and [`Sentinels`]. All are killed when
//! dropped, and when the test program ends in whatever way. Commands are sent with `redis-cli`, so
//! that nothing here rests on the library that is under test. [`Between`] loses answers on the way.

mod between;
mod cluster;
mod node;
mod sentinels;

use std::path::Path;
use std::time::Duration;

pub use between::Between;
pub use cluster::Cluster;
pub use sentinels::Sentinels;

use node::Node;

use crate::wait;

/// Until something has started, has found its neighbours, or has been replaced. Generous: the
/// machine may be busy.
const WITHIN: Duration = Duration::from_secs(120);

/// How a Redis is started.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Lines of `redis.conf`, beside port and folder.
    pub lines: Vec<String>,
    /// What clients have to say, of 16 or more letters and digits.
    pub password: Option<String>,
}

impl Settings {
    /// Loses nothing that it has answered: `appendonly yes`, `appendfsync always`, no snapshots
    /// beside.
    #[must_use]
    pub fn durable() -> Self {
        Self::with(&["appendonly yes", "appendfsync always", "save \"\""])
    }

    /// As Redis comes: snapshots now and then, no append-only file.
    #[must_use]
    pub fn as_it_comes() -> Self {
        Self::with(&[])
    }

    /// As Redis comes, with these lines of `redis.conf`.
    #[must_use]
    pub fn with(lines: &[&str]) -> Self {
        Self { lines: lines.iter().map(ToString::to_string).collect(), password: None }
    }

    /// The same with more lines.
    #[must_use]
    pub fn and(mut self, lines: &[&str]) -> Self {
        self.lines.extend(lines.iter().map(ToString::to_string));
        self
    }

    /// The same behind a password.
    #[must_use]
    pub fn password(self, password: &str) -> Self {
        Self { password: Some(password.to_owned()), ..self }
    }

    /// `user:password@` of a URL, if there is a password.
    fn credentials(&self) -> String {
        self.password.as_ref().map(|password| format!("default:{password}@")).unwrap_or_default()
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self::durable()
    }
}

/// One Redis.
#[derive(Debug)]
pub struct Redis {
    node: Node,
}

impl Redis {
    /// Starts one that loses nothing.
    ///
    /// # Panics
    /// It does not start; shows its log.
    pub async fn start() -> Self {
        Self::start_with(Settings::durable()).await
    }

    /// Starts one.
    ///
    /// # Panics
    /// It does not start; shows its log.
    pub async fn start_with(settings: Settings) -> Self {
        Self { node: Node::start(settings).await }
    }

    /// Starts one on the data that an earlier one left in this folder, if any.
    ///
    /// # Panics
    /// It does not start; shows its log.
    pub async fn start_in(folder: &Path, settings: Settings) -> Self {
        Self { node: Node::start_in(folder, settings).await }
    }

    /// Starts one that follows this one, and waits until it has all data.
    ///
    /// # Panics
    /// It does not start, or does not follow.
    pub async fn start_replica(&self) -> Self {
        // Or it waits for more of them first.
        self.command(&["CONFIG", "SET", "repl-diskless-sync-delay", "0"]).await.expect("it answers");
        let replica_of = format!("replicaof 127.0.0.1 {}", self.node.port());
        let replica = Self::start_with(Settings::durable().and(&[&replica_of])).await;
        let online = format!("port={},state=online", replica.node.port());
        let info = async || self.command(&["INFO", "replication"]).await.unwrap_or_default();
        wait::until_so(WITHIN, "the replica follows", info, |info: &String| info.contains(&online)).await;
        replica
    }

    /// `redis://HOST:PORT`, with its password if it has one.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}{}", self.node.settings().credentials(), self.node.address())
    }

    /// `HOST:PORT`.
    #[must_use]
    pub fn address(&self) -> String {
        self.node.address()
    }

    /// Where it keeps its files.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.node.folder()
    }

    /// Everything that it said, its earlier lives included.
    #[must_use]
    pub fn log(&self) -> String {
        self.node.log()
    }

    /// Sends one command, gives the answer's text as `redis-cli` shows it.
    ///
    /// # Errors
    /// It refuses, or does not answer.
    pub async fn command(&self, arguments: &[&str]) -> Result<String, String> {
        self.node.command(arguments).await
    }

    /// Kills it as a power cut would.
    pub fn kill_9(&mut self) {
        self.node.kill_9();
    }

    /// Starts it again after its end, with the same port and folder.
    ///
    /// # Panics
    /// It does not start; shows its log.
    pub async fn start_again(&mut self) {
        self.node.start_again().await;
    }

    /// Starts it again after its end, with the same port, and nothing of what it had.
    ///
    /// # Panics
    /// It does not start; shows its log.
    pub async fn start_again_empty(&mut self) {
        self.node.forget();
        self.node.start_again().await;
    }

    /// Stops it without ending it: connections stay, and nothing answers.
    ///
    /// # Panics
    /// It is not running.
    pub fn pause(&self) {
        self.node.pause();
    }

    /// Lets it go on.
    ///
    /// # Panics
    /// It is not running.
    pub fn resume(&self) {
        self.node.resume();
    }

    /// Deletes everything that it holds.
    ///
    /// # Panics
    /// It does not answer.
    pub async fn flush(&self) {
        self.node.flush().await;
    }
}
