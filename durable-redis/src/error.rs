//! Why the machines did not do what they were asked for, as far as whoever asked has to know.

use super::unsafe_settings::UnsafeSettings;

/// Why the machines did not do what they were asked for, or may not have. Each kind asks for
/// something else of whoever gets it, so a `match` names them all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It was not run: they cannot be reached, or take nothing right now. Worth trying again soon.
    #[error("Redis is not available: {0}")]
    Unavailable(String),
    /// The answer did not come. It was run or not.
    #[error("Redis did not answer: {0}")]
    Lost(String),
    /// It was run, but fewer replicas than it takes have said that they have it: it may be
    /// forgotten again.
    #[error("too few replicas of Redis have acknowledged a change")]
    NotAcknowledged,
    /// It was not run: there is no memory left.
    #[error("Redis has no memory left")]
    Full,
    /// The machines would not keep what they are given.
    #[error(transparent)]
    UnsafeSettings(#[from] UnsafeSettings),
    /// It failed, which is a fault of what was asked.
    #[error("Redis failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// What it means after a try whose answer was lost: that this one was not run says nothing of
    /// that one.
    #[must_use]
    pub fn after_a_lost_try(self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Lost(why),
            Self::Full => Self::Lost("there is no memory left to find out".to_owned()),
            error => error,
        }
    }
}
