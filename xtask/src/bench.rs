//! `bench` and `pictures`: programs of the package `subrosa-tests` that use the server and a
//! browser without testing them.

use anyhow::Result;
use clap::Args;

use crate::{cargo, process, tools, web};

/// What `bench` takes.
#[derive(Args)]
pub(crate) struct BenchArgs {
    /// Only these: native, page, receive, memory, push, redis
    names: Vec<String>,
}

/// Measures a release build on this machine.
pub(crate) fn run(args: &BenchArgs) -> Result<()> {
    tools::ensure_redis()?;
    run_with_server("bench", &args.names)
}

/// Takes the pictures of the README from the real pages.
pub(crate) fn pictures() -> Result<()> {
    run_with_server("pictures", &[])
}

/// Builds the server as it is used and the program, and runs the program against it.
fn run_with_server(program: &str, args: &[String]) -> Result<()> {
    tools::ensure_browser()?;
    web::build()?;
    // In one command, so that both share their dependencies.
    let artifacts =
        cargo::build(&["--package", "subrosa-server", "--package", "subrosa-tests", "--bins", "--release"])?;
    let mut command = process::command(&cargo::program(&artifacts, program)?.to_string_lossy());
    command.env("SUBROSA_SERVER", cargo::program(&artifacts, cargo::SERVER)?);
    process::run(command.args(args))
}
