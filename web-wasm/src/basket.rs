//! What a sender has picked: names made safe and unique, totals, limits. How it lies in parts:
//! `packing.rs`.
//!
//! Files are known by number here; the page keeps the `File` objects under the same numbers. No
//! file is left out here: only the page can compare what is in two files, and find that one was
//! picked again.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;
use subrosa_shared::api::Config;
use subrosa_shared::content::Layout;
use subrosa_shared::manifest::{Entry, EntryKind, MEDIA_TYPE_BYTES_MAX, MODIFIED_MAX};
use subrosa_shared::padding::padded_len;
use subrosa_shared::path::{DEPTH_MAX, EntryPath, NAME_BYTES_MAX, PATH_BYTES_MAX, PathError, folded};
use subrosa_shared::time::Timestamp;

use crate::names::{numbered, shortened};
use crate::packing::{LayoutError, MANIFEST_BYTES_REST, PART_BYTES_LISTED, Plan, layout, listed_bytes};

/// Why something cannot be added or sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BasketError {
    /// The path has so many bytes even with safe names: more than [`PATH_BYTES_MAX`].
    #[error("a path of {0} bytes is longer than {PATH_BYTES_MAX}")]
    PathTooLong(usize),
    /// The path has so many names: more than [`DEPTH_MAX`].
    #[error("a path of {0} names is deeper than {DEPTH_MAX}")]
    PathTooDeep(usize),
    /// The files have more bytes than the server takes.
    #[error("larger than this server allows")]
    TooLarge,
    /// The files have so many bytes once they are padded: more than the server takes.
    #[error("{0} bytes with padding, which is more than this server allows")]
    TooLargePadded(u64),
    /// The files need more parts than the server takes, each as large as it takes them.
    #[error("more parts than this server allows")]
    TooManyParts,
    /// There are so many files and empty folders: more than the server takes.
    #[error("{0} files and folders are more than this server allows")]
    TooMany(usize),
    /// The list of names has so many bytes once it is padded: more than the server takes.
    #[error("the list of names has {0} bytes, which is more than this server allows")]
    ListTooLong(u64),
    /// Nothing was picked.
    #[error("nothing to send")]
    Empty,
}

impl From<LayoutError> for BasketError {
    fn from(error: LayoutError) -> Self {
        match error {
            LayoutError::Content => Self::TooLarge,
            LayoutError::Padded(padded) => Self::TooLargePadded(padded),
            LayoutError::PartCount => Self::TooManyParts,
        }
    }
}

/// How an item was added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// Under the path that it came with.
    AsIs(u32),
    /// Under another one.
    Renamed(u32, EntryPath, Renaming),
    /// A folder that is in the basket already. Files are never left out here.
    Merged,
}

/// Why something has another path than the one that it came with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Renaming {
    /// A name has control characters or line breaks.
    Control,
    /// A name has characters that change the direction of text.
    Direction,
    /// A name is `.` or `..`, or empty.
    Step,
    /// A name has more than [`NAME_BYTES_MAX`] bytes.
    TooLong,
    /// Something else has that path, or one that falls together with it.
    Taken,
    /// A folder above it is in the basket already, in another spelling.
    Spelling,
}

/// A file of an earlier pick that came under the same path as one that is picked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Twin {
    /// Its number.
    pub id: u32,
    /// Whether size and time are the same too. The content may still be another.
    pub looks_same: bool,
}

/// What has been picked so far.
#[derive(Debug, Default)]
pub struct Basket {
    items: BTreeMap<u32, Item>,
    next: u32,
    /// Counts picks: within one, no two files are the same.
    pick: u32,
    /// Every path and every folder above one, by its [`key`].
    taken: HashMap<String, Taken>,
    /// The files that came under a path, as the platform told it.
    came: HashMap<String, Vec<u32>>,
    /// The number that a taken name got last, by the key of its path: so many files of one name
    /// take no longer than others.
    numbers: HashMap<String, u32>,
    /// The list that the page shows, in its order.
    rows: BTreeMap<(String, String), (Row, u32)>,
    file_count: usize,
    content_len: u64,
}

#[derive(Debug)]
struct Item {
    entry: Entry,
    /// The path as the platform told it.
    came: String,
    pick: u32,
}

