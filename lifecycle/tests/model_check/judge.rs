//! Holds what happens against the promises, from what was told, what left and what the ledger took.

use subrosa_shared::api::EndReason;

use crate::life::{Answer, Call, Contents, DAY, Known, LINKS, Millis, Next, SOMEBODY, Stepped, Why, ask};
use crate::promises::Promise;
use crate::state::{LEASES, Reaper, Slot, State};

/// Most wrong passwords before a link locks.
const GUESSES_MAX: u32 = 200;
/// How long an id stays burned after an end, with the tombstone before.
const BURNED: Millis = 97 * DAY;

/// Something is about to be stored.
pub(crate) fn before_change(state: &mut State, slot: &Slot, call: Call, stepped: &Stepped) {
    hands_out(state, slot, call, stepped);
    state.broken.demand(Promise::OneLinkIsEnough, stepped.agrees_alone);
    let Some(record) = state.record else { return };
    if let Call::Lease { lease, .. } = call
        && let Some(past) = state.past.leases.get(usize::from(lease))
    {
        let counted = stepped.lines.iter().any(|lines| lines.granted + lines.started > 0);
        let is_its_own = past.holds_a_place(slot.at) && !record.is_push || past.runs(record.is_push, slot.at);
        state.broken.demand(Promise::CountedOnce, !(counted && is_its_own));
    }
}

/// It is stored.
pub(crate) fn after_change(state: &mut State, slot: &Slot, call: Call, stepped: &Stepped) {
    for (all, more) in state.lines.iter_mut().zip(stepped.lines) {
        all.add(more);
    }
    let at = slot.at;
    if let (Call::Resume { link }, Answer::Done) = (call, stepped.answer) {
        let link = usize::from(link);
        state.past.links[link].forgiven = state.lines[link].wrong;
    }
    if let Call::Lease { lease, .. } | Call::Fetch { lease, .. } | Call::Finish { lease, .. } = call
        && let Some(past) = state.past.leases.get_mut(usize::from(lease))
    {
        let lines = call.link().map(|link| stepped.lines[usize::from(link)]).unwrap_or_default();
        match (call, stepped.answer) {
            (Call::Lease { .. }, Answer::Granted) if lines.granted + lines.started > 0 => {
                (past.granted_at, past.is_finished) = (Some(at), false);
                past.used_at = (lines.started > 0).then_some(at);
                past.content = stepped.handed.unwrap_or_default();
            }
            (Call::Fetch { .. }, Answer::Done) => past.used_at = past.used_at.max(Some(at)),
            (Call::Finish { .. }, Answer::Done) if lines.finished > 0 => {
                (past.is_finished, past.was_finished) = (true, true);
            }
            _ => {}
        }
    }
    record(state, Some(stepped));
}

/// A record is stored, or time went by. What was handed out, what was granted and what was counted
/// is held against it.
pub(crate) fn record(state: &mut State, stepped: Option<&Stepped>) {
    let Some(record) = state.record else {
        let forgotten = state.past.gone_at.is_some_and(|at| state.now >= at + BURNED);
        state.broken.demand(Promise::BurnedStaysBurned, forgotten);
        state.broken.demand(Promise::BlobsGo, state.blobs.is_empty());
        return;
    };
    state.broken.demand(Promise::StoredIsRead, record.survives_storing);
    state.broken.demand(Promise::DueIsHonest, record.due_is_honest);
    if state.past.gone_at.is_some() {
        let still = record.is_burned || record.gone_at == state.past.gone_at;
        state.broken.demand(Promise::EndsAreFinal, still);
        let refused = matches!(ask(record, Call::Create, state.now).answer, Answer::Refused(_));
        let over = state.past.gone_at.is_some_and(|at| state.now >= at + BURNED);
        state.broken.demand(Promise::BurnedStaysBurned, refused || over);
    } else {
        state.broken.demand(Promise::EndsAreFinal, !record.is_burned);
        state.past.gone_at = record.gone_at;
    }
    for place in 0..LINKS {
        link(state, place, stepped);
    }
    blobs(state);
    contents(state);
}

