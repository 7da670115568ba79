//! The function itself: time first, then the command, then what follows from it at once.

use subrosa_shared::time::Timestamp;

use crate::command::{Change, Command, SpaceNeed, Step};
use crate::context::{Context, Journal};
use crate::expiry;
use crate::record::Record;
use crate::rules::Policy;

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
