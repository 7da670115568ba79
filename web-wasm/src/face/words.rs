//! Small things that pages ask for at once: quantities, what a failure means, whether there is randomness.

use wasm_bindgen::prelude::*;

use super::json;
use crate::{retry, wording};

/// Whether the platform gives randomness. Without it nothing works, on purpose.
#[wasm_bindgen(js_name = hasRandomness)]
#[must_use]
#[expect(clippy::disallowed_methods, reason = "asks whether there is any, and uses none of it")]
pub fn has_randomness() -> bool {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).is_ok() && bytes != [0; 32]
}

/// A size in bytes as `{ value, unit, digits }`, in JSON.
#[wasm_bindgen]
#[must_use]
pub fn size(bytes: f64) -> String {
    json(&wording::size(bytes as u64))
}

/// A span in seconds as `{ value, unit, digits }`, in JSON, rounded up.
#[wasm_bindgen]
#[must_use]
pub fn span(secs: f64) -> String {
    json(&wording::span(secs))
}

/// A life to choose from, in seconds, as `{ value, unit, digits }`, in JSON; exact.
#[wasm_bindgen]
#[must_use]
pub fn life(secs: f64) -> String {
    json(&wording::life(secs as u64))
}

/// What a failed request means: [`retry::Failure`] in JSON. Status 0 is no answer at all.
#[wasm_bindgen]
#[must_use]
pub fn judge(status: u16, body: &str, retry_after_secs: Option<f64>, tries: u32, dice: f64) -> String {
    json(&retry::judge(status, body, retry_after_secs, tries, dice))
}
