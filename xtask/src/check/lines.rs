//! Long files: a warning and no failure, since length is a hint at two subjects and no proof.

use anyhow::Result;

use crate::process;

const LINES_MAX: usize = 450;

/// Names the files that are longer.
pub(super) fn warn() -> Result<()> {
    let files =
        process::output(process::command("git").args(["ls-files", "*.rs", "*.js", "*.mjs", "*.css", "*.html"]))?;
    for file in files.lines() {
        let text = std::fs::read_to_string(process::root().join(file)).unwrap_or_default();
        let count = text.lines().count();
        if count > LINES_MAX {
            println!("\nwarning: {file} has {count} lines; is it about two subjects?");
        }
    }
    Ok(())
}
