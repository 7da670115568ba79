//! Previews: only types that are on the list are shown, a picture is no larger than it says, by
//! another reader's word, and a text that is shown hides nothing.

use imagesize::ImageType;
use subrosa_shared::path::is_confusing;
use subrosa_web::picture::Picture;
use subrosa_web::preview::{Kind, PreviewError, is_readme, media_type, text_encoding, visible_text};

const KINDS: [Kind; 5] = [Kind::Text, Kind::Image, Kind::Audio, Kind::Video, Kind::Pdf];
/// Types that the frame may be given, by how they are shown.
const SHOWN: &[(Kind, &[&str])] = &[
    (Kind::Image, &["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"]),
    (Kind::Audio, &["audio/mp4", "audio/webm", "audio/ogg", "audio/flac", "audio/wav", "audio/mpeg"]),
    (Kind::Video, &["video/mp4", "video/webm", "video/ogg"]),
    (Kind::Pdf, &["application/pdf"]),
];
const PIXELS_MAX: u64 = 64 * 1024 * 1024;
const SIDE_MAX: u64 = 20_000;

pub(crate) fn check(input: &[u8]) {
    for kind in KINDS {
        if let Ok(shown) = media_type(kind, input) {
            let list = SHOWN.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, list)| list);
            assert!(list.contains(&shown), "{shown} as {kind:?}");
            assert!(!input.is_empty());
        }
    }
    picture(input);
    text(input, false);
    text(input, true);
    offered(input);
}

/// What is shown as a picture needs no more memory than is allowed, by the word of another reader
/// of its headers.
fn picture(input: &[u8]) {
    let shown = media_type(Kind::Image, input);
    let read = Picture::read(input);
    assert_eq!(shown == Err(PreviewError::OtherKind), read.is_none());
    let Ok(shown) = shown else { return };
    if shown == "image/svg+xml" {
        let markup = std::str::from_utf8(input).expect("markup is UTF-8").to_ascii_lowercase();
        assert!(markup.contains("<svg") && !markup.contains("<!entity"));
        return;
    }
    let theirs = match imagesize::image_type(input) {
        Ok(ImageType::Png) => "image/png",
        Ok(ImageType::Jpeg) => "image/jpeg",
        Ok(ImageType::Gif) => "image/gif",
        Ok(ImageType::Webp) => "image/webp",
        _ => return,
    };
    assert_eq!(shown, theirs);
    if let Ok(size) = imagesize::blob_size(input) {
        // The upper two bits are no part of these sizes (RFC 6386, section 9.1), which this reader
        // does not know.
        let is_vp8 = input.get(12..16) == Some(b"VP8 ");
        let mask = if is_vp8 && shown == "image/webp" { 0x3fff } else { u64::MAX };
        let (across, down) = (size.width as u64 & mask, size.height as u64 & mask);
        assert!(across.max(down) <= SIDE_MAX && across * down <= PIXELS_MAX, "{shown} of {across} x {down}");
    }
}

/// Nothing in a shown text hides, turns the direction, or ends a line unseen; and what is shown,
/// shown again, is the same.
fn text(input: &[u8], is_cut: bool) {
    let Ok(known) = text_encoding(input, is_cut) else {
        assert!(std::str::from_utf8(input).is_err() || input.contains(&0x1b), "text is refused");
        return;
    };
    assert!(matches!(known, None | Some("utf-8" | "utf-16le" | "utf-16be")));
    let shown = visible_text(&String::from_utf8_lossy(input));
    let plain = |c: char| matches!(c, '\n' | '\t');
    let hidden =
        shown.chars().find(|c| !plain(*c) && (is_confusing(*c) || matches!(c, '\u{200b}' | '\u{feff}' | '\u{ad}')));
    assert_eq!(hidden, None);
    assert!(shown.len() <= input.len() * 14, "a short text becomes a long one");
    assert_eq!(visible_text(&shown), shown);
}

/// The input as a name and a size.
fn offered(input: &[u8]) {
    let (size, name) = input.split_at(input.len().min(8));
    let size = size.iter().fold(0, |size, byte| size << 8 | u64::from(*byte));
    let name = String::from_utf8_lossy(name);
    let kind = Kind::of(&name, size);
    assert_eq!(Kind::of(&name.to_ascii_uppercase(), size), kind, "case");
    assert_eq!(Kind::of(&name, 0), None, "there is nothing in it");
    if let Some(kind) = kind {
        let written = serde_json::to_value(kind).expect("a kind has a name");
        assert_eq!(written.as_str().and_then(Kind::from_name), Some(kind));
    }
    if is_readme(&name, size) {
        assert!(!name.contains('/') && size > 0);
    }
}
