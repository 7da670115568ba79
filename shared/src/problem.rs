//! Problem types of the API (RFC 9457). Programs match on `type`, people read `title` and `detail`.

use serde::{Deserialize, Serialize};

use crate::api::Gone;

/// Media type of a problem document.
pub const CONTENT_TYPE: &str = "application/problem+json";

macro_rules! problem_types {
    ($($(#[$doc:meta])* $name:ident = $slug:literal, $status:literal, $title:literal;)*) => {
        /// What went wrong. The slug behind `urn:subrosa:problem:` never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ProblemType {
            $($(#[$doc])* $name,)*
        }

        impl ProblemType {
            /// Every type, in the order of the documents.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The `type` member.
            #[must_use]
            pub const fn uri(self) -> &'static str {
                match self { $(Self::$name => concat!("urn:subrosa:problem:", $slug),)* }
            }

            /// The HTTP status code.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }

            /// The `title` member: a plain sentence.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

problem_types! {
    /// Unknown, gone long ago, or without its proof: one answer for all of them.
    NotFound = "not-found", 404, "There is nothing here for you.";
    /// No such path in the API.
    UnknownEndpoint = "unknown-endpoint", 404, "There is no such call in this API.";
    /// The path exists, the method does not.
    MethodNotAllowed = "method-not-allowed", 405, "This call does not take that method.";
    /// A link or share that ended, told to its holder with why and when.
    Gone = "gone", 410, "This has ended, and its ciphertext is deleted.";
    /// What was stored is missing, cut or damaged on the server. Asking again does not bring it
    /// back.
    ContentLost = "content-lost", 410, "What was stored here is lost or damaged on the server.";
    /// The owner paused it.
    Paused = "paused", 409, "The sender has paused this link.";
    /// Paused by itself after too many wrong passwords.
    Locked = "locked", 409, "Too many wrong passwords: the link is paused until its sender resumes it.";
    /// The open proof is wrong.
    WrongPassword = "wrong-password", 403, "This is not the password of the link.";
    /// Too soon after a wrong password. Nothing was compared.
    TooManyGuesses = "too-many-guesses", 429, "After a wrong password, wait before you try again.";
    /// Every download is taken; one may come back.
    NoDownloadLeft = "no-download-left", 409, "All downloads of this link are taken.";
    /// The lease is unknown, lapsed or of another link.
    LeaseEnded = "lease-ended", 410, "This download has ended.";
    /// The lease gave as many bytes as it may.
    LeaseSpent = "lease-spent", 429, "This download has used up the bytes that it may fetch.";
    /// The lease gave no byte yet, so nothing can have been saved.
    LeaseNotStarted = "lease-not-started", 409, "Nothing of this download was fetched yet.";
    /// The sender did not allow the recipient to destroy it.
    DestroyNotAllowed = "destroy-not-allowed", 403, "The sender of this link did not allow its recipients to destroy it.";
    /// A proof's header is missing, or its value is not 32 bytes as base64url.
    InvalidProof = "invalid-proof", 400, "A proof is missing or has the wrong length.";
    /// The request is not HTTP/1.1, or names no host.
    MalformedRequest = "malformed-request", 400, "The request is malformed.";
    /// The path has a part that is not an id or index.
    InvalidPath = "invalid-path", 400, "The address of this call is malformed.";
    /// The body is not the JSON that the call takes.
    InvalidBody = "invalid-body", 400, "The body of this call is malformed.";
    /// The body has another media type than the call takes.
    UnsupportedMediaType = "unsupported-media-type", 415, "The body has the wrong content type.";
    /// The body exceeds its bound.
    BodyTooLarge = "body-too-large", 413, "The body is too large.";
    /// The length of the body is not told, or is not what the call takes.
    InvalidLength = "invalid-length", 400, "The body has the wrong length.";
    /// The body ended early.
    IncompleteBody = "incomplete-body", 400, "The body ended early.";
    /// `Content-Digest` is missing or malformed.
    InvalidDigest = "invalid-digest", 400, "The digest of the body is missing or malformed.";
    /// The body is not what its digest says.
    DigestMismatch = "digest-mismatch", 422, "The body does not match its digest.";
    /// The body is not a sealed object. Nothing but ciphertext is stored.
    NotSealed = "not-sealed", 422, "The body is not a sealed object.";
    /// The id does not belong to the verifier.
    IdMismatch = "id-mismatch", 422, "The id does not belong to its verifier.";
    /// The owner's note is not the one that the request wants to replace.
    NoteChanged = "note-changed", 412, "Another device has changed the note meanwhile.";
    /// The synced keyring is not the one that the request wants to replace, or is newer.
    KeyringChanged = "keyring-changed", 412, "Another device has stored a newer list meanwhile.";
    /// It exists with other values.
    AlreadyExists = "already-exists", 409, "This exists already, and is not the same.";
    /// The life asked for is outside the limits.
    ExpiryOutOfRange = "expiry-out-of-range", 422, "The expiry is outside of what this server allows.";
    /// The operator wants a password for every link to files.
    PasswordRequired = "password-required", 422, "This server makes no links to files without a password.";
    /// The number of downloads is outside the limits.
    DownloadsOutOfRange = "downloads-out-of-range", 422, "The number of downloads is outside of what this server allows.";
    /// The part size is outside the limits or not a multiple of 65,536.
    PartSizeOutOfRange = "part-size-out-of-range", 422, "The part size is outside of what this server allows.";
    /// Another field is outside its bounds.
    ValueOutOfRange = "value-out-of-range", 422, "A value is outside of what this server allows.";
    /// The part's index is beyond what fits.
    PartOutOfRange = "part-out-of-range", 422, "The share cannot have so many parts.";
    /// More bytes than a share may have.
    ShareTooLarge = "share-too-large", 413, "The share is larger than this server allows.";
    /// More links than a share may have.
    TooManyLinks = "too-many-links", 409, "The share has as many links as it may have.";
    /// As many contents as a share may have at the same time.
    TooManyContents = "too-many-contents", 409, "The share holds as many editions as it may have at the same time.";
    /// Links or downloads still need the content.
    ContentInUse = "content-in-use", 409, "This edition is still behind a link, or being downloaded.";
    /// The upload is complete: its parts are fixed.
    AlreadyComplete = "already-complete", 409, "The upload is complete and cannot be changed.";
    /// The call needs a complete share.
    NotComplete = "not-complete", 409, "The upload is not complete yet.";
    /// `complete` does not fit what is stored.
    IncompleteUpload = "incomplete-upload", 409, "What is stored does not match what the upload should be.";
    /// The range lies outside the part, or is not one that can be served.
    RangeNotSatisfiable = "range-not-satisfiable", 416, "The part has no such range.";
    /// The address is longer than any of this server's.
    UriTooLong = "uri-too-long", 414, "The address of this call is too long.";
    /// Headers are too large or too many.
    HeadersTooLarge = "headers-too-large", 431, "The headers of this call are too large.";
    /// The client sent too slowly.
    RequestTimeout = "request-timeout", 408, "The request took too long to arrive.";
    /// The disk is full, or nearly.
    StorageFull = "storage-full", 507, "The server has no room left. Try again later, or tell its operator.";
    /// The server is at its limit of concurrent work, or is shutting down.
    Busy = "busy", 503, "The server is busy. Try again in a moment.";
    /// Something failed inside. The cause is in the server's log.
    Internal = "internal", 500, "Something failed inside the server. Try again; if it stays, tell its operator.";
}

impl ProblemType {
    /// The type with this URI.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|problem| problem.uri() == uri)
    }
}

/// A problem document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Problem {
    /// What went wrong, as a URI. The same for all problems of a type.
    #[serde(rename = "type")]
    pub uri: String,
    /// The same as a plain sentence.
    pub title: String,
    /// The status code of the answer.
    pub status: u16,
    /// What exactly, and what to do next. Never a secret, never what the client sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Milliseconds until it is worth trying again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_millis: Option<u64>,
    /// Why and when, if something is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gone: Option<Gone>,
    /// Smallest value allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    /// Largest value allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
}

impl Problem {
    /// A problem of that type, without details.
    #[must_use]
    pub fn new(problem: ProblemType) -> Self {
        Self {
            uri: problem.uri().to_owned(),
            title: problem.title().to_owned(),
            status: problem.status(),
            detail: None,
            retry_after_millis: None,
            gone: None,
            min: None,
            max: None,
        }
    }

    /// Adds what exactly, and what to do next.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the bounds that were left.
    #[must_use]
    pub fn with_bounds(mut self, min: u64, max: u64) -> Self {
        (self.min, self.max) = (Some(min), Some(max));
        self
    }

    /// Its type, if this version knows it.
    #[must_use]
    pub fn problem_type(&self) -> Option<ProblemType> {
        ProblemType::from_uri(&self.uri)
    }
}
