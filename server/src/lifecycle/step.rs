//! The function itself: time first, then the command, then what follows from it at once.

use subrosa_shared::time::Timestamp;

use super::command::{Change, Command, Refusal, Step};
use super::record::ShareRecord;
use super::rules::Policy;

/// What a command does to a share at a moment. `record` is what is stored of the share, or `None` if nothing is.
///
/// Deterministic: the same arguments give the same step, so a lost race is simply stepped again.
pub fn step(_record: Option<&ShareRecord>, _command: &Command, _policy: &Policy, _now: Timestamp) -> Step {
    Step { record: Change::Unchanged, outcome: Err(Refusal::NotFound), new_link: None, log: Vec::new() }
}

impl ShareRecord {
    /// The next moment at which time alone changes the record. In the past if an effect is pending: then it is due at once.
    #[must_use]
    pub fn due(&self) -> Timestamp {
        self.blobs_pending_since().unwrap_or(Timestamp::from_millis(u64::MAX))
    }
}
