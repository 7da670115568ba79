#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::HashSet;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use subrosa_shared::api::{LinkState, PutLink};
use subrosa_shared::manifest::{Part, check_entries};
use subrosa_shared::path::EntryPath;

use super::*;
use crate::plan::{DOWNLOAD_NAME_BYTES_MAX, download_name};
use crate::sender::{LinkTerms, Sender};

const RNG: UnwrapErr<SysRng> = UnwrapErr(SysRng);
const PART_BYTES: u32 = 65_536;

fn file(path: &str, size: u64) -> Entry {
    let kind = EntryKind::File { size, media_type: None };
    Entry { path: EntryPath::parse(path).unwrap(), modified: None, kind }
}

fn folder(path: &str) -> Entry {
    Entry { path: EntryPath::parse(path).unwrap(), modified: None, kind: EntryKind::Folder }
}

/// What a server would keep.
struct Stored {
    sender: Sender,
    link: PutLink,
    manifest: Vec<u8>,
    parts: Vec<Vec<u8>>,
}

fn send(entries: Vec<Entry>, content: &[u8], password: Option<&str>) -> Stored {
    send_in_parts(entries, content, password, PART_BYTES)
}

fn send_in_parts(entries: Vec<Entry>, content: &[u8], password: Option<&str>, part_bytes: u32) -> Stored {
    let mut sender = Sender::draw(&mut RNG.clone());
    let layout = subrosa_shared::content::Layout::new(content.len() as u64, part_bytes).unwrap();
    let mut padded = content.to_vec();
    padded.resize(layout.padded_len() as usize, 0);
    let key = sender.part_key();
    let parts: Vec<Vec<u8>> = (0..layout.part_count())
        .map(|index| {
            let range = layout.part_range(index).unwrap();
            let mut sealed = Vec::new();
            key.seal(index, &padded[range.start as usize..range.end as usize], &mut RNG.clone(), &mut sealed);
            sealed
        })
        .collect();
    let pinned = parts.iter().map(|part| Part::of(part).unwrap()).collect();
    sender.lock(password.map(|typed| Password::new(typed).unwrap()).as_ref());
    let note = Some("for you".to_owned());
    let manifest = sender.seal_manifest(entries, note, part_bytes, pinned, &mut RNG.clone()).unwrap();
    sender.check_manifest(&manifest).unwrap();
    let link = sender.put_link(LinkTerms { downloads_max: 1 }, &mut RNG.clone()).unwrap();
    Stored { sender, link, manifest, parts }
}

fn open(stored: &Stored, password: Option<&str>) -> Result<(Recipient, Listing), ReceiveError> {
    let link = format!("https://example.org/s#{}", *stored.sender.token());
    let mut recipient = Recipient::from_text(&link)?;
    recipient.unlock(password.map(|typed| Password::new(typed).unwrap()).as_ref());
    recipient.opened(stored.sender.share_id(), &stored.link.lock.view_wrap)?;
    let listing = recipient.read_manifest(&stored.manifest)?;
    Ok((recipient, listing))
}

fn grant(stored: &Stored, recipient: &mut Recipient) -> PartKey {
    recipient.held.hold_lease(None, &mut RNG.clone());
    let key = recipient.granted(&stored.link.lock.content_wrap);
    // Over a worker's grant, as in the page.
    PartKey::from_grant(&mut key.unwrap().to_grant()).unwrap()
}

fn fetch(stored: &Stored, key: &PartKey, plan: &SavePlan) -> Vec<u8> {
    let mut saved = Vec::new();
    for piece in &plan.pieces {
        let sealed = &stored.parts[piece.index as usize];
        assert_eq!((piece.sealed_len, piece.digest), (sealed.len() as u64, Digest::of(sealed)));
        let mut opened = Vec::new();
        key.open(piece.index, sealed, &mut opened).unwrap();
        saved.extend(piece.spans.iter().flat_map(|(from, to)| &opened[*from as usize..*to as usize]));
    }
    assert_eq!(saved.len() as u64, plan.len);
    saved
}

