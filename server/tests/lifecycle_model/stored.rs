//! The stored form: golden samples of every version that this program reads.

use std::path::PathBuf;

use subrosa_lifecycle::{Cell, Change, Command as _, LoadedLinks, Record, RecordError, StoredRecord};
use subrosa_shared::api::{Event, PatchLink, PutLink};
use subrosa_shared::id::Receipt;
use subrosa_shared::time::Timestamp;

use crate::command::{Command, HolderAction, OwnerAction};
use crate::run::{Run, step};
use crate::world::{self, DAY, HOUR, MINUTE, Move, SECOND};

/// Records that between them have every field and every variant.
fn samples() -> Vec<(&'static str, Record)> {
    let mut run = Run::new();
    let mut samples = Vec::new();
    let mut keep = |name, run: &Run| samples.push((name, run.record.clone().unwrap()));
    run.apply(world::create(world::create_request())).as_ref().unwrap();
    keep("uploading", &run);

    run.apply(world::complete()).as_ref().unwrap();
    run.apply(world::put(0, PutLink { downloads_max: 5, ..world::put_request(0) })).as_ref().unwrap();
    run.apply(world::put(1, PutLink { destroy_after_guesses: Some(2), ..world::put_request(1) })).as_ref().unwrap();
    run.apply(world::put(2, PutLink { expires_in_secs: Some(3600), ..world::put_request(2) })).as_ref().unwrap();
    for (lease, device) in [(0, 1), (1, 2), (2, 3), (3, 3)] {
        let attempt = world::right(0, Some(device));
        let action = HolderAction::Lease { attempt, lease: world::lease_verifier(lease) };
        run.apply(world::by_holder(0, action)).as_ref().unwrap();
    }
    run.apply(world::fetch(0, 0, 1000)).as_ref().unwrap();
    run.apply(world::fetch(0, 1, 2000)).as_ref().unwrap();
    run.apply(world::fetch(0, 2, 3000)).as_ref().unwrap();
    run.wait(MINUTE);
    let receipt = Some(Receipt::from_bytes([7; 32]));
    let finish = HolderAction::Finish { lease: world::lease_verifier(0), receipt };
    run.apply(world::by_holder(0, finish)).as_ref().unwrap();
    run.play(&[Move::GuessOn { link: 0, count: 3 }, Move::GuessOn { link: 1, count: 1 }]);
    run.apply(world::by_holder(0, HolderAction::Open(world::guess(None)))).as_ref().unwrap_err();
    run.apply(world::patch(1, PatchLink { paused: Some(true), ..PatchLink::default() })).as_ref().unwrap();
    run.apply(world::by_owner(OwnerAction::RevokeLink { link: world::link_id(2) })).as_ref().unwrap();
    keep("ready", &run);

    run.wait(HOUR - MINUTE + SECOND);
    run.apply(Command::Tick).as_ref().unwrap();
    keep("lapsed", &run);
    run.play(&[Move::GuessOn { link: 0, count: 300 }]);
    keep("locked", &run);
    run.apply(world::by_owner(OwnerAction::Revoke)).as_ref().unwrap();
    keep("gone", &run);
    run.apply(Command::BlobsDeleted).as_ref().unwrap();
    run.wait(8 * DAY);
    run.apply(Command::Tick).as_ref().unwrap();
    keep("burned", &run);

    let mut run = Run::new();
    run.apply(world::push::put(world::push::put_request())).as_ref().unwrap();
    keep("push", &run);
    run.apply(world::push::reveal(0)).as_ref().unwrap();
    keep("push-viewed", &run);
    run.apply(world::push::finish(0)).as_ref().unwrap();
    keep("push-gone", &run);
    samples
}

fn golden(version: u32, name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/records/version-{version}/{name}"))
}

/// Reads a sample: the head, then in a file of its own each cell, by the link's id.
pub(crate) fn read(version: u32, name: &str) -> StoredRecord {
    let head = std::fs::read(golden(version, name)).unwrap();
    let folder = golden(version, &format!("{name}.links"));
    let files = std::fs::read_dir(folder).into_iter().flatten().map(|file| file.unwrap().path());
    let cell = |path: PathBuf| Cell {
        link: path.file_name().unwrap().to_str().unwrap().parse().unwrap(),
        bytes: std::fs::read(path).unwrap(),
    };
    StoredRecord { head, cells: files.map(cell).collect() }
}

