//! What a push has of its own: how it is made and changed. Everything else it shares with shares.
//! It is one with one link, whose content lies in the record: its face stands where a link keeps
//! its view wrap, its payload where a link keeps its content wrap, and both go with the link.

use subrosa_shared::api::{LinkLock, PatchLink, PatchPush, PushLock, PutLink, PutPush};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::LinkId;
use subrosa_shared::limits::{GUESSES_MAX, Limits};
use subrosa_shared::push::{FACE_LEN, NOTE_LEN, is_payload_len};
use subrosa_shared::seal::plaintext_len;

use crate::bounds::{check_exactly, check_range};
use crate::context::Context;
use crate::link;
use crate::record::{Content, Creator, Editions, Kind, Link, Share, State, request_digest};
use crate::refusal::Refusal;
use crate::rules::Life;

/// A push as it begins.
pub(crate) fn new(id: LinkId, request: &PutPush, creator: Creator, context: &Context<'_>) -> Result<Share, Refusal> {
    let (limits, now) = (context.limits(), context.now);
    check_views(request.views_max, limits)?;
    if let Some(guesses) = request.destroy_after_guesses {
        check_range("destroy_after_guesses", guesses.into(), 1, GUESSES_MAX.into())?;
    }
    check_exactly("face", &request.lock.face, FACE_LEN)?;
    check_exactly("note", &request.note, NOTE_LEN)?;
    let payload_len = request.lock.payload.len();
    let padded_len = plaintext_len(payload_len as u64).ok().filter(|_| is_payload_len(payload_len));
    let padded_len = padded_len.ok_or(Refusal::PayloadLength)?;
    let expires_at = Life::checked_for_push(request.expires_in_secs, limits)?.from(now);

    let created_with = request_digest(request);
    Ok(Share {
        owner_verifier: request.owner_verifier,
        creator,
        created_with,
        created_at: now,
        expires_at,
        kind: Kind::Push { note: request.note.clone() },
        // Its link is paused instead: that forgets wrong passphrases when it is resumed.
        paused: false,
        state: State::Ready { content: Content::Inline { padded_len }, editions: Editions::default() },
        content_lost_at: None,
        lost_content: None,
        links: vec![Link::new((0, id), &as_link(request), created_with, expires_at)].into(),
    })
}

/// The link of a push, as that of a share.
fn as_link(request: &PutPush) -> PutLink {
    let PushLock { needs_password, open_verifier, face, payload } = request.lock.clone();
    PutLink {
        link_verifier: request.link_verifier,
        lock: LinkLock {
            needs_password,
            open_verifier,
            view_wrap: face,
            content_wrap: payload,
            content: ContentNumber::FIRST,
        },
        downloads_max: request.views_max,
        expires_in_secs: None,
        recipient_may_destroy: request.recipient_may_destroy,
        destroy_after_guesses: request.destroy_after_guesses,
        waits_for_editions: false,
        replaces: None,
    }
}

/// Changes what is given. All of it or, if something is out of bounds, nothing.
pub(crate) fn patch(share: &mut Share, request: &PatchPush, context: &mut Context<'_>) -> Result<(), Refusal> {
    let limits = context.limits();
    request.views_max.map_or(Ok(()), |views_max| check_views(views_max, limits))?;
    let life = request.expires_in_secs.map(|secs| Life::checked_for_push(secs, limits)).transpose()?;
    let link = share.links.first_mut().ok_or(Refusal::NotFound)?;
    if let Some(life) = life {
        // Both together: it is one thing to its owner.
        share.expires_at = life.from(context.now);
    }
    let change = PatchLink {
        lock: None,
        downloads_max: request.views_max,
        expires_in_secs: request.expires_in_secs,
        paused: request.paused,
        recipient_may_destroy: request.recipient_may_destroy,
        waits_for_editions: None,
    };
    link::change(link, &change, life.map(|_| share.expires_at), context);
    Ok(())
}

fn check_views(views_max: u32, limits: &Limits) -> Result<(), Refusal> {
    check_range("views_max", views_max.into(), 1, limits.views_max.into())
}
