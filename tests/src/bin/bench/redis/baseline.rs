//! `redis-benchmark`: what as many plain commands take, with as many clients and values as long.

use std::process::Stdio;
use std::time::Duration;

use subrosa_tests::redis::Redis;
use tokio::process::Command;

/// What it took.
#[derive(Clone, Copy, Debug)]
pub(super) struct Baseline {
    /// So many `SET`, then so many `GET`.
    pub(super) elapsed: Duration,
    /// Of both, per second.
    pub(super) rates: [f64; 2],
}

impl Baseline {
    pub(super) async fn run(redis: &Redis, clients: usize, len: usize, sets: u64, gets: u64) -> Self {
        let sets_per_second = rate(redis, "set", clients, len, sets).await;
        let gets_per_second = rate(redis, "get", clients, len, gets.max(1)).await;
        // Nothing of it stays.
        redis.command(&["-n", "1", "FLUSHDB"]).await.expect("Redis answers");
        let seconds = sets as f64 / sets_per_second + gets as f64 / gets_per_second;
        Self { elapsed: Duration::from_secs_f64(seconds), rates: [sets_per_second, gets_per_second] }
    }
}

/// How many per second, in a database beside the ledger's.
async fn rate(redis: &Redis, command: &str, clients: usize, len: usize, count: u64) -> f64 {
    let address = redis.address();
    let (host, port) = address.split_once(':').expect("an address has a port");
    let mut benchmark = Command::new("redis-benchmark");
    benchmark.args(["-h", host, "-p", port, "--dbnum", "1", "-t", command, "-r", "1000", "--csv"]);
    benchmark.args(["-c", &clients.to_string(), "-n", &count.to_string(), "-d", &len.to_string()]);
    let output = benchmark.stdin(Stdio::null()).output().await.expect("redis-benchmark is installed");
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().last().unwrap_or_default();
    let rate = line.split(',').nth(1).and_then(|rate| rate.trim_matches('"').parse().ok());
    rate.unwrap_or_else(|| panic!("redis-benchmark says {text:?} {}", String::from_utf8_lossy(&output.stderr)))
}
