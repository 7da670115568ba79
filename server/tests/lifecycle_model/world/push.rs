//! One push's world.

use proptest::prelude::*;
use proptest::sample::select;
use subrosa_lifecycle::{Creator, OpenAttempt};
use subrosa_shared::api::{PatchPush, PatchShare, PushLock, PutPush};
use subrosa_shared::id::{LinkId, Receipt, Verifier};
use subrosa_shared::push::{FACE_LEN, NOTE_LEN};

use super::{
    DEVICES, LEASES, MINUTE, Move, any_wait_until_due, device_verifier, lease_verifier, life, link_verifier, owner,
    verifier, wait, wrong,
};

use crate::command::{Command, HolderAction, OwnerAction};

/// Bytes of the sealed payloads here.
pub(crate) const PAYLOAD_LEN: usize = 593;

pub(crate) fn id() -> LinkId {
    LinkId::derive_push(&link_verifier(0))
}

pub(crate) fn open_verifier() -> Verifier {
    verifier(6, 0)
}

/// Sealed objects are one byte over and over: they are found again wherever they are kept.
pub(crate) fn put_request() -> PutPush {
    PutPush {
        owner_verifier: owner(),
        link_verifier: link_verifier(0),
        lock: PushLock {
            needs_password: true,
            open_verifier: open_verifier(),
            face: vec![0xfa; FACE_LEN],
            payload: vec![0x9a; PAYLOAD_LEN],
        },
        views_max: 1,
        expires_in_secs: 24 * 60 * 60,
        recipient_may_destroy: true,
        destroy_after_guesses: None,
        note: vec![0x7e; NOTE_LEN],
    }
}

pub(crate) fn put(request: PutPush) -> Command {
    Command::CreatePush { link: id(), request: Box::new(request), creator: Creator::Anyone }
}

pub(crate) fn by_holder(action: HolderAction) -> Command {
    Command::Holder { link: id(), presented: link_verifier(0), action }
}

pub(crate) fn right(device: Option<u8>) -> OpenAttempt {
    OpenAttempt { open: open_verifier(), device: device.map(device_verifier) }
}

pub(crate) fn reveal(lease: u8) -> Command {
    by_holder(HolderAction::Reveal { attempt: right(None), lease: lease_verifier(lease) })
}

pub(crate) fn guess() -> Command {
    let attempt = OpenAttempt { open: wrong(), device: None };
    by_holder(HolderAction::Reveal { attempt, lease: lease_verifier(LEASES) })
}

pub(crate) fn finish(lease: u8) -> Command {
    by_holder(HolderAction::Finish { lease: lease_verifier(lease), receipt: None })
}

pub(crate) fn patch(request: PatchPush) -> Command {
    Command::Owner { presented: owner(), action: OwnerAction::ChangePush { request } }
}

pub(crate) fn story() -> impl Strategy<Value = Vec<Move>> {
    let begun = body().prop_map(|request| vec![Move::Do(Box::new(put(request)))]);
    let beginning = prop_oneof![19 => begun, 1 => Just(Vec::new())];
    let rest = prop::collection::vec(any_moves(), 0..50);
    (beginning, rest).prop_map(|(beginning, rest)| beginning.into_iter().chain(rest.into_iter().flatten()).collect())
}

/// One move, or a view with all that belongs to it, cut off anywhere.
fn any_moves() -> impl Strategy<Value = Vec<Move>> {
    let view = (0..LEASES, 1..=3_usize, prop::collection::vec(0..6 * MINUTE, 3));
    let view = view.prop_map(|(lease, len, waits)| {
        let steps = [reveal(lease), reveal(lease), finish(lease)].map(Box::new).map(Move::Do);
        steps.into_iter().zip(waits).take(len).flat_map(|(step, wait)| [step, Move::Wait(wait)]).collect()
    });
    prop_oneof![10 => any_move().prop_map(|one| vec![one]), 2 => view]
}

fn any_move() -> impl Strategy<Value = Move> {
    let span = (select(vec![10 * MINUTE, 15 * MINUTE]), -1..=1_i64);
    prop_oneof![
        4 => wait().prop_map(Move::Wait),
        2 => span.prop_map(|(span, off)| Move::Wait(span.saturating_add_signed(off))),
        1 => any_wait_until_due(),
        20 => any_command().prop_map(|command| Move::Do(Box::new(command))),
        4 => any::<usize>().prop_map(Move::Again),
        1 => prop_oneof![8 => 1..8_u32, 1 => 190..210_u32].prop_map(|count| Move::GuessOnPush { count }),
    ]
}

