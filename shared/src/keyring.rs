//! The synced keyring: what somebody's devices keep of all that they sent, sealed under a key from
//! a recovery phrase. PROTOCOL.md section 13.
//!
//! Start with [`Keyring::merge`] (how two devices come to the same), then [`sync`] (what a device
//! does with what the server gave it).

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Place;
use std::time::Duration;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::bytes::{from_base64url, public_bytes, to_base64url};
use crate::id::{LinkId, ShareId};
use crate::json::from_slice;
use crate::seal::{KeyringPlace, OpenError, open, plaintext_len, seal, sealed_len};
use crate::secret::{KeyringSecret, OwnerSecret, PushOwnerSecret};
use crate::time::Timestamp;

/// Version of the keyring's JSON.
pub const VERSION: u32 = 1;
/// Fewest bytes of a keyring before sealing. It grows by doubling.
pub const BYTES_MIN: u64 = 64 * 1024;
/// Most bytes of a keyring before sealing.
pub const BYTES_MAX: u64 = 1024 * 1024;
/// Most bytes of a sealed keyring.
pub const SEALED_BYTES_MAX: u64 = sealed_len(BYTES_MAX);
/// How long a deletion is remembered, and how long a server keeps a keyring that nobody touches.
pub const KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Most bytes of an origin.
pub const ORIGIN_BYTES_MAX: usize = 512;
/// Most bytes of a name.
pub const NAME_BYTES_MAX: usize = 1_024;
/// The highest counter and revision: what JavaScript counts exactly.
pub const COUNT_MAX: u64 = (1 << 53) - 1;
/// The latest moment: what JavaScript can tell.
const MOMENT_MAX: Timestamp = Timestamp::from_millis(8_640_000_000_000_000);

public_bytes! {
    /// Names a device in a keyring: drawn when it begins to sync, for nobody else to see.
    DeviceTag, 8
}
public_bytes! {
    /// Id of what an entry is of: a share, or the link of a push.
    EntryId, 16
}

/// Why a keyring is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// It does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It exceeds [`BYTES_MAX`].
    #[error("the keyring is too large")]
    TooLarge,
    /// It is not the JSON that this version describes, or of another version.
    #[error("the keyring is malformed")]
    Malformed,
    /// Its counters or revisions have no higher one.
    #[error("the keyring cannot be changed any more")]
    Exhausted,
}

/// What somebody's devices keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keyring {
    entries: BTreeMap<EntryKey, Entry>,
}

/// What an entry is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A share.
    Share,
    /// A push.
    Push,
}

/// Names an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EntryKey {
    /// What it is of.
    pub kind: EntryKind,
    /// Which.
    pub id: EntryId,
}

/// The last that is known of a share or push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it was said, and by which device.
    pub stamp: Stamp,
    /// What was said.
    pub state: EntryState,
}

/// Orders what devices say: the higher counter wins, then the higher device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    /// Above every one that the device had seen.
    pub counter: u64,
    /// The device.
    pub device: DeviceTag,
}

/// Whether a device keeps something or has forgotten it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryState {
    /// It is kept.
    Kept(Item),
    /// It was forgotten then, by the clock of the device.
    Deleted(Timestamp),
}

/// What is kept of a share or push. Wiped when dropped.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct Item {
    secret: [u8; 32],
    /// Origin of the server that has it.
    pub origin: String,
    /// A name that only the owner sees.
    pub name: String,
    /// How many files it has.
    #[zeroize(skip)]
    pub files: u32,
    /// Whether a push has the password of files; the name is theirs then.
    #[zeroize(skip)]
    pub is_for_files: bool,
    /// Whether it asks for a password.
    #[zeroize(skip)]
    pub has_password: bool,
    /// When it was made.
    #[zeroize(skip)]
    pub made_at: Timestamp,
    /// When it ends, as far as the device knows.
    #[zeroize(skip)]
    pub ends_at: Timestamp,
}

/// Says nothing of what is in it.
impl std::fmt::Debug for Item {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Item")
    }
}

impl Item {
    /// An item of that owner secret, without anything else yet.
    #[must_use]
    pub fn new(secret: [u8; 32]) -> Self {
        let never = Timestamp::from_millis(0);
        Self {
            secret,
            origin: String::new(),
            name: String::new(),
            files: 0,
            is_for_files: false,
            has_password: false,
            made_at: never,
            ends_at: never,
        }
    }

