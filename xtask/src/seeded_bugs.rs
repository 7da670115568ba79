//! `seeded-bugs`: shows that the model check of the lifecycle finds what it is for. Puts one bug
//! after the other into a copy of the crate, and demands that a promise breaks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use toml_edit::{Array, DocumentMut, value};

use crate::process;

/// What `seeded-bugs` takes.
#[derive(Args)]
pub(crate) struct SeededBugsArgs {
    /// Only those with one of these in their name; all if none is given
    names: Vec<String>,
}

/// Where the bugs lie, each a patch.
const BUGS: &str = "lifecycle/tests/seeded_bugs";
/// The crates that the model check is built from.
const CRATES: [&str; 4] = ["aead", "lifecycle", "shared", "unicode"];

/// A bug. Its patch begins with what is wrong, in words, and then says in which world it is found,
/// and the promises that may break first.
struct Bug {
    name: String,
    patch: PathBuf,
    world: String,
    breaks: Vec<String>,
}

/// Finds every bug, or says which was not found.
pub(crate) fn run(args: &SeededBugsArgs) -> Result<()> {
    let wanted = |bug: &Bug| args.names.is_empty() || args.names.iter().any(|name| bug.name.contains(name.as_str()));
    let bugs: Vec<Bug> = bugs()?.into_iter().filter(wanted).collect();
    ensure!(!bugs.is_empty(), "no bug has such a name");
    let copy = process::target().join("seeded-bugs");
    let mut missed = Vec::new();
    for bug in &bugs {
        lay_out(&copy)?;
        process::run(&mut apply(&copy, &bug.patch))?;
        build(&copy).with_context(|| bug.name.clone())?;
        let begun = Instant::now();
        let broken = broken(&copy, &bug.world)?;
        let found = bug.breaks.iter().any(|promise| broken.as_ref().is_some_and(|broken| broken.contains(promise)));
        let told = broken.as_deref().unwrap_or("nothing is broken");
        println!("{:>26}: {told} ({:.1} s)", bug.name, begun.elapsed().as_secs_f64());
        if !found {
            missed.push(bug.name.as_str());
        }
    }
    ensure!(missed.is_empty(), "not found, or by another promise than the patch says: {}", missed.join(", "));
    println!("{} seeded bugs, all found", bugs.len());
    Ok(())
}

/// All bugs, by name.
fn bugs() -> Result<Vec<Bug>> {
    let folder = process::root().join(BUGS);
    let mut patches: Vec<PathBuf> = fs::read_dir(&folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    patches.sort();
    patches.into_iter().map(read).collect()
}

fn read(patch: PathBuf) -> Result<Bug> {
    let text = fs::read_to_string(&patch)?;
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.map(str::to_owned).with_context(|| format!("{} has no line `{name}: …`", patch.display()))
    };
    let (world, breaks) = (field("World")?, field("Breaks")?);
    let name = patch.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Bug { name, patch, world, breaks: breaks.split(", ").map(str::to_owned).collect() })
}

/// Makes the copy what the checkout is: a workspace of its own with the crates that are needed.
/// Files that are alike are left alone, so that only what changes is built again.
fn lay_out(copy: &Path) -> Result<()> {
    for name in CRATES {
        copy_folder(&process::root().join(name), &copy.join(name))?;
    }
    let mut manifest: DocumentMut = fs::read_to_string(process::root().join("Cargo.toml"))?.parse()?;
    let workspace = manifest["workspace"].as_table_mut().context("Cargo.toml has no workspace")?;
    workspace.retain(|key, _| !["default-members", "exclude"].contains(&key));
    workspace["members"] = value(Array::from_iter(CRATES));
    write(&copy.join("Cargo.toml"), manifest.to_string().as_bytes())?;
    if !copy.join("Cargo.lock").exists() {
        fs::copy(process::root().join("Cargo.lock"), copy.join("Cargo.lock"))?;
    }
    Ok(())
}

fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &to)?;
        } else {
            write(&to, &fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|there| there == bytes) { Ok(()) } else { Ok(fs::write(path, bytes)?) }
}

/// Applies a patch in a folder that is no checkout, although it lies in one.
fn apply(folder: &Path, patch: &Path) -> Command {
    let mut git = Command::new("git");
    git.current_dir(folder).env("GIT_CEILING_DIRECTORIES", folder.parent().unwrap_or(folder));
    git.arg("apply").arg(patch);
    git
}

/// Builds the model check. A bug that does not compile is none.
fn build(copy: &Path) -> Result<()> {
    process::run(model_check(copy).args(["--no-run", "--quiet"]).env("RUSTFLAGS", "--cap-lints=allow"))
}

fn model_check(copy: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(copy).env("CARGO_TARGET_DIR", copy.join("target"));
    cargo.args(["test", "--package", "subrosa-lifecycle", "--test", "model_check"]);
    cargo
}

/// What breaks in a world, if something does.
fn broken(copy: &Path, world: &str) -> Result<Option<String>> {
    let mut cargo = model_check(copy);
    cargo.args(["--quiet", "--", "--nocapture"]).env("SUBROSA_MODEL", world).env("RUSTFLAGS", "--cap-lints=allow");
    let output = cargo.stdin(Stdio::null()).output().context("cannot start cargo")?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let told = text.lines().find_map(|line| Some(line.split_once(": broken: ")?.1.to_owned()));
    // Where something that should happen never does, no promise is broken: the bug is not found.
    if told.is_none() && !output.status.success() && !text.contains(": never: ") {
        bail!("the model check failed in another way:\n{text}");
    }
    Ok(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether each is found takes minutes: `cargo xtask seeded-bugs` shows it.
    #[test]
    fn every_seeded_bug_still_applies() {
        let bugs = bugs().unwrap();
        assert!(bugs.len() >= 12);
        for bug in bugs {
            let mut check = apply(process::root(), &bug.patch);
            assert!(check.arg("--check").status().unwrap().success(), "{}", bug.name);
        }
    }

    /// The copy is a workspace that cargo reads, whatever stands in the checkout's.
    #[test]
    fn the_copy_is_a_workspace() {
        let copy = process::target().join("seeded-bugs-test");
        lay_out(&copy).unwrap();
        let mut cargo = Command::new("cargo");
        cargo.current_dir(&copy).args(["metadata", "--no-deps", "--offline", "--format-version", "1"]);
        let metadata = cargo.output().unwrap();
        assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
        let metadata: serde_json::Value = serde_json::from_slice(&metadata.stdout).unwrap();
        assert_eq!(metadata["packages"].as_array().unwrap().len(), CRATES.len());
    }
}
