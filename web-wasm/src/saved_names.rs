//! Names under which files are saved: those that the sender gave, as far as systems can store them,
//! browsers leave them as they are, and nothing happens because a file of that name merely lies in
//! a folder.
//!
//! What is changed is shown beside the file before it is saved. Its bytes are never changed.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use subrosa_shared::manifest::Entry;
use subrosa_shared::path::{EntryPath, NAME_BYTES_MAX, folded, storable_name};

use crate::names::{numbered, shortened};

/// Files from which file managers take how a folder looks and which files it hides, or what a
/// volume runs when it is plugged in: Windows, macOS, the desktops of Linux.
///
/// Not here are files on which only other programs act, and only where these serve, build or log
/// in: `.htaccess`, `Makefile`, `.profile`.
const ACTED_ON: &[&str] = &[
    "desktop.ini",
    "folder.htt",
    "thumbs.db",
    "ehthumbs.db",
    "autorun.inf",
    ".autorun",
    ".autoopen",
    "autorun.sh",
    ".directory",
    ".hidden",
    ".ds_store",
];

/// Endings of files in which file managers look for an icon, a name or a place to search as soon as
/// they show the folder. An icon on another machine makes Windows log in there.
const ACTED_ON_ENDINGS: &[&str] = &[
    "lnk",
    "scf",
    "url",
    "website",
    "pif",
    "appref-ms",
    "library-ms",
    "search-ms",
    "searchconnector-ms",
    "desktop",
    "directory",
    "inetloc",
    "webloc",
    "fileloc",
];

/// What Chromium replaces at the end of a download's name, beside some of those: it serves loading
/// libraries on Windows.
const REPLACED_ENDING: &str = "local";

/// Longest name of a download, in bytes: while one is not finished, browsers add to its name
/// (`.crdownload`, ` (1)`), and fail where the disk takes no more than 255.
pub(crate) const DOWNLOAD_NAME_BYTES_MAX: usize = 230;

/// The name of a file or folder that is saved with others: storable everywhere, and harmless. What
/// systems act on gets a `_` at its end, so that no program knows it.
pub(crate) fn kept_name(name: &str) -> String {
    fitting(name, NAME_BYTES_MAX, |name| {
        let storable = storable_name(name);
        if is_acted_on(&storable) { storable + "_" } else { storable }
    })
}

/// The name of a file that is saved alone, as a download: [`kept_name`], short enough, and such
/// that every browser leaves it as it is. They take away dots and spaces at its beginning, and
/// characters that show nothing, or join white space.
pub(crate) fn download_name(name: &str) -> String {
    fitting(name, DOWNLOAD_NAME_BYTES_MAX, |name| {
        let name = storable_name(&plainly_spaced(name));
        let name = if name.starts_with(['.', ' ']) { format!("_{name}") } else { name };
        let is_replaced = is_acted_on(&name) || ending(&name).is_some_and(|ending| compared(ending) == REPLACED_ENDING);
        if is_replaced { name + "_" } else { name }
    })
}

/// Changes a name until it is right and fits: what is cut off can leave an ending that is not.
fn fitting(name: &str, bytes_max: usize, changed: fn(&str) -> String) -> String {
    let whole = changed(name);
    (0..8)
        .map(|less| changed(&shortened(&whole, bytes_max - less)))
        .find(|name| name.len() <= bytes_max)
        .unwrap_or(whole)
}

/// Whether systems act on a file because it lies in a folder.
fn is_acted_on(name: &str) -> bool {
    let name = compared(name);
    let is_known = |ending: &str| ACTED_ON_ENDINGS.contains(&ending) || is_class_id(ending);
    ACTED_ON.contains(&name.as_str()) || ending(&name).is_some_and(is_known)
}

/// As [`folded`] does it, without asking the browser for what is plain.
fn compared(name: &str) -> String {
    if name.is_ascii() { name.to_ascii_lowercase() } else { folded(name) }
}

/// What follows the last dot.
fn ending(name: &str) -> Option<&str> {
    name.rsplit_once('.').map(|(_, ending)| ending)
}

