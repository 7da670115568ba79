//! A few connections that read. WAL lets them go on while the writer writes; each read sees one committed state.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::{LedgerError, connect};

/// Reads are short and mostly served from memory: more connections would only hold more caches.
const CONNECTIONS: usize = 4;

/// The connections, and a ticket for each.
pub(super) struct Readers {
    idle: Arc<Mutex<Vec<Connection>>>,
    tickets: Arc<Semaphore>,
}

impl Readers {
    pub(super) fn open(path: &Path) -> Result<Self, LedgerError> {
        let connections = (0..CONNECTIONS).map(|_| connect(path)).collect::<Result<Vec<_>, _>>()?;
        for connection in &connections {
            connection.pragma_update(None, "query_only", true)?;
        }
        Ok(Self { idle: Arc::new(Mutex::new(connections)), tickets: Arc::new(Semaphore::new(CONNECTIONS)) })
    }

    /// Runs a read on one of them. All its statements see the same state.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let ticket = Arc::clone(&self.tickets).acquire_owned().await.map_err(|_| LedgerError::Closed)?;
        let idle = Arc::clone(&self.idle);
        tokio::task::spawn_blocking(move || {
            let _ticket = ticket;
            let connection = lock(&idle).pop().ok_or(LedgerError::Closed)?;
            let result = connection.unchecked_transaction().and_then(|transaction| query(&transaction));
            lock(&idle).push(connection);
            result.map_err(LedgerError::from)
        })
        .await
        .map_err(|panic| LedgerError::Engine(Box::new(panic)))?
    }
}

/// A panic elsewhere leaves the list of connections whole.
fn lock(idle: &Mutex<Vec<Connection>>) -> std::sync::MutexGuard<'_, Vec<Connection>> {
    idle.lock().unwrap_or_else(PoisonError::into_inner)
}
