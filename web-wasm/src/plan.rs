//! What has to be fetched to save something of a share, or to look at it.

use std::ops::Range;

use serde::Serialize;
use subrosa_shared::content::Piece;
use subrosa_shared::id::{Commitment, Digest};
use subrosa_shared::manifest::{Entry, EntryKind, Manifest};
use subrosa_shared::seal::CHUNK_LEN;

use crate::preview::{Kind, TEXT_BYTES_MAX};
use crate::saved_names::{archive_name, download_name};
use crate::tree::Tree;

/// Below this, in bytes, parts are fetched whole for a look: they serve a download later, too.
const WHOLE_BYTES_MAX: u64 = 1024 * 1024;
/// Chunks of a sound or film that are fetched at once. Blocks do not overlap: what is kept is not
/// paid for again.
const BLOCK_CHUNKS: u64 = 8;

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: the one file that there is, or an archive.
    Everything,
    /// One file.
    Entry(usize),
    /// A folder and what is below it, as an archive.
    Folder(usize),
}

/// What has to be fetched to save something, and under which name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavePlan {
    pub(crate) name: String,
    /// Whether it is an archive.
    pub(crate) is_archive: bool,
    /// Bytes of content.
    pub(crate) len: u64,
    pub(crate) pieces: Vec<SavePiece>,
}

/// What has to be fetched to look at a file.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewPlan {
    pub(crate) kind: Kind,
    /// Bytes of content.
    pub(crate) len: u64,
    /// Whether the file is longer than what is fetched.
    pub(crate) is_cut: bool,
    pub(crate) pieces: Vec<SavePiece>,
}

/// A stretch of a file that is fetched at once while it is played.
#[derive(Debug, Serialize)]
pub struct Block {
    /// Where it lies in the file, in bytes.
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) piece: SavePiece,
}

/// A part, and what is wanted of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavePiece {
    pub(crate) index: u32,
    pub(crate) sealed_len: u64,
    pub(crate) digest: Digest,
    /// Bytes of plaintext that are wanted: begin and end of each range, in order.
    pub(crate) spans: Vec<(u64, u64)>,
    /// If only some chunks are to be fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chunks: Option<Chunks>,
}

/// Chunks of a part that open alone.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Chunks {
    pub(crate) commitment: Commitment,
    /// The first of them.
    pub(crate) first: u64,
    /// Where its plaintext begins in the part, in bytes.
    pub(crate) plain_from: u64,
    /// Where they lie in the sealed part, in bytes.
    pub(crate) sealed_from: u64,
    pub(crate) sealed_to: u64,
}

/// What to fetch. `None` if there is no such file or folder.
pub(crate) fn save_plan(manifest: &Manifest, tree: &Tree, wanted: Wanted) -> Option<SavePlan> {
    let entries = manifest.entries();
    let wanted = match (wanted, entries) {
        (Wanted::Everything, [Entry { kind: EntryKind::File { .. }, .. }]) => Wanted::Entry(0),
        (wanted, _) => wanted,
    };
    let (name, ranges) = match wanted {
        Wanted::Everything => (
            archive_name(entries.first()?.path.as_str(), at_the_top(entries, tree).saturating_sub(1)),
            vec![Range { start: 0, end: manifest.layout().content_len() }],
        ),
        Wanted::Entry(index) => {
            let entry = entries.get(index).filter(|entry| entry.kind != EntryKind::Folder)?;
            (entry.path.name().to_owned(), vec![manifest.ranges().nth(index)?])
        }
        Wanted::Folder(folder) => {
            let name = format!("{}.zip", tree.folders().get(folder)?.name);
            let inside = manifest.ranges().enumerate().filter(|(entry, _)| tree.contains(folder, *entry));
            (name, inside.map(|(_, range)| range).collect())
        }
    };
    let len = ranges.iter().map(|range| range.end - range.start).sum();
    let is_archive = !matches!(wanted, Wanted::Entry(_));
    Some(SavePlan { name: download_name(&name), is_archive, len, pieces: pieces(manifest, ranges) })
}

