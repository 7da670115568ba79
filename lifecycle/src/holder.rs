//! Commands that need the link proof.

use subrosa_shared::id::{LinkId, Verifier};
use subtle::ConstantTimeEq as _;

use crate::RecordKind;
use crate::command::{Command, Shown};
use crate::context::Context;
use crate::held::Held;
use crate::record::{Record, kept};
use crate::refusal::Refusal;

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

impl<Action: HolderAction> Command for Holder<Action> {
    type Answer = Action::Answer;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<Action::Answer, Refusal> {
        let (key, share) = kept(record)?;
        let place = share.links.iter().position(|known| known.link == self.link).ok_or(Refusal::NotFound)?;
        let mut held = Held::new(key, share, place);
        let verifier = held.link().verifier.ok_or(Refusal::NotFound)?;
        if !bool::from(verifier.as_bytes().ct_eq(self.presented.as_bytes())) || key.kind() != Action::OF {
            return Err(Refusal::NotFound);
        }
        let needs = held.link().needs();
        let done = self.action.act(&mut held, context);
        // Also after a refusal: a wrong password can end the link.
        held.share.close_if_spent(context.now, &mut context.journal);
        if held.link().needs() < needs {
            held.share.drop_unneeded(context.now, &mut context.journal);
        }
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
