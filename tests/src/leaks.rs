//! Looks for what must not be there: in every byte of a server's data folder and log, in every form
//! that it could have.

use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::disk::files_below;
use crate::server::Server;

/// What is looked for, each with its name.
#[derive(Clone, Debug, Default)]
pub struct Leaks {
    needles: Vec<(String, Vec<u8>)>,
}

impl Leaks {
    /// Looks for one text only.
    #[must_use]
    pub fn of_text(what: &str, text: &str) -> Self {
        let mut leaks = Self::default();
        leaks.text(what, text);
        leaks
    }

    /// Looks for a text: as it is, in UTF-16, and encoded as [`secret`](Self::secret) does.
    pub fn text(&mut self, what: &str, text: &str) {
        self.secret(what, text.as_bytes());
        self.add(what, "UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }

    /// Looks for bytes: as they are, in hexadecimal, and in base64 of both alphabets, wherever in a
    /// longer run they stand.
    pub fn secret(&mut self, what: &str, secret: &[u8]) {
        self.bytes(what, secret);
        let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        self.add(what, "HEX", hex.to_uppercase().into_bytes());
        self.add(what, "hex", hex.into_bytes());
        // As numbers in a list, which is how byte arrays come out of `Debug` and JSON.
        let numbers = |separator| secret.iter().map(u8::to_string).collect::<Vec<_>>().join(separator).into_bytes();
        self.add(what, "numbers", numbers(", "));
        self.add(what, "numbers", numbers(","));
        for alphabet in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            for shift in 0..3 {
                self.add(what, "base64", within_base64(&alphabet, secret, shift));
            }
        }
    }

    /// Looks for bytes as they are.
    pub fn bytes(&mut self, what: &str, bytes: &[u8]) {
        self.add(what, "as it is", bytes.to_vec());
    }

    /// Fails if any of it is stored or was logged.
    ///
    /// # Panics
    /// There is a leak.
    #[track_caller]
    pub fn assert_none(&self, server: &Server) {
        let found = self.found(server);
        assert!(found.is_empty(), "found where it must not be: {found:#?}");
    }

    /// Fails if any of it stands in these bytes.
    ///
    /// # Panics
    /// There is a leak.
    #[track_caller]
    pub fn assert_not_in(&self, place: &str, bytes: &[u8]) {
        let found = self.found_in(place, bytes);
        assert!(found.is_empty(), "found where it must not be: {found:#?}");
    }

    /// Whether any of it is stored or was logged.
    #[must_use]
    pub fn are_in(&self, server: &Server) -> bool {
        !self.found(server).is_empty()
    }

    /// Whether any of it stands in these bytes.
    #[must_use]
    pub fn are_in_bytes(&self, bytes: &[u8]) -> bool {
        !self.found_in("bytes", bytes).is_empty()
    }

    fn found(&self, server: &Server) -> Vec<String> {
        let search = self.search();
        let mut found = self.found_by(&search, "the log", server.log().as_bytes());
        for file in files_below(&server.data()) {
            let name = file.display().to_string();
            found.extend(self.found_by(&search, "the name of a file", name.as_bytes()));
            found.extend(self.found_by(&search, &name, &std::fs::read(&file).unwrap_or_default()));
        }
        found
    }

    fn found_in(&self, place: &str, haystack: &[u8]) -> Vec<String> {
        self.found_by(&self.search(), place, haystack)
    }

    /// Looks for all of it in one pass: files are large, and there are thousands of forms.
    fn search(&self) -> AhoCorasick {
        AhoCorasick::new(self.needles.iter().map(|(_, needle)| needle)).expect("these are few and short")
    }

    fn found_by(&self, search: &AhoCorasick, place: &str, haystack: &[u8]) -> Vec<String> {
        let found: BTreeSet<_> = search.find_overlapping_iter(haystack).map(|found| found.pattern()).collect();
        found.into_iter().map(|needle| format!("{}, in {place}", self.needles[needle].0)).collect()
    }

    fn add(&mut self, what: &str, form: &str, needle: Vec<u8>) {
        assert!(needle.len() >= 8, "{what} is too short to be told from chance");
        self.needles.push((format!("{what} ({form})"), needle));
    }
}

/// What stays of base64 wherever the bytes begin: the characters that depend on nothing before or
/// after them.
fn within_base64(alphabet: &impl Engine, secret: &[u8], shift: usize) -> Vec<u8> {
    let text = alphabet.encode([&vec![0; shift], secret].concat());
    let (start, bits) = ((shift * 8).div_ceil(6), (shift + secret.len()) * 8);
    text.as_bytes()[start..bits / 6].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_every_form() {
        let mut leaks = Leaks::default();
        let secret: Vec<u8> = (200..232).collect();
        leaks.secret("it", &secret);
        let base64 = |before: &[u8]| URL_SAFE_NO_PAD.encode([before, &secret, b"zz"].concat());
        for text in
            [base64(b""), base64(b"a"), base64(b"ab"), base64(b"abc"), format!("{secret:?}"), format!("{secret:x?}")]
        {
            assert_eq!(leaks.found_in("text", text.as_bytes()).is_empty(), text.contains("c8, c9"), "{text}");
        }
        assert!(leaks.found_in("noise", &[200; 1000]).is_empty());
    }
}
