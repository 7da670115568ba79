//! The text of a fence: the state of the ledger, or two of them while it changes.

use crate::ledger::{LedgerError, ServiceState};

/// Stands between the fence before and the next one, while the tags follow. Not in any fence.
pub(super) const ON_THE_WAY: char = '>';
/// How a ledger with that fence stands. What is decided counts.
pub(super) fn state_of(fence: &str) -> Option<ServiceState> {
    let decided = fence.split_once(ON_THE_WAY).map_or(fence, |(_, next)| next);
    ServiceState::from_text((!decided.is_empty()).then_some(decided))
}

/// What a fence that is another than expected means.
pub(super) fn foreign(fence: &str) -> LedgerError {
    match state_of(fence) {
        Some(ServiceState::New) => LedgerError::Foreign(
            "the key that says whose it is has gone: it was emptied, was started without its data, or is another \
             database. Bring its data back, or start anew with an empty ledger and empty blobs"
                .to_owned(),
        ),
        Some(ServiceState::Serving(other)) => {
            LedgerError::Foreign(format!("it belongs to installation {}", other.as_str()))
        }
        Some(closed) => LedgerError::NotInService(closed),
        None => LedgerError::Foreign(
            "the key that says whose it is holds something that this program does not know".to_owned(),
        ),
    }
}
