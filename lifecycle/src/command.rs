//! What can be asked of a share or push, and what comes back.
//!
//! Every command is a type of its own, with the type of its answer. Owners' and holders' are an
//! action in an [`Owner`](crate::Owner) or a [`Holder`](crate::Holder), which hold the proof.

use subrosa_shared::api::LogLine;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LinkId, Verifier};

use crate::context::Context;
use crate::record::Record;
use crate::refusal::Refusal;

/// Something asked of one share or push. What there is not for its kind is [`Refusal::NotFound`].
/// Proofs come as the verifiers of what was presented: a proof itself stays in the handler.
pub trait Command: Sync {
    /// What it answers when it is granted.
    type Answer: Send;

    /// What it does to the record. For [`step()`](crate::step()), which lets time pass before and
    /// after.
    ///
    /// # Errors
    /// The rules refuse it. Also then the record can have changed: a wrong password is counted.
    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<Self::Answer, Refusal>;

    /// The proof that it shows.
    fn shown(&self) -> Shown {
        Shown::Nothing
    }

    /// The link whose open proof it shows, if it shows one.
    fn guesses(&self) -> Option<LinkId> {
        None
    }

    /// Whether it makes something that mostly was not there before.
    fn creates(&self) -> bool {
        false
    }

    /// Whether it only asks: it changes nothing but what time alone changes.
    fn is_read_only(&self) -> bool {
        false
    }

    /// Whether it does nothing but what time does.
    fn is_tick(&self) -> bool {
        false
    }

    /// What it ends for good, if that is what it is for.
    fn ends(&self) -> Option<Ended> {
        None
    }

    /// Whether it only makes what is stored larger. Where there is no room left it is refused; what
    /// ends something, hands it over or holds it back never is.
    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Never
    }
}

/// The proof that a command shows, as its verifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// None.
    Nothing,
    /// An owner proof.
    Owner(Verifier),
    /// The link proof of that link.
    Holder(LinkId, Verifier),
}

/// What an owner ends for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ended {
    /// A share with all its links, or a push.
    All,
    /// One link of a share.
    Link(LinkId),
}

/// When a command needs room for more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpaceNeed {
    /// Whatever is stored.
    Always,
    /// Not where all that it does is to end, shorten or hold back what is stored.
    UnlessItEndsSooner,
    /// It ends something, hands it over, or only asks.
    Never,
}

/// What became of a command: what to store, what to answer, what to write into the timeline.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a step that is not stored did not happen"]
pub struct Step<Answer> {
    /// What to store. A refusal can change the record too: a wrong password is counted, and time
    /// has gone by.
    pub record: Change,
    /// What to answer, once the change is durable.
    pub outcome: Result<Answer, Refusal>,
    /// Links that were added, for the index from links to shares.
    pub new_links: Vec<LinkId>,
    /// A content whose objects are forgotten with the change.
    pub dropped: Option<ContentNumber>,
    /// Lines for the timeline, oldest first. Stored together with the change.
    pub log: Vec<LogLine>,
    /// Whether it may be stored only where there is room for more.
    pub needs_space: bool,
}

/// What to do with the stored record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Unchanged,
    /// Put this in its place. It can be the same again: where an open proof was compared, what came
    /// of it is told only after the ledger has taken a change.
    Put(Box<Record>),
    /// Forget it, with all that hangs on it: its id, its links, its timeline.
    Remove,
}
