//! What owners and holders see.

use subrosa_shared::api::{
    ContentState, ContentStatus, Counter, GrantedLease, LinkCounters, LinkState, LinkStatus, LinkView, OpenedLink,
    ShareState, ShareStatus,
};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LeaseId, ShareId};
use subrosa_shared::time::Timestamp;

use super::{Answer, Lease, Link, Model, Share};
use crate::command::Outcome;
use crate::world::{HOUR, SECOND, content_sealed_len, upload};

impl Model {
    pub(super) fn answer(&self, answer: Answer) -> Outcome {
        match answer {
            Answer::Allowed => Outcome::Allowed,
            Answer::Share => Outcome::Share(Box::new(self.status())),
            Answer::Link(place) => Outcome::Link(Box::new(self.view(place))),
            Answer::Opened(place) => Outcome::Opened(Box::new(OpenedLink {
                share: self.id(),
                content: ContentNumber::FIRST,
                view_wrap: self.share.as_ref().unwrap().links[place].lock.view_wrap.clone(),
                link: self.view(place),
            })),
            Answer::Granted(place, verifier) => {
                let link = &self.share.as_ref().unwrap().links[place];
                let lease = link.leases.iter().find(|lease| lease.verifier == verifier).unwrap();
                Outcome::Granted(Box::new(GrantedLease {
                    lease: LeaseId::derive(&verifier),
                    content_wrap: link.lock.content_wrap.clone(),
                    expires_at: Timestamp::from_millis((lease.granted + 24 * HOUR).min(link.expires)),
                    idle_secs: 3600,
                    bytes_max: 3 * content_sealed_len(),
                    content: ContentNumber::FIRST,
                    link: self.view(place),
                }))
            }
        }
    }

    pub(super) fn id(&self) -> ShareId {
        ShareId::derive(&self.share.as_ref().unwrap().body.owner_verifier)
    }

    pub(super) fn padded_len(&self) -> Option<u64> {
        let share = self.share.as_ref().unwrap();
        share.completed.as_ref().map(|_| upload().parts.len() as u64 * u64::from(share.body.part_bytes))
    }

    pub(super) fn state(&self, link: &Link) -> LinkState {
        if link.gone.is_some() {
            LinkState::Gone
        } else if link.locked {
            LinkState::Locked
        } else if link.paused || self.share.as_ref().unwrap().paused {
            LinkState::Paused
        } else if link.used() >= link.max as usize {
            LinkState::Exhausted
        } else {
            LinkState::Ready
        }
    }

    pub(super) fn status(&self) -> ShareStatus {
        let share = self.share.as_ref().unwrap();
        let links = share.links.iter().map(|link| LinkStatus {
            link: link.id,
            state: self.state(link),
            gone: link.gone,
            needs_password: link.lock.needs_password,
            expires_at: Timestamp::from_millis(link.expires),
            downloads_max: link.max,
            downloads_taken: u32::try_from(link.taken()).unwrap(),
            recipient_may_destroy: link.may_destroy,
            counters: LinkCounters {
                opened: counter(&link.opened),
                started: Counter { count: u32::try_from(link.taken()).unwrap(), ..counter(&link.started) },
                finished: counter(&link.finished),
                wrong_password: counter(&link.wrong),
            },
            receipts: link.receipts.clone(),
            content: ContentNumber::FIRST,
            waits_for_editions: false,
        });
        ShareStatus {
            share: self.id(),
            state: match share {
                Share { gone: Some(_), .. } => ShareState::Gone,
                Share { completed: None, .. } => ShareState::Uploading,
                Share { paused: true, .. } => ShareState::Paused,
                _ => ShareState::Ready,
            },
            gone: share.gone,
            created_at: Timestamp::from_millis(share.created),
            expires_at: Timestamp::from_millis(share.expires),
            upload_ends_at: (share.gone.is_none() && share.completed.is_none()).then(|| {
                Timestamp::from_millis(share.expires.min(share.created + self.policy.upload_secs_max * SECOND))
            }),
            part_bytes: share.body.part_bytes,
            padded_len: self.padded_len(),
            ends_with_last_link: share.body.ends_with_last_link,
            content_lost_at: share.content_lost.map(Timestamp::from_millis),
            links: links.collect(),
            contents: self.contents(),
            next_content: (share.gone.is_none() && share.completed.is_some()).then(|| ContentNumber::new(2).unwrap()),
        }
    }

    fn contents(&self) -> Vec<ContentStatus> {
        let share = self.share.as_ref().unwrap();
        if share.gone.is_some() {
            return Vec::new();
        }
        let uploading = share.completed.is_none();
        let ends = share.expires.min(share.created + self.policy.upload_secs_max * SECOND);
        let links = share.links.iter().filter(|link| link.gone.is_none()).count();
        let runs = |lease: &&Lease| lease.runs();
        let running = share.links.iter().flat_map(|link| &link.leases).filter(runs).count();
        vec![ContentStatus {
            content: ContentNumber::FIRST,
            state: if uploading { ContentState::Uploading } else { ContentState::Ready },
            part_bytes: uploading.then_some(share.body.part_bytes),
            upload_ends_at: uploading.then(|| Timestamp::from_millis(ends)),
            padded_len: self.padded_len(),
            manifest_digest: share.completed.as_ref().map(|completed| completed.manifest_digest),
            links: u32::try_from(links).unwrap(),
            downloads_running: u32::try_from(running).unwrap(),
        }]
    }

    pub(super) fn view(&self, place: usize) -> LinkView {
        let link = &self.share.as_ref().unwrap().links[place];
        let left = (link.max as usize).saturating_sub(link.used());
        LinkView {
            state: self.state(link),
            gone: link.gone,
            needs_password: link.lock.needs_password,
            expires_at: Timestamp::from_millis(link.expires),
            downloads_max: link.max,
            downloads_left: if link.gone.is_some() { 0 } else { u32::try_from(left).unwrap() },
            padded_len: self.padded_len().unwrap(),
            recipient_may_destroy: link.may_destroy,
            retry_after_millis: if link.gone.is_some() { 0 } else { link.closed_until.saturating_sub(self.now) },
            opened_first_at: link.opened.first().map(|at| Timestamp::from_millis(*at)),
            started_last_at: link.started.last().map(|at| Timestamp::from_millis(*at)),
            now: Timestamp::from_millis(self.now),
            content: ContentNumber::FIRST,
        }
    }
}

pub(super) fn counter(moments: &[u64]) -> Counter {
    Counter {
        count: u32::try_from(moments.len()).unwrap(),
        first: moments.first().map(|at| Timestamp::from_millis(*at)),
        last: moments.last().map(|at| Timestamp::from_millis(*at)),
    }
}
