//! The tables and every statement on them, as functions of a connection. No transaction begins or
//! ends here.

use std::ops::Range;

use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension as _, params};
use subrosa_lifecycle::{Cell, LoadedLinks, RecordKey, StoredRecord};
use subrosa_shared::api::LogLine;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::time::Timestamp;

use crate::ledger::{
    Change, CommitOutcome, Due, InstallationId, LOG_LINES_MAX, LOOK_BACK, NewRow, ObjectRow, Objects, PutNote,
    PutObject, RUN_MIN, Replaces, Row, ServiceState, Slot, WriteId, is_owners_turn,
};

/// Records and cells have row ids because they can be large; the rest is small and lives in its
/// primary key.
pub(super) const TABLES: &str = "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
    CREATE TABLE record (
        key BLOB PRIMARY KEY,
        write_id BLOB NOT NULL,
        objects_write_id BLOB NOT NULL,
        due INTEGER NOT NULL,
        accepts_parts INTEGER NOT NULL,
        bytes BLOB NOT NULL
    ) STRICT;
    CREATE INDEX record_by_due ON record (due, key);
    CREATE TABLE link (id BLOB PRIMARY KEY, key BLOB NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX link_by_key ON link (key);
    CREATE TABLE object (
        key BLOB NOT NULL,
        slot INTEGER NOT NULL,
        sealed_len INTEGER NOT NULL,
        digest BLOB NOT NULL,
        blob TEXT NOT NULL,
        PRIMARY KEY (key, slot)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE note (key BLOB PRIMARY KEY, note BLOB NOT NULL) STRICT;
    CREATE TABLE log (
        key BLOB NOT NULL, line INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (key, line)
    ) STRICT, WITHOUT ROWID;
";

/// What version 3 has beside the tables of version 2.
pub(super) const CELLS: &str = "
    CREATE TABLE cell (
        key BLOB NOT NULL, link BLOB NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (key, link)
    ) STRICT;
";

/// Head and cells are of one moment if the connection is in a transaction.
pub(super) fn load(connection: &Connection, key: &RecordKey, links: LoadedLinks) -> rusqlite::Result<Option<Row>> {
    let head = connection
        .prepare_cached("SELECT bytes, write_id FROM record WHERE key = ?1")?
        .query_row([key.to_bytes()], |row| Ok((row.get(0)?, WriteId(row.get(1)?))))
        .optional()?;
    let Some((head, write_id)) = head else { return Ok(None) };
    Ok(Some(Row { record: StoredRecord { head, cells: cells(connection, key, links)? }, write_id }))
}

/// Cells in order of their links.
pub(super) fn cells(connection: &Connection, key: &RecordKey, links: LoadedLinks) -> rusqlite::Result<Vec<Cell>> {
    // Only shares have any.
    if key.share().is_none() {
        return Ok(Vec::new());
    }
    let cell = |row: &rusqlite::Row<'_>| Ok(Cell { link: LinkId::from_bytes(row.get(0)?), bytes: row.get(1)? });
    match links {
        LoadedLinks::All => connection
            .prepare_cached("SELECT link, bytes FROM cell WHERE key = ?1 ORDER BY link")?
            .query_map([key.to_bytes()], cell)?
            .collect(),
        LoadedLinks::One(link) => connection
            .prepare_cached("SELECT link, bytes FROM cell WHERE key = ?1 AND link = ?2")?
            .query_map(params![key.to_bytes(), link.as_bytes()], cell)?
            .collect(),
    }
}

fn put_cells(connection: &Connection, key: &RecordKey, cells: &[Cell]) -> rusqlite::Result<()> {
    let mut put = connection.prepare_cached("INSERT OR REPLACE INTO cell (key, link, bytes) VALUES (?1, ?2, ?3)")?;
    for cell in cells {
        put.execute(params![key.to_bytes(), cell.link.as_bytes(), cell.bytes])?;
    }
    Ok(())
}

pub(super) fn share_of_link(connection: &Connection, link: &LinkId) -> rusqlite::Result<Option<ShareId>> {
    connection
        .prepare_cached("SELECT key FROM link WHERE id = ?1")?
        .query_row([link.as_bytes()], |row| key(row, 0))
        .optional()
        .map(|key| key.and_then(|key| key.share()))
}

pub(super) fn commit(connection: &Connection, change: &Change, now: Timestamp) -> rusqlite::Result<CommitOutcome> {
    let current = connection
        .prepare_cached("SELECT write_id, objects_write_id FROM record WHERE key = ?1")?
        .query_row([change.key.to_bytes()], |row| Ok((WriteId(row.get(0)?), WriteId(row.get(1)?))))
        .optional()?;
    let expected = change.expect == current.map(|(write_id, _)| write_id)
        && change.expect_objects.is_none_or(|expected| current.is_some_and(|(_, objects)| objects == expected));
    if !expected {
        return Ok(CommitOutcome::Conflict);
    }
    if now > change.not_after {
        return Ok(CommitOutcome::Late);
    }
    for link in &change.new_links {
        if share_of_link(connection, link)?.is_some_and(|share| change.key != RecordKey::Share(share)) {
            return Ok(CommitOutcome::LinkTaken);
        }
    }
    match &change.record {
        None => remove(connection, &change.key)?,
        Some(row) if current.is_none() => insert(connection, &change.key, row)?,
        Some(row) => update(connection, &change.key, row)?,
    }
    if let (Some(share), Some(content)) = (change.key.share(), change.drop_content) {
        drop_content(connection, &share, content)?;
    }
    if let Some(row) = &change.record {
        add_links(connection, change)?;
        add_lines(connection, &change.key, &change.log, current.is_none())?;
        if row.stands_alone {
            remove_all(connection, &change.key, &BESIDE_THE_RECORD)?;
        }
    }
    Ok(CommitOutcome::Committed)
}

pub(super) fn insert(connection: &Connection, key: &RecordKey, row: &NewRow) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO record (key, write_id, objects_write_id, due, accepts_parts, bytes)
             VALUES (?1, ?2, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            key.to_bytes(),
            row.write_id.0,
            millis(row.due),
            open_number(row.accepts_parts),
            row.record.head
        ])?;
    put_cells(connection, key, &row.record.cells)
}

