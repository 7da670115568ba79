//! Paths of files and folders in a manifest. A path from a manifest is hostile until it is parsed
//! into [`EntryPath`], which only holds safe ones. PROTOCOL.md section 7.2.

use subrosa_unicode::{lower_case, nfc, nfd, upper_case};

/// Longest path, in bytes of UTF-8.
pub const PATH_BYTES_MAX: usize = 4096;
/// Longest name in a path, in bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 255;
/// Most names in a path.
pub const DEPTH_MAX: usize = 64;

/// Why a path is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PathError {
    /// Nothing, or nothing between two slashes, or a slash at either end.
    #[error("a name in the path is empty, or the path is absolute")]
    EmptyName,
    /// `.` or `..`.
    #[error("the path has a relative step")]
    RelativeStep,
    /// NUL, line breaks and other control characters.
    #[error("a name has a control character")]
    ControlCharacter,
    /// Characters that change the direction of text, and so make a name look like another.
    #[error("a name has a character that changes the direction of text")]
    BidiControl,
    /// A name exceeds [`NAME_BYTES_MAX`].
    #[error("a name is too long")]
    NameTooLong,
    /// The path exceeds [`PATH_BYTES_MAX`].
    #[error("the path is too long")]
    TooLong,
    /// The path exceeds [`DEPTH_MAX`].
    #[error("the path is too deep")]
    TooDeep,
}

/// A relative path, `/` between its names, that is safe to show and to create below a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryPath(String);

impl EntryPath {
    /// Reads a path.
    ///
    /// # Errors
    /// The path is not one that a manifest may have. It is refused, never repaired.
    pub fn parse(path: &str) -> Result<Self, PathError> {
        if path.len() > PATH_BYTES_MAX {
            return Err(PathError::TooLong);
        }
        if path.split('/').count() > DEPTH_MAX {
            return Err(PathError::TooDeep);
        }
        path.split('/').try_for_each(check_name)?;
        Ok(Self(path.to_owned()))
    }

    /// The path as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The names from the outermost folder to the entry's own.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('/')
    }

    /// The entry's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&*self.0, |(_, name)| name)
    }

    /// The folders around the entry, outermost first.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }

    /// The path as it can be stored on every platform: see [`storable_name`]. Equal to
    /// [`Self::as_str`] for most.
    #[must_use]
    pub fn storable(&self) -> String {
        self.names().map(storable_name).collect::<Vec<_>>().join("/")
    }
}

impl std::fmt::Display for EntryPath {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

fn check_name(name: &str) -> Result<(), PathError> {
    match name {
        "" => Err(PathError::EmptyName),
        "." | ".." => Err(PathError::RelativeStep),
        _ if name.len() > NAME_BYTES_MAX => Err(PathError::NameTooLong),
        _ if name.chars().any(is_control) => Err(PathError::ControlCharacter),
        _ if name.chars().any(is_bidi_control) => Err(PathError::BidiControl),
        _ => Ok(()),
    }
}

/// Whether a character ends a line or changes the direction of text: what stands beside it looks
/// other than it is.
#[must_use]
pub fn is_confusing(c: char) -> bool {
    is_control(c) || is_bidi_control(c)
}

fn is_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Unicode's property `Bidi_Control`.
fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What two paths have in common if a file system that ignores case or normalization takes them for
/// the same, or a person who sees them.
///
/// Without characters that show nothing, then NFD, lower case, upper case, lower case, NFC. NFD
/// first, because the iota below a Greek vowel becomes a letter in upper case, and has to come
/// after all marks (Unicode Standard, D145). By way of upper case, so that `ẞ`, `ß` and `ss` fall
/// together as they do in case folding.
#[must_use]
pub fn folded(path: &str) -> String {
    let shown = nfd(&path.replace(is_invisible, ""));
    nfc(&lower_case(&upper_case(&lower_case(&shown))))
}

/// Characters that show nothing by themselves: soft hyphen, zero-width characters, variation
/// selectors, tags.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
    )
}

