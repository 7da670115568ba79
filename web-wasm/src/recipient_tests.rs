#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use subrosa_shared::api::{LinkState, PutLink};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::manifest::{Entry, Part};
use subrosa_shared::path::EntryPath;

use super::*;
use crate::sender::{LinkTerms, Sender};

const RNG: UnwrapErr<SysRng> = UnwrapErr(SysRng);
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);
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
    let manifest = sender.seal_manifest((entries, note), part_bytes, pinned, NOW, &mut RNG.clone()).unwrap();
    sender.check_manifest(&manifest).unwrap();
    let link = sender.put_link(LinkTerms { downloads_max: 1, ..LinkTerms::default() }, &mut RNG.clone()).unwrap();
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
    assert!(everything.is_archive && everything.name == "a (+2).zip");
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
    let mut stream = recipient.archive(Some(folder), |_| 0).unwrap();
    let archive = [stream.push(&inside).unwrap(), stream.finish().unwrap()].concat();
    let mut archive = ::zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
    let names: Vec<String> =
        (0..archive.len()).map(|i| archive.by_index(i).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(names, ["in/a", "in/b", "in/empty/", "in/deep/c"]);
    assert!(matches!(recipient.save_plan(Wanted::Folder(9)), Err(ReceiveError::NoSuchFile)));
    assert!(matches!(recipient.archive(Some(9), |_| 0), Err(ReceiveError::NoSuchFile)));
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
    stored.manifest = stored.sender.seal_manifest((entries, None), PART_BYTES, pinned, NOW, &mut RNG.clone()).unwrap();
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
            content: ContentNumber::FIRST,
            waits_for_editions: false,
        }],
        contents: Vec::new(),
        next_content: None,
    };
    let made_up =
        StoredReceipt { lease, receipt: Receipt::from_bytes([7; 32]), at: at(9), content: ContentNumber::FIRST };
    let real = StoredReceipt { lease, receipt: true_receipt, at: at(5), content: ContentNumber::FIRST };
    assert_eq!(stored.sender.confirmed(&status(vec![made_up])).count, 0);
    let confirmed = stored.sender.confirmed(&status(vec![made_up, real]));
    assert_eq!((confirmed.count, confirmed.last), (1, Some(at(5))));
}