    /// The owner secret. Whoever calls this answers for where it goes.
    #[must_use]
    pub const fn expose(&self) -> &[u8; 32] {
        &self.secret
    }

    fn is_bounded(&self) -> bool {
        self.origin.len() <= ORIGIN_BYTES_MAX
            && self.name.len() <= NAME_BYTES_MAX
            && self.made_at <= MOMENT_MAX
            && self.ends_at <= MOMENT_MAX
    }
}

impl EntryKey {
    /// What an owner secret owns.
    #[must_use]
    pub fn of(kind: EntryKind, item: &Item) -> Self {
        let id = match kind {
            EntryKind::Share => *ShareId::as_bytes(&OwnerSecret::from_bytes(item.secret).share_id()),
            EntryKind::Push => *LinkId::as_bytes(&PushOwnerSecret::from_bytes(item.secret).push_secret().link_id()),
        };
        Self { kind, id: EntryId::from_bytes(id) }
    }
}

/// What a device keeps right now, beside what it knows of a keyring.
#[derive(Debug)]
pub struct Local {
    /// What it keeps.
    pub items: BTreeMap<EntryKey, Item>,
    /// What lies there and cannot be read: nobody has forgotten it.
    pub unreadable: Vec<EntryId>,
    /// The device.
    pub device: DeviceTag,
    /// Its clock.
    pub now: Timestamp,
}

impl Keyring {
    /// The entries, in order of their keys.
    pub fn entries(&self) -> impl Iterator<Item = (&EntryKey, &Entry)> {
        self.entries.iter()
    }

    /// What is kept, in order of its keys.
    pub fn items(&self) -> impl Iterator<Item = (&EntryKey, &Item)> {
        self.entries.iter().filter_map(|(key, entry)| match &entry.state {
            EntryState::Kept(item) => Some((key, item)),
            EntryState::Deleted(_) => None,
        })
    }

    /// What both say. Whatever the order in which keyrings meet, the same comes of them.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        for (key, entry) in other.entries {
            self.put(key, entry);
        }
        self
    }

    /// Keeps an entry, unless what is there is newer.
    pub fn put(&mut self, key: EntryKey, entry: Entry) {
        match self.entries.entry(key) {
            Place::Vacant(place) => {
                place.insert(entry);
            }
            Place::Occupied(mut place) => {
                if newer(place.get(), &entry) == Ordering::Less {
                    place.insert(entry);
                }
            }
        }
    }

    /// Notes what a device has changed since this was what it kept: what is new or other there, and
    /// what is missing.
    ///
    /// # Errors
    /// No counter is higher than those of this one and of `seen`.
    pub fn note_local(&mut self, local: &Local, seen: &Self) -> Result<(), KeyringError> {
        let counters = self.entries.values().chain(seen.entries.values()).map(|entry| entry.stamp.counter);
        let counter = counters.max().unwrap_or(0) + 1;
        let stamp = Stamp { counter, device: local.device };
        let mut changes = Vec::new();
        for (key, item) in &local.items {
            let is_known =
                matches!(self.entries.get(key), Some(Entry { state: EntryState::Kept(known), .. }) if known == item);
            if !is_known {
                changes.push((*key, EntryState::Kept(item.clone())));
            }
        }
        let missing = self.items().map(|(key, _)| key);
        let missing = missing.filter(|key| !local.items.contains_key(key) && !local.unreadable.contains(&key.id));
        changes.extend(missing.map(|key| (*key, EntryState::Deleted(local.now))));
        if !changes.is_empty() && counter > COUNT_MAX {
            return Err(KeyringError::Exhausted);
        }
        self.entries.extend(changes.into_iter().map(|(key, state)| (key, Entry { stamp, state })));
        Ok(())
    }

    /// Forgets deletions that are older than [`KEPT`].
    pub fn forget_old_deletions(&mut self, now: Timestamp) {
        self.entries.retain(|_, entry| match entry.state {
            EntryState::Kept(_) => true,
            EntryState::Deleted(at) => at.after(KEPT) > now,
        });
    }

    /// Seals a revision of it.
    ///
    /// # Errors
    /// It is too large.
    pub fn seal(
        &self,
        secret: &KeyringSecret,
        revision: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, KeyringError> {
        let json = self.to_json();
        let len = padded_len(json.len() as u64).ok_or(KeyringError::TooLarge)?;
        let mut filled = Zeroizing::new(vec![b' '; usize::try_from(len).map_err(|_| KeyringError::TooLarge)?]);
        filled[..json.len()].copy_from_slice(&json);
        Ok(seal(&secret.key(), &KeyringPlace { keyring: secret.keyring_id(), revision }, &filled, rng))
    }

    /// Opens a revision of it.
    ///
    /// # Errors
    /// It does not open, or is not as it must be.
    pub fn open(secret: &KeyringSecret, revision: u64, sealed: &[u8]) -> Result<Self, KeyringError> {
        if !is_sealed_len(sealed.len() as u64) {
            return Err(OpenError::Length.into());
        }
        let place = KeyringPlace { keyring: secret.keyring_id(), revision };
        Self::from_json(&open(&secret.key(), &place, sealed)?)
    }

    /// The JSON that is sealed, without what fills it.
    #[must_use]
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        let entries = self.entries.iter().map(|(key, entry)| WireEntry::of(key, entry)).collect();
        let wire = Wire { version: VERSION, entries };
        Zeroizing::new(serde_json::to_vec(&wire).expect("numbers and texts become JSON"))
    }

    /// Reads that JSON.
    ///
    /// # Errors
    /// It is not as it must be.
    pub fn from_json(json: &[u8]) -> Result<Self, KeyringError> {
        if json.len() as u64 > BYTES_MAX {
            return Err(KeyringError::TooLarge);
        }
        let wire: Wire = from_slice(json).map_err(|_| KeyringError::Malformed)?;
        if wire.version != VERSION {
            return Err(KeyringError::Malformed);
        }
        let mut keyring = Self::default();
        for entry in &wire.entries {
            let (key, entry) = entry.parse().ok_or(KeyringError::Malformed)?;
            if keyring.entries.insert(key, entry).is_some() {
                return Err(KeyringError::Malformed);
            }
        }
        Ok(keyring)
    }
}

