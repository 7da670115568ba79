//! What a browser loads on a first visit to a page, before anybody does anything.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process;

/// Where the languages are, a folder each.
pub(crate) const TEXTS: &str = "/scripts/texts";

/// Adds a file, and all that it loads, by their paths on the server. Expects the browser modules to
/// be there.
pub(crate) fn load(path: &str, loaded: &mut BTreeSet<String>) -> Result<()> {
    if !loaded.insert(path.to_owned()) {
        return Ok(());
    }
    let next = match Path::new(path).extension().and_then(|extension| extension.to_str()) {
        Some("html") => linked(&read(path)?),
        Some("js") => {
            let module = path.strip_prefix("/wasm/").and_then(|name| name.strip_suffix(".js"));
            let module = module.map(|name| format!("/wasm/{name}_bg.wasm"));
            imported(&read(path)?, path).into_iter().chain(module).collect()
        }
        _ => Vec::new(),
    };
    next.iter().try_for_each(|next| load(next, loaded))
}

/// Where a file lies that the server has under this path.
pub(crate) fn source(path: &str) -> PathBuf {
    let file = path.strip_prefix("/wasm/").map_or_else(|| format!("pages{path}"), |name| format!("generated/{name}"));
    process::root().join("web-wasm").join(file)
}

/// A page or a script.
pub(crate) fn read(path: &str) -> Result<String> {
    let file = source(path);
    fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))
}

/// Modules of texts that a page asks for, in the language of its reader.
pub(crate) fn texts(page: &str) -> Vec<&str> {
    let names = page.split("data-texts=\"").nth(1).and_then(|rest| rest.split('"').next());
    names.into_iter().flat_map(|names| names.split(' ')).collect()
}

/// Styles, scripts and pictures that a page names.
fn linked(page: &str) -> Vec<String> {
    let named = ["href=\"", "src=\""].iter().flat_map(|name| page.split(name).skip(1));
    let named = named.filter_map(|rest| rest.split('"').next());
    let files = named.filter(|path| [".css", ".js", ".svg"].iter().any(|end| path.ends_with(end)));
    files.map(str::to_owned).collect()
}

/// Modules that a script imports, by their paths on the server.
pub(crate) fn imported(script: &str, path: &str) -> Vec<String> {
    // Imports stand at the beginning of a line and may go over several; types are imported within
    // comments.
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
