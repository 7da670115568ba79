//! Says how far it is, at most once a second, and nothing of what takes less than one.

use tokio::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(1);

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

/// For the operator.
#[expect(clippy::print_stdout, reason = "an operator who runs a command reads what it says")]
pub(super) fn say(line: &str) {
    println!("{line}");
}
