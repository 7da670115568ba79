//! The key hierarchy: what is derived from what. PROTOCOL.md section 3.
//!
//! ```text
//! owner secret ─┬─ owner proof ── owner verifier ── share id        link secret ─┬─ link proof ── link verifier ── link id
//!               ├─ manifest key                                                  ├─ salt ─┐
//!               ├─ content key                                     password ─────┼─ Argon2id ── P
//!               └─ note key                                        link secret ‖ P ─┬─ open proof ── open verifier
//!                                                                                   ├─ view wrap key
//!                                                                                   ├─ content wrap key
//!                                                                                   └─ receipt key
//! ```

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::id::{DeviceId, Digest, LeaseId, LinkId, Receipt, ShareId, Verifier};
use crate::labels::{Label, derive};
use crate::password::StretchedPassword;
use crate::secret::{
    ContentKey, ContentWrapKey, DeviceProof, DeviceSecret, LeaseProof, LeaseSecret, LinkProof, LinkSecret, ManifestKey,
    NoteKey, OpenProof, OwnerProof, OwnerSecret, ReceiptKey, ViewWrapKey,
};

impl OwnerSecret {
    /// Proves ownership to the server.
    #[must_use]
    pub fn proof(&self) -> OwnerProof {
        OwnerProof::from_bytes(derive(&[self.expose()], Label::ShareOwner))
    }

    /// What the server keeps of the proof.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::of(&self.proof())
    }

    /// The share that this secret owns.
    #[must_use]
    pub fn share_id(&self) -> ShareId {
        ShareId::derive(&self.verifier())
    }

    /// The key of the manifest.
    #[must_use]
    pub fn manifest_key(&self) -> ManifestKey {
        ManifestKey::from_bytes(derive(&[self.expose()], Label::ShareManifest))
    }

    /// The key of the parts.
    #[must_use]
    pub fn content_key(&self) -> ContentKey {
        ContentKey::from_bytes(derive(&[self.expose()], Label::ShareContent))
    }

    /// The key of the owner's note.
    #[must_use]
    pub fn note_key(&self) -> NoteKey {
        NoteKey::from_bytes(derive(&[self.expose()], Label::ShareNote))
    }
}

impl LinkSecret {
    /// Proves "I hold the link" to the server.
    #[must_use]
    pub fn proof(&self) -> LinkProof {
        LinkProof::from_bytes(derive(&[self.expose()], Label::LinkProof))
    }

    /// What the server keeps of the link proof.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::of(&self.proof())
    }

    /// The link that this secret opens.
    #[must_use]
    pub fn link_id(&self) -> LinkId {
        LinkId::derive(&self.verifier())
    }

    /// Salt for stretching the link's password.
    pub(crate) fn password_salt(&self) -> [u8; 16] {
        derive(&[self.expose()], Label::LinkSalt)
    }

    /// The keys behind the password. `None` is a link without one.
    #[must_use]
    pub fn keys(&self, password: Option<&StretchedPassword>) -> LinkKeys {
        let stretched: &[u8] = password.map_or(&[], |password| password.expose());
        let keying_material = [self.expose().as_slice(), stretched];
        LinkKeys {
            open_proof: OpenProof::from_bytes(derive(&keying_material, Label::LinkOpen)),
            view: ViewWrapKey::from_bytes(derive(&keying_material, Label::LinkView)),
            content: ContentWrapKey::from_bytes(derive(&keying_material, Label::LinkContent)),
            receipt: ReceiptKey::from_bytes(derive(&keying_material, Label::LinkReceipt)),
        }
    }
}

/// What the link secret and the password give together.
#[derive(Debug)]
pub struct LinkKeys {
    /// Proves "I hold the link and know the password".
    pub open_proof: OpenProof,
    /// Opens the view wrap.
    pub view: ViewWrapKey,
    /// Opens the content wrap.
    pub content: ContentWrapKey,
    /// Makes receipts.
    pub receipt: ReceiptKey,
}

impl LinkKeys {
    /// What the server keeps of the open proof.
    #[must_use]
    pub fn open_verifier(&self) -> Verifier {
        Verifier::of(&self.open_proof)
    }
}

impl LeaseSecret {
    /// Proves "this lease was granted to me".
    #[must_use]
    pub fn proof(&self) -> LeaseProof {
        LeaseProof::from_bytes(derive(&[self.expose()], Label::LeaseProof))
    }

    /// What the server keeps of the lease proof.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::of(&self.proof())
    }

    /// The lease that this secret holds.
    #[must_use]
    pub fn lease_id(&self) -> LeaseId {
        LeaseId::derive(&self.verifier())
    }
}

impl DeviceSecret {
    /// Proves "I am the device that opened this link before".
    #[must_use]
    pub fn proof(&self) -> DeviceProof {
        DeviceProof::from_bytes(derive(&[self.expose()], Label::DeviceProof))
    }

    /// The device, as the server knows it.
    #[must_use]
    pub fn device_id(&self) -> DeviceId {
        DeviceId::derive(&Verifier::of(&self.proof()))
    }
}

impl ReceiptKey {
    /// The receipt for one lease: "someone with this link and its password says that it was saved whole".
    ///
    /// HMAC-SHA-256 (RFC 2104) over label, link id, lease id and the digest of the sealed manifest.
    #[must_use]
    pub fn receipt(&self, link: &LinkId, lease: &LeaseId, manifest: &Digest) -> Receipt {
        Receipt::from_bytes(self.mac(link, lease, manifest).finalize().into_bytes().into())
    }

    /// Whether a receipt is the one for that lease. Takes the same time whatever the answer.
    #[must_use]
    pub fn verify(&self, receipt: &Receipt, link: &LinkId, lease: &LeaseId, manifest: &Digest) -> bool {
        self.mac(link, lease, manifest).verify_slice(receipt.as_bytes()).is_ok()
    }

    fn mac(&self, link: &LinkId, lease: &LeaseId, manifest: &Digest) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.expose()).expect("HMAC takes keys of any length");
        mac.update(Label::Receipt.text().as_bytes());
        mac.update(link.as_bytes());
        mac.update(lease.as_bytes());
        mac.update(manifest.as_bytes());
        mac
    }
}
