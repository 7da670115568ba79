//! How things look in Redis.

use subrosa_lifecycle::{Cell, RecordKey};
use subrosa_shared::api::LogLine;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, LinkId};
use subrosa_shared::time::Timestamp;

use super::reply::corrupt;
use crate::ledger::{DUE_MAX, Due, LedgerError, ObjectRow, Slot, WriteId};

/// Bytes of a stored object before the name of its blob.
const OBJECT_HEAD_LEN: usize = 8 + 32;

/// The name of an object of a content. Those of the first one have the names of before there were
/// others.
pub(super) fn object_name(content: ContentNumber, slot: Slot) -> String {
    let slot = match slot {
        Slot::Manifest => "manifest".to_owned(),
        Slot::Part(index) => index.to_string(),
    };
    if content.is_first() { slot } else { format!("{content}/{slot}") }
}

/// The name of a stored object.
pub(super) fn name_of(object: &ObjectRow) -> String {
    object_name(object.content, object.slot)
}

fn object_named(name: &str) -> Option<(ContentNumber, Slot)> {
    let (content, slot) = match name.split_once('/') {
        Some((content, slot)) => (ContentNumber::new(content.parse().ok()?)?, slot),
        None => (ContentNumber::FIRST, name),
    };
    Some((content, if slot == "manifest" { Slot::Manifest } else { Slot::Part(slot.parse().ok()?) }))
}

/// How a record says of which content it accepts parts.
pub(super) fn open_text(accepts_parts: Option<ContentNumber>) -> String {
    accepts_parts.map_or_else(|| "0".to_owned(), |content| content.to_string())
}

/// Reads what [`open_text`] wrote.
pub(super) fn open_content(text: &str) -> Result<Option<ContentNumber>, LedgerError> {
    let number: u16 = text.parse().map_err(|_| corrupt("what a record accepts is no content"))?;
    Ok(ContentNumber::new(number))
}

/// Length, digest, name of the blob.
pub(super) fn object_bytes(object: &ObjectRow) -> Vec<u8> {
    let len = object.sealed_len.to_be_bytes();
    [len.as_slice(), object.digest.as_bytes().as_slice(), object.blob.as_bytes()].concat()
}

/// Reads what [`object_bytes`] wrote.
pub(super) fn object((content, slot): (ContentNumber, Slot), bytes: &[u8]) -> Result<ObjectRow, LedgerError> {
    let read = || {
        let (head, blob) = bytes.split_at_checked(OBJECT_HEAD_LEN)?;
        let (len, digest) = head.split_first_chunk()?;
        let digest = Digest::from_bytes(digest.try_into().ok()?);
        let blob = String::from_utf8(blob.to_vec()).ok()?;
        Some(ObjectRow { content, slot, sealed_len: u64::from_be_bytes(*len), digest, blob })
    };
    read().ok_or_else(|| corrupt("an object is malformed"))
}

/// All objects, in order.
pub(super) fn objects(found: Vec<(String, Vec<u8>)>) -> Result<Vec<ObjectRow>, LedgerError> {
    let read = |(name, bytes): (String, Vec<u8>)| {
        let named = object_named(&name).ok_or_else(|| corrupt("an object has no such name"))?;
        object(named, &bytes)
    };
    let mut rows: Vec<ObjectRow> = found.into_iter().map(read).collect::<Result<_, _>>()?;
    rows.sort_unstable_by_key(|row| (row.content, row.slot));
    Ok(rows)
}

/// A note as it is kept: behind its version.
pub(super) fn note_bytes(version: WriteId, note: &[u8]) -> Vec<u8> {
    [version.0.as_slice(), note].concat()
}

/// The note in what [`note_bytes`] wrote.
pub(super) fn note(versioned: &[u8]) -> &[u8] {
    versioned.get(16..).unwrap_or_default()
}

/// Its version.
pub(super) fn note_version(versioned: &[u8]) -> &[u8] {
    versioned.get(..16).unwrap_or(versioned)
}

/// Ids of links, in any order.
pub(super) fn links(found: Vec<Vec<u8>>) -> Result<Vec<LinkId>, LedgerError> {
    let read = |id: Vec<u8>| id.try_into().map(LinkId::from_bytes).map_err(|_| corrupt("a link's id is malformed"));
    found.into_iter().map(read).collect()
}

/// The field of a record that holds the cell of a link.
pub(super) fn cell_field(link: &LinkId) -> Vec<u8> {
    [b"link:".as_slice(), link.as_bytes()].concat()
}

/// Cells as a script gives them, in order of their links.
pub(super) fn cells(found: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Vec<Cell>, LedgerError> {
    let read = |(id, bytes): (Vec<u8>, Vec<u8>)| {
        let link = id.try_into().map(LinkId::from_bytes).map_err(|_| corrupt("the id of a cell is malformed"))?;
        Ok(Cell { link, bytes })
    };
    let mut cells: Vec<Cell> = found.into_iter().map(read).collect::<Result<_, LedgerError>>()?;
    cells.sort_unstable_by_key(|cell| cell.link);
    Ok(cells)
}

pub(super) fn line_bytes(line: &LogLine) -> Vec<u8> {
    serde_json::to_vec(line).expect("numbers and names become JSON")
}

pub(super) fn lines(found: &[Vec<u8>]) -> Result<Vec<LogLine>, LedgerError> {
    let read = |line: &Vec<u8>| serde_json::from_slice(line).map_err(|_| corrupt("a line of a timeline is malformed"));
    found.iter().map(read).collect()
}

/// A moment as a sorted set keeps it: exactly up to [`DUE_MAX`].
pub(super) fn score(moment: Timestamp) -> String {
    moment.min(DUE_MAX).as_millis().to_string()
}

/// Entries of a sorted set.
pub(super) fn due(found: Vec<(Vec<u8>, Vec<u8>)>) -> Result<Vec<Due>, LedgerError> {
    let read = |(name, score): (Vec<u8>, Vec<u8>)| {
        let key = RecordKey::from_bytes(name.try_into().ok()?)?;
        let score = std::str::from_utf8(&score).ok()?.parse().ok()?;
        Some(Due { due: Timestamp::from_millis(score), key })
    };
    found.into_iter().map(|entry| read(entry).ok_or_else(|| corrupt("a due entry is malformed"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_come_back_in_order() {
        let digest = Digest::from_bytes([7; 32]);
        let row = |content, slot| ObjectRow { content, slot, sealed_len: u64::MAX, digest, blob: "x".into() };
        let slots = [Slot::Manifest, Slot::Part(0), Slot::Part(2), Slot::Part(10), Slot::Part(u32::MAX)];
        let contents = [1, 2, 10].map(|number| ContentNumber::new(number).unwrap());
        let rows: Vec<_> = contents.into_iter().flat_map(|content| slots.map(|slot| row(content, slot))).collect();
        let found = rows.iter().rev().map(|row| (name_of(row), object_bytes(row))).collect();
        assert_eq!(objects(found).unwrap(), rows);
        for bytes in [&[][..], &[0; OBJECT_HEAD_LEN - 1], &[0xff; OBJECT_HEAD_LEN + 1]] {
            let read = object((ContentNumber::FIRST, Slot::Manifest), bytes);
            assert!(matches!(read, Err(LedgerError::Corrupt(_))));
        }
    }

    #[test]
    fn moments_beyond_every_clock_stay_whole_numbers() {
        assert_eq!(score(Timestamp::from_millis(u64::MAX)), "9007199254740991");
    }
}
