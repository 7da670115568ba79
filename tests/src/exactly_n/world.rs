//! Servers over one ledger and one folder of blobs, each of which can be killed and started again.

use std::path::PathBuf;

use tempfile::TempDir;
use tokio::time::{Duration, Instant, sleep};

use crate::ports::free_port;
use crate::redis::{Cluster, Redis, Sentinels};
use crate::s3::S3;
use crate::server::{Options, Server};

/// Until a server has to be up again. It may refuse to start while its ledger is being put in
/// order.
const START_MAX: Duration = Duration::from_secs(60);

/// What names in the bucket begin with.
const PREFIX: &str = "exactly-n";

/// What holds the ledger.
#[derive(Debug)]
pub enum Backing {
    /// A file, of one server.
    Sqlite,
    /// One Redis.
    Redis(Redis),
    /// Three primaries, each with a replica that has to acknowledge.
    Cluster(Cluster),
    /// One primary, with a replica that has to acknowledge.
    Sentinels(Sentinels),
}

impl Backing {
    /// What those that hold the data said.
    fn log(&self) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Redis(redis) => redis.log(),
            Self::Cluster(cluster) => (0..6).map(|node| cluster.log(node)).collect(),
            Self::Sentinels(sentinels) => (0..2).map(|node| sentinels.log(node)).collect(),
        }
    }
}

/// All that is started for one history.
#[derive(Debug)]
pub struct World {
    /// The ledger.
    pub backing: Backing,
    /// Where the ciphertext lies, if that is no folder.
    pub store: Option<S3>,
    servers: Vec<Place>,
    folder: TempDir,
}

/// A server that always has the same port and folder.
#[derive(Debug)]
struct Place {
    options: Options,
    server: Option<Server>,
    /// What it said in its earlier lives.
    log: String,
}

impl World {
    /// Starts so many servers over a ledger; one if it is a file.
    ///
    /// # Panics
    /// They do not start.
    pub async fn start(backing: Backing, servers: usize) -> Self {
        Self::start_with(backing, None, servers).await
    }

    /// The same with the ciphertext in a bucket.
    ///
    /// # Panics
    /// They do not start.
    pub async fn start_on_bucket(backing: Backing, store: S3, servers: usize) -> Self {
        Self::start_with(backing, Some(store), servers).await
    }

    async fn start_with(backing: Backing, store: Option<S3>, servers: usize) -> Self {
        let folder = TempDir::new().expect("there is room for a folder");
        let mut world = Self { backing, store, servers: Vec::new(), folder };
        std::fs::create_dir_all(world.blobs()).expect("a folder can be made");
        for number in 0..servers {
            let data = world.folder.path().join(number.to_string());
            std::fs::create_dir(&data).expect("a folder can be made");
            let flags: Vec<String> = world.flags();
            let options = Options { flags, port: free_port(), data: Some(data), ..Options::default() };
            world.servers.push(Place { options: options.logging("info"), server: None, log: String::new() });
            // One after the other: the first one gives ledger and blobs their installation.
            world.start_server(number).await;
        }
        world
    }

    fn flags(&self) -> Vec<String> {
        let mut flags = vec!["--expiry-secs-min".to_owned(), "1".to_owned()];
        match &self.store {
            Some(store) => flags.extend(store.flags(PREFIX)),
            None => flags.extend(["--blobs".to_owned(), format!("file:{}", self.blobs().display())]),
        }
        let (url, replicas) = match &self.backing {
            Backing::Sqlite => return flags,
            Backing::Redis(redis) => (redis.url(), 0),
            Backing::Cluster(cluster) => (cluster.url(), 1),
            Backing::Sentinels(sentinels) => (sentinels.url(), 1),
        };
        flags.extend(["--ledger".to_owned(), url, "--ledger-replicas".to_owned(), replicas.to_string()]);
        flags
    }

    /// Where the ciphertext lies.
    #[must_use]
    pub fn blobs(&self) -> PathBuf {
        self.store.as_ref().map_or_else(|| self.folder.path().join("blobs"), |store| store.folder(PREFIX))
    }

    /// The origins of all servers, running or not.
    #[must_use]
    pub fn origins(&self) -> Vec<String> {
        self.servers.iter().map(|place| format!("http://127.0.0.1:{}", place.options.port)).collect()
    }

    /// How many servers there are.
    #[must_use]
    pub fn servers(&self) -> usize {
        self.servers.len()
    }

    /// Kills a server as a power cut would, if it runs.
    pub async fn kill_server(&mut self, number: usize) {
        let place = &mut self.servers[number];
        if let Some(mut server) = place.server.take() {
            server.kill_9().await;
            place.log.push_str(&server.log());
        }
    }

    /// Starts a server again, however often that takes.
    ///
    /// # Panics
    /// It does not start within a minute; shows what it says.
    pub async fn start_server(&mut self, number: usize) {
        let place = &mut self.servers[number];
        let deadline = Instant::now() + START_MAX;
        while place.server.is_none() {
            match Server::try_start(place.options.clone()).await {
                Ok(server) => place.server = Some(server),
                Err(refused) => {
                    let (now, ledger) = (Instant::now(), &self.backing);
                    assert!(now < deadline, "the server does not start: {}\n{}", refused.log, ledger.log());
                    place.log.push_str(&refused.log);
                    sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// Everything that the servers said.
    #[must_use]
    pub fn log(&self) -> String {
        let of = |place: &Place| place.log.clone() + &place.server.as_ref().map(Server::log).unwrap_or_default();
        let each = self.servers.iter().enumerate();
        each.map(|(number, place)| format!("== server {number}\n{}", of(place))).collect()
    }
}
