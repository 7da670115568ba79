//! Pushes, call by call.

mod asking;
