//! One share's world: fixed secrets, requests as clients make them, and random commands. And one
//! push's.

mod moves;
pub(crate) mod push;

use proptest::prelude::*;
use proptest::sample::select;
use subrosa_lifecycle::{Creator, OpenAttempt, Policy};
use subrosa_lifecycle::{StoredManifest, StoredUpload};
use subrosa_shared::api::{CompleteShare, CreateShare, LinkLock, PatchLink, PatchShare, PutLink, StoredPart};
use subrosa_shared::content::{ContentNumber, part_list_digest};
use subrosa_shared::id::{Digest, LinkId, Receipt, ShareId, Verifier};
use subrosa_shared::limits::Limits;
use subrosa_shared::seal::sealed_len;
use subrosa_shared::time::Timestamp;

use crate::command::{Command, HolderAction, OwnerAction};

pub(crate) use self::moves::Move;

pub(crate) const SECOND: u64 = 1000;
pub(crate) const MINUTE: u64 = 60 * SECOND;
pub(crate) const HOUR: u64 = 60 * MINUTE;
pub(crate) const DAY: u64 = 24 * HOUR;

/// When every story begins.
pub(crate) const START: Timestamp = Timestamp::from_millis(1_800_000_000_000);
pub(crate) const PART_BYTES: u32 = 64 * 1024;
pub(crate) const PART_COUNT: u32 = 2;
/// Links (one more is put, which is one too many), passwords, lease secrets and devices that random
/// commands use.
pub(crate) const LINKS: u8 = 3;
pub(crate) const PASSWORDS: u8 = 3;
pub(crate) const LEASES: u8 = 4;
pub(crate) const DEVICES: u8 = 3;

/// How often stories are drawn. A story that fails is printed whole; its seed would mean another
/// one after the next change.
pub(crate) fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

pub(crate) fn policy() -> Policy {
    let limits = Limits { downloads_max: 5, links_max: 3, views_max: 4, ..Limits::default() };
    Policy { limits, ..Policy::default() }
}

fn verifier(role: u8, number: u8) -> Verifier {
    Verifier::from_bytes([[role, number], [0x5a; 2]].concat().repeat(8).try_into().unwrap())
}

pub(crate) fn owner() -> Verifier {
    verifier(1, 0)
}

pub(crate) fn share_id() -> ShareId {
    ShareId::derive(&owner())
}

pub(crate) fn link_verifier(link: u8) -> Verifier {
    verifier(2, link)
}

pub(crate) fn link_id(link: u8) -> LinkId {
    LinkId::derive(&link_verifier(link))
}

/// Password 0 is the one that links begin with.
pub(crate) fn open_verifier(link: u8, password: u8) -> Verifier {
    verifier(3, link * 16 + password)
}

pub(crate) fn lease_verifier(lease: u8) -> Verifier {
    verifier(4, lease)
}

pub(crate) fn device_verifier(device: u8) -> Verifier {
    verifier(5, device)
}

pub(crate) fn wrong() -> Verifier {
    verifier(9, 9)
}

pub(crate) fn lock(link: u8, password: u8) -> LinkLock {
    LinkLock {
        needs_password: password > 0,
        open_verifier: open_verifier(link, password),
        view_wrap: vec![0x60 + link * 16 + password; 145],
        content_wrap: vec![0x70 + link * 16 + password; 113],
        content: ContentNumber::FIRST,
    }
}

pub(crate) fn create_request() -> CreateShare {
    CreateShare {
        owner_verifier: owner(),
        expires_in_secs: 7 * 24 * 60 * 60,
        part_bytes: PART_BYTES,
        ends_with_last_link: true,
    }
}

pub(crate) fn put_request(link: u8) -> PutLink {
    PutLink {
        link_verifier: link_verifier(link),
        lock: lock(link, 0),
        downloads_max: 1,
        expires_in_secs: None,
        recipient_may_destroy: true,
        destroy_after_guesses: None,
        waits_for_editions: false,
        replaces: None,
    }
}

/// What is stored when an upload is whole.
pub(crate) fn upload() -> StoredUpload {
    let parts = (0..PART_COUNT).map(|index| StoredPart {
        index,
        sealed_len: sealed_len(PART_BYTES.into()),
        digest: Digest::of(&index.to_be_bytes()),
    });
    let manifest = StoredManifest { sealed_len: sealed_len(4096), digest: Digest::of(b"manifest") };
    StoredUpload { parts: parts.collect(), manifest: Some(manifest) }
}

