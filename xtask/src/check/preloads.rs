//! Pages name all modules that they load at once in their heads, so that a browser fetches them in
//! one go: it would otherwise learn of a module only when it has the one that imports it, a round
//! trip later each time.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;

use super::verdict;
use crate::visit;

/// The pages that people open.
const PAGES: [&str; 4] = ["/send.html", "/receive.html", "/push.html", "/reveal.html"];
/// How the lines that are written here begin.
const MARKS: [&str; 2] = ["  <link rel=\"modulepreload\"", "  <link rel=\"preload\""];
/// A language; what its texts load, those of all others do.
const ENGLISH: &str = "en";
/// They come after the last script.
const SCRIPT: &str = "  <script type=\"module\"";

/// Writes the lines into all pages.
pub(crate) fn write() -> Result<()> {
    for page in PAGES {
        let before = visit::read(page)?;
        let wanted = with_preloads(page, &before)?;
        if wanted != before {
            fs::write(visit::source(page), wanted)?;
        }
    }
    Ok(())
}

/// Expects the browser modules to be there.
pub(super) fn check() -> Result<()> {
    let mut findings = Vec::new();
    for page in PAGES {
        let found = visit::read(page)?;
        if with_preloads(page, &found)? != found {
            findings.push(format!("{page} does not name just what it loads: `cargo xtask preloads` writes it"));
        }
    }
    verdict(&findings)
}

/// A page with a line for each module and wasm file that its scripts load, and for nothing else.
fn with_preloads(page: &str, html: &str) -> Result<String> {
    let is_mark = |line: &&str| MARKS.iter().any(|mark| line.starts_with(mark));
    let html: String = html.split_inclusive('\n').filter(|line| !is_mark(line)).collect();
    let scripts: Vec<&str> =
        html.split(SCRIPT).skip(1).filter_map(|rest| rest.split("src=\"").nth(1)?.split('"').next()).collect();
    let mut loaded = BTreeSet::new();
    scripts.iter().try_for_each(|script| visit::load(script, &mut loaded))?;
    // The texts themselves are named by the server, which knows the reader's language.
    for texts in visit::texts(&html) {
        visit::load(&format!("{}/{ENGLISH}/{texts}.js", visit::TEXTS), &mut loaded)?;
    }
    loaded.retain(|path| !scripts.contains(&path.as_str()) && !path.starts_with(visit::TEXTS));
    let lines = loaded.iter().map(|path| {
        if path.ends_with(".wasm") {
            format!("{} as=\"fetch\" type=\"application/wasm\" crossorigin href=\"{path}\">\n", MARKS[1])
        } else {
            format!("{} href=\"{path}\">\n", MARKS[0])
        }
    });
    let lines: String = lines.collect();
    let last = html.rfind(SCRIPT).and_then(|at| Some(at + html[at..].find('\n')? + 1));
    let at = last.ok_or_else(|| anyhow::anyhow!("{page} has no script"))?;
    Ok(format!("{}{lines}{}", &html[..at], &html[at..]))
}
