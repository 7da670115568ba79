//! What counts as a download, and what does not.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use subrosa_lifecycle::Refusal;
use subrosa_lifecycle::rules::{LEASE_IDLE, LEASE_LIFE};
use subrosa_shared::api::{EndReason, Event, LinkState, PatchLink, PutLink};
use subrosa_shared::id::{LinkId, Verifier};
use subrosa_shared::time::Timestamp;

use super::{asked, created_anew, events, gave, link_status, one_link, waits};
use crate::command::{Command, HolderAction, Outcome};
use crate::run::{Run, status};
use crate::world::{self, HOUR, MINUTE, content_sealed_len, holder_command, story};

proptest! {
    #![proptest_config(world::config())]

    /// With N downloads allowed, at most N leases ever receive a byte, and none receives more than
    /// three times the content.
    #[test]
    fn a_limit_is_a_limit(story in story()) {
        let run = Run::of(&story);
        prop_assume!(!created_anew(&run));
        // Leases that received a byte, per link. A secret that ended and was forgotten starts
        // another lease.
        let mut given: BTreeMap<LinkId, usize> = BTreeMap::new();
        let mut bytes_of: BTreeMap<(LinkId, Verifier), u64> = BTreeMap::new();
        for entry in &run.trace {
            let granted = entry.log.iter().filter(|line| line.event == Event::Granted).filter_map(|line| line.link);
            for link in granted {
                let Some((_, HolderAction::Lease { lease, .. })) = asked(entry) else { panic!("granted unasked") };
                bytes_of.insert((link, *lease), 0);
            }
            if let Some((link, lease, bytes)) = gave(entry) {
                let total = bytes_of.get_mut(&(link, lease)).expect("bytes go to granted leases only");
                let first = *total == 0;
                *total += bytes;
                prop_assert!(*total <= 3 * content_sealed_len());
                if first {
                    // The limit as it was before this very byte.
                    let allowed = link_status(entry.before.as_ref(), &run, entry.at, link).unwrap().downloads_max;
                    let given = given.entry(link).or_default();
                    *given += 1;
                    prop_assert!(*given <= allowed as usize);
                }
            }
            let seen = status(entry.after.as_ref(), &run.policy, entry.at);
            let is_check = matches!(entry.command, Command::ContentChecked { .. });
            for link in seen.into_iter().flat_map(|seen| seen.links) {
                // Of what is found lost, nobody has anything: those who had begun get it back.
                if is_check && let Some(given) = given.get_mut(&link.link) {
                    prop_assert!(link.downloads_taken as usize <= *given);
                    *given = link.downloads_taken as usize;
                }
                prop_assert_eq!(link.downloads_taken as usize, given.get(&link.link).copied().unwrap_or(0));
            }
        }
    }

    /// However many race for few downloads: exactly as many start, if all try.
    #[test]
    fn a_limit_is_a_limit_in_a_race(
        downloads in 1..=5_u32,
        order in Just((0..40_u8).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut run = one_link(PutLink { downloads_max: downloads, ..world::put_request(0) });
        // Twenty clients, each asking and fetching, mixed in any order; who fetches before it asked
        // gets nothing.
        for turn in order {
            let command = if turn < 20 { world::lease(0, turn) } else { world::fetch(0, turn - 20, 1) };
            run.apply(command);
        }
        for client in 0..20 {
            run.apply(world::fetch(0, client, 1));
        }
        let given: BTreeSet<_> = run.trace.iter().filter_map(gave).map(|(_, lease, _)| lease).collect();
        prop_assert_eq!(given.len(), downloads as usize);
        prop_assert_eq!(run.look(0).unwrap().downloads_left, 0);
    }

    /// An owner who allows fewer downloads after some were granted or started allows fewer.
    #[test]
    fn a_limit_is_a_limit_when_it_is_lowered(
        started in 0..5_u8,
        granted in 0..5_u8,
        lowered in 1..=5_u32,
        bytes in 1..content_sealed_len(),
    ) {
        let mut run = one_link(PutLink { downloads_max: 5, ..world::put_request(0) });
        for client in 0..started + granted {
            run.apply(world::lease(0, client));
            if client < started {
                run.apply(world::fetch(0, client, bytes)).as_ref().unwrap();
            }
        }
        let patch = PatchLink { downloads_max: Some(lowered), ..PatchLink::default() };
        run.apply(world::patch(0, patch)).as_ref().unwrap();
        for client in 0..10 {
            run.apply(world::fetch(0, client, bytes));
        }
        let given: BTreeSet<_> = run.trace.iter().filter_map(gave).map(|(_, lease, _)| lease).collect();
        prop_assert_eq!(given.len(), usize::from(started + granted).min(5).min(lowered as usize).max(started.into()));
    }

    /// A lease that gets no byte within two minutes goes back.
    #[test]
    fn what_never_started_goes_back(wait in 0..4 * MINUTE, clients in 1..=5_u8) {
        let mut run = one_link(PutLink { downloads_max: 5, ..world::put_request(0) });
        for client in 0..clients {
            run.apply(world::lease(0, client)).as_ref().unwrap();
        }
        prop_assert_eq!(run.look(0).unwrap().downloads_left, 5 - u32::from(clients));
        run.wait(wait);
        let in_time = wait < 2 * MINUTE;
        let left = if in_time { 5 - u32::from(clients) } else { 5 };
        prop_assert_eq!(run.look(0).unwrap().downloads_left, left);
        prop_assert_eq!(run.apply(world::fetch(0, 0, 1)).is_ok(), in_time);
    }

    /// Whoever holds a lease's secret goes on: up to an hour later, for 24 hours, and never counts
    /// twice, whatever others do who hold the same link.
    #[test]
    fn a_lost_connection_is_not_a_lost_download(
        waits in waits(0..HOUR - 1),
        others in prop::collection::vec(holder_command(), 30),
    ) {
        let request = PutLink { downloads_max: 5, recipient_may_destroy: false, ..world::put_request(0) };
        let mut run = one_link(request);
        // A lease that no other client draws.
        let mine = 99;
        run.apply(world::lease(0, mine)).as_ref().unwrap();
        let begun = run.now;
        run.apply(world::fetch(0, mine, 1)).as_ref().unwrap();
        for (wait, other) in waits.into_iter().zip(others) {
            run.apply(other);
            run.wait(wait);
            if begun.until(run.now).as_millis() >= u128::from(24 * HOUR) {
                break;
            }
            // A reload asks for the lease again, and gets the same. Only a lock stops that;
            // fetching goes on even then.
            let before = run.look(0).unwrap();
            match run.apply(world::lease(0, mine)) {
                Ok(Outcome::Granted(lease)) => prop_assert_eq!(lease.link.downloads_left, before.downloads_left),
                Err(Refusal::TooManyGuesses { .. } | Refusal::Locked) => {}
                other => prop_assert!(false, "{:?}", other),
            }
            let check = HolderAction::CheckLease { lease: world::lease_verifier(mine) };
            prop_assert_eq!(run.apply(world::by_holder(0, check)), &Ok(Outcome::Allowed));
            prop_assert_eq!(run.apply(world::fetch(0, mine, 1000)), &Ok(Outcome::Allowed));
        }
        let starts = run.trace.iter().filter_map(gave).map(|(_, lease, _)| lease).collect::<BTreeSet<_>>();
        prop_assert_eq!(events(&run, world::link_id(0), Event::Started), starts.len());
        prop_assert!(run.apply(world::finish(0, mine)).is_ok());
    }

    /// Looking, opening, reading the manifest, asking for a lease without using it, guessing: none
    /// of it takes anything.
    #[test]
    fn looking_is_not_taking(
        commands in prop::collection::vec(holder_command(), 0..60),
        waits in prop::collection::vec(0..MINUTE, 60),
    ) {
        let mut run = one_link(PutLink { recipient_may_destroy: false, ..world::put_request(0) });
        for (command, wait) in commands.into_iter().zip(waits) {
            if !matches!(&command, Command::Holder { action: HolderAction::Fetch { .. }, .. }) {
                run.apply(command);
                run.wait(wait);
            }
        }
        run.wait(2 * MINUTE);
        let view = run.look(0).unwrap();
        prop_assert_eq!((view.state, view.downloads_left, view.started_last_at), (LinkState::Ready, 1, None));
        prop_assert!(run.apply(world::lease(0, 50)).is_ok());
    }

    /// A link is spent only when every download that started was saved, as its client says, or was
    /// left alone for too long. That all bytes were sent is not enough.
    #[test]
    fn saved_before_destroyed(story in story()) {
        let run = Run::of(&story);
        prop_assume!(!created_anew(&run));
        // Per lease: when it was granted, and when it was last used, if it was.
        let mut leases: BTreeMap<(LinkId, Verifier), (Timestamp, Option<Timestamp>)> = BTreeMap::new();
        for entry in &run.trace {
            let fresh = entry.log.iter().any(|line| line.event == Event::Granted);
            match asked(entry) {
                Some((link, HolderAction::Lease { lease, .. })) if fresh => {
                    leases.insert((link, *lease), (entry.at, None));
                }
                Some((link, HolderAction::Finish { lease, .. })) if entry.outcome.is_ok() => {
                    leases.remove(&(link, *lease));
                }
                _ => {}
            }
            for line in entry.log.iter().filter(|line| line.event == Event::Spent) {
                for (_, (granted, last)) in leases.iter().filter(|((link, _), _)| Some(*link) == line.link) {
                    let over = last.map(|last| last.after(LEASE_IDLE).min(granted.after(LEASE_LIFE)));
                    prop_assert!(over.is_none_or(|over| over <= line.at), "a download was running");
                }
            }
            if let Some((link, lease, _)) = gave(entry) {
                leases.get_mut(&(link, lease)).expect("bytes go to granted leases only").1 = Some(entry.at);
            }
        }
    }

    /// Who saves first does not end it for the others.
    #[test]
    fn saved_before_destroyed_for_everyone(clients in 2..=5_u8, fetched in 1..content_sealed_len()) {
        let mut run = one_link(PutLink { downloads_max: clients.into(), ..world::put_request(0) });
        for client in 0..clients {
            run.apply(world::lease(0, client)).as_ref().unwrap();
            run.apply(world::fetch(0, client, fetched)).as_ref().unwrap();
        }
        for client in 0..clients {
            prop_assert_eq!(run.look(0).unwrap().state, LinkState::Exhausted);
            run.wait(30 * MINUTE / u64::from(clients));
            prop_assert!(run.apply(world::fetch(0, client, 1)).is_ok());
            prop_assert!(run.apply(world::finish(0, client)).is_ok());
        }
        let gone = run.look(0).unwrap().gone.unwrap();
        prop_assert_eq!(gone.why, EndReason::Spent);
        // The answer to the last one was lost: it is told again.
        prop_assert!(run.apply(world::finish(0, clients - 1)).is_ok());
        prop_assert_eq!(run.apply(world::finish(0, 99)), &Err(Refusal::Gone(gone)));
    }
}
