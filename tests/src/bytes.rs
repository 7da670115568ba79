//! Content for tests: bytes that look random and are the same in every run.

use bytes::Bytes;
use rand_core::UnwrapErr;

/// The platform's randomness, as the protocol takes it.
pub type Rng = UnwrapErr<getrandom::SysRng>;

/// The platform's randomness.
#[must_use]
pub fn rng() -> Rng {
    UnwrapErr(getrandom::SysRng)
}

/// So many bytes that neither repeat nor compress, the same for the same seed (xorshift64*).
#[must_use]
pub fn noise(len: usize, seed: u64) -> Bytes {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
    }
    bytes.truncate(len);
    bytes.into()
}

/// Fails unless both are the same; shows where they begin to differ, never megabytes.
///
/// # Panics
/// They differ.
#[track_caller]
pub fn assert_same(found: &[u8], expected: &[u8], what: &str) {
    let differs = found.iter().zip(expected).position(|(found, expected)| found != expected);
    assert!(
        found.len() == expected.len() && differs.is_none(),
        "{what}: {} bytes where {} were expected; first difference at {differs:?}",
        found.len(),
        expected.len(),
    );
}
