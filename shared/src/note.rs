//! The owner's note: what an owner's devices need to show and change a share, opaque to the server.
//! PROTOCOL.md section 9.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::bytes::{from_base64url, to_base64url};
use crate::id::{ShareId, Verifier};
use crate::json::from_slice;
use crate::keys::LinkKeys;
use crate::limits::{LINKS_MAX, OWNER_NOTE_BYTES_MAX};
use crate::padding::padded_len;
use crate::seal::{OpenError, open, seal, sealed_len};
use crate::secret::{ContentWrapKey, LinkSecret, NoteKey, ReceiptKey, ViewWrapKey};

/// Version of the note's JSON.
pub const VERSION: u32 = 1;

/// Receipt keys of earlier passwords that are kept for a link.
pub const RECEIPT_KEYS_BEFORE_MAX: usize = 4;

/// Why a note is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It exceeds [`OWNER_NOTE_BYTES_MAX`].
    #[error("the note is too large")]
    TooLarge,
    /// It has more than [`LINKS_MAX`] links.
    #[error("the note has too many links")]
    TooManyLinks,
    /// It is not the JSON that this version describes, or of another version.
    #[error("the note is malformed")]
    Malformed,
}

/// What the owner remembers of a share.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct OwnerNote {
    /// How often it was changed: a device that has seen a newer one knows that a server shows an
    /// older.
    pub revision: u64,
    /// A name for the share that only the owner sees.
    pub label: String,
    /// Its links.
    pub links: Vec<NotedLink>,
}

/// What the owner remembers of a link. Not the password.
#[derive(Debug, PartialEq, Eq)]
pub struct NotedLink {
    /// The link's secret: shows the link again.
    pub secret: LinkSecret,
    /// Whom it is for.
    pub label: String,
    /// Checks the receipts that come by this link.
    pub receipt_key: ReceiptKey,
    /// What puts another content behind the link. `None` in notes of before there were others.
    pub wrap_keys: Option<WrapKeys>,
    /// Receipt keys of the passwords that it had before, the last one first.
    pub receipt_keys_before: Vec<ReceiptKey>,
}

/// The keys of a link's wraps, and which password they belong to.
#[derive(Debug, PartialEq, Eq)]
pub struct WrapKeys {
    /// What the server has of the open proof that goes with them.
    pub open_verifier: Verifier,
    /// Seals view wraps.
    pub view: ViewWrapKey,
    /// Seals content wraps.
    pub content: ContentWrapKey,
}

impl NotedLink {
    /// What is noted of a link with these keys.
    #[must_use]
    pub fn new(secret: &LinkSecret, label: String, keys: &LinkKeys) -> Self {
        Self {
            secret: LinkSecret::from_bytes(*secret.expose()),
            label,
            receipt_key: ReceiptKey::from_bytes(*keys.receipt.expose()),
            wrap_keys: Some(WrapKeys {
                open_verifier: keys.open_verifier(),
                view: ViewWrapKey::from_bytes(*keys.view.expose()),
                content: ContentWrapKey::from_bytes(*keys.content.expose()),
            }),
            receipt_keys_before: Vec::new(),
        }
    }

    /// Takes the keys of another password.
    pub fn change_keys(&mut self, keys: &LinkKeys) {
        let Self { receipt_key, wrap_keys, .. } = Self::new(&self.secret, String::new(), keys);
        if receipt_key != self.receipt_key {
            self.receipt_keys_before.insert(0, std::mem::replace(&mut self.receipt_key, receipt_key));
            self.receipt_keys_before.truncate(RECEIPT_KEYS_BEFORE_MAX);
        }
        self.wrap_keys = wrap_keys;
    }
}

