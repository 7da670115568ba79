//! Adding, changing and revoking links.

use subrosa_lifecycle::Refusal;
use subrosa_shared::api::{EndReason, Event, LinkState, PatchLink, PatchShare, PutLink, ShareState};
use subrosa_shared::id::LinkId;
use subrosa_shared::limits::LINKS_MAX;

use super::one_link;
use crate::command::{HolderAction, OwnerAction};
use crate::run::Run;
use crate::world::{self, DAY, HOUR, SECOND};

fn patch_share(request: PatchShare) -> crate::command::Command {
    world::by_owner(OwnerAction::ChangeShare { request })
}

#[test]
fn a_link_belongs_to_its_verifier() {
    let mut run = Run::with_share();
    let request = Box::new(world::put_request(0));
    let put = OwnerAction::AddLink { link: LinkId::from_bytes([1; 16]), request };
    assert_eq!(run.refused(world::by_owner(put)), Refusal::IdMismatch);
}

#[test]
fn a_link_is_within_bounds_or_not_at_all() {
    let good = world::put_request(0);
    let refused = |request| Run::with_share().refused(world::put(0, request));
    for downloads_max in [0, 6, u32::MAX] {
        let request = PutLink { downloads_max, ..good.clone() };
        assert_eq!(refused(request), Refusal::DownloadsOutOfRange { min: 1, max: 5 });
    }
    for guesses in [0, 201, u32::MAX] {
        let request = PutLink { destroy_after_guesses: Some(guesses), ..good.clone() };
        assert_eq!(refused(request), Refusal::ValueOutOfRange { field: "destroy_after_guesses", min: 1, max: 200 });
    }
    let mut request = good.clone();
    request.lock.view_wrap.push(0);
    assert_eq!(refused(request), Refusal::ValueOutOfRange { field: "view_wrap", min: 145, max: 145 });
    let mut request = good.clone();
    request.lock.content_wrap.clear();
    assert_eq!(refused(request), Refusal::ValueOutOfRange { field: "content_wrap", min: 113, max: 113 });
}

#[test]
fn adding_again_is_a_retry_or_a_conflict() {
    let mut run = one_link(world::put_request(0));
    run.wait(HOUR);
    // A retry changes nothing, though the link was changed since.
    run.done(world::patch(0, PatchLink { downloads_max: Some(4), ..PatchLink::default() }));
    run.done(world::put(0, world::put_request(0)));
    assert_eq!(run.seen_link(0).downloads_max, 4);
    let other = PutLink { recipient_may_destroy: false, ..world::put_request(0) };
    assert_eq!(run.refused(world::put(0, other)), Refusal::AlreadyExists);
}

#[test]
fn a_link_that_ended_does_not_come_back() {
    let mut run = one_link(world::put_request(0));
    run.done(world::put(1, world::put_request(1)));
    run.done(world::by_owner(OwnerAction::RevokeLink { link: world::link_id(0) }));
    run.done(world::put(0, world::put_request(0)));
    assert_eq!(run.seen_link(0).gone.unwrap().why, EndReason::Revoked);
    let patch = PatchLink { downloads_max: Some(5), paused: Some(false), ..PatchLink::default() };
    assert!(matches!(run.refused(world::patch(0, patch)), Refusal::Gone(_)));
    // Again is the same as once.
    run.done(world::by_owner(OwnerAction::RevokeLink { link: world::link_id(0) }));
    let revoked = run.trace.iter().flat_map(|entry| &entry.log).filter(|line| line.event == Event::Revoked);
    assert_eq!(revoked.count(), 1);
}

#[test]
fn links_are_counted_also_when_they_ended() {
    let mut run = one_link(world::put_request(0));
    for link in 1..u8::try_from(LINKS_MAX).unwrap() {
        let request = PutLink { link_verifier: world::link_verifier(link), ..world::put_request(0) };
        run.done(world::put(link, request));
        run.done(world::by_owner(OwnerAction::RevokeLink { link: world::link_id(link) }));
    }
    let one_more = PutLink { link_verifier: world::link_verifier(251), ..world::put_request(0) };
    assert_eq!(run.refused(world::put(251, one_more)), Refusal::TooManyLinks { max: 250 });
    // A retry adds none.
    run.done(world::put(7, PutLink { link_verifier: world::link_verifier(7), ..world::put_request(0) }));
}

