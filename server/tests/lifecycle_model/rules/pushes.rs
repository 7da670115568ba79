//! Pushes at their edges.

use subrosa_lifecycle::RecordKey;
use subrosa_lifecycle::rules::{LEASE_IDLE, LINK_LEASES_MAX, VIEW_LIFE};
use subrosa_lifecycle::{OpenAttempt, Policy, Refusal};
use subrosa_shared::api::{EndReason, Event, LinkState, LinkStatus, LinkView, PatchPush, PutPush, RevealedPush};
use subrosa_shared::id::{LinkId, Receipt, ShareId, Verifier};
use subrosa_shared::limits::Limits;

use crate::command::{Command, HolderAction, Outcome, OwnerAction};
use crate::run::{Run, stored_text};
use crate::world::{self, DAY, HOUR, MINUTE, push};

fn made(request: PutPush) -> Run {
    let mut run = Run { policy: Policy::default(), ..Run::new() };
    run.done(push::put(request));
    run
}

fn with_views(views_max: u32) -> Run {
    made(PutPush { views_max, ..push::put_request() })
}

impl Run {
    fn revealed(&mut self, lease: u8) -> RevealedPush {
        match self.done(push::reveal(lease)) {
            Outcome::Revealed(revealed) => *revealed,
            other => panic!("{other:?}"),
        }
    }

    fn push(&self) -> LinkStatus {
        self.push_status().unwrap().link
    }

    fn push_view(&self) -> LinkView {
        self.look_at_push().unwrap().link
    }

    fn patched(&mut self, request: PatchPush) -> Outcome {
        self.done(push::patch(request))
    }

    fn told(&self) -> Vec<Event> {
        self.trace.iter().flat_map(|entry| &entry.log).map(|line| line.event).collect()
    }
}

#[test]
fn guesses_of_others_stop_no_view_that_has_begun() {
    let mut run = with_views(3);
    let first = run.revealed(0);
    // A device that opened it is not slowed: it locks the push while the first view runs.
    let lease = Verifier::from_bytes([77; 32]);
    run.done(push::by_holder(HolderAction::Reveal { attempt: push::right(Some(7)), lease }));
    for _ in 0..200 {
        let attempt = OpenAttempt { open: Verifier::from_bytes([66; 32]), ..push::right(Some(7)) };
        run.refused(push::by_holder(HolderAction::Reveal { attempt, lease }));
    }
    assert_eq!(run.push_view().state, LinkState::Locked);
    assert_eq!(run.refused(push::reveal(1)), Refusal::Locked, "who has not begun waits for the owner");
    assert_eq!(run.revealed(0).payload, first.payload, "who has begun is shown it again");
    assert_eq!(run.push().downloads_taken, 2);
}

#[test]
fn a_view_counts_at_once_and_is_over_after_15_minutes() {
    let mut run = with_views(1);
    let begun = run.now;
    let revealed = run.revealed(0);
    assert_eq!(revealed.payload, push::put_request().lock.payload);
    assert_eq!((run.push().downloads_taken, revealed.link.downloads_left), (1, 0));
    run.wait(15 * MINUTE - 1);
    assert_eq!(run.revealed(0).expires_at, revealed.expires_at);
    assert_eq!(revealed.expires_at, begun.after(VIEW_LIFE));
    run.wait(1);
    let Refusal::Gone(gone) = run.refused(push::reveal(0)) else { panic!("not gone") };
    assert_eq!((gone.why, gone.at), (EndReason::Spent, revealed.expires_at));
    assert_eq!(run.told(), [Event::Created, Event::Started, Event::Lapsed, Event::Spent]);
}

#[test]
fn nothing_keeps_a_view_alive() {
    let mut run = with_views(2);
    run.revealed(0);
    for _ in 0..14 {
        run.wait(MINUTE);
        run.revealed(0);
        run.done(push::by_holder(HolderAction::Status));
    }
    run.wait(MINUTE);
    // It was seen, but not acknowledged, and it does not count again.
    assert_eq!(run.refused(push::reveal(0)), Refusal::LeaseEnded);
    assert_eq!(run.refused(push::finish(0)), Refusal::LeaseEnded);
    assert_eq!(run.push().downloads_taken, 1);
    run.revealed(1);
}