pub(crate) fn complete_request() -> CompleteShare {
    let stored = upload();
    CompleteShare {
        part_count: PART_COUNT,
        parts_digest: part_list_digest(stored.parts.iter().map(|part| (part.sealed_len, part.digest))),
        manifest_digest: stored.manifest.unwrap().digest,
    }
}

/// Bytes of ciphertext of all parts.
pub(crate) fn content_sealed_len() -> u64 {
    u64::from(PART_COUNT) * sealed_len(PART_BYTES.into())
}

pub(crate) fn create(request: CreateShare) -> Command {
    Command::Create { share: share_id(), request, creator: Creator::Anyone }
}

pub(crate) fn by_owner(action: OwnerAction) -> Command {
    Command::Owner { presented: owner(), action }
}

pub(crate) fn complete() -> Command {
    by_owner(OwnerAction::Complete { request: complete_request(), stored: upload() })
}

pub(crate) fn put(link: u8, request: PutLink) -> Command {
    by_owner(OwnerAction::AddLink { link: link_id(link), request: Box::new(request) })
}

pub(crate) fn patch(link: u8, request: PatchLink) -> Command {
    by_owner(OwnerAction::ChangeLink { link: link_id(link), request: Box::new(request) })
}

pub(crate) fn by_holder(link: u8, action: HolderAction) -> Command {
    Command::Holder { link: link_id(link), presented: link_verifier(link), action }
}

/// The right open proof for a link's first password, from a device if one is named.
pub(crate) fn right(link: u8, device: Option<u8>) -> OpenAttempt {
    OpenAttempt { open: open_verifier(link, 0), device: device.map(device_verifier) }
}

pub(crate) fn guess(device: Option<u8>) -> OpenAttempt {
    OpenAttempt { open: wrong(), device: device.map(device_verifier) }
}

pub(crate) fn lease(link: u8, lease: u8) -> Command {
    by_holder(link, HolderAction::Lease { attempt: right(link, None), lease: lease_verifier(lease) })
}

pub(crate) fn fetch(link: u8, lease: u8, bytes: u64) -> Command {
    by_holder(link, HolderAction::Fetch { lease: lease_verifier(lease), bytes })
}

pub(crate) fn finish(link: u8, lease: u8) -> Command {
    by_holder(link, HolderAction::Finish { lease: lease_verifier(lease), receipt: None })
}

/// Of a share or of a push.
pub(crate) fn any_story() -> impl Strategy<Value = Vec<Move>> {
    prop_oneof![3 => story(), 2 => push::story()]
}

pub(crate) fn story() -> impl Strategy<Value = Vec<Move>> {
    let begun = (0..=LINKS, create_body(), prop::collection::vec(put_body(), usize::from(LINKS))).prop_map(
        |(links, body, puts)| {
            let puts = puts.into_iter().take(links.into()).enumerate().map(|(link, request)| {
                let link = u8::try_from(link).unwrap();
                put(link, PutLink { link_verifier: link_verifier(link), lock: lock(link, 0), ..request })
            });
            let commands = [create(body), complete()].into_iter().chain(puts);
            commands.map(|command| Move::Do(Box::new(command))).collect()
        },
    );
    let beginning = prop_oneof![9 => begun, 1 => Just(Vec::new())];
    let rest = prop::collection::vec(any_moves(), 0..50);
    (beginning, rest).prop_map(|(beginning, rest)| beginning.into_iter().chain(rest.into_iter().flatten()).collect())
}

/// One move, or a download with all that belongs to it, cut off anywhere.
fn any_moves() -> impl Strategy<Value = Vec<Move>> {
    let download = (0..LINKS, 0..LEASES, 1..=3_usize, prop::collection::vec(0..2 * MINUTE, 3));
    let download = download.prop_map(|(link, number, len, waits)| {
        let steps = [lease(link, number), fetch(link, number, 1000), finish(link, number)].map(Box::new).map(Move::Do);
        let steps = steps.into_iter().zip(waits).take(len);
        steps.flat_map(|(step, wait)| [step, Move::Wait(wait)]).collect()
    });
    prop_oneof![10 => any_move().prop_map(|one| vec![one]), 1 => download]
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        6 => wait().prop_map(Move::Wait),
        1 => any_wait_until_due(),
        20 => any_command().prop_map(|command| Move::Do(Box::new(command))),
        4 => any::<usize>().prop_map(Move::Again),
        1 => (0..LINKS, prop_oneof![8 => 1..8_u32, 1 => 190..210_u32])
            .prop_map(|(link, count)| Move::GuessOn { link, count }),
    ]
}

