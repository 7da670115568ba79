//! The synced keyring: devices come to the same, whatever the order in which they meet, and what
//! is sealed opens in its place only.
#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

use getrandom::{SysRng, rand_core::UnwrapErr};
use proptest::prelude::*;
use subrosa_shared::keyring::{
    BYTES_MAX, BYTES_MIN, COUNT_MAX, DeviceTag, Entry, EntryKey, EntryKind, EntryState, Item, KEPT, Keyring,
    KeyringError, Known, Local, NAME_BYTES_MAX, Put, SEALED_BYTES_MAX, Stamp, Synced, is_sealed_len, padded_len, sync,
};
use subrosa_shared::seal::OpenError;
use subrosa_shared::secret::KeyringSecret;
use subrosa_shared::time::Timestamp;

const SECRET: KeyringSecret = KeyringSecret::from_bytes([0x41; 32]);
const NOW: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn item(number: u8, name: &str) -> Item {
    let mut item = Item::new([number; 32]);
    (item.origin, item.name) = ("https://example.org".to_owned(), name.to_owned());
    item
}

fn share(number: u8) -> EntryKey {
    EntryKey::of(EntryKind::Share, &item(number, ""))
}

fn kept(number: u8, name: &str) -> (EntryKey, Item) {
    (share(number), item(number, name))
}

/// A device and the server between which it syncs.
struct Device {
    known: Known,
    local: Local,
}

#[derive(Default)]
struct Server(Option<(u64, Vec<u8>)>);

impl Device {
    fn new(tag: u8) -> Self {
        let local =
            Local { items: [].into(), unreadable: Vec::new(), device: DeviceTag::from_bytes([tag; 8]), now: NOW };
        Self { known: Known::default(), local }
    }

    fn with(tag: u8, items: impl IntoIterator<Item = (EntryKey, Item)>) -> Self {
        let mut device = Self::new(tag);
        device.local.items.extend(items);
        device
    }

    /// What comes of what the server has. The device keeps it.
    fn look(&mut self, server: &Server) -> Synced {
        let known = std::mem::take(&mut self.known);
        let stored = server.0.as_ref().map(|(revision, sealed)| (*revision, sealed.as_slice()));
        let synced = sync(&SECRET, known, &self.local, stored, &mut UnwrapErr(SysRng)).unwrap();
        self.local.items = synced.keyring.items().map(|(key, item)| (*key, item.clone())).collect();
        self.known = Known { keyring: synced.keyring.clone(), revision: synced.revision };
        synced
    }

    /// The same, and stores what there is to be stored.
    fn sync(&mut self, server: &mut Server) -> Synced {
        let synced = self.look(server);
        if let Some(Put { revision, sealed }) = &synced.put {
            server.0 = Some((*revision, sealed.clone()));
            self.known.revision = *revision;
        }
        synced
    }

    fn names(&self) -> Vec<&str> {
        self.local.items.values().map(|item| item.name.as_str()).collect()
    }
}

#[test]
fn another_device_gets_what_one_keeps() {
    let mut server = Server::default();
    let mut one = Device::with(1, [kept(1, "a"), kept(2, "b")]);
    assert_eq!(one.sync(&mut server).put.unwrap().revision, 1);
    let mut other = Device::new(2);
    assert!(other.sync(&mut server).put.is_none(), "it has nothing to add");
    assert_eq!(other.local.items, one.local.items);
    assert_eq!(other.known.revision, 1);
}

#[test]
fn what_both_changed_at_once_is_kept_of_both() {
    let mut server = Server::default();
    let (mut one, mut other) = (Device::with(1, [kept(1, "a")]), Device::new(2));
    one.sync(&mut server);
    other.sync(&mut server);
    one.local.items.extend([kept(2, "b")]);
    other.local.items.extend([kept(3, "c")]);
    // Both look, one is faster: the other one looks again.
    let before = Server(server.0.clone());
    one.sync(&mut server);
    assert!(other.look(&before).put.is_some());
    assert!(other.sync(&mut server).put.is_some());
    one.sync(&mut server);
    assert_eq!(one.local.items, other.local.items);
    assert_eq!(one.local.items.len(), 3);
}

#[test]
fn a_deletion_travels_and_is_not_undone_by_who_did_not_know() {
    let mut server = Server::default();
    let (mut one, mut other) = (Device::with(1, [kept(1, "a"), kept(2, "b")]), Device::new(2));
    one.sync(&mut server);
    other.sync(&mut server);
    one.local.items.remove(&share(1));
    one.sync(&mut server);
    other.sync(&mut server);
    assert_eq!(other.names(), ["b"]);
    one.sync(&mut server);
    assert_eq!(one.names(), ["b"]);
}

