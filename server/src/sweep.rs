//! Ciphertext of shares that are gone, or that no record knows: left when a server was killed at
//! the wrong moment, or unknown because a ledger was restored from an old backup. The first is
//! deleted at once; the second only after everything that speaks for it was looked at.

use std::collections::HashSet;

use subrosa_lifecycle::{Record, RecordKey};
use subrosa_shared::id::ShareId;
use tokio::time::{Duration, interval};

use crate::app::App;
use crate::blobs::{BlobsError, ORPHAN_AGE};
use crate::keyring_blobs;
use crate::store::StoreError;

/// How often it is looked for, and so the time between the two looks that find a share unknown.
const EVERY: Duration = Duration::from_secs(60 * 60);
/// Of so many shares, one may be unknown. Of fewer, one as well.
const SHARES_PER_ORPHAN: usize = 100;

/// Works until it is dropped.
pub(crate) async fn run(app: &App) {
    let mut sweep = Sweep::default();
    let mut tick = interval(EVERY);
    loop {
        tick.tick().await;
        match sweep.pass(app).await {
            Ok(Swept { ended: 0, orphans: 0, .. }) => {}
            Ok(Swept { ended, orphans, .. }) => {
                tracing::info!(ended, orphans, "deleted ciphertext of shares that have ended, or that nobody knows");
            }
            Err(error) => tracing::error!(error = &error as &dyn std::error::Error, "cannot look for orphaned blobs"),
        }
    }
}

/// What looks found.
#[derive(Debug, Default)]
pub struct Sweep {
    /// Shares that no record knew at the last look.
    unknown: HashSet<ShareId>,
}

/// What one look did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Shares that have ended, and whose ciphertext was still there. It is deleted.
    pub ended: usize,
    /// Shares that no record knows, and whose ciphertext is deleted.
    pub orphans: usize,
    /// Shares that no record knows, and whose ciphertext stays for now.
    pub kept: usize,
}

/// Why a look was cut short.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SweepError {
    /// The ledger fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The blobs fail, or are not those of this installation.
    #[error(transparent)]
    Blobs(#[from] BlobsError),
}

impl Sweep {
    /// Looks once.
    ///
    /// # Errors
    /// Ledger or blobs fail. What was deleted until then is deleted.
    pub async fn pass(&mut self, app: &App) -> Result<Swept, SweepError> {
        app.blobs().expect_installation().await?;
        let (shares, strangers) = app.blobs().shares().await?;
        if strangers > 0 {
            tracing::warn!(strangers, "there are things among the blobs that are not Subrosa's; they stay");
        }
        let mut swept = Swept::default();
        let mut unknown = HashSet::new();
        for share in &shares {
            // No share gets blobs before its record is stored, so none is unknown because it is
            // just beginning.
            match record(app, *share).await? {
                Found::Kept => {}
                Found::Ended => {
                    app.blobs().delete_share(share).await?;
                    swept.ended += 1;
                }
                Found::Nothing => drop(unknown.insert(*share)),
            }
        }
        let before = std::mem::replace(&mut self.unknown, unknown);
        let most = (shares.len() / SHARES_PER_ORPHAN).max(1);
        if self.unknown.len() > most && !app.accepts_orphans() {
            tracing::error!(
                unknown = self.unknown.len(),
                shares = shares.len(),
                "more than 1 % of what has ciphertext is not in the ledger: is it an old copy? Nothing of it is \
                 deleted. If it may go, start once with --accept-orphans"
            );
            return Ok(Swept { kept: self.unknown.len(), ..swept });
        }
        for share in &self.unknown {
            let is_old = before.contains(share) && app.blobs().is_older(share, ORPHAN_AGE).await?;
            if is_old && matches!(record(app, *share).await?, Found::Nothing) {
                app.blobs().delete_share(share).await?;
                swept.orphans += 1;
            } else {
                swept.kept += 1;
            }
        }
        Ok(swept)
    }
}

/// What the ledger says of a share.
enum Found {
    /// Its ciphertext stays.
    Kept,
    /// It has ended: its ciphertext goes.
    Ended,
    /// There is no record.
    Nothing,
}

/// Of a share, or of a keyring: an id is never of both.
async fn record(app: &App, folder: ShareId) -> Result<Found, StoreError> {
    match record_of(app, folder.into()).await? {
        Found::Nothing => record_of(app, RecordKey::Keyring(keyring_blobs::keyring_of(&folder))).await,
        found => Ok(found),
    }
}

async fn record_of(app: &App, key: RecordKey) -> Result<Found, StoreError> {
    match app.store().record(key).await {
        Ok(record) if record.as_ref().is_some_and(Record::keeps_blobs) => Ok(Found::Kept),
        Ok(Some(_)) => Ok(Found::Ended),
        Ok(None) => Ok(Found::Nothing),
        // An operator may restore it; till then nobody knows.
        Err(StoreError::Record(_)) => Ok(Found::Kept),
        Err(error) => Err(error),
    }
}
