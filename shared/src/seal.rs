//! Sealed objects: the one ciphertext format for parts, manifests, wraps, notes, pushes and
//! keyrings. PROTOCOL.md section 4.
//!
//! ```text
//! sealed object = version (1) ‖ salt (32) ‖ commitment (32) ‖ chunk 0 ‖ chunk 1 ‖ …
//! (k ‖ commitment) = HKDF-SHA-256(key ‖ salt, "subrosa/1/seal/" ‖ role, 64)
//! chunk i = ChaCha20-Poly1305(k, nonce = i (11, big endian) ‖ last (1), associated data = version ‖ role ‖ context)
//! ```
//!
//! Every chunk but the last carries 64 KiB of plaintext; only the single chunk of an empty
//! plaintext is empty. The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: *Online
//! Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance*, 2015) as in the age format.
//!
//! A fresh salt gives every sealing a key of its own, so a nonce never repeats under a key,
//! whatever is sealed again. The commitment makes the object open under one key only, which
//! ChaCha20-Poly1305 alone does not promise.

use rand_core::CryptoRng;
pub use subrosa_aead::TAG_LEN;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::id::{Commitment, KeyringId, LinkId, ShareId};
use crate::labels::{Label, derive};
use crate::secret::{
    ContentKey, ContentWrapKey, FaceKey, KeyringKey, ManifestKey, NoteKey, PayloadKey, PushNoteKey, ViewWrapKey,
};

/// The version byte that every sealed object begins with.
pub const VERSION: u8 = 1;
/// Bytes before the first chunk: version, salt, commitment.
pub const HEADER_LEN: usize = 1 + SALT_LEN + COMMITMENT_LEN;
/// Bytes of plaintext in every chunk but the last.
pub const CHUNK_LEN: usize = 64 * 1024;

const SALT_LEN: usize = 32;
const COMMITMENT_LEN: usize = 32;
const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;

/// Why a sealed object does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// No sealed object has this length.
    #[error("not the length of a sealed object")]
    Length,
    /// The version is not one that this crate knows.
    #[error("unknown version of sealed object")]
    Version,
    /// Wrong key, wrong place, or altered. Deliberately one answer for all of them.
    #[error("does not open")]
    Authentication,
}

/// A key that seals: its type fixes the role that it seals in, and what context binds the object to
/// its place.
pub trait SealingKey {
    /// Where the object belongs.
    type Context: Context;

    /// The 32 bytes.
    fn expose(&self) -> &[u8; 32];

    #[doc(hidden)]
    fn role(&self) -> Role;
}

/// What binds a sealed object to its place: associated data.
pub trait Context {
    /// The bytes that enter the associated data. Of one length per role.
    fn bytes(&self) -> Vec<u8>;
}

/// The place of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartPlace {
    /// The share that it belongs to.
    pub share: ShareId,
    /// Its place in the content, from 0.
    pub index: u32,
}

impl Context for PartPlace {
    fn bytes(&self) -> Vec<u8> {
        [self.share.as_bytes().as_slice(), &u64::from(self.index).to_be_bytes()].concat()
    }
}

impl Context for ShareId {
    fn bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

impl Context for LinkId {
    fn bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }
}

/// The place of a synced keyring: one that is older does not open in the place of a newer one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyringPlace {
    /// Which keyring.
    pub keyring: KeyringId,
    /// How often it was stored, this time included.
    pub revision: u64,
}

impl Context for KeyringPlace {
    fn bytes(&self) -> Vec<u8> {
        [self.keyring.as_bytes().as_slice(), &self.revision.to_be_bytes()].concat()
    }
}

/// What a sealed object is: part of key derivation and of associated data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A slice of the content.
    Part,
    /// The list of files and parts.
    Manifest,
    /// Manifest key and manifest digest, for one link.
    View,
    /// Content key, for one link.
    Content,
    /// The owner's note.
    Note,
    /// What a push is, told before it is revealed.
    Face,
    /// What a push hands over.
    Payload,
    /// The note of a push's owner.
    PushNote,
    /// A synced keyring.
    Keyring,
}

