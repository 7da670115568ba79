//! The manifest: what a share contains. PROTOCOL.md section 7.
//!
//! Versioned JSON, filled with spaces up to a padded length, sealed. Whoever reads one checks
//! everything before believing anything: paths, duplicates, and that sizes, padding and parts add
//! up.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::content::{ContentNumber, Layout, LayoutError};
use crate::id::{Commitment, Digest, ShareId};
use crate::json::{default_if_null, from_slice};
use crate::limits::{ENTRIES_MAX, MANIFEST_BYTES_MAX, PARTS_MAX};
use crate::padding::padded_len;
use crate::path::{EntryPath, PathError, folded};
use crate::seal::{OpenError, commitment, open, seal, sealed_len};
use crate::secret::ManifestKey;
use crate::time::Timestamp;

/// Version of the manifest's JSON.
pub const VERSION: u32 = 1;
/// Longest note to the recipient, in bytes of UTF-8.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;
/// Longest MIME type, in bytes.
pub const MEDIA_TYPE_BYTES_MAX: usize = 255;

/// The last moment that a file can be from: where the dates of JavaScript end.
pub const MODIFIED_MAX: Timestamp = Timestamp::from_millis(8_640_000_000_000_000);

/// Fields that this version understands at the top of a manifest: what `critical` may name.
const FIELDS: &[&str] = &["version", "critical", "note", "edition", "edition_at", "part_bytes", "entries", "parts"];

/// Why a manifest is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It is larger than [`MANIFEST_BYTES_MAX`].
    #[error("the manifest is too large")]
    TooLarge,
    /// It is not the JSON that this version describes.
    #[error("the manifest is malformed")]
    Malformed,
    /// It is of a version that this crate does not know.
    #[error("the manifest is of an unknown version")]
    Version,
    /// It names a critical field that this crate does not know.
    #[error("the manifest needs a feature that this version does not have")]
    Critical,
    /// It has more than [`ENTRIES_MAX`] entries or [`PARTS_MAX`] parts.
    #[error("too many files or parts")]
    TooMany,
    /// The path of an entry is not allowed.
    #[error("entry {index}: {error}")]
    Path {
        /// Which entry, from 0.
        index: usize,
        /// Why.
        error: PathError,
    },
    /// Two entries, or folders around them, have the same path to some file system.
    #[error("entries {index} and {other} have names that some systems take for the same")]
    Duplicate {
        /// Which entry, from 0.
        index: usize,
        /// The earlier one.
        other: usize,
    },
    /// A name is both a file and a folder, or a folder that is listed as empty is not.
    #[error("entries {index} and {other} give one name to a file or empty folder and to a folder around others")]
    FileAndFolder {
        /// Which entry, from 0.
        index: usize,
        /// The earlier one.
        other: usize,
    },
    /// Note or MIME type is too long, or has characters that it may not have.
    #[error("a text is too long or has characters that it may not have")]
    Text,
    /// Sizes, padding and parts do not add up.
    #[error("sizes do not add up")]
    Sizes,
    /// The content cannot be cut into parts like that.
    #[error(transparent)]
    Layout(#[from] LayoutError),
}

/// A file, or a folder that is listed because it is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is saved.
    pub path: EntryPath,
    /// When it was last changed.
    pub modified: Option<Timestamp>,
    /// File or folder.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// A file.
    File {
        /// Bytes.
        size: u64,
        /// MIME type as the sender's system knew it. A hint, never trusted.
        media_type: Option<String>,
    },
    /// An empty folder.
    Folder,
}

impl Entry {
    /// Bytes that it takes in the content.
    #[must_use]
    pub const fn size(&self) -> u64 {
        match self.kind {
            EntryKind::File { size, .. } => size,
            EntryKind::Folder => 0,
        }
    }
}

impl Entry {
    fn check_hints(&self) -> Result<(), ManifestError> {
        if self.modified.is_some_and(|modified| modified > MODIFIED_MAX) {
            return Err(ManifestError::Malformed);
        }
        match &self.kind {
            EntryKind::File { media_type: Some(media_type), .. } if !is_media_type(media_type) => {
                Err(ManifestError::Text)
            }
            _ => Ok(()),
        }
    }
}

/// A part, as the manifest pins it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Bytes of the sealed object.
    pub sealed_len: u64,
    /// SHA-256 of the sealed object: pins the whole of it.
    pub digest: Digest,
    /// The sealed object's commitment: pins this sealing where only some chunks of it are fetched.
    pub commitment: Commitment,
}

impl Part {
    /// Pins a sealed part. `None` if the bytes are too short to be one.
    #[must_use]
    pub fn of(sealed: &[u8]) -> Option<Self> {
        Some(Self { sealed_len: sealed.len() as u64, digest: Digest::of(sealed), commitment: commitment(sealed)? })
    }
}

