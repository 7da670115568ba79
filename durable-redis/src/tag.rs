//! Hash tags: what belongs together lies on one machine, so that one script can change it in one
//! step.

use std::fmt::{self, Display, Formatter};

/// One of the hash tags that keys carry. Its text form is what stands between the braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(u16);

impl Tag {
    /// How many tags ids have.
    pub const OF_IDS_COUNT: u16 = 1_024;
    /// For what there is once in a ledger.
    pub const LEDGER: Self = Self(Self::OF_IDS_COUNT);

    /// The tag of an id: its first ten bits.
    #[must_use]
    pub fn of_id(id: &[u8; 16]) -> Self {
        Self(u16::from_be_bytes([id[0], id[1]]) >> 6)
    }

    /// The tags of ids, in order.
    pub fn of_ids() -> impl ExactSizeIterator<Item = Self> + DoubleEndedIterator {
        (0..Self::OF_IDS_COUNT).map(Self)
    }

    /// The name of a key that lies with all others of this tag.
    #[must_use]
    pub fn key(self, prefix: &str, name: &str) -> String {
        format!("{prefix}:{{{self}}}:{name}")
    }

    /// Its place among all: those of ids, then [`LEDGER`](Self::LEDGER).
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl Display for Tag {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            Self::LEDGER => f.write_str("ledger"),
            Self(index) => write!(f, "{index:03x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ten_bits_of_an_id_are_its_tag() {
        let mut id = [0xff; 16];
        assert_eq!(Tag::of_id(&id).to_string(), "3ff");
        id[..2].copy_from_slice(&[0x00, 0x7f]);
        assert_eq!(Tag::of_id(&id).to_string(), "001");
        assert_eq!(Tag::of_ids().map(Tag::index).collect::<Vec<_>>(), (0..1024).collect::<Vec<_>>());
        assert_eq!((Tag::LEDGER.index(), Tag::LEDGER.to_string().as_str()), (1024, "ledger"));
    }
}
