//! Wrong passwords at their edges.

use std::time::Duration;

use subrosa_lifecycle::rules::DEVICES_MAX;
use subrosa_lifecycle::{OpenAttempt, Refusal};
use subrosa_shared::api::{EndReason, Event, LinkState, PatchLink, PutLink};

use super::one_link;
use crate::command::{Command, HolderAction};
use crate::run::Run;
use crate::world::{self, MINUTE, Move, SECOND};

fn open(attempt: OpenAttempt) -> Command {
    world::by_holder(0, HolderAction::Open(attempt))
}

fn wait_after_guess(run: &mut Run) -> u64 {
    match run.refused(open(world::guess(None))) {
        Refusal::WrongPassword { retry_after } => retry_after.as_secs(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn waits_double_up_to_a_minute() {
    let mut run = one_link(world::put_request(0));
    for secs in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        assert_eq!(wait_after_guess(&mut run), secs);
        run.wait(secs * SECOND - 1);
        let early = Refusal::TooManyGuesses { retry_after: Duration::from_millis(1) };
        assert_eq!(run.refused(open(world::right(0, None))), early);
        run.wait(1);
    }
    // The right one ends the row.
    run.done(open(world::right(0, None)));
    assert_eq!(wait_after_guess(&mut run), 1);
}

#[test]
fn one_check_for_everything_that_opens() {
    let actions: [fn(OpenAttempt) -> HolderAction; 4] =
        [HolderAction::Open, HolderAction::ReadManifest, HolderAction::Destroy, |attempt| HolderAction::Lease {
            attempt,
            lease: world::lease_verifier(0),
        }];
    let mut run = one_link(world::put_request(0));
    for (action, secs) in actions.into_iter().zip([1, 2, 4, 8]) {
        let retry_after = Duration::from_secs(secs);
        assert_eq!(run.holder(0, action(world::guess(None))), Err(Refusal::WrongPassword { retry_after }));
        for other in actions {
            assert_eq!(run.holder(0, other(world::right(0, None))), Err(Refusal::TooManyGuesses { retry_after }));
        }
        run.wait(secs * SECOND);
    }
    assert_eq!(run.seen_link(0).counters.wrong_password.count, 4);
}

#[test]
fn a_right_password_does_not_forget_the_total() {
    let mut run = one_link(PutLink { destroy_after_guesses: Some(3), ..world::put_request(0) });
    for _ in 0..2 {
        assert_eq!(wait_after_guess(&mut run), 1);
        run.wait(SECOND);
        run.done(open(world::right(0, None)));
    }
    wait_after_guess(&mut run);
    assert_eq!(run.view(0).gone.unwrap().why, EndReason::TooManyGuesses);
    let events: Vec<_> = run.trace.last().unwrap().log.iter().map(|line| line.event).collect();
    // With its last link ends the share.
    assert_eq!(events, [Event::WrongPassword, Event::TooManyGuesses, Event::TooManyGuesses]);
    assert!(matches!(run.refused(open(world::right(0, None))), Refusal::Gone(_)));
}

#[test]
fn a_known_device_is_not_slowed_but_counts() {
    let mut run = one_link(world::put_request(0));
    run.done(open(world::right(0, Some(1))));
    wait_after_guess(&mut run);
    // Its own mistake is compared at once, and counts like any other.
    let own = Refusal::WrongPassword { retry_after: Duration::from_secs(2) };
    assert_eq!(run.refused(open(world::guess(Some(1)))), own);
    run.done(open(world::right(0, Some(1))));
    assert_eq!(run.seen_link(0).counters.wrong_password.count, 2);
}

#[test]
fn a_wrong_password_makes_no_device_known() {
    let mut run = one_link(world::put_request(0));
    assert!(run.holder(0, HolderAction::Open(world::guess(Some(1)))).is_err());
    assert!(matches!(run.refused(open(world::right(0, Some(1)))), Refusal::TooManyGuesses { .. }));
}

#[test]
fn so_many_devices_are_known() {
    let mut run = one_link(world::put_request(0));
    for device in 0..=u8::try_from(DEVICES_MAX).unwrap() {
        run.done(open(world::right(0, Some(device))));
        run.done(open(world::right(0, Some(device))));
    }
    wait_after_guess(&mut run);
    // The first one was forgotten.
    assert!(matches!(run.refused(open(world::right(0, Some(0)))), Refusal::TooManyGuesses { .. }));
    run.done(open(world::right(0, Some(1))));
}

#[test]
fn locked_until_the_owner_resumes_it() {
    let mut run = one_link(PutLink { downloads_max: 5, ..world::put_request(0) });
    run.done(open(world::right(0, Some(1))));
    run.play(&[Move::GuessOn { link: 0, count: 199 }]);
    run.done(world::lease(0, 0));
    run.done(world::fetch(0, 0, 1));
    run.wait(MINUTE);
    run.play(&[Move::GuessOn { link: 0, count: 1 }]);
    assert_eq!(run.view(0).state, LinkState::Locked);
    let told = run.trace.iter().flat_map(|entry| &entry.log).filter(|line| line.event == Event::Locked).count();
    assert_eq!(told, 1);

    // Nobody opens it, not even a known device. A download that runs goes on, and can be finished.
    assert_eq!(run.refused(open(world::right(0, Some(1)))), Refusal::Locked);
    assert_eq!(run.refused(open(world::guess(None))), Refusal::Locked);
    assert_eq!(run.refused(world::lease(0, 1)), Refusal::Locked);
    run.done(world::fetch(0, 0, 1));
    run.done(world::finish(0, 0));

    // A new password does not unlock it; pausing does not either.
    run.done(world::patch(0, PatchLink { lock: Some(world::lock(0, 1)), ..PatchLink::default() }));
    run.done(world::patch(0, PatchLink { paused: Some(true), ..PatchLink::default() }));
    assert_eq!(run.view(0).state, LinkState::Locked);
    run.done(world::patch(0, PatchLink { paused: Some(false), ..PatchLink::default() }));
    assert_eq!(run.view(0).state, LinkState::Ready);
    assert_eq!(wait_after_guess(&mut run), 1);
}

#[test]
fn a_new_password_is_unknown_to_all() {
    let mut run = one_link(world::put_request(0));
    run.done(open(world::right(0, Some(1))));
    wait_after_guess(&mut run);
    run.done(world::patch(0, PatchLink { lock: Some(world::lock(0, 1)), ..PatchLink::default() }));
    let view = run.view(0);
    assert!(view.needs_password && view.retry_after_millis == 0);
    // The old one is wrong, and who opened with it is slowed like everybody.
    assert_eq!(
        run.refused(open(world::right(0, Some(1)))),
        Refusal::WrongPassword { retry_after: Duration::from_secs(1) }
    );
    let new = OpenAttempt { open: world::open_verifier(0, 1), device: Some(world::device_verifier(1)) };
    assert!(matches!(run.refused(open(new)), Refusal::TooManyGuesses { .. }));
    run.wait(SECOND);
    run.done(open(new));
}

#[test]
fn paused_compares_nothing() {
    let mut run = one_link(PutLink { destroy_after_guesses: Some(1), ..world::put_request(0) });
    run.done(world::patch(0, PatchLink { paused: Some(true), ..PatchLink::default() }));
    assert_eq!(run.refused(open(world::guess(None))), Refusal::Paused);
    assert_eq!(run.refused(open(world::right(0, None))), Refusal::Paused);
    assert_eq!(run.seen_link(0).counters.wrong_password.count, 0);
}

#[test]
fn a_wrong_one_with_a_running_lease_counts_whenever_it_comes() {
    let mut run = one_link(PutLink { downloads_max: 5, ..world::put_request(0) });
    let ask = |attempt| world::by_holder(0, HolderAction::Lease { attempt, lease: world::lease_verifier(0) });
    run.done(ask(world::right(0, None)));
    wait_after_guess(&mut run);
    // Others wait; who holds the lease is given it again.
    run.done(ask(world::right(0, None)));
    assert_eq!(run.refused(ask(world::guess(None))), Refusal::WrongPassword { retry_after: Duration::from_secs(2) });
    assert_eq!(run.seen_link(0).counters.wrong_password.count, 2);
    // From here on the lease helps past no wait. It runs on.
    let waits = Refusal::TooManyGuesses { retry_after: Duration::from_secs(2) };
    assert_eq!(run.refused(ask(world::guess(None))), waits);
    assert_eq!(run.refused(ask(world::right(0, None))), waits);
    run.done(world::fetch(0, 0, 1));
    run.wait(2 * SECOND);
    run.done(ask(world::right(0, None)));
}

/// Who was granted a lease with the old password must not try new ones without end.
#[test]
fn a_lease_of_the_old_password_gives_no_guesses_at_the_new_one() {
    let mut run = one_link(PutLink { downloads_max: 5, ..world::put_request(0) });
    run.done(world::lease(0, 0));
    run.done(world::patch(0, PatchLink { lock: Some(world::lock(0, 1)), ..PatchLink::default() }));
    wait_after_guess(&mut run);
    for password in 0..world::PASSWORDS {
        let attempt = OpenAttempt { open: world::open_verifier(0, password), device: None };
        let ask = world::by_holder(0, HolderAction::Lease { attempt, lease: world::lease_verifier(0) });
        assert!(matches!(run.refused(ask), Refusal::TooManyGuesses { .. }));
    }
}

/// What was compared before the ledger took nothing: counted later, as it would have been.
#[test]
fn a_guess_that_is_owed_counts_like_any_other() {
    let mut run = one_link(PutLink { destroy_after_guesses: Some(2), ..world::put_request(0) });
    let owed = Command::CountGuess { link: world::link_id(0) };
    run.done(owed.clone());
    assert_eq!(run.seen_link(0).counters.wrong_password.count, 1);
    assert!(matches!(run.refused(open(world::right(0, None))), Refusal::TooManyGuesses { .. }));
    run.done(Command::CountGuess { link: world::link_id(9) });
    run.done(owed.clone());
    assert_eq!(run.view(0).gone.unwrap().why, EndReason::TooManyGuesses);
    let after = run.record.clone();
    run.done(owed);
    assert_eq!(run.record, after);
}
