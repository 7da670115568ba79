//! What is known to be durable: versions that as many replicas as it takes have acknowledged once.
//! They stay so, whatever becomes of the machines: where one is read again, it need not be asked
//! for again.

use std::sync::{Mutex, PoisonError};

use subrosa_lifecycle::RecordKey;

use crate::ledger::WriteId;

/// How many are remembered. One that is forgotten costs a question.
const PLACES: usize = 4_096;

/// Versions of records that are confirmed, the latest of each.
pub(super) struct ConfirmedCache {
    places: Vec<Mutex<Option<(RecordKey, WriteId)>>>,
}

impl ConfirmedCache {
    pub(super) fn new() -> Self {
        Self { places: (0..PLACES).map(|_| Mutex::new(None)).collect() }
    }

    pub(super) fn remember(&self, key: RecordKey, write_id: WriteId) {
        *self.place(&key).lock().unwrap_or_else(PoisonError::into_inner) = Some((key, write_id));
    }

    pub(super) fn knows(&self, key: &RecordKey, write_id: WriteId) -> bool {
        *self.place(key).lock().unwrap_or_else(PoisonError::into_inner) == Some((*key, write_id))
    }

    fn place(&self, key: &RecordKey) -> &Mutex<Option<(RecordKey, WriteId)>> {
        // Ids are digests: any bytes of them are as good as a hash.
        let bytes = key.to_bytes();
        let [.., high, low] = bytes;
        &self.places[usize::from(u16::from_be_bytes([high, low])) % PLACES]
    }
}

#[cfg(test)]
mod tests {
    use subrosa_shared::id::{LinkId, ShareId};

    use super::*;

    #[test]
    fn a_version_is_known_until_another_takes_its_place() {
        let confirmed = ConfirmedCache::new();
        let keys = [RecordKey::Share(ShareId::from_bytes([1; 16])), RecordKey::Push(LinkId::from_bytes([1; 16]))];
        let (first, second) = (WriteId([1; 16]), WriteId([2; 16]));
        assert!(!confirmed.knows(&keys[0], first));
        confirmed.remember(keys[0], first);
        assert!(confirmed.knows(&keys[0], first));
        assert!(!confirmed.knows(&keys[0], second) && !confirmed.knows(&keys[1], first));
        confirmed.remember(keys[1], first);
        assert!(confirmed.knows(&keys[1], first) && !confirmed.knows(&keys[0], first), "they share a place");
    }
}
