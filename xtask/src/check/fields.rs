//! No page lets a browser cut what is typed or pasted: `maxlength` does so without a word.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::verdict;
use crate::process;

/// The attribute, and the property by which scripts set it, in lower case.
const CUTS: &str = "maxlength";

/// Looks through all pages and scripts.
pub(super) fn check() -> Result<()> {
    let mut findings = Vec::new();
    look(&process::root().join("web-wasm/pages"), &mut findings)?;
    verdict(&findings)
}

fn look(folder: &Path, findings: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            look(&path, findings)?;
        } else if path.extension().is_some_and(|extension| extension == "html" || extension == "js") {
            let text = fs::read_to_string(&path)?.to_lowercase();
            let lines = text.lines().enumerate().filter(|(_, line)| line.contains(CUTS));
            let shown = path.strip_prefix(process::root()).unwrap_or(&path).display().to_string();
            findings.extend(lines.map(|(at, _)| format!("{shown}:{}: {CUTS} cuts without a word", at + 1)));
        }
    }
    Ok(())
}
