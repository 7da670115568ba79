//! A link in the hands of its holder.

use crate::context::Context;
use crate::guess::OpenAttempt;
use crate::record::{Link, Links, Share};
use crate::refusal::Refusal;
use crate::{RecordKey, guess};

/// A link with what it belongs to, in the hands of its holder.
#[derive(Debug)]
pub struct Held<'a> {
    pub(crate) key: RecordKey,
    pub(crate) share: &'a mut Share,
    place: usize,
}

impl<'a> Held<'a> {
    /// The link at that place.
    pub(crate) fn new(key: RecordKey, share: &'a mut Share, place: usize) -> Self {
        Self { key, share, place }
    }

    pub(crate) fn link(&self) -> &Link {
        &self.share.links[self.place]
    }

    pub(crate) fn link_mut(&mut self) -> &mut Link {
        &mut self.share.links[self.place]
    }

    /// All links that are loaded, and the place of this one among them.
    pub(crate) fn links_mut(&mut self) -> (&mut Links, usize) {
        (&mut self.share.links, self.place)
    }

    /// Whether leases that were granted may be used: the link has not ended and is not paused.
    /// Locked it may be: other people's guesses stop no download.
    pub(crate) fn check_runs(&self) -> Result<(), Refusal> {
        let live = self.link().live()?;
        if live.paused || self.share.paused { Err(Refusal::Paused) } else { Ok(()) }
    }

    /// Whether the link opens, for this attempt. The one way to it for whoever holds no lease: what
    /// is tried here is compared and counted in one step.
    pub(crate) fn check_open(&mut self, attempt: &OpenAttempt, context: &mut Context<'_>) -> Result<(), Refusal> {
        // A link that is paused compares nothing, so nobody learns or loses anything.
        self.check_runs()?;
        guess::check(self.link_mut(), attempt, context)
    }
}
