//! `/pushes/{link}`: a push, for its owner and for whoever holds its link. One record, so that no
//! call of shares or of their links reaches it. In links and leases of a push, a download is a
//! view.

use axum::extract::State;
use http::StatusCode;
use subrosa_shared::api::{FinishLease, Log, PatchPush, PushStatus, PushView, PutPush, RequestLease, RevealedPush};
use subrosa_shared::id::{LinkId, Verifier};
use subrosa_shared::limits::PUSH_BODY_BYTES_MAX;

use super::error::Error;
use super::extract::{Attempt, Holder, Json, LeaseHolder, NoBody, Owner, Path};
use super::openapi::Refused;
use crate::app::App;
use crate::store::StoreError;
use subrosa_lifecycle::RecordKey;
use subrosa_lifecycle::{Command, Creator, HolderAction, Outcome, OwnerAction, Refusal};

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
    let command = Command::CreatePush { link, request: Box::new(request), creator: Creator::Anyone };
    Ok((StatusCode::CREATED, push_status(run(&app, link, command).await?)?))
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
    push_view(run_holder(&app, link, holder, HolderAction::Status).await?)
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
    let action = HolderAction::Reveal { attempt, lease: request.lease_verifier };
    match run_holder(&app, link, holder, action).await? {
        Outcome::Revealed(revealed) => Ok(axum::Json(*revealed)),
        _ => Err(Error::Outcome),
    }
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
    let action = HolderAction::Finish { lease, receipt: request.receipt };
    push_view(run_holder(&app, link, holder, action).await?)
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
    push_view(run_holder(&app, link, holder, HolderAction::Destroy(attempt)).await?)
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
    push_status(run_owner(&app, link, owner, OwnerAction::Status).await?)
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
    push_status(run_owner(&app, link, owner, OwnerAction::PatchPush { request }).await?)
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
    push_status(run_owner(&app, link, owner, OwnerAction::Revoke).await?)
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
    run_owner(&app, link, owner, OwnerAction::Status).await?;
    Ok(axum::Json(app.store().log(RecordKey::Push(link)).await?))
}

async fn run_owner(app: &App, link: LinkId, presented: Verifier, action: OwnerAction) -> Result<Outcome, Error> {
    run(app, link, Command::Owner { presented, action }).await
}

async fn run_holder(app: &App, link: LinkId, presented: Verifier, action: HolderAction) -> Result<Outcome, Error> {
    run(app, link, Command::Holder { link, presented, action }).await
}

async fn run(app: &App, link: LinkId, command: Command) -> Result<Outcome, Error> {
    app.store().run(RecordKey::Push(link), &command).await.map_err(|error| match error {
        StoreError::Refused(refusal) => Error::RefusedPush(refusal),
        error => error.into(),
    })
}

fn push_status(outcome: Outcome) -> Result<axum::Json<PushStatus>, Error> {
    match outcome {
        Outcome::Push(status) => Ok(axum::Json(*status)),
        _ => Err(Error::Outcome),
    }
}

fn push_view(outcome: Outcome) -> Result<axum::Json<PushView>, Error> {
    match outcome {
        Outcome::PushView(view) => Ok(axum::Json(*view)),
        _ => Err(Error::Outcome),
    }
}