impl OwnerNote {
    /// Seals the note of a share.
    ///
    /// # Errors
    /// It is too large, or has too many links.
    pub fn seal(&self, key: &NoteKey, share: &ShareId, rng: &mut impl CryptoRng) -> Result<Vec<u8>, NoteError> {
        if self.links.len() > LINKS_MAX {
            return Err(NoteError::TooManyLinks);
        }
        let wire = Wire {
            version: VERSION,
            revision: self.revision,
            label: self.label.clone(),
            links: self.links.iter().map(WireLink::from).collect(),
        };
        let json = Zeroizing::new(serde_json::to_vec(&wire).expect("strings always become JSON"));
        let padded = padded_len(json.len() as u64).ok_or(NoteError::TooLarge)?;
        if sealed_len(padded) > OWNER_NOTE_BYTES_MAX.into() {
            return Err(NoteError::TooLarge);
        }
        let mut filled = Zeroizing::new(vec![b' '; usize::try_from(padded).map_err(|_| NoteError::TooLarge)?]);
        filled[..json.len()].copy_from_slice(&json);
        Ok(seal(key, share, &filled, rng))
    }

    /// Opens the note of a share.
    ///
    /// # Errors
    /// It does not open, or is not as it must be.
    pub fn open(key: &NoteKey, share: &ShareId, sealed: &[u8]) -> Result<Self, NoteError> {
        if sealed.len() as u64 > OWNER_NOTE_BYTES_MAX.into() {
            return Err(NoteError::TooLarge);
        }
        let json = open(key, share, sealed)?;
        let wire: Wire = from_slice(&json).map_err(|_| NoteError::Malformed)?;
        if wire.version != VERSION || wire.links.len() > LINKS_MAX {
            return Err(NoteError::Malformed);
        }
        let links = wire.links.iter().map(WireLink::parse).collect::<Result<_, _>>()?;
        Ok(Self { revision: wire.revision, label: wire.label.clone(), links })
    }
}

#[derive(Serialize, Deserialize)]
struct Wire {
    version: u32,
    #[serde(default)]
    revision: u64,
    label: String,
    links: Vec<WireLink>,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct WireLink {
    secret: String,
    label: String,
    receipt_key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wrap_keys: Option<WireKeys>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    receipt_keys_before: Vec<String>,
}

#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct WireKeys {
    open_verifier: String,
    view: String,
    content: String,
}

impl From<&NotedLink> for WireLink {
    fn from(link: &NotedLink) -> Self {
        Self {
            secret: to_base64url(link.secret.expose()),
            label: link.label.clone(),
            receipt_key: to_base64url(link.receipt_key.expose()),
            wrap_keys: link.wrap_keys.as_ref().map(|keys| WireKeys {
                open_verifier: to_base64url(keys.open_verifier.as_bytes()),
                view: to_base64url(keys.view.expose()),
                content: to_base64url(keys.content.expose()),
            }),
            receipt_keys_before: link.receipt_keys_before.iter().map(|key| to_base64url(key.expose())).collect(),
        }
    }
}

impl WireLink {
    fn parse(&self) -> Result<NotedLink, NoteError> {
        let bytes = |text: &String| from_base64url(text).map_err(|_| NoteError::Malformed);
        if self.receipt_keys_before.len() > RECEIPT_KEYS_BEFORE_MAX {
            return Err(NoteError::Malformed);
        }
        let wrap_keys = |keys: &WireKeys| -> Result<WrapKeys, NoteError> {
            Ok(WrapKeys {
                open_verifier: Verifier::from_bytes(bytes(&keys.open_verifier)?),
                view: ViewWrapKey::from_bytes(bytes(&keys.view)?),
                content: ContentWrapKey::from_bytes(bytes(&keys.content)?),
            })
        };
        let before = self.receipt_keys_before.iter();
        Ok(NotedLink {
            secret: LinkSecret::from_bytes(bytes(&self.secret)?),
            label: self.label.clone(),
            receipt_key: ReceiptKey::from_bytes(bytes(&self.receipt_key)?),
            wrap_keys: self.wrap_keys.as_ref().map(wrap_keys).transpose()?,
            receipt_keys_before: before.map(|key| bytes(key).map(ReceiptKey::from_bytes)).collect::<Result<_, _>>()?,
        })
    }
}
