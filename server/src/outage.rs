//! What fails again and again is told when it begins and when it is over, and not each time in
//! between.

use std::error::Error;
use std::mem;

/// Something that is tried for ever, and whether it fails right now.
#[derive(Debug)]
pub(crate) struct Outage {
    /// What cannot be done meanwhile.
    what: &'static str,
    lasts: bool,
}

impl Outage {
    /// It has not begun.
    pub(crate) fn of(what: &'static str) -> Self {
        Self { what, lasts: false }
    }

    /// Tells the operator if it begins or ends with this try.
    pub(crate) fn note<T, E: Error + 'static>(&mut self, tried: &Result<T, E>) {
        match (tried, mem::replace(&mut self.lasts, tried.is_err())) {
            (Err(error), false) => tracing::error!(error = error as &dyn Error, "{}; will try again", self.what),
            (Ok(_), true) => tracing::info!(outage = self.what, "works again"),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use super::*;

    #[test]
    fn it_is_told_once_when_it_begins_and_once_when_it_is_over() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let writer = File::create(log.path()).unwrap();
        let subscriber = tracing_subscriber::fmt().without_time().with_ansi(false).with_target(false);
        let mut outage = Outage::of("cannot see");
        tracing::subscriber::with_default(subscriber.with_writer(writer).finish(), || {
            for works in [true, false, false, true, true, false] {
                outage.note(&works.then_some(()).ok_or(std::fmt::Error));
            }
        });
        let told = fs::read_to_string(log.path()).unwrap();
        let levels: Vec<&str> = told.lines().map(|line| line.trim_start().split(' ').next().unwrap()).collect();
        assert_eq!(levels, ["ERROR", "INFO", "ERROR"], "{told}");
        assert!(told.contains("cannot see") && told.contains(&std::fmt::Error.to_string()), "{told}");
    }
}
