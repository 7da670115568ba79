//! Text form of the secrets that the page has to keep over a reload: base64url without padding.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// Writes 32 bytes.
#[must_use]
pub(crate) fn encode(secret: &[u8; 32]) -> Zeroizing<String> {
    Zeroizing::new(URL_SAFE_NO_PAD.encode(secret))
}

/// Reads 32 bytes; `None` if the text is something else.
#[must_use]
pub(crate) fn decode(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    // Bounded before decoding: 43 characters carry 32 bytes.
    let decoded = text.len() == 43 && URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) == Ok(32);
    decoded.then_some(bytes)
}
