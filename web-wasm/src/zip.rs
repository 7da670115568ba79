//! Several files as one zip archive, made while it streams: stored, zip64, names in UTF-8. Content goes in as it is opened,
//! in the order of the manifest; the archive's bytes come out. Neither is ever held whole.
//!
//! Section numbers are those of APPNOTE.TXT 6.3.10, the format's specification.

use std::collections::VecDeque;

use subrosa_shared::time::Timestamp;

use crate::crc32::Crc32;

/// Sizes, offsets and counts from which on the fields of zip64 are needed.
const LONG_MIN: u64 = 0xffff_ffff;
const COUNT_LONG_MIN: u64 = 0xffff;

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
    utc_offset_minutes: i32,
}

/// The file that content goes to.
struct OpenFile {
    header: Header,
    len: u64,
    /// Bytes that it still lacks.
    lacking_len: u64,
    crc32: u32,
}

/// What is said of an entry before its content and again in the directory.
struct Header {
    /// With a `/` at its end if it is a folder.
    name: String,
    is_folder: bool,
    time: DosTime,
    /// Info-ZIP's extended timestamp: seconds since 1970 in UTC, which says more than zip's own local time.
    utc_secs: Option<i32>,
    /// Where the entry begins in the archive.
    start: u64,
}

impl ZipStream {
    /// Begins an archive. The offset from UTC is for the times of zip, which are local; those with an offset go beside them.
    #[must_use]
    pub fn new(entries: Vec<Entry>, utc_offset_minutes: i32) -> Self {
        Self {
            waiting: entries.into(),
            open: None,
            crc32: Crc32::new(),
            directory: Vec::new(),
            entry_count: 0,
            outbox: Vec::new(),
            taken_len: 0,
            utc_offset_minutes,
        }
    }

