//! What every rule is given, and what it leaves beside the record.

use subrosa_shared::api::{Event, LogLine};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::LinkId;
use subrosa_shared::limits::Limits;
use subrosa_shared::time::Timestamp;

use crate::rules::Policy;

/// The moment and the policy of a step, and its journal.
#[derive(Debug)]
pub struct Context<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) now: Timestamp,
    pub(crate) journal: Journal,
}

impl Context<'_> {
    /// What the server accepts.
    pub(crate) fn limits(&self) -> &Limits {
        &self.policy.limits
    }

    /// Adds a line to the timeline: this happened now, to the link or to the whole.
    pub(crate) fn log(&mut self, link: Option<LinkId>, event: Event) {
        self.journal.push(LogLine { at: self.now, link, event });
    }
}

/// What a step writes beside the record.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    /// For the timeline, oldest first.
    pub(crate) lines: Vec<LogLine>,
    /// Whether an open proof was compared: whatever came of it, the step has to be stored before
    /// anything is told.
    pub(crate) compared: bool,
    /// Links that were added.
    pub(crate) new_links: Vec<LinkId>,
    /// A content whose objects nobody needs to know of any more.
    pub(crate) dropped: Option<ContentNumber>,
    /// Whether it concerns links that were not loaded: then nothing of the step counts.
    pub(crate) needs_all_links: bool,
}

impl Journal {
    /// Adds a line to the timeline.
    pub(crate) fn push(&mut self, line: LogLine) {
        self.lines.push(line);
    }
}
