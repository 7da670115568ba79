//! Commands that need the link proof.

use subrosa_shared::id::{LinkId, Verifier};
use subtle::ConstantTimeEq as _;

use crate::command::{Command, Shown};
use crate::context::Context;
use crate::record::{Link, Record, Share};
use crate::refusal::Refusal;
use crate::step::kept;
use crate::{RecordKey, RecordKind, guess, lease};

/// An action of whoever presents the link proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder<Action> {
    /// The link.
    pub link: LinkId,
    /// Verifier of the link proof that was presented.
    pub presented: Verifier,
    /// What the holder wants.
    pub action: Action,
}

/// What the holder of a link can ask for: of a share what [`share_holder`](crate::share_holder)
/// holds, of a push what [`push_holder`](crate::push_holder) holds.
pub trait HolderAction: Sync {
    /// What it answers when it is granted.
    type Answer: Send;
    /// What it leaves for the answer, which is made after all that follows from it at once.
    type Done;
    /// What has such an action.
    const OF: RecordKind;
    /// Whether it shows an open proof.
    const GUESSES: bool = false;

    /// Does it.
    ///
    /// # Errors
    /// The rules refuse it.
    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<Self::Done, Refusal>;

    /// The answer.
    ///
    /// # Errors
    /// The record is of another kind, which was asked before.
    fn answer(done: Self::Done, held: &Held<'_>, context: &Context<'_>) -> Result<Self::Answer, Refusal>;

    /// See [`Command::is_read_only`].
    fn is_read_only(&self) -> bool {
        false
    }
}

/// An open proof, and the device that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAttempt {
    /// Verifier of the open proof that was presented.
    pub open: Verifier,
    /// Verifier of the device proof, if one was presented.
    pub device: Option<Verifier>,
}

impl<Action: HolderAction> Command for Holder<Action> {
    type Answer = Action::Answer;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<Action::Answer, Refusal> {
        let (key, share) = kept(record)?;
        let place = share.links.iter().position(|known| known.link == self.link).ok_or(Refusal::NotFound)?;
        let mut held = Held { key, share, place };
        let verifier = held.link().verifier.ok_or(Refusal::NotFound)?;
        if !bool::from(verifier.as_bytes().ct_eq(self.presented.as_bytes())) || key.kind() != Action::OF {
            return Err(Refusal::NotFound);
        }
        let done = self.action.act(&mut held, context);
        // Also after a refusal: a wrong password can end the link.
        held.share.close_if_spent(context.now, &mut context.journal);
        Action::answer(done?, &held, context)
    }

    fn shown(&self) -> Shown {
        Shown::Holder(self.link, self.presented)
    }

    fn guesses(&self) -> Option<LinkId> {
        Action::GUESSES.then_some(self.link)
    }

    fn is_read_only(&self) -> bool {
        self.action.is_read_only()
    }
}

/// A link with what it belongs to, in the hands of its holder.
#[derive(Debug)]
pub struct Held<'a> {
    pub(crate) key: RecordKey,
    pub(crate) share: &'a mut Share,
    place: usize,
}

impl Held<'_> {
    pub(crate) fn link(&self) -> &Link {
        &self.share.links[self.place]
    }

    pub(crate) fn link_mut(&mut self) -> &mut Link {
        &mut self.share.links[self.place]
    }

    /// All links, and the place of this one among them.
    pub(crate) fn links_mut(&mut self) -> (&mut [Link], usize) {
        (&mut self.share.links, self.place)
    }

    /// Whether leases that were granted may be used: the link has not ended and is not paused.
    /// Locked it may be: other people's guesses stop no download.
    pub(crate) fn check_runs(&self) -> Result<(), Refusal> {
        let live = self.link().live()?;
        if live.paused || self.share.paused { Err(Refusal::Paused) } else { Ok(()) }
    }

    /// Whether the link opens, for this attempt. The one way to it for whoever holds no lease: what
    /// is tried here is compared and counted in one step.
    pub(crate) fn check_open(&mut self, attempt: &OpenAttempt, context: &mut Context<'_>) -> Result<(), Refusal> {
        // A link that is paused compares nothing, so nobody learns or loses anything.
        self.check_runs()?;
        guess::check(self.link_mut(), attempt, context)
    }

    /// Whether a lease may be granted, for this attempt. A holder of one that runs, who shows again
    /// what it was granted for, gets it again whatever others have tried meanwhile: guesses stop no
    /// download and no view. A wrong proof is counted here, too, also while others wait or the link
    /// is locked; after it, the lease lets nobody past the wait any more.
    pub(crate) fn check_grant(
        &mut self,
        attempt: &OpenAttempt,
        lease: &Verifier,
        context: &mut Context<'_>,
    ) -> Result<(), Refusal> {
        if !lease::is_as_granted(self.link(), lease) {
            return self.check_open(attempt, context);
        }
        self.check_runs()?;
        let link = self.link_mut();
        if guess::is_right(link.live()?, attempt, context) {
            return Ok(());
        }
        lease::show_anew(link, lease);
        Err(Refusal::WrongPassword { retry_after: guess::count_wrong(link, context)? })
    }
}
