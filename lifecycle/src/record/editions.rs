//! The contents of a share beside its newest: what was there before, what comes, what goes.

use serde::{Deserialize, Serialize};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::DeviceId;
use subrosa_shared::time::Timestamp;

use super::{Content, Parts, Share, State};

/// The number of the newest content, and what there is beside it. A share that never had another
/// stores nothing of this.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Editions {
    /// The number of the newest content that is fixed.
    pub(crate) newest: ContentNumber,
    /// The highest number that was ever given.
    pub(crate) last: ContentNumber,
    /// Fixed ones before it, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) older: Vec<FixedContent>,
    /// The one whose upload runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) uploading: Option<EditionUpload>,
    /// Those whose ciphertext is to be deleted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) leaving: Vec<LeavingContent>,
}

/// A content that `complete` fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FixedContent {
    pub(crate) number: ContentNumber,
    pub(crate) parts: Parts,
}

/// An edition whose upload runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EditionUpload {
    pub(crate) number: ContentNumber,
    pub(crate) part_bytes: u32,
    /// Parts may be stored until then.
    pub(crate) until: Timestamp,
    /// What its client drew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) begun_by: Option<DeviceId>,
}

/// A content whose ciphertext is to be deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeavingContent {
    pub(crate) number: ContentNumber,
    pub(crate) since: Timestamp,
}

impl Editions {
    /// Whether there never was another content than the first.
    pub(crate) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Ciphertext of that content is to be deleted from now on.
    pub(crate) fn leave(&mut self, number: ContentNumber, since: Timestamp) {
        self.leaving.push(LeavingContent { number, since });
    }
}

impl Share {
    /// The contents that are fixed, the oldest first. None of a push.
    pub(crate) fn fixed(&self) -> impl Iterator<Item = FixedContent> {
        let (older, newest) = match &self.state {
            State::Ready { content: Content::Parts(parts), editions } => {
                (editions.older.as_slice(), Some(FixedContent { number: editions.newest, parts: *parts }))
            }
            _ => (&[][..], None),
        };
        older.iter().copied().chain(newest)
    }

    /// That content, if it is fixed: of a push, the one that it has.
    pub(crate) fn fixed_content(&self, number: ContentNumber) -> Option<Content> {
        match &self.state {
            State::Ready { content, editions } if editions.newest == number => Some(*content),
            _ => self.fixed().find(|fixed| fixed.number == number).map(|fixed| Content::Parts(fixed.parts)),
        }
    }
}
