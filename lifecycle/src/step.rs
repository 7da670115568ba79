//! The function itself: time first, then the command, then what follows from it at once.

use subrosa_shared::api::Event;
use subrosa_shared::id::LinkId;
use subrosa_shared::time::Timestamp;

use crate::command::{Change, Command, SpaceNeed, Step};
use crate::context::{Context, Journal};
use crate::record::{Kept, Kind, Record, Share, State};
use crate::refusal::Refusal;
use crate::rules::Policy;
use crate::{RecordKey, expiry, guess};

/// What a command does to a share or push at a moment. `record` is what is stored of it, or `None`
/// if nothing is.
///
/// Deterministic: the same arguments give the same step, so whoever loses a race loads and steps
/// again.
pub fn step<C: Command + ?Sized>(
    record: Option<&Record>,
    command: &C,
    policy: &Policy,
    now: Timestamp,
) -> Step<C::Answer> {
    let mut next = record.cloned();
    let mut context = Context { policy, now, journal: Journal::default() };
    expiry::advance(&mut next, now, &mut context.journal);
    let outcome = command.apply(&mut next, &mut context);
    expiry::advance(&mut next, now, &mut context.journal);
    let Journal { lines: log, compared, new_link } = context.journal;
    let needs_space = match command.needs_space() {
        SpaceNeed::Always => true,
        SpaceNeed::UnlessItEndsSooner => {
            !matches!((record, &next), (Some(before), Some(after)) if after.only_ends_sooner(before))
        }
        SpaceNeed::Never => false,
    };
    Step { record: change(record, next, compared), outcome, new_link, log, needs_space }
}

/// What to store. A step that compared an open proof is stored even if it changed nothing.
fn change(before: Option<&Record>, after: Option<Record>, compared: bool) -> Change {
    if before == after.as_ref() && !compared {
        Change::Unchanged
    } else {
        after.map_or(Change::Remove, |record| Change::Put(Box::new(record)))
    }
}

/// The share, if more than its id is kept.
pub(crate) fn kept(record: &mut Option<Record>) -> Result<(RecordKey, &mut Share), Refusal> {
    match record {
        Some(Record { key, kept: Kept::Share(share) }) => Ok((*key, share)),
        _ => Err(Refusal::NotFound),
    }
}

pub(crate) fn count_guess(record: &mut Option<Record>, id: LinkId, context: &mut Context<'_>) {
    let Ok((_, share)) = kept(record) else { return };
    let Some(link) = share.links.iter_mut().find(|link| link.link == id) else { return };
    // Where the link has ended, there is nothing left to guess.
    if guess::count_wrong(link, context).is_ok() {
        share.close_if_spent(context.now, &mut context.journal);
    }
}

pub(crate) fn blobs_deleted(record: &mut Option<Record>, context: &mut Context<'_>) {
    let Some(Record { kept, .. }) = record else { return };
    let done = match kept {
        Kept::Share(share) => match &mut share.state {
            State::Gone { blobs_deleted, .. } => blobs_deleted,
            // Not gone: whoever says so is mistaken, and nothing may be deleted.
            State::Uploading { .. } | State::Ready { .. } => return,
        },
        Kept::Burned { blobs_deleted, .. } => blobs_deleted,
    };
    if !*done {
        *done = true;
        context.log(None, Event::Deleted);
    }
}

/// Journal that stored content was found lost, or whole again. Only content that is fixed can be
/// lost: while an upload runs, its owner stores a part again.
pub(crate) fn content_checked(record: &mut Option<Record>, lost: bool, context: &mut Context<'_>) {
    let Ok((_, share)) = kept(record) else { return };
    if !matches!((&share.kind, &share.state), (Kind::Files { .. }, State::Ready { .. })) {
        return;
    }
    if lost != share.content_lost_at.is_some() {
        share.content_lost_at = lost.then_some(context.now);
        context.log(None, if lost { Event::ContentLost } else { Event::ContentRestored });
    }
}
