//! Extractors: what comes in, checked, or a problem document. All of them bound what they read before they read it.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use bytes::Bytes;
use http::request::Parts;
use http::{HeaderMap, header};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use subrosa_shared::api::header as proof_header;
use subrosa_shared::id::Verifier;
use subrosa_shared::limits::JSON_BYTES_MAX;
use subrosa_shared::secret::{DeviceProof, LeaseProof, LinkProof, OpenProof, OwnerProof, Proof};

use super::error::Error;
use crate::app::App;
use crate::lifecycle::OpenAttempt;

/// The ids in the path.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        // The query belongs to the address. No call takes one, so that nobody is led to put something secret there.
        if parts.uri.query().is_some() {
            return Err(Error::InvalidPath);
        }
        let path = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        path.map(|axum::extract::Path(path)| Self(path)).map_err(|_| Error::InvalidPath)
    }
}

/// The index of a part in the path: at most nine digits, without sign or leading zeros.
pub(super) struct PartIndex(pub(super) u32);

impl<'de> Deserialize<'de> for PartIndex {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let index: u32 = text.parse().map_err(D::Error::custom)?;
        if text.len() <= 9 && index.to_string() == text {
            Ok(Self(index))
        } else {
            Err(D::Error::custom("not canonical"))
        }
    }
}

/// A proof from its header, at once reduced to its verifier: the proof goes no further than this function.
fn verifier<P: Proof>(
    headers: &HeaderMap,
    name: &'static str,
    parse: impl FnOnce(&str) -> Option<P>,
) -> Result<Option<Verifier>, Error> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => {
            let proof = value.to_str().ok().and_then(parse).ok_or(Error::InvalidProof { header: name })?;
            Ok(Some(Verifier::of(&proof)))
        }
        (Some(_), Some(_)) => Err(Error::InvalidProof { header: name }),
    }
}

macro_rules! proven {
    ($(#[$doc:meta])* $name:ident, $proof:ident, $header:ident) => {
        $(#[$doc])*
        pub(super) struct $name(pub(super) Verifier);

        impl FromRequestParts<App> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Error> {
                let name = proof_header::$header;
                let verifier = verifier(&parts.headers, name, |text| $proof::from_text(text).ok())?;
                verifier.map(Self).ok_or(Error::InvalidProof { header: name })
            }
        }
    };
}

proven! {
    /// The verifier of the owner proof that was presented. Whether it is the right one, the lifecycle decides.
    Owner, OwnerProof, OWNER_PROOF
}
proven! {
    /// The verifier of the link proof that was presented.
    Holder, LinkProof, LINK_PROOF
}
proven! {
    /// The verifier of the lease proof that was presented.
    LeaseHolder, LeaseProof, LEASE_PROOF
}

/// The open proof that was presented, and the device's, if there is one.
pub(super) struct Attempt(pub(super) OpenAttempt);

impl FromRequestParts<App> for Attempt {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Error> {
        let (open, device) = (proof_header::OPEN_PROOF, proof_header::DEVICE_PROOF);
        let open_verifier = verifier(&parts.headers, open, |text| OpenProof::from_text(text).ok())?;
        let device = verifier(&parts.headers, device, |text| DeviceProof::from_text(text).ok())?;
        let open = open_verifier.ok_or(Error::InvalidProof { header: open })?;
        Ok(Self(OpenAttempt { open, device }))
    }
}

/// A JSON body of at most so many bytes.
pub(super) struct Json<T, const BYTES_MAX: usize = JSON_BYTES_MAX>(pub(super) T);

impl<T: DeserializeOwned, const BYTES_MAX: usize> FromRequest<App> for Json<T, BYTES_MAX> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        expect_content_type(request.headers(), "application/json")?;
        let bytes = read_bounded(request.into_body(), BYTES_MAX, app).await?;
        serde_json::from_slice(&bytes).map(Self).map_err(|error| {
            // Where, but not what: serde's own words quote the body.
            let what =
                if error.is_data() { "A field is unknown, missing or of the wrong kind" } else { "It is not JSON" };
            Error::InvalidBody(format!("{what}, at line {} column {}.", error.line(), error.column()))
        })
    }
}

/// That there is no body.
pub(super) struct NoBody;

impl FromRequest<App> for NoBody {
    type Rejection = Error;

    async fn from_request(request: Request, _app: &App) -> Result<Self, Error> {
        if request.body().is_end_stream() || request.body().size_hint().exact() == Some(0) {
            Ok(Self)
        } else {
            Err(Error::InvalidBody("This call takes no body.".to_owned()))
        }
    }
}

pub(super) fn expect_content_type(headers: &HeaderMap, expected: &'static str) -> Result<(), Error> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(Error::UnsupportedMediaType { expected }) }
}

/// The longest wait for every [`JSON_BYTES_MAX`] bytes of a small body: whoever holds back a few bytes holds a place that
/// others need.
const SMALL_BODY: std::time::Duration = std::time::Duration::from_secs(5);

/// Reads a small body whole, within the time that a stalled client is given, and no more than [`SMALL_BODY`] for every so
/// many bytes that it has, or may have if it does not tell.
async fn read_bounded(body: Body, bytes_max: usize, app: &App) -> Result<Bytes, Error> {
    let too_large = Error::BodyTooLarge { bytes_max: bytes_max as u64 };
    let hint = body.size_hint();
    if hint.lower() > bytes_max as u64 {
        return Err(too_large);
    }
    let len = hint.exact().and_then(|len| usize::try_from(len).ok()).unwrap_or(bytes_max);
    let patience = SMALL_BODY * u32::try_from(len.div_ceil(JSON_BYTES_MAX)).unwrap_or(1).max(1);
    let read = tokio::time::timeout(app.timing().stall.min(patience), Limited::new(body, bytes_max).collect()).await;
    match read.map_err(|_| Error::RequestTimeout)? {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_large),
        Err(_) => Err(Error::IncompleteBody),
    }
}