#[test]
fn what_was_sent_is_received_alone_and_all_together() {
    let content: Vec<u8> = (0..200_003_u32).map(|i| (i % 253) as u8).collect();
    let entries = vec![file("a/x", 70_000), folder("a/empty"), file("b", 0), file("c", 130_003)];
    let stored = send(entries, &content, Some("Päßwort"));
    let (mut recipient, listing) = open(&stored, Some("Pa\u{308}ßwort")).unwrap();
    assert_eq!(listing.note.as_deref(), Some("for you"));
    assert_eq!(listing.entries.len(), 4);
    let key = grant(&stored, &mut recipient);
    let saved = fetch(&stored, &key, &recipient.save_plan(Wanted::Entry(3)).unwrap());
    assert!(saved == content[70_000..]);
    assert!(fetch(&stored, &key, &recipient.save_plan(Wanted::Entry(2)).unwrap()).is_empty());
    let everything = recipient.save_plan(Wanted::Everything).unwrap();
    assert!(everything.is_archive && everything.name == "Subrosa.zip");
    assert!(fetch(&stored, &key, &everything) == content);
    assert!(matches!(recipient.save_plan(Wanted::Entry(1)), Err(ReceiveError::NoSuchFile)));
    assert!(matches!(recipient.save_plan(Wanted::Entry(4)), Err(ReceiveError::NoSuchFile)));
}

