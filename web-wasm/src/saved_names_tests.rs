#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::HashSet;

use proptest::prelude::*;
use subrosa_shared::manifest::{EntryKind, check_entries};

use super::*;

fn file(path: &str, size: u64) -> Entry {
    let kind = EntryKind::File { size, media_type: None };
    Entry { path: EntryPath::parse(path).unwrap(), modified: None, kind }
}

fn folder(path: &str) -> Entry {
    Entry { path: EntryPath::parse(path).unwrap(), modified: None, kind: EntryKind::Folder }
}

#[test]
fn names_on_which_systems_act_are_saved_as_others() {
    for (name, kept) in [
        ("desktop.ini", "desktop.ini_"),
        ("Desktop.INI", "Desktop.INI_"),
        ("de\u{17f}ktop.ini", "de\u{17f}ktop.ini_"),
        ("AutoRun.inf", "AutoRun.inf_"),
        ("Thumbs.db", "Thumbs.db_"),
        (".directory", ".directory_"),
        (".DS_Store", ".DS_Store_"),
        ("invoice.pdf.lnk", "invoice.pdf.lnk_"),
        ("x.SCF", "x.SCF_"),
        ("x.l\u{ad}nk", "x.l\u{ad}nk_"),
        ("x.url", "x.url_"),
        ("x.library-ms", "x.library-ms_"),
        ("x.searchConnector-ms", "x.searchConnector-ms_"),
        ("x.desktop", "x.desktop_"),
        ("God.{ED7BA470-8E54-465E-825C-99712043E01C}", "God.{ED7BA470-8E54-465E-825C-99712043E01C}_"),
        // What stands behind the ending is made storable before: it hides nothing.
        ("x.lnk.", "x.lnk_"),
        ("x.lnk ", "x.lnk_"),
        ("x.lnk::$DATA", "x.lnk__$DATA"),
        ("con.lnk", "_con.lnk_"),
    ] {
        assert_eq!(kept_name(name), kept, "{name:?}");
    }
    // They only look so, or other programs act on them.
    for name in [
        "desktop.ini.txt",
        "my desktop.ini",
        "urls",
        "lnk",
        "notes.urls",
        ".htaccess",
        ".profile",
        ".env",
        "folder.jpg",
    ] {
        assert_eq!(kept_name(name), name);
    }
}

#[test]
fn a_file_saved_alone_has_a_name_that_browsers_leave_as_it_is() {
    for (name, download) in [
        ("short.txt", "short.txt"),
        ("\u{1f468}\u{200d}\u{1f469} family.txt", "\u{1f468}\u{200d}\u{1f469} family.txt"),
        (".env", "_.env"),
        ("..", "__"),
        ("...x", "_...x"),
        (" x", "_ x"),
        ("a  b\u{a0}\u{3000}c.txt", "a b c.txt"),
        ("a\u{200b}b\u{ad}.txt", "a_b_.txt"),
        ("x.txt ", "x.txt_"),
        ("x.txt\u{a0}", "x.txt_"),
        ("x.lnk\u{2003}", "x.lnk_"),
        (".env.local", "_.env.local_"),
        ("desktop.ini", "desktop.ini_"),
        ("aux.txt", "_aux.txt"),
    ] {
        assert_eq!(download_name(name), download, "{name:?}");
    }
}

/// Names made of what makes names dangerous, and of anything else.
fn names() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,12}",
        prop::sample::select(ACTED_ON.to_vec()).prop_map(str::to_owned),
        prop::sample::select(ACTED_ON_ENDINGS.to_vec()).prop_map(|ending| format!(".{ending}")),
        prop::sample::select(vec![".", " ", "..", ":", "con", "\u{a0}", "\u{200b}", ".local", ".{0}", "\u{e9}", "_"])
            .prop_map(str::to_owned),
        (1..250_usize).prop_map(|len| "x".repeat(len)),
    ];
    prop::collection::vec(piece, 1..6)
        .prop_map(|pieces| shortened(&pieces.concat(), NAME_BYTES_MAX))
        .prop_filter("a manifest may have it", |name| EntryPath::parse(name).is_ok() && !name.contains('/'))
}

