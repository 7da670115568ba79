//! The files that an interrupted upload still needs, and whether what is picked again is the same.

use std::collections::{BTreeMap, HashMap};

use subrosa_shared::manifest::{EntryKind, MODIFIED_MAX};
use subrosa_shared::path::folded;
use subrosa_shared::time::Timestamp;

use crate::packing::Plan;

/// What a file is that was picked again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// One of the files of these numbers, as it was: names, size and time fit. If there are
    /// several, only what is in them tells which.
    OneOf(Vec<u32>),
    /// The file of that number by its name, with another size or time.
    Changed(u32),
    /// None that is needed.
    Unneeded,
}

/// What is looked for, and what of it was found.
#[derive(Debug)]
pub struct SameFiles {
    /// All files of the plan: one that is not needed must not be taken for another that is.
    files: BTreeMap<u32, File>,
    /// By the last name of the path, folded: who picks files one by one has no folders around them.
    by_name: HashMap<String, Vec<u32>>,
}

#[derive(Debug)]
struct File {
    path: String,
    size: u64,
    modified: Option<Timestamp>,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// All of it is stored.
    Unneeded,
    Wanted,
    Found,
}

impl SameFiles {
    /// The files that the missing parts of a plan are read from. `picked` are the paths under which
    /// they were picked, by number: those of the plan may have been changed.
    #[must_use]
    pub fn of(plan: &Plan, picked: &[Option<String>], missing_parts: &[u32]) -> Self {
        let mut same = Self { files: BTreeMap::new(), by_name: HashMap::new() };
        for (id, entry) in plan.ids().zip(plan.entries()) {
            if entry.kind == EntryKind::Folder {
                continue;
            }
            let picked = picked.get(id as usize).cloned().flatten();
            let path = picked.unwrap_or_else(|| entry.path.to_string());
            same.by_name.entry(folded(name(&path))).or_default().push(id);
            let file = File { path, size: entry.size(), modified: entry.modified, state: State::Unneeded };
            same.files.insert(id, file);
        }
        for source in missing_parts.iter().flat_map(|&index| plan.sources(index)) {
            same.set(source.file, State::Wanted);
        }
        same
    }

    /// What a file may be that was picked again: of all files with its name, size and time, those
    /// whose folders fit best.
    #[must_use]
    pub fn offer(&self, path: &str, size: u64, modified: Option<Timestamp>) -> Offer {
        let path = path.trim_matches('/');
        let modified = modified.filter(|&modified| modified <= MODIFIED_MAX);
        let named = self.by_name.get(&folded(name(path))).map_or(&[][..], Vec::as_slice);
        let file = |id: &u32| &self.files[id];
        let is_same = |id: &&u32| file(id).size == size && file(id).modified == modified;
        let fit = |id: &u32| fit(path, &file(id).path);
        if let Some(best) = named.iter().filter(is_same).map(fit).max() {
            let fitting: Vec<u32> = named.iter().filter(is_same).copied().filter(|id| fit(id) == best).collect();
            let is_needed = fitting.iter().any(|id| file(id).state == State::Wanted);
            return if is_needed { Offer::OneOf(fitting) } else { Offer::Unneeded };
        }
        let wanted = || named.iter().copied().filter(|id| file(id).state == State::Wanted);
        // A name alone says little where there are many of it, as in folders of pictures from
        // cameras.
        let changed = wanted()
            .find(|id| file(id).path == path)
            .or_else(|| wanted().next().filter(|_| named.len() == 1 && !path.contains('/')));
        changed.map_or(Offer::Unneeded, Offer::Changed)
    }

    /// Takes a file as one of those that it may be. Tells whether that one was still looked for.
    pub fn take(&mut self, id: u32) -> bool {
        let is_wanted = self.files.get(&id).is_some_and(|file| file.state == State::Wanted);
        if is_wanted {
            self.set(id, State::Found);
        }
        is_wanted
    }

