//! All values that are derived from the secrets of a vector.

use super::{Vector, hex};
use crate::content::ContentNumber;
use crate::id::Digest;
use crate::keys::FragmentSecret as _;
use crate::password::Password;
use crate::secret::{DeviceSecret, LeaseSecret, LinkSecret, OwnerSecret};

const SECOND: ContentNumber = ContentNumber::FIRST.next().expect("there is a second");
/// One whose number fills more than a byte.
const LATER: ContentNumber = ContentNumber::new(258).expect("it is not 0");

/// Every value that is derived, by name.
pub(super) fn derived(vector: &Vector) -> Result<Vec<(&'static str, String)>, String> {
    let owner = OwnerSecret::from_bytes(vector.bytes("owner-secret")?);
    let link = LinkSecret::from_bytes(vector.bytes("link-secret")?);
    let lease = LeaseSecret::from_bytes(vector.bytes("lease-secret")?);
    let device = DeviceSecret::from_bytes(vector.bytes("device-secret")?);
    let stretched = match vector.field("password")? {
        "" => None,
        typed => {
            let password = Password::new(typed).map_err(|error| error.to_string())?;
            Some(password.stretch(crate::password::Suite::One, &link))
        }
    };
    let keys = link.keys(stretched.as_ref());
    let manifest = Digest::of(b"manifest");
    let receipt = keys.receipt.receipt(&link.link_id(), &lease.lease_id(), &manifest);
    Ok(vec![
        ("owner-proof", hex(owner.proof().expose())),
        ("owner-verifier", hex(owner.verifier().as_bytes())),
        ("share-id", hex(owner.share_id().as_bytes())),
        ("manifest-key", hex(owner.manifest_key(ContentNumber::FIRST).expose())),
        ("content-key", hex(owner.content_key(ContentNumber::FIRST).expose())),
        ("manifest-key-2", hex(owner.manifest_key(SECOND).expose())),
        ("content-key-2", hex(owner.content_key(SECOND).expose())),
        ("manifest-key-258", hex(owner.manifest_key(LATER).expose())),
        ("content-key-258", hex(owner.content_key(LATER).expose())),
        ("note-key", hex(owner.note_key().expose())),
        ("owner-token", owner.to_token().to_string()),
        ("link-proof", hex(link.proof().expose())),
        ("link-verifier", hex(link.verifier().as_bytes())),
        ("link-id", hex(link.link_id().as_bytes())),
        ("link-token", link.to_token().to_string()),
        ("password-salt", hex(&link.password_salt())),
        ("stretched-password", stretched.map_or(String::new(), |stretched| hex(stretched.expose()))),
        ("open-proof", hex(keys.open_proof.expose())),
        ("open-verifier", hex(keys.open_verifier().as_bytes())),
        ("view-wrap-key", hex(keys.view.expose())),
        ("content-wrap-key", hex(keys.content.expose())),
        ("receipt-key", hex(keys.receipt.expose())),
        ("lease-proof", hex(lease.proof().expose())),
        ("lease-verifier", hex(lease.verifier().as_bytes())),
        ("lease-id", hex(lease.lease_id().as_bytes())),
        ("device-proof", hex(device.proof().expose())),
        ("device-verifier", hex(crate::id::Verifier::of(&device.proof()).as_bytes())),
        ("device-id", hex(device.device_id().as_bytes())),
        ("manifest-digest", hex(manifest.as_bytes())),
        ("receipt", hex(receipt.as_bytes())),
    ])
}