#[test]
fn a_link_in_place_of_another_ends_that_one_in_the_same_step() {
    let hour = PutLink { expires_in_secs: Some(3600), downloads_max: 3, ..world::put_request(0) };
    let mut run = one_link(hour);
    run.wait(60 * SECOND);
    let replaces = Some(world::link_id(0));
    let end = run.seen_link(0).expires_at;
    run.done(world::put(1, PutLink { replaces, downloads_max: 3, ..world::put_request(1) }));
    let events: Vec<_> = run.trace.last().unwrap().log.iter().map(|line| (line.event, line.link)).collect();
    let wanted = [(Event::LinkAdded, Some(world::link_id(1))), (Event::Revoked, Some(world::link_id(0)))];
    assert_eq!(events, wanted);
    // The share lives on with the new one, which ends when the other was to end.
    assert_eq!(run.seen_link(0).gone.unwrap().why, EndReason::Revoked);
    assert_eq!((run.seen_link(1).gone, run.seen_link(1).expires_at), (None, end));
    // Again is the same as once.
    run.done(world::put(1, PutLink { replaces, downloads_max: 3, ..world::put_request(1) }));
    assert_eq!(run.trace.last().unwrap().log, []);

    // What has ended before gets a successor, too; what is not there gets none.
    run.done(world::put(2, PutLink { replaces, ..world::put_request(2) }));
    let before = run.record.clone();
    let unknown = Some(world::link_id(9));
    let request = PutLink { replaces: unknown, link_verifier: world::link_verifier(3), ..world::put_request(2) };
    assert_eq!(run.refused(world::put(3, request)), Refusal::NotFound);
    assert_eq!(run.record, before);
}

#[test]
fn a_change_is_whole_or_not_at_all() {
    let mut run = one_link(world::put_request(0));
    let before = run.record.clone();
    let patches = [
        PatchLink { downloads_max: Some(5000), paused: Some(true), ..PatchLink::default() },
        PatchLink { expires_in_secs: Some(0), paused: Some(true), ..PatchLink::default() },
        PatchLink { expires_in_secs: Some(59), recipient_may_destroy: Some(false), ..PatchLink::default() },
    ];
    for patch in patches {
        run.refused(world::patch(0, patch));
        assert_eq!(run.record, before);
    }
    let bad = PatchShare { expires_in_secs: Some(-1), paused: Some(true) };
    run.refused(patch_share(bad));
    assert_eq!(run.record, before);
}

#[test]
fn only_real_changes_are_told() {
    let mut run = one_link(world::put_request(0));
    let same = PatchLink {
        waits_for_editions: None,
        lock: Some(world::lock(0, 0)),
        downloads_max: Some(1),
        paused: Some(false),
        recipient_may_destroy: Some(true),
        expires_in_secs: None,
    };
    for patch in [PatchLink::default(), same] {
        run.done(world::patch(0, patch));
        assert_eq!(run.trace.last().unwrap().log, []);
    }
    run.done(patch_share(PatchShare { expires_in_secs: None, paused: Some(false) }));
    assert_eq!(run.trace.last().unwrap().log, []);
    run.done(world::patch(0, PatchLink { downloads_max: Some(2), paused: Some(true), ..PatchLink::default() }));
    let events: Vec<_> = run.trace.last().unwrap().log.iter().map(|line| line.event).collect();
    assert_eq!(events, [Event::Changed, Event::Paused]);
}

