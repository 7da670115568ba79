//! Pushes: what is promised of a password that is handed over.

use std::collections::BTreeMap;

use proptest::prelude::*;
use subrosa_lifecycle::Refusal;
use subrosa_shared::api::{EndReason, Event, Gone, LinkState, PatchPush, PutPush};
use subrosa_shared::id::Verifier;
use subrosa_shared::time::Timestamp;

use super::created_anew;
use crate::command::{Command, HolderAction, Outcome, OwnerAction};
use crate::run::{Entry, Run, push_status, stored_text};
use crate::world::push::{self, story};
use crate::world::{self, DAY, MINUTE};

/// What a view lives.
const VIEW: u64 = 15 * MINUTE;

/// A push as wished.
fn made(request: PutPush) -> Run {
    let mut run = Run::new();
    run.apply(push::put(request)).as_ref().unwrap();
    run
}

/// The lease that an entry showed the payload to, if it did, and whether that was counted.
fn revealed(entry: &Entry) -> Option<(Verifier, bool)> {
    let Command::Holder { action: HolderAction::Reveal { lease, .. }, .. } = &entry.command else { return None };
    let counted = entry.log.iter().any(|line| line.event == Event::Started);
    matches!(entry.outcome, Ok(Outcome::Revealed(_))).then_some((*lease, counted))
}

/// How sealed bytes stand in a record, whatever the length: each object here is one byte over and
/// over.
fn stored(sealed: &[u8]) -> String {
    serde_json::to_value(PutPush { note: sealed[..33].to_vec(), ..push::put_request() }).unwrap()["note"]
        .as_str()
        .unwrap()
        .to_owned()
}

