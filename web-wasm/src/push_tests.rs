#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use serde_json::{Value, json};
use subrosa_shared::api::{LinkCounters, LinkState, LinkStatus, PushStatus, PutPush, RequestLease, StoredReceipt};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::Receipt;
use subrosa_shared::push::{LineProblem, PAYLOAD_BYTES_MAX, PushError};
use subrosa_shared::time::Timestamp;

use super::*;
use crate::push_sender::{Form, PushSendError, PushSender, PushTerms};
use crate::sender::Confirmed;

const RNG: UnwrapErr<SysRng> = UnwrapErr(SysRng);
const TERMS: PushTerms =
    PushTerms { views_max: 1, expires_in_secs: 3600, recipient_may_destroy: true, destroy_after_guesses: None };
const NOW: Timestamp = Timestamp::from_millis(0);

fn form(json: Value) -> Form {
    serde_json::from_value(json).unwrap()
}

fn passphrase(typed: &str) -> Password {
    Password::new(typed).unwrap()
}

fn push(content: Value, typed: Option<&str>) -> Result<(PushSender, PutPush), PushSendError> {
    let sender = PushSender::draw(&mut RNG.clone());
    let put = sender.put(form(content), typed.map(passphrase).as_ref(), TERMS, &mut RNG.clone())?;
    Ok((sender, put))
}

fn reader(sender: &PushSender) -> PushReader {
    PushReader::from_text(&format!("https://example.org/p#{}", *sender.link_token())).unwrap()
}

/// Asks for the payload as a page does, and takes what a server answers.
fn reveal(reader: &mut PushReader, put: &PutPush, typed: Option<&str>) -> Result<Revealed, RevealError> {
    reader.looked(&put.lock.face)?;
    reader.unlock(typed.map(passphrase).as_ref());
    reader.held.hold_lease(None, &mut RNG.clone());
    let RequestLease { lease_verifier } = reader.held.request_lease().unwrap();
    let lease = LeaseId::derive(&lease_verifier);
    reader.revealed(lease, &put.lock.payload)
}

fn status(sender: &PushSender, put: &PutPush, receipts: Vec<StoredReceipt>) -> PushStatus {
    let link = LinkStatus {
        link: sender.link_id(),
        state: LinkState::Ready,
        gone: None,
        needs_password: put.lock.needs_password,
        expires_at: NOW,
        downloads_max: 1,
        downloads_taken: 0,
        recipient_may_destroy: true,
        counters: LinkCounters::default(),
        receipts,
        content: ContentNumber::FIRST,
        waits_for_editions: false,
    };
    PushStatus { created_at: NOW, note: put.note.clone(), link }
}

#[test]
fn what_was_pushed_is_told_and_revealed_field_by_field() {
    let content = json!({ "kind": "login", "from": " Ada\u{202e}\n ", "label": "printer", "forFiles": true,
        "user": "ada", "password": "s3 crét", "note": "" });
    let (sender, put) = push(content, Some("Päßwort")).unwrap();
    assert!(put.lock.needs_password && put.recipient_may_destroy && put.views_max == 1);
    let mut reader = reader(&sender);
    assert_eq!(reader.link_id(), LinkId::derive_push(&put.link_verifier));
    let looked = reader.looked(&put.lock.face).unwrap();
    assert_eq!(looked, Looked { kind: Kind::Login, from: Some("Ada".to_owned()), for_files: true });

    let revealed = reveal(&mut reader, &put, Some("Pa\u{308}ßwort")).unwrap();
    assert_eq!(
        serde_json::to_value(&revealed).unwrap(),
        json!({ "kind": "login", "fields": [
            { "name": "user", "secret": false, "empty": false },
            { "name": "password", "secret": true, "empty": false },
            { "name": "note", "secret": true, "empty": true },
        ] })
    );
    assert_eq!((reader.field("user"), reader.field("password")), (Ok("ada"), Ok("s3 crét")));
    assert_eq!(reader.field("url"), Err(RevealError::NoSuchField));
    reader.forget();
    assert_eq!(reader.field("password"), Err(RevealError::NoSuchField), "wiped");
    assert!(reader.finish_lease().is_ok(), "and still confirmed");
}