/// How a record says of which content it accepts parts: 0 is none.
fn open_number(accepts_parts: Option<ContentNumber>) -> u16 {
    accepts_parts.map_or(0, ContentNumber::get)
}

fn update(connection: &Connection, key: &RecordKey, row: &NewRow) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE record SET write_id = ?2, due = ?3, accepts_parts = ?4, bytes = ?5 WHERE key = ?1")?
        .execute(params![
            key.to_bytes(),
            row.write_id.0,
            millis(row.due),
            open_number(row.accepts_parts),
            row.record.head
        ])?;
    put_cells(connection, key, &row.record.cells)
}

pub(super) fn remove(connection: &Connection, key: &RecordKey) -> rusqlite::Result<()> {
    remove_all(connection, key, &["DELETE FROM record WHERE key = ?1", "DELETE FROM link WHERE key = ?1"])?;
    remove_all(connection, key, &BESIDE_THE_RECORD)
}

/// What there is beside the head of a record and the index of its links.
const BESIDE_THE_RECORD: [&str; 4] = [
    "DELETE FROM cell WHERE key = ?1",
    "DELETE FROM object WHERE key = ?1",
    "DELETE FROM note WHERE key = ?1",
    "DELETE FROM log WHERE key = ?1",
];

fn remove_all(connection: &Connection, key: &RecordKey, statements: &[&str]) -> rusqlite::Result<()> {
    for statement in statements {
        connection.prepare_cached(statement)?.execute([key.to_bytes()])?;
    }
    Ok(())
}