proptest! {
    #![proptest_config(world::config())]

    /// In any story and any order: a push is shown to as many leases as it allows, never to one
    /// more. Each of them gets the same again for 15 minutes and is counted once.
    #[test]
    fn views_are_limited_in_any_story(story in story()) {
        let run = Run::of(&story);
        prop_assume!(!created_anew(&run));
        // What was made, how many views it allows by now, and the views that were counted.
        let mut made: Option<PutPush> = None;
        let mut max = 0;
        let mut views: Vec<(Verifier, Timestamp)> = Vec::new();
        for entry in &run.trace {
            match &entry.command {
                Command::CreatePush { request, .. } if entry.outcome.is_ok() && made.is_none() => {
                    max = request.views_max;
                    made = Some((**request).clone());
                }
                Command::Owner { action: OwnerAction::ChangePush { request }, .. } if entry.outcome.is_ok() => {
                    max = request.views_max.unwrap_or(max);
                }
                _ => {}
            }
            let Some((lease, counted)) = revealed(entry) else { continue };
            if counted {
                prop_assert!(views.len() < max as usize, "one view too many");
                views.push((lease, entry.at));
            }
            // Whoever gets it has a view that was counted, and is not over.
            let begun = views.iter().rfind(|(known, _)| *known == lease).unwrap().1;
            prop_assert!(begun.until(entry.at).as_millis() < u128::from(VIEW));
            let Ok(Outcome::Revealed(answer)) = &entry.outcome else { unreachable!("it was revealed") };
            prop_assert_eq!(&answer.payload, &made.as_ref().unwrap().lock.payload);
            let ends = begun.after(std::time::Duration::from_millis(VIEW)).min(answer.link.expires_at);
            prop_assert_eq!(answer.expires_at, ends);
        }
        // Nothing else is told of anything but the link, and counted views are those that the owner
        // sees.
        if let Some(status) = run.push_status() {
            prop_assert_eq!(status.link.counters.started.count as usize, views.len());
        }
    }

    /// Many clients at once, in any order, asking again and again: as many as allowed see it.
    #[test]
    fn views_are_limited_for_many(turns in prop::collection::vec(0..20_u8, 1..100), views_max in 1..=4_u32) {
        let mut run = made(PutPush { views_max, ..push::put_request() });
        for client in turns.into_iter().chain(0..20) {
            run.apply(push::reveal(client));
        }
        let counted: Vec<_> = run.trace.iter().filter_map(revealed).filter(|(_, counted)| *counted).collect();
        prop_assert_eq!(counted.len(), views_max as usize);
        let seen: std::collections::BTreeSet<_> = run.trace.iter().filter_map(revealed).map(|(lease, _)| lease).collect();
        prop_assert_eq!(seen.len(), views_max as usize);
        prop_assert_eq!(run.look_at_push().unwrap().link.state, LinkState::Exhausted);
    }

    /// Once a push has ended, nothing of it is left but what its owner called it: no payload, no
    /// face, no verifier, at the very step that ends it. The reason told stays the same for 7 days;
    /// then nothing is told.
    #[test]
    fn what_is_gone_is_not_kept(story in story()) {
        let run = Run::of(&story);
        prop_assume!(!created_anew(&run));
        let request = push::put_request();
        let [payload, face, note] = [&request.lock.payload, &request.lock.face, &request.note].map(|sealed| stored(sealed));
        let open = push::open_verifier().to_string();
        let mut end: Option<Gone> = None;
        for entry in &run.trace {
            let Some(record) = &entry.after else { continue };
            let bytes = stored_text(record);
            let status = push_status(Some(record), &run.policy, entry.at);
            let gone = status.as_ref().and_then(|status| status.link.gone);
            let lives = status.as_ref().is_some_and(|status| status.link.gone.is_none());
            for (what, kept) in [("payload", &payload), ("face", &face), ("open verifier", &open)] {
                prop_assert_eq!(bytes.contains(kept.as_str()), lives, "{} is kept", what);
            }
            prop_assert_eq!(bytes.contains(&note), status.is_some());
            if let Some(end) = end {
                let recent = end.at.until(entry.at).as_millis() < u128::from(7 * DAY);
                prop_assert_eq!(gone, recent.then_some(end));
                match &entry.outcome {
                    Ok(Outcome::Revealed(_)) => prop_assert!(false, "nobody gets it any more"),
                    Ok(Outcome::PushView(view)) => prop_assert!(view.face.is_none() && view.link.gone == Some(end)),
                    Err(Refusal::Gone(told)) => prop_assert!(recent && *told == end),
                    _ => {}
                }
                if !recent {
                    prop_assert!(record.is_burned() && bytes.len() < 200);
                }
            }
            end = end.or(gone);
        }
    }

    /// The id is burned for 97 days, whoever asks for it.
    #[test]
    fn an_id_is_not_used_twice(wait in world::wait(), rest in world::wait()) {
        let mut run = made(push::put_request());
        run.apply(world::by_owner(OwnerAction::Revoke)).as_ref().unwrap();
        run.wait(wait);
        run.wait(rest);
        let age = wait + rest;
        match run.apply(push::put(push::put_request())) {
            Err(Refusal::Gone(gone)) => prop_assert!(age < 7 * DAY && gone.why == EndReason::Revoked),
            Err(Refusal::AlreadyExists) => prop_assert!((7 * DAY..97 * DAY).contains(&age)),
            Ok(_) => prop_assert!(age >= 97 * DAY),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    /// A push ends when its last view was acknowledged or is 15 minutes old, not before: whoever
    /// saw it can see it again until then, whatever the others do.
    #[test]
    fn a_reload_is_not_a_second_view(clients in 1..=4_u8, waits in prop::collection::vec(0..5 * MINUTE, 12)) {
        let mut run = made(PutPush { views_max: clients.into(), recipient_may_destroy: false, ..push::put_request() });
        let mut begun = BTreeMap::new();
        for (turn, wait) in waits.into_iter().enumerate() {
            let client = u8::try_from(turn).unwrap() % clients;
            let first = *begun.entry(client).or_insert(run.now);
            let counted = run.trace.iter().filter_map(revealed).filter(|(_, counted)| *counted).count();
            let young = first.until(run.now).as_millis() < u128::from(VIEW);
            let fine = run.apply(push::reveal(client)).is_ok();
            prop_assert_eq!(fine, young);
            let after = run.trace.iter().filter_map(revealed).filter(|(_, counted)| *counted).count();
            prop_assert_eq!(after - counted, usize::from(first == run.now && counted < begun.len()));
            run.wait(wait);
        }
        run.wait(VIEW);
        prop_assert_eq!(run.look_at_push().unwrap().link.gone.unwrap().why, EndReason::Spent);
    }

    /// Guessing ends: never more than 200 wrong ones are compared before the owner resumes it, nor
    /// more than were chosen.
    #[test]
    fn guessing_ends_in_any_story_of_a_push(story in story()) {
        let run = Run::of(&story);
        prop_assume!(!created_anew(&run));
        let (mut compared, mut chosen) = (0, None);
        for entry in &run.trace {
            match &entry.command {
                Command::CreatePush { request, .. } if entry.log.iter().any(|line| line.event == Event::Created) => {
                    chosen = request.destroy_after_guesses;
                }
                Command::Owner { action: OwnerAction::ChangePush { request }, .. }
                    if entry.outcome.is_ok() && request.paused == Some(false) =>
                {
                    compared = 0;
                }
                _ => {}
            }
            if !matches!(entry.outcome, Err(Refusal::WrongPassword { .. })) {
                continue;
            }
            compared += 1;
            let link = push_status(entry.after.as_ref(), &run.policy, entry.at).unwrap().link;
            if chosen.is_some_and(|most| most <= compared) {
                prop_assert_eq!((link.gone.map(|gone| gone.why), Some(compared)), (Some(EndReason::TooManyGuesses), chosen));
            } else {
                prop_assert_eq!((link.gone, link.state == LinkState::Locked), (None, compared == 200));
                prop_assert!(compared <= 200);
            }
        }
    }

    /// Looking, guessing, asking for what there is not: none of it takes anything.
    #[test]
    fn looking_is_not_viewing(commands in prop::collection::vec(push::holder_command(), 0..60)) {
        let mut run = made(PutPush { recipient_may_destroy: false, ..push::put_request() });
        for command in commands {
            let right = matches!(&command, Command::Holder { action: HolderAction::Reveal { attempt, .. }, .. }
                if attempt.open == push::open_verifier());
            if !right {
                run.apply(command);
            }
        }
        run.wait(MINUTE);
        let view = run.look_at_push().unwrap();
        prop_assert_eq!((view.link.state, view.link.downloads_left), (LinkState::Ready, 1));
        prop_assert!(view.face.is_some());
        prop_assert!(run.apply(push::reveal(9)).is_ok());
    }

    /// It always ends: at a moment that is known beforehand, and never later than the server
    /// allows.
    #[test]
    fn pushes_expire(story in story(), secs in any::<i64>()) {
        let run = Run::of(&story);
        let max = run.policy.limits.expiry_secs_max;
        for entry in &run.trace {
            let Some(status) = push_status(entry.after.as_ref(), &run.policy, entry.at) else { continue };
            prop_assert!(status.link.gone.is_some() || status.link.expires_at > entry.at);
            prop_assert!(entry.at.until(status.link.expires_at).as_secs() <= max);
            if status.link.gone.is_none() {
                // Forgotten by then, if it was spent long before.
                let late = push_status(entry.after.as_ref(), &run.policy, status.link.expires_at);
                let gone = late.map(|late| late.link.gone.map(|gone| gone.at <= status.link.expires_at));
                prop_assert!(gone.is_none_or(|gone| gone == Some(true)));
            }
        }
        let fine = (60..=90 * 24 * 60 * 60).contains(&secs);
        let mut run = made(push::put_request());
        let patch = PatchPush { expires_in_secs: Some(secs), ..PatchPush::default() };
        prop_assert_eq!(run.apply(push::patch(patch)).is_ok(), fine);
    }
}
