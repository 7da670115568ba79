//! The document is as strict as the server: what it allows, the server does not refuse for its
//! form; what it does not allow, the server refuses. Every text, number and flag of every call is
//! varied, one at a time.

use http::Method;
use regex::Regex;
use serde_json::{Value, json};
use subrosa_shared::problem::{Problem, ProblemType};
use subrosa_shared::secret::{LinkSecret, OwnerSecret, PushOwnerSecret};

use super::{Described, calls, document};
use crate::support::{Answer, Call, Link, Sender, Server, shared};

/// What says that something has the wrong form, or is out of bounds.
const FORM: [ProblemType; 9] = [
    ProblemType::UnknownEndpoint,
    ProblemType::InvalidPath,
    ProblemType::InvalidProof,
    ProblemType::InvalidBody,
    ProblemType::InvalidDigest,
    ProblemType::ValueOutOfRange,
    ProblemType::ExpiryOutOfRange,
    ProblemType::DownloadsOutOfRange,
    ProblemType::PartSizeOutOfRange,
];

/// A request whose form is right, in pieces.
#[derive(Clone)]
struct Form {
    method: Method,
    template: String,
    path: Vec<(&'static str, String)>,
    headers: Vec<(String, String)>,
    body: Option<Value>,
}

impl Form {
    fn call(&self) -> Call {
        let path = self.path.iter().fold(self.template.clone(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), &percent_encoded(value))
        });
        let call = Call::new(self.method.clone(), path);
        let call = self.headers.iter().fold(call, |call, (name, value)| call.header(name, value));
        match &self.body {
            Some(body) => call.json(body),
            None => call,
        }
    }
}

fn percent_encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).into() } else { format!("%{byte:02X}") }).collect()
}

/// Makes forms of things that exist, so that nothing but the varied value stands in the way.
struct World {
    server: Server,
    document: Value,
    sender: Sender,
    link: Link,
    drawn: u8,
    round: u8,
}

impl World {
    fn secret(&mut self) -> [u8; 32] {
        self.drawn = self.drawn.wrapping_add(1);
        self.round += u8::from(self.drawn == 0);
        let mut secret = [self.drawn; 32];
        secret[0] = self.round;
        secret[1] = 0x77;
        secret
    }

    fn form(&mut self, call: &Described) -> Form {
        let schema = call.operation["requestBody"]["content"]["application/json"]["schema"].clone();
        let mut body = schema.is_object().then(|| self.sample(&schema));
        let mut owner = OwnerSecret::from_bytes([1; 32]).proof().to_text().to_string();
        let (mut share, mut link) = (self.sender.share.to_string(), self.link.id.to_string());
        match call.operation["operationId"].as_str().unwrap() {
            "create_share" => {
                let secret = OwnerSecret::from_bytes(self.secret());
                (share, owner) = (secret.share_id().to_string(), secret.proof().to_text().to_string());
                body.as_mut().unwrap()["owner_verifier"] = json!(secret.verifier());
            }
            "add_link" => {
                let secret = LinkSecret::from_bytes(self.secret());
                link = secret.link_id().to_string();
                body.as_mut().unwrap()["link_verifier"] = json!(secret.verifier());
            }
            "make_push" => {
                let secret = PushOwnerSecret::from_bytes(self.secret());
                let push = secret.push_secret();
                (link, owner) = (push.link_id().to_string(), secret.proof().to_text().to_string());
                body.as_mut().unwrap()["owner_verifier"] = json!(secret.verifier());
                body.as_mut().unwrap()["link_verifier"] = json!(push.verifier());
            }
            _ => {}
        }
        let proof = |name: &str| format!("subrosa-{name}-proof");
        let others = ["link", "open", "lease", "device"].map(|name| (proof(name), "A".repeat(43)));
        let headers = others.into_iter().chain([(proof("owner"), owner)]).collect();
        let path = vec![
            ("share", share),
            ("link", link),
            ("lease", "A".repeat(22)),
            ("keyring", "A".repeat(22)),
            ("index", "0".to_owned()),
            ("content", "1".to_owned()),
        ];
        Form { method: call.method.clone(), template: call.template.clone(), path, headers, body }
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(reference) => self.document.pointer(&reference[1..]).unwrap(),
            None => schema["oneOf"].as_array().map_or(schema, |any| self.resolved(any.last().unwrap())),
        }
    }

    /// A value that a schema allows, with everything in it that may be in it.
    fn sample(&self, schema: &Value) -> Value {
        let schema = self.resolved(schema);
        if let Some(first) = schema["anyOf"].get(0) {
            return self.sample(first);
        }
        if let Some(members) = schema["properties"].as_object() {
            return members.iter().map(|(name, member)| (name.clone(), self.sample(member))).collect();
        }
        match kind(schema) {
            "string" => match schema["minLength"].as_u64() {
                Some(len) => json!("A".repeat(len as usize)),
                None => schema["examples"][0].clone(),
            },
            "integer" => schema["minimum"].clone(),
            "boolean" => json!(true),
            "array" => json!([self.sample(&schema["items"])]),
            kind => panic!("no sample of {kind}: {schema}"),
        }
    }

    /// Every plain value within a body, with its schema.
    fn leaves<'a>(&'a self, schema: &'a Value, pointer: &str, leaves: &mut Vec<(String, &'a Value, bool)>) {
        // What another schema describes may be nothing, too.
        let may_be_null = schema["oneOf"].as_array().into_iter().flatten().any(|one| one["type"] == "null");
        let schema = self.resolved(schema);
        match schema["properties"].as_object() {
            Some(members) => {
                for (name, member) in members {
                    self.leaves(member, &format!("{pointer}/{name}"), leaves);
                }
            }
            None if kind(schema) == "array" => self.leaves(&schema["items"], &format!("{pointer}/0"), leaves),
            None => leaves.push((pointer.to_owned(), schema, may_be_null || allows_null(schema))),
        }
    }

    async fn expect(&self, form: &Form, allowed: bool, what: &str) {
        let answer = self.server.call(form.call()).await;
        let form = is_about_form(&answer);
        let refused = answer.status.is_client_error();
        let told = String::from_utf8_lossy(&answer.body);
        assert!(if allowed { !form } else { refused }, "{what}: allowed is {allowed}, {} {told}", answer.status);
    }
}

