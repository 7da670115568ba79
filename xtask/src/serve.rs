//! `run` and `build`: the server, with the pages inside.

use std::ffi::OsString;
use std::fs;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use clap::Args;

use crate::cargo::SERVER;
use crate::{cargo, process, web};

/// What `run` takes.
#[derive(Args)]
pub(crate) struct RunArgs {
    /// Address and port to listen on
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Folder that keeps shares and their records; made if missing [default: data, in the checkout]
    #[arg(long)]
    data: Option<PathBuf>,
    /// Build as for use: slower to build, faster to run
    #[arg(long)]
    release: bool,
    /// More arguments for the server, after `--`
    #[arg(last = true)]
    server: Vec<OsString>,
}

/// Builds what is missing and becomes the server.
pub(crate) fn run(args: &RunArgs) -> Result<()> {
    web::build()?;
    println!("Building the server");
    let profile = if args.release { "release" } else { "dev" };
    let artifacts = cargo::build(&["--package", SERVER, "--profile", profile])?;
    let program = cargo::program(&artifacts, SERVER)?;
    let data = args.data.clone().unwrap_or_else(|| process::root().join("data"));
    fs::create_dir_all(&data).with_context(|| format!("cannot make the folder {}", data.display()))?;

    println!("\nSubrosa: {}   (data in {}; Ctrl-C ends it)\n", address(args.listen), data.display());
    let mut server = Command::new(program);
    server.arg("--listen").arg(args.listen.to_string()).arg("--data").arg(&data).args(&args.server);
    become_program(&mut server)
}

/// Builds the binary that one installs, and says where it is.
pub(crate) fn build() -> Result<()> {
    web::build()?;
    println!("Building the server");
    let artifacts = cargo::build(&["--package", SERVER, "--release"])?;
    println!("{}", cargo::program(&artifacts, SERVER)?.display());
    Ok(())
}

/// What to type into a browser. Browsers trust `localhost` with their cryptography, other plain
/// addresses not.
fn address(listen: SocketAddr) -> String {
    if listen.ip().is_loopback() || listen.ip().is_unspecified() {
        format!("http://localhost:{}", listen.port())
    } else {
        format!("http://{listen}")
    }
}

/// Puts the server in xtask's place, so that Ctrl-C and every other signal reach it directly.
#[cfg(unix)]
fn become_program(server: &mut Command) -> Result<()> {
    use std::os::unix::process::CommandExt;
    Err(server.exec()).context("cannot start the server")
}

#[cfg(not(unix))]
fn become_program(server: &mut Command) -> Result<()> {
    process::run(server)
}
