//! No circles among the modules of a crate: of two neighbours, with all that is below them, at most
//! one names the other.
//!
//! Read are the sources themselves: every path that begins with `crate`, `self` or `super`,
//! wherever it stands, outside of what is compiled for tests only. A module and those below it may
//! name each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Result;

use super::verdict;
use crate::{process, visit};

/// Where the sources of crates lie.
const CRATES: &[&str] = &[
    "aead",
    "durable-redis",
    "fuzz/targets",
    "lifecycle",
    "pdf",
    "server",
    "shared",
    "tests",
    "unicode",
    "web-wasm",
    "xtask",
];

/// Where the pages' scripts lie, as the server has them.
const SCRIPTS: &str = "/scripts";

/// A module, by the names from the root of its crate.
type Module = Vec<String>;

/// Reads all crates.
pub(super) fn check() -> Result<()> {
    let mut findings = Vec::new();
    for name in CRATES {
        let mut sources = BTreeMap::new();
        read(&process::root().join(name).join("src"), &mut Vec::new(), &mut sources)?;
        findings.extend(circles(&sources).into_iter().map(|circle| format!("{name}: {circle}")));
    }
    let imports = imports(SCRIPTS)?;
    let found = circle(&arrows(&imports, |path| path)).into_iter().chain(circle(&arrows(&imports, subject)));
    findings.extend(found.map(|circle| format!("scripts: {}", circle.join(" -> "))));
    verdict(&findings)
}

/// What each script below a folder imports, by the paths that the server has them under.
fn imports(folder: &str) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(visit::source(folder))? {
        let entry = entry?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            found.extend(imports(&path)?);
        } else {
            let imported = visit::imported(&visit::read(&path)?, &path);
            let own = imported.into_iter().filter(|imported| imported.starts_with(SCRIPTS));
            found.extend(own.map(|imported| (path.clone(), imported)));
        }
    }
    Ok(found)
}

/// The folder of a script that says what it is about.
fn subject(path: &str) -> &str {
    let below = path.strip_prefix(SCRIPTS).unwrap_or(path).trim_start_matches('/');
    below.split_once('/').map_or(below, |(folder, _)| folder)
}

/// Imports between what `named` makes of scripts, without those from one into itself.
fn arrows(imports: &[(String, String)], named: fn(&str) -> &str) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in imports {
        if named(from) != named(to) {
            arrows.entry(named(from)).or_default().insert(named(to));
        }
    }
    arrows
}

