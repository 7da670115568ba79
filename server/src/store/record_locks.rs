//! Locks of records: commands that change a record wait for each other here, instead of racing in
//! the ledger.
//!
//! Whoever wants a record first waits in a lane: its owner's and the server's own, or that of a
//! link. Of each lane, only the first waits for the record. So the holders of one link, however
//! many calls they make, stand before its owner, and before the holders of another link, once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use subrosa_lifecycle::{RecordKey, Shown};
use subrosa_shared::id::LinkId;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Duration, timeout};

use crate::concurrency::without_permit;

/// How long a command waits for those before it. A ledger that does not answer must not make a
/// queue.
const LOCK_WAIT: Duration = Duration::from_secs(5);
/// Commands in one lane of a record, the one that has the lock included. Others are told at once
/// that the server is busy: they would hold what everybody shares.
pub const QUEUE_LEN_MAX: usize = 128;

/// Whose turn it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Lane {
    /// The owner, and the server itself.
    Owner,
    /// The holders of a link.
    Link(LinkId),
}

impl Lane {
    /// The lane of whoever shows that proof.
    pub(crate) fn of(shown: Shown) -> Self {
        match shown {
            Shown::Nothing | Shown::Owner(_) => Self::Owner,
            Shown::Holder(link, _) => Self::Link(link),
        }
    }
}

/// The queues of all records that have one.
#[derive(Debug, Default)]
pub(crate) struct RecordLocks {
    queues: Mutex<HashMap<RecordKey, Queue>>,
}

/// Those who want one record.
#[derive(Debug, Default)]
struct Queue {
    lock: Arc<tokio::sync::Mutex<()>>,
    lanes: HashMap<Lane, Waiting>,
}

/// Those who wait in one lane. Whoever has the turn waits for the record.
#[derive(Debug, Default)]
struct Waiting {
    turn: Arc<tokio::sync::Mutex<()>>,
    len: usize,
}

/// The lock on a record. Dropping it lets the next one have it.
#[derive(Debug)]
pub(crate) struct RecordLock<'a> {
    _guard: OwnedMutexGuard<()>,
    _entry: QueueEntry<'a>,
}

