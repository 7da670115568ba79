//! All connections, and which of them makes room for another.
//!
//! What a connection costs is bounded; how many there are, too. When there are as many as there may
//! be, the slowest is closed, and of those that are silent the one that has been so longest: a
//! stranger who holds a thousand of them and says next to nothing stops nobody. A connection on
//! which the server works is never closed for that, nor one that is not slow.
//!
//! Some more than that are served all the same, as long as they do not keep the server waiting.

mod activity;
mod peer;

use std::cmp::Reverse;
use std::collections::HashMap;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::time::{Duration, Instant};

use self::activity::Inactivity;
pub(crate) use self::activity::{Activity, HeldAnswer};
use self::peer::Peer;
pub use self::peer::{Network, NotANetwork};

/// Beyond the most, so many more are accepted: to serve those that do not keep the server waiting,
/// and to tell the others that it is busy.
const OVER_LIMIT_MAX: usize = 64;
/// A connection in the middle of a request is not closed for another before it was silent for so
/// long: a slow line has gaps.
const REQUEST_GAP_MIN: Duration = Duration::from_millis(500);
/// One that was slower than this in its request, whenever the server waited for it, may be closed
/// for another, though it is not silent.
const FAIR_KIB_PER_SEC: u64 = 16;
/// A rate is none before the server has waited for so long.
const PACE_AFTER: Duration = Duration::from_secs(1);
/// One that has just come has not had the time to ask, and is not closed for the next.
const FIRST_REQUEST_GRACE: Duration = Duration::from_millis(100);
/// One that was answered a moment ago may be about to ask again: the slow ones go before it.
const NEXT_REQUEST_GRACE: Duration = Duration::from_secs(1);
/// The first request of a connection that is one too many may take so long until its body is here,
/// or waits so long for room: by then, all that came at the same time have had the time to ask.
const ROOM_WAIT: Duration = Duration::from_millis(250);
/// How often room is looked for, besides whenever somebody leaves.
const ROOM_RETRY: Duration = Duration::from_millis(25);
/// There is no room once it was missing for so long.
const SATURATED_AFTER: Duration = Duration::from_secs(1);

/// How many connections there may be, and how long they may be silent.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionLimits {
    /// Of all peers.
    pub(crate) connections_max: usize,
    /// Of one peer that is no proxy.
    pub(crate) per_peer_max: usize,
    /// Who speaks for many.
    pub(crate) proxies: Vec<Network>,
    /// From the first byte of a request until its headers are complete, and from the beginning of a
    /// connection.
    pub(crate) headers: Duration,
    /// Between two requests.
    pub(crate) idle: Duration,
}

/// All connections.
#[derive(Debug)]
pub(crate) struct Connections {
    limits: ConnectionLimits,
    began: Instant,
    inner: Mutex<Inner>,
    left: Notify,
    /// Milliseconds after the beginning since which there is no room; 0: there is.
    full_since: AtomicU64,
}

#[derive(Debug, Default)]
struct Inner {
    next: u64,
    entries: HashMap<u64, Entry>,
    /// How many of these are one too many.
    over_limit_count: usize,
    /// How many of each peer, proxies left out.
    of_peer: HashMap<Peer, usize>,
}

#[derive(Debug)]
struct Entry {
    peer: Option<Peer>,
    activity: Arc<Activity>,
    is_over_limit: bool,
}

/// A connection's place. It leaves when this is dropped.
#[derive(Debug)]
pub(crate) struct ConnectionGuard {
    connections: Arc<Connections>,
    id: u64,
    pub(crate) activity: Arc<Activity>,
    /// Whether it came as one too many.
    pub(crate) is_over_limit: bool,
}

/// The place of a connection that came as one too many.
#[derive(Clone, Debug)]
pub(crate) struct OverLimit {
    connections: Arc<Connections>,
    id: u64,
    /// When its request is told that there is no room.
    until: Instant,
}

impl Connections {
    pub(crate) fn new(limits: ConnectionLimits) -> Self {
        let (inner, left) = (Mutex::default(), Notify::new());
        Self { limits, began: Instant::now(), inner, left, full_since: AtomicU64::new(0) }
    }

