//! Fixed-length byte strings and their one text form: base64url without padding (RFC 4648, section
//! 5).

#[cfg(feature = "openapi")]
pub(crate) mod schema;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A text is not the base64url form of a value of the expected length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected_len} bytes as base64url without padding")]
pub struct BytesError {
    /// Length in bytes that the value must have.
    pub expected_len: usize,
}

/// Encodes bytes as base64url without padding.
pub(crate) fn to_base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes base64url without padding. Refuses padding, other alphabets and stray bits in the last
/// character, so that every value has exactly one text.
pub(crate) fn from_base64url<const LEN: usize>(text: &str) -> Result<[u8; LEN], BytesError> {
    let wrong = BytesError { expected_len: LEN };
    // Bounded before anything is allocated: four characters carry three bytes.
    if text.len() != (LEN * 4).div_ceil(3) {
        return Err(wrong);
    }
    let mut bytes = [0; LEN];
    match URL_SAFE_NO_PAD.decode_slice(text, &mut bytes) {
        Ok(len) if len == LEN => Ok(bytes),
        _ => Err(wrong),
    }
}

/// Defines a public (not secret) byte string of fixed length with its text form in `Display`,
/// `FromStr` and serde.
macro_rules! public_bytes {
    ($(#[doc = $doc:literal])* $name:ident, $len:literal) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Length in bytes.
            pub const LEN: usize = $len;

            /// Takes the bytes as they are.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// The bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::bytes::to_base64url(&self.0))
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::BytesError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                $crate::bytes::from_base64url(text).map(Self)
            }
        }

        impl ::serde::Serialize for $name {
            fn serialize<S: ::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <::std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }

        #[cfg(feature = "openapi")]
        impl ::utoipa::PartialSchema for $name {
            fn schema() -> ::utoipa::openapi::RefOr<::utoipa::openapi::Schema> {
                $crate::bytes::schema::fixed($len, concat!($($doc),*))
            }
        }

        #[cfg(feature = "openapi")]
        impl ::utoipa::ToSchema for $name {}
    };
}
pub(crate) use public_bytes;

/// Bytes of any length as base64url in JSON, for small sealed objects.
/// `#[serde(with = "crate::bytes::base64url")]`.
pub(crate) mod base64url {
    use std::borrow::Cow;

    use base64::Engine as _;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::to_base64url(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        super::URL_SAFE_NO_PAD.decode(text.as_ref()).map_err(|_| D::Error::custom("expected base64url without padding"))
    }
}

/// The same, where there may be none.
pub(crate) mod base64url_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Bytes(#[serde(with = "super::base64url")] Vec<u8>);

    pub(crate) fn serialize<S: Serializer>(bytes: &Option<Vec<u8>>, serializer: S) -> Result<S::Ok, S::Error> {
        match bytes {
            Some(bytes) => super::base64url::serialize(bytes, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u8>>, D::Error> {
        Option::<Bytes>::deserialize(deserializer).map(|bytes| bytes.map(|Bytes(bytes)| bytes))
    }
}
