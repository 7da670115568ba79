//! What a picture is, by its first bytes, and how large it becomes when it is shown: read from its
//! headers, before anything decodes it. A file of a kilobyte can say that it is 50,000 pixels wide
//! and high.

/// A kind of picture that browsers show, and its size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// MIME type.
    pub media_type: &'static str,
    /// Width and height in pixels; `None` where it has none of its own.
    pub pixels: Option<(u32, u32)>,
}

impl Picture {
    /// Reads the headers of a whole file. `None` if it is none of the known kinds, or does not say
    /// how large it is.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (media_type, pixels) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            ("image/png", png(bytes)?)
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            ("image/jpeg", jpeg(bytes)?)
        } else if bytes.starts_with(b"GIF87a") || bytes.starts_with(b"GIF89a") {
            ("image/gif", gif(bytes)?)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            ("image/webp", webp(bytes)?)
        } else if bytes.get(4..8) == Some(b"ftyp") && is_avif(bytes) {
            ("image/avif", avif(bytes)?)
        } else {
            return is_svg(bytes).then_some(Self { media_type: "image/svg+xml", pixels: None });
        };
        Some(Self { media_type, pixels: Some(pixels) })
    }
}

fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    (bytes.get(12..16) == Some(b"IHDR")).then_some(())?;
    Some((u32_be(bytes, 16)?, u32_be(bytes, 20)?))
}

/// The largest frame header: a second one should not be there.
fn jpeg(bytes: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    let mut largest = None;
    loop {
        match (bytes.get(at), bytes.get(at + 1)) {
            // Fill bytes may stand before a marker.
            (Some(0xff), Some(0xff)) => at += 1,
            // Markers without content.
            (Some(0xff), Some(0x01 | 0xd0..=0xd8)) => at += 2,
            // Here the picture itself begins.
            (Some(0xff), Some(0xd9 | 0xda)) => return largest,
            (Some(0xff), Some(marker)) => {
                if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
                    largest = larger(largest, (u16_be(bytes, at + 7)?, u16_be(bytes, at + 5)?));
                }
                at += 2 + usize::try_from(u16_be(bytes, at + 2)?).ok()?;
            }
            _ => return largest,
        }
    }
}

/// The screen, or a frame that is larger than it.
fn gif(bytes: &[u8]) -> Option<(u32, u32)> {
    let table_len = |flags: u8| if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 7) + 1) };
    let mut largest = Some((u16_le(bytes, 6)?, u16_le(bytes, 8)?));
    let mut at = 13 + table_len(*bytes.get(10)?);
    loop {
        match bytes.get(at) {
            Some(0x21) => at = after_blocks(bytes, at + 2),
            Some(0x2c) => {
                let across = u16_le(bytes, at + 1)? + u16_le(bytes, at + 5)?;
                let down = u16_le(bytes, at + 3)? + u16_le(bytes, at + 7)?;
                largest = larger(largest, (across, down));
                at = after_blocks(bytes, at + 11 + table_len(*bytes.get(at + 9)?));
            }
            // The end, or what no decoder reads on from.
            _ => return largest,
        }
    }
}

fn after_blocks(bytes: &[u8], mut at: usize) -> usize {
    while let Some(len) = bytes.get(at).copied().filter(|len| *len > 0) {
        at += 1 + usize::from(len);
    }
    at + 1
}

fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    let u24 = |at| Some(u32::from(*bytes.get(at + 2)?) << 16 | u16_le(bytes, at)?);
    match bytes.get(12..16)? {
        b"VP8X" => Some((u24(24)? + 1, u24(27)? + 1)),
        b"VP8 " => Some((u16_le(bytes, 26)? & 0x3fff, u16_le(bytes, 28)? & 0x3fff)),
        b"VP8L" => {
            let packed = u16_le(bytes, 21)? | u16_le(bytes, 23)? << 16;
            Some(((packed & 0x3fff) + 1, (packed >> 14 & 0x3fff) + 1))
        }
        _ => None,
    }
}

fn is_avif(bytes: &[u8]) -> bool {
    let len = u32_be(bytes, 0).map_or(0, |len| (len as usize).min(256));
    bytes.get(8..len).is_some_and(|brands| brands.chunks_exact(4).any(|brand| brand == b"avif"))
}