/// An entry in the queue.
#[derive(Debug)]
struct QueueEntry<'a> {
    locks: &'a RecordLocks,
    key: RecordKey,
    lane: Lane,
    turn: Arc<tokio::sync::Mutex<()>>,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl RecordLocks {
    /// Waits for the lock on a record, without the permit of the call that waits. `None`: the queue
    /// is too long, or too slow.
    pub(crate) async fn acquire(&self, key: RecordKey, lane: Lane) -> Option<RecordLock<'_>> {
        let entry = self.queue_up(key, lane)?;
        let (turn, lock) = (Arc::clone(&entry.turn), Arc::clone(&entry.lock));
        let at_once = Arc::clone(&turn).try_lock_owned().and_then(|_turn| Arc::clone(&lock).try_lock_owned());
        let guard = match at_once {
            Ok(guard) => guard,
            Err(_) => {
                let wait = timeout(LOCK_WAIT, async {
                    let _turn = turn.lock_owned().await;
                    lock.lock_owned().await
                });
                without_permit(wait).await?.ok()?
            }
        };
        Some(RecordLock { _guard: guard, _entry: entry })
    }

    /// Takes the lock on a record if nobody else wants it.
    pub(crate) fn try_acquire(&self, key: RecordKey) -> Option<RecordLock<'_>> {
        if self.is_locked_or_awaited(&key) {
            return None;
        }
        let entry = self.queue_up(key, Lane::Owner)?;
        let guard = Arc::clone(&entry.lock).try_lock_owned().ok()?;
        Some(RecordLock { _guard: guard, _entry: entry })
    }

    /// Whether somebody has the lock on a record, or waits for it.
    pub(crate) fn is_locked_or_awaited(&self, key: &RecordKey) -> bool {
        self.lock().contains_key(key)
    }

    fn queue_up(&self, key: RecordKey, lane: Lane) -> Option<QueueEntry<'_>> {
        let mut queues = self.lock();
        let queue = queues.entry(key).or_default();
        let lock = Arc::clone(&queue.lock);
        let waiting = queue.lanes.entry(lane).or_default();
        if waiting.len >= QUEUE_LEN_MAX {
            return None;
        }
        waiting.len += 1;
        Some(QueueEntry { locks: self, key, lane, turn: Arc::clone(&waiting.turn), lock })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RecordKey, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for QueueEntry<'_> {
    fn drop(&mut self) {
        let mut queues = self.locks.lock();
        let Some(queue) = queues.get_mut(&self.key) else { return };
        let Some(waiting) = queue.lanes.get_mut(&self.lane) else { return };
        waiting.len -= 1;
        if waiting.len == 0 {
            queue.lanes.remove(&self.lane);
        }
        if queue.lanes.is_empty() {
            queues.remove(&self.key);
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

    const OWNER: Lane = Lane::Owner;

    fn link(seed: u8) -> Lane {
        Lane::Link(LinkId::from_bytes([seed; 16]))
    }

    #[tokio::test]
    async fn queues_are_per_record_bounded_and_gone_when_nobody_is_in_them() {
        let locks = RecordLocks::default();
        let first = locks.acquire(key(1), OWNER).await.unwrap();
        assert!(locks.is_locked_or_awaited(&key(1)) && locks.try_acquire(key(1)).is_none());
        for other in [0, 2, 8, 99, 255] {
            assert!(
                locks.acquire(key(other), OWNER).now_or_never().flatten().is_some(),
                "another record waits for nobody"
            );
        }
        let mut waiting: Vec<_> = (1..QUEUE_LEN_MAX).map(|_| Box::pin(locks.acquire(key(1), OWNER))).collect();
        assert!(waiting.iter_mut().all(|lock| lock.now_or_never().is_none()));
        assert!(locks.acquire(key(1), OWNER).now_or_never().unwrap().is_none(), "one too many is told at once");
        // Who leaves the queue makes room.
        waiting.pop();
        let mut late = Box::pin(locks.acquire(key(1), OWNER));
        assert!((&mut late).now_or_never().is_none());

        drop(first);
        let second = waiting.remove(0).await.unwrap();
        drop((waiting, late, second));
        assert!(locks.lock().is_empty());
        assert!(locks.try_acquire(key(1)).is_some());
        assert!(locks.lock().is_empty());
    }

    /// However many holders of a link want a record, its owner and the holders of another link get
    /// their turn after at most one of them.
    #[tokio::test]
    async fn the_holders_of_one_link_stand_before_everybody_else_once() {
        let locks = RecordLocks::default();
        let first = locks.acquire(key(1), link(1)).await.unwrap();
        let mut crowd: Vec<_> = (1..QUEUE_LEN_MAX).map(|_| Box::pin(locks.acquire(key(1), link(1)))).collect();
        assert!(crowd.iter_mut().all(|lock| lock.now_or_never().is_none()));
        assert!(locks.acquire(key(1), link(1)).now_or_never().unwrap().is_none(), "their lane is full");
        let mut owner = Box::pin(locks.acquire(key(1), OWNER));
        let mut other = Box::pin(locks.acquire(key(1), link(2)));
        assert!((&mut owner).now_or_never().is_none() && (&mut other).now_or_never().is_none());

        drop(first);
        let one_of_the_crowd = crowd.remove(0).await.unwrap();
        assert!(crowd.iter_mut().all(|lock| lock.now_or_never().is_none()));
        assert!((&mut owner).now_or_never().is_none());
        drop(one_of_the_crowd);
        drop((&mut owner).now_or_never().flatten().expect("the owner is next"));
        drop((&mut other).now_or_never().flatten().expect("then the holder of another link"));
        drop(crowd);
        drop((owner, other));
        assert!(locks.lock().is_empty());
    }
}
