//! The browser modules: wasm and its JavaScript glue, into `web-wasm/generated`, where the server
//! embeds them. One for those who send, one for those who receive, one for looks into PDF files:
//! nobody loads what another page needs.
//!
//! The same sources give the same bytes on every machine, so that anybody can compare what a server
//! serves with what the repository says. Hence no local path, no flags from the environment, no
//! names section.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use wasm_bindgen_cli_support::Bindgen;

use crate::{cargo, process, tools};

const TARGET: &str = "wasm32-unknown-unknown";
/// The modules, by their names for browsers.
pub(crate) const MODULES: [Module; 3] =
    [Module::of_pages("open"), Module::of_pages("seal"), Module { name: "pdf", package: "subrosa-pdf", feature: None }];

/// What a browser loads at once.
pub(crate) struct Module {
    name: &'static str,
    pub(crate) package: &'static str,
    /// Of the package, if it is not built whole.
    feature: Option<&'static str>,
}

impl Module {
    const fn of_pages(name: &'static str) -> Self {
        Self { name, package: "subrosa-web", feature: Some(name) }
    }

    /// What cargo is told to build.
    pub(crate) fn selection(&self) -> Vec<&'static str> {
        let features = self.feature.map(|feature| ["--no-default-features", "--features", feature]);
        ["--package", self.package].into_iter().chain(features.into_iter().flatten()).collect()
    }
}

/// Builds the modules for the pages; leaves files alone whose content stays the same.
pub(crate) fn build() -> Result<()> {
    let made = process::target().join("web");
    let web = process::root().join("web-wasm");
    for module in &MODULES {
        let name = module.name;
        let wasm = compile(name, module.package, &module.selection())?;
        // The frame for looks can load no modules: it is handed the script.
        bind(&wasm, &made, name, module.feature.is_some())?;
        for (folder, name) in [
            ("generated", format!("{name}.js")),
            ("generated", format!("{name}_bg.wasm")),
            ("types/generated", format!("{name}.d.ts")),
        ] {
            update(&made.join(&name), &web.join(folder).join(&name))?;
        }
    }
    for folder in ["generated", "types/generated"] {
        remove_others(&web.join(folder))?;
    }
    Ok(())
}

/// Removes what an earlier version of this made: it would be served.
fn remove_others(folder: &Path) -> Result<()> {
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !MODULES.iter().any(|module| name.split(['.', '_']).next() == Some(module.name)) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

/// Builds the module with the runner of the test vectors in it, for node, and returns its folder.
pub(crate) fn build_vectors() -> Result<PathBuf> {
    let package = "subrosa-web";
    let wasm = compile("vectors", package, &["--package", package, "--features", "vectors"])?;
    let made = process::target().join("vectors");
    bind(&wasm, &made, "vectors", true)?;
    // Node takes a `.js` file for a module only if told so.
    fs::write(made.join("package.json"), "{ \"type\": \"module\" }\n")?;
    Ok(made)
}

fn compile(name: &str, package: &str, selection: &[&str]) -> Result<PathBuf> {
    tools::ensure_wasm_target()?;
    println!("Building the browser module: {name}");
    let mut command = cargo::command();
    command.args(["build", "--target", TARGET, "--profile", "wasm"]).args(selection);
    // This variable wins over every other place for flags, and with `--target` leaves build scripts
    // alone.
    command.env("CARGO_ENCODED_RUSTFLAGS", path_flags()?.join("\x1f"));
    let artifacts = cargo::build_with(&mut command)?;
    let library = package.replace('-', "_");
    let mut files =
        artifacts.into_iter().filter(|artifact| artifact.name == library).flat_map(|artifact| artifact.files);
    files
        .find(|file| file.extension().is_some_and(|end| end == "wasm"))
        .with_context(|| format!("cargo made no wasm of {package}"))
}

/// Flags that replace the folders of this machine by names that are the same everywhere.
fn path_flags() -> Result<Vec<String>> {
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let sysroot = process::output(process::command(&rustc).args(["--print", "sysroot"]))?;
    let version = process::output(process::command(&rustc).arg("-vV"))?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    // What the compiler says to people keeps its local paths.
    let mut flags = vec!["--remap-path-scope=object".to_owned()];
    let mut remap = |from: &Path, to: &str| flags.push(format!("--remap-path-prefix={}={to}", from.display()));
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    // Later ones win. Each source of crates has a folder of its own there, named after its address.
    remap(&cargo_home, "/cargo");
    for source in fs::read_dir(cargo_home.join("registry/src")).into_iter().flatten() {
        remap(&source?.path(), "/crates");
    }
    remap(process::root(), "/subrosa");
    // With the component rust-src installed, the compiler would name the standard library's local
    // copy.
    remap(&Path::new(sysroot.trim()).join("lib/rustlib/src/rust"), &format!("/rustc/{commit}"));
    Ok(flags)
}

fn bind(wasm: &Path, folder: &Path, name: &str, is_module: bool) -> Result<()> {
    let mut bindgen = Bindgen::new();
    let mut output = if is_module { bindgen.web(true)? } else { bindgen.no_modules(true)? }
        .input_path(wasm)
        .out_name(name)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()
        .with_context(|| format!("no glue for {}", wasm.display()))?;
    ensure!(
        output.snippets().values().all(Vec::is_empty) && output.local_modules().is_empty(),
        "scripts inside bindings would not be served: they belong into web-wasm/pages"
    );
    output.emit(folder)
}

/// Copies unless it is there already: an unchanged time stamp spares the server's rebuild.
fn update(from: &Path, to: &Path) -> Result<()> {
    let new = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|old| old == new) {
        return Ok(());
    }
    let folder = to.parent().expect("a file has a folder");
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(to, new))
        .with_context(|| format!("cannot write {}", to.display()))
}
