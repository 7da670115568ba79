//! The description of the API: validated by a public tool,
//! <https://pypi.org/project/openapi-spec-validator/>, and compared with the types that the pages
//! take from it.

use std::fs::{self, File};
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::cargo::{SERVER, WORKSPACE};
use crate::{cargo, process, tools};

/// The types of everything that goes over the wire, for the type check of the pages. Checked in, so
/// that this check needs no server, and so that a change of the API shows what pages see of it.
const TYPES: &str = "web-wasm/types/api.d.ts";

/// Has the server print it, and validates it with its examples.
pub(super) fn check() -> Result<()> {
    let python = tools::ensure_python()?;
    let document = document()?;
    let file = process::target().join("openapi.json");
    fs::write(&file, &document)?;
    let mut validator = process::command(&python.to_string_lossy());
    process::run(validator.arg("tests/python/check_openapi.py").stdin(File::open(file)?))?;
    let wanted = types(&document)?;
    let found = fs::read_to_string(process::root().join(TYPES)).unwrap_or_default();
    ensure!(found == wanted, "{TYPES} is not what the API's description says: `cargo xtask api-types` writes it");
    Ok(())
}

/// Writes the types anew.
pub(crate) fn write_types() -> Result<()> {
    tools::ensure_node_modules()?;
    fs::write(process::root().join(TYPES), types(&document()?)?).with_context(|| format!("cannot write {TYPES}"))
}

fn document() -> Result<String> {
    let server = cargo::program(&cargo::build(&[WORKSPACE.as_slice(), &["--bin", SERVER]].concat())?, SERVER)?;
    process::output(process::command(&server.to_string_lossy()).arg("openapi"))
}

/// What `openapi-typescript` makes of the bodies in a description of the API. It needs TypeScript
/// 5, which is why `web-wasm/package.json` has two versions: pages are checked by the faster one.
fn types(document: &str) -> Result<String> {
    let document: Value = serde_json::from_str(document).context("the server prints no JSON")?;
    // Pages make their calls by hand: of paths, they would have long types that nothing uses.
    let bodies = json!({
        "openapi": document["openapi"],
        "info": document["info"],
        "paths": {},
        "components": { "schemas": document["components"]["schemas"] },
    });
    let [from, to] = ["api-bodies.json", "api.d.ts"].map(|name| process::target().join(name));
    fs::write(&from, bodies.to_string())?;
    let program: PathBuf = process::root().join("web-wasm/node_modules/.bin/openapi-typescript");
    let mut command = process::command(&program.to_string_lossy());
    command.arg(&from).arg("--output").arg(&to);
    command.args(["--root-types", "--root-types-no-schema-prefix", "--root-types-keep-casing", "--export-type"]);
    process::output(&mut command)?;
    fs::read_to_string(&to).with_context(|| format!("cannot read {}", to.display()))
}