    /// Waits until one more can be accepted at all.
    pub(crate) async fn wait_for_room(&self) {
        loop {
            let left = self.left.notified();
            {
                let mut inner = self.inner();
                let most = self.limits.connections_max + OVER_LIMIT_MAX;
                if inner.entries.len() < most || inner.close_idlest(Duration::ZERO, |_| true) {
                    return;
                }
            }
            // Somebody may become silent without anybody leaving.
            let _ = tokio::time::timeout(ROOM_RETRY, left).await;
        }
    }

    /// Takes a connection in, and closes another for it if there is no room. `None`: its peer has
    /// as many as it may have, all at work.
    pub(crate) fn admit(self: &Arc<Self>, address: SocketAddr) -> Option<ConnectionGuard> {
        let is_proxy = self.limits.proxies.iter().any(|network| network.contains(address.ip()));
        let peer = (!is_proxy).then(|| Peer::of(address.ip()));
        let mut inner = self.inner();
        if let Some(peer) = peer
            && inner.of_peer.get(&peer).is_some_and(|count| *count >= self.limits.per_peer_max)
            && !inner.close_idlest(Duration::ZERO, |entry| entry.peer == Some(peer))
            && !inner.close_unseen(peer)
        {
            return None;
        }
        let has_room = inner.make_room(self.limits.connections_max);
        self.note_saturation(has_room);
        let id = inner.next;
        inner.next += 1;
        let activity = Arc::new(Activity::new());
        inner.entries.insert(id, Entry { peer, activity: Arc::clone(&activity), is_over_limit: !has_room });
        inner.over_limit_count += usize::from(!has_room);
        if let Some(peer) = peer {
            *inner.of_peer.entry(peer).or_default() += 1;
        }
        Some(ConnectionGuard { connections: Arc::clone(self), id, activity, is_over_limit: !has_room })
    }

    /// Finds room for a connection that came as one too many. False: there is none, or it has been
    /// closed itself.
    fn try_promote(&self, id: u64) -> bool {
        let mut inner = self.inner();
        match inner.entries.get(&id) {
            None => return false,
            Some(entry) if !entry.is_over_limit => return true,
            Some(_) => {}
        }
        let has_room = inner.make_room(self.limits.connections_max);
        self.note_saturation(has_room);
        if has_room && let Some(entry) = inner.entries.get_mut(&id) {
            entry.is_over_limit = false;
            inner.over_limit_count -= 1;
        }
        has_room
    }

    /// Closes the slowest connection of those from which bytes are kept.
    pub(crate) fn close_idlest_with_buffer(&self) -> bool {
        self.inner().close_idlest(FIRST_REQUEST_GRACE, |entry| entry.activity.has_buffered())
    }

    /// Closes the slowest connection of those for which a large answer is kept.
    pub(crate) fn close_idlest_with_answer(&self) -> bool {
        self.inner().close_idlest(FIRST_REQUEST_GRACE, |entry| entry.activity.holds_answer())
    }

