//! New editions under random stories: whatever owner and holders do in whatever order, and however
//! time goes by, each link and each download has one content, whole.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use subrosa_lifecycle::{
    Cell, Change, ContentDeleted, Effect, Holder, LoadedLinks, Owner, Record, RecordKey, Refusal, Shown, Step,
    StoredManifest, StoredRecord, StoredUpload, Tick, share_holder, share_owner,
};
use subrosa_shared::api::{
    BeginContent, CompleteShare, ContentState, LinkLock, LinkState, MoveLinks, MovedLink, PatchLink, PutLink,
    ShareStatus, StoredPart,
};
use subrosa_shared::content::{ContentNumber, part_list_digest};
use subrosa_shared::id::{DeviceId, Digest};
use subrosa_shared::limits::CONTENTS_MAX;
use subrosa_shared::seal::sealed_len;
use subrosa_shared::time::Timestamp;

use crate::world::{self, DAY, HOUR, LINKS, MINUTE, PART_BYTES, SECOND};

/// The highest number of a content that stories ask for.
const CONTENTS: u16 = 6;
const LEASES: u8 = 3;

fn content(number: u16) -> ContentNumber {
    ContentNumber::new(number).unwrap()
}

/// What is asked. Passwords, links and leases by number; a content by its number.
#[derive(Clone, Debug)]
enum Ask {
    Begin(u16),
    Complete(u16),
    Remove(u16),
    Put { link: u8, content: u16, downloads: u32, waits: bool },
    Move { content: u16, password: u8, more: Option<u32> },
    Relock { link: u8, password: u8, content: u16 },
    Revoke(u8),
    Open { link: u8, password: u8, lease: Option<u8> },
    Lease { link: u8, password: u8, lease: u8 },
    Fetch { link: u8, lease: u8 },
    Finish { link: u8, lease: u8 },
    Wait(u64),
    Deleted,
}

fn ask() -> impl Strategy<Value = Ask> {
    let (link, password, lease) = (0..LINKS, 0..2_u8, 0..LEASES);
    let number = 1..=CONTENTS;
    prop_oneof![
        3 => number.clone().prop_map(Ask::Begin),
        3 => number.clone().prop_map(Ask::Complete),
        1 => number.clone().prop_map(Ask::Remove),
        2 => (link.clone(), number.clone(), 1..4_u32, any::<bool>())
            .prop_map(|(link, content, downloads, waits)| Ask::Put { link, content, downloads, waits }),
        4 => (number.clone(), password.clone(), proptest::option::of(1..5_u32))
            .prop_map(|(content, password, more)| Ask::Move { content, password, more }),
        1 => (link.clone(), password.clone(), number).prop_map(|(link, password, content)| Ask::Relock { link, password, content }),
        1 => link.clone().prop_map(Ask::Revoke),
        2 => (link.clone(), password.clone(), proptest::option::of(lease.clone()))
            .prop_map(|(link, password, lease)| Ask::Open { link, password, lease }),
        3 => (link.clone(), password, lease.clone()).prop_map(|(link, password, lease)| Ask::Lease { link, password, lease }),
        3 => (link.clone(), lease.clone()).prop_map(|(link, lease)| Ask::Fetch { link, lease }),
        2 => (link, lease).prop_map(|(link, lease)| Ask::Finish { link, lease }),
        2 => select(&[SECOND, MINUTE, 3 * MINUTE, 2 * HOUR, DAY, 7 * DAY + HOUR][..]).prop_map(Ask::Wait),
        1 => Just(Ask::Deleted),
    ]
}

/// A wrap tells of which content, link and password it is.
fn wrap(len: usize, content: u16, link: u8, password: u8) -> Vec<u8> {
    [vec![u8::try_from(content).unwrap(), link, password], vec![0; len - 3]].concat()
}

fn lock(content_of: u16, link: u8, password: u8) -> LinkLock {
    LinkLock {
        view_wrap: wrap(145, content_of, link, password),
        content_wrap: wrap(113, content_of, link, password),
        content: content(content_of),
        ..world::lock(link, password)
    }
}

fn upload(number: u16) -> (StoredUpload, CompleteShare) {
    let part = |index| StoredPart { index, sealed_len: sealed_len(PART_BYTES.into()), digest: Digest::of(&[7]) };
    let parts: Vec<_> = (0..1 << (number % 3)).map(part).collect();
    let digest = Digest::of(&number.to_be_bytes());
    let request = CompleteShare {
        part_count: u32::try_from(parts.len()).unwrap(),
        parts_digest: part_list_digest(parts.iter().map(|part| (part.sealed_len, part.digest))),
        manifest_digest: digest,
    };
    (StoredUpload { parts, manifest: Some(StoredManifest { sealed_len: sealed_len(4096), digest }) }, request)
}