fn any_wait_until_due() -> impl Strategy<Value = Move> {
    any::<bool>().prop_map(|before| Move::WaitUntilDue { before })
}

/// Waits around every span that means something.
pub(crate) fn wait() -> impl Strategy<Value = u64> {
    let spans = vec![SECOND, 2 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 30 * MINUTE, HOUR, 12 * HOUR, DAY];
    let long = vec![7 * DAY, 30 * DAY, 90 * DAY];
    prop_oneof![
        3 => 0..3 * SECOND,
        12 => (select(spans), -1..=1_i64).prop_map(|(span, off)| span.saturating_add_signed(off)),
        1 => (select(long), -1..=1_i64).prop_map(|(span, off)| span.saturating_add_signed(off)),
    ]
}

fn any_command() -> impl Strategy<Value = Command> {
    let presented = prop_oneof![15 => Just(owner()), 1 => Just(wrong())];
    let owner_does = (presented, owner_action());
    prop_oneof![
        1 => create_body().prop_map(create),
        6 => owner_does.prop_map(|(presented, action)| Command::Owner { presented, action }),
        20 => holder_command(),
        1 => Just(Command::Tick),
        1 => Just(Command::BlobsDeleted),
        1 => any::<bool>().prop_map(|lost| Command::ContentChecked { lost }),
    ]
}

pub(crate) fn holder_command() -> impl Strategy<Value = Command> {
    (0..LINKS, holder_action(), prop::bool::weighted(0.05)).prop_flat_map(|(link, action, stranger)| {
        let presented = if stranger { wrong() } else { link_verifier(link) };
        action(link).prop_map(move |action| Command::Holder { link: link_id(link), presented, action })
    })
}

type ActionOf = fn(u8) -> BoxedStrategy<HolderAction>;

fn holder_action() -> impl Strategy<Value = ActionOf> {
    let lease: ActionOf = |link| {
        (attempt(link), some_lease()).prop_map(|(attempt, lease)| HolderAction::Lease { attempt, lease }).boxed()
    };
    let fetch: ActionOf = |_| {
        let bytes =
            prop_oneof![1 => Just(0), 6 => 1..=sealed_len(PART_BYTES.into()), 1 => content_sealed_len()..=u64::MAX];
        (some_lease(), bytes).prop_map(|(lease, bytes)| HolderAction::Fetch { lease, bytes }).boxed()
    };
    let finish: ActionOf = |_| {
        let receipt = prop::option::of((0..4_u8).prop_map(|number| Receipt::from_bytes([number; 32])));
        (some_lease(), receipt).prop_map(|(lease, receipt)| HolderAction::Finish { lease, receipt }).boxed()
    };
    prop_oneof![
        2 => Just((|_| Just(HolderAction::Status).boxed()) as ActionOf),
        4 => Just((|link| attempt(link).prop_map(HolderAction::Open).boxed()) as ActionOf),
        2 => Just((|link| attempt(link).prop_map(HolderAction::ReadManifest).boxed()) as ActionOf),
        8 => Just(lease),
        8 => Just(fetch),
        1 => Just((|_| some_lease().prop_map(|lease| HolderAction::CheckLease { lease }).boxed()) as ActionOf),
        5 => Just(finish),
        1 => Just((|link| attempt(link).prop_map(HolderAction::Destroy).boxed()) as ActionOf),
    ]
}

fn some_lease() -> impl Strategy<Value = Verifier> {
    (0..LEASES).prop_map(lease_verifier)
}

fn attempt(link: u8) -> impl Strategy<Value = OpenAttempt> {
    let open = prop_oneof![12 => Just(0), 1 => 1..PASSWORDS, 1 => Just(PASSWORDS)];
    let device = prop::option::of((0..DEVICES).prop_map(device_verifier));
    (open, device).prop_map(move |(password, device)| OpenAttempt { open: open_verifier(link, password), device })
}

