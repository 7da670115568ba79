//! The browser's face of Subrosa.
pub mod basket;
pub mod retry;
pub mod wording;
pub mod zip;
