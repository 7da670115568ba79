//! For the workers: sealing and opening parts.

use wasm_bindgen::prelude::*;

use super::Thrown;
use crate::parts;

/// Seals and opens parts. Keeps its buffers, so that a worker's memory stays at two parts.
#[wasm_bindgen]
pub struct PartKey {
    key: parts::PartKey,
    buffer: Vec<u8>,
}

#[wasm_bindgen]
impl PartKey {
    /// Takes a grant and wipes it; the caller's array is wiped too.
    ///
    /// # Errors
    /// `grant`: it is none.
    #[wasm_bindgen(constructor)]
    pub fn new(grant: &mut [u8]) -> Result<Self, JsValue> {
        let key = parts::PartKey::from_grant(grant).ok_or_else(|| Thrown::new("grant", "not a grant"))?;
        Ok(Self { key, buffer: Vec::new() })
    }

    /// Opens a part.
    ///
    /// # Errors
    /// `altered`: it is not what was sealed.
    pub fn open(&mut self, index: u32, sealed: &[u8]) -> Result<js_sys::Uint8Array, JsValue> {
        self.key.open(index, sealed, &mut self.buffer).map_err(|error| Thrown::new("altered", error))?;
        Ok(js_sys::Uint8Array::from(self.buffer.as_slice()))
    }
}

#[cfg(feature = "seal")]
#[wasm_bindgen]
impl PartKey {
    /// Seals a part. Every call draws a new salt.
    pub fn seal(&mut self, index: u32, plaintext: &[u8]) -> js_sys::Uint8Array {
        self.key.seal(index, plaintext, &mut super::rng(), &mut self.buffer);
        js_sys::Uint8Array::from(self.buffer.as_slice())
    }

    /// The commitment of the part that was sealed last, 32 bytes: pins it in the manifest.
    #[must_use]
    pub fn commitment(&self) -> Vec<u8> {
        subrosa_shared::seal::commitment(&self.buffer)
            .map_or_else(Vec::new, |commitment| commitment.as_bytes().to_vec())
    }
}

#[cfg(feature = "open")]
#[wasm_bindgen]
impl PartKey {
    /// Opens some chunks of a part: its header, then the chunks from one on. The commitment is the
    /// one that the manifest pins, in its text form.
    ///
    /// # Errors
    /// `altered`: it is not what was sealed.
    #[wasm_bindgen(js_name = openChunks)]
    pub fn open_chunks(
        &mut self,
        index: u32,
        sealed_len: f64,
        commitment: &str,
        first: f64,
        sealed: &[u8],
    ) -> Result<js_sys::Uint8Array, JsValue> {
        let altered = |error: &dyn std::fmt::Display| Thrown::new("altered", error);
        let commitment = commitment.parse().map_err(|error| altered(&error as &subrosa_shared::BytesError))?;
        let part = parts::Pinned { index, sealed_len: sealed_len as u64, commitment };
        let opened = self.key.open_chunks(&part, first as u64, sealed, &mut self.buffer);
        opened.map_err(|error| altered(&error))?;
        Ok(js_sys::Uint8Array::from(self.buffer.as_slice()))
    }
}
