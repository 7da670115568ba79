//! What the tasks need beside Rust, installed from where the machine installs its software, and
//! said so.

use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

use crate::process;

/// The component of the toolchain that compiles for browsers.
pub(crate) fn ensure_wasm_target() -> Result<()> {
    const TARGET: &str = "wasm32-unknown-unknown";
    let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
    let libraries = process::output(process::command(&rustc).args(["--print", "target-libdir", "--target", TARGET]))?;
    if PathBuf::from(libraries.trim()).is_dir() {
        return Ok(());
    }
    println!("Installing with rustup: target {TARGET}");
    process::run(process::command("rustup").args(["target", "add", TARGET]))
        .with_context(|| format!("the Rust target {TARGET} is missing"))
}

/// Formatter and lints.
pub(crate) fn ensure_rust_components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !process::succeeds(crate::cargo::command().args([subcommand, "--version"])) {
            println!("Installing with rustup: component {component}");
            process::run(process::command("rustup").args(["component", "add", component]))?;
        }
    }
    Ok(())
}

/// Node runs the type checker and the vectors in wasm.
pub(crate) fn ensure_node() -> Result<()> {
    ensure_programs(&[("node", "nodejs"), ("npm", "npm")])
}

/// The browser of the end-to-end tests, without and with its interface, and its driver.
pub(crate) fn ensure_browser() -> Result<()> {
    ensure_programs(&[
        ("chromium-headless-shell", "chromium-headless-shell"),
        ("chromium", "chromium"),
        ("chromedriver", "chromium-driver"),
    ])
}

/// Redis, which the tests run as processes of their own, on ports and in folders that they choose.
/// Debian starts one as a service when it is installed; nothing here uses or disturbs that one.
/// Sentinel is the same program.
pub(crate) fn ensure_redis() -> Result<()> {
    ensure_programs(&[("redis-server", "redis-server"), ("redis-cli", "redis-tools"), ("setpriv", "util-linux")])
}

/// The shell of SQLite, which operators make backups with.
pub(crate) fn ensure_sqlite() -> Result<()> {
    ensure_programs(&[("sqlite3", "sqlite3")])
}

/// The proxy of docs/OPERATIONS.md. The tests run one of their own, as they do with Redis.
pub(crate) fn ensure_nginx() -> Result<()> {
    ensure_programs(&[("nginx", "nginx-light")])
}

/// What lets files of a running server fail, in the tests.
pub(crate) fn ensure_strace() -> Result<()> {
    ensure_programs(&[("strace", "strace")])
}

/// Programs that open archives. The heavy tests try ours in them.
pub(crate) fn ensure_archive_readers() -> Result<()> {
    ensure_programs(&[
        ("javac", "default-jdk-headless"),
        ("python3", "python3"),
        ("unzip", "unzip"),
        ("7z", "p7zip-full"),
        ("bsdtar", "libarchive-tools"),
    ])
}

/// Firefox and its driver; gives the folder of the driver, which Debian does not have.
pub(crate) fn ensure_firefox() -> Result<PathBuf> {
    ensure_programs(&[("firefox-esr", "firefox-esr")])?;
    Ok(ensure_crate("geckodriver", "0.37.1")?.join("bin"))
}

/// WebKit, its driver, and a display that nobody sees.
pub(crate) fn ensure_webkit() -> Result<()> {
    ensure_programs(&[("WebKitWebDriver", "webkit2gtk-driver"), ("Xvfb", "xvfb")])
}

/// Type checker and accessibility rules, in exactly the versions of `web-wasm/package-lock.json`.
pub(crate) fn ensure_node_modules() -> Result<()> {
    ensure_node()?;
    let web = process::root().join("web-wasm");
    let wanted = web.join("package-lock.json").metadata()?.modified()?;
    let installed = web.join("node_modules/.package-lock.json").metadata().and_then(|file| file.modified());
    if installed.is_ok_and(|installed| installed >= wanted) {
        return Ok(());
    }
    println!("Installing with npm, into web-wasm/node_modules: typescript, openapi-typescript, biome, axe-core");
    process::run(process::command("npm").current_dir(web).args(["ci", "--no-audit", "--no-fund"]))
}