#[derive(Clone, Debug)]
enum Taken {
    File,
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
    /// Begins a pick: what is added from now on was picked or dropped together.
    pub fn begin_pick(&mut self) {
        self.pick += 1;
    }

    /// Files of earlier picks that came under this path: the file at it may be one of them, picked
    /// again.
    #[must_use]
    pub fn twins(&self, path: &str, size: u64, modified: Option<Timestamp>) -> Vec<Twin> {
        let modified = plain_time(modified);
        let ids = self.came.get(path).map_or(&[][..], Vec::as_slice);
        let earlier = ids.iter().filter_map(|id| Some((*id, self.items.get(id)?)));
        earlier
            .filter(|(_, item)| item.pick != self.pick)
            .map(|(id, Item { entry, .. })| Twin { id, looks_same: entry.size() == size && entry.modified == modified })
            .collect()
    }

    /// Adds a file or folder under a path as the platform tells it. Every file is added: under
    /// another name, if its own is taken.
    ///
    /// # Errors
    /// The path is too long.
    pub fn add(&mut self, path: &str, kind: EntryKind, modified: Option<Timestamp>) -> Result<Added, BasketError> {
        let kind = plain_kind(kind);
        let is_folder = kind == EntryKind::Folder;
        let mut safe = path.split('/').filter(|name| !name.is_empty()).map(safe_name).collect::<Vec<_>>();
        match (safe.is_empty(), is_folder) {
            (true, true) => return Ok(Added::Merged),
            (true, false) => safe.push("_".to_owned()),
            _ => {}
        }
        let (placed, is_numbered) = self.place(&safe, is_folder);
        let placed = EntryPath::parse(&placed).map_err(|error| match error {
            PathError::TooDeep => BasketError::PathTooDeep(safe.len()),
            _ => BasketError::PathTooLong(placed.len()),
        })?;
        let own_key = key(placed.as_str());
        if is_folder && self.taken.contains_key(&own_key) {
            return Ok(Added::Merged);
        }
        let id = self.next;
        self.next += 1;
        for folder in placed.folders() {
            self.count_folder(folder);
        }
        if is_folder {
            self.count_folder(placed.as_str());
        } else {
            self.taken.insert(own_key, Taken::File);
            self.came.entry(path.to_owned()).or_default().push(id);
        }
        let entry = Entry { path: placed.clone(), kind, modified: plain_time(modified) };
        self.count_row(&entry);
        self.items.insert(id, Item { entry, came: path.to_owned(), pick: self.pick });
        let wanted = path.trim_matches('/');
        if placed.as_str() == wanted {
            return Ok(Added::AsIs(id));
        }
        let why = match why_unsafe(wanted) {
            Some(why) => why,
            None if is_numbered => Renaming::Taken,
            None => Renaming::Spelling,
        };
        Ok(Added::Renamed(id, placed, why))
    }

    /// A free path for these names, and whether a name got a number for it. A folder is merged with
    /// the one of that name, in its spelling.
    fn place(&mut self, names: &[String], is_folder: bool) -> (String, bool) {
        let (mut placed, mut is_numbered) = (String::new(), false);
        for (depth, name) in names.iter().enumerate() {
            let is_last = depth + 1 == names.len();
            let at = |name: &str| if placed.is_empty() { name.to_owned() } else { format!("{placed}/{name}") };
            let first_key = key(&at(name));
            let joins = !is_last || is_folder;
            let first = self.numbers.get(&first_key).filter(|_| !joins).map_or(1, |last| last + 1);
            let (attempt, free) = (first..)
                .find_map(|attempt| {
                    let candidate = at(&numbered(name, attempt));
                    match self.taken.get(&key(&candidate)) {
                        None => Some((attempt, candidate)),
                        Some(Taken::Folder(spelling, _)) if joins => Some((attempt, spelling.clone())),
                        Some(_) => None,
                    }
                })
                .expect("numbers do not end");
            if !joins && attempt > 1 {
                self.numbers.insert(first_key, attempt);
            }
            is_numbered |= attempt > 1;
            placed = free;
        }
        (placed, is_numbered)
    }

