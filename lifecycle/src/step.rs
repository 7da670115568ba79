//! The function itself: time first, then the command, then what follows from it at once.

use subrosa_shared::api::{CreateShare, Event, LogLine};
use subrosa_shared::content::is_part_size;
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::limits::Limits;
use subrosa_shared::time::Timestamp;

use crate::RecordKey;
use crate::command::{Change, Command, Outcome, OwnerAction, SpaceNeed, Step};
use crate::journal::Journal;
use crate::record::{Creator, Kept, Kind, Record, Share, State, request_digest};
use crate::refusal::Refusal;
use crate::rules::{Life, Policy};
use crate::{expiry, guess, holder, owner, push, view};

/// What a command does to a share or push at a moment. `record` is what is stored of it, or `None`
/// if nothing is.
///
/// Deterministic: the same arguments give the same step, so whoever loses a race loads and steps
/// again.
pub fn step(record: Option<&Record>, command: &Command, policy: &Policy, now: Timestamp) -> Step {
    let mut next = record.cloned();
    let mut journal = Journal::default();
    expiry::advance(&mut next, now, &mut journal);
    let outcome = apply(&mut next, command, policy, now, &mut journal);
    expiry::advance(&mut next, now, &mut journal);
    let new_link = added_link(record, next.as_ref(), command);
    let (log, compared) = journal.finish();
    let needs_space = match command.needs_space() {
        SpaceNeed::Always => true,
        SpaceNeed::UnlessItEndsSooner => {
            !matches!((record, &next), (Some(before), Some(after)) if after.only_ends_sooner(before))
        }
        SpaceNeed::Never => false,
    };
    Step { record: change(record, next, compared), outcome, new_link, log, needs_space }
}

fn apply(
    record: &mut Option<Record>,
    command: &Command,
    policy: &Policy,
    now: Timestamp,
    journal: &mut Journal,
) -> Result<Outcome, Refusal> {
    match command {
        Command::Create { share, request, creator } => {
            if ShareId::derive(&request.owner_verifier) != *share {
                return Err(Refusal::IdMismatch);
            }
            let new = || new_share(request, *creator, policy, now);
            create(record, RecordKey::Share(*share), request_digest(request), new, now, journal)
        }
        Command::CreatePush { link, request, creator } => {
            if LinkId::derive_push(&request.link_verifier) != *link {
                return Err(Refusal::IdMismatch);
            }
            let new = || push::new(*link, request, *creator, &policy.limits, now);
            create(record, RecordKey::Push(*link), request_digest(request), new, now, journal)
        }
        Command::Owner { presented, action } => {
            let (key, share) = kept(record)?;
            owner::act(key, share, presented, action, policy, now, journal)
        }
        Command::Holder { link, presented, action } => {
            let (key, share) = kept(record)?;
            holder::act(key, share, *link, presented, action, now, journal)
        }
        Command::CountGuess { link } => {
            count_guess(record, *link, now, journal);
            Ok(Outcome::Allowed)
        }
        Command::Tick => Ok(Outcome::Allowed),
        Command::BlobsDeleted => {
            blobs_deleted(record, now, journal);
            Ok(Outcome::Allowed)
        }
        Command::ContentChecked { lost } => {
            content_checked(record, *lost, now, journal);
            Ok(Outcome::Allowed)
        }
    }
}

/// The share, if more than its id is kept.
fn kept(record: &mut Option<Record>) -> Result<(RecordKey, &mut Share), Refusal> {
    match record {
        Some(Record { key, kept: Kept::Share(share) }) => Ok((*key, share)),
        _ => Err(Refusal::NotFound),
    }
}