fn add_links(connection: &Connection, change: &Change) -> rusqlite::Result<()> {
    let mut add = connection.prepare_cached("INSERT OR IGNORE INTO link (id, key) VALUES (?1, ?2)")?;
    for link in &change.new_links {
        add.execute(params![link.as_bytes(), change.key.to_bytes()])?;
    }
    Ok(())
}

pub(super) fn add_lines(
    connection: &Connection,
    key: &RecordKey,
    lines: &[LogLine],
    is_new: bool,
) -> rusqlite::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let key = key.to_bytes();
    let mut last: i64 = 0;
    // A record that is just made has no lines: they went with whatever was there before.
    if !is_new {
        last = connection
            .prepare_cached("SELECT line FROM log WHERE key = ?1 ORDER BY line DESC LIMIT 1")?
            .query_row([key], |row| row.get(0))
            .optional()?
            .unwrap_or(0);
    }
    let mut add = connection.prepare_cached("INSERT INTO log (key, line, json) VALUES (?1, ?2, ?3)")?;
    for line in lines {
        if !is_new {
            make_place(connection, &key, line)?;
        }
        last += 1;
        let json =
            serde_json::to_string(line).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        add.execute(params![key, last, json])?;
    }
    // Not by the number alone: there are gaps where a line made place.
    if last > LOG_LINES_MAX as i64 {
        connection
            .prepare_cached(
                "DELETE FROM log WHERE key = ?1 AND line <=
                 (SELECT line FROM log WHERE key = ?1 ORDER BY line DESC LIMIT 1 OFFSET ?2)",
            )?
            .execute(params![key, LOG_LINES_MAX])?;
    }
    Ok(())
}

/// Removes the line of a run of an owner's turns that says the same, if there is one: however often
/// an owner pauses and resumes, the timeline tells the last of each and grows no more.
fn make_place(connection: &Connection, key: &[u8; RecordKey::LEN], line: &LogLine) -> rusqlite::Result<()> {
    if !is_owners_turn(line.event) {
        return Ok(());
    }
    let last: Vec<(i64, LogLine)> = connection
        .prepare_cached("SELECT line, json FROM log WHERE key = ?1 ORDER BY line DESC LIMIT ?2")?
        .query_map(params![key, LOOK_BACK], |row| Ok((row.get(0)?, log_line(row, 1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let run: Vec<_> = last.into_iter().take_while(|(_, known)| is_owners_turn(known.event)).collect();
    let like = run.iter().position(|(_, known)| (known.event, known.link) == (line.event, line.link));
    let like = like.filter(|place| *place == 0 || run.len() >= RUN_MIN).map(|place| &run[place]);
    if let Some((place, _)) = like {
        connection.prepare_cached("DELETE FROM log WHERE key = ?1 AND line = ?2")?.execute(params![key, place])?;
    }
    Ok(())
}

fn log_line(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<LogLine> {
    let json: String = row.get(column)?;
    serde_json::from_str(&json)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Text, error.into()))
}

pub(super) fn put_object(connection: &Connection, share: &ShareId, object: &ObjectRow) -> rusqlite::Result<PutObject> {
    let open = connection
        .prepare_cached("UPDATE record SET objects_write_id = ?2 WHERE key = ?1 AND accepts_parts = ?3")?
        .execute(params![share_key(share), WriteId::generate().0, object.content.get()])?;
    if open == 0 {
        return Ok(PutObject::Closed);
    }
    let replaced = self::object(connection, share, (object.content, object.slot))?;
    add_object(connection, share, object)?;
    Ok(PutObject::Stored { replaced })
}

pub(super) fn add_object(connection: &Connection, share: &ShareId, object: &ObjectRow) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO object (key, slot, sealed_len, digest, blob) VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            share_key(share),
            slot_number(object.content, object.slot),
            object.sealed_len,
            object.digest.as_bytes(),
            object.blob
        ])?;
    Ok(())
}

