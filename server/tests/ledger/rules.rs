//! What every ledger has to hold to.

mod ends;
mod objects;
mod records;
mod time;
mod transfer;

pub(crate) use ends::*;
pub(crate) use objects::*;
pub(crate) use records::*;
pub(crate) use time::*;
pub(crate) use transfer::*;
