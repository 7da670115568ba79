//! The health of the server: whether it serves, and whether it takes anything new.

use std::error::Error;

use tokio::sync::Mutex;
use tokio::time::{Duration, Instant, timeout};

use crate::blobs::{Blobs, BlobsError};
use crate::concurrency::{CallKind, ConcurrencyLimits};
use crate::connections::Connections;
use crate::ledger::{Ledger, LedgerError};

/// The longest wait for ledger or blobs. One that does not answer for so long does not work.
const PROBE_MAX: Duration = Duration::from_secs(3);

/// What is known of the health of the server.
#[derive(Debug, Default)]
pub(crate) struct Health {
    /// The last probe, and when it began.
    last: Mutex<Option<(Instant, Probe)>>,
}

/// What a probe of ledger and blobs found. The texts are for the operator.
#[derive(Clone, Copy, Debug)]
struct Probe {
    serving: Result<(), &'static str>,
    accepting: Result<(), &'static str>,
}

/// The health of a server, together with what is looked at to know it.
pub(crate) struct HealthCheck<'a> {
    pub(crate) known: &'a Health,
    pub(crate) ledger: &'a dyn Ledger,
    pub(crate) blobs: &'a Blobs,
    pub(crate) connections: &'a Connections,
    pub(crate) concurrency: &'a ConcurrencyLimits,
}

impl HealthCheck<'_> {
    /// Whether downloads, views and revokes work. If not, why.
    pub(crate) async fn check_serving(&self) -> Result<(), &'static str> {
        self.probe().await.serving?;
        if self.connections.is_saturated() {
            return Err("saturated: there are as many connections as there may be");
        }
        for kind in [CallKind::Holder, CallKind::Owner, CallKind::Page] {
            if self.concurrency.is_saturated(kind) {
                return Err(saturated(kind));
            }
        }
        Ok(())
    }

    /// Whether something new can be stored as well. If not, why.
    pub(crate) async fn check_accepting(&self) -> Result<(), &'static str> {
        self.check_serving().await?;
        self.probe().await.accepting?;
        for kind in [CallKind::Creation, CallKind::Upload] {
            if self.concurrency.is_saturated(kind) {
                return Err(saturated(kind));
            }
        }
        Ok(())
    }

    /// Looks, one at a time: a look changes the ledger, and many who watch must not be a load. Who
    /// waited for a look that began after it came has what that one found.
    async fn probe(&self) -> Probe {
        let came = Instant::now();
        let mut last = self.known.last.lock().await;
        if let Some((began, probe)) = *last
            && began >= came
        {
            return probe;
        }
        let began = Instant::now();
        let probe = self.run_probe().await;
        *last = Some((began, probe));
        probe
    }

    async fn run_probe(&self) -> Probe {
        // Beside each other: what hangs must not keep the answer about the others waiting.
        let ledger = timeout(PROBE_MAX, self.ledger.ping());
        let blobs = timeout(PROBE_MAX, self.blobs.ping());
        let room = timeout(PROBE_MAX, self.ledger.look_for_room());
        let written = timeout(PROBE_MAX, self.blobs.probe_write());
        let (ledger, blobs, room, written) = tokio::join!(ledger, blobs, room, written);
        let serving = match (ledger, blobs) {
            (Err(_), _) => Err("the ledger does not answer"),
            (Ok(Err(error)), _) => {
                tracing::error!(error = &error as &dyn Error, "the ledger takes no changes");
                match error {
                    LedgerError::Corrupt(_) => Err("the ledger is damaged"),
                    _ => Err("the ledger takes no changes"),
                }
            }
            (_, Err(_)) => Err("the blob store does not answer"),
            (_, Ok(Err(BlobsError::Foreign))) => Err("the blobs are not those of this installation"),
            (_, Ok(Err(error))) => {
                tracing::error!(error = &error as &dyn Error, "the blobs cannot be read");
                Err("the blobs cannot be read")
            }
            (Ok(Ok(())), Ok(Ok(()))) => Ok(()),
        };
        let accepting = match self.blobs.expect_room() {
            _ if !matches!(room, Ok(Ok(()))) => Err(
                "the ledger has no room for more: less is free than --free-bytes-min, its ballast is given up, or Redis has reached its maxmemory",
            ),
            Ok(()) => match written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(error)) => {
                    tracing::error!(error = &error as &dyn Error, "the blobs cannot be written");
                    Err("the blobs cannot be written: is their disk read-only, or failing?")
                }
                Err(_) => Err("the blob store does not answer"),
            },
            Err(BlobsError::Full) => Err("there is no room: less is free than --free-bytes-min"),
            Err(_) => Err("the room for blobs cannot be measured"),
        };
        Probe { serving, accepting }
    }
}

fn saturated(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Page => "saturated: too many ask for pages",
        CallKind::Holder => "saturated: too many calls of holders of links",
        CallKind::Owner => "saturated: too many calls of owners",
        CallKind::Creation => "saturated: too many new shares and pushes",
        CallKind::Upload => "saturated: too many uploads",
    }
}
