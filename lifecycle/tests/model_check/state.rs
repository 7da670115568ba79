//! A state of the modelled system: what is stored, who is in the middle of what, and what happened
//! so far, as far as a promise is about it.

use crate::life::{Answer, Call, Contents, Known, LINKS, Lines, Millis};
use crate::promises::Broken;

/// Two servers, and the reaper behind them.
pub(crate) const SLOTS: usize = 3;
/// The slot of the reaper.
pub(crate) const REAPER: usize = 2;
pub(crate) const CLIENTS: usize = 3;
/// Lease secrets that clients draw.
pub(crate) const LEASES: usize = 3;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct State {
    pub(crate) now: Millis,
    /// `None`: it is forgotten, with all that hung on it.
    pub(crate) record: Option<Known>,
    /// The timeline: it is stored with the record.
    pub(crate) lines: [Lines; LINKS],
    /// Contents of which there are blobs.
    pub(crate) blobs: Contents,
    pub(crate) slots: [Slot; SLOTS],
    pub(crate) reaper: Reaper,
    pub(crate) clients: [Client; CLIENTS],
    pub(crate) past: Past,
    pub(crate) left: Budget,
    pub(crate) broken: Broken,
}

/// Work on one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot {
    pub(crate) phase: Phase,
    pub(crate) call: Call,
    /// Who waits for the answer, if somebody still does.
    pub(crate) client: Option<u8>,
    pub(crate) read: Option<Known>,
    /// Whether another commit has replaced what was read. A write id is random, and names one
    /// version: this is all that a comparison can find out.
    pub(crate) is_stale: bool,
    /// The time that the step was told.
    pub(crate) at: Millis,
    pub(crate) answer: Answer,
    /// Whether it first counts the guess that it owes.
    pub(crate) is_paying: bool,
    /// A wrong password that was compared and may not be counted.
    pub(crate) owes: Option<Owed>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Owed {
    pub(crate) link: u8,
    /// Whether the version that the failed step would have stored is what the ledger holds.
    pub(crate) is_stored: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Phase {
    Free,
    /// It has read, and stepped.
    Stepped,
    /// It will answer next.
    Answering,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Reaper {
    Idle,
    /// Lets time go by, in its slot.
    Ticks,
    /// The tick could not be stored.
    TickFailed,
    /// Time went by: it looks what is left to do.
    Ticked,
    /// It has read that blobs have to be deleted: of one content, or all.
    Deletes(Option<u8>),
    /// They are.
    Deleted(Option<u8>),
    /// It says so, in its slot.
    Says,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Client {
    pub(crate) stage: Stage,
    /// What it may still try: wrong passwords, or calls of an owner, a bit for each.
    pub(crate) tries: u8,
    pub(crate) waits: Waits,
    /// What it asked last.
    pub(crate) asked: Option<Call>,
}

/// How far a recipient has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stage {
    Looks,
    Asks,
    Has,
    Reads,
    Over,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Waits {
    No,
    /// For the answer to what it asked.
    Yes,
    /// The answer was lost: it asks the same again.
    Lost,
    /// For the answer to what it asked again.
    Again,
}

/// What happened, as far as a promise is about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Past {
    pub(crate) leases: [LeasePast; LEASES],
    pub(crate) links: [LinkPast; LINKS],
    /// Since when the share or push is gone.
    pub(crate) gone_at: Option<Millis>,
    /// Guesses whose step failed, and that no server owes any more because it crashed.
    pub(crate) guesses_excused: u8,
    /// Guesses that were told to be wrong, or whose step failed.
    pub(crate) guesses_noticed: [u8; LINKS],
}

/// What the ledger took, and what left the servers, for one lease secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LeasePast {
    pub(crate) link: u8,
    pub(crate) granted_at: Option<Millis>,
    /// The last request after which it counts.
    pub(crate) used_at: Option<Millis>,
    pub(crate) is_finished: bool,
    /// Whether it, or one before with the same secret, was finished: an ended lease is forgotten
    /// after an hour.
    pub(crate) was_finished: bool,
    /// Whether content left.
    pub(crate) got_content: bool,
    /// What it was granted for; 0 before.
    pub(crate) content: u8,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct LinkPast {
    /// The highest limit that it had.
    pub(crate) max: u32,
    pub(crate) opened_told: u16,
    pub(crate) wrong_told: u16,
    /// Wrong passwords that its owner made it forget.
    pub(crate) forgiven: u16,
    pub(crate) gone: Option<(Why, Millis)>,
    /// What was behind it when it ended; 0 before.
    pub(crate) last_content: u8,
}

/// Why it is gone, to be told apart.
pub(crate) type Why = u8;

/// What may still go wrong, and how often time jumps: it keeps the number of states finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Budget {
    pub(crate) crashes: u8,
    /// Connections that break while somebody waits.
    pub(crate) losses: u8,
    /// Commits that the ledger refuses, or takes without saying so.
    pub(crate) faults: u8,
    pub(crate) jumps: u8,
}

impl Slot {
    pub(crate) const FREE: Self = Self {
        phase: Phase::Free,
        call: Call::Tick,
        client: None,
        read: None,
        is_stale: false,
        at: 0,
        answer: Answer::Done,
        is_paying: false,
        owes: None,
    };
}

impl Client {
    pub(crate) const ABSENT: Self = Self { stage: Stage::Over, tries: 0, waits: Waits::No, asked: None };
}

impl LeasePast {
    /// Whether it may be used, and counts.
    pub(crate) fn runs(&self, is_push: bool, now: Millis) -> bool {
        let (Some(granted_at), Some(used_at), false) = (self.granted_at, self.used_at, self.is_finished) else {
            return false;
        };
        let (idle, life) = if is_push { (VIEW_LIFE, VIEW_LIFE) } else { (LEASE_IDLE, LEASE_LIFE) };
        now < used_at + idle && now < granted_at + life
    }

    /// Whether it is granted, has not begun, and has not gone back.
    pub(crate) fn holds_a_place(&self, now: Millis) -> bool {
        self.used_at.is_none() && self.granted_at.is_some_and(|at| now < at + LEASE_START)
    }
}

// The numbers of the README, told a second time.
const LEASE_START: Millis = 2 * crate::life::MINUTE;
const LEASE_IDLE: Millis = crate::life::HOUR;
const LEASE_LIFE: Millis = crate::life::DAY;
const VIEW_LIFE: Millis = 15 * crate::life::MINUTE;
