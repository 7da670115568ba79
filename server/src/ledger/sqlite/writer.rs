//! The one thread that writes. It takes whatever has queued up into one transaction, syncs once,
//! then answers all: the more write at the same time, the cheaper each of them gets.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{mpsc, oneshot};

use super::ballast::Ballast;
use super::damage::Damage;
use super::{BUSY_WAIT, HighWater, LedgerError, rows};

/// Changes that may wait. Beyond that, whoever asks waits for its turn to wait.
const QUEUE_MAX: usize = 1_024;
/// Changes in one transaction: bounds how long the first of them waits for the last.
const BATCH_MAX: usize = 256;

/// Pages that stay free in the file, for what comes next: 1 MiB.
const FREE_PAGES_KEPT: u64 = 256;
/// Free pages that are given back at once: few, so that no change waits long for it.
const SHRINK_PAGES: u32 = 256;
/// Bytes of a page: SQLite's own choice, which the tables do not change.
const PAGE_BYTES: u64 = 4096;
/// So little free room is none: SQLite does not always say that the disk is full when it is.
const NO_ROOM: u64 = 64 * 1024;

/// How long folding the log in waits for readers.
const FOLD_WAIT: Duration = Duration::from_millis(200);

/// The way to the thread. Dropping it ends the thread, after what is queued, and waits for that:
/// from then on nobody touches the file.
pub(super) struct Writer {
    queue: mpsc::Sender<Task>,
    thread: Option<thread::JoinHandle<()>>,
    damage: Damage,
}

impl Drop for Writer {
    fn drop(&mut self) {
        // Nobody asks for more: the queue ends.
        self.queue = mpsc::channel(1).0;
        if let Some(thread) = self.thread.take() {
            // It does not panic; if it did, it has ended too.
            let _ = thread.join();
        }
    }
}

/// What the thread is asked for.
enum Task {
    /// A change.
    Change(Box<dyn Job>),
    /// That the log be folded into the file, and cut off.
    Fold(oneshot::Sender<Result<(), LedgerError>>),
    /// That some free pages be given back. Answers whether there are more.
    Shrink(oneshot::Sender<Result<bool, LedgerError>>),
}

/// What the thread works with.
pub(super) struct Desk {
    pub(super) connection: Connection,
    pub(super) time: Arc<HighWater>,
    pub(super) ballast: Arc<Ballast>,
    /// Bytes of free pages inside of the file, as of the last change.
    pub(super) free_inside: Arc<AtomicU64>,
}

impl Writer {
    pub(super) fn start(desk: Desk, damage: Damage) -> Result<Self, LedgerError> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        let thread = thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || write_all(&desk, jobs))
            .map_err(|error| LedgerError::Engine(Box::new(error)))?;
        Ok(Self { queue, thread: Some(thread), damage })
    }

    /// Runs a change in the next transaction and waits until that is on the disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (reply, answer) = oneshot::channel();
        let job = Pending { change, value: None, reply };
        self.queue.send(Task::Change(Box::new(job))).await.map_err(|_| LedgerError::Closed)?;
        self.damage.noted(answer.await.map_err(|_| LedgerError::Closed)?)
    }

    /// Gives some free pages back to the disk, with the next fold. Whether there are more.
    pub(super) async fn shrink(&self) -> Result<bool, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Task::Shrink(reply)).await.map_err(|_| LedgerError::Closed)?;
        answer.await.map_err(|_| LedgerError::Closed)?
    }

    /// Folds the log into the file and cuts it off: what was removed before is nowhere any more.
    pub(super) async fn fold(&self) -> Result<(), LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Task::Fold(reply)).await.map_err(|_| LedgerError::Closed)?;
        answer.await.map_err(|_| LedgerError::Closed)?
    }
}

/// A change with the way back to who asked for it.
trait Job: Send {
    /// Makes the change, inside a transaction. Again, if that transaction was given up.
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    /// Tells that it is durable, or that it did not happen.
    fn answer(self: Box<Self>, result: Result<(), LedgerError>);
}

struct Pending<T, F> {
    change: F,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, LedgerError>>,
}

impl<T: Send, F: Fn(&Connection) -> rusqlite::Result<T> + Send> Job for Pending<T, F> {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.value = Some((self.change)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, result: Result<(), LedgerError>) {
        let Self { value, reply, .. } = *self;
        // Whoever asked may have gone away; the change stands all the same.
        let _ = reply.send(result.and_then(|()| value.ok_or(LedgerError::Closed)));
    }
}