    /// Puts another file in the place of one: what was picked first can no longer be read. Tells
    /// whether there is one.
    pub fn replace(&mut self, id: u32, kind: EntryKind, modified: Option<Timestamp>) -> bool {
        let pick = self.pick;
        let Some(mut item) = self.items.remove(&id) else { return false };
        self.uncount_row(&item.entry);
        item.entry.kind = plain_kind(kind);
        item.entry.modified = plain_time(modified);
        item.pick = pick;
        self.count_row(&item.entry);
        self.items.insert(id, item);
        true
    }

    /// Removes a file or a folder with all that is in it, by the first name of its path. Tells the
    /// numbers removed.
    pub fn remove(&mut self, top: &str) -> Vec<u32> {
        let is_in = |item: &Item| item.entry.path.names().next() == Some(top);
        let removed: Vec<u32> = self.items.iter().filter(|(_, item)| is_in(item)).map(|(&id, _)| id).collect();
        for &id in &removed {
            self.remove_one(id);
        }
        removed
    }

    /// Removes one file or folder by its number.
    pub fn remove_one(&mut self, id: u32) {
        let Some(Item { entry, came, .. }) = self.items.remove(&id) else { return };
        self.uncount_row(&entry);
        for folder in entry.path.folders() {
            self.uncount_folder(folder);
        }
        if entry.kind == EntryKind::Folder {
            self.uncount_folder(entry.path.as_str());
            return;
        }
        self.taken.remove(&key(entry.path.as_str()));
        // Names that are free again are used again.
        self.numbers.clear();
        if let Some(ids) = self.came.get_mut(&came) {
            ids.retain(|&other| other != id);
            if ids.is_empty() {
                self.came.remove(&came);
            }
        }
    }

    /// How many files there are.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.file_count
    }

    /// Bytes of all files.
    #[must_use]
    pub fn content_len(&self) -> u64 {
        self.content_len
    }

    /// The list that the page shows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &Row> {
        self.rows.values().map(|(row, _)| row)
    }

    /// Whether all of it can be sent at once.
    ///
    /// # Errors
    /// There is nothing, or more than the server takes.
    pub fn check(&self, config: &Config) -> Result<Layout, BasketError> {
        let limits = &config.limits;
        let (mut count, mut listed) = (0, 0);
        for entry in self.entries() {
            count += 1;
            listed += listed_bytes(entry);
        }
        if count == 0 {
            return Err(BasketError::Empty);
        }
        if count > limits.entries_max as usize {
            return Err(BasketError::TooMany(count));
        }
        let layout = layout(self.content_len(), config)?;
        let manifest_bytes = listed + layout.part_count() as usize * PART_BYTES_LISTED + MANIFEST_BYTES_REST;
        let padded = padded_len(manifest_bytes as u64).unwrap_or(u64::MAX);
        if padded > limits.manifest_bytes_max.into() {
            return Err(BasketError::ListTooLong(padded));
        }
        Ok(layout)
    }

    /// Fixes what is sent, in the order of its paths.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn plan(&self, config: &Config) -> Result<Plan, BasketError> {
        let layout = self.check(config)?;
        let sent = self.items.iter().filter(|(_, item)| self.is_entry(&item.entry));
        let mut items: Vec<(u32, Entry)> = sent.map(|(&id, item)| (id, item.entry.clone())).collect();
        items.sort_by(|(_, a), (_, b)| in_order(&a.path).cmp(in_order(&b.path)));
        Ok(Plan::new(items, layout))
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.items.values().map(|item| &item.entry).filter(|entry| self.is_entry(entry))
    }

    /// A folder is an entry only if nothing lies in it: otherwise its files say that it exists.
    fn is_entry(&self, item: &Entry) -> bool {
        item.kind != EntryKind::Folder || matches!(self.taken.get(&key(item.path.as_str())), Some(Taken::Folder(_, 1)))
    }

    fn count_row(&mut self, entry: &Entry) {
        let name = first_name(entry);
        let is_folder = entry.kind == EntryKind::Folder || entry.path.as_str().len() > name.len();
        let new = || (Row { name: name.to_owned(), files: is_folder.then_some(0), len: 0 }, 0);
        let (row, items) = self.rows.entry((folded(name), name.to_owned())).or_insert_with(new);
        *items += 1;
        row.len = row.len.saturating_add(entry.size());
        self.content_len = self.content_len.saturating_add(entry.size());
        if entry.kind != EntryKind::Folder {
            self.file_count += 1;
            row.files = row.files.map(|files| files + 1);
        }
    }

    fn uncount_row(&mut self, entry: &Entry) {
        let name = first_name(entry);
        let place = (folded(name), name.to_owned());
        let Some((row, items)) = self.rows.get_mut(&place) else { return };
        *items -= 1;
        row.len = row.len.saturating_sub(entry.size());
        self.content_len = self.content_len.saturating_sub(entry.size());
        if entry.kind != EntryKind::Folder {
            self.file_count -= 1;
            row.files = row.files.map(|files| files - 1);
        }
        if *items == 0 {
            self.rows.remove(&place);
        }
    }

    fn count_folder(&mut self, path: &str) {
        match self.taken.entry(key(path)).or_insert_with(|| Taken::Folder(path.to_owned(), 0)) {
            Taken::Folder(_, count) => *count += 1,
            Taken::File => unreachable!("a path is placed only where no file stands in its way"),
        }
    }

    fn uncount_folder(&mut self, path: &str) {
        let place = key(path);
        if let Some(Taken::Folder(_, count)) = self.taken.get_mut(&place) {
            *count -= 1;
            if *count == 0 {
                self.taken.remove(&place);
            }
        }
    }
}