/// As Windows and Linux take a name: without dots and spaces at its end, letters in one case.
fn does_nothing(name: &str) -> bool {
    let name = folded(name.trim_end_matches(['.', ' ']));
    let ending = name.rsplit('.').next().unwrap();
    let is_acted_on = ACTED_ON.contains(&&*name);
    let ends_so = ACTED_ON_ENDINGS.iter().any(|acted_on| name.ends_with(&format!(".{acted_on}")));
    let is_class_id = name.contains('.') && ending.starts_with('{') && ending.ends_with('}');
    !(is_acted_on || ends_so || is_class_id)
}

proptest! {
    #[test]
    fn saved_names_are_harmless_storable_and_stay_so(name in names()) {
        for (saved, bytes_max) in [(kept_name(&name), NAME_BYTES_MAX), (download_name(&name), DOWNLOAD_NAME_BYTES_MAX)] {
            prop_assert!(does_nothing(&saved), "{saved:?}");
            prop_assert!(saved.len() <= bytes_max && !saved.is_empty());
            prop_assert_eq!(&storable_name(&saved), &saved);
            prop_assert_eq!(&kept_name(&saved), &saved, "once is enough");
        }
        let alone = download_name(&name);
        prop_assert_eq!(&download_name(&alone), &alone);
        prop_assert!(!alone.starts_with(['.', ' ']) && !alone.ends_with(['.', ' ']) && !alone.contains("  "));
        prop_assert!(!alone.to_ascii_lowercase().ends_with(".local"));
    }

    #[test]
    fn ordinary_names_stay(stem in "[\\p{L}\\p{N}][\\p{L}\\p{N}_-]{0,40}", ending in "(txt|pdf|tar\\.gz|docx|jpe?g)") {
        let name = format!("{stem}.{ending}");
        prop_assume!(storable_name(&name) == name);
        prop_assert_eq!(kept_name(&name), name.clone());
        prop_assert_eq!(download_name(&name), name);
    }
}

#[test]
fn an_archive_is_named_after_what_is_in_it() {
    for (first, others, name) in [
        ("Tax/2025/a.pdf", 0, "Tax.zip"),
        ("v1.2/a.pdf", 0, "v1.2.zip"),
        ("Tax/a.pdf", 1, "Tax (+1).zip"),
        ("letter.final.txt", 2, "letter.final (+2).zip"),
        (".env", 1, ".env (+1).zip"),
        ("Tax", 0, "Tax.zip"),
    ] {
        assert_eq!(archive_name(first, others), name);
    }
    assert_eq!(download_name(&archive_name(".env", 1)), "_.env (+1).zip");
    assert_eq!(download_name(&archive_name("desktop.ini/a", 0)), "desktop.ini.zip");
}

#[test]
fn paths_are_saved_so_that_every_platform_can_store_them() {
    let entries = [file("a:b", 1), file("a?b", 1), file("a_b (2)", 1), file("x:y/f", 1), file("x*y", 1), folder("con")];
    assert_eq!(saved_paths(&entries), ["a_b", "a_b (2)", "a_b (2) (2)", "x_y/f", "x_y (2)", "_con"]);
}

/// Checks entries that a manifest can have, and that all of them can be saved next to each other on
/// every platform.
fn checked_saved_paths(entries: &[Entry]) -> Vec<String> {
    check_entries(entries).unwrap();
    let saved = saved_paths(entries);
    assert_eq!(saved.len(), entries.len());
    let distinct: HashSet<String> = saved.iter().map(|path| folded(path)).collect();
    assert_eq!(distinct.len(), saved.len(), "no two are the same");
    for (entry, path) in entries.iter().zip(&saved) {
        let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        assert_eq!(folder(path), folder(&entry.path.storable()), "a folder is the same one for all that lies in it");
        assert_eq!(EntryPath::parse(path).unwrap().storable(), *path);
    }
    saved
}

/// Names of five characters that cannot be stored.
fn unstorable_names(count: u32) -> impl Iterator<Item = String> {
    let digit = |digit: u32| char::from(b"\\:*?\"<>|"[digit as usize % 8]);
    (0..count).map(move |number| (0..5).map(|place| digit(number >> (3 * place))).collect())
}

