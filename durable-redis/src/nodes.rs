//! All machines of a ledger as one: a call goes to the primary of its tag, is tried again while
//! that is safe, and roles are learnt again when they seem to have changed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use redis::{Cmd, Value};
use tokio::time::Instant;

use super::address::Address;
use super::discovery;
use super::error::Error;
use super::fitness::{self, DurabilityPolicy};
use super::invocation::Invocation;
use super::map::{Map, PrimarySlots};
use super::node_error::{NodeError, Redirect};
use super::primary::Primary;
use super::redis_url::{RedisUrl, Topology};
use super::replicas::Acknowledgement;
use super::tag::Tag;
use super::write_connection::Task;

/// How long a call is tried again before it fails.
const PATIENCE: Duration = Duration::from_secs(2);
/// The first pause between tries; it doubles.
const PAUSE_MIN: Duration = Duration::from_millis(20);
/// Redirects that are followed without a pause.
const REDIRECTS_MAX: u32 = 3;
/// Who is primary is asked again after so long at the earliest.
const LEARN_PERIOD: Duration = Duration::from_millis(200);
/// That nobody says so is told so often.
const COMPLAIN_PERIOD: Duration = Duration::from_secs(60);

/// The machines of a ledger. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Nodes {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    url: RedisUrl,
    policy: DurabilityPolicy,
    acknowledgement: Acknowledgement,
    /// Of all tags, in a Cluster.
    slots: Vec<u16>,
    map: RwLock<Arc<Map>>,
    /// Machines that redirects named and the map does not know.
    unmapped: Mutex<HashMap<Address, Arc<Primary>>>,
    /// Held while learning.
    learning: tokio::sync::Mutex<Learning>,
}

#[derive(Debug)]
struct Learning {
    /// When it was last tried.
    last: Instant,
    /// When it was last told that nobody answers.
    complained: Option<Instant>,
}

