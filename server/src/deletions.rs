//! Records whose ciphertext is to be deleted because of what somebody just asked for. They do not
//! wait behind records for which only time went by: however many expire in the same second, what is
//! revoked is deleted at once.

use std::collections::{HashSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use subrosa_lifecycle::RecordKey;

/// Records that may wait here. Others are found by the ledger's list of what is due.
const WAITING_MAX: usize = 65_536;

/// A queue in which each record stands once, from when it is asked for until it is done.
#[derive(Default)]
pub(crate) struct Deletions {
    waiting: Mutex<Waiting>,
    called: Notify,
}

#[derive(Default)]
struct Waiting {
    queue: VecDeque<RecordKey>,
    /// Those in the queue, and those that are worked on.
    known: HashSet<RecordKey>,
}

impl Deletions {
    /// Adds a record. `false`: there is no place for it.
    pub(crate) fn add(&self, key: RecordKey) -> bool {
        let mut waiting = self.lock();
        if waiting.known.contains(&key) {
            return true;
        }
        if waiting.known.len() >= WAITING_MAX {
            return false;
        }
        waiting.known.insert(key);
        waiting.queue.push_back(key);
        drop(waiting);
        self.called.notify_one();
        true
    }

    /// The next record, once there is one.
    pub(crate) async fn next(&self) -> RecordKey {
        loop {
            let called = self.called.notified();
            if let Some(key) = self.lock().queue.pop_front() {
                // Somebody else may wait for what comes after it.
                self.called.notify_one();
                return key;
            }
            called.await;
        }
    }

    /// Nobody works on it any more.
    pub(crate) fn done(&self, key: &RecordKey) {
        self.lock().known.remove(key);
    }

    /// Whether somebody will, or does, work on it.
    pub(crate) fn has(&self, key: &RecordKey) -> bool {
        self.lock().known.contains(key)
    }

    /// A panic elsewhere leaves it whole.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use subrosa_shared::id::ShareId;

    use super::*;

    #[tokio::test]
    async fn each_stands_once_in_order_and_their_number_is_bounded() {
        let deletions = Deletions::default();
        let key = |number: u32| {
            let mut bytes = [0; 16];
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            RecordKey::Share(ShareId::from_bytes(bytes))
        };
        for number in [1, 2, 1] {
            assert!(deletions.add(key(number)));
        }
        assert_eq!(deletions.next().await, key(1));
        assert!(deletions.has(&key(1)) && deletions.add(key(1)), "it is worked on: it does not stand there again");
        assert_eq!(deletions.next().await, key(2));
        deletions.done(&key(1));
        assert!(!deletions.has(&key(1)));
        let added = (10..).take(WAITING_MAX).filter(|number| deletions.add(key(*number))).count();
        assert_eq!(added, WAITING_MAX - 1, "one is still worked on");
    }
}