#[test]
fn whoever_acknowledges_has_seen_it() {
    let mut run = with_views(2);
    let receipt = Receipt::from_bytes([9; 32]);
    let finish = push::by_holder(HolderAction::Finish { lease: world::lease_verifier(0), receipt: Some(receipt) });
    assert_eq!(run.refused(finish.clone()), Refusal::LeaseEnded);
    run.revealed(0);
    run.done(finish.clone());
    run.done(finish.clone());
    assert_eq!(run.push().receipts.iter().map(|stored| stored.receipt).collect::<Vec<_>>(), [receipt]);
    assert_eq!(run.push().counters.finished.count, 1);
    assert_eq!(run.refused(push::reveal(0)), Refusal::LeaseEnded);
    // Known for an hour, like a download.
    run.wait(HOUR - 1);
    run.done(finish.clone());
    assert_eq!(run.refused(push::reveal(0)), Refusal::LeaseEnded);
    run.wait(1);
    assert_eq!(run.refused(finish), Refusal::LeaseEnded);
    assert_eq!(u128::from(HOUR), LEASE_IDLE.as_millis());
}

#[test]
fn the_last_view_ends_it_and_no_other() {
    let mut run = with_views(3);
    for lease in 0..3 {
        run.revealed(lease);
    }
    assert_eq!(run.refused(push::reveal(3)), Refusal::NoDownloadLeft { retry_after: None });
    assert_eq!(run.push_view().state, LinkState::Exhausted);
    run.done(push::finish(1));
    run.done(push::finish(0));
    assert_eq!(run.look_at_push().unwrap().face, Some(push::put_request().lock.face));
    run.revealed(2);
    let Outcome::PushView(view) = run.done(push::finish(2)) else { panic!("no view") };
    assert_eq!((view.face, view.link.gone.unwrap().why), (None, EndReason::Spent));
    // The answer was lost: it is told again, and to nobody else.
    run.done(push::finish(2));
    assert!(matches!(run.refused(push::finish(3)), Refusal::Gone(_)));
    assert!(matches!(run.refused(push::reveal(2)), Refusal::Gone(_)));
}

#[test]
fn a_push_that_is_spent_is_not_brought_back() {
    let mut run = with_views(1);
    run.revealed(0);
    run.done(push::finish(0));
    let more = PatchPush { views_max: Some(5), ..PatchPush::default() };
    assert!(matches!(run.refused(push::patch(more)), Refusal::Gone(_)));
    assert!(matches!(run.refused(push::put(push::put_request())), Refusal::Gone(_)));
}

#[test]
fn an_owner_changes_how_many_views_there_are() {
    let mut run = with_views(1);
    run.revealed(0);
    run.patched(PatchPush { views_max: Some(2), ..PatchPush::default() });
    run.revealed(1);
    assert_eq!(run.refused(push::reveal(2)), Refusal::NoDownloadLeft { retry_after: None });
    // Fewer than were taken: what runs goes on, and then it is over.
    run.patched(PatchPush { views_max: Some(1), ..PatchPush::default() });
    run.revealed(0);
    run.done(push::finish(0));
    assert_eq!(run.push_view().state, LinkState::Exhausted);
    run.done(push::finish(1));
    assert_eq!(run.push_view().gone.unwrap().why, EndReason::Spent);

    let mut run = with_views(2);
    run.revealed(0);
    run.done(push::finish(0));
    let Outcome::Push(status) = run.patched(PatchPush { views_max: Some(1), ..PatchPush::default() }) else {
        panic!("no status")
    };
    assert_eq!(status.link.gone.unwrap().why, EndReason::Spent);
}

