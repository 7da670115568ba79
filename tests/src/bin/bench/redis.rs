//! Pushes made and revealed through three servers over one Redis, beside `redis-benchmark` doing as
//! many round trips to the same Redis in the same run; and the same with a million records beside a
//! thousand.

mod baseline;
mod fill;
mod trips;

use std::fs::read_to_string;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use subrosa_shared::push::Payload;
use subrosa_tests::bytes::noise;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::redis::{Redis, Settings};
use subrosa_tests::server::{Options, Server};
use tempfile::TempDir;
use tokio::time::Instant;

use self::baseline::Baseline;
use self::trips::Trips;
use super::load::{Clients, Load};
use super::push::{median, millis, prepare};
use super::say;

const SERVERS: usize = 3;
const CLIENTS: usize = 64;
/// The first round warms up and does not count.
const ROUNDS: usize = 1 + 5;
/// Pushes of a client in each round and phase.
const PUSHES: usize = 40;
/// Records beside those that are worked on.
const FEW: u64 = 1_000;
const MANY: u64 = 1_000_000;

pub(crate) async fn run() {
    say(&format!(
        "pushes through {SERVERS} servers over one Redis, {CLIENTS} clients that keep their connections, median of {} rounds; \
         load of the machine before: {}",
        ROUNDS - 1,
        machine_load()
    ));
    beside_the_baseline("durable (appendonly yes, appendfsync always)", Settings::durable()).await;
    beside_the_baseline("as Redis comes (snapshots only)", Settings::as_it_comes()).await;
    many_beside_few().await;
    memory_of_shares().await;
    say(&format!("  load of the machine after: {}", machine_load()));
}

/// Servers over one Redis, with blobs in common.
struct Installation {
    redis: Redis,
    servers: Vec<Server>,
    clients: Clients,
    _folder: TempDir,
}

impl Installation {
    async fn start(settings: Settings) -> Self {
        let redis = Redis::start_with(settings).await;
        let folder = TempDir::new().expect("there is room for a folder");
        let (url, blobs) = (redis.url(), format!("file:{}", folder.path().join("blobs").display()));
        let flags = ["--ledger", &url, "--blobs", &blobs, "--accept-ledger-risk", "appendonly"];
        let mut servers = Vec::new();
        // One after the other: the first makes the installation.
        for _ in 0..SERVERS {
            servers.push(Server::start_with(Options::flags(&flags).logging("info")).await);
        }
        let clients = connect(&servers).await;
        Self { redis, servers, clients, _folder: folder }
    }

    /// How long records are, as the ledger keeps them.
    async fn record_len(&self) -> usize {
        let push = SealedPush::seal(&payload(), &PushTerms::default()).expect("a password can be pushed");
        self.servers[0].client().push(&push).await.expect("it is taken");
        let key = fill::push_key(push.link().as_bytes());
        let len = self.redis.command(&["HSTRLEN", &key, "bytes"]).await.expect("Redis answers");
        len.trim().parse().expect("a length is a number")
    }

    async fn send(&mut self, requests: &[Bytes]) -> (Load, Trips) {
        let before = Trips::so_far(&self.redis).await;
        let load = self.clients.send(requests).await;
        (load, Trips::so_far(&self.redis).await - before)
    }
}

async fn connect(servers: &[Server]) -> Clients {
    let ports: Vec<u16> = servers.iter().map(Server::port).collect();
    Clients::connect_to_all(&ports, CLIENTS).await
}

/// One row of a table, gathered over the rounds.
#[derive(Default)]
struct Row {
    what: &'static str,
    rates: Vec<f64>,
    trips: Vec<f64>,
    ratios: Vec<f64>,
    waits: Vec<(Duration, Duration)>,
}

async fn beside_the_baseline(what: &str, settings: Settings) {
    let mut installation = Installation::start(settings).await;
    let len = installation.record_len().await;
    say(&format!("  {what}; records of {len} bytes"));
    let mut rows = ["PUT a push", "POST its reveal", "both"].map(|what| Row { what, ..Row::default() });
    let mut baselines = Vec::new();
    for round in 0..ROUNDS {
        let (puts, reveals) = prepare(&installation.servers[0].client(), CLIENTS * PUSHES);
        let (more_puts, more_reveals) = prepare(&installation.servers[0].client(), CLIENTS * PUSHES);
        let both: Vec<Bytes> =
            more_puts.into_iter().zip(more_reveals).flat_map(|(put, reveal)| [put, reveal]).collect();
        for (row, requests) in rows.iter_mut().zip([puts, reveals, both]) {
            let (load, trips) = installation.send(&requests).await;
            let count = requests.len() as u64;
            // Every one of them writes once; all else reads.
            let baseline =
                Baseline::run(&installation.redis, CLIENTS, len, count, trips.of_calls.saturating_sub(count)).await;
            if round > 0 {
                row.rates.push(load.per_second());
                row.trips.push(trips.of_calls as f64 / count as f64);
                row.ratios.push(baseline.elapsed.as_secs_f64() / load.elapsed.as_secs_f64());
                row.waits.push(load.p50_p99());
                baselines.push(baseline);
            }
        }
    }
    say(
        "  calls per second, round trips per call, time of redis-benchmark for as many round trips : own time, p50, p99",
    );
    for row in &rows {
        say(&row.text());
    }
    let [sets, gets] = [0, 1].map(|place| median(baselines.iter().map(|baseline| baseline.rates[place]).collect()));
    say(&format!("  redis-benchmark, {CLIENTS} clients, {len} bytes: SET {sets:.0}/s, GET {gets:.0}/s"));
}

