//! Where a ledger's time comes from.

mod slewed;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use subrosa_shared::time::Timestamp;

pub use slewed::{ClockRefused, Machine, SlewedClock, ThisMachine};
pub(crate) use slewed::{SKEW_MAX, check_at_start};

/// Tells the time. It may jump either way; a ledger makes it go forwards only.
pub trait Clock: Send + Sync + 'static {
    /// Begins to be a ledger's clock. `reached` is the last moment that the ledger knows, if it
    /// knows any.
    ///
    /// # Errors
    /// It is too far from that to be believed.
    fn start(&self, reached: Option<Timestamp>) -> Result<(), ClockRefused> {
        let _ = reached;
        Ok(())
    }

    /// Now, as far as it knows.
    fn now(&self) -> Timestamp;
}

/// A clock that is moved by hand, for tests.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicU64>);

impl ManualClock {
    /// Starts at that moment and stands still.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self(Arc::new(AtomicU64::new(now.as_millis())))
    }

    /// Moves it to another moment, earlier ones too.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.as_millis(), Ordering::SeqCst);
    }

    /// Moves it forwards.
    pub fn advance(&self, span: Duration) {
        self.set(Clock::now(self).after(span));
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
