//! How many replicas acknowledge is remembered in the ledger. A server that starts while some of
//! them are away would count fewer, and take that for what the operator wants.

use subrosa_durable_redis::Tag;

use super::{RedisLedger, scripts};
use crate::ledger::LedgerError;

impl RedisLedger {
    /// Remembers how many there are now; fewer than before are an error, unless the operator says
    /// so.
    pub(super) async fn remember_replicas(&self) -> Result<(), LedgerError> {
        let now = self.nodes.replicas();
        let said = if self.nodes.policy().replicas.is_some() { "1" } else { "0" };
        let remember = self.script(&scripts::REPLICAS, Tag::LEDGER).key(self.keys.replicas());
        // Not a write that replicas have to acknowledge: where they are away and that is accepted,
        // a server may start.
        let before: u32 = self.read(Tag::LEDGER, remember.arg(now.to_string()).arg(said)).await?.value()?;
        Ok(self.nodes.expect_replicas(before)?)
    }
}
