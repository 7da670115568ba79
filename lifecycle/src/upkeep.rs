//! Commands of the server's own: what nobody outside asks for.

use subrosa_shared::api::Event;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::LinkId;

use crate::command::Command;
use crate::context::Context;
use crate::record::{Kept, Kind, Record, State, kept};
use crate::refusal::Refusal;
use crate::{guess, lease};

/// A wrong open proof was compared and refused, but the ledger did not take the step that counted
/// it. From the store, before it compares another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountGuess {
    /// The link.
    pub link: LinkId,
}

impl Command for CountGuess {
    type Answer = ();

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<(), Refusal> {
        count_guess(record, self.link, context);
        Ok(())
    }
}

/// Nothing but the time. From the reaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tick;

impl Command for Tick {
    type Answer = ();

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<(), Refusal> {
        // With all links it is found when time changes the next one.
        if let Ok((_, share)) = kept(record) {
            context.journal.needs_all_links |= !share.links.are_all();
        }
        Ok(())
    }

    fn is_tick(&self) -> bool {
        true
    }
}

/// Every blob of the share is deleted, durably. From the reaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobsDeleted;

impl Command for BlobsDeleted {
    type Answer = ();

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<(), Refusal> {
        blobs_deleted(record, context);
        Ok(())
    }
}

/// Every blob of a content is deleted, durably. From the reaper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentDeleted(pub ContentNumber);

impl Command for ContentDeleted {
    type Answer = ();

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<(), Refusal> {
        let Ok((_, share)) = kept(record) else { return Ok(()) };
        let State::Ready { editions, .. } = &mut share.state else { return Ok(()) };
        let waiting = editions.leaving.len();
        editions.leaving.retain(|leaving| leaving.number != self.0);
        if editions.leaving.len() < waiting {
            context.journal.dropped = Some(self.0);
        }
        Ok(())
    }
}

/// Stored content was compared with what was stored once. From a read that failed, or from the
/// check in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentChecked {
    /// The content of which some is missing or damaged; none if all is whole.
    pub lost: Option<ContentNumber>,
}

impl Command for ContentChecked {
    type Answer = ();

    fn apply(&self, record: &mut Option<Record>, context: &mut Context<'_>) -> Result<(), Refusal> {
        content_checked(record, self.lost, context);
        Ok(())
    }
}

fn count_guess(record: &mut Option<Record>, id: LinkId, context: &mut Context<'_>) {
    let Ok((_, share)) = kept(record) else { return };
    let Some(link) = share.links.iter_mut().find(|link| link.link == id) else { return };
    // Where the link has ended, there is nothing left to guess.
    if guess::count_wrong(link, context).is_ok() {
        share.close_if_spent(context.now, &mut context.journal);
    }
}

fn blobs_deleted(record: &mut Option<Record>, context: &mut Context<'_>) {
    let Some(Record { kept, .. }) = record else { return };
    let done = match kept {
        Kept::Share(share) => match &mut share.state {
            State::Gone { blobs_deleted, .. } => blobs_deleted,
            // Not gone: whoever says so is mistaken, and nothing may be deleted.
            State::Uploading { .. } | State::Ready { .. } => return,
        },
        // Whoever has the phrase may begin it anew: nothing of it is kept.
        Kept::Keyring(keyring) => {
            if keyring.gone_at().is_some() {
                *record = None;
            }
            return;
        }
        Kept::Burned { blobs_deleted, .. } => blobs_deleted,
    };
    if !*done {
        *done = true;
        context.log(None, Event::Deleted);
    }
}

/// Notes that stored content was found lost, or whole again. Only content that is fixed can be
/// lost: while an upload runs, its owner stores a part again. Who has begun to download what cannot
/// be downloaded is charged nothing.
fn content_checked(record: &mut Option<Record>, lost: Option<ContentNumber>, context: &mut Context<'_>) {
    let Ok((_, share)) = kept(record) else { return };
    if !matches!((&share.kind, &share.state), (Kind::Files { .. }, State::Ready { .. })) {
        return;
    }
    if lost == share.lost_content {
        return;
    }
    share.lost_content = lost;
    let was_lost = share.content_lost_at.is_some();
    share.content_lost_at = lost.and(share.content_lost_at.or(Some(context.now)));
    if was_lost != lost.is_some() {
        context.log(None, if lost.is_some() { Event::ContentLost } else { Event::ContentRestored });
    }
    let Some(lost) = lost else { return };
    for link in share.links.iter_mut() {
        lease::give_back(link, lost, context);
    }
}
