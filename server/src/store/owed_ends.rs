//! Ends that an owner asked for with the right proof, and that the ledger had no room to note.
//!
//! The owner is told that there was no room, and until it is noted nothing is handed out. A server
//! that is killed forgets what is owed: then the owner has to ask again, as they were told.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use subrosa_lifecycle::{Ended, RecordKey};
use subrosa_shared::id::{LinkId, Verifier};

/// Ends that may be owed. Beyond that, one has to be asked for again.
const OWED_MAX: usize = 16_384;

/// The verifiers of those who asked, by what is to end.
#[derive(Debug, Default)]
pub(super) struct OwedEnds(Mutex<HashMap<(RecordKey, Ended), Verifier>>);

impl OwedEnds {
    pub(super) fn add(&self, key: RecordKey, ended: Ended, owner: Verifier) {
        let mut owed = self.lock();
        if owed.len() < OWED_MAX {
            owed.insert((key, ended), owner);
        }
    }

    /// Whether nothing may be handed out by that link any more.
    pub(super) fn concern(&self, key: RecordKey, link: LinkId) -> bool {
        let owed = self.lock();
        [Ended::All, Ended::Link(link)].into_iter().any(|ended| owed.contains_key(&(key, ended)))
    }

    pub(super) fn remove(&self, key: RecordKey, ended: Ended) {
        self.lock().remove(&(key, ended));
    }

    pub(super) fn all(&self) -> Vec<(RecordKey, Ended, Verifier)> {
        self.lock().iter().map(|((key, ended), owner)| (*key, *ended, *owner)).collect()
    }

    /// A panic elsewhere leaves it whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<(RecordKey, Ended), Verifier>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
