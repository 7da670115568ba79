//! What is kept in memory of request bodies, counted over all connections.

use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Duration, timeout};

use super::error::Error;
use super::permit::RequestPermit;
use crate::app::App;
use crate::connections::Activity;

/// The longest wait for memory, once a connection that kept some was closed for it.
const MEMORY_WAIT: Duration = Duration::from_secs(1);

/// Bytes from a client that are buffered in memory, and counted among all that are.
pub(super) struct BufferedBytes {
    app: App,
    activity: Option<Arc<Activity>>,
    permit: Option<OwnedSemaphorePermit>,
}

impl BufferedBytes {
    pub(super) fn none(app: &App, request: Option<&RequestPermit>) -> Self {
        Self { app: app.clone(), activity: request.and_then(RequestPermit::activity), permit: None }
    }

    /// Counts so many, if fewer were counted before. Where too many are kept already, the client
    /// that has been silent longest loses its connection, and with it what is kept of it.
    pub(super) async fn reserve(&mut self, len: usize) -> Result<(), Error> {
        let more = len.saturating_sub(self.len());
        let Some(count) = u32::try_from(more).ok().filter(|count| *count > 0) else { return Ok(()) };
        let free = self.app.memory();
        let permit = match Arc::clone(free).try_acquire_many_owned(count) {
            Ok(permit) => permit,
            Err(_) => {
                self.app.connections().close_idlest_with_buffer();
                let waited = timeout(MEMORY_WAIT, Arc::clone(free).acquire_many_owned(count)).await;
                waited.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?
            }
        };
        match &mut self.permit {
            Some(kept) => kept.merge(permit),
            none => *none = Some(permit),
        }
        if let Some(activity) = &self.activity {
            activity.buffer(more);
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.permit.as_ref().map_or(0, OwnedSemaphorePermit::num_permits)
    }
}

impl Drop for BufferedBytes {
    fn drop(&mut self) {
        if let Some(activity) = &self.activity {
            activity.unbuffer(self.len());
        }
    }
}
