//! Several files as one zip archive, made while it streams: stored, zip64, names in UTF-8. Content goes in as it is opened,
//! in the order of the manifest; the archive's bytes come out. Neither is ever held whole.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::rc::Rc;

use subrosa_shared::time::Timestamp;
use zip::write::{ExtendedFileOptions, FileOptions, StreamWriter};
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Sizes from which on an entry needs the fields of zip64.
const ZIP64_LEN_MIN: u64 = 0xffff_ffff;

/// A file or an empty folder of the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Relative path with `/` between its names.
    pub path: String,
    /// Bytes of content; `None` for a folder.
    pub len: Option<u64>,
    /// When it was changed last, if that is known.
    pub modified: Option<Timestamp>,
}

/// Why an archive cannot be made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZipError {
    /// More content came than the entries have.
    #[error("more content than the entries have")]
    TooMuch,
    /// The content ended before the entries did.
    #[error("less content than the entries have")]
    TooLittle,
    /// The writer refused.
    #[error("the archive cannot be written")]
    Write(#[from] zip::result::ZipError),
    /// The writer refused a byte.
    #[error("the archive cannot be written")]
    Io(#[from] io::Error),
}

/// An archive in the making.
pub struct ZipStream {
    writer: ZipWriter<StreamWriter<Outbox>>,
    outbox: Outbox,
    waiting: VecDeque<Entry>,
    /// Bytes that the open entry still lacks.
    open_len: u64,
    utc_offset_minutes: i32,
}

impl ZipStream {
    /// Begins an archive. The offset from UTC is for the times of zip, which are local; those with an offset go beside them.
    #[must_use]
    pub fn new(entries: Vec<Entry>, utc_offset_minutes: i32) -> Self {
        let outbox = Outbox::default();
        Self {
            writer: ZipWriter::new_stream(outbox.clone()),
            outbox,
            waiting: entries.into(),
            open_len: 0,
            utc_offset_minutes,
        }
    }

    /// Puts the next bytes of content in, and takes out what the archive has grown by.
    ///
    /// # Errors
    /// There is more content than the entries have.
    pub fn push(&mut self, mut content: &[u8]) -> Result<Vec<u8>, ZipError> {
        while !content.is_empty() {
            while self.open_len == 0 {
                self.begin_next()?.ok_or(ZipError::TooMuch)?;
            }
            let len = usize::try_from(self.open_len).map_or(content.len(), |open_len| open_len.min(content.len()));
            let (piece, rest) = content.split_at(len);
            self.writer.write_all(piece)?;
            self.open_len -= len as u64;
            content = rest;
        }
        Ok(self.outbox.take())
    }

    /// Ends the archive, and takes out what it has grown by.
    ///
    /// # Errors
    /// Content is missing.
    pub fn finish(mut self) -> Result<Vec<u8>, ZipError> {
        loop {
            if self.open_len > 0 {
                return Err(ZipError::TooLittle);
            }
            if self.begin_next()?.is_none() {
                break;
            }
        }
        self.writer.finish()?;
        Ok(self.outbox.take())
    }

    /// Opens the next entry, if there is one.
    fn begin_next(&mut self) -> Result<Option<()>, ZipError> {
        let Some(entry) = self.waiting.pop_front() else { return Ok(None) };
        let options = self.options(&entry)?;
        match entry.len {
            Some(len) => {
                self.writer.start_file(entry.path, options)?;
                self.open_len = len;
            }
            None => self.writer.add_directory(entry.path, options)?,
        }
        Ok(Some(()))
    }

    fn options(&self, entry: &Entry) -> Result<FileOptions<'static, 'static, ExtendedFileOptions>, ZipError> {
        let mut options = FileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .large_file(entry.len.unwrap_or(0) >= ZIP64_LEN_MIN)
            .unix_permissions(if entry.len.is_some() { 0o644 } else { 0o755 });
        if let Some(modified) = entry.modified {
            let secs = modified.as_millis() / 1000;
            options = options.last_modified_time(local_time(secs, self.utc_offset_minutes));
            // Info-ZIP's extended timestamp: seconds since 1970 in UTC, which says more than zip's own local time.
            if let Ok(secs) = i32::try_from(secs) {
                let mut field = vec![1];
                field.extend(secs.to_le_bytes());
                options.add_extra_field(0x5455, field, false)?;
            }
        }
        Ok(options)
    }
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

/// Zip's time of day and date, which begins in 1980 and ends in 2107.
fn local_time(utc_secs: u64, utc_offset_minutes: i32) -> DateTime {
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
    let field = |value: i64| u8::try_from(value).unwrap_or(u8::MAX);
    u16::try_from(year)
        .ok()
        .and_then(|year| {
            let (hour, minute, second) =
                (field(second_of_day / 3600), field(second_of_day / 60 % 60), field(second_of_day % 60));
            DateTime::from_date_and_time(year, field(month), field(day), hour, minute, second).ok()
        })
        .unwrap_or_default()
}

/// Where the writer writes to and the stream takes from.
#[derive(Clone, Default)]
struct Outbox(Rc<RefCell<Vec<u8>>>);

impl Outbox {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
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
        // 2026-05-03T13:03:06Z.
        let time = local_time(1_777_813_386, 120);
        assert_eq!((time.year(), time.month(), time.day()), (2026, 5, 3));
        assert_eq!((time.hour(), time.minute(), time.second()), (15, 3, 6));
        // 2000-02-29T23:59:58Z.
        let leap = local_time(951_868_798, 0);
        assert_eq!((leap.year(), leap.month(), leap.day(), leap.hour()), (2000, 2, 29, 23));
        assert_eq!(local_time(0, 0), DateTime::default());
        assert_eq!(local_time(u64::MAX, -720), DateTime::default());
    }

    #[test]
    fn the_archive_is_named_after_the_one_folder_that_holds_all() {
        assert_eq!(archive_name(["Tax/2025/a.pdf", "Tax/b.pdf"]), "Tax.zip");
        assert_eq!(archive_name(["Tax/a.pdf", "b.pdf"]), "Subrosa.zip");
        assert_eq!(archive_name(["Tax"]), "Subrosa.zip");
    }
}
