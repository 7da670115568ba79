//! What owners and holders are shown of a record.

use subrosa_shared::api::{LinkState, LinkStatus, LinkView, PushStatus, PushView, ShareState, ShareStatus};
use subrosa_shared::time::Timestamp;

use crate::RecordKey;
use crate::record::{Content, Kind, Link, LinkState as StoredState, Share, State};
use crate::refusal::Refusal;

/// A push as its owner sees it.
pub(crate) fn push_status(share: &Share) -> Result<PushStatus, Refusal> {
    match (&share.kind, share.links.first()) {
        (Kind::Push { note }, Some(link)) => {
            let link = link_status(link, share.paused);
            Ok(PushStatus { created_at: share.created_at, note: note.clone(), link })
        }
        _ => Err(Refusal::NotFound),
    }
}

/// A push as its holder sees it.
pub(crate) fn push_view(share: &Share, link: &Link, now: Timestamp) -> PushView {
    let face = link.live().ok().map(|live| live.view.clone());
    PushView { face, link: link_view(share, link, now) }
}

/// A share as its owner sees it.
pub(crate) fn share_status(key: RecordKey, share: &Share) -> Result<ShareStatus, Refusal> {
    let (Some(id), Kind::Files { part_bytes, ends_with_last_link }) = (key.share(), &share.kind) else {
        return Err(Refusal::NotFound);
    };
    Ok(ShareStatus {
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
        part_bytes: *part_bytes,
        padded_len: share.content().map(Content::padded_len),
        ends_with_last_link: *ends_with_last_link,
        content_lost_at: share.content_lost_at,
        links: share.links.iter().map(|link| link_status(link, share.paused)).collect(),
    })
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