#[test]
fn every_kind_comes_back_with_its_own_fields_only() {
    let all = json!({ "user": "u", "password": "p", "note": "n", "url": " http://example.org/?q#f \n" });
    for (kind, fields) in [
        ("password", vec![("password", "p")]),
        ("login", vec![("user", "u"), ("password", "p"), ("note", "n")]),
        ("note", vec![("note", "n")]),
        ("url", vec![("url", "http://example.org/?q#f")]),
    ] {
        let mut content = all.clone();
        content["kind"] = kind.into();
        let (sender, put) = push(content, None).unwrap();
        let mut reader = reader(&sender);
        let revealed = reveal(&mut reader, &put, None).unwrap();
        let names: Vec<_> =
            revealed.fields.iter().map(|field| (field.name, reader.field(field.name).unwrap())).collect();
        assert_eq!(names, fields);
        let looked = reader.looked(&put.lock.face).unwrap();
        assert_eq!((looked.kind, looked.from, looked.for_files), (revealed.kind, None, false));
    }
}

#[test]
fn addresses_that_deceive_are_refused() {
    for url in [
        "javascript:alert(1)",
        "data:text/html,x",
        "https://bank.example@evil.example/",
        "https://user:pass@example.org/",
        "ftp://example.org",
        "example.org",
        "https://",
        "https://exa mple.org",
        "https:\\\\example.org",
    ] {
        let refused = push(json!({ "kind": "url", "url": url }), None).unwrap_err();
        assert!(matches!(refused, PushSendError::Payload(PushError::Url(_))), "{url}");
    }
    assert!(push(json!({ "kind": "url", "url": "HTTP://localhost:8080/a@b" }), None).is_ok());
}

