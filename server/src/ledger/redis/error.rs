//! What it means to the ledger when its machines did not do what it asked them for.

use subrosa_durable_redis::Error;

use crate::ledger::LedgerError;

impl From<Error> for LedgerError {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable(why) => Self::Unavailable(why),
            Error::Lost(why) => Self::Lost(why),
            Error::NotAcknowledged => Self::NotAcknowledged,
            Error::Full => Self::Full,
            Error::UnsafeSettings(found) => Self::UnsafeSettings(Box::new(found)),
            Error::Failed(error) => Self::Engine(error),
        }
    }
}
