//! Pushes: a short text under a link of its own, on the password channel. PROTOCOL.md section 10.
//!
//! A push is three sealed objects. The *face* says what it is and from whom, and opens with the
//! link alone. The *payload* is what is handed over, given with a counted view only; a passphrase
//! can stand before it. The *note* is for the owner's devices. Lengths say next to nothing: face
//! and note have one length, payloads few.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::bytes::{from_base64url, to_base64url};
use crate::id::{Digest, LinkId};
use crate::json::{default_if_null, from_slice};
use crate::path::is_confusing;
use crate::seal::{OpenError, SealingKey, open, plaintext_len, seal, sealed_len};
use crate::secret::{FaceKey, PayloadKey, PushNoteKey, ReceiptKey};

/// Version of the JSON in all three.
pub const VERSION: u32 = 1;
/// Bytes of a sealed face.
pub const FACE_LEN: usize = sealed_len(FACE_BYTES as u64) as usize;
/// Bytes of a sealed note.
pub const NOTE_LEN: usize = sealed_len(NOTE_BYTES as u64) as usize;
/// Shortest padded payload, in bytes before sealing.
pub const PAYLOAD_BYTES_MIN: usize = 512;
/// Longest padded payload, in bytes before sealing. The JSON around the text takes a few of them.
pub const PAYLOAD_BYTES_MAX: usize = 64 * 1024;
/// Longest "from" and longest label, in characters.
pub const LINE_CHARS_MAX: usize = 100;
/// Longest web address, in bytes.
pub const URL_BYTES_MAX: usize = 2048;

const FACE_BYTES: usize = 512;
const NOTE_BYTES: usize = 1024;

/// What a push hands over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Kind {
    /// A password, key or code.
    Password,
    /// User name, password and note.
    Login,
    /// A text of several lines.
    Note,
    /// A web address.
    Url,
}

/// Why something is no push, or cannot become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// There is nothing to hand over.
    #[error("there is nothing to hand over")]
    Empty,
    /// The text exceeds [`PAYLOAD_BYTES_MAX`] with the JSON around it.
    #[error("the text is too long")]
    TooLong,
    /// The web address is none that may be handed over: see [`check_url`].
    #[error(transparent)]
    Url(UrlProblem),
    /// A user name has a character that ends a line or turns the direction of text: what is pasted
    /// unseen must not be more than one line.
    #[error("the user name has a control character")]
    UserCharacter(char),
    /// The same for a password.
    #[error("the password has a control character")]
    PasswordCharacter(char),
    /// "From" or the label is no plain line.
    #[error(transparent)]
    Line(LineProblem),
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opens, but is not as it must be.
    #[error("malformed")]
    Malformed,
}

/// Why a web address may not be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlProblem {
    /// It exceeds [`URL_BYTES_MAX`].
    #[error("the web address is too long")]
    TooLong,
    /// It does not begin with `https://` or `http://`.
    #[error("the web address does not begin with https:// or http://")]
    Scheme,
    /// It has white space, a backslash, or a character that shows nothing or turns the direction of
    /// text.
    #[error("the web address has a character that it must not have")]
    Character(char),
    /// A user name, or a password, stands before its host.
    #[error("the web address has a user name in it")]
    UserName,
    /// It has no host, or one with signs that browsers may read as others.
    #[error("the web address has no plain host")]
    Host,
    /// What follows the colon behind its host is no port.
    #[error("the web address has no plain port")]
    Port,
}

/// Why a text may not stand beside other text as one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LineProblem {
    /// It exceeds [`LINE_CHARS_MAX`].
    #[error("the line is too long")]
    TooLong,
    /// It has a character that ends a line, turns the direction of text or shows nothing.
    #[error("the line has a character that does not belong into a line")]
    Character(char),
}

/// What is told before anything counts, to whoever holds the link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Face {
    /// What is handed over.
    pub kind: Kind,
    /// From whom, as the sender wrote it: nobody vouches for it.
    pub from: Option<String>,
    /// Whether it is the password for a share that travels by another message.
    pub for_files: bool,
}

#[derive(Serialize, Deserialize)]
struct FaceWire {
    version: u32,
    kind: Kind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(default, deserialize_with = "default_if_null")]
    for_files: bool,
}

