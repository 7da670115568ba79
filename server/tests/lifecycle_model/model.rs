//! A second telling of the life of a share, as simple as can be: it keeps everything that ever
//! happened as lists of moments, and asks at every moment at which something might be over whether
//! it is. Slow, and obvious.

mod holder;
mod owner;
mod push;
mod view;

use std::collections::BTreeSet;

use subrosa_lifecycle::{Policy, Refusal};
use subrosa_shared::api::{
    CompleteShare, CreateShare, EndReason, Event, Gone, LinkLock, LogLine, PutLink, StoredReceipt,
};
use subrosa_shared::id::{LinkId, Verifier};
use subrosa_shared::time::Timestamp;

pub(crate) use self::push::PushModel;
use crate::command::{Command, Outcome};
use crate::world::{DAY, HOUR, MINUTE, SECOND};

pub(crate) struct Model {
    policy: Policy,
    now: u64,
    pub(crate) log: Vec<LogLine>,
    share: Option<Share>,
    /// Moments at which something might be over. Too many do no harm.
    moments: BTreeSet<u64>,
}

struct Share {
    created: u64,
    body: CreateShare,
    expires: u64,
    completed: Option<CompleteShare>,
    paused: bool,
    gone: Option<Gone>,
    blobs_deleted: bool,
    content_lost: Option<u64>,
    links: Vec<Link>,
}

struct Link {
    id: LinkId,
    body: PutLink,
    lock: LinkLock,
    max: u32,
    expires: u64,
    may_destroy: bool,
    paused: bool,
    locked: bool,
    streak: u32,
    guesses: u32,
    closed_until: u64,
    devices: Vec<Verifier>,
    opened: Vec<u64>,
    started: Vec<u64>,
    /// Of these, so many were given back, because what they began to fetch is lost.
    given_back: usize,
    finished: Vec<u64>,
    wrong: Vec<u64>,
    receipts: Vec<StoredReceipt>,
    leases: Vec<Lease>,
    gone: Option<Gone>,
}

struct Lease {
    verifier: Verifier,
    granted: u64,
    fetched: Vec<u64>,
    bytes: u64,
    finished: Option<u64>,
    lapsed: Option<u64>,
    /// A wrong password was shown with it, or the password is another since: it helps past no wait
    /// any more.
    anew: bool,
}

impl Lease {
    fn runs(&self) -> bool {
        self.finished.is_none() && self.lapsed.is_none()
    }
}

impl Model {
    pub(crate) fn new(policy: Policy) -> Self {
        Self { policy, now: 0, log: Vec::new(), share: None, moments: BTreeSet::new() }
    }

    pub(crate) fn apply(&mut self, command: &Command, now: Timestamp) -> Result<Outcome, Refusal> {
        while let Some(at) = self.moments.first().copied().filter(|at| *at <= now.as_millis()) {
            self.moments.remove(&at);
            self.now = at;
            let before = self.log.len();
            self.over();
            self.follow();
            if self.log.len() > before {
                self.remember_moments();
            }
        }
        self.now = now.as_millis();
        let answer = self.command(command);
        self.follow();
        self.remember_moments();
        answer.map(|answer| self.answer(answer))
    }

    fn remember_moments(&mut self) {
        let spans = [2 * MINUTE, HOUR, 24 * HOUR, 7 * DAY, 97 * DAY, self.policy.upload_secs_max * SECOND];
        self.moments.extend(spans.map(|span| self.now + span));
        if let Some(share) = &self.share {
            self.moments.insert(share.expires);
            self.moments.extend(share.links.iter().map(|link| link.expires));
        }
        self.moments = self.moments.split_off(&(self.now + 1));
    }

    /// What is lost was downloaded by nobody.
    fn give_back_all(&mut self) {
        let mut said = Vec::new();
        for link in self.share.iter_mut().flat_map(|share| &mut share.links).filter(|link| link.gone.is_none()) {
            let running = link.leases.iter().filter(|lease| lease.runs());
            said.extend(running.clone().map(|_| link.id));
            link.given_back += running.filter(|lease| !lease.fetched.is_empty()).count();
            link.leases.retain(|lease| !lease.runs());
        }
        said.into_iter().for_each(|id| self.say(Some(id), Event::Released));
    }

    fn say(&mut self, link: Option<LinkId>, event: Event) {
        self.log.push(LogLine { at: Timestamp::from_millis(self.now), link, event });
    }

    /// Ends what is over by now.
    fn over(&mut self) {
        let now = self.now;
        let Some(share) = &mut self.share else { return };
        if share.gone.is_none() && share.expires <= now {
            return self.end_share(EndReason::Expired);
        }
        let upload_end = share.created + self.policy.upload_secs_max * SECOND;
        if share.gone.is_none() && share.completed.is_none() && upload_end <= now {
            return self.end_share(EndReason::Abandoned);
        }
        let mut said = Vec::new();
        for link in &mut share.links {
            if link.gone.is_none() && link.expires <= now {
                link.end(EndReason::Expired, now);
                said.push((link.id, Event::Expired));
            }
            for lease in link.leases.iter_mut().filter(|lease| lease.runs() && !lease.fetched.is_empty()) {
                if lease.fetched.last().unwrap() + HOUR <= now || lease.granted + 24 * HOUR <= now {
                    lease.lapsed = Some(now);
                    said.push((link.id, Event::Lapsed));
                }
            }
            let unused = |lease: &Lease| lease.runs() && lease.fetched.is_empty() && lease.granted + 2 * MINUTE <= now;
            said.extend(link.leases.iter().filter(|lease| unused(lease)).map(|_| (link.id, Event::Released)));
            link.leases.retain(|lease| !unused(lease));
            link.leases.retain(|lease| lease.finished.or(lease.lapsed).is_none_or(|at| at + HOUR > now));
        }
        said.into_iter().for_each(|(link, event)| self.say(Some(link), event));
    }

