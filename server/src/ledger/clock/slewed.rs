//! Time that goes on steadily, whatever is done to the machine's clock.
//!
//! Expiry is a promise, and a clock that is set ahead would end everything that is due by then, for
//! good. So the clock is believed once, at the start; from then on time passes as it does for the
//! machine, and is drawn towards the clock, but so slowly that nothing ends noticeably early or
//! late.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use subrosa_shared::time::Timestamp;

use super::Clock;

/// Time is corrected by one part in so many (500 ppm, 43 seconds a day): as fast as systems slew
/// their own clocks, and a week is right to 5 minutes.
const SLEW: u128 = 2_000;
/// A clock that is further off was set, or is wrong: it is not followed.
const STEP_MAX: Duration = Duration::from_secs(10 * 60);
/// A clock that is further ahead of what the ledger knows is not believed at the start: few servers
/// are off for longer.
pub(crate) const SKEW_MAX: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A machine that has run for less may not have set its clock yet: a step ahead is believed, within
/// the same bound as at the start.
const BOOT_GRACE: Duration = Duration::from_secs(15 * 60);
/// The log says so often that a clock is not followed.
const WARN_EVERY: Duration = Duration::from_secs(60);
/// 2026-01-01: there was no Subrosa before. A clock that says less was never set.
const EARLIEST: Duration = Duration::from_secs(1_767_225_600);

/// What a machine knows about time.
pub trait Machine: Send + Sync + 'static {
    /// What its clock says, since 1970. May be set to anything at any moment.
    fn clock(&self) -> Duration;
    /// For how long it runs, sleep included. Only grows, and nobody can set it.
    fn uptime(&self) -> Duration;
}

/// The machine that this program runs on.
#[derive(Clone, Copy, Debug, Default)]
pub struct ThisMachine;

impl Machine for ThisMachine {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn clock(&self) -> Duration {
        std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }

    fn uptime(&self) -> Duration {
        use rustix::time::{ClockId, clock_gettime};
        // Linux stops its monotonic clock while the machine sleeps, others do not.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let clock = ClockId::Boottime;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let clock = ClockId::Monotonic;
        clock_gettime(clock).try_into().unwrap_or_default()
    }
}

/// A clock that is too far from what the ledger knows to start with. What it says is for the
/// operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockRefused {
    /// It was never set.
    #[error("the machine's clock says a year before 2026, so it was never set. Set it, and start again")]
    Unset,
    /// Starting would end whatever expires in between.
    #[error(
        "the machine's clock is {} ahead of the last moment that the ledger knows. Starting now would end for good whatever \
         expires in between. If the clock is wrong, set it. If it is right, because the server was off for so long, start \
         once with --accept-clock",
        told(*by)
    )]
    Ahead {
        /// How far.
        by: Duration,
    },
    /// Time never goes back, so it would be wrong by as much.
    #[error(
        "the machine's clock is {} behind the last moment that the ledger knows. If the clock is wrong, or not set yet \
         after a start of the machine, set it. If it is right, and was wrong before, wait for so long or start with \
         --accept-clock: time then goes on from that last moment, ahead of the clock",
        told(*by)
    )]
    Behind {
        /// How far.
        by: Duration,
    },
}

/// A span in its largest unit, for people.
fn told(span: Duration) -> String {
    let secs = span.as_secs();
    let (of, unit) = match secs {
        0..120 => (1, "seconds"),
        120..7_200 => (60, "minutes"),
        7_200..172_800 => (3_600, "hours"),
        172_800.. => (86_400, "days"),
    };
    format!("{} {unit}", secs / of)
}

