//! What a first visit to somebody's link costs: the page, and all that it loads before anybody does anything, compressed as
//! the server sends it. In every language.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;

use super::verdict;
use crate::process;

/// Bytes that a visit may cost. On a slow mobile line (50 kB/s) that is three seconds.
const BYTES_MAX: usize = 150_000;
/// The pages that recipients open, and the worker that they start at once.
const PAGES: [&str; 2] = ["/receive.html", "/reveal.html"];
const WORKER: &str = "/scripts/workers/open-desk-worker.js";
/// Where the languages are, a folder each.
const TEXTS: &str = "/scripts/texts";

/// Expects the browser modules to be there.
pub(super) fn check() -> Result<()> {
    let mut findings = Vec::new();
    for page in PAGES {
        for language in languages()? {
            let mut loaded = BTreeMap::new();
            load(page, &mut loaded)?;
            load(WORKER, &mut loaded)?;
            for texts in texts(&fs::read_to_string(process::root().join(format!("web-wasm/pages{page}")))?) {
                load(&format!("{TEXTS}/{language}/{texts}.js"), &mut loaded)?;
            }
            let sum: usize = loaded.values().sum();
            if sum > BYTES_MAX {
                let mut heaviest: Vec<_> = loaded.iter().map(|(path, len)| (len, path)).collect();
                heaviest.sort_unstable_by(|one, other| other.cmp(one));
                findings.push(format!(
                    "a first visit to {page} in the language {language} costs {sum} bytes, allowed are {BYTES_MAX}: \
                     {heaviest:?}"
                ));
            }
        }
    }
    verdict(&findings)
}

/// The languages that there are texts in.
fn languages() -> Result<Vec<String>> {
    let folders = fs::read_dir(process::root().join(format!("web-wasm/pages{TEXTS}")))?;
    folders.map(|folder| Ok(folder?.file_name().to_string_lossy().into_owned())).collect()
}

/// Modules of texts that a page asks for, in the language of its reader.
fn texts(page: &str) -> Vec<&str> {
    let names = page.split("data-texts=\"").nth(1).and_then(|rest| rest.split('"').next());
    names.into_iter().flat_map(|names| names.split(' ')).collect()
}

/// Notes the compressed length of a file, and of all that it loads.
fn load(path: &str, loaded: &mut BTreeMap<String, usize>) -> Result<()> {
    if loaded.contains_key(path) {
        return Ok(());
    }
    let file = path.strip_prefix("/wasm/").map_or_else(|| format!("pages{path}"), |name| format!("generated/{name}"));
    let bytes =
        fs::read(process::root().join("web-wasm").join(&file)).with_context(|| format!("cannot read {file}"))?;
    loaded.insert(path.to_owned(), compressed_len(&bytes)?);
    let next = match Path::new(path).extension().and_then(|extension| extension.to_str()) {
        Some("html") => linked(&String::from_utf8(bytes)?),
        Some("js") => {
            let module = path.strip_prefix("/wasm/").and_then(|name| name.strip_suffix(".js"));
            let module = module.map(|name| format!("/wasm/{name}_bg.wasm"));
            imported(&String::from_utf8(bytes)?, path).into_iter().chain(module).collect()
        }
        _ => Vec::new(),
    };
    next.iter().try_for_each(|next| load(next, loaded))
}

fn compressed_len(mut bytes: &[u8]) -> Result<usize> {
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut bytes, &mut packed, &params)?;
    Ok(packed.len())
}

/// Styles, scripts and pictures that a page names.
fn linked(page: &str) -> Vec<String> {
    let named = ["href=\"", "src=\""].iter().flat_map(|name| page.split(name).skip(1));
    let named = named.filter_map(|rest| rest.split('"').next());
    let files = named.filter(|path| [".css", ".js", ".svg"].iter().any(|end| path.ends_with(end)));
    files.map(str::to_owned).collect()
}

/// Modules that a script imports, by their paths on the server.
fn imported(script: &str, path: &str) -> Vec<String> {
    // Imports stand at the beginning of a line and may go over several; types are imported within comments.
    let script = format!("\n{script}");
    let statements = script.split("\nimport ").skip(1).filter_map(|rest| rest.split(';').next());
    let names = statements.filter_map(|statement| statement.trim_end_matches('"').rsplit('"').next());
    names.map(|name| resolved(name, path)).collect()
}

/// A path as an import in a script of that path means it.
fn resolved(name: &str, path: &str) -> String {
    if name.starts_with('/') {
        return name.to_owned();
    }
    let mut names: Vec<&str> = path.split('/').collect();
    names.pop();
    for name in name.split('/') {
        match name {
            "." => {}
            ".." => drop(names.pop()),
            name => names.push(name),
        }
    }
    names.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_and_a_script_load_is_found() {
        let page =
            r#"<link rel="stylesheet" href="/styles/a.css"><a href="/"><script type="module" src="/scripts/b.js">"#;
        assert_eq!(linked(page), ["/styles/a.css", "/scripts/b.js"]);
        assert_eq!(texts(r#"<html lang="en" data-texts="common receive">"#), ["common", "receive"]);
        let script = "import {\n  a,\n} from \"../c.js\";\nimport \"./d.js\";\n/** @type {import(\"./e.js\").E} */\nimport * as f from \"/wasm/f.js\";\n";
        assert_eq!(imported(script, "/scripts/b/main.js"), ["/scripts/c.js", "/scripts/b/d.js", "/wasm/f.js"]);
    }
}
