//! Makes the vectors. The same every time: what should be random is counted.

use serde_json::{Value, json};

use super::builder::{Counting, Vectors, vector};
use super::derived::derived;
use super::{Vector, hex};
use crate::content::{Layout, part_list_digest};
use crate::id::{Commitment, Digest, LinkId, ShareId};
use crate::labels::{Label, labelled_digest};
use crate::padding::padded_len;
use crate::seal::{CHUNK_LEN, HEADER_LEN, PartPlace, SealingKey, TAG_LEN, VERSION, commitment, seal, sealed_len};
use crate::secret::{
    ContentKey, ContentWrapKey, LinkSecret, ManifestKey, NoteKey, OwnerSecret, PushOwnerSecret, ViewWrapKey,
};

/// All vectors, by file name.
#[must_use]
pub fn generate() -> Vec<(String, Vec<u8>)> {
    let mut vectors = Vec::new();
    keys(&mut vectors);
    tokens(&mut vectors);
    sealed_objects(&mut vectors);
    chunks(&mut vectors);
    lengths(&mut vectors);
    manifests(&mut vectors);
    super::push::generate(&mut vectors);
    super::edges::generate(&mut vectors);
    super::keyring::generate(&mut vectors);
    vectors.into_iter().map(|(name, vector)| (format!("{name}.vector"), vector.to_bytes())).collect()
}

fn keys(vectors: &mut Vectors) {
    // The third spells the second's password in decomposed form: the outcome must be the same.
    for (name, about, password) in [
        ("keys-without-password", "every derived value of a link without a password", ""),
        ("keys-with-password", "every derived value of a link with a password", "Caf\u{e9} au lait"),
        ("keys-with-decomposed-password", "the same password in NFD: NFC makes it the same", "Cafe\u{301} au lait"),
    ] {
        let secrets = [("owner-secret", 0x10), ("link-secret", 0x40), ("lease-secret", 0x70), ("device-secret", 0xa0)];
        let mut keys = vector(&[("about", about), ("kind", "keys"), ("expect", "ok"), ("password", password)], &[]);
        for (name, first) in secrets {
            let bytes: [u8; 32] = std::array::from_fn(|i| first + i as u8);
            keys.fields.insert(name.to_owned(), hex(&bytes));
        }
        let values = derived(&keys).expect("the inputs are those above");
        keys.fields.extend(values.into_iter().map(|(name, value)| (name.to_owned(), value)));
        vectors.push((name.to_owned(), keys));
    }
}

