//! Ends and tombstones at their edges.

use subrosa_lifecycle::{Effect, Refusal};
use subrosa_shared::api::{CreateShare, EndReason, Event, LinkState, PatchLink, PatchShare, PutLink, ShareState};

use super::one_link;
use crate::command::{Command, HolderAction, OwnerAction};
use crate::run::{Run, step};
use crate::world::{self, DAY, HOUR, MINUTE};

#[test]
fn recipients_destroy_where_the_sender_allows_it() {
    let mut run = one_link(PutLink { recipient_may_destroy: false, ..world::put_request(0) });
    let destroy = world::by_holder(0, HolderAction::Destroy(world::right(0, None)));
    assert_eq!(run.refused(destroy.clone()), Refusal::DestroyNotAllowed);
    // No password is tried where it cannot help.
    let guess = world::by_holder(0, HolderAction::Destroy(world::guess(None)));
    assert_eq!(run.refused(guess), Refusal::DestroyNotAllowed);
    assert_eq!(run.seen_link(0).counters.wrong_password.count, 0);

    run.done(world::patch(0, PatchLink { recipient_may_destroy: Some(true), ..PatchLink::default() }));
    run.done(world::lease(0, 0));
    run.done(world::fetch(0, 0, 1));
    run.done(destroy.clone());
    assert_eq!(run.view(0).gone.unwrap().why, EndReason::Destroyed);
    for command in [destroy, world::fetch(0, 0, 1), world::finish(0, 0)] {
        assert!(matches!(run.refused(command), Refusal::Gone(gone) if gone.why == EndReason::Destroyed));
    }
}

#[test]
fn a_share_ends_with_its_last_link_if_the_owner_chose_so() {
    for ends_with_last_link in [true, false] {
        let mut run = Run::new();
        run.done(world::create(CreateShare { ends_with_last_link, ..world::create_request() }));
        run.done(world::complete());
        // Without a link it waits for one.
        assert_eq!(run.seen().state, ShareState::Ready);
        run.done(world::put(0, world::put_request(0)));
        run.done(world::put(1, PutLink { expires_in_secs: Some(60 * 60), ..world::put_request(1) }));
        run.done(world::by_owner(OwnerAction::RevokeLink { link: world::link_id(0) }));
        assert_eq!(run.seen().state, ShareState::Ready);
        run.wait(HOUR);
        let seen = run.seen();
        assert_eq!(seen.gone.map(|gone| gone.why), ends_with_last_link.then_some(EndReason::Expired));
        assert_eq!(run.seen_link(0).gone.unwrap().why, EndReason::Revoked);
    }
}

#[test]
fn a_share_that_stays_takes_other_links() {
    let mut run = Run::new();
    run.done(world::create(CreateShare { ends_with_last_link: false, ..world::create_request() }));
    run.done(world::complete());
    run.done(world::put(0, world::put_request(0)));
    run.done(world::by_owner(OwnerAction::RevokeLink { link: world::link_id(0) }));
    run.done(world::put(1, world::put_request(1)));
    assert!(run.holder(1, HolderAction::Open(world::right(1, None))).is_ok());
    // Of the first link its holder is told for 7 days, its owner for as long as there is a share.
    run.done(world::by_owner(OwnerAction::ChangeShare {
        request: PatchShare { expires_in_secs: Some(90 * 24 * 60 * 60), paused: None },
    }));
    run.wait(7 * DAY - 1);
    assert!(run.holder(0, HolderAction::Status).is_ok());
    run.wait(1);
    assert_eq!(run.holder(0, HolderAction::Status), Err(Refusal::NotFound));
    assert_eq!(run.seen_link(0).gone.unwrap().why, EndReason::Revoked);
    // Its id stays taken.
    let other = PutLink { downloads_max: 2, ..world::put_request(0) };
    assert_eq!(run.refused(world::put(0, other)), Refusal::AlreadyExists);
}

#[test]
fn all_links_end_with_their_share() {
    let mut run = one_link(world::put_request(0));
    run.done(world::put(1, world::put_request(1)));
    run.done(world::lease(1, 0));
    run.done(world::fetch(1, 0, 1));
    run.done(world::by_owner(OwnerAction::Revoke));
    let check = world::by_holder(1, HolderAction::CheckLease { lease: world::lease_verifier(0) });
    assert!(matches!(run.refused(check), Refusal::Gone(gone) if gone.why == EndReason::Revoked));
    assert!(run.seen().links.iter().all(|link| link.state == LinkState::Gone));
    assert_eq!(run.record.as_ref().unwrap().pending_effects(), [Effect::DeleteBlobs]);
}

