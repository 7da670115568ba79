//! Short names for what rules are about.

use subrosa_lifecycle::{RecordKey, StoredRecord};
use subrosa_server::ledger::{Change, CommitOutcome, Ledger, ManualClock, NewRow, ObjectRow, Slot, WriteId};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, KeyringId, LinkId, ShareId};
use subrosa_shared::time::Timestamp;

/// Where every rule begins.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// Names records of one kind.
pub(crate) type Key = fn(u8) -> RecordKey;

pub(crate) fn clock() -> ManualClock {
    ManualClock::new(START)
}

pub(crate) fn share(seed: u8) -> ShareId {
    ShareId::from_bytes([seed; 16])
}

pub(crate) fn share_key(seed: u8) -> RecordKey {
    share(seed).into()
}

pub(crate) fn push_key(seed: u8) -> RecordKey {
    RecordKey::Push(link(seed))
}

pub(crate) fn keyring_key(seed: u8) -> RecordKey {
    RecordKey::Keyring(KeyringId::from_bytes([seed; 16]))
}

pub(crate) fn link(seed: u8) -> LinkId {
    LinkId::from_bytes([seed; 16])
}

/// A record without links.
pub(crate) fn head(bytes: &[u8]) -> StoredRecord {
    StoredRecord { head: bytes.to_vec(), cells: Vec::new() }
}

pub(crate) fn new_row(record: &[u8]) -> NewRow {
    NewRow {
        record: head(record),
        write_id: WriteId::generate(),
        due: START,
        accepts_parts: Some(ContentNumber::FIRST),
        stands_alone: false,
    }
}

pub(crate) fn put(key: impl Into<RecordKey>, expect: Option<WriteId>, row: NewRow) -> Change {
    let key = key.into();
    Change {
        key,
        expect,
        not_after: Timestamp::from_millis(u64::MAX),
        expect_objects: None,
        drop_content: None,
        record: Some(row),
        new_links: Vec::new(),
        log: Vec::new(),
        needs_space: false,
    }
}

pub(crate) fn part(index: u32, seed: u8) -> ObjectRow {
    let digest = Digest::from_bytes([seed; 32]);
    ObjectRow {
        content: ContentNumber::FIRST,
        slot: Slot::Part(index),
        sealed_len: 81 + u64::from(seed),
        digest,
        blob: format!("{index}-{seed}"),
    }
}

pub(crate) async fn create(ledger: &dyn Ledger, key: impl Into<RecordKey>) -> WriteId {
    let row = new_row(b"first");
    let write_id = row.write_id;
    assert_eq!(ledger.commit(put(key, None, row)).await.unwrap(), CommitOutcome::Committed);
    write_id
}
