//! Locks of records: commands that change a record wait for each other here, instead of racing in
//! the ledger. Each record has a queue of its own, of bounded length, for as long as somebody is in
//! it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;
use tokio::time::{Duration, timeout};

use subrosa_lifecycle::RecordKey;

/// How long a command waits for those before it. A ledger that does not answer must not make a
/// queue.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// Commands on one record, the one that has the lock included. Others are told at once that the
/// server is busy: they would hold what everybody shares.
pub const QUEUE_LEN_MAX: usize = 128;

/// The queues of all records that have one.
#[derive(Debug, Default)]
pub(crate) struct RecordLocks {
    queues: Mutex<HashMap<RecordKey, Queue>>,
}

#[derive(Debug, Default)]
struct Queue {
    lock: Arc<tokio::sync::Mutex<()>>,
    len: usize,
}

/// The lock on a record. Dropping it lets the next one have it.
#[derive(Debug)]
pub(crate) struct RecordLock<'a> {
    _guard: OwnedMutexGuard<()>,
    _entry: QueueEntry<'a>,
}

/// A entry in the queue.
#[derive(Debug)]
struct QueueEntry<'a> {
    locks: &'a RecordLocks,
    key: RecordKey,
}

impl RecordLocks {
    /// Waits for the lock on a record. `None`: the queue is too long, or too slow.
    pub(crate) async fn acquire(&self, key: RecordKey) -> Option<RecordLock<'_>> {
        let (lock, entry) = self.queue_up(key, QUEUE_LEN_MAX)?;
        let lock = timeout(LOCK_WAIT, lock.lock_owned()).await.ok()?;
        Some(RecordLock { _guard: lock, _entry: entry })
    }

    /// Takes the lock on a record if nobody else wants it.
    pub(crate) fn try_acquire(&self, key: RecordKey) -> Option<RecordLock<'_>> {
        let (lock, entry) = self.queue_up(key, 1)?;
        let lock = lock.try_lock_owned().ok()?;
        Some(RecordLock { _guard: lock, _entry: entry })
    }

    /// Whether somebody has the lock on a record, or waits for it.
    pub(crate) fn is_locked_or_awaited(&self, key: &RecordKey) -> bool {
        self.lock().contains_key(key)
    }

    fn queue_up(&self, key: RecordKey, len_max: usize) -> Option<(Arc<tokio::sync::Mutex<()>>, QueueEntry<'_>)> {
        let mut queues = self.lock();
        if queues.get(&key).is_some_and(|queue| queue.len >= len_max) {
            return None;
        }
        let queue = queues.entry(key).or_default();
        queue.len += 1;
        Some((Arc::clone(&queue.lock), QueueEntry { locks: self, key }))
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RecordKey, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for QueueEntry<'_> {
    fn drop(&mut self) {
        let mut queues = self.locks.lock();
        if let Some(queue) = queues.get_mut(&self.key) {
            queue.len -= 1;
            if queue.len == 0 {
                queues.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use subrosa_shared::id::ShareId;

    use super::*;

    fn key(seed: u8) -> RecordKey {
        // All but the first byte of the id are equal.
        let mut id = [7; 16];
        id[0] = seed;
        ShareId::from_bytes(id).into()
    }

    #[tokio::test]
    async fn queues_are_per_record_bounded_and_gone_when_nobody_is_in_them() {
        let locks = RecordLocks::default();
        let first = locks.acquire(key(1)).await.unwrap();
        assert!(locks.is_locked_or_awaited(&key(1)) && locks.try_acquire(key(1)).is_none());
        for other in [0, 2, 8, 99, 255] {
            assert!(locks.acquire(key(other)).now_or_never().flatten().is_some(), "another record waits for nobody");
        }
        let mut waiting: Vec<_> = (1..QUEUE_LEN_MAX).map(|_| Box::pin(locks.acquire(key(1)))).collect();
        assert!(waiting.iter_mut().all(|lock| lock.now_or_never().is_none()));
        assert!(locks.acquire(key(1)).now_or_never().unwrap().is_none(), "one too many is told at once");
        // Who leaves the queue makes room.
        waiting.pop();
        let mut late = Box::pin(locks.acquire(key(1)));
        assert!((&mut late).now_or_never().is_none());

        drop(first);
        let second = waiting.remove(0).await.unwrap();
        drop((waiting, late, second));
        assert!(locks.lock().is_empty());
        assert!(locks.try_acquire(key(1)).is_some());
        assert!(locks.lock().is_empty());
    }
}
