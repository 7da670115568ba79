//! What a sender has picked: names made safe and unique, totals, limits, and where every part of the content comes from.
//!
//! Files are known by number here; the page keeps the `File` objects under the same numbers.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use serde::Serialize;
use subrosa_shared::api::Config;
use subrosa_shared::content::Layout;
use subrosa_shared::limits::PART_BYTES_DEFAULT;
use subrosa_shared::manifest::{Entry, EntryKind, MEDIA_TYPE_BYTES_MAX, MODIFIED_MAX, NOTE_BYTES_MAX};
use subrosa_shared::padding::padded_len;
use subrosa_shared::path::{EntryPath, NAME_BYTES_MAX, folded};
use subrosa_shared::time::Timestamp;

use crate::names::{numbered, shortened};

/// Why something cannot be added or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BasketError {
    /// The path is too long or too deep even with safe names.
    #[error("the path is too long")]
    PathTooLong,
    /// More bytes than the server takes.
    #[error("larger than this server allows")]
    TooLarge,
    /// More files and folders than the server takes.
    #[error("more files than this server allows")]
    TooMany,
    /// Nothing was picked.
    #[error("nothing to send")]
    Empty,
}

/// How an item was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// Under the path that it came with.
    AsIs(u32),
    /// Under another one: the wanted one is unsafe or taken.
    Renamed(u32, EntryPath),
    /// The very same is in the basket already.
    Known,
}

/// What has been picked so far.
#[derive(Debug, Default)]
pub struct Basket {
    items: BTreeMap<u32, Entry>,
    next: u32,
    /// Every path and every folder above one, folded, and what stands there.
    taken: HashMap<String, Taken>,
}

#[derive(Clone, Debug)]
enum Taken {
    File(u32),
    /// With its spelling and how many items lie in it or are it.
    Folder(String, u32),
}

/// A line of the list that the page shows: a file, or a whole folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Row {
    /// First name of the path.
    pub name: String,
    /// Number of files in the folder; `None` for a file.
    pub files: Option<u32>,
    /// Bytes of all of them.
    pub len: u64,
}

impl Basket {
    /// Adds a file or folder under a path as the platform tells it.
    ///
    /// # Errors
    /// The path is too long.
    pub fn add(&mut self, path: &str, kind: EntryKind, modified: Option<Timestamp>) -> Result<Added, BasketError> {
        let safe = path.split('/').filter(|name| !name.is_empty()).map(safe_name).collect::<Vec<_>>();
        if safe.is_empty() {
            return Ok(Added::Known);
        }
        let kind = plain_kind(kind);
        let modified = modified.filter(|&modified| modified <= MODIFIED_MAX);
        let is_folder = kind == EntryKind::Folder;
        let mut placed = String::new();
        for (depth, name) in safe.iter().enumerate() {
            let is_last = depth + 1 == safe.len();
            let free = (1..).map(|attempt| numbered(name, attempt)).find_map(|name| {
                let candidate = if placed.is_empty() { name } else { format!("{placed}/{name}") };
                match self.taken.get(&folded(&candidate)) {
                    None => Some(candidate),
                    // A folder is merged with the one of that name, in its spelling.
                    Some(Taken::Folder(spelling, _)) if !is_last || is_folder => Some(spelling.clone()),
                    Some(Taken::File(id)) if is_last && self.is_same(*id, &kind, modified) => Some(String::new()),
                    Some(_) => None,
                }
            });
            placed = free.expect("numbers do not end");
            if placed.is_empty() {
                return Ok(Added::Known);
            }
        }
        let placed = EntryPath::parse(&placed).map_err(|_| BasketError::PathTooLong)?;
        if is_folder && self.taken.contains_key(&folded(placed.as_str())) {
            return Ok(Added::Known);
        }
        let id = self.next;
        self.next += 1;
        for folder in placed.folders() {
            self.count_folder(folder);
        }
        if is_folder {
            self.count_folder(placed.as_str());
        } else {
            self.taken.insert(folded(placed.as_str()), Taken::File(id));
        }
        self.items.insert(id, Entry { path: placed.clone(), kind, modified });
        let wanted = path.trim_matches('/');
        Ok(if placed.as_str() == wanted { Added::AsIs(id) } else { Added::Renamed(id, placed) })
    }

    /// Removes a file or a folder with all that is in it, by the first name of its path. Tells the numbers removed.
    pub fn remove(&mut self, top: &str) -> Vec<u32> {
        let removed: Vec<u32> =
            self.items.iter().filter(|(_, item)| item.path.names().next() == Some(top)).map(|(&id, _)| id).collect();
        for id in &removed {
            let Some(item) = self.items.remove(id) else { continue };
            for folder in item.path.folders() {
                self.uncount_folder(folder);
            }
            if item.kind == EntryKind::Folder {
                self.uncount_folder(item.path.as_str());
            } else {
                self.taken.remove(&folded(item.path.as_str()));
            }
        }
        removed
    }