    /// Does what follows from what happened.
    fn follow(&mut self) {
        let now = self.now;
        let Some(share) = &mut self.share else { return };
        let mut said = Vec::new();
        for link in share.links.iter_mut().filter(|link| link.gone.is_none()) {
            if link.taken() >= link.max as usize && !link.leases.iter().any(Lease::runs) {
                link.end(EndReason::Spent, now);
                said.push(link.id);
            }
        }
        let all_gone = !share.links.is_empty() && share.links.iter().all(|link| link.gone.is_some());
        let ends = share.gone.is_none() && share.body.ends_with_last_link && all_gone;
        let last = share.links.iter().filter_map(|link| link.gone).max_by_key(|gone| gone.at);
        said.into_iter().for_each(|link| self.say(Some(link), Event::Spent));
        if ends {
            self.end_share(last.unwrap().why);
        }
        // 97 days after its end, and not before its blobs are deleted, nothing is left.
        let nothing_left =
            self.share.as_ref().is_some_and(|share| share.blobs_deleted && gone_for(share.gone, now) >= 97 * DAY);
        if nothing_left {
            self.share = None;
        }
    }

    fn end_share(&mut self, why: EndReason) {
        let now = self.now;
        let share = self.share.as_mut().unwrap();
        share.gone = Some(Gone { why, at: Timestamp::from_millis(now) });
        share.links.iter_mut().filter(|link| link.gone.is_none()).for_each(|link| link.end(why, now));
        self.say(None, gone_event(why));
    }
}

fn gone_for(gone: Option<Gone>, now: u64) -> u64 {
    gone.map_or(0, |gone| now - gone.at.as_millis())
}

fn gone_event(why: EndReason) -> Event {
    match why {
        EndReason::Spent => Event::Spent,
        EndReason::Expired => Event::Expired,
        EndReason::Revoked => Event::Revoked,
        EndReason::Destroyed => Event::Destroyed,
        EndReason::TooManyGuesses => Event::TooManyGuesses,
        EndReason::Abandoned => Event::Abandoned,
    }
}

impl Link {
    fn end(&mut self, why: EndReason, now: u64) {
        self.gone = Some(Gone { why, at: Timestamp::from_millis(now) });
        self.leases.retain(|lease| lease.finished.is_some());
    }

    /// Downloads that count.
    fn taken(&self) -> usize {
        self.started.len() - self.given_back
    }

    fn used(&self) -> usize {
        self.taken() + self.leases.iter().filter(|lease| lease.runs() && lease.fetched.is_empty()).count()
    }
}

enum Answer {
    Allowed,
    Share,
    Link(usize),
    Opened(usize),
    Granted(usize, Verifier),
}

impl Model {
    fn command(&mut self, command: &Command) -> Result<Answer, Refusal> {
        let now = self.now;
        match command {
            Command::Tick | Command::CountGuess { .. } => Ok(Answer::Allowed),
            Command::BlobsDeleted => {
                if let Some(share) = self.share.as_mut().filter(|share| share.gone.is_some() && !share.blobs_deleted) {
                    share.blobs_deleted = true;
                    self.say(None, Event::Deleted);
                }
                Ok(Answer::Allowed)
            }
            Command::ContentChecked { lost } => {
                let fixed = |share: &&mut Share| share.gone.is_none() && share.completed.is_some();
                if let Some(share) =
                    self.share.as_mut().filter(fixed).filter(|share| share.content_lost.is_some() != *lost)
                {
                    share.content_lost = lost.then_some(now);
                    self.say(None, if *lost { Event::ContentLost } else { Event::ContentRestored });
                    if *lost {
                        self.give_back_all();
                    }
                }
                Ok(Answer::Allowed)
            }
            Command::CreatePush { .. } => Err(Refusal::NotFound),
            Command::Create { request, .. } => self.create(request),
            Command::Owner { presented, action } => {
                let share = self.share.as_ref().filter(|share| gone_for(share.gone, now) < 7 * DAY);
                share.filter(|share| share.body.owner_verifier == *presented).ok_or(Refusal::NotFound)?;
                self.owner(action)
            }
            Command::Holder { link, presented, action } => {
                let share = self.share.as_ref().filter(|share| gone_for(share.gone, now) < 7 * DAY);
                let links = share.map_or(&[][..], |share| &share.links);
                let known = |known: &Link| {
                    known.id == *link && known.body.link_verifier == *presented && gone_for(known.gone, now) < 7 * DAY
                };
                let place = links.iter().position(known).ok_or(Refusal::NotFound)?;
                self.holder(place, action)
            }
        }
    }
}
