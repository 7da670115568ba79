//! The stored form: golden samples of every version that this program reads.

use std::path::PathBuf;

use subrosa_lifecycle::{Command as _, Record, RecordError};
use subrosa_shared::api::{Event, PatchLink, PutLink};
use subrosa_shared::id::Receipt;

use crate::command::{Command, HolderAction, OwnerAction};
use crate::run::Run;
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

/// What servers have stored is read as what it was, whatever wrote it.
#[test]
fn records_of_every_version_are_read() {
    for (name, record) in samples() {
        for version in [2, 3] {
            let path = golden(version, name);
            if std::env::var("SUBROSA_WRITE_RECORDS").is_ok_and(|wanted| wanted == version.to_string()) {
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(&path, record.to_bytes()).unwrap();
            }
            let bytes = std::fs::read(&path).unwrap();
            assert_eq!(Record::from_bytes(&bytes).unwrap(), record, "{name} of version {version}");
        }
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
    let bytes = String::from_utf8(record.to_bytes()).unwrap();
    let (_, body) = bytes.split_once('\n').unwrap();
    assert!(body.contains("too-many-guesses"), "{body}");
    // Version 2 has no checksum.
    let before = body.replacen('{', "{\"version\":2,", 1).replace("too-many-guesses", "guessed");
    assert_eq!(Record::from_bytes(before.as_bytes()).unwrap(), record);

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
        let bytes = record.to_bytes();
        for at in 0..bytes.len() {
            for changed in [bytes[at] ^ 1, bytes[at] ^ 0x20, 0] {
                let mut damaged = bytes.clone();
                damaged[at] = changed;
                let version = (15..17).contains(&at);
                match Record::from_bytes(&damaged) {
                    Err(RecordError::Damaged { .. }) => {}
                    Err(RecordError::UnknownVersion { .. }) if version => {}
                    other => panic!("{name} with byte {at} as {changed}: {other:?}"),
                }
            }
            assert!(matches!(Record::from_bytes(&bytes[..at]), Err(RecordError::Damaged { .. })), "{name} cut at {at}");
        }
        let longer = [bytes.as_slice(), b" "].concat();
        assert!(matches!(Record::from_bytes(&longer), Err(RecordError::Damaged { .. })), "{name} and more");
    }
}

/// A wrong proof is refused by the head alone: what comes behind it is not looked at.
#[test]
fn a_wrong_proof_does_not_get_as_far_as_the_record() {
    for (name, record) in samples() {
        let mut bytes = record.to_bytes();
        let head = bytes.iter().position(|byte| *byte == b'\n').unwrap();
        bytes.truncate(head + 1);
        assert!(Record::from_bytes(&bytes).is_err());
        let stranger = Command::Owner { presented: world::wrong(), action: OwnerAction::Status };
        assert_eq!(Record::admits(&bytes, stranger.shown()), Ok(false), "{name}");
        let holder = |presented| Command::Holder { link: world::link_id(0), presented, action: HolderAction::Status };
        assert_eq!(Record::admits(&bytes, holder(world::wrong()).shown()), Ok(false), "{name}");
        let known = ["ready", "lapsed", "locked", "gone"].contains(&name);
        assert_eq!(Record::admits(&bytes, holder(world::link_verifier(0)).shown()), Ok(known), "{name}");
    }
}
