//! Tokens: one that is in a text is found whatever mail and chat did to it, and nothing else is.

use arbitrary::{Arbitrary, Unstructured};
use subrosa_shared::secret::{LinkSecret, OwnerSecret, PushOwnerSecret, PushSecret};
use subrosa_shared::token::{TEXT_BYTES_MAX, TOKEN_LEN, TokenError};

/// A token in the middle of a text.
#[derive(Debug, Arbitrary)]
struct Planted<'a> {
    secret: [u8; 32],
    before: &'a str,
    after: &'a str,
    damage: Vec<Damage>,
    /// How often everything is percent-encoded.
    escapes: u8,
    change: Option<(u8, u8)>,
}

/// What is put into the token.
#[derive(Debug, Arbitrary)]
struct Damage {
    at: u8,
    what: Inserted,
}

#[derive(Debug, Arbitrary)]
enum Inserted {
    LineBreak,
    Space,
    SoftHyphen,
    ZeroWidth,
    QuotedPrintable,
    ByteOrderMark,
    Bidi,
}

impl Inserted {
    fn text(&self) -> &'static str {
        match self {
            Self::LineBreak => "\r\n",
            Self::Space => " ",
            Self::SoftHyphen => "\u{ad}",
            Self::ZeroWidth => "\u{200b}",
            Self::QuotedPrintable => "=\r\n",
            Self::ByteOrderMark => "\u{feff}",
            Self::Bidi => "\u{202e}",
        }
    }
}

pub(crate) fn check(input: &[u8]) {
    match input.split_first() {
        Some((0, rest)) => {
            if let Ok(planted) = Planted::arbitrary_take_rest(Unstructured::new(rest)) {
                is_found(&planted);
            }
        }
        _ => any_text(&String::from_utf8_lossy(input)),
    }
}

/// What is found is whole, and is only of one kind.
fn any_text(text: &str) {
    let share = LinkSecret::from_text(text);
    let push = PushSecret::from_text(text);
    let owner = OwnerSecret::from_text(text);
    let push_owner = PushOwnerSecret::from_text(text);
    if let Ok(secret) = &share {
        again(secret.to_token().as_str(), LinkSecret::from_text, secret);
    }
    if let Ok(secret) = &push {
        again(secret.to_token().as_str(), PushSecret::from_text, secret);
    }
    if let Ok(secret) = &owner {
        again(secret.to_token().as_str(), OwnerSecret::from_text, secret);
    }
    if let Ok(secret) = &push_owner {
        again(secret.to_token().as_str(), PushOwnerSecret::from_text, secret);
    }
    let errors = [share.err(), push.err(), owner.err(), push_owner.err()];
    if text.len() > TEXT_BYTES_MAX {
        assert!(errors.iter().all(|error| *error == Some(TokenError::TooLong)));
        return;
    }
    assert!(!errors.contains(&Some(TokenError::TooLong)));
    // Where there is nothing at all, every kind says the same of it.
    let damaged = |error: &Option<TokenError>| {
        matches!(error, Some(TokenError::Missing | TokenError::TooShort | TokenError::Checksum))
    };
    if damaged(&errors[0]) {
        assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    }
}

fn again<T: PartialEq + std::fmt::Debug>(token: &str, read: impl Fn(&str) -> Result<T, TokenError>, secret: &T) {
    assert_eq!(token.len(), TOKEN_LEN);
    assert!(token.ends_with(|c: char| c.is_ascii_alphanumeric()), "links would lose the last character");
    assert_eq!(read(token).as_ref(), Ok(secret));
}

fn is_found(planted: &Planted<'_>) {
    let secret = LinkSecret::from_bytes(planted.secret);
    let mut token = secret.to_token().to_string();
    if let Some((at, to)) = planted.change {
        let (at, to) = (usize::from(at) % TOKEN_LEN, b"AQgwZ09-_"[usize::from(to) % 9] as char);
        let before = token.clone();
        token.replace_range(at..=at, to.encode_utf8(&mut [0; 4]));
        if token != before {
            assert!(LinkSecret::from_text(&token).is_err(), "a changed token is taken");
            return;
        }
    }
    // From the end on, so that nothing is put into what was put in before.
    let mut damage: Vec<_> = planted.damage.iter().map(|Damage { at, what }| (usize::from(*at) % 49, what)).collect();
    damage.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    for (at, what) in damage {
        token.insert_str(at, what.text());
    }
    let escapes = planted.escapes % 4;
    let mut text = format!("{}#{token}", planted.before);
    for _ in 0..escapes {
        text = escaped(&text);
    }
    // Behind it, nothing may be escaped more often than is undone, or it would stay: it has no part
    // in it anyway.
    text.push('&');
    text.push_str(planted.after);
    if text.len() > TEXT_BYTES_MAX {
        return;
    }
    match LinkSecret::from_text(&text) {
        Ok(found) if found == secret => {}
        // The text around it has a token as well.
        Ok(found) => {
            let around = [planted.before, planted.after].map(|text| LinkSecret::from_text(text).ok());
            assert!(around.contains(&Some(found)), "another secret is found");
        }
        Err(error) => panic!("{error}: {text:?}"),
    }
}

fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' => text + &char::from(byte).to_string(),
        byte => text + &format!("%{byte:02X}"),
    })
}
