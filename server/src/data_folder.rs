//! The folder that an installation lives in: it exists, can be written, and is ours alone while we
//! run.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

/// A data folder in use by this process. Whoever holds it keeps others out; the system lets go when
/// the process ends, however it ends.
#[derive(Debug)]
pub(crate) struct DataFolder {
    lock: File,
}

impl Drop for DataFolder {
    /// Not by closing alone: a program that is just being started from this one still has a copy of
    /// the file.
    fn drop(&mut self) {
        let _ = self.lock.unlock();
    }
}

/// Why a data folder cannot be used, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataFolderError {
    /// It is not there.
    #[error("the data folder {} does not exist; create it (mkdir -p), or name another one with --data", .0.display())]
    Missing(PathBuf),
    /// It is a file.
    #[error("{} is not a folder; name a folder with --data", .0.display())]
    NotAFolder(PathBuf),
    /// It cannot be written.
    #[error(
        "the data folder {} cannot be written ({reason}); give the server's user write access to it, or name another one \
         with --data", .folder.display()
    )]
    NotWritable {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// Another process has it.
    #[error("the data folder {} is in use by another Subrosa server; stop that one, or name another folder with --data", .0.display())]
    InUse(PathBuf),
}

impl DataFolder {
    /// Checks the folder and keeps others out of it.
    ///
    /// # Errors
    /// It cannot be used.
    pub(crate) fn open(folder: &Path) -> Result<Self, DataFolderError> {
        let owned = || folder.to_owned();
        let not_writable = |reason| DataFolderError::NotWritable { folder: owned(), reason };
        match std::fs::metadata(folder) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(DataFolderError::NotAFolder(owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(DataFolderError::Missing(owned())),
            Err(error) => return Err(not_writable(error)),
        }
        let lock = File::options().create(true).append(true).open(folder.join("in-use.lock"));
        let lock = lock.map_err(not_writable)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { lock }),
            Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse(owned())),
            Err(TryLockError::Error(error)) => Err(not_writable(error)),
        }
    }
}
