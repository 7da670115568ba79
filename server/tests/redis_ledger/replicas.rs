//! How many replicas acknowledge stays as it was, whatever is away when a server starts.

use subrosa_durable_redis::Risk;
use subrosa_server::ledger::Ledger as _;
use subrosa_tests::redis::Redis;
use subrosa_tests::wait;
use tokio::time::Duration;

use super::support::{link, push_key, share};
use super::*;

async fn opened(redis: &Redis, replicas: Option<u32>, accepted: &[Risk]) -> Result<u32, String> {
    let durability = DurabilityPolicy { replicas, accepted: accepted.to_vec() };
    let ledger = try_open_on(&redis.url(), &durability).await.map_err(|error| error.to_string())?;
    Ok(ledger.replicas_acknowledge())
}

/// Who is cut off from its replicas may have been replaced, and know nothing of what was made
/// since.
#[tokio::test]
async fn that_there_is_no_such_link_or_record_is_not_told_by_a_machine_that_nobody_follows() {
    let redis = Redis::start().await;
    let replica = redis.start_replica().await;
    let ledger = open(&redis.url()).await;
    let change = Change { new_links: vec![link(7)], ..step(share(1), None, &new_row(b"x")) };
    ledger.commit(change).await.unwrap();
    assert_eq!(ledger.share_of_link(&link(8)).await.unwrap(), None);
    replica.pause();
    assert_eq!(ledger.share_of_link(&link(7)).await.unwrap(), Some(share(1)));
    assert!(matches!(ledger.share_of_link(&link(8)).await, Err(LedgerError::NotAcknowledged)));
    assert!(matches!(ledger.confirm_durable(&push_key(8), None).await, Err(LedgerError::NotAcknowledged)));
    replica.resume();
    assert_eq!(ledger.share_of_link(&link(8)).await.unwrap(), None);
}

#[tokio::test]
async fn a_server_that_starts_while_a_replica_is_away_does_not_take_fewer_for_granted() {
    let redis = Redis::start().await;
    assert_eq!(opened(&redis, None, &[]).await, Ok(0));
    let (one, mut other) = tokio::join!(redis.start_replica(), redis.start_replica());
    assert_eq!(opened(&redis, None, &[]).await, Ok(2), "more are taken as they come");
    other.kill_9();
    let info = async || redis.command(&["INFO", "replication"]).await.unwrap();
    let alone = |info: &String| info.contains("connected_slaves:1");
    wait::until_so(Duration::from_secs(30), "it is missed", info, alone).await;
    let refused = opened(&redis, None, &[]).await.unwrap_err();
    for text in ["now 1", "but 2 have", "--ledger-replicas 1", "--accept-ledger-risk replicas"] {
        assert!(refused.contains(text), "{text:?} is not in: {refused}");
    }
    // Accepted for now, and not forgotten.
    assert_eq!(opened(&redis, None, &[Risk::Replicas]).await, Ok(1));
    assert!(opened(&redis, None, &[]).await.is_err());
    // From now on that is how many there are to be.
    assert_eq!(opened(&redis, Some(1), &[]).await, Ok(1));
    assert_eq!(opened(&redis, None, &[]).await, Ok(1));
    drop(one);
}
