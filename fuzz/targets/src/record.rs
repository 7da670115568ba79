//! Stored records: whatever a disk gives back is read or refused, and one changed byte is noticed.
//! What is read is written as it was, and time does to it what it does to any record, without a
//! panic.

use subrosa_lifecycle::{
    Cell, Change, LoadedLinks, Owner, Policy, Record, RecordError, Shown, StoredRecord, Tick, share_owner, step,
};
use subrosa_shared::id::{LinkId, Verifier};
use subrosa_shared::time::Timestamp;

pub(crate) fn check(input: &[u8]) {
    for shown in [[0; 32], [1; 32]] {
        // Cheap, so it is asked before anything is known to be whole.
        let shown = Verifier::from_bytes(shown);
        let link = LinkId::from_bytes([1; 16]);
        let (head, cells) = (input.to_vec(), vec![Cell { link, bytes: input.to_vec() }]);
        let stored = StoredRecord { head, cells };
        let _ = Record::admits(&stored, Shown::Owner(shown));
        let _ = Record::admits(&stored, Shown::Holder(link, shown));
        let _ = Record::from_stored(&stored, LoadedLinks::One(link));
    }
    if let Ok(record) = read(input) {
        whole(&record, input);
    }
    // Behind the checksums: nobody would guess them.
    if input.starts_with(b"{")
        && let Ok(record) = read(&with_head(input))
    {
        whole(&record, input);
    }
}

/// Reads a head that has all links in it.
fn read(head: &[u8]) -> Result<Record, RecordError> {
    Record::from_stored(&StoredRecord { head: head.to_vec(), cells: Vec::new() }, LoadedLinks::All)
}

/// A body under a head of version 3 that fits it.
fn with_head(body: &[u8]) -> Vec<u8> {
    let head = format!("{:08x} -", crc32fast::hash(body));
    let line = format!("subrosa-record 3 {:08x} {head}\n", crc32fast::hash(head.as_bytes()));
    [line.as_bytes(), body].concat()
}

fn whole(record: &Record, input: &[u8]) {
    let written = record.to_stored();
    assert_eq!(Record::from_stored(&written, LoadedLinks::All).as_ref(), Ok(record), "written as it was");
    damaged(&written, crc32fast::hash(input));
    ages(record.clone());

    // A proof that the head does not admit, the step refuses as well.
    for shown in [[0; 32], [1; 32]] {
        let command = Owner { presented: Verifier::from_bytes(shown), action: share_owner::Status };
        let admitted = Record::admits(&written, Shown::Owner(command.presented)).expect("it was just written");
        let now = Timestamp::from_millis(1_800_000_000_000);
        assert!(
            admitted || step(Some(record), &command, &Policy::default(), now).expect("all are loaded").outcome.is_err()
        );
    }
}

/// One changed byte, wherever it is.
fn damaged(written: &StoredRecord, chance: u32) {
    let mut changed = written.clone();
    let at = chance as usize % changed.head.len();
    changed.head[at] ^= 1 << (chance >> 29);
    let read = Record::from_stored(&changed, LoadedLinks::All);
    assert!(read.is_err(), "byte {at} of {} is changed, unnoticed", written.head.len());
}

/// Days, until nothing is left: the longest life, a tombstone's, a burned id's, and then some.
fn ages(mut record: Record) {
    let policy = Policy::default();
    for day in [0, 1, 8, 90, 91, 100, 200, 400, 1000, 100_000] {
        let now = Timestamp::from_millis(1_800_000_000_000 + day * 86_400_000);
        let next = match step(Some(&record), &Tick, &policy, now).expect("all are loaded").record {
            Change::Unchanged => record.clone(),
            Change::Put(next) => *next,
            Change::Remove => return,
        };
        let again = step(Some(&next), &Tick, &policy, now).expect("all are loaded").record;
        assert_eq!(again, Change::Unchanged, "once is enough");
        assert_eq!(next.key(), record.key());
        // What has ended does not come back.
        assert!(next.is_burned() || !record.is_burned());
        assert!(!next.keeps_blobs() || record.keeps_blobs());
        assert_eq!(Record::from_stored(&next.to_stored(), LoadedLinks::All).as_ref(), Ok(&next));
        record = next;
    }
}
