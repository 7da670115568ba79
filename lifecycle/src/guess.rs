//! The one check for open proofs: compared and counted in one step, ever slower, and not without
//! end.

use std::time::Duration;

use subrosa_shared::api::{EndReason, Event, Gone};
use subrosa_shared::id::{DeviceId, Verifier};
use subrosa_shared::limits::GUESSES_MAX;
use subrosa_shared::time::Timestamp;
use subtle::ConstantTimeEq as _;

use crate::context::Context;
use crate::record::{Guesses, Link, Live, count};
use crate::refusal::Refusal;
use crate::rules::{DEVICES_MAX, GUESS_WAIT_MAX};

/// An open proof, and the device that it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenAttempt {
    /// Verifier of the open proof that was presented.
    pub open: Verifier,
    /// Verifier of the device proof, if one was presented.
    pub device: Option<Verifier>,
}

/// Compares, and counts what was wrong. A right one ends the row of wrong ones, but not their
/// total, and its device is remembered: it is not slowed by the guesses of others.
pub(crate) fn check(link: &mut Link, attempt: &OpenAttempt, context: &mut Context<'_>) -> Result<(), Refusal> {
    let live = link.live_mut()?;
    if live.guesses.locked {
        return Err(Refusal::Locked);
    }
    let device = attempt.device.as_ref().map(DeviceId::derive);
    if let Some(retry_after) = live.guesses.wait(context.now)
        && !device.is_some_and(|device| live.devices.contains(&device))
    {
        return Err(Refusal::TooManyGuesses { retry_after });
    }
    if is_right(live, attempt, context) {
        live.guesses.streak = 0;
        live.guesses.wait_until = None;
        live.remember(device);
        return Ok(());
    }

    Err(Refusal::WrongPassword { retry_after: count_wrong(link, context)? })
}

/// Counts a wrong one, and does what follows: it can end the link, or lock it. Gives the wait after
/// it.
pub(crate) fn count_wrong(link: &mut Link, context: &mut Context<'_>) -> Result<Duration, Refusal> {
    let (id, now) = (link.link, context.now);
    let destroy_after = link.destroy_after_guesses;
    let live = link.live_mut()?;
    let retry_after = live.guesses.count(now);
    let total = live.guesses.total;
    let locks = !live.guesses.locked && total >= GUESSES_MAX;
    live.guesses.locked |= locks;
    count(&mut link.counters.wrong_password, now);
    context.log(Some(id), Event::WrongPassword);
    if destroy_after.is_some_and(|guesses| total >= guesses) {
        link.end(Gone { why: EndReason::TooManyGuesses, at: now }, &mut context.journal);
    } else if locks {
        context.log(Some(id), Event::Locked);
    }
    Ok(retry_after)
}

/// Whether the open proof is the right one. Takes the same time whatever the answer. The only place
/// that compares: the step is stored then, also if nothing else changed, so that a ledger that
/// takes no changes answers right and wrong alike.
pub(crate) fn is_right(live: &Live, attempt: &OpenAttempt, context: &mut Context<'_>) -> bool {
    context.journal.compared = true;
    live.open_verifier.as_bytes().ct_eq(attempt.open.as_bytes()).into()
}

impl Guesses {
    /// How long unknown devices have to wait, if they have to.
    pub(crate) fn wait(&self, now: Timestamp) -> Option<Duration> {
        self.wait_until.map(|until| now.until(until)).filter(|wait| !wait.is_zero())
    }

    /// Counts a wrong one. Gives the wait after it: 1 s, 2 s, 4 s and so on.
    fn count(&mut self, now: Timestamp) -> Duration {
        let wait = 1_u64.checked_shl(self.streak).map_or(GUESS_WAIT_MAX, Duration::from_secs).min(GUESS_WAIT_MAX);
        self.streak = self.streak.saturating_add(1);
        self.total = self.total.saturating_add(1);
        self.wait_until = Some(now.after(wait));
        wait
    }
}

impl Live {
    /// Remembers a device that opened the link; of too many it forgets the one that was remembered
    /// first.
    fn remember(&mut self, device: Option<DeviceId>) {
        if let Some(device) = device.filter(|device| !self.devices.contains(device)) {
            self.devices.push(device);
            if self.devices.len() > DEVICES_MAX {
                self.devices.remove(0);
            }
        }
    }
}
