//! Vectors of pushes: made and checked.

use serde_json::{Value, json};

use super::builder::{Counting, Vectors, vector};
use super::{Vector, expect, hex};
use crate::id::{Digest, LinkId, Verifier};
use crate::keys::FragmentSecret as _;
use crate::password::{Password, Suite};
use crate::push::{Face, Payload, PushError, PushNote};
use crate::seal::{OpenError, SealingKey, seal};
use crate::secret::{FaceKey, LeaseSecret, PayloadKey, PushNoteKey, PushOwnerSecret};

const KEY: [u8; 32] = [0x5e; 32];
const LINK: LinkId = LinkId::from_bytes([0xb2; 16]);

pub(super) fn generate(vectors: &mut Vectors) {
    keys(vectors);
    objects(vectors);
}

fn keys(vectors: &mut Vectors) {
    for (name, about, passphrase) in [
        ("push-keys-without-passphrase", "every derived value of a push without a passphrase", ""),
        ("push-keys-with-passphrase", "every derived value of a push with a passphrase", "Caf\u{e9} au lait"),
    ] {
        let fields = [("about", about), ("kind", "push-keys"), ("expect", "ok"), ("passphrase", passphrase)];
        let mut keys = vector(&fields, &[]);
        for (name, first) in [("push-owner-secret", 0x20), ("lease-secret", 0x70)] {
            let bytes: [u8; 32] = std::array::from_fn(|i| first + i as u8);
            keys.fields.insert(name.to_owned(), hex(&bytes));
        }
        let values = derived(&keys).expect("the inputs are those above");
        keys.fields.extend(values.into_iter().map(|(name, value)| (name.to_owned(), value)));
        vectors.push((name.to_owned(), keys));
    }
}

/// Every value that is derived, by name.
fn derived(vector: &Vector) -> Result<Vec<(&'static str, String)>, String> {
    let owner = PushOwnerSecret::from_bytes(vector.bytes("push-owner-secret")?);
    let lease = LeaseSecret::from_bytes(vector.bytes("lease-secret")?);
    let push = owner.push_secret();
    let stretched = match vector.field("passphrase")? {
        "" => None,
        typed => Some(Password::new(typed).map_err(|error| error.to_string())?.stretch(Suite::One, &push)),
    };
    let keys = push.keys(stretched.as_ref());
    let payload = Digest::of(b"payload");
    let receipt = keys.receipt.receipt(&push.link_id(), &lease.lease_id(), &payload);
    Ok(vec![
        ("owner-proof", hex(owner.proof().expose())),
        ("owner-verifier", hex(owner.verifier().as_bytes())),
        ("owner-token", owner.to_token().to_string()),
        ("note-key", hex(owner.note_key().expose())),
        ("push-secret", hex(push.expose())),
        ("push-token", push.to_token().to_string()),
        ("link-proof", hex(push.proof().expose())),
        ("link-verifier", hex(push.verifier().as_bytes())),
        ("link-id", hex(push.link_id().as_bytes())),
        ("face-key", hex(push.face_key().expose())),
        ("passphrase-salt", hex(&push.password_salt())),
        ("stretched-passphrase", stretched.map_or(String::new(), |stretched| hex(stretched.expose()))),
        ("open-proof", hex(keys.open_proof.expose())),
        ("open-verifier", hex(Verifier::of(&keys.open_proof).as_bytes())),
        ("payload-key", hex(keys.payload.expose())),
        ("receipt-key", hex(keys.receipt.expose())),
        ("payload-digest", hex(payload.as_bytes())),
        ("receipt", hex(receipt.as_bytes())),
    ])
}

pub(super) fn run_keys(vector: &Vector) -> Result<(), String> {
    derived(vector)?.into_iter().try_for_each(|(name, value)| expect(name, &value, vector.field(name)?))
}

