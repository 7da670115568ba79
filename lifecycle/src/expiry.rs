//! What time alone does, and what follows at once from what was done.
//!
//! Everything happens at its own moment, one after the other, however late somebody looks: a record
//! that was left alone for a year is the same as one that was ticked every second.

use subrosa_shared::api::{EndReason, Event, Gone, LogLine};
use subrosa_shared::time::Timestamp;

use crate::context::{Context, Journal};
use crate::record::{Kept, Kind, Lease, LeaseState, Link, LinkState, Record, Share, State};
use crate::rules::{BURNED, LEASE_IDLE, LeaseTerms, TOMBSTONE};

impl Record {
    /// The next moment at which time alone changes the record. In the past while an effect is
    /// pending: it is due at once.
    #[must_use]
    pub fn due(&self) -> Timestamp {
        let effects = self.blobs_pending_since();
        effects.into_iter().chain(self.next_change()).min().unwrap_or(Timestamp::from_millis(u64::MAX))
    }

    /// The next moment at which time alone changes the record, if it ever does.
    fn next_change(&self) -> Option<Timestamp> {
        match &self.kept {
            Kept::Share(share) => Some(share.next_change()),
            Kept::Keyring(keyring) => keyring.next_change(),
            // Kept until its blobs are deleted, or nobody would know that they have to be.
            Kept::Burned { blobs_deleted: false, .. } => None,
            Kept::Burned { gone_at, .. } => Some(gone_at.after(TOMBSTONE).after(BURNED)),
        }
    }
}

/// Lets time pass until now.
pub(crate) fn advance(record: &mut Option<Record>, now: Timestamp, journal: &mut Journal) {
    if let Some(Record { kept: Kept::Share(share), .. }) = record
        && share.time_concerns_other_links(now)
    {
        journal.needs_all_links = true;
        return;
    }
    while let Some(known) = record {
        let Some(at) = known.next_change().filter(|at| *at <= now) else { return };
        match &mut known.kept {
            Kept::Share(share) => {
                if let Some(burned) = share.apply_due(at, journal) {
                    known.kept = burned;
                }
            }
            Kept::Keyring(keyring) => keyring.apply_due(at),
            Kept::Burned { .. } => *record = None,
        }
    }
}

impl Share {
    fn next_change(&self) -> Timestamp {
        let terms = self.kind.lease_terms();
        self.links.unchanged_until(terms).into_iter().fold(self.next_change_of_head(), Timestamp::min)
    }

    /// The next moment at which time alone changes more than a link.
    fn next_change_of_head(&self) -> Timestamp {
        match &self.state {
            State::Uploading { until } => (*until).min(self.expires_at),
            State::Ready { editions, .. } => {
                let uploading = editions.uploading.map(|upload| upload.until);
                uploading.into_iter().fold(self.expires_at, Timestamp::min)
            }
            State::Gone { gone, .. } => gone.at.after(TOMBSTONE),
        }
    }

    /// Whether time changes something by then that concerns links which were not loaded.
    fn time_concerns_other_links(&self, now: Timestamp) -> bool {
        let others = self.links.others().unchanged_until;
        !self.links.are_all() && others.into_iter().fold(self.next_change_of_head(), Timestamp::min) <= now
    }

    /// Does what is due at that moment. Gives what is kept instead of the share, once its tombstone
    /// is old.
    fn apply_due(&mut self, at: Timestamp, journal: &mut Journal) -> Option<Kept> {
        match &mut self.state {
            &mut State::Gone { gone, blobs_deleted, .. } if gone.at.after(TOMBSTONE) <= at => {
                return Some(Kept::Burned { gone_at: gone.at, blobs_deleted });
            }
            State::Gone { .. } => {}
            State::Uploading { .. } | State::Ready { .. } if self.expires_at <= at => {
                self.end(Gone { why: EndReason::Expired, at }, journal);
            }
            State::Uploading { until } if *until <= at => self.end(Gone { why: EndReason::Abandoned, at }, journal),
            State::Ready { editions, .. } => {
                if let Some(upload) = editions.uploading.take_if(|upload| upload.until <= at) {
                    editions.leave(upload.number, at);
                    journal.push(LogLine { at, link: None, event: Event::EditionAbandoned });
                }
            }
            State::Uploading { .. } => {}
        }
        let terms = self.kind.lease_terms();
        for link in self.links.iter_mut() {
            link.apply_due(at, terms, journal);
        }
        self.close_if_spent(at, journal);
        self.drop_unneeded(at, journal);
        None
    }

