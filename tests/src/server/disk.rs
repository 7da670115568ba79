//! What a server keeps on disk.

use std::path::PathBuf;

use subrosa_shared::id::ShareId;

use super::Server;
use super::blobs::FOLDER;
use crate::disk::files_below;

impl Server {
    /// The files that hold ciphertext of a share, whole or not.
    #[must_use]
    pub fn ciphertext(&self, share: &ShareId) -> Vec<PathBuf> {
        let share = share.to_string();
        let of_share =
            |path: &PathBuf| path.components().any(|name| name.as_os_str().to_string_lossy().contains(&share));
        let places = ["blobs", FOLDER].map(|name| files_below(&self.data().join(name)));
        places.into_iter().flatten().filter(of_share).collect()
    }

    /// Bytes of all files in the data folder, but for the ballast, which is none of anybody's.
    #[must_use]
    pub fn stored_bytes(&self) -> u64 {
        let files = files_below(&self.data());
        let kept = files.iter().filter(|file| file.extension().is_none_or(|kind| kind != "ballast"));
        kept.filter_map(|path| path.metadata().ok()).map(|file| file.len()).sum()
    }
}
