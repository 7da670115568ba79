//! How what is sent lies in parts, and where every byte of a part comes from. Files are known by
//! number.

use std::ops::Range;

use subrosa_shared::api::Config;
use subrosa_shared::content::Layout;
use subrosa_shared::limits::PART_BYTES_DEFAULT;
use subrosa_shared::manifest::{Entry, EntryKind, NOTE_BYTES_MAX};

/// What is sent, in order: fixed when the sender presses the button.
#[derive(Debug)]
pub struct Plan {
    items: Vec<(u32, Entry)>,
    /// Where each item begins in the content.
    starts: Vec<u64>,
    layout: Layout,
}

/// A range of one file that goes into a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The file's number.
    pub file: u32,
    /// Bytes of it.
    pub range: Range<u64>,
}

impl Plan {
    pub(crate) fn new(items: Vec<(u32, Entry)>, layout: Layout) -> Self {
        let mut end = 0_u64;
        let starts = items
            .iter()
            .map(|(_, item)| {
                let start = end;
                end += item.size();
                start
            })
            .collect();
        Self { items, starts, layout }
    }

    /// How the content lies in parts.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout
    }

    /// What is sent, in the order of the manifest.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.items.iter().map(|(_, item)| item)
    }

    /// A plan that was fixed before. Its files are known by their places. `None` if nothing can
    /// have been planned like that.
    #[must_use]
    pub fn kept(entries: Vec<Entry>, part_bytes: u32) -> Option<Self> {
        let content_len = entries.iter().try_fold(0_u64, |len, entry| len.checked_add(entry.size()))?;
        let layout = Layout::new(content_len, part_bytes).ok()?;
        Some(Self::new((0..).zip(entries).collect(), layout))
    }

    /// How many files are sent, and how many of them are empty.
    #[must_use]
    pub fn file_counts(&self) -> (usize, usize) {
        let files = || self.entries().filter(|entry| entry.kind != EntryKind::Folder);
        (files().count(), files().filter(|entry| entry.size() == 0).count())
    }

    /// How many files end in a part, without empty ones.
    #[must_use]
    pub fn ends_in(&self, index: u32) -> usize {
        let Some(part) = self.layout.part_range(index) else { return 0 };
        let first = self.starts.partition_point(|&start| start <= part.start).saturating_sub(1);
        let ends =
            self.items[first..].iter().zip(&self.starts[first..]).map(|((_, item), &start)| (start, item.size()));
        ends.take_while(|&(start, _)| start < part.end)
            .filter(|&(start, size)| size > 0 && (part.start + 1..=part.end).contains(&(start + size)))
            .count()
    }

    /// The numbers of what is sent, in the order of the manifest.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        self.items.iter().map(|(id, _)| *id)
    }

    /// What a part is read from, in order; zeros follow up to its length. Empty if there is no such
    /// part.
    #[must_use]
    pub fn sources(&self, index: u32) -> Vec<Source> {
        self.layout.part_range(index).map_or_else(Vec::new, |part| self.sources_of(part))
    }

    /// The same for some bytes of a part, counted from its beginning.
    #[must_use]
    pub fn sources_within(&self, index: u32, bytes: Range<u64>) -> Vec<Source> {
        let Some(part) = self.layout.part_range(index) else { return Vec::new() };
        self.sources_of(part.start + bytes.start..part.end.min(part.start + bytes.end))
    }

    fn sources_of(&self, part: Range<u64>) -> Vec<Source> {
        let first = self.starts.partition_point(|&start| start <= part.start).saturating_sub(1);
        self.items[first..]
            .iter()
            .zip(&self.starts[first..])
            .take_while(|&(_, &start)| start < part.end)
            .filter_map(|((id, item), &start)| {
                let range = part.start.max(start) - start..part.end.min(start + item.size()).saturating_sub(start);
                (range.start < range.end).then_some(Source { file: *id, range })
            })
            .collect()
    }
}

/// Bytes that a part takes in the manifest, at most.
pub(crate) const PART_BYTES_LISTED: usize = 192;
/// Bytes that everything else takes in the manifest, at most: above all a note, every character of
/// it escaped.
pub(crate) const MANIFEST_BYTES_REST: usize = 2 * NOTE_BYTES_MAX + 1024;

/// Bytes that an entry takes in the manifest, at most.
pub(crate) fn listed_bytes(entry: &Entry) -> usize {
    // Field names, numbers, quotes and commas.
    const AROUND: usize = 96;
    let media_type_len = match &entry.kind {
        EntryKind::File { media_type: Some(media_type), .. } => 2 * media_type.len(),
        _ => 0,
    };
    // Quotes and backslashes are escaped; control characters cannot stand in a path.
    let escapes = entry.path.as_str().bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    AROUND + entry.path.as_str().len() + escapes + media_type_len
}

/// Why content has no layout within the server's limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LayoutError {
    /// It has more bytes than the server takes.
    Content,
    /// It has so many bytes once it is padded: more than the server takes.
    Padded(u64),
    /// It needs more parts than the server takes, each as large as it takes them.
    PartCount,
}

/// The layout within the server's limits.
pub(crate) fn layout(content_len: u64, config: &Config) -> Result<Layout, LayoutError> {
    let limits = &config.limits;
    if content_len > limits.share_bytes_max {
        return Err(LayoutError::Content);
    }
    let mut part_bytes = PART_BYTES_DEFAULT.clamp(limits.part_bytes_min, limits.part_bytes_max);
    loop {
        match Layout::new(content_len, part_bytes) {
            Ok(layout) if layout.padded_len() > limits.share_bytes_max => {
                return Err(LayoutError::Padded(layout.padded_len()));
            }
            Ok(layout) if layout.part_count() <= limits.parts_max => return Ok(layout),
            _ if part_bytes < limits.part_bytes_max => {
                part_bytes = part_bytes.saturating_mul(2).min(limits.part_bytes_max);
            }
            _ => return Err(LayoutError::PartCount),
        }
    }
}
