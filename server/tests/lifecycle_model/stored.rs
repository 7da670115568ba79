//! The stored form: golden samples of every version that this program reads.

use std::path::PathBuf;

use subrosa_server::lifecycle::{Command, HolderAction, OwnerAction, Record};
use subrosa_shared::api::{PatchLink, PutLink};
use subrosa_shared::id::Receipt;

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
        for version in [2] {
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
