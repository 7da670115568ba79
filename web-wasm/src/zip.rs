//! Several files as one zip archive, made while it streams: not compressed, zip64, names in UTF-8.
//! Content goes in as it is opened, in the order of the manifest; the archive's bytes come out.
//! Neither is ever held whole.
//!
//! The checksum of a file is known only behind it, so it follows the content in a descriptor.
//! Readers that take an archive as a stream, such as Java's `ZipInputStream`, accept descriptors
//! only for the method "deflated", whose content says itself where it ends. So content is deflated
//! without compression: in stored blocks (RFC 1951, section 3.2.4), 5 bytes for each 64 KiB.
//!
//! Section numbers are those of APPNOTE.TXT 6.3.10, the format's specification.

mod records;
mod time;

use std::collections::VecDeque;

use subrosa_shared::time::Timestamp;

use crate::crc32::Crc32;
use records::{BLOCK_LEN_MAX, Header, deflated_len, write_block, write_end};
pub use time::OffsetAt;

/// A file or an empty folder of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Relative path with `/` between its names, shorter than 65,535 bytes, and of no other entry.
    pub path: String,
    /// Bytes of content; `None` for a folder.
    pub len: Option<u64>,
    /// When it was changed last, if that is known.
    pub modified: Option<Timestamp>,
}

/// Why an archive cannot be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZipError {
    /// More content came than the entries have.
    #[error("more content than the entries have")]
    TooMuch,
    /// The content ended before the entries did.
    #[error("less content than the entries have")]
    TooLittle,
}

/// An archive in the making.
pub struct ZipStream {
    waiting: VecDeque<Entry>,
    open: Option<OpenFile>,
    crc32: Crc32,
    /// The directory that ends the archive, of the entries so far.
    directory: Vec<u8>,
    entry_count: u64,
    /// Bytes that nobody took yet, and how many were taken before.
    outbox: Vec<u8>,
    taken_len: u64,
    offset_at: OffsetAt,
}

/// The file that content goes to.
struct OpenFile {
    header: Header,
    /// Bytes that it still lacks, and how many of them the block that was begun can take.
    lacking_len: u64,
    block_len: usize,
    crc32: u32,
}

impl ZipStream {
    /// Begins an archive. The offset from UTC is for the times of zip, which are local.
    #[must_use]
    pub fn new(entries: Vec<Entry>, offset_at: OffsetAt) -> Self {
        Self {
            waiting: entries.into(),
            open: None,
            crc32: Crc32::new(),
            directory: Vec::new(),
            entry_count: 0,
            outbox: Vec::new(),
            taken_len: 0,
            offset_at,
        }
    }

    /// Puts the next bytes of content in, and takes out what the archive has grown by.
    ///
    /// # Errors
    /// There is more content than the entries have.
    pub fn push(&mut self, mut content: &[u8]) -> Result<Vec<u8>, ZipError> {
        // With room for blocks and for the headers of files that are not very small.
        self.outbox.reserve(content.len() + content.len() / 16 + 1024);
        while !content.is_empty() {
            let Some(open) = self.open.as_mut().filter(|open| open.lacking_len > 0) else {
                self.begin_next().ok_or(ZipError::TooMuch)?;
                continue;
            };
            if open.block_len == 0 {
                open.block_len = usize::try_from(open.lacking_len).map_or(BLOCK_LEN_MAX, |len| len.min(BLOCK_LEN_MAX));
                write_block(&mut self.outbox, open.block_len, open.lacking_len == open.block_len as u64);
            }
            let (piece, rest) = content.split_at(open.block_len.min(content.len()));
            self.outbox.extend_from_slice(piece);
            open.crc32 = self.crc32.update(open.crc32, piece);
            open.lacking_len -= piece.len() as u64;
            open.block_len -= piece.len();
            content = rest;
        }
        Ok(self.take())
    }

    /// Ends the archive, and takes out what it has grown by.
    ///
    /// # Errors
    /// Content is missing.
    pub fn finish(mut self) -> Result<Vec<u8>, ZipError> {
        loop {
            if self.open.as_ref().is_some_and(|open| open.lacking_len > 0) {
                return Err(ZipError::TooLittle);
            }
            if self.begin_next().is_none() {
                break;
            }
        }
        let directory = std::mem::take(&mut self.directory);
        let start = self.position();
        self.outbox.extend_from_slice(&directory);
        write_end(&mut self.outbox, self.entry_count, directory.len() as u64, start);
        Ok(self.take())
    }

    /// Closes the open file, and opens the next entry if there is one.
    fn begin_next(&mut self) -> Option<()> {
        if let Some(OpenFile { header, crc32, .. }) = self.open.take() {
            header.write_descriptor(&mut self.outbox, crc32);
            self.note(&header, crc32);
        }
        let entry = self.waiting.pop_front()?;
        let header = Header::of(entry, self.offset_at, self.position());
        header.write_local(&mut self.outbox);
        if header.len == 0 {
            self.note(&header, 0);
            return Some(());
        }
        for _ in 0..deflated_len(header.len).empty_blocks {
            write_block(&mut self.outbox, 0, false);
        }
        self.open = Some(OpenFile { lacking_len: header.len, block_len: 0, crc32: 0, header });
        Some(())
    }

    /// Notes a whole entry in the directory.
    fn note(&mut self, header: &Header, crc32: u32) {
        header.write_central(&mut self.directory, crc32);
        self.entry_count += 1;
    }

    fn position(&self) -> u64 {
        self.taken_len + self.outbox.len() as u64
    }

    fn take(&mut self) -> Vec<u8> {
        self.taken_len = self.position();
        std::mem::take(&mut self.outbox)
    }
}

#[cfg(test)]
mod tests;
