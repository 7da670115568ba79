//! Tokens: how a secret stands in a link's fragment, and how a damaged link is told from a whole
//! one. PROTOCOL.md section 6.
//!
//! A token is base64url without padding of `secret (32) ‖ checksum (3) ‖ kind (1)`: 48 characters,
//! the last of which is a letter or digit, so that no program that finds links in text cuts it off.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::labels::{Label, labelled_digest};
use crate::password::Suite;
use crate::secret::{LinkSecret, OwnerSecret, PushOwnerSecret, PushSecret};

/// Characters in a token.
pub const TOKEN_LEN: usize = 48;
/// Longest text in which a token is looked for, in bytes.
pub const TEXT_BYTES_MAX: usize = 16 * 1024;

const SECRET_LEN: usize = 32;
const CHECKSUM_LEN: usize = 3;

/// What a token opens, and with which password suite. The number is the token's last byte; its low
/// six bits stay below 62, which makes the last character a letter or digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A link to a share; password suite 1.
    ShareLink,
    /// A link to a push; password suite 1.
    PushLink,
    /// The owner of a share.
    Owner,
    /// The owner of a push; password suite 1.
    PushOwner,
    /// Space links, which are longer. Reserved: drop, view, exchange, manage.
    Space,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::ShareLink => 0x01,
            Self::PushLink => 0x02,
            Self::Owner => 0x03,
            Self::PushOwner => 0x04,
            Self::Space => 0x10,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::ShareLink),
            0x02 => Some(Self::PushLink),
            0x03 => Some(Self::Owner),
            0x04 => Some(Self::PushOwner),
            0x10..=0x13 => Some(Self::Space),
            _ => None,
        }
    }

    /// How passwords of this kind of link are stretched.
    #[must_use]
    pub const fn suite(self) -> Suite {
        Suite::One
    }
}

/// Why a text is no token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// There is nothing that looks like a token: the link ends before its secret.
    #[error("the link has no secret part")]
    Missing,
    /// Characters are missing.
    #[error("the link is incomplete")]
    TooShort,
    /// Characters are wrong: the checksum does not fit.
    #[error("the link is damaged")]
    Checksum,
    /// Whole, but for something that this place does not open.
    #[error("the link is for something else")]
    OtherKind(Kind),
    /// Whole, but of a kind that this version does not know.
    #[error("the link is of an unknown kind")]
    UnknownKind,
    /// The text is longer than [`TEXT_BYTES_MAX`].
    #[error("the text is too long to be a link")]
    TooLong,
}

macro_rules! token {
    ($secret:ident, $kind:ident, $what:literal) => {
        impl $secret {
            #[doc = concat!("The token of ", $what, ", for a fragment.")]
            #[must_use]
            pub fn to_token(&self) -> Zeroizing<String> {
                encode(self.expose(), Kind::$kind)
            }

            #[doc = concat!("Finds the token of ", $what, " in whatever mail, chat and fingers made of the link.")]
            ///
            /// Takes the bare token, the link, or a text around it; repairs line breaks and spaces,
            /// percent-encoding, trailing punctuation, added parameters, and the wrappers of mail
            /// scanners that carry the whole link.
            ///
            /// # Errors
            /// There is no whole token of that kind in the text.
            pub fn from_text(text: &str) -> Result<Self, TokenError> {
                find(text, Kind::$kind).map(|secret| Self::from_bytes(*secret))
            }
        }
    };
}
token!(LinkSecret, ShareLink, "a link to a share");
token!(OwnerSecret, Owner, "the owner of a share");
token!(PushSecret, PushLink, "a link to a push");
token!(PushOwnerSecret, PushOwner, "the owner of a push");

/// What the first whole token in a text opens, wherever it is to be opened. `None`: there is none,
/// or one of a kind that this version does not know.
#[must_use]
pub fn kind_in(text: &str) -> Option<Kind> {
    match find(text, Kind::ShareLink) {
        Ok(_) => Some(Kind::ShareLink),
        Err(TokenError::OtherKind(kind)) => Some(kind),
        Err(_) => None,
    }
}

