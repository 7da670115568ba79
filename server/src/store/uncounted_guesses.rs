//! Wrong open proofs that were compared and are not counted yet, because the ledger did not take
//! the step.
//!
//! Where a wrong proof's step fails, the right one's might not have: that it failed tells
//! something. So the guess is owed, and until the ledger has taken it, nothing more is compared on
//! the same record. A server that is killed forgets what is owed: at most one guess per record and
//! start.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use subrosa_lifecycle::RecordKey;
use subrosa_shared::id::LinkId;

use crate::ledger::WriteId;

/// Records with a guess that is owed. Beyond that, nothing is compared on any other.
const UNCOUNTED_MAX: usize = 16_384;

/// A guess that is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct UncountedGuess {
    /// Whose open proof was guessed.
    pub(crate) link: LinkId,
    /// The version that the failed step would have stored. Found in the ledger, it was stored after
    /// all.
    pub(crate) write_id: WriteId,
}

/// What is owed, by record.
#[derive(Debug, Default)]
pub(crate) struct UncountedGuesses {
    by_record: Mutex<HashMap<RecordKey, UncountedGuess>>,
}

impl UncountedGuesses {
    /// The guess that is owed on a record.
    pub(crate) fn of(&self, key: &RecordKey) -> Option<UncountedGuess> {
        self.lock().get(key).copied()
    }

    /// Whether there is room to owe one more.
    pub(crate) fn have_room(&self) -> bool {
        self.lock().len() < UNCOUNTED_MAX
    }

    /// A guess is owed. Where one is owed already, no other was compared.
    pub(crate) fn add(&self, key: RecordKey, guess: UncountedGuess) {
        self.lock().insert(key, guess);
    }

    /// It is counted, or there is nothing left to count it on.
    pub(crate) fn remove(&self, key: &RecordKey) {
        self.lock().remove(key);
    }

    /// Records on which one is owed.
    pub(crate) fn keys(&self) -> Vec<RecordKey> {
        self.lock().keys().copied().collect()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RecordKey, UncountedGuess>> {
        self.by_record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
