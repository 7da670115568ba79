//! What an owner may do with a link.

use subrosa_shared::api::{EndReason, Event, Gone, LinkLock, PatchLink, PutLink};
use subrosa_shared::id::LinkId;
use subrosa_shared::limits::{GUESSES_MAX, LINKS_AT_ONCE_MAX, LINKS_MAX, Limits};
use subrosa_shared::time::Timestamp;

use crate::bounds::{check_downloads, check_range, check_wraps};
use crate::context::Context;
use crate::record::{Guesses, Link, LinkState, Live, Share, State, request_digest};
use crate::refusal::Refusal;
use crate::rules::Life;

/// Adds a link to a share that is complete.
pub(crate) fn add(share: &mut Share, id: LinkId, request: &PutLink, context: &mut Context<'_>) -> Result<(), Refusal> {
    if LinkId::derive(&request.link_verifier) != id {
        return Err(Refusal::IdMismatch);
    }
    add_all(share, std::slice::from_ref(request), context)
}

/// Adds links to a share that is complete: all of them, or none. Those in whose place they come end
/// then, once all are there: no holder is left without a link by a call that is refused.
pub(crate) fn add_all(share: &mut Share, requests: &[PutLink], context: &mut Context<'_>) -> Result<(), Refusal> {
    check_range("links", requests.len() as u64, 1, LINKS_AT_ONCE_MAX as u64)?;
    let links_before = share.links.count();
    for request in requests {
        if let Err(refusal) = add_one(share, request, context) {
            share.links.forget_after(links_before);
            context.journal.new_links.clear();
            context.journal.lines.retain(|line| line.event != Event::LinkAdded);
            return Err(refusal);
        }
    }
    for replaced in requests.iter().filter_map(|request| request.replaces) {
        revoke(share, replaced, context)?;
    }
    Ok(())
}

fn add_one(share: &mut Share, request: &PutLink, context: &mut Context<'_>) -> Result<(), Refusal> {
    let limits = context.limits();
    let id = LinkId::derive(&request.link_verifier);
    let added_with = request_digest(request);
    if let Some(link) = share.links.iter().find(|link| link.link == id) {
        // A retry, if it is the same. Even if the link has ended since: it does not come back.
        return if link.added_with == added_with { Ok(()) } else { Err(Refusal::AlreadyExists) };
    }
    if !matches!(share.state, State::Ready { .. }) {
        return Err(Refusal::NotComplete);
    }
    // What it opens has to be there.
    share.fixed_content(request.lock.content).ok_or(Refusal::NotFound)?;
    let links_max = u64::from(limits.links_max).min(LINKS_MAX as u64);
    // Those that ended count too: their ids stay, and the record stays small.
    if share.links.count() as u64 >= links_max {
        return Err(Refusal::TooManyLinks { max: links_max });
    }
    check_downloads(request.downloads_max, limits)?;
    if let Some(guesses) = request.destroy_after_guesses {
        check_range("destroy_after_guesses", guesses.into(), 1, GUESSES_MAX.into())?;
    }
    check_lock(&request.lock, limits)?;
    let life = request.expires_in_secs.map(|secs| Life::checked(secs, limits)).transpose()?;

    let replaced = request.replaces.map(|replaced| known(share, replaced)).transpose()?;
    let inherited = replaced.map(|link| link.expires_at).filter(|end| *end > context.now);
    let expires_at = life.map(|life| life.from(context.now)).or(inherited);
    let expires_at = expires_at.map_or(share.expires_at, |end| end.min(share.expires_at));
    let number = u32::try_from(share.links.count()).unwrap_or(u32::MAX);
    share.links.push(Link::new((number, id), request, added_with, expires_at));
    context.journal.new_links.push(id);
    context.log(Some(id), Event::LinkAdded);
    Ok(())
}

fn known(share: &Share, id: LinkId) -> Result<&Link, Refusal> {
    share.links.iter().find(|link| link.link == id).ok_or(Refusal::NotFound)
}

