//! The addresses of the pages, and what people and programs make of them on the way: another case,
//! a slash too much, a full stop. The key stands after `#` and never comes here; but a page that is
//! not found loses it.

#[path = "../../../web-wasm/pages.rs"]
#[allow(dead_code, reason = "`xtask` reads more of this table")]
mod table;

use subrosa_shared::api::Channels;

use table::{Channel, Head, PAGES, Page};

/// Where one begins.
const START: &str = "/";

/// The page of just this path, on a server of these channels.
pub(super) fn page_at(path: &str, channels: Channels) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.paths.contains(&path) && is_served(page, channels))
}

/// Whether a server of these channels has a file of this name: of pages, it has those that it
/// serves, and of everything else all.
pub(super) fn is_served_as(file: &str, channels: Channels) -> bool {
    let page = file.strip_suffix(".html").and_then(|name| PAGES.iter().find(|page| page.name == name));
    page.is_none_or(|page| is_served(page, channels))
}

fn is_served(page: &Page, channels: Channels) -> bool {
    match page.channel {
        Some(Channel::Shares) => channels.shares(),
        Some(Channel::Pushes) => channels.pushes(),
        None => true,
    }
}

/// The path of the page that an address means that is none.
pub(super) fn meant(path: &str) -> Option<&'static str> {
    // Longer ones are no slips.
    const LEN_MAX: usize = 100;
    if path.len() > LEN_MAX {
        return None;
    }
    let decoded: Vec<u8> = percent_encoding::percent_decode_str(path).collect();
    // A way upwards is no slip.
    if decoded.split(|byte| *byte == b'/').any(|name| name == b"..") {
        return None;
    }
    let names: Vec<&[u8]> = decoded.split(|byte| *byte == b'/').map(trimmed).filter(|name| !name.is_empty()).collect();
    let is_index = |name: &[u8]| name.eq_ignore_ascii_case(b"index.html") || name.eq_ignore_ascii_case(b"index.htm");
    match names.as_slice() {
        [] => decoded.iter().all(|byte| *byte == b'/').then_some(START),
        [index] if is_index(index) => Some(START),
        [name] => named(name),
        [name, index] if is_index(index) => named(name),
        _ => None,
    }
}

/// The path of a page that people open, by the name in it.
fn named(name: &[u8]) -> Option<&'static str> {
    let pages = PAGES.iter().filter(|page| matches!(page.head, Head::Of(_)));
    let mut paths = pages.flat_map(|page| page.paths.iter().copied());
    paths.find(|path| path.as_bytes()[1..].eq_ignore_ascii_case(name))
}

/// Without the spaces, stops, quotes and brackets around it that a text has around an address.
fn trimmed(name: &[u8]) -> &[u8] {
    // A key that has come here after all is no slip of the pen.
    let is_around = |byte: &u8| !byte.is_ascii_alphanumeric() && *byte != b'#';
    let Some(from) = name.iter().position(|byte| !is_around(byte)) else { return &[] };
    let to = name.iter().rposition(|byte| !is_around(byte)).map_or(from, |last| last + 1);
    &name[from..to]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_means_is_found_and_nothing_else() {
        for (path, page) in [
            ("/s/", "/s"),
            ("//s", "/s"),
            ("///S//", "/s"),
            ("/S", "/s"),
            ("/%73", "/s"),
            ("/s.", "/s"),
            ("/s%20", "/s"),
            ("/%3Cs%3E", "/s"),
            ("/s%E2%80%8B", "/s"),
            ("/s/index.html", "/s"),
            ("/./s", "/s"),
            ("/P", "/p"),
            ("/p/", "/p"),
            ("/p%2F", "/p"),
            ("/Push/", "/push"),
            ("/O", "/o"),
            ("/o/", "/o"),
            ("/o/index.html", "/o"),
            ("//", "/"),
            ("/index.html", "/"),
        ] {
            assert_eq!(meant(path), Some(page), "{path}");
        }
        for path in [
            "/s/token",
            "/s%23token",
            "/s%23",
            "/%23",
            "/s/s",
            "/x",
            "/ss",
            "/send",
            "/scripts/",
            "/..",
            "/%00",
            "/%",
            "/%zz",
            "/s/../..",
            "//evil.example",
            "//evil.example/s/x",
            "/s\\x",
            "/api/",
            &"/".repeat(200),
        ] {
            assert_eq!(meant(path), None, "{path}");
        }
    }
}
