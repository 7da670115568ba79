#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use subrosa_shared::api::{Channels, Choices};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::limits::Limits;
use subrosa_shared::manifest::NOTE_BYTES_MAX;

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
            presets: vec![],
            preset_default: None,
        },
        channels: Channels::Both,
        push_origin: None,
        replicas_acknowledge: 0,
    }
}

fn renamed(id: u32, path: &str, why: Renaming) -> Added {
    Added::Renamed(id, EntryPath::parse(path).unwrap(), why)
}

fn paths(basket: &Basket) -> Vec<String> {
    let plan = basket.plan(&config(Limits::default())).unwrap();
    plan.entries().map(|item| item.path.to_string()).collect()
}

#[test]
fn two_files_of_one_name_are_both_kept() {
    let mut basket = Basket::default();
    assert_eq!(basket.add("a.txt", file(1), None), Ok(Added::AsIs(0)));
    assert_eq!(basket.add("a.txt", file(2), None), Ok(renamed(1, "a (2).txt", Renaming::Taken)));
    assert_eq!(basket.add("A.TXT", file(3), None), Ok(renamed(2, "A (3).TXT", Renaming::Taken)));
    assert_eq!(basket.file_count(), 3);
    assert_eq!(basket.content_len(), 6);
}

#[test]
fn within_one_pick_nothing_is_the_same() {
    let mut basket = Basket::default();
    let modified = Some(Timestamp::from_millis(7));
    basket.begin_pick();
    for path in ["tree/A.txt", "tree/a.txt", "tree/a.txt"] {
        assert!(basket.twins(path, 1, modified).is_empty());
        basket.add(path, file(1), modified).unwrap();
    }
    assert_eq!(paths(&basket), ["tree/A.txt", "tree/a (2).txt", "tree/a (3).txt"]);
    basket.begin_pick();
    let looks_same = |basket: &Basket, path: &str, size: u64| {
        basket.twins(path, size, modified).iter().map(|twin| (twin.id, twin.looks_same)).collect::<Vec<_>>()
    };
    assert_eq!(looks_same(&basket, "tree/a.txt", 1), [(1, true), (2, true)]);
    assert_eq!(looks_same(&basket, "tree/a.txt", 2), [(1, false), (2, false)]);
    assert_eq!(looks_same(&basket, "tree/a (2).txt", 1), [], "only as the platform told it");
    assert_eq!(basket.add("tree", EntryKind::Folder, None), Ok(Added::Merged));
    // What takes the place of another belongs to this pick.
    assert!(basket.replace(1, file(5), None));
    assert_eq!(looks_same(&basket, "tree/a.txt", 1), [(2, true)]);
    assert_eq!((basket.content_len(), basket.file_count()), (7, 3));
    basket.remove_one(2);
    assert_eq!(paths(&basket), ["tree/A.txt", "tree/a (2).txt"]);
}

#[test]
fn names_that_some_platform_cannot_keep_apart_get_numbers() {
    for [one, other, sent] in [
        ["caf\u{e9}", "cafe\u{301}", "cafe\u{301} (2)"],
        ["STRASSE.md", "stra\u{df}e.md", "stra\u{df}e (2).md"],
        ["end", "end.", "end (2)."],
        ["end.txt", "end.txt. ", "end.txt (2). "],
        ["a/b", "A./B", "a/B (2)"],
    ] {
        let mut basket = Basket::default();
        assert_eq!(basket.add(one, file(1), None), Ok(Added::AsIs(0)), "{one}");
        assert_eq!(basket.add(other, file(1), None), Ok(renamed(1, sent, Renaming::Taken)));
    }
    let mut basket = Basket::default();
    for apart in ["\u{ff11}.txt", "1.txt", "...", ".", "a b", "ab"] {
        basket.add(apart, file(1), None).unwrap();
    }
    assert_eq!(paths(&basket), ["...", "1.txt", "_", "a b", "ab", "\u{ff11}.txt"]);
}

