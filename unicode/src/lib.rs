//! What Unicode says about text: normalization forms C and D, and case. Text in, text out, the same
//! on every platform.
//!
//! Browsers have Unicode's tables already, and they weigh more than the rest of what a first visit
//! loads: in wasm their own functions are asked. Natively it is the crate `unicode-normalization`,
//! and `char`.
//!
//! Which version of Unicode speaks is the platform's matter in both cases. For characters that it
//! knows, none may change its answer (Unicode's stability policies).
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
#[path = "browser.rs"]
mod platform;
#[cfg(not(target_family = "wasm"))]
#[path = "native.rs"]
mod platform;

/// Normalization form C (Unicode Standard Annex 15).
#[must_use]
pub fn nfc(text: &str) -> String {
    // ASCII is normalized, and most text is ASCII.
    if text.is_ascii() { text.to_owned() } else { platform::nfc(text) }
}

/// Normalization form D (Unicode Standard Annex 15).
#[must_use]
pub fn nfd(text: &str) -> String {
    if text.is_ascii() { text.to_owned() } else { platform::nfd(text) }
}

/// Lower case, by the full mappings of single characters: no locale, no context.
#[must_use]
pub fn lower_case(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { platform::lower_case(text) }
}

/// Upper case, by the full mappings of single characters: no locale, no context.
#[must_use]
pub fn upper_case(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_uppercase() } else { platform::upper_case(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_composed() {
        assert_eq!(nfc("cafe\u{301}"), "caf\u{e9}");
        assert_eq!(nfc("\u{2126}"), "\u{3a9}");
        assert_eq!(nfc("\u{1100}\u{1161}"), "\u{ac00}");
        assert_eq!(nfc("fi \u{fb01}"), "fi \u{fb01}");
    }

    #[test]
    fn text_is_decomposed_and_its_marks_are_in_order() {
        assert_eq!(nfd("caf\u{e9}"), "cafe\u{301}");
        assert_eq!(nfd("\u{1fa2}\u{307}"), "\u{3c9}\u{313}\u{300}\u{307}\u{345}");
    }

    #[test]
    fn case_has_no_context() {
        assert_eq!(lower_case("ΟΔΟΣ ΟΔΟΣ"), "οδοσ οδοσ");
        assert_eq!(lower_case("ς"), "ς");
        assert_eq!(upper_case("straße"), "STRASSE");
        assert_eq!(lower_case("İ"), "i\u{307}");
    }
}
