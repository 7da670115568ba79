//! The ledger in one SQLite file: what a single server needs, with nothing else to install.
//!
//! One thread writes (`writer`), a few connections read (`readers`), both over the statements in
//! `rows`. WAL with `synchronous=FULL`: a commit is on the disk before anybody sees it.
//! `secure_delete`: what is removed is overwritten, once the log that still holds it is folded into
//! the file and cut off.

mod ballast;
mod damage;
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
use subrosa_lifecycle::{LoadedLinks, RecordKey};
use subrosa_shared::api::LogLine;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LinkId, ShareId};
use subrosa_shared::time::Timestamp;

use self::ballast::Ballast;
use self::damage::Damage;
use self::readers::Readers;
use self::writer::{Desk, Writer};
use super::{
    Change, Clock, CommitOutcome, Due, InstallationId, Ledger, LedgerError, ObjectRow, Objects, PutNote, PutObject,
    Replaces, Row, ServiceState, Slot, WriteId,
};

/// Marks the file as ours: "SUBR".
const APPLICATION_ID: i32 = 0x5355_4252;
/// Version of the tables.
const SCHEMA_VERSION: i32 = 3;
/// The version before, which had all links in the record. What a record has in it is moved into
/// cells when the record changes.
const WITHOUT_CELLS: i32 = 2;
/// How long a statement waits for a lock that another connection holds.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// A file of an older version that is larger is not made anew at the start: that would take too
/// long.
const REMADE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// A larger file is not checked before it is served.
const CHECKED_AT_START_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Rounds of giving free pages back that one scrub makes at most.
const SHRINK_ROUNDS: u32 = 64;

/// A ledger in a SQLite file.
pub struct SqliteLedger {
    writer: Writer,
    readers: Readers,
    time: Arc<HighWater>,
    ballast: Arc<Ballast>,
    free_bytes_min: u64,
    damage: Damage,
    /// Bytes of free pages inside of the file: as good as room on the disk.
    free_inside: Arc<AtomicU64>,
}

/// What a ledger leaves free on its disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Reserve {
    /// Nothing new is taken below that, in bytes.
    pub free_bytes_min: u64,
    /// Bytes of the ballast.
    pub ballast_bytes: u64,
}

impl SqliteLedger {
    /// Opens the file, or makes it.
    ///
    /// # Errors
    /// The file cannot be opened or made, or is not a ledger of this version; or the clock cannot
    /// be believed.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, LedgerError> {
        Self::open_with(path, clock, Reserve::default())
    }

    /// The same with something left free on its disk.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_with(path: &Path, clock: Arc<dyn Clock>, reserve: Reserve) -> Result<Self, LedgerError> {
        let Reserve { free_bytes_min, ballast_bytes } = reserve;
        let ballast = Arc::new(Ballast::beside(path, ballast_bytes));
        let connection = connect(path)?;
        // Its pages stay good from one change to the next, because nobody else writes.
        connection.pragma_update(None, "cache_size", -8 * 1024)?;
        prepare(&connection)?;
        make_shrinkable(&connection, &ballast)?;
        let reached = rows::clock(&connection)?;
        clock.start(reached)?;
        let reached = AtomicU64::new(reached.map_or(0, Timestamp::as_millis));
        let time = Arc::new(HighWater { clock, reached });
        let free_inside = Arc::<AtomicU64>::default();
        let desk = Desk {
            connection,
            time: Arc::clone(&time),
            ballast: Arc::clone(&ballast),
            free_inside: Arc::clone(&free_inside),
        };
        let damage = Damage::of(path);
        let readers = Readers::open(path, damage.clone())?;
        let writer = Writer::start(desk, damage.clone())?;
        let ledger = Self { writer, readers, time, ballast, free_bytes_min, damage, free_inside };
        ledger.restore_ballast();
        // A larger one is checked while it is served.
        if path.metadata().is_ok_and(|file| file.len() <= CHECKED_AT_START_BYTES_MAX) {
            // It says so itself if it finds something.
            let _ = ledger.damage.look_through();
        }
        Ok(ledger)
    }
}

impl SqliteLedger {
    fn restore_ballast(&self) {
        if let Err(error) = self.ballast.make(self.free_bytes_min) {
            tracing::warn!(error = &error as &dyn std::error::Error, "there is no ballast beside the ledger");
        }
    }

    fn has_room(&self) -> std::io::Result<bool> {
        let free = self.ballast.free_bytes()?.saturating_add(self.free_inside.load(Ordering::Relaxed));
        Ok(free >= self.free_bytes_min && !self.ballast.is_given_up())
    }
}

/// Opens a connection with the settings that all of them share.
fn connect(path: &Path) -> Result<Connection, LedgerError> {
    let connection = Connection::open(path)?;
    // The cache is in KiB when negative: small, because the page cache of the system does the same
    // work. The log is folded into the file after 4,096 pages, 16 MiB, and keeps its space: pages
    // that change often are written to the file once.
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA foreign_keys = OFF;
         PRAGMA cache_size = -1024;
         PRAGMA wal_autocheckpoint = 4096;
         PRAGMA journal_size_limit = 16777216;",
    )?;
    // Plans do not depend on the values that are bound: otherwise statements are made again for
    // every one of them.
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
            let sql = [rows::TABLES, rows::CELLS].concat();
            // Pages that are free go back to the disk later. Made anew, because the file has its
            // first page by now.
            connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM")?;
            connection.execute_batch(&format!(
                "BEGIN IMMEDIATE; {sql}
                 PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
            ))?;
            Ok(())
        }
        (_, APPLICATION_ID, SCHEMA_VERSION) => Ok(()),
        (_, APPLICATION_ID, WITHOUT_CELLS) => {
            let sql = rows::CELLS;
            Ok(connection
                .execute_batch(&format!("BEGIN IMMEDIATE; {sql} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"))?)
        }
        (_, APPLICATION_ID, version) => Err(LedgerError::Corrupt(format!(
            "version {version} of the tables, but this server knows {SCHEMA_VERSION}"
        ))),
        _ => Err(LedgerError::Corrupt("the file is not a Subrosa ledger".to_owned())),
    }
}

