//! A Cluster of six: three primaries, each with one replica.

use std::ops::RangeInclusive;
use std::process::Stdio;

use futures_util::future::join_all;

use super::node::Node;
use super::{Settings, WITHIN};
use crate::wait;

const NODES: usize = 6;
const SLOTS: u16 = 16384;
/// A killed primary is replaced in about four seconds, once its replica has all of its data.
const LINES: [&str; 4] = [
    "cluster-enabled yes",
    "cluster-node-timeout 2000",
    "repl-diskless-sync-delay 0",
    "cluster-config-file nodes.conf",
];

/// Six processes that know each other. Nodes are named by their place, 0 to 5, whatever role they
/// have.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<Node>,
}

/// What a node says of a primary.
#[derive(Debug)]
struct Primary {
    node: usize,
    slots: Vec<RangeInclusive<u16>>,
}

impl Cluster {
    /// Starts one that loses nothing, and waits until every replica has all of its primary's data.
    ///
    /// # Panics
    /// It does not start, or does not become healthy; shows the logs.
    pub async fn start() -> Self {
        Self::start_with(Settings::durable()).await
    }

    /// Starts one for tests in which nothing is to fail: a machine that is slow because others are
    /// busy is not replaced.
    ///
    /// # Panics
    /// As [`start`](Self::start), or a machine refuses.
    pub async fn start_calm() -> Self {
        let cluster = Self::start().await;
        for node in &cluster.nodes {
            let patience = ["CONFIG", "SET", "cluster-node-timeout", "120000"];
            node.command(&patience).await.expect("a machine takes it");
        }
        cluster
    }

    /// Starts one.
    ///
    /// # Panics
    /// It does not start, or does not become healthy; shows the logs.
    pub async fn start_with(settings: Settings) -> Self {
        let nodes = join_all((0..NODES).map(|_| Node::start(settings.clone().and(&LINES)))).await;
        let cluster = Self { nodes };
        let mut create = tokio::process::Command::new("redis-cli");
        create.args(["--cluster", "create"]).args(cluster.nodes.iter().map(Node::address));
        create.args(["--cluster-replicas", "1", "--cluster-yes"]);
        if let Some(password) = &settings.password {
            create.env("REDISCLI_AUTH", password);
        }
        let output = create.stdin(Stdio::null()).output().await.expect("redis-cli is installed");
        assert!(output.status.success(), "no Cluster: {}", String::from_utf8_lossy(&output.stdout));
        cluster.wait_healthy().await;
        cluster
    }

    /// `redis+cluster://HOST:PORT,…`, every node named.
    #[must_use]
    pub fn url(&self) -> String {
        let addresses: Vec<String> = self.nodes.iter().map(Node::address).collect();
        format!("redis+cluster://{}{}", self.nodes[0].settings().credentials(), addresses.join(","))
    }

    /// Everything that a node said.
    #[must_use]
    pub fn log(&self, node: usize) -> String {
        self.nodes[node].log()
    }

    /// Sends one command to one node.
    ///
    /// # Errors
    /// It refuses, or does not answer.
    pub async fn command(&self, node: usize, arguments: &[&str]) -> Result<String, String> {
        self.nodes[node].command(arguments).await
    }

    /// The nodes that serve slots, as those that run see it.
    ///
    /// # Panics
    /// No node runs.
    pub async fn primaries(&self) -> Vec<usize> {
        self.topology().await.into_iter().map(|primary| primary.node).collect()
    }

    /// The node that serves a slot.
    ///
    /// # Panics
    /// Nobody does.
    pub async fn primary_of(&self, slot: u16) -> usize {
        let serves = |primary: &Primary| primary.slots.iter().any(|slots| slots.contains(&slot));
        self.topology().await.into_iter().find(serves).expect("somebody serves every slot").node
    }

    /// Kills the node that serves a slot, and says which it was.
    ///
    /// # Panics
    /// Nobody serves it.
    pub async fn kill_primary(&mut self, slot: u16) -> usize {
        let node = self.primary_of(slot).await;
        self.kill_9(node);
        node
    }

    /// Kills a node as a power cut would.
    pub fn kill_9(&mut self, node: usize) {
        self.nodes[node].kill_9();
    }

    /// Starts a node again, with the same port and folder.
    ///
    /// # Panics
    /// It does not start; shows its log.
    pub async fn start_again(&mut self, node: usize) {
        self.nodes[node].start_again().await;
    }

    /// Starts a node again that remembers its neighbours and nothing of the data.
    ///
    /// # Panics
    /// It does not start; shows its log.
    pub async fn start_again_empty(&mut self, node: usize) {
        let config = self.nodes[node].folder().join("nodes.conf");
        let neighbours = std::fs::read(&config).expect("it knew its neighbours");
        self.nodes[node].forget();
        std::fs::write(config, neighbours).expect("a small file can be written");
        self.nodes[node].start_again().await;
    }

