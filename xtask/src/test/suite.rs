//! The test programs of the workspace: built together in one go, so that every dependency is
//! compiled once, then run one after the other, quick ones first.

use std::io::{BufRead, BufReader, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};

use super::{Browser, TestArgs};
use crate::cargo::{self, Artifact};
use crate::cargo::{SERVER, WORKSPACE};
use crate::tally::Tally;
use crate::{check, process, tools};

/// Folders in the order of their tests. What is not named comes between these and the end-to-end
/// tests.
const FIRST: &[&str] = &["shared", "web-wasm", "server"];
const LAST: &str = "tests";
/// Test programs that come last in their folder.
const SLOW: &[&str] = &["browser", "faults", HEAVY, MODEL_CHECK];
/// Every order of what can happen: a minute of all processors, and nothing to wait for.
const MODEL_CHECK: &str = "model_check";
/// The tests of the pages.
const BROWSER_TESTS: &str = "browser";
/// Gigabytes and many minutes.
const HEAVY: &str = "heavy";
/// Other programs open our archives.
const ARCHIVES: &str = "archives";
/// What runs in every browser that was asked for.
const IN_BROWSERS: &[&str] = &[BROWSER_TESTS, HEAVY];
/// The end-to-end tests, which have to pass whatever holds the ledger.
const END_TO_END: &[&str] = &[PROCESS_TESTS, BROWSER_TESTS];
/// Tests of the pages that run on Redis in every run: one whole journey of files and one of pushes.
/// What Redis could change is tested below the pages, by the conformance suite of ledgers and the
/// process tests; the others run with `--full`.
const PAGES_ON_REDIS: &[&str] = &["round_trip::", "paired::"];
/// Tests of the server as a program that run on SQLite alone unless `--full` is given: connections,
/// logs, the start, a proxy, a full disk and the second implementation do not depend on the ledger.
const NOT_ON_REDIS: &[&str] = &["disk_full::", "log::", "proxy::", "python::", "refused::", "slow::", "start::"];
/// The tests of the server as a program, of which some run the second implementation of the
/// protocol.
const PROCESS_TESTS: &str = "process";

/// All that was built: the test programs in the order in which they run, and the server.
pub(super) struct Programs {
    tests: Vec<Artifact>,
    server: PathBuf,
}

/// Builds all test programs.
pub(super) fn build(args: &TestArgs) -> Result<Programs> {
    // The server too, for the end-to-end tests; all in one command, for one set of features.
    let mut tests = cargo::build(&[WORKSPACE.as_slice(), &["--tests", "--bin", SERVER]].concat())?;
    if args.heavy {
        // Not one of "tests", and not to be named beside them: cargo would leave it out without a
        // word.
        tests.extend(cargo::build(&[WORKSPACE.as_slice(), &["--test", HEAVY, "--test", ARCHIVES]].concat())?);
    }
    let server = cargo::program(&tests, SERVER)?;
    tests.extend(cargo::build(&["--package", "xtask", "--profile", "xtask", "--tests"])?);
    tests.retain(|artifact| artifact.test && artifact.executable.is_some());
    tests.sort_by_key(|artifact| {
        (place(&artifact.folder), SLOW.contains(&artifact.name.as_str()), artifact.source.clone())
    });
    Ok(Programs { tests, server })
}

/// Runs them, beside the checks, and what others run.
pub(super) fn run(
    programs: Programs,
    args: &TestArgs,
    others: impl FnOnce(&mut Tally) + Send,
    tally: &mut Tally,
) -> Result<()> {
    let Programs { tests, server } = programs;
    let all = |tally: &mut Tally, wanted: &dyn Fn(&Artifact) -> bool| -> Result<()> {
        for artifact in tests.iter().filter(|artifact| wanted(artifact)) {
            for round in rounds(artifact, args) {
                run_one(artifact, round, &server, args, tally)?;
            }
        }
        Ok(())
    };
    if args.filter.is_some() {
        all(tally, &|_| true)?;
    } else {
        // Most tests of the pages wait for a browser, the others for processes and clocks, and the
        // checks for compilers. When those are done, processors have time for the model check.
        let in_browsers = |artifact: &Artifact| IN_BROWSERS.contains(&artifact.name.as_str());
        let model_check = |artifact: &Artifact| artifact.name == MODEL_CHECK;
        std::thread::scope(|scope| {
            let checks = scope.spawn(|| {
                beside(|tally| {
                    let checked = check::all_beside(tally);
                    all(tally, &model_check).and(checked)
                })
            });
            let pages = scope.spawn(|| beside(|tally| all(tally, &in_browsers)));
            let rest = beside(|tally| {
                let ran = all(tally, &|artifact| !in_browsers(artifact) && !model_check(artifact));
                others(tally);
                ran
            });
            for lane in [Ok(rest), checks.join(), pages.join()] {
                match lane {
                    Ok(lane) => tally.add(lane),
                    Err(_) => tally.fail("a part of the tests panicked".to_owned()),
                }
            }
        });
    }
    if !args.full {
        println!("\nNot run: on Redis, what does not depend on the ledger; in the whole Chromium, what does not");
        println!("depend on more than its engine (`cargo xtask test --full`)");
    }
    if !args.heavy {
        println!("\nNot run: the heavy tests (`cargo xtask test --heavy`)");
    }
    Ok(())
}