#[test]
fn the_life_of_a_push_and_of_its_link_are_one() {
    let mut run = with_views(2);
    let made = run.now;
    for secs in [60, 90 * 24 * 60 * 60] {
        run.patched(PatchPush { expires_in_secs: Some(secs), ..PatchPush::default() });
        assert_eq!(made.until(run.push_view().expires_at).as_secs(), u64::try_from(secs).unwrap());
        assert_eq!(run.record.as_ref().unwrap().due(), run.push_view().expires_at);
    }
    run.revealed(0);
    run.wait(90 * DAY - 1);
    assert_eq!(run.push_view().gone, None);
    run.wait(1);
    assert_eq!(run.push_view().gone.unwrap().why, EndReason::Expired);
    assert!(matches!(run.refused(push::reveal(1)), Refusal::Gone(gone) if gone.why == EndReason::Expired));
    // One line says it.
    assert_eq!(run.told().iter().filter(|event| **event == Event::Expired).count(), 1);
}

#[test]
fn an_expiry_ends_a_view_that_runs() {
    let mut run = made(PutPush { expires_in_secs: 60, ..push::put_request() });
    run.revealed(0);
    run.wait(MINUTE);
    assert!(matches!(run.refused(push::reveal(0)), Refusal::Gone(gone) if gone.why == EndReason::Expired));
    assert!(matches!(run.refused(push::finish(0)), Refusal::Gone(_)));
}

#[test]
fn paused_shows_nothing_and_compares_nothing() {
    let mut run = with_views(1);
    run.revealed(0);
    run.patched(PatchPush { paused: Some(true), ..PatchPush::default() });
    assert_eq!((run.push_view().state, run.push().state), (LinkState::Paused, LinkState::Paused));
    for command in [push::reveal(0), push::reveal(1), push::guess()] {
        assert_eq!(run.refused(command), Refusal::Paused);
    }
    assert_eq!(run.push().counters.wrong_password.count, 0);
    // What was seen was seen.
    run.done(push::finish(0));
    assert_eq!(run.push_view().gone.unwrap().why, EndReason::Spent);
}

#[test]
fn resuming_forgets_wrong_passphrases() {
    let mut run = with_views(1);
    run.play(&[world::Move::GuessOnPush { count: 500 }]);
    assert_eq!(run.push().counters.wrong_password.count, 200);
    assert_eq!((run.push_view().state, run.refused(push::reveal(0))), (LinkState::Locked, Refusal::Locked));
    run.patched(PatchPush { paused: Some(false), ..PatchPush::default() });
    run.revealed(0);
    run.play(&[world::Move::GuessOnPush { count: 1 }]);
    assert_eq!(run.push().counters.wrong_password.count, 201);
    assert_eq!(run.told().iter().filter(|event| [Event::Locked, Event::Resumed].contains(event)).count(), 2);
}

#[test]
fn too_many_guesses_end_it_where_the_sender_chose_so() {
    let mut run = made(PutPush { destroy_after_guesses: Some(3), ..push::put_request() });
    run.play(&[world::Move::GuessOnPush { count: 10 }]);
    assert_eq!(run.push_view().gone.unwrap().why, EndReason::TooManyGuesses);
    assert_eq!(run.push().counters.wrong_password.count, 3);
    assert_eq!(run.told()[4..], [Event::TooManyGuesses]);
    assert!(!stored_text(&run.record.unwrap()).contains("mpqampqa"));
}

#[test]
fn recipients_destroy_it_where_the_sender_allows_that() {
    let mut run = made(PutPush { recipient_may_destroy: false, ..push::put_request() });
    let destroy = push::by_holder(HolderAction::Destroy(push::right(None)));
    assert_eq!(run.refused(destroy.clone()), Refusal::DestroyNotAllowed);
    run.patched(PatchPush { recipient_may_destroy: Some(true), ..PatchPush::default() });
    run.revealed(0);
    run.done(destroy.clone());
    assert_eq!(run.push_view().gone.unwrap().why, EndReason::Destroyed);
    for command in [destroy, push::finish(0), push::reveal(0)] {
        assert!(matches!(run.refused(command), Refusal::Gone(gone) if gone.why == EndReason::Destroyed));
    }
    assert_eq!(run.told().iter().filter(|event| **event == Event::Destroyed).count(), 1);
}