fn tokens(vectors: &mut Vectors) {
    let secret = LinkSecret::from_bytes(std::array::from_fn(|i| 0x40 + i as u8));
    let token = secret.to_token().to_string();
    let secret = hex(secret.expose());
    let owner = OwnerSecret::from_bytes([0x11; 32]).to_token().to_string();
    let (head, tail) = token.split_at(17);
    let swapped = format!("{}{}{}", &token[1..2], &token[..1], &token[2..]);
    // An escape inside of the token, so often encoded: without decoding there is no window that
    // fits.
    let escaped = |times: usize| format!("{head}%{}{:02X}{}", "25".repeat(times - 1), tail.as_bytes()[0], &tail[1..]);
    let all_invisible = "\u{ad}\u{200b}\u{200f}\u{202a}\u{202e}\u{2060}\u{2069}\u{feff}\u{a0}";
    for (name, about, text, expect) in [
        ("bare", "the token alone", token.clone(), "ok"),
        ("link", "a whole link", format!("https://example.org/s#{token}"), "ok"),
        (
            "in-a-sentence",
            "a link in brackets, with punctuation",
            format!("Look: <https://example.org/s#{token}>."),
            "ok",
        ),
        ("line-break", "a link that mail has broken", format!("https://example.org/s#{head}\r\n  {tail}"), "ok"),
        ("quoted-printable", "a soft line break of mail", format!("https://example.org/s#{head}=\r\n{tail}"), "ok"),
        ("invisible", "characters that show nothing inside", format!("{head}{all_invisible}{tail}"), "ok"),
        ("escaped", "a character percent-encoded four times", escaped(4), "ok"),
        ("escaped-too-often", "a character percent-encoded five times", escaped(5), "too-short"),
        ("percent", "the # percent-encoded twice", format!("https://example.org/s%2523{token}"), "ok"),
        ("parameters", "parameters added behind", format!("https://example.org/s#{token}&utm_source=mail"), "ok"),
        (
            "wrapped",
            "wrapped by a mail scanner",
            format!("https://scanner.example/?url=https%3A%2F%2Fexample.org%2Fs%23{token}&data=05%7C01"),
            "ok",
        ),
        ("cut", "the last character is missing", format!("https://example.org/s#{}", &token[..47]), "too-short"),
        ("swapped", "two characters changed places", format!("https://example.org/s#{swapped}"), "checksum"),
        ("lower-case", "in lower case", format!("https://example.org/s#{}", token.to_lowercase()), "checksum"),
        ("second", "a damaged token before the whole one", format!("{swapped} https://example.org/s#{token}"), "ok"),
        (
            "in-fragment",
            "in the fragment of another link",
            format!("https://a.example/#https://b.example/s#{token}"),
            "ok",
        ),
        ("rewritten", "under an address that is none of ours", format!("https://scanner.example/v2/x#{token}"), "ok"),
        ("plain", "over http, from another machine", format!("http://example.org/s#{token}"), "ok"),
        ("local", "over http, on this machine", format!("http://localhost:8080/s#{token}"), "ok"),
        ("unknown-kind", "a token of a kind that is yet to come", unknown_kind(), "unknown-kind"),
        ("too-long", "a text of more than 16 KiB", format!("{token}{}", " ".repeat(16 * 1024)), "too-long"),
        ("missing", "no fragment at all", "https://example.org/s#".to_owned(), "missing"),
        ("owner", "an owner's token where a link is wanted", owner, "other-kind"),
    ] {
        let mut fields = vec![("about", about), ("kind", "token"), ("expect", expect)];
        fields.push(("link-secret", if expect == "ok" { &secret } else { "" }));
        // The server that a program contacts. Only programs look for it: pages know theirs.
        match name {
            "link" | "in-a-sentence" | "line-break" | "percent" | "wrapped" | "second" => {
                fields.push(("server", "https://example.org"));
            }
            "in-fragment" => fields.push(("server", "https://b.example")),
            "bare" | "rewritten" | "plain" => fields.push(("server", "")),
            "local" => fields.push(("server", "http://localhost:8080")),
            _ => {}
        }
        vectors.push((format!("token-{name}"), vector(&fields, text.as_bytes())));
    }
    let owner = PushOwnerSecret::from_bytes([0x12; 32]);
    let push = owner.push_secret();
    let (owner_secret, push_secret) = (hex(owner.expose()), hex(push.expose()));
    let share_owner = OwnerSecret::from_bytes([0x13; 32]);
    let address = format!("https://example.org/o#{}", *share_owner.to_token());
    let share_owner = hex(share_owner.expose());
    let (owner, push) = (owner.to_token().to_string(), push.to_token().to_string());
    for (name, about, of, secret, text, expect) in [
        ("push", "the link of a push", "push", &push_secret, &push, "ok"),
        ("push-owner", "the owner of a push", "push-owner", &owner_secret, &owner, "ok"),
        ("share-owner", "the address of a share's owner", "owner", &share_owner, &address, "ok"),
        ("link-as-owner", "the link of a share where its owner is wanted", "owner", &share_owner, &token, "other-kind"),
        (
            "share-as-push",
            "the link of a share where that of a push is wanted",
            "push",
            &push_secret,
            &token,
            "other-kind",
        ),
        (
            "push-owner-as-push",
            "the owner of a push where its link is wanted",
            "push",
            &push_secret,
            &owner,
            "other-kind",
        ),
    ] {
        let field = format!("{of}-secret");
        let secret = if expect == "ok" { secret } else { "" };
        let fields = [("about", about), ("kind", "token"), ("expect", expect), ("of", of), (&field, secret)];
        vectors.push((format!("token-{name}"), vector(&fields, text.as_bytes())));
    }
}

