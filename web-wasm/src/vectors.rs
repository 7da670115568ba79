//! The test vectors of the protocol, in wasm. Only built with the feature `vectors`, for
//! `vectors.mjs`.

use wasm_bindgen::prelude::wasm_bindgen;

/// Checks the vector in a file; throws what is not as it expects.
#[wasm_bindgen(js_name = runVector)]
pub fn run_vector(file: &[u8]) -> Result<(), wasm_bindgen::JsError> {
    subrosa_shared::vectors::run(file).map_err(|error| wasm_bindgen::JsError::new(&error))
}
