//! What users are told, as far as this function answers for it. Every promise is held against what
//! was seen from the outside: commands, answers, the stored bytes.

mod ending;
mod guessing;
mod owning;
mod taking;
mod viewing;

use proptest::prelude::*;
use subrosa_lifecycle::Record;
use subrosa_shared::api::{Event, LinkStatus, PutLink};
use subrosa_shared::id::{LinkId, Verifier};
use subrosa_shared::time::Timestamp;

use crate::command::{Command, HolderAction};
use crate::run::{Entry, Run, status};
use crate::world;

/// A share with one link as wished.
fn one_link(request: PutLink) -> Run {
    let mut run = Run::with_share();
    run.apply(world::put(0, request)).as_ref().unwrap();
    run
}

/// What a holder asked of a link, with the link's proof.
fn asked(entry: &Entry) -> Option<(LinkId, &HolderAction)> {
    match &entry.command {
        Command::Holder { link, action, .. } => Some((*link, action)),
        _ => None,
    }
}

/// The lease that an entry gave bytes to, if it did, and how many.
fn gave(entry: &Entry) -> Option<(LinkId, Verifier, u64)> {
    match asked(entry)? {
        (link, HolderAction::Fetch { lease, bytes: bytes @ 1.. }) if entry.outcome.is_ok() => {
            Some((link, *lease, *bytes))
        }
        _ => None,
    }
}

fn link_status(record: Option<&Record>, run: &Run, at: Timestamp, link: LinkId) -> Option<LinkStatus> {
    status(record, &run.policy, at)?.links.into_iter().find(|status| status.link == link)
}

fn events(run: &Run, link: LinkId, event: Event) -> usize {
    let lines = run.trace.iter().flat_map(|entry| &entry.log);
    lines.filter(|line| line.link == Some(link) && line.event == event).count()
}

/// Whether the share was forgotten and created anew: then what was counted before does not count.
fn created_anew(run: &Run) -> bool {
    run.trace.iter().flat_map(|entry| &entry.log).filter(|line| line.event == Event::Created).count() > 1
}

fn waits(spans: std::ops::Range<u64>) -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(spans, 1..30)
}