#[test]
fn very_many_names_that_become_the_same_are_numbered_without_trying_every_number_again() {
    let entries: Vec<Entry> = unstorable_names(20_000).map(|name| file(&format!("f/{name}.x"), 1)).collect();
    let saved = checked_saved_paths(&entries);
    assert_eq!((&*saved[0], &*saved[1], &*saved[19_999]), ("f/_____.x", "f/_____ (2).x", "f/_____ (20000).x"));
}

#[test]
fn very_many_long_names_that_become_the_same_by_shortening_are_numbered_too() {
    let long = "x".repeat(NAME_BYTES_MAX - 6);
    let pair = |number| [':', '?'].map(|unstorable| file(&format!("{long}{number:05}{unstorable}"), 1));
    let saved = checked_saved_paths(&(0..10_000).flat_map(pair).collect::<Vec<_>>());
    assert_eq!(saved[0], format!("{long}00000_"));
    assert!(saved[19_999].ends_with("x (10001)"), "{}", saved[19_999]);
}

#[test]
fn deep_paths_cost_no_more_than_their_length() {
    let deep = vec!["d".repeat(63); 62].join("/");
    let entries: Vec<Entry> = (0..400).map(|number| file(&format!("{number:063}/{deep}/a:b"), 1)).collect();
    assert!(checked_saved_paths(&entries).iter().all(|path| path.ends_with("/a_b")));
    let entries: Vec<Entry> = unstorable_names(400).map(|name| file(&format!("{name}/{deep}/f"), 1)).collect();
    assert!(checked_saved_paths(&entries)[399].ends_with("/f (400)"));
}

#[test]
fn no_two_entries_are_saved_under_the_same_path() {
    let names = [
        "a:",
        "A?",
        "a*",
        "A_",
        "a_ (2)",
        "A: (2)",
        "\u{e9}|",
        "E\u{301}<",
        "e\u{301}>",
        "n\u{200b}?",
        "N:",
        "con.txt",
        "_CON.txt",
        "dot.",
        "dot ",
        "DOT_",
        "stra\u{df}e:",
        "STRASSE?",
        "t?.txt",
        "T*.TXT",
        "t:.tx\u{200b}t",
        "link.lnk",
        "LINK.LNK_",
        "link.lnk:",
        "desktop.ini",
        "Desktop.ini?",
    ];
    let long = |end: &str| format!("{}{}.{end}", "y".repeat(120), "\u{e9}".repeat(50));
    let long = ["a:", "a?", "a*", "A|"].map(|end| long(&format!("{}{end}", "z".repeat(30))));
    let names: Vec<&str> = names.into_iter().chain(long.iter().map(String::as_str)).collect();
    let around = ["", "x:/", "X?/", "x_ (2)/", "x*/a: (3)/", "X|/a? (3)/", "con/", "_Con/", "A_ (3)/", "\u{e9}_ (2)/"];
    let paths = around.iter().flat_map(|around| names.iter().map(move |name| format!("{around}{name}")));
    let mut entries: Vec<Entry> = paths.map(|path| file(&path, 1)).collect();
    entries.extend(["x\"", "CON:", "e/\u{c9}:", "e/e\u{301}?"].map(folder));
    for _ in 0..2 {
        let saved = checked_saved_paths(&entries);
        let folders =
            entries.iter().flat_map(|entry| entry.path.folders().map(|folder| EntryPath::parse(folder).unwrap()));
        let folders: HashSet<String> = folders.map(|folder| folded(&folder.storable())).collect();
        assert!(saved.iter().all(|path| !folders.contains(&folded(path))), "none has the name of a folder");
        entries.reverse();
    }
}

#[test]
fn a_download_has_a_name_that_leaves_browsers_room_for_their_own_endings() {
    assert_eq!(download_name("short.txt"), "short.txt");
    let long = download_name(&format!("{}.txt", "é".repeat(125)));
    assert!(long.len() <= DOWNLOAD_NAME_BYTES_MAX && long.starts_with("éé") && long.ends_with("é.txt"), "{long}");
    assert_eq!(download_name(&"x".repeat(255)).len(), DOWNLOAD_NAME_BYTES_MAX);
}