#[test]
fn what_is_missing_or_too_long_is_said() {
    let refused = |content| push(content, None).unwrap_err();
    assert_eq!(refused(json!({ "kind": "password", "note": "x" })), PushSendError::Payload(PushError::Empty));
    let long = "x".repeat(101);
    assert_eq!(
        refused(json!({ "kind": "note", "note": "x", "from": long })),
        PushSendError::From(LineProblem::TooLong)
    );
    assert_eq!(
        refused(json!({ "kind": "note", "note": "x", "label": long })),
        PushSendError::Label(LineProblem::TooLong)
    );
    let unseen = PushSendError::From(LineProblem::Character('\u{200b}'));
    assert_eq!(refused(json!({ "kind": "note", "note": "x", "from": "IT\u{200b}" })), unseen);
    let unseen = PushSendError::Label(LineProblem::Character('\u{3164}'));
    assert_eq!(refused(json!({ "kind": "note", "note": "x", "label": "\u{3164}" })), unseen);
    // 100 characters of any length are one line.
    let widest = "\u{10ffff}".repeat(100);
    assert!(push(json!({ "kind": "note", "note": "x", "from": widest, "label": widest }), None).is_ok());
    let frame = r#"{"version":1,"kind":"note","note":""}"#.len();
    let longest = "x".repeat(PAYLOAD_BYTES_MAX - frame);
    let (sender, put) = push(json!({ "kind": "note", "note": longest }), None).unwrap();
    let mut reader = reader(&sender);
    reveal(&mut reader, &put, None).unwrap();
    assert_eq!(reader.field("note").unwrap(), longest);
    assert!(serde_json::to_string(&put).unwrap().len() < 128 * 1024, "the body is one that servers take");
    let refused = refused(json!({ "kind": "note", "note": longest + "x" }));
    assert_eq!(refused, PushSendError::Payload(PushError::TooLong));
    assert!(serde_json::from_str::<Form>(r#"{"kind":"file"}"#).is_err());
}

#[test]
fn nothing_else_opens_a_push() {
    let secret = || json!({ "kind": "password", "password": "secret" });
    let (sender, put) = push(secret(), Some("right")).unwrap();
    let (other_sender, other) = push(secret(), Some("right")).unwrap();
    let mut reader = reader(&sender);
    for typed in [Some("wrong"), None] {
        assert_eq!(reveal(&mut reader, &put, typed), Err(RevealError::Altered));
    }
    let mut altered = put.clone();
    *altered.lock.payload.last_mut().unwrap() ^= 1;
    *altered.lock.face.last_mut().unwrap() ^= 1;
    assert_eq!(reveal(&mut reader, &altered, Some("right")), Err(RevealError::Altered));
    assert_eq!(reader.looked(&altered.lock.face), Err(RevealError::Altered));
    assert_eq!(reveal(&mut reader, &other, Some("right")), Err(RevealError::Altered), "of another link");
    assert_eq!(reader.looked(&other.lock.face), Err(RevealError::Altered));
    assert_eq!(reader.field("password"), Err(RevealError::NoSuchField), "nothing of it stayed");
    assert_eq!(reader.finish_lease(), Err(OutOfOrder), "and nothing is confirmed");
    assert_ne!(*sender.owner_proof(), *other_sender.owner_proof());
    let text = format!("{:?}", (&sender, &reader, &put.lock.needs_password));
    assert!(!text.contains("secret\"") && !text.contains(&*sender.link_token()), "{text}");
    assert!(reveal(&mut reader, &put, Some("right")).is_ok());
}

#[test]
fn an_answer_to_another_request_is_refused() {
    let (sender, put) = push(json!({ "kind": "note", "note": "x" }), None).unwrap();
    let mut reader = reader(&sender);
    let lease = LeaseId::from_bytes([7; 16]);
    assert_eq!(reader.revealed(lease, &put.lock.payload), Err(RevealError::OutOfOrder(OutOfOrder)));
    reader.unlock(None);
    reader.held.hold_lease(None, &mut RNG.clone());
    assert_eq!(reader.revealed(lease, &put.lock.payload), Err(RevealError::Answer));
}

#[test]
fn receipts_are_confirmed_on_any_device_of_the_owner() {
    let content = json!({ "kind": "password", "password": "p", "label": "for Bo" });
    let (sender, put) = push(content, Some("phrase")).unwrap();
    let mut reader = reader(&sender);
    reveal(&mut reader, &put, Some("phrase")).unwrap();
    let lease = reader.held.lease_id().unwrap();
    let receipt = reader.finish_lease().unwrap().receipt.unwrap();
    let genuine = StoredReceipt { lease, receipt, at: Timestamp::from_millis(5), content: ContentNumber::FIRST };
    let made_up = StoredReceipt {
        lease,
        receipt: Receipt::from_bytes([1; 32]),
        at: Timestamp::from_millis(9),
        content: ContentNumber::FIRST,
    };

    // The owner's link alone: it gives the recipient's link again, too.
    let elsewhere = PushSender::from_owner_link(&format!("/push#{}", *sender.owner_token())).unwrap();
    assert_eq!(elsewhere.link_token(), sender.link_token());
    let watched = elsewhere.status(&status(&sender, &put, vec![genuine, made_up])).unwrap();
    assert_eq!(watched.label, "for Bo");
    assert_eq!(watched.confirmed, Confirmed { count: 1, last: Some(Timestamp::from_millis(5)) });

    let (other, other_put) = push(json!({ "kind": "note", "note": "x" }), None).unwrap();
    assert_eq!(elsewhere.status(&status(&other, &other_put, vec![])), Err(PushSendError::Status));
    assert_eq!(elsewhere.status(&status(&sender, &other_put, vec![])), Err(PushSendError::Status));
}

#[test]
fn links_of_other_kinds_are_told_apart() {
    let sender = PushSender::draw(&mut RNG.clone());
    let other_kind = |error| matches!(error, TokenError::OtherKind(_));
    assert!(PushReader::from_text(&sender.owner_token()).is_err_and(other_kind));
    assert!(PushSender::from_owner_link(&sender.link_token()).is_err_and(other_kind));
    assert_eq!(PushReader::from_text("https://example.org/p#").err(), Some(TokenError::Missing));
    assert_eq!(PushReader::from_text(&sender.link_token()[..40]).err(), Some(TokenError::TooShort));
}

#[test]
fn a_payload_of_another_kind_than_the_face_told_is_not_shown() {
    let (sender, put) = push(json!({"kind": "note", "note": "harmless"}), None).unwrap();
    let secret = PushSecret::from_text(&sender.link_token()).unwrap();
    let other = Payload::Url { url: "https://example.org".to_owned() };
    let other = other.seal(&secret.keys(None).payload, &sender.link_id(), &mut RNG.clone()).unwrap();
    let mut swapped = put.clone();
    swapped.lock.payload = other;
    assert_eq!(reveal(&mut reader(&sender), &swapped, None), Err(RevealError::Altered));
    assert!(reveal(&mut reader(&sender), &put, None).is_ok());
}