struct World {
    record: Option<Record>,
    now: Timestamp,
    /// Numbers that were given.
    begun: Vec<u16>,
}

impl World {
    fn new() -> Self {
        let mut world = Self { record: None, now: world::START, begun: vec![1] };
        let run = crate::run::Run::with_share();
        world.record = run.record;
        world
    }

    /// Takes a step, once with all links and once with one, as a store does: both come to the same.
    fn step<C: subrosa_lifecycle::Command>(&mut self, command: &C) -> Result<C::Answer, Refusal>
    where
        C::Answer: PartialEq + std::fmt::Debug,
    {
        let policy = subrosa_lifecycle::Policy::default();
        let stored = self.record.as_ref().map(Record::to_stored);
        let load = |links| stored.as_ref().map(|stored| Record::from_stored(&with(stored, links), links).unwrap());
        let all = load(LoadedLinks::All);
        assert_eq!(all, self.record, "what is stored is what was there");
        let step = crate::run::step(all.as_ref(), command, &policy, self.now);
        if let Shown::Holder(link, _) = command.shown() {
            let one = load(LoadedLinks::One(link));
            if let Ok(same) = subrosa_lifecycle::step(one.as_ref(), command, &policy, self.now) {
                assert_eq!((&same.outcome, &same.log), (&step.outcome, &step.log), "with that link alone");
            }
        }
        let Step { record, outcome, dropped, .. } = step;
        if let Some(dropped) = dropped {
            assert!(self.begun.contains(&dropped.get()));
        }
        match record {
            Change::Unchanged => {}
            Change::Put(record) => self.record = Some(*record),
            Change::Remove => self.record = None,
        }
        outcome
    }

    fn owner<A: subrosa_lifecycle::OwnerAction>(&mut self, action: A) -> Result<A::Answer, Refusal>
    where
        A::Answer: PartialEq + std::fmt::Debug,
    {
        self.step(&Owner { presented: world::owner(), action })
    }

    fn holder<A: subrosa_lifecycle::HolderAction>(&mut self, link: u8, action: A) -> Result<A::Answer, Refusal>
    where
        A::Answer: PartialEq + std::fmt::Debug,
    {
        self.step(&Holder { link: world::link_id(link), presented: world::link_verifier(link), action })
    }

    fn status(&mut self) -> Option<ShareStatus> {
        self.owner(share_owner::Status).ok()
    }

    fn apply(&mut self, ask: &Ask) {
        match *ask {
            Ask::Begin(number) => {
                let begun = self.owner(share_owner::Begin {
                    content: content(number),
                    request: BeginContent { part_bytes: PART_BYTES, begun_by: None },
                });
                if begun.is_ok() && !self.begun.contains(&number) {
                    assert!(self.begun.iter().all(|before| *before < number), "no number is given twice");
                    self.begun.push(number);
                }
            }
            Ask::Complete(number) => {
                let (stored, request) = upload(number);
                drop(self.owner(share_owner::Complete { content: content(number), request, stored }));
            }
            Ask::Remove(number) => drop(self.owner(share_owner::RemoveContent { content: content(number) })),
            Ask::Put { link, content, downloads, waits } => {
                let request = PutLink {
                    lock: lock(content, link, 0),
                    downloads_max: downloads,
                    waits_for_editions: waits,
                    ..world::put_request(link)
                };
                drop(self.owner(share_owner::AddLinks { links: vec![request] }));
            }
            Ask::Move { content: number, password, more } => {
                let moved = |link| MovedLink {
                    link: world::link_id(link),
                    open_verifier: world::open_verifier(link, password),
                    view_wrap: wrap(145, number, link, password),
                    content_wrap: wrap(113, number, link, password),
                    downloads_max: more,
                };
                let there = self.status().map_or(0, |status| status.links.len());
                let known = (0..LINKS).filter(|link| {
                    self.status().is_some_and(|status| status.links.iter().any(|s| s.link == world::link_id(*link)))
                });
                let links: Vec<_> = known.collect::<Vec<_>>().into_iter().map(moved).collect();
                if there > 0 {
                    drop(self.owner(share_owner::Move { content: content(number), request: MoveLinks { links } }));
                }
            }
            Ask::Relock { link, password, content } => {
                let request = PatchLink { lock: Some(lock(content, link, password)), ..PatchLink::default() };
                drop(self.owner(share_owner::ChangeLink { link: world::link_id(link), request }));
            }
            Ask::Revoke(link) => drop(self.owner(share_owner::RevokeLink { link: world::link_id(link) })),
            Ask::Open { link, password, lease } => self.open(link, password, lease),
            Ask::Lease { link, password, lease } => self.lease(link, password, lease),
            Ask::Fetch { link, lease } => {
                let (lease, bytes) = (world::lease_verifier(lease), std::num::NonZeroU64::new(100).unwrap());
                let _ = self.holder(link, share_holder::Fetch { lease, bytes });
            }
            Ask::Finish { link, lease } => {
                drop(self.holder(link, share_holder::Finish { lease: world::lease_verifier(lease), receipt: None }));
            }
            Ask::Wait(millis) => {
                self.now = self.now.after(Duration::from_millis(millis));
                let _ = self.step(&Tick);
            }
            Ask::Deleted => {
                for effect in self.record.as_ref().map_or_else(Vec::new, Record::pending_effects) {
                    if let Effect::DeleteContent(number) = effect {
                        let _ = self.step(&ContentDeleted(number));
                    }
                }
            }
        }
    }

