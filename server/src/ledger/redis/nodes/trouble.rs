//! What can go wrong with one try, and what that means for the next.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::ledger::LedgerError;

/// Why one try failed.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    /// It was not run, and may be soon.
    NotRun(String),
    /// It was run or not.
    Lost(String),
    /// It was run, but too few replicas said so.
    #[expect(dead_code, reason = "waiting for replicas comes next")]
    NotAcknowledged,
    /// It was not run: the machine has no memory left.
    Full,
    /// It makes no sense to the machine.
    Failed(RedisError),
}

impl Trouble {
    /// Before anything was sent.
    pub(super) fn connecting(error: &RedisError) -> Self {
        Self::NotRun(words(error))
    }

    /// In place of an answer, after something was sent.
    pub(super) fn answering(error: RedisError) -> Self {
        match error.code() {
            _ if error.is_io_error() || error.kind() == ErrorKind::Parse => Self::Lost(words(&error)),
            Some("OOM") => Self::Full,
            // Too few replicas were there before it was run.
            Some("NOREPLICAS") => Self::NotRun("it has fewer replicas than it is set to need".to_owned()),
            Some("MISCONF") => Self::NotRun("it cannot write to its disk".to_owned()),
            Some("NOAUTH" | "WRONGPASS" | "NOPERM") => Self::NotRun(words(&error)),
            Some("BUSY") => Self::NotRun("it is busy with a script".to_owned()),
            _ => match error.kind() {
                ErrorKind::Server(
                    ServerErrorKind::BusyLoading
                    | ServerErrorKind::Moved
                    | ServerErrorKind::Ask
                    | ServerErrorKind::TryAgain
                    | ServerErrorKind::ClusterDown
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::ReadOnly,
                ) => Self::NotRun(words(&error)),
                _ => Self::Failed(error),
            },
        }
    }

    /// Whether to try again.
    pub(super) fn is_worth_a_try(&self, repeatable: bool) -> bool {
        match self {
            Self::NotRun(_) => true,
            Self::Lost(_) => repeatable,
            Self::NotAcknowledged | Self::Full | Self::Failed(_) => false,
        }
    }
}

impl From<Trouble> for LedgerError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::NotRun(why) => Self::Unavailable(why),
            Trouble::Lost(why) => Self::Lost(why),
            Trouble::NotAcknowledged => Self::NotAcknowledged,
            Trouble::Full => Self::Full,
            Trouble::Failed(error) => Self::Engine(Box::new(error)),
        }
    }
}

/// What a person can do something about. Never a secret: machines do not repeat what was sent to them for these.
fn words(error: &RedisError) -> String {
    error.to_string()
}
