//! Every label of the protocol in one place, so that no two derivations can share one by accident.

use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};

/// What a derived value is for. The text carries the protocol's version; PROTOCOL.md section 2
/// lists the same table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    ShareOwner,
    ShareManifest,
    ShareContent,
    ShareNote,
    ShareId,
    LinkSalt,
    LinkProof,
    LinkOpen,
    LinkView,
    LinkContent,
    LinkReceipt,
    LinkId,
    PushOwner,
    PushSecret,
    PushNote,
    PushSalt,
    PushProof,
    PushFace,
    PushOpen,
    PushPayload,
    PushReceipt,
    PushId,
    Keyring,
    KeyringProof,
    KeyringKey,
    KeyringId,
    LeaseProof,
    LeaseId,
    DeviceProof,
    DeviceId,
    Receipt,
    Token,
    PartList,
    SealPart,
    SealManifest,
    SealView,
    SealContent,
    SealNote,
    SealFace,
    SealPayload,
    SealPushNote,
    SealKeyring,
}

impl Label {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::ShareOwner => "subrosa/1/share/owner",
            Self::ShareManifest => "subrosa/1/share/manifest",
            Self::ShareContent => "subrosa/1/share/content",
            Self::ShareNote => "subrosa/1/share/note",
            Self::ShareId => "subrosa/1/share/id",
            Self::LinkSalt => "subrosa/1/link/salt",
            Self::LinkProof => "subrosa/1/link/proof",
            Self::LinkOpen => "subrosa/1/link/open",
            Self::LinkView => "subrosa/1/link/view",
            Self::LinkContent => "subrosa/1/link/content",
            Self::LinkReceipt => "subrosa/1/link/receipt",
            Self::LinkId => "subrosa/1/link/id",
            Self::PushOwner => "subrosa/1/push/owner",
            Self::PushSecret => "subrosa/1/push/secret",
            Self::PushNote => "subrosa/1/push/note",
            Self::PushSalt => "subrosa/1/push/salt",
            Self::PushProof => "subrosa/1/push/proof",
            Self::PushFace => "subrosa/1/push/face",
            Self::PushOpen => "subrosa/1/push/open",
            Self::PushPayload => "subrosa/1/push/payload",
            Self::PushReceipt => "subrosa/1/push/receipt",
            Self::PushId => "subrosa/1/push/id",
            Self::Keyring => "subrosa/1/keyring",
            Self::KeyringProof => "subrosa/1/keyring/proof",
            Self::KeyringKey => "subrosa/1/keyring/key",
            Self::KeyringId => "subrosa/1/keyring/id",
            Self::LeaseProof => "subrosa/1/lease/proof",
            Self::LeaseId => "subrosa/1/lease/id",
            Self::DeviceProof => "subrosa/1/device/proof",
            Self::DeviceId => "subrosa/1/device/id",
            Self::Receipt => "subrosa/1/receipt",
            Self::Token => "subrosa/1/token",
            Self::PartList => "subrosa/1/part-list",
            Self::SealPart => "subrosa/1/seal/part",
            Self::SealManifest => "subrosa/1/seal/manifest",
            Self::SealView => "subrosa/1/seal/view",
            Self::SealContent => "subrosa/1/seal/content",
            Self::SealNote => "subrosa/1/seal/note",
            Self::SealFace => "subrosa/1/seal/face",
            Self::SealPayload => "subrosa/1/seal/payload",
            Self::SealPushNote => "subrosa/1/seal/push-note",
            Self::SealKeyring => "subrosa/1/seal/keyring",
        }
    }
}

/// HKDF-SHA-256 (RFC 5869) with an empty salt; the label is `info`.
///
/// The input keying material is always uniformly random, alone or followed by more: then an empty
/// salt is what RFC 5869, section 3.1, allows. That of a recovery phrase is a number drawn
/// uniformly below 7776^10, of 129 bits.
pub(crate) fn derive<const LEN: usize>(keying_material: &[&[u8]], label: Label) -> [u8; LEN] {
    derive_with(keying_material, &[label.text().as_bytes()])
}

/// As [`derive()`], for what there are several of: the number follows the label.
pub(crate) fn derive_numbered<const LEN: usize>(keying_material: &[&[u8]], label: Label, number: u32) -> [u8; LEN] {
    derive_with(keying_material, &[label.text().as_bytes(), &number.to_be_bytes()])
}

fn derive_with<const LEN: usize>(keying_material: &[&[u8]], info: &[&[u8]]) -> [u8; LEN] {
    let mut extract = hkdf::HkdfExtract::<Sha256>::new(None);
    for piece in keying_material {
        extract.input_ikm(piece);
    }
    let (_, hkdf): (_, Hkdf<Sha256>) = extract.finalize();
    let mut okm = [0; LEN];
    hkdf.expand_multi_info(info, &mut okm).expect("at most 64 bytes are asked for, HKDF gives 8160");
    okm
}

/// SHA-256 over a label and what follows it.
pub(crate) fn labelled_digest(label: Label, pieces: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(label.text().as_bytes());
    for piece in pieces {
        hash.update(piece);
    }
    hash.finalize().into()
}
