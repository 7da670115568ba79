//! What the owner of a share can ask for.

use subrosa_shared::api::{
    BeginContent, CompleteShare, Event, MoveLinks, PatchLink, PatchShare, PutLink, ShareStatus, StoredPart,
};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::LinkId;

use crate::command::{Ended, SpaceNeed};
use crate::context::Context;
use crate::owner::{Owned, OwnerAction};
use crate::refusal::Refusal;
use crate::rules::Life;
use crate::upload::StoredUpload;
use crate::{RecordKind, edition, link, upload, view};

/// How it stands; also what allows to read the timeline and the owner's note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status;

/// May this part be stored now?
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorePart {
    /// Of which content.
    pub content: ContentNumber,
    /// Its place, from 0.
    pub index: u32,
    /// Bytes of the sealed object.
    pub sealed_len: u64,
    /// The stored part with the highest index.
    pub last: Option<StoredPart>,
}

/// May a manifest be stored now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreManifest {
    /// Of which content.
    pub content: ContentNumber,
    /// Bytes of the sealed object.
    pub sealed_len: u64,
}

/// May the owner's note be stored now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreNote;

/// May parts, their list and the manifest of a content be read back now?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadBack {
    /// Which.
    pub content: ContentNumber,
}

/// Begins the upload of a new content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begin {
    /// Which.
    pub content: ContentNumber,
    /// The body.
    pub request: BeginContent,
}

/// Gives up a content that nobody needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoveContent {
    /// Which.
    pub content: ContentNumber,
}

/// Puts a content behind links.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which.
    pub content: ContentNumber,
    /// The body.
    pub request: MoveLinks,
}

/// Fixes a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complete {
    /// Which.
    pub content: ContentNumber,
    /// The body.
    pub request: CompleteShare,
    /// What the ledger says is stored.
    pub stored: StoredUpload,
}

/// Adds a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddLink {
    /// The id that was asked for.
    pub link: LinkId,
    /// The body.
    pub request: PutLink,
}

/// Adds links: all of them, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddLinks {
    /// The links.
    pub links: Vec<PutLink>,
}

/// Changes a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeLink {
    /// The link.
    pub link: LinkId,
    /// The body.
    pub request: PatchLink,
}

/// Takes a link back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevokeLink {
    /// The link.
    pub link: LinkId,
}

/// Changes the share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The body.
    pub request: PatchShare,
}

/// Takes the share back, with all its links.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Revoke;

impl OwnerAction for Status {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;
    const AFTER_THE_END: bool = true;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        changed(owned, context)
    }

    fn is_read_only(&self) -> bool {
        true
    }
}

impl OwnerAction for StorePart {
    type Answer = ();
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        upload::check_part(
            (owned.share, self.content),
            self.index,
            self.sealed_len,
            self.last.as_ref(),
            context.limits(),
        )
    }

    fn is_read_only(&self) -> bool {
        true
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

impl OwnerAction for StoreManifest {
    type Answer = ();
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<(), Refusal> {
        upload::check_manifest((owned.share, self.content), self.sealed_len, context.limits())
    }

    fn is_read_only(&self) -> bool {
        true
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

impl OwnerAction for StoreNote {
    type Answer = ();
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, _owned: &mut Owned<'_>, _context: &mut Context<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn is_read_only(&self) -> bool {
        true
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

impl OwnerAction for ReadBack {
    type Answer = ();
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, _context: &mut Context<'_>) -> Result<(), Refusal> {
        upload::check_there(owned.share, self.content)
    }

    fn is_read_only(&self) -> bool {
        true
    }
}

impl OwnerAction for Complete {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        upload::complete(owned.share, self.content, &self.request, &self.stored, context)?;
        changed(owned, context)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

impl OwnerAction for AddLink {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        link::add(owned.share, self.link, &self.request, context)?;
        changed(owned, context)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

impl OwnerAction for AddLinks {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        link::add_all(owned.share, &self.links, context)?;
        changed(owned, context)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

impl OwnerAction for Begin {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        edition::begin(owned.share, self.content, self.request, context)?;
        changed(owned, context)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

impl OwnerAction for RemoveContent {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        edition::remove(owned.share, self.content, context)?;
        changed(owned, context)
    }
}

impl OwnerAction for Move {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        edition::move_links(owned.share, self.content, &self.request, context)?;
        changed(owned, context)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

impl OwnerAction for ChangeLink {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        link::patch(owned.share, self.link, &self.request, context)?;
        changed(owned, context)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::UnlessItEndsSooner
    }
}

impl OwnerAction for RevokeLink {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;
    const AFTER_THE_END: bool = true;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        link::revoke(owned.share, self.link, context)?;
        changed(owned, context)
    }

    fn ends(&self) -> Option<Ended> {
        Some(Ended::Link(self.link))
    }
}

impl OwnerAction for Change {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        let &PatchShare { expires_in_secs, paused } = &self.request;
        let share = &mut *owned.share;
        let life = expires_in_secs.map(|secs| Life::checked(secs, context.limits())).transpose()?;
        if let Some(expires_at) = life.map(|life| life.from(context.now)).filter(|at| *at != share.expires_at) {
            share.expires_at = expires_at;
            for link in share.links.iter_mut() {
                // A link that has ended keeps what it said: nobody is told a past that was not.
                if link.gone().is_none() {
                    link.expires_at = link.expires_at.min(expires_at);
                }
            }
            context.log(None, Event::Changed);
        }
        if let Some(paused) = paused.filter(|paused| *paused != share.paused) {
            share.paused = paused;
            context.log(None, if paused { Event::Paused } else { Event::Resumed });
        }
        changed(owned, context)
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::UnlessItEndsSooner
    }
}

impl OwnerAction for Revoke {
    type Answer = ShareStatus;
    const OF: RecordKind = RecordKind::Share;
    const AFTER_THE_END: bool = true;

    fn act(&self, owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        owned.share.revoke(context);
        changed(owned, context)
    }

    fn ends(&self) -> Option<Ended> {
        Some(Ended::All)
    }
}

/// The share as it is after what was done, with what follows from it at once.
fn changed(owned: &mut Owned<'_>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
    owned.share.close_if_spent(context.now, &mut context.journal);
    owned.share.drop_unneeded(context.now, &mut context.journal);
    view::share_status(owned.key, owned.share)
}
