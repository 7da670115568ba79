//! The life of a synced keyring: one sealed object that its owner's devices replace, and that goes
//! when none of them has touched it for 400 days.
//!
//! ```text
//! nothing --begin--> begun --store--> stored --store--> stored --(delete | 400 days)--> gone --(blobs deleted)--> nothing
//!                    begun --(an hour)--> gone
//! ```
//!
//! An object is among the blobs before its record names it, and its record is there before it is
//! among the blobs: so whatever a crash leaves is found.

use std::time::Duration;

use subrosa_shared::id::{Digest, KeyringId, Verifier};
use subrosa_shared::keyring::{COUNT_MAX, is_sealed_len};
use subtle::ConstantTimeEq as _;

use crate::RecordKey;
use crate::command::{Command, Shown, SpaceNeed};
use crate::context::Context;
pub use crate::kept_keyring::KeyringObject;
use crate::kept_keyring::{Keyring, KeyringState};
use crate::record::{Kept, Record};
use crate::refusal::Refusal;
use crate::replaces::Replaces;

/// Reading counts as a touch, but is noted no oftener than that.
const TOUCH_EVERY: Duration = Duration::from_secs(24 * 60 * 60);

impl Record {
    /// Name of the blob that a keyring consists of, if it is one and is stored.
    #[must_use]
    pub fn keyring_blob(&self) -> Option<&str> {
        match &self.kept {
            Kept::Keyring(Keyring { state: KeyringState::Stored(object), .. }) => Some(&object.blob),
            _ => None,
        }
    }
}

/// Finds out whether an object may be stored, and makes the record that it needs. Before its bytes
/// are taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BeginKeyring {
    /// Which keyring.
    pub keyring: KeyringId,
    /// Verifier of the proof that was presented.
    pub presented: Verifier,
    /// What the object takes the place of.
    pub replaces: Replaces,
    /// Its revision.
    pub revision: u64,
    /// Its length in bytes.
    pub sealed_len: u64,
    /// SHA-256 of it.
    pub digest: Digest,
}

impl Command for BeginKeyring {
    type Answer = ();

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<(), Refusal> {
        // Who shows another proof is told the same, whether this one is there or not.
        if KeyringId::derive(&self.presented) != self.keyring {
            return Err(Refusal::NotFound);
        }
        if !(1..=COUNT_MAX).contains(&self.revision) {
            return Err(Refusal::ValueOutOfRange { field: "the revision", min: 1, max: COUNT_MAX });
        }
        if !is_sealed_len(self.sealed_len) {
            return Err(Refusal::KeyringLength);
        }
        match record {
            Some(_) => owned(record, self.presented)?.expect_replaceable(&self.replaces, self.revision, &self.digest),
            None => {
                let keyring =
                    Keyring { owner_verifier: self.presented, touched_at: context.now, state: KeyringState::Begun };
                keyring.expect_replaceable(&self.replaces, self.revision, &self.digest)?;
                *record = Some(Record { key: RecordKey::Keyring(self.keyring), kept: Kept::Keyring(keyring) });
                Ok(())
            }
        }
    }

    fn shown(&self) -> Shown {
        Shown::Owner(self.presented)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

/// Has the record name an object that lies among the blobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreKeyring {
    /// Verifier of the proof that was presented.
    pub presented: Verifier,
    /// What the object takes the place of.
    pub replaces: Replaces,
    /// It.
    pub object: KeyringObject,
}

impl Command for StoreKeyring {
    /// Name of a blob that is nobody's any more.
    type Answer = Option<String>;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<Option<String>, Refusal> {
        let keyring = owned(record, self.presented)?;
        keyring.expect_replaceable(&self.replaces, self.object.revision, &self.object.digest)?;
        keyring.touched_at = context.now;
        match &mut keyring.state {
            // The same again: what is named already stays.
            KeyringState::Stored(there) if there.digest == self.object.digest => {
                Ok((there.blob != self.object.blob).then(|| self.object.blob.clone()))
            }
            KeyringState::Stored(there) => Ok(Some(std::mem::replace(there, self.object.clone()).blob)),
            state => {
                *state = KeyringState::Stored(self.object.clone());
                Ok(None)
            }
        }
    }

    fn shown(&self) -> Shown {
        Shown::Owner(self.presented)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

/// Tells which object is stored. Counts as a touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadKeyring {
    /// Verifier of the proof that was presented.
    pub presented: Verifier,
}

impl Command for ReadKeyring {
    type Answer = KeyringObject;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<KeyringObject, Refusal> {
        let keyring = owned(record, self.presented)?;
        let KeyringState::Stored(object) = &keyring.state else { return Err(Refusal::NotFound) };
        if keyring.touched_at.after(TOUCH_EVERY) <= context.now {
            keyring.touched_at = context.now;
        }
        Ok(object.clone())
    }

    fn shown(&self) -> Shown {
        Shown::Owner(self.presented)
    }
}

/// Ends a keyring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeleteKeyring {
    /// Verifier of the proof that was presented.
    pub presented: Verifier,
}

impl Command for DeleteKeyring {
    type Answer = ();

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<(), Refusal> {
        let keyring = owned(record, self.presented)?;
        if keyring.gone_at().is_none() {
            keyring.state = KeyringState::Gone { at: context.now };
        }
        Ok(())
    }

    fn shown(&self) -> Shown {
        Shown::Owner(self.presented)
    }
}

/// The keyring, if the proof is its.
fn owned(record: &mut Option<Record>, presented: Verifier) -> Result<&mut Keyring, Refusal> {
    let Some(Record { kept: Kept::Keyring(keyring), .. }) = record else { return Err(Refusal::NotFound) };
    let is_owner = bool::from(keyring.owner_verifier.as_bytes().ct_eq(presented.as_bytes()));
    if is_owner { Ok(keyring) } else { Err(Refusal::NotFound) }
}
