//! Checks one vector against this implementation.

use super::derived::derived;
use super::{Vector, expect, hex};
use crate::content::part_list_digest;
use crate::id::{Commitment, Digest, LeaseId, LinkId, ShareId};
use crate::manifest::{Manifest, ManifestError};
use crate::seal::{HEADER_LEN, OpenError, Opener, PartPlace, SealingKey, open};
use crate::secret::{
    ContentKey, ContentWrapKey, LinkSecret, ManifestKey, NoteKey, OwnerSecret, PushOwnerSecret, PushSecret, ViewWrapKey,
};
use crate::token::TokenError;

/// Checks the vector in a file.
///
/// # Errors
/// Says what is not as the vector expects.
pub fn run(bytes: &[u8]) -> Result<(), String> {
    let vector = Vector::parse(bytes)?;
    match vector.field("kind")? {
        "keys" => keys(&vector),
        "token" => token(&vector),
        "sealed" => sealed(&vector),
        "chunk" => chunk(&vector),
        "manifest" => manifest(&vector),
        "padding" => padding(&vector),
        "part-list" => part_list(&vector),
        "push-keys" => super::push::run_keys(&vector),
        "push" => super::push::run_object(&vector),
        "owner-note" => super::edges::run_owner_note(&vector),
        "phrase" => super::keyring::run_phrase(&vector),
        "keyring" => super::keyring::run_object(&vector),
        "keyring-merge" => super::keyring::run_merge(&vector),
        "sealed-len" => super::edges::run_len(&vector),
        kind => Err(format!("unknown kind {kind}")),
    }
}

fn keys(vector: &Vector) -> Result<(), String> {
    for (name, value) in derived(vector)? {
        expect(name, &value, vector.field(name)?)?;
    }
    let receipt = crate::id::Receipt::from_bytes(vector.bytes("receipt")?);
    let key = crate::secret::ReceiptKey::from_bytes(vector.bytes("receipt-key")?);
    let (link, lease) = (LinkId::from_bytes(vector.bytes("link-id")?), LeaseId::from_bytes(vector.bytes("lease-id")?));
    let manifest = Digest::from_bytes(vector.bytes("manifest-digest")?);
    if key.verify(&receipt, &link, &lease, &manifest) { Ok(()) } else { Err("the receipt does not verify".to_owned()) }
}

fn token(vector: &Vector) -> Result<(), String> {
    let text = std::str::from_utf8(&vector.body).map_err(|_| "the body is not UTF-8")?;
    // Of a share's link, unless it says otherwise.
    let (found, secret) = match vector.fields.get("of").map(String::as_str) {
        None => (LinkSecret::from_text(text).map(|secret| hex(secret.expose())), "link-secret"),
        Some("push") => (PushSecret::from_text(text).map(|secret| hex(secret.expose())), "push-secret"),
        Some("push-owner") => {
            (PushOwnerSecret::from_text(text).map(|secret| hex(secret.expose())), "push-owner-secret")
        }
        Some("owner") => (OwnerSecret::from_text(text).map(|secret| hex(secret.expose())), "owner-secret"),
        Some(kind) => return Err(format!("unknown kind of token {kind}")),
    };
    let found = match found {
        Ok(found) => {
            expect("secret", &found, vector.field(secret)?)?;
            "ok"
        }
        Err(TokenError::Missing) => "missing",
        Err(TokenError::TooShort) => "too-short",
        Err(TokenError::Checksum) => "checksum",
        Err(TokenError::OtherKind(_)) => "other-kind",
        Err(TokenError::UnknownKind) => "unknown-kind",
        Err(TokenError::TooLong) => "too-long",
    };
    expect("outcome", found, vector.field("expect")?)
}

fn sealed(vector: &Vector) -> Result<(), String> {
    let key = vector.bytes("key")?;
    match vector.field("role")? {
        "part" => {
            let share = ShareId::from_bytes(vector.bytes("share-id")?);
            let place = PartPlace { share, index: vector.number("index")? };
            opens(vector, &ContentKey::from_bytes(key), &place)
        }
        "manifest" => opens(vector, &ManifestKey::from_bytes(key), &ShareId::from_bytes(vector.bytes("share-id")?)),
        "note" => opens(vector, &NoteKey::from_bytes(key), &ShareId::from_bytes(vector.bytes("share-id")?)),
        "view" => opens(vector, &ViewWrapKey::from_bytes(key), &LinkId::from_bytes(vector.bytes("link-id")?)),
        "content" => opens(vector, &ContentWrapKey::from_bytes(key), &LinkId::from_bytes(vector.bytes("link-id")?)),
        role => Err(format!("unknown role {role}")),
    }
}