impl Role {
    const fn name(self) -> &'static str {
        match self {
            Self::Part => "part",
            Self::Manifest => "manifest",
            Self::View => "view",
            Self::Content => "content",
            Self::Note => "note",
            Self::Face => "face",
            Self::Payload => "payload",
            Self::PushNote => "push-note",
            Self::Keyring => "keyring",
        }
    }

    const fn label(self) -> Label {
        match self {
            Self::Part => Label::SealPart,
            Self::Manifest => Label::SealManifest,
            Self::View => Label::SealView,
            Self::Content => Label::SealContent,
            Self::Note => Label::SealNote,
            Self::Face => Label::SealFace,
            Self::Payload => Label::SealPayload,
            Self::PushNote => Label::SealPushNote,
            Self::Keyring => Label::SealKeyring,
        }
    }
}

macro_rules! sealing_key {
    ($key:ty, $role:ident, $context:ty) => {
        impl SealingKey for $key {
            type Context = $context;

            fn expose(&self) -> &[u8; 32] {
                <$key>::expose(self)
            }

            fn role(&self) -> Role {
                Role::$role
            }
        }
    };
}
sealing_key!(ContentKey, Part, PartPlace);
sealing_key!(ManifestKey, Manifest, ShareId);
sealing_key!(ViewWrapKey, View, LinkId);
sealing_key!(ContentWrapKey, Content, LinkId);
sealing_key!(NoteKey, Note, ShareId);
sealing_key!(FaceKey, Face, LinkId);
sealing_key!(PayloadKey, Payload, LinkId);
sealing_key!(PushNoteKey, PushNote, LinkId);
sealing_key!(KeyringKey, Keyring, KeyringPlace);

/// Length of the sealed object for a plaintext, both in bytes.
///
/// # Panics
/// For lengths near 2^64, which no limit lets through.
#[must_use]
pub const fn sealed_len(plaintext_len: u64) -> u64 {
    let chunk_count = match plaintext_len.div_ceil(CHUNK_LEN as u64) {
        0 => 1,
        count => count,
    };
    HEADER_LEN as u64 + plaintext_len + chunk_count * TAG_LEN as u64
}

/// Length of the plaintext in a sealed object, both in bytes.
///
/// # Errors
/// No sealed object has this length.
pub const fn plaintext_len(sealed_len: u64) -> Result<u64, OpenError> {
    let Some(chunks_len) = sealed_len.checked_sub(HEADER_LEN as u64) else {
        return Err(OpenError::Length);
    };
    let chunk_count = chunks_len.div_ceil(SEALED_CHUNK_LEN as u64);
    let Some(len) = chunks_len.checked_sub(chunk_count * TAG_LEN as u64) else {
        return Err(OpenError::Length);
    };
    // The last chunk has a tag, and more than a tag unless it is the only one.
    let full_chunks_len = match chunk_count {
        0 => return Err(OpenError::Length),
        1 => return Ok(len),
        count => (count - 1) * CHUNK_LEN as u64,
    };
    if len > full_chunks_len { Ok(len) } else { Err(OpenError::Length) }
}

/// Seals a plaintext. The salt is drawn anew at every call.
#[must_use]
pub fn seal<K: SealingKey>(key: &K, context: &K::Context, plaintext: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
    let mut sealed = Vec::new();
    seal_into(key, context, plaintext, rng, &mut sealed);
    sealed
}

