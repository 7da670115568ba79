//! All connections, and which of them makes room for another.
//!
//! What a connection costs is bounded; how many there are, too. When there are as many as there may be, the one that has
//! been silent longest is closed: a stranger who holds a thousand of them and says nothing stops nobody. A connection on
//! which the server works is never closed for that.

mod peer;
mod pulse;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::{Duration, Instant};

use self::peer::Peer;
pub use self::peer::{Network, NotANetwork};
pub(crate) use self::pulse::Pulse;
use self::pulse::Silence;

/// Beyond the most, so many more are accepted: to tell them that the server is busy, and to answer those who watch it.
const SPARE: usize = 32;
/// A connection in the middle of a request is not closed for another before it was silent for so long: a slow line has gaps.
const GAP: Duration = Duration::from_millis(500);
/// One that has just come has not had the time to ask, and is not closed for the next.
const JUST_COME: Duration = Duration::from_millis(100);
/// The first request of a connection that is one too many waits so long for room: by then, all that came at the same time
/// have had the time to ask.
const ROOM_WAIT: Duration = Duration::from_millis(250);
/// How often room is looked for meanwhile, besides whenever somebody leaves.
const ROOM_LOOK: Duration = Duration::from_millis(25);
/// There is no room once it was missing for so long.
const SATURATED_AFTER: Duration = Duration::from_secs(1);

/// How many connections there may be, and how long they may be silent.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// Of all peers.
    pub(crate) connections_max: usize,
    /// Of one peer that is no proxy.
    pub(crate) per_peer_max: usize,
    /// Who speaks for many.
    pub(crate) proxies: Vec<Network>,
    /// From the first byte of a request until its headers are complete, and from the beginning of a connection.
    pub(crate) headers: Duration,
    /// Between two requests.
    pub(crate) idle: Duration,
}

/// All connections.
#[derive(Debug)]
pub(crate) struct Crowd {
    bounds: Bounds,
    began: Instant,
    inner: Mutex<Inner>,
    left: Notify,
    /// Milliseconds after the beginning since which there is no room; 0: there is.
    full_since: AtomicU64,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    present: HashMap<u64, Present>,
    /// How many of these are one too many.
    spares: usize,
    /// How many of each peer, proxies left out.
    of_peer: HashMap<Peer, usize>,
}

#[derive(Debug)]
struct Present {
    peer: Option<Peer>,
    pulse: Arc<Pulse>,
    is_spare: bool,
}

/// A connection's place. It leaves when this is dropped.
#[derive(Debug)]
pub(crate) struct Member {
    crowd: Arc<Crowd>,
    id: u64,
    pub(crate) pulse: Arc<Pulse>,
    /// Whether it came as one too many.
    pub(crate) is_spare: bool,
}

/// The place of a connection that came as one too many.
#[derive(Clone, Debug)]
pub(crate) struct Spare {
    crowd: Arc<Crowd>,
    id: u64,
}

impl Crowd {
    pub(crate) fn new(bounds: Bounds) -> Self {
        let (inner, left) = (Mutex::default(), Notify::new());
        Self { bounds, began: Instant::now(), inner, left, full_since: AtomicU64::new(0) }
    }

    /// Waits until one more can be accepted at all.
    pub(crate) async fn has_room(&self) {
        loop {
            let left = self.left.notified();
            {
                let mut inner = self.inner();
                let most = self.bounds.connections_max + SPARE;
                if inner.present.len() < most || inner.close_most_silent(Duration::ZERO, |_| true) {
                    return;
                }
            }
            // Somebody may become silent without anybody leaving.
            let _ = tokio::time::timeout(GAP, left).await;
        }
    }

    /// Takes a connection in, and closes another for it if there is no room. `None`: its peer has as many as it may have,
    /// all at work.
    pub(crate) fn enter(self: &Arc<Self>, address: SocketAddr) -> Option<Member> {
        let is_proxy = self.bounds.proxies.iter().any(|network| network.contains(address.ip()));
        let peer = (!is_proxy).then(|| Peer::of(address.ip()));
        let mut inner = self.inner();
        if let Some(peer) = peer
            && inner.of_peer.get(&peer).is_some_and(|count| *count >= self.bounds.per_peer_max)
            && !inner.close_most_silent(Duration::ZERO, |present| present.peer == Some(peer))
        {
            return None;
        }
        let has_room = inner.make_room(self.bounds.connections_max);
        self.note_room(has_room);
        let id = inner.next;
        inner.next += 1;
        let pulse = Arc::new(Pulse::new());
        inner.present.insert(id, Present { peer, pulse: Arc::clone(&pulse), is_spare: !has_room });
        inner.spares += usize::from(!has_room);
        if let Some(peer) = peer {
            *inner.of_peer.entry(peer).or_default() += 1;
        }
        Some(Member { crowd: Arc::clone(self), id, pulse, is_spare: !has_room })
    }

