//! How it ends, and what is left.

use std::collections::BTreeMap;

use proptest::prelude::*;
use subrosa_lifecycle::Refusal;
use subrosa_shared::api::{CreateShare, EndReason, Gone, PatchLink, PatchShare, PutLink};
use subrosa_shared::id::LinkId;
use subrosa_shared::time::Timestamp;

use super::{asked, created_anew, one_link};
use crate::command::{Command, HolderAction, Outcome, OwnerAction};
use crate::run::{Run, status, step, stored_text};
use crate::world::{self, DAY, LINKS, story};

proptest! {
    #![proptest_config(world::config())]

    /// Once a link has ended nobody gets anything from it, its wraps are no longer kept, and the
    /// reason told stays the same: for 7 days to whoever holds the link, and never to anyone after.
    #[test]
    fn gone_is_gone(story in story()) {
        let run = Run::of(&story);
        prop_assume!(!created_anew(&run));
        let mut ends: BTreeMap<LinkId, Gone> = BTreeMap::new();
        for entry in &run.trace {
            if let Some((link, action)) = asked(entry)
                && let Some(gone) = ends.get(&link)
            {
                let recent = gone.at.until(entry.at).as_millis() < u128::from(7 * DAY);
                match &entry.outcome {
                    Ok(Outcome::Link(view)) => {
                        let only_told = matches!(action, HolderAction::Status | HolderAction::Finish { .. });
                        prop_assert!(only_told && recent && view.gone == Some(*gone) && view.downloads_left == 0);
                    }
                    Err(Refusal::Gone(told)) => prop_assert!(recent && told == gone),
                    Err(Refusal::NotFound) => {} // late, or without the proof
                    other => prop_assert!(false, "{:?}", other),
                }
            }
            let Some(record) = &entry.after else { continue };
            let bytes = stored_text(record);
            for link in status(Some(record), &run.policy, entry.at).into_iter().flat_map(|status| status.links) {
                let Some(gone) = link.gone else { continue };
                prop_assert_eq!(*ends.entry(link.link).or_insert(gone), gone);
                let number = (0..=LINKS).find(|number| world::link_id(*number) == link.link).unwrap();
                // A wrap is one byte over and over: so is its base64url, three bytes at a time.
                for password in 0..world::PASSWORDS {
                    let lock = serde_json::to_value(world::lock(number, password)).unwrap();
                    for field in ["open_verifier", "view_wrap", "content_wrap"] {
                        prop_assert!(!bytes.contains(lock[field].as_str().unwrap()), "{} is kept", field);
                    }
                }
            }
            if record.pending_effects().is_empty() {
                continue;
            }
            // Its ciphertext is to be deleted now, not later.
            prop_assert!(record.due() <= entry.at);
        }
    }

    /// The id of a share that has ended is burned for 97 days, and nothing else is kept after 7.
    #[test]
    fn gone_is_gone_for_its_id_too(wait in world::wait(), rest in world::wait(), deleted in any::<bool>()) {
        let mut run = one_link(world::put_request(0));
        run.apply(world::by_owner(OwnerAction::Revoke)).as_ref().unwrap();
        if deleted {
            run.apply(Command::BlobsDeleted).as_ref().unwrap();
        }
        run.wait(wait);
        run.wait(rest);
        let age = wait + rest;
        run.apply(Command::Tick).as_ref().unwrap();
        let kept = run.record.as_ref().map(stored_text);
        if age >= 7 * DAY && let Some(kept) = &kept {
            prop_assert!(!kept.contains(&world::owner().to_string()) && !kept.contains(&world::link_id(0).to_string()));
            prop_assert!(kept.len() < 200);
        }
        prop_assert_eq!(kept.is_none(), deleted && age >= 97 * DAY);
        let again = run.apply(world::create(world::create_request()));
        match (kept, age >= 7 * DAY) {
            (None, _) => prop_assert!(again.is_ok()),
            (Some(_), true) => prop_assert_eq!(again, &Err(Refusal::AlreadyExists)),
            (Some(_), false) => prop_assert!(matches!(again, Err(Refusal::Gone(gone)) if gone.why == EndReason::Revoked)),
        }
    }

    /// Every share and link ends at a moment that is known beforehand, no link after its share;
    /// from then on nothing is given any more, to the millisecond.
    #[test]
    fn expiry_is_strict_and_always_there(story in story()) {
        let run = Run::of(&story);
        let limits = &run.policy.limits;
        for entry in &run.trace {
            let Some(seen) = status(entry.after.as_ref(), &run.policy, entry.at) else { continue };
            prop_assert_eq!(seen.gone.is_none() && seen.expires_at <= entry.at, false);
            prop_assert!(entry.at.until(seen.expires_at).as_secs() <= limits.expiry_secs_max);
            for link in seen.links.iter().filter(|link| link.gone.is_none()) {
                prop_assert!(entry.at < link.expires_at && link.expires_at <= seen.expires_at);
            }
            // At the very moment, nobody has to have looked before.
            let record = entry.after.as_ref();
            for number in 0..LINKS {
                let Some(link) = seen.links.iter().find(|link| link.link == world::link_id(number)) else { continue };
                if link.gone.is_some() {
                    continue;
                }
                let last = Timestamp::from_millis(link.expires_at.as_millis() - 1);
                let gone_at = |at| {
                    let look = world::by_holder(number, HolderAction::Status);
                    match step(record, &look, &run.policy, at).outcome {
                        Ok(Outcome::Link(view)) => view.gone,
                        other => panic!("{other:?}"),
                    }
                };
                // It can be spent before, by leases that lapse; at most a day from now.
                if entry.at.until(link.expires_at).as_millis() < u128::from(7 * DAY) {
                    prop_assert!(gone_at(last).is_none_or(|gone| gone.why == EndReason::Spent));
                    let gone = gone_at(link.expires_at).unwrap();
                    let expired = (gone.why, gone.at) == (EndReason::Expired, link.expires_at);
                    prop_assert!(expired || gone.why == EndReason::Spent);
                }
            }
        }
    }

    /// "Never" cannot be asked for, in no number.
    #[test]
    fn expiry_is_always_there(secs in prop_oneof![any::<i64>(), -5..100_i64, Just(i64::MIN), Just(i64::MAX)]) {
        let mut run = Run::new();
        let fine = (60..=90 * 24 * 60 * 60).contains(&secs);
        let created = run.apply(world::create(CreateShare { expires_in_secs: secs, ..world::create_request() }));
        prop_assert_eq!(created.is_ok(), fine);
        let mut run = one_link(world::put_request(0));
        let put = PutLink { expires_in_secs: Some(secs), ..world::put_request(1) };
        prop_assert_eq!(run.apply(world::put(1, put)).is_ok(), fine);
        let patch = PatchLink { expires_in_secs: Some(secs), ..PatchLink::default() };
        prop_assert_eq!(run.apply(world::patch(0, patch)).is_ok(), fine);
        let request = PatchShare { expires_in_secs: Some(secs), paused: None };
        prop_assert_eq!(run.apply(world::by_owner(OwnerAction::ChangeShare { request })).is_ok(), fine);
    }
}