/// Which edition of a share's content it is, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The number of the content.
    pub number: ContentNumber,
    /// When it was sealed, by the sender's clock.
    pub at: Timestamp,
}

/// What a share contains. Holding one means that it was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    entries: Vec<Entry>,
    note: Option<String>,
    edition: Option<Edition>,
    layout: Layout,
    parts: Vec<Part>,
}

impl Manifest {
    /// Makes the manifest of a share whose parts are sealed.
    ///
    /// # Errors
    /// Whatever a reader would refuse.
    pub fn new(
        entries: Vec<Entry>,
        note: Option<String>,
        part_bytes: u32,
        parts: Vec<Part>,
    ) -> Result<Self, ManifestError> {
        check_entries(&entries)?;
        if !note.as_deref().is_none_or(is_note) {
            return Err(ManifestError::Text);
        }
        let layout = Layout::new(content_len(&entries)?, part_bytes)?;
        let lengths_fit = parts.len() as u64 == u64::from(layout.part_count())
            && (0..).zip(&parts).all(|(index, part)| layout.sealed_part_len(index) == Some(part.sealed_len));
        if lengths_fit { Ok(Self { entries, note, edition: None, layout, parts }) } else { Err(ManifestError::Sizes) }
    }

    /// The same, of a new edition.
    ///
    /// # Errors
    /// There is no such moment.
    pub fn with_edition(self, edition: Edition) -> Result<Self, ManifestError> {
        if edition.at > MODIFIED_MAX {
            return Err(ManifestError::Malformed);
        }
        Ok(Self { edition: Some(edition), ..self })
    }

    /// The entries, in the order of their content.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What the sender wrote to the recipient.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// Which edition it is; `None` of what a share began with.
    #[must_use]
    pub const fn edition(&self) -> Option<Edition> {
        self.edition
    }

    /// How the content is cut into parts.
    #[must_use]
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// The parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Where each entry's bytes lie in the content.
    pub fn ranges(&self) -> impl Iterator<Item = std::ops::Range<u64>> {
        self.entries.iter().scan(0, |end, entry| {
            let start = *end;
            *end += entry.size();
            Some(start..*end)
        })
    }

    /// Seals the manifest of a share.
    ///
    /// # Errors
    /// It is too large.
    pub fn seal(&self, key: &ManifestKey, share: &ShareId, rng: &mut impl CryptoRng) -> Result<Vec<u8>, ManifestError> {
        let mut json = serde_json::to_vec(&Wire::from(self)).expect("strings and numbers always become JSON");
        let padded = padded_len(json.len() as u64).ok_or(ManifestError::TooLarge)?;
        if padded > MANIFEST_BYTES_MAX.into() {
            return Err(ManifestError::TooLarge);
        }
        json.resize(usize::try_from(padded).map_err(|_| ManifestError::TooLarge)?, b' ');
        Ok(seal(key, share, &json, rng))
    }

    /// Opens and checks the manifest of a share.
    ///
    /// # Errors
    /// It does not open, or something in it is not as it must be.
    pub fn open(key: &ManifestKey, share: &ShareId, sealed: &[u8]) -> Result<Self, ManifestError> {
        if sealed.len() as u64 > sealed_len(MANIFEST_BYTES_MAX.into()) {
            return Err(ManifestError::TooLarge);
        }
        Self::from_json(&open(key, share, sealed)?)
    }

    /// Reads and checks a manifest's JSON.
    ///
    /// # Errors
    /// Something in it is not as it must be.
    pub fn from_json(json: &[u8]) -> Result<Self, ManifestError> {
        if json.len() as u64 > MANIFEST_BYTES_MAX.into() {
            return Err(ManifestError::TooLarge);
        }
        // The version decides how the rest is read, so it is looked at alone and first.
        let Preamble { version, critical } = from_slice(json).map_err(|_| ManifestError::Malformed)?;
        if version != VERSION {
            return Err(ManifestError::Version);
        }
        if critical.iter().any(|field| !FIELDS.contains(&field.as_str())) {
            return Err(ManifestError::Critical);
        }
        let wire: Wire = from_slice(json).map_err(|_| ManifestError::Malformed)?;
        if wire.entries.len() > ENTRIES_MAX || wire.parts.len() > PARTS_MAX as usize {
            return Err(ManifestError::TooMany);
        }
        let entries =
            wire.entries.into_iter().enumerate().map(|(index, entry)| entry.parse(index)).collect::<Result<_, _>>()?;
        let manifest = Self::new(entries, wire.note, wire.part_bytes, wire.parts)?;
        match (wire.edition, wire.edition_at) {
            (Some(number), Some(at)) => {
                let number = u16::try_from(number).ok().and_then(ContentNumber::new);
                manifest.with_edition(Edition { number: number.ok_or(ManifestError::Malformed)?, at })
            }
            (None, None) => Ok(manifest),
            _ => Err(ManifestError::Malformed),
        }
    }
}

