//! Ends that an owner asked for with the right proof, and that the ledger had no room to note.
//!
//! The owner is told that there was no room, and until it is noted nothing is handed out. A server
//! that is killed forgets what is owed: then the owner has to ask again, as they were told.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use subrosa_lifecycle::RecordKey;
use subrosa_shared::id::Verifier;

/// Ends that may be owed. Beyond that, one has to be asked for again.
const OWED_MAX: usize = 16_384;

/// The verifiers of those who asked, by record.
#[derive(Debug, Default)]
pub(super) struct OwedEnds(Mutex<HashMap<RecordKey, Verifier>>);

impl OwedEnds {
    pub(super) fn add(&self, key: RecordKey, owner: Verifier) {
        let mut owed = self.lock();
        if owed.len() < OWED_MAX {
            owed.insert(key, owner);
        }
    }

    pub(super) fn has(&self, key: &RecordKey) -> bool {
        self.lock().contains_key(key)
    }

    pub(super) fn remove(&self, key: &RecordKey) {
        self.lock().remove(key);
    }

    pub(super) fn all(&self) -> Vec<(RecordKey, Verifier)> {
        self.lock().iter().map(|(key, owner)| (*key, *owner)).collect()
    }

    /// A panic elsewhere leaves it whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<RecordKey, Verifier>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
