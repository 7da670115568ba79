//! Kills, each when so many calls were begun since the last one: not after a time, so that a slow
//! machine sees the same.

use std::sync::Arc;

use tokio::sync::watch;
use tokio::time::{Duration, timeout};

use super::history::{Moment, Recorder};
use super::plan::Seed;
use super::world::{Backing, World};

/// How long nothing needs to be begun before it goes on all the same: everybody may be waiting for
/// what was killed.
const STANDSTILL: Duration = Duration::from_secs(1);

/// How often what was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kills {
    /// Servers killed and started again.
    pub servers: usize,
    /// Processes of Redis killed and started again.
    pub redis: usize,
    /// Primaries that were replaced, with all that they had acknowledged.
    pub fail_overs: usize,
    /// Of those, the ones whose replica had not got the last writes: nobody may have been told of
    /// them.
    pub behind: usize,
    /// Stores of ciphertext killed and started again.
    pub stores: usize,
}

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// One server.
    Server,
    /// All of them at once.
    Servers,
    /// What the ledger has to come back from: all of it, where it is one process.
    Ledger,
    /// A primary, whose replica takes over.
    FailOver,
    /// A primary, whose replica takes over without what was written last.
    FailOverBehind,
    /// What holds the ciphertext.
    Store,
}

/// Kills and starts again.
#[derive(Debug)]
pub struct Faults {
    seed: Seed,
    /// Calls between two faults.
    every: u64,
    recorder: Arc<Recorder>,
    begun: watch::Receiver<u64>,
    done: watch::Receiver<bool>,
    /// What was done so far.
    pub kills: Kills,
    /// The same in order, each with the moment in the history.
    pub diary: Vec<(Moment, String)>,
}

impl Faults {
    /// One fault whenever so many calls were begun, until all is done.
    #[must_use]
    pub fn new(seed: Seed, every: u64, recorder: Arc<Recorder>, done: watch::Receiver<bool>) -> Self {
        let begun = recorder.begun();
        Self { seed, every, recorder, begun, done, kills: Kills::default(), diary: Vec::new() }
    }

    /// Goes through all faults that fit the ledger again and again, until all is done. Everything
    /// runs again then.
    pub async fn run(&mut self, world: &mut World) {
        let all: &[Fault] = match world.backing {
            Backing::Sqlite => &[Fault::Server],
            Backing::Redis(_) if world.store.is_some() => &[Fault::Server, Fault::Store, Fault::Ledger, Fault::Store],
            Backing::Redis(_) => &[Fault::Server, Fault::Ledger, Fault::Servers, Fault::Ledger],
            Backing::Cluster(_) | Backing::Sentinels(_) => {
                &[Fault::Server, Fault::FailOver, Fault::Servers, Fault::FailOverBehind, Fault::Server]
            }
        };
        for fault in all.iter().cycle() {
            self.calls(self.every).await;
            if *self.done.borrow() {
                return;
            }
            self.note(format!("{fault:?}"));
            self.strike(*fault, world).await;
            self.note("all runs again".to_owned());
        }
    }

    fn note(&mut self, what: String) {
        self.diary.push((self.recorder.now(), what));
    }

    async fn strike(&mut self, fault: Fault, world: &mut World) {
        match fault {
            Fault::Server => {
                let number = self.below(world.servers());
                self.servers(world, number..number + 1).await;
            }
            Fault::Servers => self.servers(world, 0..world.servers()).await,
            Fault::Ledger => self.ledger(world).await,
            Fault::Store => self.store(world).await,
            Fault::FailOver => self.fail_over(world, false).await,
            Fault::FailOverBehind => self.fail_over(world, true).await,
        }
    }

    async fn servers(&mut self, world: &mut World, which: std::ops::Range<usize>) {
        for number in which.clone() {
            world.kill_server(number).await;
        }
        self.calls(20).await;
        for number in which {
            world.start_server(number).await;
            self.kills.servers += 1;
        }
    }

    async fn ledger(&mut self, world: &mut World) {
        let Backing::Redis(redis) = &mut world.backing else { return };
        redis.kill_9();
        self.calls(20).await;
        let Backing::Redis(redis) = &mut world.backing else { return };
        redis.start_again().await;
        self.kills.redis += 1;
    }

    async fn store(&mut self, world: &mut World) {
        let Some(store) = &mut world.store else { return };
        store.kill_9();
        self.calls(20).await;
        store.start_again().await;
        self.kills.stores += 1;
    }

    /// Kills a primary and waits until its replica has taken over; then the killed one comes back
    /// as a replica. Behind: the replica is cut off first, and what is written until the kill is
    /// lost with the primary.
    async fn fail_over(&mut self, world: &mut World, behind: bool) {
        let slot = u16::try_from(self.seed.below(16384)).expect("slots have 14 bits");
        let cut_off = match &mut world.backing {
            Backing::Cluster(cluster) if behind => Some(cluster.cut_off_replica(slot).await),
            Backing::Sentinels(sentinels) if behind => Some(sentinels.cut_off_replica().await),
            _ => None,
        };
        if let Some(node) = cut_off {
            self.note(format!("{node} is cut off"));
            self.calls(60).await;
        }
        let killed = match &mut world.backing {
            Backing::Cluster(cluster) => {
                let killed = cluster.kill_primary(slot).await;
                cluster.wait_served().await;
                killed
            }
            Backing::Sentinels(sentinels) => sentinels.fail_over().await,
            _ => return,
        };
        self.note(format!("{killed} was killed, and is replaced"));
        self.calls(20).await;
        match &mut world.backing {
            Backing::Cluster(cluster) => {
                if let Some(node) = cut_off {
                    cluster.let_replicate(node).await;
                }
                cluster.start_again(killed).await;
                cluster.wait_healthy().await;
            }
            Backing::Sentinels(sentinels) => {
                if let Some(node) = cut_off {
                    sentinels.let_replicate(node).await;
                }
                sentinels.start_again(killed).await;
                sentinels.wait_healthy().await;
            }
            _ => {}
        }
        self.kills.redis += 1;
        self.kills.fail_overs += 1;
        self.kills.behind += usize::from(behind);
    }

    /// Waits until so many more calls were begun, nobody begins any, or all is done.
    async fn calls(&mut self, count: u64) {
        let until = *self.begun.borrow() + count;
        while *self.begun.borrow() < until && !*self.done.borrow() {
            let more = async {
                tokio::select! {
                    begun = self.begun.changed() => begun.is_ok(),
                    done = self.done.changed() => done.is_ok(),
                }
            };
            if timeout(STANDSTILL, more).await != Ok(true) {
                return;
            }
        }
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.seed.below(end as u64)).expect("it is below a usize")
    }
}
