//! The pages' JavaScript: its types, from JSDoc comments, by TypeScript's checker; and its texts,
//! in every language.

use anyhow::Result;

use crate::process;

/// Windows and workers have different globals, so each kind has its configuration.
pub(super) fn check() -> Result<()> {
    for configuration in ["web-wasm/jsconfig.json", "web-wasm/jsconfig.workers.json"] {
        process::run(
            process::command("web-wasm/node_modules/typescript-native/bin/tsc").args(["--project", configuration]),
        )?;
    }
    Ok(())
}

/// Laid out by the formatter, and without what its linter finds.
pub(super) fn lint() -> Result<()> {
    for what in ["format", "lint"] {
        let mut biome = process::command(&process::root().join("web-wasm/node_modules/.bin/biome").to_string_lossy());
        process::run(biome.current_dir(process::root().join("web-wasm")).args([what, "--error-on-warnings"]))?;
    }
    Ok(())
}

/// Every language says what English says.
pub(super) fn check_texts() -> Result<()> {
    process::run(process::command("node").arg("web-wasm/texts.mjs"))
}
