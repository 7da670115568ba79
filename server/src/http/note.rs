//! `/shares/{share}/note`: what the owner's devices keep here for each other. Sealed, so nothing to
//! the server. Two devices that change it at the same time do not undo each other's change: each
//! names the note that it has seen (RFC 9110, section 13).

use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{HeaderMap, StatusCode, header};
use subrosa_lifecycle::{Refusal, share_owner};
use subrosa_shared::id::{Digest, ShareId};
use subrosa_shared::limits::OWNER_NOTE_BYTES_MAX;

use super::error::Error;
use super::extract::{NoBody, Owner, Path};
use super::openapi::{DigestHeader, Refused, ReplacesHeaders, SealedObject};
use super::upload::SealedBody;
use crate::app::App;
use crate::ledger::{PutNote, Replaces};

/// What the headers say of the note or keyring that is replaced.
pub(super) struct Precondition(pub(super) Replaces);

impl FromRequestParts<App> for Precondition {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Error> {
        let headers = &parts.headers;
        match (only(headers, header::IF_MATCH)?, only(headers, header::IF_NONE_MATCH)?) {
            (None, None) => Ok(Self(Replaces::Anything)),
            (None, Some("*")) => Ok(Self(Replaces::Nothing)),
            (Some(tag), None) => {
                let text = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
                text.and_then(|text| text.parse().ok()).map(|digest| Self(Replaces::This(digest))).ok_or(MALFORMED)
            }
            _ => Err(MALFORMED),
        }
    }
}

const MALFORMED: Error =
    Error::MalformedRequest("This call takes If-Match with one tag, or If-None-Match: *, or neither.");

/// The value of a header that may be there once.
fn only(headers: &HeaderMap, name: header::HeaderName) -> Result<Option<&str>, Error> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some(value), None) => value.to_str().map(Some).map_err(|_| MALFORMED),
        (Some(_), Some(_)) => Err(MALFORMED),
    }
}

/// By what a note is named: SHA-256 of it.
fn tag(note: &[u8]) -> String {
    format!("\"{}\"", Digest::of(note))
}

/// Stores the note: in place of the one that `If-Match` names, where there is none with
/// `If-None-Match: *`, and without either in place of whatever is there. The same note again is
/// stored already.
#[utoipa::path(
    put,
    path = "/shares/{share}/note",
    tag = "owners",
    params(("share" = ShareId, Path), DigestHeader, ReplacesHeaders),
    request_body(content = SealedObject, content_type = "application/octet-stream"),
    security(("owner" = [])),
    responses(
        (status = 204, description = "Stored.", headers(("ETag" = String, description = "Names this note."))),
        Refused
    )
)]
pub(super) async fn store_note(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    Precondition(replaces): Precondition,
    body: SealedBody,
) -> Result<Response, Error> {
    app.store().run_owner(share, owner, share_owner::StoreNote).await?;
    if body.len > u64::from(OWNER_NOTE_BYTES_MAX) {
        return Err(Error::BodyTooLarge { bytes_max: OWNER_NOTE_BYTES_MAX.into() });
    }
    let note = body.collect(&app).await?;
    let tag = tag(&note);
    match app.store().ledger().put_note(&share, note, replaces).await? {
        PutNote::Stored => Ok((StatusCode::NO_CONTENT, [(header::ETAG, tag)]).into_response()),
        PutNote::Changed => Err(Error::NoteChanged),
        PutNote::NoRecord => Err(Refusal::NotFound.into()),
    }
}

/// Reads the note.
#[utoipa::path(
    get,
    path = "/shares/{share}/note",
    tag = "owners",
    params(("share" = ShareId, Path)),
    security(("owner" = [])),
    responses(
        (
            status = 200,
            description = "The sealed note.",
            body = SealedObject,
            content_type = "application/octet-stream",
            headers(("ETag" = String, description = "Names this note."))
        ),
        Refused
    )
)]
pub(super) async fn read_note(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<Response, Error> {
    app.store().run_owner(share, owner, share_owner::Status).await?;
    let note = app.store().ledger().note(&share).await?.ok_or(Refusal::NotFound)?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream".to_owned()), (header::ETAG, tag(&note))];
    Ok((headers, note).into_response())
}