    /// Stops a node without ending it: connections stay, and nothing answers.
    ///
    /// # Panics
    /// It is not running.
    pub fn pause(&self, node: usize) {
        self.nodes[node].pause();
    }

    /// Lets a node go on.
    ///
    /// # Panics
    /// It is not running.
    pub fn resume(&self, node: usize) {
        self.nodes[node].resume();
    }

    /// Cuts the replica off that the node with a slot has, and says which it is. Then nothing that
    /// is written there is acknowledged by it, and lost if it takes over. Needs a password.
    ///
    /// # Panics
    /// There is no such replica.
    pub async fn cut_off_replica(&self, slot: u16) -> usize {
        let primary = self.primary_of(slot).await;
        let port = self.nodes[primary].port().to_string();
        let follows = join_all(self.nodes.iter().map(|node| node.info("replication", "master_port"))).await;
        let replica = follows.iter().position(|follows| follows.as_ref() == Some(&port)).expect("it has a replica");
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

    /// Waits until all slots are served by nodes that run, whether they have replicas or not.
    ///
    /// # Panics
    /// It takes too long; shows the logs.
    pub async fn wait_served(&self) {
        self.wait("every slot is served", async || self.is_served().await).await;
    }

    /// Waits until all nodes run, agree, and every replica has all of its primary's data.
    ///
    /// # Panics
    /// It takes too long; shows the logs.
    pub async fn wait_healthy(&self) {
        self.wait("the Cluster is healthy", async || self.is_healthy().await).await;
    }

    /// Deletes everything that it holds.
    ///
    /// # Panics
    /// A primary does not answer.
    pub async fn flush(&self) {
        for primary in self.primaries().await {
            self.nodes[primary].flush().await;
        }
    }

    async fn wait(&self, what: &str, is_so: impl AsyncFn() -> bool) {
        let is_so = || async { is_so().await.then_some(()) };
        if wait::within(WITHIN, is_so).await.is_none() {
            let logs: Vec<String> =
                self.nodes.iter().map(|node| format!("{}\n{}", node.address(), node.log())).collect();
            panic!("not within {WITHIN:?}: {what}\n{}", logs.join("\n"));
        }
    }

    async fn is_served(&self) -> bool {
        let running = self.running().map(async |node| node.info_of_cluster("cluster_state").await);
        let all_ok = join_all(running).await.iter().all(|state| state.as_deref() == Some("ok"));
        let primaries = self.topology().await;
        all_ok && primaries.iter().all(|primary| self.nodes[primary.node].is_running()) && served(&primaries) == SLOTS
    }

    async fn is_healthy(&self) -> bool {
        if !self.nodes.iter().all(Node::is_running) || !self.is_served().await {
            return false;
        }
        let primaries = self.primaries().await;
        let whole = (0..NODES).map(async |node| match primaries.contains(&node) {
            // Connected is not enough: what it lacks is sent first.
            true => self.nodes[node].info("replication", "slave0").await.is_some_and(|it| it.contains("state=online")),
            false => self.nodes[node].info("replication", "master_link_status").await.as_deref() == Some("up"),
        });
        primaries.len() == NODES / 2 && join_all(whole).await.into_iter().all(|whole| whole)
    }

    fn running(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.is_running())
    }

    /// The primaries, as the first node that answers sees them.
    async fn topology(&self) -> Vec<Primary> {
        let seen = async || {
            for node in self.running() {
                if let Ok(text) = node.command(&["CLUSTER", "NODES"]).await {
                    return Some(text.lines().filter_map(|line| self.primary(line)).collect());
                }
            }
            None
        };
        wait::until(WITHIN, "a node of the Cluster answers", seen).await
    }

    /// Reads `id host:port@bus,… flags primary-id ping pong epoch link slots…`.
    fn primary(&self, line: &str) -> Option<Primary> {
        let mut fields = line.split(' ');
        let address = fields.nth(1)?.split('@').next()?;
        fields.next()?.split(',').find(|flag| *flag == "master")?;
        let slots: Vec<_> = fields.skip(5).filter_map(range).collect();
        let node = self.nodes.iter().position(|node| node.address() == address)?;
        (!slots.is_empty()).then_some(Primary { node, slots })
    }
}

impl Node {
    async fn info_of_cluster(&self, field: &str) -> Option<String> {
        let info = self.command(&["CLUSTER", "INFO"]).await.ok()?;
        let value = info.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
        Some(value.trim().to_owned())
    }
}

/// Reads `0-5460` and `7`; slots on the move are in brackets and belong to whom they come from.
fn range(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    Some(first.parse().ok()?..=last.parse().ok()?)
}

fn served(primaries: &[Primary]) -> u16 {
    primaries.iter().flat_map(|primary| &primary.slots).map(|slots| slots.end() - slots.start() + 1).sum()
}
