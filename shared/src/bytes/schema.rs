//! Schemas of base64url in JSON, as strict as what reads it: every text that a pattern accepts is
//! read, and no other.

use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};

/// The base64url of so many bytes: the last character has no stray bits.
pub(crate) fn pattern(bytes_len: usize) -> String {
    format!("^[A-Za-z0-9_-]{{{}}}{}$", chars(bytes_len) - 1, last_char(bytes_len))
}

const fn chars(bytes_len: usize) -> usize {
    (bytes_len * 4).div_ceil(3)
}

/// What the last character of so many bytes can be.
const fn last_char(bytes_len: usize) -> &'static str {
    match bytes_len % 3 {
        0 => "[A-Za-z0-9_-]",
        1 => "[AQgw]",
        _ => "[AEIMQUYcgkosw048]",
    }
}

/// Describes an id, verifier or digest. Its example is that of bytes that count from 0.
pub(crate) fn fixed(bytes_len: usize, description: &str) -> RefOr<Schema> {
    let counted: Vec<u8> = (0..=u8::MAX).cycle().take(bytes_len).collect();
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .content_encoding("base64url")
        .pattern(Some(pattern(bytes_len)))
        .examples([super::to_base64url(&counted)])
        .description(Some(description.trim()));
    schema.into()
}

/// A text of one length. Long ones have no counted repetition in their pattern, which some engines
/// cannot hold.
pub(crate) fn of_length(bytes_len: usize) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .content_encoding("base64url")
        .min_length(Some(chars(bytes_len)))
        .max_length(Some(chars(bytes_len)))
        .pattern(Some(format!("^[A-Za-z0-9_-]+{}$", last_char(bytes_len))))
}
