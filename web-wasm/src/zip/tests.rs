#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::io::{BufRead as _, Cursor, Read as _};

use flate2::bufread::DeflateDecoder;
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
    let mut stream = ZipStream::new(entries.to_vec(), |_| 0);
    let mut bytes = Vec::new();
    for piece in content.chunks(piece_len) {
        bytes.extend(stream.push(piece).unwrap());
    }
    bytes.extend(stream.finish().unwrap());
    bytes
}

/// Folders, files without content, every script, and content around the length of a block.
fn strange() -> (Vec<Entry>, Vec<u8>) {
    let long = "n".repeat(255);
    let entries = vec![
        file("empty first", 0),
        file("tree/a.txt", 3),
        folder("tree/nothing in here"),
        file("tree/<b>markup</b> & \"quotes\".html", 70_000),
        file("one block", 65_535),
        file("one byte more", 65_536),
        file("two blocks", 131_070),
        file("Привет/日本語/ملف.txt", 5),
        file(&long, 1),
        file("empty last", 0),
    ];
    let len: u64 = entries.iter().filter_map(|entry| entry.len).sum();
    // Records of zip in the content are content.
    let content = (0..len).map(|i| if i % 97 < 4 { b"PK\x07\x08"[(i % 97) as usize] } else { (i % 251) as u8 });
    (entries, content.collect())
}

#[test]
fn an_archive_reads_back_with_folders_empty_files_and_every_script() {
    let (entries, content) = strange();
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

/// Reads an archive as Java's `ZipInputStream` does: from its first byte on, without a look at the
/// directory.
fn streamed(mut rest: &[u8]) -> Vec<(String, Vec<u8>)> {
    let take = |len: usize, from: &mut &[u8]| {
        let (taken, left) = from.split_at(len);
        *from = left;
        taken.to_vec()
    };
    let two = |bytes: &[u8], at: usize| usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()));
    let four = |bytes: &[u8], at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    let crc32 = Crc32::new();
    let mut found = Vec::new();
    while rest.starts_with(b"PK\x03\x04") {
        let header = take(30, &mut rest);
        let (follows, method) = (two(&header, 6) & 8 != 0, two(&header, 8));
        let name = String::from_utf8(take(two(&header, 26), &mut rest)).unwrap();
        take(two(&header, 28), &mut rest);
        assert!(!follows || method == 8, "only DEFLATED entries can have EXT descriptor: {name}");
        let mut content = Vec::new();
        if method == 8 {
            let mut decoder = DeflateDecoder::new(rest);
            decoder.read_to_end(&mut content).unwrap();
            let (read, written) = (decoder.total_in(), decoder.total_out());
            rest = decoder.into_inner();
            assert!(follows && read <= 0xffff_ffff && written <= 0xffff_ffff);
            let descriptor = take(16, &mut rest);
            assert_eq!(descriptor[..4], *b"PK\x07\x08", "{name}");
            let told = (four(&descriptor, 4), u64::from(four(&descriptor, 8)), u64::from(four(&descriptor, 12)));
            assert_eq!(told, (crc32.update(0, &content), read, written), "{name}");
        } else {
            assert_eq!((four(&header, 14), four(&header, 18), four(&header, 22)), (0, 0, 0), "{name} is empty");
        }
        found.push((name, content));
    }
    assert!(rest.fill_buf().unwrap().starts_with(b"PK\x01\x02"), "behind the last entry, the directory begins");
    found
}

#[test]
fn an_archive_can_be_read_as_a_stream() {
    let (entries, content) = strange();
    let mut at = 0;
    let expected: Vec<(String, Vec<u8>)> = entries
        .iter()
        .map(|Entry { path, len, .. }| {
            let name = if len.is_some() { path.clone() } else { format!("{path}/") };
            let from = at;
            at += usize::try_from(len.unwrap_or(0)).unwrap();
            (name, content[from..at].to_vec())
        })
        .collect();
    for piece_len in [1, 65_534, 65_535, content.len()] {
        let found = streamed(&archive(&entries, &content, piece_len));
        assert!(found == expected, "in pieces of {piece_len}");
    }
}

#[test]
fn no_deflated_length_is_the_sign_that_it_stands_elsewhere() {
    let sign = 0xffff_ffff;
    let longest_short = (4_294_639_000..4_294_640_000_u64).filter(|len| deflated_len(*len).len < sign).max().unwrap();
    let empty_blocks = |len| deflated_len(len).empty_blocks;
    // 65,533 blocks bring it there exactly.
    let met: Vec<u64> = (longest_short - 9..longest_short + 9).filter(|len| empty_blocks(*len) > 0).collect();
    assert_eq!(met, [sign - 65_533 * 5]);
    for len in longest_short - 9..longest_short + 9 {
        let told = deflated_len(len).len;
        assert!(told != sign && told >= len + len.div_ceil(65_535) * 5, "{len}");
    }
    assert_eq!(deflated_len(0).len, 0);
    assert_eq!((deflated_len(65_535).len, deflated_len(65_536).len), (65_540, 65_546));
}

#[test]
fn content_must_be_as_long_as_the_entries() {
    let mut stream = ZipStream::new(vec![file("a", 2)], |_| 0);
    assert!(matches!(stream.push(b"abc"), Err(ZipError::TooMuch)));
    let mut stream = ZipStream::new(vec![file("a", 2)], |_| 0);
    stream.push(b"a").unwrap();
    assert!(matches!(stream.finish(), Err(ZipError::TooLittle)));
}
