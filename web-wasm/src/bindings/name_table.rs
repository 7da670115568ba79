//! Names out of a table.

use wasm_bindgen::prelude::*;

use super::{Thrown, given, json};
use crate::name_table::{self, TableError};

/// The names in a table: [`name_table::NameTable`] in JSON, by what a person says about it:
/// [`name_table::Choice`] in JSON.
///
/// # Errors
/// `table-too-large`, `too-many-rows`; `unclosed`: in which row.
#[wasm_bindgen(js_name = namesInTable)]
pub fn names_in_table(text: &str, choice: &str) -> Result<String, JsValue> {
    let found = name_table::names_in_table(text, &given(choice)?).map_err(|error| match error {
        TableError::TooLarge => Thrown::new("table-too-large", error),
        TableError::TooManyRows => Thrown::new("too-many-rows", error),
        TableError::Unclosed(row) => Thrown::new("unclosed", error).naming(row.to_string()),
    })?;
    Ok(json(&found))
}

/// Whether a text that was pasted is a table; see [`name_table::is_table`].
#[wasm_bindgen(js_name = isTable)]
#[must_use]
pub fn is_table(text: &str) -> bool {
    name_table::is_table(text)
}