fn objects(vectors: &mut Vectors) {
    let mut object = |name: &str, about: &str, wanted: &str, role: &str, body: &[u8], values: &[(&str, &str)]| {
        let (key, link) = (hex(&KEY), hex(LINK.as_bytes()));
        let mut fields = vec![("about", about), ("kind", "push"), ("expect", wanted), ("role", role)];
        fields.extend([("key", &*key), ("link-id", &*link)]);
        fields.extend(values);
        vectors.push((format!("push-{name}"), vector(&fields, body)));
    };
    let payload = |json: &Value| filled(&PayloadKey::from_bytes(KEY), json, 512);
    let face = |json: &Value| filled(&FaceKey::from_bytes(KEY), json, 512);
    let note = |json: &Value| filled(&PushNoteKey::from_bytes(KEY), json, 1024);

    let password = json!({"version": 1, "kind": "password", "password": "pa\"ss \u{1f339}"});
    let good = payload(&password);
    object("password", "a password", "ok", "payload", &good, &[("of", "password"), ("password", "pa\"ss \u{1f339}")]);
    let login = json!({"version": 1, "kind": "login", "user": "anna", "password": "secret", "note": ""});
    let fields = [("of", "login"), ("user", "anna"), ("password", "secret"), ("note", "")];
    object("login", "a login without a note", "ok", "payload", &payload(&login), &fields);
    let url = json!({"version": 1, "kind": "url", "url": "https://example.org/?a=b#c"});
    let fields = [("of", "url"), ("url", "https://example.org/?a=b#c")];
    object("url", "a web address", "ok", "payload", &payload(&url), &fields);
    let long = "\u{20ac}".repeat(1000);
    let text = json!({"version": 1, "kind": "note", "note": &long});
    let body = filled(&PayloadKey::from_bytes(KEY), &text, 4096);
    object("note", "a note that takes 4,096 bytes", "ok", "payload", &body, &[("of", "note"), ("note", &long)]);
    let later = json!({"version": 1, "kind": "note", "note": "x", "later": [1]});
    let fields = [("of", "note"), ("note", "x")];
    object("unknown-field", "an unknown field is ignored", "ok", "payload", &payload(&later), &fields);

    for (name, about, json) in [
        ("version", "another version", json!({"version": 2, "kind": "note", "note": "x"})),
        ("kind", "an unknown kind", json!({"version": 1, "kind": "file", "note": "x"})),
        ("empty", "nothing is handed over", json!({"version": 1, "kind": "password", "password": ""})),
        ("script", "an address that runs a script", json!({"version": 1, "kind": "url", "url": "javascript:alert(1)"})),
        ("user", "an address with a user name", json!({"version": 1, "kind": "url", "url": "https://a@b.example/"})),
        ("space", "an address with white space", json!({"version": 1, "kind": "url", "url": "https://a.example/ b"})),
        (
            "backslash",
            "an address with a backslash",
            json!({"version": 1, "kind": "url", "url": "https://a.example\\@b"}),
        ),
        (
            "invisible",
            "an address with an invisible letter",
            json!({"version": 1, "kind": "url", "url": "https://a\u{200b}.example"}),
        ),
        (
            "fullwidth",
            "an address with a sign that becomes a slash",
            json!({"version": 1, "kind": "url", "url": "https://a.example\u{ff0f}b"}),
        ),
        (
            "stop",
            "an address with a number that browsers take apart into a digit and a full stop",
            json!({"version": 1, "kind": "url", "url": "https://a\u{2488}example/"}),
        ),
        (
            "port",
            "an address with a port that there is not",
            json!({"version": 1, "kind": "url", "url": "https://a.example:99999/"}),
        ),
        ("line-break", "a password of two lines", json!({"version": 1, "kind": "password", "password": "a\nb"})),
        ("no-host", "an address without a host", json!({"version": 1, "kind": "url", "url": "https:///a"})),
    ] {
        object(&format!("bad-{name}"), about, "malformed", "payload", &payload(&json), &[]);
    }
    let odd = filled(&PayloadKey::from_bytes(KEY), &password, 640);
    object("bad-length", "a length that is not padded", "length", "payload", &odd, &[]);
    let short = filled(&PayloadKey::from_bytes(KEY), &password, 256);
    object("bad-short", "shorter than any payload", "length", "payload", &short, &[]);
    let huge = filled(&PayloadKey::from_bytes(KEY), &password, 131_072);
    object("bad-long", "longer than any payload", "length", "payload", &huge, &[]);
    let mut altered = good.clone();
    *altered.last_mut().expect("not empty") ^= 1;
    object("bad-altered", "the last bit flipped", "authentication", "payload", &altered, &[]);
    object("bad-role", "a payload in the place of a face", "authentication", "face", &good, &[]);

    let told = json!({"version": 1, "kind": "login", "from": "Anna", "for_files": true});
    let fields = [("of", "login"), ("from", "Anna"), ("for-files", "true")];
    object("face", "a face", "ok", "face", &face(&told), &fields);
    let plain = json!({"version": 1, "kind": "note"});
    let fields = [("of", "note"), ("from", ""), ("for-files", "false")];
    object("face-plain", "a face that tells the least", "ok", "face", &face(&plain), &fields);
    for (name, about, from) in [
        ("line", "a line break", "a\nb"),
        ("bidi", "text that turns around", "\u{202e}anna"),
        ("long", "101 characters", &"x".repeat(101)),
    ] {
        let json = json!({"version": 1, "kind": "note", "from": from});
        object(&format!("face-bad-{name}"), about, "malformed", "face", &face(&json), &[]);
    }
    let receipt_key = "Xl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl4";
    let digest = Digest::of(b"payload");
    let kept = json!({"version": 1, "label": "VPN", "receipt_key": receipt_key, "payload_digest": digest.to_string()});
    let digest = hex(digest.as_bytes());
    let key = hex(&KEY);
    let fields = [("label", "VPN"), ("receipt-key", &*key), ("payload-digest", &*digest)];
    object("owner-note", "an owner's note", "ok", "push-note", &note(&kept), &fields);
}

