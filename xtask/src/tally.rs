//! What passed and what failed: every step runs, however many failed before it.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Results so far.
pub(crate) struct Tally {
    started: Instant,
    passed: u32,
    failed: Vec<String>,
    not_checked: Vec<String>,
    /// How long each test took, by its name.
    took: Vec<(Duration, String)>,
    /// How long each part took.
    parts: Vec<(Duration, String)>,
    /// What is said, where it is kept until a part is over: others speak at the same time.
    kept: Option<String>,
}

/// So many of the slowest tests are named at the end.
const SLOWEST: usize = 10;

/// What a step that did not fail came to.
pub(crate) enum Outcome {
    Passed,
    /// It could not look: nobody knows.
    NotChecked(&'static str),
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            started: Instant::now(),
            passed: 0,
            failed: Vec::new(),
            not_checked: Vec::new(),
            took: Vec::new(),
            parts: Vec::new(),
            kept: None,
        }
    }

    /// For work beside other work: what is said of a part is printed when the part is over.
    pub(crate) fn beside() -> Self {
        Self { kept: Some(String::new()), ..Self::new() }
    }

    /// Takes over what was counted beside this.
    pub(crate) fn add(&mut self, mut other: Self) {
        other.print_kept();
        self.passed += other.passed;
        self.failed.append(&mut other.failed);
        self.not_checked.append(&mut other.not_checked);
        self.took.append(&mut other.took);
        self.parts.append(&mut other.parts);
    }

    /// Prints a line, or keeps it until the part is over.
    pub(crate) fn say(&mut self, line: &str) {
        match &mut self.kept {
            Some(kept) => {
                kept.push_str(line);
                kept.push('\n');
            }
            None => println!("{line}"),
        }
    }

    fn print_kept(&mut self) {
        if let Some(kept) = &mut self.kept {
            print!("{}", std::mem::take(kept));
        }
    }

    /// Notes how long a test took.
    pub(crate) fn took(&mut self, test: String, time: Duration) {
        self.took.push((time, test));
    }

    /// Sees to what later steps need. A failure counts and stops nothing: what can run without it,
    /// runs.
    pub(crate) fn need(&mut self, what: &str, see_to_it: impl FnOnce() -> Result<()>) {
        if let Err(error) = see_to_it() {
            self.fail(format!("{what}: {error:#}"));
        }
    }

    /// Runs one step and counts it, under a heading.
    pub(crate) fn step(&mut self, name: &str, step: impl FnOnce() -> Result<Outcome>) {
        self.timed(name, |tally| {
            match step() {
                Ok(Outcome::Passed) => tally.passed += 1,
                Ok(Outcome::NotChecked(why)) => tally.leave_out(format!("{name}: {why}")),
                Err(error) => tally.fail(format!("{name}: {error:#}")),
            }
            Ok(())
        });
    }

    /// Runs a group that counts its own results; if it breaks off, that counts as a failure.
    pub(crate) fn timed(&mut self, name: &str, group: impl FnOnce(&mut Self) -> Result<()>) {
        self.say(&format!("\n── {name}"));
        let started = Instant::now();
        if let Err(error) = group(self) {
            self.fail(format!("{name}: {error:#}"));
        }
        let took = started.elapsed();
        self.say(&format!("   {name}: {}", shown(took)));
        self.parts.push((took, name.to_owned()));
        self.print_kept();
    }

    pub(crate) fn pass(&mut self, count: u32) {
        self.passed += count;
    }

    /// Counts a failure and says it; it is said again at the end.
    pub(crate) fn fail(&mut self, what: String) {
        self.say(&format!("FAILED {what}"));
        self.failed.push(what);
    }

    /// Counts what could not be checked, which is no success; it is said again at the end.
    pub(crate) fn leave_out(&mut self, what: String) {
        self.say(&format!("NOT CHECKED {what}"));
        self.not_checked.push(what);
    }

    /// How many results there are.
    pub(crate) fn count(&self) -> u32 {
        self.passed + u32::try_from(self.failed.len() + self.not_checked.len()).unwrap_or(u32::MAX)
    }

    /// Prints the closing line. An error if anything failed, or if there was nothing to do.
    pub(crate) fn close(mut self) -> Result<()> {
        self.print_times();
        if !self.failed.is_empty() {
            println!("\nFailed:");
        }
        for what in &self.failed {
            println!("  {what}");
        }
        for what in &self.not_checked {
            println!("\nNOT CHECKED: {what}");
        }
        let not_checked = match self.not_checked.len() {
            0 => String::new(),
            count => format!(", {count} not checked"),
        };
        let took = shown(self.started.elapsed());
        println!("\n{} passed, {} failed{not_checked} in {took}", self.passed, self.failed.len());
        if !self.failed.is_empty() {
            bail!("{} failed", self.failed.len());
        }
        if self.passed == 0 && self.not_checked.is_empty() {
            bail!("nothing ran: does the filter match any test?");
        }
        Ok(())
    }
}

impl Tally {
    fn print_times(&mut self) {
        self.took.sort();
        if !self.took.is_empty() {
            println!("\nThe slowest tests:");
        }
        for (time, test) in self.took.iter().rev().take(SLOWEST) {
            println!("{:>11}  {test}", shown(*time));
        }
        if self.parts.len() > 1 {
            println!("\nParts, some of them at the same time:");
            for (time, part) in &self.parts {
                println!("{:>11}  {part}", shown(*time));
            }
        }
    }
}

fn shown(time: Duration) -> String {
    match time.as_secs() {
        0..60 => format!("{:.1} s", time.as_secs_f32()),
        secs => format!("{} min {} s", secs / 60, secs % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_not_be_checked_is_neither_passed_nor_failed() {
        let mut tally = Tally::new();
        tally.step("advisories", || Ok(Outcome::NotChecked("the database cannot be fetched")));
        assert_eq!((tally.passed, tally.failed.len(), tally.not_checked.len()), (0, 0, 1));
        assert_eq!(tally.not_checked, ["advisories: the database cannot be fetched"]);
        assert!(tally.close().is_ok());
    }
}
