#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;

#[test]
fn the_name_decides_what_is_offered() {
    for (name, kind) in [
        ("a.TXT", Some(Kind::Text)),
        ("page.html", Some(Kind::Text)),
        ("Makefile", Some(Kind::Text)),
        ("a.txt.svg", Some(Kind::Image)),
        ("photo.JPG", Some(Kind::Image)),
        ("a.flac", Some(Kind::Audio)),
        ("a.mov", Some(Kind::Video)),
        ("a.pdf", Some(Kind::Pdf)),
        ("a.exe", None),
        ("", None),
        ("a.", None),
    ] {
        assert_eq!(Kind::of(name, 9), kind, "{name}");
    }
    assert_eq!(Kind::of("empty.txt", 0), None);
    assert_eq!(Kind::of("a.png", IMAGE_BYTES_MAX + 1), None);
    assert_eq!(Kind::of("scans.pdf", PDF_BYTES_MAX + 1), None);
    assert_eq!(Kind::of("week.mp4", 1 << 40), Some(Kind::Video), "played piece by piece");
    assert_eq!(Kind::of("long.log", 1 << 40), Some(Kind::Text));
    assert!(is_readme("README.md", 5) && is_readme("ReadMe", 5));
    assert!(!is_readme("docs/README.md", 5) && !is_readme("README.html", 5) && !is_readme("readme.md", 1 << 30));
}

