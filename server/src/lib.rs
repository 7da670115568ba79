//! The Subrosa server.

pub mod blobs;
pub mod ledger;
pub mod lifecycle;
mod random;
pub mod store;
