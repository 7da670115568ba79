//! Lines that fit beside another window: documents and comments are wrapped. What cannot be wrapped
//! may be wider: rows of tables, code, and links. The width of code is the formatter's business.

use std::fs;

use anyhow::Result;

use super::verdict;
use crate::process;

/// Columns of a line in a document.
const DOCUMENT_MAX: usize = 120;
/// Columns of a line of Rust that is a comment, with its indentation.
const COMMENT_MAX: usize = 100;

/// Reads all documents and Rust sources that git knows of.
pub(super) fn check() -> Result<()> {
    let list = ["ls-files", "--cached", "--others", "--exclude-standard", "*.md", "*.rs"];
    let files = process::output(process::command("git").args(list))?;
    let mut findings = Vec::new();
    for file in files.lines() {
        // Listed and yet not there: deleted and not yet committed.
        let Ok(text) = fs::read_to_string(process::root().join(file)) else { continue };
        let lines = (1..).zip(text.lines());
        let (wide, max) = if file.ends_with(".rs") {
            (too_wide(lines.filter(|(_, line)| is_comment(line)), COMMENT_MAX), COMMENT_MAX)
        } else {
            (too_wide(lines, DOCUMENT_MAX), DOCUMENT_MAX)
        };
        findings.extend(wide.iter().map(|(at, width)| format!("{file}:{at} has {width} columns, wrap it at {max}")));
    }
    verdict(&findings)
}

/// Whether a line of Rust holds nothing but a comment.
fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

/// Numbers and widths of the lines of Markdown, in a comment or not, that are wider than `max` and
/// could be wrapped.
fn too_wide<'a>(lines: impl Iterator<Item = (usize, &'a str)>, max: usize) -> Vec<(usize, usize)> {
    let mut is_code = false;
    let wide = lines.filter_map(|(at, line)| {
        let text = line.trim_start().trim_start_matches(['/', '!']).trim_start();
        let is_fence = text.starts_with("```");
        is_code ^= is_fence;
        let can_wrap = !is_code && !is_fence && !text.starts_with('|');
        let width = line.chars().count();
        (can_wrap && width > max && without_targets(line) > max).then_some((at, width))
    });
    wide.collect()
}

/// Columns of a line, but for the places that its links lead to.
fn without_targets(line: &str) -> usize {
    let target = |word: &str| match word.find("](").or_else(|| word.find("://")) {
        Some(at) => word[at..].chars().count(),
        None => 0,
    };
    line.chars().count() - line.split_whitespace().map(target).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(usize, usize)> {
        too_wide((1..).zip(text.lines()), 20)
    }

    #[test]
    fn a_wide_line_is_found_and_columns_are_characters() {
        assert_eq!(found("short\nthis line is too long by far\n"), [(2, 28)]);
        assert_eq!(found("ä ö ü ä ö ü ä ö ü ä\n"), []);
    }

    #[test]
    fn tables_and_code_may_be_wide() {
        assert_eq!(found("| a table | with a wide row |\n"), []);
        assert_eq!(found("```sh\na command that is long enough\n```\nand a line behind it that is not\n"), [(4, 32)]);
        assert_eq!(found("  ```\n  in a list, too, it may be\n  ```\n"), []);
    }

    #[test]
    fn comments_are_markdown_too() {
        assert_eq!(found("    /// A comment that is too long\n"), [(1, 34)]);
        assert_eq!(
            found("//! | a table | with a wide row |\n//! ```text\n//! code that is long enough\n//! ```\n"),
            []
        );
        assert!(is_comment("    // one") && !is_comment("code(); // another"));
    }

    #[test]
    fn a_link_may_be_wide_and_the_words_around_it_may_not() {
        assert_eq!(found("[a link](docs/OF-A-LONG-NAME.md)\n<https://example.org/of/some/length>\n"), []);
        assert_eq!(found("[a link](docs/A.md) with many words behind\n"), [(1, 42)]);
    }
}
