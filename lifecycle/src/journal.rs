//! The journal of a step: what it writes beside the record.

use subrosa_shared::api::LogLine;

/// Lines for the timeline, oldest first, and whether an open proof was compared.
#[derive(Debug, Default)]
pub(crate) struct Journal {
    lines: Vec<LogLine>,
    compared: bool,
}

impl Journal {
    /// Adds a line to the timeline.
    pub(crate) fn push(&mut self, line: LogLine) {
        self.lines.push(line);
    }

    /// Notes that an open proof was compared: whatever came of it, the step has to be stored before
    /// anything is told.
    pub(crate) fn compared(&mut self) {
        self.compared = true;
    }

    /// The lines, and whether an open proof was compared.
    pub(crate) fn finish(self) -> (Vec<LogLine>, bool) {
        (self.lines, self.compared)
    }
}
