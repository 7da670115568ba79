//! The kinds of ledgers, each with places where one of them lives.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use subrosa_durable_redis::{DurabilityPolicy, Nodes, RedisUrl};
use subrosa_server::ledger::redis::{RedisLedger, Settings};
use subrosa_server::ledger::sqlite::SqliteLedger;
use subrosa_server::ledger::{ManualClock, Transfer};
use subrosa_tests::redis::{Cluster, Redis, Sentinels};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// A kind of ledger, and one place where one of them lives.
#[async_trait(?Send)]
pub(crate) trait Backend {
    async fn new() -> Self
    where
        Self: Sized;
    /// Opens it, again and again. Those opened before are dropped.
    async fn open(&self, clock: &ManualClock) -> Arc<dyn Transfer>;
}

pub(crate) struct Sqlite(TempDir);

impl Sqlite {
    pub(crate) fn folder(&self) -> &TempDir {
        &self.0
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("ledger.sqlite")
    }
}

#[async_trait(?Send)]
impl Backend for Sqlite {
    async fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    async fn open(&self, clock: &ManualClock) -> Arc<dyn Transfer> {
        Arc::new(SqliteLedger::open(&self.path(), Arc::new(clock.clone())).unwrap())
    }
}

/// A part of a Redis that all tests share: keys that begin like no others.
struct InRedis {
    url: String,
}

impl InRedis {
    fn at(url: String) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self { url: format!("{url}?prefix=test-{}", NEXT.fetch_add(1, Ordering::Relaxed)) }
    }

    async fn open(&self, clock: &ManualClock) -> Arc<dyn Transfer> {
        let nodes = Nodes::open(&RedisUrl::parse(&self.url).unwrap(), &DurabilityPolicy::default()).await.unwrap();
        let settings = Settings { clock: Some(Arc::new(clock.clone())), ..Settings::default() };
        Arc::new(RedisLedger::open(nodes, settings).await.unwrap())
    }
}

macro_rules! in_redis {
    ($($backend:ident, $machines:ty, $start:ident;)*) => {
        $(pub(crate) struct $backend(InRedis);

        #[async_trait(?Send)]
        impl Backend for $backend {
            async fn new() -> Self {
                /// Started once for all tests of the program.
                static MACHINES: OnceCell<$machines> = OnceCell::const_new();
                Self(InRedis::at(MACHINES.get_or_init(<$machines>::$start).await.url()))
            }

            async fn open(&self, clock: &ManualClock) -> Arc<dyn Transfer> {
                self.0.open(clock).await
            }
        })*
    };
}

in_redis! {
    RedisSingle, Redis, start;
    RedisCluster, Cluster, start_calm;
    RedisSentinels, Sentinels, start_calm;
}
