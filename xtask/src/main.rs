//! `cargo xtask`: what cargo alone cannot do. Start with `Task` below; each task is one module.
//!
//! It compiles in half a minute and installs what a Debian machine lacks, so that a fresh clone
//! needs Rust, a C compiler and nothing else.

// The tasks, in the order in which one meets them.
mod bench;
mod check;
mod fuzz;
mod seeded_bugs;
mod serve;
mod test;
mod web;

// What they stand on.
mod cargo;
#[path = "../../web-wasm/pages.rs"]
#[allow(dead_code, reason = "the server reads other columns of this table")]
mod pages;
mod process;
mod tally;
mod tools;
mod visit;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Builds, runs, tests and checks Subrosa.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and serve it on this machine
    Run(serve::RunArgs),
    /// Build the server for use: one binary with the pages inside
    Build,
    /// Run every test, quick ones first, installing what the machine lacks
    Test(test::TestArgs),
    /// Format, lints, documents, JavaScript types, layers, dependencies
    Check(check::CheckArgs),
    /// Look for inputs that break a promise, with libFuzzer
    Fuzz(fuzz::FuzzArgs),
    /// Show that the model check of the lifecycle finds bugs that are put in
    SeededBugs(seeded_bugs::SeededBugsArgs),
    /// Measure, and print the ratios that docs/BENCHMARKS.md keeps
    Bench(bench::BenchArgs),
    /// Take the pictures in docs/pictures again, from the real pages
    Pictures,
    /// Build the browser module only (the other tasks do it by themselves)
    Web,
    /// Write the heads of the pages, from the table of pages and from what their scripts load
    Heads,
    /// Write the types of the API for the pages, from its description
    ApiTypes,
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Run(args) => serve::run(&args),
        Task::Build => serve::build(),
        Task::Test(args) => test::run(&args),
        Task::Check(args) => check::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::SeededBugs(args) => seeded_bugs::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Pictures => bench::pictures(),
        Task::Web => web::build().map(drop),
        Task::Heads => web::build().and_then(|_| check::heads::write()),
        Task::ApiTypes => check::openapi::write_types(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