fn any_command() -> impl Strategy<Value = Command> {
    let presented = prop_oneof![15 => Just(owner()), 1 => Just(wrong())];
    let owner_does = (presented, owner_action());
    prop_oneof![
        2 => body().prop_map(put),
        8 => owner_does.prop_map(|(presented, action)| Command::Owner { presented, action }),
        20 => holder_command(),
        1 => Just(Command::Tick),
        1 => Just(Command::BlobsDeleted),
        1 => any::<bool>().prop_map(|lost| Command::ContentChecked { lost }),
    ]
}

pub(crate) fn holder_command() -> impl Strategy<Value = Command> {
    (holder_action(), prop::bool::weighted(0.05)).prop_map(|(action, stranger)| {
        let presented = if stranger { wrong() } else { link_verifier(0) };
        Command::Holder { link: id(), presented, action }
    })
}

fn holder_action() -> impl Strategy<Value = HolderAction> {
    let receipt = prop::option::of((0..4_u8).prop_map(|number| Receipt::from_bytes([number; 32])));
    prop_oneof![
        3 => Just(HolderAction::Status),
        12 => (attempt(), some_lease()).prop_map(|(attempt, lease)| HolderAction::Reveal { attempt, lease }),
        6 => (some_lease(), receipt).prop_map(|(lease, receipt)| HolderAction::Finish { lease, receipt }),
        1 => attempt().prop_map(HolderAction::Destroy),
        1 => of_shares(),
    ]
}

/// What there is for links of shares only.
pub(crate) fn of_shares() -> impl Strategy<Value = HolderAction> {
    prop_oneof![
        attempt().prop_map(HolderAction::Open),
        attempt().prop_map(HolderAction::ReadManifest),
        (attempt(), some_lease()).prop_map(|(attempt, lease)| HolderAction::Lease { attempt, lease }),
        (some_lease(), 0..2_u64).prop_map(|(lease, bytes)| HolderAction::Fetch { lease, bytes }),
        some_lease().prop_map(|lease| HolderAction::CheckLease { lease }),
    ]
}

fn some_lease() -> impl Strategy<Value = Verifier> {
    (0..LEASES).prop_map(lease_verifier)
}

fn attempt() -> impl Strategy<Value = OpenAttempt> {
    let open = prop_oneof![12 => Just(open_verifier()), 1 => Just(wrong())];
    let device = prop::option::of((0..DEVICES).prop_map(device_verifier));
    (open, device).prop_map(|(open, device)| OpenAttempt { open, device })
}

fn owner_action() -> impl Strategy<Value = OwnerAction> {
    let patch_share = PatchShare { expires_in_secs: Some(3600), paused: Some(true) };
    prop_oneof![
        2 => Just(OwnerAction::Status),
        12 => patch_body().prop_map(|request| OwnerAction::ChangePush { request }),
        1 => Just(OwnerAction::Revoke),
        1 => prop_oneof![
            Just(OwnerAction::StoreNote),
            Just(OwnerAction::ReadBack),
            Just(OwnerAction::RevokeLink { link: id() }),
            Just(OwnerAction::ChangeShare { request: patch_share }),
        ],
    ]
}

fn body() -> impl Strategy<Value = PutPush> {
    let views = prop_oneof![20 => 1..=4_u32, 1 => Just(0), 1 => Just(5)];
    let guesses = prop::option::weighted(0.2, prop_oneof![12 => select(vec![1, 2, 5, 200]), 1 => Just(201)]);
    let fault = prop_oneof![30 => Just(0), 1 => 1..=4_u8];
    (views, guesses, life(), any::<bool>(), fault).prop_map(
        |(views_max, destroy_after_guesses, expires_in_secs, recipient_may_destroy, fault)| {
            let mut request =
                PutPush { views_max, destroy_after_guesses, expires_in_secs, recipient_may_destroy, ..put_request() };
            match fault {
                1 => request.lock.payload.push(0),
                2 => drop(request.lock.face.pop()),
                3 => request.note.clear(),
                // No fault: the next size.
                4 => request.lock.payload = vec![0x9a; 1105],
                _ => {}
            }
            request
        },
    )
}

fn patch_body() -> impl Strategy<Value = PatchPush> {
    let views = prop::option::weighted(0.4, prop_oneof![12 => 1..=4_u32, 1 => Just(0), 1 => Just(5)]);
    let expiry = prop::option::weighted(0.2, life());
    let paused = prop::option::weighted(0.4, prop::bool::weighted(0.3));
    let may = prop::option::weighted(0.2, any::<bool>());
    (views, expiry, paused, may).prop_map(|(views_max, expires_in_secs, paused, recipient_may_destroy)| PatchPush {
        views_max,
        expires_in_secs,
        paused,
        recipient_may_destroy,
    })
}
