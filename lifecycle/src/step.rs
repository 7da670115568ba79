//! The function itself: time first, then the command, then what follows from it at once.

use subrosa_shared::time::Timestamp;

use crate::command::{Change, Command, SpaceNeed, Step};
use crate::context::{Context, Journal};
use crate::expiry;
use crate::record::{NeedsAllLinks, Record};
use crate::rules::Policy;

/// What a command does to a share or push at a moment. `record` is what is stored of it, or `None`
/// if nothing is.
///
/// Deterministic: the same arguments give the same step, so whoever loses a race loads and steps
/// again. The record may have been loaded with one of its links: the step is the same as with all
/// of them, or there is none.
///
/// # Errors
/// It concerns links that were not loaded.
pub fn step<C: Command + ?Sized>(
    record: Option<&Record>,
    command: &C,
    policy: &Policy,
    now: Timestamp,
) -> Result<Step<C::Answer>, NeedsAllLinks> {
    let mut next = record.cloned();
    let mut context = Context { policy, now, journal: Journal::default() };
    expiry::advance(&mut next, now, &mut context.journal);
    let outcome = command.apply(&mut next, &mut context);
    expiry::advance(&mut next, now, &mut context.journal);
    let Journal { lines: log, compared, new_links, dropped, needs_all_links } = context.journal;
    if needs_all_links {
        return Err(NeedsAllLinks);
    }
    let is_new = next.as_mut().is_some_and(Record::note_links);
    // What only asks does not write because all that was found is when time changes the next link.
    let must_store = compared || (is_new && command.is_tick());
    let needs_space = match command.needs_space() {
        SpaceNeed::Always => true,
        SpaceNeed::UnlessItEndsSooner => {
            !matches!((record, &next), (Some(before), Some(after)) if after.only_ends_sooner(before))
        }
        SpaceNeed::Never => false,
    };
    Ok(Step { record: change(record, next, must_store), outcome, new_links, dropped, log, needs_space })
}

/// What to store. A step that compared an open proof is stored even if it changed nothing.
fn change(before: Option<&Record>, after: Option<Record>, must_store: bool) -> Change {
    if before == after.as_ref() && !must_store {
        Change::Unchanged
    } else {
        after.map_or(Change::Remove, |record| Change::Put(Box::new(record)))
    }
}