fn owner_action() -> impl Strategy<Value = OwnerAction> {
    prop_oneof![
        2 => Just(OwnerAction::Status),
        1 => Just(OwnerAction::StoreNote),
        1 => Just(OwnerAction::ReadBack),
        1 => (0..3_u32).prop_map(|index| OwnerAction::StorePart {
            index,
            sealed_len: sealed_len(PART_BYTES.into()),
            last: None,
        }),
        1 => Just(OwnerAction::StoreManifest { sealed_len: sealed_len(4096) }),
        2 => completion(),
        4 => (0..=LINKS, put_body()).prop_map(|(link, request)| OwnerAction::AddLink {
            link: link_id(link),
            request: Box::new(PutLink { link_verifier: link_verifier(link), lock: lock(link, 0), ..request }),
        }),
        8 => (0..LINKS).prop_flat_map(|link| patch_body(link).prop_map(move |request| OwnerAction::ChangeLink {
            link: link_id(link),
            request: Box::new(request),
        })),
        1 => (0..LINKS).prop_map(|link| OwnerAction::RevokeLink { link: link_id(link) }),
        3 => (prop::option::of(life()), prop::option::weighted(0.7, any::<bool>()))
            .prop_map(|(expires_in_secs, paused)| OwnerAction::ChangeShare {
                request: PatchShare { expires_in_secs, paused },
            }),
        1 => Just(OwnerAction::Revoke),
    ]
}

fn completion() -> impl Strategy<Value = OwnerAction> {
    (complete_requests(), 0..8_u8).prop_map(|(request, fault)| {
        let mut stored = upload();
        match fault {
            0 => stored.manifest = None,
            1 => drop(stored.parts.pop()),
            2 => stored.parts.reverse(), // no fault: any order is fine
            _ => {}
        }
        OwnerAction::Complete { request, stored }
    })
}

fn complete_requests() -> impl Strategy<Value = CompleteShare> {
    let other = CompleteShare { manifest_digest: Digest::of(b"other"), ..complete_request() };
    prop_oneof![5 => Just(complete_request()), 1 => Just(other)]
}

fn create_body() -> impl Strategy<Value = CreateShare> {
    (life(), any::<bool>()).prop_map(|(expires_in_secs, ends_with_last_link)| CreateShare {
        expires_in_secs,
        ends_with_last_link,
        ..create_request()
    })
}

fn put_body() -> impl Strategy<Value = PutLink> {
    let guesses = prop::option::weighted(0.2, select(vec![1, 2, 5, 200]));
    let downloads = prop_oneof![20 => 1..=5_u32, 1 => Just(0), 1 => Just(6)];
    let replaces = prop::option::weighted(0.2, (0..=LINKS).prop_map(link_id));
    (downloads, prop::option::weighted(0.3, life()), any::<bool>(), guesses, replaces).prop_map(
        |(downloads_max, expires_in_secs, recipient_may_destroy, destroy_after_guesses, replaces)| PutLink {
            downloads_max,
            expires_in_secs,
            recipient_may_destroy,
            destroy_after_guesses,
            replaces,
            ..put_request(0)
        },
    )
}

fn patch_body(link: u8) -> impl Strategy<Value = PatchLink> {
    let password = prop::option::weighted(0.1, 0..PASSWORDS);
    let downloads = prop::option::weighted(0.4, 0..=6_u32);
    let expiry = prop::option::weighted(0.1, life());
    let paused = prop::option::weighted(0.4, prop::bool::weighted(0.3));
    let may = prop::option::weighted(0.1, any::<bool>());
    (password, downloads, expiry, paused, may).prop_map(
        move |(password, downloads_max, expires_in_secs, paused, recipient_may_destroy)| PatchLink {
            waits_for_editions: None,
            lock: password.map(|password| lock(link, password)),
            downloads_max,
            expires_in_secs,
            paused,
            recipient_may_destroy,
        },
    )
}

/// Lives in seconds, mostly within the limits of a minute and 90 days.
fn life() -> impl Strategy<Value = i64> {
    let day = 24 * 60 * 60;
    let good = vec![60, 61, 600, 3600, 7200, day, 7 * day, 30 * day, 90 * day];
    let bad = vec![i64::MIN, -1, 0, 1, 59, 90 * day + 1, i64::MAX];
    prop_oneof![20 => select(good), 1 => select(bad)]
}
