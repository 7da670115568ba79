//! What a server does with a command, as `server/src/store.rs` does it: load, step, commit by
//! compare-and-swap, answer. Every function is one of the moves between which others move.

use crate::judge;
use crate::life::{Answer, Call, Contents, Next, Stepped, Why, ask};
use crate::state::{Owed, Phase, REAPER, Reaper, Slot, State};

/// What a ledger does with a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It takes it, if nobody else was faster.
    Taken,
    /// It fails.
    Failed,
    /// It takes it, and the server does not learn of it.
    Unanswered,
}

/// A server takes a command.
pub(crate) fn accept(state: &mut State, slot: usize, client: Option<u8>, call: Call) {
    let owes = state.slots[slot].owes;
    state.slots[slot] = Slot { call, client, owes, ..Slot::FREE };
    load(state, slot);
}

/// Loads the record, reads the clock and steps. That is one move: what others do in between is
/// noticed at the commit, or might as well have been done before. Where a guess is owed, it is
/// counted before another is compared.
fn load(state: &mut State, slot: usize) {
    let (record, now) = (state.record, state.now);
    let slot = &mut state.slots[slot];
    if slot.owes.is_some_and(|owed| owed.is_stored) && slot.call.guesses() {
        slot.owes = None;
    }
    slot.is_paying = slot.owes.is_some() && slot.call.guesses();
    (slot.read, slot.is_stale, slot.at, slot.phase) = (record, false, now, Phase::Stepped);
}

/// Stores what the step changed, or makes sure that what it rests on is stored. Gives whether the
/// answer may leave at once: where nothing was stored, a server that dies before the answer might
/// as well have died before the commit.
pub(crate) fn commit(state: &mut State, number: usize, fate: Fate) -> bool {
    let slot = state.slots[number];
    let call = working_on(&slot);
    let stepped = slot.read.map_or(&NOTHING_THERE, |read| ask(read, call, slot.at));
    let changes = stepped.change != Next::Unchanged;
    let guessed = call.guesses() && stepped.answer == Answer::Refused(Why::WrongPassword);
    if fate != Fate::Failed && slot.is_stale {
        load(state, number);
        return false;
    }
    if changes && fate != Fate::Failed {
        judge::before_change(state, &slot, call, stepped);
        put(state, stepped.change);
        // From now on parts may be stored.
        if let (Call::Begin { content }, Answer::Done) = (call, stepped.answer) {
            state.blobs = state.blobs.with(Contents::one(content));
        }
        judge::after_change(state, &slot, call, stepped);
    }
    let slot = &mut state.slots[number];
    if fate != Fate::Taken {
        (slot.phase, slot.answer) = (Phase::Answering, Answer::Unavailable);
        if let (true, Some(link)) = (guessed, call.link()) {
            slot.owes = Some(Owed { link, is_stored: fate == Fate::Unanswered });
            judge::guess_failed(state, link);
        }
        true
    } else if slot.is_paying {
        slot.owes = None;
        load(state, number);
        false
    } else {
        (slot.phase, slot.answer) = (Phase::Answering, stepped.answer);
        judge::before_answer(state, number, stepped);
        !changes
    }
}

/// Puts a record in the place of another: nothing that was read before is current.
fn put(state: &mut State, change: Next) {
    match change {
        Next::Put(record) => state.record = Some(record),
        Next::Remove => state.record = None,
        Next::Unchanged => {}
    }
    for slot in &mut state.slots {
        slot.is_stale = slot.phase != Phase::Free;
        if let Some(owed) = &mut slot.owes {
            owed.is_stored = false;
        }
    }
}

/// Gives the answer away. Who asked may not be there any more: what leaves has left.
pub(crate) fn answer(state: &mut State, number: usize) -> (Option<u8>, Call, Answer) {
    let slot = state.slots[number];
    judge::at_answer(state, &slot);
    state.slots[number] = Slot { owes: slot.owes, ..Slot::FREE };
    (slot.client, slot.call, slot.answer)
}

/// A server is killed. It forgets everything.
pub(crate) fn crash(state: &mut State, number: usize) -> Option<u8> {
    let slot = std::mem::replace(&mut state.slots[number], Slot::FREE);
    judge::crashed(state, &slot);
    slot.client
}

/// The next move of the reaper that is not one in its slot, as `server/src/reaper.rs` makes it.
pub(crate) fn reap(state: &mut State) {
    match state.reaper {
        Reaper::Idle => {
            state.reaper = Reaper::Ticks;
            accept(state, REAPER, None, Call::Tick);
        }
        Reaper::TickFailed => {
            // A disk that is too full for the change is full of what has to go.
            state.reaper = Reaper::Idle;
            // Not while somebody is in the middle who read the clock before that: they could still
            // prolong the share. The server waits for longer than a commit takes.
            let in_the_middle = state.slots.iter().any(|slot| slot.phase == Phase::Stepped && slot.at < state.now);
            if !in_the_middle && is_over(state) {
                delete_blobs(state, None);
            }
        }
        Reaper::Ticked => {
            let pending = state.record.filter(|record| record.blobs_pending);
            state.reaper = pending.map_or(Reaper::Idle, |record| Reaper::Deletes(record.leaving.lowest()));
        }
        Reaper::Deletes(content) => {
            state.reaper = Reaper::Deleted(content);
            delete_blobs(state, content);
        }
        Reaper::Deleted(content) => {
            state.reaper = Reaper::Says;
            let said = content.map_or(Call::BlobsDeleted, |content| Call::ContentDeleted { content });
            accept(state, REAPER, None, said);
        }
        Reaper::Ticks | Reaper::Says => {
            let (_, _, answer) = answer(state, REAPER);
            state.reaper = match (state.reaper, answer) {
                (Reaper::Ticks, Answer::Unavailable) => Reaper::TickFailed,
                (Reaper::Ticks, _) => Reaper::Ticked,
                _ => Reaper::Idle,
            };
        }
    }
}

fn is_over(state: &State) -> bool {
    state.record.is_some_and(|record| match ask(record, Call::Tick, state.now).change {
        Next::Unchanged => !record.keeps_blobs,
        Next::Put(record) => !record.keeps_blobs,
        Next::Remove => true,
    })
}

/// Of one content, or all.
fn delete_blobs(state: &mut State, content: Option<u8>) {
    judge::at_deletion(state, content);
    state.blobs = content.map_or(Contents::NONE, |content| state.blobs.without(Contents::one(content)));
}

/// The command that is worked on: a guess that is owed comes first.
fn working_on(slot: &Slot) -> Call {
    match slot.owes {
        Some(Owed { link, .. }) if slot.is_paying => Call::CountGuess { link },
        _ => slot.call,
    }
}

/// What there is to say where no record is.
static NOTHING_THERE: Stepped = Stepped {
    change: Next::Unchanged,
    answer: Answer::Refused(Why::NotFound),
    lines: [crate::life::Lines { opened: 0, wrong: 0, granted: 0, released: 0, started: 0, finished: 0, lapsed: 0 };
        crate::life::LINKS],
    hands_out: false,
    handed: None,
    is_of_one: true,
    agrees_alone: true,
};