    /// Whoever opens is given the wraps of the content that is told.
    fn open(&mut self, link: u8, password: u8, lease: Option<u8>) {
        let attempt = subrosa_lifecycle::OpenAttempt { open: world::open_verifier(link, password), device: None };
        let running = lease.and_then(|lease| self.content_of_lease(link, lease));
        let open = share_holder::Open { attempt, lease: lease.map(world::lease_verifier) };
        if let Ok(opened) = self.holder(link, open) {
            let told = u8::try_from(opened.content.get()).unwrap();
            assert_eq!(opened.view_wrap[..3], [told, link, password]);
            // Where the password was changed meanwhile, what is behind the link.
            assert!([running, Some(opened.link.content)].contains(&Some(opened.content)));
        }
    }

    /// A download that runs is the same download again, whatever was put behind the link.
    fn lease(&mut self, link: u8, password: u8, lease: u8) {
        let attempt = subrosa_lifecycle::OpenAttempt { open: world::open_verifier(link, password), device: None };
        let running = self.content_of_lease(link, lease);
        let action = share_holder::RequestLease { attempt, lease: world::lease_verifier(lease) };
        if let Ok(granted) = self.holder(link, action) {
            let told = u8::try_from(granted.content.get()).unwrap();
            assert_eq!(granted.content_wrap[..3], [told, link, password]);
            assert_eq!(granted.content, running.unwrap_or(granted.link.content));
            let parts = 1_u64 << (granted.content.get() % 3);
            let parts = if granted.content.is_first() { u64::from(world::PART_COUNT) } else { parts };
            assert_eq!(granted.bytes_max, 3 * parts * sealed_len(PART_BYTES.into()));
        }
    }

    fn content_of_lease(&mut self, link: u8, lease: u8) -> Option<ContentNumber> {
        self.holder(link, share_holder::CheckLease { lease: world::lease_verifier(lease) }).ok()
    }

    fn check(&mut self) {
        let Some(status) = self.status() else { return };
        let record = self.record.clone().unwrap();
        let there: Vec<_> = record.part_counts().into_iter().map(|(content, _)| content).collect();
        let leaving: Vec<_> = record.pending_effects();
        assert!(there.is_sorted() && there.len() <= CONTENTS_MAX, "{there:?}");
        for content in &there {
            assert!(!leaving.contains(&Effect::DeleteContent(*content)), "{content} is kept and deleted");
        }
        if status.gone.is_some() {
            return;
        }
        assert!(!there.is_empty());
        let told: Vec<_> = status.contents.iter().filter(|content| content.state == ContentState::Ready).collect();
        assert!(told.iter().map(|content| content.content).eq(there.iter().copied()));
        let uploading: Vec<_> =
            status.contents.iter().filter(|content| content.state == ContentState::Uploading).collect();
        assert!(uploading.len() <= 1);
        assert_eq!(record.accepts_parts(), uploading.first().map(|content| content.content));
        for link in &status.links {
            assert!(link.downloads_taken <= link.downloads_max || link.gone.is_some() || link.downloads_max > 0);
            if link.gone.is_none() {
                assert!(there.contains(&link.content), "a live link leads to what is there");
                assert!(
                    link.waits_for_editions
                        || link.downloads_taken < link.downloads_max
                        || link.state == LinkState::Exhausted
                        || link.state == LinkState::Locked
                        || link.state == LinkState::Paused
                );
            }
        }
        for (link, lease) in (0..LINKS).flat_map(|link| (0..LEASES).map(move |lease| (link, lease))) {
            if let Some(content) = self.content_of_lease(link, lease) {
                assert!(there.contains(&content), "a download that runs has what it downloads");
            }
        }
    }
}

