//! Taking all that Redis keeps to another ledger, or from one.

use async_trait::async_trait;
use futures_util::future::try_join_all;
use subrosa_shared::time::Timestamp;

use super::nodes::Tag;
use super::reply::corrupt;
use super::{RedisLedger, scripts};
use crate::ledger::{Kept, LedgerError, Standing, Transfer};
use crate::record_key::RecordKey;

#[async_trait]
impl Transfer for RedisLedger {
    async fn standing(&self) -> Result<Standing, LedgerError> {
        self.learn_standing().await
    }

    async fn set_standing(&self, expected: &Standing, next: &Standing) -> Result<bool, LedgerError> {
        self.change_standing(expected, next).await
    }

    async fn count(&self) -> Result<u64, LedgerError> {
        let counts = try_join_all(Tag::of_ids().map(|tag| self.count_in_tag(tag))).await?;
        Ok(counts.iter().sum())
    }

    async fn keys(&self, _after: Option<RecordKey>, _count_max: usize) -> Result<Vec<RecordKey>, LedgerError> {
        Err(corrupt("not yet"))
    }

    async fn export(&self, _key: &RecordKey) -> Result<Option<Kept>, LedgerError> {
        Err(corrupt("not yet"))
    }

    async fn import(&self, _: &Standing, _key: RecordKey, _kept: Option<Kept>) -> Result<(), LedgerError> {
        Err(corrupt("not yet"))
    }

    async fn reached(&self) -> Result<Timestamp, LedgerError> {
        Err(corrupt("not yet"))
    }

    async fn reach(&self, _moment: Timestamp) -> Result<(), LedgerError> {
        Err(corrupt("not yet"))
    }
}

impl RedisLedger {
    /// How many records a tag has. Every record has a due entry.
    pub(super) async fn count_in_tag(&self, tag: Tag) -> Result<u64, LedgerError> {
        let count = self.script(&scripts::GET, tag).key(self.keys.due(tag)).arg("ZCARD");
        self.read(tag, count).await?.value()
    }
}