#[test]
fn the_bytes_decide_what_is_shown() {
    let html = b"<!doctype html><script>alert(1)</script>";
    for kind in [Kind::Image, Kind::Audio, Kind::Video, Kind::Text] {
        assert_eq!(media_type(kind, html), Err(PreviewError::OtherKind));
        assert_eq!(media_type(kind, b""), Err(PreviewError::OtherKind));
        assert_eq!(media_type(kind, b"%PDF-1.7"), Err(PreviewError::OtherKind));
    }
    // A picture under the name of another kind is that picture; under the name of a film it is
    // nothing.
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x08\0\0\0\x08\x08\x02\0\0\0";
    assert_eq!(media_type(Kind::Image, png), Ok("image/png"));
    assert_eq!(media_type(Kind::Video, png), Err(PreviewError::OtherKind));
    for (kind, bytes, media) in [
        (Kind::Audio, &b"ID3\x04"[..], "audio/mpeg"),
        (Kind::Audio, b"\xff\xfb\x90\x44", "audio/mpeg"),
        (Kind::Audio, b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (Kind::Audio, b"OggS", "audio/ogg"),
        (Kind::Pdf, b"%PDF-1.7", "application/pdf"),
        (Kind::Pdf, b"HTTP/1.1 200 OK\r\n\r\n%PDF-1.4", "application/pdf"),
        (Kind::Video, b"OggS", "video/ogg"),
        (Kind::Video, b"\0\0\0\x18ftypisom", "video/mp4"),
        (Kind::Video, b"\x1a\x45\xdf\xa3\x01\0\0\0\0\0\0\x1f\x42\x82\x84webm", "video/webm"),
    ] {
        assert_eq!(media_type(kind, bytes), Ok(media));
    }
    assert!(media_type(Kind::Pdf, html).is_err() && media_type(Kind::Pdf, b"%!PS-Adobe").is_err());
    // Matroska that is not WebM, and what only begins like a frame of MPEG.
    assert!(media_type(Kind::Video, b"\x1a\x45\xdf\xa3\x42\x82\x88matroska").is_err());
    assert!(media_type(Kind::Audio, b"\xff\xff\xff\xff").is_err());
}

#[test]
fn pictures_that_would_fill_the_memory_are_not_shown() {
    let png = |across: u32, down: u32| {
        [b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".as_slice(), &across.to_be_bytes(), &down.to_be_bytes()].concat()
    };
    assert_eq!(media_type(Kind::Image, &png(8192, 8192)), Ok("image/png"));
    for (across, down) in [(50_000, 50_000), (u32::MAX, u32::MAX), (20_001, 1), (8192, 8193), (0, 5)] {
        assert_eq!(media_type(Kind::Image, &png(across, down)), Err(PreviewError::TooLarge), "{across} x {down}");
    }
    let mut svg = b"<svg xmlns='http://www.w3.org/2000/svg'>".to_vec();
    assert_eq!(media_type(Kind::Image, &svg), Ok("image/svg+xml"));
    svg.resize(SVG_BYTES_MAX + 1, b' ');
    assert_eq!(media_type(Kind::Image, &svg), Err(PreviewError::TooLarge));
}

#[test]
fn what_hides_in_a_text_is_shown() {
    let shown = visible_text;
    assert_eq!(shown("a\r\nb\tc\n"), "a\nb\tc\n");
    assert_eq!(shown("\x1b[2Jgone\x07\0\x7f\r"), "⟨U+001B⟩[2Jgone⟨U+0007⟩⟨U+0000⟩⟨U+007F⟩⟨U+000D⟩");
    assert_eq!(shown("harmless\u{202e}txt.exe\u{202c}"), "harmless⟨U+202E⟩txt.exe⟨U+202C⟩");
    assert_eq!(shown("\u{feff}a\u{200b}b\u{feff}\u{9b}\u{e0041}"), "a⟨U+200B⟩b⟨U+FEFF⟩⟨U+009B⟩⟨U+E0041⟩");
    assert_eq!(shown("👩‍👩‍👧‍👦 क्‍ष שלום"), "👩‍👩‍👧‍👦 क्‍ष שלום");
    assert_eq!(shown("<script>alert(1)</script>"), "<script>alert(1)</script>");
}

#[test]
fn unicode_is_known_for_certain_and_other_things_are_none() {
    let utf_16 = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let cut = "abc\u{fc}".as_bytes().split_last().unwrap().1;
    for (bytes, label) in [
        (&b"plain"[..], "utf-8"),
        (b"", "utf-8"),
        ("\u{feff}Gr\u{fc}\u{df}e, \u{65e5}\u{672c}\u{8a9e}".as_bytes(), "utf-8"),
        (b"a tool wrote \x1b[31mred\x1b[0m and a \0", "utf-8"),
        (b"\xff\xfeg\0r\0\xfc\0", "utf-16le"),
        (b"\xfe\xff\0g\xd8\0", "utf-16be"),
        (&utf_16("line one\r\ngr\u{fc}\u{df}e \u{65e5}\u{672c}", u16::to_le_bytes), "utf-16le"),
        (&utf_16("line one\r\ngr\u{fc}\u{df}e \u{65e5}\u{672c}", u16::to_be_bytes), "utf-16be"),
    ] {
        assert_eq!(text_encoding(bytes, false), Ok(Some(label)), "{bytes:?}");
    }
    assert_eq!(text_encoding(cut, true), Ok(Some("utf-8")));
    for (bytes, what) in [
        (cut, "cut, although it is whole"),
        (b"gr\xfc\xdfe \x80", "Windows-1252"),
        (b"\x93\xfa\x96{\x8c\xea\r\n", "Shift_JIS"),
        (b"\xcf\xf0\xe8\xe2\xe5\xf2", "Windows-1251"),
        (b"\x1b$BF|K\\8l\x1b(B\n", "ISO-2022-JP"),
    ] {
        assert_eq!(text_encoding(bytes, false), Ok(None), "{what}");
    }
    let program = b"\x7fELF\x02\x01\x01\0\0\0\0\0\xfe\xff\x03\0>\0\x01\0\0\0\xc0";
    let noise: Vec<u8> = (0..4096_u32).map(|i| (i.wrapping_mul(i ^ 0x9e37_79b9) >> 13) as u8).collect();
    for bytes in [&program[..], &noise, b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"] {
        assert_eq!(text_encoding(bytes, false), Err(PreviewError::OtherKind));
    }
}
