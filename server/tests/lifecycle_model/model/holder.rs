//! What holders do.

use std::time::Duration;

use subrosa_lifecycle::{OpenAttempt, Refusal};
use subrosa_shared::api::{EndReason, Event, StoredReceipt};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::LeaseId;
use subrosa_shared::time::Timestamp;

use super::{Answer, Lease, Model};
use crate::command::HolderAction;
use crate::world::{SECOND, content_sealed_len};

impl Model {
    pub(super) fn holder(&mut self, place: usize, action: &HolderAction) -> Result<Answer, Refusal> {
        let now = self.now;
        let at = Timestamp::from_millis(now);
        let share = self.share.as_mut().unwrap();
        let paused = share.paused || share.links[place].paused;
        let is_lost = share.content_lost.is_some();
        let link = &mut share.links[place];
        let id = link.id;
        match action {
            HolderAction::Reveal { .. } => return Err(Refusal::NotFound),
            HolderAction::Status => return Ok(Answer::Link(place)),
            HolderAction::Finish { lease, receipt } => {
                let gone = link.gone.map_or(Refusal::LeaseEnded, Refusal::Gone);
                let lease = link.leases.iter_mut().find(|known| known.verifier == *lease).ok_or(gone)?;
                if lease.lapsed.is_some() {
                    return Err(Refusal::LeaseEnded);
                } else if lease.fetched.is_empty() {
                    return Err(Refusal::LeaseNotStarted);
                } else if lease.finished.is_none() {
                    lease.finished = Some(now);
                    link.finished.push(now);
                    let lease = LeaseId::derive(&lease.verifier);
                    link.receipts.extend(receipt.map(|receipt| StoredReceipt {
                        lease,
                        receipt,
                        at,
                        content: ContentNumber::FIRST,
                    }));
                    self.say(Some(id), Event::Finished);
                }
                return Ok(Answer::Link(place));
            }
            _ => {}
        }
        if let Some(gone) = link.gone {
            return Err(Refusal::Gone(gone));
        }
        if matches!(action, HolderAction::Destroy(_)) && !link.may_destroy {
            return Err(Refusal::DestroyNotAllowed);
        }
        if paused {
            return Err(Refusal::Paused);
        }
        match action {
            HolderAction::Status | HolderAction::Finish { .. } | HolderAction::Reveal { .. } => {
                unreachable!("answered above")
            }
            HolderAction::CheckLease { .. } | HolderAction::Fetch { bytes: 1.., .. } if is_lost => {
                Err(Refusal::ContentLost)
            }
            HolderAction::CheckLease { lease } => {
                link.leases.iter().find(|known| known.verifier == *lease && known.runs()).ok_or(Refusal::LeaseEnded)?;
                Ok(Answer::Allowed)
            }
            HolderAction::Fetch { lease, bytes } => {
                let full = link.taken() >= link.max as usize;
                let lease = link.leases.iter_mut().find(|known| known.verifier == *lease && known.runs());
                let lease = lease.ok_or(Refusal::LeaseEnded)?;
                let first = lease.fetched.is_empty();
                if first && *bytes == 0 {
                    return Ok(Answer::Allowed);
                } else if first && full {
                    return Err(Refusal::NoDownloadLeft { retry_after: None });
                } else if u128::from(lease.bytes) + u128::from(*bytes) > u128::from(3 * content_sealed_len()) {
                    return Err(Refusal::LeaseSpent);
                }
                lease.bytes += bytes;
                lease.fetched.push(now);
                if first {
                    link.started.push(now);
                    self.say(Some(id), Event::Started);
                }
                Ok(Answer::Allowed)
            }
            HolderAction::Open(attempt) => {
                self.open(place, attempt)?;
                self.share.as_mut().unwrap().links[place].opened.push(now);
                self.say(Some(id), Event::Opened);
                Ok(Answer::Opened(place))
            }
            HolderAction::ReadManifest(attempt) => self.open(place, attempt).map(|()| Answer::Allowed),
            HolderAction::Destroy(attempt) => {
                self.open(place, attempt)?;
                self.share.as_mut().unwrap().links[place].end(EndReason::Destroyed, now);
                self.say(Some(id), Event::Destroyed);
                Ok(Answer::Link(place))
            }
            HolderAction::Lease { attempt, lease } => {
                // Other people's guesses stop nobody who has begun; a wrong one with the lease
                // counts, whenever it comes.
                match link.leases.iter_mut().find(|known| known.verifier == *lease && known.runs() && !known.anew) {
                    None => self.open(place, attempt)?,
                    Some(_) if attempt.open == link.lock.open_verifier => {}
                    Some(lease) => {
                        lease.anew = true;
                        return Err(self.wrong(place));
                    }
                }
                if is_lost {
                    return Err(Refusal::ContentLost);
                }
                let link = &mut self.share.as_mut().unwrap().links[place];
                match link.leases.iter().find(|known| known.verifier == *lease) {
                    Some(known) if known.runs() => {}
                    Some(_) => return Err(Refusal::LeaseEnded),
                    None if link.used() >= link.max as usize => {
                        let waiting = link.leases.iter().filter(|known| known.runs() && known.fetched.is_empty());
                        let mut back: Vec<u64> = waiting.map(|known| known.granted + 120_000).collect();
                        back.sort_unstable();
                        let enough = back.get(link.used() - link.max as usize);
                        let retry_after = enough.map(|at| Duration::from_millis(at.saturating_sub(now)));
                        return Err(Refusal::NoDownloadLeft { retry_after });
                    }
                    None => {
                        link.leases.push(Lease {
                            verifier: *lease,
                            granted: now,
                            fetched: Vec::new(),
                            bytes: 0,
                            finished: None,
                            lapsed: None,
                            anew: false,
                        });
                        self.say(Some(id), Event::Granted);
                    }
                }
                Ok(Answer::Granted(place, *lease))
            }
        }
    }

    pub(super) fn open(&mut self, place: usize, attempt: &OpenAttempt) -> Result<(), Refusal> {
        let now = self.now;
        let link = &mut self.share.as_mut().unwrap().links[place];
        let known = attempt.device.is_some_and(|device| link.devices.contains(&device));
        if link.locked {
            return Err(Refusal::Locked);
        }
        if now < link.closed_until && !known {
            let retry_after = Duration::from_millis(link.closed_until - now);
            return Err(Refusal::TooManyGuesses { retry_after });
        }
        if attempt.open == link.lock.open_verifier {
            (link.streak, link.closed_until) = (0, 0);
            link.devices.extend(attempt.device.filter(|_| !known));
            return Ok(());
        }
        Err(self.wrong(place))
    }

    fn wrong(&mut self, place: usize) -> Refusal {
        let now = self.now;
        let link = &mut self.share.as_mut().unwrap().links[place];
        let (id, was_locked) = (link.id, link.locked);
        let wait = [1, 2, 4, 8, 16, 32].get(link.streak as usize).copied().unwrap_or(60);
        link.streak += 1;
        link.guesses += 1;
        link.closed_until = now + wait * SECOND;
        link.wrong.push(now);
        let destroyed = link.body.destroy_after_guesses.is_some_and(|most| link.guesses >= most);
        link.locked |= link.guesses >= 200;
        let locked = link.locked && !was_locked;
        if destroyed {
            link.end(EndReason::TooManyGuesses, now);
        }
        self.say(Some(id), Event::WrongPassword);
        if destroyed {
            self.say(Some(id), Event::TooManyGuesses);
        } else if locked {
            self.say(Some(id), Event::Locked);
        }
        Refusal::WrongPassword { retry_after: Duration::from_secs(wait) }
    }
}
