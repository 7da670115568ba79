//! What the holder of a push's link can ask for.

use subrosa_shared::api::{PushView, RevealedPush};
use subrosa_shared::id::{Receipt, Verifier};

use crate::context::Context;
use crate::guess::OpenAttempt;
use crate::held::Held;
use crate::holder::HolderAction;
use crate::lease::Grant;
use crate::refusal::Refusal;
use crate::{RecordKind, lease, share_holder, view};

/// How it stands. Counts nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status;

/// One counted view, which counts at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// The open proof.
    pub attempt: OpenAttempt,
    /// Verifier of the lease secret that the client drew.
    pub lease: Verifier,
}

/// The view is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finish {
    /// Verifier of the lease proof that was presented.
    pub lease: Verifier,
    /// For the owner.
    pub receipt: Option<Receipt>,
}

/// Ends the push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destroy(pub OpenAttempt);

impl HolderAction for Status {
    type Answer = PushView;
    type Done = ();
    const OF: RecordKind = RecordKind::Push;

    fn act(&self, _held: &mut Held<'_>, _context: &mut Context<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn answer((): (), held: &Held<'_>, context: &Context<'_>) -> Result<PushView, Refusal> {
        Ok(view::push_view(held.share, held.link(), context.now))
    }

    fn is_read_only(&self) -> bool {
        true
    }
}

impl HolderAction for Reveal {
    type Answer = RevealedPush;
    type Done = Grant;
    const OF: RecordKind = RecordKind::Push;
    const GUESSES: bool = true;

    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<Grant, Refusal> {
        lease::grant(held, &self.attempt, &self.lease, context)
    }

    fn answer(grant: Grant, held: &Held<'_>, context: &Context<'_>) -> Result<RevealedPush, Refusal> {
        Ok(grant.revealed(view::link_view(held.share, held.link(), context.now)))
    }
}

impl HolderAction for Finish {
    type Answer = PushView;
    type Done = ();
    const OF: RecordKind = RecordKind::Push;

    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        lease::finish(held.link_mut(), &self.lease, self.receipt, context)
    }

    fn answer((): (), held: &Held<'_>, context: &Context<'_>) -> Result<PushView, Refusal> {
        Ok(view::push_view(held.share, held.link(), context.now))
    }
}

impl HolderAction for Destroy {
    type Answer = PushView;
    type Done = ();
    const OF: RecordKind = RecordKind::Push;
    const GUESSES: bool = true;

    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        share_holder::destroy(held, &self.0, context)
    }

    fn answer((): (), held: &Held<'_>, context: &Context<'_>) -> Result<PushView, Refusal> {
        Ok(view::push_view(held.share, held.link(), context.now))
    }
}