fn link(state: &mut State, place: usize, stepped: Option<&Stepped>) {
    let Some(record) = state.record else { return };
    let Some(link) = record.links[place] else { return };
    let (now, lines) = (state.now, state.lines[place]);
    let past = &mut state.past.links[place];
    past.max = past.max.max(link.max);
    let most = past.max;

    // Counters, and what they count.
    let counted = [link.taken, link.wrong, link.opened, link.finished];
    let written = [lines.started, lines.wrong, lines.opened, lines.finished].map(u32::from);
    state.broken.demand(Promise::CountersAreTheTimeline, counted == written);
    let leases = state.past.leases.iter().filter(|lease| usize::from(lease.link) == place);
    let got_content = leases.clone().filter(|lease| lease.got_content).count() as u32;
    state.broken.demand(Promise::ALimitIsALimit, got_content <= most);
    state.broken.demand(Promise::UsedStaysUsed, got_content <= link.taken);
    let starts = stepped.is_some_and(|stepped| stepped.lines[place].started > 0);
    state.broken.demand(Promise::ALimitIsALimit, !starts || link.taken <= link.max);

    // Ends.
    let gone = link.gone.map(|(why, at)| (why as u8, at));
    state.broken.demand(Promise::EndsAreFinal, past_gone(state, place).is_none_or(|before| gone == Some(before)));
    state.past.links[place].gone = gone;
    let last = &mut state.past.links[place].last_content;
    let stayed = *last == 0 || *last == link.content;
    *last = if gone.is_some() { link.content } else { 0 };
    state.broken.demand(Promise::EndedLinksGetNothingNew, stayed);
    let has_ended = gone.is_some() || record.gone_at.is_some();
    state.broken.demand(Promise::NothingSealedStays, !has_ended || link.sealed.is_empty());
    let leases = state.past.leases.iter().filter(|lease| usize::from(lease.link) == place);
    if let Some((EndReason::Spent, at)) = link.gone {
        let running = leases.clone().any(|lease| lease.runs(record.is_push, at));
        state.broken.demand(Promise::SavedBeforeDestroyed, !running);
        state.broken.demand(Promise::SavedBeforeDestroyed, lines.started > 0);
    }

    // What somebody would be told who asked now.
    let asked = ask(record, Call::Lease { link: place as u8, lease: SOMEBODY, right: true }, now);
    let running = leases.clone().any(|lease| lease.runs(record.is_push, now));
    let waiting = leases.clone().filter(|lease| !record.is_push && lease.holds_a_place(now)).count() as u32;
    let is_free = link.taken + waiting < link.max;
    match asked.answer {
        Answer::Granted => {
            state.broken.demand(Promise::ALimitIsALimit, is_free);
            state.broken.demand(Promise::GoneIsGone, !has_ended && now < link.expires_at);
        }
        Answer::Refused(Why::NoneLeft) => {
            state.broken.demand(Promise::UnusedGoesBack, !is_free);
            state.broken.demand(Promise::SavedBeforeDestroyed, running || waiting > 0 || link.waits);
        }
        _ => {}
    }
    for lease in 0..LEASES {
        going_on(state, place, lease);
    }
}

fn past_gone(state: &State, place: usize) -> Option<(u8, Millis)> {
    state.past.links[place].gone
}

/// Whoever began may go on.
fn going_on(state: &mut State, place: usize, lease: usize) {
    let Some(record) = state.record else { return };
    let past = state.past.leases[lease];
    if usize::from(past.link) != place || !past.runs(record.is_push, state.now) {
        return;
    }
    let (link, lease) = (past.link, lease as u8);
    let call = if record.is_push { Call::Lease { link, lease, right: true } } else { Call::Fetch { link, lease } };
    let answer = ask(record, call, state.now).answer;
    let spent = record.links[place].is_some_and(|link| matches!(link.gone, Some((EndReason::Spent, _))));
    let lost = matches!(answer, Answer::Refused(Why::LeaseEnded | Why::NoneLeft | Why::NotStarted));
    state.broken.demand(Promise::GoingOn, !(lost || spent && answer == Answer::Refused(Why::Gone)));
}