/// Of kind 0x20.
fn unknown_kind() -> String {
    let (secret, kind) = ([0x40; 32], [0x20]);
    let checksum = labelled_digest(Label::Token, &[&secret, &kind]);
    crate::bytes::to_base64url(&[&secret[..], &checksum[..3], &kind].concat())
}

fn sealed_objects(vectors: &mut Vectors) {
    const KEY: [u8; 32] = [0x5e; 32];
    let share = ShareId::from_bytes([0xa1; 16]);
    let link = LinkId::from_bytes([0xb2; 16]);
    let place = PartPlace { share, index: 2 };
    let plaintext = |len: usize| -> Vec<u8> { (0..len).map(|i| (i % 251) as u8).collect() };

    let mut whole = |name: &str, about: &str, role: &str, plaintext: &[u8], object: &[u8]| {
        let (share, link) = (hex(share.as_bytes()), hex(link.as_bytes()));
        let context: &[(&str, &str)] = match role {
            "part" => &[("share-id", &share), ("index", "2")],
            "view" | "content" => &[("link-id", &link)],
            _ => &[("share-id", &share)],
        };
        let mut sealed = vector(context, object);
        let len = plaintext.len().to_string();
        let digest = hex(Digest::of(plaintext).as_bytes());
        for (name, value) in [
            ("about", about),
            ("kind", "sealed"),
            ("expect", "ok"),
            ("role", role),
            ("key", &hex(&KEY)),
            ("plaintext-len", &len),
            ("plaintext-sha256", &digest),
        ] {
            sealed.fields.insert(name.to_owned(), value.to_owned());
        }
        vectors.push((format!("sealed-{name}"), sealed.clone()));
        sealed
    };
    fn with<K: SealingKey>(key: K, context: &K::Context, plaintext: &[u8]) -> Vec<u8> {
        seal(&key, context, plaintext, &mut Counting(0x30))
    }

    let key = || ContentKey::from_bytes(KEY);
    for (name, len) in [("empty", 0), ("one-byte", 1), ("one-chunk", CHUNK_LEN), ("chunk-and-byte", CHUNK_LEN + 1)] {
        let plaintext = plaintext(len);
        whole(&format!("part-{name}"), "a part", "part", &plaintext, &with(key(), &place, &plaintext));
    }
    let short = plaintext(64);
    whole("view", "a view wrap", "view", &short, &with(ViewWrapKey::from_bytes(KEY), &link, &short));
    whole(
        "content",
        "a content wrap",
        "content",
        &short[..32],
        &with(ContentWrapKey::from_bytes(KEY), &link, &short[..32]),
    );
    whole("manifest", "a manifest", "manifest", &short, &with(ManifestKey::from_bytes(KEY), &share, &short));
    whole("note", "an owner's note", "note", &short, &with(NoteKey::from_bytes(KEY), &share, &short));

    let two_chunks = plaintext(2 * CHUNK_LEN);
    let good =
        whole("part-two-chunks", "a part of two whole chunks", "part", &two_chunks, &with(key(), &place, &two_chunks));
    let boundary = HEADER_LEN + CHUNK_LEN + TAG_LEN;
    let mut bad = |name: &str, about: &str, expect: &str, change: &dyn Fn(&mut Vector)| {
        let mut changed = good.clone();
        changed.fields.insert("about".to_owned(), about.to_owned());
        changed.fields.insert("expect".to_owned(), expect.to_owned());
        change(&mut changed);
        vectors.push((format!("sealed-bad-{name}"), changed));
    };
    bad("version", "another version", "version", &|v| v.body[0] = VERSION + 1);
    bad("salt", "a bit of the salt flipped", "authentication", &|v| v.body[1] ^= 1);
    bad("commitment", "a bit of the commitment flipped", "authentication", &|v| v.body[33] ^= 1);
    bad("ciphertext", "a bit of the ciphertext flipped", "authentication", &|v| v.body[HEADER_LEN] ^= 1);
    bad("tag", "the last bit flipped", "authentication", &|v| *v.body.last_mut().expect("not empty") ^= 0x80);
    bad("cut-at-chunk", "the last chunk is missing", "authentication", &|v| v.body.truncate(boundary));
    bad("cut-in-tag", "cut inside of the last tag", "authentication", &|v| {
        v.body.pop();
    });
    bad("cut-in-header", "cut inside of the header", "length", &|v| v.body.truncate(HEADER_LEN - 1));
    bad("header-alone", "no chunk at all", "length", &|v| v.body.truncate(HEADER_LEN));
    bad("empty-last-chunk", "a last chunk with nothing but a tag", "length", &|v| v.body.truncate(boundary + TAG_LEN));
    bad("extended", "a byte more", "length", &|v| v.body.push(0));
    bad("swapped-chunks", "the chunks changed places", "authentication", &|v| {
        let second = v.body.split_off(boundary);
        let first = v.body.split_off(HEADER_LEN);
        v.body.extend(second);
        v.body.extend(first);
    });
    bad("other-index", "the same part at another index", "authentication", &|v| {
        v.fields.insert("index".to_owned(), "3".to_owned());
    });
    bad("other-share", "the same part in another share", "authentication", &|v| {
        v.fields.insert("share-id".to_owned(), hex(&[0xa2; 16]));
    });
    bad("other-key", "another key", "authentication", &|v| {
        v.fields.insert("key".to_owned(), hex(&[0x5f; 32]));
    });
    bad("other-role", "opened as a manifest", "authentication", &|v| {
        v.fields.insert("role".to_owned(), "manifest".to_owned());
    });
}

