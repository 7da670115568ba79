//! Whether the file is damaged.
//!
//! SQLite says "malformed" of a page that is not what it should be, and also where the disk failed
//! to read it this once. Only a look through the whole file tells which it was.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::{LedgerError, connect};

/// How often the file is looked through before it counts as damaged.
const LOOKS: u32 = 3;

/// What is known of the file. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Damage {
    path: PathBuf,
    state: Arc<Mutex<State>>,
    /// Held by whoever looks through the file, so that the last look is what is known.
    looking: Arc<Mutex<()>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Whole,
    /// A page could not be read, and the file is being looked through.
    Suspected,
    Damaged,
}

impl Damage {
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), state: Arc::new(Mutex::new(State::Whole)), looking: Arc::default() }
    }

    /// Passes a result on. If it says that the file is damaged, has the file looked through in the
    /// background.
    pub(super) fn noted<T>(&self, result: Result<T, LedgerError>) -> Result<T, LedgerError> {
        if let Err(LedgerError::Corrupt(what)) = &result
            && self.suspect()
        {
            tracing::error!(what, "the ledger could not be read: looking through all of it");
            let damage = self.clone();
            let looking = thread::Builder::new().name("ledger-check".to_owned());
            // Without a thread nobody knows: it stays suspected, until the next check.
            let _ = looking.spawn(move || damage.look_through());
        }
        result
    }

    /// Looks through the whole file, however long that takes.
    pub(super) fn look_through(&self) -> Result<(), LedgerError> {
        let _looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let mut result = Ok(());
        for _ in 0..LOOKS {
            result = quick_check(&self.path);
            if result.is_ok() {
                break;
            }
        }
        match (&result, self.replace(if result.is_ok() { State::Whole } else { State::Damaged })) {
            (Err(error), State::Whole | State::Suspected) => tracing::error!(
                error = error as &dyn std::error::Error,
                "the ledger is damaged, or its disk cannot read it: stop the server, look at the disk, and restore a \
                 backup if the file does not come back"
            ),
            (Ok(()), State::Suspected) => {
                tracing::warn!("the ledger is whole: its disk failed to read it once, and may fail again");
            }
            (Ok(()), State::Damaged) => tracing::warn!("the ledger is whole again"),
            (Err(_), State::Damaged) | (Ok(()), State::Whole) => {}
        }
        result
    }

    /// That the file is not known to be damaged.
    pub(super) fn expect_whole(&self) -> Result<(), LedgerError> {
        match *self.lock() {
            State::Whole => Ok(()),
            State::Suspected => Err(LedgerError::Unavailable("it is being looked through for damage".to_owned())),
            State::Damaged => Err(LedgerError::Corrupt("pages of the file are damaged".to_owned())),
        }
    }

    /// Whether that is news.
    fn suspect(&self) -> bool {
        let mut state = self.lock();
        let is_news = *state == State::Whole;
        if is_news {
            *state = State::Suspected;
        }
        is_news
    }

    fn replace(&self, state: State) -> State {
        std::mem::replace(&mut *self.lock(), state)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the pages of the file hang together. On a connection of its own, which has read none of
/// them before.
fn quick_check(path: &Path) -> Result<(), LedgerError> {
    let connection = connect(path)?;
    connection.pragma_update(None, "query_only", true)?;
    let found: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if found == "ok" { Ok(()) } else { Err(LedgerError::Corrupt(found)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unreadable() -> Result<(), LedgerError> {
        Err(LedgerError::Corrupt("database disk image is malformed".to_owned()))
    }

    /// Looks once more, and waits until nobody else does: the file may be replaced afterwards.
    fn known(damage: &Damage) -> Result<(), LedgerError> {
        let _ = damage.look_through();
        while Arc::strong_count(&damage.looking) > 1 {
            thread::yield_now();
        }
        damage.expect_whole()
    }

    #[test]
    fn a_file_that_could_not_be_read_once_is_looked_through_and_served_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.sqlite");
        let connection = connect(&path).unwrap();
        connection.execute_batch("CREATE TABLE t (x); INSERT INTO t VALUES (zeroblob(100000));").unwrap();
        connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        let damage = Damage::of(&path);
        assert!(damage.noted(unreadable()).is_err());
        assert!(known(&damage).is_ok(), "the file is whole");
        // Twice is no worse than once.
        assert!(damage.noted(unreadable()).is_err() && damage.noted(unreadable()).is_err());
        assert!(known(&damage).is_ok());

        drop(connection);
        let whole = std::fs::read(&path).unwrap();
        let mut bytes = whole.clone();
        bytes[4096..4096 + 8192].fill(0x5a);
        std::fs::write(&path, bytes).unwrap();
        assert!(damage.noted(unreadable()).is_err());
        assert!(matches!(known(&damage), Err(LedgerError::Corrupt(_))));
        // The operator has restored it, and a check finds that.
        std::fs::write(&path, whole).unwrap();
        assert!(known(&damage).is_ok());
    }
}
