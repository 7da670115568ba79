//! `/shares/{share}/note`: what the owner's devices keep here for each other. Sealed, so nothing to
//! the server.

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{StatusCode, header};
use subrosa_lifecycle::{Refusal, share_owner};
use subrosa_shared::id::ShareId;
use subrosa_shared::limits::OWNER_NOTE_BYTES_MAX;

use super::error::Error;
use super::extract::{NoBody, Owner, Path};
use super::openapi::{DigestHeader, Refused, SealedObject};
use super::upload::SealedBody;
use crate::app::App;

/// Stores the note, in place of the one before.
#[utoipa::path(
    put,
    path = "/shares/{share}/note",
    tag = "owners",
    params(("share" = ShareId, Path), DigestHeader),
    request_body(content = SealedObject, content_type = "application/octet-stream"),
    security(("owner" = [])),
    responses((status = 204, description = "Stored."), Refused)
)]
pub(super) async fn store_note(
    State(app): State<App>,
    Path(share): Path<ShareId>,
    Owner(owner): Owner,
    body: SealedBody,
) -> Result<StatusCode, Error> {
    app.store().run_owner(share, owner, share_owner::StoreNote).await?;
    if body.len > u64::from(OWNER_NOTE_BYTES_MAX) {
        return Err(Error::BodyTooLarge { bytes_max: OWNER_NOTE_BYTES_MAX.into() });
    }
    let note = body.collect(&app).await?;
    let stored = app.store().ledger().put_note(&share, note).await?;
    if stored { Ok(StatusCode::NO_CONTENT) } else { Err(Refusal::NotFound.into()) }
}

/// Reads the note.
#[utoipa::path(
    get,
    path = "/shares/{share}/note",
    tag = "owners",
    params(("share" = ShareId, Path)),
    security(("owner" = [])),
    responses(
        (status = 200, description = "The sealed note.", body = SealedObject, content_type = "application/octet-stream"),
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
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], note).into_response())
}
