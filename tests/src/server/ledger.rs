//! What holds the ledger of a server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

use super::Options;
use crate::redis::{Redis, Settings};

/// Whether the ledger of servers is a file, unless a test says otherwise.
///
/// # Panics
/// The variable has another value than `redis`.
#[must_use]
pub fn ledger_is_a_file() -> bool {
    let ledger = std::env::var("SUBROSA_TEST_LEDGER").ok();
    assert!(matches!(ledger.as_deref(), None | Some("redis")), "SUBROSA_TEST_LEDGER is {ledger:?}, not redis");
    ledger.is_none()
}

/// Ends the test where the ledger is no file: it is about that file, and runs once.
#[macro_export]
macro_rules! only_on_a_file {
    () => {
        if !$crate::server::ledger_is_a_file() {
            return;
        }
    };
}

/// The ledger of a data folder, if it is not a file in it: a Redis that keeps its own files there.
/// It is the same one for everybody who uses the folder, and is started again for who comes later.
pub(super) async fn redis_for(options: &Options, data: &Path) -> Option<Arc<Redis>> {
    static RUNNING: Mutex<BTreeMap<PathBuf, Weak<Redis>>> = Mutex::new(BTreeMap::new());
    if ledger_is_a_file() || options.flags.iter().any(|flag| flag == "--ledger") {
        return None;
    }
    let folder = data.join("redis");
    let found = RUNNING.lock().expect("nobody panics with the lock").get(&folder).and_then(Weak::upgrade);
    if found.is_some() {
        return found;
    }
    // Whoever names a folder that cannot be used is told so by the server.
    if !folder.is_dir() && std::fs::create_dir(&folder).is_err() {
        return None;
    }
    let redis = Arc::new(Redis::start_in(&folder, Settings::durable()).await);
    RUNNING.lock().expect("nobody panics with the lock").insert(folder, Arc::downgrade(&redis));
    Some(redis)
}