#[test]
fn many_files_of_one_name_take_no_longer_than_others() {
    let mut basket = Basket::default();
    for _ in 0..3_000 {
        basket.add("a", file(1), None).unwrap();
    }
    assert_eq!(basket.add("a", file(1), None), Ok(renamed(3_000, "a (3001)", Renaming::Taken)));
}

mod properties {
    use proptest::prelude::*;
    use subrosa_shared::manifest::Manifest;

    use super::*;

    /// Names that are easily taken for each other, or that cannot be sent as they are.
    const NAMES: &[&str] = &[
        "a",
        "A",
        "a.",
        "a ",
        "\u{e4}",
        "a\u{308}",
        "\u{c4}",
        "a (2)",
        "a\u{200b}",
        "\u{ff41}",
        "..",
        ".",
        "",
        "CON",
        "con",
        "x\ny",
        "x_y",
        "\u{202e}x",
    ];

    fn path() -> impl Strategy<Value = String> {
        let names = prop::collection::vec(prop::sample::select(NAMES), 1..4);
        prop_oneof![20 => names.prop_map(|names| names.join("/")), 1 => Just(vec!["d"; 70].join("/"))]
    }

    /// Sizes, sorted: by them files are known again.
    fn sizes<'a>(entries: impl Iterator<Item = &'a Entry>) -> Vec<u64> {
        let mut sizes: Vec<u64> = entries.filter(|entry| entry.kind != EntryKind::Folder).map(Entry::size).collect();
        sizes.sort_unstable();
        sizes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn what_is_picked_is_what_is_sent_and_what_is_told(
            picks in prop::collection::vec(prop::collection::vec((path(), any::<bool>()), 1..20), 1..4),
            removed in prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        ) {
            let (mut basket, mut sent) = (Basket::default(), BTreeMap::new());
            let (mut size, mut files, mut told) = (0, 0, 0);
            for pick in &picks {
                basket.begin_pick();
                for (path, is_folder) in pick {
                    size += 1;
                    files += usize::from(!is_folder);
                    let kind = if *is_folder { EntryKind::Folder } else { file(size) };
                    match basket.add(path, kind, None) {
                        Ok(Added::AsIs(id)) => {
                            let entry = &basket.items[&id].entry;
                            prop_assert_eq!(entry.path.as_str(), path.trim_matches('/'));
                            if !is_folder { sent.insert(id, size); }
                        }
                        Ok(Added::Renamed(id, ..)) => if !is_folder { sent.insert(id, size); },
                        Ok(Added::Merged) => prop_assert!(is_folder, "no file is left out: {}", path),
                        Err(_) => told += usize::from(!is_folder),
                    }
                }
            }
            prop_assert_eq!(files, sent.len() + told);
            for index in removed {
                let Some((&id, _)) = sent.iter().nth(index.index(sent.len().max(1))) else { continue };
                let top = first_name(&basket.items[&id].entry).to_owned();
                for id in basket.remove(&top) { sent.remove(&id); }
            }
            let rows_len: u64 = basket.rows().map(|row| row.len).sum();
            prop_assert_eq!(rows_len, basket.content_len());
            prop_assert_eq!(sent.len(), basket.file_count());
            let Ok(plan) = basket.plan(&config(Limits::default())) else {
                prop_assert!(sent.is_empty());
                return Ok(());
            };
            let mut expected: Vec<u64> = sent.values().copied().collect();
            expected.sort_unstable();
            prop_assert_eq!(sizes(plan.entries()), expected);
            let manifest = Manifest::new(plan.entries().cloned().collect(), None, plan.layout().part_bytes(), vec![]);
            let is_refused = matches!(manifest, Err(subrosa_shared::manifest::ManifestError::Duplicate { .. }));
            prop_assert!(!is_refused, "two of them have one name");
        }
    }
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
    assert_eq!(basket.rows().cloned().collect::<Vec<_>>(), [Row { name: "tree".to_owned(), files: Some(1), len: 0 }]);
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
}