fn chunks(vectors: &mut Vectors) {
    let (share, key) = (ShareId::from_bytes([0xa1; 16]), ContentKey::from_bytes([0x5e; 32]));
    let place = PartPlace { share, index: 2 };
    let plaintext: Vec<u8> = (0..CHUNK_LEN + 100).map(|i| (i % 251) as u8).collect();
    let pinned = seal(&key, &place, &plaintext, &mut Counting(0x30));
    let superseded = seal(&key, &place, &plaintext, &mut Counting(0x31));
    let boundary = HEADER_LEN + CHUNK_LEN + TAG_LEN;
    let body = |object: &[u8], chunk: usize| match chunk {
        0 => object[..boundary].to_vec(),
        _ => [&object[..HEADER_LEN], &object[boundary..]].concat(),
    };
    let pin = commitment(&pinned).expect("a sealed object has a header");
    let whole = pinned.len() as u64;
    for (name, about, expect, chunk, len, body) in [
        ("first", "the first chunk of two", "ok", 0, whole, body(&pinned, 0)),
        ("last", "the last chunk of two", "ok", 1, whole, body(&pinned, 1)),
        (
            "superseded",
            "header and chunk of another sealing of the same place",
            "authentication",
            1,
            whole,
            body(&superseded, 1),
        ),
        ("as-first", "the last chunk as the first", "length", 0, whole, body(&pinned, 1)),
        (
            "as-only",
            "the first chunk as that of a shorter part",
            "authentication",
            0,
            boundary as u64,
            body(&pinned, 0),
        ),
        ("beyond", "a chunk that there is not", "length", 2, whole, body(&pinned, 1)),
    ] {
        let of_chunk = plaintext.chunks(CHUNK_LEN).nth(chunk).unwrap_or_default();
        let fields = [
            ("about", about),
            ("kind", "chunk"),
            ("expect", expect),
            ("key", &hex(key.expose())),
            ("share-id", &hex(share.as_bytes())),
            ("index", "2"),
            ("commitment", &hex(pin.as_bytes())),
            ("sealed-len", &len.to_string()),
            ("chunk", &chunk.to_string()),
            ("plaintext-len", &of_chunk.len().to_string()),
            ("plaintext-sha256", &hex(Digest::of(of_chunk).as_bytes())),
        ];
        vectors.push((format!("chunk-{name}"), vector(&fields, &body)));
    }
}

