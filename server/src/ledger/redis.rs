//! The ledger in Redis, or Valkey: for installations of more than one server.
//!
//! The crate [`subrosa_durable_redis`] reaches the machines. On top of it lie the rows: `keys`
//! names them, `scripts` are the steps, `records`, `links`, `objects`, `due`, `time` and `fences`
//! put both together, each for one kind of thing.
//!
//! What every step rests on: a script is atomic in its slot; every script first looks whether the
//! slot is of the installation that is served; a version, once replaced, never comes back. So a
//! script that comes late, or twice, finds that its time is over, and after a lost answer the same
//! script is simply run again.

mod confirmed_cache;
mod due;
mod error;
mod fence;
mod fences;
mod keys;
mod links;
mod objects;
mod records;
mod replicas;
mod reply;
mod rows;
mod scripts;
mod single_flight;
mod time;
mod transfer;

use std::ops::Range;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use subrosa_durable_redis::{Error, Invocation, Nodes, Script, Tag};
use subrosa_lifecycle::{LoadedLinks, RecordKey};
use subrosa_shared::api::LogLine;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{LinkId, ShareId};
use subrosa_shared::time::Timestamp;
use tokio::time::Instant;

use self::confirmed_cache::ConfirmedCache;
use self::keys::Keys;
use self::reply::Reply;
use self::time::Time;
use super::{
    Change, Clock, CommitOutcome, Due, InstallationId, Ledger, LedgerError, ObjectRow, Objects, PutNote, PutObject,
    Replaces, Row, Slot, Transfer as _, WriteId,
};

/// How long a step is run again whose answer was lost.
const LOST_PATIENCE: Duration = Duration::from_secs(3);
/// Files of the machines are rewritten no more often than this.
const REWRITE_EVERY_SECS: u32 = 10 * 60;

/// What belongs to a ledger in Redis beside its machines.
#[derive(Clone)]
pub struct Settings {
    /// The longest that a record may live, tombstone and burned id included. What is left behind by
    /// a mishap ends some time after that.
    pub life_max: Duration,
    /// Where the time comes from. `None`: from Redis.
    pub clock: Option<Arc<dyn Clock>>,
    /// Whether Redis' clock is believed however far it is from what the ledger knows.
    pub accept_clock: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let life_max = Duration::from_secs(400 * 24 * 60 * 60);
        Self { life_max, clock: None, accept_clock: false }
    }
}

/// A ledger in Redis.
pub struct RedisLedger {
    nodes: Nodes,
    keys: Keys,
    /// What scripts have to find: the text of how the ledger stood when this was opened.
    fence: RwLock<String>,
    time: Time,
    life_max: Duration,
    confirmed: ConfirmedCache,
}

impl RedisLedger {
    /// Opens the ledger on machines that were checked.
    ///
    /// # Errors
    /// It is not whole, its clock cannot be believed, or fewer replicas acknowledge than did
    /// before.
    pub async fn open(nodes: Nodes, settings: Settings) -> Result<Self, LedgerError> {
        let Settings { life_max, clock, accept_clock } = settings;
        let (keys, time) = (Keys::new(nodes.prefix()), Time::new(clock));
        let ledger = Self { nodes, keys, fence: RwLock::default(), time, life_max, confirmed: ConfirmedCache::new() };
        ledger.begin(accept_clock).await?;
        Ok(ledger)
    }

    /// A script about a tag, with what it has to find there.
    fn script(&self, script: &'static Script, tag: Tag) -> Invocation {
        Invocation::of(script).key(self.keys.fence(tag)).arg(self.fence())
    }

    async fn read(&self, tag: Tag, invocation: Invocation) -> Result<Reply, LedgerError> {
        Reply::parse(self.nodes.read(tag, invocation).await?)
    }

    async fn write(&self, tag: Tag, invocation: Invocation) -> Result<Reply, LedgerError> {
        Reply::parse(self.nodes.write(tag, invocation).await?)
    }

    /// Writes something on every machine.
    async fn ping_each(&self, script: &'static Script) -> Result<(), LedgerError> {
        for tag in self.nodes.tag_of_each() {
            let ping = self.script(script, tag).key(self.keys.ping(tag)).arg(WriteId::generate().0);
            self.write(tag, ping.repeatable()).await?;
        }
        Ok(())
    }