/// Reads the modules in a folder. Programs in `src/bin` are crates of their own, and made of little
/// else than calls.
fn read(folder: &Path, above: &mut Module, sources: &mut BTreeMap<Module, String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && !(above.is_empty() && name == "bin") {
            above.push(name);
            read(&path, above, sources)?;
            above.pop();
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let mut module = above.clone();
            let is_folder = name == "mod" || (above.is_empty() && (name == "lib" || name == "main"));
            module.extend((!is_folder).then_some(name));
            sources.entry(module).or_default().push_str(&fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

/// Circles among neighbours, each once.
fn circles(sources: &BTreeMap<Module, String>) -> Vec<String> {
    // For each module with others below it: which of those names which.
    let mut arrows: BTreeMap<Module, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    let mut named: Vec<(&Module, &Module)> = Vec::new();
    for (module, text) in sources {
        for path in paths(text, module) {
            let known = (0..=path.len()).rev().find_map(|len| sources.get_key_value(&path[..len]));
            named.extend(known.map(|(to, _)| (module, to)));
        }
    }
    for (from, to) in named {
        let shared = from.iter().zip(to).take_while(|(from, to)| from == to).count();
        if let (Some(from), Some(next)) = (from.get(shared), to.get(shared)) {
            arrows.entry(to[..shared].to_vec()).or_default().entry(from).or_default().insert(next);
        }
    }
    let mut found = Vec::new();
    for (above, arrows) in &arrows {
        let above: String = above.iter().flat_map(|name| [name, "::"]).collect();
        found.extend(circle(arrows).into_iter().map(|circle| format!("{above}{{{}}}", circle.join(" -> "))));
    }
    found
}

/// One circle through each of those that are in one, the shortest, unless another goes through it
/// already.
fn circle<'a>(arrows: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Vec<Vec<&'a str>> {
    let mut found: Vec<Vec<&str>> = Vec::new();
    for start in arrows.keys() {
        if found.iter().any(|circle| circle.contains(start)) {
            continue;
        }
        let mut ways = vec![vec![*start]];
        let mut seen = BTreeSet::new();
        while let Some(way) = (!ways.is_empty()).then(|| ways.remove(0)) {
            let next = way.last().and_then(|last| arrows.get(last)).into_iter().flatten();
            let mut ends = false;
            for name in next {
                ends |= name == start;
                if seen.insert(*name) {
                    ways.push([way.as_slice(), &[*name]].concat());
                }
            }
            if ends {
                found.push([way.as_slice(), &[*start]].concat());
                break;
            }
        }
    }
    found
}

/// All paths in a source, from the root of the crate.
fn paths(text: &str, module: &Module) -> Vec<Module> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    // Modules that are written inside of others, and where they end.
    let mut inside: Vec<(String, usize)> = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if inside.last().is_some_and(|(_, end)| at >= *end) {
            inside.pop();
        }
        let starts = |words: &[&str]| {
            tokens[at..].iter().zip(words).filter(|(token, word)| token == word).count() == words.len()
        };
        if starts(&["#", "[", "cfg", "(", "test", ")", "]"]) {
            at = behind_item(&tokens, at + 7);
            continue;
        }
        if token == "mod" && tokens.get(at + 2).is_some_and(|token| token == "{") {
            inside.push((tokens[at + 1].clone(), behind_block(&tokens, at + 2)));
            at += 3;
            continue;
        }
        let is_start = matches!(token.as_str(), "crate" | "self" | "super");
        if is_start && tokens.get(at + 1).is_some_and(|token| token == "::") && (at == 0 || tokens[at - 1] != "::") {
            let here = module.iter().chain(inside.iter().map(|(name, _)| name)).cloned().collect();
            at = tree(&tokens, at, here, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads a path, or what stands in braces at its end. Gives where it ends.
fn tree(tokens: &[String], mut at: usize, mut path: Module, found: &mut Vec<Module>) -> usize {
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("crate") => path.clear(),
            Some("self") => {}
            Some("super") => drop(path.pop()),
            Some("{") => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    if tokens[at] == "," {
                        at += 1;
                        continue;
                    }
                    at = tree(tokens, at, path.clone(), found);
                    // `as` and the new name.
                    while tokens.get(at).is_some_and(|token| token != "," && token != "}") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            Some(name) if is_name(name) => path.push(name.to_owned()),
            // A star: all of it.
            _ => break,
        }
        at += 1;
        if tokens.get(at).is_none_or(|token| token != "::") {
            break;
        }
        at += 1;
    }
    found.push(path);
    at
}

/// Behind an item that begins there: behind its block, or its semicolon.
fn behind_item(tokens: &[String], mut at: usize) -> usize {
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            ";" => return at + 1,
            "{" => return behind_block(tokens, at),
            _ => at += 1,
        }
    }
    at
}

/// Behind the brace that closes the one that stands there.
fn behind_block(tokens: &[String], mut at: usize) -> usize {
    let mut depth = 0_usize;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token.as_str() {
            "{" => depth += 1,
            "}" if depth == 1 => return at,
            "}" => depth -= 1,
            _ => {}
        }
    }
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single signs. Comments and texts are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let len = if c.is_whitespace() {
            c.len_utf8()
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(len) = text_len(rest) {
            len
        } else {
            let name = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
            let len = if name > 0 {
                name
            } else if rest.starts_with("::") {
                2
            } else {
                c.len_utf8()
            };
            found.push(rest[..len].to_owned());
            len
        };
        rest = &rest[len..];
    }
    found
}

