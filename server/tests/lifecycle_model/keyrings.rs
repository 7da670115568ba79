//! Synced keyrings under random stories: whatever devices do in whatever order, and wherever a
//! server is killed, no revision goes back, what is named is the newest that was stored, and
//! everything ends.

use std::time::Duration;

use proptest::prelude::*;
use subrosa_lifecycle::keyring::{BeginKeyring, DeleteKeyring, KeyringObject, ReadKeyring, StoreKeyring};
use subrosa_lifecycle::{
    BlobsDeleted, Change, Command, Effect, LoadedLinks, Policy, Record, Refusal, Replaces, Step, Tick, step,
};
use subrosa_shared::id::{Digest, KeyringId, Verifier};
use subrosa_shared::keyring::{BYTES_MIN, KEPT};
use subrosa_shared::seal::sealed_len;
use subrosa_shared::time::Timestamp;

const OWNER: Verifier = Verifier::from_bytes([1; 32]);
const STRANGER: Verifier = Verifier::from_bytes([2; 32]);
const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// A record as a ledger has it, and the time.
struct World {
    record: Option<Record>,
    now: Timestamp,
}

impl World {
    fn new() -> Self {
        Self { record: None, now: START }
    }

    fn run<C: Command>(&mut self, command: &C) -> Result<C::Answer, Refusal> {
        let Step { record, outcome, log, new_links, dropped, .. } =
            step(self.record.as_ref(), command, &Policy::default(), self.now).unwrap();
        assert!(log.is_empty() && new_links.is_empty() && dropped.is_none(), "it has nothing beside it");
        match record {
            Change::Unchanged => {}
            Change::Put(record) => {
                let stored = record.to_stored();
                assert!(stored.cells.is_empty());
                assert_eq!(
                    Record::from_stored(&stored, LoadedLinks::All).unwrap(),
                    *record,
                    "it is read as it was written"
                );
                self.record = Some(*record);
            }
            Change::Remove => self.record = None,
        }
        outcome
    }

    fn begin(&mut self, revision: u64, seed: u8, replaces: Replaces) -> Result<(), Refusal> {
        let (keyring, digest) = (KeyringId::derive(&OWNER), Digest::from_bytes([seed; 32]));
        let sealed_len = sealed_len(BYTES_MIN);
        self.run(&BeginKeyring { keyring, presented: OWNER, replaces, revision, sealed_len, digest })
    }

    fn store(&mut self, revision: u64, seed: u8, replaces: Replaces) -> Result<Option<String>, Refusal> {
        let object = object(revision, seed);
        self.run(&StoreKeyring { presented: OWNER, replaces, object })
    }

    fn read(&mut self) -> Result<KeyringObject, Refusal> {
        self.run(&ReadKeyring { presented: OWNER })
    }
}

fn object(revision: u64, seed: u8) -> KeyringObject {
    let digest = Digest::from_bytes([seed; 32]);
    KeyringObject { revision, sealed_len: sealed_len(BYTES_MIN), digest, blob: format!("blob-{revision}-{seed}") }
}

fn this(seed: u8) -> Replaces {
    Replaces::OneOf(vec![Digest::from_bytes([seed; 32])])
}

#[test]
fn it_is_announced_then_stored_then_replaced() {
    let mut world = World::new();
    assert_eq!(world.store(1, 1, Replaces::Nothing), Err(Refusal::NotFound), "no blob without a record");
    world.begin(1, 1, Replaces::Nothing).unwrap();
    assert_eq!(world.read(), Err(Refusal::NotFound));
    assert_eq!(world.store(1, 1, Replaces::Nothing), Ok(None));
    assert_eq!(world.store(2, 2, this(1)), Ok(Some("blob-1-1".to_owned())));
    assert_eq!(world.store(3, 3, this(1)), Err(Refusal::KeyringChanged));
    assert_eq!(world.store(2, 3, this(2)), Err(Refusal::KeyringChanged));
    assert_eq!(world.read(), Ok(object(2, 2)));
}

#[test]
fn what_was_announced_and_never_came_ends_within_an_hour() {
    let mut world = World::new();
    world.begin(1, 1, Replaces::Anything).unwrap();
    assert_eq!(world.record.as_ref().unwrap().due(), START.after(Duration::from_secs(3600)));
    world.now = START.after(Duration::from_secs(3600));
    world.run(&Tick).unwrap();
    assert_eq!(world.record.as_ref().unwrap().pending_effects(), [Effect::DeleteBlobs]);
    assert!(matches!(world.begin(1, 1, Replaces::Anything), Err(Refusal::Leaving { .. })));
    world.run(&BlobsDeleted).unwrap();
    assert_eq!(world.record, None);
}

