//! Whether the file is damaged.
//!
//! SQLite says "malformed" of a page that is not what it should be, and also where the disk failed
//! to read it this once. Only a look through the whole file tells which it was.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::Duration;

use super::{LedgerError, connect};

/// How often the file is looked through before it counts as damaged.
const LOOKS: u32 = 3;
/// One that counts as damaged is looked through again after so long, as its disk may have failed
/// for a moment only. Then after twice as long each time.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// But after no longer than this.
const LOOK_AGAIN_MAX: Duration = Duration::from_secs(60);

/// What is known of the file. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Damage(Arc<Known>);

#[derive(Debug)]
struct Known {
    path: PathBuf,
    state: Mutex<State>,
    /// Held by whoever looks through the file, so that the last look is what is known.
    looking: Mutex<()>,
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
        let (state, looking) = (Mutex::new(State::Whole), Mutex::default());
        Self(Arc::new(Known { path: path.to_owned(), state, looking }))
    }

    /// Passes a result on. If it says that the file is damaged, has the file looked through in the
    /// background.
    pub(super) fn noted<T>(&self, result: Result<T, LedgerError>) -> Result<T, LedgerError> {
        if let Err(LedgerError::Corrupt(what)) = &result
            && self.0.suspect()
        {
            tracing::error!(what, "the ledger could not be read: looking through all of it");
            let damage = self.clone();
            in_background(move || drop(damage.look_through()));
        }
        result
    }

    /// Looks through the whole file, however long that takes. If it is damaged, that is done again
    /// in the background until it is whole.
    pub(super) fn look_through(&self) -> Result<(), LedgerError> {
        let (result, before) = self.0.look_through();
        if result.is_err() && before != State::Damaged {
            let known = Arc::downgrade(&self.0);
            in_background(move || look_again(&known));
        }
        result
    }

    /// That the file is not known to be damaged.
    pub(super) fn expect_whole(&self) -> Result<(), LedgerError> {
        match *self.0.lock() {
            State::Whole => Ok(()),
            State::Suspected => Err(LedgerError::Unavailable("it is being looked through for damage".to_owned())),
            State::Damaged => Err(LedgerError::Corrupt("pages of the file are damaged".to_owned())),
        }
    }
}

/// Without a thread nobody looks before the next daily check.
fn in_background(work: impl FnOnce() + Send + 'static) {
    let _ = thread::Builder::new().name("ledger-check".to_owned()).spawn(work);
}

/// Looks until the file is whole, or nobody uses it any more.
fn look_again(known: &Weak<Known>) {
    let mut wait = LOOK_AGAIN;
    loop {
        thread::sleep(wait);
        let Some(known) = known.upgrade() else { return };
        if known.look_through().0.is_ok() {
            return;
        }
        wait = (wait * 2).min(LOOK_AGAIN_MAX);
    }
}

impl Known {
    /// What it found, and what was known before.
    fn look_through(&self) -> (Result<(), LedgerError>, State) {
        let _looking = self.looking.lock().unwrap_or_else(PoisonError::into_inner);
        let mut result = Ok(());
        for _ in 0..LOOKS {
            result = quick_check(&self.path);
            if result.is_ok() {
                break;
            }
        }
        let before = self.replace(if result.is_ok() { State::Whole } else { State::Damaged });
        match (&result, before) {
            (Err(error), State::Whole | State::Suspected) => tracing::error!(
                error = error as &dyn std::error::Error,
                "the ledger is damaged, or its disk cannot read it: it is looked through again until it is whole; if \
                 it does not come back soon, stop the server, look at the disk, and restore a backup"
            ),
            (Ok(()), State::Suspected) => {
                tracing::warn!("the ledger is whole: its disk failed to read it once, and may fail again");
            }
            (Ok(()), State::Damaged) => tracing::warn!("the ledger is whole again: look at its disk"),
            (Err(_), State::Damaged) | (Ok(()), State::Whole) => {}
        }
        (result, before)
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
        while Arc::strong_count(&damage.0) > 1 {
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
        // The operator has restored it, or the disk has come back, and nobody asks.
        std::fs::write(&path, whole).unwrap();
        let step = Duration::from_millis(20);
        let looks = (4 * LOOK_AGAIN).div_duration_f64(step) as u32;
        let is_whole = (0..looks).any(|_| {
            thread::sleep(step);
            damage.expect_whole().is_ok()
        });
        assert!(is_whole, "it is looked through again");
    }
}
