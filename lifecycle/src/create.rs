//! How a share and a push begin.

use subrosa_shared::api::{CreateShare, Event, PushStatus, PutPush, ShareStatus};
use subrosa_shared::id::{Digest, LinkId, ShareId};

use crate::bounds::check_part_size;
use crate::command::{Command, SpaceNeed};
use crate::context::Context;
use crate::record::{Creator, Kept, Kind, Links, Record, Share, State, request_digest};
use crate::refusal::Refusal;
use crate::rules::Life;
use crate::{RecordKey, push, view};

/// Creates a share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Create {
    /// The id that was asked for.
    pub share: ShareId,
    /// The body.
    pub request: CreateShare,
    /// On whose account.
    pub creator: Creator,
}

impl Command for Create {
    type Answer = ShareStatus;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<ShareStatus, Refusal> {
        share(self, record, context)
    }

    fn creates(&self) -> bool {
        true
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

/// Makes a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatePush {
    /// The id that was asked for.
    pub link: LinkId,
    /// The body.
    pub request: PutPush,
    /// On whose account.
    pub creator: Creator,
}

impl Command for CreatePush {
    type Answer = PushStatus;

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<PushStatus, Refusal> {
        push(self, record, context)
    }

    fn creates(&self) -> bool {
        true
    }

    fn needs_space(&self) -> SpaceNeed {
        SpaceNeed::Always
    }
}

fn share(
    Create { share, request, creator }: &Create,
    record: &mut Option<Record>,
    context: &mut Context<'_>,
) -> Result<ShareStatus, Refusal> {
    if ShareId::derive(&request.owner_verifier) != *share {
        return Err(Refusal::IdMismatch);
    }
    let key = RecordKey::Share(*share);
    let created =
        create(record, key, request_digest(request), |context| new_share(request, *creator, context), context)?;
    view::share_status(key, created)
}

fn push(
    CreatePush { link, request, creator }: &CreatePush,
    record: &mut Option<Record>,
    context: &mut Context<'_>,
) -> Result<PushStatus, Refusal> {
    if LinkId::derive_push(&request.link_verifier) != *link {
        return Err(Refusal::IdMismatch);
    }
    let new = |context: &Context<'_>| push::new(*link, request, *creator, context);
    view::push_status(create(record, RecordKey::Push(*link), request_digest(request), new, context)?)
}

/// Stores what is new. What is there already is the answer to a retry, if it is the same: whatever
/// the limits are by now.
fn create<'a>(
    record: &'a mut Option<Record>,
    key: RecordKey,
    created_with: Digest,
    new: impl FnOnce(&Context<'_>) -> Result<Share, Refusal>,
    context: &mut Context<'_>,
) -> Result<&'a Share, Refusal> {
    if record.is_none() {
        let share = Box::new(new(context)?);
        context.log(share.only_link(), Event::Created);
        *record = Some(Record { key, kept: Kept::Share(share) });
    }
    match record {
        Some(Record { kept: Kept::Share(share), .. }) => match share.gone() {
            Some(gone) => Err(Refusal::Gone(gone)),
            None if share.created_with == created_with => Ok(share),
            None => Err(Refusal::AlreadyExists),
        },
        _ => Err(Refusal::AlreadyExists),
    }
}

/// A share as it begins.
fn new_share(request: &CreateShare, creator: Creator, context: &Context<'_>) -> Result<Share, Refusal> {
    let (limits, now) = (context.limits(), context.now);
    let life = Life::checked(request.expires_in_secs, limits)?;
    check_part_size(request.part_bytes, limits)?;
    let CreateShare { part_bytes, ends_with_last_link, .. } = *request;
    Ok(Share {
        owner_verifier: request.owner_verifier,
        creator,
        created_with: request_digest(request),
        created_at: now,
        expires_at: life.from(now),
        kind: Kind::Files { part_bytes, ends_with_last_link },
        paused: false,
        state: State::Uploading { until: context.policy.upload_end(now) },
        content_lost_at: None,
        lost_content: None,
        links: Links::default(),
    })
}
