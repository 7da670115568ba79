//! `/keyrings/{keyring}`: what somebody's devices keep here for each other of all that they sent.
//! Sealed under a key from a recovery phrase, so nothing to the server; whoever has the phrase is
//! its owner, and there is no account.

use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;
use http::{StatusCode, header};
use subrosa_lifecycle::RecordKey;
use subrosa_lifecycle::keyring::{BeginKeyring, DeleteKeyring, KeyringObject, ReadKeyring, StoreKeyring};
use subrosa_shared::api::header::KEYRING_REVISION;
use subrosa_shared::id::{Digest, KeyringId};

use super::error::Error;
use super::extract::{NoBody, Owner, Path};
use super::note::Precondition;
use super::openapi::{DigestHeader, Refused, ReplacesHeaders, RevisionHeader, SealedObject};
use super::upload::SealedBody;
use crate::app::App;
use crate::blobs::{BlobWriter, BlobsError};
use crate::{keyring_blobs, random};

/// How often an object is looked up again that was replaced before it could be read.
const READS_MAX: usize = 4;

/// The revision that an object is to be.
pub(super) struct Revision(u64);

impl FromRequestParts<App> for Revision {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Error> {
        let mut values = parts.headers.get_all(KEYRING_REVISION).iter();
        let (Some(value), None) = (values.next(), values.next()) else { return Err(MALFORMED) };
        let text = value.to_str().map_err(|_| MALFORMED)?;
        let revision: u64 = text.parse().map_err(|_| MALFORMED)?;
        if revision.to_string() == text { Ok(Self(revision)) } else { Err(MALFORMED) }
    }
}

const MALFORMED: Error = Error::MalformedRequest(
    "The header subrosa-keyring-revision takes a number: digits without sign or leading zeros.",
);

/// By what an object is named: SHA-256 of it.
fn tag(digest: &Digest) -> String {
    format!("\"{digest}\"")
}

/// Stores a keyring: in place of the object that `If-Match` names, where there is none with
/// `If-None-Match: *`, and without either in place of whatever is there. Its revision has to be
/// higher than that of what it replaces. The same object again is stored already.
#[utoipa::path(
    put,
    path = "/keyrings/{keyring}",
    tag = "owners",
    params(("keyring" = KeyringId, Path), RevisionHeader, DigestHeader, ReplacesHeaders),
    request_body(content = SealedObject, content_type = "application/octet-stream"),
    security(("owner" = [])),
    responses(
        (status = 204, description = "Stored.", headers(("ETag" = String, description = "Names this object."))),
        Refused
    )
)]
pub(super) async fn store_keyring(
    State(app): State<App>,
    Path(keyring): Path<KeyringId>,
    Owner(presented): Owner,
    Revision(revision): Revision,
    Precondition(replaces): Precondition,
    body: SealedBody,
) -> Result<Response, Error> {
    app.blobs().expect_room()?;
    let (sealed_len, digest) = (body.len, body.digest);
    let begin = BeginKeyring { keyring, presented, replaces: replaces.clone(), revision, sealed_len, digest };
    app.store().run(RecordKey::Keyring(keyring), &begin).await?;
    let blob: String = random::bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    let writer = body.write(&app, &keyring_blobs::folder(&keyring), &blob).await?;
    let object = KeyringObject { revision, sealed_len, digest, blob };
    let store = StoreKeyring { presented, replaces, object };
    // From here on it must not matter whether the client stays: a blob that has its name gets its
    // record, or goes.
    let noted = tokio::spawn(async move { note(&app, keyring, store, writer).await });
    noted.await.map_err(|_| Error::Internal)??;
    Ok((StatusCode::NO_CONTENT, [(header::ETAG, tag(&digest))]).into_response())
}

async fn note(app: &App, keyring: KeyringId, store: StoreKeyring, writer: Box<dyn BlobWriter>) -> Result<(), Error> {
    let noted = match writer.finish().await {
        // Where it lies now is perhaps no longer where the blobs are.
        Ok(()) => match app.blobs().expect_ours() {
            Ok(()) => app.store().run(RecordKey::Keyring(keyring), &store).await.map_err(Error::from),
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error.into()),
    };
    let nobodys = match &noted {
        Ok(replaced) => replaced.clone(),
        // No change was tried.
        Err(Error::Refused(_) | Error::Contended) => Some(store.object.blob),
        // After a failed change nobody knows whether the record names it: it stays until it is
        // looked for.
        Err(_) => None,
    };
    if let Some(blob) = nobodys
        && let Err(error) = app.blobs().delete(&keyring_blobs::folder(&keyring), &[&blob]).await
    {
        tracing::warn!(error = &error as &dyn std::error::Error, "a replaced keyring stays until it is looked for");
    }
    noted.map(drop)
}

/// Reads a keyring.
#[utoipa::path(
    get,
    path = "/keyrings/{keyring}",
    tag = "owners",
    params(("keyring" = KeyringId, Path)),
    security(("owner" = [])),
    responses(
        (
            status = 200,
            description = "The sealed keyring.",
            body = SealedObject,
            content_type = "application/octet-stream",
            headers(
                ("ETag" = String, description = "Names this object."),
                ("Subrosa-Keyring-Revision" = u64, description = "Its revision, which is sealed with it.")
            )
        ),
        Refused
    )
)]
pub(super) async fn read_keyring(
    State(app): State<App>,
    Path(keyring): Path<KeyringId>,
    Owner(presented): Owner,
    _: NoBody,
) -> Result<Response, Error> {
    let mut before = None;
    for _ in 0..READS_MAX {
        let object = app.store().run(RecordKey::Keyring(keyring), &ReadKeyring { presented }).await?;
        let folder = keyring_blobs::folder(&keyring);
        let pieces = match app.blobs().read(&folder, &object.blob, object.sealed_len, 0..object.sealed_len).await {
            Ok(pieces) => pieces,
            // Another device has replaced it since, unless the record still names it.
            Err(BlobsError::Lost(loss)) if before.as_ref() == Some(&object) => {
                tracing::error!(%keyring, %loss, "a stored keyring is lost: restore it from a backup");
                return Err(BlobsError::Lost(loss).into());
            }
            Err(BlobsError::Lost(_)) => {
                before = Some(object);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let response = Response::builder()
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header(header::CONTENT_LENGTH, object.sealed_len)
            .header(header::ETAG, tag(&object.digest))
            .header(KEYRING_REVISION, object.revision);
        return Ok(response.body(Body::from_stream(pieces)).expect("these headers are valid"));
    }
    Err(Error::Contended)
}

/// Deletes a keyring.
#[utoipa::path(
    delete,
    path = "/keyrings/{keyring}",
    tag = "owners",
    params(("keyring" = KeyringId, Path)),
    security(("owner" = [])),
    responses((status = 204, description = "Deleted."), Refused)
)]
pub(super) async fn delete_keyring(
    State(app): State<App>,
    Path(keyring): Path<KeyringId>,
    Owner(presented): Owner,
    _: NoBody,
) -> Result<StatusCode, Error> {
    app.store().run(RecordKey::Keyring(keyring), &DeleteKeyring { presented }).await?;
    Ok(StatusCode::NO_CONTENT)
}
