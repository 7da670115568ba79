//! Wraps: keys sealed for one link. PROTOCOL.md section 8.
//!
//! The *view wrap* gives the manifest's key and pins the manifest; the *content wrap* gives the
//! content's key, and is handed out only with a lease: looking yields no content key.

use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::id::{Digest, LinkId};
use crate::seal::{OpenError, open, seal, sealed_len};
use crate::secret::{ContentKey, ContentWrapKey, ManifestKey, ViewWrapKey};

/// Bytes of a sealed view wrap.
pub const VIEW_WRAP_LEN: usize = sealed_len(64) as usize;
/// Bytes of a sealed content wrap.
pub const CONTENT_WRAP_LEN: usize = sealed_len(32) as usize;

/// What a view wrap holds.
#[derive(Debug, PartialEq, Eq)]
pub struct View {
    /// Opens the manifest.
    pub manifest_key: ManifestKey,
    /// SHA-256 of the sealed manifest: neither the server nor the holder of another link can swap
    /// what this link shows.
    pub manifest_digest: Digest,
}

impl View {
    /// Seals the view wrap for one link: [`VIEW_WRAP_LEN`] bytes.
    #[must_use]
    pub fn seal(&self, key: &ViewWrapKey, link: &LinkId, rng: &mut impl CryptoRng) -> Vec<u8> {
        let mut plaintext = Zeroizing::new([0; 64]);
        plaintext[..32].copy_from_slice(self.manifest_key.expose());
        plaintext[32..].copy_from_slice(self.manifest_digest.as_bytes());
        seal(key, link, &*plaintext, rng)
    }

    /// Opens a view wrap.
    ///
    /// # Errors
    /// It is not this link's, the password is another, or it was altered.
    pub fn open(key: &ViewWrapKey, link: &LinkId, sealed: &[u8]) -> Result<Self, OpenError> {
        let plaintext = open_exactly::<64, _>(key, link, sealed)?;
        let (manifest_key, manifest_digest) = plaintext.split_at(32);
        Ok(Self {
            manifest_key: ManifestKey::from_bytes(*manifest_key.first_chunk().expect("the first half has 32 bytes")),
            manifest_digest: Digest::from_bytes(*manifest_digest.first_chunk().expect("the other half has 32 bytes")),
        })
    }
}

/// Seals the content wrap for one link: [`CONTENT_WRAP_LEN`] bytes.
#[must_use]
pub fn seal_content_key(
    content_key: &ContentKey,
    key: &ContentWrapKey,
    link: &LinkId,
    rng: &mut impl CryptoRng,
) -> Vec<u8> {
    seal(key, link, content_key.expose(), rng)
}

/// Opens a content wrap.
///
/// # Errors
/// It is not this link's, the password is another, or it was altered.
pub fn open_content_key(key: &ContentWrapKey, link: &LinkId, sealed: &[u8]) -> Result<ContentKey, OpenError> {
    open_exactly::<32, _>(key, link, sealed).map(|plaintext| ContentKey::from_bytes(*plaintext))
}

fn open_exactly<const LEN: usize, K: crate::seal::SealingKey<Context = LinkId>>(
    key: &K,
    link: &LinkId,
    sealed: &[u8],
) -> Result<Zeroizing<[u8; LEN]>, OpenError> {
    if sealed.len() as u64 != sealed_len(LEN as u64) {
        return Err(OpenError::Length);
    }
    let plaintext = open(key, link, sealed)?;
    Ok(Zeroizing::new(*plaintext.first_chunk().ok_or(OpenError::Length)?))
}
