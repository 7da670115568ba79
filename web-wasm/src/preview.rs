//! What may be looked at on the page, and as what. The name decides what is offered; the bytes
//! decide what is shown. Nothing that the sender's system said about a file is believed, and what
//! is on no list is not shown.

use serde::Serialize;
use subrosa_shared::path::is_confusing;

use crate::picture::Picture;

/// How much of a text is shown, in bytes.
pub const TEXT_BYTES_MAX: u64 = 256 * 1024;
/// Largest picture that is shown, in bytes.
pub const IMAGE_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// Largest drawing: a small one can take long already.
pub const SVG_BYTES_MAX: usize = 1024 * 1024;
/// Largest PDF file whose pages are drawn, in bytes: a worker holds it whole.
pub const PDF_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Where the mark of a PDF file has to stand, in bytes: programs put other things before it.
const PDF_MARK_WITHIN: usize = 1024;
/// Longest readme that is offered first, in bytes.
const README_BYTES_MAX: u64 = 1024 * 1024;
/// Longest side of a picture, in pixels.
const SIDE_MAX: u32 = 20_000;
/// Most pixels of a picture: 256 MiB when it is decoded.
const PIXELS_MAX: u64 = 64 * 1024 * 1024;

const TEXTS: &str = "txt text md markdown log csv tsv json jsonl ndjson xml html htm xhtml css js mjs cjs ts tsx jsx py rs c h \
    cc cpp hpp java kt swift go rb php pl lua r sh bash zsh fish ps1 bat cmd ini cfg conf properties toml yaml yml sql tex \
    bib srt vtt diff patch asc pem pub eml ics vcf rst adoc org nfo readme license licence copying changelog authors makefile";
const IMAGES: &str = "png apng jpg jpeg jfif gif webp avif svg";
const SOUNDS: &str = "mp3 m4a oga ogg opus flac wav weba";
const FILMS: &str = "mp4 m4v mov webm ogv";

/// How something is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// As characters, whatever they mean.
    Text,
    /// As a picture.
    Image,
    /// As sound.
    Audio,
    /// As a film.
    Video,
    /// As pages, drawn one by one.
    Pdf,
}

impl Kind {
    /// What is offered for a file of that name and size in bytes, if anything.
    #[must_use]
    pub fn of(name: &str, size: u64) -> Option<Self> {
        let ending = name.rsplit('.').next().unwrap_or(name).to_ascii_lowercase();
        let among = |list: &str| list.split_ascii_whitespace().any(|known| known == ending);
        let (kind, bytes_max) = if among(TEXTS) {
            (Self::Text, u64::MAX)
        } else if among(IMAGES) {
            (Self::Image, IMAGE_BYTES_MAX)
        } else if among(SOUNDS) {
            (Self::Audio, u64::MAX)
        } else if among(FILMS) {
            (Self::Video, u64::MAX)
        } else if ending == "pdf" {
            (Self::Pdf, PDF_BYTES_MAX)
        } else {
            return None;
        };
        (1..=bytes_max).contains(&size).then_some(kind)
    }

    /// From its name in JSON.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            ("text", Self::Text),
            ("image", Self::Image),
            ("audio", Self::Audio),
            ("video", Self::Video),
            ("pdf", Self::Pdf),
        ]
        .into_iter()
        .find_map(|(known, kind)| (known == name).then_some(kind))
    }
}

/// Whether a path is what people read first.
#[must_use]
pub fn is_readme(path: &str, size: u64) -> bool {
    let names = ["readme", "readme.md", "readme.txt"];
    (1..=README_BYTES_MAX).contains(&size) && names.contains(&path.to_ascii_lowercase().as_str())
}

/// Why something is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreviewError {
    /// It is something else than its name says, or something that browsers do not show.
    #[error("not what its name says")]
    OtherKind,
    /// Shown, it would take too much memory or time.
    #[error("too large to be shown")]
    TooLarge,
}

/// The MIME type as which a picture, sound, film or document is shown, by its bytes: all of a
/// picture, the first ones of the others.
///
/// # Errors
/// It is something else, or too large.
pub fn media_type(kind: Kind, bytes: &[u8]) -> Result<&'static str, PreviewError> {
    match kind {
        Kind::Text => Err(PreviewError::OtherKind),
        Kind::Image => image_type(bytes),
        Kind::Audio => sound_type(bytes).ok_or(PreviewError::OtherKind),
        Kind::Video => film_type(bytes).ok_or(PreviewError::OtherKind),
        Kind::Pdf => {
            let head = &bytes[..bytes.len().min(PDF_MARK_WITHIN)];
            let is_pdf = head.windows(5).any(|word| word == b"%PDF-");
            if is_pdf { Ok("application/pdf") } else { Err(PreviewError::OtherKind) }
        }
    }
}

