//! One primary, one replica, and three Sentinels that replace the one by the other.

use futures_util::future::join_all;

use super::node::Node;
use super::{Settings, WITHIN};
use crate::wait;

/// What the Sentinels call the primary.
const NAME: &str = "subrosa";

/// Five processes: two of Redis, 0 and 1, whichever is the primary, and three Sentinels.
#[derive(Debug)]
pub struct Sentinels {
    nodes: Vec<Node>,
    sentinels: Vec<Node>,
}

impl Sentinels {
    /// Starts them so that nothing is lost, and waits until the Sentinels know each other and the
    /// replica has all data.
    ///
    /// # Panics
    /// They do not start, or do not become healthy; shows the logs.
    pub async fn start() -> Self {
        Self::start_with(Settings::durable()).await
    }

    /// Starts them.
    ///
    /// # Panics
    /// They do not start, or do not become healthy; shows the logs.
    pub async fn start_with(settings: Settings) -> Self {
        let settings = settings.and(&["repl-diskless-sync-delay 0"]);
        let primary = Node::start(settings.clone()).await;
        let replica_of = format!("replicaof 127.0.0.1 {}", primary.port());
        let replica = Node::start(settings.clone().and(&[&replica_of])).await;
        let mut lines = vec![
            format!("sentinel monitor {NAME} 127.0.0.1 {} 2", primary.port()),
            format!("sentinel down-after-milliseconds {NAME} 1500"),
            format!("sentinel failover-timeout {NAME} 3000"),
        ];
        lines.extend(settings.password.map(|password| format!("sentinel auth-pass {NAME} {password}")));
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let sentinels = join_all((0..3).map(|_| Node::start_sentinel(Settings::with(&lines)))).await;
        let all = Self { nodes: vec![primary, replica], sentinels };
        all.wait_healthy().await;
        all
    }

    /// Starts them for tests in which nothing is to fail: a machine that is slow because others are
    /// busy is not replaced.
    ///
    /// # Panics
    /// As [`start`](Self::start), or a Sentinel refuses.
    pub async fn start_calm() -> Self {
        let all = Self::start().await;
        for sentinel in &all.sentinels {
            let patience = ["SENTINEL", "SET", NAME, "down-after-milliseconds", "120000"];
            sentinel.command(&patience).await.expect("a Sentinel takes it");
        }
        all
    }

    /// `redis+sentinel://HOST:PORT,…/NAME`, every Sentinel named.
    #[must_use]
    pub fn url(&self) -> String {
        let addresses: Vec<String> = self.sentinels.iter().map(Node::address).collect();
        format!("redis+sentinel://{}{}/{NAME}", self.nodes[0].settings().credentials(), addresses.join(","))
    }

    /// Everything that a node said.
    #[must_use]
    pub fn log(&self, node: usize) -> String {
        self.nodes[node].log()
    }

    /// Sends one command to one of the two that hold data.
    ///
    /// # Errors
    /// It refuses, or does not answer.
    pub async fn command(&self, node: usize, arguments: &[&str]) -> Result<String, String> {
        self.nodes[node].command(arguments).await
    }