#[test]
fn what_was_changed_after_it_was_seen_wins_over_the_deletion_before() {
    let mut server = Server::default();
    let (mut one, mut other) = (Device::with(1, [kept(1, "a")]), Device::new(2));
    one.sync(&mut server);
    one.local.items.clear();
    one.sync(&mut server);
    other.sync(&mut server);
    assert!(other.names().is_empty());
    other.local.items.extend([kept(1, "again")]);
    other.sync(&mut server);
    one.sync(&mut server);
    assert_eq!(one.names(), ["again"]);
}

#[test]
fn what_lies_there_unreadable_is_not_a_deletion() {
    let mut server = Server::default();
    let mut one = Device::with(1, [kept(1, "a")]);
    one.sync(&mut server);
    one.local.items.clear();
    one.local.unreadable.push(share(1).id);
    assert!(one.sync(&mut server).put.is_none());
    assert_eq!(one.names(), ["a"], "the device has it again");
}

#[test]
fn an_older_revision_is_told_and_answered_with_the_newest() {
    let mut server = Server::default();
    let (mut one, mut other) = (Device::with(1, [kept(1, "a")]), Device::new(2));
    one.sync(&mut server);
    let old = server.0.clone();
    one.local.items.extend([kept(2, "b")]);
    one.sync(&mut server);
    one.local.items.extend([kept(3, "c")]);
    one.sync(&mut server);
    // Whoever restored a backup also took in what somebody else stored since.
    server.0 = old;
    other.local.items.extend([kept(4, "d")]);
    other.sync(&mut server);
    assert_eq!(server.0.as_ref().unwrap().0, 2);
    let synced = one.sync(&mut server);
    assert!(synced.is_older);
    assert_eq!(synced.put.unwrap().revision, 4, "one more than the newest that was seen");
    assert!(!other.sync(&mut server).is_older);
    assert_eq!((one.names(), other.names().len()), (other.names(), 4));
}

#[test]
fn a_deletion_is_remembered_for_400_days() {
    let mut server = Server::default();
    let (mut one, mut late) = (Device::with(1, [kept(1, "a")]), Device::new(2));
    one.sync(&mut server);
    late.sync(&mut server);
    one.local.items.clear();
    one.sync(&mut server);
    one.local.now = Timestamp::from_millis(NOW.after(KEPT).as_millis() - 1);
    assert!(one.sync(&mut server).put.is_none());
    late.local.now = one.local.now;
    late.sync(&mut server);
    assert!(late.names().is_empty());
    one.local.now = NOW.after(KEPT);
    assert!(one.sync(&mut server).put.is_some());
    assert_eq!(one.known.keyring, Keyring::default());
}

#[test]
fn a_keyring_opens_under_its_phrase_and_at_its_revision_only() {
    let keyring = Device::with(1, [kept(1, "a")]).look(&Server::default()).keyring;
    let sealed = keyring.seal(&SECRET, 7, &mut UnwrapErr(SysRng)).unwrap();
    assert_eq!(sealed.len(), 65_617);
    assert_eq!(Keyring::open(&SECRET, 7, &sealed).unwrap(), keyring);
    let refused = Err(KeyringError::Open(OpenError::Authentication));
    assert_eq!(Keyring::open(&SECRET, 6, &sealed), refused);
    assert_eq!(Keyring::open(&KeyringSecret::from_bytes([0x42; 32]), 7, &sealed), refused);
    assert_eq!(Keyring::open(&SECRET, 7, &sealed[1..]), Err(KeyringError::Open(OpenError::Length)));
}

#[test]
fn it_grows_by_doubling_up_to_a_bound() {
    assert_eq!([1, BYTES_MIN, BYTES_MIN + 1].map(padded_len), [Some(BYTES_MIN), Some(BYTES_MIN), Some(2 * BYTES_MIN)]);
    assert_eq!([BYTES_MAX, BYTES_MAX + 1].map(padded_len), [Some(BYTES_MAX), None]);
    let lens: Vec<u64> = (0..2 * SEALED_BYTES_MAX).filter(|len| is_sealed_len(*len)).collect();
    assert_eq!(lens, [65_617, 131_169, 262_273, 524_481, 1_048_897]);
    let many = (0..=u8::MAX).map(|number| kept(number, &"n".repeat(NAME_BYTES_MAX)));
    let keyring = Device::with(1, many).look(&Server::default()).keyring;
    assert_eq!(keyring.seal(&SECRET, 1, &mut UnwrapErr(SysRng)).unwrap().len(), 524_481);
}

