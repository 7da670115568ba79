//! The HTTP API, called in-process, and over a loopback socket where the socket matters.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod support;

mod round_trip;