/// The length of a text, or of a character, that begins here.
fn text_len(rest: &str) -> Option<usize> {
    let prefix = rest.strip_prefix('b').or_else(|| rest.strip_prefix('c')).unwrap_or(rest);
    let before = rest.len() - prefix.len();
    if let Some(raw) = prefix.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        let body = raw[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        return Some(before + 2 + hashes + body.find(&end).map_or(body.len(), |at| at + end.len()));
    }
    let quote = prefix.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let body = &prefix[1..];
    if quote == '\'' {
        // A lifetime is no character: no quote follows its first letter.
        let mut chars = body.chars();
        let first = chars.next()?;
        if first != '\\' && chars.next() != Some('\'') {
            return None;
        }
    }
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Some(before + 1 + at + 1),
            _ => {}
        }
    }
    Some(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(sources: &[(&str, &str)]) -> Vec<String> {
        let module = |path: &str| path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect();
        circles(&sources.iter().map(|(path, text)| (module(path), (*text).to_owned())).collect())
    }

    #[test]
    fn neighbours_that_name_each_other_are_found_however_deep_and_far() {
        let two = [("a", "use crate::b::B;"), ("b", "fn f() { super::a::f() }")];
        assert_eq!(found(&two), ["{a -> b -> a}"]);
        let three = [
            ("", ""),
            ("x::a", "use super::{c::{self, C}, d};"),
            ("x::c", "use crate::x::d::D as E;"),
            ("x::d", "use super::a;"),
        ];
        assert_eq!(found(&three), ["x::{a -> d -> a}", "x::{c -> d -> a -> c}"]);
        let below = [("a", ""), ("a::low", "use crate::b::B;"), ("b", ""), ("b::low", "use crate::a::A;")];
        assert_eq!(found(&below), ["{a -> b -> a}"]);
    }

    #[test]
    fn above_and_below_tests_comments_and_texts_are_no_circle() {
        let up = [
            ("a", "mod low; pub use self::low::B;"),
            ("a::low", "use super::A; fn f<'a>(c: char) { if c == '\"' {} }"),
        ];
        assert!(found(&up).is_empty());
        let quiet = [
            ("a", "use crate::b::B;"),
            ("b", "// use crate::a;\n/* crate::a */ const T: &str = \"crate::a\"; const R: &str = r#\"\" crate::a\"#;"),
        ];
        assert!(found(&quiet).is_empty());
        let tests = [("a", "use crate::b::B;"), ("b", "#[cfg(test)]\nmod tests { use crate::a; fn f() { {} } }")];
        assert!(found(&tests).is_empty());
        let behind = [("a", "use crate::b::B;"), ("b", "#[cfg(test)]\nmod tests {}\nuse crate::a::A;")];
        assert_eq!(found(&behind).len(), 1);
    }

    #[test]
    fn scripts_and_the_folders_of_their_subjects_form_no_circle() {
        let imports = |all: &[(&str, &str)]| -> Vec<(String, String)> {
            all.iter().map(|(from, to)| (format!("/scripts/{from}.js"), format!("/scripts/{to}.js"))).collect()
        };
        let folders = imports(&[("ui/a", "net/b"), ("net/c", "engine/d"), ("engine/d", "ui/e"), ("ui/a", "ui/e")]);
        assert!(circle(&arrows(&folders, |path| path)).is_empty());
        assert_eq!(circle(&arrows(&folders, subject)), [["engine", "ui", "net", "engine"]]);
        let within = imports(&[("send/a", "send/resume/b"), ("send/resume/b", "send/a")]);
        assert!(circle(&arrows(&within, subject)).is_empty());
        assert_eq!(circle(&arrows(&within, |path| path)).len(), 1);
    }

    #[test]
    fn a_module_written_inside_another_counts_as_one() {
        let inside = [("a", "use crate::b::B;"), ("b", "mod c { use super::super::a::A; }")];
        assert_eq!(found(&inside), ["{a -> b -> a}"]);
    }
}