    /// How many files there are.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.items.values().filter(|item| item.kind != EntryKind::Folder).count()
    }

    /// Bytes of all files.
    #[must_use]
    pub fn content_len(&self) -> u64 {
        self.items.values().map(Entry::size).fold(0, u64::saturating_add)
    }

    /// The list that the page shows.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: BTreeMap<(String, &str), Row> = BTreeMap::new();
        for item in self.items.values() {
            let name = item.path.names().next().expect("a path has at least one name");
            let is_folder = item.kind == EntryKind::Folder || item.path.as_str().len() > name.len();
            let row = rows.entry((folded(name), name)).or_insert_with(|| Row {
                name: name.to_owned(),
                files: is_folder.then_some(0),
                len: 0,
            });
            row.len = row.len.saturating_add(item.size());
            if let (Some(files), EntryKind::File { .. }) = (&mut row.files, &item.kind) {
                *files += 1;
            }
        }
        rows.into_values().collect()
    }

    /// Fixes what is sent, in the order of its paths.
    ///
    /// # Errors
    /// There is nothing, or more than the server takes.
    pub fn plan(&self, config: &Config) -> Result<Plan, BasketError> {
        let limits = &config.limits;
        let mut items: Vec<(u32, Entry)> =
            self.items.iter().filter(|(_, item)| self.is_entry(item)).map(|(&id, item)| (id, item.clone())).collect();
        if items.is_empty() {
            return Err(BasketError::Empty);
        }
        if items.len() > limits.entries_max as usize {
            return Err(BasketError::TooMany);
        }
        items.sort_by(|(_, a), (_, b)| a.path.names().cmp(b.path.names()));
        let layout = layout(self.content_len(), config)?;
        let manifest_bytes = items.iter().map(|(_, entry)| listed_bytes(entry)).sum::<usize>()
            + layout.part_count() as usize * PART_BYTES_LISTED
            + MANIFEST_BYTES_REST;
        if padded_len(manifest_bytes as u64).is_none_or(|padded| padded > limits.manifest_bytes_max.into()) {
            return Err(BasketError::TooMany);
        }
        Ok(Plan::new(items, layout))
    }

    /// A folder is an entry only if nothing lies in it: otherwise its files say that it exists.
    fn is_entry(&self, item: &Entry) -> bool {
        item.kind != EntryKind::Folder
            || matches!(self.taken.get(&folded(item.path.as_str())), Some(Taken::Folder(_, 1)))
    }

    fn is_same(&self, id: u32, kind: &EntryKind, modified: Option<Timestamp>) -> bool {
        self.items.get(&id).is_some_and(|item| item.kind == *kind && item.modified == modified)
    }

    fn count_folder(&mut self, path: &str) {
        match self.taken.entry(folded(path)).or_insert_with(|| Taken::Folder(path.to_owned(), 0)) {
            Taken::Folder(_, count) => *count += 1,
            Taken::File(_) => unreachable!("a path is placed only where no file stands in its way"),
        }
    }

    fn uncount_folder(&mut self, path: &str) {
        let key = folded(path);
        if let Some(Taken::Folder(_, count)) = self.taken.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                self.taken.remove(&key);
            }
        }
    }
}

/// Bytes that a part takes in the manifest, at most.
const PART_BYTES_LISTED: usize = 192;
/// Bytes that everything else takes in the manifest, at most: above all a note, every character of it escaped.
const MANIFEST_BYTES_REST: usize = 2 * NOTE_BYTES_MAX + 1024;

/// Bytes that an entry takes in the manifest, at most.
fn listed_bytes(entry: &Entry) -> usize {
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

/// A hint for the manifest as it may stand there, or none.
fn plain_kind(kind: EntryKind) -> EntryKind {
    let is_plain = |text: &String| text.len() <= MEDIA_TYPE_BYTES_MAX && text.bytes().all(|b| matches!(b, b' '..=b'~'));
    match kind {
        EntryKind::File { size, media_type } => EntryKind::File { size, media_type: media_type.filter(is_plain) },
        EntryKind::Folder => EntryKind::Folder,
    }
}

/// The layout within the server's limits.
fn layout(content_len: u64, config: &Config) -> Result<Layout, BasketError> {
    let limits = &config.limits;
    let mut part_bytes = PART_BYTES_DEFAULT.clamp(limits.part_bytes_min, limits.part_bytes_max);
    loop {
        match Layout::new(content_len, part_bytes) {
            Ok(layout) if layout.padded_len() > limits.share_bytes_max => return Err(BasketError::TooLarge),
            Ok(layout) if layout.part_count() <= limits.parts_max => return Ok(layout),
            _ if part_bytes < limits.part_bytes_max => {
                part_bytes = part_bytes.saturating_mul(2).min(limits.part_bytes_max);
            }
            _ => return Err(BasketError::TooLarge),
        }
    }
}

/// A name that a path may have: nothing invisible or misleading, not too long. Names that are safe stay as they are.
fn safe_name(name: &str) -> String {
    let replaced: String = name
        .chars()
        .map(|c| if EntryPath::parse(c.encode_utf8(&mut [0; 4])).is_ok() || c == '.' { c } else { '_' })
        .collect();
    let replaced = if matches!(&*replaced, "." | "..") { replaced.replace('.', "_") } else { replaced };
    shortened(&replaced, NAME_BYTES_MAX)
}

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
    fn new(items: Vec<(u32, Entry)>, layout: Layout) -> Self {
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

    /// A plan that was fixed before. Its files are known by their places. `None` if nothing can have been planned like that.
    #[must_use]
    pub fn kept(entries: Vec<Entry>, part_bytes: u32) -> Option<Self> {
        let content_len = entries.iter().try_fold(0_u64, |len, entry| len.checked_add(entry.size()))?;
        let layout = Layout::new(content_len, part_bytes).ok()?;
        Some(Self::new((0..).zip(entries).collect(), layout))
    }

    /// The numbers of what is sent, in the order of the manifest.
    pub fn ids(&self) -> impl Iterator<Item = u32> {
        self.items.iter().map(|(id, _)| *id)
    }

    /// What a part is read from, in order; zeros follow up to its length. Empty if there is no such part.
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

#[cfg(test)]
#[path = "basket_tests.rs"]
mod tests;
