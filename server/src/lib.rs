//! The Subrosa server.

pub mod lifecycle;
pub mod ledger;
mod random;
