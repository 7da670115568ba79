//! Vectors of recovery phrases and synced keyrings: made and checked.

use serde_json::{Value, json};

use super::builder::{Counting, Vectors, vector};
use super::{Vector, expect, hex};
use crate::id::Verifier;
use crate::keyring::{Keyring, KeyringError};
use crate::phrase::{Phrase, WORDS};
use crate::seal::{KeyringPlace, OpenError, seal};
use crate::secret::{KeyringSecret, OwnerSecret, PushOwnerSecret};

const NUMBERS: [u16; WORDS] = [0, 7775, 1, 2008, 4000, 4001, 5000, 6000, 2008, 7000];
const REVISION: u64 = 258;

pub(super) fn generate(vectors: &mut Vectors) {
    for (name, about, numbers) in [
        ("phrase-drawn", "every value that is derived from a phrase", NUMBERS),
        ("phrase-first", "the first word of the list, ten times", [0; WORDS]),
        ("phrase-last", "the last word of the list, ten times", [7775; WORDS]),
    ] {
        let numbers = numbers.map(|number| number.to_string()).join(" ");
        let mut phrase = vector(&[("about", about), ("kind", "phrase"), ("expect", "ok"), ("numbers", &numbers)], &[]);
        let values = derived(&phrase).expect("the inputs are those above");
        phrase.fields.extend(values.into_iter().map(|(name, value)| (name.to_owned(), value)));
        vectors.push((name.to_owned(), phrase));
    }
    objects(vectors);
    merges(vectors);
}

/// Every value that is derived, by name.
fn derived(vector: &Vector) -> Result<Vec<(&'static str, String)>, String> {
    let numbers: Option<Vec<u16>> = vector.field("numbers")?.split(' ').map(|number| number.parse().ok()).collect();
    let numbers = numbers.and_then(|numbers| numbers.try_into().ok()).ok_or("not ten numbers")?;
    let secret = Phrase::from_numbers(numbers).ok_or("no such word")?.secret();
    let proof = secret.proof();
    Ok(vec![
        ("keyring-secret", hex(secret.expose())),
        ("owner-proof", hex(proof.expose())),
        ("owner-verifier", hex(Verifier::of(&proof).as_bytes())),
        ("keyring-id", hex(secret.keyring_id().as_bytes())),
        ("keyring-key", hex(secret.key().expose())),
    ])
}

pub(super) fn run_phrase(vector: &Vector) -> Result<(), String> {
    derived(vector)?.into_iter().try_for_each(|(name, value)| expect(name, &value, vector.field(name)?))
}

fn share(secret: u8, name: &str) -> Value {
    let secret = OwnerSecret::from_bytes([secret; 32]);
    entry("share", &secret.share_id().to_string(), secret.expose(), name)
}

fn push(secret: u8, name: &str) -> Value {
    let secret = PushOwnerSecret::from_bytes([secret; 32]);
    entry("push", &secret.push_secret().link_id().to_string(), secret.expose(), name)
}

fn entry(kind: &str, id: &str, secret: &[u8; 32], name: &str) -> Value {
    let item = json!({
        "secret": crate::bytes::to_base64url(secret), "origin": "https://example.org", "name": name, "files": 3,
        "for_files": false, "has_password": true, "made_at": 1_790_000_000_000_u64, "ends_at": 1_791_000_000_000_u64,
    });
    json!({"kind": kind, "id": id, "item": item})
}

/// The same entry, said with that stamp.
fn said(mut entry: Value, counter: u64, device: u8) -> Value {
    entry["counter"] = counter.into();
    entry["device"] = crate::bytes::to_base64url(&[device; 8]).into();
    entry
}

fn deleted(mut entry: Value, at: u64) -> Value {
    entry.as_object_mut().expect("it is one").remove("item");
    entry["deleted_at"] = at.into();
    entry
}

fn keyring(entries: &[Value]) -> Value {
    json!({"version": 1, "entries": entries})
}

