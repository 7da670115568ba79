//! Secrets as types: each does one thing, wipes itself when dropped, is compared in constant time,
//! and cannot be cloned, printed or serialized.

use rand_core::CryptoRng;
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::bytes::{BytesError, from_base64url, to_base64url};

/// A proof: shows that its holder knows the secret it was derived from, without giving the secret
/// away.
pub trait Proof {
    /// The 32 bytes.
    fn expose(&self) -> &[u8; 32];
}

macro_rules! secret_bytes {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(ZeroizeOnDrop)]
        pub struct $name([u8; 32]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = 32;

            /// Takes the bytes as they are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// The bytes. Whoever calls this answers for where they go.
            #[must_use]
            pub const fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                ::subtle::ConstantTimeEq::ct_eq(&self.0[..], &other.0[..]).into()
            }
        }

        impl Eq for $name {}
    };
}

/// A secret that is drawn, not derived.
macro_rules! drawn_secret {
    ($(#[$doc:meta])* $name:ident) => {
        secret_bytes! { $(#[$doc])* $name }

        impl $name {
            /// Draws a new one.
            #[must_use]
            pub fn generate(rng: &mut impl CryptoRng) -> Self {
                let mut bytes = [0; 32];
                rng.fill_bytes(&mut bytes);
                let secret = Self(bytes);
                bytes.zeroize();
                secret
            }
        }
    };
}

/// A secret that goes over the wire, in a header: it has a text form.
macro_rules! proof {
    ($(#[$doc:meta])* $name:ident) => {
        secret_bytes! { $(#[$doc])* $name }

        impl $name {
            /// The text that goes into a header: base64url without padding, 43 characters.
            #[must_use]
            pub fn to_text(&self) -> Zeroizing<String> {
                Zeroizing::new(to_base64url(&self.0))
            }

            /// Reads the text form.
            ///
            /// # Errors
            /// The text is not 32 bytes as base64url without padding.
            pub fn from_text(text: &str) -> Result<Self, BytesError> {
                from_base64url(text).map(Self)
            }
        }

        impl Proof for $name {
            fn expose(&self) -> &[u8; 32] {
                &self.0
            }
        }
    };
}

drawn_secret! {
    /// Kept by the sender: proves ownership and holds the share's root key.
    OwnerSecret
}
drawn_secret! {
    /// In the link's fragment.
    LinkSecret
}
drawn_secret! {
    /// Kept by whoever made a push: proves ownership, and gives the push secret.
    PushOwnerSecret
}
drawn_secret! {
    /// Drawn by the recipient's client before it asks for a lease: with it, only that client goes
    /// on.
    LeaseSecret
}
drawn_secret! {
    /// Drawn by the recipient's client once per link: a device that opened before is not slowed by
    /// the guesses of others.
    DeviceSecret
}

secret_bytes! {
    /// In the fragment of a push's link. Derived from the owner's, so that the owner can make the
    /// link again.
    PushSecret
}
secret_bytes! {
    /// Opens and seals the manifest.
    ManifestKey
}
secret_bytes! {
    /// Opens and seals parts.
    ContentKey
}
secret_bytes! {
    /// Opens and seals the owner's note.
    NoteKey
}
secret_bytes! {
    /// Opens and seals a view wrap.
    ViewWrapKey
}
secret_bytes! {
    /// Opens and seals a content wrap.
    ContentWrapKey
}
secret_bytes! {
    /// Opens and seals the face of a push.
    FaceKey
}
secret_bytes! {
    /// Opens and seals the payload of a push.
    PayloadKey
}
secret_bytes! {
    /// Opens and seals the note that the owner of a push keeps.
    PushNoteKey
}
secret_bytes! {
    /// What a recovery phrase gives: proves that a synced keyring is one's own, and holds its key.
    KeyringSecret
}
secret_bytes! {
    /// Opens and seals a synced keyring.
    KeyringKey
}
secret_bytes! {
    /// Makes and checks receipts.
    ReceiptKey
}

proof! {
    /// Proves "this share is mine", or "this push", or "this keyring".
    OwnerProof
}
proof! {
    /// Proves "I hold the link".
    LinkProof
}
proof! {
    /// Proves "I hold the link and know the password".
    OpenProof
}
proof! {
    /// Proves "this lease was granted to me".
    LeaseProof
}
proof! {
    /// Proves "I am the device that opened this link before".
    DeviceProof
}
