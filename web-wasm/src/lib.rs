//! The protocol as browsers call it.
//!
//! [`bindings`] is what JavaScript sees: it converts and does nothing else. The modules before it
//! are what is logic in the pages, in plain Rust and tested natively; the protocol itself is in
//! `subrosa-shared`.
//!
//! Browsers get it as two modules, so that nobody loads what another page needs: `seal` for those
//! who send, `open` for those who receive. Each is a feature.

// Of both.
pub mod bindings;
mod names;
pub mod parts;
pub mod retry;
#[cfg(test)]
mod seeded;
#[cfg(feature = "vectors")]
pub mod vectors;
pub mod wording;

// Of those who send.
#[cfg(feature = "seal")]
pub mod basket;
#[cfg(feature = "seal")]
pub mod generate;
#[cfg(feature = "seal")]
pub mod name_table;
#[cfg(feature = "seal")]
pub mod packing;
#[cfg(feature = "seal")]
pub mod passphrase;
#[cfg(feature = "seal")]
pub mod push_sender;
#[cfg(feature = "seal")]
pub mod qr;
#[cfg(feature = "seal")]
pub mod same_files;
#[cfg(feature = "seal")]
pub mod sender;
#[cfg(feature = "seal")]
pub mod share_owner;
#[cfg(feature = "seal")]
pub mod strength;
#[cfg(feature = "seal")]
pub mod synced_keyring;

// Of those who receive.
#[cfg(feature = "open")]
mod crc32;
#[cfg(feature = "open")]
pub mod held;
#[cfg(feature = "open")]
pub mod picture;
#[cfg(feature = "open")]
pub mod plan;
#[cfg(feature = "open")]
pub mod preview;
#[cfg(feature = "open")]
pub mod push_reader;
#[cfg(feature = "open")]
pub mod recipient;
#[cfg(feature = "open")]
mod saved_names;
#[cfg(feature = "open")]
mod secret_text;
#[cfg(feature = "open")]
pub mod tree;
#[cfg(feature = "open")]
pub mod zip;
