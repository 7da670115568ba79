//! Schemas of the sealed objects that stand in JSON.

use utoipa::openapi::schema::{AnyOfBuilder, SchemaType};
use utoipa::openapi::{Object, ObjectBuilder, Schema, Type};

use crate::bytes::schema::of_length;
use crate::push::{FACE_LEN, NOTE_LEN, PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MIN};
use crate::seal::sealed_len;
use crate::wrap::{CONTENT_WRAP_LEN, VIEW_WRAP_LEN};

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
