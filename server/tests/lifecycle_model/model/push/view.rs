//! What the owner and the holders of a push see.

use subrosa_shared::api::{LinkCounters, LinkState, LinkStatus, LinkView, PushStatus, PushView, RevealedPush};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::LeaseId;
use subrosa_shared::time::Timestamp;

use super::{Answer, Push, PushModel};
use crate::command::Outcome;
use crate::model::view::counter;
use crate::world::{self, MINUTE};

impl PushModel {
    pub(super) fn answer(&self, answer: Answer) -> Outcome {
        if let Answer::Allowed = answer {
            return Outcome::Allowed;
        }
        let push = self.push.as_ref().unwrap();
        let at = Timestamp::from_millis;
        let left = (push.max as usize).saturating_sub(push.views.len());
        let state = match push {
            Push { gone: Some(_), .. } => LinkState::Gone,
            Push { locked: true, .. } => LinkState::Locked,
            Push { paused: true, .. } => LinkState::Paused,
            _ if left == 0 => LinkState::Exhausted,
            _ => LinkState::Ready,
        };
        let gone = push.gone.is_some();
        let begun: Vec<u64> = push.views.iter().map(|view| view.begun).collect();
        let link = LinkView {
            content: ContentNumber::FIRST,
            state,
            gone: push.gone,
            needs_password: true,
            expires_at: at(push.expires),
            downloads_max: push.max,
            downloads_left: if gone { 0 } else { u32::try_from(left).unwrap() },
            padded_len: push.body.lock.payload.len() as u64 - 81,
            recipient_may_destroy: push.may_destroy,
            retry_after_millis: if gone { 0 } else { push.closed_until.saturating_sub(self.now) },
            opened_first_at: None,
            started_last_at: begun.last().map(|begun| at(*begun)),
            now: at(self.now),
        };
        match answer {
            Answer::Allowed => unreachable!("answered above"),
            Answer::View => {
                let face = (!gone).then(|| push.body.lock.face.clone());
                Outcome::PushView(Box::new(PushView { face, link }))
            }
            Answer::Revealed(lease, begun) => Outcome::Revealed(Box::new(RevealedPush {
                lease: LeaseId::derive(&lease),
                payload: push.body.lock.payload.clone(),
                expires_at: at((begun + 15 * MINUTE).min(push.expires)),
                link,
            })),
            Answer::Status => Outcome::Push(Box::new(PushStatus {
                created_at: at(push.created),
                note: push.body.note.clone(),
                link: LinkStatus {
                    link: world::push::id(),
                    state,
                    gone: push.gone,
                    needs_password: true,
                    expires_at: at(push.expires),
                    downloads_max: push.max,
                    downloads_taken: u32::try_from(begun.len()).unwrap(),
                    recipient_may_destroy: push.may_destroy,
                    counters: LinkCounters {
                        opened: counter(&[]),
                        started: counter(&begun),
                        finished: counter(&push.finished),
                        wrong_password: counter(&push.wrong),
                    },
                    receipts: push.receipts.clone(),
                    content: ContentNumber::FIRST,
                    waits_for_editions: false,
                },
            })),
        }
    }
}
