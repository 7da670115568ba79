//! Two ledgers in one Redis, each under a prefix of its own.

use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{InstallationId, Ledger as _, LedgerError};
use subrosa_tests::redis::Redis;

use super::support::{create, link, push_key, share, share_key};
use super::*;

/// Each with a user who may not touch the keys of the other.
#[tokio::test]
async fn ledgers_with_different_prefixes_share_a_redis_and_nothing_else() {
    let redis = Redis::start().await;
    let replica = redis.start_replica().await;
    let prefixes = ["one", "one-more"];
    for (machine, prefix) in
        [(&redis, prefixes[0]), (&redis, prefixes[1]), (&replica, prefixes[0]), (&replica, prefixes[1])]
    {
        let keys = format!("~{prefix}:*");
        machine.command(&["ACL", "SETUSER", prefix, "on", ">its-many-letters", &keys, "+@all"]).await.unwrap();
    }
    let [one, other] =
        prefixes.map(|prefix| format!("redis://{prefix}:its-many-letters@{}?prefix={prefix}", redis.address()));
    let (one, other) = (open(&one).await, open(&other).await);
    assert_eq!((one.replicas_acknowledge(), other.replicas_acknowledge()), (1, 1));
    let ids = [(); 2].map(|()| InstallationId::generate());
    assert_eq!(one.set_installation(ids[0].clone()).await.unwrap(), ids[0]);
    assert_eq!(other.set_installation(ids[1].clone()).await.unwrap(), ids[1]);

    // The same ids in both.
    let row = new_row(b"of one");
    one.commit(Change { new_links: vec![link(3)], ..step(share(1), None, &row) }).await.unwrap();
    assert!(other.is_empty().await.unwrap());
    assert_eq!(other.share_of_link(&link(3)).await.unwrap(), None);
    create(&other, share(1)).await;
    create(&other, push_key(2)).await;
    assert_eq!(one.load(&share_key(1), LoadedLinks::All).await.unwrap().unwrap().record.head, b"of one");
    assert_eq!(
        (one.due(START, None, 10).await.unwrap().len(), other.due(START, None, 10).await.unwrap().len()),
        (1, 2)
    );
    one.commit(removal(share(1), row.write_id)).await.unwrap();
    assert!(one.is_empty().await.unwrap() && other.load(&share_key(1), LoadedLinks::All).await.unwrap().is_some());
    assert!(one.scrub().await.unwrap());
    one.ping().await.unwrap();
    other.ping().await.unwrap();
    // One that is emptied.
    let keys = redis.command(&["KEYS", "one:*"]).await.unwrap();
    redis.command(&[&["DEL"][..], &keys.lines().collect::<Vec<_>>()].concat()).await.unwrap();
    assert!(matches!(one.load(&share_key(1), LoadedLinks::All).await, Err(LedgerError::Foreign(_))));
    assert!(other.load(&share_key(1), LoadedLinks::All).await.unwrap().is_some());
    assert_eq!(redis.command(&["ACL", "LOG"]).await.unwrap(), "", "nothing was refused");
    let keys = redis.command(&["KEYS", "*"]).await.unwrap();
    assert!(keys.lines().all(|key| key.starts_with("one-more:{")), "{keys}");
}