/// Stores what is new. What is there already is the answer to a retry, if it is the same: whatever
/// the limits are by now.
fn create(
    record: &mut Option<Record>,
    key: RecordKey,
    created_with: Digest,
    new: impl FnOnce() -> Result<Share, Refusal>,
    now: Timestamp,
    journal: &mut Journal,
) -> Result<Outcome, Refusal> {
    match record {
        Some(Record { kept: Kept::Share(share), .. }) => {
            if let Some(gone) = share.gone() {
                Err(Refusal::Gone(gone))
            } else if share.created_with == created_with {
                view::for_owner(key, share)
            } else {
                Err(Refusal::AlreadyExists)
            }
        }
        Some(Record { kept: Kept::Burned { .. }, .. }) => Err(Refusal::AlreadyExists),
        None => {
            let share = Box::new(new()?);
            journal.push(LogLine { at: now, link: share.only_link(), event: Event::Created });
            let outcome = view::for_owner(key, &share);
            *record = Some(Record { key, kept: Kept::Share(share) });
            outcome
        }
    }
}

/// A share as it begins.
fn new_share(request: &CreateShare, creator: Creator, policy: &Policy, now: Timestamp) -> Result<Share, Refusal> {
    let life = Life::checked(request.expires_in_secs, &policy.limits)?;
    check_part_size(request.part_bytes, &policy.limits)?;
    let CreateShare { part_bytes, ends_with_last_link, .. } = *request;
    Ok(Share {
        owner_verifier: request.owner_verifier,
        creator,
        created_with: request_digest(request),
        created_at: now,
        expires_at: life.from(now),
        kind: Kind::Files { part_bytes, ends_with_last_link },
        paused: false,
        state: State::Uploading { until: policy.upload_end(now) },
        content_lost_at: None,
        links: Vec::new(),
    })
}

fn check_part_size(part_bytes: u32, limits: &Limits) -> Result<(), Refusal> {
    let allowed = limits.part_bytes_min..=limits.part_bytes_max;
    if is_part_size(part_bytes) && allowed.contains(&part_bytes) {
        Ok(())
    } else {
        Err(Refusal::PartSizeOutOfRange { min: (*allowed.start()).into(), max: (*allowed.end()).into() })
    }
}

fn count_guess(record: &mut Option<Record>, id: LinkId, now: Timestamp, journal: &mut Journal) {
    let Ok((_, share)) = kept(record) else { return };
    let Some(link) = share.links.iter_mut().find(|link| link.link == id) else { return };
    // Where the link has ended, there is nothing left to guess.
    if guess::count_wrong(link, now, journal).is_ok() {
        share.close_if_spent(now, journal);
    }
}

fn blobs_deleted(record: &mut Option<Record>, now: Timestamp, journal: &mut Journal) {
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
        journal.push(LogLine { at: now, link: None, event: Event::Deleted });
    }
}

/// Journal that stored content was found lost, or whole again. Only content that is fixed can be
/// lost: while an upload runs, its owner stores a part again.
fn content_checked(record: &mut Option<Record>, lost: bool, now: Timestamp, journal: &mut Journal) {
    let Some(Record { kept: Kept::Share(share), .. }) = record else { return };
    if !matches!((&share.kind, &share.state), (Kind::Files { .. }, State::Ready { .. })) {
        return;
    }
    if lost != share.content_lost_at.is_some() {
        share.content_lost_at = lost.then_some(now);
        journal.push(LogLine {
            at: now,
            link: None,
            event: if lost { Event::ContentLost } else { Event::ContentRestored },
        });
    }
}

/// The link that the command added, if it added one.
fn added_link(before: Option<&Record>, after: Option<&Record>, command: &Command) -> Option<LinkId> {
    let Command::Owner { action: OwnerAction::PutLink { link, .. }, .. } = command else { return None };
    (!has_link(before, *link) && has_link(after, *link)).then_some(*link)
}

fn has_link(record: Option<&Record>, id: LinkId) -> bool {
    match record {
        Some(Record { kept: Kept::Share(share), .. }) => share.links.iter().any(|link| link.link == id),
        _ => false,
    }
}

/// What to store. A step that compared an open proof is stored even if it changed nothing.
fn change(before: Option<&Record>, after: Option<Record>, compared: bool) -> Change {
    if before == after.as_ref() && !compared {
        Change::Unchanged
    } else {
        after.map_or(Change::Remove, |record| Change::Put(Box::new(record)))
    }
}
