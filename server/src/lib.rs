//! The Subrosa server: HTTP over the life of shares and pushes, over ledger and blobs.
//!
//! What may happen to a share or push is decided by the crate `lifecycle`, and nothing else does.
//! [`store`] runs its commands against the [`ledger`], where a `RecordKey` names whose life a
//! record is; [`blobs`] holds the ciphertext; [`http`] translates; [`reaper`] does what nobody asks
//! for. [`app`] puts them together for `main` and for tests. [`migrate`] takes all records to
//! another ledger, and all ciphertext to another place; [`sweep`] finds ciphertext that is
//! nobody's.

pub mod blobs;
mod deletions;
pub mod http;
mod integrity;
mod keyring_blobs;
pub mod ledger;
pub mod migrate;
pub mod reaper;
pub mod store;
pub mod sweep;

pub mod app;
mod concurrency;
pub mod config;
mod connections;
mod data_folder;
mod health;
mod installation;
pub mod log;
mod open_files;
mod open_ledger;
pub mod origin;
mod outage;
mod presets;
mod random;
mod security_txt;

use std::future::Future;

use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{Duration, sleep};

use crate::app::App;

pub use crate::data_folder::DataFolderError;
pub use crate::installation::InstallationError;
pub use crate::open_ledger::OpenLedgerError;
pub use crate::presets::PresetsError;

/// Before the reaper begins anew.
const REAPER_WAIT: Duration = Duration::from_secs(1);

/// Serves on a socket until `shutdown` is done, and does meanwhile what nobody asks for.
pub async fn serve(listener: TcpListener, app: App, shutdown: impl Future<Output = ()>) {
    open_files::raise_fd_limit(app.connections_max());
    tokio::select! {
        () = http::connection::serve(listener, app.clone(), shutdown) => {}
        () = reap(&app) => {}
    }
}

/// Runs the reaper for ever. Where it panics, a bug, it begins anew: what it has to do is still
/// due.
async fn reap(app: &App) {
    loop {
        let mut reaper = JoinSet::new();
        reaper.spawn(reaper::run(app.clone()));
        // The panic itself is in the log.
        reaper.join_next().await;
        sleep(REAPER_WAIT).await;
    }
}