/// Whether a machine's clock can be believed at the start, after the last moment that the ledger
/// knows, if it knows one. Answers that moment, since 1970. With `accept` it may be far from it.
pub(crate) fn check_at_start(
    clock: Duration,
    reached: Option<Timestamp>,
    accept: bool,
) -> Result<Duration, ClockRefused> {
    if clock < EARLIEST {
        return Err(ClockRefused::Unset);
    }
    let reached = reached.map_or(clock, |reached| Duration::from_millis(reached.as_millis()));
    let (ahead, behind) = (clock.saturating_sub(reached), reached.saturating_sub(clock));
    if ahead > SKEW_MAX && !accept {
        return Err(ClockRefused::Ahead { by: ahead });
    }
    if behind > STEP_MAX && !accept {
        return Err(ClockRefused::Behind { by: behind });
    }
    Ok(reached)
}

/// Believes the machine's clock at the start, and then follows it slowly.
#[derive(Debug)]
pub struct SlewedClock<M> {
    machine: M,
    accept: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// The last moment that the ledger knew at the start.
    known: Duration,
    /// Now, since 1970.
    time: Duration,
    /// The uptime at that time.
    uptime: Duration,
    /// Nanoseconds that have not been used for a correction yet, less than [`SLEW`].
    rest: u128,
    /// The uptime when somebody was last told that the clock is not followed.
    last_warned_at: Option<Duration>,
}

/// A clock that is too far off to be followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Skew {
    Ahead(Duration),
    Behind(Duration),
}

impl<M: Machine> SlewedClock<M> {
    /// Reads that machine's clock. With `accept` it is believed however far it is from what the
    /// ledger knows.
    pub fn new(machine: M, accept: bool) -> Self {
        let state = Mutex::new(State::begin(machine.clock(), machine.clock(), machine.uptime()));
        Self { machine, accept, state }
    }

    fn read(&self) -> (Duration, Option<Skew>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (clock, uptime) = (self.machine.clock(), self.machine.uptime());
        let skew = state.advance(clock, uptime);
        let Some(skew) = skew else {
            if state.last_warned_at.take().is_some() {
                tracing::info!("the machine's clock is followed again");
            }
            return (state.time, None);
        };
        if state.last_warned_at.is_some_and(|at| uptime.saturating_sub(at) < WARN_EVERY) {
            return (state.time, None);
        }
        state.last_warned_at = Some(uptime);
        (state.time, Some(skew))
    }
}

impl State {
    fn begin(known: Duration, clock: Duration, uptime: Duration) -> Self {
        Self { known, time: clock.max(known), uptime, rest: 0, last_warned_at: None }
    }

    /// Lets time pass. Tells when the clock is too far off.
    fn advance(&mut self, clock: Duration, uptime: Duration) -> Option<Skew> {
        let passed = uptime.saturating_sub(self.uptime);
        self.uptime = self.uptime.max(uptime);
        self.time = self.time.saturating_add(passed);
        // At most what has passed, so that time never goes back.
        let credit = self.rest + passed.as_nanos();
        self.rest = credit % SLEW;
        let most = Duration::from_nanos(u64::try_from(credit / SLEW).unwrap_or(u64::MAX));
        let (ahead, behind) = (clock.saturating_sub(self.time), self.time.saturating_sub(clock));
        if uptime < BOOT_GRACE && clock <= self.known.saturating_add(SKEW_MAX) {
            self.time = self.time.max(clock);
        } else if ahead > STEP_MAX {
            return Some(Skew::Ahead(ahead));
        } else {
            self.time += ahead.min(most);
        }
        if behind > STEP_MAX {
            return Some(Skew::Behind(behind));
        }
        self.time -= behind.min(most);
        None
    }
}

