//! What a record keeps of a synced keyring, and what time does to it. What can be asked of it is in
//! [`keyring`](crate::keyring).

use std::time::Duration;

use serde::{Deserialize, Serialize};
use subrosa_shared::id::{Digest, Verifier};
use subrosa_shared::keyring::KEPT;
use subrosa_shared::time::Timestamp;

use crate::refusal::Refusal;
use crate::replaces::Replaces;

/// An object that was announced and never came is not waited for any longer.
const BEGUN: Duration = Duration::from_secs(60 * 60);
/// How long what was deleted takes to leave, about.
const LEAVING: Duration = Duration::from_secs(2);

/// What is kept of a synced keyring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Keyring {
    pub(crate) owner_verifier: Verifier,
    pub(crate) touched_at: Timestamp,
    pub(crate) state: KeyringState,
}

/// Where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyringState {
    /// Its first object is on its way.
    Begun,
    /// It is stored.
    Stored(KeyringObject),
    /// It has ended; its blobs are to be deleted.
    Gone { at: Timestamp },
}

/// The stored object of a keyring.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyringObject {
    /// The number of this version, which is sealed with it.
    pub revision: u64,
    /// Its length in bytes.
    pub sealed_len: u64,
    /// SHA-256 of it.
    pub digest: Digest,
    /// Its name among the blobs.
    pub blob: String,
}

impl Keyring {
    /// The next moment at which time alone changes it. Once it is gone there is none.
    pub(crate) fn next_change(&self) -> Option<Timestamp> {
        match self.state {
            KeyringState::Begun => Some(self.touched_at.after(BEGUN)),
            KeyringState::Stored(_) => Some(self.touched_at.after(KEPT)),
            KeyringState::Gone { .. } => None,
        }
    }

    /// Does what is due at that moment.
    pub(crate) fn apply_due(&mut self, at: Timestamp) {
        self.state = KeyringState::Gone { at };
    }

    /// Since when its blobs wait to be deleted, if they do.
    pub(crate) fn gone_at(&self) -> Option<Timestamp> {
        match self.state {
            KeyringState::Gone { at } => Some(at),
            KeyringState::Begun | KeyringState::Stored(_) => None,
        }
    }

    /// Whether an object may take the place of what is there.
    pub(crate) fn expect_replaceable(
        &self,
        replaces: &Replaces,
        revision: u64,
        digest: &Digest,
    ) -> Result<(), Refusal> {
        let there = match &self.state {
            KeyringState::Begun => None,
            KeyringState::Stored(object) => Some(object),
            KeyringState::Gone { .. } => return Err(Refusal::Leaving { retry_after: LEAVING }),
        };
        let is_newer = there.is_none_or(|there| there.revision < revision || there.digest == *digest);
        let allows = replaces.allows(digest, there.map(|there| &there.digest));
        if is_newer && allows { Ok(()) } else { Err(Refusal::KeyringChanged) }
    }
}
