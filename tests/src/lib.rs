//! What the end-to-end tests are made of: the real server as a process of its own ([`server`]),
//! real Redis ([`redis`]), a real store that speaks S3 ([`s3`]), a client that speaks the protocol
//! without a browser ([`client`]), and browsers driven by WebDriver ([`browser`]). The tests stand
//! in `tests/`, one file per subject; `heavy.rs` runs only with `cargo xtask test --heavy`.

pub mod browser;
pub mod bytes;
pub mod client;
pub mod disk;
pub mod exactly_n;
pub mod failing_files;
pub mod leaks;
pub mod liar;
pub mod nginx;
pub mod ports;
pub mod redis;
pub mod s3;
pub mod server;
mod spawn;
pub mod wait;
pub mod wire;