/// Blobs are there as long as something needs them; and if they are not needed any more, the reaper
/// finds that out.
fn blobs(state: &mut State) {
    let Some(record) = state.record.filter(|record| !record.is_push) else { return };
    let over = match ask(record, Call::Tick, state.now).change {
        Next::Unchanged => !record.keeps_blobs,
        Next::Put(record) => !record.keeps_blobs,
        Next::Remove => true,
    };
    let told = record.due <= state.now || state.reaper != Reaper::Idle;
    state.broken.demand(Promise::BlobsGo, !over || state.blobs.is_empty() || told);
    state.broken.demand(Promise::BlobsStay, over || !state.blobs.is_empty());
}

/// Which contents a share holds: those that something needs, and no more than that.
fn contents(state: &mut State) {
    // What time has done by now counts, whether or not somebody has noticed.
    let now = |record: Known| match ask(record, Call::Tick, state.now).change {
        Next::Unchanged => Some(record),
        Next::Put(record) => Some(record),
        Next::Remove => None,
    };
    let is_there = |record: &Known| !record.is_push && record.gone_at.is_none() && !record.is_burned;
    let Some(record) = state.record.and_then(now).filter(is_there) else { return };
    let (fixed, uploading) = (record.fixed, record.uploading);
    state.broken.demand(Promise::AtMostThree, fixed.with(uploading).len() <= 3 && uploading.len() <= 1);
    let mut needed = Contents::NONE;
    for (place, link) in record.links.iter().enumerate() {
        let Some(link) = link.filter(|link| link.gone.is_none()) else { continue };
        let shown = Contents::one(link.content);
        let leases = state.past.leases.iter().filter(|lease| usize::from(lease.link) == place);
        let running = leases.filter(|lease| lease.runs(false, state.now) || lease.holds_a_place(state.now));
        let read = running.fold(Contents::NONE, |all, lease| all.with(Contents::one(lease.content)));
        needed = needed.with(shown).with(read);
        // The keys of what was behind it stay as long as somebody reads it.
        state.broken.demand(Promise::NothingSealedStays, link.sealed.without(shown.with(read)).is_empty());
    }
    state.broken.demand(Promise::ContentsStay, needed.without(fixed).is_empty());
    state.broken.demand(Promise::ContentsStay, needed.without(state.blobs).is_empty());
    state.broken.demand(Promise::ContentsGo, fixed.without(needed.with(fixed.newest(2))).is_empty());
    let left = state.blobs.without(fixed.with(uploading));
    let is_told = left.without(record.leaving).is_empty() && record.due <= state.now;
    state.broken.demand(Promise::BlobsGo, left.is_empty() || is_told || state.reaper != Reaper::Idle);
}

/// The ledger did not take a step that compared a wrong password: from that somebody may learn.
pub(crate) fn guess_failed(state: &mut State, link: u8) {
    state.past.guesses_noticed[usize::from(link)] += 1;
    guesses(state);
}

/// Guesses that somebody could notice are counted, or owed, or were owed by a server that is dead.
fn guesses(state: &mut State) {
    for place in 0..LINKS {
        let owed = state.slots.iter().filter_map(|slot| slot.owes).filter(|owed| usize::from(owed.link) == place);
        let covered = owed.count() as u16 + u16::from(state.past.guesses_excused);
        let noticed = u16::from(state.past.guesses_noticed[place]);
        // Where the link has ended, there is nothing left to guess.
        let ended = state.past.links[place].gone.is_some() || state.past.gone_at.is_some();
        state.broken.demand(Promise::GuessesCount, ended || noticed <= state.lines[place].wrong + covered);
    }
}

/// A server died.
pub(crate) fn crashed(state: &mut State, slot: &Slot) {
    if slot.owes.is_some() {
        state.past.guesses_excused += 1;
    }
}

/// An answer is made, from a step that is stored or rests on what is.
pub(crate) fn before_answer(state: &mut State, number: usize, stepped: &Stepped) {
    let slot = state.slots[number];
    if stepped.change == Next::Unchanged {
        hands_out(state, &slot, slot.call, stepped);
    }
    if slot.call.guesses() && stepped.answer.tells_of_a_password() {
        state.broken.demand(Promise::ComparedIsStored, stepped.change != Next::Unchanged);
    }
}

