//! What the holder of a link of a share can ask for.

use std::num::NonZeroU64;

use subrosa_shared::api::{EndReason, Event, Gone, GrantedLease, LinkView, OpenedLink};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Receipt, Verifier};

use crate::context::Context;
use crate::guess::OpenAttempt;
use crate::held::Held;
use crate::holder::HolderAction;
use crate::lease::Grant;
use crate::record::count;
use crate::refusal::Refusal;
use crate::{RecordKind, lease, view};

/// How it stands. Counts nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status;

/// The view wrap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// The open proof.
    pub attempt: OpenAttempt,
    /// Verifier of a lease proof that was presented: while it runs, what it downloads is opened,
    /// whatever is behind the link by now.
    pub lease: Option<Verifier>,
}

/// May the manifest be read, and of which content?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadManifest {
    /// The open proof.
    pub attempt: OpenAttempt,
    /// As for [`Open`].
    pub lease: Option<Verifier>,
}

/// One counted download.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLease {
    /// The open proof.
    pub attempt: OpenAttempt,
    /// Verifier of the lease secret that the client drew.
    pub lease: Verifier,
}

/// So many bytes of content are about to be sent: they are charged before they leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// Verifier of the lease proof that was presented.
    pub lease: Verifier,
    /// Bytes of ciphertext.
    pub bytes: NonZeroU64,
}

/// A running answer is still being read, so its lease is not idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// Verifier of the lease proof that was presented.
    pub lease: Verifier,
}

/// May a running answer go on, and of which content? Changes nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckLease {
    /// Verifier of the lease proof that was presented.
    pub lease: Verifier,
}

/// The download was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finish {
    /// Verifier of the lease proof that was presented.
    pub lease: Verifier,
    /// For the owner.
    pub receipt: Option<Receipt>,
}

/// Ends the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destroy(pub OpenAttempt);

impl HolderAction for Status {
    type Answer = LinkView;
    type Done = ();
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, _held: &mut Held<'_>, _context: &mut Context<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn answer((): (), held: &Held<'_>, context: &Context<'_>) -> Result<LinkView, Refusal> {
        Ok(view::link_view(held.share, held.link(), context.now))
    }

    fn is_read_only(&self) -> bool {
        true
    }
}

impl HolderAction for Open {
    type Answer = OpenedLink;
    type Done = (ContentNumber, Vec<u8>);
    const OF: RecordKind = RecordKind::Share;
    const GUESSES: bool = true;

    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<(ContentNumber, Vec<u8>), Refusal> {
        held.check_open(&self.attempt, context)?;
        let link = held.link_mut();
        count(&mut link.counters.opened, context.now);
        context.log(Some(link.link), Event::Opened);
        let content = lease::content_for(link, self.lease.as_ref());
        Ok((content, link.wraps(content)?.0.to_vec()))
    }

    fn answer(
        (content, view_wrap): (ContentNumber, Vec<u8>),
        held: &Held<'_>,
        context: &Context<'_>,
    ) -> Result<OpenedLink, Refusal> {
        let share = held.key.share().ok_or(Refusal::NotFound)?;
        Ok(OpenedLink { share, view_wrap, content, link: view::link_view(held.share, held.link(), context.now) })
    }
}

impl HolderAction for ReadManifest {
    type Answer = ContentNumber;
    type Done = ContentNumber;
    const OF: RecordKind = RecordKind::Share;
    const GUESSES: bool = true;

    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<ContentNumber, Refusal> {
        held.check_open(&self.attempt, context)?;
        Ok(lease::content_for(held.link(), self.lease.as_ref()))
    }

    fn answer(content: ContentNumber, _held: &Held<'_>, _context: &Context<'_>) -> Result<ContentNumber, Refusal> {
        Ok(content)
    }
}

impl HolderAction for RequestLease {
    type Answer = GrantedLease;
    type Done = Grant;
    const OF: RecordKind = RecordKind::Share;
    const GUESSES: bool = true;

    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<Grant, Refusal> {
        lease::grant(held, &self.attempt, &self.lease, context)
    }

    fn answer(grant: Grant, held: &Held<'_>, context: &Context<'_>) -> Result<GrantedLease, Refusal> {
        Ok(grant.granted(view::link_view(held.share, held.link(), context.now)))
    }
}

impl HolderAction for Fetch {
    type Answer = ();
    type Done = ();
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        held.check_runs()?;
        lease::fetch(held, &self.lease, self.bytes.get(), context)
    }

    fn answer((): (), _held: &Held<'_>, _context: &Context<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

impl HolderAction for KeepAlive {
    type Answer = ();
    type Done = ();
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        held.check_runs()?;
        lease::keep_alive(held.link_mut(), &self.lease, context.now)
    }

    fn answer((): (), _held: &Held<'_>, _context: &Context<'_>) -> Result<(), Refusal> {
        Ok(())
    }
}

impl HolderAction for CheckLease {
    type Answer = ContentNumber;
    type Done = ContentNumber;
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, held: &mut Held<'_>, _context: &mut Context<'_>) -> Result<ContentNumber, Refusal> {
        held.check_runs()?;
        lease::check(held, &self.lease)
    }

    fn answer(content: ContentNumber, _held: &Held<'_>, _context: &Context<'_>) -> Result<ContentNumber, Refusal> {
        Ok(content)
    }

    fn is_read_only(&self) -> bool {
        true
    }
}

impl HolderAction for Finish {
    type Answer = LinkView;
    type Done = ();
    const OF: RecordKind = RecordKind::Share;

    // Also while paused: what is saved is saved, and the owner should know.
    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        lease::finish(held.link_mut(), &self.lease, self.receipt, context)
    }

    fn answer((): (), held: &Held<'_>, context: &Context<'_>) -> Result<LinkView, Refusal> {
        Ok(view::link_view(held.share, held.link(), context.now))
    }
}

impl HolderAction for Destroy {
    type Answer = LinkView;
    type Done = ();
    const OF: RecordKind = RecordKind::Share;
    const GUESSES: bool = true;

    fn act(&self, held: &mut Held<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        destroy(held, &self.0, context)
    }

    fn answer((): (), held: &Held<'_>, context: &Context<'_>) -> Result<LinkView, Refusal> {
        Ok(view::link_view(held.share, held.link(), context.now))
    }
}

/// Ends the link, if its recipient may.
pub(crate) fn destroy(held: &mut Held<'_>, attempt: &OpenAttempt, context: &mut Context<'_>) -> Result<(), Refusal> {
    held.link().live()?;
    // Asked first: where it is not allowed, no password is tried.
    if !held.link().recipient_may_destroy {
        return Err(Refusal::DestroyNotAllowed);
    }
    held.check_open(attempt, context)?;
    held.link_mut().end(Gone { why: EndReason::Destroyed, at: context.now }, &mut context.journal);
    Ok(())
}