fn is_about_form(answer: &Answer) -> bool {
    let problem = serde_json::from_slice::<Problem>(&answer.body).ok().and_then(|problem| problem.problem_type());
    answer.status.is_client_error() && problem.is_some_and(|problem| FORM.contains(&problem))
}

fn kind(schema: &Value) -> &str {
    schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or_default()
}

fn allows_null(schema: &Value) -> bool {
    schema["type"].as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == "null"))
}

/// Whether a schema of a text allows it.
fn allows(schema: &Value, text: &str) -> bool {
    let len = text.chars().count() as u64;
    let any = schema["anyOf"].as_array();
    any.is_none_or(|any| any.iter().any(|schema| allows(schema, text)))
        && schema["minLength"].as_u64().is_none_or(|min| min <= len)
        && schema["maxLength"].as_u64().is_none_or(|max| len <= max)
        && schema["pattern"].as_str().is_none_or(|pattern| Regex::new(pattern).unwrap().is_match(text))
}

/// Texts around one that is allowed.
fn texts(sample: &str) -> Vec<String> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let (most, middle) = (&sample[..sample.len() - 1], sample.len() / 2);
    let mut texts: Vec<String> =
        ["", "0", "00", "01", "+1", "-0", "1e1", "1.0", "9", "999999999", "1000000000", "4294967296"]
            .map(str::to_owned)
            .to_vec();
    texts.extend(["=", "A", "AA", "AAA", "AAAA", "\n", " ", "\0"].map(|more| format!("{sample}{more}")));
    texts.extend(["=", "A", " ", "\n"].map(|before| format!("{before}{sample}")));
    texts.extend(ALPHABET.chars().chain(['=', '+', '/', '.', '\u{e9}']).map(|last| format!("{most}{last}")));
    texts.extend(['=', '+', '/', '.', ' '].map(|c| format!("{}{c}{}", &sample[..middle], &sample[middle + 1..])));
    texts.extend([most.to_owned(), sample.to_owned(), sample.to_lowercase(), sample.repeat(2)]);
    texts.extend(sample.len().checked_sub(2).map(|len| sample[..len].to_owned()));
    texts
}

/// Values for a place in a body, each with whether its schema allows it.
fn values(schema: &Value, sample: &Value, may_be_null: bool) -> Vec<(Value, bool)> {
    let mut values = vec![(Value::Null, may_be_null), (json!([]), false), (json!({}), false)];
    match kind(schema) {
        "integer" => {
            let (min, max) = (schema["minimum"].as_i64().unwrap(), schema["maximum"].as_i64());
            values.extend([(json!(min), true), (json!(min - 1), false), (json!(-1), false), (json!(1.5), false)]);
            values.extend([(json!(min.to_string()), false), (json!(true), false), (json!(1.0), false)]);
            // The largest number of a width is no bound of the server's: it tells its own at
            // `/config`.
            values.extend(max.filter(|max| *max < u32::MAX.into()).map(|max| (json!(max), true)));
            values.extend(max.map(|max| (json!(max + 1), false)));
            values.extend(schema["multipleOf"].as_i64().map(|step| (json!(min + step / 2), false)));
        }
        "boolean" => {
            values.extend([(json!(true), true), (json!(false), true), (json!(1), false), (json!("true"), false)]);
        }
        _ => {
            let texts = texts(sample.as_str().unwrap()).into_iter();
            values.extend(texts.map(|text| (json!(text), allows(schema, &text))));
            let any = schema["anyOf"].as_array().into_iter().flatten();
            values.extend(any.map(|one| (json!("A".repeat(one["minLength"].as_u64().unwrap() as usize)), true)));
        }
    }
    values
}

async fn world() -> World {
    let server = Server::start_with(&["--expiry-secs-min", "1"]).await;
    let document = document(&server).await;
    let (sender, link) = shared(&server, Link::new(9)).await;
    World { server, document, sender, link, drawn: 0, round: 0 }
}