fn write_all(desk: &Desk, mut tasks: mpsc::Receiver<Task>) {
    desk.note_free_pages();
    while let Some(first) = tasks.blocking_recv() {
        let (mut batch, mut folds, mut shrinks) = (Vec::new(), Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(task) = next {
            match task {
                Task::Change(job) => batch.push(job),
                Task::Fold(reply) => folds.push(reply),
                Task::Shrink(reply) => shrinks.push(reply),
            }
            next = if batch.len() < BATCH_MAX { tasks.try_recv().ok() } else { None };
        }
        if !batch.is_empty() {
            write_batch(desk, batch);
        }
        for reply in shrinks {
            let _ = reply.send(shrink(&desk.connection).map_err(LedgerError::from));
        }
        desk.note_free_pages();
        // After what was asked for together with it: one does for all.
        if !folds.is_empty() {
            let folded = fold(&desk.connection);
            for reply in folds {
                let _ = reply.send(if folded { Ok(()) } else { Err(LedgerError::Engine("the log stays".into())) });
            }
        }
    }
}

impl Desk {
    fn note_free_pages(&self) {
        if let Ok(pages) = free_pages(&self.connection) {
            self.free_inside.store(pages.saturating_mul(PAGE_BYTES), Ordering::Relaxed);
        }
    }

    /// Whether that error says that the disk is full, and there is a ballast to give up: then it is
    /// worth another try.
    fn can_make_room(&self, error: &rusqlite::Error) -> bool {
        let full = match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => true,
            Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
                self.ballast.free_bytes().is_ok_and(|free| free < NO_ROOM)
            }
            _ => false,
        };
        full && self.ballast.is_there()
    }
}

fn free_pages(connection: &Connection) -> rusqlite::Result<u64> {
    connection.prepare_cached("PRAGMA freelist_count")?.query_row([], |row| row.get(0))
}

/// Moves pages from the end of the file to free ones, and cuts the end off when the log is folded
/// in. Does nothing in a file that is not made for it.
fn shrink(connection: &Connection) -> rusqlite::Result<bool> {
    let before = free_pages(connection)?;
    if before <= FREE_PAGES_KEPT {
        return Ok(false);
    }
    let mut vacuum = connection.prepare(&format!("PRAGMA incremental_vacuum({SHRINK_PAGES})"))?;
    let mut steps = vacuum.query([])?;
    while steps.next()?.is_some() {}
    let after = free_pages(connection)?;
    Ok(after < before && after > FREE_PAGES_KEPT)
}

/// Whether the log could be folded in and cut off. A full disk can be in the way, or somebody who
/// reads for long: a backup must not keep everybody from writing.
fn fold(connection: &Connection) -> bool {
    let folded = connection
        .busy_timeout(FOLD_WAIT)
        .and_then(|()| connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, bool>(0)));
    let restored = connection.busy_timeout(BUSY_WAIT);
    match folded.and_then(|busy| restored.map(|()| busy)) {
        Ok(busy) => !busy,
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the log of the ledger cannot be folded in");
            false
        }
    }
}

/// One transaction. A change that fails is undone alone; if the transaction itself fails, so does
/// everything in it. Where the disk is full, once again with the room of the ballast.
fn write_batch(desk: &Desk, mut batch: Vec<Box<dyn Job>>) {
    loop {
        match try_batch(desk, &mut batch) {
            Ok(results) => {
                return batch.into_iter().zip(results).for_each(|(job, result)| {
                    job.answer(result.map_err(LedgerError::from));
                });
            }
            Err(error) => {
                if !desk.connection.is_autocommit() {
                    let _ = desk.connection.execute_batch("ROLLBACK");
                }
                if !(desk.can_make_room(&error) && desk.ballast.give_up()) {
                    return fail_all(batch, error);
                }
            }
        }
    }
}

/// What became of each change, once all are on the disk.
fn try_batch(desk: &Desk, batch: &mut [Box<dyn Job>]) -> rusqlite::Result<Vec<rusqlite::Result<()>>> {
    let connection = &desk.connection;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        match run_alone(connection, job.as_mut()) {
            // A full disk can make SQLite give up the whole transaction, not only the change.
            Err(error) if connection.is_autocommit() || desk.can_make_room(&error) => return Err(error),
            result => results.push(result),
        }
    }
    rows::set_clock(connection, desk.time.now())?;
    connection.execute_batch("COMMIT")?;
    Ok(results)
}

