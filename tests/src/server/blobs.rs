//! What holds the ciphertext of a server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use super::Options;
use crate::s3::S3;

/// What lies in the bucket.
const PREFIX: &str = "blobs";
/// The store's folder in a data folder.
pub(super) const FOLDER: &str = "s3";

/// Whether ciphertext is in a folder, unless a test says otherwise.
///
/// # Panics
/// The variable has another value than `s3`.
#[must_use]
pub fn blobs_are_files() -> bool {
    let blobs = std::env::var("SUBROSA_TEST_BLOBS").ok();
    assert!(matches!(blobs.as_deref(), None | Some("s3")), "SUBROSA_TEST_BLOBS is {blobs:?}, not s3");
    blobs.is_none()
}

/// The store of a data folder, if ciphertext is not in a folder in it: a store that keeps its own
/// files there. It is the same one for everybody who uses the folder, and is started again for who
/// comes later.
pub(super) async fn s3_for(options: &Options, data: &Path) -> Option<Arc<S3>> {
    static RUNNING: Mutex<BTreeMap<PathBuf, Weak<S3>>> = Mutex::new(BTreeMap::new());
    let is_elsewhere = options.disk_bytes.is_some() || options.flags.iter().any(|flag| flag == "--blobs");
    if blobs_are_files() || is_elsewhere {
        return None;
    }
    let folder = data.join(FOLDER);
    let found = RUNNING.lock().expect("nobody panics with the lock").get(&folder).and_then(Weak::upgrade);
    if found.is_some() {
        return found;
    }
    // Whoever names a folder that cannot be used is told so by the server.
    if !folder.is_dir() && std::fs::create_dir(&folder).is_err() {
        return None;
    }
    let store = Arc::new(S3::start_in(&folder).await);
    RUNNING.lock().expect("nobody panics with the lock").insert(folder, Arc::downgrade(&store));
    Some(store)
}

/// Flags of a server that has its ciphertext there.
pub(super) fn flags(store: &S3) -> Vec<String> {
    store.flags(PREFIX)
}