/// Changes what is given. All of it or, if something is out of bounds, nothing.
pub(crate) fn patch(
    share: &mut Share,
    id: LinkId,
    request: &PatchLink,
    context: &mut Context<'_>,
) -> Result<(), Refusal> {
    let limits = context.limits();
    let share_expires_at = share.expires_at;
    let link = share.links.iter_mut().find(|link| link.link == id).ok_or(Refusal::NotFound)?;
    if let Some(gone) = link.gone() {
        return Err(Refusal::Gone(gone));
    }
    request.downloads_max.map_or(Ok(()), |downloads_max| check_downloads(downloads_max, limits))?;
    if let Some(lock) = &request.lock {
        check_lock(lock, limits)?;
        // Its wraps would open another content than the one that is behind the link.
        if lock.content != link.content {
            return Err(Refusal::AlreadyExists);
        }
    }
    let life = request.expires_in_secs.map(|secs| Life::checked(secs, limits)).transpose()?;

    change(link, request, life.map(|life| life.from(context.now).min(share_expires_at)), context);
    Ok(())
}

/// Changes a link to what was asked for and checked.
pub(crate) fn change(link: &mut Link, request: &PatchLink, expires_at: Option<Timestamp>, context: &mut Context<'_>) {
    let link_id = Some(link.link);
    let before = link.clone();
    if let Some(downloads_max) = request.downloads_max {
        link.downloads_max = downloads_max;
    }
    if let Some(may) = request.recipient_may_destroy {
        link.recipient_may_destroy = may;
    }
    if let Some(waits) = request.waits_for_editions {
        link.waits_for_editions = waits;
    }
    if let Some(expires_at) = expires_at {
        link.expires_at = expires_at;
    }
    if let Some(lock) = &request.lock {
        link.change_lock(lock);
    }
    if *link != before {
        context.log(link_id, Event::Changed);
    }
    if let Some(event) = request.paused.and_then(|paused| link.set_paused(paused)) {
        context.log(link_id, event);
    }
}

/// Takes a link back. Again is the same as once.
pub(crate) fn revoke(share: &mut Share, id: LinkId, context: &mut Context<'_>) -> Result<(), Refusal> {
    let link = share.links.iter_mut().find(|link| link.link == id).ok_or(Refusal::NotFound)?;
    if link.gone().is_none() {
        link.end(Gone { why: EndReason::Revoked, at: context.now }, &mut context.journal);
    }
    Ok(())
}

impl Link {
    /// Takes another password. Who guessed or knew the old one has neither guessed nor known this
    /// one; whether the link is locked stays for its owner to decide.
    fn change_lock(&mut self, lock: &LinkLock) {
        let LinkState::Live(live) = &mut self.state else { return };
        let LinkLock { needs_password, open_verifier, view_wrap, content_wrap, content: _ } = lock;
        let same = self.needs_password == *needs_password
            && live.open_verifier == *open_verifier
            && live.view == *view_wrap
            && live.content == *content_wrap;
        if !same {
            self.needs_password = *needs_password;
            let guesses = Guesses { locked: live.guesses.locked, ..Guesses::default() };
            **live = Live { paused: live.paused, guesses, ..Live::behind(lock) };
            // Who was granted one with the old password has not shown that they know this one.
            self.leases.iter_mut().for_each(|lease| lease.shown_anew = true);
        }
    }

    /// Pauses, or resumes and forgets wrong passwords. Gives what to tell of it.
    fn set_paused(&mut self, paused: bool) -> Option<Event> {
        let LinkState::Live(live) = &mut self.state else { return None };
        let stopped = live.paused || live.guesses.locked;
        let changed = if paused { !live.paused } else { stopped };
        live.paused = paused;
        if !paused {
            live.guesses = Guesses::default();
        }
        changed.then_some(if paused { Event::Paused } else { Event::Resumed })
    }
}

/// That a password is needed is what the client says: the server sees no password.
fn check_lock(lock: &LinkLock, limits: &Limits) -> Result<(), Refusal> {
    if limits.password_required && !lock.needs_password {
        return Err(Refusal::PasswordRequired);
    }
    check_wraps(&lock.view_wrap, &lock.content_wrap)
}
