//! What a worker needs to seal and open parts: the content key and the share it belongs to, and nothing else.

use rand_core::CryptoRng;
use subrosa_shared::id::ShareId;
use subrosa_shared::seal::{OpenError, PartPlace, open_into, seal_into};
use subrosa_shared::secret::ContentKey;
use zeroize::{Zeroize as _, Zeroizing};

/// Seals and opens the parts of one share.
#[derive(Debug)]
pub struct PartKey {
    share: ShareId,
    key: ContentKey,
}

impl PartKey {
    const GRANT_LEN: usize = ShareId::LEN + ContentKey::LEN;

    /// For the parts of a share.
    #[must_use]
    pub fn new(share: ShareId, key: ContentKey) -> Self {
        Self { share, key }
    }

    /// What is handed to a worker: opaque to the page, wiped by whoever imported it.
    #[must_use]
    pub fn to_grant(&self) -> Zeroizing<Vec<u8>> {
        Zeroizing::new([self.share.as_bytes().as_slice(), self.key.expose()].concat())
    }

    /// Takes what was handed over, and wipes it. `None` if it is no grant.
    #[must_use]
    pub fn from_grant(grant: &mut [u8]) -> Option<Self> {
        let parsed = (grant.len() == Self::GRANT_LEN).then(|| {
            let (share, key) = grant.split_at(ShareId::LEN);
            Some(Self {
                share: ShareId::from_bytes(*share.first_chunk()?),
                key: ContentKey::from_bytes(*key.first_chunk()?),
            })
        });
        grant.zeroize();
        parsed.flatten()
    }

    /// Seals a part into a buffer. The salt is drawn anew, also if the same part was sealed before.
    pub fn seal(&self, index: u32, plaintext: &[u8], rng: &mut impl CryptoRng, sealed: &mut Vec<u8>) {
        seal_into(&self.key, &PartPlace { share: self.share, index }, plaintext, rng, sealed);
    }

    /// Opens a part into a buffer.
    ///
    /// # Errors
    /// It is not this part, or it was altered.
    pub fn open(&self, index: u32, sealed: &[u8], plaintext: &mut Vec<u8>) -> Result<(), OpenError> {
        open_into(&self.key, &PartPlace { share: self.share, index }, sealed, plaintext)
    }
}
