//! A second telling of the life of a push. It keeps every view that ever was, and when; the rest
//! follows from that.

mod view;

use std::collections::BTreeSet;
use std::time::Duration;

use subrosa_lifecycle::{OpenAttempt, Policy, Refusal};
use subrosa_shared::api::{EndReason, Event, Gone, LogLine, PatchPush, PutPush, StoredReceipt};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LeaseId, Verifier};
use subrosa_shared::time::Timestamp;

use super::gone_for;
use crate::command::{Command, HolderAction, Outcome, OwnerAction};
use crate::world::{self, DAY, HOUR, MINUTE, SECOND};

pub(crate) struct PushModel {
    policy: Policy,
    now: u64,
    pub(crate) log: Vec<LogLine>,
    push: Option<Push>,
    /// Moments at which something might be over.
    moments: BTreeSet<u64>,
}

struct Push {
    body: PutPush,
    created: u64,
    expires: u64,
    max: u32,
    may_destroy: bool,
    paused: bool,
    locked: bool,
    streak: u32,
    guesses: u32,
    closed_until: u64,
    devices: Vec<Verifier>,
    wrong: Vec<u64>,
    finished: Vec<u64>,
    views: Vec<View>,
    receipts: Vec<StoredReceipt>,
    gone: Option<Gone>,
}

struct View {
    verifier: Verifier,
    begun: u64,
    finished: Option<u64>,
    /// A wrong passphrase was shown with it: it helps past no wait any more.
    anew: bool,
}

impl View {
    fn over(&self) -> u64 {
        self.finished.unwrap_or(self.begun + 15 * MINUTE)
    }

    fn runs(&self, now: u64) -> bool {
        now < self.over()
    }
}

impl Push {
    /// The view that this lease is known for.
    fn view(&mut self, lease: &Verifier, now: u64) -> Option<&mut View> {
        let gone = self.gone.is_some();
        let known = |view: &&mut View| {
            view.verifier == *lease && now < view.over() + HOUR && (!gone || view.finished.is_some())
        };
        self.views.iter_mut().find(known)
    }

    fn end(&mut self, why: EndReason, now: u64) {
        self.gone = Some(Gone { why, at: Timestamp::from_millis(now) });
    }
}

