//! What the owner sees and decides.

use proptest::prelude::*;
use subrosa_lifecycle::Refusal;
use subrosa_shared::api::{Event, LinkState, PatchLink, PatchShare, PutLink};

use super::{asked, created_anew, link_status, one_link};
use crate::command::{Command, HolderAction, Outcome, OwnerAction};
use crate::run::{Entry, Run};
use crate::world::{self, holder_command, story};

proptest! {
    #![proptest_config(world::config())]

    /// The owner sees what happened: as often as it did, when first and last, and why it ended.
    #[test]
    fn you_know(story in story()) {
        let run = Run::of(&story);
        prop_assume!(!created_anew(&run));
        let Some(seen) = run.status() else { return Ok(()) };
        for link in &seen.links {
            let moments = |event| {
                let lines = run.trace.iter().flat_map(|entry| &entry.log);
                let lines = lines.filter(|line| line.link == Some(link.link) && line.event == event);
                lines.map(|line| line.at).collect::<Vec<_>>()
            };
            let counters = [
                (link.counters.opened, Event::Opened),
                (link.counters.started, Event::Started),
                (link.counters.finished, Event::Finished),
                (link.counters.wrong_password, Event::WrongPassword),
            ];
            // Downloads that were given back, because what they fetched is lost.
            let taken = |record, at| link_status(record, &run, at, link.link).map_or(0, |link| link.downloads_taken);
            let checks = run.trace.iter().filter(|entry| matches!(entry.command, Command::ContentChecked { .. }));
            let given_back: u32 =
                checks.map(|entry| taken(entry.before.as_ref(), entry.at) - taken(entry.after.as_ref(), entry.at)).sum();
            for (counter, event) in counters {
                let moments = moments(event);
                let given_back = if event == Event::Started { given_back } else { 0 };
                prop_assert_eq!((counter.count + given_back) as usize, moments.len());
                prop_assert_eq!((counter.first, counter.last), (moments.first().copied(), moments.last().copied()));
            }
            // As seen by those who did it.
            let of = |entry: &&Entry| asked(entry).is_some_and(|(asked, _)| asked == link.link);
            let answers = || run.trace.iter().filter(of).map(|entry| &entry.outcome);
            let opened = answers().filter(|outcome| matches!(outcome, Ok(Outcome::Opened(_)))).count();
            let wrong = answers().filter(|outcome| matches!(outcome, Err(Refusal::WrongPassword { .. }))).count();
            prop_assert_eq!(link.counters.opened.count as usize, opened);
            prop_assert_eq!(link.counters.wrong_password.count as usize, wrong);
            // What was sent as a receipt when a download was finished, in order.
            let sent = run.trace.iter().filter(of).filter_map(|entry| match asked(entry) {
                Some((_, HolderAction::Finish { receipt, .. })) => {
                    receipt.filter(|_| entry.log.iter().any(|line| line.event == Event::Finished))
                }
                _ => None,
            });
            prop_assert!(link.receipts.iter().map(|receipt| receipt.receipt).eq(sent));
        }
    }

    /// While the owner has paused a link or share nobody gets anything, and resuming goes on where
    /// it was.
    #[test]
    fn paused_gives_nothing(commands in prop::collection::vec(holder_command(), 0..40), whole in any::<bool>()) {
        let mut run = one_link(PutLink { downloads_max: 5, ..world::put_request(0) });
        run.apply(world::lease(0, 50)).as_ref().unwrap();
        run.apply(world::fetch(0, 50, 1)).as_ref().unwrap();
        let set = |paused| if whole {
            let request = PatchShare { paused: Some(paused), expires_in_secs: None };
            world::by_owner(OwnerAction::ChangeShare { request })
        } else {
            world::patch(0, PatchLink { paused: Some(paused), ..PatchLink::default() })
        };
        run.apply(set(true)).as_ref().unwrap();
        for command in commands {
            let silent = matches!(command, Command::Holder { action: HolderAction::Status, .. });
            let outcome = run.apply(command);
            prop_assert!(silent || outcome.is_err());
        }
        prop_assert_eq!(run.look(0).unwrap().state, LinkState::Paused);
        prop_assert_eq!(run.apply(world::fetch(0, 50, 1)), &Err(Refusal::Paused));
        run.apply(set(false)).as_ref().unwrap();
        prop_assert!(run.apply(world::fetch(0, 50, 1)).is_ok());
        prop_assert_eq!(run.look(0).unwrap().downloads_left, 4);
    }
}
