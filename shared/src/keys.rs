//! The key hierarchy: what is derived from what. PROTOCOL.md section 3.
//!
//! ```text
//! owner secret ─┬─ owner proof ── owner verifier ── share id        link secret ─┬─ link proof ── link verifier ── link id
//!               ├─ manifest keys                                                 ├─ salt ─┐
//!               ├─ content keys                                    password ─────┼─ Argon2id ── P
//!               └─ note key                                        link secret ‖ P ─┬─ open proof ── open verifier
//!                                                                                   ├─ view wrap key
//!                                                                                   ├─ content wrap key
//!                                                                                   └─ receipt key
//!
//! push owner secret ─┬─ owner proof ── owner verifier      push secret ─┬─ link proof ── link verifier ── link id
//!                    ├─ note key                                        ├─ face key
//!                    └─ push secret                                     ├─ salt ─┐
//!                                                     passphrase ───────┼─ Argon2id ── P
//!                                                     push secret ‖ P ──┬─ open proof ── open verifier
//!                                                                       ├─ payload key
//!                                                                       └─ receipt key
//!
//! recovery phrase ── keyring secret ─┬─ owner proof ── owner verifier ── keyring id
//!                                    └─ keyring key
//! ```

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::content::ContentNumber;
use crate::id::{DeviceId, Digest, KeyringId, LeaseId, LinkId, Receipt, ShareId, Verifier};
use crate::labels::{Label, derive, derive_numbered};
use crate::password::{Password, StretchedPassword, Suite};
use crate::secret::{
    ContentKey, ContentWrapKey, DeviceProof, DeviceSecret, FaceKey, KeyringKey, KeyringSecret, LeaseProof, LeaseSecret,
    LinkProof, LinkSecret, ManifestKey, NoteKey, OpenProof, OwnerProof, OwnerSecret, PayloadKey, PushNoteKey,
    PushOwnerSecret, PushSecret, ReceiptKey, ViewWrapKey,
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

    /// The key of the manifest of a content.
    #[must_use]
    pub fn manifest_key(&self, content: ContentNumber) -> ManifestKey {
        ManifestKey::from_bytes(self.derive_for(content, Label::ShareManifest))
    }

    /// The key of the parts of a content.
    #[must_use]
    pub fn content_key(&self, content: ContentNumber) -> ContentKey {
        ContentKey::from_bytes(self.derive_for(content, Label::ShareContent))
    }

    /// Who has the keys of one content has those of no other: the number is in the derivation of
    /// all but the first.
    fn derive_for(&self, content: ContentNumber, label: Label) -> [u8; 32] {
        if content.is_first() {
            derive(&[self.expose()], label)
        } else {
            derive_numbered(&[self.expose()], label, content.get().into())
        }
    }

    /// The key of the owner's note.
    #[must_use]
    pub fn note_key(&self) -> NoteKey {
        NoteKey::from_bytes(derive(&[self.expose()], Label::ShareNote))
    }
}

impl PushOwnerSecret {
    /// Proves ownership to the server.
    #[must_use]
    pub fn proof(&self) -> OwnerProof {
        OwnerProof::from_bytes(derive(&[self.expose()], Label::PushOwner))
    }

    /// What the server keeps of the proof.
    #[must_use]
    pub fn verifier(&self) -> Verifier {
        Verifier::of(&self.proof())
    }

    /// The secret that the link carries: whoever owns a push can make its link again.
    #[must_use]
    pub fn push_secret(&self) -> PushSecret {
        PushSecret::from_bytes(derive(&[self.expose()], Label::PushSecret))
    }

    /// The key of the owner's note.
    #[must_use]
    pub fn note_key(&self) -> PushNoteKey {
        PushNoteKey::from_bytes(derive(&[self.expose()], Label::PushNote))
    }
}

/// A secret in a link's fragment, behind which a password can stand.
pub trait FragmentSecret {
    #[doc(hidden)]
    fn password_salt(&self) -> [u8; 16];
}

/// What is derived alike for the link of a share and that of a push, under labels of their own.
macro_rules! fragment_secret {
    ($secret:ident, $proof:ident, $salt:ident, $id:ident) => {
        impl $secret {
            /// Proves "I hold the link" to the server.
            #[must_use]
            pub fn proof(&self) -> LinkProof {
                LinkProof::from_bytes(derive(&[self.expose()], Label::$proof))
            }

            /// What the server keeps of the link proof.
            #[must_use]
            pub fn verifier(&self) -> Verifier {
                Verifier::of(&self.proof())
            }

            /// The link that this secret opens.
            #[must_use]
            pub fn link_id(&self) -> LinkId {
                LinkId::$id(&self.verifier())
            }
        }

        impl FragmentSecret for $secret {
            fn password_salt(&self) -> [u8; 16] {
                derive(&[self.expose()], Label::$salt)
            }
        }
    };
}
fragment_secret!(LinkSecret, LinkProof, LinkSalt, derive);
fragment_secret!(PushSecret, PushProof, PushSalt, derive_push);

