//! What a recipient's calls cost on a share with many links, beside the same on a share with one.

use std::time::Duration;

use subrosa_tests::client::Client;
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use tokio::time::Instant;

use super::say;

/// The most that a share can have.
const LINKS: usize = 250;
/// The first rounds warm up and do not count.
const ROUNDS: usize = 5 + 101;
const CALLS: [&str; 5] = ["look", "open", "lease", "part", "finish"];

pub(crate) async fn run() {
    let server = Server::start().await;
    let client = server.client();
    let one = recipient(&client, 1).await;
    let start = Instant::now();
    let many = recipient(&client, LINKS).await;
    say(&format!("calls of a recipient, median of {}, one after the other", ROUNDS - 5));
    say(&format!("  {LINKS} links added one by one: {:.2} s", start.elapsed().as_secs_f64()));
    let mut waits = [const { Vec::new() }; 2 * CALLS.len()];
    for round in 0..ROUNDS {
        for (place, recipient) in [&one, &many].into_iter().enumerate() {
            for (call, wait) in calls(recipient).await.into_iter().enumerate() {
                if round >= 5 {
                    waits[2 * call + place].push(wait);
                }
            }
        }
    }
    say(&format!("  call     of one link   of {LINKS} links   ratio"));
    for (call, waits) in CALLS.iter().zip(waits.chunks_mut(2)) {
        let [one, many] = [0, 1].map(|place| median(&mut waits[place]).as_secs_f64() * 1e3);
        say(&format!("  {call:<8} {one:>8.2} ms   {many:>9.2} ms   {:>5.2}", many / one));
    }
}

/// Somebody with the last link of a share that has so many.
async fn recipient(client: &Client, links: usize) -> Recipient {
    let files = [Source::new("report.txt", vec![b'x'; 30_000])];
    let package = Package::seal(&files, &Terms::default()).expect("a file can be sent");
    let terms = LinkTerms::downloads(1000);
    let mut secret = client.send(&package, &terms).await.expect("it is sent");
    for _ in 1..links {
        secret = client.add_link(&package, &terms).await.expect("it has room for links");
    }
    Recipient::new(client, &secret.to_token(), None).expect("the link is whole")
}

async fn calls(recipient: &Recipient) -> [Duration; CALLS.len()] {
    let mut last = Instant::now();
    let mut lap = || {
        let begun = std::mem::replace(&mut last, Instant::now());
        last - begun
    };
    recipient.look().await.expect("it is there");
    let look = lap();
    recipient.open().await.expect("it opens");
    let open = lap();
    let download = recipient.take().await.expect("there are downloads left");
    let lease = lap();
    download.sealed_part(0).await.expect("the part is there");
    let part = lap();
    download.finish().await.expect("it began");
    [look, open, lease, part, lap()]
}

fn median(waits: &mut [Duration]) -> Duration {
    waits.sort_unstable();
    waits[waits.len() / 2]
}
