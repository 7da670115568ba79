//! The document in which files are looked at, put together of its parts. Its scripts and styles
//! stand inside of it, and the policy names them by their hashes: so it has nothing to load, and
//! may load nothing, not even from this server.

use std::path::Path;
use std::{fs, io};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

/// What it is served under.
pub(crate) const PATH: &str = "preview.html";

/// The document, and the sources that its policy allows.
#[derive(Default)]
pub(crate) struct Preview {
    pub(crate) document: String,
    /// As in `script-src`.
    pub(crate) scripts: String,
    /// As in `style-src`.
    pub(crate) styles: String,
}

/// Puts it together. `pages` is the folder of the pages.
pub(crate) fn assemble(pages: &Path) -> io::Result<Preview> {
    let mut preview = Preview::default();
    preview.document = preview.whole(pages, PATH)?;
    Ok(preview)
}

impl Preview {
    /// A document with everything that it names inside of it.
    fn whole(&mut self, pages: &Path, name: &str) -> io::Result<String> {
        let document = fs::read_to_string(pages.join(name))?;
        let document = put_in(&document, "<link rel=\"stylesheet\" href=\"/", "\">", |name| {
            let style = fs::read_to_string(pages.join(name))?;
            add(&mut self.styles, &style);
            Ok(format!("<style>{style}</style>"))
        })?;
        let document = put_in(&document, "<script src=\"/", "\"></script>", |name| {
            let script = fs::read_to_string(pages.join(name))?;
            assert!(!script.contains("</script"), "{name} would end before its end");
            add(&mut self.scripts, &script);
            Ok(format!("<script>{script}</script>"))
        })?;
        put_in(&document, "srcdoc=\"/", "\"", |name| {
            let inner = self.whole(pages, name)?;
            Ok(format!("srcdoc=\"{}\"", inner.replace('&', "&amp;").replace('"', "&quot;")))
        })
    }
}

/// Replaces what stands between `begin` and `end`, with them, by what the name between them means.
fn put_in(
    document: &str,
    begin: &str,
    end: &str,
    mut meant: impl FnMut(&str) -> io::Result<String>,
) -> io::Result<String> {
    let mut parts = document.split(begin);
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(end).expect("what begins ends");
        whole += &meant(name)?;
        whole += rest;
    }
    Ok(whole)
}

/// Adds a text to those that a policy allows.
fn add(sources: &mut String, text: &str) {
    let separator = if sources.is_empty() { "" } else { " " };
    *sources += &format!("{separator}'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
}
