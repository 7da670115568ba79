//! What an owner may do with a share or push.

use subrosa_shared::api::{EndReason, Event, Gone, LogLine, PatchShare};
use subrosa_shared::id::Verifier;
use subrosa_shared::time::Timestamp;
use subtle::ConstantTimeEq as _;

use crate::RecordKey;
use crate::command::{Outcome, OwnerAction};
use crate::journal::Journal;
use crate::record::{Kind, Share};
use crate::refusal::Refusal;
use crate::rules::{Life, Policy};
use crate::{link, push, upload, view};

/// One action, for whoever presents the owner proof.
pub(crate) fn act(
    key: RecordKey,
    share: &mut Share,
    presented: &Verifier,
    action: &OwnerAction,
    policy: &Policy,
    now: Timestamp,
    journal: &mut Journal,
) -> Result<Outcome, Refusal> {
    if !bool::from(share.owner_verifier.as_bytes().ct_eq(presented.as_bytes())) {
        return Err(Refusal::NotFound);
    }
    if !belongs(action, &share.kind) {
        return Err(Refusal::NotFound);
    }
    let limits = &policy.limits;
    match (action, share.gone()) {
        (OwnerAction::Status, _) => {}
        (OwnerAction::Revoke, Some(_)) => {}
        (OwnerAction::Revoke, None) => share.end(Gone { why: EndReason::Revoked, at: now }, journal),
        (OwnerAction::RevokeLink { link }, _) => link::revoke(share, *link, now, journal)?,
        // Whatever else there is, it is too late.
        (_, Some(gone)) => return Err(Refusal::Gone(gone)),
        (OwnerAction::StorePart { index, sealed_len, last }, None) => {
            upload::check_part(share, *index, *sealed_len, last.as_ref(), limits)?;
            return Ok(Outcome::Allowed);
        }
        (OwnerAction::StoreManifest { sealed_len }, None) => {
            upload::check_manifest(share, *sealed_len, limits)?;
            return Ok(Outcome::Allowed);
        }
        (OwnerAction::StoreNote | OwnerAction::ReadBack, None) => return Ok(Outcome::Allowed),
        (OwnerAction::Complete { request, stored }, None) => {
            upload::complete(share, request, stored, limits, now, journal)?;
        }
        (OwnerAction::PutLink { link, request }, None) => link::put(share, *link, request, limits, now, journal)?,
        (OwnerAction::PatchLink { link, request }, None) => link::patch(share, *link, request, limits, now, journal)?,
        (OwnerAction::PatchShare { request }, None) => patch(share, request, policy, now, journal)?,
        (OwnerAction::PatchPush { request }, None) => push::patch(share, request, limits, now, journal)?,
    }
    share.close_if_spent(now, journal);
    view::for_owner(key, share)
}

/// Whether there is such an action for what is shared.
fn belongs(action: &OwnerAction, kind: &Kind) -> bool {
    match action {
        OwnerAction::Status | OwnerAction::Revoke => true,
        OwnerAction::PatchPush { .. } => matches!(kind, Kind::Push { .. }),
        OwnerAction::StorePart { .. }
        | OwnerAction::StoreManifest { .. }
        | OwnerAction::StoreNote
        | OwnerAction::ReadBack
        | OwnerAction::Complete { .. }
        | OwnerAction::PutLink { .. }
        | OwnerAction::PatchLink { .. }
        | OwnerAction::RevokeLink { .. }
        | OwnerAction::PatchShare { .. } => matches!(kind, Kind::Files { .. }),
    }
}

fn patch(
    share: &mut Share,
    request: &PatchShare,
    policy: &Policy,
    now: Timestamp,
    journal: &mut Journal,
) -> Result<(), Refusal> {
    let life = request.expires_in_secs.map(|secs| Life::checked(secs, &policy.limits)).transpose()?;
    if let Some(expires_at) = life.map(|life| life.from(now)).filter(|at| *at != share.expires_at) {
        share.expires_at = expires_at;
        for link in &mut share.links {
            // A link that has ended keeps what it said: nobody is told a past that was not.
            if link.gone().is_none() {
                link.expires_at = link.expires_at.min(expires_at);
            }
        }
        journal.push(LogLine { at: now, link: None, event: Event::Changed });
    }
    if let Some(paused) = request.paused.filter(|paused| *paused != share.paused) {
        share.paused = paused;
        journal.push(LogLine { at: now, link: None, event: if paused { Event::Paused } else { Event::Resumed } });
    }
    Ok(())
}