/// Does work beside other work, and gives what it came to.
fn beside(work: impl FnOnce(&mut Tally) -> Result<()>) -> Tally {
    let mut tally = Tally::beside();
    if let Err(error) = work(&mut tally) {
        tally.fail(format!("{error:#}"));
    }
    tally
}

/// One run of a test program.
#[derive(Clone, Copy)]
struct Round {
    browser: Browser,
    /// Whether the ledger is in Redis, and the ciphertext in a bucket.
    on_redis: bool,
}

/// The pages are tested once in every browser that was asked for, and in all of Chromium if
/// everything was; what is end to end also once on Redis; the rest once.
fn rounds(artifact: &Artifact, args: &TestArgs) -> Vec<Round> {
    let in_browsers = IN_BROWSERS.contains(&artifact.name.as_str());
    let browsers = if in_browsers { args.browsers.as_slice() } else { &[Browser::Chromium] };
    let whole = args.full && artifact.name == BROWSER_TESTS && !browsers.contains(&Browser::WholeChromium);
    let all = browsers.iter().copied().chain(whole.then_some(Browser::WholeChromium));
    let mut rounds: Vec<Round> = all.map(|browser| Round { browser, on_redis: false }).collect();
    if END_TO_END.contains(&artifact.name.as_str()) {
        rounds.push(Round { browser: browsers[0], on_redis: true });
    }
    rounds
}

fn run_one(artifact: &Artifact, round: Round, server: &Path, args: &TestArgs, tally: &mut Tally) -> Result<()> {
    let Round { browser, on_redis } = round;
    let mut title = title(artifact);
    if browser != Browser::Chromium {
        title = format!("{title} in {}", browser.name());
    }
    if on_redis {
        title += " on Redis and S3";
    }
    let mut program = Command::new(artifact.executable.as_ref().expect("only programs were kept"));
    program.current_dir(&artifact.folder).env("CARGO_MANIFEST_DIR", &artifact.folder);
    if on_redis && !args.full && args.filter.is_none() {
        if artifact.name == BROWSER_TESTS {
            program.args(PAGES_ON_REDIS);
        } else {
            program.args(NOT_ON_REDIS.iter().flat_map(|name| ["--skip", name]));
        }
    }
    program.args(&args.filter).args(&args.harness);
    program.args(std::io::stdout().is_terminal().then_some("--color=always"));
    if args.heavy {
        program.env("SUBROSA_HEAVY", "1");
    }
    // Chromium hands no files out of /dev that are dropped on a page.
    let is_in_browser = IN_BROWSERS.contains(&artifact.name.as_str());
    if let Some(folder) = folder_in_memory().filter(|_| !is_in_browser) {
        program.env("TMPDIR", folder);
    }
    program.env("SUBROSA_SERVER", server).env("SUBROSA_S3S_FS", tools::ensure_s3()?);
    if artifact.name == PROCESS_TESTS {
        program.env("SUBROSA_PYTHON", tools::ensure_python()?).env("PYTHONDONTWRITEBYTECODE", "1");
    }
    if browser == Browser::Firefox {
        let drivers = tools::ensure_firefox()?;
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(drivers).chain(std::env::split_paths(&path));
        program.env("PATH", std::env::join_paths(path)?);
    }
    program.env("SUBROSA_BROWSER", browser.name());
    if on_redis {
        program.env("SUBROSA_TEST_LEDGER", "redis").env("SUBROSA_TEST_BLOBS", "s3");
    }
    // The harness tells times to who asks for what is not stable yet.
    program.env("RUSTC_BOOTSTRAP", "1").args(["-Z", "unstable-options", "--report-time"]);
    tally.timed(&title, |tally| run_counted(&mut program, &title, tally));
    Ok(())
}