/// Nothing sealed leaves for a link that has ended: by what the ledger holds, whatever the server
/// has read. And what leaves is of one content.
fn hands_out(state: &mut State, slot: &Slot, call: Call, stepped: &Stepped) {
    state.broken.demand(Promise::NobodyGetsAMix, stepped.is_of_one);
    if let Call::Lease { lease, .. } | Call::Fetch { lease, .. } | Call::Reopen { lease, .. } = call
        && let Some(past) = state.past.leases.get(usize::from(lease))
        && (past.runs(false, slot.at) || past.holds_a_place(slot.at))
        && let Some(handed) = stepped.handed
    {
        let is_push = state.record.is_some_and(|record| record.is_push);
        state.broken.demand(Promise::NobodyGetsAMix, is_push || handed == past.content);
    }
    if let (true, Some(link)) = (stepped.hands_out, call.link().map(usize::from)) {
        let kept = state.record.filter(|record| record.gone_at.is_none()).and_then(|record| record.links[link]);
        let is_open = kept.is_some_and(|link| link.gone.is_none() && slot.at < link.expires_at);
        state.broken.demand(Promise::GoneIsGone, is_open);
    }
}

/// An answer leaves.
pub(crate) fn at_answer(state: &mut State, slot: &Slot) {
    let past = &mut state.past;
    let durable = match (slot.call, slot.answer) {
        (Call::Lease { lease, .. }, Answer::Granted) => {
            let is_push = state.record.is_some_and(|record| record.is_push);
            past.leases.get_mut(usize::from(lease)).is_none_or(|past| {
                past.got_content |= is_push;
                past.granted_at.is_some()
            })
        }
        (Call::Fetch { lease, .. }, Answer::Done) => past.leases.get_mut(usize::from(lease)).is_none_or(|past| {
            past.got_content = true;
            past.used_at.is_some()
        }),
        (Call::Finish { lease, .. }, Answer::Done) => {
            past.leases.get(usize::from(lease)).is_none_or(|past| past.was_finished)
        }
        (Call::Open { link, .. } | Call::Reopen { link, .. }, Answer::Opened) => {
            let told = &mut past.links[usize::from(link)].opened_told;
            *told += 1;
            *told <= state.lines[usize::from(link)].opened
        }
        (_, Answer::Refused(Why::WrongPassword)) => {
            let link = slot.call.link().map_or(0, usize::from);
            past.links[link].wrong_told += 1;
            past.guesses_noticed[link] += 1;
            let told = past.links[link].wrong_told;
            state.broken.demand(Promise::GuessesCount, told <= state.lines[link].wrong);
            guesses(state);
            true
        }
        (Call::Revoke, Answer::Done) => past.gone_at.is_some(),
        (Call::RevokeLink { link }, Answer::Done) => past.links[usize::from(link)].gone.is_some(),
        _ => true,
    };
    state.broken.demand(Promise::AnsweredIsCommitted, durable);
    record(state, None);
}

/// Blobs are about to be deleted: of one content, or all.
pub(crate) fn at_deletion(state: &mut State, content: Option<u8>) {
    if let Some(content) = content {
        let there = state.record.map_or(Contents::NONE, |record| record.fixed.with(record.uploading));
        let is_needed = !there.without(there.without(Contents::one(content))).is_empty();
        return state.broken.demand(Promise::ContentsStay, !is_needed);
    }
    let over = state.record.is_none_or(|record| match ask(record, Call::Tick, state.now).change {
        Next::Unchanged => !record.keeps_blobs,
        Next::Put(record) => !record.keeps_blobs,
        Next::Remove => true,
    });
    state.broken.demand(Promise::BlobsStay, over);
}

/// How often somebody may guess.
pub(crate) fn guessing_ends(state: &State, destroy_after: Option<u32>) -> bool {
    let Some(record) = state.record else { return true };
    (0..LINKS).all(|place| {
        let Some(link) = record.links[place] else { return true };
        let wrong = link.wrong - u32::from(state.past.links[place].forgiven);
        let ends = destroy_after.is_none_or(|most| wrong < most || link.gone.is_some());
        ends && (wrong < GUESSES_MAX || link.is_locked || link.gone.is_some())
    })
}
