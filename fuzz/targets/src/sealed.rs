//! Sealed objects: what was sealed opens, anything else does not. Bytes that nobody sealed never
//! open; an object that was changed in any way, or is tried under another key, role or place, never
//! does either, whole or chunk by chunk.

use arbitrary::{Arbitrary, Unstructured};
use subrosa_shared::id::{Commitment, LinkId, ShareId};
use subrosa_shared::seal::{
    CHUNK_LEN, HEADER_LEN, Opener, PartPlace, SealingKey, TAG_LEN, commitment, open, plaintext_len, seal, sealed_len,
};
use subrosa_shared::secret::{
    ContentKey, ContentWrapKey, FaceKey, ManifestKey, NoteKey, PayloadKey, PushNoteKey, ViewWrapKey,
};

use crate::seeded::Seeded;

const SEALED_CHUNK_LEN: usize = CHUNK_LEN + TAG_LEN;

#[derive(Debug, Arbitrary)]
struct Case<'a> {
    salt: u64,
    len: Len,
    place: (u8, u32),
    changes: Vec<Change<'a>>,
    length: u64,
}

/// How long the plaintext is: lengths around whole chunks are where things go wrong.
#[derive(Debug, Arbitrary)]
enum Len {
    Short(u8),
    Medium(u16),
    Chunks { count: u8, more: i8 },
}

impl Len {
    fn bytes(&self) -> usize {
        match self {
            Self::Short(len) => usize::from(*len),
            Self::Medium(len) => usize::from(*len),
            Self::Chunks { count, more } => {
                (usize::from(count % 3) * CHUNK_LEN).saturating_add_signed(isize::from(*more))
            }
        }
    }
}