impl<M: Machine> Clock for SlewedClock<M> {
    fn start(&self, reached: Option<Timestamp>) -> Result<(), ClockRefused> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (clock, uptime) = (self.machine.clock(), self.machine.uptime());
        let reached = check_at_start(clock, reached, self.accept)?;
        *state = State::begin(reached, clock, uptime);
        Ok(())
    }

    fn now(&self) -> Timestamp {
        let (time, skew) = self.read();
        match skew {
            None => {}
            Some(Skew::Ahead(by)) => tracing::error!(
                "the machine's clock is {} ahead of the time that has passed, and is not followed: it would end what is not \
                 due. If it is wrong, set it; if it is right, restart the server",
                told(by)
            ),
            Some(Skew::Behind(by)) => tracing::error!(
                "the machine's clock is {} behind the time that has passed, and is not followed: time never goes back. If it \
                 is wrong, set it; if it is right, it was wrong before, and dates are ahead until it has caught up",
                told(by)
            ),
        }
        Timestamp::from_millis(0).after(time)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(60 * 60);
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const START: Duration = Duration::from_secs(1_800_000_000);

    /// A machine whose clock and uptime are moved by hand.
    #[derive(Clone)]
    struct Hands(Arc<Mutex<(Duration, Duration)>>);

    impl Hands {
        fn up_for(uptime: Duration) -> Self {
            Self(Arc::new(Mutex::new((START, uptime))))
        }

        fn pass(&self, span: Duration) {
            let mut both = self.0.lock().unwrap();
            *both = (both.0 + span, both.1 + span);
        }

        fn set(&self, clock: Duration) {
            self.0.lock().unwrap().0 = clock;
        }
    }

    impl Machine for Hands {
        fn clock(&self) -> Duration {
            self.0.lock().unwrap().0
        }

        fn uptime(&self) -> Duration {
            self.0.lock().unwrap().1
        }
    }

    fn begun(uptime: Duration) -> (Hands, SlewedClock<Hands>) {
        let hands = Hands::up_for(uptime);
        let clock = SlewedClock::new(hands.clone(), false);
        clock.start(None).unwrap();
        (hands, clock)
    }

    fn time(clock: &SlewedClock<Hands>) -> Duration {
        clock.read().0
    }

    fn spans() -> impl Strategy<Value = Duration> {
        let up_to = |most: Duration| (0..most.as_nanos() as u64).prop_map(Duration::from_nanos);
        prop_oneof![up_to(Duration::from_micros(10)), up_to(10 * SECOND), up_to(HOUR), up_to(20 * DAY)]
    }

    proptest! {
        #[test]
        fn time_never_goes_back_nor_leaves_both_clocks_nor_what_has_passed(
            events in prop::collection::vec((spans(), prop::option::of((any::<bool>(), spans()))), 1..60)
        ) {
            let (hands, clock) = begun(DAY);
            let (mut before, begun) = (time(&clock), hands.uptime());
            for (passed, set) in events {
                hands.pass(passed);
                match set {
                    None => {}
                    Some((true, ahead)) => hands.set(hands.clock() + ahead),
                    Some((false, back)) => hands.set(hands.clock() - back),
                }
                let now = time(&clock);
                prop_assert!(now >= before, "it went back");
                let steady = before + passed;
                prop_assert!(now <= hands.clock().max(steady), "it is ahead of both");
                prop_assert!(now >= hands.clock().min(steady), "it is behind both");
                let all = hands.uptime() - begun;
                let slewed = all / 2_000 + Duration::from_nanos(1);
                prop_assert!((START + all).abs_diff(now) <= slewed, "it leaves what has passed");
                before = now;
            }
        }
    }

    #[test]
    fn a_clock_that_was_corrected_is_followed_however_often_one_asks() {
        for (is_ahead, every_millis) in [(true, 7), (false, 7), (true, 999), (false, 1_003), (true, 400_000)] {
            let (hands, clock) = begun(DAY);
            hands.set(if is_ahead { START + SECOND } else { START - SECOND });
            let off = |within: Duration| {
                let end = hands.uptime() + within;
                while hands.uptime() < end {
                    hands.pass(Duration::from_millis(every_millis));
                    time(&clock);
                }
                time(&clock).abs_diff(hands.clock())
            };
            // A second takes 2,000.
            assert!(off(1_000 * SECOND).abs_diff(SECOND / 2) <= SECOND / 5, "slowly");
            assert_eq!(off(1_001 * SECOND), Duration::ZERO, "and wholly");
        }
    }

    #[test]
    fn a_step_too_far_is_not_followed_and_complained_about_once_a_minute() {
        for is_ahead in [true, false] {
            let (hands, clock) = begun(DAY);
            let step = 11 * MINUTE;
            hands.set(if is_ahead { START + step } else { START - step });
            let skew = if is_ahead { Skew::Ahead(step) } else { Skew::Behind(step) };
            assert_eq!(clock.read(), (START, Some(skew)));
            hands.pass(59 * SECOND);
            assert_eq!(clock.read(), (START + 59 * SECOND, None));
            hands.pass(SECOND);
            assert_eq!(clock.read(), (START + MINUTE, Some(skew)));
            // Once it is set right, it is followed again; and the next time said at once.
            hands.set(START + MINUTE);
            assert_eq!(clock.read(), (START + MINUTE, None));
            hands.set(START + MINUTE + step);
            assert_eq!(clock.read(), (START + MINUTE, Some(Skew::Ahead(step))));
        }
    }

    #[test]
    fn a_machine_that_slept_for_two_weeks_knows() {
        let (hands, clock) = begun(DAY);
        hands.pass(14 * DAY);
        assert_eq!(clock.read(), (START + 14 * DAY, None));
    }

    #[test]
    fn a_machine_that_just_started_may_set_its_clock_ahead() {
        let (hands, clock) = begun(MINUTE);
        hands.set(START + 3 * DAY);
        assert_eq!(clock.read(), (START + 3 * DAY, None));
        hands.set(START + 32 * DAY);
        assert_eq!(clock.read(), (START + 3 * DAY, Some(Skew::Ahead(29 * DAY))), "no more than at the start, in all");
        hands.set(START);
        assert_eq!(time(&clock), START + 3 * DAY, "never back");
        hands.pass(14 * MINUTE);
        hands.set(START + 4 * DAY);
        assert_eq!(time(&clock), START + 3 * DAY + 14 * MINUTE, "it had its time");
    }

    #[test]
    fn a_clock_is_believed_at_the_start_if_the_ledger_knows_a_moment_not_too_far_from_it() {
        let (ahead, behind) = (|by| Err(ClockRefused::Ahead { by }), |by| Err(ClockRefused::Behind { by }));
        for (reached, expected, accepted) in [
            (None, Ok(START), START),
            (Some(START), Ok(START), START),
            (Some(START - 30 * DAY), Ok(START), START),
            (Some(START - 31 * DAY), ahead(31 * DAY), START),
            (Some(START - 365 * DAY), ahead(365 * DAY), START),
            (Some(START + 10 * MINUTE), Ok(START + 10 * MINUTE), START + 10 * MINUTE),
            (Some(START + 11 * MINUTE), behind(11 * MINUTE), START + 11 * MINUTE),
            (Some(START + 365 * DAY), behind(365 * DAY), START + 365 * DAY),
        ] {
            let reached = reached.map(|reached| Timestamp::from_millis(0).after(reached));
            let start = |accept| {
                let hands = Hands::up_for(DAY);
                let clock = SlewedClock::new(hands.clone(), accept);
                clock.start(reached).map(|()| {
                    let begun = time(&clock);
                    hands.pass(HOUR);
                    assert!(time(&clock) - begun >= HOUR - 2 * SECOND, "time goes on");
                    begun
                })
            };
            assert_eq!(start(false), expected);
            assert_eq!(start(true), Ok(accepted));
        }
        let hands = Hands::up_for(MINUTE);
        hands.set(Duration::from_secs(60));
        assert_eq!(SlewedClock::new(hands, true).start(None), Err(ClockRefused::Unset));
    }

    #[test]
    fn this_machine_has_run_for_a_while() {
        let first = ThisMachine.uptime();
        assert!(first > Duration::ZERO && ThisMachine.uptime() >= first);
    }
}
