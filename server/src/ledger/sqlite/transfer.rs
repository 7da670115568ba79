//! Taking all that the file keeps to another ledger, or from one.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, params};
use subrosa_lifecycle::{LoadedLinks, RecordKey, StoredRecord};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::LinkId;
use subrosa_shared::time::Timestamp;

use super::{SqliteLedger, rows};
use crate::ledger::{DUE_MAX, ExportedRecord, LedgerError, NewRow, Replaces, ServiceState, Transfer, WriteId};

#[async_trait]
impl Transfer for SqliteLedger {
    async fn service_state(&self) -> Result<ServiceState, LedgerError> {
        self.readers.read(rows::service_state).await
    }

    async fn compare_and_set_state(&self, expected: &ServiceState, next: &ServiceState) -> Result<bool, LedgerError> {
        let (expected, next) = (expected.clone(), next.clone());
        self.writer.write(move |connection| compare_and_set_state(connection, &expected, &next)).await
    }

    async fn finish_change_to(&self, state: &ServiceState) -> Result<bool, LedgerError> {
        Ok(self.service_state().await? == *state)
    }

    async fn count(&self) -> Result<u64, LedgerError> {
        self.readers.read(|connection| connection.query_row("SELECT count(*) FROM record", [], |row| row.get(0))).await
    }

    async fn keys(&self, after: Option<RecordKey>, count_max: usize) -> Result<Vec<RecordKey>, LedgerError> {
        self.readers.read(move |connection| keys(connection, after, count_max)).await
    }

    async fn export(&self, key: &RecordKey) -> Result<Option<ExportedRecord>, LedgerError> {
        let key = *key;
        self.readers.read(move |connection| export(connection, &key)).await
    }

    async fn import(
        &self,
        state: &ServiceState,
        key: RecordKey,
        exported: Option<ExportedRecord>,
    ) -> Result<(), LedgerError> {
        let state = state.clone();
        let found = self.writer.write(move |connection| import(connection, &state, &key, exported.as_ref())).await?;
        found.map_or(Ok(()), |found| Err(LedgerError::NotInService(found)))
    }

    async fn reached(&self) -> Result<Timestamp, LedgerError> {
        Ok(self.time.now())
    }

    async fn reach(&self, moment: Timestamp) -> Result<(), LedgerError> {
        self.time.reach(moment);
        // Every write notes it.
        self.writer.write(rows::ping).await
    }
}

fn compare_and_set_state(
    connection: &Connection,
    expected: &ServiceState,
    next: &ServiceState,
) -> rusqlite::Result<bool> {
    if rows::service_state(connection)? != *expected {
        return Ok(false);
    }
    match next.to_text() {
        Some(text) => connection
            .prepare_cached("INSERT OR REPLACE INTO meta (key, value) VALUES ('installation', ?1)")?
            .execute([text])?,
        None => connection.execute("DELETE FROM meta WHERE key = 'installation'", [])?,
    };
    Ok(true)
}

fn keys(connection: &Connection, after: Option<RecordKey>, count_max: usize) -> rusqlite::Result<Vec<RecordKey>> {
    // No key is empty, and every key is greater.
    let after = after.map_or(Vec::new(), |key| key.to_bytes().to_vec());
    connection
        .prepare_cached("SELECT key FROM record WHERE key > ?1 ORDER BY key LIMIT ?2")?
        .query_map(params![after, count_max], |row| rows::key(row, 0))?
        .collect()
}

fn export(connection: &Connection, key: &RecordKey) -> rusqlite::Result<Option<ExportedRecord>> {
    let row = connection
        .prepare_cached("SELECT write_id, due, accepts_parts, bytes FROM record WHERE key = ?1")?
        .query_row([key.to_bytes()], |row| {
            Ok(NewRow {
                write_id: WriteId(row.get(0)?),
                due: Timestamp::from_millis(row.get(1)?).min(DUE_MAX),
                accepts_parts: ContentNumber::new(row.get(2)?),
                record: StoredRecord { head: row.get(3)?, cells: Vec::new() },
                stands_alone: false,
            })
        })
        .optional()?;
    let Some(mut row) = row else { return Ok(None) };
    row.record.cells = rows::cells(connection, key, LoadedLinks::All)?;
    let log = rows::log(connection, key)?;
    let Some(share) = key.share() else {
        return Ok(Some(ExportedRecord { row, links: Vec::new(), objects: Vec::new(), note: None, log }));
    };
    let links = links(connection, key)?;
    let objects = rows::objects(connection, &share)?.rows;
    Ok(Some(ExportedRecord { row, links, objects, note: rows::note(connection, &share)?, log }))
}

fn links(connection: &Connection, key: &RecordKey) -> rusqlite::Result<Vec<LinkId>> {
    connection
        .prepare_cached("SELECT id FROM link WHERE key = ?1 ORDER BY id")?
        .query_map([key.to_bytes()], |row| row.get(0).map(LinkId::from_bytes))?
        .collect()
}

/// `Some`: nothing was changed, because it stands like this.
fn import(
    connection: &Connection,
    state: &ServiceState,
    key: &RecordKey,
    exported: Option<&ExportedRecord>,
) -> rusqlite::Result<Option<ServiceState>> {
    let found = rows::service_state(connection)?;
    if found != *state || !matches!(found, ServiceState::Receiving { .. }) {
        return Ok(Some(found));
    }
    rows::remove(connection, key)?;
    let Some(exported) = exported else { return Ok(None) };
    rows::insert(connection, key, &exported.row)?;
    rows::add_lines(connection, key, &exported.log, true)?;
    // An older record may still be there that had the link once.
    let mut add = connection.prepare_cached("INSERT OR REPLACE INTO link (id, key) VALUES (?1, ?2)")?;
    for link in &exported.links {
        add.execute(params![link.as_bytes(), key.to_bytes()])?;
    }
    let Some(share) = key.share() else { return Ok(None) };
    for object in &exported.objects {
        rows::add_object(connection, &share, object)?;
    }
    if let Some(note) = &exported.note {
        rows::put_note(connection, &share, note, &Replaces::Anything)?;
    }
    Ok(None)
}
