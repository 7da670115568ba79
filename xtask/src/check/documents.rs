//! Documents keep step: every path of the repository that a document names exists, and every link
//! into a document meets a heading.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use super::verdict;
use crate::process;

/// Reads all Markdown files that git knows of.
pub(super) fn check() -> Result<()> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"];
    let documents = process::output(process::command("git").args(list))?;
    let mut findings = Vec::new();
    for document in documents.lines() {
        let path = process::root().join(document);
        // Listed and yet not there: deleted and not yet committed.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let folder = path.parent().context("a file has a folder")?;
        let broken_links = links(&text).into_iter().filter(|link| !leads_somewhere(link, &path, folder));
        findings.extend(broken_links.map(|link| format!("{document} links to {link}")));
        let missing = paths_in_code(&text).into_iter().filter(|named| !process::root().join(named).exists());
        findings.extend(missing.map(|named| format!("{document} names {named}")));
    }
    verdict(&findings)
}

/// Targets of `[…](target)` within the repository.
fn links(text: &str) -> Vec<&str> {
    let prose = without_code_blocks(text);
    let targets = prose.into_iter().flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://") && !target.starts_with("mailto:")).collect()
}

/// Whether the file of a link exists and has the heading.
fn leads_somewhere(link: &str, document: &Path, folder: &Path) -> bool {
    let link = link.split_whitespace().next().unwrap_or_default();
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let file = if file.is_empty() { document.to_owned() } else { folder.join(file) };
    if heading.is_empty() || file.extension().is_none_or(|end| end != "md") {
        return file.exists();
    }
    fs::read_to_string(file).is_ok_and(|text| anchors(&text).iter().any(|anchor| anchor == heading))
}

/// The anchors that forges give to headings: lower case, no punctuation, hyphens for spaces.
fn anchors(text: &str) -> Vec<String> {
    let lines = without_code_blocks(text);
    let headings =
        lines.into_iter().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |c: &char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings.map(|heading| heading.to_lowercase().chars().filter(kept).collect::<String>().replace(' ', "-")).collect()
}

/// Words in backticks that name a path below one of our folders. Patterns and places to be filled
/// in are left out, and so is what only a build makes.
fn paths_in_code(text: &str) -> Vec<&str> {
    let prose = without_code_blocks(text);
    let words = prose.into_iter().flat_map(|line| line.split('`').skip(1).step_by(2));
    let pattern = [' ', '*', '<', '{', '…', ':', '(', '$', '|'];
    let paths = words.filter(|word| word.contains('/') && !word.contains(pattern));
    let ours = paths.filter(|path| FOLDERS.iter().any(|folder| path.starts_with(folder)));
    ours.filter(|path| !path.contains("/generated")).collect()
}

const FOLDERS: &[&str] = &[
    ".ci/",
    "aead/",
    "docs/",
    "durable-redis/",
    "fuzz/",
    "pdf/",
    "server/",
    "shared/",
    "tests/",
    "unicode/",
    "web-wasm/",
    "xtask/",
];

fn without_code_blocks(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            inside = !inside;
        } else if !inside {
            lines.push(line);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_links_of_the_repository_only() {
        let text = "See [a](docs/A.md#one) and [b](https://example.org/x).\n```\n[c](gone.md)\n```\n![d](d.png)";
        assert_eq!(links(text), ["docs/A.md#one", "d.png"]);
    }

    #[test]
    fn finds_paths_in_backticks_and_no_patterns() {
        let text = "`shared/src/seal.rs`, `server/src/<name>.rs`, `cargo xtask`, `/api/v1`, `web-wasm/generated/x.js`";
        assert_eq!(paths_in_code(text), ["shared/src/seal.rs"]);
    }

    #[test]
    fn anchors_are_those_of_the_forge() {
        assert_eq!(anchors("# One: two & three\n## 4. Sealed objects"), ["one-two--three", "4-sealed-objects"]);
    }
}
