//! Where synced keyrings lie among the blobs: in a folder of their id, beside those of shares. Ids
//! of both are digests under labels of their own, so none is both.

use std::collections::HashSet;

use subrosa_lifecycle::Record;
use subrosa_shared::id::{KeyringId, ShareId};

use crate::blobs::{Blobs, BlobsError, ORPHAN_AGE};

/// The folder of a keyring.
pub(crate) fn folder(keyring: &KeyringId) -> ShareId {
    ShareId::from_bytes(*keyring.as_bytes())
}

/// The keyring that a folder is of, unless it is that of a share.
pub(crate) fn keyring_of(folder: &ShareId) -> KeyringId {
    KeyringId::from_bytes(*folder.as_bytes())
}

/// Deletes old objects of a keyring that its record does not name: a server that did not learn what
/// became of a change leaves them, or one that was killed.
///
/// # Errors
/// The store fails.
pub(crate) async fn delete_strays(blobs: &Blobs, keyring: &KeyringId, record: &Record) -> Result<(), BlobsError> {
    let kept: HashSet<String> = record.keyring_blob().map(str::to_owned).into_iter().collect();
    let deleted = blobs.delete_strays(&folder(keyring), &kept, ORPHAN_AGE).await?;
    if deleted > 0 {
        tracing::info!(%keyring, deleted, "deleted ciphertext that belonged to no keyring");
    }
    Ok(())
}
