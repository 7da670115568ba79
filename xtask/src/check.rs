//! `check`: what can be said about the sources without running them.

mod circles;
mod documents;
mod fields;
pub(crate) mod heads;
mod layers;
mod lines;
pub(crate) mod openapi;
mod scripts;
mod weight;
mod width;

use std::process::Stdio;

use anyhow::{Context as _, Result, bail, ensure};
use clap::Args;

use crate::tally::{Outcome, Tally};
use crate::{cargo, process, tools, web};

/// What `check` takes.
#[derive(Args)]
pub(crate) struct CheckArgs {
    /// Only this one: format, lints, wasm-lints, docs, types, scripts, texts, heads, weight,
    /// layers, circles, documents, width, spelling, fields, openapi, dependencies, advisories
    name: Option<String>,
    /// Fail where something could not be checked, as before a release; so does the variable
    /// `SUBROSA_CHECK_ALL`
    #[arg(long)]
    all: bool,
}

/// A check by its name.
type Check = (&'static str, Looks);

/// What it does.
#[derive(Clone, Copy)]
enum Looks {
    /// Everything that it needs is here.
    Always(fn() -> Result<()>),
    /// What it needs may not be there.
    Maybe(fn() -> Result<Outcome>),
}

impl Looks {
    fn run(self, all: bool) -> Result<Outcome> {
        match self {
            Self::Always(check) => check().map(|()| Outcome::Passed),
            Self::Maybe(check) => match check()? {
                Outcome::NotChecked(why) if all => bail!("not checked: {why}"),
                outcome => Ok(outcome),
            },
        }
    }
}

/// In order of time taken, but for the lints: what they find is what one wants to know first.
const CHECKS: &[Check] = &[
    ("format", Looks::Always(format)),
    ("layers", Looks::Always(layers::check)),
    ("circles", Looks::Always(circles::check)),
    ("documents", Looks::Always(documents::check)),
    ("width", Looks::Always(width::check)),
    ("spelling", Looks::Always(spelling)),
    ("fields", Looks::Always(fields::check)),
    ("types", Looks::Always(scripts::check)),
    ("scripts", Looks::Always(scripts::lint)),
    ("texts", Looks::Always(scripts::check_texts)),
    ("heads", Looks::Always(heads::check)),
    ("weight", Looks::Always(weight::check)),
    ("lints", Looks::Always(lints)),
    ("wasm-lints", Looks::Always(wasm_lints)),
    ("docs", Looks::Always(docs)),
    ("openapi", Looks::Always(openapi::check)),
    ("dependencies", Looks::Always(dependencies)),
    ("advisories", Looks::Maybe(advisories)),
];

/// These look at sources only, and need no built pages.
const WITHOUT_PAGES: &[&str] =
    &["format", "layers", "circles", "documents", "width", "spelling", "fields", "dependencies", "advisories"];

/// The checks, all or one.
pub(crate) fn run(args: &CheckArgs) -> Result<()> {
    if args.name.as_ref().is_none_or(|name| !WITHOUT_PAGES.contains(&name.as_str())) {
        tools::ensure_node_modules()?;
        web::build()?;
    }

    let mut tally = Tally::new();
    let wanted = |name: &str| args.name.as_ref().is_none_or(|wanted| wanted == name);
    for (name, check) in CHECKS.iter().filter(|(name, _)| wanted(name)) {
        tally.step(name, || check.run(args.all || wants_all()));
    }
    ensure!(tally.count() > 0, "there is no such check");
    if args.name.is_none() {
        lines::warn()?;
    }
    tally.close()
}

/// The same beside the tests, by a process of its own: compilers and tools write where they are
/// told, not where a test program writes.
pub(crate) fn all_beside(tally: &mut Tally) -> Result<()> {
    tally.timed("checks", |tally| {
        let mut command = process::command(&std::env::current_exe()?.to_string_lossy());
        let output = command.arg("check").stdin(Stdio::null()).output().context("cannot start the checks")?;
        for line in String::from_utf8_lossy(&output.stderr).lines() {
            tally.say(line);
        }
        let mut failed = 0;
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            if let Some(what) = line.strip_prefix("FAILED ") {
                failed += 1;
                tally.fail(format!("checks: {what}"));
            } else if let Some(what) = line.strip_prefix("NOT CHECKED ") {
                tally.leave_out(what.to_owned());
            } else {
                tally.say(line);
            }
        }
        let passed = String::from_utf8_lossy(&output.stdout).lines().rev().find_map(passed_in);
        tally.pass(passed.context("the checks ended before their end")?);
        ensure!(output.status.success() || failed > 0, "they ended with {}", output.status);
        Ok(())
    });
    Ok(())
}

