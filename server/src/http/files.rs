//! Every file that is served, with what `build.rs` computed of it. Nothing is read, hashed or
//! packed for a request.

use super::accept::{Coding, Codings};

/// A file, ready to be sent.
pub(super) struct File {
    /// Without the slash at its beginning.
    pub(super) path: &'static str,
    pub(super) media_type: &'static str,
    /// Weak: all forms have it.
    pub(super) tag: &'static str,
    plain: &'static [u8],
    /// Where that is smaller.
    gzip: Option<&'static [u8]>,
    brotli: Option<&'static [u8]>,
    /// Of pages: by language, the header that names their texts.
    texts: &'static [(&'static str, &'static str)],
}

/// Sorted by path.
static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/files.rs"));
/// Those that there are texts in. Sorted.
pub(super) static LANGUAGES: &[&str] = include!(concat!(env!("OUT_DIR"), "/languages.rs"));
/// Hashes of the scripts and of the styles in the document in which files are looked at, as a
/// policy names them.
pub(super) static PREVIEW_HASHES: (&str, &str) = include!(concat!(env!("OUT_DIR"), "/preview.rs"));

/// The file of this path, which has no slash at its beginning.
pub(super) fn find(path: &str) -> Option<&'static File> {
    FILES.binary_search_by(|file| file.path.cmp(path)).ok().map(|at| &FILES[at])
}

/// Whether the browser modules were built before this server was.
pub(super) fn have_modules() -> bool {
    FILES.iter().any(|file| file.path.starts_with("wasm/"))
}

impl File {
    /// The form that the client likes best, and the smallest of those that it likes equally; if it
    /// takes none, nothing.
    pub(super) fn form(&self, accepted: &Codings) -> Option<(Coding, &'static [u8])> {
        let forms = [(Coding::Identity, Some(self.plain)), (Coding::Gzip, self.gzip), (Coding::Brotli, self.brotli)];
        let forms = forms.into_iter().filter_map(|(coding, bytes)| Some((coding, bytes?)));
        forms.filter(|(coding, _)| accepted.weight(*coding) > 0).max_by_key(|(coding, bytes)| {
            // A client that says nothing of the plain form takes it, but rather a packed one.
            (accepted.weight(*coding), std::cmp::Reverse(bytes.len()))
        })
    }

    /// The header that names the texts of this page in a language.
    pub(super) fn texts(&self, language: &str) -> Option<&'static str> {
        self.texts.iter().find(|(known, _)| *known == language).map(|(_, header)| *header)
    }
}
