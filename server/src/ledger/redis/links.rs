//! The index: which share a link opens. It lies under the tags of the links, so it is kept beside
//! the commits, not in them.

use std::time::Duration;

use subrosa_durable_redis::{Invocation, Tag};
use subrosa_lifecycle::RecordKey;
use subrosa_shared::id::{LinkId, ShareId};

use super::keys::RecordKeys;
use super::reply::corrupt;
use super::{RedisLedger, rows, scripts};
use crate::ledger::{Change, LedgerError};

/// How often an entry of a share that is gone is taken over from whoever else takes it over.
const CLAIMS_MAX: usize = 8;
/// What is left in the index by a mishap ends so long after the record that it belongs to.
const SLACK: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl RedisLedger {
    /// The share that a link opens. That it opens none is told only as surely as a change: a
    /// primary that was replaced, and does not know yet, has never heard of links that were made
    /// since.
    pub(super) async fn share_of_link(&self, link: &LinkId) -> Result<Option<ShareId>, LedgerError> {
        let found = self.indexed_share_of_link(link).await?;
        if found.is_some() || self.nodes.replicas() == 0 {
            return Ok(found);
        }
        let (tag, script) = self.link_script(link);
        self.write(tag, script.repeatable()).await?.value::<Option<Vec<u8>>>()?.map(share_of).transpose()
    }

    pub(super) async fn indexed_share_of_link(&self, link: &LinkId) -> Result<Option<ShareId>, LedgerError> {
        let (tag, script) = self.link_script(link);
        self.read(tag, script).await?.value::<Option<Vec<u8>>>()?.map(share_of).transpose()
    }

    fn link_script(&self, link: &LinkId) -> (Tag, Invocation) {
        let (tag, key) = self.keys.link(link);
        (tag, self.script(&scripts::GET, tag).key(key).arg("GET"))
    }

    /// Enters the links that a change adds. `false`: one of them opens another share.
    pub(super) async fn claim_links(&self, change: &Change) -> Result<bool, LedgerError> {
        let (Some(share), Some(_)) = (change.key.share(), &change.record) else { return Ok(true) };
        // Nothing of a refused change is to stay: so all are looked at before the first is entered.
        if change.new_links.len() > 1 {
            for link in &change.new_links {
                let found = self.indexed_share_of_link(link).await?;
                if let Some(other) = found.filter(|found| *found != share)
                    && self.has_record(other).await?
                {
                    return Ok(false);
                }
            }
        }
        for link in &change.new_links {
            if !self.claim_link(link, share).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn claim_link(&self, link: &LinkId, share: ShareId) -> Result<bool, LedgerError> {
        let (tag, key) = self.keys.link(link);
        let secs = (self.life_max + SLACK).as_secs().to_string();
        let mut expected = Vec::new();
        for _ in 0..CLAIMS_MAX {
            let claim = self.script(&scripts::CLAIM_LINK, tag).key(key.as_str()).arg(expected);
            let claim = claim.arg(*share.as_bytes()).arg(secs.as_str()).repeatable();
            let mut reply = self.write(tag, claim).await?;
            if reply.word == "ok" {
                return Ok(true);
            }
            expected = reply.value()?;
            if self.has_record(share_of(expected.clone())?).await? {
                break;
            }
        }
        Ok(false)
    }

    async fn has_record(&self, share: ShareId) -> Result<bool, LedgerError> {
        let keys = self.keys.record(&RecordKey::Share(share));
        self.read(keys.tag, self.script(&scripts::GET, keys.tag).key(keys.record).arg("EXISTS")).await?.value()
    }

    /// The links of a record that goes, or from now on is nothing but an id.
    pub(super) async fn links_ending_with(
        &self,
        change: &Change,
        keys: &RecordKeys,
    ) -> Result<Vec<LinkId>, LedgerError> {
        let ends = change.record.as_ref().is_none_or(|row| row.stands_alone);
        if !ends || change.key.share().is_none() || change.expect.is_none() {
            return Ok(Vec::new());
        }
        let get = self.script(&scripts::GET, keys.tag).key(keys.links.as_str()).arg("SMEMBERS");
        rows::links(self.read(keys.tag, get).await?.value()?)
    }

    /// Keeps for good what a change entered; lets end with the record what ends with it. If this
    /// fails, what stays opens nothing, and goes by itself.
    pub(super) async fn follow_in_index(&self, change: &Change, ending: &[LinkId]) {
        let Some(share) = change.key.share() else { return };
        let (links, command, argument) = match &change.record {
            None => (ending, "UNLINK", None),
            Some(row) if row.stands_alone => (ending, "PEXPIREAT", Some(row.due.after(SLACK).as_millis().to_string())),
            Some(_) => (change.new_links.as_slice(), "PERSIST", None),
        };
        for link in links {
            let (tag, key) = self.keys.link(link);
            let follow = self.script(&scripts::LINK, tag).key(key).arg(*share.as_bytes()).arg(command);
            let follow = argument.iter().fold(follow, |follow, argument| follow.arg(argument.as_str()));
            if let Err(error) = self.write(tag, follow.repeatable()).await {
                tracing::warn!(%link, command, error = &error as &dyn std::error::Error, "the index does not follow");
            }
        }
    }
}

fn share_of(bytes: Vec<u8>) -> Result<ShareId, LedgerError> {
    bytes.try_into().map(ShareId::from_bytes).map_err(|_| corrupt("the share of a link is malformed"))
}
