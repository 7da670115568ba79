//! Extractors: what comes in, checked, or a problem document. All of them bound what they read
//! before they read it.

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Request};
use http::request::Parts;
use http::{HeaderMap, header};
use http_body::Body as _;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Error as _};
use subrosa_lifecycle::OpenAttempt;
use subrosa_shared::api::header as proof_header;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::Verifier;
use subrosa_shared::limits::JSON_BYTES_MAX;
use subrosa_shared::secret::{DeviceProof, LeaseProof, LinkProof, OpenProof, OwnerProof, Proof};
use tokio::time::Duration;

use super::buffered_bytes::BufferedBytes;
use super::error::Error;
use super::min_rate::MinRate;
use super::permit::RequestPermit;
use crate::app::App;

/// The ids in the path.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        // The query belongs to the address. No call takes one, so that nobody is led to put
        // something secret there.
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

/// The number of a content in the path: digits, without sign or leading zeros.
pub(super) struct ContentPath(pub(super) ContentNumber);

impl<'de> Deserialize<'de> for ContentPath {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.parse().ok().and_then(ContentNumber::new).filter(|number| number.to_string() == text);
        number.map(Self).ok_or_else(|| D::Error::custom("no number of a content"))
    }
}

/// A proof from its header, at once reduced to its verifier: the proof goes no further than this
/// function.
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
    /// The verifier of the owner proof that was presented. Whether it is the right one, the
    /// lifecycle decides.
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

/// The verifier of the lease proof that was presented, if one was.
pub(super) struct PerhapsLease(pub(super) Option<Verifier>);

impl FromRequestParts<App> for PerhapsLease {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Error> {
        verifier(&parts.headers, proof_header::LEASE_PROOF, |text| LeaseProof::from_text(text).ok()).map(Self)
    }
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
        let permit = RequestPermit::of(&request);
        let (bytes, _buffered) = read_small(request.into_body(), BYTES_MAX, app, permit.as_ref()).await?;
        if let Some(permit) = &permit {
            permit.acquire().await?;
        }
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
        if !request.body().is_end_stream() && request.body().size_hint().exact() != Some(0) {
            return Err(Error::InvalidBody("This call takes no body.".to_owned()));
        }
        if let Some(permit) = RequestPermit::of(&request) {
            permit.acquire().await?;
        }
        Ok(Self)
    }
}

pub(super) fn expect_content_type(headers: &HeaderMap, expected: &'static str) -> Result<(), Error> {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(Error::UnsupportedMediaType { expected }) }
}

/// How fast a small body has to come: so many bytes within every such span, or within what a
/// stalled client is given if that is shorter. 3 kB/s are three times as fast.
const SMALL_BODY_PACE: (Duration, u64) = (Duration::from_secs(10), 10 * 1024);

/// Reads a small body whole. What has come of it is counted among all that is buffered in memory.
async fn read_small(
    body: Body,
    bytes_max: usize,
    app: &App,
    permit: Option<&RequestPermit>,
) -> Result<(Vec<u8>, BufferedBytes), Error> {
    let too_large = || Error::BodyTooLarge { bytes_max: bytes_max as u64 };
    if body.size_hint().lower() > bytes_max as u64 {
        return Err(too_large());
    }
    let (span, bytes_min) = SMALL_BODY_PACE;
    let (mut body, mut bytes, mut buffered) = (body, Vec::new(), BufferedBytes::none(app, permit));
    let mut rate = MinRate::new(app.client_timeouts().stall.min(span), bytes_min, permit);
    while let Some(piece) = rate.next(&mut body).await? {
        let len = bytes.len() + piece.len();
        if len > bytes_max {
            return Err(too_large());
        }
        buffered.reserve(len).await?;
        bytes.extend_from_slice(&piece);
    }
    Ok((bytes, buffered))
}
