//! Pushes, call by call.

mod asking;
mod bodies;
mod promises;