/// Checks what can be wrong with a set of entries: a sender's client calls it before it reads a
/// byte.
///
/// # Errors
/// Too many, duplicates, a name that is both file and folder, or a MIME type or time that cannot
/// be.
pub fn check_entries(entries: &[Entry]) -> Result<(), ManifestError> {
    if entries.len() > ENTRIES_MAX {
        return Err(ManifestError::TooMany);
    }
    // A tree of names rather than a set of paths: its size is that of the paths, however deep they
    // are.
    let mut names: HashMap<(usize, String), Name<'_>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        entry.check_hints()?;
        let mut folder = ROOT;
        let mut path = entry.path.names().peekable();
        while let Some(spelling) = path.next() {
            let surrounds = path.peek().is_some();
            let id = names.len() + 1;
            match names.entry((folder, folded(spelling))) {
                Vacant(place) => {
                    place.insert(Name { id, entry: index, spelling, surrounds });
                    folder = id;
                }
                Occupied(place) => {
                    let known = place.get();
                    let other = known.entry;
                    match (known.surrounds, surrounds) {
                        (true, true) if known.spelling == spelling => folder = known.id,
                        (true, true) | (false, false) => return Err(ManifestError::Duplicate { index, other }),
                        (true, false) | (false, true) => return Err(ManifestError::FileAndFolder { index, other }),
                    }
                }
            }
        }
    }
    Ok(())
}

/// The folder around everything.
const ROOT: usize = 0;

/// A name in the tree of names.
struct Name<'a> {
    id: usize,
    /// The entry that brought it.
    entry: usize,
    spelling: &'a str,
    /// Whether it is a folder around others.
    surrounds: bool,
}

/// Plain text: line breaks and tabs, no other control characters.
fn is_note(note: &str) -> bool {
    note.len() <= NOTE_BYTES_MAX && !note.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
}

fn is_media_type(media_type: &str) -> bool {
    media_type.len() <= MEDIA_TYPE_BYTES_MAX && media_type.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Length of the content of a set of entries, in bytes.
///
/// # Errors
/// The sizes overflow.
pub fn content_len(entries: &[Entry]) -> Result<u64, ManifestError> {
    entries.iter().try_fold(0_u64, |sum, entry| sum.checked_add(entry.size())).ok_or(ManifestError::Sizes)
}

#[derive(Deserialize)]
struct Preamble {
    version: u32,
    #[serde(default, deserialize_with = "default_if_null")]
    critical: Vec<String>,
}

/// The JSON, before anything in it is believed.
#[derive(Serialize, Deserialize)]
struct Wire {
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edition: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edition_at: Option<Timestamp>,
    part_bytes: u32,
    entries: Vec<WireEntry>,
    parts: Vec<Part>,
}

#[derive(Serialize, Deserialize)]
struct WireEntry {
    path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(default, deserialize_with = "default_if_null", skip_serializing_if = "std::ops::Not::not")]
    folder: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    modified: Option<Timestamp>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
}

impl WireEntry {
    fn parse(self, index: usize) -> Result<Entry, ManifestError> {
        let path = EntryPath::parse(&self.path).map_err(|error| ManifestError::Path { index, error })?;
        let kind = match (self.folder, self.size, self.media_type) {
            (false, Some(size), media_type) => EntryKind::File { size, media_type },
            (true, None, None) => EntryKind::Folder,
            _ => return Err(ManifestError::Malformed),
        };
        Ok(Entry { path, modified: self.modified, kind })
    }
}