#[test]
fn a_push_is_made_as_it_should_be_or_not_at_all() {
    let sizes = [593, 1105, 2129, 4177, 8273, 16465, 32849, 65617];
    let refusal = |change: &dyn Fn(&mut PutPush)| {
        let mut request = push::put_request();
        change(&mut request);
        let mut run = Run { policy: Policy::default(), ..Run::new() };
        let refused = run.apply(push::put(request)).clone().err();
        assert_eq!(run.record.is_none(), refused.is_some());
        refused
    };
    for len in sizes {
        assert_eq!(refusal(&|request| request.lock.payload = vec![1; len]), None, "{len}");
        for len in [len - 1, len + 1] {
            assert_eq!(refusal(&|request| request.lock.payload = vec![1; len]), Some(Refusal::PayloadLength));
        }
    }
    for len in [0, 81, 131_153] {
        assert_eq!(refusal(&|request| request.lock.payload = vec![1; len]), Some(Refusal::PayloadLength));
    }
    for len in [0, 592, 594, 1105] {
        let face = Refusal::ValueOutOfRange { field: "face", min: 593, max: 593 };
        assert_eq!(refusal(&|request| request.lock.face = vec![1; len]), Some(face));
    }
    for len in [0, 593, 1104, 1106] {
        let note = Refusal::ValueOutOfRange { field: "note", min: 1105, max: 1105 };
        assert_eq!(refusal(&|request| request.note = vec![1; len]), Some(note));
    }
    for (views, fine) in [(0, false), (1, true), (100, true), (101, false), (u32::MAX, false)] {
        let views_max = Refusal::ValueOutOfRange { field: "views_max", min: 1, max: 100 };
        assert_eq!(refusal(&|request| request.views_max = views), (!fine).then_some(views_max));
    }
    for (guesses, fine) in [(0, false), (1, true), (200, true), (201, false)] {
        let out = Refusal::ValueOutOfRange { field: "destroy_after_guesses", min: 1, max: 200 };
        assert_eq!(refusal(&|request| request.destroy_after_guesses = Some(guesses)), (!fine).then_some(out));
    }
    let other = world::link_verifier(7);
    assert_eq!(refusal(&|request| request.link_verifier = other), Some(Refusal::IdMismatch));
}

/// The id is another than that of a share's link with the same verifier.
#[test]
fn ids_of_pushes_are_no_ids_of_links() {
    let link = LinkId::derive(&world::link_verifier(0));
    assert_ne!(link, push::id());
    let command = Command::CreatePush {
        link,
        request: Box::new(push::put_request()),
        creator: subrosa_lifecycle::Creator::Anyone,
    };
    assert_eq!(Run::new().refused(command), Refusal::IdMismatch);
}

#[test]
fn making_again_is_a_retry_or_a_conflict() {
    let mut run = with_views(2);
    run.revealed(0);
    let before = run.record.clone();
    let same = PutPush { views_max: 2, ..push::put_request() };
    let Outcome::Push(status) = run.done(push::put(same.clone())) else { panic!("no status") };
    assert_eq!(status.link.downloads_taken, 1);
    let mut others = vec![same; 4];
    others[0].views_max = 3;
    others[1].lock.payload[0] ^= 1;
    others[2].owner_verifier = Verifier::from_bytes([1; 32]);
    others[3].note[7] ^= 1;
    for other in others {
        assert_eq!(run.refused(push::put(other)), Refusal::AlreadyExists);
    }
    // A retry is one also when the limits have become narrower.
    run.policy.limits.views_max = 1;
    run.done(push::put(PutPush { views_max: 2, ..push::put_request() }));
    assert_eq!(run.record, before);
}

