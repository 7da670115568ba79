//! Leases: counted downloads and views. Granted once, started by the first byte or at once,
//! resumable by whoever holds the secret.

use std::time::Duration;

use subrosa_shared::api::{Event, GrantedLease, LinkView, RevealedPush, StoredReceipt};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LeaseId, Receipt, Verifier};
use subrosa_shared::time::Timestamp;
use subtle::ConstantTimeEq as _;

use crate::context::Context;
use crate::guess::{self, OpenAttempt};
use crate::held::Held;
use crate::record::{Content, Lease, LeaseState, Link, Links, count};
use crate::refusal::Refusal;
use crate::rules::{
    LEASE_BYTES_FACTOR, LEASE_IDLE, LEASE_RETRY, LINK_LEASES_MAX, LeaseTerms, RECEIPTS_MAX, SHARE_LEASES_MAX,
};

/// A lease that was granted, but for the view of its link.
#[derive(Debug)]
pub struct Grant {
    lease: LeaseId,
    content: Vec<u8>,
    expires_at: Timestamp,
    bytes_max: u64,
    of: ContentNumber,
}

impl Grant {
    /// The answer to who downloads.
    pub(crate) fn granted(self, link: LinkView) -> GrantedLease {
        let Self { lease, content: content_wrap, expires_at, bytes_max, of: content } = self;
        GrantedLease { lease, content_wrap, expires_at, idle_secs: LEASE_IDLE.as_secs(), bytes_max, content, link }
    }

    /// The answer to who views a push.
    pub(crate) fn revealed(self, link: LinkView) -> RevealedPush {
        let Self { lease, content: payload, expires_at, .. } = self;
        RevealedPush { lease, payload, expires_at, link }
    }
}

impl Content {
    /// Bytes of ciphertext that a lease may give, apart from what its grant gives.
    fn lease_bytes_max(&self) -> u64 {
        match self {
            Self::Parts(parts) => parts.sealed_len.saturating_mul(LEASE_BYTES_FACTOR),
            Self::Inline { .. } => 0,
        }
    }
}

/// Grants a lease, or the same one again to who asks with the same verifier. Where it starts at
/// once it also counts at once, and asking again prolongs nothing.
pub(crate) fn grant(
    held: &mut Held<'_>,
    attempt: &OpenAttempt,
    verifier: &Verifier,
    context: &mut Context<'_>,
) -> Result<Grant, Refusal> {
    check_grant(held, attempt, verifier, context)?;
    check_is_whole(held, content_for(held.link(), Some(verifier)))?;
    let now = context.now;
    let terms = held.share.kind.lease_terms();
    let link = held.link();
    let running = link.lease(verifier).filter(|lease| lease.runs());
    let of = running.map_or(link.content, |lease| lease.content);
    let bytes_max = held.share.fixed_content(of).ok_or(Refusal::NotComplete)?.lease_bytes_max();
    let expires_at = match link.lease(verifier) {
        Some(lease) if lease.runs() => lease.expires_at(terms),
        Some(_) => return Err(Refusal::LeaseEnded),
        None if link.used() >= link.downloads_max => {
            return Err(Refusal::NoDownloadLeft { retry_after: free_after(link, terms, now) });
        }
        None => {
            let (links, place) = held.links_mut();
            make_room(links, place, context)?;
            let link = held.link_mut();
            let (state, event) = if terms.start.is_zero() {
                count(&mut link.counters.started, now);
                (LeaseState::Active { last_at: now }, Event::Started)
            } else {
                (LeaseState::Granted, Event::Granted)
            };
            let lease = Lease { verifier: *verifier, granted_at: now, content: of, bytes: 0, state, shown_anew: false };
            let expires_at = lease.expires_at(terms);
            link.leases.push(lease);
            context.log(Some(link.link), event);
            expires_at
        }
    };
    let link = held.link();
    let content = link.wraps(of)?.1.to_vec();
    // It ends with its link at the latest.
    let expires_at = expires_at.min(link.expires_at);
    Ok(Grant { lease: LeaseId::derive(verifier), content, expires_at, bytes_max, of })
}

