//! What libFuzzer says while it runs.

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

/// What one target did.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Report {
    executions: u64,
    /// Edges of the program that some input reached.
    edges: u64,
    inputs: u64,
    /// What broke something, minimised.
    pub(super) findings: Vec<PathBuf>,
}

impl Report {
    /// Reads a line such as `#4096 NEW cov: 120 ft: 300 corp: 40/2kB …`, or one of the statistics
    /// at the end. `false` if it is about something else, which people have to see.
    pub(super) fn read(&mut self, line: &str) -> bool {
        if let Some(statistic) = line.strip_prefix("stat::") {
            if let Some(("number_of_executed_units", count)) = statistic.split_once(':') {
                self.executions = count.trim().parse().unwrap_or(self.executions);
            }
            return true;
        }
        let Some(executions) = line.strip_prefix('#').and_then(|rest| rest.split_whitespace().next()) else {
            return line.is_empty() || line.starts_with("INFO: ") || line.starts_with("###### ");
        };
        self.executions = executions.parse().unwrap_or(self.executions);
        let mut words = line.split_whitespace();
        while let Some(word) = words.next() {
            let number = |text: Option<&str>| text.and_then(|text| text.split('/').next()?.parse().ok());
            match word {
                "cov:" => self.edges = number(words.next()).unwrap_or(self.edges),
                "corp:" => self.inputs = number(words.next()).unwrap_or(self.inputs),
                _ => {}
            }
        }
        true
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { executions, edges, inputs, findings } = self;
        write!(f, "{executions} executions, {inputs} inputs, {edges} edges, {} findings", findings.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_fuzzer_are_counted_and_others_are_shown() {
        let mut report = Report::default();
        assert!(report.read(
            "#4096\tNEW    cov: 120 ft: 300 corp: 40/2kB lim: 80 exec/s: 2048 rss: 40Mb L: 7/80 MS: 1 EraseBytes-"
        ));
        assert_eq!(report, Report { executions: 4096, edges: 120, inputs: 40, findings: Vec::new() });
        assert!(report.read("stat::number_of_executed_units: 5000"));
        assert!(report.read("INFO: seed corpus: files: 3 min: 1b max: 9b total: 12b rss: 30Mb"));
        assert_eq!(report.to_string(), "5000 executions, 40 inputs, 120 edges, 0 findings");
        assert!(!report.read("thread 'main' panicked at targets/src/json.rs:9:5:"));
    }
}