/// A name that every platform can store: characters that Windows refuses become `_`, and so do dots
/// and spaces at the end; names of devices get a `_` in front.
#[must_use]
pub fn storable_name(name: &str) -> String {
    let mut storable: String = name
        .chars()
        .map(|c| match c {
            '\\' | '/' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '_',
            c if c.is_control() || is_bidi_control(c) => '_',
            c => c,
        })
        .collect();
    if is_device_name(&storable) {
        // A name that is as long as names may be has no room for one byte more.
        storable.truncate(storable.floor_char_boundary(NAME_BYTES_MAX - 1));
        storable.insert(0, '_');
    }
    let kept_len = storable.trim_end_matches(['.', ' ']).len();
    let cut = storable[kept_len..].chars().count();
    storable.truncate(kept_len);
    storable.extend(std::iter::repeat_n('_', cut));
    storable
}

/// Names that Windows keeps for devices, with any extension.
fn is_device_name(name: &str) -> bool {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem).trim_end_matches(' ').to_ascii_uppercase();
    let numbered = |stem: &str| {
        let rest = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
        rest.is_some_and(|rest| {
            matches!(rest, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || numbered(&stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn unsafe_paths_are_refused() {
        use PathError::{BidiControl, ControlCharacter, EmptyName, NameTooLong, RelativeStep, TooDeep, TooLong};
        let long_name = "x".repeat(256);
        let long_path = vec!["x".repeat(200); 21].join("/");
        let deep_path = vec!["x"; 65].join("/");
        for (path, error) in [
            ("", EmptyName),
            ("/etc/passwd", EmptyName),
            ("a//b", EmptyName),
            ("a/", EmptyName),
            ("..", RelativeStep),
            ("a/../b", RelativeStep),
            ("./a", RelativeStep),
            ("a\0b", ControlCharacter),
            ("a\nb", ControlCharacter),
            ("a\u{7f}", ControlCharacter),
            ("a\u{2028}b", ControlCharacter),
            ("invoice\u{202e}fdp.exe", BidiControl),
            ("a\u{2066}b", BidiControl),
            (&long_name, NameTooLong),
            (&long_path, TooLong),
            (&deep_path, TooDeep),
        ] {
            assert_eq!(EntryPath::parse(path), Err(error), "{path:?}");
        }
    }

    #[test]
    fn strange_but_safe_paths_are_taken() {
        let longest = "é".repeat(127) + "x";
        for path in
            ["a", "a/b/c.txt", "...", " ", "<img src=x onerror=alert(1)>", "日本語/한국어/عربى", "C:\\x", &longest]
        {
            assert_eq!(EntryPath::parse(path).unwrap().as_str(), path);
        }
    }

    #[test]
    fn names_that_a_platform_cannot_store_are_mapped() {
        for (name, storable) in [
            ("report.pdf", "report.pdf"),
            (".profile", ".profile"),
            ("a:b?.txt", "a_b_.txt"),
            ("..\\..\\x", ".._.._x"),
            ("con", "_con"),
            ("LPT1.txt", "_LPT1.txt"),
            ("trailing. .", "trailing___"),
            ("...", "___"),
        ] {
            assert_eq!(storable_name(name), storable, "{name}");
        }
        let longest = format!("con.{}", "x".repeat(NAME_BYTES_MAX - 4));
        assert_eq!(storable_name(&longest), format!("_{}", &longest[..NAME_BYTES_MAX - 1]));
    }

    #[test]
    fn folding_finds_names_that_only_look_different_to_some_file_systems() {
        assert_eq!(folded("CAFÉ"), folded("cafe\u{301}"));
        assert_eq!(folded("STRASSE"), folded("straße"));
        assert_eq!(folded("STRAẞE"), folded("straße"));
        assert_eq!(folded("ΟΔΟΣ"), folded("οδος"));
        assert_eq!(folded("\u{1fa2}\u{307}"), folded("\u{1f62}\u{307}\u{3b9}"));
        assert_eq!(folded("a\u{200b}.pdf"), folded("A\u{ad}.pdf"));
        assert_ne!(folded("a"), folded("b"));
    }

    proptest! {
        #[test]
        fn storable_names_are_storable(name in "\\PC{1,40}") {
            let storable = storable_name(&name);
            prop_assert!(!storable.is_empty());
            prop_assert_eq!(storable_name(&storable), storable.clone());
            let unstorable = ['\\', '/', ':', '*', '?', '"', '<', '>', '|'];
            prop_assert!(!storable.contains(unstorable) && !storable.ends_with(['.', ' ']));
        }
    }
}
