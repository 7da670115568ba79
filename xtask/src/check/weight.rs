//! What a first visit to somebody's link costs: the page, and all that it loads before anybody does
//! anything, compressed as the server sends it. In every language.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;

use super::{heads, verdict};
use crate::{process, visit};

/// Bytes that a visit may cost. On a slow mobile line (50 kB/s) that is three seconds.
const BYTES_MAX: usize = 150_000;
/// The worker that the pages of recipients start at once.
const WORKER: &str = "/scripts/workers/open-key-worker.js";

/// Expects the browser modules to be there.
pub(super) fn check() -> Result<()> {
    let mut findings = Vec::new();
    // Most files are loaded by several pages, in every language.
    let mut known = BTreeMap::new();
    for (name, _) in heads::subjects().filter(|(_, subject)| subject.is_for_recipients) {
        let page = &heads::file(name);
        for language in languages()? {
            let mut loaded = BTreeSet::new();
            visit::load(page, &mut loaded)?;
            visit::load(WORKER, &mut loaded)?;
            for texts in visit::texts(&visit::read(page)?) {
                visit::load(&format!("{}/{language}/{texts}.js", visit::TEXTS), &mut loaded)?;
            }
            let mut lens = Vec::new();
            for path in loaded {
                let len = match known.get(&path) {
                    Some(len) => *len,
                    None => *known.entry(path.clone()).or_insert(compressed_len(&path)?),
                };
                lens.push((len, path));
            }
            lens.sort_unstable_by(|one, other| other.cmp(one));
            let sum: usize = lens.iter().map(|(len, _)| len).sum();
            if sum > BYTES_MAX {
                findings.push(format!(
                    "a first visit to {page} in the language {language} costs {sum} bytes, allowed are {BYTES_MAX}: \
                     {lens:?}"
                ));
            }
        }
    }
    verdict(&findings)
}

/// The languages that there are texts in.
fn languages() -> Result<Vec<String>> {
    let folders = fs::read_dir(process::root().join(format!("web-wasm/pages{}", visit::TEXTS)))?;
    folders.map(|folder| Ok(folder?.file_name().to_string_lossy().into_owned())).collect()
}

/// Length of a file as the server sends it.
fn compressed_len(path: &str) -> Result<usize> {
    let file = visit::source(path);
    let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let params = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: bytes.len(), ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut bytes.as_slice(), &mut packed, &params)?;
    Ok(packed.len())
}
