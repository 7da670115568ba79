//! Schemas of byte strings in JSON, as strict as what reads them: every text that a pattern accepts is read, and no other.

use utoipa::openapi::schema::{AnyOfBuilder, SchemaType};
use utoipa::openapi::{Object, ObjectBuilder, RefOr, Schema, Type};

use crate::push::{FACE_LEN, NOTE_LEN, PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MIN};
use crate::seal::sealed_len;
use crate::wrap::{CONTENT_WRAP_LEN, VIEW_WRAP_LEN};

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
        .examples([crate::bytes::to_base64url(&counted)])
        .description(Some(description.trim()));
    schema.into()
}

/// A text of one length. Long ones have no counted repetition in their pattern, which some engines cannot hold.
fn of_length(bytes_len: usize) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .content_encoding("base64url")
        .min_length(Some(chars(bytes_len)))
        .max_length(Some(chars(bytes_len)))
        .pattern(Some(format!("^[A-Za-z0-9_-]+{}$", last_char(bytes_len))))
}

fn sealed(bytes_len: usize, what: &str) -> ObjectBuilder {
    of_length(bytes_len).description(Some(format!("Sealed object of {bytes_len} bytes: {what}")))
}

/// Of a link's lock.
pub(crate) fn view_wrap() -> Object {
    sealed(VIEW_WRAP_LEN, "manifest key and manifest digest. PROTOCOL.md section 8.").build()
}

/// Of a link's lock.
pub(crate) fn content_wrap() -> Object {
    sealed(CONTENT_WRAP_LEN, "the content key. PROTOCOL.md section 8.").build()
}

const FACE: &str = "what the push is and from whom. Told to holders of the link. PROTOCOL.md section 10.2.";

/// Of a push.
pub(crate) fn face() -> Object {
    sealed(FACE_LEN, FACE).build()
}

/// Of a push that may be gone.
pub(crate) fn face_unless_gone() -> Object {
    let what = format!("{FACE} `null` once the push is gone.");
    sealed(FACE_LEN, &what).schema_type(SchemaType::from_iter([Type::String, Type::Null])).build()
}

/// Of a push, for its owner.
pub(crate) fn push_note() -> Object {
    sealed(NOTE_LEN, "the note of the push's owner. PROTOCOL.md section 10.2.").build()
}

/// Of a push: one of few lengths.
pub(crate) fn payload() -> Schema {
    let lens = std::iter::successors(Some(PAYLOAD_BYTES_MIN), |len| Some(len * 2));
    let lens =
        lens.take_while(|len| *len <= PAYLOAD_BYTES_MAX).filter_map(|len| sealed_len(len as u64).try_into().ok());
    let any = lens.fold(AnyOfBuilder::new(), |any, len| any.item(of_length(len)));
    let description = "Sealed object: what is handed over. Its plaintext has 512 bytes, or a larger power of two up to 65,536; it is \
        81 bytes longer. PROTOCOL.md section 10.2.";
    Schema::AnyOf(any.description(Some(description)).build())
}