impl Face {
    /// Seals the face: [`FACE_LEN`] bytes.
    ///
    /// # Errors
    /// [`PushError::Line`].
    pub fn seal(&self, key: &FaceKey, link: &LinkId, rng: &mut impl CryptoRng) -> Result<Vec<u8>, PushError> {
        let Self { kind, from, for_files } = self.clone();
        from.as_deref().map_or(Ok(()), check_line)?;
        let json = to_json(&FaceWire { version: VERSION, kind, from, for_files }, FACE_BYTES)?;
        Ok(seal_filled(key, link, &json, FACE_BYTES, rng))
    }

    /// Opens a face.
    ///
    /// # Errors
    /// It does not open, or is not as it must be.
    pub fn open(key: &FaceKey, link: &LinkId, sealed: &[u8]) -> Result<Self, PushError> {
        let FaceWire { version, kind, from, for_files } = open_json(key, link, sealed, |len| len == FACE_BYTES)?;
        if version != VERSION || from.as_deref().is_some_and(|from| check_line(from).is_err()) {
            return Err(PushError::Malformed);
        }
        Ok(Self { kind, from, for_files })
    }
}

/// What is handed over. Wiped when dropped.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum Payload {
    /// [`Kind::Password`].
    Password {
        /// Not empty.
        password: String,
    },
    /// [`Kind::Login`]. Any of them may be empty, not all.
    Login {
        /// User name.
        user: String,
        /// Password.
        password: String,
        /// What else there is to know.
        note: String,
    },
    /// [`Kind::Note`].
    Note {
        /// Not empty.
        note: String,
    },
    /// [`Kind::Url`].
    Url {
        /// A plain web address: see [`check_url`].
        url: String,
    },
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct PayloadWire {
    version: u32,
    #[zeroize(skip)]
    kind: Option<Kind>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    password: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

impl Payload {
    /// What it is.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Password { .. } => Kind::Password,
            Self::Login { .. } => Kind::Login,
            Self::Note { .. } => Kind::Note,
            Self::Url { .. } => Kind::Url,
        }
    }

    /// Its fields by the names that they have in JSON, in the order in which they are shown.
    #[must_use]
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Password { password } => vec![("password", password)],
            Self::Login { user, password, note } => vec![("user", user), ("password", password), ("note", note)],
            Self::Note { note } => vec![("note", note)],
            Self::Url { url } => vec![("url", url)],
        }
    }

    /// Seals the payload: its length is that of a padded one, see [`is_payload_len`].
    ///
    /// # Errors
    /// [`PushError::Empty`], [`PushError::TooLong`], or what is wrong with one of its fields.
    pub fn seal(&self, key: &PayloadKey, link: &LinkId, rng: &mut impl CryptoRng) -> Result<Vec<u8>, PushError> {
        self.check()?;
        let mut wire = PayloadWire {
            version: VERSION,
            kind: Some(self.kind()),
            user: None,
            password: None,
            note: None,
            url: None,
        };
        for (name, text) in self.fields() {
            let text = Some(text.to_owned());
            match name {
                "user" => wire.user = text,
                "password" => wire.password = text,
                "note" => wire.note = text,
                _ => wire.url = text,
            }
        }
        let json = to_json(&wire, PAYLOAD_BYTES_MAX)?;
        let filled_len = json.len().next_power_of_two().max(PAYLOAD_BYTES_MIN);
        Ok(seal_filled(key, link, &json, filled_len, rng))
    }

    /// Opens a payload.
    ///
    /// # Errors
    /// It does not open, or is not as it must be.
    pub fn open(key: &PayloadKey, link: &LinkId, sealed: &[u8]) -> Result<Self, PushError> {
        let mut wire: PayloadWire = open_json(key, link, sealed, is_padded_payload)?;
        if wire.version != VERSION {
            return Err(PushError::Malformed);
        }
        let mut text = |field: fn(&mut PayloadWire) -> &mut Option<String>| field(&mut wire).take().unwrap_or_default();
        let (user, password) = (text(|wire| &mut wire.user), text(|wire| &mut wire.password));
        let (note, url) = (text(|wire| &mut wire.note), text(|wire| &mut wire.url));
        let payload = match wire.kind {
            Some(Kind::Password) => Self::Password { password },
            Some(Kind::Login) => Self::Login { user, password, note },
            Some(Kind::Note) => Self::Note { note },
            Some(Kind::Url) => Self::Url { url },
            None => return Err(PushError::Malformed),
        };
        payload.check().map_err(|_| PushError::Malformed)?;
        Ok(payload)
    }

    fn check(&self) -> Result<(), PushError> {
        let fields = self.fields();
        if fields.iter().all(|(_, text)| text.is_empty()) {
            return Err(PushError::Empty);
        }
        // Before anything is written: escaping makes it longer, never shorter.
        if fields.iter().map(|(_, text)| text.len()).sum::<usize>() > PAYLOAD_BYTES_MAX {
            return Err(PushError::TooLong);
        }
        // They are copied unseen, and pasted into who knows what. A note is read as a text.
        for (name, text) in fields {
            let confusing = || text.chars().find(|&c| is_confusing(c));
            match name {
                "user" => confusing().map_or(Ok(()), |c| Err(PushError::UserCharacter(c)))?,
                "password" => confusing().map_or(Ok(()), |c| Err(PushError::PasswordCharacter(c)))?,
                "url" => check_url(text).map_err(PushError::Url)?,
                _ => {}
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Payload {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Payload::{:?}", self.kind())
    }
}

/// What the owner's devices keep of a push, opaque to the server. Not the payload, not the
/// passphrase.
#[derive(Debug, PartialEq, Eq)]
pub struct PushNote {
    /// What the owner calls it.
    pub label: String,
    /// Checks the receipts.
    pub receipt_key: ReceiptKey,
    /// SHA-256 of the sealed payload: what receipts are for.
    pub payload_digest: Digest,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct NoteWire {
    version: u32,
    label: String,
    receipt_key: String,
    #[zeroize(skip)]
    payload_digest: Option<Digest>,
}

impl PushNote {
    /// Seals the note: [`NOTE_LEN`] bytes.
    ///
    /// # Errors
    /// [`PushError::Line`].
    pub fn seal(&self, key: &PushNoteKey, link: &LinkId, rng: &mut impl CryptoRng) -> Result<Vec<u8>, PushError> {
        check_line(&self.label)?;
        let wire = NoteWire {
            version: VERSION,
            label: self.label.clone(),
            receipt_key: to_base64url(self.receipt_key.expose()),
            payload_digest: Some(self.payload_digest),
        };
        let json = to_json(&wire, NOTE_BYTES)?;
        Ok(seal_filled(key, link, &json, NOTE_BYTES, rng))
    }

    /// Opens a note.
    ///
    /// # Errors
    /// It does not open, or is not as it must be.
    pub fn open(key: &PushNoteKey, link: &LinkId, sealed: &[u8]) -> Result<Self, PushError> {
        let wire: NoteWire = open_json(key, link, sealed, |len| len == NOTE_BYTES)?;
        let receipt_key = from_base64url(&wire.receipt_key).map_err(|_| PushError::Malformed)?;
        if wire.version != VERSION || check_line(&wire.label).is_err() {
            return Err(PushError::Malformed);
        }
        Ok(Self {
            label: wire.label.clone(),
            receipt_key: ReceiptKey::from_bytes(receipt_key),
            payload_digest: wire.payload_digest.ok_or(PushError::Malformed)?,
        })
    }
}

/// Whether a sealed payload can have that length, in bytes: its plaintext has [`PAYLOAD_BYTES_MIN`]
/// bytes, or a larger power of two up to [`PAYLOAD_BYTES_MAX`].
#[must_use]
pub fn is_payload_len(sealed_len: usize) -> bool {
    plaintext_len(sealed_len as u64).is_ok_and(|len| usize::try_from(len).is_ok_and(is_padded_payload))
}

const fn is_padded_payload(len: usize) -> bool {
    PAYLOAD_BYTES_MIN <= len && len <= PAYLOAD_BYTES_MAX && len.is_power_of_two()
}

/// Whether a web address may be handed over: http or https, with a host, at most [`URL_BYTES_MAX`]
/// bytes, and nothing in it that makes people see another host than a browser does: no user name,
/// no sign beyond ASCII in the host, no backslash, no white space, no control or direction
/// characters, nothing invisible.
///
/// # Errors
/// What is wrong with it.
pub fn check_url(url: &str) -> Result<(), UrlProblem> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| {
        url.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme)).map(|_| &url[scheme.len()..])
    });
    let rest = rest.ok_or(UrlProblem::Scheme)?;
    if url.len() > URL_BYTES_MAX {
        return Err(UrlProblem::TooLong);
    }
    let is_misleading = |&c: &char| c == '\\' || c.is_whitespace() || is_confusing(c) || is_invisible(c);
    if let Some(c) = url.chars().find(is_misleading) {
        return Err(UrlProblem::Character(c));
    }
    check_authority(rest.split(['/', '?', '#']).next().unwrap_or_default())
}

