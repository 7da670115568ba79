//! What a running server consists of, built in one place for `main` and for tests.

use std::sync::Arc;
use std::time::Duration;

use subrosa_shared::limits::Limits;
use tokio::sync::Semaphore;

use crate::blobs::Blobs;
use crate::concurrency::ConcurrencyLimits;
use crate::config::{Config, ConfigError, LedgerPlace, Serving};
use crate::connections::Connections;
use crate::data_folder::{DataFolder, DataFolderError};
use crate::health::Health;
use crate::installation::{self, InstallationError};
use crate::ledger::redis::nodes::{DurabilityPolicy, Nodes, RedisUrl};
use crate::ledger::redis::{RedisLedger, Settings};
use crate::ledger::sqlite::{Reserve, SqliteLedger};
use crate::ledger::{Clock, ClockRefused, Ledger, LedgerError, SlewedClock, ThisMachine, Transfer};
use crate::lifecycle::Policy;
use crate::lifecycle::rules::{BURNED, TOMBSTONE};
use crate::store::Store;

/// Bytes that a client has to send or take within [`Timing::stall`], or it is cut off.
pub const FLOOR_BYTES: u64 = 16 * 1024;

/// Bytes of clients' that are kept in memory for all connections together.
const MEMORY_BYTES_MAX: usize = 64 << 20;

/// The server's collaborators. Cheap to clone.
#[derive(Clone)]
pub struct App {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    /// The same ledger, to go through all records.
    records: Arc<dyn Transfer>,
    check_bytes_per_sec: u64,
    blobs: Blobs,
    policy: Policy,
    serving: Serving,
    timing: Timing,
    connections_max: usize,
    connections: Arc<Connections>,
    concurrency: ConcurrencyLimits,
    memory: Arc<Semaphore>,
    health: Health,
    /// Keeps other processes out for as long as this one runs.
    _data_folder: DataFolder,
}

/// How long clients may take.
#[derive(Clone, Copy, Debug)]
pub struct Timing {
    /// Until the headers of a request are complete.
    pub headers: Duration,
    /// Without [`FLOOR_BYTES`] going through.
    pub stall: Duration,
    /// After the server was told to end.
    pub shutdown: Duration,
}

/// Why a server could not start. What it says is for its operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The configuration makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder cannot be used.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// Ledger and blobs do not belong together.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The ledger cannot be opened.
    #[error("cannot open the ledger {place}: {}", reason(error))]
    Ledger {
        /// Where it should be.
        place: String,
        /// Why not. Told already, so it is no source.
        error: LedgerError,
    },
    /// The machine's clock cannot be believed.
    #[error(transparent)]
    Clock(#[from] ClockRefused),
    /// The blobs cannot be opened.
    #[error("cannot use {place} for blobs: {source}")]
    Blobs {
        /// Where they should be.
        place: String,
        /// Why not.
        source: crate::blobs::BlobsError,
    },
}

/// Opens the ledger, whoever's it is. Unless a clock is given, time comes from where the ledger takes it: the machine that it
/// runs on.
///
/// # Errors
/// It cannot be opened.
pub(crate) async fn open_ledger(
    config: &Config,
    clock: Option<Arc<dyn Clock>>,
) -> Result<Arc<dyn Transfer>, OpenError> {
    let place = config.ledger_place()?;
    let opened: Result<Arc<dyn Transfer>, LedgerError> = match &place {
        LedgerPlace::Sqlite(path) => {
            let clock = clock.unwrap_or_else(|| Arc::new(SlewedClock::new(ThisMachine, config.accept_clock)));
            let reserve = Reserve { free_bytes_min: config.free_bytes_min, ballast_bytes: config.ballast_bytes };
            SqliteLedger::open_with(path, clock, reserve).map(|ledger| Arc::new(ledger) as _)
        }
        LedgerPlace::Redis(machines, durability) => {
            let settings = Settings { life_max: life_max(config), clock, accept_clock: config.accept_clock };
            open_in_redis(machines, durability, settings).await.map(|ledger| Arc::new(ledger) as _)
        }
    };
    opened.map_err(|error| match (&place, error) {
        (LedgerPlace::Sqlite(_), LedgerError::Clock(refused)) => OpenError::Clock(refused),
        (_, error) => OpenError::Ledger { place: place.to_string(), error },
    })
}

