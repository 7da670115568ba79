//! What a sealed object of an owner's takes the place of: two devices that change it at the same
//! time do not undo each other's change.

use subrosa_shared::id::Digest;

/// What a new object takes the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaces {
    /// Whatever is there, or nothing.
    Anything,
    /// There is none yet.
    Nothing,
    /// Whichever is there.
    Something,
    /// One with one of these SHA-256.
    OneOf(Vec<Digest>),
}

impl Replaces {
    /// Whether an object may take the place of what is there. The same again always may: its answer
    /// was lost, perhaps.
    #[must_use]
    pub fn allows(&self, new: &Digest, there: Option<&Digest>) -> bool {
        there == Some(new)
            || match self {
                Self::Anything => true,
                Self::Nothing => there.is_none(),
                Self::Something => there.is_some(),
                Self::OneOf(digests) => there.is_some_and(|there| digests.contains(there)),
            }
    }
}