fn run_alone(connection: &Connection, job: &mut dyn Job) -> rusqlite::Result<()> {
    connection.prepare_cached("SAVEPOINT change")?.execute([])?;
    let result = job.run(connection);
    if connection.is_autocommit() {
        return result;
    }
    if result.is_err() {
        connection.prepare_cached("ROLLBACK TO change")?.execute([])?;
    }
    connection.prepare_cached("RELEASE change")?.execute([])?;
    result
}

/// Tells everybody. The cause is logged once, here.
fn fail_all(batch: Vec<Box<dyn Job>>, error: rusqlite::Error) {
    let error = LedgerError::from(error);
    tracing::error!(error = &error as &dyn std::error::Error, "a transaction of the ledger failed");
    for job in batch {
        job.answer(Err(match &error {
            LedgerError::Full => LedgerError::Full,
            LedgerError::Corrupt(what) => LedgerError::Corrupt(what.clone()),
            _ => LedgerError::Engine("the transaction failed".into()),
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{ManualClock, sqlite};
    use subrosa_shared::time::Timestamp;

    fn ledger_writer() -> (Writer, Connection, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let connection = sqlite::connect(&path).unwrap();
        sqlite::prepare(&connection).unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp::from_millis(1)));
        let time = Arc::new(HighWater { clock, reached: 0.into() });
        let (ballast, free_inside) = (Arc::new(Ballast::beside(&path, 0)), Arc::default());
        let desk = Desk { connection, time, ballast, free_inside };
        (Writer::start(desk, Damage::of(&path)).unwrap(), sqlite::connect(&path).unwrap(), folder)
    }

    fn add(key: &'static str) -> impl Fn(&Connection) -> rusqlite::Result<usize> {
        move |connection| connection.execute("INSERT INTO meta (key, value) VALUES (?1, 1)", [key])
    }

    #[tokio::test]
    async fn a_change_that_fails_does_not_fail_its_neighbours() {
        let (writer, reader, _folder) = ledger_writer();
        let half = |connection: &Connection| {
            add("half")(connection)?;
            connection.execute("INSERT INTO nothing VALUES (1)", [])
        };
        // Asked for at once, so that they share a transaction.
        let (before, failing, twice, after) =
            tokio::join!(writer.write(add("a")), writer.write(half), writer.write(add("a")), writer.write(add("b")));
        assert!(before.is_ok() && after.is_ok(), "{before:?} {after:?}");
        assert!(failing.is_err() && twice.is_err(), "{failing:?} {twice:?}");
        let mut keys = reader.prepare("SELECT key FROM meta WHERE key IN ('a', 'b', 'half') ORDER BY key").unwrap();
        let keys: Vec<String> = keys.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        assert_eq!(keys, ["a", "b"]);
    }

    #[tokio::test]
    async fn whoever_reads_for_long_keeps_nobody_from_writing() {
        let (writer, reader, _folder) = ledger_writer();
        writer.write(add("a")).await.unwrap();
        let reading = reader.unchecked_transaction().unwrap();
        let count = || -> u32 { reading.query_row("SELECT count(*) FROM meta", [], |row| row.get(0)).unwrap() };
        let before = count();
        let asked = tokio::time::Instant::now();
        assert!(writer.fold().await.is_err());
        writer.write(add("b")).await.unwrap();
        assert!(asked.elapsed() < BUSY_WAIT / 2);
        assert_eq!(count(), before);
        reading.finish().unwrap();
        writer.fold().await.unwrap();
    }

    #[tokio::test]
    async fn what_was_asked_for_is_written_even_if_nobody_waits_for_the_answer() {
        let (writer, reader, _folder) = ledger_writer();
        let (reply, _) = oneshot::channel();
        let job = Pending { change: add("a"), value: None, reply };
        assert!(writer.queue.send(Task::Change(Box::new(job))).await.is_ok());
        writer.write(add("b")).await.unwrap();
        let count: u32 =
            reader.query_row("SELECT count(*) FROM meta WHERE key IN ('a', 'b')", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 2);
    }
}