/// A host and perhaps a port. Beyond ASCII only letters and digits: some signs become `/`, `@` or
/// `.` in browsers, and so do digits with a full stop behind them, such as `⒈`.
fn check_authority(authority: &str) -> Result<(), UrlProblem> {
    if authority.contains('@') {
        return Err(UrlProblem::UserName);
    }
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, port)) => (address.parse::<std::net::Ipv6Addr>().is_ok(), port),
        None => {
            let (host, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            let plain = |c: char| (c.is_alphanumeric() && !has_full_stop(c)) || matches!(c, '-' | '.' | '_');
            (host.chars().any(char::is_alphanumeric) && host.chars().all(plain), port)
        }
    };
    if !host {
        return Err(UrlProblem::Host);
    }
    if port.is_empty() || port.strip_prefix(':').is_some_and(is_port) { Ok(()) } else { Err(UrlProblem::Port) }
}

/// One to five digits, no sign.
fn is_port(digits: &str) -> bool {
    digits.len() <= 5 && digits.bytes().all(|digit| digit.is_ascii_digit()) && digits.parse::<u16>().is_ok()
}

/// Unicode's digits and numbers with a full stop: browsers take the two apart.
fn has_full_stop(c: char) -> bool {
    matches!(c, '\u{2488}'..='\u{249b}' | '\u{1f100}')
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{2800}' | '\u{3164}' | '\u{feff}'
    )
}