/// Where the folders of tests lie, if there is room in memory: what they write is synced each time,
/// and a disk on which compilers write at the same moment takes seconds for that. Their servers and
/// Redis do the same there; what a disk does to them, tests of failing disks show.
fn folder_in_memory() -> Option<&'static Path> {
    const ROOM: u64 = 4 << 30;
    let folder = Path::new("/dev/shm");
    let stat = rustix::fs::statvfs(folder).ok()?;
    let is_chosen = std::env::var_os("TMPDIR").is_some();
    (!is_chosen && stat.f_bavail.saturating_mul(stat.f_frsize) >= ROOM).then_some(folder)
}

/// Runs a program that reports as Rust's test harness does, or with a last line
/// `N passed, N failed`, and counts.
pub(super) fn run_counted(program: &mut Command, title: &str, tally: &mut Tally) -> Result<()> {
    let mut child = program
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {}", program.get_program().display()))?;
    let stdout = child.stdout.take().expect("stdout is piped");
    let mut failed = 0;
    for line in BufReader::new(stdout).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        tally.say(&line);
        let plain = without_colours(&line);
        if let Some(Told { name, failed: has_failed, took }) = Told::parse(&plain) {
            tally.took(format!("{title}: {name}"), took);
            if has_failed {
                failed += 1;
                tally.fail(format!("{title}: {name}"));
            }
        } else if let Some(result) = Summary::parse(&plain) {
            tally.pass(result.passed);
            // A runner of another kind may name its failures in its own way.
            if result.failed > failed {
                tally.fail(format!("{title}: {} of them, see above", result.failed - failed));
            }
            failed = result.failed;
        }
    }
    let status = child.wait()?;
    if !status.success() && failed == 0 {
        tally.fail(format!("{title}: ended with {status} before its end"));
    }
    Ok(())
}

/// What a test program says of one test.
#[derive(Debug, PartialEq)]
struct Told<'a> {
    name: &'a str,
    failed: bool,
    took: Duration,
}

impl<'a> Told<'a> {
    /// Reads `test NAME ... ok <1.234s>` and `test NAME ... FAILED <1.234s>`.
    fn parse(line: &'a str) -> Option<Self> {
        let (name, result) = line.strip_prefix("test ")?.split_once(" ... ")?;
        let (word, time) = result.split_once(" <")?;
        let took = Duration::try_from_secs_f64(time.strip_suffix("s>")?.parse().ok()?).ok()?;
        matches!(word, "ok" | "FAILED").then_some(Self { name, failed: word == "FAILED", took })
    }
}

/// The line with which a test program ends.
#[derive(Debug, PartialEq)]
struct Summary {
    passed: u32,
    failed: u32,
}

impl Summary {
    /// Reads `test result: ok. 3 passed; 0 failed; …` and `3 passed, 0 failed`.
    fn parse(line: &str) -> Option<Self> {
        let line = match line.strip_prefix("test result: ") {
            Some(rest) => rest.split_once(". ")?.1,
            None => line,
        };
        let mut fields = line.split([';', ',']).map(str::trim);
        let passed = fields.next()?.strip_suffix(" passed")?.parse().ok()?;
        let failed = fields.next()?.strip_suffix(" failed")?.parse().ok()?;
        Some(Self { passed, failed })
    }
}

fn without_colours(line: &str) -> String {
    let mut pieces = line.split("\x1b[");
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + piece.split_once('m').map_or(piece, |(_, rest)| rest))
}

fn place(folder: &Path) -> usize {
    let name = folder.file_name().unwrap_or_default();
    let first = FIRST.iter().position(|first| name == *first);
    first.unwrap_or(FIRST.len() + usize::from(name == LAST))
}

/// The source of a test program, seen from the root of the checkout.
fn title(artifact: &Artifact) -> String {
    artifact.source.strip_prefix(process::root()).unwrap_or(&artifact.source).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_closing_lines_of_both_kinds_of_runner() {
        let harness =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s";
        assert_eq!(Summary::parse(harness), Some(Summary { passed: 12, failed: 3 }));
        assert_eq!(Summary::parse("7 passed, 0 failed"), Some(Summary { passed: 7, failed: 0 }));
        assert_eq!(Summary::parse("all passed"), None);
    }

    #[test]
    fn reads_what_is_said_of_a_test() {
        let told = Told::parse("test a::b ... FAILED <1.500s>");
        assert_eq!(told, Some(Told { name: "a::b", failed: true, took: Duration::from_millis(1500) }));
        assert!(Told::parse("test a::b ... ok <0.001s>").is_some_and(|told| !told.failed));
        assert_eq!(Told::parse("test a::b has been running for over 60 seconds"), None);
    }

    #[test]
    fn reads_through_colours() {
        assert_eq!(without_colours("test a ... \x1b[31mFAILED\x1b[0m"), "test a ... FAILED");
    }
}