    /// Runs a script that finds out by itself that it was run before. Also answers whether it may
    /// have been.
    async fn write_surely(&self, tag: Tag, invocation: Invocation) -> Result<(Reply, bool), LedgerError> {
        let deadline = Instant::now() + LOST_PATIENCE;
        let mut lost = false;
        loop {
            match self.nodes.write(tag, invocation.clone()).await {
                Err(Error::Lost(_)) if Instant::now() < deadline => lost = true,
                Err(error) if lost => return Err(error.after_a_lost_try().into()),
                answer => return Ok((Reply::parse(answer?)?, lost)),
            }
        }
    }
}

// The steps themselves are methods of the same names, each in the module of its subject: those are
// what is called here.
#[async_trait]
impl Ledger for RedisLedger {
    async fn now(&self) -> Result<Timestamp, LedgerError> {
        self.now().await
    }

    async fn installation(&self) -> Result<Option<InstallationId>, LedgerError> {
        self.read_installation().await
    }

    async fn set_installation(&self, id: InstallationId) -> Result<InstallationId, LedgerError> {
        self.give_installation(id).await
    }

    async fn load(&self, key: &RecordKey, links: LoadedLinks) -> Result<Option<Row>, LedgerError> {
        self.load(key, links).await
    }

    async fn confirm_durable(&self, key: &RecordKey, write_id: Option<WriteId>) -> Result<bool, LedgerError> {
        self.confirm_durable(key, write_id).await
    }

    async fn share_of_link(&self, link: &LinkId) -> Result<Option<ShareId>, LedgerError> {
        self.share_of_link(link).await
    }

    async fn commit(&self, change: Change) -> Result<CommitOutcome, LedgerError> {
        self.commit(&change).await
    }

    async fn put_object(&self, share: &ShareId, object: ObjectRow) -> Result<PutObject, LedgerError> {
        self.put_object(share, &object).await
    }

    async fn objects(&self, share: &ShareId) -> Result<Objects, LedgerError> {
        self.objects(share).await
    }

    async fn parts(
        &self,
        share: &ShareId,
        content: ContentNumber,
        places: Range<u32>,
    ) -> Result<Vec<ObjectRow>, LedgerError> {
        self.parts(share, content, places).await
    }

    async fn last_part(&self, share: &ShareId, content: ContentNumber) -> Result<Option<ObjectRow>, LedgerError> {
        self.last_part(share, content).await
    }

    async fn object(
        &self,
        share: &ShareId,
        content: ContentNumber,
        slot: Slot,
    ) -> Result<Option<ObjectRow>, LedgerError> {
        self.object(share, content, slot).await
    }

    async fn put_note(&self, share: &ShareId, note: Vec<u8>, replaces: Replaces) -> Result<PutNote, LedgerError> {
        self.put_note(share, &note, &replaces).await
    }

    async fn note(&self, share: &ShareId) -> Result<Option<Vec<u8>>, LedgerError> {
        self.note(share).await
    }

    async fn log(&self, key: &RecordKey) -> Result<Vec<LogLine>, LedgerError> {
        self.log(key).await
    }

    async fn due(&self, now: Timestamp, after: Option<Due>, count_max: usize) -> Result<Vec<Due>, LedgerError> {
        self.due(now, after, count_max).await
    }

    async fn is_empty(&self) -> Result<bool, LedgerError> {
        Ok(self.count().await? == 0)
    }

    async fn scrub(&self) -> Result<bool, LedgerError> {
        let tag = Tag::LEDGER;
        let turn = self.script(&scripts::REWRITE, tag).key(self.keys.rewrite()).arg(REWRITE_EVERY_SECS.to_string());
        if self.read(tag, turn).await?.word != "ok" {
            return Ok(false);
        }
        let mut all = true;
        for (machine, answer) in self.nodes.everywhere(&redis::cmd("BGREWRITEAOF")).await {
            if let Err(error) = answer.map_err(LedgerError::from) {
                // One may run already, with what was there when it began. In ten minutes the next.
                tracing::info!(machine, %error, "does not rewrite its append-only file now");
                all = false;
            }
        }
        Ok(all)
    }

    fn replicas_acknowledge(&self) -> u32 {
        self.nodes.replicas()
    }

    async fn ping(&self) -> Result<(), LedgerError> {
        self.note_time().await?;
        self.ping_each(&scripts::PING).await
    }

    async fn look_for_room(&self) -> Result<(), LedgerError> {
        self.ping_each(&scripts::ROOM).await
    }
}
