//! Cargo, and what it says it built: paths come from its messages, never from guesses about its
//! folders.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process;

/// What is built for the tests, in one set of features.
pub(crate) const WORKSPACE: [&str; 4] = ["--workspace", "--exclude", "xtask", "--all-features"];
/// The server's package, and its program.
pub(crate) const SERVER: &str = "subrosa-server";

/// One thing that cargo built: a library, a program or a test program.
pub(crate) struct Artifact {
    /// The folder of the package.
    pub(crate) folder: PathBuf,
    /// Name of the target, as in `Cargo.toml`.
    pub(crate) name: String,
    /// The file it is built from.
    pub(crate) source: PathBuf,
    /// Whether it is a test program.
    pub(crate) test: bool,
    /// The program, if it is one.
    pub(crate) executable: Option<PathBuf>,
    /// All files that were made.
    pub(crate) files: Vec<PathBuf>,
}

/// A cargo command, by the toolchain that runs xtask.
pub(crate) fn command() -> Command {
    process::command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
}

/// `cargo build` with these arguments.
pub(crate) fn build(args: &[&str]) -> Result<Vec<Artifact>> {
    build_with(command().arg("build").args(args))
}

/// Runs a prepared `cargo build`.
pub(crate) fn build_with(command: &mut Command) -> Result<Vec<Artifact>> {
    let mut child = command
        .arg("--message-format=json-render-diagnostics")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let stdout = child.stdout.take().expect("stdout is piped");
    let mut artifacts = Vec::new();
    for line in BufReader::new(stdout).lines() {
        let message: Value = serde_json::from_str(&line?).context("cargo speaks another language than expected")?;
        artifacts.extend(artifact(&message));
    }
    if !child.wait()?.success() {
        bail!("it does not build: see above");
    }
    Ok(artifacts)
}

/// The program of this name among what was built.
pub(crate) fn program(artifacts: &[Artifact], name: &str) -> Result<PathBuf> {
    let found =
        artifacts.iter().find(|artifact| artifact.name == name && !artifact.test && artifact.executable.is_some());
    found.and_then(|artifact| artifact.executable.clone()).with_context(|| format!("cargo built no program `{name}`"))
}

fn artifact(message: &Value) -> Option<Artifact> {
    if message["reason"] != "compiler-artifact" {
        return None;
    }
    let files = message["filenames"].as_array()?;
    Some(Artifact {
        folder: Path::new(message["manifest_path"].as_str()?).parent()?.to_owned(),
        name: message["target"]["name"].as_str()?.to_owned(),
        source: PathBuf::from(message["target"]["src_path"].as_str()?),
        test: message["profile"]["test"].as_bool()?,
        executable: message["executable"].as_str().map(PathBuf::from),
        files: files.iter().filter_map(Value::as_str).map(PathBuf::from).collect(),
    })
}
