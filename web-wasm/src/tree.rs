//! The folders of a share, as people browse them, and the search for names in it.

use std::collections::HashMap;

use serde::Serialize;
use subrosa_shared::manifest::{Entry, EntryKind};
use subrosa_shared::path::folded;

/// Most folders that are shown as a tree. A manifest can have millions, where each entry lies sixty
/// deep; then there is none, and the entries stand in one list.
const FOLDERS_MAX: usize = 100_000;

/// A folder around entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Folder {
    /// Its name, without the folders around it.
    pub name: String,
    /// The folder around it.
    pub parent: Option<usize>,
    /// Files in it and below.
    pub files: usize,
    /// Bytes in it and below.
    pub size: u64,
}

/// Which entry lies in which folder.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tree {
    folders: Vec<Folder>,
    around: Vec<Option<usize>>,
}

impl Tree {
    /// Sorts entries into folders; a folder comes after the one around it.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        let mut folders: Vec<Folder> = Vec::new();
        let mut known: HashMap<(Option<usize>, &str), usize> = HashMap::new();
        let mut around = Vec::with_capacity(entries.len());
        for entry in entries {
            let names = entry.path.as_str().rsplit_once('/').into_iter().flat_map(|(path, _)| path.split('/'));
            let mut folder = None;
            for name in names {
                let id = *known.entry((folder, name)).or_insert_with(|| {
                    folders.push(Folder { name: name.to_owned(), parent: folder, files: 0, size: 0 });
                    folders.len() - 1
                });
                if matches!(entry.kind, EntryKind::File { .. }) {
                    folders[id].files += 1;
                    folders[id].size += entry.size();
                }
                folder = Some(id);
            }
            if folders.len() > FOLDERS_MAX {
                return Self { folders: Vec::new(), around: vec![None; entries.len()] };
            }
            around.push(folder);
        }
        Self { folders, around }
    }

    /// All folders.
    #[must_use]
    pub fn folders(&self) -> &[Folder] {
        &self.folders
    }

    /// The folder that an entry lies in.
    #[must_use]
    pub fn around(&self, entry: usize) -> Option<usize> {
        self.around.get(entry).copied().flatten()
    }

    /// Whether an entry lies in a folder or below it.
    #[must_use]
    pub fn contains(&self, folder: usize, entry: usize) -> bool {
        self.upwards(self.around(entry)).any(|id| id == folder)
    }

    /// How many folders there are around a folder.
    #[must_use]
    pub fn depth(&self, folder: usize) -> usize {
        self.upwards(self.folders[folder].parent).count()
    }

    fn upwards(&self, from: Option<usize>) -> impl Iterator<Item = usize> {
        std::iter::successors(from, |id| self.folders[*id].parent)
    }
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// How many there are.
    pub total: usize,
    /// The first of them.
    pub entries: Vec<usize>,
}

/// Paths as they are searched: case, normalization and what shows nothing make no difference.
#[derive(Debug)]
pub struct Index(Vec<String>);

impl Index {
    /// Of all entries.
    #[must_use]
    pub fn of(entries: &[Entry]) -> Self {
        Self(entries.iter().map(|entry| searched(entry.path.as_str())).collect())
    }

    /// Entries whose path has the text in it, at most so many.
    #[must_use]
    pub fn find(&self, text: &str, at_most: usize) -> Found {
        let text = searched(text.trim());
        let found = (0..).zip(&self.0).filter(|(_, path)| path.contains(&text)).map(|(index, _)| index);
        let mut entries: Vec<usize> = found.collect();
        let total = entries.len();
        entries.truncate(at_most);
        Found { total, entries }
    }
}

/// As `folded` does it, without asking the browser for what is plain.
fn searched(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { folded(text) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use subrosa_shared::path::EntryPath;

    use super::*;

    fn entries(paths: &[&str]) -> Vec<Entry> {
        let kind = |path: &str| match path.ends_with('/') {
            true => EntryKind::Folder,
            false => EntryKind::File { size: 10, media_type: None },
        };
        let entry = |path: &&str| Entry {
            path: EntryPath::parse(path.trim_end_matches('/')).unwrap(),
            modified: None,
            kind: kind(path),
        };
        paths.iter().map(entry).collect()
    }

    #[test]
    fn folders_count_what_is_below_them() {
        let tree = Tree::of(&entries(&["a/b/x", "top", "a/y", "a/b/empty/", "b/z"]));
        let told: Vec<_> = tree.folders().iter().map(|f| (f.name.as_str(), f.parent, f.files, f.size)).collect();
        assert_eq!(told, [("a", None, 2, 20), ("b", Some(0), 1, 10), ("b", None, 1, 10)]);
        assert_eq!(
            (0..5).map(|entry| tree.around(entry)).collect::<Vec<_>>(),
            [Some(1), None, Some(0), Some(1), Some(2)]
        );
        assert!(tree.contains(0, 0) && tree.contains(1, 0) && !tree.contains(1, 2) && !tree.contains(0, 1));
        assert_eq!((tree.depth(0), tree.depth(1)), (0, 1));
    }

    #[test]
    fn too_many_folders_are_no_tree() {
        let deep = |entry: usize| format!("{entry}/{}x", "d/".repeat(40));
        let paths: Vec<String> = (0..3000).map(deep).collect();
        let tree = Tree::of(&entries(&paths.iter().map(String::as_str).collect::<Vec<_>>()));
        assert!(tree.folders().is_empty() && tree.around(7).is_none());
    }

    #[test]
    fn names_are_found_in_any_case_and_normalization() {
        let index = Index::of(&entries(&["Bilder/Größe.png", "bilder/tree.png", "notes/GRO\u{308}SSE.txt"]));
        assert_eq!(index.find("GRÖSSE", 9), Found { total: 2, entries: vec![0, 2] });
        assert_eq!(index.find(" bilder/ ", 1), Found { total: 2, entries: vec![0] });
        assert_eq!(index.find("nothing", 9).total, 0);
    }
}