fn objects(vectors: &mut Vectors) {
    let secret = Phrase::from_numbers(NUMBERS).expect("they are words").secret();
    let whole = || {
        let gone = deleted(said(share(0x12, ""), 7, 2), 1_790_000_000_001);
        keyring(&[said(share(0x11, "Quarterly \u{1f339}"), 5, 1), gone, said(push(0x13, ""), 6, 1)])
    };
    let mut add = |name: &str, about: &str, wanted: &str, revision: u64, json: &Value| {
        let mut plaintext = json.to_string().into_bytes();
        plaintext.resize(65_536, b' ');
        let place = KeyringPlace { keyring: secret.keyring_id(), revision: REVISION };
        let body = seal(&secret.key(), &place, &plaintext, &mut Counting(0x60));
        let (secret, revision) = (hex(secret.expose()), revision.to_string());
        let mut fields = vec![("about", about), ("kind", "keyring"), ("expect", wanted)];
        fields.extend([("keyring-secret", &*secret), ("revision", &*revision)]);
        if wanted == "ok" {
            fields.extend([("entries", "3"), ("kept", "2"), ("first-name", "Quarterly \u{1f339}")]);
        }
        vectors.push((name.to_owned(), vector(&fields, &body)));
    };
    add("keyring", "a share, a push, and what was deleted", "ok", REVISION, &whole());
    add("keyring-older", "in the place of another revision", "authentication", REVISION - 1, &whole());
    let mut other = whole();
    other["entries"][0]["id"] = share(0x14, "")["id"].clone();
    add("keyring-other-id", "a secret that owns another share", "malformed", REVISION, &other);
    let twice = keyring(&[said(share(0x11, "a"), 5, 1), said(share(0x11, "b"), 6, 1)]);
    add("keyring-twice", "two entries of one share", "malformed", REVISION, &twice);
}

fn merges(vectors: &mut Vectors) {
    let mut add = |name: &str, about: &str, one: &[Value], other: &[Value], merged: &[Value]| {
        let text = [one, other, merged].map(|entries| keyring(entries).to_string()).join("\n");
        let fields = [("about", about), ("kind", "keyring-merge"), ("expect", "ok")];
        vectors.push((format!("keyring-merge-{name}"), vector(&fields, text.as_bytes())));
    };
    let a = |name: &str, counter, device| said(share(0x11, name), counter, device);
    let b = |name: &str, counter, device| said(push(0x13, name), counter, device);
    add("both", "what only one says", &[a("a", 1, 1)], &[b("b", 1, 1)], &[a("a", 1, 1), b("b", 1, 1)]);
    add("counter", "the higher counter wins", &[a("a", 2, 1)], &[a("b", 1, 9)], &[a("a", 2, 1)]);
    add("device", "then the higher device", &[a("a", 2, 1)], &[a("b", 2, 9)], &[a("b", 2, 9)]);
    let gone = |counter, device, at| deleted(a("", counter, device), at);
    add("deleted", "a deletion wins by its stamp", &[a("a", 2, 1)], &[gone(3, 1, 5)], &[gone(3, 1, 5)]);
    add("kept", "and loses by it", &[gone(2, 1, 5)], &[a("a", 3, 1)], &[a("a", 3, 1)]);
    add("one-stamp", "two under one stamp: a deletion wins", &[a("a", 2, 1)], &[gone(2, 1, 5)], &[gone(2, 1, 5)]);
}

pub(super) fn run_object(vector: &Vector) -> Result<(), String> {
    let secret = KeyringSecret::from_bytes(vector.bytes("keyring-secret")?);
    let found = match Keyring::open(&secret, vector.number("revision")?, &vector.body) {
        Ok(keyring) => {
            expect("entries", &keyring.entries().count().to_string(), vector.field("entries")?)?;
            expect("kept", &keyring.items().count().to_string(), vector.field("kept")?)?;
            // Of the share: there is one.
            let first = keyring.items().next().ok_or("nothing is kept")?.1;
            expect("first-name", &first.name, vector.field("first-name")?)?;
            "ok"
        }
        Err(KeyringError::Open(OpenError::Authentication)) => "authentication",
        Err(KeyringError::Malformed) => "malformed",
        Err(_) => "refused",
    };
    expect("outcome", found, vector.field("expect")?)
}

/// The body is three keyrings, a line each: the third is what comes of the other two.
pub(super) fn run_merge(vector: &Vector) -> Result<(), String> {
    let keyrings = vector.body.split(|byte| *byte == b'\n').map(Keyring::from_json).collect::<Result<Vec<_>, _>>();
    let [one, other, merged] = keyrings.map_err(|error| error.to_string())?.try_into().map_err(|_| "not three")?;
    let both = [one.clone().merge(other.clone()), other.merge(one)];
    if both.iter().all(|both| *both == merged) {
        expect("outcome", "ok", vector.field("expect")?)
    } else {
        Err("it is another".to_owned())
    }
}
