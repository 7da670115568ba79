//! The network half: which machines make up the ledger, how they are reached, and what their answers mean. It knows nothing
//! of records.
//!
//! What the rows may build on:
//!
//! - [`Place::parse`] reads the URL, [`Nodes::open`] connects, checks and learns who is primary of what.
//! - Keys carry a hash tag, `{…}` around a [`Tag`]. An [`Invocation`] is one [`Script`] with the keys of one tag.
//! - [`Nodes::read`] asks the tag's primary. What it says may not have reached its replicas.
//! - [`Nodes::write`] returns after the primary has done it and [`Nodes::replicas`] of its replicas have acknowledged it,
//!   **and everything that this primary had done before**: so a script that changes nothing settles what was read.
//! - A script is run again by itself only if it surely was not run, or if [`Invocation::repeatable`] says that twice is the
//!   same as once. Otherwise a lost answer is [`LedgerError::Lost`]: whoever asked has to look.
//! - Every call ends within a few seconds, with an answer or an error. Dropping a call undoes nothing.
//! - A script answers with values. An error reply of its own becomes [`LedgerError::Engine`].

mod connection;
mod invocation;
mod lane;
mod place;
mod primary;
mod tag;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use redis::{Cmd, Value};
use tokio::time::Instant;

use self::primary::Primary;
use self::trouble::Trouble;
use super::super::LedgerError;

pub use invocation::{Invocation, Script};
pub use place::{Place, PlaceError};
pub use tag::Tag;

/// How long a call is tried again before it fails.
const PATIENCE: Duration = Duration::from_secs(2);
/// The first pause between tries; it doubles.
const PAUSE_MIN: Duration = Duration::from_millis(20);

/// What an operator wants of the ledger's machines.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// How many replicas acknowledge every write. Unless given, as many as the primary with the fewest has at start.
    pub replicas: Option<u32>,
    /// Settings that are known to be wrong and accepted, by the names that the errors tell.
    pub accepted: Vec<String>,
}

/// The machines of a ledger. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Nodes {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    primary: Arc<Primary>,
    replicas: u32,
}

impl Nodes {
    /// Connects, and checks that the machines keep what is acknowledged.
    ///
    /// # Errors
    /// They cannot be reached, or are not fit for it.
    pub async fn open(place: &Place, _terms: &Terms) -> Result<Self, LedgerError> {
        let address = place.addresses().first().cloned().expect("a place has addresses");
        let primary = Primary::new(place.connector(&address));
        let nodes = Self { inner: Arc::new(Inner { primary, replicas: 0 }) };
        for (_, answer) in nodes.everywhere(&redis::cmd("PING")).await {
            answer?;
        }
        Ok(nodes)
    }

    /// How many replicas acknowledge every write before it is answered.
    #[must_use]
    pub fn replicas(&self) -> u32 {
        self.inner.replicas
    }

    /// One tag per primary, so that each of them can be asked for something.
    #[must_use]
    pub fn tag_of_each(&self) -> Vec<Tag> {
        vec![Tag::LEDGER]
    }

    /// Runs a script that changes nothing on the tag's primary. May be asked again any number of times.
    ///
    /// # Errors
    /// As [`write`](Self::write), but never [`LedgerError::Lost`] or [`LedgerError::NotAcknowledged`].
    pub async fn read(&self, tag: Tag, invocation: Invocation) -> Result<Value, LedgerError> {
        let invocation = Arc::new(invocation);
        self.retry(tag, true, |primary| {
            let invocation = Arc::clone(&invocation);
            async move { primary.read(&invocation).await }
        })
        .await
    }

    /// Runs a script on the tag's primary. Returns when it, and all that this primary did before, is acknowledged by as many
    /// replicas as it takes.
    ///
    /// # Errors
    /// - [`LedgerError::Unavailable`]: it was not run.
    /// - [`LedgerError::Lost`]: it was run or not.
    /// - [`LedgerError::NotAcknowledged`]: it was run, and may be forgotten again.
    /// - [`LedgerError::Full`]: there is no memory left; it was not run.
    /// - [`LedgerError::Engine`]: it failed, which is a fault of the script.
    pub async fn write(&self, tag: Tag, invocation: Invocation) -> Result<Value, LedgerError> {
        let repeatable = invocation.is_repeatable();
        let invocation = Arc::new(invocation);
        self.retry(tag, repeatable, |primary| {
            let invocation = Arc::clone(&invocation);
            async move { primary.write(invocation).await }
        })
        .await
    }

    /// Asks every primary, each once. Answers by their addresses.
    pub async fn everywhere(&self, command: &Cmd) -> Vec<(String, Result<Value, LedgerError>)> {
        let primary = &self.inner.primary;
        vec![(primary.address().to_owned(), primary.ask(command).await.map_err(LedgerError::from))]
    }

    async fn retry<F: Future<Output = Result<Value, Trouble>>>(
        &self,
        _tag: Tag,
        repeatable: bool,
        run: impl Fn(Arc<Primary>) -> F,
    ) -> Result<Value, LedgerError> {
        let deadline = Instant::now() + PATIENCE;
        let mut pause = PAUSE_MIN;
        loop {
            let trouble = match run(Arc::clone(&self.inner.primary)).await {
                Ok(value) => return Ok(value),
                Err(trouble) => trouble,
            };
            if !trouble.is_worth_a_try(repeatable) || Instant::now() + pause > deadline {
                return Err(trouble.into());
            }
            tokio::time::sleep(jittered(pause)).await;
            pause *= 2;
        }
    }
}

/// Between half of it and all of it, so that those who failed together do not come back together.
fn jittered(pause: Duration) -> Duration {
    let [byte] = crate::random::bytes();
    pause.mul_f64(0.5 + f64::from(byte) / 512.0)
}