pub(super) fn objects(connection: &Connection, share: &ShareId) -> rusqlite::Result<Objects> {
    let write_id = connection
        .prepare_cached("SELECT objects_write_id FROM record WHERE key = ?1")?
        .query_row([share_key(share)], |row| row.get(0).map(WriteId))
        .optional()?;
    // Without a record there is no version to rest on: a drawn one matches nothing.
    let write_id = write_id.unwrap_or_else(WriteId::generate);
    let rows = connection
        .prepare_cached("SELECT slot, sealed_len, digest, blob FROM object WHERE key = ?1 ORDER BY slot")?
        .query_map([share_key(share)], object_row)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(Objects { rows, write_id })
}

fn drop_content(connection: &Connection, share: &ShareId, content: ContentNumber) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE record SET objects_write_id = ?2 WHERE key = ?1")?
        .execute(params![share_key(share), WriteId::generate().0])?;
    let (from, to) = (slot_number(content, Slot::Manifest), slot_number(content, Slot::Part(u32::MAX)));
    connection.prepare_cached("DELETE FROM object WHERE key = ?1 AND slot >= ?2 AND slot < ?3")?.execute(params![
        share_key(share),
        from,
        to
    ])?;
    Ok(())
}

pub(super) fn parts(
    connection: &Connection,
    share: &ShareId,
    content: ContentNumber,
    places: Range<u32>,
) -> rusqlite::Result<Vec<ObjectRow>> {
    let slot = |index| slot_number(content, Slot::Part(index));
    connection
        .prepare_cached(
            "SELECT slot, sealed_len, digest, blob FROM object WHERE key = ?1 AND slot >= ?2 AND slot < ?3 ORDER BY slot",
        )?
        .query_map(params![share_key(share), slot(places.start), slot(places.end)], object_row)?
        .collect()
}

pub(super) fn last_part(
    connection: &Connection,
    share: &ShareId,
    content: ContentNumber,
) -> rusqlite::Result<Option<ObjectRow>> {
    let (from, to) = (slot_number(content, Slot::Part(0)), slot_number(content, Slot::Part(u32::MAX)));
    connection
        .prepare_cached(
            "SELECT slot, sealed_len, digest, blob FROM object WHERE key = ?1 AND slot >= ?2 AND slot < ?3
             ORDER BY slot DESC LIMIT 1",
        )?
        .query_row(params![share_key(share), from, to], object_row)
        .optional()
}

pub(super) fn object(
    connection: &Connection,
    share: &ShareId,
    (content, slot): (ContentNumber, Slot),
) -> rusqlite::Result<Option<ObjectRow>> {
    connection
        .prepare_cached("SELECT slot, sealed_len, digest, blob FROM object WHERE key = ?1 AND slot = ?2")?
        .query_row(params![share_key(share), slot_number(content, slot)], object_row)
        .optional()
}

fn object_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<ObjectRow> {
    let number = row.get(0)?;
    let (content, slot) = object_numbered(number).ok_or(rusqlite::Error::IntegralValueOutOfRange(0, number))?;
    Ok(ObjectRow { content, slot, sealed_len: row.get(1)?, digest: Digest::from_bytes(row.get(2)?), blob: row.get(3)? })
}

/// The numbers of the objects of a content follow each other, the manifest first. Those of the
/// first content are -1, 0, 1 …, as they were before there were others. No part has the last index
/// that there is: so the numbers of no two objects are the same.
fn slot_number(content: ContentNumber, slot: Slot) -> i64 {
    let first = i64::from(content.get() - 1) << 32;
    match slot {
        Slot::Manifest => first - 1,
        Slot::Part(index) => first + i64::from(index),
    }
}

/// The object of that number.
fn object_numbered(number: i64) -> Option<(ContentNumber, Slot)> {
    let from_first = number.checked_add(1)?;
    let content = ContentNumber::new(u16::try_from(from_first >> 32).ok()?.checked_add(1)?)?;
    let slot = match u32::try_from(from_first & i64::from(u32::MAX)).ok()? {
        0 => Slot::Manifest,
        place => Slot::Part(place - 1),
    };
    Some((content, slot))
}

