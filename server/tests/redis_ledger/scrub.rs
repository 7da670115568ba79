//! Files of Redis are written anew, so that nothing of what ended is left in them.

use subrosa_server::ledger::Ledger as _;
use subrosa_tests::redis::Redis;

use super::open;

/// A machine that does not do it now is asked again, although nothing else changes.
#[tokio::test]
async fn a_ledger_is_scrubbed_when_every_machine_has_begun_to() {
    let redis = Redis::start().await;
    let user = ["ACL", "SETUSER", "ledger", "on", ">its-many-letters", "~*", "+@all"];
    redis.command(&[&user[..], &["-bgrewriteaof"]].concat()).await.unwrap();
    let ledger = open(&format!("redis://ledger:its-many-letters@{}", redis.address())).await;
    assert!(!ledger.scrub().await.unwrap());
    redis.command(&user).await.unwrap();
    assert!(!ledger.scrub().await.unwrap(), "it is not its time yet");
    assert_eq!(redis.command(&["DEL", "subrosa:{ledger}:rewrite"]).await.unwrap(), "1");
    assert!(ledger.scrub().await.unwrap());
}
