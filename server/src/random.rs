//! The server's only source of randomness: the platform's. It draws names, never keys.

/// Random bytes.
///
/// # Panics
/// If the platform has no randomness: then nothing here is safe to do.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "this is the one place that draws")]
pub(crate) fn bytes<const LEN: usize>() -> [u8; LEN] {
    let mut bytes = [0; LEN];
    getrandom::fill(&mut bytes).expect("the platform gives randomness, or the server must stop");
    bytes
}
