//! What a worker needs to seal and open parts: the content key and the share it belongs to, and
//! nothing else.

use rand_core::CryptoRng;
use subrosa_shared::id::{Commitment, ShareId};
use subrosa_shared::seal::{CHUNK_LEN, HEADER_LEN, OpenError, Opener, PartPlace, TAG_LEN, open_into, seal_into};
use subrosa_shared::secret::ContentKey;
use zeroize::{Zeroize as _, Zeroizing};

/// Seals and opens the parts of one share.
#[derive(Debug)]
pub struct PartKey {
    share: ShareId,
    key: ContentKey,
}

/// A part, as the manifest pins it.
#[derive(Clone, Copy, Debug)]
pub struct Pinned {
    /// Its place in the content.
    pub index: u32,
    /// Bytes of the sealed part.
    pub sealed_len: u64,
    /// Which sealing it is.
    pub commitment: Commitment,
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

    /// Opens some chunks of a part into a buffer: the sealed part's header, and the chunks from one
    /// on.
    ///
    /// # Errors
    /// They are not of this part, not of the sealing that the manifest pins, or were altered.
    pub fn open_chunks(
        &self,
        part: &Pinned,
        first: u64,
        sealed: &[u8],
        plaintext: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let place = PartPlace { share: self.share, index: part.index };
        let opener = Opener::new(&self.key, &place, sealed, part.sealed_len, &part.commitment)?;
        plaintext.clear();
        for (chunk, sealed) in (first..).zip(sealed[HEADER_LEN..].chunks(CHUNK_LEN + TAG_LEN)) {
            opener.open_chunk(chunk, sealed, plaintext)?;
        }
        Ok(())
    }
}
