//! The lifecycle under random stories: several links, several clients, retries, wrong proofs and
//! jumps in time, held against a second, simpler telling of it (`model`), against laws (`laws`),
//! and against every promise that the function carries (`promises`); and its rules one by one, at
//! their edges (`rules`).
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod command;
mod editions;
mod keyrings;
mod laws;
mod model;
mod promises;
mod record_locks;
mod refusing;
mod rules;
mod run;
mod stored;
mod world;

use proptest::prelude::*;
use subrosa_lifecycle::Refusal;
use subrosa_shared::api::LogLine;

use crate::command::Outcome;
use crate::model::{Model, PushModel};
use crate::run::{Entry, Run};
use crate::world::story;

proptest! {
    #![proptest_config(world::config())]

    /// Answer by answer and line by line, the function tells what the model tells.
    #[test]
    fn step_tells_what_the_model_tells(story in story()) {
        let mut run = Run { stores: true, ..Run::new() };
        run.play(&story);
        let mut model = Model::new(run.policy.clone());
        for (index, entry) in run.trace.iter().enumerate() {
            let told = model.apply(&entry.command, entry.at);
            same(index, entry, &told, std::mem::take(&mut model.log))?;
        }
    }

    /// The same of a push.
    #[test]
    fn step_tells_what_the_model_of_pushes_tells(story in world::push::story()) {
        let mut run = Run { stores: true, ..Run::new() };
        run.play(&story);
        let mut model = PushModel::new(run.policy.clone());
        for (index, entry) in run.trace.iter().enumerate() {
            let told = model.apply(&entry.command, entry.at);
            same(index, entry, &told, std::mem::take(&mut model.log))?;
        }
    }
}

fn same(
    index: usize,
    entry: &Entry,
    told: &Result<Outcome, Refusal>,
    told_lines: Vec<LogLine>,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(&entry.outcome, told, "answer {} to {:?}", index, entry.command);
    // Lines of the same moment have no order among themselves.
    let sorted = |mut lines: Vec<LogLine>| {
        lines.sort_by_key(|line| (line.at, format!("{line:?}")));
        lines
    };
    prop_assert_eq!(sorted(entry.log.clone()), sorted(told_lines), "lines of answer {}", index);
    Ok(())
}
