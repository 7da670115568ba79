//! The inside of sealed objects: ChaCha20-Poly1305 (RFC 8439) over one chunk, by RustCrypto.
//!
//! A crate of its own, because what handles every byte is compiled for speed, and all else that
//! browsers get for size.
#![deny(missing_docs)]

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut as _, ChaCha20Poly1305, KeyInit as _, Tag};

/// Bytes that sealing adds to a chunk.
pub const TAG_LEN: usize = 16;

/// A key. Wiped when dropped.
pub struct Key(ChaCha20Poly1305);

/// The chunk is not what was sealed under this key, nonce and associated data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forged;

impl Key {
    /// Takes the key's bytes.
    #[must_use]
    pub fn new(bytes: &[u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(bytes.into()))
    }

    /// Seals a plaintext into a buffer that is longer by [`TAG_LEN`]. A nonce is used once per key.
    ///
    /// # Panics
    /// The buffer has another length, or the plaintext more than 256 GiB.
    pub fn seal(&self, nonce: &[u8; 12], associated_data: &[u8], plaintext: &[u8], sealed: &mut [u8]) {
        let (ciphertext, tag) = sealed.split_at_mut(plaintext.len());
        let buffer = InOutBuf::new(plaintext, ciphertext).expect("both halves have the plaintext's length");
        let computed = self
            .0
            .encrypt_inout_detached(nonce.into(), associated_data, buffer)
            .expect("a chunk is shorter than ChaCha20-Poly1305 allows");
        tag.copy_from_slice(&computed);
    }

    /// Opens a chunk into a buffer that is shorter by [`TAG_LEN`].
    ///
    /// # Errors
    /// [`Forged`]; what the buffer holds then is nothing to use.
    ///
    /// # Panics
    /// The buffer has another length.
    pub fn open(
        &self,
        nonce: &[u8; 12],
        associated_data: &[u8],
        ciphertext: &[u8],
        tag: &[u8; TAG_LEN],
        plaintext: &mut [u8],
    ) -> Result<(), Forged> {
        let buffer = InOutBuf::new(ciphertext, plaintext).expect("the buffer has the ciphertext's length");
        self.0.decrypt_inout_detached(nonce.into(), associated_data, buffer, &Tag::from(*tag)).map_err(|_| Forged)
    }
}