fn opens<K: SealingKey>(vector: &Vector, key: &K, context: &K::Context) -> Result<(), String> {
    let opened = open(key, context, &vector.body);
    expect_opened(vector, opened.as_ref().map(|plaintext| plaintext.as_slice()).map_err(|error| *error))
}

fn expect_opened(vector: &Vector, opened: Result<&[u8], OpenError>) -> Result<(), String> {
    let found = match opened {
        Ok(plaintext) => {
            expect("plaintext-len", &plaintext.len().to_string(), vector.field("plaintext-len")?)?;
            expect("plaintext-sha256", &hex(Digest::of(plaintext).as_bytes()), vector.field("plaintext-sha256")?)?;
            "ok"
        }
        Err(OpenError::Length) => "length",
        Err(OpenError::Version) => "version",
        Err(OpenError::Authentication) => "authentication",
    };
    expect("outcome", found, vector.field("expect")?)
}

/// The body is the header of a part and then one of its chunks.
fn chunk(vector: &Vector) -> Result<(), String> {
    let key = ContentKey::from_bytes(vector.bytes("key")?);
    let place = PartPlace { share: ShareId::from_bytes(vector.bytes("share-id")?), index: vector.number("index")? };
    let pinned = Commitment::from_bytes(vector.bytes("commitment")?);
    let opened = Opener::new(&key, &place, &vector.body, vector.number("sealed-len")?, &pinned).and_then(|opener| {
        let mut plaintext = Vec::new();
        let sealed_chunk = vector.body.get(HEADER_LEN..).unwrap_or_default();
        opener.open_chunk(vector.number("chunk").map_err(|_| OpenError::Length)?, sealed_chunk, &mut plaintext)?;
        Ok(plaintext)
    });
    expect_opened(vector, opened.as_deref().map_err(|error| *error))
}

fn padding(vector: &Vector) -> Result<(), String> {
    let len = vector.number("len")?;
    let padded = crate::padding::padded_len(len).ok_or("overflows")?;
    expect("padded-len", &padded.to_string(), vector.field("padded-len")?)
}

/// The body is, for each part, its sealed length as text, a space, its digest in hexadecimal and a
/// line break.
fn part_list(vector: &Vector) -> Result<(), String> {
    let text = std::str::from_utf8(&vector.body).map_err(|_| "the body is not UTF-8")?;
    let parts = text.lines().map(|line| {
        let (len, digest) = line.split_once(' ').ok_or("malformed line")?;
        let digest = Vector { fields: [("digest".to_owned(), digest.to_owned())].into(), body: Vec::new() };
        Ok((len.parse().map_err(|_| "not a length")?, Digest::from_bytes(digest.bytes("digest")?)))
    });
    let parts: Vec<(u64, Digest)> = parts.collect::<Result<_, String>>()?;
    expect("digest", &hex(part_list_digest(parts).as_bytes()), vector.field("digest")?)
}

fn manifest(vector: &Vector) -> Result<(), String> {
    let found = match Manifest::from_json(&vector.body) {
        Ok(manifest) => {
            expect("entries", &manifest.entries().len().to_string(), vector.field("entries")?)?;
            expect("content-len", &manifest.layout().content_len().to_string(), vector.field("content-len")?)?;
            expect("padded-len", &manifest.layout().padded_len().to_string(), vector.field("padded-len")?)?;
            "ok"
        }
        Err(ManifestError::Open(_)) => "open",
        Err(ManifestError::TooLarge) => "too-large",
        Err(ManifestError::Malformed) => "malformed",
        Err(ManifestError::Version) => "version",
        Err(ManifestError::Critical) => "critical",
        Err(ManifestError::TooMany) => "too-many",
        Err(ManifestError::Path { .. }) => "path",
        Err(ManifestError::Duplicate { .. }) => "duplicate",
        Err(ManifestError::FileAndFolder { .. }) => "file-and-folder",
        Err(ManifestError::Text) => "text",
        Err(ManifestError::Sizes) => "sizes",
        Err(ManifestError::Layout(_)) => "layout",
    };
    expect("outcome", found, vector.field("expect")?)
}
