//! Memory for blobs that have to be whole before they can be stored: bounded over all of them, and
//! taken as their bytes come. Who finds it full waits; nobody fails, and nobody waits for ever.
//!
//! Uploads that each hold a half and wait for the other half of it would wait for each other. So
//! there is a reserve, as large as the largest blob: one of those who wait at a time may use it. It
//! needs nobody else to come to its end.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that are counted as one. Memory is taken in pieces of this size.
pub(super) const UNIT_LEN: usize = 64 * 1024;

/// The memory of all blobs on their way to a store.
pub(super) struct Budget {
    /// Units that anybody may take.
    shared: Arc<Semaphore>,
    /// The right to use the reserve.
    reserve: Arc<Semaphore>,
    /// How many wait.
    waiting: AtomicUsize,
}

/// What one blob holds of it. Given back when dropped.
#[derive(Default)]
pub(super) struct Held {
    shared: Option<OwnedSemaphorePermit>,
    reserve: Option<OwnedSemaphorePermit>,
}

impl Budget {
    /// So many bytes for all, of which the largest blob must be at most half.
    pub(super) fn new(bytes: u64, largest: u64) -> Self {
        let units = usize::try_from(bytes.saturating_sub(largest) / UNIT_LEN as u64).unwrap_or(usize::MAX);
        Self {
            shared: Arc::new(Semaphore::new(units.clamp(1, Semaphore::MAX_PERMITS))),
            reserve: Arc::new(Semaphore::new(1)),
            waiting: AtomicUsize::new(0),
        }
    }

    /// Takes one unit more, once there is one.
    pub(super) async fn take(&self, held: &mut Held) {
        if held.reserve.is_some() {
            return;
        }
        let unit = match Arc::clone(&self.shared).try_acquire_owned() {
            Ok(unit) => unit,
            Err(_) => {
                let _waiting = Waiting::new(&self.waiting);
                tokio::select! {
                    biased;
                    Ok(unit) = Arc::clone(&self.shared).acquire_owned() => unit,
                    reserve = Arc::clone(&self.reserve).acquire_owned() => {
                        held.reserve = reserve.ok();
                        return;
                    }
                }
            }
        };
        match &mut held.shared {
            Some(units) => units.merge(unit),
            none => *none = Some(unit),
        }
    }

    /// Whether somebody waits for memory.
    pub(super) fn is_waited_for(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

/// Counted as long as it lives: a client may leave while it waits.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use futures_util::future::join_all;
    use tokio::task::yield_now;

    use super::*;

    const UNIT: u64 = UNIT_LEN as u64;

    /// Thirty blobs of ten units, in turns, with memory for twenty and a reserve for ten.
    #[tokio::test]
    async fn those_who_wait_for_each_other_all_come_through_and_the_bound_holds() {
        let budget = Budget::new(30 * UNIT, 10 * UNIT);
        let (used, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let blobs = (0..30).map(|_| async {
            let mut held = Held::default();
            for _ in 0..10 {
                budget.take(&mut held).await;
                most.fetch_max(used.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
                yield_now().await;
            }
            used.fetch_sub(10, Ordering::Relaxed);
        });
        join_all(blobs).await;
        let most = most.into_inner();
        assert!((20..=30).contains(&most), "{most}");
        assert!(!budget.is_waited_for());
    }

    #[tokio::test]
    async fn who_leaves_while_waiting_gives_everything_back() {
        let budget = Budget::new(3 * UNIT, UNIT);
        let (mut first, mut second, mut third) = (Held::default(), Held::default(), Held::default());
        budget.take(&mut first).await;
        budget.take(&mut second).await;
        budget.take(&mut third).await;
        assert!(third.reserve.is_some() && !budget.is_waited_for());
        {
            let mut fourth = Held::default();
            let waits = std::pin::pin!(budget.take(&mut fourth));
            assert!(futures_util::poll!(waits).is_pending());
            assert!(budget.is_waited_for());
        }
        assert!(!budget.is_waited_for());
        drop(first);
        budget.take(&mut Held::default()).await;
    }
}
