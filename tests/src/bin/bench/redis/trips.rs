//! Counts round trips to Redis.

use std::collections::HashMap;
use std::ops::Sub;

use subrosa_tests::redis::Redis;

/// Scripts that Redis ran: each is one round trip.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trips {
    /// For calls of clients, without those that servers make every second to learn what is due.
    pub(super) of_calls: u64,
}

impl Trips {
    pub(super) async fn so_far(redis: &Redis) -> Self {
        let stats = redis.command(&["INFO", "commandstats"]).await.expect("Redis answers");
        let calls: HashMap<&str, u64> = stats.lines().filter_map(calls).collect();
        let of = |name: &str| calls.get(name).copied().unwrap_or(0);
        // The script that asks what is due is the only one with a ZRANGE, and has one.
        Self { of_calls: of("evalsha") + of("eval") - of("zrange") }
    }
}

impl Sub for Trips {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self { of_calls: self.of_calls - before.of_calls }
    }
}

/// Reads `cmdstat_NAME:calls=COUNT,…`.
fn calls(line: &str) -> Option<(&str, u64)> {
    let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
    Some((name, rest.split(',').next()?.parse().ok()?))
}