/// The largest of all sizes in it: that of the whole, and those of the tiles that it is put
/// together from.
fn avif(bytes: &[u8]) -> Option<(u32, u32)> {
    // The boxes that say sizes stand before the picture; deeper in, the same letters are chance.
    let head = &bytes[..bytes.len().min(1 << 20)];
    let found = (0..head.len().saturating_sub(16)).filter(|at| &head[*at..*at + 4] == b"ispe");
    found.fold(None, |largest, at| match (u32_be(head, at + 8), u32_be(head, at + 12)) {
        (Some(across), Some(down)) => larger(largest, (across, down)),
        _ => largest,
    })
}

/// Markup that begins as SVG does. Own entities can grow without end, and no picture needs them.
fn is_svg(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let head: String = text.chars().take(4096).collect::<String>().to_ascii_lowercase();
    let begins = ["<svg", "<?xml", "<!--", "<!doctype svg"].iter().any(|begin| head.starts_with(begin));
    begins && head.contains("<svg") && !text.to_ascii_lowercase().contains("<!entity")
}

/// Each side's larger one: what has to fit is the box around both.
fn larger(one: Option<(u32, u32)>, other: (u32, u32)) -> Option<(u32, u32)> {
    let (across, down) = one.unwrap_or_default();
    Some((across.max(other.0), down.max(other.1)))
}

fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u16_be(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?).into())
}

fn u16_le(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<(&'static str, Option<(u32, u32)>)> {
        Picture::read(bytes).map(|picture| (picture.media_type, picture.pixels))
    }

    #[test]
    fn sizes_are_read_before_anything_is_decoded() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xc3\x50\0\0\xc3\x50\x08\x02\0\0\0";
        assert_eq!(read(png), Some(("image/png", Some((50_000, 50_000)))));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x03x\xff\xc2\0\x0b\x08\x01\x02\x03\x04\x01\x01\x11\0\xff\xda\0\x02";
        assert_eq!(read(jpeg), Some(("image/jpeg", Some((0x304, 0x102)))));
        let gif =
            b"GIF89a\x02\0\x03\0\x80\0\0abcdef\x21\xf9\x04\0\0\0\0\0\x2c\x05\0\0\0\x10\x27\x01\0\0\x02\x01x\0\x3b";
        assert_eq!(read(gif), Some(("image/gif", Some((10_005, 3)))));
        let webp = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\x01\0\x0f\0\0";
        assert_eq!(read(webp), Some(("image/webp", Some((512, 16)))));
        let webp = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xf0\0";
        assert_eq!(read(webp), Some(("image/webp", Some((320, 240)))));
        let avif = b"\0\0\0\x18ftypmif1\0\0\0\0avifmiaf\0\0\0\x14ispe\0\0\0\0\0\0\x03\x20\0\0\x02\x58\
                     \0\0\0\x14ispe\0\0\0\0\0\0\0\x10\0\0\0\x10....";
        assert_eq!(read(avif), Some(("image/avif", Some((800, 600)))));
    }

    #[test]
    fn markup_is_a_picture_only_where_it_begins_as_one() {
        assert_eq!(read(b"<svg xmlns='x'></svg>"), Some(("image/svg+xml", None)));
        assert_eq!(read(b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a -->\n<SVG/>"), Some(("image/svg+xml", None)));
        assert_eq!(read(b"<!DOCTYPE html><svg></svg>"), None);
        assert_eq!(read(b"<html><svg></svg></html>"), None);
        assert_eq!(read(b"<?xml?><!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg>&a;</svg>"), None);
    }

    #[test]
    fn what_is_cut_or_something_else_is_no_picture() {
        for bytes in [
            &b""[..],
            b"\x89PNG\r\n\x1a\n",
            b"\xff\xd8\xff\xc0\0",
            b"GIF89a\x01",
            b"RIFF\0\0\0\0WEBPVP8X",
            b"%PDF-1.7",
            b"MZ",
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
        // Every cut of a picture is read without going beyond its end.
        let gif =
            b"GIF89a\x02\0\x03\0\x80\0\0abcdef\x21\xf9\x04\0\0\0\0\0\x2c\x05\0\0\0\x10\x27\x01\0\0\x02\x01x\0\x3b";
        for len in 0..gif.len() {
            read(&gif[..len]);
        }
    }
}
