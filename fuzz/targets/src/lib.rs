//! What the fuzzers check. Each module is one target: a function that takes any bytes and panics if
//! a promise does not hold.
//!
//! The same functions run in two places: under libFuzzer, which looks for bytes that reach new code
//! (`cargo xtask fuzz`), and in this crate's test `replay`, which gives them every input that was
//! kept. A target must therefore give the same answer for the same bytes, in any order and in any
//! process.

#[cfg(feature = "server")]
mod http;
mod json;
mod manifest;
mod path;
mod preview;
mod push;
mod record;
mod sealed;
mod seeded;
mod token;
mod zip;

/// A target by its name, which is also that of its folders and of its program in `fuzz/Cargo.toml`.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    #[cfg(feature = "server")]
    ("http", http::check),
    ("json", json::check),
    ("manifest", manifest::check),
    ("path", path::check),
    ("preview", preview::check),
    ("push", push::check),
    ("record", record::check),
    ("sealed", sealed::check),
    ("token", token::check),
    ("zip", zip::check),
];

/// Runs the target of that name.
///
/// # Panics
/// There is none of that name, or one of its promises does not hold for these bytes.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    target.expect("there is a target of that name").1(input);
}
