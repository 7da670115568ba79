//! What every ledger has to hold to.

mod beside;
mod ends;
mod records;
mod time;
mod transfer;

pub(crate) use beside::*;
pub(crate) use ends::*;
pub(crate) use records::*;
pub(crate) use time::*;
pub(crate) use transfer::*;
