//! The addresses of the pages, and what people and programs make of them on the way: another case,
//! a slash too much, a full stop. The key stands after `#` and never comes here; but a page that is
//! not found loses it.

use subrosa_shared::api::Channels;

/// A page that people open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Page {
    /// Where one sends files, or pushes where no files are sent.
    Start,
    Receive,
    Push,
    Reveal,
}

impl Page {
    /// The page of just this path.
    pub(super) fn at(path: &str) -> Option<Self> {
        [Self::Start, Self::Receive, Self::Push, Self::Reveal].into_iter().find(|page| page.path() == path)
    }

    /// Its address.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Start => "/",
            Self::Receive => "/s",
            Self::Push => "/push",
            Self::Reveal => "/p",
        }
    }

    /// Whether a server of these channels has it.
    pub(super) fn is_served(self, channels: Channels) -> bool {
        match self {
            Self::Start => true,
            Self::Receive => channels.shares(),
            Self::Push | Self::Reveal => channels.pushes(),
        }
    }

    /// The page that an address means that is none.
    pub(super) fn meant(path: &str) -> Option<Self> {
        // Longer ones are no slips.
        const LEN_MAX: usize = 100;
        if path.len() > LEN_MAX {
            return None;
        }
        let decoded = decoded(path);
        // A way upwards is no slip.
        if decoded.split(|byte| *byte == b'/').any(|name| name == b"..") {
            return None;
        }
        let names: Vec<&[u8]> =
            decoded.split(|byte| *byte == b'/').map(trimmed).filter(|name| !name.is_empty()).collect();
        let is_index =
            |name: &[u8]| name.eq_ignore_ascii_case(b"index.html") || name.eq_ignore_ascii_case(b"index.htm");
        match names.as_slice() {
            [] => decoded.iter().all(|byte| *byte == b'/').then_some(Self::Start),
            [index] if is_index(index) => Some(Self::Start),
            [name] => Self::named(name),
            [name, index] if is_index(index) => Self::named(name),
            _ => None,
        }
    }

    fn named(name: &[u8]) -> Option<Self> {
        let pages = [Self::Receive, Self::Push, Self::Reveal].into_iter();
        pages.into_iter().find(|page| page.path().as_bytes()[1..].eq_ignore_ascii_case(name))
    }
}

/// What stands for bytes is those bytes (RFC 3986, section 2.1).
fn decoded(path: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = after.get(..2).filter(|_| *first == b'%');
        let byte = escaped.and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    bytes
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
            ("/s/", Page::Receive),
            ("//s", Page::Receive),
            ("///S//", Page::Receive),
            ("/S", Page::Receive),
            ("/%73", Page::Receive),
            ("/s.", Page::Receive),
            ("/s%20", Page::Receive),
            ("/%3Cs%3E", Page::Receive),
            ("/s%E2%80%8B", Page::Receive),
            ("/s/index.html", Page::Receive),
            ("/./s", Page::Receive),
            ("/P", Page::Reveal),
            ("/p/", Page::Reveal),
            ("/p%2F", Page::Reveal),
            ("/Push/", Page::Push),
            ("//", Page::Start),
            ("/index.html", Page::Start),
        ] {
            assert_eq!(Page::meant(path), Some(page), "{path}");
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
            assert_eq!(Page::meant(path), None, "{path}");
        }
    }
}
