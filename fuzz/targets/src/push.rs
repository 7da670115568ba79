//! Pushes behind their seal: whatever a sender wrote into face and payload, what is read is safe to
//! show and to copy, and a web address leads where it says, by the word of the parser that browsers
//! use.

use subrosa_shared::id::LinkId;
use subrosa_shared::path::is_confusing;
use subrosa_shared::push::{Face, LINE_CHARS_MAX, PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MIN, Payload, check_url};
use subrosa_shared::seal::seal;
use subrosa_shared::secret::{FaceKey, PayloadKey};
use url::{Host, Url};

use crate::seeded::Seeded;

/// Bytes of plaintext in every face.
const FACE_BYTES: usize =
    subrosa_shared::push::FACE_LEN - subrosa_shared::seal::HEADER_LEN - subrosa_shared::seal::TAG_LEN;

pub(crate) fn check(input: &[u8]) {
    if let Ok(text) = std::str::from_utf8(input) {
        address(text);
    }
    let link = LinkId::from_bytes([5; 16]);
    face(input, &link);
    payload(input, &link);
}

fn filled(json: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut plaintext = json.to_vec();
    (json.len() <= len).then(|| plaintext.resize(len, b' '))?;
    Some(plaintext)
}

fn face(json: &[u8], link: &LinkId) {
    let key = FaceKey::from_bytes([6; 32]);
    let Some(plaintext) = filled(json, FACE_BYTES) else { return };
    let Ok(face) = Face::open(&key, link, &seal(&key, link, &plaintext, &mut Seeded(1))) else { return };
    let from = face.from.as_deref().unwrap_or_default();
    assert!(from.chars().count() <= LINE_CHARS_MAX && !from.chars().any(is_confusing));
    let again = face.seal(&key, link, &mut Seeded(2)).expect("what was read can be written");
    assert_eq!(Face::open(&key, link, &again).as_ref(), Ok(&face));
}

fn payload(json: &[u8], link: &LinkId) {
    let key = PayloadKey::from_bytes([7; 32]);
    let len = json.len().next_power_of_two().max(PAYLOAD_BYTES_MIN);
    let Some(plaintext) = filled(json, len).filter(|_| len <= PAYLOAD_BYTES_MAX) else { return };
    let Ok(payload) = Payload::open(&key, link, &seal(&key, link, &plaintext, &mut Seeded(1))) else { return };
    assert!(payload.fields().iter().any(|(_, text)| !text.is_empty()));
    for (name, text) in payload.fields() {
        match name {
            "user" | "password" => assert!(!text.chars().any(is_confusing), "what is pasted unseen has a line break"),
            "url" => {
                assert!(check_url(text).is_ok());
                address(text);
            }
            _ => {}
        }
    }
    // Writing may escape what was not escaped before, and so be too long; then it says so.
    if let Ok(again) = payload.seal(&key, link, &mut Seeded(2)) {
        assert_eq!(Payload::open(&key, link, &again).as_ref(), Ok(&payload));
    }
}

/// An address that is taken for plain leads browsers to the host that people read in it.
fn address(text: &str) {
    if check_url(text).is_err() {
        return;
    }
    // What no browser reads leads nowhere.
    let Ok(url) = Url::parse(text) else { return };
    assert!(matches!(url.scheme(), "http" | "https"));
    assert!(url.username().is_empty() && url.password().is_none(), "a user name before the host");
    let (_, told) = text.split_once("://").expect("it begins with http:// or https://");
    let told = told.split(['/', '?', '#']).next().unwrap_or_default();
    let host = url.host_str().expect("it has a host");
    if told.starts_with('[') {
        assert!(host.starts_with('['));
        return;
    }
    let told = told.split(':').next().unwrap_or_default();
    match url.host() {
        // As one number, or in hexadecimal: nobody reads another host in it.
        Some(Host::Ipv4(_)) => {}
        _ if told.is_ascii() => assert!(host.eq_ignore_ascii_case(told), "{host}, where one reads {told}"),
        // Letters beyond ASCII are folded or encoded, but none becomes a point, which would begin
        // another domain.
        _ => {
            let points = |text: &str| text.matches('.').count();
            assert_eq!(points(host), points(told), "{host}, where one reads {told}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One by one, which no fuzzer tries.
    #[test]
    fn no_character_of_a_plain_host_begins_another_domain() {
        for c in '\u{80}'..=char::MAX {
            address(&format!("https://good{c}example/"));
        }
    }
}