fn write(version: u32, name: &str, StoredRecord { head, cells }: StoredRecord) {
    std::fs::create_dir_all(golden(version, "")).unwrap();
    std::fs::write(golden(version, name), head).unwrap();
    for Cell { link, bytes } in cells {
        let folder = golden(version, &format!("{name}.links"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(link.to_string()), bytes).unwrap();
    }
}

/// With `SUBROSA_WRITE_RECORDS` and the version, samples are written.
pub(crate) fn write_if_wanted(version: u32, name: &str, record: &Record) {
    if std::env::var("SUBROSA_WRITE_RECORDS").is_ok_and(|wanted| wanted == version.to_string()) {
        write(version, name, record.to_stored());
    }
}

fn of_head(head: &[u8]) -> StoredRecord {
    StoredRecord { head: head.to_vec(), cells: Vec::new() }
}

pub(crate) fn whole(stored: &StoredRecord) -> Result<Record, RecordError> {
    Record::from_stored(stored, LoadedLinks::All)
}

/// What servers have stored is read as what it was, whatever wrote it.
#[test]
fn records_of_every_version_are_read() {
    for (name, record) in samples() {
        for version in [2, 3, 4] {
            write_if_wanted(version, name, &record);
            assert_eq!(whole(&read(version, name)).unwrap(), record, "{name} of version {version}");
        }
    }
}

/// The first step that changes a share of an older version moves its links into cells, all of them.
#[test]
fn what_an_older_version_stored_is_stored_anew_by_the_first_change() {
    let policy = world::policy();
    for version in [2, 3] {
        let older = whole(&read(version, "ready")).unwrap();
        let at = Timestamp::from_millis(older.due().as_millis() - 1);
        let pause = world::patch(0, PatchLink { paused: Some(true), ..PatchLink::default() });
        let Change::Put(next) = step(Some(&older), &pause, &policy, at).record else { panic!("it changes nothing") };
        let stored = next.to_stored_since(Some(&older));
        assert_eq!(stored.cells.len(), 3, "version {version}");
        assert!(
            stored.head.starts_with(b"subrosa-record 4 ")
                && !String::from_utf8(stored.head.clone()).unwrap().contains("open_verifier")
        );
        assert_eq!(whole(&stored).as_ref(), Ok(&*next));
        // From then on one link is one cell.
        let resume = world::patch(0, PatchLink { paused: Some(false), ..PatchLink::default() });
        let Change::Put(last) = step(Some(&next), &resume, &policy, at).record else { panic!("it changes nothing") };
        let changed: Vec<_> = last.to_stored_since(Some(&next)).cells.into_iter().map(|cell| cell.link).collect();
        assert_eq!(changed, [world::link_id(0)]);
    }
}

/// A cell is missing, belongs to another share, or is there after all ended: damage, told before
/// anything is done with the rest.
#[test]
fn cells_have_to_be_those_of_the_head() {
    let samples = samples();
    let of = |name: &str| samples.iter().find(|(known, _)| *known == name).unwrap().1.to_stored();
    let ready = of("ready");
    assert_eq!(ready.cells.len(), 3);
    for place in 0..3 {
        let mut fewer = ready.clone();
        fewer.cells.remove(place);
        assert!(matches!(whole(&fewer), Err(RecordError::Damaged { .. })), "without {place}");
        let mut twice = ready.clone();
        twice.cells.push(ready.cells[place].clone());
        assert!(matches!(whole(&twice), Err(RecordError::Damaged { .. })), "{place} twice");
        let mut other = ready.clone();
        other.cells[place].link = world::link_id(9);
        assert!(matches!(whole(&other), Err(RecordError::Damaged { .. })), "{place} under another id");
    }
    for name in ["burned", "push", "uploading"] {
        let more = StoredRecord { cells: ready.cells[..1].to_vec(), ..of(name) };
        assert!(matches!(whole(&more), Err(RecordError::Damaged { .. })), "{name}");
    }
}

/// What one recipient does reads and writes a head, which does not grow with the number of links,
/// and one cell.
#[test]
fn a_call_on_one_of_many_links_writes_one_of_them() {
    let mut run = Run::new();
    run.policy.limits.links_max = 50;
    run.apply(world::create(world::create_request())).as_ref().unwrap();
    run.apply(world::complete()).as_ref().unwrap();
    let mut heads = Vec::new();
    for link in 0..9 {
        run.apply(world::put(link, PutLink { downloads_max: 5, ..world::put_request(link) })).as_ref().unwrap();
        heads.push(run.record.as_ref().unwrap().to_stored().head.len());
    }
    assert!(heads[8] <= heads[0] + 8, "{heads:?}");
    let stored = run.record.as_ref().unwrap().to_stored();
    let alone = stored.cells.iter().filter(|cell| cell.link == world::link_id(7)).cloned().collect();
    let alone = StoredRecord { head: stored.head, cells: alone };
    let mut record = Record::from_stored(&alone, LoadedLinks::One(world::link_id(7))).unwrap();
    let lease = world::lease_verifier(0);
    let calls = [
        HolderAction::Open(world::right(7, None)),
        HolderAction::Lease { attempt: world::right(7, None), lease },
        HolderAction::Fetch { lease, bytes: 1000 },
        HolderAction::Finish { lease, receipt: None },
    ];
    for action in calls {
        // Not the same step with all links: it needs no other.
        let step = subrosa_lifecycle::step(Some(&record), &world::by_holder(7, action), &run.policy, run.now).unwrap();
        step.outcome.unwrap();
        let Change::Put(next) = step.record else { panic!("it is not counted") };
        let cells = next.to_stored_since(Some(&record)).cells;
        assert_eq!(cells.into_iter().map(|cell| cell.link).collect::<Vec<_>>(), [world::link_id(7)]);
        record = *next;
    }
}

/// Ends and events that had other names once.
#[test]
fn the_names_of_before_are_read() {
    let mut run = Run::new();
    run.apply(world::create(world::create_request())).as_ref().unwrap();
    run.apply(world::complete()).as_ref().unwrap();
    run.apply(world::put(0, PutLink { destroy_after_guesses: Some(1), ..world::put_request(0) })).as_ref().unwrap();
    run.play(&[Move::GuessOn { link: 0, count: 1 }]);
    let record = run.record.unwrap();
    let StoredRecord { head, cells } = record.to_stored();
    let body = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().split_once('\n').unwrap().1.to_owned();
    let (head, link) = (body(&head), body(&cells[0].bytes));
    assert!(link.contains("too-many-guesses"), "{link}");
    // Version 2 has no checksum, and all links in it.
    let (before, noted) = head.split_once("\"links\":").unwrap();
    let (_, behind) = noted.split_once('}').unwrap();
    let before = format!("{before}\"links\":[{link}]{behind}").replacen('{', "{\"version\":2,", 1);
    let before = before.replace("too-many-guesses", "guessed");
    assert_eq!(whole(&of_head(before.as_bytes())).unwrap(), record);

    // Lines of the timeline stand beside the record.
    for (name, event) in [("guessed", Event::TooManyGuesses), ("returned", Event::Released)] {
        assert_eq!(serde_json::from_value::<Event>(name.into()).unwrap(), event);
    }
}

/// Whatever is changed in what is stored, or cut off, is noticed, and told apart from a record of a
/// newer program.
#[test]
fn damage_is_noticed() {
    for (name, record) in samples() {
        let stored = record.to_stored();
        assert_damage_is_noticed(name, "subrosa-record ".len(), &stored.head, |head| {
            whole(&StoredRecord { head, cells: stored.cells.clone() })
        });
        for (place, cell) in stored.cells.iter().enumerate() {
            assert_damage_is_noticed(name, "subrosa-link ".len(), &cell.bytes, |bytes| {
                let mut changed = stored.clone();
                changed.cells[place].bytes = bytes;
                whole(&changed)
            });
        }
    }
}

fn assert_damage_is_noticed(
    name: &str,
    version_at: usize,
    bytes: &[u8],
    read: impl Fn(Vec<u8>) -> Result<Record, RecordError>,
) {
    for at in 0..bytes.len() {
        for changed in [bytes[at] ^ 1, bytes[at] ^ 0x20, 0] {
            let mut damaged = bytes.to_vec();
            damaged[at] = changed;
            match read(damaged) {
                Err(RecordError::Damaged { .. }) => {}
                Err(RecordError::UnknownVersion { .. }) if at == version_at || at == version_at + 1 => {}
                other => panic!("{name} with byte {at} as {changed}: {other:?}"),
            }
        }
        assert!(matches!(read(bytes[..at].to_vec()), Err(RecordError::Damaged { .. })), "{name} cut at {at}");
    }
    let longer = [bytes, b" "].concat();
    assert!(matches!(read(longer), Err(RecordError::Damaged { .. })), "{name} and more");
}

/// A wrong proof is refused by the first lines alone: what comes behind them is not looked at.
#[test]
fn a_wrong_proof_does_not_get_as_far_as_the_record() {
    for (name, record) in samples() {
        let mut stored = record.to_stored();
        let cut = |bytes: &mut Vec<u8>| bytes.truncate(bytes.iter().position(|byte| *byte == b'\n').unwrap() + 1);
        cut(&mut stored.head);
        stored.cells.iter_mut().for_each(|cell| cut(&mut cell.bytes));
        assert!(whole(&stored).is_err());
        let stranger = Command::Owner { presented: world::wrong(), action: OwnerAction::Status };
        assert_eq!(Record::admits(&stored, stranger.shown()), Ok(false), "{name}");
        let holder = |presented| Command::Holder { link: world::link_id(0), presented, action: HolderAction::Status };
        assert_eq!(Record::admits(&stored, holder(world::wrong()).shown()), Ok(false), "{name}");
        let known = ["ready", "lapsed", "locked", "gone"].contains(&name);
        assert_eq!(Record::admits(&stored, holder(world::link_verifier(0)).shown()), Ok(known), "{name}");
    }
}