/// A line that stands beside other text: it must not change how that looks.
fn check_line(line: &str) -> Result<(), PushError> {
    if let Some(c) = line.chars().find(|&c| is_confusing(c) || is_invisible(c)) {
        return Err(PushError::Line(LineProblem::Character(c)));
    }
    if line.chars().count() > LINE_CHARS_MAX {
        return Err(PushError::Line(LineProblem::TooLong));
    }
    Ok(())
}

/// JSON of at most that many bytes, in a buffer that is wiped and was never moved.
fn to_json(wire: &impl Serialize, bytes_max: usize) -> Result<Zeroizing<Vec<u8>>, PushError> {
    let mut json = Zeroizing::new(vec![0; bytes_max]);
    let mut free = json.as_mut_slice();
    // Writing fails when the slice is full.
    serde_json::to_writer(&mut free, wire).map_err(|_| PushError::TooLong)?;
    let len = bytes_max - free.len();
    json.truncate(len);
    Ok(json)
}

/// Seals JSON, filled with spaces.
fn seal_filled<K: SealingKey<Context = LinkId>>(
    key: &K,
    link: &LinkId,
    json: &[u8],
    filled_len: usize,
    rng: &mut impl CryptoRng,
) -> Vec<u8> {
    let mut filled = Zeroizing::new(vec![b' '; filled_len]);
    filled[..json.len()].copy_from_slice(json);
    seal(key, link, &filled, rng)
}

fn open_json<K: SealingKey<Context = LinkId>, T: serde::de::DeserializeOwned>(
    key: &K,
    link: &LinkId,
    sealed: &[u8],
    fits: impl FnOnce(usize) -> bool,
) -> Result<T, PushError> {
    // Before memory is spent.
    let len = plaintext_len(sealed.len() as u64)?;
    if !usize::try_from(len).is_ok_and(fits) {
        return Err(OpenError::Length.into());
    }
    from_slice(&open(key, link, sealed)?).map_err(|_| PushError::Malformed)
}
