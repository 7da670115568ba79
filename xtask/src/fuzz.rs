//! `fuzz`: looks for inputs that break a promise, with libFuzzer. What the targets check stands in
//! `fuzz/targets`.

mod report;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use self::report::Report;
use crate::{process, tools, web};

/// What `fuzz` takes.
#[derive(Args)]
pub(crate) struct FuzzArgs {
    /// Minutes for each target
    #[arg(long, default_value_t = 3)]
    minutes: u64,
    /// Afterwards, bring what was found into the corpora of the repository, as few inputs as reach
    /// the same code
    #[arg(long)]
    keep: bool,
    /// Only these; all if none is named
    targets: Vec<String>,
}

/// Bytes of an input. Longer ones reach nothing new and are slow.
const INPUT_BYTES_MAX: &str = "-max_len=8192";
/// An input that takes longer, in seconds, is a finding; so is one that takes more memory, in MiB.
const LIMITS: &[&str] = &["-timeout=60", "-rss_limit_mb=2048"];

/// Builds the targets, runs one after the other, and says what each did.
pub(crate) fn run(args: &FuzzArgs) -> Result<()> {
    let targets = chosen(&args.targets)?;
    let cargo_fuzz = tools::ensure_cargo_fuzz()?;
    // The server has the pages in it.
    web::build()?;
    build(&cargo_fuzz)?;

    let mut reports = Vec::new();
    for target in &targets {
        println!("\n── {target}: {} min", args.minutes);
        let folders = Folders::of(target)?;
        let report = fuzz(target, args.minutes, &folders)?;
        println!("   {report}");
        reports.push((target, report));
        if args.keep {
            keep(target, &folders)?;
        }
    }
    println!();
    for (target, report) in &reports {
        println!("{target:>9}: {report}");
    }
    let found: usize = reports.iter().map(|(_, report)| report.findings.len()).sum();
    ensure!(
        found == 0,
        "{found} findings, saved below fuzz/regressions: `cargo test -p subrosa-fuzz-targets` shows them"
    );
    Ok(())
}

/// The targets by their programs.
fn all() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for file in process::root().join("fuzz/fuzz_targets").read_dir()? {
        let path = file?.path();
        names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn chosen(wanted: &[String]) -> Result<Vec<String>> {
    let all = all()?;
    if wanted.is_empty() {
        return Ok(all);
    }
    for name in wanted {
        ensure!(all.contains(name), "there is no target {name}; there are: {}", all.join(", "));
    }
    Ok(wanted.to_vec())
}

/// Our code has nothing unsafe in it, so no sanitizer slows the search; overflows and debug
/// assertions are checked.
fn build(cargo_fuzz: &Path) -> Result<()> {
    let mut command = process::command(&cargo_fuzz.to_string_lossy());
    // cargo-fuzz asks for options that only a nightly compiler takes; ours takes them when it is
    // told to.
    command.env("RUSTC_BOOTSTRAP", "1");
    command.args(["fuzz", "build", "--sanitizer", "none", "--codegen-units", "16", "--target-dir"]).arg(target_dir());
    process::run(&mut command)
}

fn target_dir() -> PathBuf {
    process::target().join("fuzz")
}

fn program(target: &str) -> Command {
    let triple = "x86_64-unknown-linux-gnu";
    let mut command = process::command(&target_dir().join(triple).join("release").join(target).to_string_lossy());
    // What a target writes goes where the next run clears it away.
    command.env("TMPDIR", target_dir().join("tmp"));
    command
}

/// Where the inputs of a target lie.
struct Folders {
    /// Found here, in this and earlier runs.
    found: PathBuf,
    /// In the repository.
    corpus: PathBuf,
    /// In the repository: what broke something once.
    regressions: PathBuf,
    /// What breaks something now, as it was found.
    artifacts: PathBuf,
}

impl Folders {
    fn of(target: &str) -> Result<Self> {
        let fuzz = process::root().join("fuzz");
        let folders = Self {
            found: target_dir().join("corpus").join(target),
            corpus: fuzz.join("corpus").join(target),
            regressions: fuzz.join("regressions").join(target),
            artifacts: target_dir().join("artifacts").join(target),
        };
        let tmp = target_dir().join("tmp");
        for emptied in [&folders.artifacts, &tmp] {
            let _ = fs::remove_dir_all(emptied);
        }
        for folder in [&folders.found, &folders.corpus, &folders.artifacts, &tmp] {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        Ok(folders)
    }
}

fn fuzz(target: &str, minutes: u64, folders: &Folders) -> Result<Report> {
    let mut command = program(target);
    command.arg(&folders.found).arg(&folders.corpus);
    if folders.regressions.is_dir() {
        command.arg(&folders.regressions);
    }
    let dictionary = process::root().join(format!("fuzz/dictionaries/{target}.dict"));
    if dictionary.is_file() {
        command.arg(format!("-dict={}", dictionary.display()));
    }
    command
        .arg(format!("-max_total_time={}", minutes * 60))
        .arg(format!("-artifact_prefix={}/", folders.artifacts.display()));
    command.args([INPUT_BYTES_MAX, "-print_final_stats=1", "-reload=0"]).args(LIMITS);

    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut report = Report::default();
    for line in BufReader::new(child.stderr.take().expect("stderr is piped")).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        if !report.read(&line) {
            println!("   {line}");
        }
    }
    let status = child.wait()?;
    for artifact in fs::read_dir(&folders.artifacts)? {
        report.findings.push(minimised(target, &artifact?.path(), folders)?);
    }
    if !status.success() && report.findings.is_empty() {
        bail!("{target} ended with {status} and left no input");
    }
    Ok(report)
}

/// Makes an input that breaks something as short as it will go, and saves it with those that every
/// test run replays.
fn minimised(target: &str, artifact: &Path, folders: &Folders) -> Result<PathBuf> {
    let name = artifact.file_name().context("an artifact is a file")?;
    fs::create_dir_all(&folders.regressions)?;
    let regression = folders.regressions.join(name);
    println!("   minimising {}", artifact.display());
    let mut command = program(target);
    command.args(["-minimize_crash=1", "-max_total_time=60"]).args(LIMITS).arg(artifact);
    command.arg(format!("-exact_artifact_path={}", regression.display()));
    // It fails where it finds nothing shorter.
    process::succeeds(&mut command);
    if !regression.exists() {
        fs::copy(artifact, &regression)?;
    }
    println!("   saved {}", regression.display());
    Ok(regression)
}

/// Replaces the corpus in the repository by as few inputs as reach what it and all that were found
/// here reach.
fn keep(target: &str, folders: &Folders) -> Result<()> {
    let merged = folders.corpus.with_extension("new");
    let _ = fs::remove_dir_all(&merged);
    fs::create_dir_all(&merged)?;
    let mut command = program(target);
    command.args(["-set_cover_merge=1", "-use_counters=0", INPUT_BYTES_MAX]).args(LIMITS);
    ensure!(
        process::succeeds(command.arg(&merged).arg(&folders.corpus).arg(&folders.found)),
        "the corpus of {target} cannot be minimised"
    );
    let count = fs::read_dir(&merged)?.count();
    ensure!(count > 0, "nothing is left of the corpus of {target}");
    fs::remove_dir_all(&folders.corpus)?;
    fs::rename(&merged, &folders.corpus)?;
    println!("   kept {count} inputs in {}", folders.corpus.display());
    Ok(())
}
