//! `cargo xtask bench`: figures for docs/BENCHMARKS.md. Machines are noisy: only ratios within one
//! run mean anything.

mod links;
mod load;
mod memory;
mod native;
mod page;
mod push;
mod receive;
mod redis;

use std::time::Duration;

/// The benches, in order; arguments choose some of them.
const NAMES: [&str; 7] = ["native", "page", "receive", "memory", "links", "push", "redis"];

#[tokio::main]
async fn main() {
    let chosen: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = chosen.iter().find(|name| !NAMES.contains(&name.as_str())) {
        say(&format!("no bench is called {unknown}: there are {}", NAMES.join(", ")));
        std::process::exit(2);
    }
    let runs = |name: &str| chosen.is_empty() || chosen.iter().any(|chosen| chosen == name);
    if runs("native") {
        native::run();
    }
    if runs("page") {
        page::run().await;
    }
    if runs("receive") {
        receive::run().await;
    }
    if runs("memory") {
        memory::run().await;
    }
    if runs("links") {
        links::run().await;
    }
    if runs("push") {
        push::run().await;
    }
    if runs("redis") {
        redis::run().await;
    }
}

/// Prints a line of results.
#[expect(clippy::print_stdout, reason = "figures are what this program is for")]
fn say(line: &str) {
    println!("{line}");
}

/// Prints one figure: what was measured, MB/s, and its ratio to the baseline of the same run.
fn figure(what: &str, megabytes_per_second: f64, baseline: f64) {
    say(&format!("  {what:<44} {megabytes_per_second:>9.0} MB/s {:>7.2}", megabytes_per_second / baseline));
}

fn megabytes_per_second(bytes: usize, time: Duration) -> f64 {
    bytes as f64 / 1e6 / time.as_secs_f64()
}
