//! What holds of the function as such, whatever it decides.

use proptest::prelude::*;
use subrosa_lifecycle::{
    Change, Command as _, Effect, LoadedLinks, NeedsAllLinks, Record, RecordError, RecordKey, Refusal, Shown, Step,
    StoredRecord,
};
use subrosa_shared::api::{Event, ShareState};
use subrosa_shared::time::Timestamp;

use crate::command::{Command, HolderAction, Outcome, OwnerAction};
use crate::run::{Entry, Run, after, push_status, status, step};
use crate::world::{self, Move, any_story, story};

/// Steps as the story did, from what was stored then.
fn again(run: &Run, entry: &Entry) -> Step<Outcome> {
    step(entry.before.as_ref(), &entry.command, &run.policy, entry.at)
}

fn later(at: Timestamp, millis: i64) -> Timestamp {
    Timestamp::from_millis(at.as_millis().saturating_add_signed(millis))
}

proptest! {
    #![proptest_config(world::config())]

    #[test]
    fn step_is_deterministic(story in any_story()) {
        let run = Run::of(&story);
        for entry in &run.trace {
            prop_assert_eq!(again(&run, entry), again(&run, entry));
        }
    }

    #[test]
    fn time_in_one_jump_is_time_in_many(story in any_story(), cuts in prop::collection::vec(0.0..=1.0_f64, 0..4)) {
        let run = Run::of(&story);
        let mut last = world::START;
        for entry in &run.trace {
            let span = last.until(entry.at).as_millis() as f64;
            let mut ticks: Vec<_> = cuts.iter().map(|cut| later(last, (span * cut) as i64)).collect();
            // Moments at which something happens, and the ones right before.
            let due = entry.before.as_ref().map(Record::due).into_iter();
            let edges = due.flat_map(|due| [later(due, -1), due]);
            ticks.extend(edges.filter(|at| (last..=entry.at).contains(at)));
            ticks.sort();

            let (mut record, mut log) = (entry.before.clone(), Vec::new());
            for at in ticks {
                let step = step(record.as_ref(), &Command::Tick, &run.policy, at);
                record = after(record.as_ref(), &step);
                log.extend(step.log);
            }
            let step = step(record.as_ref(), &entry.command, &run.policy, entry.at);
            log.extend(step.log.clone());
            prop_assert_eq!(&step.outcome, &entry.outcome);
            prop_assert_eq!(after(record.as_ref(), &step), entry.after.clone());
            prop_assert_eq!(log, entry.log.clone());
            last = entry.at;
        }
    }

    /// Whoever holds one link gets, with that link alone loaded, what they would get with all of
    /// them; or the step asks for all of them.
    #[test]
    fn a_step_with_one_link_is_the_step_with_all(story in story()) {
        let run = Run::of(&story);
        for entry in &run.trace {
            let (Some(before), Shown::Holder(link, _)) = (&entry.before, entry.command.shown()) else { continue };
            let stored = before.to_stored();
            let alone = stored.cells.iter().filter(|cell| cell.link == link).cloned().collect();
            let alone = StoredRecord { head: stored.head.clone(), cells: alone };
            prop_assert_eq!(Record::admits(&alone, entry.command.shown()), Record::admits(&stored, entry.command.shown()));
            let alone = Record::from_stored(&alone, LoadedLinks::One(link)).unwrap();
            let (whole, alone_after) = match subrosa_lifecycle::step(Some(&alone), &entry.command, &run.policy, entry.at) {
                Err(NeedsAllLinks) => continue,
                Ok(step) => {
                    let whole = again(&run, entry);
                    prop_assert_eq!(&step.outcome, &whole.outcome);
                    prop_assert_eq!(&step.log, &whole.log);
                    prop_assert_eq!(step.needs_space, whole.needs_space);
                    (whole, after(Some(&alone), &step))
                }
            };
            let (Some(alone_after), Some(after)) = (alone_after, after(Some(before), &whole)) else { continue };
            // What is stored of the step beside what was there is the whole record.
            let mut merged = alone_after.to_stored_since(Some(&alone));
            let changed = merged.cells.clone();
            // The ledger removes all cells of what stands alone.
            let stays = !after.is_burned();
            merged.cells.extend(stored.cells.into_iter().filter(|cell| stays && changed.iter().all(|new| new.link != cell.link)));
            prop_assert_eq!(&Record::from_stored(&merged, LoadedLinks::All).unwrap(), &after);
            // Nobody comes too late for what time does.
            prop_assert!(alone_after.due() <= after.due());
        }
    }

    /// Nothing changes before a record is due, and something does when it is. While an effect is
    /// pending it is due at once.
    #[test]
    fn due_is_honest(story in any_story()) {
        let run = Run::of(&story);
        for entry in &run.trace {
            let Some(record) = &entry.after else { continue };
            let due = record.due();
            if record.pending_effects().is_empty() {
                prop_assert!(due > entry.at, "what was due has been done");
                let before = step(Some(record), &Command::Tick, &run.policy, later(due, -1));
                prop_assert_eq!((before.record, before.log), (Change::Unchanged, vec![]));
                let then = step(Some(record), &Command::Tick, &run.policy, due);
                prop_assert_ne!(then.record, Change::Unchanged);
            } else {
                prop_assert!(due <= entry.at);
                let done = step(Some(record), &Command::BlobsDeleted, &run.policy, entry.at);
                prop_assert!(after(Some(record), &done).is_none_or(|record| record.pending_effects().is_empty()));
            }
        }
    }

    /// Blobs are deleted when a share has ended, only then, and until somebody says that it is
    /// done.
    #[test]
    fn effects_are_pending_until_done(story in story()) {
        let run = Run::of(&story);
        let (mut gone, mut deleted) = (false, false);
        for entry in &run.trace {
            for line in &entry.log {
                if line.event == Event::Created {
                    // Anew, after all was forgotten.
                    (gone, deleted) = (false, false);
                }
                gone |= line.link.is_none()
                    && matches!(line.event, Event::Spent | Event::Expired | Event::Revoked | Event::Destroyed
                        | Event::TooManyGuesses | Event::Abandoned);
                prop_assert!(line.event != Event::Deleted || (gone && !deleted));
                deleted |= line.event == Event::Deleted;
            }
            match &entry.after {
                Some(record) => {
                    let pending: &[_] = if gone && !deleted { &[Effect::DeleteBlobs] } else { &[] };
                    prop_assert_eq!(record.pending_effects(), pending);
                    let status = status(Some(record), &run.policy, entry.at);
                    prop_assert_eq!(record.accepts_parts().is_some(), status.is_some_and(|s| s.state == ShareState::Uploading));
                }
                None => prop_assert_eq!(gone, deleted, "blobs are never forgotten"),
            }
        }
    }

    /// What a push hands over lies in its record, and goes with it: there is nothing to delete
    /// outside.
    #[test]
    fn pushes_have_no_effects(story in world::push::story()) {
        for record in Run::of(&story).trace.iter().filter_map(|entry| entry.after.as_ref()) {
            prop_assert_eq!(record.key(), RecordKey::Push(world::push::id()));
            prop_assert!(record.pending_effects().is_empty() && record.accepts_parts().is_none());
        }
    }

    #[test]
    fn a_record_survives_being_stored(story in any_story()) {
        let run = Run::of(&story);
        for record in run.trace.iter().filter_map(|entry| entry.after.as_ref()) {
            let stored = record.to_stored();
            prop_assert_eq!(&Record::from_stored(&stored, LoadedLinks::All).unwrap(), record);
            let len = stored.head.len() + stored.cells.iter().map(|cell| cell.bytes.len()).sum::<usize>();
            prop_assert!(len < 10_000, "{} bytes", len);

            let with_head = |head: &[u8]| {
                Record::from_stored(&StoredRecord { head: head.to_vec(), ..stored.clone() }, LoadedLinks::All)
            };
            let as_version = |version| {
                let text = String::from_utf8(stored.head.clone()).unwrap();
                with_head(text.replace("record 4 ", &format!("record {version} ")).as_bytes())
            };
            prop_assert_eq!(as_version(6), Err(RecordError::UnknownVersion { found: 6 }), "a newer version");
            // It speaks of no edition.
            let is_damaged = matches!(as_version(5), Err(RecordError::Damaged { .. }));
            prop_assert!(is_damaged);
            prop_assert!(matches!(with_head(&stored.head[1..]), Err(RecordError::Damaged { .. })), "damaged");
        }
    }

    /// A refusal leaves everything as if only time had passed, but for a wrong password, which is
    /// counted. So does whatever only asks.
    #[test]
    fn refusals_and_questions_change_nothing(story in any_story()) {
        let run = Run::of(&story);
        for entry in &run.trace {
            let asks = match &entry.command {
                Command::Owner { action, .. } => matches!(action, OwnerAction::Status | OwnerAction::ReadBack
                    | OwnerAction::StoreNote | OwnerAction::StorePart { .. } | OwnerAction::StoreManifest { .. }),
                Command::Holder { action, .. } => matches!(action, HolderAction::Status | HolderAction::CheckLease { .. }
                    | HolderAction::Fetch { bytes: 0, .. }),
                _ => false,
            };
            // Without a byte, a fetch says that the lease is in use: only that is kept, and nothing
            // is told of it.
            let silent = matches!(entry.command, Command::Holder { action: HolderAction::Fetch { bytes: 0, .. }, .. });
            let refused = matches!(&entry.outcome, Err(refusal) if !matches!(refusal, Refusal::WrongPassword { .. }));
            if asks || refused {
                // Whoever gets no lease has shown the right password nevertheless, like whoever
                // reads the manifest. Of a push nothing is known to read; so it is looked at
                // instead of compared as it is stored.
                let shown = matches!(entry.command, Command::Holder { action: HolderAction::Reveal { .. }, .. })
                    && matches!(entry.outcome, Err(Refusal::NoDownloadLeft { .. } | Refusal::LeaseEnded));
                let plain = match &entry.command {
                    Command::Holder { link, presented, action: HolderAction::Lease { attempt, .. } } => {
                        Command::Holder { link: *link, presented: *presented, action: HolderAction::ReadManifest(*attempt) }
                    }
                    _ => Command::Tick,
                };
                let tick = step(entry.before.as_ref(), &plain, &run.policy, entry.at);
                prop_assert_eq!(&entry.log, &tick.log);
                if shown {
                    let seen = |record| push_status(record, &run.policy, entry.at);
                    prop_assert_eq!(seen(entry.after.as_ref()), seen(after(entry.before.as_ref(), &tick).as_ref()));
                } else if !silent || refused {
                    prop_assert_eq!(&entry.after, &after(entry.before.as_ref(), &tick));
                }
            }
        }
    }

    /// A lost answer can be asked for again: the same answer, and nothing more happens.
    #[test]
    fn asking_again_gives_the_same_answer(story in any_story()) {
        let run = Run::of(&story);
        for entry in &run.trace {
            let idempotent = match &entry.command {
                Command::CountGuess { .. } => false,
                Command::Create { .. } | Command::CreatePush { .. } | Command::Tick | Command::BlobsDeleted
                    | Command::ContentChecked { .. } | Command::Owner { .. } => true,
                Command::Holder { action, .. } => matches!(action, HolderAction::Status | HolderAction::ReadManifest(_)
                    | HolderAction::Lease { .. } | HolderAction::Reveal { .. } | HolderAction::Finish { .. }
                    | HolderAction::CheckLease { .. }),
            };
            // Whoever ends a link by allowing it less changes a link that has ended, the second
            // time.
            let patch = matches!(&entry.command, Command::Owner { action: OwnerAction::ChangeLink { .. } | OwnerAction::ChangePush { .. }, .. });
            let ended = patch
                && entry.log.iter().any(|line| line.event == Event::Spent);
            if idempotent && !ended && entry.outcome.is_ok() {
                let same = step(entry.after.as_ref(), &entry.command, &run.policy, entry.at);
                prop_assert_eq!(&same.outcome, &entry.outcome);
                prop_assert_eq!(after(entry.after.as_ref(), &same), entry.after.clone());
                prop_assert_eq!((same.log, same.new_links), (vec![], vec![]));
                // Where a proof was compared, the same record is stored again.
                prop_assert_eq!(same.record == Change::Unchanged, entry.command.guesses().is_none());
            }
        }
    }

    /// Whoever has no proof learns nothing and changes nothing: everything is the same 404.
    #[test]
    fn without_its_proof_everything_is_not_found(story in any_story()) {
        let run = Run::of(&story);
        for entry in &run.trace {
            let command = match &entry.command {
                Command::Owner { action, .. } => Command::Owner { presented: world::wrong(), action: action.clone() },
                Command::Holder { link, action, .. } => {
                    Command::Holder { link: *link, presented: world::wrong(), action: action.clone() }
                }
                _ => continue,
            };
            let stranger = step(entry.before.as_ref(), &command, &run.policy, entry.at);
            let tick = step(entry.before.as_ref(), &Command::Tick, &run.policy, entry.at);
            prop_assert_eq!(stranger.outcome, Err(Refusal::NotFound));
            prop_assert_eq!((stranger.record, stranger.log), (tick.record, tick.log));
        }
    }

    /// What is told by the head of a stored record, without the rest of it, is what the step tells.
    #[test]
    fn a_proof_is_admitted_by_what_is_stored_as_by_the_step(story in any_story()) {
        let run = Run::of(&story);
        for entry in &run.trace {
            let Some(before) = &entry.before else { continue };
            let admitted = Record::admits(&before.to_stored(), entry.command.shown()).unwrap();
            prop_assert!(admitted || entry.outcome == Err(Refusal::NotFound), "{:?}", entry.command);
            let stranger = match &entry.command {
                Command::Owner { action, .. } => Command::Owner { presented: world::wrong(), action: action.clone() },
                Command::Holder { link, action, .. } => {
                    Command::Holder { link: *link, presented: world::wrong(), action: action.clone() }
                }
                _ => continue,
            };
            prop_assert_eq!(Record::admits(&before.to_stored(), stranger.shown()), Ok(false));
        }
    }

    /// What only asks changes nothing but what time alone changes: it needs no turn on its record.
    #[test]
    fn what_only_asks_changes_nothing(story in any_story()) {
        let run = Run::of(&story);
        for entry in run.trace.iter().filter(|entry| entry.command.is_read_only()) {
            let tick = step(entry.before.as_ref(), &Command::Tick, &run.policy, entry.at);
            prop_assert_eq!(&again(&run, entry).record, &tick.record);
            prop_assert_eq!(&entry.log, &tick.log);
        }
    }

    /// The timeline is in order, and the index of links is told of every new one, once.
    #[test]
    fn lines_are_in_order_and_links_are_told(story in any_story()) {
        let run = Run::of(&story);
        let mut last = world::START;
        for entry in &run.trace {
            for line in &entry.log {
                prop_assert!((last..=entry.at).contains(&line.at));
                last = line.at;
            }
            let added: Vec<_> =
                entry.log.iter().filter(|line| line.event == Event::LinkAdded).filter_map(|line| line.link).collect();
            prop_assert_eq!(again(&run, entry).new_links, added);
        }
    }

    /// A clock that goes back (it should not) brings nothing back, and breaks nothing.
    #[test]
    fn a_clock_that_goes_back_is_harmless(story in any_story(), back in world::wait()) {
        let mut run = Run::of(&story);
        run.apply(Command::Tick);
        let seen = |run: &Run| {
            let share = run.status().map(|status| (status.gone, status.created_at));
            share.or_else(|| run.push_status().map(|status| (status.link.gone, status.created_at)))
        };
        let gone = seen(&run).and_then(|(gone, _)| gone);
        run.now = later(run.now, -(back as i64));
        run.play(&story);
        run.apply(Command::Tick);
        if let (Some(gone), Some((still, created_at))) = (gone, seen(&run)) {
            prop_assert!(still == Some(gone) || created_at > gone.at);
        }
    }
}

