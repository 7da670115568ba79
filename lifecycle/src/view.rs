//! What owners and holders are shown of a record.

use subrosa_shared::api::{
    ContentState, ContentStatus, LinkState, LinkStatus, LinkView, PushStatus, PushView, ShareState, ShareStatus,
};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::time::Timestamp;

use crate::RecordKey;
use crate::record::{Content, FixedContent, Kind, Link, LinkState as StoredState, Share, State};
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
        contents: contents(share, *part_bytes),
        next_content: match &share.state {
            State::Ready { editions, .. } => editions.last.next(),
            State::Uploading { .. } | State::Gone { .. } => None,
        },
        links: share.links.iter().map(|link| link_status(link, share.paused)).collect(),
    })
}

/// What it holds, the oldest first.
fn contents(share: &Share, first_part_bytes: u32) -> Vec<ContentStatus> {
    let uploading = |content, part_bytes, until: Timestamp| ContentStatus {
        content,
        state: ContentState::Uploading,
        part_bytes: Some(part_bytes),
        upload_ends_at: Some(until.min(share.expires_at)),
        padded_len: None,
        manifest_digest: None,
        links: 0,
        downloads_running: 0,
    };
    let fixed = |FixedContent { number, parts }| {
        let links = share.links.iter().filter(|link| link.gone().is_none() && link.content == number).count();
        let leases = share.links.iter().flat_map(|link| &link.leases);
        let running = leases.filter(|lease| lease.runs() && lease.content == number).count();
        ContentStatus {
            content: number,
            state: ContentState::Ready,
            part_bytes: None,
            upload_ends_at: None,
            padded_len: Some(parts.padded_len),
            manifest_digest: Some(parts.manifest_digest),
            links: u32::try_from(links).unwrap_or(u32::MAX),
            downloads_running: u32::try_from(running).unwrap_or(u32::MAX),
        }
    };
    let upload = match &share.state {
        State::Uploading { until } => Some(uploading(ContentNumber::FIRST, first_part_bytes, *until)),
        State::Ready { editions, .. } => {
            editions.uploading.map(|upload| uploading(upload.number, upload.part_bytes, upload.until))
        }
        State::Gone { .. } => None,
    };
    share.fixed().map(fixed).chain(upload).collect()
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
        content: link.content,
        waits_for_editions: link.waits_for_editions,
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
        padded_len: padded_len(share, link),
        recipient_may_destroy: link.recipient_may_destroy,
        retry_after_millis: wait.map_or(0, |wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)),
        opened_first_at: link.counters.opened.first,
        started_last_at: link.counters.started.last,
        now,
        content: link.content,
    }
}

/// Bytes of padded content behind a link. Of what has ended, what was there last.
fn padded_len(share: &Share, link: &Link) -> u64 {
    let behind = share.fixed_content(link.content);
    behind.as_ref().or(share.content()).map_or(0, Content::padded_len)
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
