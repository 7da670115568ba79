//! A few threads that read, each with a connection of its own. WAL lets them go on while the writer
//! writes; each read sees one committed state, and everything that was answered before it was asked
//! for.
//!
//! Like the writer, a thread takes whatever has queued up and begins one transaction for all of it:
//! handing a read over and waking a thread costs more than the read. One thread serves until so
//! much waits that another one is worth its waking.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use rusqlite::Connection;
use tokio::sync::{Semaphore, oneshot};

use super::damage::Damage;
use super::{LedgerError, connect};

/// Reads are short and mostly served from memory: more threads would only hold more caches.
const THREADS: usize = 4;
/// Reads of one transaction: bounds how long the first of them waits for the last.
const BATCH_MAX: usize = 32;
/// Reads that may wait. Beyond that, whoever asks waits for its turn to wait.
const QUEUE_MAX: usize = 1_024;

/// The way to the threads. Dropping it ends them, after what is queued, and waits for that.
pub(super) struct Readers {
    shared: Arc<Shared>,
    places: Semaphore,
    threads: Vec<thread::JoinHandle<()>>,
    damage: Damage,
}

/// A read with the way back to who asked for it.
type Read = Box<dyn FnOnce(Result<&Connection, LedgerError>) + Send>;

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    called: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Read>,
    /// Threads that work, and those that were called to.
    working: usize,
    /// Threads that were called and have not woken up yet.
    calls: usize,
    closed: bool,
}

impl Readers {
    pub(super) fn open(path: &Path, damage: Damage) -> Result<Self, LedgerError> {
        let shared = Arc::new(Shared::default());
        let places = Semaphore::new(QUEUE_MAX);
        let mut readers = Self { shared: Arc::clone(&shared), places, threads: Vec::new(), damage };
        for _ in 0..THREADS {
            let connection = connect(path)?;
            connection.pragma_update(None, "query_only", true)?;
            let shared = Arc::clone(&shared);
            let thread = thread::Builder::new()
                .name("ledger-reader".to_owned())
                .spawn(move || shared.serve(&connection))
                .map_err(|error| LedgerError::Engine(Box::new(error)))?;
            readers.threads.push(thread);
        }
        Ok(readers)
    }

    /// Runs a read on one of the threads. All its statements see the same state.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let _place = self.places.acquire().await.map_err(|_| LedgerError::Closed)?;
        let (reply, answer) = oneshot::channel();
        self.shared.push(Box::new(move |connection| {
            // Whoever asked may have gone away.
            let _ = reply.send(connection.and_then(|connection| query(connection).map_err(LedgerError::from)));
        }));
        self.damage.noted(answer.await.map_err(|_| LedgerError::Closed)?)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.called.notify_all();
        for thread in self.threads.drain(..) {
            // It does not panic; if it did, it has ended too.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn push(&self, read: Read) {
        let mut state = self.lock();
        state.queue.push_back(read);
        if state.working < THREADS && state.queue.len() > state.working * BATCH_MAX {
            state.working += 1;
            state.calls += 1;
            drop(state);
            self.called.notify_one();
        }
    }

    fn serve(&self, connection: &Connection) {
        let mut state = self.lock();
        loop {
            if state.calls > 0 {
                state.calls -= 1;
                while !state.queue.is_empty() {
                    let len = state.queue.len().min(BATCH_MAX);
                    let batch: Vec<_> = state.queue.drain(..len).collect();
                    drop(state);
                    read_batch(connection, batch);
                    state = self.lock();
                }
                state.working -= 1;
            } else if state.closed {
                return;
            } else {
                state = self.called.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    /// A panic elsewhere leaves the state whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One transaction. It begins after everything in it was asked for.
fn read_batch(connection: &Connection, batch: Vec<Read>) {
    let transaction = connection.unchecked_transaction();
    for read in batch {
        read(match &transaction {
            Ok(transaction) => Ok(transaction),
            Err(_) => Err(LedgerError::Engine("a read could not begin".into())),
        });
    }
    if let Err(error) = transaction.and_then(rusqlite::Transaction::finish) {
        tracing::error!(error = &error as &dyn std::error::Error, "a transaction of the ledger failed");
    }
}
