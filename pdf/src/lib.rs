//! Pages of a PDF file as pictures: a thin face over the crate `hayro`, for a browser's worker.
//! Bytes in, pixels out. It knows nothing of shares and keys, and is loaded only when somebody
//! looks into such a file.
//!
//! A file that makes the parser panic, or run for ever, ends the worker and nothing else: see
//! `preview/pages.js`.
#![cfg(target_family = "wasm")]

use std::iter;

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings, render};
use wasm_bindgen::prelude::*;

/// Pages that are shown of a long document.
const PAGES_MAX: usize = 2_000;
/// Longest side of a picture, in pixels.
const SIDE_MAX: f32 = 4_096.0;
/// Most pixels of a picture: 32 MiB.
const PIXELS_MAX: f32 = 8.0 * 1024.0 * 1024.0;
/// Sides of a page that says nothing sensible, in points: A4.
const USUAL: (f32, f32) = (595.0, 842.0);

/// A document that is drawn page by page.
#[wasm_bindgen]
#[allow(missing_debug_implementations, reason = "nobody prints a document")]
pub struct Document {
    pdf: &'static Pdf,
    /// Fonts and glyphs that several pages share.
    cache: RenderCache<'static>,
}

#[wasm_bindgen]
impl Document {
    /// Reads a file.
    ///
    /// # Errors
    /// `unreadable`: it is none, is damaged beyond repair, or has a password.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>) -> Result<Self, JsValue> {
        let pdf = Pdf::new(bytes).map_err(|_| JsValue::from_str("unreadable"))?;
        // A worker shows one document and is ended with it: the cache may borrow from it for ever.
        Ok(Self { pdf: Box::leak(Box::new(pdf)), cache: RenderCache::new() })
    }

    /// Pages of the document, also those that are not shown.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.pdf.pages().len()
    }

    /// Width and height of each page that is shown, one after the other, in points.
    #[must_use]
    pub fn sizes(&self) -> Vec<f32> {
        let pages = self.pdf.pages().iter().take(PAGES_MAX);
        pages.map(|page| sensible(page.render_dimensions())).flat_map(|(width, height)| [width, height]).collect()
    }

    /// Draws a page about as wide as that, in pixels; less if it would be too large. Answers width
    /// and height, four bytes each, little endian, then red, green, blue and opacity of each pixel.
    ///
    /// # Errors
    /// `no-page`.
    pub fn draw(&self, index: usize, width_wanted: f32) -> Result<Vec<u8>, JsValue> {
        let page = self.pdf.pages().get(index).ok_or_else(|| JsValue::from_str("no-page"))?;
        let said = page.render_dimensions();
        let (width, height) = sensible(said);
        if said != (width, height) {
            return Err(JsValue::from_str("no-page"));
        }
        let bound = (SIDE_MAX / width.max(height)).min((PIXELS_MAX / (width * height)).sqrt());
        let scale = (width_wanted / width).min(bound).max(1.0 / width.min(height));
        let pixmap = render(
            page,
            &self.cache,
            &InterpreterSettings::default(),
            &RenderSettings::default(),
            &PixmapSettings { x_scale: scale, y_scale: scale, bg_color: WHITE },
        );
        let sides = [pixmap.width(), pixmap.height()].map(|side| u32::from(side).to_le_bytes());
        // On white, nothing is transparent: what is premultiplied is as it is.
        Ok(iter::once(sides.as_flattened()).chain([pixmap.data_as_u8_slice()]).flatten().copied().collect())
    }
}

/// The sides of a page, in points, or usual ones where the file says nonsense.
fn sensible((width, height): (f32, f32)) -> (f32, f32) {
    let is_sensible = |side: f32| (3.0..=20_000.0).contains(&side);
    if is_sensible(width) && is_sensible(height) && (0.01..=100.0).contains(&(width / height)) {
        (width, height)
    } else {
        USUAL
    }
}
