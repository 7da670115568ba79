//! What owners and holders are shown of a record.

use subrosa_shared::api::{LinkState, LinkStatus, LinkView, PushStatus, PushView, ShareState, ShareStatus};
use subrosa_shared::id::ShareId;
use subrosa_shared::time::Timestamp;

use crate::RecordKey;
use crate::command::Outcome;
use crate::record::{Content, Kind, Link, LinkState as StoredState, Share, State};
use crate::refusal::Refusal;

/// What is told to the owner.
pub(crate) fn for_owner(key: RecordKey, share: &Share) -> Result<Outcome, Refusal> {
    match &share.kind {
        Kind::Files { part_bytes, ends_with_last_link } => {
            let id = key.share().ok_or(Refusal::NotFound)?;
            let status = share_status(id, share, *part_bytes, *ends_with_last_link);
            Ok(Outcome::Share(Box::new(status)))
        }
        Kind::Push { note } => {
            let link = share.links.first().ok_or(Refusal::NotFound)?;
            let link = link_status(link, share.paused);
            Ok(Outcome::Push(Box::new(PushStatus { created_at: share.created_at, note: note.clone(), link })))
        }
    }
}

/// What is told to the holder of a link.
pub(crate) fn for_holder(share: &Share, link: &Link, now: Timestamp) -> Outcome {
    let view = link_view(share, link, now);
    match &share.kind {
        Kind::Files { .. } => Outcome::Link(Box::new(view)),
        Kind::Push { .. } => {
            let face = link.live().ok().map(|live| live.view.clone());
            Outcome::PushView(Box::new(PushView { face, link: view }))
        }
    }
}

fn share_status(id: ShareId, share: &Share, part_bytes: u32, ends_with_last_link: bool) -> ShareStatus {
    ShareStatus {
        share: id,
        state: match share.state {
            State::Gone { .. } => ShareState::Gone,
            State::Uploading { .. } => ShareState::Uploading,
            State::Ready { .. } if share.paused => ShareState::Paused,
            State::Ready { .. } => ShareState::Ready,
        },
        gone: share.gone(),
        created_at: share.created_at,
        expires_at: share.expires_at,
        upload_ends_at: match share.state {
            State::Uploading { until } => Some(until.min(share.expires_at)),
            State::Ready { .. } | State::Gone { .. } => None,
        },
        part_bytes,
        padded_len: share.content().map(Content::padded_len),
        ends_with_last_link,
        content_lost_at: share.content_lost_at,
        links: share.links.iter().map(|link| link_status(link, share.paused)).collect(),
    }
}

fn link_status(link: &Link, share_paused: bool) -> LinkStatus {
    LinkStatus {
        link: link.link,
        state: link_state(link, share_paused),
        gone: link.gone(),
        needs_password: link.needs_password,
        expires_at: link.expires_at,
        downloads_max: link.downloads_max,
        downloads_taken: link.taken(),
        recipient_may_destroy: link.recipient_may_destroy,
        counters: link.counters,
        receipts: link.receipts.clone(),
    }
}

/// The link as its holder sees it.
pub(crate) fn link_view(share: &Share, link: &Link, now: Timestamp) -> LinkView {
    let (left, wait) = match &link.state {
        StoredState::Live(live) => (link.downloads_max.saturating_sub(link.used()), live.guesses.wait(now)),
        StoredState::Gone(_) => (0, None),
    };
    LinkView {
        state: link_state(link, share.paused),
        gone: link.gone(),
        needs_password: link.needs_password,
        expires_at: link.expires_at,
        downloads_max: link.downloads_max,
        downloads_left: left,
        padded_len: share.content().map_or(0, Content::padded_len),
        recipient_may_destroy: link.recipient_may_destroy,
        retry_after_millis: wait.map_or(0, |wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        opened_first_at: link.counters.opened.first,
        started_last_at: link.counters.started.last,
        now,
    }
}

/// One word for where a link stands: what stands most in the way of opening it.
fn link_state(link: &Link, share_paused: bool) -> LinkState {
    match &link.state {
        StoredState::Gone(_) => LinkState::Gone,
        StoredState::Live(live) if live.guesses.locked => LinkState::Locked,
        StoredState::Live(live) if live.paused || share_paused => LinkState::Paused,
        StoredState::Live(_) if link.used() >= link.downloads_max => LinkState::Exhausted,
        StoredState::Live(_) => LinkState::Ready,
    }
}
