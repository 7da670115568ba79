//! The heads of the pages, which are written from the table of pages. A page names all modules that
//! it loads at once in its head, so that a browser fetches them in one go: it would otherwise learn
//! of a module only when it has the one that imports it, a round trip later each time.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context as _, Result};

use super::verdict;
use crate::pages::{Head, PAGES, Subject};
use crate::visit;

/// A language; what its texts load, those of all others do.
const ENGLISH: &str = "en";
/// Of every page, before its own.
const STYLES: [&str; 4] = ["variables", "base", "layout", "parts"];
/// The module that puts texts into every page.
const TEXTS: &str = "/scripts/i18n/texts.js";
const END: &str = "</head>\n";

/// Writes the heads of all pages.
pub(crate) fn write() -> Result<()> {
    for (name, subject) in subjects() {
        let page = file(name);
        let before = visit::read(&page)?;
        let wanted = with_head(name, subject, &before)?;
        if wanted != before {
            fs::write(visit::source(&page), wanted)?;
        }
    }
    Ok(())
}

/// Expects the browser modules to be there.
pub(super) fn check() -> Result<()> {
    let mut findings = Vec::new();
    for (name, subject) in subjects() {
        let found = visit::read(&file(name))?;
        if with_head(name, subject, &found)? != found {
            findings.push(format!(
                "the head of {name}.html is not what web-wasm/pages.rs and its scripts say: `cargo xtask heads` writes it"
            ));
        }
    }
    verdict(&findings)
}

/// The file of a page, as the server names it.
pub(super) fn file(name: &str) -> String {
    format!("/{name}.html")
}

/// The pages whose heads are written here.
pub(super) fn subjects() -> impl Iterator<Item = (&'static str, &'static Subject)> {
    PAGES.iter().filter_map(|page| match &page.head {
        Head::Of(subject) => Some((page.name, subject)),
        Head::Frame => None,
    })
}

/// A page with the head that it has to have.
fn with_head(name: &str, subject: &Subject, html: &str) -> Result<String> {
    let (_, body) = html.split_once(END).with_context(|| format!("{name}.html has no line {END:?}"))?;
    Ok(format!("{}{END}{body}", head(name, subject)?))
}

fn head(name: &str, Subject { title, description, texts, styles, is_installable, .. }: &Subject) -> Result<String> {
    let main = format!("/scripts/{name}/main.js");
    let mut lines = vec![
        r#"<meta charset="utf-8">"#.to_owned(),
        format!(r#"<title data-written="{name}.title">{title}</title>"#),
        r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#.to_owned(),
    ];
    lines.extend(description.map(|description| format!(r#"<meta name="description" content="{description}">"#)));
    lines.push(r#"<meta name="color-scheme" content="light dark">"#.to_owned());
    // Before anything is painted.
    lines.push(r#"<script src="/scripts/i18n/language.js"></script>"#.to_owned());
    lines.push(r#"<link rel="icon" type="image/svg+xml" href="/images/mark.svg">"#.to_owned());
    if *is_installable {
        lines.push(r#"<link rel="manifest" href="/manifest.webmanifest">"#.to_owned());
    }
    let styles = STYLES.iter().chain(*styles);
    lines.extend(styles.map(|style| format!(r#"<link rel="stylesheet" href="/styles/{style}.css">"#)));
    // The page that is shown for another one has nothing to prepare, and little to load.
    let is_whole = description.is_some();
    if is_whole {
        lines.push(r#"<noscript><link rel="stylesheet" href="/styles/noscript.css"></noscript>"#.to_owned());
    }
    lines.extend([TEXTS, &main].map(|script| format!(r#"<script type="module" src="{script}"></script>"#)));
    if is_whole {
        lines.extend(preloads(&[TEXTS, &main], texts)?);
    }
    let lines: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    let texts = texts.join(" ");
    Ok(format!("<!doctype html>\n<html lang=\"en\" dir=\"ltr\" data-texts=\"{texts}\">\n<head>\n{lines}"))
}

/// A line for each module and wasm file that these scripts load, and for nothing else.
fn preloads(scripts: &[&str], texts: &[&str]) -> Result<Vec<String>> {
    let mut loaded = BTreeSet::new();
    scripts.iter().try_for_each(|script| visit::load(script, &mut loaded))?;
    // The texts themselves are named by the server, which knows the reader's language.
    for texts in texts {
        visit::load(&format!("{}/{ENGLISH}/{texts}.js", visit::TEXTS), &mut loaded)?;
    }
    loaded.retain(|path| !scripts.contains(&path.as_str()) && !path.starts_with(visit::TEXTS));
    let lines = loaded.iter().map(|path| {
        if path.ends_with(".wasm") {
            format!(r#"<link rel="preload" as="fetch" type="application/wasm" crossorigin href="{path}">"#)
        } else {
            format!(r#"<link rel="modulepreload" href="{path}">"#)
        }
    });
    Ok(lines.collect())
}
