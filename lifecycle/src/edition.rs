//! New editions: further contents of a share, and which of them is behind a link.
//!
//! A new content is uploaded beside what there is, and fixed like the first. Then links are moved
//! to it, each by wraps of its own: a link shows the old or the new, whole. A download stays with
//! the content that it began with. A content goes when no live link and no download needs it, but
//! for the newest and the one before it: so its owner can go back.

use subrosa_shared::api::{BeginContent, Event, MoveLinks, MovedLink};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::limits::{CONTENTS_MAX, LINKS_AT_ONCE_MAX};
use subrosa_shared::time::Timestamp;
use subtle::ConstantTimeEq as _;

use crate::bounds::{check_downloads, check_part_size, check_range, check_wraps};
use crate::context::{Context, Journal};
use crate::record::{
    Content, EditionUpload, Editions, FixedContent, Link, LinkState, Live, Parts, Share, State, WrapsBefore,
};
use crate::refusal::Refusal;

/// Begins the upload of a new content. Its number is the one after the last.
pub(crate) fn begin(
    share: &mut Share,
    number: ContentNumber,
    request: BeginContent,
    context: &mut Context<'_>,
) -> Result<(), Refusal> {
    share.drop_unneeded(context.now, &mut context.journal);
    let fixed = share.fixed().count();
    let editions = editions(share)?;
    if let Some(upload) = editions.uploading.filter(|upload| upload.number == number) {
        let is_retry = (upload.part_bytes, upload.begun_by) == (request.part_bytes, request.begun_by);
        return if is_retry { Ok(()) } else { Err(Refusal::AlreadyExists) };
    }
    if number <= editions.last {
        return Err(Refusal::AlreadyExists);
    }
    let next = editions.last.next().map_or(0, ContentNumber::get).into();
    check_range("content", number.get().into(), next, next)?;
    check_part_size(request.part_bytes, context.limits())?;
    // Those that are being deleted still take room, in the record and on the disk.
    if editions.uploading.is_some() || fixed >= CONTENTS_MAX || editions.leaving.len() >= CONTENTS_MAX {
        return Err(Refusal::TooManyContents { max: CONTENTS_MAX as u64 });
    }
    let until = context.policy.upload_end(context.now);
    let BeginContent { part_bytes, begun_by } = request;
    editions.uploading = Some(EditionUpload { number, part_bytes, until, begun_by });
    editions.last = number;
    Ok(())
}

/// Fixes the content whose upload runs: from now on it is the newest.
pub(crate) fn fix(share: &mut Share, number: ContentNumber, parts: Parts) -> Result<(), Refusal> {
    let State::Ready { content, editions } = &mut share.state else { return Err(Refusal::NotComplete) };
    if let Content::Parts(before) = *content {
        editions.older.push(FixedContent { number: editions.newest, parts: before });
    }
    *content = Content::Parts(parts);
    editions.newest = number;
    editions.uploading = None;
    Ok(())
}

/// Gives a content up: an upload that runs, or one that is fixed and that nobody needs. Again is
/// the same as once.
pub(crate) fn remove(share: &mut Share, number: ContentNumber, context: &mut Context<'_>) -> Result<(), Refusal> {
    let is_needed = share.needs(number);
    let State::Ready { content, editions } = &mut share.state else { return Err(Refusal::NotComplete) };
    if number > editions.last {
        return Err(Refusal::NotFound);
    }
    let event = if editions.uploading.take_if(|upload| upload.number == number).is_some() {
        Event::EditionAbandoned
    } else if number == editions.newest {
        let Some(before) = editions.older.last().copied().filter(|_| !is_needed) else {
            return Err(Refusal::ContentInUse);
        };
        editions.older.pop();
        (*content, editions.newest) = (Content::Parts(before.parts), before.number);
        Event::EditionDeleted
    } else if let Some(place) = editions.older.iter().position(|older| older.number == number) {
        if is_needed {
            return Err(Refusal::ContentInUse);
        }
        editions.older.remove(place);
        Event::EditionDeleted
    } else {
        return Ok(());
    };
    editions.leave(number, context.now);
    context.log(None, event);
    Ok(())
}