impl PushModel {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, now: 0, log: Vec::new(), push: None, moments: BTreeSet::new() }
    }

    pub(crate) fn apply(&mut self, command: &Command, now: Timestamp) -> Result<Outcome, Refusal> {
        while let Some(at) = self.moments.pop_first() {
            if at > now.as_millis() {
                self.moments.insert(at);
                break;
            }
            self.now = at;
            self.over();
            self.follow();
        }
        self.now = now.as_millis();
        let answer = self.command(command);
        self.follow();
        if let Some(push) = &self.push {
            self.moments.insert(push.expires);
            self.moments.extend(push.views.iter().map(View::over));
            self.moments.extend(push.gone.map(|gone| gone.at.as_millis() + 97 * DAY));
            self.moments = self.moments.split_off(&(self.now + 1));
        }
        answer.map(|answer| self.answer(answer))
    }

    fn say(&mut self, event: Event) {
        self.log.push(LogLine { at: Timestamp::from_millis(self.now), link: Some(world::push::id()), event });
    }

    fn over(&mut self) {
        let now = self.now;
        let Some(push) = self.push.as_mut().filter(|push| push.gone.is_none()) else { return };
        if push.expires <= now {
            push.end(EndReason::Expired, now);
            return self.say(Event::Expired);
        }
        let lapsed = push.views.iter().filter(|view| view.finished.is_none() && view.over() == now).count();
        (0..lapsed).for_each(|_| self.say(Event::Lapsed));
    }

    fn follow(&mut self) {
        let now = self.now;
        let Some(push) = &mut self.push else { return };
        let spent = push.views.len() >= push.max as usize && !push.views.iter().any(|view| view.runs(now));
        if push.gone.is_none() && spent {
            push.end(EndReason::Spent, now);
            self.moments.insert(now + 97 * DAY);
            self.say(Event::Spent);
        }
        if self.push.as_ref().is_some_and(|push| gone_for(push.gone, now) >= 97 * DAY) {
            self.push = None;
        }
    }

    /// The push, as long as anything is told of it.
    fn known(&mut self) -> Result<&mut Push, Refusal> {
        let now = self.now;
        self.push.as_mut().filter(|push| gone_for(push.gone, now) < 7 * DAY).ok_or(Refusal::NotFound)
    }

    fn command(&mut self, command: &Command) -> Result<Answer, Refusal> {
        match command {
            Command::Tick | Command::BlobsDeleted | Command::ContentChecked { .. } | Command::CountGuess { .. } => {
                Ok(Answer::Allowed)
            }
            Command::Create { .. } => panic!("no share is created here"),
            Command::CreatePush { request, .. } => self.create(request),
            Command::Owner { presented, action } => {
                if self.known()?.body.owner_verifier != *presented {
                    return Err(Refusal::NotFound);
                }
                self.owner(action)
            }
            Command::Holder { link, presented, action } => {
                if self.known()?.body.link_verifier != *presented || *link != world::push::id() {
                    return Err(Refusal::NotFound);
                }
                self.holder(action)
            }
        }
    }

    fn create(&mut self, request: &PutPush) -> Result<Answer, Refusal> {
        let now = self.now;
        match &self.push {
            Some(push) if gone_for(push.gone, now) >= 7 * DAY => Err(Refusal::AlreadyExists),
            Some(Push { gone: Some(gone), .. }) => Err(Refusal::Gone(*gone)),
            Some(push) if push.body == *request => Ok(Answer::Status),
            Some(_) => Err(Refusal::AlreadyExists),
            None => {
                self.views(request.views_max)?;
                let exactly = |field, len: usize, right: u64| {
                    if len as u64 == right {
                        Ok(())
                    } else {
                        Err(Refusal::ValueOutOfRange { field, min: right, max: right })
                    }
                };
                if request.destroy_after_guesses.is_some_and(|guesses| guesses > 200) {
                    return Err(Refusal::ValueOutOfRange { field: "destroy_after_guesses", min: 1, max: 200 });
                }
                exactly("face", request.lock.face.len(), 593)?;
                exactly("note", request.note.len(), 1105)?;
                if ![593, 1105].contains(&request.lock.payload.len()) {
                    return Err(Refusal::PayloadLength);
                }
                let expires = now + self.life(request.expires_in_secs)?;
                self.push = Some(Push {
                    body: request.clone(),
                    created: now,
                    expires,
                    max: request.views_max,
                    may_destroy: request.recipient_may_destroy,
                    paused: false,
                    locked: false,
                    streak: 0,
                    guesses: 0,
                    closed_until: 0,
                    devices: Vec::new(),
                    wrong: Vec::new(),
                    finished: Vec::new(),
                    views: Vec::new(),
                    receipts: Vec::new(),
                    gone: None,
                });
                self.say(Event::Created);
                Ok(Answer::Status)
            }
        }
    }

    fn views(&self, views: u32) -> Result<(), Refusal> {
        let max = self.policy.limits.views_max.into();
        let fine = views > 0 && u64::from(views) <= max;
        if fine { Ok(()) } else { Err(Refusal::ValueOutOfRange { field: "views_max", min: 1, max }) }
    }

    fn life(&self, secs: i64) -> Result<u64, Refusal> {
        let (min, max) = (self.policy.limits.expiry_secs_min, self.policy.limits.expiry_secs_max);
        let life = u64::try_from(secs).ok().filter(|secs| (min..=max).contains(secs));
        life.map(|secs| secs * SECOND).ok_or(Refusal::ExpiryOutOfRange { min, max })
    }

    fn owner(&mut self, action: &OwnerAction) -> Result<Answer, Refusal> {
        let now = self.now;
        let push = self.known()?;
        match action {
            OwnerAction::Status => {}
            OwnerAction::Revoke => {
                if push.gone.is_none() {
                    push.end(EndReason::Revoked, now);
                    self.say(Event::Revoked);
                }
            }
            OwnerAction::ChangePush { request } => {
                push.gone.map_or(Ok(()), |gone| Err(Refusal::Gone(gone)))?;
                self.patch(request)?;
            }
            _ => return Err(Refusal::NotFound),
        }
        Ok(Answer::Status)
    }

    fn patch(&mut self, request: &PatchPush) -> Result<(), Refusal> {
        let now = self.now;
        request.views_max.map_or(Ok(()), |views| self.views(views))?;
        let expires = request.expires_in_secs.map(|secs| self.life(secs)).transpose()?.map(|life| now + life);
        let push = self.known()?;
        let before = (push.max, push.expires, push.may_destroy);
        push.max = request.views_max.unwrap_or(push.max);
        push.expires = expires.unwrap_or(push.expires);
        push.may_destroy = request.recipient_may_destroy.unwrap_or(push.may_destroy);
        let changed = before != (push.max, push.expires, push.may_destroy);
        let event = match request.paused {
            Some(true) if !push.paused => Some(Event::Paused),
            Some(false) if push.paused || push.locked => Some(Event::Resumed),
            _ => None,
        };
        push.paused = request.paused.unwrap_or(push.paused);
        if request.paused == Some(false) {
            (push.streak, push.guesses, push.closed_until, push.locked) = (0, 0, 0, false);
        }
        if changed {
            self.say(Event::Changed);
        }
        event.into_iter().for_each(|event| self.say(event));
        Ok(())
    }

    fn holder(&mut self, action: &HolderAction) -> Result<Answer, Refusal> {
        let now = self.now;
        let push = self.known()?;
        match action {
            HolderAction::Status => {}
            HolderAction::Finish { lease, receipt } => {
                let unknown = push.gone.map_or(Refusal::LeaseEnded, Refusal::Gone);
                let view = push.view(lease, now).ok_or(unknown)?;
                if view.finished.is_none() {
                    if !view.runs(now) {
                        return Err(Refusal::LeaseEnded);
                    }
                    view.finished = Some(now);
                    push.finished.push(now);
                    let (lease, at) = (LeaseId::derive(lease), Timestamp::from_millis(now));
                    push.receipts.extend(receipt.map(|receipt| StoredReceipt {
                        lease,
                        receipt,
                        at,
                        content: ContentNumber::FIRST,
                    }));
                    self.say(Event::Finished);
                }
            }
            HolderAction::Destroy(attempt) => {
                push.gone.map_or(Ok(()), |gone| Err(Refusal::Gone(gone)))?;
                if !push.may_destroy {
                    return Err(Refusal::DestroyNotAllowed);
                }
                self.open(attempt)?;
                self.known()?.end(EndReason::Destroyed, now);
                self.say(Event::Destroyed);
            }
            HolderAction::Reveal { attempt, lease } => {
                push.gone.map_or(Ok(()), |gone| Err(Refusal::Gone(gone)))?;
                if push.paused {
                    return Err(Refusal::Paused);
                }
                let right = attempt.open == push.body.lock.open_verifier;
                // Other people's guesses stop nobody who has begun; a wrong one with the view
                // counts, whenever it comes.
                match push.view(lease, now).filter(|view| view.runs(now) && !view.anew) {
                    None => self.open(attempt)?,
                    Some(_) if right => {}
                    Some(view) => {
                        view.anew = true;
                        return Err(self.wrong());
                    }
                }
                let push = self.known()?;
                let full = push.views.len() >= push.max as usize;
                match push.view(lease, now) {
                    Some(view) if view.runs(now) => return Ok(Answer::Revealed(*lease, view.begun)),
                    Some(_) => return Err(Refusal::LeaseEnded),
                    None if full => return Err(Refusal::NoDownloadLeft { retry_after: None }),
                    None => {
                        push.views.push(View { verifier: *lease, begun: now, finished: None, anew: false });
                        self.say(Event::Started);
                        return Ok(Answer::Revealed(*lease, now));
                    }
                }
            }
            _ => return Err(Refusal::NotFound),
        }
        Ok(Answer::View)
    }

    fn open(&mut self, attempt: &OpenAttempt) -> Result<(), Refusal> {
        let now = self.now;
        let push = self.known()?;
        let known = attempt.device.is_some_and(|device| push.devices.contains(&device));
        if push.paused {
            return Err(Refusal::Paused);
        } else if push.locked {
            return Err(Refusal::Locked);
        } else if now < push.closed_until && !known {
            return Err(Refusal::TooManyGuesses { retry_after: Duration::from_millis(push.closed_until - now) });
        } else if attempt.open == push.body.lock.open_verifier {
            (push.streak, push.closed_until) = (0, 0);
            push.devices.extend(attempt.device.filter(|_| !known));
            return Ok(());
        }
        Err(self.wrong())
    }

    fn wrong(&mut self) -> Refusal {
        let now = self.now;
        let push = self.push.as_mut().unwrap();
        let was_locked = push.locked;
        let wait = [1, 2, 4, 8, 16, 32].get(push.streak as usize).copied().unwrap_or(60);
        push.streak += 1;
        push.guesses += 1;
        push.closed_until = now + wait * SECOND;
        push.wrong.push(now);
        push.locked |= push.guesses >= 200;
        let destroyed = push.body.destroy_after_guesses.is_some_and(|most| push.guesses >= most);
        let locked = push.locked && !was_locked && !destroyed;
        if destroyed {
            push.end(EndReason::TooManyGuesses, now);
        }
        self.say(Event::WrongPassword);
        for (event, happened) in [(Event::TooManyGuesses, destroyed), (Event::Locked, locked)] {
            if happened {
                self.say(event);
            }
        }
        Refusal::WrongPassword { retry_after: Duration::from_secs(wait) }
    }
}

enum Answer {
    Allowed,
    View,
    Revealed(Verifier, u64),
    Status,
}
