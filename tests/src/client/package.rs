//! A share, sealed and ready to be sent.

use bytes::Bytes;
use subrosa_shared::api::{CompleteShare, CreateShare};
use subrosa_shared::content::{ContentNumber, Layout, part_list_digest};
use subrosa_shared::id::{Digest, ShareId};
use subrosa_shared::manifest::{Entry, EntryKind, Manifest, Part, check_entries, content_len};
use subrosa_shared::path::EntryPath;
use subrosa_shared::seal::{PartPlace, commitment, seal};
use subrosa_shared::secret::{ContentKey, OwnerSecret};
use subrosa_shared::time::Timestamp;
use subrosa_shared::wrap::View;

use super::Error;
use crate::bytes::rng;

/// A file to be sealed.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it is to be saved, `/` between names.
    pub path: String,
    /// What is in it.
    pub bytes: Bytes,
    /// When it was last changed, if that is told.
    pub modified: Option<Timestamp>,
}

impl Source {
    /// A file of that path and content.
    pub fn new(path: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { path: path.into(), bytes: bytes.into(), modified: None }
    }

    /// Changed last at a time, in milliseconds since 1970.
    #[must_use]
    pub fn modified_at(self, millis: u64) -> Self {
        Self { modified: Some(Timestamp::from_millis(millis)), ..self }
    }
}

/// How a share is made, beside its content.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The share's life.
    pub expires_in_secs: i64,
    /// Whether it ends with its last link.
    pub ends_with_last_link: bool,
    /// Bytes of plaintext in a part; `None`: what the protocol takes for that length.
    pub part_bytes: Option<u32>,
    /// What the recipient reads beside the file list.
    pub note: Option<String>,
}

impl Default for Terms {
    fn default() -> Self {
        Self { expires_in_secs: 3600, ends_with_last_link: true, part_bytes: None, note: None }
    }
}

/// Everything of a share that is sent, sealed once: whoever repeats a request sends the same bytes
/// again.
#[derive(Debug)]
pub struct Package {
    /// Proves ownership.
    pub owner: OwnerSecret,
    /// Which content of the share it is.
    pub content: ContentNumber,
    /// What creates the share.
    pub create: CreateShare,
    /// The sealed parts, in order.
    pub parts: Vec<Bytes>,
    /// The sealed manifest.
    pub manifest: Bytes,
}

impl Package {
    /// Seals files.
    ///
    /// # Errors
    /// Files that cannot be in one share.
    pub fn seal(files: &[Source], terms: &Terms) -> Result<Self, Error> {
        Self::seal_for(OwnerSecret::generate(&mut rng()), ContentNumber::FIRST, files, terms)
    }

    /// Seals files as another content of the same share.
    ///
    /// # Errors
    /// As [`seal`](Self::seal).
    pub fn edition(&self, content: ContentNumber, files: &[Source], terms: &Terms) -> Result<Self, Error> {
        Self::seal_for(OwnerSecret::from_bytes(*self.owner.expose()), content, files, terms)
    }

    fn seal_for(owner: OwnerSecret, content: ContentNumber, files: &[Source], terms: &Terms) -> Result<Self, Error> {
        let share = owner.share_id();
        let entries = files.iter().map(entry).collect::<Result<Vec<_>, _>>()?;
        check_entries(&entries)?;
        let len = content_len(&entries)?;
        let layout = match terms.part_bytes {
            Some(part_bytes) => Layout::new(len, part_bytes)?,
            None => Layout::fitting(len)?,
        };

        let content_key = owner.content_key(content);
        let mut parts = Vec::new();
        for index in 0..layout.part_count() {
            let range = layout.part_range(index).expect("the layout has that part");
            let plaintext = slice(files, range.start, range.end);
            parts.push(Bytes::from(seal(&content_key, &PartPlace { share, index }, &plaintext, &mut rng())));
        }
        let pinned = parts.iter().map(|part| pin(part)).collect();
        let manifest = Manifest::new(entries, terms.note.clone(), layout.part_bytes(), pinned)?;
        let manifest = manifest.seal(&owner.manifest_key(content), &share, &mut rng())?.into();
        let create = CreateShare {
            owner_verifier: owner.verifier(),
            expires_in_secs: terms.expires_in_secs,
            part_bytes: layout.part_bytes(),
            ends_with_last_link: terms.ends_with_last_link,
        };
        Ok(Self { owner, content, create, parts, manifest })
    }

    /// The share's id.
    #[must_use]
    pub fn share(&self) -> ShareId {
        self.owner.share_id()
    }

    /// What the view wrap of a link gives.
    #[must_use]
    pub fn view(&self) -> View {
        View { manifest_key: self.owner.manifest_key(self.content), manifest_digest: Digest::of(&self.manifest) }
    }

    /// What the content wrap of a link gives.
    #[must_use]
    pub fn content_key(&self) -> ContentKey {
        self.owner.content_key(self.content)
    }

    /// How many parts there are.
    #[must_use]
    pub fn part_count(&self) -> u32 {
        u32::try_from(self.parts.len()).expect("the layout bounds the number of parts")
    }

    /// What completes the upload.
    #[must_use]
    pub fn complete(&self) -> CompleteShare {
        let parts = self.parts.iter().map(|part| (part.len() as u64, Digest::of(part)));
        CompleteShare {
            part_count: self.part_count(),
            parts_digest: part_list_digest(parts),
            manifest_digest: Digest::of(&self.manifest),
        }
    }
}

fn entry(file: &Source) -> Result<Entry, Error> {
    let kind = EntryKind::File { size: file.bytes.len() as u64, media_type: None };
    Ok(Entry { path: EntryPath::parse(&file.path)?, modified: file.modified, kind })
}

fn pin(sealed: &[u8]) -> Part {
    let commitment = commitment(sealed).expect("what was sealed has a header");
    Part { sealed_len: sealed.len() as u64, digest: Digest::of(sealed), commitment }
}

/// A piece of the content: files end to end, then zeros.
fn slice(files: &[Source], start: u64, end: u64) -> Vec<u8> {
    let mut piece = Vec::new();
    let mut file_start = 0;
    for file in files {
        let file_end = file_start + file.bytes.len() as u64;
        let (from, to) = (start.clamp(file_start, file_end), end.clamp(file_start, file_end));
        let within = usize::try_from(from - file_start).expect("files are in memory")
            ..usize::try_from(to - file_start).expect("files are in memory");
        piece.extend_from_slice(&file.bytes[within]);
        file_start = file_end;
    }
    piece.resize(usize::try_from(end - start).expect("a part fits in memory"), 0);
    piece
}