/// The length to which so many bytes of JSON are filled; `None` if they are too many.
#[must_use]
pub const fn padded_len(len: u64) -> Option<u64> {
    let mut padded = BYTES_MIN;
    while padded < len {
        padded *= 2;
    }
    if padded <= BYTES_MAX { Some(padded) } else { None }
}

/// Whether a sealed keyring can have that length.
#[must_use]
pub const fn is_sealed_len(len: u64) -> bool {
    match plaintext_len(len) {
        Ok(len) => matches!(padded_len(len), Some(padded) if padded == len),
        Err(_) => false,
    }
}

/// What a device knows of a keyring since it last synced.
#[derive(Debug, Default)]
pub struct Known {
    /// What it was then.
    pub keyring: Keyring,
    /// The highest revision that it has seen; 0: none.
    pub revision: u64,
}

/// What a device has to do.
#[derive(Debug)]
pub struct Synced {
    /// What it keeps and knows from now on.
    pub keyring: Keyring,
    /// The highest revision that it has seen.
    pub revision: u64,
    /// What is to be stored in place of what the server gave; nothing if that says all.
    pub put: Option<Put>,
    /// Whether the server gave an older revision than the device had seen.
    pub is_older: bool,
}

/// A revision that is to be stored.
#[derive(Debug)]
pub struct Put {
    /// Its number.
    pub revision: u64,
    /// It, sealed.
    pub sealed: Vec<u8>,
}

