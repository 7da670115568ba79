//! Paths: what is accepted stays below the folder that it is joined to, can be stored everywhere
//! under its storable name, and folds the same however a system spells it.

use std::path::{Component, Path};

use subrosa_shared::path::{DEPTH_MAX, EntryPath, NAME_BYTES_MAX, PATH_BYTES_MAX, folded, is_confusing, storable_name};
use unicode_normalization::UnicodeNormalization as _;

pub(crate) fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    folding(&text);
    for name in text.split('/') {
        storing(name);
    }
    if let Ok(path) = EntryPath::parse(&text) {
        accepted(&path, &text);
    }
}

fn accepted(path: &EntryPath, text: &str) {
    assert_eq!(path.as_str(), text);
    assert!(text.len() <= PATH_BYTES_MAX && path.names().count() <= DEPTH_MAX);
    assert!(!text.chars().any(is_confusing), "a character that hides or turns");

    // What the system makes of it: names going down, and nothing else.
    let steps: Vec<_> = Path::new(text).components().collect();
    let names: Vec<_> = path.names().collect();
    assert_eq!(steps, names.iter().map(|name| Component::Normal(name.as_ref())).collect::<Vec<_>>());
    assert!(names.iter().all(|name| name.len() <= NAME_BYTES_MAX));

    let folders: Vec<_> = path.folders().collect();
    assert_eq!(folders.len() + 1, names.len());
    for (depth, folder) in folders.iter().enumerate() {
        assert_eq!(*folder, names[..=depth].join("/"));
    }
    assert_eq!(Some(&path.name()), names.last());

    // A whole path folds as its names do: one of the two is compared, the other searched.
    let by_name: Vec<_> = names.iter().map(|name| folded(name)).collect();
    assert_eq!(folded(text), by_name.join("/"));

    let storable = path.storable();
    if storable.len() <= PATH_BYTES_MAX {
        let again = EntryPath::parse(&storable).expect("a storable path is a path");
        assert_eq!(again.storable(), storable);
    }
}

fn storing(name: &str) {
    let storable = storable_name(name);
    assert_eq!(storable_name(&storable), storable, "once is enough");
    assert_eq!(storable.is_empty(), name.is_empty());
    assert!(!storable.contains(['\\', '/', ':', '*', '?', '"', '<', '>', '|']));
    assert!(!storable.chars().any(|c| c.is_control()));
    assert!(!storable.ends_with(['.', ' ']));
    assert!(storable.len() <= NAME_BYTES_MAX || name.len() > NAME_BYTES_MAX, "too long for a file system");

    // Microsoft, "Naming Files, Paths, and Namespaces".
    let stem = storable.split('.').next().unwrap_or_default().trim_end_matches(' ').to_uppercase();
    let is_numbered = ["COM", "LPT"].iter().any(|device| {
        let number = stem.strip_prefix(device).unwrap_or_default();
        number.chars().count() == 1 && "0123456789¹²³".contains(number)
    });
    assert!(!is_numbered && !["CON", "PRN", "AUX", "NUL"].contains(&stem.as_str()), "a device");
}

fn folding(text: &str) {
    let once = folded(text);
    assert_eq!(folded(&once), once, "once is enough");
    let normal: String = text.nfc().collect();
    assert_eq!(folded(&normal), once, "NFC");
    assert_eq!(folded(&text.nfd().collect::<String>()), once, "NFD");
    // By another table of case folding than ours: Unicode Standard, definition 145 (canonical
    // caseless matching).
    // Characters that show nothing would keep marks around them apart.
    let shown: String = text.chars().filter(|c| !folded(&c.to_string()).is_empty()).collect();
    let caseless = caseless::default_case_fold_str(&shown.nfd().collect::<String>());
    assert_eq!(folded(&caseless), once, "case folding");
    // What file systems that ignore case do, to a name as they got it: a character for a character.
    let normal: String = shown.nfc().collect();
    let lower: String = normal.chars().map(|c| alone(c.to_lowercase()).unwrap_or(c)).collect();
    assert_eq!(folded(&lower), once, "lower case");
    let upper: String = normal.chars().map(|c| alone(c.to_uppercase()).unwrap_or(c)).collect();
    assert_eq!(folded(&upper), once, "upper case");
}

fn alone(mut chars: impl ExactSizeIterator<Item = char>) -> Option<char> {
    if chars.len() == 1 { chars.next() } else { None }
}