#[derive(Debug, Arbitrary)]
enum Change<'a> {
    Flip { at: u32, bits: u8 },
    Cut { by: u16 },
    Keep { chunks: u8, more: i8 },
    Append(&'a [u8]),
    Insert { at: u32, bytes: &'a [u8] },
    Overwrite { at: u32, bytes: &'a [u8] },
    SwapChunks(u8, u8),
    RepeatChunk(u8),
    DropChunk(u8),
}

pub(crate) fn check(input: &[u8]) {
    never_sealed(input);
    if let Ok(case) = Case::arbitrary_take_rest(Unstructured::new(input)) {
        lengths(case.length);
        sealed(&case);
    }
}

/// Bytes that nobody sealed.
fn never_sealed(bytes: &[u8]) {
    let (share, link) = (ShareId::from_bytes([2; 16]), LinkId::from_bytes([3; 16]));
    let key = [1; 32];
    let opened = [
        open(&ContentKey::from_bytes(key), &PartPlace { share, index: 0 }, bytes).is_ok(),
        open(&ManifestKey::from_bytes(key), &share, bytes).is_ok(),
        open(&NoteKey::from_bytes(key), &share, bytes).is_ok(),
        open(&ViewWrapKey::from_bytes(key), &link, bytes).is_ok(),
        open(&ContentWrapKey::from_bytes(key), &link, bytes).is_ok(),
        open(&FaceKey::from_bytes(key), &link, bytes).is_ok(),
        open(&PayloadKey::from_bytes(key), &link, bytes).is_ok(),
        open(&PushNoteKey::from_bytes(key), &link, bytes).is_ok(),
    ];
    assert!(!opened.contains(&true));
}

fn lengths(len: u64) {
    if let Ok(plaintext) = plaintext_len(len) {
        assert_eq!(sealed_len(plaintext), len);
    }
    // No limit lets longer ones through.
    let len = len >> 4;
    assert_eq!(plaintext_len(sealed_len(len)), Ok(len));
}

fn sealed(case: &Case<'_>) {
    let key = ContentKey::from_bytes([8; 32]);
    let place = PartPlace { share: ShareId::from_bytes([case.place.0; 16]), index: case.place.1 };
    let plaintext = Seeded(case.salt).bytes(case.len.bytes());
    let object = seal(&key, &place, &plaintext, &mut Seeded(case.salt ^ 1));
    assert_eq!(object.len() as u64, sealed_len(plaintext.len() as u64));
    assert_eq!(open(&key, &place, &object).as_deref().map(Vec::as_slice), Ok(plaintext.as_slice()));
    let pinned = commitment(&object).expect("it has a header");

    let PartPlace { share, index } = place;
    elsewhere(&ContentKey::from_bytes([9; 32]), &place, &object, &pinned);
    elsewhere(&key, &PartPlace { share, index: index ^ 1 }, &object, &pinned);
    elsewhere(&key, &PartPlace { share: ShareId::from_bytes([!case.place.0; 16]), index }, &object, &pinned);
    elsewhere(&ManifestKey::from_bytes([8; 32]), &share, &object, &pinned);
    elsewhere(&PayloadKey::from_bytes([8; 32]), &LinkId::from_bytes([case.place.0; 16]), &object, &pinned);

    let mut changed = object.clone();
    for change in case.changes.iter().take(4) {
        apply(change, &mut changed);
    }
    if changed != object {
        assert!(open(&key, &place, &changed).is_err(), "a changed object opens");
    }
    chunk_by_chunk(&key, &place, &plaintext, &object, &changed);
}

/// Under another key, role or place. The header tells of key and role, every chunk of the place.
fn elsewhere<K: SealingKey>(key: &K, place: &K::Context, object: &[u8], pinned: &Commitment) {
    // Long ones are tried by their first chunk: the others are as much or as little of that place.
    if object.len() < 2 * CHUNK_LEN {
        assert!(open(key, place, object).is_err(), "another key, role or place opens it");
    }
    if let Ok(opener) = Opener::new(key, place, object, object.len() as u64, pinned) {
        let chunk = object[HEADER_LEN..].chunks(SEALED_CHUNK_LEN).next().expect("there is one");
        assert!(opener.open_chunk(0, chunk, &mut Vec::new()).is_err(), "a chunk opens elsewhere");
    }
}

fn apply(change: &Change<'_>, object: &mut Vec<u8>) {
    let place = |at: u32| at as usize % (object.len() + 1);
    match change {
        Change::Flip { at, bits } => {
            let at = *at as usize % object.len().max(1);
            if let Some(byte) = object.get_mut(at) {
                *byte ^= bits;
            }
        }
        Change::Cut { by } => object.truncate(object.len().saturating_sub(usize::from(*by))),
        Change::Keep { chunks, more } => {
            let len = HEADER_LEN + usize::from(*chunks % 4) * SEALED_CHUNK_LEN;
            object.truncate(len.saturating_add_signed(isize::from(*more)));
        }
        Change::Append(bytes) => object.extend_from_slice(bytes),
        Change::Insert { at, bytes } => {
            let at = place(*at);
            object.splice(at..at, bytes.iter().copied());
        }
        Change::Overwrite { at, bytes } => {
            let at = place(*at);
            let end = object.len().min(at + bytes.len());
            object[at..end].copy_from_slice(&bytes[..end - at]);
        }
        Change::SwapChunks(one, other) => {
            let mut chunks = chunks(object);
            if !chunks.is_empty() {
                let (one, other) = (usize::from(*one) % chunks.len(), usize::from(*other) % chunks.len());
                chunks.swap(one, other);
                put_together(object, &chunks);
            }
        }
        Change::RepeatChunk(which) => {
            let mut chunks = chunks(object);
            if !chunks.is_empty() {
                let which = usize::from(*which) % chunks.len();
                chunks.insert(which, chunks[which].clone());
                put_together(object, &chunks);
            }
        }
        Change::DropChunk(which) => {
            let mut chunks = chunks(object);
            if !chunks.is_empty() {
                chunks.remove(usize::from(*which) % chunks.len());
                put_together(object, &chunks);
            }
        }
    }
}

fn chunks(object: &[u8]) -> Vec<Vec<u8>> {
    object.get(HEADER_LEN..).unwrap_or_default().chunks(SEALED_CHUNK_LEN).map(<[u8]>::to_vec).collect()
}

fn put_together(object: &mut Vec<u8>, chunks: &[Vec<u8>]) {
    object.truncate(HEADER_LEN);
    object.extend(chunks.iter().flatten());
}

/// As a recipient reads a range: header and length are pinned by the manifest, chunks come from
/// anyone.
fn chunk_by_chunk(key: &ContentKey, place: &PartPlace, plaintext: &[u8], object: &[u8], changed: &[u8]) {
    let pinned = commitment(object).expect("it has a header");
    let Ok(opener) = Opener::new(key, place, changed, object.len() as u64, &pinned) else {
        assert_ne!(changed.get(..HEADER_LEN), Some(&object[..HEADER_LEN]));
        return;
    };
    assert_eq!(changed[..HEADER_LEN], object[..HEADER_LEN]);
    let originals = chunks(object);
    assert_eq!(opener.chunk_range(originals.len() as u64), None);
    for (index, chunk) in (0..).zip(chunks(changed)) {
        let mut opened = vec![0xaa];
        match opener.open_chunk(index, &chunk, &mut opened) {
            Ok(()) => {
                let at = index as usize;
                assert_eq!(originals.get(at), Some(&chunk), "a changed chunk opens");
                let expected = plaintext.chunks(CHUNK_LEN).nth(at).unwrap_or_default();
                assert_eq!(opened[1..], *expected);
            }
            Err(_) => {
                assert_eq!(opened, [0xaa], "a part of a forged chunk is left");
                assert_ne!(originals.get(index as usize), Some(&chunk), "a chunk as it was sealed does not open");
            }
        }
    }
}
