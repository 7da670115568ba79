//! Types of the pages' JavaScript, from its JSDoc comments, by TypeScript's checker; nothing is translated.

use anyhow::Result;

use crate::process;

/// Windows and workers have different globals, so each kind has its configuration.
pub(super) fn check() -> Result<()> {
    for configuration in ["web-wasm/jsconfig.json", "web-wasm/jsconfig.workers.json"] {
        process::run(process::command("web-wasm/node_modules/.bin/tsc").args(["--project", configuration]))?;
    }
    Ok(())
}
