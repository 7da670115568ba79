//! Plays stories through [`step`](subrosa_lifecycle::step()) and keeps a trace.

use subrosa_lifecycle::{Change, LoadedLinks, Policy, Record, Refusal, Step};
use subrosa_shared::api::{LinkView, LogLine, PushStatus, PushView, ShareStatus};
use subrosa_shared::time::Timestamp;

use crate::command::{Command, HolderAction, Outcome, OwnerAction};
use crate::world::{self, Move};

/// A step of a record with all its links.
pub(crate) fn step<C: subrosa_lifecycle::Command>(
    record: Option<&Record>,
    command: &C,
    policy: &Policy,
    now: Timestamp,
) -> Step<C::Answer> {
    subrosa_lifecycle::step(record, command, policy, now).expect("all links are loaded")
}

/// All that is stored of a record, as text.
pub(crate) fn stored_text(record: &Record) -> String {
    let stored = record.to_stored();
    let bytes = stored.cells.into_iter().fold(stored.head, |bytes, cell| [bytes, cell.bytes].concat());
    String::from_utf8(bytes).unwrap()
}

/// What happened, from the outside.
pub(crate) struct Entry {
    pub(crate) at: Timestamp,
    pub(crate) command: Command,
    pub(crate) before: Option<Record>,
    pub(crate) after: Option<Record>,
    pub(crate) outcome: Result<Outcome, Refusal>,
    pub(crate) log: Vec<LogLine>,
}

pub(crate) struct Run {
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
    pub(crate) record: Option<Record>,
    pub(crate) trace: Vec<Entry>,
    /// Whether the record is stored and loaded after every step, as it is in a ledger. Slower.
    pub(crate) stores: bool,
}

impl Run {
    pub(crate) fn new() -> Self {
        Self { policy: world::policy(), now: world::START, record: None, trace: Vec::new(), stores: false }
    }

    /// A share with content and without links.
    pub(crate) fn with_share() -> Self {
        let mut run = Self::new();
        run.apply(world::create(world::create_request())).as_ref().unwrap();
        run.apply(world::complete()).as_ref().unwrap();
        run
    }

    pub(crate) fn of(moves: &[Move]) -> Self {
        let mut run = Self::new();
        run.play(moves);
        run
    }

    pub(crate) fn play(&mut self, moves: &[Move]) {
        for next in moves {
            match next {
                Move::Wait(millis) => self.wait(*millis),
                Move::WaitUntilDue { before } => {
                    let due = self.record.as_ref().map_or(0, |record| record.due().as_millis());
                    // Not centuries ahead.
                    let due = due.min(self.now.as_millis() + 100 * world::DAY);
                    let wait = due.saturating_sub(self.now.as_millis());
                    self.wait(wait.saturating_sub((*before).into()));
                }
                Move::Do(command) => drop(self.apply((**command).clone())),
                Move::Again(which) => {
                    if !self.trace.is_empty() {
                        let command = self.trace[which % self.trace.len()].command.clone();
                        self.apply(command);
                    }
                }
                Move::GuessOn { link, count } => {
                    let guess = world::by_holder(*link, HolderAction::Open(world::guess(None)));
                    self.guess(&guess, *count);
                }
                Move::GuessOnPush { count } => self.guess(&world::push::guess(), *count),
            }
        }
    }

    fn guess(&mut self, guess: &Command, count: u32) {
        for _ in 0..count {
            match *self.apply(guess.clone()) {
                Err(Refusal::WrongPassword { retry_after } | Refusal::TooManyGuesses { retry_after }) => {
                    self.wait(u64::try_from(retry_after.as_millis()).unwrap());
                }
                _ => break,
            }
        }
    }

    pub(crate) fn wait(&mut self, millis: u64) {
        self.now = Timestamp::from_millis(self.now.as_millis() + millis);
    }

    pub(crate) fn apply(&mut self, command: Command) -> &Result<Outcome, Refusal> {
        let Step { record, outcome, log, .. } = step(self.record.as_ref(), &command, &self.policy, self.now);
        let before = self.record.take();
        self.record = match record {
            Change::Unchanged => before.clone(),
            Change::Put(record) if !self.stores => Some(*record),
            Change::Put(record) => Some(Record::from_stored(&record.to_stored(), LoadedLinks::All).unwrap()),
            Change::Remove => None,
        };
        let entry = Entry { at: self.now, command, before, after: self.record.clone(), outcome, log };
        self.trace.push(entry);
        &self.trace.last().unwrap().outcome
    }

    /// The share as its owner sees it, without leaving a trace.
    pub(crate) fn status(&self) -> Option<ShareStatus> {
        status(self.record.as_ref(), &self.policy, self.now)
    }

    /// The push as its owner sees it, without leaving a trace.
    pub(crate) fn push_status(&self) -> Option<PushStatus> {
        push_status(self.record.as_ref(), &self.policy, self.now)
    }

    /// The push as its holder sees it, without leaving a trace.
    pub(crate) fn look_at_push(&self) -> Option<PushView> {
        let look = world::push::by_holder(HolderAction::Status);
        match step(self.record.as_ref(), &look, &self.policy, self.now).outcome {
            Ok(Outcome::PushView(view)) => Some(*view),
            _ => None,
        }
    }

    /// The link as its holder sees it, without leaving a trace.
    pub(crate) fn look(&self, link: u8) -> Option<LinkView> {
        let look = world::by_holder(link, HolderAction::Status);
        match step(self.record.as_ref(), &look, &self.policy, self.now).outcome {
            Ok(Outcome::Link(view)) => Some(*view),
            _ => None,
        }
    }
}

pub(crate) fn status(record: Option<&Record>, policy: &Policy, now: Timestamp) -> Option<ShareStatus> {
    match step(record, &world::by_owner(OwnerAction::Status), policy, now).outcome {
        Ok(Outcome::Share(status)) => Some(*status),
        _ => None,
    }
}

pub(crate) fn push_status(record: Option<&Record>, policy: &Policy, now: Timestamp) -> Option<PushStatus> {
    match step(record, &world::by_owner(OwnerAction::Status), policy, now).outcome {
        Ok(Outcome::Push(status)) => Some(*status),
        _ => None,
    }
}

/// The record after a step.
pub(crate) fn after(before: Option<&Record>, step: &Step<Outcome>) -> Option<Record> {
    match &step.record {
        Change::Unchanged => before.cloned(),
        Change::Put(record) => Some((**record).clone()),
        Change::Remove => None,
    }
}