pub(super) fn put_note(
    connection: &Connection,
    share: &ShareId,
    new: &[u8],
    replaces: &Replaces,
) -> rusqlite::Result<PutNote> {
    let there = note(connection, share)?.as_deref().map(Digest::of);
    if !replaces.allows(&Digest::of(new), there.as_ref()) {
        return Ok(PutNote::Changed);
    }
    let stored = connection
        .prepare_cached("INSERT OR REPLACE INTO note (key, note) SELECT key, ?2 FROM record WHERE key = ?1")?
        .execute(params![share_key(share), new])?;
    Ok(if stored > 0 { PutNote::Stored } else { PutNote::NoRecord })
}

pub(super) fn note(connection: &Connection, share: &ShareId) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT note FROM note WHERE key = ?1")?
        .query_row([share_key(share)], |row| row.get(0))
        .optional()
}

pub(super) fn log(connection: &Connection, key: &RecordKey) -> rusqlite::Result<Vec<LogLine>> {
    connection
        .prepare_cached("SELECT json FROM log WHERE key = ?1 ORDER BY line")?
        .query_map([key.to_bytes()], |row| log_line(row, 0))?
        .collect()
}

pub(super) fn due(
    connection: &Connection,
    now: Timestamp,
    after: Option<Due>,
    count_max: usize,
) -> rusqlite::Result<Vec<Due>> {
    let first = (-1, [0; RecordKey::LEN]);
    let (after_due, after_key) = after.map_or(first, |last| (millis(last.due), last.key.to_bytes()));
    connection
        .prepare_cached(
            "SELECT due, key FROM record WHERE due <= ?1 AND (due, key) > (?2, ?3) ORDER BY due, key LIMIT ?4",
        )?
        .query_map(params![millis(now), after_due, after_key, count_max], |row| {
            Ok(Due { due: Timestamp::from_millis(row.get(0)?), key: key(row, 1)? })
        })?
        .collect()
}

pub(super) fn is_empty(connection: &Connection) -> rusqlite::Result<bool> {
    connection.query_row("SELECT NOT EXISTS (SELECT 1 FROM record)", [], |row| row.get(0))
}

pub(super) fn service_state(connection: &Connection) -> rusqlite::Result<ServiceState> {
    let text: Option<String> = connection
        .prepare_cached("SELECT value FROM meta WHERE key = 'installation'")?
        .query_row([], |row| row.get(0))
        .optional()?;
    let unreadable = || rusqlite::Error::FromSqlConversionFailure(0, Type::Text, "no service state of a ledger".into());
    ServiceState::from_text(text.as_deref()).ok_or_else(unreadable)
}

pub(super) fn set_installation(connection: &Connection, id: &InstallationId) -> rusqlite::Result<ServiceState> {
    connection.execute("INSERT OR IGNORE INTO meta (key, value) VALUES ('installation', ?1)", [id.as_str()])?;
    service_state(connection)
}

pub(super) fn clock(connection: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let reached: Option<u64> =
        connection.query_row("SELECT value FROM meta WHERE key = 'clock'", [], |row| row.get(0)).optional()?;
    Ok(reached.map(Timestamp::from_millis))
}

pub(super) fn set_clock(connection: &Connection, reached: Timestamp) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES ('clock', ?1)")?
        .execute([millis(reached)])?;
    Ok(())
}

pub(super) fn ping(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES ('ping', ?1)")?
        .execute([WriteId::generate().0])?;
    Ok(())
}

fn share_key(share: &ShareId) -> [u8; RecordKey::LEN] {
    RecordKey::Share(*share).to_bytes()
}

pub(super) fn key(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<RecordKey> {
    let unknown = || rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, "no key of a record".into());
    RecordKey::from_bytes(row.get(column)?).ok_or_else(unknown)
}

/// SQLite's integers are signed; a moment beyond them is beyond every clock.
fn millis(moment: Timestamp) -> i64 {
    i64::try_from(moment.as_millis()).unwrap_or(i64::MAX)
}
