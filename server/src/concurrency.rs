//! How many calls are worked on at the same time. Each kind of call has permits of its own
//! (bulkheads), so that a flood of one stops no other.
//!
//! A permit is taken when there is work, and not while a client is waited for: a body that trickles
//! takes none.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Duration, Instant, timeout};

/// The longest wait for a permit.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// How many calls may wait for each permit.
const WAITING_PER_PERMIT: usize = 8;
/// A pool is saturated once it had no free permit for so long.
const SATURATED_AFTER: Duration = Duration::from_secs(1);

/// The kinds of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CallKind {
    /// Pages, and what anybody may ask for.
    Page,
    /// What holders of links ask for.
    Holder,
    /// What owners ask for, but for uploads.
    Owner,
    /// New shares and pushes.
    Creation,
    /// Parts, manifests, notes.
    Upload,
}

impl CallKind {
    const ALL: [Self; 5] = [Self::Page, Self::Holder, Self::Owner, Self::Creation, Self::Upload];

    /// Sixteenths of all permits.
    const fn share(self) -> usize {
        match self {
            Self::Page | Self::Creation | Self::Upload => 2,
            Self::Owner => 4,
            Self::Holder => 6,
        }
    }
}

/// The permits of all kinds.
#[derive(Debug)]
pub(crate) struct ConcurrencyLimits {
    pools: [Pool; CallKind::ALL.len()],
    began: Instant,
}

#[derive(Debug)]
struct Pool {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
    waiting_max: usize,
    /// Milliseconds after the beginning since which there is no free permit; 0: there was one.
    full_since: AtomicU64,
}

/// May work until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    _permit: OwnedSemaphorePermit,
}

impl ConcurrencyLimits {
    /// Divides so many permits among the kinds, of which each gets at least one.
    pub(crate) fn new(all: usize) -> Self {
        let pool = |kind: CallKind| {
            let count = (all.saturating_mul(kind.share()) / 16).clamp(1, Semaphore::MAX_PERMITS);
            Pool {
                free: Arc::new(Semaphore::new(count)),
                waiting: AtomicUsize::new(0),
                waiting_max: count.saturating_mul(WAITING_PER_PERMIT),
                full_since: AtomicU64::new(0),
            }
        };
        Self { pools: CallKind::ALL.map(pool), began: Instant::now() }
    }

    /// Waits for a permit, if need be. `None`: there is none, and too many wait or it took too
    /// long.
    pub(crate) async fn acquire(&self, kind: CallKind) -> Option<Permit> {
        let pool = &self.pools[kind as usize];
        if let Ok(permit) = Arc::clone(&pool.free).try_acquire_owned() {
            pool.full_since.store(0, Ordering::Relaxed);
            return Some(Permit { _permit: permit });
        }
        let _ = pool.full_since.compare_exchange(0, self.millis(), Ordering::Relaxed, Ordering::Relaxed);
        let _waiting = Waiting::begin(pool)?;
        let permit = timeout(WAIT_MAX, Arc::clone(&pool.free).acquire_owned()).await.ok()?.ok()?;
        Some(Permit { _permit: permit })
    }

    /// Whether calls of that kind have found no free permit for a while.
    pub(crate) fn is_saturated(&self, kind: CallKind) -> bool {
        let pool = &self.pools[kind as usize];
        let since = pool.full_since.load(Ordering::Relaxed);
        since != 0
            && pool.free.available_permits() == 0
            && self.millis().saturating_sub(since) >= SATURATED_AFTER.as_millis() as u64
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }
}

/// One who waits.
struct Waiting<'a>(&'a Pool);

impl<'a> Waiting<'a> {
    fn begin(pool: &'a Pool) -> Option<Self> {
        let before = pool.waiting.fetch_add(1, Ordering::Relaxed);
        let waiting = Self(pool);
        (before < pool.waiting_max).then_some(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_flood_of_one_kind_stops_no_other() {
        let concurrency = ConcurrencyLimits::new(16);
        let mut held = Vec::new();
        for _ in 0..2 {
            held.push(concurrency.acquire(CallKind::Creation).await.unwrap());
        }
        assert!(concurrency.acquire(CallKind::Creation).await.is_none());
        assert!(concurrency.is_saturated(CallKind::Creation), "it waited longer than that");
        for kind in CallKind::ALL.into_iter().filter(|kind| *kind != CallKind::Creation) {
            assert!(concurrency.acquire(kind).await.is_some() && !concurrency.is_saturated(kind), "{kind:?}");
        }
        held.pop();
        assert!(!concurrency.is_saturated(CallKind::Creation));
        assert!(concurrency.acquire(CallKind::Creation).await.is_some());
    }

    #[tokio::test]
    async fn few_wait_and_the_rest_is_told_at_once() {
        let concurrency = ConcurrencyLimits::new(1);
        let _held = concurrency.acquire(CallKind::Page).await.unwrap();
        let begun = Instant::now();
        let all = futures_util::future::join_all((0..100).map(|_| async {
            let taken = concurrency.acquire(CallKind::Page).await;
            (taken.is_some(), begun.elapsed())
        }));
        let all = all.await;
        assert!(all.iter().all(|(taken, _)| !taken));
        assert_eq!(all.iter().filter(|(_, after)| *after < SATURATED_AFTER).count(), 100 - WAITING_PER_PERMIT);
    }
}
