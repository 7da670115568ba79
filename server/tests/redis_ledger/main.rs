//! A ledger in Redis when something goes wrong: answers that are lost, questions that come late,
//! servers that race, data that is gone.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../http/support.rs"]
#[allow(dead_code, reason = "shared with the tests of the API")]
mod api;
#[path = "../http/unchecked.rs"]
mod openapi;
#[path = "../ledger/support.rs"]
#[allow(dead_code, reason = "shared with the rules of every ledger")]
mod support;

mod gone;
mod large;
mod late;
mod lost;
mod races;
mod replicas;
mod scrub;
mod served;
mod shared;
mod time;
mod tls;

use std::sync::Arc;

use subrosa_durable_redis::{DurabilityPolicy, Nodes, RedisUrl};
use subrosa_lifecycle::RecordKey;
use subrosa_server::ledger::redis::{RedisLedger, Settings};
use subrosa_server::ledger::{Change, LedgerError, NewRow, WriteId};
use subrosa_shared::api::{Event, LogLine};

use crate::support::{START, clock, new_row, put};

/// Opens the ledger, as one server does.
async fn open(url: &str) -> RedisLedger {
    try_open(url).await.unwrap()
}

async fn try_open(url: &str) -> Result<RedisLedger, LedgerError> {
    try_open_on(url, &DurabilityPolicy::default()).await
}

async fn try_open_on(url: &str, durability: &DurabilityPolicy) -> Result<RedisLedger, LedgerError> {
    let settings = Settings { clock: Some(Arc::new(clock())), ..Settings::default() };
    try_open_with(url, durability, settings).await
}

async fn try_open_with(
    url: &str,
    durability: &DurabilityPolicy,
    settings: Settings,
) -> Result<RedisLedger, LedgerError> {
    RedisLedger::open(Nodes::open(&RedisUrl::parse(url).unwrap(), durability).await?, settings).await
}

/// A change with a line for the timeline.
fn step(key: impl Into<RecordKey>, expect: Option<WriteId>, row: &NewRow) -> Change {
    let line = LogLine { at: START, link: None, event: Event::Opened };
    Change { log: vec![line], ..put(key, expect, row.clone()) }
}

fn removal(key: impl Into<RecordKey>, expect: WriteId) -> Change {
    Change { record: None, ..put(key, Some(expect), new_row(b"")) }
}
