//! QR codes as a path for SVG: a page shows one without an image and without markup from a string.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};
use serde::Serialize;

/// Light modules around the code, as ISO/IEC 18004 asks for.
const QUIET_ZONE: i32 = 4;

/// A QR code.
#[derive(Debug, Serialize)]
pub struct QrPath {
    /// Side in modules, quiet zone included: the `viewBox` is `0 0 size size`.
    pub size: i32,
    /// The dark modules, for the attribute `d` of a `path`.
    pub path: String,
}

/// The text is longer than a QR code holds, which is 2,331 bytes.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the text is too long for a QR code")]
pub struct TooLong;

/// Makes the code of a text. Up to 15 % of it may be damaged, or more where that costs no size.
///
/// # Errors
/// The text is too long.
pub fn qr_path(text: &str) -> Result<QrPath, TooLong> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| TooLong)?;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let dark = (x..code.size()).take_while(|x| code.get_module(*x, y)).count() as i32;
            if dark > 0 {
                write!(path, "M{} {}h{dark}v1h-{dark}z", x + QUIET_ZONE, y + QUIET_ZONE)
                    .expect("a string takes what is written");
            }
            // What follows a dark run is light, or the end.
            x += dark + 1;
        }
    }
    Ok(QrPath { size: code.size() + 2 * QUIET_ZONE, path })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    /// Paints the path as a browser would, at `scale` pixels a module, and reads the code with
    /// another library.
    fn read(code: &QrPath, scale: usize) -> String {
        let side = code.size as usize;
        let mut dark = vec![false; side * side];
        for run in code.path.split_terminator('z') {
            let (at, run) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let (len, back) = run.split_once("v1h-").unwrap();
            assert_eq!(len, back, "the run is a closed rectangle");
            let from = y.parse::<usize>().unwrap() * side + x.parse::<usize>().unwrap();
            dark[from..][..len.parse().unwrap()].fill(true);
        }
        let pixel = |x: usize, y: usize| if dark[y / scale * side + x / scale] { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * scale, side * scale, pixel);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1, "one code is found");
        grids[0].decode().unwrap().1
    }

    #[test]
    fn another_library_reads_what_was_written() {
        let link = format!("https://push.example.org/p#{}", "aB3_-x".repeat(8));
        for text in [link.as_str(), "HELLO 123", "Grüße, 世界", &"x".repeat(600)] {
            let code = qr_path(text).unwrap();
            assert_eq!(read(&code, 4), text);
        }
    }

    #[test]
    fn four_light_modules_stand_around_the_code() {
        let code = qr_path("A").unwrap();
        assert_eq!(code.size, 21 + 8);
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "the corner mark begins inside the quiet zone");
        assert!(code.path.contains("M4 10h7"), "and is seven modules high");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(qr_path(&"x".repeat(2331)).is_ok());
        assert!(qr_path(&"x".repeat(2332)).is_err());
    }
}