/// What a device does with what the server gave it: a revision and the sealed object, or nothing
/// because there is none. Whoever is told that another was stored meanwhile asks again, and comes
/// here again. The device keeps what comes of it before it stores anything at the server.
///
/// # Errors
/// What the server gave does not open or is not as it must be; or there is too much to be kept.
pub fn sync(
    secret: &KeyringSecret,
    known: Known,
    local: &Local,
    stored: Option<(u64, &[u8])>,
    rng: &mut impl CryptoRng,
) -> Result<Synced, KeyringError> {
    let Known { keyring: mut mine, revision: seen } = known;
    let theirs = stored.map(|(revision, sealed)| Keyring::open(secret, revision, sealed)).transpose()?;
    let stored_revision = stored.map_or(0, |(revision, _)| revision);
    let is_older = stored.is_some() && stored_revision < seen;
    mine.note_local(local, theirs.as_ref().unwrap_or(&Keyring::default()))?;
    let mut merged = mine.merge(theirs.clone().unwrap_or_default());
    merged.forget_old_deletions(local.now);
    let revision = seen.max(stored_revision);
    let says_all = theirs.is_some_and(|theirs| theirs == merged) && !is_older;
    let put = if says_all {
        None
    } else {
        let revision = Some(revision + 1).filter(|next| *next <= COUNT_MAX).ok_or(KeyringError::Exhausted)?;
        Some(Put { revision, sealed: merged.seal(secret, revision, rng)? })
    };
    Ok(Synced { keyring: merged, revision, put, is_older })
}

/// Which of two entries wins. Two that differ never have the same stamp, unless a device is broken:
/// then a deletion wins, else the larger text, so that all devices still come to the same.
fn newer(one: &Entry, other: &Entry) -> Ordering {
    one.stamp.cmp(&other.stamp).then_with(|| match (&one.state, &other.state) {
        (EntryState::Deleted(one), EntryState::Deleted(other)) => one.cmp(other),
        (EntryState::Deleted(_), EntryState::Kept(_)) => Ordering::Greater,
        (EntryState::Kept(_), EntryState::Deleted(_)) => Ordering::Less,
        (EntryState::Kept(one), EntryState::Kept(other)) => {
            let parts = |item: &Item| {
                let numbers = (item.files, item.is_for_files, item.has_password, item.made_at, item.ends_at);
                (numbers, item.secret, item.origin.clone(), item.name.clone())
            };
            parts(one).cmp(&parts(other))
        }
    })
}

#[derive(Serialize, Deserialize)]
struct Wire {
    version: u32,
    entries: Vec<WireEntry>,
}

#[derive(Serialize, Deserialize)]
struct WireEntry {
    kind: EntryKind,
    id: EntryId,
    counter: u64,
    device: DeviceTag,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    item: Option<WireItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
struct WireItem {
    secret: String,
    origin: String,
    name: String,
    #[zeroize(skip)]
    files: u32,
    #[zeroize(skip)]
    for_files: bool,
    #[zeroize(skip)]
    has_password: bool,
    #[zeroize(skip)]
    made_at: Timestamp,
    #[zeroize(skip)]
    ends_at: Timestamp,
}

impl WireEntry {
    fn of(key: &EntryKey, entry: &Entry) -> Self {
        let Stamp { counter, device } = entry.stamp;
        let (item, deleted_at) = match &entry.state {
            EntryState::Kept(item) => (Some(WireItem::of(item)), None),
            EntryState::Deleted(at) => (None, Some(*at)),
        };
        Self { kind: key.kind, id: key.id, counter, device, item, deleted_at }
    }

    /// `None`: it is not as it must be.
    fn parse(&self) -> Option<(EntryKey, Entry)> {
        let Self { kind, id, counter, device, ref item, deleted_at } = *self;
        let key = EntryKey { kind, id };
        let state = match (item, deleted_at) {
            (Some(item), None) => {
                let item = item.parse()?;
                if EntryKey::of(kind, &item) != key {
                    return None;
                }
                EntryState::Kept(item)
            }
            (None, Some(at)) if at <= MOMENT_MAX => EntryState::Deleted(at),
            _ => return None,
        };
        (1..=COUNT_MAX).contains(&counter).then_some((key, Entry { stamp: Stamp { counter, device }, state }))
    }
}

impl WireItem {
    fn of(item: &Item) -> Self {
        Self {
            secret: to_base64url(&item.secret),
            origin: item.origin.clone(),
            name: item.name.clone(),
            files: item.files,
            for_files: item.is_for_files,
            has_password: item.has_password,
            made_at: item.made_at,
            ends_at: item.ends_at,
        }
    }

    fn parse(&self) -> Option<Item> {
        let item = Item {
            secret: from_base64url(&self.secret).ok()?,
            origin: self.origin.clone(),
            name: self.name.clone(),
            files: self.files,
            is_for_files: self.for_files,
            has_password: self.has_password,
            made_at: self.made_at,
            ends_at: self.ends_at,
        };
        item.is_bounded().then_some(item)
    }
}
