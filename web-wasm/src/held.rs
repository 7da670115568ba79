//! What the holder of any link draws and keeps on the device: the secret of a lease, which stands
//! for one counted download or view, and the secret by which the server knows the device again.

use rand_core::CryptoRng;
use subrosa_shared::api::RequestLease;
use subrosa_shared::id::LeaseId;
use subrosa_shared::secret::{DeviceSecret, LeaseSecret};
use zeroize::Zeroizing;

use crate::secret_text;

/// Lease and device of someone who holds a link.
#[derive(Debug, Default)]
pub struct Held {
    lease: Option<LeaseSecret>,
    device: Option<DeviceSecret>,
}

/// An earlier step is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a step before this one is missing")]
pub struct OutOfOrder;

impl Held {
    /// Draws the secret by which the server knows this device again, or takes the one that was
    /// kept.
    pub fn identify(&mut self, kept: Option<&str>, rng: &mut impl CryptoRng) -> Zeroizing<String> {
        let kept = kept.and_then(secret_text::decode).map(DeviceSecret::from_bytes);
        let device = self.device.insert(kept.unwrap_or_else(|| DeviceSecret::generate(rng)));
        secret_text::encode(device.expose())
    }

    /// For the header that says which device this is.
    #[must_use]
    pub fn device_proof(&self) -> Option<Zeroizing<String>> {
        self.device.as_ref().map(|device| device.proof().to_text())
    }

    /// Draws the secret of a lease, or takes the one that was kept. The page stores what it gets
    /// before it asks the server.
    pub fn hold_lease(&mut self, kept: Option<&str>, rng: &mut impl CryptoRng) -> Zeroizing<String> {
        let kept = kept.and_then(secret_text::decode).map(LeaseSecret::from_bytes);
        let lease = self.lease.insert(kept.unwrap_or_else(|| LeaseSecret::generate(rng)));
        secret_text::encode(lease.expose())
    }

    /// Body of the call that asks for the lease.
    ///
    /// # Errors
    /// [`hold_lease`](Self::hold_lease) comes first.
    pub fn request_lease(&self) -> Result<RequestLease, OutOfOrder> {
        Ok(RequestLease { lease_verifier: self.lease()?.verifier() })
    }

    /// For the header of calls under the lease.
    ///
    /// # Errors
    /// [`hold_lease`](Self::hold_lease) comes first.
    pub fn lease_proof(&self) -> Result<Zeroizing<String>, OutOfOrder> {
        Ok(self.lease()?.proof().to_text())
    }

    /// The lease's id.
    ///
    /// # Errors
    /// [`hold_lease`](Self::hold_lease) comes first.
    pub fn lease_id(&self) -> Result<LeaseId, OutOfOrder> {
        Ok(self.lease()?.lease_id())
    }

    fn lease(&self) -> Result<&LeaseSecret, OutOfOrder> {
        self.lease.as_ref().ok_or(OutOfOrder)
    }
}