/// Python with the packages of `tests/python/requirements.txt`, in a folder of tools of our own;
/// gives the program.
pub(crate) fn ensure_python() -> Result<PathBuf> {
    let requirements = process::root().join("tests/python/requirements.txt");
    let folder = process::target().join("tools/python");
    let (program, installed) = (folder.join("bin/python"), folder.join("requirements.txt"));
    let wanted = std::fs::read(&requirements)?;
    if std::fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    ensure_programs(&[("python3", "python3")])?;
    // A part of Python that Debian has in a package of its own, without a program.
    if !process::succeeds(process::command("python3").args(["-c", "import ensurepip, venv"])) {
        ensure!(on_path("apt-get"), "please install what Debian calls: python3-venv");
        println!("Installing with apt-get: python3-venv");
        apt_get(&["update"])?;
        apt_get(&["install", "--yes", "--no-install-recommends", "python3-venv"])?;
    }
    println!(
        "Installing with pip, into {}: cryptography, argon2-cffi, openapi-spec-validator, typos",
        folder.display()
    );
    process::run(process::command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = process::command(&program.to_string_lossy());
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    process::run(pip.arg(&requirements))?;
    // Last, so that what was interrupted is begun again.
    std::fs::write(installed, wanted)?;
    Ok(program)
}

/// The checker of spelling: a program without Python in it, which comes the same way.
pub(crate) fn ensure_typos() -> Result<PathBuf> {
    Ok(ensure_python()?.with_file_name("typos"))
}

/// The checker of dependencies.
pub(crate) fn ensure_deny() -> Result<PathBuf> {
    Ok(ensure_crate("cargo-deny", "0.20.2")?.join("bin/cargo-deny"))
}

/// The builder of fuzzers.
pub(crate) fn ensure_cargo_fuzz() -> Result<PathBuf> {
    Ok(ensure_crate("cargo-fuzz", "0.13.2")?.join("bin/cargo-fuzz"))
}

/// A store that speaks S3 and keeps objects as files; gives the program.
pub(crate) fn ensure_s3() -> Result<PathBuf> {
    Ok(ensure_crate_with("s3s-fs", "0.14.1", &["--features", "binary"])?.join("bin/s3s-fs"))
}

/// A program from a crate, in our own folder of tools: its version is ours to choose. Without
/// optimisation it compiles in a minute or two and is fast enough.
fn ensure_crate(name: &str, version: &str) -> Result<PathBuf> {
    ensure_crate_with(name, version, &[])
}

/// The same with more arguments for cargo.
fn ensure_crate_with(name: &str, version: &str, more: &[&str]) -> Result<PathBuf> {
    let folder = process::target().join("tools").join(format!("{name}-{version}"));
    if !folder.join("bin").join(name).exists() {
        println!("Installing with cargo, into {}: {name}", folder.display());
        let mut command = crate::cargo::command();
        command.args(["install", "--quiet", "--locked", "--debug", name, "--version", version]).args(more);
        process::run(command.arg("--root").arg(&folder))?;
    }
    Ok(folder)
}

/// Programs by name, each with the Debian package that has it.
fn ensure_programs(programs: &[(&str, &str)]) -> Result<()> {
    let missing = || programs.iter().filter(|(program, _)| !on_path(program)).map(|(_, package)| *package).collect();
    let packages: Vec<&str> = missing();
    if packages.is_empty() {
        return Ok(());
    }
    ensure!(on_path("apt-get"), "please install what Debian calls: {}", packages.join(" "));
    println!("Installing with apt-get: {}", packages.join(" "));
    apt_get(&["update"])?;
    apt_get(&[["install", "--yes", "--no-install-recommends"].as_slice(), &packages].concat())?;
    let still: Vec<&str> = missing();
    ensure!(still.is_empty(), "installed, and yet not found on PATH: {}", still.join(" "));
    Ok(())
}

fn apt_get(args: &[&str]) -> Result<()> {
    let is_root = process::output(process::command("id").arg("-u"))?.trim() == "0";
    let mut command = match (is_root, on_path("sudo")) {
        (true, _) => process::command("apt-get"),
        (false, true) => {
            let mut sudo = process::command("sudo");
            sudo.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            sudo
        }
        (false, false) => bail!("please run as root: apt-get {}", args.join(" ")),
    };
    process::run(command.args(args).env("DEBIAN_FRONTEND", "noninteractive"))
}

fn on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    // Programs for administrators are not on everybody's path.
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]);
    folders.into_iter().any(|folder| folder.join(program).is_file())
}
