//! By the functions of JavaScript's strings (ECMA-262, `String.prototype`).

use js_sys::JsString;

pub(crate) fn nfc(text: &str) -> String {
    JsString::from(text).normalize("NFC").into()
}

pub(crate) fn nfd(text: &str) -> String {
    JsString::from(text).normalize("NFD").into()
}

/// The one mapping of JavaScript that looks at neighbours is that of sigma: character by character
/// keeps it out.
pub(crate) fn lower_case(text: &str) -> String {
    let lower = |text: &str| String::from(JsString::from(text).to_lower_case());
    text.split('Σ').map(lower).collect::<Vec<_>>().join("σ")
}

pub(crate) fn upper_case(text: &str) -> String {
    JsString::from(text).to_upper_case().into()
}