/// What is opened for whoever shows a lease: while it runs, what it downloads; else, and without
/// one, what is behind the link. So it is, too, where the password was changed since another
/// content came behind the link: of what was there before, nothing is sealed for the new password.
pub(crate) fn content_for(link: &Link, lease: Option<&Verifier>) -> ContentNumber {
    let lease = lease.and_then(|verifier| link.lease(verifier)).filter(|lease| lease.runs());
    lease.map(|lease| lease.content).filter(|content| link.wraps(*content).is_ok()).unwrap_or(link.content)
}

/// Refuses what cannot be handed out whole.
fn check_is_whole(held: &Held<'_>, content: ContentNumber) -> Result<(), Refusal> {
    if held.share.lost_content == Some(content) { Err(Refusal::ContentLost) } else { Ok(()) }
}

/// Ends the leases of a content that is lost, as if they had never been granted: those who asked
/// cannot have saved it.
pub(crate) fn give_back(link: &mut Link, lost: ContentNumber, context: &mut Context<'_>) {
    let (all, id) = (link.leases.len(), link.link);
    let is_lost = |lease: &Lease| lease.runs() && lease.content == lost;
    let begun = |lease: &&Lease| is_lost(lease) && lease.state != LeaseState::Granted;
    let begun = link.leases.iter().filter(begun).count();
    link.leases.retain(|lease| !is_lost(lease));
    let started = &mut link.counters.started.count;
    *started = started.saturating_sub(u32::try_from(begun).unwrap_or(u32::MAX));
    for _ in link.leases.len()..all {
        context.log(Some(id), Event::Released);
    }
}

/// Whether a lease may be granted, for this attempt. A holder of one that runs, who shows again
/// what it was granted for, gets it again whatever others have tried meanwhile: guesses stop no
/// download and no view. A wrong proof is counted here, too, also while others wait or the link
/// is locked; after it, the lease lets nobody past the wait any more.
fn check_grant(
    held: &mut Held<'_>,
    attempt: &OpenAttempt,
    lease: &Verifier,
    context: &mut Context<'_>,
) -> Result<(), Refusal> {
    if !is_as_granted(held.link(), lease) {
        return held.check_open(attempt, context);
    }
    held.check_runs()?;
    let link = held.link_mut();
    if guess::is_right(link.live()?, attempt, context) {
        return Ok(());
    }
    show_anew(link, lease);
    Err(Refusal::WrongPassword { retry_after: guess::count_wrong(link, context)? })
}

/// How long until a place is free, if nobody else begins: leases that were granted and have not
/// begun go back. None: too many have begun for that.
fn free_after(link: &Link, terms: &LeaseTerms, now: Timestamp) -> Option<Duration> {
    let granted = link.leases.iter().filter(|lease| lease.state == LeaseState::Granted);
    let mut ends: Vec<Timestamp> = granted.map(|lease| lease.granted_at.after(terms.start)).collect();
    ends.sort_unstable();
    let needed = usize::try_from(link.used() - link.downloads_max).ok()?;
    ends.get(needed).map(|end| now.until(*end))
}

/// Makes room for one more lease, by forgetting the one that ended first. Running ones stay.
fn make_room(links: &mut Links, place: usize, context: &mut Context<'_>) -> Result<(), Refusal> {
    let full = Refusal::TooManyLeases { retry_after: LEASE_RETRY };
    if links[place].leases.len() >= LINK_LEASES_MAX {
        forget_one(&mut links[place..=place]).ok_or(full)?;
    }
    if links.leases() >= SHARE_LEASES_MAX {
        context.journal.needs_all_links |= !links.are_all();
        forget_one(links).ok_or(full)?;
    }
    Ok(())
}

fn forget_one(links: &mut [Link]) -> Option<()> {
    let ended = links.iter().enumerate().flat_map(|(place, link)| {
        link.leases.iter().enumerate().filter_map(move |(index, lease)| Some((lease.ended_at()?, place, index)))
    });
    let (_, place, index) = ended.min()?;
    links[place].leases.remove(index);
    Some(())
}

