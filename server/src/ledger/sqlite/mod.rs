//! The ledger in one SQLite file: what a single server needs, with nothing else to install.
//!
//! One thread writes (`writer`), a few connections read (`readers`), both over the statements in `rows`. WAL with
//! `synchronous=FULL`: a commit is on the disk before anybody sees it. `secure_delete`: what is removed is overwritten, once the
//! log that still holds it is folded into the file and cut off.

mod readers;
mod rows;
mod transfer;
mod writer;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use rusqlite::Connection;
use rusqlite::config::DbConfig;
use subrosa_shared::api::LogLine;
use subrosa_shared::id::{LinkId, ShareId};
use subrosa_shared::time::Timestamp;

use self::readers::Readers;
use self::writer::Writer;
use super::{
    Change, Clock, CommitOutcome, Due, InstallationId, Ledger, LedgerError, ObjectRow, Objects, PutObject, Row, Slot,
    Standing, WriteId,
};
use crate::record_key::RecordKey;

/// Marks the file as ours: "SUBR".
const APPLICATION_ID: i32 = 0x5355_4252;
/// Version of the tables.
const SCHEMA_VERSION: i32 = 2;
/// How long a statement waits for a lock that another connection holds.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// A ledger in a SQLite file.
pub struct SqliteLedger {
    writer: Writer,
    readers: Readers,
    time: Arc<HighWater>,
}

impl SqliteLedger {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// The file cannot be opened or made, or is not a ledger of this version; or the clock cannot be believed.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        let connection = connect(path)?;
        // Its pages stay good from one change to the next, because nobody else writes.
        connection.pragma_update(None, "cache_size", -8 * 1024)?;
        prepare(&connection)?;
        let reached = rows::clock(&connection)?;
        clock.start(reached)?;
        let reached = AtomicU64::new(reached.map_or(0, Timestamp::as_millis));
        let time = Arc::new(HighWater { clock, reached });
        Ok(Self { readers: Readers::open(path)?, writer: Writer::start(connection, Arc::clone(&time))?, time })
    }
}

/// Opens a connection with the settings that all of them share.
fn connect(path: &Path) -> Result<Connection, LedgerError> {
    let connection = Connection::open(path)?;
    // The cache is in KiB when negative: small, because the page cache of the system does the same work. The log is folded
    // into the file after 4,096 pages, 16 MiB, and keeps its space: pages that change often are written to the file once.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = OFF;
         PRAGMA cache_size = -1024;
         PRAGMA wal_autocheckpoint = 4096;
         PRAGMA journal_size_limit = 16777216;",
    )?;
    // Plans do not depend on the values that are bound: otherwise statements are made again for every one of them.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Makes the tables in a new file; refuses a file that is something else.
fn prepare(connection: &Connection) -> Result<(), LedgerError> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i32>(0));
    let tables: u32 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    match (tables, pragma("application_id")?, pragma("user_version")?) {
        (0, _, _) => {
            let sql = rows::TABLES;
            connection.execute_batch(&format!(
                "BEGIN IMMEDIATE; {sql}
                 PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            ))?;
            Ok(())
        }
        (_, APPLICATION_ID, SCHEMA_VERSION) => Ok(()),
        (_, APPLICATION_ID, version) => Err(LedgerError::Corrupt(format!(
            "version {version} of the tables, but this server knows {SCHEMA_VERSION}"
        ))),
        _ => Err(LedgerError::Corrupt("the file is not a Subrosa ledger".to_owned())),
    }
}

/// A clock that never goes backwards: every change writes the highest moment reached along with it.
struct HighWater {
    clock: Arc<dyn Clock>,
    reached: AtomicU64,
}

impl HighWater {
    fn now(&self) -> Timestamp {
        let now = self.clock.now().as_millis();
        Timestamp::from_millis(self.reached.fetch_max(now, Ordering::SeqCst).max(now))
    }

    /// It is no earlier than that any more.
    fn reach(&self, moment: Timestamp) {
        self.reached.fetch_max(moment.as_millis(), Ordering::SeqCst);
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    async fn now(&self) -> Result<Timestamp, LedgerError> {
        Ok(self.time.now())
    }

    async fn installation(&self) -> Result<Option<InstallationId>, LedgerError> {
        self.readers.read(rows::standing).await?.in_service()
    }

    async fn set_installation(&self, id: InstallationId) -> Result<InstallationId, LedgerError> {
        let standing = self.writer.write(move |connection| rows::set_installation(connection, &id)).await?;
        standing.in_service()?.ok_or(LedgerError::Standing(Standing::New))
    }

    async fn load(&self, key: &RecordKey) -> Result<Option<Row>, LedgerError> {
        let key = *key;
        self.readers.read(move |connection| rows::load(connection, &key)).await
    }

    async fn settle(&self, _: &RecordKey, _: Option<WriteId>) -> Result<bool, LedgerError> {
        // Nobody reads what is not on the disk.
        Ok(true)
    }

    async fn share_of_link(&self, link: &LinkId) -> Result<Option<ShareId>, LedgerError> {
        let link = *link;
        self.readers.read(move |connection| rows::share_of_link(connection, &link)).await
    }

    async fn commit(&self, change: Change) -> Result<CommitOutcome, LedgerError> {
        self.writer.write(move |connection| rows::commit(connection, &change)).await
    }

    async fn put_object(&self, share: &ShareId, object: ObjectRow) -> Result<PutObject, LedgerError> {
        let share = *share;
        self.writer.write(move |connection| rows::put_object(connection, &share, &object)).await
    }

    async fn objects(&self, share: &ShareId) -> Result<Objects, LedgerError> {
        let share = *share;
        self.readers.read(move |connection| rows::objects(connection, &share)).await
    }

    async fn parts(&self, share: &ShareId, places: Range<u32>) -> Result<Vec<ObjectRow>, LedgerError> {
        let share = *share;
        self.readers.read(move |connection| rows::parts(connection, &share, places)).await
    }

    async fn last_part(&self, share: &ShareId) -> Result<Option<ObjectRow>, LedgerError> {
        let share = *share;
        self.readers.read(move |connection| rows::last_part(connection, &share)).await
    }

    async fn object(&self, share: &ShareId, slot: Slot) -> Result<Option<ObjectRow>, LedgerError> {
        let share = *share;
        self.readers.read(move |connection| rows::object(connection, &share, slot)).await
    }

    async fn put_note(&self, share: &ShareId, note: Vec<u8>) -> Result<bool, LedgerError> {
        let share = *share;
        self.writer.write(move |connection| rows::put_note(connection, &share, &note)).await
    }

    async fn note(&self, share: &ShareId) -> Result<Option<Vec<u8>>, LedgerError> {
        let share = *share;
        self.readers.read(move |connection| rows::note(connection, &share)).await
    }

    async fn log(&self, key: &RecordKey) -> Result<Vec<LogLine>, LedgerError> {
        let key = *key;
        self.readers.read(move |connection| rows::log(connection, &key)).await
    }

    async fn due(&self, now: Timestamp, after: Option<Due>, count_max: usize) -> Result<Vec<Due>, LedgerError> {
        self.readers.read(move |connection| rows::due(connection, now, after, count_max)).await
    }

    async fn is_empty(&self) -> Result<bool, LedgerError> {
        self.readers.read(rows::is_empty).await
    }

    async fn scrub(&self) -> Result<bool, LedgerError> {
        self.writer.fold().await.map(|()| true)
    }

    async fn ping(&self) -> Result<(), LedgerError> {
        self.writer.write(rows::ping).await
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            _ => Self::Engine(Box::new(error)),
        }
    }
}
