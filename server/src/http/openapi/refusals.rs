//! Which problems a call answers with: said per call and status. Most follow from what the call
//! takes; the rest stands here by its name. The tests of the calls compare every refusal that they
//! get with this.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use subrosa_shared::limits::{JSON_BYTES_MAX, LINKS_BODY_BYTES_MAX, OWNER_NOTE_BYTES_MAX, PUSH_BODY_BYTES_MAX};
use subrosa_shared::problem::{CONTENT_TYPE, ProblemType};

use ProblemType as P;

/// What any call can be answered with, whatever it is.
pub(super) const ANY: [P; 7] = [
    P::UnknownEndpoint,
    P::MethodNotAllowed,
    P::HeadersTooLarge,
    P::RequestTimeout,
    P::StorageFull,
    P::Busy,
    P::Internal,
];

/// What a call of that name refuses with beyond what follows from what it takes.
fn own(operation: &str) -> &'static [P] {
    match operation {
        "create_share" => &[P::IdMismatch, P::AlreadyExists, P::Gone, P::ExpiryOutOfRange, P::PartSizeOutOfRange],
        "change_share" => &[P::Gone, P::ExpiryOutOfRange],
        "begin_content" => {
            &[P::Gone, P::NotComplete, P::AlreadyExists, P::TooManyContents, P::ValueOutOfRange, P::PartSizeOutOfRange]
        }
        "remove_content" => &[P::Gone, P::NotComplete, P::ContentInUse],
        "complete_content" => &[P::Gone, P::AlreadyComplete, P::IncompleteUpload, P::ShareTooLarge],
        "move_links" => &[P::Gone, P::NotComplete, P::DownloadsOutOfRange, P::ValueOutOfRange, P::PasswordRequired],
        "list_parts" | "read_part_back" | "read_manifest_back" => &[P::Gone],
        "store_part" => &[P::Gone, P::AlreadyComplete, P::PartOutOfRange, P::ValueOutOfRange],
        "store_manifest" => &[P::Gone, P::AlreadyComplete, P::ValueOutOfRange],
        "store_note" => &[P::Gone, P::BodyTooLarge, P::NoteChanged, P::MalformedRequest],
        "store_keyring" => &[P::KeyringChanged, P::ValueOutOfRange, P::MalformedRequest],
        "add_link" | "add_links" => &[
            P::Gone,
            P::IdMismatch,
            P::AlreadyExists,
            P::NotComplete,
            P::TooManyLinks,
            P::DownloadsOutOfRange,
            P::ValueOutOfRange,
            P::ExpiryOutOfRange,
            P::PasswordRequired,
        ],
        "change_link" => &[
            P::Gone,
            P::AlreadyExists,
            P::DownloadsOutOfRange,
            P::ValueOutOfRange,
            P::ExpiryOutOfRange,
            P::PasswordRequired,
        ],
        "destroy_link" | "destroy_push" => &[P::DestroyNotAllowed],
        "grant_lease" | "reveal_push" => &[P::NoDownloadLeft, P::LeaseEnded],
        "fetch_part" => &[P::Gone, P::Paused, P::NoDownloadLeft, P::LeaseEnded, P::LeaseSpent],
        "finish_lease" => &[P::IdMismatch, P::Gone, P::LeaseEnded, P::LeaseNotStarted],
        "acknowledge_push" => &[P::Gone, P::LeaseEnded, P::LeaseNotStarted],
        "make_push" => &[P::IdMismatch, P::AlreadyExists, P::Gone, P::ExpiryOutOfRange, P::ValueOutOfRange],
        "change_push" => &[P::Gone, P::ExpiryOutOfRange, P::ValueOutOfRange],
        _ => &[],
    }
}

/// What follows from what a call takes.
fn implied(operation: &Value) -> Vec<P> {
    let mut problems = vec![P::InvalidPath];
    let takes_proof = |name: &str| operation["security"][0].get(name).is_some();
    if operation["security"].is_array() {
        problems.extend([P::InvalidProof, P::NotFound, P::ContentLost]);
    }
    if takes_proof("open") {
        problems.extend([P::WrongPassword, P::TooManyGuesses, P::Locked, P::Paused, P::Gone]);
    }
    let content = &operation["requestBody"]["content"];
    if content.get("application/octet-stream").is_some() {
        problems.extend([P::UnsupportedMediaType, P::InvalidLength, P::IncompleteBody, P::InvalidDigest]);
        problems.extend([P::DigestMismatch, P::NotSealed]);
    } else if content.get("application/json").is_some() {
        problems.extend([P::UnsupportedMediaType, P::InvalidBody, P::BodyTooLarge, P::IncompleteBody]);
    } else {
        problems.push(P::InvalidBody);
    }
    let parameters = operation["parameters"].as_array().into_iter().flatten();
    if parameters.into_iter().any(|parameter| parameter["name"] == "range") {
        problems.push(P::RangeNotSatisfiable);
    }
    problems
}

/// Writes into every call what it refuses with, and how large its body may be.
pub(super) fn describe(document: &mut Value) {
    let items = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in items.filter_map(Value::as_object_mut).flat_map(Map::values_mut) {
        let name = operation["operationId"].as_str().unwrap_or_default().to_owned();
        let mut by_status = BTreeMap::<u16, String>::new();
        let (own, implied) = (own(&name), implied(operation));
        for problem in P::ALL.iter().filter(|problem| own.contains(problem) || implied.contains(problem)) {
            let line = format!("- `{}`: {}\n", problem.uri(), problem.title());
            by_status.entry(problem.status()).or_default().push_str(&line);
        }
        for (status, description) in by_status {
            operation["responses"][status.to_string()] = json!({
                "description": description,
                "headers": { "Retry-After": { "$ref": "#/components/headers/RetryAfter" } },
                "content": { CONTENT_TYPE: { "schema": { "$ref": "#/components/schemas/Problem" } } },
            });
        }
        if let Some(body) = operation.get_mut("requestBody").and_then(Value::as_object_mut) {
            body.insert("description".to_owned(), body_description(&name).into());
        }
    }
}

fn body_description(operation: &str) -> String {
    match operation {
        "store_part" => {
            "A sealed part, of a length that the part size of its content gives: PROTOCOL.md sections 4 and 5."
                .to_owned()
        }
        "store_manifest" => "The sealed manifest: PROTOCOL.md section 7.".to_owned(),
        "store_keyring" => {
            "The sealed keyring, of 65,617, 131,169, 262,273, 524,481 or 1,048,897 bytes: PROTOCOL.md section 13."
                .to_owned()
        }
        "store_note" => format!("The sealed note, at most {OWNER_NOTE_BYTES_MAX} bytes: PROTOCOL.md section 9."),
        "add_links" | "move_links" => format!("At most {LINKS_BODY_BYTES_MAX} bytes."),
        "make_push" => format!("At most {PUSH_BODY_BYTES_MAX} bytes."),
        _ => format!("At most {JSON_BYTES_MAX} bytes."),
    }
}