/// A head with the cells that were asked for.
fn with(stored: &StoredRecord, links: LoadedLinks) -> StoredRecord {
    let wanted = |cell: &&Cell| match links {
        LoadedLinks::All => true,
        LoadedLinks::One(link) => cell.link == link,
    };
    StoredRecord { head: stored.head.clone(), cells: stored.cells.iter().filter(wanted).cloned().collect() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..world::config() })]

    #[test]
    fn each_link_and_each_download_has_one_content_whole(asks in proptest::collection::vec(ask(), 1..60)) {
        let mut world = World::new();
        for ask in &asks {
            world.apply(ask);
            world.check();
        }
    }
}

/// A share with one link on its first content, and a second content beside it.
fn with_edition() -> World {
    let mut world = World::new();
    let put = Ask::Put { link: 0, content: 1, downloads: 3, waits: false };
    for ask in [put, Ask::Begin(2), Ask::Complete(2)] {
        world.apply(&ask);
        world.check();
    }
    world
}

const MOVE: Ask = Ask::Move { content: 2, password: 0, more: None };

#[test]
fn a_download_finishes_on_what_it_began_and_the_next_has_the_new_one() {
    let mut world = with_edition();
    world.apply(&Ask::Lease { link: 0, password: 0, lease: 0 });
    world.apply(&Ask::Fetch { link: 0, lease: 0 });
    world.apply(&MOVE);
    assert_eq!(world.status().unwrap().links[0].content, content(2));
    assert_eq!(world.content_of_lease(0, 0), Some(content(1)));
    world.apply(&Ask::Lease { link: 0, password: 0, lease: 1 });
    assert_eq!(world.content_of_lease(0, 1), Some(content(2)));
    // The older stays until it is not the one before any more, and nobody downloads it.
    for ask in [Ask::Begin(3), Ask::Complete(3), Ask::Move { content: 3, password: 0, more: None }] {
        world.apply(&ask);
        world.check();
    }
    let there = |world: &World| world.record.as_ref().unwrap().part_counts().len();
    assert_eq!(there(&world), 3, "a download of the first runs");
    world.apply(&Ask::Begin(4));
    assert!(world.record.as_ref().unwrap().accepts_parts().is_none(), "three at a time");
    world.apply(&Ask::Finish { link: 0, lease: 0 });
    assert_eq!(there(&world), 2);
    assert_eq!(world.record.as_ref().unwrap().pending_effects(), [Effect::DeleteContent(content(1))]);
    assert!(world.record.as_ref().unwrap().due() <= world.now, "at once");
    world.apply(&Ask::Deleted);
    assert_eq!(world.record.as_ref().unwrap().pending_effects(), []);
    world.apply(&Ask::Begin(4));
    assert_eq!(world.record.as_ref().unwrap().accepts_parts(), Some(content(4)));
}

#[test]
fn who_changes_a_password_and_moves_at_once_breaks_no_link() {
    let mut world = with_edition();
    // The password is another than the owner's other device knew: the link stays as it is.
    world.apply(&Ask::Relock { link: 0, password: 1, content: 1 });
    world.apply(&MOVE);
    assert_eq!(world.status().unwrap().links[0].content, content(1));
    world.apply(&Ask::Open { link: 0, password: 1, lease: None });
    // The content is another than that of the new wraps: the password stays as it was.
    let mut world = with_edition();
    world.apply(&MOVE);
    let request = PatchLink { lock: Some(lock(1, 0, 1)), ..PatchLink::default() };
    let change = share_owner::ChangeLink { link: world::link_id(0), request };
    assert_eq!(world.owner(change).unwrap_err(), Refusal::AlreadyExists);
    world.apply(&Ask::Open { link: 0, password: 0, lease: None });
}

#[test]
fn one_goes_back_to_the_version_before_and_gives_the_newer_up() {
    let mut world = with_edition();
    world.apply(&MOVE);
    assert_eq!(world.owner(share_owner::RemoveContent { content: content(2) }).unwrap_err(), Refusal::ContentInUse);
    world.apply(&Ask::Move { content: 1, password: 0, more: None });
    let status = world.owner(share_owner::RemoveContent { content: content(2) }).unwrap();
    assert_eq!(status.contents.len(), 1);
    assert_eq!(status.next_content, Some(content(3)), "no number is given twice");
    assert_eq!(world.owner(share_owner::RemoveContent { content: content(1) }).unwrap_err(), Refusal::ContentInUse);
    assert_eq!(world.owner(share_owner::RemoveContent { content: content(9) }).unwrap_err(), Refusal::NotFound);
}

