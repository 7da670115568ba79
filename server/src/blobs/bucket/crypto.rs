//! What signs requests to the store: RustCrypto, as everywhere else.

use hmac::{Hmac, KeyInit as _, Mac as _};
use object_store::client::{CryptoProvider, DigestAlgorithm, DigestContext, HmacContext, Signer, SigningAlgorithm};
use object_store::{Error, Result};
use sha2::{Digest as _, Sha256};

/// SHA-256 and HMAC with it; no signatures by RSA, which S3 does not need.
#[derive(Debug)]
pub(super) struct RustCrypto;

struct Sha {
    state: Sha256,
    digest: [u8; 32],
}

struct HmacSha {
    state: Hmac<Sha256>,
    tag: [u8; 32],
}

impl CryptoProvider for RustCrypto {
    fn digest(&self, algorithm: DigestAlgorithm) -> Result<Box<dyn DigestContext>> {
        match algorithm {
            DigestAlgorithm::Sha256 => Ok(Box::new(Sha { state: Sha256::new(), digest: [0; 32] })),
            _ => Err(unsupported()),
        }
    }

    fn hmac(&self, algorithm: DigestAlgorithm, secret: &[u8]) -> Result<Box<dyn HmacContext>> {
        match algorithm {
            DigestAlgorithm::Sha256 => {
                let state = Hmac::new_from_slice(secret).map_err(|_| unsupported())?;
                Ok(Box::new(HmacSha { state, tag: [0; 32] }))
            }
            _ => Err(unsupported()),
        }
    }

    fn sign(&self, _: SigningAlgorithm, _: &[u8]) -> Result<Box<dyn Signer>> {
        Err(unsupported())
    }
}

impl DigestContext for Sha {
    fn update(&mut self, data: &[u8]) {
        self.state.update(data);
    }

    fn finish(&mut self) -> Result<&[u8]> {
        self.digest = self.state.finalize_reset().into();
        Ok(&self.digest)
    }
}

impl HmacContext for HmacSha {
    fn update(&mut self, data: &[u8]) {
        self.state.update(data);
    }

    fn finish(&mut self) -> Result<&[u8]> {
        self.tag = self.state.clone().finalize().into_bytes().into();
        Ok(&self.tag)
    }
}

fn unsupported() -> Error {
    Error::NotSupported { source: "only SHA-256 is used".into() }
}