#[test]
fn a_link_never_outlives_its_share() {
    // The share lives for 7 days.
    let mut run = one_link(PutLink { expires_in_secs: Some(30 * 24 * 60 * 60), ..world::put_request(0) });
    run.done(world::put(1, PutLink { expires_in_secs: Some(60 * 60), ..world::put_request(1) }));
    let share_end = run.seen().expires_at;
    assert_eq!(run.seen_link(0).expires_at, share_end);
    let hour = run.seen_link(1).expires_at;
    assert_eq!(run.now.until(hour).as_secs(), 60 * 60);

    // Shortening the share shortens what would outlive it; making it longer again brings nothing
    // back.
    let share_lives = |secs| patch_share(PatchShare { expires_in_secs: Some(secs), paused: None });
    run.done(share_lives(2 * 60 * 60));
    let shorter = run.seen().expires_at;
    assert_eq!((run.seen_link(0).expires_at, run.seen_link(1).expires_at), (shorter, hour));
    run.done(share_lives(30 * 24 * 60 * 60));
    assert_eq!((run.seen_link(0).expires_at, run.seen_link(1).expires_at), (shorter, hour));

    run.done(world::patch(0, PatchLink { expires_in_secs: Some(90 * 24 * 60 * 60), ..PatchLink::default() }));
    assert_eq!(run.seen_link(0).expires_at, run.seen().expires_at);
}

#[test]
fn fewer_downloads_can_end_a_link_and_more_can_fill_it_up() {
    let mut run = one_link(PutLink { downloads_max: 3, ..world::put_request(0) });
    for lease in 0..3 {
        run.done(world::lease(0, lease));
    }
    run.done(world::fetch(0, 0, 1));
    assert_eq!(run.view(0).state, LinkState::Exhausted);
    run.done(world::patch(0, PatchLink { downloads_max: Some(4), ..PatchLink::default() }));
    assert_eq!((run.view(0).state, run.view(0).downloads_left), (LinkState::Ready, 1));

    // Two are granted, one may start: those that ask for bytes first.
    run.done(world::patch(0, PatchLink { downloads_max: Some(2), ..PatchLink::default() }));
    assert_eq!(run.view(0).downloads_left, 0);
    run.done(world::fetch(0, 2, 1));
    assert_eq!(run.refused(world::fetch(0, 1, 1)), Refusal::NoDownloadLeft { retry_after: None });

    // The running ones go on, and the link ends with them.
    run.done(world::patch(0, PatchLink { downloads_max: Some(1), ..PatchLink::default() }));
    run.done(world::finish(0, 0));
    run.done(world::fetch(0, 2, 1));
    run.done(world::finish(0, 2));
    assert_eq!(run.view(0).state, LinkState::Exhausted);
    run.wait(2 * 60 * SECOND);
    assert_eq!(run.view(0).gone.unwrap().why, EndReason::Spent);
}

#[test]
fn lowering_below_what_was_taken_ends_it_at_once() {
    let mut run = one_link(PutLink { downloads_max: 3, ..world::put_request(0) });
    run.done(world::lease(0, 0));
    run.done(world::fetch(0, 0, 1));
    run.done(world::finish(0, 0));
    assert_eq!(run.view(0).downloads_left, 2);
    run.done(world::patch(0, PatchLink { downloads_max: Some(1), ..PatchLink::default() }));
    assert_eq!(run.seen().state, ShareState::Gone);
    assert_eq!(run.seen_link(0).gone.unwrap().why, EndReason::Spent);
}

#[test]
fn what_a_share_may_be_told_when_it_is_gone() {
    let mut run = one_link(world::put_request(0));
    run.done(world::by_owner(OwnerAction::Revoke));
    run.done(world::by_owner(OwnerAction::Status));
    run.done(world::by_owner(OwnerAction::Revoke));
    run.done(world::by_owner(OwnerAction::RevokeLink { link: world::link_id(0) }));
    assert_eq!(run.refused(world::by_owner(OwnerAction::RevokeLink { link: world::link_id(9) })), Refusal::NotFound);
    for action in [OwnerAction::StoreNote, OwnerAction::ReadBack] {
        assert!(matches!(run.refused(world::by_owner(action)), Refusal::Gone(_)));
    }
    assert!(run.holder(0, HolderAction::Status).is_ok());
    run.wait(7 * DAY);
    assert_eq!(run.refused(world::by_owner(OwnerAction::Status)), Refusal::NotFound);
    assert_eq!(run.holder(0, HolderAction::Status), Err(Refusal::NotFound));
}
