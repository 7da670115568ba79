//! How many files the system lets this program open. Connections and blobs are files to it, and
//! many systems start programs with 1,024 of them, of which a program may ask for more: without
//! asking, as many silent connections as are allowed would keep everybody from their blobs.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Ledger, log, listening socket, lines to Redis, and what libraries open for a moment.
const OTHERS: u64 = 256;

/// Asks for as many as may be had; says so if they are too few for that many connections, each of
/// which may read a blob.
pub(crate) fn raise_fd_limit(connections_max: usize) {
    let allowed = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: allowed.maximum, ..allowed }) {
        tracing::warn!(%error, "cannot ask for more open files");
    }
    let needed = u64::try_from(connections_max).unwrap_or(u64::MAX).saturating_mul(2).saturating_add(OTHERS);
    // None: no limit.
    if let Some(allowed) = getrlimit(Resource::Nofile).current.filter(|allowed| *allowed < needed) {
        tracing::warn!(
            allowed,
            needed,
            "too few open files for --connections-max; raise the system's limit (ulimit -n, LimitNOFILE), or lower the flag"
        );
    }
}