fn filled<K: SealingKey<Context = LinkId>>(key: &K, json: &Value, len: usize) -> Vec<u8> {
    let mut plaintext = json.to_string().into_bytes();
    plaintext.resize(len, b' ');
    seal(key, &LINK, &plaintext, &mut Counting(0x30))
}

pub(super) fn run_object(vector: &Vector) -> Result<(), String> {
    let key = vector.bytes("key")?;
    let link = LinkId::from_bytes(vector.bytes("link-id")?);
    let opened = match vector.field("role")? {
        "face" => Face::open(&FaceKey::from_bytes(key), &link, &vector.body).map(|face| {
            let Face { kind, from, for_files } = face;
            vec![("of", name(kind)), ("from", from.unwrap_or_default()), ("for-files", for_files.to_string())]
        }),
        "payload" => Payload::open(&PayloadKey::from_bytes(key), &link, &vector.body).map(|payload| {
            let fields = payload.fields().into_iter().map(|(name, text)| (name, text.to_owned()));
            [("of", name(payload.kind()))].into_iter().chain(fields).collect()
        }),
        "push-note" => PushNote::open(&PushNoteKey::from_bytes(key), &link, &vector.body).map(|note| {
            let PushNote { label, receipt_key, payload_digest } = note;
            let (receipt_key, digest) = (hex(receipt_key.expose()), hex(payload_digest.as_bytes()));
            vec![("label", label), ("receipt-key", receipt_key), ("payload-digest", digest)]
        }),
        role => return Err(format!("unknown role {role}")),
    };
    let found = match opened {
        Ok(values) => {
            values.iter().try_for_each(|(name, value)| expect(name, value, vector.field(name)?))?;
            "ok"
        }
        Err(PushError::Open(OpenError::Length)) => "length",
        Err(PushError::Open(OpenError::Version)) => "version",
        Err(PushError::Open(OpenError::Authentication)) => "authentication",
        Err(_) => "malformed",
    };
    expect("outcome", found, vector.field("expect")?)
}

/// As it stands in JSON.
fn name(kind: crate::push::Kind) -> String {
    let Ok(Value::String(name)) = serde_json::to_value(kind) else { return String::new() };
    name
}