/// Bytes by which paths stand in the order of their names: what ends a name comes before everything
/// that goes on with it.
fn in_order(path: &EntryPath) -> impl Iterator<Item = u8> {
    path.as_str().bytes().map(|byte| if byte == b'/' { 0 } else { byte })
}

fn first_name(entry: &Entry) -> &str {
    entry.path.names().next().expect("a path has at least one name")
}

/// What two paths have in common if some platform cannot keep both: [`folded`], and without the
/// dots and spaces at the end of names that Windows drops.
fn key(path: &str) -> String {
    let folded = folded(path);
    if !folded.contains(['.', ' ']) {
        return folded;
    }
    let kept = |name: &str| match name.trim_end_matches(['.', ' ']) {
        "" => name.to_owned(),
        kept => kept.to_owned(),
    };
    folded.split('/').map(kept).collect::<Vec<_>>().join("/")
}

/// A time that a manifest can have, or none.
fn plain_time(modified: Option<Timestamp>) -> Option<Timestamp> {
    modified.filter(|&modified| modified <= MODIFIED_MAX)
}

/// A hint for the manifest as it may stand there, or none.
fn plain_kind(kind: EntryKind) -> EntryKind {
    let is_plain = |text: &String| text.len() <= MEDIA_TYPE_BYTES_MAX && text.bytes().all(|b| matches!(b, b' '..=b'~'));
    match kind {
        EntryKind::File { size, media_type } => EntryKind::File { size, media_type: media_type.filter(is_plain) },
        EntryKind::Folder => EntryKind::Folder,
    }
}

/// Why a path cannot be kept as it came, if that lies in its names.
fn why_unsafe(path: &str) -> Option<Renaming> {
    let parsed = path.split('/').map(EntryPath::parse).filter_map(Result::err);
    let why = |error| match error {
        // A name that is as long as that is too long for a path, too.
        PathError::NameTooLong | PathError::TooLong => Renaming::TooLong,
        PathError::ControlCharacter => Renaming::Control,
        PathError::BidiControl => Renaming::Direction,
        _ => Renaming::Step,
    };
    parsed.map(why).min()
}

/// A name that a path may have: nothing invisible or misleading, not too long. Names that are safe
/// stay as they are.
fn safe_name(name: &str) -> String {
    let replaced: String = name
        .chars()
        .map(|c| if EntryPath::parse(c.encode_utf8(&mut [0; 4])).is_ok() || c == '.' { c } else { '_' })
        .collect();
    let replaced = if matches!(&*replaced, "." | "..") { replaced.replace('.', "_") } else { replaced };
    shortened(&replaced, NAME_BYTES_MAX)
}

#[cfg(test)]
#[path = "basket_tests.rs"]
mod tests;
