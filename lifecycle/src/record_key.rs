//! What names a record: whose life it is.
//!
//! Shares, pushes and synced keyrings have keyspaces of their own. A push has one link, and that
//! names it: so no call about a share or its links can ever reach a push, nor the other way round,
//! and a push needs no index from its link.

use std::fmt::{self, Display, Formatter};

use serde::{Deserialize, Serialize};
use subrosa_shared::id::{KeyringId, LinkId, ShareId};

/// Names a record. In order of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RecordKey {
    /// A share, with all its links.
    Share(ShareId),
    /// A push, by its one link.
    Push(LinkId),
    /// A synced keyring.
    Keyring(KeyringId),
}

/// What a record is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// A share.
    Share,
    /// A push.
    Push,
    /// A synced keyring.
    Keyring,
}

/// First byte of the key of a share.
const SHARE: u8 = 1;
/// First byte of the key of a push.
const PUSH: u8 = 2;
/// First byte of the key of a synced keyring.
const KEYRING: u8 = 3;

impl RecordKey {
    /// Bytes of a key: one for its kind, then the id.
    pub const LEN: usize = 17;

    /// The bytes, for a ledger.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; Self::LEN] {
        let (kind, id) = match self {
            Self::Share(share) => (SHARE, share.as_bytes()),
            Self::Push(link) => (PUSH, link.as_bytes()),
            Self::Keyring(keyring) => (KEYRING, keyring.as_bytes()),
        };
        let mut bytes = [kind; Self::LEN];
        bytes[1..].copy_from_slice(id);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote; `None` if it is of no kind that this program knows.
    #[must_use]
    pub fn from_bytes(bytes: [u8; Self::LEN]) -> Option<Self> {
        let (kind, id) = bytes.split_first().expect("a key has bytes");
        let id = id.try_into().expect("an id is all but the first byte");
        match *kind {
            SHARE => Some(Self::Share(ShareId::from_bytes(id))),
            PUSH => Some(Self::Push(LinkId::from_bytes(id))),
            KEYRING => Some(Self::Keyring(KeyringId::from_bytes(id))),
            _ => None,
        }
    }

    /// What the record is of.
    #[must_use]
    pub fn kind(&self) -> RecordKind {
        match self {
            Self::Share(_) => RecordKind::Share,
            Self::Push(_) => RecordKind::Push,
            Self::Keyring(_) => RecordKind::Keyring,
        }
    }

    /// The share, if it is one.
    #[must_use]
    pub fn share(&self) -> Option<ShareId> {
        match self {
            Self::Share(share) => Some(*share),
            Self::Push(_) | Self::Keyring(_) => None,
        }
    }
}

impl From<ShareId> for RecordKey {
    fn from(share: ShareId) -> Self {
        Self::Share(share)
    }
}

/// For the log. Ids are not secret.
impl Display for RecordKey {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Share(share) => write!(f, "share {share}"),
            Self::Push(link) => write!(f, "push {link}"),
            Self::Keyring(keyring) => write!(f, "keyring {keyring}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_from_their_bytes_and_sort_like_them() {
        let [low, high] = [[0; 16], [0xff; 16]];
        let keys = [
            RecordKey::Share(ShareId::from_bytes(low)),
            RecordKey::Share(ShareId::from_bytes(high)),
            RecordKey::Push(LinkId::from_bytes(low)),
            RecordKey::Push(LinkId::from_bytes(high)),
            RecordKey::Keyring(KeyringId::from_bytes(low)),
        ];
        for key in keys {
            assert_eq!(RecordKey::from_bytes(key.to_bytes()), Some(key));
        }
        assert!(keys.is_sorted() && keys.map(|key| key.to_bytes()).is_sorted());
        for kind in [0, 4, 0xff] {
            assert_eq!(RecordKey::from_bytes([kind; RecordKey::LEN]), None);
        }
    }
}