impl Nodes {
    /// Connects, and checks that the machines keep what is acknowledged.
    ///
    /// # Errors
    /// They cannot be reached, or are not fit for it: [`Error::UnsafeSettings`].
    pub async fn open(url: &RedisUrl, policy: &DurabilityPolicy) -> Result<Self, Error> {
        let serving = discovery::discover(url, Vec::new()).await?;
        let acknowledgement = fitness::check(url, &serving, policy).await?;
        let slots = tag_slots(url, &serving).await?;
        let primary = |address: &Address| Primary::new(url.connector(address), &acknowledgement);
        let inner = Inner {
            url: url.clone(),
            policy: policy.clone(),
            map: RwLock::new(Arc::new(Map::new(&serving, &slots, primary))),
            acknowledgement,
            slots,
            unmapped: Mutex::default(),
            learning: tokio::sync::Mutex::new(Learning { last: Instant::now(), complained: None }),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the names of all keys begin with.
    #[must_use]
    pub fn prefix(&self) -> &str {
        self.inner.url.prefix()
    }

    /// How many replicas acknowledge every write before it is answered.
    #[must_use]
    pub fn replicas(&self) -> u32 {
        self.inner.acknowledgement.replicas
    }

    /// What the operator wants of the machines.
    #[must_use]
    pub fn policy(&self) -> &DurabilityPolicy {
        &self.inner.policy
    }

    /// Whether as many replicas acknowledge as did before, or the operator wants it so.
    ///
    /// # Errors
    /// [`Error::UnsafeSettings`]: fewer do, that many is not what the operator said, and it is not
    /// accepted.
    pub fn expect_replicas(&self, before: u32) -> Result<(), Error> {
        let now = self.replicas();
        if now < before { Ok(fitness::check_fewer_replicas(before, now, self.policy())?) } else { Ok(()) }
    }

    /// One tag per primary, so that each of them can be asked for something.
    #[must_use]
    pub fn tag_of_each(&self) -> Vec<Tag> {
        self.inner.map().tag_of_each()
    }

    /// Runs a script that changes nothing on the tag's primary. May be asked again any number of
    /// times.
    ///
    /// # Errors
    /// As [`write`](Self::write), but never [`Error::Lost`] or [`Error::NotAcknowledged`].
    pub async fn read(&self, tag: Tag, invocation: Invocation) -> Result<Value, Error> {
        let invocation = Arc::new(invocation);
        let read = |primary: Arc<Primary>, asking| {
            let invocation = Arc::clone(&invocation);
            async move { primary.read(&invocation, asking).await }
        };
        self.retry(tag, true, read).await.map_err(|error| match error {
            Error::Lost(why) => Error::Unavailable(why),
            error => error,
        })
    }

    /// Runs a script on the tag's primary. Returns when it, and all that this primary did before,
    /// is acknowledged by as many replicas as it takes.
    ///
    /// # Errors
    /// - [`Error::Unavailable`]: it was not run.
    /// - [`Error::Lost`]: it was run or not.
    /// - [`Error::NotAcknowledged`]: it was run, and may be forgotten again.
    /// - [`Error::Full`]: there is no memory left; it was not run.
    /// - [`Error::Failed`]: it failed, which is a fault of the script.
    pub async fn write(&self, tag: Tag, invocation: Invocation) -> Result<Value, Error> {
        let repeatable = invocation.is_repeatable();
        let invocation = Arc::new(invocation);
        let write = |primary: Arc<Primary>, asking| {
            let task = Task { tag, invocation: Arc::clone(&invocation), asking };
            async move { primary.write(task).await }
        };
        self.retry(tag, repeatable, write).await
    }

    /// Asks every primary, each once. Answers by their addresses.
    pub async fn everywhere(&self, command: &Cmd) -> Vec<(String, Result<Value, Error>)> {
        let map = self.inner.map();
        let mut answers = Vec::new();
        for primary in &map.primaries {
            let answer = primary.ask(command.clone()).await;
            if answer.as_ref().is_err_and(NodeError::suggests_failover) {
                self.learn_beside(&map);
            }
            answers.push((primary.address().to_string(), answer.map_err(Error::from)));
        }
        answers
    }

    async fn retry<F: Future<Output = Result<Value, NodeError>>>(
        &self,
        tag: Tag,
        repeatable: bool,
        run: impl Fn(Arc<Primary>, bool) -> F,
    ) -> Result<Value, Error> {
        let deadline = Instant::now() + PATIENCE;
        let mut pause = PAUSE_MIN;
        let mut redirect: Option<Redirect> = None;
        let mut redirects = 0;
        let mut lost = false;
        loop {
            let map = self.inner.map();
            let asking = redirect.as_ref().is_some_and(|redirect| redirect.asking);
            let primary = match redirect.take() {
                Some(redirect) => Ok(self.inner.primary_at(&map, &redirect.address)),
                None => map.primary_of(tag),
            };
            let answer = match primary {
                Ok(primary) => run(primary, asking).await,
                Err(error) => Err(error),
            };
            let error = match answer {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if error.suggests_failover() {
                self.learn_beside(&map);
            }
            lost |= matches!(error, NodeError::Lost(_));
            if !error.is_retryable(repeatable) || Instant::now() + pause > deadline {
                let error = Error::from(error);
                return Err(if lost { error.after_a_lost_try() } else { error });
            }
            if let NodeError::Elsewhere(to) = error {
                redirect = Some(to);
                redirects += 1;
                if redirects <= REDIRECTS_MAX {
                    continue;
                }
            }
            tokio::time::sleep(jittered(pause)).await;
            pause *= 2;
        }
    }

    /// Learns again who is primary of what, unless somebody does since that map. Whoever asks need
    /// not stay.
    fn learn_beside(&self, seen: &Arc<Map>) {
        let (inner, seen) = (Arc::clone(&self.inner), Arc::clone(seen));
        tokio::spawn(async move { inner.learn(&seen).await });
    }
}

impl Inner {
    fn map(&self) -> Arc<Map> {
        Arc::clone(&self.map.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn primary_at(&self, map: &Map, address: &Address) -> Arc<Primary> {
        if let Some(primary) = map.at(address) {
            return primary;
        }
        let mut unmapped = self.unmapped.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(unmapped.entry(address.clone()).or_insert_with(|| self.primary(address)))
    }

    fn primary(&self, address: &Address) -> Arc<Primary> {
        Primary::new(self.url.connector(address), &self.acknowledgement)
    }

    async fn learn(&self, seen: &Arc<Map>) {
        let Ok(mut learning) = self.learning.try_lock() else { return };
        let map = self.map();
        if *self.url.topology() == Topology::Single
            || !Arc::ptr_eq(&map, seen)
            || learning.last.elapsed() < LEARN_PERIOD
        {
            return;
        }
        let known = map.primaries.iter().map(|primary| primary.address().clone()).collect();
        match discovery::discover(&self.url, known).await {
            Ok(serving) => {
                let learnt = Map::new(&serving, &self.slots, |address| self.primary_at(&map, address));
                *self.map.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(learnt);
                self.unmapped.lock().unwrap_or_else(PoisonError::into_inner).clear();
                learning.complained = None;
            }
            Err(error) if learning.complained.is_none_or(|at| at.elapsed() >= COMPLAIN_PERIOD) => {
                tracing::warn!(?error, "nobody says who is primary in the ledger");
                learning.complained = Some(Instant::now());
            }
            Err(_) => {}
        }
        learning.last = Instant::now();
    }
}

/// The slots of all tags; none outside of a Cluster.
async fn tag_slots(url: &RedisUrl, serving: &[PrimarySlots]) -> Result<Vec<u16>, Error> {
    if *url.topology() != Topology::Cluster {
        return Ok(Vec::new());
    }
    let connector = url.connector(&serving.first().expect("somebody serves all slots").address);
    let keys = Tag::of_ids().chain([Tag::LEDGER]).map(|tag| format!("{{{tag}}}"));
    Ok(discovery::slots_of(&mut connector.connect().await?, connector.address(), keys).await?)
}

/// Between half of it and all of it, so that those who failed together do not come back together.
#[expect(clippy::disallowed_methods, reason = "it decides nothing but when a pause ends")]
fn jittered(pause: Duration) -> Duration {
    let mut byte = [0];
    getrandom::fill(&mut byte).expect("the platform gives randomness");
    let [byte] = byte;
    pause.mul_f64(0.5 + f64::from(byte) / 512.0)
}
