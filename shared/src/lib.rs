//! The Subrosa protocol, version 1: what browsers and the server have in common.
//!
//! This crate turns bytes into bytes. It does no I/O, reads no clock, draws no randomness of its
//! own and keeps no global state: time and randomness come in as arguments. It is compiled natively
//! and to `wasm32-unknown-unknown`.
//!
//! `docs/PROTOCOL.md` is the specification; the modules link to its sections rather than repeat it.
//! Start with [`keys`] (what is derived from what), then [`seal`] (the one ciphertext format), then
//! [`manifest`] (what a share contains).
#![forbid(unsafe_code)]
#![deny(missing_docs)]

mod bytes;
mod labels;
#[cfg(feature = "openapi")]
mod schema;

pub mod api;
pub mod content;
pub mod id;
pub mod json;
pub mod keyring;
pub mod keys;
pub mod limits;
pub mod manifest;
pub mod note;
pub mod padding;
pub mod password;
pub mod path;
pub mod phrase;
pub mod problem;
pub mod push;
pub mod seal;
pub mod secret;
pub mod time;
pub mod token;
#[cfg(feature = "vectors")]
pub mod vectors;
pub mod wrap;

pub use bytes::BytesError;
