//! What owners and holders are shown of a record.

use subrosa_shared::api::{LinkState, LinkStatus, LinkView, ShareState, ShareStatus};
use subrosa_shared::id::ShareId;
use subrosa_shared::time::Timestamp;

use super::record::{Content, Link, LinkState as Kept, Share, State};

/// The share as its owner sees it.
pub(super) fn share_status(id: ShareId, share: &Share) -> ShareStatus {
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
        part_bytes: share.part_bytes,
        padded_len: share.content().map(|content| content.padded_len),
        ends_with_last_link: share.ends_with_last_link,
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
pub(super) fn link_view(share: &Share, link: &Link, now: Timestamp) -> LinkView {
    let (left, wait) = match &link.state {
        Kept::Live(live) => (link.downloads_max.saturating_sub(link.used()), live.guesses.wait(now)),
        Kept::Gone(_) => (0, None),
    };
    LinkView {
        state: link_state(link, share.paused),
        gone: link.gone(),
        needs_password: link.needs_password,
        expires_at: link.expires_at,
        downloads_max: link.downloads_max,
        downloads_left: left,
        padded_len: share.content().map_or(0, |content: &Content| content.padded_len),
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
        Kept::Gone(_) => LinkState::Gone,
        Kept::Live(live) if live.guesses.locked => LinkState::Locked,
        Kept::Live(live) if live.paused || share_paused => LinkState::Paused,
        Kept::Live(_) if link.used() >= link.downloads_max => LinkState::Drained,
        Kept::Live(_) => LinkState::Ready,
    }
}