fn lengths(vectors: &mut Vectors) {
    for len in [0, 4096, 4097, 65_536, 65_537, 1 << 24, (1 << 24) + 1, (200 << 30) + 12_345, 600_000_000_000] {
        let padded = padded_len(len).expect("far from the end").to_string();
        let fields = [
            ("about", "Padm\u{e9}"),
            ("kind", "padding"),
            ("expect", "ok"),
            ("len", &len.to_string()),
            ("padded-len", &padded),
        ];
        vectors.push((format!("padding-{len}"), vector(&fields, &[])));
    }
    let parts = [(sealed_len(65_536), Digest::of(b"first")), (sealed_len(6144), Digest::of(b"second"))];
    let lines: String = parts.iter().map(|(len, digest)| format!("{len} {}\n", hex(digest.as_bytes()))).collect();
    let digest = hex(part_list_digest(parts).as_bytes());
    let fields = [("about", "digest over two parts"), ("kind", "part-list"), ("expect", "ok"), ("digest", &*digest)];
    vectors.push(("part-list".to_owned(), vector(&fields, lines.as_bytes())));
}

fn manifests(vectors: &mut Vectors) {
    let manifest = |entries: Value, content_len: u64| {
        let layout = Layout::new(content_len, 65_536).expect("the vectors' sizes are allowed");
        let part = |index| {
            json!({"sealed_len": layout.sealed_part_len(index), "digest": Digest::of(b"part").to_string(),
            "commitment": Commitment::from_bytes([7; 32]).to_string()})
        };
        let parts: Vec<Value> = (0..layout.part_count()).map(part).collect();
        json!({"version": 1, "note": "For you", "part_bytes": 65_536, "entries": entries, "parts": parts})
    };
    let file = |path: &str| json!([{"path": path, "size": 5}]);
    let mut push = |name: &str, about: &str, expect: &str, json: &Value, sums: [u64; 3]| {
        let [entries, content_len, padded_len] = sums.map(|sum| sum.to_string());
        let mut fields = vec![("about", about), ("kind", "manifest"), ("expect", expect)];
        if expect == "ok" {
            fields.extend([("entries", &*entries), ("content-len", &*content_len), ("padded-len", &*padded_len)]);
        }
        vectors.push((format!("manifest-{name}"), vector(&fields, json.to_string().as_bytes())));
    };
    let tree = json!([
        {"path": "report/figures/one.png", "size": 70_000, "modified": 1_790_000_000_000_u64, "type": "image/png"},
        {"path": "report/empty", "folder": true},
        {"path": "\u{65e5}\u{672c}\u{8a9e} <b>.txt", "size": 0},
    ]);
    push("tree", "files, an empty folder and an empty file", "ok", &manifest(tree, 70_000), [3, 70_000, 71_680]);
    push("nothing", "no entry at all", "ok", &manifest(json!([]), 0), [0, 0, 4096]);

    let good = manifest(file("a"), 5);
    let with = |field: &str, value: Value| {
        let mut changed = good.clone();
        changed[field] = value;
        changed
    };
    push("unknown-field", "an unknown field is ignored", "ok", &with("later", json!(1)), [1, 5, 4096]);
    push(
        "critical-field",
        "an unknown field that is critical",
        "critical",
        &with("critical", json!(["later"])),
        [0; 3],
    );
    push("version", "another version", "version", &with("version", json!(2)), [0; 3]);
    push("no-entries", "a field is missing", "malformed", &with("entries", Value::Null), [0; 3]);
    push("part-missing", "a part is missing", "sizes", &with("parts", json!([])), [0; 3]);
    push("part-size", "a part size that is not allowed", "layout", &with("part_bytes", json!(65_537)), [0; 3]);
    let lie = json!([{"path": "a", "size": 5_000}]);
    push("size-lie", "a file that is longer than the parts", "sizes", &with("entries", lie), [0; 3]);
    let overflow = json!([{"path": "a", "size": u64::MAX}, {"path": "b", "size": 2}]);
    push("size-overflow", "sizes that overflow", "sizes", &with("entries", overflow), [0; 3]);
    for (name, path) in [
        ("absolute", "/a"),
        ("trailing-slash", "a/"),
        ("separator", "a\u{2028}b"),
        ("c1", "a\u{85}b"),
        ("isolate", "a\u{2066}b"),
        ("arabic-mark", "a\u{61c}b"),
        ("parent", "a/../../b"),
        ("here", "./a"),
        ("empty", ""),
        ("empty-name", "a//b"),
        ("nul", "a\0b"),
        ("line-break", "a\nb"),
        ("bidi", "invoice\u{202e}fdp.exe"),
    ] {
        push(&format!("path-{name}"), "a path that is refused", "path", &manifest(file(path), 5), [0; 3]);
    }
    let long = "x".repeat(256);
    push("path-long", "a name of 256 bytes", "path", &manifest(file(&long), 5), [0; 3]);
    let deep = vec!["x"; 65].join("/");
    push("path-deep", "65 names", "path", &manifest(file(&deep), 5), [0; 3]);
    let wide = vec!["x".repeat(255); 17].join("/");
    push("path-wide", "more than 4,096 bytes", "path", &manifest(file(&wide), 5), [0; 3]);
    let longest = "x".repeat(255);
    push("path-longest", "a name of 255 bytes", "ok", &manifest(file(&longest), 5), [1, 5, 4096]);
    for (name, first, second) in [
        ("equal", "a", "a"),
        ("case", "A", "a"),
        ("nfc", "caf\u{e9}", "cafe\u{301}"),
        ("folder-case", "Docs/a", "docs/b"),
        ("iota", "\u{1fa2}\u{307}", "\u{1f62}\u{307}\u{3b9}"),
    ] {
        let entries = json!([{"path": first, "size": 5}, {"path": second, "size": 0}]);
        push(
            &format!("duplicate-{name}"),
            "names that some systems take for the same",
            "duplicate",
            &manifest(entries, 5),
            [0; 3],
        );
    }
    let folders = json!([{"path": "a", "folder": true}, {"path": "a", "folder": true}]);
    push("duplicate-folder", "an empty folder twice", "duplicate", &manifest(folders, 0), [0; 3]);
    let sized = json!([{"path": "a", "folder": true, "size": 5}]);
    push("folder-with-size", "a folder with a size", "malformed", &manifest(sized, 5), [0; 3]);
    push("note-escape", "a control character in the note", "text", &with("note", json!("\u{1b}[2J")), [0; 3]);
    let typed = json!([{"path": "a", "size": 5, "type": "text/\u{e9}"}]);
    push("type", "a type that is not ASCII", "text", &with("entries", typed), [0; 3]);
    let late = json!([{"path": "a", "size": 5, "modified": 8_640_000_000_000_001_u64}]);
    push("modified", "a time that no date reaches", "malformed", &with("entries", late), [0; 3]);
    let both = json!([{"path": "a", "size": 5}, {"path": "a/b", "size": 0}]);
    push("file-and-folder", "a name that is both", "file-and-folder", &manifest(both, 5), [0; 3]);
}
