//! What happened, as every client saw it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use subrosa_shared::api::EndReason;
use subrosa_shared::problem::ProblemType;
use tokio::sync::watch;

/// A place in the order of all beginnings and ends: what ended at a smaller one than another began
/// at came before it.
pub type Moment = u64;

/// What kind of thing a link opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A share, with one counted link.
    Share,
    /// A push.
    Push,
}

/// What the sender of a case allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// What it is.
    pub kind: Kind,
    /// How many downloads or views the link allows.
    pub limit: u32,
    /// Whether the share ends with its link; a push always does.
    pub ends_with_last_link: bool,
    /// After so many wrong passwords it is over, or locked.
    pub guesses_max: u32,
    /// Whether its life is shorter than the test.
    pub expires: bool,
}

/// What a client tried. Leases are numbered within their case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Complete a share, or make a push.
    Create,
    /// Add the link of a share.
    AddLink,
    /// Look what is there, counting nothing.
    Open,
    /// Ask for a download.
    Lease(u32),
    /// Get content: a part of a share, or a push's payload.
    Fetch(u32),
    /// Say that it is saved.
    Finish(u32),
    /// Take it back.
    Revoke,
    /// Destroy it, as its recipient.
    Destroy,
    /// Try a wrong password.
    Guess,
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Yes; of [`Deed::Fetch`]: without a byte.
    Done,
    /// At least one byte of content came.
    Content,
    /// No, and it did not happen.
    Refused(ProblemType, Option<EndReason>),
    /// No answer, or one that leaves it open.
    Unknown,
    /// What came is not what was sealed.
    Altered,
}

/// One try of one client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it was about.
    pub case: usize,
    /// Who.
    pub client: usize,
    /// What.
    pub deed: Deed,
    /// When it was asked.
    pub begun: Moment,
    /// When the answer was whole, or given up.
    pub ended: Moment,
    /// How it went.
    pub answer: Answer,
}

/// How a share or push stands when all is over, as its owner is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundState {
    /// There is no such thing.
    Unknown,
    /// Not complete.
    Uploading,
    /// It opens, or would if a download were left.
    Ready,
    /// It has ended.
    Gone(EndReason),
}

/// How a link stands when all is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundLink {
    /// Why it has ended, if it has.
    pub gone: Option<EndReason>,
    /// Downloads that count.
    pub taken: u32,
    /// Wrong passwords.
    pub wrong: u32,
    /// Downloads that were said to be saved.
    pub finished: u32,
}

/// What was found of a case when all was over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The share or push.
    pub state: FoundState,
    /// Its link, if it has one.
    pub link: Option<FoundLink>,
    /// What of it cannot be read back as it was sealed, though it should.
    pub damaged: Vec<String>,
    /// Files of ciphertext.
    pub blobs: usize,
}

/// One link with its history.
#[derive(Clone, Debug)]
pub struct Case {
    /// What was allowed.
    pub terms: Terms,
    /// What happened, in the order of ends.
    pub events: Vec<Event>,
    /// What was left.
    pub found: Found,
}

/// Writes the history down while it happens.
#[derive(Debug)]
pub struct Recorder {
    order: AtomicU64,
    events: Mutex<Vec<Event>>,
    /// How many tries have begun.
    begun: watch::Sender<u64>,
}

/// A try that has begun.
#[derive(Clone, Copy, Debug)]
pub struct Begun {
    case: usize,
    client: usize,
    deed: Deed,
    at: Moment,
}

impl Recorder {
    /// An empty history.
    #[must_use]
    pub fn new() -> Self {
        Self { order: AtomicU64::new(0), events: Mutex::default(), begun: watch::Sender::new(0) }
    }

    /// Notes that something is about to be asked.
    pub fn begin(&self, case: usize, client: usize, deed: Deed) -> Begun {
        self.begun.send_modify(|begun| *begun += 1);
        Begun { case, client, deed, at: self.order.fetch_add(1, Ordering::SeqCst) }
    }

    /// Notes how it went.
    ///
    /// # Panics
    /// Never: nobody panics with the lock.
    pub fn end(&self, begun: Begun, answer: Answer) {
        let Begun { case, client, deed, at } = begun;
        // Taken under the lock, so that events lie in the order of their ends.
        let mut events = self.events.lock().expect("nobody panics with the lock");
        let ended = self.order.fetch_add(1, Ordering::SeqCst);
        events.push(Event { case, client, deed, begun: at, ended, answer });
    }

    /// What is next in the order.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.order.load(Ordering::SeqCst)
    }

    /// How many tries have begun, and news of more.
    #[must_use]
    pub fn begun(&self) -> watch::Receiver<u64> {
        self.begun.subscribe()
    }

    /// What happened so far.
    ///
    /// # Panics
    /// Never: nobody panics with the lock.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.events.lock().expect("nobody panics with the lock").clone()
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}
