//! The records of the format: what stands before, in and behind the content of an entry, and at the
//! end of the archive.

use super::time::{DosTime, OffsetAt, local_time};

/// Sizes, offsets and counts from which on the fields of zip64 are needed.
const LONG_MIN: u64 = 0xffff_ffff;
const COUNT_LONG_MIN: u64 = 0xffff;

/// Most content of a stored block, in bytes, and what stands before it.
pub(super) const BLOCK_LEN_MAX: usize = 0xffff;
const BLOCK_HEADER_LEN: u64 = 5;

/// Content in stored blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Deflated {
    /// Bytes with the headers of all blocks.
    pub(super) len: u64,
    /// Blocks without content that come first.
    pub(super) empty_blocks: u64,
}

/// How long content is in stored blocks. Readers disagree whether exactly 0xffffffff bytes are a
/// length or the sign that the length stands elsewhere. That length is avoided by a block more.
pub(super) fn deflated_len(len: u64) -> Deflated {
    let deflated = len + len.div_ceil(BLOCK_LEN_MAX as u64) * BLOCK_HEADER_LEN;
    let empty_blocks = u64::from(deflated == LONG_MIN);
    Deflated { len: deflated + empty_blocks * BLOCK_HEADER_LEN, empty_blocks }
}

/// What stands before the content of a stored block.
pub(super) fn write_block(out: &mut Vec<u8>, len: usize, is_last: bool) {
    let len = u16::try_from(len).expect("a block is not longer than 65,535 bytes");
    out.push(u8::from(is_last));
    write(out, &[Two(len), Two(!len)]);
}

/// A field of a header, little endian.
#[derive(Clone, Copy)]
enum Field {
    Two(u16),
    Four(u32),
    Eight(u64),
}
use Field::{Eight, Four, Two};

fn write(out: &mut Vec<u8>, fields: &[Field]) {
    for field in fields {
        match field {
            Two(value) => out.extend_from_slice(&value.to_le_bytes()),
            Four(value) => out.extend_from_slice(&value.to_le_bytes()),
            Eight(value) => out.extend_from_slice(&value.to_le_bytes()),
        }
    }
}

/// What needs no more than four bytes, or that it is elsewhere.
fn short(value: u64) -> Field {
    Four(u32::try_from(value).unwrap_or(u32::MAX))
}

/// Version of the format that has folders and deflated content, that has zip64, and the first one
/// (4.4.3).
const VERSION_DEFLATED: u16 = 20;
const VERSION_LONG: u16 = 45;
const VERSION_FIRST: u16 = 10;

/// What is said of an entry before its content and again in the directory.
pub(super) struct Header {
    /// With a `/` at its end if it is a folder.
    name: String,
    is_folder: bool,
    time: DosTime,
    /// Info-ZIP's extended timestamp: seconds since 1970 in UTC, which says more than zip's own
    /// local time.
    utc_secs: Option<i32>,
    /// Where the entry begins in the archive.
    start: u64,
    /// Bytes of content, as it is and deflated.
    pub(super) len: u64,
    deflated_len: u64,
}

impl Header {
    pub(super) fn of(entry: super::Entry, offset_at: OffsetAt, start: u64) -> Self {
        let millis = entry.modified.map(|modified| modified.as_millis());
        let len = entry.len.unwrap_or(0);
        Self {
            name: if entry.len.is_some() { entry.path } else { entry.path + "/" },
            is_folder: entry.len.is_none(),
            time: millis.map_or(DosTime::FIRST, |millis| local_time(millis, offset_at)),
            utc_secs: millis.and_then(|millis| i32::try_from(millis / 1000).ok()),
            start,
            len,
            deflated_len: deflated_len(len).len,
        }
    }

    /// Whether the lengths need eight bytes. Java decides it by the lengths themselves, others by
    /// zip64's field.
    fn is_long(&self) -> bool {
        self.deflated_len >= LONG_MIN
    }

