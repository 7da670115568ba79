//! How many calls are worked on at the same time. Each kind of call has permits of its own
//! (bulkheads), so that a flood of one stops no other.
//!
//! A permit is taken when there is work, and not while anything is waited for: neither a body that
//! trickles nor a queue for a record takes one.

use std::future::Future;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Duration, Instant, timeout};

/// The longest wait for a permit.
const WAIT_MAX: Duration = Duration::from_secs(2);
/// How many calls may wait for each permit.
const WAITING_PER_PERMIT: usize = 8;
/// A pool is saturated when a call had to wait for so long.
const SATURATED_AFTER: Duration = Duration::from_secs(1);
/// So long after the last call that had to wait for so long, or was refused, a pool without a free
/// permit still counts as saturated.
const SATURATED_FOR: Duration = Duration::from_secs(5);

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
    /// Milliseconds after the beginning when a call was last refused or had to wait for long; 0:
    /// none was. That all permits are in use is no harm as long as they go round.
    harmed_at: AtomicU64,
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
                harmed_at: AtomicU64::new(0),
            }
        };
        Self { pools: CallKind::ALL.map(pool), began: Instant::now() }
    }

    /// Waits for a permit, if need be. `None`: there is none, and too many wait or it took too
    /// long.
    pub(crate) async fn acquire(&self, kind: CallKind) -> Option<Permit> {
        let pool = &self.pools[kind as usize];
        if let Ok(permit) = Arc::clone(&pool.free).try_acquire_owned() {
            return Some(Permit { _permit: permit });
        }
        let began = Instant::now();
        let permit = match Waiting::begin(pool) {
            Some(_waiting) => timeout(WAIT_MAX, Arc::clone(&pool.free).acquire_owned()).await.ok().and_then(Result::ok),
            None => None,
        };
        if permit.is_none() || began.elapsed() >= SATURATED_AFTER {
            pool.harmed_at.store(self.millis(), Ordering::Relaxed);
        }
        permit.map(|permit| Permit { _permit: permit })
    }

    /// Whether calls of that kind were refused or had to wait for long, a moment ago, and there is
    /// still no permit free.
    pub(crate) fn is_saturated(&self, kind: CallKind) -> bool {
        let pool = &self.pools[kind as usize];
        let harmed_at = pool.harmed_at.load(Ordering::Relaxed);
        harmed_at != 0
            && pool.free.available_permits() == 0
            && self.millis().saturating_sub(harmed_at) < SATURATED_FOR.as_millis() as u64
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
    }
}

tokio::task_local! {
    /// The permit of the call that runs.
    static CURRENT: CallPermit;
}

/// The permit of one call, which it holds only while there is work.
#[derive(Clone, Debug)]
pub(crate) struct CallPermit {
    limits: Arc<ConcurrencyLimits>,
    kind: CallKind,
    held: Arc<Mutex<Option<Permit>>>,
}

impl CallPermit {
    /// Of a call of that kind, which does not hold it yet.
    pub(crate) fn new(limits: &Arc<ConcurrencyLimits>, kind: CallKind) -> Self {
        Self { limits: Arc::clone(limits), kind, held: Arc::default() }
    }

    /// What kind of call it is for.
    pub(crate) fn kind(&self) -> CallKind {
        self.kind
    }

    /// Acquires it, unless it is held already. `None`: too many calls work or wait.
    pub(crate) async fn acquire(&self) -> Option<()> {
        if self.held().is_none() {
            let permit = self.limits.acquire(self.kind).await?;
            *self.held() = Some(permit);
        }
        Some(())
    }

    /// Releases it. Whether it was held.
    pub(crate) fn release(&self) -> bool {
        self.held().take().is_some()
    }

    /// Runs a call whose [`without_permit`] gives this permit back.
    pub(crate) async fn scope<T>(&self, call: impl Future<Output = T>) -> T {
        CURRENT.scope(self.clone(), call).await
    }

    fn held(&self) -> MutexGuard<'_, Option<Permit>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for what is not work, and lets others have the permit of the running call meanwhile.
/// `None`: afterwards there was none for it any more.
pub(crate) async fn without_permit<T>(wait: impl Future<Output = T>) -> Option<T> {
    let current = CURRENT.try_with(Clone::clone).ok().filter(CallPermit::release);
    let waited = wait.await;
    if let Some(current) = current {
        current.acquire().await?;
    }
    Some(waited)
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

    /// Where all permits are in use all the time, but every call gets one soon, nobody is harmed.
    #[tokio::test]
    async fn a_pool_that_goes_round_is_not_saturated() {
        let concurrency = ConcurrencyLimits::new(1);
        let held = concurrency.acquire(CallKind::Owner).await.unwrap();
        let next = concurrency.acquire(CallKind::Owner);
        let (next, ()) = tokio::join!(next, async { drop(held) });
        let _held = next.unwrap();
        assert!(!concurrency.is_saturated(CallKind::Owner));
    }

    #[tokio::test]
    async fn a_call_that_waits_holds_no_permit() {
        let limits = Arc::new(ConcurrencyLimits::new(1));
        let call = CallPermit::new(&limits, CallKind::Holder);
        call.acquire().await.unwrap();
        let other = || async { limits.acquire(CallKind::Holder).await.is_some() };
        let waited = call.scope(without_permit(other())).await;
        assert_eq!(waited, Some(true), "another call has it meanwhile");
        assert!(!other().await, "it is held again afterwards");
        assert!(call.release() && other().await);
        // Outside of a call there is nothing to give back.
        assert_eq!(without_permit(async { 7 }).await, Some(7));
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
