//! Leases at their edges.

use subrosa_lifecycle::rules::{LEASE_RETRY, LINK_LEASES_MAX, RECEIPTS_MAX, SHARE_LEASES_MAX};
use subrosa_lifecycle::{OpenAttempt, Refusal};
use subrosa_shared::api::{EndReason, LinkState, PatchLink, PutLink};
use subrosa_shared::id::{Receipt, Verifier};

use super::one_link;
use crate::command::{Command, HolderAction, Outcome};
use crate::run::{Run, stored_text};
use crate::world::{self, HOUR, MINUTE, content_sealed_len};

fn many(downloads_max: u32) -> PutLink {
    PutLink { downloads_max, ..world::put_request(0) }
}

fn secret(number: u32) -> Verifier {
    let mut bytes = [0xcc; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Verifier::from_bytes(bytes)
}

fn ask(link: u8, lease: Verifier) -> Command {
    ask_with(link, link, lease)
}

/// Asks with the open proof of another link: of one that was added with the same lock.
fn ask_with(lock_of: u8, link: u8, lease: Verifier) -> Command {
    let attempt = OpenAttempt { open: world::open_verifier(lock_of, 0), device: None };
    world::by_holder(link, HolderAction::Lease { attempt, lease })
}

fn whole_download(run: &mut Run, link: u8, lease: Verifier) {
    run.done(ask(link, lease));
    run.done(world::by_holder(link, HolderAction::Fetch { lease, bytes: 1 }));
    run.done(world::by_holder(link, HolderAction::Finish { lease, receipt: None }));
}

#[test]
fn a_lease_gives_three_times_the_content() {
    let mut run = one_link(many(2));
    let Outcome::Granted(lease) = run.done(world::lease(0, 0)) else { panic!("no lease") };
    assert_eq!(lease.bytes_max, 3 * content_sealed_len());
    for bytes in [lease.bytes_max + 1, u64::MAX] {
        assert_eq!(run.refused(world::fetch(0, 0, bytes)), Refusal::LeaseSpent);
    }
    // What was refused did not start it.
    assert_eq!(run.seen_link(0).downloads_taken, 0);
    run.done(world::fetch(0, 0, lease.bytes_max - 1));
    assert_eq!(run.refused(world::fetch(0, 0, 2)), Refusal::LeaseSpent);
    run.done(world::fetch(0, 0, 1));
    assert_eq!(run.refused(world::fetch(0, 0, 1)), Refusal::LeaseSpent);
    assert_eq!(run.refused(world::fetch(0, 0, u64::MAX)), Refusal::LeaseSpent);
    // All was sent; only its client knows whether it was saved.
    assert_eq!(run.view(0).state, LinkState::Ready);
    run.done(world::finish(0, 0));
}

#[test]
fn a_slow_answer_keeps_its_lease() {
    let mut run = one_link(many(1));
    run.done(world::lease(0, 0));
    // Before the first byte it keeps nothing.
    run.done(world::fetch(0, 0, 0));
    assert_eq!(run.seen_link(0).downloads_taken, 0);
    run.done(world::fetch(0, 0, 1));
    for _ in 0..10 {
        run.wait(HOUR - 1);
        run.done(world::fetch(0, 0, 0));
    }
    run.wait(HOUR);
    assert!(matches!(run.refused(world::fetch(0, 0, 0)), Refusal::Gone(gone) if gone.why == EndReason::Spent));
}

#[test]
fn no_lease_runs_longer_than_a_day() {
    let mut run = one_link(many(2));
    let Outcome::Granted(lease) = run.done(world::lease(0, 0)) else { panic!("no lease") };
    while run.now.until(lease.expires_at).as_millis() > u128::from(HOUR) {
        run.done(world::fetch(0, 0, 1));
        run.wait(HOUR - 1);
    }
    run.done(world::fetch(0, 0, 1));
    run.wait(u64::try_from(run.now.until(lease.expires_at).as_millis()).unwrap() - 1);
    run.done(world::fetch(0, 0, 1));
    run.wait(1);
    assert_eq!(run.refused(world::fetch(0, 0, 1)), Refusal::LeaseEnded);
    assert_eq!(run.refused(world::finish(0, 0)), Refusal::LeaseEnded);
    assert_eq!(run.view(0).downloads_left, 1);
}

#[test]
fn a_secret_stands_for_one_lease() {
    let mut run = one_link(many(3));
    whole_download(&mut run, 0, secret(0));
    // It does not become another one while anybody remembers.
    assert_eq!(run.refused(ask(0, secret(0))), Refusal::LeaseEnded);
    // A lease that went back, though, may be asked for again.
    run.done(ask(0, secret(1)));
    run.wait(2 * MINUTE);
    assert_eq!(run.view(0).downloads_left, 2);
    run.done(ask(0, secret(1)));
    assert_eq!(run.view(0).downloads_left, 1);
    assert_eq!(run.refused(world::by_holder(0, HolderAction::CheckLease { lease: secret(9) })), Refusal::LeaseEnded);
}

#[test]
fn a_lease_is_of_one_link() {
    let mut run = one_link(many(1));
    run.done(world::put(1, world::put_request(1)));
    run.done(world::lease(0, 0));
    assert_eq!(run.refused(world::fetch(1, 0, 1)), Refusal::LeaseEnded);
    assert_eq!(run.refused(world::finish(1, 0)), Refusal::LeaseEnded);
}

#[test]
fn nothing_is_saved_before_it_was_fetched() {
    let mut run = one_link(many(1));
    run.done(world::lease(0, 0));
    assert_eq!(run.refused(world::finish(0, 0)), Refusal::LeaseNotStarted);
    assert_eq!(run.view(0).state, LinkState::Exhausted);
}

#[test]
fn exhausted_still_shows_but_gives_no_other_lease() {
    let mut run = one_link(many(1));
    run.done(world::lease(0, 0));
    run.done(world::fetch(0, 0, 1));
    assert!(run.holder(0, HolderAction::Open(world::right(0, None))).is_ok());
    assert!(run.holder(0, HolderAction::ReadManifest(world::right(0, None))).is_ok());
    assert_eq!(run.refused(world::lease(0, 1)), Refusal::NoDownloadLeft { retry_after: None });
    run.done(world::lease(0, 0));
}

#[test]
fn who_finds_none_left_is_told_when_one_comes_back() {
    let secs = std::time::Duration::from_secs;
    let none_left = |retry_after| Refusal::NoDownloadLeft { retry_after };
    let mut run = one_link(many(2));
    run.done(world::lease(0, 0));
    run.wait(30_000);
    run.done(world::lease(0, 1));
    assert_eq!(run.refused(world::lease(0, 2)), none_left(Some(secs(90))));
    run.done(world::fetch(0, 0, 1));
    assert_eq!(run.refused(world::lease(0, 2)), none_left(Some(secs(120))));
    run.done(world::fetch(0, 1, 1));
    assert_eq!(run.refused(world::lease(0, 2)), none_left(None));

    // Two too many are granted since the owner allowed fewer: both have to come back.
    let mut run = one_link(many(3));
    for lease in 0..3 {
        run.done(world::lease(0, lease));
        run.wait(10_000);
    }
    run.done(world::patch(0, PatchLink { downloads_max: Some(2), ..PatchLink::default() }));
    assert_eq!(run.refused(world::lease(0, 3)), none_left(Some(secs(100))));
}

#[test]
fn finishing_is_told_again_for_an_hour() {
    let mut run = one_link(many(1));
    whole_download(&mut run, 0, secret(0));
    let finish = world::by_holder(0, HolderAction::Finish { lease: secret(0), receipt: None });
    run.wait(HOUR - 1);
    run.done(finish.clone());
    assert_eq!(run.seen_link(0).counters.finished.count, 1);
    run.wait(1);
    assert!(matches!(run.refused(finish), Refusal::Gone(_)));
}

#[test]
fn the_last_receipts_are_kept() {
    let mut run = one_link(many(100));
    for number in 0..20_u8 {
        let lease = secret(number.into());
        run.done(ask(0, lease));
        run.done(world::by_holder(0, HolderAction::Fetch { lease, bytes: 1 }));
        let receipt = Some(Receipt::from_bytes([number; 32]));
        run.done(world::by_holder(0, HolderAction::Finish { lease, receipt }));
    }
    let receipts: Vec<_> = run.seen_link(0).receipts.iter().map(|receipt| receipt.receipt.as_bytes()[0]).collect();
    assert_eq!(receipts, (4..20).collect::<Vec<u8>>());
    assert_eq!(receipts.len(), RECEIPTS_MAX);
}

#[test]
fn so_many_run_at_once_and_ended_ones_make_room() {
    let mut run = one_link(many(1000));
    let full = u32::try_from(LINK_LEASES_MAX).unwrap();
    for number in 0..full {
        run.done(ask(0, secret(number)));
    }
    assert_eq!(run.refused(ask(0, secret(full))), Refusal::TooManyLeases { retry_after: LEASE_RETRY });
    // Who has one keeps it.
    run.done(ask(0, secret(3)));
    let used = |run: &mut Run, number| {
        run.done(world::by_holder(0, HolderAction::Fetch { lease: secret(number), bytes: 1 }));
        run.done(world::by_holder(0, HolderAction::Finish { lease: secret(number), receipt: None }));
    };
    used(&mut run, 3);
    run.wait(1);
    used(&mut run, 1);
    run.done(ask(0, secret(full)));
    // The one that ended first was forgotten for it; what it took stays taken.
    let finish = |number| world::by_holder(0, HolderAction::Finish { lease: secret(number), receipt: None });
    assert_eq!(run.refused(finish(3)), Refusal::LeaseEnded);
    run.done(finish(1));
    assert_eq!(run.seen_link(0).downloads_taken, 2);
    assert_eq!(run.view(0).downloads_left, 1000 - full - 1);
}

#[test]
fn so_many_run_at_once_in_a_share() {
    let mut run = one_link(many(1000));
    for link in 1..5 {
        run.done(world::put(link, PutLink { downloads_max: 1000, ..world::put_request(link) }));
    }
    let full = u32::try_from(SHARE_LEASES_MAX).unwrap();
    for number in 0..full {
        run.done(ask(u8::try_from(number % 4).unwrap(), secret(number)));
    }
    assert_eq!(run.refused(ask(4, secret(full))), Refusal::TooManyLeases { retry_after: LEASE_RETRY });
    // One of any link makes room.
    run.done(world::by_holder(2, HolderAction::Fetch { lease: secret(2), bytes: 1 }));
    run.done(world::by_holder(2, HolderAction::Finish { lease: secret(2), receipt: None }));
    run.done(ask(4, secret(full)));
}

/// What a link can hold, at its bounds, and so what a record can: running leases are bounded for
/// all links together.
#[test]
fn the_largest_record_is_bounded() {
    let mut run = one_link(many(1000));
    let fill = |run: &mut Run, link: u8| {
        for number in 0..32 {
            let attempt = OpenAttempt { open: world::open_verifier(0, 0), device: Some(secret(1000 + number)) };
            run.done(world::by_holder(link, HolderAction::Open(attempt)));
        }
        for number in 0..u32::try_from(RECEIPTS_MAX).unwrap() {
            let lease = secret(number);
            run.done(ask_with(0, link, lease));
            run.done(world::by_holder(link, HolderAction::Fetch { lease, bytes: 1 }));
            let receipt = Some(Receipt::from_bytes([7; 32]));
            run.done(world::by_holder(link, HolderAction::Finish { lease, receipt }));
        }
        run.done(world::by_holder(link, HolderAction::Status));
        let guess = world::by_holder(link, HolderAction::Open(world::guess(None)));
        assert!(matches!(run.refused(guess), Refusal::WrongPassword { .. }));
    };
    let len = |run: &Run| stored_text(run.record.as_ref().unwrap()).len();
    fill(&mut run, 0);
    // Ended leases are forgotten; what stays is what every link can keep.
    run.wait(HOUR);
    run.done(Command::Tick);
    let one = len(&run);
    run.done(world::put(1, PutLink { link_verifier: world::link_verifier(1), ..many(1000) }));
    fill(&mut run, 1);
    run.wait(HOUR);
    run.done(Command::Tick);
    let per_link = len(&run) - one;
    let told = |run: &Run| serde_json::to_vec(&run.seen()).unwrap().len();
    let told_per_link = told(&run) / 2;
    run.done(ask(0, secret(99)));
    let before = len(&run);
    run.done(ask(0, secret(100)));
    let per_lease = len(&run) - before + 100; // started and charged it is a little longer
    let largest = 1000 + 250 * per_link + SHARE_LEASES_MAX * per_lease;
    assert!(per_link < 5000 && largest < 1_500_000, "{per_link} bytes per link, {largest} in all");
    assert!(told_per_link < 3500, "{told_per_link} bytes are told of a link to its owner");

    // A wrong proof costs nothing that grows with what is kept beside the verifiers.
    let bytes = run.record.as_ref().unwrap().to_stored().head;
    let line = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    assert!(line < 60 + 44, "{line} bytes of first line");
}