    /// Takes it back: what is in the file is not what was.
    pub fn reject(&mut self, id: u32) {
        if self.files.get(&id).is_some_and(|file| file.state == State::Found) {
            self.set(id, State::Wanted);
        }
    }

    /// The numbers of what was not found yet.
    pub fn missing(&self) -> impl Iterator<Item = u32> {
        self.files.iter().filter(|(_, file)| file.state == State::Wanted).map(|(id, _)| *id)
    }

    fn set(&mut self, id: u32, state: State) {
        if let Some(file) = self.files.get_mut(&id) {
            file.state = state;
        }
    }
}

/// How well the path of a file fits the path that it had: the same; else by how many names at its
/// end are the same, then by how many are the same for a file system that ignores case or
/// normalization.
fn fit(path: &str, before: &str) -> (bool, usize, usize) {
    let names = || path.rsplit('/').zip(before.rsplit('/'));
    let exact = names().take_while(|(one, other)| one == other).count();
    let alike = names().take_while(|(one, other)| folded(one) == folded(other)).count();
    (path == before, exact, alike)
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
        assert_eq!(same.offer("b", part / 2, at(5)), Offer::OneOf(vec![1]));
        assert!(same.take(1) && !same.take(1), "once");
        assert_eq!(same.offer("b", part / 2, at(5)), Offer::Unneeded, "it is there already");
        assert_eq!(same.missing().collect::<Vec<_>>(), [2, 4]);
        same.reject(1);
        assert_eq!(same.missing().collect::<Vec<_>>(), [1, 2, 4]);
    }

    #[test]
    fn a_file_with_another_size_or_time_is_another() {
        let plan = plan(&[("tree/a", 9), ("tree/b", 9)]);
        let same = all(&plan, &["tree/a", "tree/b"]);
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
        let plan = plan(&[("a (2).txt", 3), ("a.txt", 3), ("x/a.txt", 3), ("y/b/c.txt", 3), ("y/d/c.txt", 3)]);
        let same = all(&plan, &["a.txt", "a.txt", "x/a.txt", "y/b/c.txt", "y/d/c.txt"]);
        assert_eq!(same.offer("x/a.txt", 3, at(5)), Offer::OneOf(vec![2]), "the same path first");
        assert_eq!(same.offer("a.txt", 4, at(5)), Offer::Changed(0));
        assert_eq!(same.offer("a.txt", 3, at(5)), Offer::OneOf(vec![0, 1]), "only their content tells");
        assert_eq!(same.offer("moved/d/c.txt", 3, at(5)), Offer::OneOf(vec![4]), "the folders that fit");
        assert_eq!(same.offer("c.txt", 3, at(5)), Offer::OneOf(vec![3, 4]), "no folder that tells");
    }

    #[test]
    fn a_file_that_is_stored_is_never_taken_for_another_of_its_name() {
        let part = u64::from(PART);
        let plan = plan(&[("x/a", part), ("y/a", part)]);
        let same = SameFiles::of(&plan, &[Some("x/a".to_owned()), Some("y/a".to_owned())], &[1]);
        assert_eq!(same.offer("x/a", part, at(5)), Offer::Unneeded);
        assert_eq!(same.offer("moved/x/a", part, at(5)), Offer::Unneeded);
        assert_eq!(same.offer("a", part, at(5)), Offer::OneOf(vec![0, 1]));
        assert_eq!(same.offer("y/a", part, at(5)), Offer::OneOf(vec![1]));
    }

    #[test]
    fn names_that_fold_together_are_told_apart_by_their_spelling() {
        let plan = plan(&[("A.txt", 3), ("a (2).txt", 3), ("caf\u{e9}", 3)]);
        let same = all(&plan, &["A.txt", "a.txt", "caf\u{e9}"]);
        assert_eq!(same.offer("A.txt", 3, at(5)), Offer::OneOf(vec![0]));
        assert_eq!(same.offer("a.txt", 3, at(5)), Offer::OneOf(vec![1]));
        assert_eq!(same.offer("cafe\u{301}", 3, at(5)), Offer::OneOf(vec![2]), "as another picker spells it");
    }
}
