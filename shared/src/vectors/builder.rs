//! What vectors are made with.

use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};

use super::Vector;

pub(super) type Vectors = Vec<(String, Vector)>;

pub(super) fn vector(fields: &[(&str, &str)], body: &[u8]) -> Vector {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Vector { fields, body: body.to_vec() }
}

/// Counts instead of drawing: the vectors must be the same every time.
pub(super) struct Counting(pub(super) u8);

impl TryRng for Counting {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
        Ok(())
    }
}

impl TryCryptoRng for Counting {}