    /// Does what follows at once: a link without a download left to take or to finish is spent, and
    /// a share may end with its last link, a push ends with its own.
    pub(crate) fn close_if_spent(&mut self, now: Timestamp, journal: &mut Journal) {
        for link in self.links.iter_mut() {
            let taken = link.taken() >= link.downloads_max && !link.waits_for_editions;
            let spent = taken && !link.leases.iter().any(Lease::runs);
            if spent && link.gone().is_none() {
                link.end(Gone { why: EndReason::Spent, at: now }, journal);
            }
            link.forget_wraps_before();
        }
        let ends_with_last_link = match self.kind {
            Kind::Files { ends_with_last_link, .. } => ends_with_last_link,
            Kind::Push { .. } => true,
        };
        if ends_with_last_link && self.links.others().live == 0 && matches!(self.state, State::Ready { .. }) {
            let ends: Option<Vec<Gone>> = self.links.iter().map(Link::gone).collect();
            if let Some(last) = ends.and_then(|ends| ends.into_iter().max_by_key(|gone| gone.at)) {
                journal.needs_all_links |= !self.links.are_all();
                self.close(Gone { why: last.why, at: now });
                // The line of a push's link says it all.
                if self.only_link().is_none() {
                    journal.push(LogLine { at: now, link: None, event: event(last.why) });
                }
            }
        }
    }

    /// Its owner takes it back. Again is the same as once.
    pub(crate) fn revoke(&mut self, context: &mut Context<'_>) {
        if self.gone().is_none() {
            self.end(Gone { why: EndReason::Revoked, at: context.now }, &mut context.journal);
        }
    }

    /// Ends the share with all its links, and says so in the timeline.
    pub(crate) fn end(&mut self, gone: Gone, journal: &mut Journal) {
        journal.needs_all_links |= !self.links.are_all();
        self.close(gone);
        journal.push(LogLine { at: gone.at, link: self.only_link(), event: event(gone.why) });
    }

    /// Ends the share with all its links. Its ciphertext is to be deleted from now on; that of a
    /// push goes with its link.
    fn close(&mut self, gone: Gone) {
        let blobs_deleted = match self.kind {
            Kind::Files { .. } => false,
            Kind::Push { .. } => true,
        };
        self.state = State::Gone { gone, content: self.content().copied(), blobs_deleted };
        for link in self.links.iter_mut() {
            link.close(gone);
        }
    }
}

impl Link {
    /// The next moment at which time alone changes it, if it ever does.
    pub(crate) fn next_change(&self, terms: &LeaseTerms) -> Option<Timestamp> {
        let own = match &self.state {
            LinkState::Live(_) => Some(self.expires_at),
            LinkState::Gone(gone) => self.verifier.map(|_| gone.at.after(TOMBSTONE)),
        };
        own.into_iter().chain(self.leases.iter().map(|lease| lease.next_change(terms))).min()
    }

    fn apply_due(&mut self, at: Timestamp, terms: &LeaseTerms, journal: &mut Journal) {
        match &self.state {
            LinkState::Live(_) if self.expires_at <= at => self.end(Gone { why: EndReason::Expired, at }, journal),
            LinkState::Gone(gone) if gone.at.after(TOMBSTONE) <= at => self.verifier = None,
            _ => {}
        }
        let link = Some(self.link);
        self.leases.retain_mut(|lease| {
            if lease.next_change(terms) > at {
                return true;
            }
            match lease.state {
                LeaseState::Granted => {
                    journal.push(LogLine { at, link, event: Event::Released });
                    false
                }
                LeaseState::Active { .. } => {
                    lease.state = LeaseState::Lapsed { at };
                    journal.push(LogLine { at, link, event: Event::Lapsed });
                    true
                }
                LeaseState::Finished { .. } | LeaseState::Lapsed { .. } => false,
            }
        });
    }

    /// Ends the link, and says so in the timeline.
    pub(crate) fn end(&mut self, gone: Gone, journal: &mut Journal) {
        self.close(gone);
        journal.push(LogLine { at: gone.at, link: Some(self.link), event: event(gone.why) });
    }

    /// Ends the link, unless it has ended before: nothing sealed stays, and no lease runs on.
    /// Finished ones are remembered, so that a client whose answer was lost is told again that it
    /// finished.
    fn close(&mut self, gone: Gone) {
        if self.gone().is_none() {
            self.state = LinkState::Gone(gone);
            self.leases.retain(|lease| matches!(lease.state, LeaseState::Finished { .. }));
        }
    }
}

impl Lease {
    /// When it goes back, lapses or is forgotten.
    fn next_change(&self, terms: &LeaseTerms) -> Timestamp {
        match self.state {
            LeaseState::Granted => self.granted_at.after(terms.start),
            LeaseState::Active { last_at } => last_at.after(terms.idle).min(self.expires_at(terms)),
            LeaseState::Finished { at } | LeaseState::Lapsed { at } => at.after(LEASE_IDLE),
        }
    }

    /// When it lapses, whatever happens.
    pub(crate) fn expires_at(&self, terms: &LeaseTerms) -> Timestamp {
        self.granted_at.after(terms.life)
    }
}

fn event(why: EndReason) -> Event {
    match why {
        EndReason::Spent => Event::Spent,
        EndReason::Expired => Event::Expired,
        EndReason::Revoked => Event::Revoked,
        EndReason::Destroyed => Event::Destroyed,
        EndReason::TooManyGuesses => Event::TooManyGuesses,
        EndReason::Abandoned => Event::Abandoned,
    }
}