impl From<&Manifest> for Wire {
    fn from(manifest: &Manifest) -> Self {
        let entry = |entry: &Entry| {
            let (size, folder, media_type) = match &entry.kind {
                EntryKind::File { size, media_type } => (Some(*size), false, media_type.clone()),
                EntryKind::Folder => (None, true, None),
            };
            WireEntry { path: entry.path.as_str().to_owned(), size, folder, modified: entry.modified, media_type }
        };
        Self {
            version: VERSION,
            note: manifest.note.clone(),
            edition: manifest.edition.map(|edition| edition.number.get().into()),
            edition_at: manifest.edition.map(|edition| edition.at),
            part_bytes: manifest.layout.part_bytes(),
            entries: manifest.entries.iter().map(entry).collect(),
            parts: manifest.parts.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn file(path: &str, size: u64) -> Entry {
        let path = EntryPath::parse(path).unwrap();
        Entry { path, modified: None, kind: EntryKind::File { size, media_type: None } }
    }

    fn folder(path: &str) -> Entry {
        Entry { path: EntryPath::parse(path).unwrap(), modified: None, kind: EntryKind::Folder }
    }

    fn manifest(entries: Vec<Entry>) -> Result<Manifest, ManifestError> {
        let layout = Layout::new(content_len(&entries)?, 65_536)?;
        let parts = (0..layout.part_count())
            .map(|index| Part {
                sealed_len: layout.sealed_part_len(index).unwrap(),
                digest: Digest::of(&[]),
                commitment: Commitment::from_bytes([0; 32]),
            })
            .collect();
        Manifest::new(entries, Some("hello".to_owned()), 65_536, parts)
    }

    #[test]
    fn a_manifest_survives_json() {
        let written = manifest(vec![file("a/b.txt", 7), folder("a/empty"), file("c", 100_000)]).unwrap();
        let json = serde_json::to_vec(&Wire::from(&written)).unwrap();
        assert_eq!(Manifest::from_json(&json), Ok(written.clone()));
        assert_eq!(written.ranges().collect::<Vec<_>>(), [0..7, 7..7, 7..100_007]);
    }

    #[test]
    fn names_that_collide_somewhere_are_refused() {
        let duplicate =
            |entries| assert!(matches!(manifest(entries), Err(ManifestError::Duplicate { index: 1, other: 0 })));
        duplicate(vec![file("a", 1), file("a", 1)]);
        duplicate(vec![file("A.txt", 1), file("a.TXT", 1)]);
        duplicate(vec![file("caf\u{e9}", 1), file("cafe\u{301}", 1)]);
        duplicate(vec![folder("x"), folder("X")]);
        duplicate(vec![file("Docs/a", 1), file("docs/b", 1)]);
        duplicate(vec![file("x/a.pdf", 1), file("x/a\u{200b}.pdf", 1)]);
        let both = |entries| assert!(matches!(manifest(entries), Err(ManifestError::FileAndFolder { .. })));
        both(vec![file("a", 1), file("a/b", 1)]);
        both(vec![file("a/b", 1), file("a", 1)]);
        both(vec![file("a/b", 1), file("A", 1)]);
        both(vec![file("a", 1), folder("a/b")]);
        assert!(manifest(vec![file("a/b", 1), file("a/c", 1), folder("a/d")]).is_ok());
    }

    #[test]
    fn json_that_is_not_as_it_must_be_is_refused() {
        let good = manifest(vec![file("a", 7)]).unwrap();
        let good = serde_json::to_value(Wire::from(&good)).unwrap();
        let with = |field: &str, value: serde_json::Value| {
            let mut changed = good.clone();
            changed[field] = value;
            Manifest::from_json(&serde_json::to_vec(&changed).unwrap())
        };
        assert!(with("note", json!("other")).is_ok());
        assert!(with("unknown", json!(1)).is_ok(), "unknown fields are ignored");
        assert!(with("critical", json!(["parts"])).is_ok());
        assert_eq!(with("critical", json!(["unknown"])), Err(ManifestError::Critical));
        assert_eq!(with("note", json!("two\nlines")).unwrap().note(), Some("two\nlines"));
        assert_eq!(with("note", json!("\u{1b}[2J")), Err(ManifestError::Text));
        let type_of = |media_type: &str| with("entries", json!([{"path": "a", "size": 7, "type": media_type}]));
        assert!(type_of("text/plain;charset=utf-8").is_ok());
        assert_eq!(type_of("text/\u{e9}"), Err(ManifestError::Text));
        let late = json!([{"path": "a", "size": 7, "modified": 8_640_000_000_000_001_u64}]);
        assert_eq!(with("entries", late), Err(ManifestError::Malformed));
        assert_eq!(with("version", json!(2)), Err(ManifestError::Version));
        assert_eq!(with("version", json!("1")), Err(ManifestError::Malformed));
        assert_eq!(with("part_bytes", json!(65_535)), Err(ManifestError::Layout(LayoutError::PartSize)));
        assert_eq!(with("parts", json!([])), Err(ManifestError::Sizes));
        assert_eq!(with("entries", json!([{"path": "a", "size": 5000}])), Err(ManifestError::Sizes));
        assert_eq!(with("entries", json!([{"path": "a", "size": -1}])), Err(ManifestError::Malformed));
        assert_eq!(with("entries", json!([{"path": "a"}])), Err(ManifestError::Malformed));
        assert_eq!(with("entries", json!([{"path": "a", "size": 1, "folder": true}])), Err(ManifestError::Malformed));
        let overflow = json!([{"path": "a", "size": u64::MAX}, {"path": "b", "size": 1}]);
        assert_eq!(with("entries", overflow), Err(ManifestError::Sizes));
        let hostile = json!([{"path": "../a", "size": 7}]);
        let error = PathError::RelativeStep;
        assert_eq!(with("entries", hostile), Err(ManifestError::Path { index: 0, error }));
    }
}