    /// Finds room for a connection that came as one too many. False: there is none, or it has been closed itself.
    fn find_room(&self, id: u64) -> bool {
        let mut inner = self.inner();
        match inner.present.get(&id) {
            None => return false,
            Some(present) if !present.is_spare => return true,
            Some(_) => {}
        }
        let has_room = inner.make_room(self.bounds.connections_max);
        self.note_room(has_room);
        if has_room && let Some(present) = inner.present.get_mut(&id) {
            present.is_spare = false;
            inner.spares -= 1;
        }
        has_room
    }

    /// Closes the connection that has been silent longest of those for which bytes are kept.
    pub(crate) fn close_silent_keeper(&self) -> bool {
        self.inner().close_most_silent(JUST_COME, |present| present.pulse.keeps_bytes())
    }

    /// Closes connections whose time is over, for ever.
    pub(crate) async fn watch(&self) {
        let step = self.bounds.headers.min(self.bounds.idle) / 8;
        let mut tick = tokio::time::interval(step.clamp(Duration::from_millis(50), Duration::from_millis(500)));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let now = Instant::now();
            for present in self.inner().present.values() {
                let over = match present.pulse.silence(now) {
                    Silence::BeforeRequest { since, is_first } => {
                        since >= if is_first { self.bounds.headers } else { self.bounds.idle }
                    }
                    Silence::InHeaders(since) => since >= self.bounds.headers,
                    Silence::InRequest(_) | Silence::None => false,
                };
                if over {
                    present.pulse.close();
                }
            }
        }
    }

    /// Whether there has been no room for a while.
    pub(crate) fn is_saturated(&self) -> bool {
        let since = self.full_since.load(Ordering::Relaxed);
        since != 0
            && self.inner().present.len() >= self.bounds.connections_max
            && self.millis().saturating_sub(since) >= SATURATED_AFTER.as_millis() as u64
    }

    /// Connections right now.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.inner().present.len()
    }

    fn note_room(&self, has_room: bool) {
        if has_room {
            self.full_since.store(0, Ordering::Relaxed);
        } else {
            let _ = self.full_since.compare_exchange(0, self.millis(), Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// Whether one more has room, if need be because another is closed for it.
    fn make_room(&mut self, connections_max: usize) -> bool {
        self.present.len() - self.spares < connections_max
            || self.close_most_silent(JUST_COME, |present| !present.is_spare)
    }

    /// Closes the one of these that has been silent longest, and for so long at least. Whether there was one.
    fn close_most_silent(&mut self, at_least: Duration, may_go: impl Fn(&Present) -> bool) -> bool {
        let now = Instant::now();
        let candidates = self.present.iter().filter(|(_, present)| may_go(present));
        let silent = candidates.filter_map(|(id, present)| match present.pulse.silence(now) {
            Silence::BeforeRequest { since, .. } | Silence::InHeaders(since) => {
                (since >= at_least).then_some((since, *id))
            }
            Silence::InRequest(since) => (since >= GAP).then_some((since, *id)),
            Silence::None => None,
        });
        let Some((_, id)) = silent.max() else { return false };
        if let Some(gone) = self.remove(id) {
            gone.pulse.close();
        }
        true
    }

    fn remove(&mut self, id: u64) -> Option<Present> {
        let gone = self.present.remove(&id)?;
        self.spares -= usize::from(gone.is_spare);
        if let Some(peer) = gone.peer
            && let Some(count) = self.of_peer.get_mut(&peer)
        {
            *count -= 1;
            if *count == 0 {
                self.of_peer.remove(&peer);
            }
        }
        Some(gone)
    }
}

impl Member {
    /// Its place, if it came as one too many.
    pub(crate) fn spare(&self) -> Option<Spare> {
        self.is_spare.then(|| Spare { crowd: Arc::clone(&self.crowd), id: self.id })
    }
}

impl Spare {
    /// Waits a moment for room. False: it is one too many still, and is to be told so.
    pub(crate) async fn finds_room(&self) -> bool {
        let until = Instant::now() + ROOM_WAIT;
        loop {
            let left = self.crowd.left.notified();
            if self.crowd.find_room(self.id) {
                return true;
            }
            if Instant::now() >= until {
                return false;
            }
            let _ = tokio::time::timeout(ROOM_LOOK, left).await;
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.crowd.inner().remove(self.id);
        self.crowd.left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn crowd(connections_max: usize, per_peer_max: usize) -> Arc<Crowd> {
        let (headers, idle) = (Duration::from_secs(10), Duration::from_secs(75));
        let proxies = vec!["10.0.0.1".parse().unwrap()];
        Arc::new(Crowd::new(Bounds { connections_max, per_peer_max, proxies, headers, idle }))
    }

    fn from(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 1)
    }

    fn is_closed(member: &Member) -> bool {
        futures_util::FutureExt::now_or_never(member.pulse.closed()).is_some()
    }

    #[tokio::test]
    async fn the_one_that_is_silent_longest_makes_room() {
        let crowd = crowd(3, 10);
        let mut members = Vec::new();
        for _ in 0..3 {
            members.push(crowd.enter(from("192.0.2.1")).unwrap());
            tokio::time::sleep(JUST_COME).await;
        }
        // The oldest is being served.
        members[0].pulse.begin_request();
        let fourth = crowd.enter(from("192.0.2.2")).unwrap();
        assert!(!fourth.is_spare);
        assert_eq!(members.iter().map(is_closed).collect::<Vec<_>>(), [false, true, false]);
        // A request whose body does not come counts as silent.
        let (_body, pulse) = (members[0].pulse.await_body(), &members[0].pulse);
        tokio::time::sleep(GAP).await;
        members[2].pulse.begin_request();
        fourth.pulse.begin_request();
        assert!(!crowd.enter(from("192.0.2.2")).unwrap().is_spare);
        assert!(futures_util::FutureExt::now_or_never(pulse.closed()).is_some());
    }

    #[tokio::test]
    async fn when_all_are_at_work_the_next_are_told_and_then_none_is_accepted() {
        let crowd = crowd(2, 100);
        let mut members: Vec<Member> = (0..2).map(|_| crowd.enter(from("192.0.2.1")).unwrap()).collect();
        members.iter().for_each(|member| member.pulse.begin_request());
        for _ in 0..SPARE {
            let spare = crowd.enter(from("192.0.2.1")).unwrap();
            assert!(spare.is_spare);
            spare.pulse.begin_request();
            members.push(spare);
        }
        assert!(!crowd.is_saturated());
        tokio::time::sleep(SATURATED_AFTER).await;
        assert!(crowd.is_saturated());
        assert!(tokio::time::timeout(GAP, crowd.has_room()).await.is_err());
        members.pop();
        tokio::time::timeout(Duration::from_secs(5), crowd.has_room()).await.unwrap();
        members.clear();
        assert!(!crowd.is_saturated());
        assert_eq!((crowd.len(), crowd.inner().of_peer.len()), (0, 0));
    }

    #[tokio::test]
    async fn one_too_many_waits_for_those_who_came_with_it_and_say_nothing() {
        let crowd = crowd(2, 100);
        let silent = [1, 2].map(|_| crowd.enter(from("192.0.2.1")).unwrap());
        let third = crowd.enter(from("192.0.2.2")).unwrap();
        let spare = third.spare().unwrap();
        third.pulse.begin_request();
        assert!(!crowd.find_room(third.id), "both have just come");
        assert!(spare.finds_room().await && !crowd.is_saturated());
        assert_eq!(silent.iter().filter(|member| is_closed(member)).count(), 1);
        // When all are at work, it is told.
        silent.iter().for_each(|member| member.pulse.begin_request());
        let fourth = crowd.enter(from("192.0.2.2")).unwrap();
        assert!(!fourth.spare().unwrap().finds_room().await);
        drop(third);
        assert!(fourth.spare().unwrap().finds_room().await, "somebody left");
        assert_eq!(crowd.inner().spares, 0);
    }

    #[tokio::test]
    async fn a_peer_has_its_share_and_a_proxy_has_all() {
        let crowd = crowd(100, 2);
        // A network of 64 bits is one peer.
        let first = ["2001:db8::1", "2001:db8::2"].map(|address| crowd.enter(from(address)).unwrap());
        let third = crowd.enter(from("2001:db8::3")).unwrap();
        assert!(first.iter().any(is_closed), "its own make room");
        first.iter().chain([&third]).for_each(|member| member.pulse.begin_request());
        assert!(crowd.enter(from("2001:db8::4")).is_none());
        assert!(crowd.enter(from("2001:db8:0:1::4")).is_some());
        // An address of version 4 in one of version 6 is the same peer.
        let _mapped = ["192.0.2.1", "::ffff:192.0.2.1"].map(|address| {
            let member = crowd.enter(from(address)).unwrap();
            member.pulse.begin_request();
            member
        });
        assert!(crowd.enter(from("192.0.2.1")).is_none());
        let proxied: Vec<_> = (0..20).map(|_| crowd.enter(from("10.0.0.1")).unwrap()).collect();
        assert!(!proxied.iter().any(is_closed));
    }
}
