#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use subrosa_shared::api::{Channels, Choices};
use subrosa_shared::limits::Limits;

use super::*;

fn file(size: u64) -> EntryKind {
    EntryKind::File { size, media_type: None }
}

fn config(limits: Limits) -> Config {
    Config {
        version: "0".to_owned(),
        protocols: vec![1],
        limits,
        choices: Choices {
            expiry_secs: vec![],
            expiry_secs_default: 0,
            downloads: vec![],
            downloads_default: 1,
            push_expiry_secs: vec![],
            push_expiry_secs_default: 0,
            views: vec![],
            views_default: 1,
        },
        channels: Channels::Both,
        push_origin: None,
        replicas_acknowledge: 0,
    }
}

fn paths(basket: &Basket) -> Vec<String> {
    let plan = basket.plan(&config(Limits::default())).unwrap();
    plan.entries().map(|item| item.path.to_string()).collect()
}

#[test]
fn two_files_of_one_name_are_both_kept() {
    let mut basket = Basket::default();
    assert_eq!(basket.add("a.txt", file(1), None), Ok(Added::AsIs(0)));
    assert_eq!(basket.add("a.txt", file(2), None), Ok(Added::Renamed(1, EntryPath::parse("a (2).txt").unwrap())));
    assert_eq!(basket.add("A.TXT", file(3), None), Ok(Added::Renamed(2, EntryPath::parse("A (3).TXT").unwrap())));
    assert_eq!(basket.file_count(), 3);
    assert_eq!(basket.content_len(), 6);
}

#[test]
fn the_same_file_picked_twice_is_there_once() {
    let mut basket = Basket::default();
    let modified = Some(Timestamp::from_millis(7));
    basket.add("tree/a", file(1), modified).unwrap();
    assert_eq!(basket.add("tree/a", file(1), modified), Ok(Added::Known));
    assert_eq!(basket.add("tree", EntryKind::Folder, None), Ok(Added::Known));
    assert_eq!(paths(&basket), ["tree/a"]);
}

#[test]
fn a_file_never_stands_where_a_folder_is() {
    let mut basket = Basket::default();
    basket.add("x", file(1), None).unwrap();
    basket.add("x/a", file(1), None).unwrap();
    basket.add("X/b", file(1), None).unwrap();
    basket.add("x (2)", file(1), None).unwrap();
    assert_eq!(paths(&basket), ["x", "x (2) (2)", "x (2)/a", "x (2)/b"].map(str::to_owned).to_vec().tap_sort());
}

#[test]
fn folders_are_entries_only_while_they_are_empty() {
    let mut basket = Basket::default();
    basket.add("tree/", EntryKind::Folder, None).unwrap();
    basket.add("tree/empty", EntryKind::Folder, None).unwrap();
    basket.add("tree/full", EntryKind::Folder, None).unwrap();
    basket.add("tree/full/a", file(0), None).unwrap();
    assert_eq!(paths(&basket), ["tree/empty", "tree/full/a"]);
    assert_eq!(basket.rows(), [Row { name: "tree".to_owned(), files: Some(1), len: 0 }]);
    assert_eq!(basket.remove("tree").len(), 4);
    assert_eq!(basket.plan(&config(Limits::default())).unwrap_err(), BasketError::Empty);
    // Nothing is left behind that would stand in the way.
    assert_eq!(basket.add("tree", file(1), None), Ok(Added::AsIs(4)));
}

#[test]
fn unsafe_names_are_made_safe_and_safe_ones_are_kept() {
    let mut basket = Basket::default();
    let long = format!("{}.pdf", "é".repeat(200));
    for (path, kept) in [
        ("<img src=x onerror=alert(1)>.txt", "<img src=x onerror=alert(1)>.txt"),
        ("日本語/한국어.txt", "日本語/한국어.txt"),
        ("invoice\u{202e}fdp.exe", "invoice_fdp.exe"),
        ("line\nbreak", "line_break"),
        ("..", "__"),
        ("a/../b", "a/__/b"),
        ("C:\\x", "C:\\x"),
    ] {
        basket.add(path, file(1), None).unwrap();
        assert!(paths(&basket).contains(&kept.to_owned()), "{path:?}");
    }
    basket.add(&long, file(1), None).unwrap();
    let shortened = paths(&basket).into_iter().find(|path| path.starts_with('é')).unwrap();
    assert!(shortened.len() <= NAME_BYTES_MAX && shortened.ends_with("é.pdf"));
    assert_eq!(basket.add(&vec!["d"; 65].join("/"), file(1), None), Err(BasketError::PathTooLong));
}