/// How many files and folders lie at the top.
fn at_the_top(entries: &[Entry], tree: &Tree) -> usize {
    let folders = tree.folders().iter().filter(|folder| folder.parent.is_none()).count();
    folders + entries.iter().filter(|entry| !entry.path.as_str().contains('/')).count()
}

/// What to fetch for a look: the beginning of a text, all of anything else. `None` if nothing is to
/// be seen there.
pub(crate) fn preview_plan(manifest: &Manifest, entry: usize) -> Option<PreviewPlan> {
    let file = manifest.entries().get(entry)?;
    let kind = kind_of(file)?;
    let range = manifest.ranges().nth(entry)?;
    let len = if kind == Kind::Text { file.size().min(TEXT_BYTES_MAX) } else { file.size() };
    let shown = range.start..range.start + len;
    let mut pieces = pieces(manifest, vec![shown.clone()]);
    for (piece, place) in pieces.iter_mut().zip(manifest.layout().pieces(shown)) {
        let sealed = place.sealed_range();
        // A small file in a large part, or the beginning of a long text: a download may not fetch
        // without end.
        if piece.sealed_len > WHOLE_BYTES_MAX && sealed.end - sealed.start < piece.sealed_len / 2 {
            piece.chunks = Some(chunks(manifest, &place));
        }
    }
    Some(PreviewPlan { kind, len, is_cut: len < file.size(), pieces })
}

/// The block of a file in which a byte of it lies. `None` if there is no such byte.
pub(crate) fn block(manifest: &Manifest, entry: usize, at: u64) -> Option<Block> {
    let file = manifest.ranges().nth(entry)?;
    let at = file.start.checked_add(at).filter(|at| *at < file.end)?;
    let place = manifest.layout().pieces(at..at + 1).next()?;
    let part = at - place.within.start;
    let first = place.chunks().start / BLOCK_CHUNKS * BLOCK_CHUNKS * CHUNK_LEN as u64;
    let last = place.part_len.min(first + BLOCK_CHUNKS * CHUNK_LEN as u64);
    let range = file.start.max(part + first)..file.end.min(part + last);
    let (from, to) = (range.start - file.start, range.end - file.start);
    let place = manifest.layout().pieces(range.clone()).next()?;
    let mut piece = pieces(manifest, vec![range]).pop()?;
    piece.chunks = Some(chunks(manifest, &place));
    Some(Block { from, to, piece })
}

/// The chunks around a range of a part.
fn chunks(manifest: &Manifest, place: &Piece) -> Chunks {
    let sealed = place.sealed_range();
    Chunks {
        commitment: manifest.parts()[place.index as usize].commitment,
        first: place.chunks().start,
        plain_from: place.within.start - place.skip(),
        sealed_from: sealed.start,
        sealed_to: sealed.end,
    }
}

/// How a file can be looked at, by its name and size.
pub(crate) fn kind_of(entry: &Entry) -> Option<Kind> {
    match entry.kind {
        EntryKind::File { size, .. } => Kind::of(entry.path.name(), size),
        EntryKind::Folder => None,
    }
}

/// Ranges of the content, in order, by part.
fn pieces(manifest: &Manifest, ranges: Vec<Range<u64>>) -> Vec<SavePiece> {
    let mut pieces: Vec<SavePiece> = Vec::new();
    for piece in ranges.into_iter().flat_map(|range| manifest.layout().pieces(range)) {
        let (from, to) = (piece.within.start, piece.within.end);
        match pieces.last_mut().filter(|last| last.index == piece.index) {
            Some(last) => match last.spans.last_mut() {
                Some((_, end)) if *end == from => *end = to,
                _ => last.spans.push((from, to)),
            },
            None => {
                let part = manifest.parts()[piece.index as usize];
                let (sealed_len, digest) = (part.sealed_len, part.digest);
                pieces.push(SavePiece {
                    index: piece.index,
                    sealed_len,
                    digest,
                    spans: vec![(from, to)],
                    chunks: None,
                });
            }
        }
    }
    pieces
}
