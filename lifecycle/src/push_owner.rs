//! What the owner of a push can ask for.

use subrosa_shared::api::{PatchPush, PushStatus};

use crate::command::{Ended, SpaceNeed};
use crate::context::Context;
use crate::owner::{Owned, OwnerAction};
use crate::refusal::Refusal;
use crate::{RecordKind, push, view};

/// How it stands; also what allows to read the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status;

/// Changes the push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The body.
    pub request: PatchPush,
}

/// Takes the push back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoke;

impl OwnerAction for Status {
    type Answer = PushStatus;
    const OF: RecordKind = RecordKind::Push;
    const AFTER_THE_END: bool = true;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<PushStatus, Refusal> {
        changed(owned, context)
    }

    fn is_read_only(&self) -> bool {
        true
    }
}

impl OwnerAction for Change {
    type Answer = PushStatus;
    const OF: RecordKind = RecordKind::Push;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<PushStatus, Refusal> {
        push::patch(owned.share, &self.request, context)?;
        changed(owned, context)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::UnlessItEndsSooner
    }
}

impl OwnerAction for Revoke {
    type Answer = PushStatus;
    const OF: RecordKind = RecordKind::Push;
    const AFTER_THE_END: bool = true;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<PushStatus, Refusal> {
        owned.share.revoke(context);
        changed(owned, context)
    }

    fn ends(&self) -> Option<Ended> {
        Some(Ended::All)
    }
}

/// The push as it is after what was done, with what follows from it at once.
fn changed(owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<PushStatus, Refusal> {
    owned.share.close_if_spent(context.now, &mut context.journal);
    view::push_status(owned.share)
}
