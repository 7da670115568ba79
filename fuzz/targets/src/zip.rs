//! Archives: two other readers find in them every entry with its name, content and time, and every
//! byte of the archive belongs to something.

use std::collections::HashSet;
use std::io::{Cursor, Read as _};

use arbitrary::{Arbitrary, Unstructured};
use rawzip::CompressionMethod;
use subrosa_shared::path::{EntryPath, folded};
use subrosa_shared::time::Timestamp;
use subrosa_web::zip::{Entry, OffsetAt, ZipError, ZipStream};

use crate::seeded::Seeded;

#[derive(Debug, Arbitrary)]
struct Case<'a> {
    entries: Vec<Given<'a>>,
    seed: u64,
    pieces: Vec<u16>,
    offset_minutes: i16,
    /// Content that is missing at the end, or too much there.
    off_by: i8,
}

#[derive(Debug, Arbitrary)]
struct Given<'a> {
    path: &'a str,
    len: Option<u16>,
    modified: Option<u64>,
}

pub(crate) fn check(input: &[u8]) {
    let Ok(case) = Case::arbitrary_take_rest(Unstructured::new(input)) else { return };
    // A manifest has no others.
    let mut taken = HashSet::new();
    let entries: Vec<Entry> = case
        .entries
        .iter()
        .filter_map(|given| Some((EntryPath::parse(given.path).ok()?.storable(), given)))
        .filter(|(path, _)| taken.insert(folded(path)))
        .map(|(path, given)| Entry {
            path,
            len: given.len.map(u64::from),
            modified: given.modified.map(Timestamp::from_millis),
        })
        .collect();
    let content_len: u64 = entries.iter().filter_map(|entry| entry.len).sum();
    let content = Seeded(case.seed).bytes(content_len as usize);

    let archive = archive(&entries, &content, &case.pieces, case.offset_minutes).expect("all content is there");
    read_by_zip(&archive, &entries, &content);
    read_by_rawzip(&archive, &entries, &content);
    let again = self::archive(&entries, &content, &[], case.offset_minutes).expect("all content is there");
    assert!(again == archive, "how content comes shows in the archive");

    wrong_length(&entries, &content, case.off_by, case.offset_minutes);
}

/// Makes an archive of content that comes in pieces.
fn archive(entries: &[Entry], content: &[u8], pieces: &[u16], offset: i16) -> Result<Vec<u8>, ZipError> {
    let zones: [OffsetAt; 3] = [|_| 0, |_| -570, |millis| 60 * i32::from(millis % 2 == 0)];
    let mut stream = ZipStream::new(entries.to_vec(), zones[usize::from(offset.unsigned_abs()) % zones.len()]);
    let mut archive = Vec::new();
    let mut rest = content;
    for len in pieces {
        let (piece, behind) = rest.split_at(rest.len().min(usize::from(*len)));
        archive.extend(stream.push(piece)?);
        rest = behind;
    }
    archive.extend(stream.push(rest)?);
    archive.extend(stream.finish()?);
    Ok(archive)
}

/// The name of an entry, and its content.
fn expected<'a>(entry: &Entry, rest: &mut &'a [u8]) -> (String, &'a [u8]) {
    match entry.len {
        Some(len) => {
            let (bytes, behind) = rest.split_at(len as usize);
            *rest = behind;
            (entry.path.clone(), bytes)
        }
        None => (format!("{}/", entry.path), &[]),
    }
}

fn read_by_zip(archive: &[u8], entries: &[Entry], content: &[u8]) {
    let mut zip = zip::ZipArchive::new(Cursor::new(archive)).expect("it is an archive");
    assert_eq!(zip.len(), entries.len());
    let mut rest = content;
    for (index, entry) in entries.iter().enumerate() {
        let (name, bytes) = expected(entry, &mut rest);
        let mut file = zip.by_index(index).expect("there is such an entry");
        assert_eq!(file.name().expect("names are UTF-8"), name);
        assert_eq!(file.is_dir(), entry.len.is_none());
        let mut read = Vec::new();
        file.read_to_end(&mut read).expect("its checksum fits");
        assert!(read == bytes, "the content of {name}");
    }
}

fn read_by_rawzip(archive: &[u8], entries: &[Entry], content: &[u8]) {
    let zip = rawzip::ZipArchive::from_slice(archive).expect("it is an archive");
    let mut listed = zip.entries();
    let mut rest = content;
    let mut end = 0;
    for entry in entries {
        let (name, bytes) = expected(entry, &mut rest);
        let listed = listed.next_entry().expect("the directory is whole").expect("there is one more");
        let file = zip.get_entry(listed.wayfinder()).expect("it is where the directory says");
        let local = file.local_header();

        // Both headers say the same.
        assert_eq!(listed.file_path().as_bytes(), name.as_bytes());
        assert_eq!(local.file_path().as_bytes(), name.as_bytes());
        assert_eq!(local.compression_method(), listed.compression_method());
        assert_eq!(local.last_modified_dos(), listed.last_modified_dos());
        assert_eq!(local.extra_fields().collect::<Vec<_>>(), listed.extra_fields().collect::<Vec<_>>());
        assert_eq!(listed.is_dir(), entry.len.is_none());
        assert_eq!(listed.uncompressed_size_hint(), bytes.len() as u64);

        // Nothing lies between entries.
        assert_eq!(listed.local_header_offset(), end);
        let (start, data_end) = file.compressed_data_range();
        assert_eq!(start, end + 30 + name.len() as u64 + extra_len(archive, end));
        assert_eq!(data_end - start, listed.compressed_size_hint());
        let descriptor = file.data_descriptor().expect("it is whole");
        if let Some(descriptor) = &descriptor {
            assert_eq!(descriptor.crc32(), listed.crc32());
            assert_eq!(descriptor.uncompressed_size(), bytes.len() as u64);
            assert_eq!(descriptor.compressed_size(), listed.compressed_size_hint());
        }
        end = data_end + if descriptor.is_some() { 16 } else { 0 };

        let mut read = Vec::new();
        let done = match listed.compression_method() {
            CompressionMethod::DEFLATE => {
                let inflated = flate2::bufread::DeflateDecoder::new(file.data());
                file.verifying_reader(inflated).read_to_end(&mut read)
            }
            CompressionMethod::STORE => file.verifying_reader(file.data()).read_to_end(&mut read),
            method => panic!("{method:?}"),
        };
        done.expect("its checksum fits");
        assert!(read == bytes, "the content of {name}");
    }
    assert!(listed.next_entry().expect("the directory is whole").is_none());
    assert_eq!(zip.directory_offset(), end);
    assert_eq!(zip.end_offset(), archive.len() as u64);
}

/// Bytes of extra fields of the local header that begins there.
fn extra_len(archive: &[u8], header: u64) -> u64 {
    let at = header as usize + 28;
    u64::from(u16::from_le_bytes([archive[at], archive[at + 1]]))
}

/// Content that is not as long as the entries is no archive.
fn wrong_length(entries: &[Entry], content: &[u8], off_by: i8, offset: i16) {
    let made = match off_by {
        0 => return,
        1.. => archive(entries, &[content, &[0; 127][..off_by as usize]].concat(), &[], offset),
        _ => {
            let missing = usize::from(off_by.unsigned_abs()).min(content.len());
            if missing == 0 {
                return;
            }
            archive(entries, &content[..content.len() - missing], &[], offset)
        }
    };
    let error = if off_by > 0 { ZipError::TooMuch } else { ZipError::TooLittle };
    assert_eq!(made, Err(error));
}
