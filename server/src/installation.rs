//! Ledger and blobs carry one installation id. If they do not match, nothing is served and nothing
//! is swept: the blobs of another installation look like orphans. Running servers look again every
//! few seconds.

use crate::blobs::{Blobs, BlobsError};
use crate::ledger::{InstallationId, Ledger, LedgerError};

/// Why ledger and blobs do not belong together, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallationError {
    /// Both are somebody's, but not the same one's.
    #[error(
        "the ledger belongs to installation {ledger}, the blobs to {blobs}; name the ledger and the blobs that belong \
         together (--data, --ledger, --blobs)"
    )]
    Mismatch {
        /// Of the ledger.
        ledger: String,
        /// Of the blobs.
        blobs: String,
    },
    /// The blobs of a used ledger have no id.
    #[error(
        "the ledger belongs to installation {ledger}, but where the blobs should be there is no installation; is their \
         disk not mounted? Name the right place with --blobs, or start anew with an empty data folder"
    )]
    BlobsMissing {
        /// Of the ledger.
        ledger: String,
    },
    /// There are blobs, but the ledger is new.
    #[error(
        "the blobs belong to installation {blobs}, but the ledger is empty; name the ledger that belongs to them with \
         --ledger, or start anew with an empty data folder"
    )]
    LedgerMissing {
        /// Of the blobs.
        blobs: String,
    },
    /// The ledger does not answer, or is not in service.
    #[error("the ledger cannot be used")]
    Ledger(#[from] LedgerError),
    /// The blobs do not answer.
    #[error("cannot read the installation of the blobs: {0}")]
    Blobs(#[from] BlobsError),
}

/// Checks that they match; gives a new pair its id.
///
/// # Errors
/// They do not match.
pub(crate) async fn check(ledger: &dyn Ledger, blobs: &Blobs) -> Result<(), InstallationError> {
    match ledger.installation().await? {
        Some(installation) => expect(&installation, Some(blobs)).await.map(|()| blobs.belong_to(installation)),
        None => {
            let found = blobs.installation().await?;
            let (shares, strangers) = blobs.shares().await?;
            if !shares.is_empty() || strangers > 0 {
                let blobs = found.as_ref().map_or_else(|| "(unknown)".to_owned(), text);
                return Err(InstallationError::LedgerMissing { blobs });
            }
            // Found, with no share: the very first start was cut short between the two.
            let id = found.unwrap_or_else(InstallationId::generate);
            // Blobs first: a ledger with an id means that the blobs have one too. Another server
            // may be giving both theirs.
            let id = blobs.set_installation(&id).await?;
            let in_force = ledger.set_installation(id.clone()).await?;
            if in_force == id {
                blobs.belong_to(id);
                Ok(())
            } else {
                Err(InstallationError::Mismatch { ledger: text(&in_force), blobs: text(&id) })
            }
        }
    }
}

/// Checks that blobs belong to an installation. `None`: there are none where they should be.
///
/// # Errors
/// They do not.
pub(crate) async fn expect(ledger: &InstallationId, blobs: Option<&Blobs>) -> Result<(), InstallationError> {
    let found = match blobs {
        Some(blobs) => blobs.installation().await?,
        None => None,
    };
    match found {
        Some(blobs) if blobs == *ledger => Ok(()),
        Some(blobs) => Err(InstallationError::Mismatch { ledger: text(ledger), blobs: text(&blobs) }),
        None => Err(InstallationError::BlobsMissing { ledger: text(ledger) }),
    }
}

fn text(id: &InstallationId) -> String {
    id.as_str().to_owned()
}