/// Reads the closing line of a run of checks.
fn passed_in(line: &str) -> Option<u32> {
    line.split_once(" passed, ")?.0.parse().ok()
}

/// Whether what cannot be checked is a failure.
fn wants_all() -> bool {
    std::env::var_os("SUBROSA_CHECK_ALL").is_some_and(|value| !value.is_empty() && value != "0")
}

fn format() -> Result<()> {
    tools::ensure_rust_components()?;
    process::run(cargo::command().args(["fmt", "--all", "--check"]))?;
    // The programs of the fuzzers are a workspace of their own.
    process::run(cargo::command().args(["fmt", "--check", "--manifest-path", "fuzz/Cargo.toml"]))
}

/// Words that are known to be misspelt; `typos.toml` says which are meant.
fn spelling() -> Result<()> {
    let typos = tools::ensure_typos()?;
    process::run(process::command(&typos.to_string_lossy()).args(["--format", "brief"]))
}

fn lints() -> Result<()> {
    let all = ["--workspace", "--all-features"];
    clippy(&[all.as_slice(), &["--all-targets"]].concat())?;
    // They are none of "all targets", and not to be named beside them.
    clippy(&[all.as_slice(), &["--test", "heavy", "--test", "archives"]].concat())
}

/// `shared`, `web-wasm` and `pdf` as browsers get them: other code is compiled there.
fn wasm_lints() -> Result<()> {
    tools::ensure_wasm_target()?;
    let target = ["--target", "wasm32-unknown-unknown"];
    clippy(&[["--package", "subrosa-shared"].as_slice(), &target].concat())?;
    web::MODULES.iter().try_for_each(|module| clippy(&[module.selection().as_slice(), &target].concat()))
}

fn clippy(args: &[&str]) -> Result<()> {
    tools::ensure_rust_components()?;
    process::run(cargo::command().args(["clippy", "--quiet"]).args(args).args(["--", "-D", "warnings"]))
}

/// For contributors, so with private items; public ones may link to them.
fn docs() -> Result<()> {
    let mut command = cargo::command();
    command.args(["doc", "--quiet", "--workspace", "--all-features", "--no-deps", "--document-private-items"]);
    process::run(command.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private-intra-doc-links"))
}

/// Licences, bans and sources.
fn dependencies() -> Result<()> {
    let deny = tools::ensure_deny()?;
    let mut deny = process::command(&deny.to_string_lossy());
    process::run(deny.args(["check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))
}

/// Known weaknesses of dependencies. Nothing is known of them where their database cannot be
/// fetched.
fn advisories() -> Result<Outcome> {
    let deny = tools::ensure_deny()?;
    let deny = || process::command(&deny.to_string_lossy());
    if !process::succeeds(deny().args(["fetch", "db"])) {
        return Ok(Outcome::NotChecked("the database of known weaknesses cannot be reached from here"));
    }
    process::run(deny().args(["check", "--disable-fetch", "advisories"])).map(|()| Outcome::Passed)
}

/// One error that lists everything a check found.
fn verdict(findings: &[String]) -> Result<()> {
    if !findings.is_empty() {
        bail!("\n    {}", findings.join("\n    "));
    }
    Ok(())
}
