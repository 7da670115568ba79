//! QR codes.

use wasm_bindgen::prelude::*;

use super::{Thrown, json};
use crate::qr;

/// The QR code of a text: `{ size, path }` in JSON; see [`qr::QrPath`].
///
/// # Errors
/// `too-long`.
#[wasm_bindgen(js_name = qrPath)]
pub fn qr_path(text: &str) -> Result<String, JsValue> {
    Ok(json(&qr::qr_path(text).map_err(|error| Thrown::new("too-long", error))?))
}
