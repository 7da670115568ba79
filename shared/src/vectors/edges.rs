//! Vectors for the edges: JSON that parsers differ about, lengths of sealed objects, web addresses,
//! the owner's note.

use serde_json::{Value, json};

use super::builder::{Counting, Vectors, vector};
use super::{Vector, expect, hex};
use crate::id::{Commitment, Digest, LinkId, ShareId};
use crate::note::{NoteError, OwnerNote};
use crate::seal::{OpenError, plaintext_len, seal, sealed_len};
use crate::secret::{FaceKey, NoteKey, PayloadKey};

const KEY: [u8; 32] = [0x5e; 32];
const LINK: LinkId = LinkId::from_bytes([0xb2; 16]);
const SHARE: ShareId = ShareId::from_bytes([0xa1; 16]);

pub(super) fn generate(vectors: &mut Vectors) {
    manifests(vectors);
    pushes(vectors);
    owner_notes(vectors);
    lengths(vectors);
}

/// A manifest of one file, as text: its parts written by hand.
fn manifests(vectors: &mut Vectors) {
    let digest = Digest::of(b"part").to_string();
    let part =
        format!(r#"{{"sealed_len":4177,"digest":"{digest}","commitment":"{}"}}"#, Commitment::from_bytes([7; 32]));
    let whole = |more: &str, entry: &str, part: &str| {
        format!(r#"{{"version":1,{more}"part_bytes":65536,"entries":[{{"path":"a",{entry}}}],"parts":[{part}]}}"#)
    };
    let with = |more: &str| whole(more, r#""size":5"#, &part).into_bytes();
    let sized = |entry: &str| whole("", entry, &part).into_bytes();
    let nested = |depth: usize| with(&format!(r#""later":{}{},"#, "[".repeat(depth), "]".repeat(depth)));
    let stray = format!("{}1", &digest[..42]);
    let mut add = |name: &str, about: &str, expect: &str, json: Vec<u8>| {
        let mut fields = vec![("about", about), ("kind", "manifest"), ("expect", expect)];
        if expect == "ok" {
            fields.extend([("entries", "1"), ("content-len", "5"), ("padded-len", "4096")]);
        }
        vectors.push((format!("manifest-json-{name}"), vector(&fields, &json)));
    };
    let nulls =
        whole(r#""critical":null,"note":null,"#, r#""size":5,"folder":null,"modified":null,"type":null"#, &part);
    add("null", "null where a field may be missing", "ok", nulls.into_bytes());
    let edition = r#""edition":2,"edition_at":1790000000000,"#;
    add("edition", "a new edition", "ok", with(edition));
    add(
        "edition-critical",
        "which a reader may have to know",
        "ok",
        with(&format!(r#""critical":["edition"],{edition}"#)),
    );
    for (name, about, more) in [
        ("edition-alone", "an edition without its moment", r#""edition":2,"#),
        ("edition-at-alone", "a moment without its edition", r#""edition_at":1790000000000,"#),
        ("edition-zero", "no edition has that number", r#""edition":0,"edition_at":1,"#),
        ("edition-large", "neither has one", r#""edition":65536,"edition_at":1,"#),
        ("edition-late", "no moment is so late", r#""edition":2,"edition_at":8640000000000001,"#),
    ] {
        add(name, about, "malformed", with(more));
    }
    add("null-size", "null where a file's size must be", "malformed", sized(r#""size":null"#));
    add("twice", "a known field that stands twice", "malformed", with(r#""note":"a","note":"a","#));
    add("unknown-twice", "an unknown field that stands twice", "ok", with(r#""later":1,"later":2,"#));
    add("case", "names of fields have one spelling", "ok", with(r#""Note":"\u0007","#));
    add("escaped-name", "an escape in the name of a field", "text", with(r#""n\u006fte":"\u0007","#));
    add("surrogates", "a character written as two escapes", "ok", with(r#""note":"\ud83c\udf39","#));
    add("lone-surrogate", "half of a character", "malformed", with(r#""note":"\ud83c","#));
    add(
        "unknown-surrogate",
        "half of a character in a field that is not read",
        "malformed",
        with(r#""later":"\udf39","#),
    );
    add("minus-zero", "-0 is not written as a whole number is", "malformed", sized(r#""size":-0"#));
    add("fraction", "neither is 5.0", "malformed", sized(r#""size":5.0"#));
    add("exponent", "nor 5e0", "malformed", sized(r#""size":5e0"#));
    add("leading-zero", "nor 05, which is no JSON", "malformed", sized(r#""size":05"#));
    add("text-number", "nor \"5\"", "malformed", sized(r#""size":"5""#));
    add("large-number", "a number beyond 64 bits", "malformed", sized(r#""size":18446744073709551616"#));
    add("unknown-number", "any number in a field that is not read", "ok", with(r#""later":[-0,1.5,1e400],"#));
    add("depth", "127 values in one another", "ok", nested(126));
    add("too-deep", "128 values in one another", "malformed", nested(127));
    add("byte-order-mark", "a mark before the text", "malformed", [b"\xef\xbb\xbf".as_slice(), &with("")].concat());
    add("white-space", "line breaks and tabs behind the text", "ok", [with("").as_slice(), b" \r\n\t"].concat());
    add("zeros", "zeros behind the text", "malformed", [with("").as_slice(), b"\0\0"].concat());
    add("two", "two texts", "malformed", with("").repeat(2));
    add("not-utf8", "bytes that are not UTF-8", "malformed", {
        let mut json = with(r#""note":"?","#);
        json.iter_mut().filter(|byte| **byte == b'?').for_each(|byte| *byte = 0xff);
        json
    });
    add("line-break", "a line break in a text, not escaped", "malformed", with("\"note\":\"a\nb\","));
    let changed = |to: &str| whole("", r#""size":5"#, &part.replace(&digest, to)).into_bytes();
    add("stray-bits", "base64url with stray bits", "malformed", changed(&stray));
    add("padding", "base64url with padding", "malformed", changed(&format!("{digest}=")));
    add("short", "31 bytes for 32", "malformed", changed(&digest[..42]));
    add("note-lines", "line feed and tab in the note", "ok", with(r#""note":"a\n\tb","#));
    add("note-return", "carriage return in the note", "text", with(r#""note":"a\r\nb","#));
    add("note-bidi", "the note may turn its direction", "ok", with(r#""note":"\u202ea\u202c","#));
}

fn pushes(vectors: &mut Vectors) {
    let mut add = |name: &str, about: &str, wanted: &str, role: &str, json: &Value, values: &[(&str, &str)]| {
        let mut plaintext = json.to_string().into_bytes();
        plaintext.resize(512, b' ');
        let body = match role {
            "face" => seal(&FaceKey::from_bytes(KEY), &LINK, &plaintext, &mut Counting(0x30)),
            _ => seal(&PayloadKey::from_bytes(KEY), &LINK, &plaintext, &mut Counting(0x30)),
        };
        let (key, link) = (hex(&KEY), hex(LINK.as_bytes()));
        let mut fields = vec![("about", about), ("kind", "push"), ("expect", wanted), ("role", role)];
        fields.extend([("key", &*key), ("link-id", &*link)]);
        fields.extend(values);
        vectors.push((format!("push-{name}"), vector(&fields, &body)));
    };
    for (name, about, url, allowed) in [
        ("marks", "a vowel sign, which is a letter to Unicode", "https://\u{915}\u{93f}.example/", true),
        ("loose-mark", "an accent by itself, which is none", "https://e\u{301}.example/", false),
        ("ipv6", "an address of IPv6", "http://[::1]:8080/", true),
        ("ipv6-zone", "an address with a zone", "http://[fe80::1%25eth0]/", false),
        ("port", "the last port", "https://a.example:65535", true),
        ("port-zeros", "a port of five digits", "https://a.example:00080?", true),
        ("port-sign", "a port with a sign", "https://a.example:+80/", false),
        ("port-none", "a colon without a port", "https://a.example:/", false),
        ("port-long", "a port of six digits", "https://a.example:000080/", false),
        ("upper-case", "the scheme in upper case", "HTTPS://A.EXAMPLE", true),
    ] {
        let json = json!({"version": 1, "kind": "url", "url": url});
        let (expect, values) = if allowed { ("ok", vec![("of", "url"), ("url", url)]) } else { ("malformed", vec![]) };
        add(&format!("url-{name}"), about, expect, "payload", &json, &values);
    }
    let note = "a\u{1b}[2J\u{202e}b\t\u{200b}";
    let json = json!({"version": 1, "kind": "note", "note": note});
    add("note-controls", "a note may hold any character", "ok", "payload", &json, &[("of", "note"), ("note", note)]);
    let json = json!({"version": 1, "kind": "login", "user": null, "password": "x", "note": null, "url": "y"});
    let values = [("of", "login"), ("user", ""), ("password", "x"), ("note", "")];
    add("null", "null is as good as missing; fields of other kinds are not read", "ok", "payload", &json, &values);
    let json = json!({"version": 1, "kind": "note", "from": null, "for_files": null});
    let values = [("of", "note"), ("from", ""), ("for-files", "false")];
    add("face-null", "null is as good as missing", "ok", "face", &json, &values);
}

fn owner_notes(vectors: &mut Vectors) {
    let text = "Xl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl4";
    let link = json!({"secret": text, "label": "Anna", "receipt_key": text});
    let with_keys = |before: &[&str]| {
        let keys = json!({"open_verifier": text, "view": text, "content": text});
        json!({"secret": text, "label": "Anna", "receipt_key": text, "wrap_keys": keys, "receipt_keys_before": before})
    };
    for (name, about, wanted, json) in [
        ("", "an owner's note", "ok", json!({"version": 1, "label": "Report", "links": [&link], "later": 1})),
        (
            "-revision",
            "a note that was changed",
            "ok",
            json!({"version": 1, "revision": 7, "label": "Report", "links": [&link]}),
        ),
        (
            "-keys",
            "a link whose password was changed, and that can be moved",
            "ok",
            json!({"version": 1, "label": "Report", "links": [with_keys(&[text])]}),
        ),
        (
            "-keys-short",
            "a key that is too short",
            "malformed",
            json!({"version": 1, "label": "Report", "links": [{"wrap_keys": {"view": "Xl4"}}]}),
        ),
        (
            "-keys-many",
            "more receipt keys than are kept",
            "malformed",
            json!({"version": 1, "label": "Report", "links": [with_keys(&[text; 5])]}),
        ),
        ("-version", "another version", "malformed", json!({"version": 2, "label": "Report", "links": []})),
        ("-label", "a note without a label", "malformed", json!({"version": 1, "links": []})),
        ("-links", "more than 250 links", "malformed", json!({"version": 1, "label": "", "links": vec![&link; 251]})),
    ] {
        let mut plaintext = json.to_string().into_bytes();
        let padded = crate::padding::padded_len(plaintext.len() as u64).and_then(|len| usize::try_from(len).ok());
        plaintext.resize(padded.expect("a few links are short"), b' ');
        let body = seal(&NoteKey::from_bytes(KEY), &SHARE, &plaintext, &mut Counting(0x30));
        let (key, share) = (hex(&KEY), hex(SHARE.as_bytes()));
        let mut fields = vec![("about", about), ("kind", "owner-note"), ("expect", wanted)];
        fields.extend([("key", &*key), ("share-id", &*share)]);
        if wanted == "ok" {
            let secrets = [("first-secret", &*key), ("first-receipt-key", &*key)];
            let revision = if name == "-revision" { "7" } else { "0" };
            fields.extend(
                [("revision", revision), ("label", "Report"), ("links", "1"), ("first-label", "Anna")]
                    .into_iter()
                    .chain(secrets),
            );
            if name == "-keys" {
                fields.extend([
                    ("first-open-verifier", &*key),
                    ("first-view-wrap-key", &*key),
                    ("first-content-wrap-key", &*key),
                    ("first-receipt-key-before", &*key),
                ]);
            }
        }
        vectors.push((format!("owner-note{name}"), vector(&fields, &body)));
    }
}

pub(super) fn run_owner_note(vector: &Vector) -> Result<(), String> {
    let share = ShareId::from_bytes(vector.bytes("share-id")?);
    let found = match OwnerNote::open(&NoteKey::from_bytes(vector.bytes("key")?), &share, &vector.body) {
        Ok(note) => {
            let first = note.links.first().ok_or("no link")?;
            expect("revision", &note.revision.to_string(), vector.field("revision")?)?;
            expect("label", &note.label, vector.field("label")?)?;
            expect("links", &note.links.len().to_string(), vector.field("links")?)?;
            expect("first-label", &first.label, vector.field("first-label")?)?;
            expect("first-secret", &hex(first.secret.expose()), vector.field("first-secret")?)?;
            expect("first-receipt-key", &hex(first.receipt_key.expose()), vector.field("first-receipt-key")?)?;
            if let Some(keys) = &first.wrap_keys {
                let before = first.receipt_keys_before.first().ok_or("no receipt key of before")?;
                for (name, found) in [
                    ("first-open-verifier", hex(keys.open_verifier.as_bytes())),
                    ("first-view-wrap-key", hex(keys.view.expose())),
                    ("first-content-wrap-key", hex(keys.content.expose())),
                    ("first-receipt-key-before", hex(before.expose())),
                ] {
                    expect(name, &found, vector.field(name)?)?;
                }
            }
            "ok"
        }
        Err(NoteError::Malformed) => "malformed",
        Err(_) => "refused",
    };
    expect("outcome", found, vector.field("expect")?)
}

fn lengths(vectors: &mut Vectors) {
    let mut add = |name: String, about: &str, expect: &str, lens: [u64; 2]| {
        let [len, plain] = lens.map(|len| len.to_string());
        let mut fields = vec![("about", about), ("kind", "sealed-len"), ("expect", expect), ("len", &*len)];
        if expect == "ok" {
            fields.push(("plaintext-len", &*plain));
        }
        vectors.push((format!("sealed-len-{name}"), vector(&fields, &[])));
    };
    for plain in [0, 1, 32, 64, 512, 1024, 65_535, 65_536, 65_537, 131_072, 8 << 20, 64 << 20] {
        add(plain.to_string(), "length of a sealed object, and of what is in it", "ok", [sealed_len(plain), plain]);
    }
    let whole = sealed_len(65_536);
    for (name, len) in
        [("none", 0), ("header", 65), ("short-tag", 80), ("one-more", whole + 1), ("tag-more", whole + 16)]
    {
        add(format!("bad-{name}"), "no sealed object has this length", "length", [len, 0]);
    }
}

pub(super) fn run_len(vector: &Vector) -> Result<(), String> {
    let found = match plaintext_len(vector.number("len")?) {
        Ok(len) => {
            expect("plaintext-len", &len.to_string(), vector.field("plaintext-len")?)?;
            "ok"
        }
        Err(OpenError::Length) => "length",
        Err(_) => "refused",
    };
    expect("outcome", found, vector.field("expect")?)
}