/// Puts a content behind links. All of the request is checked first; a link that has ended, or has
/// another password than its owner knew of, stays as it is.
pub(crate) fn move_links(
    share: &mut Share,
    number: ContentNumber,
    request: &MoveLinks,
    context: &mut Context<'_>,
) -> Result<(), Refusal> {
    check_range("links", request.links.len() as u64, 1, LINKS_AT_ONCE_MAX as u64)?;
    if share.fixed_content(number).is_none() {
        let known = editions(share)?.last >= number;
        return Err(if known { Refusal::NotComplete } else { Refusal::NotFound });
    }
    for moved in &request.links {
        check_wraps(&moved.view_wrap, &moved.content_wrap)?;
        moved.downloads_max.map_or(Ok(()), |downloads_max| check_downloads(downloads_max, context.limits()))?;
        let link = share.links.iter().find(|link| link.link == moved.link).ok_or(Refusal::NotFound)?;
        // It was made before the operator wanted passwords; nothing new comes behind it.
        if context.limits().password_required && !link.needs_password && link.gone().is_none() {
            return Err(Refusal::PasswordRequired);
        }
    }
    for moved in &request.links {
        let link = share.links.iter_mut().find(|link| link.link == moved.link).ok_or(Refusal::NotFound)?;
        let before = link.content;
        if link.take_content(number, moved) && before != number {
            context.log(Some(moved.link), Event::Moved);
        }
    }
    Ok(())
}

fn editions(share: &mut Share) -> Result<&mut Editions, Refusal> {
    match &mut share.state {
        State::Ready { content: Content::Parts(_), editions } => Ok(editions),
        State::Ready { .. } => Err(Refusal::NotFound),
        State::Uploading { .. } => Err(Refusal::NotComplete),
        State::Gone { gone, .. } => Err(Refusal::Gone(*gone)),
    }
}

impl Share {
    /// Whether a live link points at a content, or a download of it runs.
    fn needs(&self, number: ContentNumber) -> bool {
        self.links.iter().any(|link| link.needs_content(number))
    }

    /// Lets go of what nobody needs. The two newest contents stay.
    pub(crate) fn drop_unneeded(&mut self, now: Timestamp, journal: &mut Journal) {
        let State::Ready { editions, .. } = &self.state else { return };
        if editions.older.len() < 2 {
            return;
        }
        journal.needs_all_links |= !self.links.are_all();
        let old = editions.older[..editions.older.len() - 1].to_vec();
        for FixedContent { number, .. } in old {
            if !self.needs(number)
                && let State::Ready { editions, .. } = &mut self.state
            {
                editions.older.retain(|older| older.number != number);
                editions.leave(number, now);
            }
        }
    }
}

impl Link {
    /// How many reasons it has to keep contents: that it lives, and downloads that run.
    pub(crate) fn needs(&self) -> usize {
        usize::from(self.gone().is_none()) + self.leases.iter().filter(|lease| lease.runs()).count()
    }

    fn needs_content(&self, number: ContentNumber) -> bool {
        (self.gone().is_none() && self.content == number)
            || self.leases.iter().any(|lease| lease.runs() && lease.content == number)
    }

    /// Has another content behind it from now on. Whether it has: not if it has ended, or its lock
    /// is another than its owner knew.
    fn take_content(&mut self, number: ContentNumber, moved: &MovedLink) -> bool {
        let content_before = self.content;
        let LinkState::Live(live) = &mut self.state else { return false };
        if !bool::from(live.open_verifier.as_bytes().ct_eq(moved.open_verifier.as_bytes())) {
            return false;
        }
        let (view, content) = (moved.view_wrap.clone(), moved.content_wrap.clone());
        let (view, content) = (std::mem::replace(&mut live.view, view), std::mem::replace(&mut live.content, content));
        live.before.push(WrapsBefore { of: content_before, view, content });
        live.before.retain(|before| before.of != number);
        self.content = number;
        self.downloads_max = moved.downloads_max.unwrap_or(self.downloads_max);
        self.forget_wraps_before();
        true
    }

    /// Forgets the wraps of contents that were behind it, once no download of them runs.
    pub(crate) fn forget_wraps_before(&mut self) {
        let LinkState::Live(live) = &mut self.state else { return };
        if !live.before.is_empty() {
            let runs = |of| self.leases.iter().any(|lease| lease.runs() && lease.content == of);
            live.before.retain(|before| runs(before.of));
        }
    }

    /// The wraps of a content that is behind the link, or was when a download began that runs.
    pub(crate) fn wraps(&self, number: ContentNumber) -> Result<(&[u8], &[u8]), Refusal> {
        let live: &Live = self.live()?;
        if self.content == number {
            return Ok((&live.view, &live.content));
        }
        let before = live.before.iter().find(|before| before.of == number).ok_or(Refusal::LeaseEnded)?;
        Ok((&before.view, &before.content))
    }
}