    /// Closes connections whose time is over, for ever.
    pub(crate) async fn enforce_timeouts(&self) {
        let step = self.limits.headers.min(self.limits.idle) / 8;
        let mut tick = tokio::time::interval(step.clamp(Duration::from_millis(50), Duration::from_millis(500)));
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            let now = Instant::now();
            for entry in self.inner().entries.values() {
                let over = match entry.activity.inactivity(now) {
                    Inactivity::BeforeRequest { since, is_first } => {
                        since >= if is_first { self.limits.headers } else { self.limits.idle }
                    }
                    Inactivity::InHeaders(since) => since >= self.limits.headers,
                    Inactivity::InRequest { .. } | Inactivity::NotSeen(_) | Inactivity::None => false,
                };
                if over {
                    entry.activity.close();
                }
            }
        }
    }

    /// Whether there has been no room for a while.
    pub(crate) fn is_saturated(&self) -> bool {
        let since = self.full_since.load(Ordering::Relaxed);
        since != 0
            && self.inner().entries.len() >= self.limits.connections_max
            && self.millis().saturating_sub(since) >= SATURATED_AFTER.as_millis() as u64
    }

    /// Connections right now.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.inner().entries.len()
    }

    fn note_saturation(&self, has_room: bool) {
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
        self.entries.len() - self.over_limit_count < connections_max
            || self.close_idlest(FIRST_REQUEST_GRACE, |entry| !entry.is_over_limit)
    }

    /// Closes the slowest of these, and where several are silent the one that has been so longest.
    /// Whether there was one. Between requests it has to be silent for so long at least; those that
    /// have just come, or were just answered, are the last.
    fn close_idlest(&mut self, at_least: Duration, may_close: impl Fn(&Entry) -> bool) -> bool {
        let now = Instant::now();
        let candidates = self.entries.iter().filter(|(_, entry)| may_close(entry));
        let slow = candidates.filter_map(|(id, entry)| match entry.activity.inactivity(now) {
            Inactivity::BeforeRequest { since, is_first } => {
                let grace = if is_first { FIRST_REQUEST_GRACE } else { NEXT_REQUEST_GRACE };
                (since >= at_least).then_some((since >= grace, Reverse(0), since, *id))
            }
            Inactivity::InHeaders(since) => {
                (since >= at_least).then_some((since >= FIRST_REQUEST_GRACE, Reverse(0), since, *id))
            }
            Inactivity::InRequest { since, pace } => {
                let rate = pace.kib_per_sec();
                let is_slow = pace.waited >= PACE_AFTER && rate < FAIR_KIB_PER_SEC;
                // One too many is served as long as it does not keep others of these waiting.
                let is_in_the_way = entry.is_over_limit && pace.waited >= REQUEST_GAP_MIN;
                let may_go = is_slow || is_in_the_way || since >= REQUEST_GAP_MIN;
                may_go.then_some((true, Reverse(rate), since, *id))
            }
            Inactivity::NotSeen(_) | Inactivity::None => None,
        });
        let Some((.., id)) = slow.max() else { return false };
        if let Some(gone) = self.remove(id) {
            gone.activity.close();
        }
        true
    }

    /// Closes the connection of a peer that came first of those that the server has not come to
    /// yet: all of them are the same peer's. Whether there was one.
    fn close_unseen(&mut self, peer: Peer) -> bool {
        let now = Instant::now();
        let unseen = self.entries.iter().filter(|(_, entry)| entry.peer == Some(peer));
        let unseen = unseen.filter_map(|(id, entry)| match entry.activity.inactivity(now) {
            Inactivity::NotSeen(since) => Some((since, *id)),
            _ => None,
        });
        let Some((_, id)) = unseen.max() else { return false };
        self.remove(id).inspect(|gone| gone.activity.close()).is_some()
    }

    fn remove(&mut self, id: u64) -> Option<Entry> {
        let gone = self.entries.remove(&id)?;
        self.over_limit_count -= usize::from(gone.is_over_limit);
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

impl ConnectionGuard {
    /// Its place, if it came as one too many, for the request that begins now.
    pub(crate) fn over_limit(&self) -> Option<OverLimit> {
        let place =
            || OverLimit { connections: Arc::clone(&self.connections), id: self.id, until: Instant::now() + ROOM_WAIT };
        self.is_over_limit.then(place)
    }
}

impl OverLimit {
    /// Whether there is room for it by now.
    pub(crate) fn find_room(&self) -> bool {
        self.connections.try_promote(self.id)
    }

    /// Waits a moment for room. False: it is one too many still, and is to be told so.
    pub(crate) async fn wait_for_room(&self) -> bool {
        loop {
            let left = self.connections.left.notified();
            if self.find_room() {
                return true;
            }
            if Instant::now() >= self.until {
                return false;
            }
            let _ = tokio::time::timeout(ROOM_RETRY, left).await;
        }
    }

    /// Waits for the client for no longer than a moment, unless there is room. `None`: it is to be
    /// told that there is none.
    pub(crate) async fn wait_for<T>(&self, client: impl Future<Output = T>) -> Option<T> {
        let mut client = pin!(client);
        tokio::select! {
            biased;
            done = &mut client => return Some(done),
            has_room = self.wait_for_room() => has_room.then_some(())?,
        }
        Some(client.await)
    }
}

impl Drop for ConnectionGuard {
    fn drop(&mut self) {
        self.connections.inner().remove(self.id);
        self.connections.left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connections(connections_max: usize, per_peer_max: usize) -> Arc<Connections> {
        let (headers, idle) = (Duration::from_secs(10), Duration::from_secs(75));
        let proxies = vec!["10.0.0.1".parse().unwrap()];
        Arc::new(Connections::new(ConnectionLimits { connections_max, per_peer_max, proxies, headers, idle }))
    }

    fn from(address: &str) -> SocketAddr {
        SocketAddr::new(address.parse().unwrap(), 1)
    }

    /// Comes, and says nothing.
    fn silent(connections: &Arc<Connections>, address: &str) -> ConnectionGuard {
        let guard = connections.admit(from(address)).unwrap();
        guard.activity.await_bytes();
        guard
    }

    fn is_closed(guard: &ConnectionGuard) -> bool {
        futures_util::FutureExt::now_or_never(guard.activity.closed()).is_some()
    }

    #[tokio::test]
    async fn the_one_that_is_silent_longest_makes_room() {
        let connections = connections(3, 10);
        let mut guards = Vec::new();
        for _ in 0..3 {
            guards.push(silent(&connections, "192.0.2.1"));
            tokio::time::sleep(FIRST_REQUEST_GRACE).await;
        }
        // The oldest is being served.
        guards[0].activity.begin_request();
        let fourth = connections.admit(from("192.0.2.2")).unwrap();
        assert!(!fourth.is_over_limit);
        assert_eq!(guards.iter().map(is_closed).collect::<Vec<_>>(), [false, true, false]);
        // A request whose body does not come counts as silent.
        let (_body, activity) = (guards[0].activity.await_body(), &guards[0].activity);
        tokio::time::sleep(REQUEST_GAP_MIN).await;
        guards[2].activity.begin_request();
        fourth.activity.begin_request();
        assert!(!connections.admit(from("192.0.2.2")).unwrap().is_over_limit);
        assert!(futures_util::FutureExt::now_or_never(activity.closed()).is_some());
    }

    #[tokio::test]
    async fn the_slowest_makes_room_though_it_is_not_silent() {
        let connections = connections(3, 10);
        let guards = [1, 2, 3].map(|_| connections.admit(from("192.0.2.1")).unwrap());
        guards.iter().for_each(|guard| guard.activity.begin_request());
        let _bodies = [1, 2].map(|at| guards[at].activity.await_body());
        // What came with the headers says nothing.
        tokio::time::sleep(PACE_AFTER).await;
        for len in [1050, 1050] {
            assert!(!guards[1].activity.read(len) && !guards[2].activity.read(2 * len));
        }
        assert!(!connections.admit(from("192.0.2.2")).unwrap().is_over_limit);
        assert_eq!(guards.each_ref().map(is_closed), [false, true, false]);
        // One that is at least as fast as is fair stays.
        let fast = connections.admit(from("192.0.2.2")).unwrap();
        fast.activity.begin_request();
        assert!(!guards[2].activity.read(100 << 10));
        assert!(connections.admit(from("192.0.2.2")).unwrap().is_over_limit);
        assert!(!is_closed(&guards[2]));
    }

    #[tokio::test]
    async fn one_too_many_is_served_as_long_as_nobody_waits_for_it() {
        let connections = connections(1, 100);
        let first = connections.admit(from("192.0.2.1")).unwrap();
        first.activity.begin_request();
        let second = connections.admit(from("192.0.2.2")).unwrap();
        let place = second.over_limit().unwrap();
        assert_eq!(place.wait_for(std::future::ready(7)).await, Some(7));
        assert_eq!(place.wait_for(std::future::pending::<()>()).await, None);
        drop(first);
        let later = async {
            tokio::time::sleep(2 * ROOM_WAIT).await;
            7
        };
        assert_eq!(place.wait_for(later).await, Some(7), "there is room");
    }

    #[tokio::test]
    async fn when_all_are_at_work_the_next_are_told_and_then_none_is_accepted() {
        let connections = connections(2, 100);
        let mut guards: Vec<ConnectionGuard> = (0..2).map(|_| connections.admit(from("192.0.2.1")).unwrap()).collect();
        guards.iter().for_each(|guard| guard.activity.begin_request());
        for _ in 0..OVER_LIMIT_MAX {
            let over_limit = connections.admit(from("192.0.2.1")).unwrap();
            assert!(over_limit.is_over_limit);
            over_limit.activity.begin_request();
            guards.push(over_limit);
        }
        assert!(!connections.is_saturated());
        tokio::time::sleep(SATURATED_AFTER).await;
        assert!(connections.is_saturated());
        assert!(tokio::time::timeout(REQUEST_GAP_MIN, connections.wait_for_room()).await.is_err());
        guards.pop();
        tokio::time::timeout(Duration::from_secs(5), connections.wait_for_room()).await.unwrap();
        guards.clear();
        assert!(!connections.is_saturated());
        assert_eq!((connections.len(), connections.inner().of_peer.len()), (0, 0));
    }

    #[tokio::test]
    async fn one_that_the_server_has_not_come_to_yet_does_not_make_room() {
        let connections = connections(2, 2);
        let new = [1, 2].map(|_| connections.admit(from("192.0.2.1")).unwrap());
        tokio::time::sleep(FIRST_REQUEST_GRACE).await;
        assert!(connections.admit(from("192.0.2.2")).unwrap().is_over_limit);
        assert!(!new.iter().any(is_closed), "not for another peer");
        // Half a request came, and the server has not looked whether more of it did.
        new.iter().for_each(|guard| assert!(guard.activity.read(10)));
        assert!(connections.admit(from("192.0.2.2")).unwrap().is_over_limit);
        new[1].activity.await_bytes();
        tokio::time::sleep(FIRST_REQUEST_GRACE).await;
        assert!(!connections.admit(from("192.0.2.2")).unwrap().is_over_limit);
        assert_eq!(new.each_ref().map(is_closed), [false, true]);
    }

    #[tokio::test]
    async fn one_too_many_waits_for_those_who_came_with_it_and_say_nothing() {
        let connections = connections(2, 100);
        let silent = [1, 2].map(|_| silent(&connections, "192.0.2.1"));
        let third = connections.admit(from("192.0.2.2")).unwrap();
        let over_limit = third.over_limit().unwrap();
        third.activity.begin_request();
        assert!(!connections.try_promote(third.id), "both have just come");
        assert!(over_limit.wait_for_room().await && !connections.is_saturated());
        assert_eq!(silent.iter().filter(|guard| is_closed(guard)).count(), 1);
        // When all are at work, it is told.
        silent.iter().for_each(|guard| guard.activity.begin_request());
        let fourth = connections.admit(from("192.0.2.2")).unwrap();
        assert!(!fourth.over_limit().unwrap().wait_for_room().await);
        drop(third);
        assert!(fourth.over_limit().unwrap().wait_for_room().await, "somebody left");
        assert_eq!(connections.inner().over_limit_count, 0);
    }

    #[tokio::test]
    async fn a_peer_has_its_share_and_a_proxy_has_all() {
        let connections = connections(100, 2);
        // A network of 64 bits is one peer.
        let first = ["2001:db8::1", "2001:db8::2"].map(|address| silent(&connections, address));
        let third = connections.admit(from("2001:db8::3")).unwrap();
        assert!(first.iter().any(is_closed), "its own make room");
        first.iter().chain([&third]).for_each(|guard| guard.activity.begin_request());
        assert!(connections.admit(from("2001:db8::4")).is_none());
        assert!(connections.admit(from("2001:db8:0:1::4")).is_some());
        // An address of version 4 in one of version 6 is the same peer.
        let _mapped = ["192.0.2.1", "::ffff:192.0.2.1"].map(|address| {
            let guard = connections.admit(from(address)).unwrap();
            guard.activity.begin_request();
            guard
        });
        assert!(connections.admit(from("192.0.2.1")).is_none());
        let proxied: Vec<_> = (0..20).map(|_| connections.admit(from("10.0.0.1")).unwrap()).collect();
        assert!(!proxied.iter().any(is_closed));
    }
}
