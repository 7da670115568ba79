//! What the server may know: ids, verifiers and digests. Nothing here is secret.

use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::bytes::public_bytes;
use crate::labels::{Label, labelled_digest};
use crate::secret::Proof;

public_bytes! {
    /// Names a share: derived from its owner's verifier, so that nobody else can create it.
    ShareId, 16
}
public_bytes! {
    /// Names a link, to a share or of a push: derived from its link verifier.
    LinkId, 16
}
public_bytes! {
    /// Names a lease: derived from its verifier.
    LeaseId, 16
}
public_bytes! {
    /// Names a device that opened a link before, to the server only and for that link only.
    DeviceId, 16
}
public_bytes! {
    /// Names a synced keyring: derived from the verifier that belongs to its recovery phrase.
    KeyringId, 16
}
public_bytes! {
    /// SHA-256 of a proof: all that the server keeps of it.
    Verifier, 32
}
public_bytes! {
    /// SHA-256 of stored bytes.
    Digest, 32
}
public_bytes! {
    /// What a sealed object says of its key and salt: it opens under no other. Pins one sealing of
    /// a part, so that single chunks of it can be believed.
    Commitment, 32
}
public_bytes! {
    /// What a recipient's client says after it verified and saved. HMAC-SHA-256: the server cannot
    /// make one.
    Receipt, 32
}

impl ShareId {
    /// The id that belongs to an owner's verifier. PROTOCOL.md section 3.
    #[must_use]
    pub fn derive(owner: &Verifier) -> Self {
        Self::from_bytes(id(Label::ShareId, owner))
    }
}

impl LinkId {
    /// The id that belongs to a link verifier. PROTOCOL.md section 3.
    #[must_use]
    pub fn derive(link: &Verifier) -> Self {
        Self::from_bytes(id(Label::LinkId, link))
    }

    /// The id of a push that belongs to a link verifier: another than that of a share's link.
    /// PROTOCOL.md section 3.
    #[must_use]
    pub fn derive_push(link: &Verifier) -> Self {
        Self::from_bytes(id(Label::PushId, link))
    }
}

impl LeaseId {
    /// The id that belongs to a lease's verifier. PROTOCOL.md section 3.
    #[must_use]
    pub fn derive(lease: &Verifier) -> Self {
        Self::from_bytes(id(Label::LeaseId, lease))
    }
}

impl DeviceId {
    /// The id that belongs to a device's verifier. PROTOCOL.md section 3.
    #[must_use]
    pub fn derive(device: &Verifier) -> Self {
        Self::from_bytes(id(Label::DeviceId, device))
    }
}

impl KeyringId {
    /// The id that belongs to a keyring's verifier. PROTOCOL.md section 13.
    #[must_use]
    pub fn derive(keyring: &Verifier) -> Self {
        Self::from_bytes(id(Label::KeyringId, keyring))
    }
}

fn id(label: Label, verifier: &Verifier) -> [u8; 16] {
    let digest = labelled_digest(label, &[verifier.as_bytes()]);
    *digest.first_chunk().expect("a SHA-256 digest has 32 bytes")
}

impl Verifier {
    /// The verifier of a proof.
    #[must_use]
    pub fn of(proof: &impl Proof) -> Self {
        Self::from_bytes(Sha256::digest(proof.expose()).into())
    }

    /// Whether this is the verifier of that proof. Takes the same time whatever the answer.
    #[must_use]
    pub fn matches(&self, proof: &impl Proof) -> bool {
        self.as_bytes().ct_eq(Self::of(proof).as_bytes()).into()
    }
}

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_bytes(Sha256::digest(bytes).into())
    }
}