#[test]
fn time_goes_on_while_paused() {
    let mut run = one_link(world::put_request(0));
    run.done(world::by_owner(OwnerAction::ChangeShare {
        request: PatchShare { expires_in_secs: None, paused: Some(true) },
    }));
    assert_eq!((run.seen().state, run.view(0).state), (ShareState::Paused, LinkState::Paused));
    run.wait(7 * DAY);
    assert_eq!(run.seen().gone.unwrap().why, EndReason::Expired);
}

#[test]
fn what_was_saved_is_told_also_while_paused() {
    let mut run = one_link(world::put_request(0));
    run.done(world::lease(0, 0));
    run.done(world::fetch(0, 0, 1));
    run.done(world::patch(0, PatchLink { paused: Some(true), ..PatchLink::default() }));
    run.done(world::finish(0, 0));
    assert_eq!(run.view(0).gone.unwrap().why, EndReason::Spent);
}

#[test]
fn everything_is_told_at_its_own_moment() {
    let mut run = one_link(world::put_request(0));
    let start = run.now;
    run.done(world::lease(0, 0));
    run.done(world::fetch(0, 0, 1));
    // Nobody looks for four months.
    run.wait(120 * DAY);
    run.done(Command::Tick);
    let told: Vec<_> =
        run.trace.last().unwrap().log.iter().map(|line| (start.until(line.at).as_secs(), line.event)).collect();
    let hour = HOUR / 1000;
    assert_eq!(told, [(hour, Event::Lapsed), (hour, Event::Spent), (hour, Event::Spent)]);
    // Only the order to delete is left, and it is due.
    let record = run.record.clone().unwrap();
    assert_eq!(record.pending_effects(), [Effect::DeleteBlobs]);
    assert!(record.due() <= run.now);
    run.done(Command::BlobsDeleted);
    assert_eq!(run.record, None);
}

#[test]
fn nobody_deletes_what_is_not_gone() {
    let mut run = one_link(world::put_request(0));
    let before = run.record.clone();
    run.done(Command::BlobsDeleted);
    assert_eq!(run.record, before);
    run.wait(MINUTE);
    run.done(world::by_owner(OwnerAction::Revoke));
    run.done(Command::BlobsDeleted);
    run.done(Command::BlobsDeleted);
    let deleted = run.trace.iter().flat_map(|entry| &entry.log).filter(|line| line.event == Event::Deleted);
    assert_eq!(deleted.count(), 1);
}

#[test]
fn nothing_is_known_of_what_does_not_exist() {
    let mut run = Run::new();
    assert_eq!(run.refused(world::by_owner(OwnerAction::Status)), Refusal::NotFound);
    assert_eq!(run.refused(world::lease(0, 0)), Refusal::NotFound);
    run.done(Command::Tick);
    run.done(Command::BlobsDeleted);
    assert_eq!(run.record, None);
}

#[test]
fn what_only_ends_sooner_needs_no_room_for_more() {
    let mut run = one_link(PutLink { downloads_max: 5, ..world::put_request(0) });
    let needs_room = |run: &Run, command: &Command| {
        let step = step(run.record.as_ref(), command, &run.policy, run.now);
        assert!(step.outcome.is_ok(), "{command:?}: {:?}", step.outcome);
        step.needs_space
    };
    let link = |request| world::patch(0, request);
    let share = |expires_in_secs, paused| {
        world::by_owner(OwnerAction::ChangeShare { request: PatchShare { expires_in_secs, paused } })
    };
    let none = PatchLink::default;
    for sooner in [
        link(PatchLink { downloads_max: Some(4), ..none() }),
        link(PatchLink { expires_in_secs: Some(600), ..none() }),
        link(PatchLink { paused: Some(true), ..none() }),
        link(PatchLink { paused: Some(true), downloads_max: Some(1), expires_in_secs: Some(600), ..none() }),
        share(Some(600), None),
        share(None, Some(true)),
        share(Some(600), Some(true)),
        world::by_owner(OwnerAction::Revoke),
    ] {
        assert!(!needs_room(&run, &sooner), "{sooner:?}");
    }
    for later in [
        link(PatchLink { downloads_max: Some(6), ..none() }),
        link(PatchLink { downloads_max: Some(4), recipient_may_destroy: Some(false), ..none() }),
        link(PatchLink { downloads_max: Some(4), lock: Some(world::lock(0, 1)), ..none() }),
        share(Some(90 * 24 * 60 * 60), None),
        share(Some(90 * 24 * 60 * 60), Some(true)),
    ] {
        assert!(needs_room(&run, &later), "{later:?}");
    }
    run.done(share(None, Some(true)));
    assert!(needs_room(&run, &share(None, Some(false))), "it goes on");
    // Fewer than were taken: the link ends.
    run.done(share(None, Some(false)));
    run.done(world::lease(0, 0));
    run.done(world::fetch(0, 0, 1));
    run.done(world::finish(0, 0));
    assert!(!needs_room(&run, &link(PatchLink { downloads_max: Some(1), ..none() })));
}