/// How long a record lives at most unless its life is extended, its tombstone and its burned id included.
fn life_max(config: &Config) -> Duration {
    let life = Duration::from_secs(config.expiry_secs_max).saturating_add(TOMBSTONE).saturating_add(BURNED);
    life.max(Settings::default().life_max)
}

async fn open_in_redis(
    url: &RedisUrl,
    durability: &DurabilityPolicy,
    settings: Settings,
) -> Result<RedisLedger, LedgerError> {
    RedisLedger::open(Nodes::open(url, durability).await?, settings).await
}

fn reason(error: &LedgerError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

impl App {
    /// Opens data folder, ledger and blobs, and checks that they belong together.
    ///
    /// # Errors
    /// Something about them is wrong. Nothing was changed then.
    pub async fn open(config: &Config) -> Result<Self, OpenError> {
        Self::open_with(config, None).await
    }

    /// The same with a clock of its own, for tests.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_with_clock(config: &Config, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        Self::open_with(config, Some(clock)).await
    }

    async fn open_with(config: &Config, clock: Option<Arc<dyn Clock>>) -> Result<Self, OpenError> {
        let policy = config.policy()?;
        let serving = config.serving()?;
        config.ledger_place()?;
        let blobs_folder = config.blobs_folder()?;
        let data_folder = DataFolder::open(&config.data)?;

        let records = open_ledger(config, clock).await?;
        let ledger: Arc<dyn Ledger> = Arc::clone(&records) as _;
        let blobs = Blobs::open_folder(&blobs_folder, config.free_bytes_min)
            .map_err(|source| OpenError::Blobs { place: blobs_folder.display().to_string(), source })?;
        installation::check(ledger.as_ref(), &blobs).await?;

        let inner = Inner {
            store: Store::new(ledger, policy.clone()),
            records,
            check_bytes_per_sec: config.check_bytes_per_sec,
            blobs,
            policy,
            serving,
            timing: config.timing(),
            connections_max: config.connections_max.max(1),
            connections: Arc::new(Connections::new(config.connection_limits())),
            concurrency: ConcurrencyLimits::new(config.requests_max),
            memory: Arc::new(Semaphore::new(MEMORY_BYTES_MAX)),
            health: Health::default(),
            _data_folder: data_folder,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Records and the rules of their life.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.inner.store
    }

    /// The ledger, for who goes through all records.
    pub(crate) fn records(&self) -> &dyn Transfer {
        self.inner.records.as_ref()
    }

    /// How fast stored ciphertext is read to see that it is whole.
    pub(crate) fn check_bytes_per_sec(&self) -> u64 {
        self.inner.check_bytes_per_sec
    }

    /// Ciphertext.
    #[must_use]
    pub fn blobs(&self) -> &Blobs {
        &self.inner.blobs
    }

    /// What the server accepts.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.inner.policy.limits
    }

    /// What is served, and with whom.
    #[must_use]
    pub fn serving(&self) -> &Serving {
        &self.inner.serving
    }

    /// How long clients may take.
    #[must_use]
    pub fn timing(&self) -> Timing {
        self.inner.timing
    }

    /// Connections at the same time.
    #[must_use]
    pub fn connections_max(&self) -> usize {
        self.inner.connections_max
    }

    /// All connections.
    pub(crate) fn connections(&self) -> &Arc<Connections> {
        &self.inner.connections
    }

    /// One per request that is being worked on.
    pub(crate) fn concurrency(&self) -> &ConcurrencyLimits {
        &self.inner.concurrency
    }

    /// One per byte of clients' that may be kept in memory: bodies, until they are whole or on the disk.
    pub(crate) fn memory(&self) -> &Arc<Semaphore> {
        &self.inner.memory
    }

    /// How it is.
    pub(crate) fn health(&self) -> &Health {
        &self.inner.health
    }
}