#[test]
fn a_touch_is_noted_once_a_day_and_the_end_is_400_days_after() {
    let mut world = World::new();
    world.begin(1, 1, Replaces::Anything).unwrap();
    world.store(1, 1, Replaces::Anything).unwrap();
    world.now = START.after(Duration::from_secs(86_399));
    world.read().unwrap();
    assert_eq!(world.record.as_ref().unwrap().due(), START.after(KEPT));
    world.now = START.after(Duration::from_secs(86_400));
    world.read().unwrap();
    let end = world.now.after(KEPT);
    assert_eq!(world.record.as_ref().unwrap().due(), end);
    world.now = end;
    assert_eq!(world.read(), Err(Refusal::NotFound));
}

#[test]
fn nothing_is_deleted_of_what_is_not_gone() {
    let mut world = World::new();
    world.begin(1, 1, Replaces::Anything).unwrap();
    world.store(1, 1, Replaces::Anything).unwrap();
    world.run(&BlobsDeleted).unwrap();
    assert_eq!(world.read(), Ok(object(1, 1)));
}

#[derive(Clone, Debug)]
enum Ask {
    Begin(u64, u8, u8),
    Store(u64, u8, u8),
    Read,
    Delete,
    Stranger,
    Wait(u64),
    Reap,
}

fn ask() -> impl Strategy<Value = Ask> {
    prop_oneof![
        1 => (0..6_u64, 0..4_u8, 0..6_u8).prop_map(|(revision, seed, replaces)| Ask::Begin(revision, seed, replaces)),
        3 => (1..6_u64, 0..4_u8, 0..6_u8).prop_map(|(revision, seed, replaces)| Ask::Store(revision, seed, replaces)),
        1 => Just(Ask::Read),
        1 => Just(Ask::Delete),
        1 => Just(Ask::Stranger),
        1 => prop_oneof![Just(1), Just(3_600), Just(86_400), Just(401 * 86_400)].prop_map(Ask::Wait),
        1 => Just(Ask::Reap),
    ]
}

fn replaces(number: u8) -> Replaces {
    match number {
        4 => Replaces::Nothing,
        5 => Replaces::Anything,
        seed => this(seed),
    }
}

proptest! {
    #[test]
    fn no_revision_goes_back_and_everything_ends(story in proptest::collection::vec(ask(), 0..40)) {
        let mut world = World::new();
        let mut stored: Option<KeyringObject> = None;
        for ask in story {
            let there = world.record.as_ref().and_then(Record::keyring_blob).map(str::to_owned);
            match ask {
                Ask::Begin(revision, seed, number) => drop(world.begin(revision, seed, replaces(number))),
                Ask::Store(revision, seed, number) => {
                    if let Ok(nobodys) = world.store(revision, seed, replaces(number)) {
                        let now = world.record.as_ref().and_then(Record::keyring_blob).unwrap().to_owned();
                        prop_assert_ne!(nobodys.as_deref(), Some(&*now), "what is named is not given up");
                        let before = stored.take().filter(|_| there.is_some());
                        let is_same = before.as_ref().is_some_and(|before| before.digest == Digest::from_bytes([seed; 32]));
                        prop_assert!(is_same || before.as_ref().is_none_or(|before| before.revision < revision));
                        stored = Some(if is_same { before.unwrap() } else { object(revision, seed) });
                        prop_assert_eq!(world.read().unwrap(), stored.clone().unwrap());
                    }
                }
                Ask::Read => {
                    if let Ok(read) = world.read() {
                        prop_assert_eq!(Some(read), stored.clone());
                    }
                }
                Ask::Delete => drop(world.run(&DeleteKeyring { presented: OWNER })),
                Ask::Stranger => {
                    let before = world.record.clone();
                    prop_assert_eq!(world.run(&ReadKeyring { presented: STRANGER }), Err(Refusal::NotFound));
                    prop_assert_eq!(world.run(&DeleteKeyring { presented: STRANGER }), Err(Refusal::NotFound));
                    // Time may have gone by.
                    prop_assert!(world.record == before || world.record.as_ref().is_some_and(|record| !record.keeps_blobs()));
                }
                Ask::Wait(secs) => world.now = world.now.after(Duration::from_secs(secs)),
                Ask::Reap => {
                    world.run(&Tick).unwrap();
                    world.run(&BlobsDeleted).unwrap();
                }
            }
        }
        world.now = world.now.after(KEPT);
        world.run(&Tick).unwrap();
        world.run(&BlobsDeleted).unwrap();
        prop_assert_eq!(world.record, None);
    }
}
