//! Wrong passwords.

use std::collections::BTreeMap;

use proptest::prelude::*;
use subrosa_lifecycle::Refusal;
use subrosa_shared::api::{EndReason, Event, LinkLock, LinkState, PatchLink, PutLink};
use subrosa_shared::id::LinkId;

use super::{link_status, one_link, waits};
use crate::command::{Command, HolderAction, OwnerAction};
use crate::run::Run;
use crate::world::{self, Move, SECOND, holder_command, story};

proptest! {
    #![proptest_config(world::config())]

    /// Wrong passwords wait 1, 2, 4 ... 60 s. While waiting nothing is compared, for anyone whose
    /// device did not open the link before; right and wrong are told apart by nobody. Waiting and
    /// guessing take nothing.
    #[test]
    fn guessing_ends(waits in waits(0..90 * SECOND), right in any::<bool>()) {
        let mut run = one_link(world::put_request(0));
        let known = world::by_holder(0, HolderAction::Open(world::right(0, Some(1))));
        run.apply(known.clone()).as_ref().unwrap();

        let (mut row, mut closed_until) = (0_u32, run.now);
        for wait in waits {
            run.wait(wait);
            let closed = run.now.until(closed_until);
            let attempt = if right { world::right(0, Some(2)) } else { world::guess(Some(2)) };
            let attempt = HolderAction::ReadManifest(attempt);
            // Somebody unknown tries, when it is too early.
            if !closed.is_zero() {
                let too_early = Err(Refusal::TooManyGuesses { retry_after: closed });
                prop_assert_eq!(run.apply(world::by_holder(0, attempt)), &too_early);
                prop_assert_eq!(u128::from(run.look(0).unwrap().retry_after_millis), closed.as_millis());
                continue;
            }
            let seconds = (1_u64 << row.min(6)).min(60);
            let retry_after = std::time::Duration::from_secs(seconds);
            let guess = HolderAction::ReadManifest(world::guess(None));
            prop_assert_eq!(run.apply(world::by_holder(0, guess)), &Err(Refusal::WrongPassword { retry_after }));
            (row, closed_until) = (row + 1, run.now.after(retry_after));
        }
        prop_assert_eq!(run.look(0).unwrap().downloads_left, 1);
        // Who opened it before is not slowed, and ends the row.
        run.apply(known).as_ref().unwrap();
        prop_assert_eq!(run.look(0).unwrap().retry_after_millis, 0);
    }

    /// In any story: not more than 200 wrong passwords are ever compared before the owner resumes
    /// the link or changes its password, nor more than the sender chose where that ends the link.
    #[test]
    fn guessing_ends_in_any_story(story in story()) {
        let run = Run::of(&story);
        // Per link: its lock, what the sender chose, and the wrong ones that were compared since.
        let mut links: BTreeMap<LinkId, (LinkLock, Option<u32>, u32)> = BTreeMap::new();
        for entry in &run.trace {
            match &entry.command {
                Command::Owner { action: OwnerAction::AddLink { link, request }, .. }
                    if entry.log.iter().any(|line| line.event == Event::LinkAdded) =>
                {
                    links.insert(*link, (request.lock.clone(), request.destroy_after_guesses, 0));
                }
                Command::Owner { action: OwnerAction::ChangeLink { link, request }, .. } if entry.outcome.is_ok() => {
                    let (lock, _, compared) = links.get_mut(link).unwrap();
                    let new = request.lock.as_ref().filter(|new| *new != lock);
                    if new.is_some() || request.paused == Some(false) {
                        *compared = 0;
                    }
                    *lock = new.unwrap_or(lock).clone();
                }
                Command::Holder { link, .. } if matches!(entry.outcome, Err(Refusal::WrongPassword { .. })) => {
                    let (_, destroy_after, compared) = links.get_mut(link).unwrap();
                    *compared += 1;
                    let status = link_status(entry.after.as_ref(), &run, entry.at, *link).unwrap();
                    if destroy_after.is_some_and(|most| most <= *compared) {
                        prop_assert_eq!(status.gone.map(|gone| gone.why), Some(EndReason::TooManyGuesses));
                        prop_assert_eq!(Some(*compared), *destroy_after);
                    } else {
                        prop_assert_eq!(status.state == LinkState::Locked, *compared == 200);
                        prop_assert!(*compared <= 200);
                    }
                }
                _ => {}
            }
        }
    }

    /// Who does not hold the link can neither guess, nor slow, nor destroy it.
    #[test]
    fn nobody_without_the_link_can_harm_it(actions in prop::collection::vec(holder_command(), 0..60)) {
        let mut run = one_link(PutLink { destroy_after_guesses: Some(1), ..world::put_request(0) });
        let before = run.look(0);
        for command in actions {
            let Command::Holder { link, action, .. } = command else { continue };
            prop_assert_eq!(
                run.apply(Command::Holder { link, presented: world::wrong(), action }),
                &Err(Refusal::NotFound)
            );
        }
        prop_assert_eq!(run.look(0), before);
        prop_assert!(run.apply(world::by_holder(0, HolderAction::Open(world::right(0, None)))).is_ok());
    }
}

/// Two hundred wrong passwords pause the link; its owner resumes it. A download that runs is not
/// touched.
#[test]
fn guessing_ends_after_two_hundred() {
    let mut run = one_link(PutLink { downloads_max: 5, ..world::put_request(0) });
    run.apply(world::lease(0, 1)).as_ref().unwrap();
    run.play(&[Move::GuessOn { link: 0, count: 500 }]);
    let wrong = run.trace.iter().filter(|entry| matches!(entry.outcome, Err(Refusal::WrongPassword { .. }))).count();
    assert_eq!(wrong, 200);
    assert_eq!(run.look(0).unwrap().state, LinkState::Locked);
    let open = world::by_holder(0, HolderAction::Open(world::right(0, None)));
    assert_eq!(run.apply(open.clone()), &Err(Refusal::Locked));
    // The lease went back long before: it never started.
    let resume = PatchLink { paused: Some(false), ..PatchLink::default() };
    run.apply(world::patch(0, resume)).as_ref().unwrap();
    assert!(run.apply(open).is_ok());
    assert_eq!(run.look(0).unwrap().downloads_left, 5);
}