    /// Which of the two is the primary, as most Sentinels see it. None: they do not agree.
    pub async fn primary(&self) -> Option<usize> {
        let seen = join_all(self.sentinels.iter().map(async |sentinel| {
            let text = sentinel.command(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME]).await.ok()?;
            let port: u16 = text.lines().nth(1)?.parse().ok()?;
            self.nodes.iter().position(|node| node.port() == port)
        }));
        let seen = seen.await;
        (0..self.nodes.len()).find(|node| seen.iter().filter(|seen| **seen == Some(*node)).count() * 2 > seen.len())
    }

    /// Kills the primary, waits until the other is what all Sentinels name, and says which was
    /// killed.
    ///
    /// # Panics
    /// It takes too long; shows the logs.
    pub async fn fail_over(&mut self) -> usize {
        let killed = self.agreed().await;
        self.kill_9(killed);
        self.wait_served().await;
        killed
    }

    /// Cuts the replica off, and says which of the two it is. Then nothing that is written is
    /// acknowledged by it, and lost if it takes over. Needs a password.
    ///
    /// # Panics
    /// There is no primary.
    pub async fn cut_off_replica(&self) -> usize {
        let replica = 1 - self.agreed().await;
        self.nodes[replica].cut_off().await;
        replica
    }

    /// Lets a replica that was cut off follow a primary again.
    ///
    /// # Panics
    /// It does not answer.
    pub async fn let_replicate(&self, node: usize) {
        self.nodes[node].let_replicate().await;
    }

    /// Kills one of the two as a power cut would.
    pub fn kill_9(&mut self, node: usize) {
        self.nodes[node].kill_9();
    }

    /// Stops one of the two without ending it: connections stay, and nothing answers.
    ///
    /// # Panics
    /// It is not running.
    pub fn pause(&self, node: usize) {
        self.nodes[node].pause();
    }

    /// Lets one of the two go on.
    ///
    /// # Panics
    /// It is not running.
    pub fn resume(&self, node: usize) {
        self.nodes[node].resume();
    }

    /// Starts one of the two again, with the same port and folder.
    ///
    /// # Panics
    /// It does not start; shows its log.
    pub async fn start_again(&mut self, node: usize) {
        self.nodes[node].start_again().await;
    }

    /// Kills a Sentinel.
    pub fn kill_sentinel(&mut self, sentinel: usize) {
        self.sentinels[sentinel].kill_9();
    }

    /// Starts a Sentinel again.
    ///
    /// # Panics
    /// It does not start; shows its log.
    pub async fn start_sentinel_again(&mut self, sentinel: usize) {
        self.sentinels[sentinel].start_again().await;
    }

    /// Waits until a primary runs that most Sentinels name, whether it has a replica or not.
    ///
    /// # Panics
    /// It takes too long; shows the logs.
    pub async fn wait_served(&self) {
        self.wait("there is a primary", async || self.serving().await.is_some()).await;
    }

    /// Waits until both run, one is the primary, the other has all of its data, and the Sentinels
    /// know each other.
    ///
    /// # Panics
    /// It takes too long; shows the logs.
    pub async fn wait_healthy(&self) {
        self.wait("primary, replica and Sentinels are healthy", async || self.is_healthy().await).await;
    }

    /// Deletes everything that is held.
    ///
    /// # Panics
    /// There is no primary.
    pub async fn flush(&self) {
        let primary = self.serving().await.expect("there is a primary");
        self.nodes[primary].flush().await;
    }

    /// The primary, as soon as most Sentinels name it.
    async fn agreed(&self) -> usize {
        wait::until(WITHIN, "the Sentinels agree", async || self.primary().await).await
    }

    async fn wait(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let is_so = || async { is_so().await.then_some(()) };
        if wait::within(WITHIN, is_so).await.is_none() {
            let all = self.nodes.iter().chain(&self.sentinels);
            let logs: Vec<String> = all.map(|node| format!("{}\n{}", node.address(), node.log())).collect();
            panic!("not within {WITHIN:?}: {what}\n{}", logs.join("\n"));
        }
    }

    /// The primary that the Sentinels name, if it runs and knows that it is.
    async fn serving(&self) -> Option<usize> {
        let primary = self.primary().await?;
        let role = self.nodes[primary].info("replication", "role").await?;
        (role == "master").then_some(primary)
    }

    async fn is_healthy(&self) -> bool {
        let Some(primary) = self.serving().await else { return false };
        let replica = &self.nodes[1 - primary];
        let replica_is_whole = replica.info("replication", "master_link_status").await.as_deref() == Some("up");
        let port = replica.info("replication", "master_port").await;
        let follows = port == Some(self.nodes[primary].port().to_string());
        let ready = join_all(self.sentinels.iter().map(knows_all)).await.into_iter().all(|ready| ready);
        replica_is_whole && follows && ready
    }
}

/// Whether a Sentinel knows the replica and the other two, and finds nothing wrong with the
/// primary.
async fn knows_all(sentinel: &Node) -> bool {
    let Ok(text) = sentinel.command(&["SENTINEL", "MASTER", NAME]).await else { return false };
    let lines: Vec<&str> = text.lines().collect();
    let is = |field: &str, value: &str| lines.chunks(2).any(|pair| pair == [field, value]);
    is("num-slaves", "1") && is("num-other-sentinels", "2") && is("flags", "master")
}
