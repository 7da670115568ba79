//! Exactly N over real faults: servers on one ledger and 64 clients, while servers and Redis are
//! killed. 100 links for each kind of ledger; with `cargo xtask test --heavy` 1,000 links and
//! hundreds of kills.
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

use std::io::Write as _;
use std::time::Duration;

use subrosa_tests::exactly_n::faults::Kills;
use subrosa_tests::exactly_n::world::{Backing, World};
use subrosa_tests::exactly_n::{Trial, Verdict, run};
use subrosa_tests::redis::{Cluster, Redis, Sentinels, Settings};
use subrosa_tests::s3::S3;

const CLIENTS: usize = 64;
const SERVERS: usize = 3;
/// A replica that needs a password can be cut off from its primary.
const PASSWORD: &str = "a-word-of-many-letters";

/// How much is tried, and whether it is the heavy run.
fn trial(every: u64) -> (Trial, bool) {
    let is_heavy = std::env::var_os("SUBROSA_HEAVY").is_some();
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse().unwrap());
    // Another seed, or many of them one after the other, is for whoever looks for something.
    let seed = number("SUBROSA_SEED").unwrap_or(1);
    let (links, within) = if is_heavy { (1000, 3600) } else { (100, 300) };
    (Trial { links, clients: CLIENTS, every, seed, within: Duration::from_secs(within) }, is_heavy)
}

/// Fails with all that was found; the figures are told in any case.
#[expect(clippy::explicit_write, reason = "the harness keeps what passing tests print to itself")]
fn assert_kept(what: &str, world: &World, verdict: &Verdict, least: Kills) {
    writeln!(std::io::stdout(), "     {what}: {verdict}").unwrap();
    if !verdict.findings.is_empty() {
        let log = std::env::temp_dir().join(format!("subrosa-faults-{}.log", std::process::id()));
        std::fs::write(&log, world.log()).unwrap();
        let findings = verdict.findings.join("\n");
        panic!(
            "{} findings; the servers' log is in {}\n{findings}\nmeanwhile: {:?}",
            verdict.findings.len(),
            log.display(),
            verdict.diary
        );
    }
    let Kills { servers, redis, fail_overs, behind, stores } = verdict.kills;
    let enough =
        servers >= least.servers && redis >= least.redis && fail_overs >= least.fail_overs && behind >= least.behind;
    let enough = enough && stores >= least.stores;
    assert!(enough, "too few faults to tell: {:?}, not {least:?}", verdict.kills);
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_n_on_a_file() {
    let (trial, is_heavy) = trial(150);
    let mut world = World::start(Backing::Sqlite, 1).await;
    let verdict = run(&mut world, trial).await;
    let servers = if is_heavy { 80 } else { 6 };
    assert_kept("SQLite", &world, &verdict, Kills { servers, ..Kills::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_n_on_a_redis() {
    let (trial, is_heavy) = trial(120);
    let redis = Redis::start_with(Settings::durable().password(PASSWORD)).await;
    let mut world = World::start(Backing::Redis(redis), SERVERS).await;
    let verdict = run(&mut world, trial).await;
    let (servers, redis) = if is_heavy { (60, 30) } else { (4, 3) };
    assert_kept("Redis", &world, &verdict, Kills { servers, redis, ..Kills::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_n_on_a_redis_and_a_bucket() {
    let (trial, is_heavy) = trial(120);
    let redis = Redis::start_with(Settings::durable().password(PASSWORD)).await;
    let mut world = World::start_on_bucket(Backing::Redis(redis), S3::start().await, SERVERS).await;
    let verdict = run(&mut world, trial).await;
    let (servers, redis, stores) = if is_heavy { (30, 15, 30) } else { (1, 1, 2) };
    assert_kept("Redis and S3", &world, &verdict, Kills { servers, redis, stores, ..Kills::default() });
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_n_on_a_cluster() {
    let (trial, is_heavy) = trial(150);
    let cluster = Cluster::start_with(Settings::durable().password(PASSWORD)).await;
    let mut world = World::start(Backing::Cluster(cluster), SERVERS).await;
    let verdict = run(&mut world, trial).await;
    let (servers, redis) = if is_heavy { (30, 12) } else { (3, 2) };
    let least = Kills { servers, redis, fail_overs: redis, behind: redis / 2, ..Kills::default() };
    assert_kept("Cluster", &world, &verdict, least);
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_n_behind_sentinels() {
    let (trial, is_heavy) = trial(150);
    let sentinels = Sentinels::start_with(Settings::durable().password(PASSWORD)).await;
    let mut world = World::start(Backing::Sentinels(sentinels), SERVERS).await;
    let verdict = run(&mut world, trial).await;
    let (servers, redis) = if is_heavy { (30, 12) } else { (3, 2) };
    let least = Kills { servers, redis, fail_overs: redis, behind: redis / 2, ..Kills::default() };
    assert_kept("Sentinels", &world, &verdict, least);
}
