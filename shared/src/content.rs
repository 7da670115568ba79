//! How files become parts: end to end in manifest order, then zeros up to a padded length, cut into
//! parts. PROTOCOL.md section 5.

use std::fmt::{self, Display, Formatter};
use std::num::NonZeroU16;
use std::ops::Range;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::id::Digest;
use crate::labels::Label;
use crate::limits::{PART_BYTES_DEFAULT, PART_BYTES_MAX, PART_BYTES_MIN, PARTS_MAX};
use crate::padding::padded_len;
use crate::seal::{CHUNK_LEN, HEADER_LEN, TAG_LEN, sealed_len};

/// Which content of a share: from 1, in the order in which their uploads began. What people call an
/// edition is a content with a higher number. No number is given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentNumber(NonZeroU16);

impl ContentNumber {
    /// The one that a share begins with.
    pub const FIRST: Self = Self(NonZeroU16::MIN);

    /// The content of that number; `None` for 0.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        match NonZeroU16::new(number) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0.get()
    }

    /// The one after it, if there can be one.
    #[must_use]
    pub const fn next(self) -> Option<Self> {
        match self.0.checked_add(1) {
            Some(number) => Some(Self(number)),
            None => None,
        }
    }

    /// Whether it is the one that a share begins with. What was made before there were others names
    /// none, and means it.
    #[must_use]
    pub fn is_first(&self) -> bool {
        *self == Self::FIRST
    }
}

impl Default for ContentNumber {
    fn default() -> Self {
        Self::FIRST
    }
}

impl Display for ContentNumber {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for ContentNumber {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::{ObjectBuilder, Type};
        let schema = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1))
            .maximum(Some(u16::MAX))
            .examples([2])
            .description(Some("Which content of a share: from 1, in the order in which their uploads began."));
        schema.into()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for ContentNumber {}

/// Content that cannot be cut into parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LayoutError {
    /// The part size is out of bounds or not a whole number of chunks.
    #[error("part size must be a multiple of {CHUNK_LEN} bytes, from {PART_BYTES_MIN} to {PART_BYTES_MAX}")]
    PartSize,
    /// It would take more than [`PARTS_MAX`] parts.
    #[error("more than {PARTS_MAX} parts")]
    TooLarge,
}

/// Whether a part size is one that the protocol allows: a whole number of chunks within bounds, in
/// bytes of plaintext.
#[must_use]
pub const fn is_part_size(part_bytes: u32) -> bool {
    PART_BYTES_MIN <= part_bytes && part_bytes <= PART_BYTES_MAX && part_bytes.is_multiple_of(CHUNK_LEN as u32)
}

/// Where parts begin and end. All lengths in bytes of plaintext, unless they say otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    content_len: u64,
    padded_len: u64,
    part_bytes: u32,
}

impl Layout {
    /// Lays out content of a length into parts of a size.
    ///
    /// # Errors
    /// The part size is not allowed, or there would be too many parts.
    pub fn new(content_len: u64, part_bytes: u32) -> Result<Self, LayoutError> {
        if !is_part_size(part_bytes) {
            return Err(LayoutError::PartSize);
        }
        let padded_len = padded_len(content_len).ok_or(LayoutError::TooLarge)?;
        if padded_len.div_ceil(part_bytes.into()) > PARTS_MAX.into() {
            return Err(LayoutError::TooLarge);
        }
        Ok(Self { content_len, padded_len, part_bytes })
    }

    /// Lays out content of a length into parts of the usual size, or of the smallest larger one
    /// that is enough.
    ///
    /// # Errors
    /// The content is larger than a share can be.
    pub fn fitting(content_len: u64) -> Result<Self, LayoutError> {
        let mut part_bytes = PART_BYTES_DEFAULT;
        loop {
            match Self::new(content_len, part_bytes) {
                Err(LayoutError::TooLarge) if part_bytes < PART_BYTES_MAX => part_bytes *= 2,
                layout => return layout,
            }
        }
    }

    /// Length of all files together.
    #[must_use]
    pub const fn content_len(&self) -> u64 {
        self.content_len
    }

    /// Length with padding.
    #[must_use]
    pub const fn padded_len(&self) -> u64 {
        self.padded_len
    }

    /// Length of every part but the last.
    #[must_use]
    pub const fn part_bytes(&self) -> u32 {
        self.part_bytes
    }

    /// How many parts there are; at least one.
    #[must_use]
    pub fn part_count(&self) -> u32 {
        u32::try_from(self.padded_len.div_ceil(self.part_bytes.into())).expect("bounded when it was laid out")
    }

    /// Where a part lies in the padded content. `None` if there is no such part.
    #[must_use]
    pub fn part_range(&self, index: u32) -> Option<Range<u64>> {
        let start = u64::from(index) * u64::from(self.part_bytes);
        (start < self.padded_len).then(|| start..self.padded_len.min(start + u64::from(self.part_bytes)))
    }

