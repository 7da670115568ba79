//! The links of a share: those that were loaded, and what is known of the others.
//!
//! A share can have 250 links. Each is stored in a cell of its own, so that what concerns one link
//! reads and writes that one alone, beside the head. A step that turns out to concern others too is
//! taken again with all of them: see [`NeedsAllLinks`].

use std::ops::{Deref, DerefMut};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use subrosa_shared::time::Timestamp;

use super::Link;
use crate::rules::LeaseTerms;

/// A step concerns links that were not loaded with the record. Load all of them, and step again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the step concerns links that were not loaded")]
pub struct NeedsAllLinks;

/// The links of a share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Links {
    /// In the order in which they were added.
    loaded: Vec<Link>,
    /// What is known of those that were not loaded.
    others: LinksSummary,
    /// What the stored head says of all of them. `None`: they stand in it.
    noted: Option<LinksSummary>,
}

/// What a head says of its links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LinksSummary {
    /// Those that were ever added.
    pub(crate) count: usize,
    /// Those that have not ended.
    pub(crate) live: usize,
    /// Their leases, ended ones too for as long as they are remembered.
    pub(crate) leases: usize,
    /// Before that, time alone changes none of them. Some may have put it off since: the moment is
    /// found anew when all are loaded.
    pub(crate) unchanged_until: Option<Timestamp>,
}

impl LinksSummary {
    fn of(links: &[Link], terms: &LeaseTerms) -> Self {
        let unchanged_until = links.iter().filter_map(|link| link.next_change(terms)).min();
        Self { unchanged_until, ..Self::counting(links) }
    }

    /// Without a moment.
    fn counting(links: &[Link]) -> Self {
        Self {
            count: links.len(),
            live: links.iter().filter(|link| link.gone().is_none()).count(),
            leases: links.iter().map(|link| link.leases.len()).sum(),
            unchanged_until: None,
        }
    }

    fn and(self, other: Self) -> Self {
        Self {
            count: self.count + other.count,
            live: self.live + other.live,
            leases: self.leases + other.leases,
            unchanged_until: self.unchanged_until.into_iter().chain(other.unchanged_until).min(),
        }
    }

    /// What is left of it without some links; `None` if they cannot be of it.
    fn without(self, links: &[Link]) -> Option<Self> {
        let Self { count, live, leases, .. } = Self::counting(links);
        let left = Self {
            count: self.count.checked_sub(count)?,
            live: self.live.checked_sub(live)?,
            leases: self.leases.checked_sub(leases)?,
            unchanged_until: self.unchanged_until,
        };
        match left {
            Self { count: 0, live: 0, leases: 0, .. } => Some(Self::default()),
            Self { count: 0, .. } => None,
            left => Some(left),
        }
    }
}

impl Links {
    /// What is known of those that were not loaded.
    pub(crate) fn others(&self) -> &LinksSummary {
        &self.others
    }

    /// Whether all are loaded.
    pub(crate) fn are_all(&self) -> bool {
        self.others.count == 0
    }

    /// How many there are, loaded or not.
    pub(crate) fn count(&self) -> usize {
        self.loaded.len() + self.others.count
    }

    /// Leases of all of them.
    pub(crate) fn leases(&self) -> usize {
        self.others.leases + self.loaded.iter().map(|link| link.leases.len()).sum::<usize>()
    }

    /// Adds one. All others are loaded.
    pub(crate) fn push(&mut self, link: Link) {
        self.loaded.push(link);
    }

    /// Forgets those that were added after the first so many. All are loaded.
    pub(crate) fn forget_after(&mut self, count: usize) {
        self.loaded.truncate(count);
    }

    /// Takes in what is loaded from cells; `None` if that does not fit what the head says of them.
    pub(crate) fn take_in(&mut self, mut links: Vec<Link>) -> Option<()> {
        self.others = self.others.without(&links)?;
        links.sort_unstable_by_key(|link| link.number);
        self.loaded.append(&mut links);
        Some(())
    }

    /// Writes down what the head is to say of them from now on, each of them in a cell of its own.
    /// Whether it says something else of them now.
    pub(crate) fn note(&mut self, terms: &LeaseTerms) -> bool {
        let noted = LinksSummary::of(&self.loaded, terms).and(self.others);
        self.noted.replace(noted).is_some_and(|before| before != noted)
    }

    /// Whether they are stored in the head itself.
    pub(crate) fn stand_in_head(&self) -> bool {
        self.noted.is_none()
    }

    /// Their next moment at which time alone changes one; of those that are not loaded, no later
    /// than it.
    pub(crate) fn unchanged_until(&self, terms: &LeaseTerms) -> Option<Timestamp> {
        let loaded = self.loaded.iter().filter_map(|link| link.next_change(terms));
        loaded.chain(self.others.unchanged_until).min()
    }
}

/// What the head says of them is no part of what they are.
impl PartialEq for Links {
    fn eq(&self, other: &Self) -> bool {
        self.loaded == other.loaded && self.others == other.others
    }
}

impl Eq for Links {}

impl Deref for Links {
    type Target = [Link];

    fn deref(&self) -> &[Link] {
        &self.loaded
    }
}

impl DerefMut for Links {
    fn deref_mut(&mut self) -> &mut [Link] {
        &mut self.loaded
    }
}

impl From<Vec<Link>> for Links {
    fn from(loaded: Vec<Link>) -> Self {
        Self { loaded, ..Self::default() }
    }
}

/// As a head has them: what it says of those in cells, or all of them in it.
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredLinks {
    InHead(Vec<Link>),
    InCells(LinksSummary),
}

impl Serialize for Links {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.noted {
            Some(noted) => noted.serialize(serializer),
            None => self.loaded.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Links {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match StoredLinks::deserialize(deserializer)? {
            StoredLinks::InCells(noted) => Self { loaded: Vec::new(), others: noted, noted: Some(noted) },
            StoredLinks::InHead(mut loaded) => {
                // The version before did not number them.
                for (number, link) in (0..).zip(&mut loaded) {
                    link.number = number;
                }
                loaded.into()
            }
        })
    }
}
