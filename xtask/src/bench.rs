//! `bench`: measures a release build on this machine. Only ratios taken in one run mean anything.

use anyhow::Result;
use clap::Args;

use crate::{cargo, process, tools, web};

/// What `bench` takes.
#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Arguments for the bench program, after `--`; `-- --help` lists them
    #[arg(last = true)]
    bench: Vec<String>,
}

/// Builds the server for use, then runs the bench program against it.
pub(crate) fn run(args: &BenchArgs) -> Result<()> {
    tools::ensure_browser()?;
    web::build()?;
    // In one command, so that both share their dependencies.
    let artifacts =
        cargo::build(&["--package", "subrosa-server", "--package", "subrosa-tests", "--bins", "--release"])?;
    let bench = cargo::program(&artifacts, "bench")?;
    let mut command = process::command(&bench.to_string_lossy());
    command.env("SUBROSA_SERVER", cargo::program(&artifacts, "subrosa-server")?);
    process::run(command.args(&args.bench))
}