fn image_type(bytes: &[u8]) -> Result<&'static str, PreviewError> {
    let Picture { media_type, pixels } = Picture::read(bytes).ok_or(PreviewError::OtherKind)?;
    let fits = match pixels {
        Some((across, down)) => {
            across.max(down) <= SIDE_MAX && u64::from(across) * u64::from(down) <= PIXELS_MAX && across.min(down) > 0
        }
        None => bytes.len() <= SVG_BYTES_MAX,
    };
    if fits { Ok(media_type) } else { Err(PreviewError::TooLarge) }
}

fn sound_type(head: &[u8]) -> Option<&'static str> {
    match head {
        _ if is_mp4(head) => Some("audio/mp4"),
        _ if is_webm(head) => Some("audio/webm"),
        [b'O', b'g', b'g', b'S', ..] => Some("audio/ogg"),
        [b'f', b'L', b'a', b'C', ..] => Some("audio/flac"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some("audio/wav"),
        // MPEG layer III, with a tag or without.
        [b'I', b'D', b'3', ..] => Some("audio/mpeg"),
        [0xff, second, third, ..] if second & 0xe6 == 0xe2 && third >> 4 != 0xf => Some("audio/mpeg"),
        _ => None,
    }
}

fn film_type(head: &[u8]) -> Option<&'static str> {
    match head {
        _ if is_mp4(head) => Some("video/mp4"),
        _ if is_webm(head) => Some("video/webm"),
        [b'O', b'g', b'g', b'S', ..] => Some("video/ogg"),
        _ => None,
    }
}

fn is_mp4(head: &[u8]) -> bool {
    head.get(4..8) == Some(b"ftyp") && head.get(8..12) != Some(b"avif")
}

fn is_webm(head: &[u8]) -> bool {
    head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) && head[..head.len().min(64)].windows(4).any(|word| word == b"webm")
}

/// The encoding of a text, by its name for browsers, if it is certain: UTF-8, or UTF-16 with its
/// mark or with the zeros that plain letters have in it. `None` for a text in one of the many older
/// encodings, of which nothing in the bytes says which.
///
/// # Errors
/// It is no text.
pub fn text_encoding(bytes: &[u8], is_cut: bool) -> Result<Option<&'static str>, PreviewError> {
    match bytes {
        [0xff, 0xfe, ..] => return Ok(Some("utf-16le")),
        [0xfe, 0xff, ..] => return Ok(Some("utf-16be")),
        _ => {}
    }
    if let Some(label) = unmarked_utf_16(bytes) {
        return Ok(Some(label));
    }
    let is_utf_8 = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // The cut went through a character.
        Err(error) => is_cut && error.error_len().is_none(),
    };
    // Japanese mail of old is ASCII that switches between sets of characters.
    let switches = bytes.windows(3).any(|word| matches!(word, b"\x1b$B" | b"\x1b$@" | b"\x1b(J"));
    let controls = bytes.iter().filter(|byte| matches!(byte, 0..=6 | 0x0e..=0x1a | 0x1c..=0x1f)).count();
    match is_utf_8 {
        true if !switches => Ok(Some("utf-8")),
        _ if controls > bytes.len() / 64 || bytes.contains(&0) => Err(PreviewError::OtherKind),
        _ => Ok(None),
    }
}

/// UTF-16 without a mark, of a text with enough plain letters: every other byte is zero.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static str> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let zeros = |place: usize| pairs.iter().filter(|pair| pair[place] == 0).count();
    let is_so =
        |zero: usize, other: usize| pairs.len() >= 2 && zero * 10 >= pairs.len() * 4 && other * 50 <= pairs.len();
    match (zeros(0), zeros(1)) {
        (high, low) if is_so(low, high) => Some("utf-16le"),
        (high, low) if is_so(high, low) => Some("utf-16be"),
        _ => None,
    }
}

/// A text with nothing in it that hides, ends lines unseen, or turns the direction: such characters
/// are shown as what they are.
#[must_use]
pub fn visible_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\t' => shown.push(c),
            c if is_hidden(c) => shown.push_str(&format!("⟨U+{:04X}⟩", c as u32)),
            c => shown.push(c),
        }
    }
    shown
}

/// Characters that show nothing or change what stands beside them. Joiners stay: many scripts and
/// all families of emoji need them.
fn is_hidden(c: char) -> bool {
    is_confusing(c)
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{206a}'..='\u{206f}')
        || matches!(c, '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
#[path = "preview_tests.rs"]
mod tests;
