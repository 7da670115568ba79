//! Why a request failed, and the one place that decides status and problem type.

use std::sync::Arc;
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use subrosa_lifecycle::{RecordError, Refusal};
use subrosa_shared::keyring;
use subrosa_shared::problem::{CONTENT_TYPE, Problem, ProblemType};
use subrosa_shared::push::{PAYLOAD_BYTES_MAX, PAYLOAD_BYTES_MIN};
use subrosa_shared::seal::sealed_len;

use crate::blobs::BlobsError;
use crate::ledger::LedgerError;
use crate::store::StoreError;

/// Why a request failed. Messages are for the log and hold nothing that the client sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The same, in words that fit a push.
    #[error(transparent)]
    RefusedPush(Refusal),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Record(#[from] RecordError),
    #[error(transparent)]
    Blobs(#[from] BlobsError),
    #[error("lost every race for the record")]
    Contended,
    #[error("at the limit of concurrent requests")]
    Busy,
    #[error("what the server relies on does not hold: this is a bug")]
    Internal,
    #[error("a handler panicked")]
    Panicked,

    #[error("unknown endpoint")]
    UnknownEndpoint,
    #[error("method not allowed")]
    MethodNotAllowed,
    #[error("malformed path")]
    InvalidPath,
    #[error("missing or malformed {header}")]
    InvalidProof { header: &'static str },
    #[error("malformed body: {0}")]
    InvalidBody(String),
    #[error("content type is not {expected}")]
    UnsupportedMediaType { expected: &'static str },
    #[error("body exceeds {bytes_max} bytes")]
    BodyTooLarge { bytes_max: u64 },
    #[error("missing or wrong content length")]
    InvalidLength,
    #[error("body ended early")]
    IncompleteBody,
    #[error("missing or malformed digest")]
    InvalidDigest,
    #[error("body does not match its digest")]
    DigestMismatch,
    #[error("body is not a sealed object")]
    NotSealed,
    #[error("no such range in {len} bytes")]
    RangeNotSatisfiable { len: u64 },
    #[error("another note is there than the one that was to be replaced")]
    NoteChanged,
    #[error("malformed request")]
    MalformedRequest(&'static str),
    #[error("address too long")]
    UriTooLong,
    #[error("headers too large")]
    HeadersTooLarge,
    #[error("the client sent too slowly")]
    RequestTimeout,
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => refusal.into(),
            StoreError::Ledger(error) => error.into(),
            StoreError::NoRoomForGranted => LedgerError::Full.into(),
            StoreError::Record(error) => error.into(),
            // All were loaded, and they are not all that the head speaks of.
            StoreError::NeedsAllLinks(_) => RecordError::Damaged { what: "links are missing" }.into(),
            StoreError::Contended => Self::Contended,
        }
    }
}

/// How long a client should wait when the server is busy.
const BUSY_RETRY: Duration = Duration::from_secs(2);

impl Error {
    pub(crate) fn problem(&self) -> Problem {
        use ProblemType as P;
        match self {
            Self::Refused(refusal) => refusal_problem(refusal),
            Self::RefusedPush(refusal) => push_problem(refusal),
            Self::Ledger(LedgerError::Full) | Self::Blobs(BlobsError::Full) => Problem::new(P::StorageFull),
            Self::Ledger(
                LedgerError::Unavailable(_)
                | LedgerError::Lost(_)
                | LedgerError::NotAcknowledged
                | LedgerError::Foreign(_)
                | LedgerError::NotInService(_)
                | LedgerError::Clock(_),
            ) => retry(P::Busy, BUSY_RETRY).with_detail("The server's records take no changes right now."),
            Self::Blobs(BlobsError::Unavailable(_) | BlobsError::Foreign) => {
                retry(P::Busy, BUSY_RETRY).with_detail("The server's storage does not answer right now.")
            }
            Self::Blobs(BlobsError::Lost(_)) => lost_content(),
            // What a newer program wrote is not damaged.
            Self::Record(RecordError::UnknownVersion { .. }) => Problem::new(P::Internal),
            Self::Record(_) => {
                Problem::new(P::ContentLost).with_detail("Trying again does not help. Tell the operator.")
            }
            Self::Ledger(_) | Self::Blobs(_) | Self::Internal | Self::Panicked => Problem::new(P::Internal),
            Self::Contended | Self::Busy => retry(P::Busy, BUSY_RETRY),
            Self::UnknownEndpoint => Problem::new(P::UnknownEndpoint),
            Self::MethodNotAllowed => Problem::new(P::MethodNotAllowed),
            Self::InvalidPath => Problem::new(P::InvalidPath),
            Self::InvalidProof { header } => Problem::new(P::InvalidProof)
                .with_detail(format!("The header {header} takes 32 bytes as base64url without padding, once.")),
            Self::InvalidBody(what) => Problem::new(P::InvalidBody).with_detail(what),
            Self::UnsupportedMediaType { expected } => {
                Problem::new(P::UnsupportedMediaType).with_detail(format!("This call takes {expected}."))
            }
            Self::BodyTooLarge { bytes_max } => Problem::new(P::BodyTooLarge).with_bounds(0, *bytes_max),
            Self::InvalidLength => Problem::new(P::InvalidLength),
            Self::IncompleteBody => Problem::new(P::IncompleteBody),
            Self::InvalidDigest => Problem::new(P::InvalidDigest)
                .with_detail("The header content-digest takes sha-256=:BASE64: as in RFC 9530."),
            Self::DigestMismatch => Problem::new(P::DigestMismatch),
            Self::NotSealed => Problem::new(P::NotSealed),
            Self::RangeNotSatisfiable { len } => Problem::new(P::RangeNotSatisfiable).with_bounds(0, *len),
            Self::NoteChanged => Problem::new(P::NoteChanged),
            Self::MalformedRequest(what) => Problem::new(P::MalformedRequest).with_detail(*what),
            Self::UriTooLong => Problem::new(P::UriTooLong),
            Self::HeadersTooLarge => Problem::new(P::HeadersTooLarge),
            Self::RequestTimeout => Problem::new(P::RequestTimeout),
        }
    }
}

fn lost_content() -> Problem {
    Problem::new(ProblemType::ContentLost)
        .with_detail("Trying again does not help. The sender has to send it again, or the operator to restore it.")
}

fn refusal_problem(refusal: &Refusal) -> Problem {
    use ProblemType as P;
    match *refusal {
        Refusal::NotFound => Problem::new(P::NotFound),
        Refusal::Gone(gone) => Problem { gone: Some(gone), ..Problem::new(P::Gone) },
        Refusal::Paused => Problem::new(P::Paused),
        Refusal::Locked => Problem::new(P::Locked),
        Refusal::WrongPassword { retry_after } => retry(P::WrongPassword, retry_after),
        Refusal::TooManyGuesses { retry_after } => retry(P::TooManyGuesses, retry_after),
        Refusal::NoDownloadLeft { retry_after: Some(after) } => retry(P::NoDownloadLeft, after),
        Refusal::NoDownloadLeft { retry_after: None } => Problem::new(P::NoDownloadLeft),
        Refusal::TooManyLeases { retry_after } => {
            retry(P::Busy, retry_after).with_detail("Too many downloads of this link run at the same time.")
        }
        Refusal::ContentLost => lost_content(),
        Refusal::LeaseEnded => Problem::new(P::LeaseEnded),
        Refusal::LeaseNotStarted => Problem::new(P::LeaseNotStarted),
        Refusal::LeaseSpent => Problem::new(P::LeaseSpent),
        Refusal::DestroyNotAllowed => Problem::new(P::DestroyNotAllowed),
        Refusal::IdMismatch => Problem::new(P::IdMismatch),
        Refusal::AlreadyExists => Problem::new(P::AlreadyExists),
        Refusal::ExpiryOutOfRange { min, max } => Problem::new(P::ExpiryOutOfRange).with_bounds(min, max),
        Refusal::PasswordRequired => Problem::new(P::PasswordRequired),
        Refusal::DownloadsOutOfRange { min, max } => Problem::new(P::DownloadsOutOfRange).with_bounds(min, max),
        Refusal::PartSizeOutOfRange { min, max } => Problem::new(P::PartSizeOutOfRange).with_bounds(min, max),
        Refusal::ValueOutOfRange { field, min, max } => {
            Problem::new(P::ValueOutOfRange).with_bounds(min, max).with_detail(format!("It is about {field}."))
        }
        Refusal::KeyringChanged => Problem::new(P::KeyringChanged),
        Refusal::Leaving { retry_after } => {
            retry(P::Busy, retry_after).with_detail("What was deleted here is still leaving.")
        }
        Refusal::KeyringLength => Problem::new(P::ValueOutOfRange)
            .with_bounds(sealed_len(keyring::BYTES_MIN), keyring::SEALED_BYTES_MAX)
            .with_detail("It is about the body: what is sealed in it is filled to 64 KiB, or doubled up to 1 MiB."),
        Refusal::PayloadLength => Problem::new(P::ValueOutOfRange)
            .with_bounds(sealed_len(PAYLOAD_BYTES_MIN as u64), sealed_len(PAYLOAD_BYTES_MAX as u64))
            .with_detail("It is about payload: what is sealed in it is filled to a power of two."),
        Refusal::PartOutOfRange { max } => Problem::new(P::PartOutOfRange).with_bounds(0, max),
        Refusal::PartTooShort { sealed_len, last } => {
            Problem::new(P::ValueOutOfRange).with_bounds(sealed_len, sealed_len).with_detail(format!(
                "It is about sealed_len: only the last part may be shorter than the others, and part {last} is stored."
            ))
        }
        Refusal::PartBehindLast { last } => Problem::new(P::PartOutOfRange)
            .with_bounds(0, last.into())
            .with_detail(format!("Part {last} is shorter than the others, so it is the last.")),
        Refusal::ShareTooLarge { max } => Problem::new(P::ShareTooLarge).with_bounds(0, max),
        Refusal::TooManyLinks { max } => Problem::new(P::TooManyLinks).with_bounds(0, max),
        Refusal::TooManyContents { max } => Problem::new(P::TooManyContents)
            .with_bounds(0, max)
            .with_detail("Put the newest behind all links, end those that keep the oldest, or give up an upload."),
        Refusal::ContentInUse => Problem::new(P::ContentInUse),
        Refusal::AlreadyComplete => Problem::new(P::AlreadyComplete),
        Refusal::NotComplete => Problem::new(P::NotComplete),
        Refusal::IncompleteUpload(fault) => {
            Problem::new(P::IncompleteUpload).with_detail(format!("What is wrong: {fault}."))
        }
    }
}

/// Types and titles are those of links; the detail says it of a push.
fn push_problem(refusal: &Refusal) -> Problem {
    let detail = match refusal {
        Refusal::Paused => "The sender has paused this push.",
        Refusal::Locked => "Too many wrong passphrases: the push is paused until its sender resumes it.",
        Refusal::WrongPassword { .. } => "This is not the passphrase of the push.",
        Refusal::TooManyGuesses { .. } => "After a wrong passphrase, wait before you try again.",
        Refusal::NoDownloadLeft { .. } => "All views of this push are taken.",
        Refusal::TooManyLeases { .. } => "Too many views of this push run at the same time.",
        Refusal::LeaseEnded => "This view is over.",
        Refusal::DestroyNotAllowed => "The sender of this push did not allow its recipients to destroy it.",
        _ => return refusal_problem(refusal),
    };
    refusal_problem(refusal).with_detail(detail)
}

fn retry(problem: ProblemType, after: Duration) -> Problem {
    let millis = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
    Problem { retry_after_millis: Some(millis), ..Problem::new(problem) }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = problem_response(&self.problem());
        if let Self::RangeNotSatisfiable { len } = self
            && let Ok(range) = HeaderValue::try_from(format!("bytes */{len}"))
        {
            response.headers_mut().insert(header::CONTENT_RANGE, range);
        }
        // Logged once, with the request's line.
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

fn problem_response(problem: &Problem) -> Response {
    let status = StatusCode::from_u16(problem.status).expect("problem types have valid status codes");
    let body = serde_json::to_vec(problem).expect("numbers and texts become JSON");
    let mut response =
        (status, [(header::CONTENT_TYPE, CONTENT_TYPE), (header::CACHE_CONTROL, "no-store")], body).into_response();
    if let Some(millis) = problem.retry_after_millis {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(millis.div_ceil(1000)));
    }
    response
}
