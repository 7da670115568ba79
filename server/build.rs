//! Makes everything that the server serves as a file: one table with each file as it is, packed
//! with gzip and with brotli, with its type and its tag. The server computes nothing of this while
//! it runs. Makes the folder of generated modules if nobody has yet, so that the server builds
//! without them.

#[path = "build/pack.rs"]
mod pack;
#[path = "../web-wasm/pages.rs"]
#[allow(dead_code, reason = "the server and `xtask` read more of this table")]
mod pages;
#[path = "build/preview.rs"]
mod preview;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest as _, Sha256};

/// Where the languages are, a folder each.
const TEXTS: &str = "scripts/texts/";

fn main() -> io::Result<()> {
    let web = Path::new("../web-wasm");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=../web-wasm/pages.rs");
    let mut files = Vec::new();
    for (folder, served_under) in [("pages", ""), ("generated", "wasm/")] {
        let from = web.join(folder);
        // If it cannot be made, reading it fails and says so.
        let _ = fs::create_dir_all(&from);
        println!("cargo::rerun-if-changed={}", from.display());
        list_files(&from, served_under, &mut files)?;
    }
    files.sort();
    let forgotten = not_in_step(&files);
    assert!(forgotten.is_empty(), "{}", forgotten.join("\n"));
    let languages = languages(&files);
    let preview = preview::assemble(&web.join("pages"))?;

    let mut table = "&[\n".to_owned();
    for (path, source) in &files {
        let bytes = if path == preview::PATH { preview.document.clone().into_bytes() } else { fs::read(source)? };
        let packed = pack::pack(&out.join("packed").join(path), &bytes)?;
        let texts =
            if path.ends_with(".html") { preloads(&String::from_utf8_lossy(&bytes), &languages) } else { Vec::new() };
        let tag: String = Sha256::digest(&bytes)[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let include = |file: &Path| format!("include_bytes!({:?})", file.to_string_lossy());
        let _ = writeln!(
            table,
            "File {{ path: {path:?}, media_type: {:?}, tag: \"W/\\\"{tag}\\\"\", plain: {}, gzip: {}, brotli: {}, texts: &{texts:?} }},",
            media_type(path),
            include(&packed.plain),
            packed.gzip.map_or("None".to_owned(), |file| format!("Some({})", include(&file))),
            packed.brotli.map_or("None".to_owned(), |file| format!("Some({})", include(&file))),
        );
    }
    fs::write(out.join("files.rs"), table + "]\n")?;
    fs::write(out.join("languages.rs"), format!("&{languages:?}\n"))?;
    fs::write(out.join("preview.rs"), format!("({:?}, {:?})\n", preview.scripts, preview.styles))
}

/// All files below a folder, by the paths that they are served under.
fn list_files(folder: &Path, prefix: &str, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            list_files(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push((path, entry.path()));
        }
    }
    Ok(())
}

/// Pages without an entry in the table of pages, and entries without a page.
fn not_in_step(files: &[(String, PathBuf)]) -> Vec<String> {
    let names: Vec<&str> =
        files.iter().filter_map(|(path, _)| path.strip_suffix(".html").filter(|name| !name.contains('/'))).collect();
    let entries: Vec<&str> = pages::PAGES.iter().map(|page| page.name).collect();
    let pages = names.iter().filter(|name| !entries.contains(name));
    let pages = pages.map(|name| {
        format!("web-wasm/pages/{name}.html has no entry in web-wasm/pages.rs: without one, nothing leads to it")
    });
    let entries = entries.iter().filter(|name| !names.contains(name));
    let entries =
        entries.map(|name| format!("web-wasm/pages.rs names {name}, and there is no web-wasm/pages/{name}.html"));
    pages.chain(entries).collect()
}

/// The languages that there are texts in.
fn languages(files: &[(String, PathBuf)]) -> Vec<&str> {
    let mut names: Vec<&str> =
        files.iter().filter_map(|(path, _)| Some(path.strip_prefix(TEXTS)?.split_once('/')?.0)).collect();
    names.dedup();
    names
}

/// For each language, the header that lets a browser fetch the texts of a page together with all
/// else that the page names (RFC 8288, `modulepreload`). The page itself decides the language, and
/// may decide otherwise: then it fetches other texts.
fn preloads<'a>(page: &str, languages: &[&'a str]) -> Vec<(&'a str, String)> {
    let names = page.split_once("data-texts=\"").and_then(|(_, rest)| rest.split_once('"'));
    let Some((names, _)) = names else { return Vec::new() };
    let link = |language: &str| {
        let links = names.split(' ').map(|name| format!("</{TEXTS}{language}/{name}.js>; rel=modulepreload"));
        links.collect::<Vec<_>>().join(", ")
    };
    languages.iter().map(|language| (*language, link(language))).collect()
}

/// The kinds of files that pages are made of. Anything else is not meant to be shown.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