#[test]
fn what_is_not_as_it_must_be_is_refused() {
    let keyring = Device::with(1, [kept(1, "a")]).look(&Server::default()).keyring;
    let json = String::from_utf8(keyring.to_json().to_vec()).unwrap();
    assert_eq!(Keyring::from_json(json.as_bytes()).unwrap(), keyring);
    let entry = &json[json.find(":[{").unwrap() + 2..json.len() - 2];
    let id = share(1).id.to_string();
    for (from, to) in [
        ("\"version\":1", "\"version\":2".to_owned()),
        ("\"counter\":1", "\"counter\":0".to_owned()),
        ("\"counter\":1", format!("\"counter\":{}", COUNT_MAX + 1)),
        ("\"kind\":\"share\"", "\"kind\":\"push\"".to_owned()),
        (&id, share(2).id.to_string()),
        (entry, format!("{entry},{entry}")),
        ("\"name\":\"a\"", format!("\"name\":\"{}\"", "n".repeat(NAME_BYTES_MAX + 1))),
        ("\"item\":", "\"deleted_at\":1,\"item\":".to_owned()),
    ] {
        assert!(json.contains(from), "{from}");
        let other = json.replacen(from, &to, 1);
        assert_eq!(Keyring::from_json(other.as_bytes()), Err(KeyringError::Malformed), "{to}");
    }
}

fn states() -> impl Strategy<Value = (u8, Entry)> {
    let state = |number: u8| {
        prop_oneof![
            (0..3_u8).prop_map(move |name| EntryState::Kept(item(number, &name.to_string()))),
            (0..3_u64).prop_map(|at| EntryState::Deleted(Timestamp::from_millis(at))),
        ]
    };
    (0..4_u8, 1..4_u64, 0..3_u8).prop_flat_map(move |(number, counter, device)| {
        let stamp = Stamp { counter, device: DeviceTag::from_bytes([device; 8]) };
        state(number).prop_map(move |state| (number, Entry { stamp, state }))
    })
}

/// Few items, counters and devices, so that many meet: also two that differ under one stamp.
fn keyrings() -> impl Strategy<Value = Keyring> {
    proptest::collection::vec(states(), 0..8).prop_map(|entries| {
        let mut keyring = Keyring::default();
        for (number, entry) in entries {
            keyring.put(share(number), entry);
        }
        keyring
    })
}

proptest! {
    #[test]
    fn the_order_in_which_keyrings_meet_does_not_matter(one in keyrings(), other in keyrings(), third in keyrings()) {
        let merged = |one: &Keyring, other: &Keyring| one.clone().merge(other.clone());
        prop_assert_eq!(merged(&one, &other), merged(&other, &one));
        prop_assert_eq!(merged(&merged(&one, &other), &third), merged(&one, &merged(&other, &third)));
        prop_assert_eq!(merged(&one, &one), one);
    }

    #[test]
    fn the_newer_of_two_stamps_wins(one in keyrings(), other in keyrings()) {
        let merged = one.clone().merge(other.clone());
        for (key, entry) in merged.entries() {
            for source in [&one, &other] {
                let stamp = source.entries().find(|(found, _)| *found == key).map(|(_, entry)| entry.stamp);
                prop_assert!(stamp.is_none_or(|stamp| stamp <= entry.stamp));
            }
        }
        prop_assert!(one.entries().chain(other.entries()).all(|(key, _)| merged.entries().any(|(found, _)| found == key)));
    }

    #[test]
    fn what_is_written_is_read(keyring in keyrings()) {
        prop_assert_eq!(Keyring::from_json(&keyring.to_json()).unwrap(), keyring);
    }

    /// Three devices that keep and forget things and sync at any time have the same in the end.
    #[test]
    fn devices_come_to_the_same(turns in proptest::collection::vec((0..3_usize, 0..4_u8, any::<bool>(), any::<bool>()), 0..40)) {
        let mut server = Server::default();
        let mut devices = [Device::new(1), Device::new(2), Device::new(3)];
        for (turn, (device, number, keeps, syncs)) in turns.into_iter().enumerate() {
            let device = &mut devices[device];
            if keeps {
                device.local.items.extend([kept(number, &turn.to_string())]);
            } else {
                device.local.items.remove(&share(number));
            }
            if syncs {
                device.sync(&mut server);
            }
        }
        for _ in 0..2 {
            for device in &mut devices {
                device.sync(&mut server);
            }
        }
        prop_assert_eq!(&devices[0].local.items, &devices[1].local.items);
        prop_assert_eq!(&devices[1].local.items, &devices[2].local.items);
        prop_assert!(devices.iter_mut().all(|device| device.sync(&mut server).put.is_none()));
    }
}
