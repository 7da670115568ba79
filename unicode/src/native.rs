//! By tables in this program.

use unicode_normalization::UnicodeNormalization as _;

pub(crate) fn nfc(text: &str) -> String {
    text.nfc().collect()
}

pub(crate) fn nfd(text: &str) -> String {
    text.nfd().collect()
}

pub(crate) fn lower_case(text: &str) -> String {
    text.chars().flat_map(char::to_lowercase).collect()
}

pub(crate) fn upper_case(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).collect()
}