#[test]
fn an_edition_that_is_never_complete_goes_and_the_share_stays() {
    let mut world = World::new();
    world.apply(&Ask::Put { link: 0, content: 1, downloads: 3, waits: false });
    let longer = subrosa_shared::api::PatchShare { expires_in_secs: Some(60 * 24 * 3600), paused: None };
    world.owner(share_owner::Change { request: longer }).unwrap();
    let request = PatchLink { expires_in_secs: Some(60 * 24 * 3600), ..PatchLink::default() };
    world.owner(share_owner::ChangeLink { link: world::link_id(0), request }).unwrap();
    world.apply(&Ask::Begin(2));
    world.apply(&Ask::Wait(8 * DAY));
    let status = world.status().unwrap();
    assert_eq!((status.gone, status.contents.len()), (None, 1));
    assert_eq!(world.record.as_ref().unwrap().pending_effects(), [Effect::DeleteContent(content(2))]);
    let RecordKey::Share(_) = world.record.as_ref().unwrap().key() else { panic!("it is a share") };
}

#[test]
fn who_begins_a_content_that_another_client_begins_is_told() {
    let mut world = World::new();
    let begin = |begun_by: Option<u8>| share_owner::Begin {
        content: content(2),
        request: BeginContent { part_bytes: PART_BYTES, begun_by: begun_by.map(|by| DeviceId::from_bytes([by; 16])) },
    };
    world.owner(begin(Some(1))).unwrap();
    world.owner(begin(Some(1))).unwrap();
    for other in [Some(2), None] {
        assert_eq!(world.owner(begin(other)).unwrap_err(), Refusal::AlreadyExists);
    }
    // It is stored with the rest of the record.
    let record = world.record.clone().unwrap();
    assert_eq!(Record::from_stored(&record.to_stored(), LoadedLinks::All), Ok(record));
}

#[test]
fn a_link_that_waits_for_editions_is_drained_and_not_gone() {
    for waits in [false, true] {
        let mut world = World::new();
        world.apply(&Ask::Put { link: 0, content: 1, downloads: 1, waits });
        world.apply(&Ask::Put { link: 1, content: 1, downloads: 1, waits: true });
        for ask in [
            Ask::Lease { link: 0, password: 0, lease: 0 },
            Ask::Fetch { link: 0, lease: 0 },
            Ask::Finish { link: 0, lease: 0 },
            Ask::Begin(2),
            Ask::Complete(2),
            Ask::Move { content: 2, password: 0, more: Some(2) },
        ] {
            world.apply(&ask);
            world.check();
        }
        let link = world.status().unwrap().links[0].clone();
        assert_eq!(link.gone.is_none(), waits);
        if waits {
            assert_eq!((link.content, link.state, link.downloads_max), (content(2), LinkState::Ready, 2));
        }
    }
}

/// Records that between them have every field of editions.
fn samples() -> Vec<(&'static str, Record)> {
    let mut world = with_edition();
    let mut samples = Vec::new();
    let mut keep = |name, world: &World| samples.push((name, world.record.clone().unwrap()));
    world.apply(&Ask::Put { link: 1, content: 1, downloads: 2, waits: true });
    world.apply(&Ask::Lease { link: 0, password: 0, lease: 0 });
    world.apply(&Ask::Fetch { link: 0, lease: 0 });
    keep("two-contents", &world);
    world.apply(&MOVE);
    world.apply(&Ask::Begin(3));
    keep("moved-and-uploading", &world);
    world.apply(&Ask::Complete(3));
    world.apply(&Ask::Lease { link: 0, password: 0, lease: 1 });
    world.apply(&Ask::Fetch { link: 0, lease: 1 });
    let receipt = Some(subrosa_shared::id::Receipt::from_bytes([7; 32]));
    for lease in [0, 1] {
        let finish = share_holder::Finish { lease: world::lease_verifier(lease), receipt };
        world.holder(0, finish).unwrap();
    }
    world.apply(&Ask::Revoke(1));
    keep("one-leaves", &world);
    samples
}

/// What servers have stored is read as what it was.
#[test]
fn records_with_editions_are_read() {
    for (name, record) in samples() {
        crate::stored::write_if_wanted(5, name, &record);
        let stored = crate::stored::read(5, name);
        assert!(stored.head.starts_with(b"subrosa-record 5 "), "{name}");
        assert_eq!(crate::stored::whole(&stored).unwrap(), record, "{name}");
    }
}