/// Refusals and events that stories lead to, by name.
fn reached<S: Strategy<Value = Vec<Move>>>(stories: S) -> (Vec<String>, Vec<String>) {
    use proptest::strategy::ValueTree as _;
    use std::collections::BTreeSet;

    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut refusals, mut events, mut moves) = (BTreeSet::new(), BTreeSet::new(), 0);
    for _ in 0..1500 {
        let story: Vec<Move> = stories.new_tree(&mut runner).unwrap().current();
        moves += story.len();
        for entry in Run::of(&story).trace {
            let name = |text: String| text.split(['(', ' ', '{']).next().unwrap().to_owned();
            refusals.extend(entry.outcome.as_ref().err().map(|refusal| name(format!("{refusal:?}"))));
            events.extend(entry.log.iter().map(|line| name(format!("{:?}", line.event))));
        }
    }
    assert!(moves > 20_000);
    (refusals.into_iter().collect(), events.into_iter().collect())
}

/// Every kind of story that the laws are about does occur.
#[test]
fn stories_reach_far() {
    let (refusals, events) = reached(story());
    assert_eq!(
        refusals,
        [
            "AlreadyComplete",
            "AlreadyExists",
            "ContentLost",
            "DestroyNotAllowed",
            "DownloadsOutOfRange",
            "ExpiryOutOfRange",
            "Gone",
            "IncompleteUpload",
            "LeaseEnded",
            "LeaseNotStarted",
            "LeaseSpent",
            "Locked",
            "NoDownloadLeft",
            "NotComplete",
            "NotFound",
            "Paused",
            "TooManyGuesses",
            "TooManyLinks",
            "WrongPassword",
        ]
    );
    assert_eq!(
        events,
        [
            "Abandoned",
            "Changed",
            "Completed",
            "ContentLost",
            "ContentRestored",
            "Created",
            "Deleted",
            "Destroyed",
            "Expired",
            "Finished",
            "Granted",
            "Lapsed",
            "LinkAdded",
            "Locked",
            "Opened",
            "Paused",
            "Released",
            "Resumed",
            "Revoked",
            "Spent",
            "Started",
            "TooManyGuesses",
            "WrongPassword",
        ]
    );
}

#[test]
fn stories_of_pushes_reach_far() {
    let (refusals, events) = reached(world::push::story());
    assert_eq!(
        refusals,
        [
            "AlreadyExists",
            "DestroyNotAllowed",
            "ExpiryOutOfRange",
            "Gone",
            "LeaseEnded",
            "Locked",
            "NoDownloadLeft",
            "NotFound",
            "Paused",
            "PayloadLength",
            "TooManyGuesses",
            "ValueOutOfRange",
            "WrongPassword",
        ]
    );
    assert_eq!(
        events,
        [
            "Changed",
            "Created",
            "Destroyed",
            "Expired",
            "Finished",
            "Lapsed",
            "Locked",
            "Paused",
            "Resumed",
            "Revoked",
            "Spent",
            "Started",
            "TooManyGuesses",
            "WrongPassword",
        ]
    );
}
