//! The browser's face of Subrosa.
//!
//! [`face`] is what JavaScript sees: it converts and does nothing else. The modules before it are what is logic in the
//! pages, in plain Rust and tested natively; the protocol itself is in `subrosa-shared`.

mod crc32;
mod secret_text;
#[cfg(test)]
mod seeded;

pub mod basket;
pub mod face;
pub mod generate;
pub mod held;
pub mod parts;
pub mod passphrase;
pub mod picture;
pub mod plan;
pub mod preview;
pub mod push_reader;
pub mod push_sender;
pub mod qr;
pub mod recipient;
pub mod retry;
pub mod sender;
pub mod strength;
pub mod tree;
#[cfg(feature = "vectors")]
pub mod vectors;
pub mod wording;
pub mod zip;