/// Has a file that was made by an older version made anew, so that its free pages can go back to
/// the disk. A large one stays as it is, and so does one for which there is no room twice.
fn make_shrinkable(connection: &Connection, ballast: &Ballast) -> Result<(), LedgerError> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, u64>(0));
    if pragma("auto_vacuum")? != 0 {
        return Ok(());
    }
    let bytes = pragma("page_count")?.saturating_mul(pragma("page_size")?);
    // The file anew, the log of that, and the same again for who knows what.
    let has_room = ballast.free_bytes().is_ok_and(|free| free > bytes.saturating_mul(4));
    if bytes > REMADE_BYTES_MAX || !has_room {
        tracing::warn!(
            bytes,
            "the ledger keeps its size when records go, until it is made anew: see \"Room\" in docs/OPERATIONS.md"
        );
        return Ok(());
    }
    // One that fails changes nothing.
    if let Err(error) = connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL; VACUUM") {
        tracing::warn!(error = &error as &dyn std::error::Error, "the ledger could not be made anew");
    }
    Ok(())
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
        self.readers.read(rows::service_state).await?.in_service()
    }

    async fn set_installation(&self, id: InstallationId) -> Result<InstallationId, LedgerError> {
        let state = self.writer.write(move |connection| rows::set_installation(connection, &id)).await?;
        state.in_service()?.ok_or(LedgerError::NotInService(ServiceState::New))
    }

    async fn load(&self, key: &RecordKey, links: LoadedLinks) -> Result<Option<Row>, LedgerError> {
        let key = *key;
        self.readers.read(move |connection| rows::load(connection, &key, links)).await
    }

    async fn confirm_durable(&self, _: &RecordKey, _: Option<WriteId>) -> Result<bool, LedgerError> {
        // Nobody reads what is not on the disk.
        Ok(true)
    }

    async fn share_of_link(&self, link: &LinkId) -> Result<Option<ShareId>, LedgerError> {
        let link = *link;
        self.readers.read(move |connection| rows::share_of_link(connection, &link)).await
    }

    async fn commit(&self, change: Change) -> Result<CommitOutcome, LedgerError> {
        let time = Arc::clone(&self.time);
        self.writer.write(move |connection| rows::commit(connection, &change, time.now())).await
    }

    async fn put_object(&self, share: &ShareId, object: ObjectRow) -> Result<PutObject, LedgerError> {
        let share = *share;
        self.writer.write(move |connection| rows::put_object(connection, &share, &object)).await
    }

    async fn objects(&self, share: &ShareId) -> Result<Objects, LedgerError> {
        let share = *share;
        self.readers.read(move |connection| rows::objects(connection, &share)).await
    }

    async fn parts(
        &self,
        share: &ShareId,
        content: ContentNumber,
        places: Range<u32>,
    ) -> Result<Vec<ObjectRow>, LedgerError> {
        let share = *share;
        self.readers.read(move |connection| rows::parts(connection, &share, content, places)).await
    }

    async fn last_part(&self, share: &ShareId, content: ContentNumber) -> Result<Option<ObjectRow>, LedgerError> {
        let share = *share;
        self.readers.read(move |connection| rows::last_part(connection, &share, content)).await
    }

    async fn object(
        &self,
        share: &ShareId,
        content: ContentNumber,
        slot: Slot,
    ) -> Result<Option<ObjectRow>, LedgerError> {
        let share = *share;
        self.readers.read(move |connection| rows::object(connection, &share, (content, slot))).await
    }

    async fn put_note(&self, share: &ShareId, note: Vec<u8>, replaces: Replaces) -> Result<PutNote, LedgerError> {
        let share = *share;
        self.writer.write(move |connection| rows::put_note(connection, &share, &note, &replaces)).await
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
        let mut more = true;
        for _ in 0..SHRINK_ROUNDS {
            // A round at a time, so that changes come in between. On a full disk none may be
            // possible: what is removed has to be made unreadable all the same.
            more = self.writer.shrink().await.unwrap_or(false);
            if !more {
                break;
            }
        }
        self.writer.fold().await.map(|()| !more)
    }

    async fn expect_room(&self) -> Result<(), LedgerError> {
        match self.has_room() {
            Ok(true) => Ok(()),
            Ok(false) => Err(LedgerError::Full),
            Err(error) => Err(LedgerError::Engine(error.into())),
        }
    }

    async fn tend_room(&self) {
        self.restore_ballast();
    }

    async fn check(&self) -> Result<(), LedgerError> {
        let damage = self.damage.clone();
        let checked = tokio::task::spawn_blocking(move || damage.look_through()).await;
        checked.map_err(|panic| LedgerError::Engine(panic.into()))?
    }

    async fn ping(&self) -> Result<(), LedgerError> {
        self.damage.expect_whole()?;
        self.writer.write(rows::ping).await
    }
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => Self::Full,
            Some(rusqlite::ErrorCode::DatabaseCorrupt | rusqlite::ErrorCode::NotADatabase) => {
                Self::Corrupt(error.to_string())
            }
            _ => Self::Engine(Box::new(error)),
        }
    }
}