#[test]
fn limits_are_known_before_the_first_byte() {
    let mut basket = Basket::default();
    basket.add("a", file(5000), None).unwrap();
    basket.add("b", file(5000), None).unwrap();
    let small = Limits { share_bytes_max: 10_000, ..Limits::default() };
    assert_eq!(basket.plan(&config(small)).unwrap_err(), BasketError::TooLarge);
    let few = Limits { entries_max: 1, ..Limits::default() };
    assert_eq!(basket.plan(&config(few)).unwrap_err(), BasketError::TooMany);
    let short_list = Limits { manifest_bytes_max: 100_000, ..Limits::default() };
    assert_eq!(basket.plan(&config(short_list)).unwrap_err(), BasketError::TooMany);
    assert_eq!(Basket::default().plan(&config(Limits::default())).unwrap_err(), BasketError::Empty);
}

#[test]
fn whatever_is_planned_fits_into_a_manifest() {
    use getrandom::SysRng;
    use getrandom::rand_core::UnwrapErr;
    use subrosa_shared::id::{Commitment, Digest};
    use subrosa_shared::manifest::{Manifest, Part};

    let mut basket = Basket::default();
    for i in 0..500_u64 {
        let media_type = Some("\\\"".repeat(i as usize % 200));
        let name = format!("{i}/{}", "\\\"é".repeat(i as usize % 60));
        let modified = Some(Timestamp::from_millis(u64::MAX >> (i % 64)));
        basket.add(&name, EntryKind::File { size: u64::MAX >> 50, media_type }, modified).unwrap();
    }
    let plan = basket.plan(&config(Limits { part_bytes_max: 65_536, ..Limits::default() })).unwrap();
    let parts = (0..plan.layout().part_count()).map(|index| Part {
        sealed_len: plan.layout().sealed_part_len(index).unwrap(),
        digest: Digest::from_bytes([0xff; 32]),
        commitment: Commitment::from_bytes([0xff; 32]),
    });
    let (entries, parts) = (plan.entries().cloned().collect::<Vec<_>>(), parts.collect::<Vec<_>>());
    let planned =
        entries.iter().map(listed_bytes).sum::<usize>() + parts.len() * PART_BYTES_LISTED + MANIFEST_BYTES_REST;
    let note = "\n".repeat(NOTE_BYTES_MAX);
    let manifest = Manifest::new(entries, Some(note), plan.layout().part_bytes(), parts).unwrap();
    let mut rng = UnwrapErr(SysRng);
    let owner = subrosa_shared::secret::OwnerSecret::generate(&mut rng);
    let sealed = manifest.seal(&owner.manifest_key(), &owner.share_id(), &mut rng).unwrap();
    let bound = subrosa_shared::seal::sealed_len(padded_len(planned as u64).unwrap());
    assert!(sealed.len() as u64 <= bound, "{} of {bound}", sealed.len());
}

#[test]
fn part_sizes_respect_the_server() {
    let mut basket = Basket::default();
    basket.add("a", file(1 << 20), None).unwrap();
    let small_parts = Limits { part_bytes_max: 65_536, ..Limits::default() };
    assert_eq!(basket.plan(&config(small_parts)).unwrap().layout().part_bytes(), 65_536);
    let few_parts = Limits { parts_max: 1, ..Limits::default() };
    basket.add("b", file(20 << 20), None).unwrap();
    assert_eq!(basket.plan(&config(few_parts)).unwrap().layout().part_bytes(), 32 << 20);
}

#[test]
fn parts_are_read_from_the_files_end_to_end() {
    let mut basket = Basket::default();
    let lens = [0, 100_000, 1, 0, 65_536, 200_000, 0];
    for (i, len) in lens.into_iter().enumerate() {
        basket.add(&format!("{i}"), file(len), None).unwrap();
    }
    let limits = Limits { part_bytes_max: 65_536, ..Limits::default() };
    let plan = basket.plan(&config(limits)).unwrap();
    let mut read = vec![0_u64; lens.len()];
    let mut end = 0;
    for index in 0..plan.layout().part_count() {
        let part = plan.layout().part_range(index).unwrap();
        let mut len = 0;
        for source in plan.sources(index) {
            let file = source.file as usize;
            assert_eq!(source.range.start, read[file], "file {file} is read in order");
            read[file] = source.range.end;
            len += source.range.end - source.range.start;
        }
        end += len;
        assert_eq!(len, (part.end.min(365_537)).saturating_sub(part.start));
    }
    assert_eq!(end, 365_537);
    assert_eq!(read, lens);
    assert!(plan.sources(plan.layout().part_count()).is_empty());
}

/// Sorts in place, to be used within an expression.
trait TapSort {
    fn tap_sort(self) -> Self;
}

impl TapSort for Vec<String> {
    fn tap_sort(mut self) -> Self {
        self.sort_by(|a, b| a.split('/').cmp(b.split('/')));
        self
    }
}