/// Seals a plaintext into a buffer, which keeps its allocation; what it held before is gone.
pub fn seal_into<K: SealingKey>(
    key: &K,
    context: &K::Context,
    plaintext: &[u8],
    rng: &mut impl CryptoRng,
    sealed: &mut Vec<u8>,
) {
    let mut salt = [0; SALT_LEN];
    rng.fill_bytes(&mut salt);
    let (stream, commitment) = Stream::derive(key, context, &salt);

    sealed.clear();
    sealed.resize(usize::try_from(sealed_len(plaintext.len() as u64)).expect("a buffer fits in memory"), 0);
    let (header, chunks) = sealed.split_at_mut(HEADER_LEN);
    header[0] = VERSION;
    header[1..=SALT_LEN].copy_from_slice(&salt);
    header[1 + SALT_LEN..].copy_from_slice(&commitment);

    let chunk_count = chunks.len().div_ceil(SEALED_CHUNK_LEN);
    for (index, sealed_chunk) in chunks.chunks_mut(SEALED_CHUNK_LEN).enumerate() {
        let plaintext_chunk = plaintext.chunks(CHUNK_LEN).nth(index).unwrap_or_default();
        stream.seal_chunk(ChunkPlace::new(index, chunk_count), plaintext_chunk, sealed_chunk);
    }
}

/// Opens a sealed object.
///
/// # Errors
/// It is none, or not that key's, or not of that place, or altered.
pub fn open<K: SealingKey>(key: &K, context: &K::Context, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
    let mut plaintext = Zeroizing::new(Vec::new());
    open_into(key, context, sealed, &mut plaintext)?;
    Ok(plaintext)
}

/// Opens a sealed object into a buffer, which keeps its allocation; what it held before is gone.
///
/// # Errors
/// Like [`open`]; the buffer is empty then.
pub fn open_into<K: SealingKey>(
    key: &K,
    context: &K::Context,
    sealed: &[u8],
    plaintext: &mut Vec<u8>,
) -> Result<(), OpenError> {
    let opener = Opener::begin(key, context, sealed, sealed.len() as u64)?;
    plaintext.clear();
    for (index, sealed_chunk) in sealed[HEADER_LEN..].chunks(SEALED_CHUNK_LEN).enumerate() {
        if let Err(error) = opener.open_chunk(index as u64, sealed_chunk, plaintext) {
            plaintext.zeroize();
            return Err(error);
        }
    }
    Ok(())
}

/// The commitment of a sealed object, from its header or more of it. `None` if it is shorter than
/// that.
#[must_use]
pub fn commitment(sealed: &[u8]) -> Option<Commitment> {
    let header: &[u8; HEADER_LEN] = sealed.first_chunk()?;
    header.last_chunk().copied().map(Commitment::from_bytes)
}

/// Opens single chunks of a sealed object, in any order.
pub struct Opener {
    stream: Stream,
    sealed_len: u64,
    chunk_count: u64,
}

impl Opener {
    /// Begins with the header: the object's first [`HEADER_LEN`] bytes, or more of it.
    ///
    /// Length and commitment come from a source that is itself authentic: the manifest. The length
    /// decides which chunk is the last. The commitment decides which sealing this is: the same
    /// place may have been sealed before, and whoever kept that ciphertext must not be able to mix
    /// the two.
    ///
    /// # Errors
    /// The length is not one of a sealed object, the version is unknown, or the key, place or
    /// sealing is another.
    pub fn new<K: SealingKey>(
        key: &K,
        context: &K::Context,
        header: &[u8],
        sealed_len: u64,
        pinned: &Commitment,
    ) -> Result<Self, OpenError> {
        let opener = Self::begin(key, context, header, sealed_len)?;
        // It is the header's commitment too, or it would not have begun.
        if commitment(header) == Some(*pinned) { Ok(opener) } else { Err(OpenError::Authentication) }
    }

