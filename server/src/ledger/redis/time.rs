//! The ledger's time: that of one machine, kept from going back by what is noted there and by what
//! the servers were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use subrosa_durable_redis::{Invocation, Tag};
use subrosa_shared::time::Timestamp;

use super::single_flight::SingleFlight;
use super::{RedisLedger, scripts};
use crate::ledger::clock::{SKEW_MAX, check_at_start};
use crate::ledger::{Clock, ClockRefused, LedgerError};

/// How exactly the time is noted while it goes on as it should.
const NOTED_EVERY: Duration = Duration::from_millis(100);

/// Where the time comes from, and how far it has come.
pub(super) struct Time {
    clock: Option<Arc<dyn Clock>>,
    reached: AtomicU64,
    single_flight: SingleFlight<Timestamp>,
}

impl Time {
    pub(super) fn new(clock: Option<Arc<dyn Clock>>) -> Self {
        Self { clock, reached: AtomicU64::new(0), single_flight: SingleFlight::default() }
    }
}

impl RedisLedger {
    /// Looks whether the clock can be believed. Changes nothing unless it can.
    pub(super) async fn start_clock(&self, accept: bool) -> Result<(), LedgerError> {
        let look = self.clock_script().arg("").arg("");
        let mut reply = self.read(Tag::LEDGER, look).await?;
        let (machine, noted): (u64, Option<u64>) = (reply.value()?, reply.value()?);
        let noted = noted.map(Timestamp::from_millis);
        match &self.time.clock {
            Some(clock) => clock.start(noted)?,
            None => check_at_start(Duration::from_millis(machine), noted, accept).map(drop)?,
        }
        self.tell_time(if accept { Duration::MAX } else { SKEW_MAX }, NOTED_EVERY).await.map(drop)
    }

    /// Many ask at the same moment.
    pub(super) async fn now(&self) -> Result<Timestamp, LedgerError> {
        self.time.single_flight.run(|| self.tell_time(SKEW_MAX, NOTED_EVERY)).await
    }

    /// The time is no earlier than that any more.
    pub(super) fn begin_no_earlier(&self, moment: Timestamp) {
        self.time.reached.fetch_max(moment.as_millis(), Ordering::SeqCst);
    }

    /// Notes the time, however little has passed.
    pub(super) async fn note_time(&self) -> Result<(), LedgerError> {
        self.tell_time(SKEW_MAX, Duration::ZERO).await.map(drop)
    }

    /// The machine's clock may be set while it runs: beyond `ahead_max` it is not followed. A clock
    /// that was given knows itself what to follow.
    async fn tell_time(&self, ahead_max: Duration, noted_every: Duration) -> Result<Timestamp, LedgerError> {
        let reached = &self.time.reached;
        let ahead_max = if self.time.clock.is_some() { Duration::MAX } else { ahead_max };
        let millis = |span: Duration| u64::try_from(span.as_millis()).unwrap_or(u64::MAX).to_string();
        let tell = self.clock_script().arg(millis(ahead_max)).arg(millis(noted_every));
        let mut reply = self.read(Tag::LEDGER, tell).await?;
        let told: u64 = reply.value()?;
        if reply.word == "ahead" {
            return Err(ClockRefused::Ahead { by: Duration::from_millis(told) }.into());
        }
        Ok(Timestamp::from_millis(reached.fetch_max(told, Ordering::SeqCst).max(told)))
    }

    /// What the clock says that the ledger was given; nothing if it goes by those of Redis.
    pub(super) fn given_time(&self) -> String {
        self.time.clock.as_ref().map_or_else(String::new, |clock| clock.now().as_millis().to_string())
    }

    fn clock_script(&self) -> Invocation {
        let script = self.script(&scripts::CLOCK, Tag::LEDGER).key(self.keys.clock()).arg(self.given_time());
        script.arg(self.time.reached.load(Ordering::SeqCst).to_string())
    }
}
