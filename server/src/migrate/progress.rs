//! Says how far it is, at most once a second, and nothing of what takes less than one.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::LazyLock;

use tokio::time::{Duration, Instant};

use crate::log::Lines;

const EVERY: Duration = Duration::from_secs(1);
/// The longest wait at the end.
const FINISH_MAX: Duration = Duration::from_secs(5);

/// How far a pass over all records is.
pub(super) struct Progress {
    what: &'static str,
    done: u64,
    /// As counted before; there may be more or fewer by now.
    total: u64,
    show: bool,
    said: Instant,
}

impl Progress {
    pub(super) fn new(what: &'static str, total: u64, show: bool) -> Self {
        Self { what, done: 0, total, show, said: Instant::now() }
    }

    pub(super) fn one_more(&mut self) {
        self.done += 1;
        if self.show && self.said.elapsed() >= EVERY {
            self.said = Instant::now();
            let (what, done, total) = (self.what, self.done, self.total.max(self.done));
            say(&format!("{what} {done} of {total} records ({} %)", done * 100 / total));
        }
    }

    pub(super) fn done(&self) -> u64 {
        self.done
    }
}

/// For the operator. Where nobody reads it, or it cannot be written, the work goes on all the same:
/// while it lasts, no server takes changes.
pub(super) fn say(line: &str) {
    if let Some(lines) = &*LINES {
        lines.add(format!("{line}\n").as_bytes());
    }
}

/// Waits until everything that was said is written, but not for ever.
pub(super) fn finish() {
    if let Some(lines) = &*LINES {
        lines.flush(FINISH_MAX);
    }
}

/// `None`: this process has no standard output.
static LINES: LazyLock<Option<Lines>> = LazyLock::new(|| {
    let file = io::stdout().as_fd().try_clone_to_owned().ok()?;
    Lines::to(file, "progress", None).ok()
});
