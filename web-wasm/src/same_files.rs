//! The files that an interrupted upload still needs, and whether what is picked again is the same.

use std::collections::{BTreeMap, HashMap};

use subrosa_shared::manifest::{EntryKind, MODIFIED_MAX};
use subrosa_shared::time::Timestamp;

use crate::basket::Plan;

/// What a file is that was picked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// The file of that number, as it was.
    Same(u32),
    /// The file of that number by its name, with another size or time.
    Changed(u32),
    /// None that is needed, or none that is still looked for.
    Unneeded,
}

/// What is looked for, and what of it was found.
#[derive(Debug)]
pub struct SameFiles {
    wanted: BTreeMap<u32, Wanted>,
    /// By the last name of the path: who picks files one by one has no folders around them.
    by_name: HashMap<String, Vec<u32>>,
}

#[derive(Debug)]
struct Wanted {
    path: String,
    size: u64,
    modified: Option<Timestamp>,
    is_found: bool,
}

impl SameFiles {
    /// The files that the missing parts of a plan are read from. `picked` are the paths under which they were picked, by
    /// number: those of the plan may have been changed.
    #[must_use]
    pub fn of(plan: &Plan, picked: &[Option<String>], missing_parts: &[u32]) -> Self {
        let entries: BTreeMap<u32, _> = plan.ids().zip(plan.entries()).collect();
        let needed = missing_parts.iter().flat_map(|&index| plan.sources(index)).map(|source| source.file);
        let mut same = Self { wanted: BTreeMap::new(), by_name: HashMap::new() };
        for id in needed {
            let Some(entry) = entries.get(&id).filter(|entry| entry.kind != EntryKind::Folder) else { continue };
            let picked = picked.get(id as usize).cloned().flatten();
            let path = picked.unwrap_or_else(|| entry.path.to_string());
            let (size, modified) = (entry.size(), entry.modified);
            if same.wanted.insert(id, Wanted { path: path.clone(), size, modified, is_found: false }).is_none() {
                same.by_name.entry(name(&path).to_owned()).or_default().push(id);
            }
        }
        same
    }

    /// Takes a file that was picked again. The same path is preferred, but the same name, size and time are enough.
    pub fn offer(&mut self, path: &str, size: u64, modified: Option<Timestamp>) -> Offer {
        let path = path.trim_matches('/');
        let modified = modified.filter(|&modified| modified <= MODIFIED_MAX);
        let named = self.by_name.get(name(path)).map_or(&[][..], Vec::as_slice);
        let open = || named.iter().copied().filter(|id| !self.wanted[id].is_found);
        let at_path = |id: &u32| self.wanted[id].path == path;
        let is_same = |id: &u32| self.wanted[id].size == size && self.wanted[id].modified == modified;
        let same = open().filter(is_same).find(at_path).or_else(|| open().find(is_same));
        if let Some(id) = same {
            self.set_found(id, true);
            return Offer::Same(id);
        }
        // A name alone says little where there are many of it, as in folders of pictures from cameras.
        let changed =
            open().find(at_path).or_else(|| open().next().filter(|_| named.len() == 1 && !path.contains('/')));
        changed.map_or(Offer::Unneeded, Offer::Changed)
    }

    /// Takes it back: what is in the file is not what was.
    pub fn reject(&mut self, id: u32) {
        self.set_found(id, false);
    }

    /// The numbers of what was not found yet.
    pub fn missing(&self) -> impl Iterator<Item = u32> {
        self.wanted.iter().filter(|(_, wanted)| !wanted.is_found).map(|(id, _)| *id)
    }

    fn set_found(&mut self, id: u32, is_found: bool) {
        if let Some(wanted) = self.wanted.get_mut(&id) {
            wanted.is_found = is_found;
        }
    }
}

fn name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use subrosa_shared::manifest::Entry;
    use subrosa_shared::path::EntryPath;

    use super::*;

    const PART: u32 = 1 << 20;

    fn at(millis: u64) -> Option<Timestamp> {
        Some(Timestamp::from_millis(millis))
    }

    fn plan(files: &[(&str, u64)]) -> Plan {
        let entry = |(path, size): &(&str, u64)| Entry {
            path: EntryPath::parse(path).unwrap(),
            modified: at(5),
            kind: EntryKind::File { size: *size, media_type: None },
        };
        Plan::kept(files.iter().map(entry).collect(), PART).unwrap()
    }

    fn all(plan: &Plan, picked: &[&str]) -> SameFiles {
        let picked: Vec<_> = picked.iter().map(|path| Some((*path).to_owned())).collect();
        let parts: Vec<_> = (0..plan.layout().part_count()).collect();
        SameFiles::of(plan, &picked, &parts)
    }

    #[test]
    fn only_files_of_missing_parts_are_needed() {
        let part = u64::from(PART);
        let plan = plan(&[("a", part), ("b", part / 2), ("c", part), ("d", 0), ("e", part)]);
        let mut same = SameFiles::of(&plan, &[], &[1, 2]);
        assert_eq!(same.missing().collect::<Vec<_>>(), [1, 2, 4], "an empty file is in no part");
        assert_eq!(same.offer("a", part, at(5)), Offer::Unneeded);
        assert_eq!(same.offer("b", part / 2, at(5)), Offer::Same(1));
        assert_eq!(same.offer("b", part / 2, at(5)), Offer::Unneeded, "it is there already");
        assert_eq!(same.missing().collect::<Vec<_>>(), [2, 4]);
        same.reject(1);
        assert_eq!(same.missing().collect::<Vec<_>>(), [1, 2, 4]);
    }

    #[test]
    fn a_file_with_another_size_or_time_is_another() {
        let plan = plan(&[("tree/a", 9), ("tree/b", 9)]);
        let mut same = all(&plan, &["tree/a", "tree/b"]);
        assert_eq!(same.offer("tree/a", 8, at(5)), Offer::Changed(0));
        assert_eq!(same.offer("/tree/a", 9, at(6)), Offer::Changed(0));
        assert_eq!(same.offer("tree/a", 9, None), Offer::Changed(0));
        assert_eq!(same.offer("b", 8, at(5)), Offer::Changed(1), "the only one of its name");
        assert_eq!(same.offer("other/b", 8, at(5)), Offer::Unneeded, "who knows what that is");
        assert_eq!(same.offer("tree/c", 9, at(5)), Offer::Unneeded);
        assert_eq!(same.missing().count(), 2);
    }

    #[test]
    fn files_are_found_in_other_folders_and_under_the_names_that_they_were_picked_with() {
        let plan = plan(&[("a (2).txt", 3), ("a.txt", 3), ("x/a.txt", 3)]);
        let mut same = all(&plan, &["a.txt", "a.txt", "x/a.txt"]);
        assert_eq!(same.offer("x/a.txt", 3, at(5)), Offer::Same(2), "the same path first");
        assert_eq!(same.offer("elsewhere/a.txt", 3, at(5)), Offer::Same(0));
        assert_eq!(same.offer("a.txt", 4, at(5)), Offer::Changed(1));
        assert_eq!(same.offer("a.txt", 3, at(5)), Offer::Same(1));
        assert_eq!(same.missing().count(), 0);
    }
}
