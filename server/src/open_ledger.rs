//! Opens the ledger that the configuration names, for a server and for `migrate`.

use std::sync::Arc;
use std::time::Duration;

use subrosa_durable_redis::{DurabilityPolicy, Nodes, RedisUrl};
use subrosa_lifecycle::rules::{BURNED, TOMBSTONE};
use subrosa_shared::limits::Limits;

use crate::config::{Config, ConfigError, LedgerPlace};
use crate::ledger::redis::{RedisLedger, Settings};
use crate::ledger::sqlite::{Reserve, SqliteLedger};
use crate::ledger::{Clock, ClockRefused, LedgerError, SlewedClock, ThisMachine, Transfer};

/// Why a ledger cannot be opened. What it says is for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenLedgerError {
    /// The configuration makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The machine's clock cannot be believed.
    #[error(transparent)]
    Clock(#[from] ClockRefused),
    /// The ledger itself cannot be opened.
    #[error("cannot open the ledger {place}: {}", reason(error))]
    Ledger {
        /// Where it should be.
        place: String,
        /// Why not. Told already, so it is no source.
        error: LedgerError,
    },
}

/// Opens the ledger, whoever's it is. Unless a clock is given, time comes from where the ledger
/// takes it: the machine that it runs on.
///
/// # Errors
/// It cannot be opened.
pub(crate) async fn open_ledger(
    config: &Config,
    limits: &Limits,
    clock: Option<Arc<dyn Clock>>,
) -> Result<Arc<dyn Transfer>, OpenLedgerError> {
    let place = config.ledger_place()?;
    let opened: Result<Arc<dyn Transfer>, LedgerError> = match &place {
        LedgerPlace::Sqlite(path) => {
            let clock = clock.unwrap_or_else(|| Arc::new(SlewedClock::new(ThisMachine, config.accept_clock)));
            let reserve = Reserve { free_bytes_min: config.free_bytes_min, ballast_bytes: config.ballast_bytes };
            SqliteLedger::open_with(path, clock, reserve).map(|ledger| Arc::new(ledger) as _)
        }
        LedgerPlace::Redis(machines, durability) => {
            let settings = Settings { life_max: life_max(limits), clock, accept_clock: config.accept_clock };
            open_in_redis(machines, durability, settings).await.map(|ledger| Arc::new(ledger) as _)
        }
    };
    opened.map_err(|error| match (&place, error) {
        (LedgerPlace::Sqlite(_), LedgerError::Clock(refused)) => OpenLedgerError::Clock(refused),
        (_, error) => OpenLedgerError::Ledger { place: place.to_string(), error },
    })
}

/// How long a record lives at most unless its life is extended, its tombstone and its burned id
/// included.
fn life_max(limits: &Limits) -> Duration {
    let longest = limits.expiry_secs_max.max(limits.push_expiry_secs().1);
    let life = Duration::from_secs(longest).saturating_add(TOMBSTONE).saturating_add(BURNED);
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
