//! Names of files that are taken or too long.

use subrosa_shared::path::NAME_BYTES_MAX;

/// `name (2).txt` for the second attempt; the first is the name itself.
pub(crate) fn numbered(name: &str, attempt: u32) -> String {
    if attempt == 1 {
        return name.to_owned();
    }
    let (stem, extension) = split_extension(name);
    let suffix = format!(" ({attempt}){extension}");
    format!("{}{suffix}", cut(stem, NAME_BYTES_MAX - suffix.len()))
}

/// Cuts a name to a length in bytes and keeps its extension.
pub(crate) fn shortened(name: &str, bytes_max: usize) -> String {
    if name.len() <= bytes_max {
        return name.to_owned();
    }
    let (stem, extension) = split_extension(name);
    format!("{}{extension}", cut(stem, bytes_max - extension.len()))
}

/// Splits at the last point, if what follows can be an extension.
fn split_extension(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(at) if at > 0 && name.len() - at <= 32 => name.split_at(at),
        _ => (name, ""),
    }
}

fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}
