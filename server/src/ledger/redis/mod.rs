//! The ledger in Redis, or Valkey: for installations of more than one server.

pub mod nodes;
mod start;
