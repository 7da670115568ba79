//! What a server keeps on disk.

use std::path::{Path, PathBuf};

use subrosa_shared::id::ShareId;

use crate::server::Server;

/// Every file below a folder. A file that vanishes meanwhile is left out.
#[must_use]
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(_) => files.push(entry.path()),
                Err(_) => {}
            }
        }
    }
    files.sort();
    files
}

impl Server {
    /// The files that hold ciphertext of a share, whole or not.
    #[must_use]
    pub fn ciphertext(&self, share: &ShareId) -> Vec<PathBuf> {
        let share = share.to_string();
        let of_share =
            |path: &PathBuf| path.components().any(|name| name.as_os_str().to_string_lossy().contains(&share));
        files_below(&self.data().join("blobs")).into_iter().filter(of_share).collect()
    }

    /// Bytes of all files in the data folder, but for the ballast, which is none of anybody's.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        let files = files_below(&self.data());
        let kept = files.iter().filter(|file| file.extension().is_none_or(|kind| kind != "ballast"));
        kept.filter_map(|path| path.metadata().ok()).map(|file| file.len()).sum()
    }
}