/// Windows takes files and folders that end in `{ED7BA470-8E54-465E-825C-99712043E01C}` for a part
/// of itself.
fn is_class_id(ending: &str) -> bool {
    ending.starts_with('{') && ending.ends_with('}')
}

/// A name with plain spaces, one by one, and nothing in it that shows nothing. Joiners stay, as
/// browsers let them: many scripts and emoji need them.
fn plainly_spaced(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            c if c.is_whitespace() => {
                if !plain.ends_with(' ') {
                    plain.push(' ');
                }
            }
            '\u{ad}'
            | '\u{600}'..='\u{605}'
            | '\u{6dd}'
            | '\u{70f}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}'
            | '\u{e0000}'..='\u{e007f}' => plain.push('_'),
            c => plain.push(c),
        }
    }
    plain
}

/// The name of an archive: that of the one folder or file at the top; or else that of the first,
/// and how many lie beside it.
pub(crate) fn archive_name(first: &str, others: usize) -> String {
    let stem = match first.split_once('/') {
        Some((folder, _)) => folder,
        None => first.rfind('.').filter(|at| *at > 0).map_or(first, |at| &first[..at]),
    };
    let more = if others == 0 { String::new() } else { format!(" (+{others})") };
    format!("{stem}{more}.zip")
}

/// Paths under which entries are saved together, in a folder or an archive: [`kept_name`], and no
/// two the same, nor the same for a file system that ignores case or normalization. Folders that
/// get the same name are merged.
pub(crate) fn saved_paths(entries: &[Entry]) -> Vec<String> {
    let mut names = SavedNames::default();
    // All folders before the first entry, so that no entry takes the name of one.
    let folders: Vec<usize> = entries.iter().map(|entry| names.folder_around(&entry.path)).collect();
    entries
        .iter()
        .zip(folders)
        .map(|(entry, folder)| {
            let mut path = entry.path.names().map(kept_name).collect::<Vec<_>>().join("/");
            let name = path.split_off(path.rfind('/').map_or(0, |slash| slash + 1));
            path + &names.take_free(folder, name)
        })
        .collect()
}

/// The folder around everything.
const ROOT: usize = 0;

/// Room for ` (4294967295)` in a name, and for what makes a shortened one harmless.
const NUMBER_BYTES_MAX: usize = 16;

/// The names under which entries are saved. A tree of names rather than a set of paths: its size is
/// that of the paths, however deep they are.
#[derive(Default)]
struct SavedNames {
    /// By folder and folded name, with the number under which a folder is known here.
    taken: HashMap<(usize, String), usize>,
    /// By folder and folded name before numbering: the next number to try. Without it, each of many
    /// names that become the same would try those of all others.
    next: HashMap<(usize, String), u32>,
}

impl SavedNames {
    /// The folder in which an entry lies.
    fn folder_around(&mut self, path: &EntryPath) -> usize {
        let folders = path.as_str().rsplit_once('/').into_iter().flat_map(|(folders, _)| folders.split('/'));
        folders.fold(ROOT, |folder, name| {
            let id = self.taken.len() + 1;
            *self.taken.entry((folder, folded(&kept_name(name)))).or_insert(id)
        })
    }

    /// Takes a name, with a number if it is taken already.
    fn take_free(&mut self, folder: usize, name: String) -> String {
        if self.take(folder, &name) {
            return name;
        }
        // Shortened before it is numbered: long names that become the same by that share their
        // numbers.
        let base = kept_name(&shortened(&name, NAME_BYTES_MAX - NUMBER_BYTES_MAX));
        let key = (folder, folded(&base));
        let first = self.next.get(&key).copied().unwrap_or(2);
        let (attempt, free) = (first..)
            .map(|attempt| (attempt, numbered(&base, attempt)))
            .find(|(_, candidate)| self.take(folder, candidate))
            .expect("numbers do not end");
        self.next.insert(key, attempt + 1);
        free
    }

    /// Takes a name if it is free.
    fn take(&mut self, folder: usize, name: &str) -> bool {
        let id = self.taken.len() + 1;
        match self.taken.entry((folder, folded(name))) {
            Vacant(place) => {
                place.insert(id);
                true
            }
            Occupied(_) => false,
        }
    }
}

#[cfg(test)]
#[path = "saved_names_tests.rs"]
mod tests;