#[test]
fn a_folder_is_saved_as_an_archive_with_its_own_name() {
    let content: Vec<u8> = (0..150_000_u32).map(|i| (i % 251) as u8).collect();
    let entries = vec![
        file("top/in/a", 1_000),
        file("out", 2_000),
        file("top/in/b", 97_000),
        folder("top/in/empty"),
        file("top/in/deep/c", 50_000),
    ];
    let stored = send(entries, &content, None);
    let (mut recipient, listing) = open(&stored, None).unwrap();
    let key = grant(&stored, &mut recipient);
    let folder = listing.folders.iter().position(|folder| folder.name == "in").unwrap();
    assert_eq!((listing.folders[folder].files, listing.folders[folder].size), (3, 148_000));
    let plan = recipient.save_plan(Wanted::Folder(folder)).unwrap();
    assert_eq!((plan.name.as_str(), plan.is_archive), ("in.zip", true));
    let inside = fetch(&stored, &key, &plan);
    assert!(inside == [&content[..1_000], &content[3_000..]].concat());
    let mut stream = recipient.archive(Some(folder), 0).unwrap();
    let archive = [stream.push(&inside).unwrap(), stream.finish().unwrap()].concat();
    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let names: Vec<String> =
        (0..archive.len()).map(|i| archive.by_index(i).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(names, ["in/a", "in/b", "in/empty/", "in/deep/c"]);
    assert!(matches!(recipient.save_plan(Wanted::Folder(9)), Err(ReceiveError::NoSuchFile)));
    assert!(matches!(recipient.archive(Some(9), 0), Err(ReceiveError::NoSuchFile)));
}

#[test]
fn a_look_at_a_long_text_fetches_the_chunks_that_are_shown() {
    const LEN: usize = 3 << 20;
    let content: Vec<u8> = (0..LEN as u32).map(|i| (i % 249) as u8).collect();
    let entries = vec![file("first", 100_000), file("long.log", LEN as u64 - 101_000), file("short.txt", 1_000)];
    let stored = send_in_parts(entries, &content, None, 2 << 20);
    let (mut recipient, listing) = open(&stored, None).unwrap();
    assert_eq!(listing.entries[1].preview, Some(Kind::Text));
    let key = grant(&stored, &mut recipient);
    let plan = recipient.preview_plan(1).unwrap();
    assert!(plan.is_cut && plan.len == crate::preview::TEXT_BYTES_MAX && plan.pieces.len() == 1);
    let piece = &plan.pieces[0];
    let chunks = piece.chunks.as_ref().unwrap();
    assert!(chunks.sealed_to - chunks.sealed_from < 400_000, "{chunks:?}");
    let sealed = &stored.parts[piece.index as usize];
    let fetched = [&sealed[..65], &sealed[chunks.sealed_from as usize..chunks.sealed_to as usize]].concat();
    let mut opened = Vec::new();
    let pinned = crate::parts::Pinned { index: 0, sealed_len: piece.sealed_len, commitment: chunks.commitment };
    key.open_chunks(&pinned, chunks.first, &fetched, &mut opened).unwrap();
    let (from, to) = piece.spans[0];
    let shown = &opened[(from - chunks.plain_from) as usize..(to - chunks.plain_from) as usize];
    assert!(shown == &content[100_000..100_000 + plan.len as usize]);
    assert!(key.open_chunks(&pinned, chunks.first + 1, &fetched, &mut opened).is_err());
    assert!(key.open_chunks(&pinned, chunks.first, &fetched[..65], &mut opened).is_ok() && opened.is_empty());
    assert!(key.open_chunks(&pinned, chunks.first, &fetched[..9], &mut opened).is_err());
    let short = recipient.preview_plan(2).unwrap();
    let chunks = short.pieces[0].chunks.as_ref().unwrap();
    assert!(
        !short.is_cut && chunks.sealed_to - chunks.sealed_from < 140_000,
        "a small file in a large part: {short:?}"
    );
    assert!(recipient.preview_plan(0).is_err() && recipient.preview_plan(3).is_err());
}

#[test]
fn a_film_is_fetched_in_blocks_that_cover_it_and_do_not_overlap() {
    const LEN: u64 = 5_000_000;
    let content: Vec<u8> = (0..LEN as u32).map(|i| (i % 251) as u8).collect();
    let entries = vec![file("before", 100_001), file("film.mp4", LEN - 100_101), file("after", 100)];
    let stored = send_in_parts(entries, &content, None, 1 << 20);
    let (mut recipient, _) = open(&stored, None).unwrap();
    let key = grant(&stored, &mut recipient);
    let (mut at, mut fetched) = (0, 0);
    while at < LEN - 100_101 {
        let block = recipient.block(1, at).unwrap();
        assert_eq!(block.from, at);
        assert_eq!(recipient.block(1, block.to - 1).unwrap().from, at, "whatever byte of it is asked for");
        let chunks = block.piece.chunks.as_ref().unwrap();
        let part = &stored.parts[block.piece.index as usize];
        let sealed = [&part[..65], &part[chunks.sealed_from as usize..chunks.sealed_to as usize]].concat();
        let pinned = crate::parts::Pinned {
            index: block.piece.index,
            sealed_len: block.piece.sealed_len,
            commitment: chunks.commitment,
        };
        let mut opened = Vec::new();
        key.open_chunks(&pinned, chunks.first, &sealed, &mut opened).unwrap();
        let (from, to) = block.piece.spans[0];
        let got = &opened[(from - chunks.plain_from) as usize..(to - chunks.plain_from) as usize];
        assert!(got == &content[100_001 + block.from as usize..100_001 + block.to as usize], "{block:?}");
        fetched += chunks.sealed_to - chunks.sealed_from;
        at = block.to;
    }
    // Little more than its own bytes: the chunks at both ends, and the tags.
    assert!(fetched < LEN + 2 * 65_536 + 100 * 16, "{fetched}");
    for (entry, at) in [(1, LEN - 100_101), (1, u64::MAX), (3, 0)] {
        assert!(recipient.block(entry, at).is_err());
    }
}

#[test]
fn a_single_file_is_saved_as_itself() {
    let stored = send(vec![file("folder/report.pdf", 3)], b"abc", None);
    let (recipient, _) = open(&stored, None).unwrap();
    let plan = recipient.save_plan(Wanted::Everything).unwrap();
    assert_eq!((plan.name.as_str(), plan.is_archive), ("report.pdf", false));
}

#[test]
fn another_password_opens_nothing() {
    let stored = send(vec![file("a", 1)], b"a", Some("right"));
    assert!(matches!(open(&stored, Some("wrong")), Err(ReceiveError::Wrap(_))));
    assert!(matches!(open(&stored, None), Err(ReceiveError::Wrap(_))));
}

#[test]
fn a_swapped_manifest_is_refused() {
    let mut stored = send(vec![file("a", 1)], b"a", None);
    let entries = vec![file("b", 1)];
    let key = stored.sender.part_key();
    let mut part = Vec::new();
    key.seal(0, &[0; 4096], &mut RNG.clone(), &mut part);
    let pinned = vec![Part::of(&part).unwrap()];
    stored.manifest = stored.sender.seal_manifest(entries, None, PART_BYTES, pinned, &mut RNG.clone()).unwrap();
    assert!(matches!(open(&stored, None), Err(ReceiveError::OtherManifest)));
}

#[test]
fn secrets_that_were_kept_give_the_same_lease_and_device() {
    let stored = send(vec![file("a", 1)], b"a", None);
    let (mut first, _) = open(&stored, None).unwrap();
    let lease = first.held.hold_lease(None, &mut RNG.clone());
    let device = first.held.identify(None, &mut RNG.clone());
    let (mut second, _) = open(&stored, None).unwrap();
    assert_eq!(second.held.hold_lease(Some(&lease), &mut RNG.clone()), lease);
    assert_eq!(second.held.lease_id().unwrap(), first.held.lease_id().unwrap());
    assert_eq!(second.held.identify(Some(&device), &mut RNG.clone()), device);
    assert_eq!(second.held.device_proof(), first.held.device_proof());
    // What was damaged in the browser's storage is drawn anew.
    assert_ne!(second.held.hold_lease(Some("damaged"), &mut RNG.clone()), lease);
}

#[test]
fn receipts_that_the_server_made_up_do_not_count() {
    use subrosa_shared::api::{LinkCounters, LinkStatus, ShareState, ShareStatus, StoredReceipt};
    use subrosa_shared::id::Receipt;

    let stored = send(vec![file("a", 1)], b"a", None);
    let (mut recipient, _) = open(&stored, None).unwrap();
    recipient.held.hold_lease(None, &mut RNG.clone());
    let lease = recipient.held.lease_id().unwrap();
    let true_receipt = recipient.finish_lease().unwrap().receipt.unwrap();
    let at = Timestamp::from_millis;
    let status = |receipts| ShareStatus {
        share: stored.sender.share_id(),
        state: ShareState::Ready,
        gone: None,
        created_at: at(0),
        expires_at: at(0),
        upload_ends_at: None,
        part_bytes: PART_BYTES,
        padded_len: None,
        ends_with_last_link: true,
        content_lost_at: None,
        links: vec![LinkStatus {
            link: stored.sender.link_id(),
            state: LinkState::Ready,
            gone: None,
            needs_password: false,
            expires_at: at(0),
            downloads_max: 1,
            downloads_taken: 1,
            recipient_may_destroy: true,
            counters: LinkCounters::default(),
            receipts,
        }],
    };
    let made_up = StoredReceipt { lease, receipt: Receipt::from_bytes([7; 32]), at: at(9) };
    let real = StoredReceipt { lease, receipt: true_receipt, at: at(5) };
    assert_eq!(stored.sender.confirmed(&status(vec![made_up])).count, 0);
    let confirmed = stored.sender.confirmed(&status(vec![made_up, real]));
    assert_eq!((confirmed.count, confirmed.last), (1, Some(at(5))));
}

#[test]
fn paths_are_saved_so_that_every_platform_can_store_them() {
    let entries = [file("a:b", 1), file("a?b", 1), file("a_b (2)", 1), file("x:y/f", 1), file("x*y", 1), folder("con")];
    assert_eq!(saved_paths(&entries), ["a_b", "a_b (2)", "a_b (2) (2)", "x_y/f", "x_y (2)", "_con"]);
}

/// Checks entries that a manifest can have, and that all of them can be saved next to each other on every platform.
fn checked_saved_paths(entries: &[Entry]) -> Vec<String> {
    check_entries(entries).unwrap();
    let saved = saved_paths(entries);
    assert_eq!(saved.len(), entries.len());
    let distinct: HashSet<String> = saved.iter().map(|path| folded(path)).collect();
    assert_eq!(distinct.len(), saved.len(), "no two are the same");
    for (entry, path) in entries.iter().zip(&saved) {
        let folder = |path: &str| path.rsplit_once('/').map_or(String::new(), |(folder, _)| folder.to_owned());
        assert_eq!(folder(path), folder(&entry.path.storable()), "a folder is the same one for all that lies in it");
        assert_eq!(EntryPath::parse(path).unwrap().storable(), *path);
    }
    saved
}

/// Names of five characters that cannot be stored.
fn unstorable_names(count: u32) -> impl Iterator<Item = String> {
    let digit = |digit: u32| char::from(b"\\:*?\"<>|"[digit as usize % 8]);
    (0..count).map(move |number| (0..5).map(|place| digit(number >> (3 * place))).collect())
}

#[test]
fn very_many_names_that_become_the_same_are_numbered_without_trying_every_number_again() {
    let entries: Vec<Entry> = unstorable_names(20_000).map(|name| file(&format!("f/{name}.x"), 1)).collect();
    let saved = checked_saved_paths(&entries);
    assert_eq!((&*saved[0], &*saved[1], &*saved[19_999]), ("f/_____.x", "f/_____ (2).x", "f/_____ (20000).x"));
}

#[test]
fn very_many_long_names_that_become_the_same_by_shortening_are_numbered_too() {
    let long = "x".repeat(NAME_BYTES_MAX - 6);
    let pair = |number| [':', '?'].map(|unstorable| file(&format!("{long}{number:05}{unstorable}"), 1));
    let saved = checked_saved_paths(&(0..10_000).flat_map(pair).collect::<Vec<_>>());
    assert_eq!(saved[0], format!("{long}00000_"));
    assert!(saved[19_999].ends_with("x (10001)"), "{}", saved[19_999]);
}

#[test]
fn deep_paths_cost_no_more_than_their_length() {
    let deep = vec!["d".repeat(63); 62].join("/");
    let entries: Vec<Entry> = (0..400).map(|number| file(&format!("{number:063}/{deep}/a:b"), 1)).collect();
    assert!(checked_saved_paths(&entries).iter().all(|path| path.ends_with("/a_b")));
    let entries: Vec<Entry> = unstorable_names(400).map(|name| file(&format!("{name}/{deep}/f"), 1)).collect();
    assert!(checked_saved_paths(&entries)[399].ends_with("/f (400)"));
}

#[test]
fn no_two_entries_are_saved_under_the_same_path() {
    let names = [
        "a:",
        "A?",
        "a*",
        "A_",
        "a_ (2)",
        "A: (2)",
        "\u{e9}|",
        "E\u{301}<",
        "e\u{301}>",
        "n\u{200b}?",
        "N:",
        "con.txt",
        "_CON.txt",
        "dot.",
        "dot ",
        "DOT_",
        "stra\u{df}e:",
        "STRASSE?",
        "t?.txt",
        "T*.TXT",
        "t:.tx\u{200b}t",
    ];
    let long = |end: &str| format!("{}{}.{end}", "y".repeat(120), "\u{e9}".repeat(50));
    let long = ["a:", "a?", "a*", "A|"].map(|end| long(&format!("{}{end}", "z".repeat(30))));
    let names: Vec<&str> = names.into_iter().chain(long.iter().map(String::as_str)).collect();
    let around = ["", "x:/", "X?/", "x_ (2)/", "x*/a: (3)/", "X|/a? (3)/", "con/", "_Con/", "A_ (3)/", "\u{e9}_ (2)/"];
    let paths = around.iter().flat_map(|around| names.iter().map(move |name| format!("{around}{name}")));
    let mut entries: Vec<Entry> = paths.map(|path| file(&path, 1)).collect();
    entries.extend(["x\"", "CON:", "e/\u{c9}:", "e/e\u{301}?"].map(folder));
    for _ in 0..2 {
        let saved = checked_saved_paths(&entries);
        let folders =
            entries.iter().flat_map(|entry| entry.path.folders().map(|folder| EntryPath::parse(folder).unwrap()));
        let folders: HashSet<String> = folders.map(|folder| folded(&folder.storable())).collect();
        assert!(saved.iter().all(|path| !folders.contains(&folded(path))), "none has the name of a folder");
        entries.reverse();
    }
}

#[test]
fn a_download_has_a_name_that_leaves_browsers_room_for_their_own_endings() {
    assert_eq!(download_name("short.txt"), "short.txt");
    let long = download_name(&format!("{}.txt", "é".repeat(125)));
    assert!(long.len() <= DOWNLOAD_NAME_BYTES_MAX && long.starts_with("éé") && long.ends_with("é.txt"), "{long}");
    assert_eq!(download_name(&"x".repeat(255)).len(), DOWNLOAD_NAME_BYTES_MAX);
}
