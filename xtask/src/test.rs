//! `test`: everything that can fail, quick things first, in one run with one closing line.

mod suite;

use anyhow::{Result, ensure};
use clap::{Args, ValueEnum};

use crate::tally::{Outcome, Tally};
use crate::{cargo, process, tools, web};

/// What `test` takes.
#[derive(Args)]
pub(crate) struct TestArgs {
    /// The full matrix: every test of the server and the pages on Redis too, and those of the pages
    /// in the whole Chromium
    #[arg(long)]
    pub(crate) full: bool,
    /// The heavy tests too: gigabytes and many minutes
    #[arg(long)]
    pub(crate) heavy: bool,
    /// The browser that the pages are tested in; may be given again for another
    #[arg(long = "browser", value_enum, default_value = "chromium")]
    pub(crate) browsers: Vec<Browser>,
    /// Only tests with this in their name, and no checks
    pub(crate) filter: Option<String>,
    /// Arguments for every test program, after `--`
    #[arg(last = true)]
    pub(crate) harness: Vec<String>,
}

/// A browser for the tests of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Browser {
    /// Chromium's headless shell: its engine without the interface.
    Chromium,
    /// Chromium as people have it.
    WholeChromium,
    /// Firefox: takes some minutes to install its driver.
    Firefox,
    /// WebKitGTK: what it saves is taken in the page, because nothing is saved to disk while it is
    /// automated.
    Webkit,
}

impl Browser {
    /// As the test program calls it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::WholeChromium => "whole-chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }
}

/// Installs, builds once, checks and runs.
pub(crate) fn run(args: &TestArgs) -> Result<()> {
    let mut tally = Tally::new();
    // Installing waits for the network and building for processors, so both at once. What asks for
    // a password asks at the beginning.
    let (needs, programs) = std::thread::scope(|scope| {
        let needs = scope.spawn(|| needs(args));
        let built = web::build().and_then(|()| suite::build(args));
        (needs.join(), built)
    });
    match needs {
        Ok(needs) => tally.add(needs),
        Err(_) => tally.fail("installing panicked".to_owned()),
    }
    let programs = programs?;

    tally.timed("tests", |tally| suite::run(programs, args, other_runners, tally));
    tally.close()
}

/// What no test program of the workspace runs.
fn other_runners(tally: &mut Tally) {
    tally.step("examples in documentation", || examples().map(|()| Outcome::Passed));
    tally.timed("vectors in wasm", vectors);
    tally.timed("vectors in Python", vectors_in_python);
}

/// Sees to what the tests need beside Rust.
fn needs(args: &TestArgs) -> Tally {
    let mut tally = Tally::beside();
    tally.timed("installing", |tally| {
        tally.need("node modules", tools::ensure_node_modules);
        tally.need("browser", tools::ensure_browser);
        tally.need("Redis", tools::ensure_redis);
        tally.need("sqlite3", tools::ensure_sqlite);
        tally.need("nginx", tools::ensure_nginx);
        tally.need("strace", tools::ensure_strace);
        tally.need("a store that speaks S3", || tools::ensure_s3().map(drop));
        if args.heavy {
            tally.need("programs that open archives", tools::ensure_archive_readers);
        }
        tally.need("Python", || tools::ensure_python().map(drop));
        if args.browsers.contains(&Browser::Firefox) {
            tally.need("Firefox", || tools::ensure_firefox().map(drop));
        }
        if args.browsers.contains(&Browser::Webkit) {
            tally.need("WebKit", tools::ensure_webkit);
        }
        Ok(())
    });
    tally
}

fn examples() -> Result<()> {
    process::run(cargo::command().args(["test", "--quiet", "--doc"]).args(cargo::WORKSPACE))
}

/// The vectors of the protocol through the wasm that browsers get: 32-bit and without threads,
/// unlike the native run.
fn vectors(tally: &mut Tally) -> Result<()> {
    let module = web::build_vectors()?;
    let before = tally.count();
    suite::run_counted(process::command("node").arg("web-wasm/vectors.mjs").arg(module), "vectors in wasm", tally)?;
    ensure!(tally.count() > before, "no vector ran");
    Ok(())
}

/// The vectors through the second implementation of the protocol, which shares nothing with the
/// first.
fn vectors_in_python(tally: &mut Tally) -> Result<()> {
    let before = tally.count();
    let mut python = process::command(&tools::ensure_python()?.to_string_lossy());
    python.args(["-m", "subrosa_reader", "vectors"]).arg(process::root().join("shared/vectors"));
    python.current_dir(process::root().join("tests/python")).env("PYTHONDONTWRITEBYTECODE", "1");
    suite::run_counted(&mut python, "vectors in Python", tally)?;
    ensure!(tally.count() > before, "no vector ran");
    Ok(())
}
