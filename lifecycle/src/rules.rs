//! The numbers that the promises are made of, and what an operator may set.

use std::time::Duration;

use subrosa_shared::limits::Limits;
use subrosa_shared::time::Timestamp;

use crate::refusal::Refusal;

/// A granted lease that got no byte goes back after so long.
pub const LEASE_START: Duration = Duration::from_secs(2 * 60);
/// A started lease lapses so long after its last request. A finished one is remembered for as long.
pub const LEASE_IDLE: Duration = Duration::from_secs(60 * 60);
/// A lease lapses so long after it was granted, whatever happens.
pub const LEASE_LIFE: Duration = Duration::from_secs(24 * 60 * 60);
/// A view of a push is over so long after it began. Until then, whoever began it gets the same
/// again.
pub const VIEW_LIFE: Duration = Duration::from_secs(15 * 60);
/// A lease gives so many times the content's sealed length.
pub const LEASE_BYTES_FACTOR: u64 = 3;
/// Leases kept per link, and per share. They bound the record; whoever comes next is asked to wait.
pub const LINK_LEASES_MAX: usize = 250;
/// See [`LINK_LEASES_MAX`].
pub const SHARE_LEASES_MAX: usize = 1000;
/// How long to wait when [`LINK_LEASES_MAX`] leases run: by then one that never starts has gone
/// back.
pub const LEASE_RETRY: Duration = LEASE_START;

/// The longest wait after a wrong password.
pub const GUESS_WAIT_MAX: Duration = Duration::from_secs(60);
/// Devices remembered per link: these opened it before, so others' wrong passwords do not slow
/// them.
pub const DEVICES_MAX: usize = 32;
/// Receipts kept per link: the last ones.
pub const RECEIPTS_MAX: usize = 16;

/// Whoever holds a link is told for so long that it is gone, why and since when.
pub const TOMBSTONE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// After that the id stays burned for so long.
pub const BURNED: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// How long leases live. Ended ones are remembered for [`LEASE_IDLE`], whatever they were for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LeaseTerms {
    /// It goes back unless it starts within. Zero: it starts at once.
    pub(crate) start: Duration,
    /// Once started it lapses so long after its last request.
    pub(crate) idle: Duration,
    /// It lapses so long after it was granted.
    pub(crate) life: Duration,
}

impl LeaseTerms {
    /// Of a download, which the first byte starts.
    pub(crate) const DOWNLOAD: Self = Self { start: LEASE_START, idle: LEASE_IDLE, life: LEASE_LIFE };
    /// Of a view of a push: with the answer everything is given.
    pub(crate) const VIEW: Self = Self { start: Duration::ZERO, idle: VIEW_LIFE, life: VIEW_LIFE };
}

/// What an operator may set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// What the server accepts.
    pub limits: Limits,
    /// An upload that is not complete after so many seconds is abandoned.
    pub upload_secs_max: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { limits: Limits::default(), upload_secs_max: 7 * 24 * 60 * 60 }
    }
}

impl Policy {
    /// When an upload that begins now is abandoned.
    pub(crate) fn upload_end(&self, now: Timestamp) -> Timestamp {
        now.after(Duration::from_secs(self.upload_secs_max))
    }
}

/// A life that was asked for and is within the limits. There is no other kind: "never" does not
/// exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Life(Duration);

impl Life {
    /// Checks what a client asked for, in seconds, for a share or one of its links.
    pub(crate) fn checked(secs: i64, limits: &Limits) -> Result<Self, Refusal> {
        Self::within(secs, (limits.expiry_secs_min, limits.expiry_secs_max))
    }

    /// Checks what a client asked for, in seconds, for a push.
    pub(crate) fn checked_for_push(secs: i64, limits: &Limits) -> Result<Self, Refusal> {
        Self::within(secs, limits.push_expiry_secs())
    }

    fn within(secs: i64, (min, max): (u64, u64)) -> Result<Self, Refusal> {
        // A life that is over at once is none, whatever the operator set.
        let min = min.max(1);
        match u64::try_from(secs) {
            Ok(secs) if (min..=max).contains(&secs) => Ok(Self(Duration::from_secs(secs))),
            _ => Err(Refusal::ExpiryOutOfRange { min, max }),
        }
    }

    /// When it ends if it begins now.
    pub(crate) fn from(self, now: Timestamp) -> Timestamp {
        now.after(self.0)
    }
}
