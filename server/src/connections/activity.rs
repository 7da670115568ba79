//! What moves on a connection, and which side is waited for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Bytes that have to move before a client counts as having moved. One byte a second is silence; 3
/// kB/s are not.
const MOVED_BYTES: u64 = 1024;

/// What is known of a connection while it lives.
#[derive(Debug)]
pub(crate) struct Activity {
    state: Mutex<State>,
    close: CancellationToken,
}

#[derive(Debug)]
struct State {
    /// Since when nothing worth counting has happened.
    since: Instant,
    /// When the server turned to its own work. What that takes is not the silence of the client.
    working_since: Instant,
    /// Bytes that have moved since.
    moved: u64,
    /// Whether some of the headers of a request have come.
    in_headers: bool,
    /// Whether a request is being answered.
    in_request: bool,
    /// Whether no request was answered yet.
    is_first: bool,
    /// Whether the server has looked for bytes and there were none. Until then it is the server
    /// that has not come to this connection yet.
    awaits_bytes: bool,
    /// Whether the rest of a body is awaited.
    awaits_body: bool,
    /// Whether the client does not take what is written.
    awaits_reader: bool,
    /// Since when the client is waited for in the middle of a request.
    waiting_since: Option<Instant>,
    /// How long it was waited for before that, in the same request.
    waited: Duration,
    /// Bytes that have moved since it was waited for first. What came with the headers, or was
    /// taken at once, says nothing of how fast it is.
    moved_in_request: u64,
    /// Bytes from the client that are buffered in memory.
    buffered: usize,
    /// Large answers to it that are kept in memory.
    answers: usize,
}

/// How long the other side has kept the server waiting.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Inactivity {
    /// Nothing of a request has come.
    BeforeRequest { since: Duration, is_first: bool },
    /// Headers began so long ago.
    InHeaders(Duration),
    /// A body does not come, or an answer is not taken.
    InRequest { since: Duration, pace: Pace },
    /// It came so long ago, and the server has not come to it yet.
    NotSeen(Duration),
    /// It does not: the server works.
    None,
}

/// How fast the other side has been while it was waited for, in the whole request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pace {
    pub(super) waited: Duration,
    moved: u64,
}

impl Pace {
    /// KiB a second. Less than one is nothing.
    pub(super) fn kib_per_sec(self) -> u64 {
        let millis = u64::try_from(self.waited.as_millis()).unwrap_or(u64::MAX).max(1);
        self.moved.saturating_mul(1000) / millis / 1024
    }
}

