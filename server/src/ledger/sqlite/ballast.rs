//! A file that takes room on the disk of the ledger, only to give it up when the disk is full: then
//! a share can still be revoked, opened and handed over.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use rustix::fs::FallocateFlags;

/// Room that has to be left beside it when it is made again, or it would be given up at once: a
/// quarter of it.
const BESIDE: u64 = 4;

/// The file, there or given up.
pub(super) struct Ballast {
    path: PathBuf,
    len: u64,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It takes its room.
    There,
    /// It was not made yet.
    NotYet,
    /// There was no room for it so far, which was told.
    NoRoom,
    /// It was given up, so that what ends could be written.
    GivenUp,
}

impl Ballast {
    /// For a ledger at that path. Nothing is made yet.
    pub(super) fn beside(ledger: &Path, len: u64) -> Self {
        let mut path = ledger.as_os_str().to_owned();
        path.push(".ballast");
        Self { path: path.into(), len, state: Mutex::new(State::NotYet) }
    }

    /// Makes it if it is not there and there is room for it besides `kept_free`. Fine if there is
    /// none.
    pub(super) fn make(&self, kept_free: u64) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if self.len == 0 || *state == State::There {
            return Ok(());
        }
        // From the life before. One that is cut short, or of another length, is made anew.
        let found = std::fs::metadata(&self.path).map(|found| found.len()).ok();
        if found == Some(self.len) && *state == State::NotYet {
            *state = State::There;
            return Ok(());
        }
        if found.is_some() {
            std::fs::remove_file(&self.path)?;
        }
        // On a small disk it would be in the way of everything else.
        let needed = self.len.saturating_add(self.len / BESIDE).saturating_add(kept_free);
        if free_bytes(&self.path)? < needed {
            if *state == State::NotYet {
                *state = State::NoRoom;
                tracing::warn!(
                    bytes = self.len,
                    "there is no room for a ballast beside the ledger: on a full disk nothing may be revoked or opened"
                );
            }
            return Ok(());
        }
        if let Err(error) = allocate(&self.path, self.len) {
            let _ = std::fs::remove_file(&self.path);
            return Err(error);
        }
        if std::mem::replace(&mut *state, State::There) == State::GivenUp {
            tracing::info!(bytes = self.len, "there is room again: the ballast is back");
        }
        Ok(())
    }

    /// Gives the room to the ledger. `false`: there was none to give.
    pub(super) fn give_up(&self) -> bool {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if *state != State::There {
            return false;
        }
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::error!(error = &error as &dyn std::error::Error, "the ballast cannot be given up");
            return false;
        }
        *state = State::GivenUp;
        tracing::error!(
            bytes = self.len,
            "the disk of the ledger is full: the ballast is given up, and nothing new is taken until there is room for it"
        );
        true
    }

    /// Bytes free on its disk.
    pub(super) fn free_bytes(&self) -> io::Result<u64> {
        free_bytes(&self.path)
    }

    /// Whether it is there to be given up.
    pub(super) fn is_there(&self) -> bool {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) == State::There
    }

    /// Whether it was given up and is not back.
    pub(super) fn is_given_up(&self) -> bool {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) == State::GivenUp
    }
}

/// Bytes free to this process on the disk of a file that may not exist yet.
fn free_bytes(file: &Path) -> io::Result<u64> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let stat = rustix::fs::statvfs(folder)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// A file with blocks of its own, not only a length.
fn allocate(path: &Path, len: u64) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    match rustix::fs::fallocate(&file, FallocateFlags::empty(), 0, len) {
        Ok(()) => {}
        // Some file systems do not know how.
        Err(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
            let zeros = vec![0; 1 << 20];
            let mut left = len;
            while left > 0 {
                let now = left.min(zeros.len() as u64);
                file.write_all(&zeros[..usize::try_from(now).unwrap_or_default()])?;
                left -= now;
            }
        }
        Err(error) => return Err(error.into()),
    }
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_takes_room_gives_it_up_once_and_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger.sqlite");
        let ballast = Ballast::beside(&ledger, 1 << 20);
        assert!(!ballast.give_up(), "there is none yet");
        ballast.make(0).unwrap();
        let file = folder.path().join("ledger.sqlite.ballast");
        let blocks = std::os::unix::fs::MetadataExt::blocks(&file.metadata().unwrap());
        assert!(blocks * 512 >= 1 << 20, "{blocks} blocks: it has a length, but takes no room");
        assert!(ballast.give_up() && !file.exists() && ballast.is_given_up());
        assert!(!ballast.give_up(), "it is given up once");
        ballast.make(u64::MAX / 2).unwrap();
        assert!(ballast.is_given_up(), "there is no room for it");
        ballast.make(0).unwrap();
        assert!(file.exists() && !ballast.is_given_up());
        // A server that starts again finds it.
        let again = Ballast::beside(&ledger, 1 << 20);
        again.make(0).unwrap();
        assert!(again.give_up());
    }

    #[test]
    fn without_room_none_is_made_and_nothing_counts_as_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = Ballast::beside(&folder.path().join("ledger.sqlite"), 1 << 60);
        ballast.make(0).unwrap();
        assert!(!ballast.is_given_up() && !ballast.give_up());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