    /// Length of a part as a sealed object. `None` if there is no such part.
    #[must_use]
    pub fn sealed_part_len(&self, index: u32) -> Option<u64> {
        self.part_range(index).map(|range| sealed_len(range.end - range.start))
    }

    /// What to fetch for a range of the content: per part the chunks that cover it, in order.
    ///
    /// The range is cut to the content; an empty range takes nothing.
    pub fn pieces(self, range: Range<u64>) -> impl Iterator<Item = Piece> {
        let range = range.start..range.end.min(self.content_len);
        let parts = if range.is_empty() {
            0..0
        } else {
            range.start / u64::from(self.part_bytes)..(range.end - 1) / u64::from(self.part_bytes) + 1
        };
        parts.map(move |index| {
            let index = u32::try_from(index).expect("bounded when it was laid out");
            let part = self.part_range(index).expect("the range was cut to the content");
            let within = range.start.max(part.start) - part.start..range.end.min(part.end) - part.start;
            Piece { index, part_len: part.end - part.start, within }
        })
    }
}

/// A range of one part, and the chunks that cover it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The part.
    pub index: u32,
    /// Bytes of plaintext in the part.
    pub part_len: u64,
    /// What is wanted of it, in bytes of plaintext.
    pub within: Range<u64>,
}

impl Piece {
    /// The chunks that cover the range.
    #[must_use]
    pub fn chunks(&self) -> Range<u64> {
        self.within.start / CHUNK_LEN as u64..self.within.end.div_ceil(CHUNK_LEN as u64)
    }

    /// Where those chunks lie in the sealed part, in bytes, without its header.
    #[must_use]
    pub fn sealed_range(&self) -> Range<u64> {
        let sealed_chunk_len = (CHUNK_LEN + TAG_LEN) as u64;
        let chunks = self.chunks();
        let start = HEADER_LEN as u64 + chunks.start * sealed_chunk_len;
        let end = HEADER_LEN as u64 + chunks.end * sealed_chunk_len;
        start..end.min(sealed_len(self.part_len))
    }

    /// Bytes before the range in the first of those chunks: to be dropped after opening.
    #[must_use]
    pub fn skip(&self) -> u64 {
        self.within.start % CHUNK_LEN as u64
    }
}

/// Digest over a list of parts: SHA-256 of the label and, for each part in order, the sealed length
/// (8, big endian) and the digest of the sealed bytes.
#[must_use]
pub fn part_list_digest(parts: impl IntoIterator<Item = (u64, Digest)>) -> Digest {
    let mut hash = Sha256::new();
    hash.update(Label::PartList.text().as_bytes());
    for (sealed_len, digest) in parts {
        hash.update(sealed_len.to_be_bytes());
        hash.update(digest.as_bytes());
    }
    Digest::from_bytes(hash.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn part_sizes_out_of_bounds_are_refused() {
        for part_bytes in [0, 1, 65_535, 65_537, PART_BYTES_MAX + 65_536, u32::MAX] {
            assert_eq!(Layout::new(1, part_bytes), Err(LayoutError::PartSize), "{part_bytes}");
        }
    }

    #[test]
    fn a_large_share_takes_larger_parts() {
        assert_eq!(Layout::fitting(1).unwrap().part_bytes(), PART_BYTES_DEFAULT);
        assert_eq!(Layout::fitting(200 << 30).unwrap().part_bytes(), 32 << 20);
        assert_eq!(Layout::fitting(1 << 50), Err(LayoutError::TooLarge));
    }

    proptest! {
        #[test]
        fn parts_cover_the_padded_content_without_gaps(len in 0_u64..5_000_000, chunks in 1_u32..20) {
            let layout = Layout::new(len, chunks * 65_536).unwrap();
            let mut end = 0;
            for index in 0..layout.part_count() {
                let range = layout.part_range(index).unwrap();
                prop_assert_eq!(range.start, end);
                prop_assert!(!range.is_empty());
                end = range.end;
            }
            prop_assert_eq!(end, layout.padded_len());
            prop_assert_eq!(layout.part_range(layout.part_count()), None);
        }

        #[test]
        fn pieces_cover_the_range_and_nothing_else(len in 0_u64..5_000_000, chunks in 1_u32..20, a in 0_u64..5_000_000, b in 0_u64..5_000_000) {
            let layout = Layout::new(len, chunks * 65_536).unwrap();
            let (start, end) = (a.min(b), a.max(b));
            let mut at = start.min(end.min(len));
            for piece in layout.pieces(start..end) {
                let part = layout.part_range(piece.index).unwrap();
                prop_assert_eq!(part.start + piece.within.start, at);
                prop_assert!(!piece.within.is_empty());
                prop_assert!(piece.sealed_range().end <= layout.sealed_part_len(piece.index).unwrap());
                prop_assert!(piece.chunks().start * 65_536 + piece.skip() == piece.within.start);
                at = part.start + piece.within.end;
            }
            prop_assert_eq!(at, end.min(len).max(start.min(end.min(len))));
        }
    }
}
