//! Manifests: what is read is safe and adds up, survives being sealed again, and has no two names
//! that some file system takes for the same. The tree of names is compared with a plain comparison
//! of every two entries.

use arbitrary::{Arbitrary, Unstructured};
use subrosa_shared::content::Layout;
use subrosa_shared::id::{Commitment, Digest, ShareId};
use subrosa_shared::limits::{ENTRIES_MAX, PARTS_MAX};
use subrosa_shared::manifest::{
    Entry, EntryKind, MODIFIED_MAX, Manifest, ManifestError, Part, check_entries, content_len,
};
use subrosa_shared::path::{EntryPath, folded};
use subrosa_shared::secret::ManifestKey;

use crate::seeded::Seeded;

/// More entries are not compared two by two.
const COMPARED_MAX: usize = 64;

pub(crate) fn check(input: &[u8]) {
    match input.split_first() {
        Some((0, rest)) => {
            if let Ok(written) = Written::arbitrary_take_rest(Unstructured::new(rest)) {
                from_entries(written);
            }
        }
        _ => {
            if let Ok(manifest) = Manifest::from_json(input) {
                adds_up(&manifest);
            }
        }
    }
}

/// A manifest as a sender makes it.
#[derive(Debug, Arbitrary)]
struct Written<'a> {
    part_chunks: u8,
    note: Option<&'a str>,
    entries: Vec<WrittenEntry<'a>>,
}

#[derive(Debug, Arbitrary)]
struct WrittenEntry<'a> {
    path: &'a str,
    /// Of a file. Small numbers mostly: large ones end at the number of parts.
    size: Option<u32>,
    shift: u8,
    modified: Option<u64>,
    media_type: Option<&'a str>,
}

fn from_entries(written: Written<'_>) {
    let entry = |entry: &WrittenEntry<'_>| {
        let kind = match entry.size {
            Some(size) => EntryKind::File {
                size: u64::from(size) << (entry.shift % 34),
                media_type: entry.media_type.map(ToOwned::to_owned),
            },
            None => EntryKind::Folder,
        };
        let modified = entry.modified.map(subrosa_shared::time::Timestamp::from_millis);
        Some(Entry { path: EntryPath::parse(entry.path).ok()?, modified, kind })
    };
    let entries: Vec<Entry> = written.entries.iter().filter_map(entry).take(COMPARED_MAX).collect();

    let checked = check_entries(&entries);
    let conflict = entries.iter().enumerate().find_map(|(index, entry)| {
        let earlier = entries[..index].iter().find(|earlier| conflicts(earlier, entry));
        earlier.map(|_| index)
    });
    match &checked {
        Ok(()) => assert_eq!(conflict, None, "names that fall together are taken"),
        Err(ManifestError::Duplicate { index, other } | ManifestError::FileAndFolder { index, other }) => {
            assert!(conflicts(&entries[*other], &entries[*index]), "these do not fall together");
            assert_eq!(Some(*index), conflict);
        }
        Err(_) => {}
    }

    let Ok(len) = content_len(&entries) else { return };
    let Ok(layout) = Layout::new(len, u32::from(written.part_chunks) * 65_536) else { return };
    // So many parts take long and show nothing new.
    if layout.part_count() > 100 {
        return;
    }
    let part = |index| Part {
        sealed_len: layout.sealed_part_len(index).expect("there is such a part"),
        digest: Digest::of(&[]),
        commitment: Commitment::from_bytes([7; 32]),
    };
    let parts = (0..layout.part_count()).map(part).collect();
    let made = Manifest::new(entries, written.note.map(ToOwned::to_owned), layout.part_bytes(), parts);
    if let Ok(manifest) = made {
        assert_eq!(checked, Ok(()));
        adds_up(&manifest);
    }
}

/// Whether two entries cannot stand side by side on some file system, by their names alone.
fn conflicts(one: &Entry, other: &Entry) -> bool {
    let (ones, others): (Vec<_>, Vec<_>) = (one.path.names().collect(), other.path.names().collect());
    for depth in 0..ones.len().min(others.len()) {
        if folded(ones[depth]) != folded(others[depth]) {
            return false;
        }
        let are_folders = depth + 1 < ones.len() && depth + 1 < others.len();
        if !are_folders || ones[depth] != others[depth] {
            return true;
        }
    }
    true
}

/// What every reader of a manifest relies on.
fn adds_up(manifest: &Manifest) {
    let entries = manifest.entries();
    assert!(entries.len() <= ENTRIES_MAX && manifest.parts().len() <= PARTS_MAX as usize);
    for entry in entries {
        assert_eq!(EntryPath::parse(entry.path.as_str()).as_ref(), Ok(&entry.path));
        assert!(entry.modified.is_none_or(|modified| modified <= MODIFIED_MAX));
        if let EntryKind::File { media_type: Some(media_type), .. } = &entry.kind {
            assert!(media_type.len() <= 255 && media_type.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
        }
    }
    let note = manifest.note().unwrap_or_default();
    assert!(!note.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
    if entries.len() <= COMPARED_MAX {
        for (index, entry) in entries.iter().enumerate() {
            assert!(!entries[..index].iter().any(|earlier| conflicts(earlier, entry)), "names that fall together");
        }
    }

    let layout = manifest.layout();
    let mut end = 0;
    for (range, entry) in manifest.ranges().zip(entries) {
        assert_eq!((range.start, range.end), (end, end + entry.size()));
        end = range.end;
    }
    assert_eq!(end, layout.content_len());
    assert_eq!(manifest.parts().len(), layout.part_count() as usize);
    let lens = (0..).zip(manifest.parts()).map(|(index, part)| (layout.sealed_part_len(index), part.sealed_len));
    assert!(lens.into_iter().all(|(planned, told)| planned == Some(told)));
    assert_eq!(layout.part_range(layout.part_count()), None);

    let (key, share) = (ManifestKey::from_bytes([3; 32]), ShareId::from_bytes([4; 16]));
    let sealed = manifest.seal(&key, &share, &mut Seeded(1)).expect("it was small enough to be read");
    assert_eq!(Manifest::open(&key, &share, &sealed).as_ref(), Ok(manifest));
}
