//! Bounds of the protocol, and the limits that an operator sets.

use serde::{Deserialize, Serialize};

/// Smallest part size: one chunk.
pub const PART_BYTES_MIN: u32 = 64 * 1024;
/// Largest part size.
pub const PART_BYTES_MAX: u32 = 64 * 1024 * 1024;
/// Part size where nothing asks for another.
pub const PART_BYTES_DEFAULT: u32 = 8 * 1024 * 1024;
/// Parts in a share.
pub const PARTS_MAX: u32 = 10_000;
/// Entries in a manifest.
pub const ENTRIES_MAX: usize = 100_000;
/// Bytes of a manifest before sealing.
pub const MANIFEST_BYTES_MAX: u32 = 16 * 1024 * 1024;
/// Links of a share.
pub const LINKS_MAX: usize = 250;
/// Bytes of an owner's note, sealed.
pub const OWNER_NOTE_BYTES_MAX: u32 = 256 * 1024;
/// Contents of a share at the same time: the one before, the newest, and one whose upload runs.
pub const CONTENTS_MAX: usize = 3;
/// Links that one call makes or moves.
pub const LINKS_AT_ONCE_MAX: usize = 50;
/// Bytes of the JSON body of such a call.
pub const LINKS_BODY_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a JSON body.
pub const JSON_BYTES_MAX: usize = 16 * 1024;
/// Bytes of the JSON body that makes a push.
pub const PUSH_BODY_BYTES_MAX: usize = 128 * 1024;
/// Views that a push may allow.
pub const VIEWS_MAX: u32 = 100;
/// Wrong passwords on a link until it pauses by itself; the owner can resume it.
pub const GUESSES_MAX: u32 = 200;

/// What a server accepts. Served by `GET /config`, so that a client refuses too much before the
/// first byte.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    /// Largest share, in bytes of padded content.
    pub share_bytes_max: u64,
    /// Smallest part size, in bytes of plaintext. A part size is a multiple of 65,536 bytes.
    pub part_bytes_min: u32,
    /// Largest part size, in bytes of plaintext.
    pub part_bytes_max: u32,
    /// Parts in a share.
    pub parts_max: u32,
    /// Entries (files and folders) in a share.
    pub entries_max: u32,
    /// Largest manifest before sealing, in bytes.
    pub manifest_bytes_max: u32,
    /// Links of a share.
    pub links_max: u32,
    /// Most downloads that a link may allow.
    pub downloads_max: u32,
    /// Most views that a push may allow.
    pub views_max: u32,
    /// Shortest life of a share or link, in seconds, and of a push unless that has its own.
    pub expiry_secs_min: u64,
    /// Longest life of a share or link, in seconds, and of a push unless that has its own.
    pub expiry_secs_max: u64,
    /// Shortest life of a push, in seconds, if it is another.
    #[serde(default)]
    pub push_expiry_secs_min: Option<u64>,
    /// Longest life of a push, in seconds, if it is another.
    #[serde(default)]
    pub push_expiry_secs_max: Option<u64>,
    /// Whether every link to a share has to need a password.
    #[serde(default)]
    pub password_required: bool,
}

impl Limits {
    /// Shortest and longest life of a push, in seconds.
    #[must_use]
    pub fn push_expiry_secs(&self) -> (u64, u64) {
        (
            self.push_expiry_secs_min.unwrap_or(self.expiry_secs_min),
            self.push_expiry_secs_max.unwrap_or(self.expiry_secs_max),
        )
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            share_bytes_max: 20_000_000_000,
            part_bytes_min: PART_BYTES_MIN,
            part_bytes_max: PART_BYTES_MAX,
            parts_max: PARTS_MAX,
            entries_max: 100_000,
            manifest_bytes_max: MANIFEST_BYTES_MAX,
            links_max: 250,
            downloads_max: 1000,
            views_max: VIEWS_MAX,
            expiry_secs_min: 60,
            expiry_secs_max: 90 * 24 * 60 * 60,
            push_expiry_secs_min: None,
            push_expiry_secs_max: None,
            password_required: false,
        }
    }
}