    fn begin<K: SealingKey>(key: &K, context: &K::Context, header: &[u8], sealed_len: u64) -> Result<Self, OpenError> {
        plaintext_len(sealed_len)?;
        let header: &[u8; HEADER_LEN] = header.first_chunk().ok_or(OpenError::Length)?;
        if header[0] != VERSION {
            return Err(OpenError::Version);
        }
        let salt = header[1..=SALT_LEN].first_chunk().expect("the header has a salt of that length");
        let (stream, commitment) = Stream::derive(key, context, salt);
        if bool::from(commitment.ct_eq(&header[1 + SALT_LEN..])) {
            let chunk_count = (sealed_len - HEADER_LEN as u64).div_ceil(SEALED_CHUNK_LEN as u64);
            Ok(Self { stream, sealed_len, chunk_count })
        } else {
            Err(OpenError::Authentication)
        }
    }

    /// Where a chunk lies in the sealed object, in bytes. `None` if it has no such chunk.
    #[must_use]
    pub fn chunk_range(&self, index: u64) -> Option<std::ops::Range<u64>> {
        let start = HEADER_LEN as u64 + index.checked_mul(SEALED_CHUNK_LEN as u64)?;
        (index < self.chunk_count).then(|| start..self.sealed_len.min(start + SEALED_CHUNK_LEN as u64))
    }

    /// Opens one chunk and appends its plaintext.
    ///
    /// # Errors
    /// The chunk has the wrong length, is of another place, or altered; nothing is appended then.
    pub fn open_chunk(&self, index: u64, sealed_chunk: &[u8], plaintext: &mut Vec<u8>) -> Result<(), OpenError> {
        let range = self.chunk_range(index).ok_or(OpenError::Length)?;
        if sealed_chunk.len() as u64 != range.end - range.start {
            return Err(OpenError::Length);
        }
        let place = ChunkPlace { index, last: index + 1 == self.chunk_count };
        self.stream.open_chunk(place, sealed_chunk, plaintext)
    }
}

/// Place of a chunk in a STREAM. Its nonce: index (11 bytes, big endian) ‖ last flag (1 byte).
///
/// A place is sealed once per key, because every sealing draws a salt and so has a key of its own.
#[derive(Clone, Copy)]
struct ChunkPlace {
    index: u64,
    last: bool,
}

impl ChunkPlace {
    const fn new(index: usize, chunk_count: usize) -> Self {
        Self { index: index as u64, last: index + 1 == chunk_count }
    }

    fn nonce(self) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce[3..11].copy_from_slice(&self.index.to_be_bytes());
        nonce[11] = u8::from(self.last);
        nonce
    }
}

/// The AEAD of one sealed object: a key that no other has, and the associated data of its place.
struct Stream {
    aead: subrosa_aead::Key,
    associated_data: Vec<u8>,
}

impl Stream {
    fn derive<K: SealingKey>(key: &K, context: &K::Context, salt: &[u8; SALT_LEN]) -> (Self, [u8; COMMITMENT_LEN]) {
        let role = key.role();
        let okm: Zeroizing<[u8; 64]> = Zeroizing::new(derive(&[key.expose(), salt], role.label()));
        let (aead_key, commitment) = okm.split_first_chunk().expect("the first half has 32 bytes");
        let aead = subrosa_aead::Key::new(aead_key);
        let associated_data = [&[VERSION], role.name().as_bytes(), &context.bytes()].concat();
        (Self { aead, associated_data }, *commitment.first_chunk().expect("the other half has 32 bytes"))
    }

    fn seal_chunk(&self, place: ChunkPlace, plaintext: &[u8], sealed: &mut [u8]) {
        self.aead.seal(&place.nonce(), &self.associated_data, plaintext, sealed);
    }

    fn open_chunk(&self, place: ChunkPlace, sealed: &[u8], plaintext: &mut Vec<u8>) -> Result<(), OpenError> {
        let (ciphertext, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(OpenError::Length)?;
        let start = plaintext.len();
        plaintext.resize(start + ciphertext.len(), 0);
        let opened = &mut plaintext[start..];
        self.aead.open(&place.nonce(), &self.associated_data, ciphertext, tag, opened).map_err(|_| {
            plaintext[start..].zeroize();
            plaintext.truncate(start);
            OpenError::Authentication
        })
    }
}