/// Charges bytes before they leave. The first ones start the lease: from here on it counts,
/// whatever happens.
pub(crate) fn fetch(
    held: &mut Held<'_>,
    verifier: &Verifier,
    bytes: u64,
    context: &mut Context<'_>,
) -> Result<(), Refusal> {
    let now = context.now;
    let of = check(held, verifier)?;
    let bytes_max = held.share.fixed_content(of).map_or(0, |content| content.lease_bytes_max());
    let link = held.link_mut();
    let none_left = link.taken() >= link.downloads_max;
    let id = link.link;
    let lease = link.leases.iter_mut().find(|lease| lease.is(verifier)).ok_or(Refusal::LeaseEnded)?;
    let charged = lease.bytes.checked_add(bytes).filter(|charged| *charged <= bytes_max);
    match lease.state {
        LeaseState::Finished { .. } | LeaseState::Lapsed { .. } => return Err(Refusal::LeaseEnded),
        // The owner allowed fewer downloads since it was granted.
        LeaseState::Granted if none_left => return Err(Refusal::NoDownloadLeft { retry_after: None }),
        LeaseState::Granted => {
            lease.bytes = charged.ok_or(Refusal::LeaseSpent)?;
            lease.state = LeaseState::Active { last_at: now };
            count(&mut link.counters.started, now);
            context.log(Some(id), Event::Started);
        }
        LeaseState::Active { last_at } => {
            lease.bytes = charged.ok_or(Refusal::LeaseSpent)?;
            lease.state = LeaseState::Active { last_at: last_at.max(now) };
        }
    }
    Ok(())
}

/// A running answer is still being read: its lease is not idle.
pub(crate) fn keep_alive(link: &mut Link, verifier: &Verifier, now: Timestamp) -> Result<(), Refusal> {
    let lease = link.leases.iter_mut().find(|lease| lease.is(verifier)).ok_or(Refusal::LeaseEnded)?;
    match &mut lease.state {
        LeaseState::Finished { .. } | LeaseState::Lapsed { .. } => Err(Refusal::LeaseEnded),
        // Without a byte nothing has begun.
        LeaseState::Granted => Ok(()),
        LeaseState::Active { last_at } => {
            *last_at = now.max(*last_at);
            Ok(())
        }
    }
}

/// What a lease downloads, if it still runs. Those of what is lost have ended, which is told as the
/// loss that it is.
pub(crate) fn check(held: &Held<'_>, verifier: &Verifier) -> Result<ContentNumber, Refusal> {
    let link = held.link();
    match link.lease(verifier).filter(|lease| lease.runs()) {
        Some(lease) => Ok(lease.content),
        None => check_is_whole(held, link.content).and(Err(Refusal::LeaseEnded)),
    }
}

/// Whether a lease runs, and its holder has shown the password that the link has now, and no other
/// since.
fn is_as_granted(link: &Link, verifier: &Verifier) -> bool {
    link.lease(verifier).is_some_and(|lease| lease.runs() && !lease.shown_anew)
}

/// Somebody showed a wrong password with the lease: it may be in other hands.
fn show_anew(link: &mut Link, verifier: &Verifier) {
    link.leases.iter_mut().filter(|lease| lease.is(verifier)).for_each(|lease| lease.shown_anew = true);
}

/// Ends a lease: its client says that all is saved. Saying it again is fine, also when the link has
/// ended by it.
pub(crate) fn finish(
    link: &mut Link,
    verifier: &Verifier,
    receipt: Option<Receipt>,
    context: &mut Context<'_>,
) -> Result<(), Refusal> {
    let now = context.now;
    let (id, gone) = (link.link, link.gone());
    let unknown = gone.map_or(Refusal::LeaseEnded, Refusal::Gone);
    let lease = link.leases.iter_mut().find(|lease| lease.is(verifier)).ok_or(unknown)?;
    match lease.state {
        LeaseState::Finished { .. } => return Ok(()),
        LeaseState::Lapsed { .. } => return Err(Refusal::LeaseEnded),
        LeaseState::Granted => return Err(Refusal::LeaseNotStarted),
        LeaseState::Active { .. } => lease.state = LeaseState::Finished { at: now },
    }
    let content = lease.content;
    count(&mut link.counters.finished, now);
    context.log(Some(id), Event::Finished);
    if let Some(receipt) = receipt {
        link.receipts.push(StoredReceipt { lease: LeaseId::derive(verifier), receipt, at: now, content });
        if link.receipts.len() > RECEIPTS_MAX {
            link.receipts.remove(0);
        }
    }
    Ok(())
}

impl Link {
    fn lease(&self, verifier: &Verifier) -> Option<&Lease> {
        self.leases.iter().find(|lease| lease.is(verifier))
    }
}

impl Lease {
    fn is(&self, verifier: &Verifier) -> bool {
        self.verifier.as_bytes().ct_eq(verifier.as_bytes()).into()
    }
}
