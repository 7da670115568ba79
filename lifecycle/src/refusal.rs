//! Why a command was refused.

use std::time::Duration;

use subrosa_shared::api::Gone;

/// Why a command was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Unknown, gone long ago, or without its proof: one answer for all of them.
    #[error("no such share or link")]
    NotFound,
    /// It has ended.
    #[error("gone")]
    Gone(Gone),
    /// The owner paused it.
    #[error("paused by its owner")]
    Paused,
    /// It paused by itself after too many wrong passwords.
    #[error("locked after too many wrong passwords")]
    Locked,
    /// The open proof is wrong. It was counted.
    #[error("wrong password")]
    WrongPassword {
        /// How long to wait before the next one.
        retry_after: Duration,
    },
    /// Too soon after a wrong password. Nothing was compared, nothing counted.
    #[error("too soon after a wrong password")]
    TooManyGuesses {
        /// How long to wait before the next one.
        retry_after: Duration,
    },
    /// Every download is taken.
    #[error("every download is taken")]
    NoDownloadLeft {
        /// Until one that was granted and has not begun goes back, if there is one.
        retry_after: Option<Duration>,
    },
    /// Too many downloads run at the same time.
    #[error("too many downloads run at the same time")]
    TooManyLeases {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// Some of what the link hands out is missing or damaged. Charged to nobody.
    #[error("what is stored is lost or damaged")]
    ContentLost,
    /// The lease is unknown, finished, lapsed or of another link.
    #[error("the lease has ended")]
    LeaseEnded,
    /// The lease was not used yet, so nothing can have been saved.
    #[error("the lease was not used yet")]
    LeaseNotStarted,
    /// The lease gave as many bytes as it may.
    #[error("the lease gave as many bytes as it may")]
    LeaseSpent,
    /// The owner does not let recipients destroy the link.
    #[error("recipients may not destroy the link")]
    DestroyNotAllowed,
    /// The id does not belong to the verifier.
    #[error("the id does not belong to the verifier")]
    IdMismatch,
    /// It exists with other values, or did and its id is burned.
    #[error("exists already")]
    AlreadyExists,
    /// The life asked for is outside the limits.
    #[error("expiry must be {min} to {max} seconds")]
    ExpiryOutOfRange {
        /// Shortest, in seconds.
        min: u64,
        /// Longest, in seconds.
        max: u64,
    },
    /// A link without a password, where the operator wants one for every link.
    #[error("links need a password here")]
    PasswordRequired,
    /// The number of downloads is outside the limits.
    #[error("downloads must be {min} to {max}")]
    DownloadsOutOfRange {
        /// Fewest.
        min: u64,
        /// Most.
        max: u64,
    },
    /// The part size is outside the limits, or not a multiple of a chunk.
    #[error("part size must be a multiple of a chunk, {min} to {max} bytes")]
    PartSizeOutOfRange {
        /// Smallest, in bytes.
        min: u64,
        /// Largest, in bytes.
        max: u64,
    },
    /// Something else is out of its bounds.
    #[error("{field} must be {min} to {max}")]
    ValueOutOfRange {
        /// The field of the request.
        field: &'static str,
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
    /// What is stored of a keyring is not what the request wants to replace, or is newer.
    #[error("the keyring is another one by now")]
    KeyringChanged,
    /// It was deleted just now, and its blobs are still there.
    #[error("what was deleted here is still leaving")]
    Leaving {
        /// When it is worth trying again.
        retry_after: Duration,
    },
    /// A sealed keyring has none of the lengths that there are.
    #[error("the keyring has a length that filling does not make")]
    KeyringLength,
    /// The payload of a push has none of the lengths that there are.
    #[error("the payload has a length that filling does not make")]
    PayloadLength,
    /// The share cannot have such a part.
    #[error("part index must be at most {max}")]
    PartOutOfRange {
        /// Largest index.
        max: u64,
    },
    /// A part that is shorter than the others would stand before another.
    #[error("the part must have {sealed_len} bytes, because part {last} is stored behind it")]
    PartTooShort {
        /// Bytes of a sealed part that is not the last.
        sealed_len: u64,
        /// The highest index stored.
        last: u32,
    },
    /// A part would stand behind the one that is shorter than the others, which is the last.
    #[error("part {last} is shorter than the others, so none can follow it")]
    PartBehindLast {
        /// The index of the shorter part.
        last: u32,
    },
    /// More content than a share may have.
    #[error("share must have at most {max} bytes")]
    ShareTooLarge {
        /// Most, in bytes of padded content.
        max: u64,
    },
    /// As many links as a share may have.
    #[error("share must have at most {max} links")]
    TooManyLinks {
        /// Most.
        max: u64,
    },
    /// As many contents as a share may have at the same time.
    #[error("share must have at most {max} contents")]
    TooManyContents {
        /// Most.
        max: u64,
    },
    /// Links point at the content, or downloads of it run.
    #[error("the content is in use")]
    ContentInUse,
    /// The content is fixed.
    #[error("the upload is complete")]
    AlreadyComplete,
    /// The content is not fixed yet.
    #[error("the upload is not complete")]
    NotComplete,
    /// What is stored is not what the upload should be.
    #[error("incomplete upload: {0}")]
    IncompleteUpload(UploadFault),
}

/// What is wrong with an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UploadFault {
    /// A part is not there, or one is there that does not belong.
    #[error("the stored parts are not parts 0 to {last}", last = .part_count.saturating_sub(1))]
    Parts {
        /// How many there should be.
        part_count: u32,
    },
    /// A part has a length that does not fit its place.
    #[error("part {index} has the wrong length")]
    PartLength {
        /// The part.
        index: u32,
    },
    /// The content's length is not one that padding makes.
    #[error("the content has a length that padding does not make")]
    Padding,
    /// The parts are others than the request says.
    #[error("the digest over the stored parts is another")]
    PartsDigest,
    /// The manifest is not there, or another than the request says.
    #[error("the manifest is missing or another")]
    Manifest,
}