impl LinkSecret {
    /// The keys behind the password. `None` is a link without one.
    #[must_use]
    pub fn keys(&self, password: Option<&StretchedPassword>) -> LinkKeys {
        let keying_material = [self.expose().as_slice(), stretched(password)];
        LinkKeys {
            open_proof: OpenProof::from_bytes(derive(&keying_material, Label::LinkOpen)),
            view: ViewWrapKey::from_bytes(derive(&keying_material, Label::LinkView)),
            content: ContentWrapKey::from_bytes(derive(&keying_material, Label::LinkContent)),
            receipt: ReceiptKey::from_bytes(derive(&keying_material, Label::LinkReceipt)),
        }
    }
}

impl PushSecret {
    /// The key of the face. No passphrase stands before it: what a push is, and from whom, is told
    /// before it is asked for.
    #[must_use]
    pub fn face_key(&self) -> FaceKey {
        FaceKey::from_bytes(derive(&[self.expose()], Label::PushFace))
    }

    /// The keys behind the passphrase. `None` is a push without one.
    #[must_use]
    pub fn keys(&self, passphrase: Option<&StretchedPassword>) -> PushKeys {
        let keying_material = [self.expose().as_slice(), stretched(passphrase)];
        PushKeys {
            open_proof: OpenProof::from_bytes(derive(&keying_material, Label::PushOpen)),
            payload: PayloadKey::from_bytes(derive(&keying_material, Label::PushPayload)),
            receipt: ReceiptKey::from_bytes(derive(&keying_material, Label::PushReceipt)),
        }
    }
}

impl Password {
    /// Stretches the password for one link. Takes 64 MiB of memory and about 0.2 s.
    #[must_use]
    pub fn stretch(&self, suite: Suite, link: &impl FragmentSecret) -> StretchedPassword {
        self.stretch_with_salt(suite, &link.password_salt())
    }
}

fn stretched(password: Option<&StretchedPassword>) -> &[u8] {
    password.map_or(&[], |password| password.expose())
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

/// What the push secret and the passphrase give together.
#[derive(Debug)]
pub struct PushKeys {
    /// Proves "I hold the link and know the passphrase".
    pub open_proof: OpenProof,
    /// Opens the payload.
    pub payload: PayloadKey,
    /// Makes receipts.
    pub receipt: ReceiptKey,
}

impl PushKeys {
    /// What the server keeps of the open proof.
    #[must_use]
    pub fn open_verifier(&self) -> Verifier {
        Verifier::of(&self.open_proof)
    }
}

impl KeyringSecret {
    /// Proves to the server that the keyring is one's own.
    #[must_use]
    pub fn proof(&self) -> OwnerProof {
        OwnerProof::from_bytes(derive(&[self.expose()], Label::KeyringProof))
    }

    /// The keyring, as the server knows it.
    #[must_use]
    pub fn keyring_id(&self) -> KeyringId {
        KeyringId::derive(&Verifier::of(&self.proof()))
    }

    /// Opens and seals the keyring.
    #[must_use]
    pub fn key(&self) -> KeyringKey {
        KeyringKey::from_bytes(derive(&[self.expose()], Label::KeyringKey))
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
    /// The receipt for one lease: "someone with this link and its password says that it was saved
    /// whole".
    ///
    /// HMAC-SHA-256 (RFC 2104) over label, link id, lease id and the digest of what was handed
    /// over: the sealed manifest, or the sealed payload of a push.
    #[must_use]
    pub fn receipt(&self, link: &LinkId, lease: &LeaseId, content: &Digest) -> Receipt {
        Receipt::from_bytes(self.mac(link, lease, content).finalize().into_bytes().into())
    }

    /// Whether a receipt is the one for that lease. Takes the same time whatever the answer.
    #[must_use]
    pub fn verify(&self, receipt: &Receipt, link: &LinkId, lease: &LeaseId, content: &Digest) -> bool {
        self.mac(link, lease, content).verify_slice(receipt.as_bytes()).is_ok()
    }

    fn mac(&self, link: &LinkId, lease: &LeaseId, content: &Digest) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.expose()).expect("HMAC takes keys of any length");
        mac.update(Label::Receipt.text().as_bytes());
        mac.update(link.as_bytes());
        mac.update(lease.as_bytes());
        mac.update(content.as_bytes());
        mac
    }
}
