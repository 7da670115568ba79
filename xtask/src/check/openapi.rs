//! The description of the API, by a public validator: <https://pypi.org/project/openapi-spec-validator/>.

use std::fs::File;

use anyhow::Result;

use crate::cargo::{SERVER, WORKSPACE};
use crate::{cargo, process, tools};

/// Has the server print it, and validates it with its examples.
pub(super) fn check() -> Result<()> {
    let python = tools::ensure_python()?;
    let server = cargo::program(&cargo::build(&[WORKSPACE.as_slice(), &["--bin", SERVER]].concat())?, SERVER)?;
    let document = process::output(process::command(&server.to_string_lossy()).arg("openapi"))?;
    let file = process::target().join("openapi.json");
    std::fs::write(&file, document)?;
    let mut validator = process::command(&python.to_string_lossy());
    process::run(validator.arg("tests/python/check_openapi.py").stdin(File::open(file)?))
}