fn checksum(secret: &[u8], kind: u8) -> [u8; CHECKSUM_LEN] {
    let digest = labelled_digest(Label::Token, &[secret, &[kind]]);
    *digest.first_chunk().expect("a digest is longer than a checksum")
}

fn encode(secret: &[u8; SECRET_LEN], kind: Kind) -> Zeroizing<String> {
    let mut bytes = Zeroizing::new([0; SECRET_LEN + CHECKSUM_LEN + 1]);
    bytes[..SECRET_LEN].copy_from_slice(secret);
    bytes[SECRET_LEN..][..CHECKSUM_LEN].copy_from_slice(&checksum(secret, kind.byte()));
    bytes[SECRET_LEN + CHECKSUM_LEN] = kind.byte();
    Zeroizing::new(URL_SAFE_NO_PAD.encode(*bytes))
}

type Secret = Zeroizing<[u8; SECRET_LEN]>;

/// Reads 48 characters. The checksum is looked at before the kind.
fn decode(token: &[u8]) -> Result<(Secret, u8), TokenError> {
    let mut bytes = Zeroizing::new([0; SECRET_LEN + CHECKSUM_LEN + 1]);
    match URL_SAFE_NO_PAD.decode_slice(token, &mut *bytes) {
        Ok(len) if len == bytes.len() => {}
        _ => return Err(TokenError::Checksum),
    }
    let secret: Secret = Zeroizing::new(*bytes.first_chunk().expect("the array is longer than the secret"));
    let kind = bytes[SECRET_LEN + CHECKSUM_LEN];
    if bytes[SECRET_LEN..][..CHECKSUM_LEN] == checksum(&*secret, kind) {
        Ok((secret, kind))
    } else {
        Err(TokenError::Checksum)
    }
}

/// Finds a whole token: slides a window of 48 characters over the cleaned text until a checksum
/// fits. A chance hit has a probability of 2^-24 per window.
fn find(text: &str, wanted: Kind) -> Result<Secret, TokenError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(TokenError::TooLong);
    }
    let clean = clean(text);
    let mut other = None;
    for window in clean.as_bytes().windows(TOKEN_LEN) {
        let Ok((secret, kind)) = decode(window) else { continue };
        match Kind::from_byte(kind) {
            Some(kind) if kind == wanted => return Ok(secret),
            Some(kind) => other = other.or(Some(TokenError::OtherKind(kind))),
            None => other = other.or(Some(TokenError::UnknownKind)),
        }
    }
    Err(other.unwrap_or_else(|| diagnose(&clean)))
}

/// Why nothing was found: what stands behind the `#` tells.
fn diagnose(clean: &str) -> TokenError {
    let fragment = clean.rsplit_once('#').map_or(clean, |(_, fragment)| fragment);
    let run = fragment.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')).count();
    match run {
        0 => TokenError::Missing,
        run if run < TOKEN_LEN => TokenError::TooShort,
        _ => TokenError::Checksum,
    }
}

/// Undoes percent-encoding, however often it was applied, and drops what mail and chat put inside
/// of long words: white space, soft hyphens, invisible characters, and the `=` at line ends of
/// quoted-printable.
fn clean(text: &str) -> Zeroizing<String> {
    let mut decoded = Zeroizing::new(text.to_owned());
    // Wrappers nest: a link in a scanner's parameter in another's. Four is more than was ever seen.
    for _ in 0..4 {
        if !decoded.contains('%') {
            break;
        }
        decoded = percent_decode(&decoded);
    }
    let joined = Zeroizing::new(decoded.replace("=\r\n", "").replace("=\n", ""));
    let invisible = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    Zeroizing::new(joined.chars().filter(|c| !invisible(*c)).collect())
}

