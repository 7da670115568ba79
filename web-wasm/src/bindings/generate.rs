//! Drawing passwords and passphrases, and judging typed ones.

use serde::Serialize;
use subrosa_shared::phrase;
use wasm_bindgen::prelude::*;

use super::{Thrown, given, json, rng};
use crate::generate::{self, GenerateError, Generated};
use crate::passphrase::{PassphraseError, Style, passphrase};
use crate::strength;

/// Draws a password: `{ text, bits, verdict }` in JSON. `classes` is [`generate::Classes`] in JSON.
///
/// # Errors
/// `no-class`, `length`.
#[wasm_bindgen(js_name = randomPassword)]
pub fn random_password(length: u32, classes: &str) -> Result<String, JsValue> {
    let drawn = generate::password(length, given(classes)?, &mut rng());
    Ok(written(&drawn.map_err(Thrown::from)?))
}

/// How hard a typed password is to guess, at most: [`strength::Strength`] in JSON.
#[wasm_bindgen(js_name = strength)]
#[must_use]
pub fn estimate(typed: &str) -> String {
    json(&strength::estimate(typed))
}

/// The EFF's long word list. See [`phrase::WordList`].
#[wasm_bindgen]
pub struct WordList(pub(super) phrase::WordList);

#[wasm_bindgen]
impl WordList {
    /// Takes the text of the list.
    ///
    /// # Errors
    /// `altered-words`.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Self, JsValue> {
        Ok(Self(phrase::WordList::new(text).map_err(PassphraseError::from).map_err(Thrown::from)?))
    }

    /// Draws a passphrase: `{ text, bits, verdict }` in JSON.
    ///
    /// # Errors
    /// `words`, `separator`.
    pub fn passphrase(&self, words: u32, separator: &str, with_digit: bool, capitals: bool) -> Result<String, JsValue> {
        let drawn = passphrase(&self.0, Style { words, separator, with_digit, capitals }, &mut rng());
        Ok(written(&drawn.map_err(Thrown::from)?))
    }
}

fn written(drawn: &Generated) -> String {
    #[derive(Serialize)]
    struct Answer<'a> {
        text: &'a str,
        bits: u32,
        verdict: strength::Verdict,
    }
    // Rounded down: what is promised is there.
    let bits = drawn.bits as u32;
    json(&Answer { text: &drawn.text, bits, verdict: strength::verdict(bits) })
}

impl From<GenerateError> for Thrown {
    fn from(error: GenerateError) -> Self {
        let variant = match error {
            GenerateError::NoClass => "no-class",
            GenerateError::Length => "length",
        };
        Self::new(variant, error)
    }
}

impl From<PassphraseError> for Thrown {
    fn from(error: PassphraseError) -> Self {
        let variant = match error {
            PassphraseError::Altered(_) => "altered-words",
            PassphraseError::Words => "words",
            PassphraseError::Separator => "separator",
        };
        Self::new(variant, error)
    }
}