    /// Puts the next bytes of content in, and takes out what the archive has grown by.
    ///
    /// # Errors
    /// There is more content than the entries have.
    pub fn push(&mut self, mut content: &[u8]) -> Result<Vec<u8>, ZipError> {
        while !content.is_empty() {
            let Some(open) = self.open.as_mut().filter(|open| open.lacking_len > 0) else {
                self.begin_next().ok_or(ZipError::TooMuch)?;
                continue;
            };
            let len = usize::try_from(open.lacking_len).map_or(content.len(), |lacking| lacking.min(content.len()));
            let (piece, rest) = content.split_at(len);
            self.outbox.extend_from_slice(piece);
            open.crc32 = self.crc32.update(open.crc32, piece);
            open.lacking_len -= len as u64;
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
        if let Some(OpenFile { header, len, crc32, .. }) = self.open.take() {
            header.write_descriptor(&mut self.outbox, len, crc32);
            self.note(&header, len, crc32);
        }
        let entry = self.waiting.pop_front()?;
        let secs = entry.modified.map(|modified| modified.as_millis() / 1000);
        let header = Header {
            name: if entry.len.is_some() { entry.path } else { entry.path + "/" },
            is_folder: entry.len.is_none(),
            time: secs.map_or(DosTime::FIRST, |secs| local_time(secs, self.utc_offset_minutes)),
            utc_secs: secs.and_then(|secs| i32::try_from(secs).ok()),
            start: self.position(),
        };
        header.write_local(&mut self.outbox, entry.len.unwrap_or(0));
        match entry.len {
            Some(len) => self.open = Some(OpenFile { header, len, lacking_len: len, crc32: 0 }),
            None => self.note(&header, 0, 0),
        }
        Some(())
    }

    /// Notes a whole entry in the directory.
    fn note(&mut self, header: &Header, len: u64, crc32: u32) {
        header.write_central(&mut self.directory, len, crc32);
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

/// Version of the format that has folders, that has zip64, and the first one (4.4.3).
const VERSION_FOLDER: u16 = 20;
const VERSION_LONG: u16 = 45;
const VERSION_FIRST: u16 = 10;

impl Header {
    /// Version, flags, method and time, which stand in both headers (4.4.3 to 4.4.6).
    fn common(&self, is_long: bool) -> [Field; 5] {
        let version = match (is_long, self.is_folder) {
            (true, _) => VERSION_LONG,
            (false, true) => VERSION_FOLDER,
            (false, false) => VERSION_FIRST,
        };
        // Length and checksum follow the content; the name is UTF-8.
        let follows = if self.is_folder { 0 } else { 1 << 3 };
        let utf8 = if self.name.is_ascii() { 0 } else { 1 << 11 };
        [Two(version), Two(follows | utf8), Two(0), Two(self.time.time), Two(self.time.date)]
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
    fn write_local(&self, out: &mut Vec<u8>, len: u64) {
        // Its presence says that the lengths behind the content have eight bytes.
        let extra = self.extra(if len >= LONG_MIN { &[Eight(0), Eight(0)] } else { &[] });
        write(out, &[Four(0x0403_4b50)]);
        write(out, &self.common(len >= LONG_MIN));
        write(out, &[Four(0), Four(0), Four(0), self.name_len(), Two(extra.len() as u16)]);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
    }

    /// What stands behind the content (4.3.9).
    fn write_descriptor(&self, out: &mut Vec<u8>, len: u64, crc32: u32) {
        let len = if len >= LONG_MIN { Eight(len) } else { short(len) };
        write(out, &[Four(0x0807_4b50), Four(crc32), len, len]);
    }

    /// What stands in the directory (4.3.12).
    fn write_central(&self, out: &mut Vec<u8>, len: u64, crc32: u32) {
        let mut long = Vec::new();
        if len >= LONG_MIN {
            long.extend([Eight(len), Eight(len)]);
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
        write(out, &[Four(crc32), short(len), short(len), self.name_len(), Two(extra.len() as u16)]);
        write(out, &[Two(0), Two(0), Two(0), Four(mode << 16), short(self.start)]);
        out.extend_from_slice(self.name.as_bytes());
        out.extend_from_slice(&extra);
    }
}

/// What ends the archive (4.3.14 to 4.3.16).
fn write_end(out: &mut Vec<u8>, entry_count: u64, directory_len: u64, directory_start: u64) {
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

/// A name for an archive of these paths: that of the folder they all lie in, if there is one.
#[must_use]
pub fn archive_name<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    let mut tops = paths.into_iter().map(|path| path.split_once('/').map(|(top, _)| top));
    let first = tops.next().flatten();
    match first {
        Some(top) if tops.all(|other| other == Some(top)) => format!("{top}.zip"),
        _ => "Subrosa.zip".to_owned(),
    }
}

/// Zip's time of day and date (4.4.6), which begins in 1980 and ends in 2107.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct DosTime {
    date: u16,
    time: u16,
}

impl DosTime {
    /// The first day of 1980.
    const FIRST: Self = Self { date: (1 << 5) | 1, time: 0 };
}

fn local_time(utc_secs: u64, utc_offset_minutes: i32) -> DosTime {
    let secs = i64::try_from(utc_secs).unwrap_or(i64::MAX).saturating_add(i64::from(utc_offset_minutes) * 60).max(0);
    let (days, second_of_day) = (secs / 86_400, secs % 86_400);
    // Civil date from days since 1970 (Howard Hinnant, "chrono-compatible low-level date algorithms"), years from March.
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if !(1980..=2107).contains(&year) {
        return DosTime::FIRST;
    }
    let (hour, minute, second) = (second_of_day / 3600, second_of_day / 60 % 60, second_of_day % 60);
    DosTime {
        date: (((year - 1980) << 9) | (month << 5) | day) as u16,
        time: ((hour << 11) | (minute << 5) | (second / 2)) as u16,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use std::io::{Cursor, Read as _};

    use zip::ZipArchive;

    use super::*;

    fn file(path: &str, len: u64) -> Entry {
        Entry { path: path.to_owned(), len: Some(len), modified: Some(Timestamp::from_millis(1_777_813_386_000)) }
    }

    fn folder(path: &str) -> Entry {
        Entry { path: path.to_owned(), len: None, modified: None }
    }

    /// Archives content that comes in pieces of a length.
    fn archive(entries: &[Entry], content: &[u8], piece_len: usize) -> Vec<u8> {
        let mut stream = ZipStream::new(entries.to_vec(), 0);
        let mut bytes = Vec::new();
        for piece in content.chunks(piece_len) {
            bytes.extend(stream.push(piece).unwrap());
        }
        bytes.extend(stream.finish().unwrap());
        bytes
    }

    #[test]
    fn an_archive_reads_back_with_folders_empty_files_and_every_script() {
        let long = "n".repeat(255);
        let entries = [
            file("empty first", 0),
            file("tree/a.txt", 3),
            folder("tree/nothing in here"),
            file("tree/<b>markup</b> & \"quotes\".html", 70_000),
            file("Привет/日本語/ملف.txt", 5),
            file(&long, 1),
            file("empty last", 0),
        ];
        let content: Vec<u8> = (0..70_009_u32).map(|i| (i % 251) as u8).collect();
        for piece_len in [1, 7, 65_536, content.len()] {
            let mut zip = ZipArchive::new(Cursor::new(archive(&entries, &content, piece_len))).unwrap();
            assert_eq!(zip.len(), entries.len());
            let mut at = 0;
            for (index, entry) in entries.iter().enumerate() {
                let mut stored = zip.by_index(index).unwrap();
                let expected_name = if entry.len.is_some() { entry.path.clone() } else { format!("{}/", entry.path) };
                assert_eq!(stored.name().unwrap(), expected_name);
                let len = usize::try_from(entry.len.unwrap_or(0)).unwrap();
                let mut bytes = Vec::new();
                stored.read_to_end(&mut bytes).unwrap();
                assert!(bytes == content[at..at + len], "content of {}", entry.path);
                at += len;
            }
        }
    }

    #[test]
    fn content_must_be_as_long_as_the_entries() {
        let mut stream = ZipStream::new(vec![file("a", 2)], 0);
        assert!(matches!(stream.push(b"abc"), Err(ZipError::TooMuch)));
        let mut stream = ZipStream::new(vec![file("a", 2)], 0);
        stream.push(b"a").unwrap();
        assert!(matches!(stream.finish(), Err(ZipError::TooLittle)));
    }

    #[test]
    fn times_are_local_and_outside_of_zips_years_fall_back() {
        let time = |hour: u16, minute: u16, second: u16| (hour << 11) | (minute << 5) | (second / 2);
        let date = |year: u16, month: u16, day: u16| ((year - 1980) << 9) | (month << 5) | day;
        // 2026-05-03T13:03:06Z.
        assert_eq!(local_time(1_777_813_386, 120), DosTime { date: date(2026, 5, 3), time: time(15, 3, 6) });
        // 2000-02-29T23:59:58Z.
        assert_eq!(local_time(951_868_798, 0), DosTime { date: date(2000, 2, 29), time: time(23, 59, 58) });
        assert_eq!(local_time(0, 0), DosTime::FIRST);
        assert_eq!(local_time(u64::MAX, -720), DosTime::FIRST);
    }

    #[test]
    fn the_archive_is_named_after_the_one_folder_that_holds_all() {
        assert_eq!(archive_name(["Tax/2025/a.pdf", "Tax/b.pdf"]), "Tax.zip");
        assert_eq!(archive_name(["Tax/a.pdf", "b.pdf"]), "Subrosa.zip");
        assert_eq!(archive_name(["Tax"]), "Subrosa.zip");
    }
}