fn percent_decode(text: &str) -> Zeroizing<String> {
    // With room for all of it, so that it never moves and leaves a copy behind.
    let mut decoded = Zeroizing::new(Vec::with_capacity(text.len()));
    decoded.extend(percent_encoding::percent_decode_str(text));
    Zeroizing::new(String::from_utf8_lossy(&decoded).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn secret() -> LinkSecret {
        LinkSecret::from_bytes(std::array::from_fn(|i| i as u8 * 7))
    }

    #[test]
    fn a_token_has_48_characters_and_ends_in_a_letter_or_digit() {
        for byte in 0..=255 {
            let Some(kind) = Kind::from_byte(byte) else { continue };
            let token = encode(&[byte; 32], kind);
            assert_eq!(token.len(), TOKEN_LEN);
            assert!(token.ends_with(|c: char| c.is_ascii_alphanumeric()), "{byte}");
        }
    }

    #[test]
    fn links_are_repaired_whatever_mail_and_chat_did_to_them() {
        let token = secret().to_token().to_string();
        let (head, tail) = token.split_at(20);
        let cases = [
            token.clone(),
            format!("https://example.org/s#{token}"),
            format!("<https://example.org/s#{token}>."),
            format!("https://example.org/s#{token}), thanks!"),
            format!("https://example.org/s#{head}\r\n {tail}"),
            format!("https://example.org/s#{head}=\r\n{tail}"),
            format!("https://example.org/s#{head}\u{200b}\u{ad}{tail}"),
            // As browsers write them where they stand behind the #.
            format!("{head}%20{tail}"),
            format!("{head}%0D%0A{tail}"),
            format!("{head}%E2%80%8B{tail}"),
            format!("{token}."),
            format!("{token}%3E"),
            format!("{token}#x"),
            format!("#{token}"),
            format!("/{token}"),
            format!("https://example.org/s%23{token}"),
            format!("https://example.org/s%2523{token}"),
            format!("https://example.org/s?utm_source=mail#{token}&fbclid=IwAR0abcDEF"),
            format!("https://example.org/s#{token}?utm_campaign=x"),
            format!(
                "https://nam01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fexample.org%2Fs%23{token}&data=05%7C01"
            ),
            format!("Here it is: https://example.org/s#{token}\nSee you"),
        ];
        for case in cases {
            assert_eq!(LinkSecret::from_text(&case), Ok(secret()), "{case}");
        }
    }

    #[test]
    fn damage_is_told_apart() {
        let token = secret().to_token();
        let changed = token.replacen(&token[..1], if token.starts_with('A') { "B" } else { "A" }, 1);
        assert_eq!(LinkSecret::from_text(""), Err(TokenError::Missing));
        assert_eq!(LinkSecret::from_text("https://example.org/s#"), Err(TokenError::Missing));
        assert_eq!(
            LinkSecret::from_text(&format!("https://example.org/s#{}", &token[..47])),
            Err(TokenError::TooShort)
        );
        assert_eq!(LinkSecret::from_text(&format!("https://example.org/s#{changed}")), Err(TokenError::Checksum));
        assert_eq!(OwnerSecret::from_text(&token), Err(TokenError::OtherKind(Kind::ShareLink)));
        for kind in [Kind::ShareLink, Kind::PushLink, Kind::Owner, Kind::PushOwner, Kind::Space] {
            assert_eq!(kind_in(&format!("https://x.example/s#{}", *encode(&[9; 32], kind))), Some(kind));
        }
        assert_eq!(kind_in(&token[1..]), None);
        assert_eq!(LinkSecret::from_text(&encode(&[9; 32], Kind::Space)), Err(TokenError::OtherKind(Kind::Space)));
        assert_eq!(LinkSecret::from_text(&"a".repeat(TEXT_BYTES_MAX + 1)), Err(TokenError::TooLong));
    }

    proptest! {
        #[test]
        fn no_single_change_of_a_token_goes_unnoticed(bytes: [u8; 32], at in 0_usize..TOKEN_LEN, to in "[A-Za-z0-9_-]") {
            let token = LinkSecret::from_bytes(bytes).to_token();
            let mut changed = token.to_string();
            changed.replace_range(at..=at, &to);
            prop_assert_eq!(LinkSecret::from_text(&changed).is_ok(), changed == *token);
        }

        #[test]
        fn no_text_panics(text in "\\PC{0,300}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = LinkSecret::from_text(&text);
            let _ = LinkSecret::from_text(&String::from_utf8_lossy(&bytes));
        }
    }
}
