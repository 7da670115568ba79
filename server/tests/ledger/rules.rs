//! What every ledger has to hold to.

mod cells;
mod ends;
mod objects;
mod records;
mod time;
mod transfer;

pub(crate) use cells::*;
pub(crate) use ends::*;
pub(crate) use objects::*;
pub(crate) use records::*;
pub(crate) use time::*;
pub(crate) use transfer::*;
