//! What a running server consists of, built in one place for `main` and for tests.

use std::sync::Arc;

use bytes::Bytes;
use subrosa_lifecycle::Policy;
use subrosa_shared::api::Choices;
use subrosa_shared::limits::Limits;
use tokio::sync::Semaphore;

use crate::blobs::Blobs;
use crate::concurrency::ConcurrencyLimits;
use crate::config::{ClientTimeouts, Config, ConfigError, ServedChannels};
use crate::connections::Connections;
use crate::data_folder::{DataFolder, DataFolderError};
use crate::health::{Health, HealthCheck};
use crate::installation::{self, InstallationError};
use crate::ledger::{Clock, Ledger, Transfer};
use crate::open_ledger::{OpenLedgerError, open_ledger};
use crate::presets::{self, Offer, PresetsError};
use crate::security_txt::{self, SecurityTxtError};
use crate::store::Store;

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
    accepts_orphans: bool,
    blobs: Blobs,
    policy: Policy,
    choices: Choices,
    served_channels: ServedChannels,
    security_txt: Option<Bytes>,
    timeouts: ClientTimeouts,
    connections_max: usize,
    connections: Arc<Connections>,
    concurrency: Arc<ConcurrencyLimits>,
    memory: Arc<Semaphore>,
    health: Health,
    /// Keeps other processes out for as long as this one runs.
    _data_folder: DataFolder,
}

/// Why a server could not start. What it says is for its operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The configuration makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file of presets and lives is none.
    #[error(transparent)]
    Presets(#[from] PresetsError),
    /// The file that says whom to tell of a weakness is none.
    #[error(transparent)]
    SecurityTxt(#[from] SecurityTxtError),
    /// The data folder cannot be used.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// Ledger and blobs do not belong together.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// The ledger cannot be opened.
    #[error(transparent)]
    Ledger(#[from] OpenLedgerError),
    /// The blobs cannot be opened.
    #[error("cannot use {place} for blobs")]
    Blobs {
        /// Where they should be.
        place: String,
        /// Why not.
        source: crate::blobs::BlobsError,
    },
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
        let serves_pushes = config.channels.pushes();
        let Offer { limits, choices } =
            presets::offer(policy.limits.clone(), serves_pushes, config.presets.as_deref())?;
        let policy = Policy { limits, ..policy };
        let served = config.served_channels()?;
        let security_txt = config.security_txt.as_deref().map(security_txt::read).transpose()?;
        config.ledger_place()?;
        let place = config.blobs_place()?;
        let data_folder = DataFolder::open(&config.data)?;

        let records = open_ledger(config, &policy.limits, clock).await?;
        let ledger: Arc<dyn Ledger> = Arc::clone(&records) as _;
        let blobs = Blobs::open(&place, config.free_bytes_min).await;
        let blobs = blobs.map_err(|source| OpenError::Blobs { place: place.to_string(), source })?;
        installation::check(ledger.as_ref(), &blobs).await?;

        let inner = Inner {
            store: Store::new(ledger, policy.clone()),
            records,
            check_bytes_per_sec: config.check_bytes_per_sec,
            accepts_orphans: config.accept_orphans,
            blobs,
            policy,
            choices,
            served_channels: served,
            security_txt,
            timeouts: config.client_timeouts(),
            connections_max: config.connections_max.max(1),
            connections: Arc::new(Connections::new(config.connection_limits())),
            concurrency: Arc::new(ConcurrencyLimits::new(config.requests_max)),
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

    /// Whether any number of shares that no record knows may be deleted.
    pub(crate) fn accepts_orphans(&self) -> bool {
        self.inner.accepts_orphans
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

    /// What pages offer.
    pub(crate) fn choices(&self) -> &Choices {
        &self.inner.choices
    }

    /// What is served, and with whom.
    #[must_use]
    pub fn served_channels(&self) -> &ServedChannels {
        &self.inner.served_channels
    }

    /// Whom to tell of a weakness, if the operator says so.
    pub(crate) fn security_txt(&self) -> Option<&Bytes> {
        self.inner.security_txt.as_ref()
    }

    /// How long clients may take.
    #[must_use]
    pub fn client_timeouts(&self) -> ClientTimeouts {
        self.inner.timeouts
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
    pub(crate) fn concurrency(&self) -> &Arc<ConcurrencyLimits> {
        &self.inner.concurrency
    }

    /// One per byte of clients' that may be kept in memory: bodies, until they are whole or on the
    /// disk.
    pub(crate) fn memory(&self) -> &Arc<Semaphore> {
        &self.inner.memory
    }

    /// How it is.
    pub(crate) fn health(&self) -> HealthCheck<'_> {
        HealthCheck {
            known: &self.inner.health,
            ledger: self.inner.store.ledger().as_ref(),
            blobs: &self.inner.blobs,
            connections: &self.inner.connections,
            concurrency: &self.inner.concurrency,
        }
    }
}