#[tokio::test]
async fn what_bodies_may_hold_is_what_the_document_allows() {
    let mut world = world().await;
    let (mut tried, mut allowed_count) = (0, 0);
    for call in calls(&world.document.clone()) {
        let schema = call.operation["requestBody"]["content"]["application/json"]["schema"].clone();
        if !schema.is_object() {
            continue;
        }
        let mut form = world.form(&call);
        form.body.as_mut().unwrap()["unknown"] = json!(1);
        world.expect(&form, false, &format!("{} with an unknown field", call.name())).await;
        let mut leaves = Vec::new();
        world.leaves(&schema, "", &mut leaves);
        let leaves: Vec<(String, Value, bool)> =
            leaves.into_iter().map(|(at, schema, may_be_null)| (at, schema.clone(), may_be_null)).collect();
        for (pointer, schema, may_be_null) in leaves {
            let sample = world.form(&call).body.unwrap().pointer(&pointer).unwrap().clone();
            for (value, allowed) in values(&schema, &sample, may_be_null) {
                let mut form = world.form(&call);
                *form.body.as_mut().unwrap().pointer_mut(&pointer).unwrap() = value.clone();
                let shown: String = value.to_string().chars().take(60).collect();
                world.expect(&form, allowed, &format!("{} {pointer} = {shown}", call.name())).await;
                (tried, allowed_count) = (tried + 1, allowed_count + u32::from(allowed));
            }
        }
    }
    assert!(tried > 500 && allowed_count > 100, "{tried} values, {allowed_count} of them allowed");
}

#[tokio::test]
async fn what_paths_and_proofs_may_be_is_what_the_document_allows() {
    let mut world = world().await;
    let mut tried = 0;
    for call in calls(&world.document.clone()) {
        let form = world.form(&call);
        let in_path = call.operation["parameters"].as_array().into_iter().flatten().filter(|one| one["in"] == "path");
        for parameter in in_path {
            let place = form.path.iter().position(|(name, _)| parameter["name"] == *name).unwrap();
            let schema = world.resolved(&parameter["schema"]).clone();
            for text in texts(&form.path[place].1) {
                let mut form = form.clone();
                form.path[place].1.clone_from(&text);
                let allowed = allows(&schema, &text);
                world.expect_path(&form, allowed, &format!("{} {} = {text:?}", call.name(), parameter["name"])).await;
                tried += 1;
            }
        }
        for name in call.proofs().into_iter().flatten() {
            let scheme = &world.document["components"]["securitySchemes"][name];
            let pattern = scheme["description"].as_str().unwrap().split('`').nth(1).unwrap().to_owned();
            let header = scheme["name"].as_str().unwrap();
            let place = form.headers.iter().position(|(known, _)| known == header).unwrap();
            for text in texts(&form.headers[place].1).into_iter().filter(|text| is_header_value(text)) {
                let mut form = form.clone();
                form.headers[place].1.clone_from(&text);
                let allowed = Regex::new(&pattern).unwrap().is_match(&text);
                world.expect(&form, allowed, &format!("{} {header}: {text:?}", call.name())).await;
                tried += 1;
            }
        }
    }
    assert!(tried > 1000, "{tried}");
}

impl World {
    /// What a path refuses for its form is told so before anything else is looked at, and no other
    /// is.
    async fn expect_path(&self, form: &Form, allowed: bool, what: &str) {
        let answer = self.server.call(form.call()).await;
        let problem = serde_json::from_slice::<Problem>(&answer.body).ok().and_then(|problem| problem.problem_type());
        let refused = [Some(ProblemType::InvalidPath), Some(ProblemType::UnknownEndpoint)].contains(&problem);
        assert_eq!(refused, !allowed, "{what}: {} {problem:?}", answer.status);
    }
}

fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A field that stands twice, and numbers that JSON spells in two ways.
#[tokio::test]
async fn bodies_are_read_in_one_way_only() {
    let mut world = world().await;
    let calls = calls(&world.document.clone());
    let call = calls.iter().find(|call| call.operation["operationId"] == "change_share").unwrap();
    for (body, allowed) in [
        (r#"{"expires_in_secs": 60}"#, true),
        (r#" {"expires_in_secs"	:60 } "#, true),
        (r#"{"expires_in_secs": 60, "expires_in_secs": 60}"#, false),
        (r#"{"expires_in_secs": 6e1}"#, false),
        (r#"{"expires_in_secs": 60.0}"#, false),
        (r#"{"expires_in_secs": -0}"#, false),
        (r#"{"expires_in_secs": 060}"#, false),
        (r#"{"expires_in_secs": "\ud800"}"#, false),
        ("\u{feff}{}", false),
        ("{}{}", false),
        ("", false),
    ] {
        let form = world.form(call);
        let owner = &form.headers.iter().find(|(name, _)| name == "subrosa-owner-proof").unwrap().1;
        let path = form.template.replace("{share}", &form.path[0].1);
        let call = Call::patch(path).header("subrosa-owner-proof", owner).header("content-type", "application/json");
        let answer = world.server.call(call.body(body)).await;
        assert_eq!(answer.status.is_success(), allowed, "{body}: {}", answer.status);
    }
}
