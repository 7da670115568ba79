//! Small things that pages ask for at once: quantities, what a failure means, whether there is
//! randomness.

use js_sys::Array;
use subrosa_shared::problem::ProblemType;
use wasm_bindgen::prelude::*;

use super::json;
use crate::retry::{self, Answer};
use crate::wording::{self, Quantity};

/// Whether the platform gives randomness. Without it nothing works, on purpose.
#[wasm_bindgen(js_name = hasRandomness)]
#[must_use]
#[expect(clippy::disallowed_methods, reason = "asks whether there is any, and uses none of it")]
pub fn has_randomness() -> bool {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).is_ok() && bytes != [0; 32]
}

/// A size in bytes as `[value, unit, digits]`.
#[wasm_bindgen]
#[must_use]
pub fn size(bytes: f64) -> Array {
    quantity(&wording::size(bytes as u64))
}

/// A span in seconds as `[value, unit, digits]`, rounded up.
#[wasm_bindgen]
#[must_use]
pub fn span(secs: f64) -> Array {
    quantity(&wording::span(secs))
}

/// A life to choose from, in seconds, as `[value, unit, digits]`; exact.
#[wasm_bindgen]
#[must_use]
pub fn life(secs: f64) -> Array {
    quantity(&wording::life(secs as u64))
}

/// Not in JSON: what writes fractions in Rust weighs more than all of this.
fn quantity(quantity: &Quantity) -> Array {
    Array::of3(&quantity.value.into(), &quantity.unit.into(), &quantity.digits.into())
}

/// What a failed request means: [`retry::Failure`] in JSON. Status 0 is no answer at all; `problem`
/// is the problem's `type`, if it is one, `detail` and `retry_after_millis` are what else stands in
/// it.
#[wasm_bindgen]
#[must_use]
pub fn judge(
    status: u16,
    problem: &str,
    detail: &str,
    retry_after_millis: Option<f64>,
    tries: u32,
    dice: f64,
) -> String {
    let problem = ProblemType::from_uri(problem);
    let retry_after_millis = retry_after_millis.filter(|millis| *millis >= 0.0).map(|millis| millis as u64);
    json(&retry::judge(&Answer { status, problem, detail, retry_after_millis }, tries, dice))
}