impl Row {
    fn text(&self) -> String {
        let (p50, p99): (Vec<_>, Vec<_>) = self.waits.iter().copied().unzip();
        let [rate, trips, ratio] = [&self.rates, &self.trips, &self.ratios].map(|values| median(values.clone()));
        let (p50, p99) = (millis(median(p50)), millis(median(p99)));
        format!("  {:<20} {rate:>7.0}/s {trips:>6.2} {ratio:>6.2} {p50:>7.2} ms {p99:>7.2} ms", self.what)
    }
}

/// Two installations in turns: one with a thousand records beside those that are worked on, one
/// with a million.
async fn many_beside_few() {
    let mut both = Vec::new();
    for count in [FEW, MANY] {
        let installation = Installation::start(Settings::durable()).await;
        let len = installation.record_len().await;
        let start = Instant::now();
        fill::fill(&installation.redis, count, len).await;
        let memory = fill::memory(&installation.redis).await;
        say(&format!(
            "  {count} pushes with records of {len} bytes: filled in {:.1} s, {} bytes of memory each",
            start.elapsed().as_secs_f64(),
            memory / count
        ));
        both.push(installation);
    }
    for installation in &mut both {
        // Servers hang up on those who say nothing for so long.
        installation.clients = connect(&installation.servers).await;
    }
    let whats = ["PUT a push", "POST its reveal", "GET a push by its holder"];
    let mut rates: [[Vec<f64>; 2]; 3] = Default::default();
    for round in 0..ROUNDS {
        for (place, installation) in both.iter_mut().enumerate() {
            let (puts, reveals) = prepare(&installation.servers[0].client(), CLIENTS * PUSHES);
            let looks = looks_of(&reveals);
            for (rates, requests) in rates.iter_mut().zip([puts, reveals, looks]) {
                let load = installation.clients.send(&requests).await;
                if round > 0 {
                    rates[place].push(load.per_second());
                }
            }
        }
    }
    say(&format!("  calls per second with {FEW} records, with {MANY}, ratio"));
    for (what, rates) in whats.iter().zip(rates) {
        let ratios = rates[0].iter().zip(&rates[1]).map(|(few, many)| many / few).collect();
        let [few, many] = rates.map(median);
        say(&format!("  {what:<24} {few:>7.0}/s {many:>7.0}/s {:>6.2}", median(ratios)));
    }
    // Ended together, because a server that stands alone says so all the time.
    join_all(both.into_iter().map(|installation| async move { drop(installation) })).await;
}

/// What Redis needs for a share: ten parts, two links, a note.
async fn memory_of_shares() {
    const SHARES: u64 = 200;
    let installation = Installation::start(Settings::durable()).await;
    let client = installation.servers[0].client();
    let before = fill::memory(&installation.redis).await;
    let terms = LinkTerms::default();
    for seed in 0..SHARES {
        let files = [Source::new("noise.bin", noise(10 * 64 * 1024, seed))];
        let package = Package::seal(&files, &Terms { part_bytes: Some(64 * 1024), ..Terms::default() });
        let package = package.expect("one file seals");
        client.send(&package, &terms).await.expect("it is taken");
        client.add_link(&package, &terms).await.expect("it is taken");
        client.put_note(&package, package.manifest.clone()).await.expect("it is taken");
    }
    let each = (fill::memory(&installation.redis).await - before) / SHARES;
    say(&format!("  a share with ten parts, two links and a note: {each} bytes of memory"));
}

/// Requests that look at the same links.
fn looks_of(reveals: &[Bytes]) -> Vec<Bytes> {
    let look = |reveal: &Bytes| {
        let text = std::str::from_utf8(reveal).expect("requests are ASCII");
        let path = text.split(' ').nth(1).and_then(|path| path.strip_suffix("/reveal")).expect("it is a reveal");
        let proof =
            text.lines().find(|line| line.starts_with("subrosa-link-proof")).expect("it has the proof of its link");
        format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n{proof}\r\n\r\n").into()
    };
    reveals.iter().map(look).collect()
}

fn payload() -> Payload {
    Payload::Password { password: "correct horse battery staple".to_owned() }
}

/// Processes that want to run: over one, five and fifteen minutes.
fn machine_load() -> String {
    let text = read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(", ")
}
