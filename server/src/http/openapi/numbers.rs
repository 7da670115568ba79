//! Numbers in the document: bounds instead of names for widths. `uint32` is known to few readers of
//! such a document, and a bound to all.

use serde_json::{Map, Value};

/// Gives every integer the bounds of its format, and takes the format away.
pub(super) fn bound(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if is_integer(members) {
                bound_integer(members);
            }
            members.values_mut().for_each(bound);
        }
        Value::Array(values) => values.iter_mut().for_each(bound),
        _ => {}
    }
}

fn is_integer(schema: &Map<String, Value>) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == "integer",
        Some(Value::Array(names)) => names.iter().any(|name| name == "integer"),
        _ => false,
    }
}

fn bound_integer(schema: &mut Map<String, Value>) {
    let Some(Value::String(format)) = schema.remove("format") else { return };
    let max = match format.as_str() {
        "uint8" => Some(u64::from(u8::MAX)),
        "uint16" => Some(u64::from(u16::MAX)),
        "uint32" => Some(u64::from(u32::MAX)),
        _ => None,
    };
    if format.starts_with('u') {
        schema.entry("minimum").or_insert(0.into());
    }
    if let Some(max) = max {
        schema.entry("maximum").or_insert(max.into());
    }
}
