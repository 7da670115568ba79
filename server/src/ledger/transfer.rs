//! What a ledger can do beside its work, so that all it keeps can be taken to another one.
//! [`migrate`](crate::migrate) drives it.
//!
//! Of all ledgers that carry an installation, at most one is in service. That follows from the
//! order of three writes: the one that is left is closed first; once all of it is in the other, it
//! is marked as moved there, by name; only then does the other go into service.

mod service_state;

use async_trait::async_trait;
use subrosa_lifecycle::RecordKey;
use subrosa_shared::api::LogLine;
use subrosa_shared::id::LinkId;
use subrosa_shared::time::Timestamp;

use super::{Ledger, LedgerError, NewRow, ObjectRow};

pub use self::service_state::{ServiceState, TransferId};

/// No due time is beyond this: the largest whole number that every engine can hold. So that due
/// times are equal wherever they are kept.
pub const DUE_MAX: Timestamp = Timestamp::from_millis((1 << 53) - 1);

/// A ledger whose records can be taken to another one.
#[async_trait]
pub trait Transfer: Ledger {
    /// Whose it is, and whether it is in service.
    async fn service_state(&self) -> Result<ServiceState, LedgerError>;

    /// Changes its state if that is as expected; answers whether it did. Then everybody who uses
    /// the ledger is bound by it: servers that run refuse from their next step on, if it is not in
    /// service any more.
    async fn compare_and_set_state(&self, expected: &ServiceState, next: &ServiceState) -> Result<bool, LedgerError>;

    /// Ends a change to that state that was cut short, if there was one; answers whether it is the
    /// state now. Then everybody is bound by it.
    async fn finish_change_to(&self, state: &ServiceState) -> Result<bool, LedgerError>;

    /// How many records there are.
    async fn count(&self) -> Result<u64, LedgerError>;

    /// Keys of records, a page of them, in an order of the ledger's own. `after` is the last one of
    /// the page before.
    async fn keys(&self, after: Option<RecordKey>, count_max: usize) -> Result<Vec<RecordKey>, LedgerError>;

    /// All that is kept of a record, at one moment and whatever state the ledger is in.
    async fn export(&self, key: &RecordKey) -> Result<Option<ExportedRecord>, LedgerError>;

    /// Replaces all that is kept of a record; `None` removes it. Only while the ledger is in
    /// exactly this state, which is that it receives: otherwise that is an error, and nothing
    /// changes.
    async fn import(
        &self,
        state: &ServiceState,
        key: RecordKey,
        exported: Option<ExportedRecord>,
    ) -> Result<(), LedgerError>;

    /// The last moment that it knows.
    async fn reached(&self) -> Result<Timestamp, LedgerError>;

    /// Makes its clock begin no earlier than that moment.
    async fn reach(&self, moment: Timestamp) -> Result<(), LedgerError>;
}

/// All that a ledger keeps of one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedRecord {
    /// The record itself with all its cells, the cells in order of their links, due no later than
    /// [`DUE_MAX`]. What stands beside it is listed here:
    /// `stands_alone` is false.
    pub row: NewRow,
    /// Its links that the index knows, in order.
    pub links: Vec<LinkId>,
    /// Its objects, in order of slot.
    pub objects: Vec<ObjectRow>,
    /// The owner's note.
    pub note: Option<Vec<u8>>,
    /// The timeline, oldest first.
    pub log: Vec<LogLine>,
}
