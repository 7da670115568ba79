//! `/pushes/{link}`: a push, for its owner and for whoever holds its link. One record, so that no
//! call of shares or of their links reaches it. In links and leases of a push, a download is a
//! view.

use axum::extract::State;
use http::StatusCode;
use subrosa_lifecycle::{
    self as lifecycle, Command, CreatePush, Creator, HolderAction, OwnerAction, RecordKey, Refusal, push_holder,
    push_owner,
};
use subrosa_shared::api::{FinishLease, Log, PatchPush, PushStatus, PushView, PutPush, RequestLease, RevealedPush};
use subrosa_shared::id::{LinkId, Verifier};
use subrosa_shared::limits::PUSH_BODY_BYTES_MAX;

use super::error::Error;
use super::extract::{Attempt, Holder, Json, LeaseHolder, NoBody, Owner, Path};
use super::openapi::Refused;
use crate::app::App;
use crate::store::StoreError;

/// Makes a push. The same body again gives the same answer.
#[utoipa::path(
    put,
    path = "/pushes/{link}",
    tag = "owners of pushes",
    params(("link" = LinkId, Path)),
    request_body = PutPush,
    security(("owner" = [])),
    responses((status = 201, description = "The push.", body = PushStatus), Refused)
)]
pub(super) async fn make_push(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Owner(owner): Owner,
    Json(request): Json<PutPush, PUSH_BODY_BYTES_MAX>,
) -> Result<(StatusCode, axum::Json<PushStatus>), Error> {
    // The answer to a retry tells of the push, and who only knows the verifier is not its owner.
    if owner != request.owner_verifier {
        return Err(Refusal::IdMismatch.into());
    }
    let command = CreatePush { link, request, creator: Creator::Anyone };
    Ok((StatusCode::CREATED, run(&app, link, &command).await?))
}

/// Where a push stands, and what it is.
#[utoipa::path(
    get,
    path = "/pushes/{link}",
    tag = "holders of pushes",
    params(("link" = LinkId, Path)),
    security(("link" = [])),
    responses((status = 200, description = "The push.", body = PushView), Refused)
)]
pub(super) async fn look_at_push(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    _: NoBody,
) -> Result<axum::Json<PushView>, Error> {
    run_holder(&app, link, holder, push_holder::Status).await
}

/// One counted view. The same verifier again gives the same, uncounted, until the view is over.
#[utoipa::path(
    post,
    path = "/pushes/{link}/reveal",
    tag = "holders of pushes",
    params(("link" = LinkId, Path)),
    request_body = RequestLease,
    security(("link" = [], "open" = []), ("link" = [], "open" = [], "device" = [])),
    responses((status = 200, description = "What is handed over.", body = RevealedPush), Refused)
)]
pub(super) async fn reveal_push(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    Json(request): Json<RequestLease>,
) -> Result<axum::Json<RevealedPush>, Error> {
    let action = push_holder::Reveal { attempt, lease: request.lease_verifier };
    run_holder(&app, link, holder, action).await
}

/// The recipient has it: ends the view.
#[utoipa::path(
    post,
    path = "/pushes/{link}/ack",
    tag = "holders of pushes",
    params(("link" = LinkId, Path)),
    request_body = FinishLease,
    security(("link" = [], "lease" = [])),
    responses((status = 200, description = "The push.", body = PushView), Refused)
)]
pub(super) async fn acknowledge_push(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    LeaseHolder(lease): LeaseHolder,
    Json(request): Json<FinishLease>,
) -> Result<axum::Json<PushView>, Error> {
    let action = push_holder::Finish { lease, receipt: request.receipt };
    run_holder(&app, link, holder, action).await
}

/// The recipient destroys the push.
#[utoipa::path(
    delete,
    path = "/pushes/{link}",
    tag = "holders of pushes",
    params(("link" = LinkId, Path)),
    security(("link" = [], "open" = []), ("link" = [], "open" = [], "device" = [])),
    responses((status = 200, description = "The push, gone.", body = PushView), Refused)
)]
pub(super) async fn destroy_push(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Holder(holder): Holder,
    Attempt(attempt): Attempt,
    _: NoBody,
) -> Result<axum::Json<PushView>, Error> {
    run_holder(&app, link, holder, push_holder::Destroy(attempt)).await
}

/// Where a push stands, with the owner's note.
#[utoipa::path(
    get,
    path = "/pushes/{link}/owner",
    tag = "owners of pushes",
    params(("link" = LinkId, Path)),
    security(("owner" = [])),
    responses((status = 200, description = "The push.", body = PushStatus), Refused)
)]
pub(super) async fn show_push(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<PushStatus>, Error> {
    run_owner(&app, link, owner, push_owner::Status).await
}

/// Extends, shortens, pauses, resumes a push, or allows it other views.
#[utoipa::path(
    patch,
    path = "/pushes/{link}/owner",
    tag = "owners of pushes",
    params(("link" = LinkId, Path)),
    request_body = PatchPush,
    security(("owner" = [])),
    responses((status = 200, description = "The push, as changed.", body = PushStatus), Refused)
)]
pub(super) async fn change_push(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Owner(owner): Owner,
    Json(request): Json<PatchPush>,
) -> Result<axum::Json<PushStatus>, Error> {
    run_owner(&app, link, owner, push_owner::Change { request }).await
}

/// Takes a push back.
#[utoipa::path(
    delete,
    path = "/pushes/{link}/owner",
    tag = "owners of pushes",
    params(("link" = LinkId, Path)),
    security(("owner" = [])),
    responses((status = 200, description = "The push, gone.", body = PushStatus), Refused)
)]
pub(super) async fn revoke_push(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<PushStatus>, Error> {
    run_owner(&app, link, owner, push_owner::Revoke).await
}

/// The timeline of a push.
#[utoipa::path(
    get,
    path = "/pushes/{link}/log",
    tag = "owners of pushes",
    params(("link" = LinkId, Path)),
    security(("owner" = [])),
    responses((status = 200, description = "The timeline.", body = Log), Refused)
)]
pub(super) async fn show_push_log(
    State(app): State<App>,
    Path(link): Path<LinkId>,
    Owner(owner): Owner,
    _: NoBody,
) -> Result<axum::Json<Log>, Error> {
    let _: axum::Json<PushStatus> = run_owner(&app, link, owner, push_owner::Status).await?;
    Ok(axum::Json(app.store().log(RecordKey::Push(link)).await?))
}

async fn run_owner<Action: OwnerAction>(
    app: &App,
    link: LinkId,
    presented: Verifier,
    action: Action,
) -> Result<axum::Json<Action::Answer>, Error> {
    run(app, link, &lifecycle::Owner { presented, action }).await
}

async fn run_holder<Action: HolderAction>(
    app: &App,
    link: LinkId,
    presented: Verifier,
    action: Action,
) -> Result<axum::Json<Action::Answer>, Error> {
    run(app, link, &lifecycle::Holder { link, presented, action }).await
}

async fn run<C: Command>(app: &App, link: LinkId, command: &C) -> Result<axum::Json<C::Answer>, Error> {
    match app.store().run(RecordKey::Push(link), command).await {
        Ok(answer) => Ok(axum::Json(answer)),
        Err(StoreError::Refused(refusal)) => Err(Error::RefusedPush(refusal)),
        Err(error) => Err(error.into()),
    }
}
