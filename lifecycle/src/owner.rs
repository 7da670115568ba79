//! Commands that need the owner proof.

use subrosa_shared::id::Verifier;
use subtle::ConstantTimeEq as _;

use crate::command::{Command, Ended, Shown, SpaceNeed};
use crate::context::Context;
use crate::record::{Record, Share, kept};
use crate::refusal::Refusal;
use crate::{RecordKey, RecordKind};

/// An action of whoever presents the owner proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner<Action> {
    /// Verifier of the owner proof that was presented.
    pub presented: Verifier,
    /// What the owner wants.
    pub action: Action,
}

/// What an owner can ask for: of a share what [`share_owner`](crate::share_owner) holds, of a push
/// what [`push_owner`](crate::push_owner) holds.
pub trait OwnerAction: Sync {
    /// What it answers when it is granted.
    type Answer: Send;
    /// What has such an action.
    const OF: RecordKind;
    /// Whether it still means something after the end.
    const AFTER_THE_END: bool = false;

    /// Does it.
    ///
    /// # Errors
    /// The rules refuse it.
    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<Self::Answer, Refusal>;

    /// See [`Command::is_read_only`].
    fn is_read_only(&self) -> bool {
        false
    }

    /// See [`Command::ends`].
    fn ends(&self) -> Option<Ended> {
        None
    }

    /// See [`Command::needs_space`].
    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Never
    }
}

/// A share or push, in the hands of its owner.
#[derive(Debug)]
pub struct Owned<'a> {
    pub(crate) key: RecordKey,
    pub(crate) share: &'a mut Share,
}

impl<Action: OwnerAction> Command for Owner<Action> {
    type Answer = Action::Answer;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<Action::Answer, Refusal> {
        let (key, share) = kept(record)?;
        if !bool::from(share.owner_verifier.as_bytes().ct_eq(self.presented.as_bytes())) {
            return Err(Refusal::NotFound);
        }
        if key.kind() != Action::OF {
            return Err(Refusal::NotFound);
        }
        // Owners are told of all links.
        context.journal.needs_all_links |= !share.links.are_all();
        if let Some(gone) = share.gone().filter(|_| !Action::AFTER_THE_END) {
            return Err(Refusal::Gone(gone));
        }
        self.action.act(&mut Owned { key, share }, context)
    }

    fn shown(&self) -> Shown {
        Shown::Owner(self.presented)
    }

    fn is_read_only(&self) -> bool {
        self.action.is_read_only()
    }

    fn ends(&self) -> Option<Ended> {
        self.action.ends()
    }

    fn needs_space(&self) -> SpaceNeed {
        self.action.needs_space()
    }
}
