//! Our archives in the programs that people open them with. Large ones, and programs that a machine
//! may lack: only `cargo xtask test --heavy` installs those and runs this.
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use subrosa_shared::time::Timestamp;
use subrosa_web::zip::{Entry, ZipStream};

const MIB: u64 = 1 << 20;
/// More than 32 bits can count.
const LARGE: u64 = (4 << 30) + 12_345;
/// The longest content that is shorter than 32 bits can count, but not in blocks.
const ALMOST_LARGE: u64 = 0xffff_ffff - 5 * 65_533;

/// By path: length, and CRC-32. Folders end in a slash.
type Listed = BTreeMap<String, (u64, u32)>;

fn entry(path: String, len: Option<u64>) -> Entry {
    Entry { path, len, modified: Some(Timestamp::from_millis(1_777_813_386_000)) }
}

/// Writes an archive with noise in it, and says what must be found.
fn write(archive: &Path, entries: &[Entry]) -> Listed {
    let mut file = File::create(archive).unwrap();
    let mut stream = ZipStream::new(entries.to_vec(), |_| 120);
    let block: Vec<u8> = (0..MIB as u32).map(|i| (i.wrapping_mul(i ^ 0x9e37_79b9) >> 13) as u8).collect();
    let mut listed = Listed::new();
    for Entry { path, len, .. } in entries {
        let Some(len) = *len else {
            listed.insert(format!("{path}/"), (0, 0));
            continue;
        };
        let mut crc = flate2::Crc::new();
        let mut lacking = len;
        while lacking > 0 {
            let piece = &block[..lacking.min(MIB) as usize];
            crc.update(piece);
            file.write_all(&stream.push(piece).unwrap()).unwrap();
            lacking -= piece.len() as u64;
        }
        listed.insert(path.clone(), (len, crc.sum()));
    }
    file.write_all(&stream.finish().unwrap()).unwrap();
    listed
}

/// What a program says; it must say that it succeeded.
fn said(program: &str, args: &[&str], archive: &Path) -> String {
    let output = Command::new(program)
        .args(args)
        .arg(archive)
        .env("LC_ALL", "C.UTF-8")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let text = String::from_utf8(output.stdout).unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program}: {error}{}", text.lines().rev().take(9).collect::<String>());
    text
}

/// Reads lines of CRC-32, length and path.
fn listed(text: &str) -> Listed {
    let line = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let crc = u32::from_str_radix(words.next().unwrap(), 16).unwrap();
        let len = words.next().unwrap().parse().unwrap();
        (words.next().unwrap().to_owned(), (len, crc))
    };
    text.lines().map(line).collect()
}

const PYTHON: &str = "
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    assert z.testzip() is None
    for i in z.infolist():
        assert i.date_time == (2026, 5, 3, 15, 3, 6), i
        print('%08x %d %s' % (i.CRC, i.file_size, i.filename))
";

fn assert_opens_everywhere(entries: &[Entry]) {
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("archive.zip");
    let expected = write(&archive, entries);
    let java = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ReadZip.java");
    assert!(listed(&said("java", &[java], &archive)) == expected, "Java finds something else");
    assert!(listed(&said("python3", &["-c", PYTHON], &archive)) == expected, "Python finds something else");
    assert!(said("unzip", &["-tqq"], &archive).is_empty());
    assert!(said("7z", &["t"], &archive).contains("Everything is Ok"));
    // All the bytes, once with the directory and once as a stream.
    let names = |text: &str| text.lines().map(str::to_owned).collect::<std::collections::BTreeSet<_>>();
    let expected_names: std::collections::BTreeSet<String> = expected.keys().cloned().collect();
    assert_eq!(names(&said("bsdtar", &["-tf"], &archive)), expected_names);
    let stream = "bsdtar -tf - < \"$0\" && bsdtar -xOf - < \"$0\" | wc -c";
    let found = said("sh", &["-c", stream], &archive);
    let len: u64 = expected.values().map(|(len, _)| len).sum();
    let (found, found_len) = found.trim_end().rsplit_once('\n').unwrap();
    assert!(names(found) == expected_names && found_len.trim() == len.to_string(), "as a stream, bsdtar finds less");
}

#[test]
fn archives_open_in_other_programs() {
    assert_opens_everywhere(&[
        entry("empty first".into(), Some(0)),
        entry("tree/a & b.txt".into(), Some(3)),
        entry("tree/nothing in here".into(), None),
        entry("Привет/日本語/ملف 🌹.txt".into(), Some(70_000)),
        entry("n".repeat(255), Some(65_535)),
        entry("block and a byte".into(), Some(65_536)),
        entry("empty last".into(), Some(0)),
    ]);
}

#[test]
fn archives_of_more_than_65535_files_open_in_other_programs() {
    let entries: Vec<Entry> = (0..70_000).map(|i| entry(format!("{}/{i}", i % 100), Some(i % 3))).collect();
    assert_opens_everywhere(&entries);
}

#[test]
fn archives_of_more_than_4_gib_open_in_other_programs() {
    assert_opens_everywhere(&[
        entry("large".into(), Some(LARGE)),
        entry("almost large".into(), Some(ALMOST_LARGE)),
        entry("behind 4 GiB".into(), Some(100_000)),
        entry("empty behind 4 GiB".into(), Some(0)),
        entry("folder behind 4 GiB".into(), None),
    ]);
}
