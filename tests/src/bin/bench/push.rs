//! Pushes made and revealed over HTTP, durably, beside calls of the same server that do next to
//! nothing.

use std::fs::{File, read_to_string};
use std::io::Write as _;
use std::time::Duration;

use bytes::Bytes;
use subrosa_shared::push::Payload;
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::bytes::rng;
use subrosa_tests::client::push::{PushTerms, Reader, SealedPush};
use subrosa_tests::client::{Client, to_http1};
use subrosa_tests::server::{Options, Server};
use tokio::time::Instant;

use super::load::{Clients, Load};
use super::say;

const CLIENTS: usize = 64;
/// The first round warms up and does not count.
const ROUNDS: usize = 1 + 7;
/// Pushes of a client in each round and phase.
const PUSHES: usize = 40;
/// Calls of the baseline of a client in each round.
const CALLS: usize = 200;

/// One row of the table, gathered over the rounds.
#[derive(Default)]
struct Row {
    what: &'static str,
    rates: Vec<f64>,
    ratios_to_live: Vec<f64>,
    ratios_to_config: Vec<f64>,
    waits: Vec<(Duration, Duration)>,
    server: Vec<Duration>,
    client: Vec<Duration>,
}

pub(crate) async fn run() {
    // The log as operators get it.
    let server = Server::start_with(Options::default().logging("info")).await;
    let client = server.client();
    say(&format!("pushes over HTTP, {CLIENTS} clients that keep their connections, median of {} rounds", ROUNDS - 1));
    say(&format!("  4 KiB written and synced to this disk: {:.2} ms", millis(median(synced_writes(&server)))));
    let start = Instant::now();
    let count = CLIENTS * PUSHES;
    drop(prepare(&client, count));
    say(&format!("  sealing and writing the requests of one push: {:.3} ms, before the clock starts", {
        millis(start.elapsed()) / count as f64
    }));

    let mut clients = Clients::connect(server.port(), CLIENTS).await;
    let whats = ["GET /health/live", "GET /api/v1/config", "PUT a push", "POST its reveal", "both: PUT", "both: POST"];
    let mut rows = whats.map(|what| Row { what, ..Row::default() });
    for round in 0..ROUNDS {
        let (puts, reveals) = prepare(&client, count);
        let (more_puts, more_reveals) = prepare(&client, count);
        let both: Vec<Bytes> =
            more_puts.into_iter().zip(more_reveals).flat_map(|(put, reveal)| [put, reveal]).collect();
        let [live, config] = ["/health/live", "/api/v1/config"].map(|path| vec![get(path); CLIENTS * CALLS]);
        let mut phases = Vec::new();
        for requests in [live, config, puts, reveals, both] {
            phases.push(measure(&server, &mut clients, &requests).await);
        }
        if round > 0 {
            add(&mut rows, &phases);
        }
    }

    say("  calls per second, ratio to live, to config, p50, p99, processor time of server and client per call");
    for row in &rows {
        say(&row.text());
    }
}

/// What a phase took: time, and the processor time of server and client for each request.
type Phase = (Load, Duration, Duration);

async fn measure(server: &Server, clients: &mut Clients, requests: &[Bytes]) -> Phase {
    let times = || [server.process_id(), std::process::id()].map(processor_time);
    let before = times();
    let load = clients.send(requests).await;
    let after = times();
    let count = u32::try_from(load.waits.len()).expect("there are not that many");
    (load, (after[0] - before[0]) / count, (after[1] - before[1]) / count)
}

fn add(rows: &mut [Row; 6], phases: &[Phase]) {
    let [live, config] = [0, 1].map(|place| phases[place].0.per_second());
    // The last phase is two rows: both calls wait for one another, so its rate and times are of
    // them together.
    let (both, server, client) = &phases[4];
    for (place, row) in rows.iter_mut().enumerate() {
        let (load, rate, server, client) = match place {
            4 | 5 => (&both.every_other(place - 4), both.per_second(), server, client),
            _ => (&phases[place].0, phases[place].0.per_second(), &phases[place].1, &phases[place].2),
        };
        row.rates.push(rate);
        row.ratios_to_live.push(rate / live);
        row.ratios_to_config.push(rate / config);
        row.waits.push(load.p50_p99());
        row.server.push(*server);
        row.client.push(*client);
    }
}

impl Row {
    fn text(&self) -> String {
        let rate = median(self.rates.clone());
        let [to_live, to_config] = [&self.ratios_to_live, &self.ratios_to_config].map(|ratios| median(ratios.clone()));
        let (p50, p99): (Vec<_>, Vec<_>) = self.waits.iter().copied().unzip();
        let (p50, p99) = (millis(median(p50)), millis(median(p99)));
        let [server, client] = [&self.server, &self.client].map(|times| micros(median(times.clone())));
        let what = self.what;
        format!(
            "  {what:<20} {rate:>7.0}/s {to_live:>5.2} {to_config:>5.2} {p50:>7.2} ms {p99:>7.2} ms \
             {server:>6.0} µs {client:>5.0} µs"
        )
    }
}

/// Requests that make pushes, and those that reveal them: sealed, derived and written down.
pub(crate) fn prepare(client: &Client, count: usize) -> (Vec<Bytes>, Vec<Bytes>) {
    let one = |_| {
        let payload = Payload::Password { password: "correct horse battery staple".to_owned() };
        let push = SealedPush::seal(&payload, &PushTerms::default()).expect("a password can be pushed");
        let reader = Reader::new(client, &push.link_at("http://localhost"), None).expect("the link is whole");
        let lease = LeaseSecret::generate(&mut rng());
        let put = client.push_request(&push).expect("it is a request");
        let reveal = reader.reveal_request(&lease).expect("it is a request");
        (to_http1(&put), to_http1(&reveal))
    };
    (0..count).map(one).unzip()
}

fn get(path: &str) -> Bytes {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").into()
}

/// What the disk under the server takes for the least that is durable.
fn synced_writes(server: &Server) -> Vec<Duration> {
    let path = server.data().join("synced");
    let mut file = File::create(&path).expect("the folder is ours");
    let writes = (0..50).map(|_| {
        let start = Instant::now();
        file.write_all(&[1; 4096]).and_then(|()| file.sync_data()).expect("there is room");
        start.elapsed()
    });
    let writes = writes.collect();
    std::fs::remove_file(path).expect("it was made");
    writes
}

/// Processor time that a process took so far, in the kernel too.
fn processor_time(process: u32) -> Duration {
    let stat = read_to_string(format!("/proc/{process}/stat")).expect("a running process has a status");
    // The name before may have spaces; after it, times are the 12th and 13th number, in hundredths
    // of a second.
    let numbers = stat.rsplit_once(')').expect("a process has a name").1;
    let ticks =
        numbers.split_whitespace().skip(11).take(2).map(|text| text.parse::<u64>().expect("a time is a number"));
    Duration::from_millis(10 * ticks.sum::<u64>())
}

pub(crate) fn median<T: PartialOrd + Copy>(mut values: Vec<T>) -> T {
    values.sort_by(|one, other| one.partial_cmp(other).expect("figures compare"));
    values[values.len() / 2]
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
