//! The stored form of records.

use serde::{Deserialize, Serialize};

use super::record::{Kept, Record};
use crate::record_key::RecordKey;

/// Version of the stored form. A change that an older program would misread gets a new number.
const VERSION: u32 = 2;

/// Stored bytes are not a record that this program can read.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// A newer program wrote it.
    #[error(
        "the record has version {found}, and this program reads only version {VERSION}: was it written by a newer one?"
    )]
    UnknownVersion {
        /// The version that it has.
        found: u32,
    },
    /// It is damaged.
    #[error("the record is malformed")]
    Malformed(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct StoredRef<'a> {
    version: u32,
    key: &'a RecordKey,
    kept: &'a Kept,
}

#[derive(Deserialize)]
struct Stored {
    key: RecordKey,
    kept: Kept,
}

#[derive(Deserialize)]
struct StoredVersion {
    version: u32,
}

impl Record {
    /// The bytes that a ledger stores.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let stored = StoredRef { version: VERSION, key: &self.key, kept: &self.kept };
        serde_json::to_vec(&stored).expect("numbers, texts and lists become JSON")
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// The bytes are damaged, or of a version that this program does not know.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RecordError> {
        // The version first: what follows may have another shape.
        let StoredVersion { version } = serde_json::from_slice(bytes)?;
        if version != VERSION {
            return Err(RecordError::UnknownVersion { found: version });
        }
        let Stored { key, kept } = serde_json::from_slice(bytes)?;
        Ok(Self { key, kept })
    }
}
