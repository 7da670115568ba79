//! Takes all that one ledger keeps to another one: `subrosa-server migrate`.
//!
//! Everything may end at any moment, and the same command goes on: `plan` reads from the state of
//! both ledgers what is left to do, and `copy` makes them equal however much of it is done. The
//! order of the steps is what keeps two ledgers from being in service at once; it stands in `take`.

mod blobs;
mod command;
mod copy;
mod plan;
mod progress;

use std::sync::Arc;

pub use self::blobs::{MigrateBlobs, MigrateBlobsError, MovedBlobs, migrate_blobs};
pub use self::command::Migrate;
use self::plan::Plan;
use self::progress::Progress;
use crate::config::ConfigError;
use crate::data_folder::DataFolderError;
use crate::installation::InstallationError;
use crate::ledger::{InstallationId, LedgerError, ServiceState, Transfer, TransferId};
use crate::open_ledger::OpenLedgerError;
use crate::presets::PresetsError;

/// Why records were not taken to the other ledger. What it says is for the operator.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MigrateError {
    /// A flag makes no sense.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file of presets and lives is none.
    #[error(transparent)]
    Presets(#[from] PresetsError),
    /// The data folder cannot be used, or a server runs in it.
    #[error(transparent)]
    DataFolder(#[from] DataFolderError),
    /// The blobs are somebody else's.
    #[error(transparent)]
    Installation(#[from] InstallationError),
    /// There is no ledger to take records from.
    #[error("there is no ledger at {0}; name the file of the ledger with --from, as sqlite:PATH")]
    Missing(String),
    /// A ledger cannot be opened.
    #[error("the ledger of --{flag} cannot be used")]
    Open {
        /// `from` or `to`.
        flag: &'static str,
        /// Why not.
        source: Box<OpenLedgerError>,
    },
    /// As the two ledgers stand, there is nothing to be done.
    #[error("{0}")]
    Refused(String),
    /// Somebody else is at work on them.
    #[error(
        "another `migrate` has changed the ledgers meanwhile; nothing is lost: see that only one runs, then run this one again"
    )]
    Overtaken,
    /// What was written does not come back.
    #[error(
        "after {passes} attempts the two ledgers still differ in {differences} records; the old ledger is whole and stays closed: \
         find out what changes the new one, then run the same command again"
    )]
    Differs {
        /// How often it was tried.
        passes: usize,
        /// In how many records.
        differences: u64,
    },
    /// A ledger fails.
    #[error("a ledger failed; run the same command again to go on")]
    Ledger(#[from] LedgerError),
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrated {
    /// All records are in the other ledger, which is in service. Each was compared.
    Moved {
        /// How many there are.
        records: u64,
    },
    /// It was done before.
    Before,
    /// A move that had begun the other way round is given up: the ledger is in service again.
    Reopened,
}

/// Takes everything from one ledger to another.
///
/// # Errors
/// See [`MigrateError`]. The same again goes on.
pub async fn migrate(from: &Arc<dyn Transfer>, to: &Arc<dyn Transfer>, show: bool) -> Result<Migrated, MigrateError> {
    let (leaving, receiving) = (from.service_state().await?, to.service_state().await?);
    if receiving == ServiceState::New && !to.is_empty().await? {
        return Err(MigrateError::Refused("the ledger of --to holds records, but nobody knows whose".to_owned()));
    }
    match plan::plan(&leaving, &receiving).map_err(MigrateError::Refused)? {
        Plan::Take(installation) => take(from, to, &installation, show).await,
        Plan::Finish => {
            finish(to, &receiving).await?;
            Ok(Migrated::Moved { records: to.count().await? })
        }
        Plan::Nothing => Ok(Migrated::Before),
        Plan::Reopen(installation) => {
            change(to, &receiving, &ServiceState::Serving(installation)).await?;
            Ok(Migrated::Reopened)
        }
    }
}

/// Copies, closes the one that is left, copies what changed meanwhile, compares, and puts the other
/// into service.
async fn take(
    from: &Arc<dyn Transfer>,
    to: &Arc<dyn Transfer>,
    installation: &InstallationId,
    show: bool,
) -> Result<Migrated, MigrateError> {
    let receiving = receive(to, installation).await?;
    let work = copy::Copy { from, to, receiving: &receiving };
    let serving = ServiceState::Serving(installation.clone());
    let leaving = ServiceState::Leaving(installation.clone());
    let was_open = from.service_state().await? == serving;
    if was_open {
        // Servers may go on meanwhile: what they change is found afterwards.
        work.pass(&mut Progress::new("copied", from.count().await?, show)).await?;
    }
    // From here on nobody serves. A run that was cut short may not have told everybody.
    if was_open {
        change(from, &serving, &leaving).await?;
    } else if !from.finish_change_to(&leaving).await? {
        return Err(MigrateError::Overtaken);
    }
    let records = work.until_equal(show).await?;
    to.reach(from.reached().await?).await?;
    // The decision: of all that received from this ledger, one, and never again the ledger itself.
    let ServiceState::Receiving { name, .. } = receiving else { return Err(MigrateError::Overtaken) };
    change(from, &leaving, &ServiceState::Moved { installation: installation.clone(), to: name }).await?;
    finish(to, &receiving).await?;
    Ok(Migrated::Moved { records })
}

/// Makes the ledger receive, from this run alone.
async fn receive(to: &Arc<dyn Transfer>, installation: &InstallationId) -> Result<ServiceState, MigrateError> {
    let found = to.service_state().await?;
    let name = match found {
        ServiceState::Receiving { name, .. } => name,
        _ => TransferId::generate(),
    };
    let receiving = ServiceState::Receiving { installation: installation.clone(), name, run: TransferId::generate() };
    change(to, &found, &receiving).await?;
    Ok(receiving)
}

/// The new ledger goes into service. The old one is marked as moved there.
async fn finish(to: &Arc<dyn Transfer>, receiving: &ServiceState) -> Result<(), MigrateError> {
    // What was replaced there while it was filled.
    if let Err(error) = to.scrub().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "cannot scrub the new ledger; its server will");
    }
    let Some(installation) = receiving.installation() else { return Err(MigrateError::Overtaken) };
    change(to, receiving, &ServiceState::Serving(installation.clone())).await
}

async fn change(ledger: &Arc<dyn Transfer>, expected: &ServiceState, next: &ServiceState) -> Result<(), MigrateError> {
    if ledger.compare_and_set_state(expected, next).await? { Ok(()) } else { Err(MigrateError::Overtaken) }
}
