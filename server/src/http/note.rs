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
        let value = |name| list(&parts.headers, name).ok_or(MALFORMED);
        match (value(header::IF_MATCH)?.as_deref(), value(header::IF_NONE_MATCH)?.as_deref()) {
            (None, None) => Ok(Self(Replaces::Anything)),
            (None, Some("*")) => Ok(Self(Replaces::Nothing)),
            (Some("*"), None) => Ok(Self(Replaces::Something)),
            (Some(tags), None) => notes(tags).map(|notes| Self(Replaces::OneOf(notes))).ok_or(MALFORMED),
            _ => Err(MALFORMED),
        }
    }
}

const MALFORMED: Error =
    Error::MalformedRequest("This call takes If-Match with tags of notes or *, or If-None-Match: *, or neither.");

/// The value of a header that may come in several lines. `None`: it is no text. `Some(None)`: it is
/// not there.
fn list(headers: &HeaderMap, name: header::HeaderName) -> Option<Option<String>> {
    let lines: Result<Vec<_>, _> = headers.get_all(name).iter().map(http::HeaderValue::to_str).collect();
    let lines = lines.ok()?;
    Some((!lines.is_empty()).then(|| lines.join(",").trim().to_owned()))
}

/// The notes that a list of tags names, by strong comparison (section 8.8.3.2): a weak tag names
/// none, nor does one that was never given. `None`: it is no list of tags.
fn notes(tags: &str) -> Option<Vec<Digest>> {
    let (mut rest, mut notes) = (tags, Vec::new());
    loop {
        let weak = rest.strip_prefix("W/");
        let (tag, after) = weak.unwrap_or(rest).strip_prefix('"')?.split_once('"')?;
        if !tag.bytes().all(|byte| byte.is_ascii_graphic()) {
            return None;
        }
        notes.extend(tag.parse::<Digest>().ok().filter(|_| weak.is_none()));
        match after.trim_start_matches([' ', '\t']) {
            "" => return Some(notes),
            after => rest = after.strip_prefix(',')?.trim_start_matches([' ', '\t', ',']),
        }
        if rest.is_empty() {
            return Some(notes);
        }
    }
}

/// By what a note is named: SHA-256 of it.
fn tag(note: &[u8]) -> String {
    format!("\"{}\"", Digest::of(note))
}

/// Stores the note: in place of one that `If-Match` names, where there is none with
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
