//! Who is primary of what, as far as is known.

use std::ops::RangeInclusive;
use std::sync::Arc;

use super::address::Address;
use super::node_error::NodeError;
use super::primary::Primary;
use super::tag::Tag;

/// A primary and the slots that it serves; outside of a Cluster it serves everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PrimarySlots {
    pub(super) address: Address,
    pub(super) slots: Vec<RangeInclusive<u16>>,
}

/// Everything that is known at a time. Never changes: what is learnt makes a new one.
#[derive(Debug)]
pub(super) struct Map {
    pub(super) primaries: Vec<Arc<Primary>>,
    /// By [`Tag::index`]: which primary; `None` while nobody serves the tag's slot.
    of_tags: Vec<Option<usize>>,
}

impl Map {
    /// `slots` are those of all tags, or none outside of a Cluster.
    pub(super) fn new(serving: &[PrimarySlots], slots: &[u16], primary: impl Fn(&Address) -> Arc<Primary>) -> Self {
        let serves =
            |slot: u16| serving.iter().position(|serving| serving.slots.iter().any(|slots| slots.contains(&slot)));
        let of_tags = match slots {
            [] => vec![Some(0); usize::from(Tag::OF_IDS_COUNT) + 1],
            slots => slots.iter().map(|&slot| serves(slot)).collect(),
        };
        Self { primaries: serving.iter().map(|serving| primary(&serving.address)).collect(), of_tags }
    }

    pub(super) fn primary_of(&self, tag: Tag) -> Result<Arc<Primary>, NodeError> {
        let primary = self.of_tags[tag.index()].and_then(|index| self.primaries.get(index));
        primary.cloned().ok_or_else(|| NodeError::NotRun("no machine of the Cluster serves that slot".to_owned()))
    }

    /// One tag per primary that has any.
    pub(super) fn tag_of_each(&self) -> Vec<Tag> {
        let all = || Tag::of_ids().chain([Tag::LEDGER]);
        let first = |index| all().find(|tag| self.of_tags[tag.index()] == Some(index));
        (0..self.primaries.len()).filter_map(first).collect()
    }

    /// The primary at an address, if it is one of these.
    pub(super) fn at(&self, address: &Address) -> Option<Arc<Primary>> {
        self.primaries.iter().find(|primary| primary.address() == address).cloned()
    }
}