    /// Version, flags, method and time, which stand in both headers (4.4.3 to 4.4.6).
    fn common(&self, is_long: bool) -> [Field; 5] {
        let is_deflated = self.len > 0;
        let version = match (is_long, self.is_folder || is_deflated) {
            (true, _) => VERSION_LONG,
            (false, true) => VERSION_DEFLATED,
            (false, false) => VERSION_FIRST,
        };
        // Length and checksum follow the content; the name is UTF-8.
        let follows = if is_deflated { 1 << 3 } else { 0 };
        let utf8 = if self.name.is_ascii() { 0 } else { 1 << 11 };
        let method = if is_deflated { 8 } else { 0 };
        [Two(version), Two(follows | utf8), Two(method), Two(self.time.time), Two(self.time.date)]
    }

    fn name_len(&self) -> Field {
        Two(u16::try_from(self.name.len()).expect("paths are shorter than 65,535 bytes"))
    }

    /// The extra fields of either header: zip64's (4.5.3) with these values, and the time.
    fn extra(&self, long: &[Field]) -> Vec<u8> {
        let mut extra = Vec::new();
        if !long.is_empty() {
            write(&mut extra, &[Two(0x0001), Two(8 * long.len() as u16)]);
            write(&mut extra, long);
        }
        if let Some(secs) = self.utc_secs {
            write(&mut extra, &[Two(0x5455), Two(5)]);
            extra.push(1);
            extra.extend_from_slice(&secs.to_le_bytes());
        }
        extra
    }

    /// What stands before the content (4.3.7).
    pub(super) fn write_local(&self, out: &mut Vec<u8>) {
        // Its presence says that the lengths behind the content have eight bytes.
        let extra = self.extra(if self.is_long() { &[Eight(0), Eight(0)] } else { &[] });
        write(out, &[Four(0x0403_4b50)]);
        write(out, &self.common(self.is_long()));
        write(out, &[Four(0), Four(0), Four(0), self.name_len(), Two(extra.len() as u16)]);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
    }

    /// What stands behind the content (4.3.9).
    pub(super) fn write_descriptor(&self, out: &mut Vec<u8>, crc32: u32) {
        let of = |len| if self.is_long() { Eight(len) } else { short(len) };
        write(out, &[Four(0x0807_4b50), Four(crc32), of(self.deflated_len), of(self.len)]);
    }

    /// What stands in the directory (4.3.12).
    pub(super) fn write_central(&self, out: &mut Vec<u8>, crc32: u32) {
        let mut long = Vec::new();
        let mut lengths = [short(self.deflated_len), short(self.len)];
        if self.is_long() {
            long.extend([Eight(self.len), Eight(self.deflated_len)]);
            lengths = [Four(u32::MAX); 2];
        }
        if self.start >= LONG_MIN {
            long.push(Eight(self.start));
        }
        let extra = self.extra(&long);
        // Made on Unix, whose modes stand in the upper half: a file, or a folder.
        let (mode, made_by): (u32, u16) = (if self.is_folder { 0o040_755 } else { 0o100_644 }, 3 << 8);
        let common = self.common(!long.is_empty());
        let Two(version) = common[0] else { unreachable!("the version is the first field") };
        write(out, &[Four(0x0201_4b50), Two(made_by | version)]);
        write(out, &common);
        write(out, &[Four(crc32), lengths[0], lengths[1], self.name_len(), Two(extra.len() as u16)]);
        write(out, &[Two(0), Two(0), Two(0), Four(mode << 16), short(self.start)]);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
    }
}

/// What ends the archive (4.3.14 to 4.3.16).
pub(super) fn write_end(out: &mut Vec<u8>, entry_count: u64, directory_len: u64, directory_start: u64) {
    if entry_count >= COUNT_LONG_MIN || directory_len >= LONG_MIN || directory_start >= LONG_MIN {
        let made_by = Two((3 << 8) | VERSION_LONG);
        write(out, &[Four(0x0606_4b50), Eight(44), made_by, Two(VERSION_LONG), Four(0), Four(0)]);
        write(out, &[Eight(entry_count), Eight(entry_count), Eight(directory_len), Eight(directory_start)]);
        write(out, &[Four(0x0706_4b50), Four(0), Eight(directory_start + directory_len), Four(1)]);
    }
    let count = Two(u16::try_from(entry_count).unwrap_or(u16::MAX));
    write(out, &[Four(0x0605_4b50), Two(0), Two(0), count, count]);
    write(out, &[short(directory_len), short(directory_start), Two(0)]);
}