/// Its lines name its link, and there is one for everything.
#[test]
fn the_timeline_of_a_push_is_about_its_link() {
    let mut run = with_views(1);
    run.patched(PatchPush { paused: Some(true), ..PatchPush::default() });
    run.patched(PatchPush { paused: Some(false), ..PatchPush::default() });
    run.patched(PatchPush { expires_in_secs: Some(3600), ..PatchPush::default() });
    run.revealed(0);
    run.done(world::by_owner(OwnerAction::Revoke));
    run.done(world::by_owner(OwnerAction::Revoke));
    let events = [Event::Created, Event::Paused, Event::Resumed, Event::Changed, Event::Started, Event::Revoked];
    assert_eq!(run.told(), events);
    assert!(run.trace.iter().flat_map(|entry| &entry.log).all(|line| line.link == Some(push::id())));
}

/// What there is for shares is not there for pushes, and the other way round: not before the end
/// nor after it.
#[test]
fn actions_of_the_other_kind_are_not_found() {
    let mut run = with_views(5);
    let attempt = push::right(None);
    let lease = world::lease_verifier(0);
    let of_links = [
        HolderAction::Open(attempt),
        HolderAction::ReadManifest(attempt),
        HolderAction::Lease { attempt, lease },
        HolderAction::Fetch { lease, bytes: 1 },
        HolderAction::CheckLease { lease },
    ];
    let of_shares = [
        OwnerAction::StorePart { index: 0, sealed_len: 81, last: None },
        OwnerAction::StoreManifest { sealed_len: 81 },
        OwnerAction::StoreNote,
        OwnerAction::ReadBack,
        OwnerAction::Complete { request: world::complete_request(), stored: world::upload() },
        OwnerAction::AddLink { link: world::link_id(1), request: Box::new(world::put_request(1)) },
        OwnerAction::ChangeLink { link: push::id(), request: Box::default() },
        OwnerAction::RevokeLink { link: push::id() },
        OwnerAction::ChangeShare { request: subrosa_shared::api::PatchShare::default() },
    ];
    run.revealed(0);
    for _ in 0..2 {
        let before = run.record.clone();
        for action in &of_links {
            assert_eq!(run.refused(push::by_holder(action.clone())), Refusal::NotFound, "{action:?}");
        }
        for action in &of_shares {
            assert_eq!(run.refused(world::by_owner(action.clone())), Refusal::NotFound, "{action:?}");
        }
        assert_eq!(run.record, before);
        run.done(world::by_owner(OwnerAction::Revoke));
    }

    let mut run = super::one_link(world::put_request(0));
    let reveal = HolderAction::Reveal { attempt: world::right(0, None), lease };
    for _ in 0..2 {
        assert_eq!(run.holder(0, reveal.clone()), Err(Refusal::NotFound));
        let patch = OwnerAction::ChangePush { request: PatchPush { paused: Some(true), ..PatchPush::default() } };
        assert_eq!(run.refused(world::by_owner(patch)), Refusal::NotFound);
        run.done(world::by_owner(OwnerAction::Revoke));
    }
}

#[test]
fn records_know_whose_they_are() {
    assert_eq!(with_views(1).record.unwrap().key(), RecordKey::Push(push::id()));
    let share = super::one_link(world::put_request(0)).record.unwrap();
    assert_eq!(share.key(), RecordKey::Share(ShareId::derive(&world::owner())));
}

/// However many views an operator allows, the record stays bounded.
#[test]
fn views_at_the_same_time_are_bounded() {
    let most = u32::try_from(LINK_LEASES_MAX).unwrap();
    let limits = Limits { views_max: 2 * most, ..Limits::default() };
    let mut run = Run { policy: Policy { limits, ..Policy::default() }, ..Run::new() };
    run.done(push::put(PutPush { views_max: 2 * most, ..push::put_request() }));
    let reveal = |number: u32| {
        let mut bytes = [0xcc; 32];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let lease = Verifier::from_bytes(bytes);
        push::by_holder(HolderAction::Reveal { attempt: push::right(None), lease })
    };
    for number in 0..most {
        run.done(reveal(number));
    }
    assert!(matches!(run.refused(reveal(most)), Refusal::TooManyLeases { .. }));
    assert_eq!(run.push().downloads_taken, most);
    run.wait(15 * MINUTE);
    run.done(reveal(most));
}