impl Activity {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let state = State {
            since: now,
            working_since: now,
            moved: 0,
            in_headers: false,
            in_request: false,
            is_first: true,
            awaits_bytes: false,
            awaits_body: false,
            awaits_reader: false,
            waiting_since: None,
            waited: Duration::ZERO,
            moved_in_request: 0,
            buffered: 0,
            answers: 0,
        };
        Self { state: Mutex::new(state), close: CancellationToken::new() }
    }

    /// Bytes came. Whether a request begins with them.
    pub(crate) fn read(&self, len: usize) -> bool {
        let mut state = self.state();
        state.awaits_bytes = false;
        let begins = !state.in_request && !state.in_headers;
        if state.in_request {
            state.move_bytes(len);
        } else if begins {
            state.in_headers = true;
            state.restart();
        }
        begins
    }

    /// The server looked for bytes, and there are none.
    pub(crate) fn await_bytes(&self) {
        self.state().awaits_bytes = true;
    }

    /// Whether a request has begun with bytes of its own, and its headers are not complete.
    pub(crate) fn is_in_headers(&self) -> bool {
        self.state().in_headers
    }

    /// Bytes were taken, or none are.
    pub(crate) fn write(&self, taken: Option<usize>) {
        let mut state = self.state();
        if let Some(len) = taken {
            state.move_bytes(len);
        } else if !state.awaits_reader {
            state.restart();
        }
        state.awaits_reader = taken.is_none();
        state.note_waiting();
    }

    /// The headers of a request are complete.
    pub(crate) fn begin_request(&self) {
        let mut state = self.state();
        state.restart();
        state.working_since = state.since;
        (state.in_request, state.in_headers, state.is_first) = (true, false, false);
        // Who asks again before it has taken what it asked for does not begin anew.
        if state.waiting_since.is_none() {
            (state.waited, state.moved_in_request) = (Duration::ZERO, 0);
        }
    }

    /// Its answer is on its way.
    pub(crate) fn end_request(&self) {
        let mut state = self.state();
        state.restart();
        (state.in_request, state.awaits_body) = (false, false);
        state.note_waiting();
    }

    /// The server waits for the body, until this is dropped.
    pub(crate) fn await_body(self: &Arc<Self>) -> AwaitedBody {
        let mut state = self.state();
        let worked = state.working_since.elapsed();
        state.since += worked;
        state.awaits_body = true;
        state.note_waiting();
        AwaitedBody(Arc::clone(self))
    }

    /// So many more bytes from the client are buffered.
    pub(crate) fn buffer(&self, len: usize) {
        self.state().buffered += len;
    }

    /// So many fewer are.
    pub(crate) fn unbuffer(&self, len: usize) {
        let mut state = self.state();
        state.buffered = state.buffered.saturating_sub(len);
    }

    pub(super) fn has_buffered(&self) -> bool {
        self.state().buffered > 0
    }

    /// A large answer is kept for it, until this is dropped.
    pub(crate) fn hold_answer(self: &Arc<Self>) -> HeldAnswer {
        self.state().answers += 1;
        HeldAnswer(Arc::clone(self))
    }

    pub(super) fn holds_answer(&self) -> bool {
        self.state().answers > 0
    }

    pub(super) fn inactivity(&self, now: Instant) -> Inactivity {
        let state = self.state();
        let since = now.saturating_duration_since(state.since);
        match &*state {
            State { waiting_since: Some(waiting), waited, moved_in_request: moved, .. } => {
                let waited = *waited + now.saturating_duration_since(*waiting);
                Inactivity::InRequest { since, pace: Pace { waited, moved: *moved } }
            }
            State { in_request: true, .. } => Inactivity::None,
            State { awaits_bytes: false, .. } => Inactivity::NotSeen(since),
            State { in_headers: true, .. } => Inactivity::InHeaders(since),
            State { is_first, .. } => Inactivity::BeforeRequest { since, is_first: *is_first },
        }
    }

    /// Has the connection closed.
    pub(super) fn close(&self) {
        self.close.cancel();
    }

    /// Waits until it has to be closed.
    pub(crate) async fn closed(&self) {
        self.close.cancelled().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn restart(&mut self) {
        (self.since, self.moved) = (Instant::now(), 0);
    }

    fn note_waiting(&mut self) {
        let waits = self.awaits_body || self.awaits_reader;
        match self.waiting_since {
            None if waits => self.waiting_since = Some(Instant::now()),
            Some(since) if !waits => {
                self.waited += since.elapsed();
                self.waiting_since = None;
            }
            _ => {}
        }
    }

    fn move_bytes(&mut self, len: usize) {
        if self.waiting_since.is_some() || !self.waited.is_zero() {
            self.moved_in_request = self.moved_in_request.saturating_add(len as u64);
        }
        self.moved = self.moved.saturating_add(len as u64);
        if self.moved >= MOVED_BYTES {
            self.restart();
        }
    }
}

/// That the server waits for a body.
#[derive(Debug)]
pub(crate) struct AwaitedBody(Arc<Activity>);

impl Drop for AwaitedBody {
    fn drop(&mut self) {
        let mut state = self.0.state();
        (state.awaits_body, state.working_since) = (false, Instant::now());
        state.note_waiting();
    }
}

/// That a large answer is kept in memory.
#[derive(Debug)]
pub(crate) struct HeldAnswer(Arc<Activity>);

impl Drop for HeldAnswer {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.answers = state.answers.saturating_sub(1);
    }
}
