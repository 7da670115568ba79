//! Makes one ledger equal to another, record by record.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream::iter;
use subrosa_lifecycle::RecordKey;

use super::MigrateError;
use super::progress::Progress;
use crate::ledger::{LedgerError, ServiceState, Transfer};

/// Keys asked for at once.
const PAGE_LEN: usize = 1_000;
/// Records at work at the same time: each is held twice, with at most as many rows as a share has
/// parts.
const WORKERS: usize = 16;
/// Comparisons after which a ledger that does not keep what it is given is given up.
const PASSES_MAX: usize = 4;

/// From where to where.
pub(super) struct Copy<'a> {
    pub(super) from: &'a Arc<dyn Transfer>,
    pub(super) to: &'a Arc<dyn Transfer>,
    /// The state of the other, as this run made it.
    pub(super) receiving: &'a ServiceState,
}

impl Copy<'_> {
    /// Goes on until a whole pass finds nothing to be changed any more. The one that is left must
    /// be closed. Answers how many records that pass has compared.
    pub(super) async fn until_equal(&self, show: bool) -> Result<u64, MigrateError> {
        let mut differences = 0;
        for _ in 0..PASSES_MAX {
            let mut progress = Progress::new("compared", self.from.count().await?, show);
            differences = self.pass(&mut progress).await?;
            if differences == 0 {
                return Ok(progress.done());
            }
        }
        Err(MigrateError::Differs { passes: PASSES_MAX, differences })
    }

    /// Looks at every record of both, and takes over what differs. Answers how many did.
    pub(super) async fn pass(&self, progress: &mut Progress) -> Result<u64, MigrateError> {
        let mut changed = 0;
        let mut last = None;
        loop {
            let page = self.from.keys(last, PAGE_LEN).await?;
            let Some(end) = page.last().copied() else { break };
            last = Some(end);
            changed += self.take_over(page, Some(&mut *progress)).await?;
        }
        // What the other has and this one has not: of an earlier stay, or ended meanwhile. If all
        // of this one are there and there are not more, there is none.
        if self.to.count().await? > progress.done() {
            let mut last = None;
            loop {
                let page = self.to.keys(last, PAGE_LEN).await?;
                let Some(end) = page.last().copied() else { break };
                last = Some(end);
                changed += self.take_over(page, None).await?;
            }
        }
        Ok(changed)
    }

    async fn take_over(&self, keys: Vec<RecordKey>, mut progress: Option<&mut Progress>) -> Result<u64, MigrateError> {
        let mut results = iter(keys.into_iter().map(|key| self.equal(key))).buffer_unordered(WORKERS);
        let mut changed = 0;
        while let Some(result) = results.next().await {
            changed += u64::from(result.map_err(overtaken)?);
            if let Some(progress) = &mut progress {
                progress.one_more();
            }
        }
        Ok(changed)
    }

    /// Makes a record equal. Answers whether it was not.
    async fn equal(&self, key: RecordKey) -> Result<bool, LedgerError> {
        let (wanted, found) = futures_util::future::try_join(self.from.export(&key), self.to.export(&key)).await?;
        let differs = wanted != found;
        if differs {
            self.to.import(self.receiving, key, wanted).await?;
        }
        Ok(differs)
    }
}

fn overtaken(error: LedgerError) -> MigrateError {
    match error {
        LedgerError::NotInService(_) => MigrateError::Overtaken,
        error => error.into(),
    }
}
