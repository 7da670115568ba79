//! The time of Redis itself: believed at the start if it is not far from what is noted, and never
//! earlier than servers were told.

use std::time::Duration;

use subrosa_server::ledger::{Ledger as _, Machine as _, ThisMachine};
use subrosa_shared::time::Timestamp;
use subrosa_tests::redis::Redis;

use super::*;

const NOTED: &str = "subrosa:{ledger}:clock";
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// As a server does, whose ledger tells the time.
async fn begin(redis: &Redis, accept_clock: bool) -> Result<RedisLedger, LedgerError> {
    try_open_with(&redis.url(), &DurabilityPolicy::default(), Settings { accept_clock, ..Settings::default() }).await
}

async fn note(redis: &Redis, moment: Timestamp) -> String {
    let millis = moment.as_millis().to_string();
    redis.command(&["SET", NOTED, &millis]).await.unwrap();
    millis
}

fn now() -> Timestamp {
    Timestamp::from_millis(0).after(ThisMachine.clock())
}

fn ago(span: Duration) -> Timestamp {
    Timestamp::from_millis(0).after(ThisMachine.clock() - span)
}

#[tokio::test]
async fn a_clock_of_redis_far_from_what_is_noted_is_refused_until_it_is_accepted() {
    let redis = Redis::start().await;
    for (noted, said) in [(ago(32 * DAY), "days ahead of"), (now().after(DAY), "hours behind")] {
        let millis = note(&redis, noted).await;
        let refused = begin(&redis, false).await.err().unwrap().to_string();
        assert!(refused.contains(said) && refused.contains("--accept-clock"), "{refused}");
        assert_eq!(redis.command(&["GET", NOTED]).await.unwrap(), millis, "nothing changed");
        let begun = begin(&redis, true).await.unwrap().now().await.unwrap();
        assert!(begun >= noted.max(ago(MINUTE)) && begun <= noted.max(now()), "{begun:?}");
    }
}

#[tokio::test]
async fn time_is_never_earlier_than_it_was_wherever_it_was_told() {
    let redis = Redis::start().await;
    // The machine before was minutes ahead.
    let ahead = now().after(5 * MINUTE);
    note(&redis, ahead).await;
    let one = begin(&redis, false).await.unwrap();
    assert_eq!(one.now().await.unwrap(), ahead, "it stands still");
    // This one took over without what was noted last; another server asks it first.
    note(&redis, ago(MINUTE)).await;
    let other = begin(&redis, false).await.unwrap();
    assert!(other.now().await.unwrap() < ahead);
    assert_eq!(one.now().await.unwrap(), ahead, "it was told");
    assert_eq!(other.now().await.unwrap(), ahead, "and has noted that for all");
}