#[test]
fn every_cause_of_another_name_is_told_by_itself() {
    let mut basket = Basket::default();
    basket.add("Docs/a.txt", file(1), None).unwrap();
    let long = "x".repeat(NAME_BYTES_MAX + 1);
    for (path, sent, why) in [
        ("Docs/A.txt", "Docs/A (2).txt", Renaming::Taken),
        ("docs/b.txt", "Docs/b.txt", Renaming::Spelling),
        ("a\u{202e}b", "a_b", Renaming::Direction),
        ("a\nb", "a_b (2)", Renaming::Control),
        ("..", "__", Renaming::Step),
        ("new//c", "new/c", Renaming::Step),
        (&long, &long[..NAME_BYTES_MAX], Renaming::TooLong),
        (&"y".repeat(5000), &"y".repeat(NAME_BYTES_MAX), Renaming::TooLong),
    ] {
        let Ok(Added::Renamed(_, placed, told)) = basket.add(path, file(1), None) else { panic!("{path:?}") };
        assert_eq!((placed.as_str(), told), (sent, why), "{path:?}");
    }
}

#[test]
fn a_path_that_is_too_deep_is_another_matter_than_one_that_is_too_long() {
    let mut basket = Basket::default();
    let deepest = vec!["d"; 64].join("/");
    assert!(basket.add(&deepest, file(1), None).is_ok());
    assert_eq!(basket.add(&format!("e/{deepest}"), file(1), None), Err(BasketError::PathTooDeep(65)));
    assert_eq!(basket.add(&format!("e/{deepest}"), EntryKind::Folder, None), Err(BasketError::PathTooDeep(65)));
    let longest = vec!["x".repeat(NAME_BYTES_MAX); 16].join("/");
    assert_eq!(longest.len(), 4095);
    assert!(basket.add(&longest, file(1), None).is_ok());
    let longer = format!("{}/xx", &longest[..4094]);
    assert_eq!(longer.len(), 4097);
    assert_eq!(basket.add(&longer, file(1), None), Err(BasketError::PathTooLong(4097)));
}

#[test]
fn limits_are_known_before_the_first_byte() {
    let mut basket = Basket::default();
    basket.add("a", file(5000), None).unwrap();
    basket.add("b", file(5000), None).unwrap();
    let small = Limits { share_bytes_max: 9_999, ..Limits::default() };
    assert_eq!(basket.plan(&config(small)).unwrap_err(), BasketError::TooLarge);
    let few = Limits { entries_max: 1, ..Limits::default() };
    assert_eq!(basket.plan(&config(few)).unwrap_err(), BasketError::TooMany(2));
    let short_list = Limits { manifest_bytes_max: 100_000, ..Limits::default() };
    let Err(BasketError::ListTooLong(bytes)) = basket.plan(&config(short_list)) else { panic!("the list is short") };
    assert!(bytes > 100_000);
    // Without padding it would just fit.
    let tight = Limits { share_bytes_max: 10_000, ..Limits::default() };
    assert_eq!(basket.plan(&config(tight)).unwrap_err(), BasketError::TooLargePadded(10_240));
    let few_parts = Limits { parts_max: 1, part_bytes_max: 65_536, ..Limits::default() };
    basket.add("c", file(100_000), None).unwrap();
    assert_eq!(basket.plan(&config(few_parts)).unwrap_err(), BasketError::TooManyParts);
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
    let sealed = manifest.seal(&owner.manifest_key(ContentNumber::FIRST), &owner.share_id(), &mut rng).unwrap();
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
    let (mut end, mut ends) = (0, 0);
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
        ends += plan.ends_in(index);
        assert_eq!(len, (part.end.min(365_537)).saturating_sub(part.start));
    }
    assert_eq!(end, 365_537);
    assert_eq!((plan.file_counts(), ends), ((7, 3), 4));
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
