//! The one thread that writes. It takes whatever has queued up into one transaction, syncs once, then answers all: the
//! more write at the same time, the cheaper each of them gets.

use std::sync::Arc;
use std::thread;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{HighWater, LedgerError, rows};

/// Changes that may wait. Beyond that, whoever asks waits for its turn to wait.
const QUEUE_MAX: usize = 1_024;
/// Changes in one transaction: bounds how long the first of them waits for the last.
const BATCH_MAX: usize = 256;

/// The way to the thread. Dropping it ends the thread, after what is queued.
pub(super) struct Writer {
    queue: mpsc::Sender<Box<dyn Job>>,
}

impl Writer {
    pub(super) fn start(connection: Connection, time: Arc<HighWater>) -> Result<Self, LedgerError> {
        let (queue, jobs) = mpsc::channel(QUEUE_MAX);
        thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || write_all(&connection, &time, jobs))
            .map_err(|error| LedgerError::Engine(Box::new(error)))?;
        Ok(Self { queue })
    }

    /// Runs a change in the next transaction and waits until that is on the disk.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (reply, answer) = oneshot::channel();
        let job = Pending { change: Some(change), value: None, reply };
        self.queue.send(Box::new(job)).await.map_err(|_| LedgerError::Closed)?;
        answer.await.map_err(|_| LedgerError::Closed)?
    }
}

/// A change with the way back to who asked for it.
trait Job: Send {
    /// Makes the change, inside a transaction.
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    /// Tells that it is durable, or that it did not happen.
    fn answer(self: Box<Self>, result: Result<(), LedgerError>);
}

struct Pending<T, F> {
    change: Option<F>,
    value: Option<T>,
    reply: oneshot::Sender<Result<T, LedgerError>>,
}

impl<T: Send, F: FnOnce(&Connection) -> rusqlite::Result<T> + Send> Job for Pending<T, F> {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        if let Some(change) = self.change.take() {
            self.value = Some(change(connection)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, result: Result<(), LedgerError>) {
        let Self { value, reply, .. } = *self;
        // Whoever asked may have gone away; the change stands all the same.
        let _ = reply.send(result.and_then(|()| value.ok_or(LedgerError::Closed)));
    }
}

fn write_all(connection: &Connection, time: &HighWater, mut jobs: mpsc::Receiver<Box<dyn Job>>) {
    while let Some(first) = jobs.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < BATCH_MAX
            && let Ok(job) = jobs.try_recv()
        {
            batch.push(job);
        }
        write_batch(connection, time, batch);
    }
}

/// One transaction. A change that fails is undone alone; if the transaction itself fails, so does everything in it.
fn write_batch(connection: &Connection, time: &HighWater, batch: Vec<Box<dyn Job>>) {
    if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
        return fail_all(batch, error);
    }
    let mut done = Vec::with_capacity(batch.len());
    let mut jobs = batch.into_iter();
    while let Some(mut job) = jobs.next() {
        match run_alone(connection, job.as_mut()) {
            Ok(()) => done.push(job),
            // A full disk can make SQLite give up the whole transaction, not only the change.
            Err(error) if connection.is_autocommit() => {
                done.push(job);
                done.extend(jobs);
                return fail_all(done, error);
            }
            Err(error) => job.answer(Err(error.into())),
        }
    }
    let committed = rows::set_clock(connection, time.now()).and_then(|()| connection.execute_batch("COMMIT"));
    match committed {
        Ok(()) => done.into_iter().for_each(|job| job.answer(Ok(()))),
        Err(error) => {
            if !connection.is_autocommit() {
                let _ = connection.execute_batch("ROLLBACK");
            }
            fail_all(done, error);
        }
    }
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
    let full = matches!(error, LedgerError::Full);
    for job in batch {
        job.answer(Err(if full { LedgerError::Full } else { LedgerError::Engine("the transaction failed".into()) }));
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
        (Writer::start(connection, time).unwrap(), sqlite::connect(&path).unwrap(), folder)
    }

    fn add(key: &'static str) -> impl FnOnce(&Connection) -> rusqlite::Result<usize> {
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
    async fn what_was_asked_for_is_written_even_if_nobody_waits_for_the_answer() {
        let (writer, reader, _folder) = ledger_writer();
        let (reply, _) = oneshot::channel();
        let job = Pending { change: Some(add("a")), value: None, reply };
        assert!(writer.queue.send(Box::new(job)).await.is_ok());
        writer.write(add("b")).await.unwrap();
        let count: u32 =
            reader.query_row("SELECT count(*) FROM meta WHERE key IN ('a', 'b')", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 2);
    }
}
