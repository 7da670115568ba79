//! What the holder of a link may do.

use subrosa_shared::api::{EndReason, Event, Gone, LogLine, OpenedLink};
use subrosa_shared::id::{LinkId, Verifier};
use subrosa_shared::time::Timestamp;
use subtle::ConstantTimeEq as _;

use crate::RecordKey;
use crate::command::{HolderAction, OpenAttempt, Outcome};
use crate::journal::Journal;
use crate::record::{Kind, Share, count};
use crate::refusal::Refusal;
use crate::{guess, lease, view};

/// One action, for whoever presents the link proof.
pub(crate) fn act(
    key: RecordKey,
    share: &mut Share,
    link: LinkId,
    presented: &Verifier,
    action: &HolderAction,
    now: Timestamp,
    journal: &mut Journal,
) -> Result<Outcome, Refusal> {
    let place = share.links.iter().position(|known| known.link == link).ok_or(Refusal::NotFound)?;
    let verifier = share.links[place].verifier.ok_or(Refusal::NotFound)?;
    if !bool::from(verifier.as_bytes().ct_eq(presented.as_bytes())) {
        return Err(Refusal::NotFound);
    }
    if !belongs(action, &share.kind) {
        return Err(Refusal::NotFound);
    }
    let answer = act_on(share, place, action, now, journal);
    // Also after a refusal: a wrong password can end the link.
    share.close_if_spent(now, journal);
    let link = &share.links[place];
    let view = || view::link_view(share, link, now);
    Ok(match answer? {
        Answer::Allowed => Outcome::Allowed,
        Answer::Link => view::for_holder(share, link, now),
        Answer::Opened { view_wrap } => {
            let share = key.share().ok_or(Refusal::NotFound)?;
            Outcome::Opened(Box::new(OpenedLink { share, view_wrap, link: view() }))
        }
        Answer::Granted(grant) => Outcome::Granted(Box::new(grant.granted(view()))),
        Answer::Revealed(grant) => Outcome::Revealed(Box::new(grant.revealed(view()))),
    })
}

/// Whether there is such an action for what is shared.
fn belongs(action: &HolderAction, kind: &Kind) -> bool {
    match action {
        HolderAction::Status | HolderAction::Finish { .. } | HolderAction::Destroy(_) => true,
        HolderAction::Reveal { .. } => matches!(kind, Kind::Push { .. }),
        HolderAction::Open(_)
        | HolderAction::Manifest(_)
        | HolderAction::Lease { .. }
        | HolderAction::Fetch { .. }
        | HolderAction::CheckLease { .. } => matches!(kind, Kind::Files { .. }),
    }
}

/// An answer, but for the view of the link: that is taken after all has been done.
enum Answer {
    Allowed,
    Link,
    Opened { view_wrap: Vec<u8> },
    Granted(lease::Grant),
    Revealed(lease::Grant),
}

fn act_on(
    share: &mut Share,
    place: usize,
    action: &HolderAction,
    now: Timestamp,
    journal: &mut Journal,
) -> Result<Answer, Refusal> {
    match action {
        HolderAction::Status => Ok(Answer::Link),
        HolderAction::Open(attempt) => {
            check_open(share, place, attempt, now, journal)?;
            let link = &mut share.links[place];
            count(&mut link.counters.opened, now);
            journal.push(LogLine { at: now, link: Some(link.link), event: Event::Opened });
            Ok(Answer::Opened { view_wrap: link.live()?.view.clone() })
        }
        HolderAction::Manifest(attempt) => {
            check_open(share, place, attempt, now, journal)?;
            Ok(Answer::Allowed)
        }
        HolderAction::Lease { attempt, lease } => {
            check_grant(share, place, attempt, lease, now, journal)?;
            lease::grant(share, place, lease, now, journal).map(Answer::Granted)
        }
        HolderAction::Reveal { attempt, lease } => {
            check_grant(share, place, attempt, lease, now, journal)?;
            lease::grant(share, place, lease, now, journal).map(Answer::Revealed)
        }
        HolderAction::Fetch { lease, bytes } => {
            check_runs(share, place)?;
            lease::fetch(share, place, lease, *bytes, now, journal)?;
            Ok(Answer::Allowed)
        }
        HolderAction::CheckLease { lease } => {
            check_runs(share, place)?;
            lease::check(&share.links[place], lease)?;
            Ok(Answer::Allowed)
        }
        // Also while paused: what is saved is saved, and the owner should know.
        HolderAction::Finish { lease, receipt } => {
            lease::finish(&mut share.links[place], lease, *receipt, now, journal)?;
            Ok(Answer::Link)
        }
        HolderAction::Destroy(attempt) => {
            let link = &share.links[place];
            link.live()?;
            // Asked first: where it is not allowed, no password is tried.
            if !link.recipient_may_destroy {
                return Err(Refusal::DestroyNotAllowed);
            }
            check_open(share, place, attempt, now, journal)?;
            share.links[place].end(Gone { why: EndReason::Destroyed, at: now }, journal);
            Ok(Answer::Link)
        }
    }
}

/// Whether leases that were granted may be used: the link has not ended and is not paused. Locked
/// it may be: other people's guesses stop no download.
fn check_runs(share: &Share, place: usize) -> Result<(), Refusal> {
    let live = share.links[place].live()?;
    if live.paused || share.paused { Err(Refusal::Paused) } else { Ok(()) }
}

/// Whether a lease may be granted, for this attempt. A holder of one that runs, who shows again
/// what it was granted for, gets it again whatever others have tried meanwhile: guesses stop no
/// download and no view. A wrong proof is counted here, too, also while others wait or the link is
/// locked; after it, the lease lets nobody past the wait any more.
fn check_grant(
    share: &mut Share,
    place: usize,
    attempt: &OpenAttempt,
    lease: &Verifier,
    now: Timestamp,
    journal: &mut Journal,
) -> Result<(), Refusal> {
    check_runs(share, place)?;
    let link = &mut share.links[place];
    if !lease::is_as_granted(link, lease) {
        return guess::check(link, attempt, now, journal);
    }
    if guess::is_right(link.live()?, attempt, journal) {
        return Ok(());
    }
    lease::show_anew(link, lease);
    Err(Refusal::WrongPassword { retry_after: guess::count_wrong(link, now, journal)? })
}

/// Whether the link opens, for this attempt. The one way to it for whoever holds no lease: what is
/// tried here is compared and counted in one step.
fn check_open(
    share: &mut Share,
    place: usize,
    attempt: &OpenAttempt,
    now: Timestamp,
    journal: &mut Journal,
) -> Result<(), Refusal> {
    // A link that is paused compares nothing, so nobody learns or loses anything.
    check_runs(share, place)?;
    guess::check(&mut share.links[place], attempt, now, journal)
}
