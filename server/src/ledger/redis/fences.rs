//! The fences: how the ledger stands, once per tag, so that every script can look at its own, and
//! once over all of them.
//!
//! The one over all is changed first, to `BEFORE>NEXT`: from then on it is decided. Then the tags
//! follow, and then it becomes `NEXT`. Whoever finds it in between goes on with that. A tag that
//! has neither fence has lost its data; nothing that carried a fence once, and has lost it, is
//! given one again.

use std::sync::PoisonError;

use futures_util::future::try_join_all;
use subrosa_durable_redis::{Invocation, Tag};

use super::fence::{ON_THE_WAY, foreign, state_of};
use super::reply::Reply;
use super::{RedisLedger, scripts};
use crate::ledger::{InstallationId, LedgerError, ServiceState};

/// No fence is ever this: whoever expects it only looks.
const ONLY_LOOK: &str = "?";

impl RedisLedger {
    /// What scripts about a tag have to find. Nothing in a new ledger.
    pub(super) fn fence(&self) -> String {
        self.fence.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// From now on scripts have to find this. A server does so only while the ledger is in service:
    /// what it takes for its own is then refused everywhere, as soon as that changes.
    pub(super) fn adopt(&self, state: &ServiceState) {
        *self.fence.write().unwrap_or_else(PoisonError::into_inner) = state.to_text().unwrap_or_default();
    }

    /// Begins to use the ledger: from now on scripts have to find it as it stands.
    pub(super) async fn begin(&self, accept_clock: bool) -> Result<(), LedgerError> {
        loop {
            let fence = self.read_fence().await?;
            self.adopt(&state_of(&fence).ok_or_else(|| foreign(&fence))?);
            let begun = async {
                self.start_clock(accept_clock).await?;
                self.remember_replicas().await
            };
            match begun.await {
                // Another server may have given a new one its installation just now.
                Err(LedgerError::Foreign(_)) if self.fence_of(Tag::LEDGER).await? != fence => {}
                result => return result,
            }
        }
    }

    /// How the ledger stands. A new one is given an installation only once, and perhaps by another
    /// server: only then scripts have to find another fence than before.
    pub(super) async fn read_state(&self) -> Result<ServiceState, LedgerError> {
        let fence = self.read_fence().await?;
        let state = state_of(&fence).ok_or_else(|| foreign(&fence))?;
        if self.fence().is_empty() {
            self.adopt(&state);
        }
        Ok(state)
    }

    /// Finds the fence of the whole ledger. What was begun is ended.
    async fn read_fence(&self) -> Result<String, LedgerError> {
        let mut over_all = self.fence_of(Tag::LEDGER).await?;
        loop {
            if over_all.contains(ON_THE_WAY) {
                self.follow(&over_all).await?;
            }
            let fences = try_join_all(Tag::of_ids().map(|tag| self.fence_of(tag))).await?;
            let again = self.fence_of(Tag::LEDGER).await?;
            if again == over_all {
                let wrong = fences.into_iter().find(|fence| *fence != over_all);
                return wrong.map_or(Ok(over_all), |fence| Err(foreign(&fence)));
            }
            over_all = again;
        }
    }

    /// Changes the state of the ledger if it is as expected; answers whether it did.
    pub(super) async fn change_state(&self, expected: &ServiceState, next: &ServiceState) -> Result<bool, LedgerError> {
        let (expected, next) = (expected.to_text().unwrap_or_default(), next.to_text().unwrap_or_default());
        let decided = format!("{expected}{ON_THE_WAY}{next}");
        let found = self.fence_of(Tag::LEDGER).await?;
        self.follow(&found).await?;
        if self.compare_and_set_fence(Tag::LEDGER, &expected, &decided).await? != decided {
            return Ok(false);
        }
        self.follow(&decided).await?;
        Ok(true)
    }

    /// Gives a new ledger its fences. Answers the installation in force.
    pub(super) async fn give_installation(&self, id: InstallationId) -> Result<InstallationId, LedgerError> {
        self.change_state(&ServiceState::New, &ServiceState::Serving(id)).await?;
        self.read_installation().await?.ok_or_else(|| foreign(""))
    }

    /// The installation, if the ledger is in service.
    pub(super) async fn read_installation(&self) -> Result<Option<InstallationId>, LedgerError> {
        self.read_state().await?.in_service()
    }

    /// Lets the tags follow what was decided.
    async fn follow(&self, decided: &str) -> Result<(), LedgerError> {
        let Some((before, next)) = decided.split_once(ON_THE_WAY) else { return Ok(()) };
        let fences = try_join_all(Tag::of_ids().map(|tag| self.compare_and_set_fence(tag, before, next))).await?;
        // Somebody else may have gone on from there, when all tags were done.
        if let Some(other) = fences.iter().find(|fence| *fence != next)
            && self.fence_of(Tag::LEDGER).await? == decided
        {
            return Err(foreign(other));
        }
        self.compare_and_set_fence(Tag::LEDGER, decided, next).await.map(drop)
    }

    async fn fence_of(&self, tag: Tag) -> Result<String, LedgerError> {
        Reply::parse(self.nodes.read(tag, self.fence_script(tag, ONLY_LOOK, "")).await?)?.value()
    }

    /// Changes a fence if it is what is expected. Answers the one in force.
    async fn compare_and_set_fence(&self, tag: Tag, expected: &str, fence: &str) -> Result<String, LedgerError> {
        let change = self.fence_script(tag, expected, fence).repeatable();
        Reply::parse(self.nodes.write(tag, change).await?)?.value()
    }

    fn fence_script(&self, tag: Tag, expected: &str, fence: &str) -> Invocation {
        let script = Invocation::of(&scripts::SET_FENCE).key(self.keys.fence(tag)).key(self.keys.due(tag));
        script.arg(expected).arg(fence)
    }
}
