//! The owner's note: what an owner's devices need to show and change a share, opaque to the server.
//! PROTOCOL.md section 9.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::bytes::{from_base64url, to_base64url};
use crate::id::ShareId;
use crate::json::from_slice;
use crate::limits::{LINKS_MAX, OWNER_NOTE_BYTES_MAX};
use crate::padding::padded_len;
use crate::seal::{OpenError, open, seal, sealed_len};
use crate::secret::{LinkSecret, NoteKey, ReceiptKey};

/// Version of the note's JSON.
pub const VERSION: u32 = 1;

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
}

impl From<&NotedLink> for WireLink {
    fn from(link: &NotedLink) -> Self {
        Self {
            secret: to_base64url(link.secret.expose()),
            label: link.label.clone(),
            receipt_key: to_base64url(link.receipt_key.expose()),
        }
    }
}

impl WireLink {
    fn parse(&self) -> Result<NotedLink, NoteError> {
        Ok(NotedLink {
            secret: LinkSecret::from_bytes(from_base64url(&self.secret).map_err(|_| NoteError::Malformed)?),
            label: self.label.clone(),
            receipt_key: ReceiptKey::from_bytes(from_base64url(&self.receipt_key).map_err(|_| NoteError::Malformed)?),
        })
    }
}
