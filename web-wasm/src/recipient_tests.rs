#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use subrosa_shared::api::{LinkState, LinkView, PutLink};
use subrosa_shared::manifest::Part;
use subrosa_shared::path::EntryPath;

use super::*;
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
    let mut sender = Sender::draw(&mut RNG.clone());
    let layout = subrosa_shared::content::Layout::new(content.len() as u64, PART_BYTES).unwrap();
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
    let manifest = sender.seal_manifest(entries, note, PART_BYTES, pinned, &mut RNG.clone()).unwrap();
    sender.check_manifest(&manifest).unwrap();
    let link = sender.put_link(LinkTerms { downloads_max: 1 }, &mut RNG.clone()).unwrap();
    Stored { sender, link, manifest, parts }
}

fn view() -> LinkView {
    LinkView {
        state: LinkState::Ready,
        gone: None,
        needs_password: false,
        expires_at: Timestamp::from_millis(0),
        downloads_max: 1,
        downloads_left: 1,
        padded_len: 0,
        recipient_may_destroy: true,
        retry_after_millis: 0,
        opened_first_at: None,
        started_last_at: None,
        now: Timestamp::from_millis(0),
    }
}

fn open(stored: &Stored, password: Option<&str>) -> Result<(Recipient, Listing), ReceiveError> {
    let link = format!("https://example.org/s#{}", *stored.sender.token());
    let mut recipient = Recipient::from_text(&link)?;
    recipient.unlock(password.map(|typed| Password::new(typed).unwrap()).as_ref());
    let view_wrap = stored.link.lock.view_wrap.clone();
    recipient.opened(&OpenedLink { share: stored.sender.share_id(), view_wrap, link: view() })?;
    let listing = recipient.read_manifest(&stored.manifest)?;
    Ok((recipient, listing))
}

fn grant(stored: &Stored, recipient: &mut Recipient) -> PartKey {
    recipient.hold_lease(None, &mut RNG.clone());
    let key = recipient.granted(&GrantedLease {
        lease: recipient.lease_id().unwrap().parse().unwrap(),
        content_wrap: stored.link.lock.content_wrap.clone(),
        expires_at: Timestamp::from_millis(0),
        idle_secs: 3600,
        bytes_max: 0,
        link: view(),
    });
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
        saved.extend(&opened[piece.from as usize..piece.to as usize]);
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
    let saved = fetch(&stored, &key, &recipient.save_plan(Some(3)).unwrap());
    assert!(saved == content[70_000..]);
    assert!(fetch(&stored, &key, &recipient.save_plan(Some(2)).unwrap()).is_empty());
    let everything = recipient.save_plan(None).unwrap();
    assert!(everything.is_archive && everything.name == "Subrosa.zip");
    assert!(fetch(&stored, &key, &everything) == content);
    assert!(matches!(recipient.save_plan(Some(1)), Err(ReceiveError::NoSuchFile)));
    assert!(matches!(recipient.save_plan(Some(4)), Err(ReceiveError::NoSuchFile)));
}

#[test]
fn a_single_file_is_saved_as_itself() {
    let stored = send(vec![file("folder/report.pdf", 3)], b"abc", None);
    let (recipient, _) = open(&stored, None).unwrap();
    let plan = recipient.save_plan(None).unwrap();
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
    let lease = first.hold_lease(None, &mut RNG.clone());
    let device = first.identify(None, &mut RNG.clone());
    let (mut second, _) = open(&stored, None).unwrap();
    assert_eq!(second.hold_lease(Some(&lease), &mut RNG.clone()), lease);
    assert_eq!(second.lease_id().unwrap(), first.lease_id().unwrap());
    assert_eq!(second.identify(Some(&device), &mut RNG.clone()), device);
    assert_eq!(second.device_proof(), first.device_proof());
    // What was damaged in the browser's storage is drawn anew.
    assert_ne!(second.hold_lease(Some("damaged"), &mut RNG.clone()), lease);
}

#[test]
fn receipts_that_the_server_made_up_do_not_count() {
    use subrosa_shared::api::{LinkCounters, LinkStatus, ShareState, ShareStatus, StoredReceipt};
    use subrosa_shared::id::Receipt;

    let stored = send(vec![file("a", 1)], b"a", None);
    let (mut recipient, _) = open(&stored, None).unwrap();
    recipient.hold_lease(None, &mut RNG.clone());
    let lease = recipient.lease_id().unwrap().parse().unwrap();
    let true_receipt = recipient.finish_lease().unwrap().receipt.unwrap();
    let at = Timestamp::from_millis;
    let status = |receipts| ShareStatus {
        share: stored.sender.share_id(),
        state: ShareState::Ready,
        gone: None,
        created_at: at(0),
        expires_at: at(0),
        part_bytes: PART_BYTES,
        padded_len: None,
        ends_with_last_link: true,
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

#[test]
fn a_download_has_a_name_that_leaves_browsers_room_for_their_own_endings() {
    assert_eq!(download_name("short.txt"), "short.txt");
    let long = download_name(&format!("{}.txt", "é".repeat(125)));
    assert!(long.len() <= DOWNLOAD_NAME_BYTES_MAX && long.starts_with("éé") && long.ends_with("é.txt"), "{long}");
    assert_eq!(download_name(&"x".repeat(255)).len(), DOWNLOAD_NAME_BYTES_MAX);
}
