//! For the page *receive*.

use wasm_bindgen::prelude::*;

use super::holder::holder_methods;
use super::{Thrown, id, json, password, rng, sealed};
use crate::held::OutOfOrder;
use crate::plan::Wanted;
use crate::preview::{self, Kind, PreviewError};
use crate::recipient::{self, ReceiveError};
use crate::zip::{self, ZipError};

/// The recipient's side. See [`recipient::Recipient`].
#[wasm_bindgen]
pub struct Recipient(recipient::Recipient);

holder_methods!(Recipient);

#[wasm_bindgen]
impl Recipient {
    /// Finds the link in a text.
    ///
    /// # Errors
    /// `no-link`, `damaged`, `other-kind`.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Self, JsValue> {
        Ok(Self(recipient::Recipient::from_text(text).map_err(Thrown::from)?))
    }

    /// Takes `share` and `view_wrap` of the answer to opening.
    ///
    /// # Errors
    /// `answer`, `altered-manifest`.
    pub fn opened(&mut self, share: &str, view_wrap: &str) -> Result<(), JsValue> {
        Ok(self.0.opened(id(share)?, &sealed(view_wrap)?).map_err(Thrown::from)?)
    }

    /// Takes the sealed manifest; answers [`recipient::Listing`] in JSON.
    ///
    /// # Errors
    /// `altered-manifest`.
    #[wasm_bindgen(js_name = readManifest)]
    pub fn read_manifest(&mut self, sealed: &[u8]) -> Result<String, JsValue> {
        Ok(json(&self.0.read_manifest(sealed).map_err(Thrown::from)?))
    }

    /// Takes `content_wrap` of the granted lease; answers the grant for workers, to be wiped by
    /// them.
    ///
    /// # Errors
    /// `answer`, `altered-manifest`.
    pub fn granted(&self, content_wrap: &str) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.granted(&sealed(content_wrap)?).map_err(Thrown::from)?.to_grant().to_vec())
    }

    /// What to fetch for one entry of the list, for a folder, or for everything:
    /// [`SavePlan`](crate::plan::SavePlan) in JSON.
    ///
    /// # Errors
    /// `no-such-file`, `out-of-order`.
    #[wasm_bindgen(js_name = savePlan)]
    pub fn save_plan(&self, entry: Option<usize>, folder: Option<usize>) -> Result<String, JsValue> {
        let wanted = match (entry, folder) {
            (Some(entry), _) => Wanted::Entry(entry),
            (None, Some(folder)) => Wanted::Folder(folder),
            (None, None) => Wanted::Everything,
        };
        Ok(json(&self.0.save_plan(wanted).map_err(Thrown::from)?))
    }

    /// What to fetch to look at an entry: [`PreviewPlan`](crate::plan::PreviewPlan) in JSON.
    ///
    /// # Errors
    /// `no-such-file`, `out-of-order`.
    #[wasm_bindgen(js_name = previewPlan)]
    pub fn preview_plan(&self, entry: usize) -> Result<String, JsValue> {
        Ok(json(&self.0.preview_plan(entry).map_err(Thrown::from)?))
    }

    /// What to fetch to play an entry from a byte on: [`Block`](crate::plan::Block) in JSON.
    ///
    /// # Errors
    /// `no-such-file`, `out-of-order`.
    pub fn block(&self, entry: usize, at: f64) -> Result<String, JsValue> {
        Ok(json(&self.0.block(entry, at as u64).map_err(Thrown::from)?))
    }

    /// Entries whose path has a text in it: [`tree::Found`](crate::tree::Found) in JSON.
    ///
    /// # Errors
    /// `out-of-order`.
    pub fn find(&mut self, text: &str, at_most: usize) -> Result<String, JsValue> {
        Ok(json(&self.0.find(text, at_most).map_err(Thrown::from)?))
    }

    /// Begins the archive of everything, or of a folder.
    ///
    /// # Errors
    /// `no-such-file`, `out-of-order`.
    pub fn archive(&self, folder: Option<usize>) -> Result<ZipStream, JsValue> {
        Ok(ZipStream(self.0.archive(folder, offset_at).map_err(Thrown::from)?))
    }
}

/// Minutes between the browser's local time and UTC at a moment.
fn offset_at(millis: u64) -> i32 {
    -js_sys::Date::new(&JsValue::from_f64(millis as f64)).get_timezone_offset() as i32
}

/// An archive in the making. See [`zip::ZipStream`].
#[wasm_bindgen]
pub struct ZipStream(zip::ZipStream);

#[wasm_bindgen]
impl ZipStream {
    /// Puts content in, takes bytes of the archive out.
    ///
    /// # Errors
    /// `zip`.
    pub fn push(&mut self, content: &[u8]) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.push(content).map_err(Thrown::from)?)
    }

    /// Ends the archive.
    ///
    /// # Errors
    /// `zip`.
    pub fn finish(self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.finish().map_err(Thrown::from)?)
    }
}

/// The MIME type as which a picture, sound or film is shown: [`preview::media_type`]. All bytes of
/// a picture, the first ones of the others.
///
/// # Errors
/// `other-content`, `too-large`.
#[wasm_bindgen(js_name = mediaType)]
pub fn media_type(kind: &str, bytes: &[u8]) -> Result<String, JsValue> {
    let kind = Kind::from_name(kind).ok_or_else(|| Thrown::new("given", "no kind of preview"))?;
    Ok(preview::media_type(kind, bytes).map_err(Thrown::from)?.to_owned())
}

/// The encoding of a text, by its name for browsers; empty if it is not Unicode:
/// [`preview::text_encoding`].
///
/// # Errors
/// `other-content`.
#[wasm_bindgen(js_name = textEncoding)]
pub fn text_encoding(bytes: &[u8], is_cut: bool) -> Result<String, JsValue> {
    Ok(preview::text_encoding(bytes, is_cut).map_err(Thrown::from)?.unwrap_or_default().to_owned())
}

/// A text with nothing hidden in it: [`preview::visible_text`].
#[wasm_bindgen(js_name = visibleText)]
#[must_use]
pub fn visible_text(text: &str) -> String {
    preview::visible_text(text)
}

impl From<ReceiveError> for Thrown {
    fn from(error: ReceiveError) -> Self {
        let variant = match &error {
            ReceiveError::Token(error) => return (*error).into(),
            ReceiveError::OutOfOrder(_) => "out-of-order",
            ReceiveError::Answer => "answer",
            ReceiveError::Wrap(_) | ReceiveError::OtherManifest | ReceiveError::Manifest(_) => "altered-manifest",
            ReceiveError::NoSuchFile => "no-such-file",
        };
        Self::new(variant, error)
    }
}

impl From<OutOfOrder> for Thrown {
    fn from(error: OutOfOrder) -> Self {
        Self::new("out-of-order", error)
    }
}

impl From<ZipError> for Thrown {
    fn from(error: ZipError) -> Self {
        Self::new("zip", error)
    }
}

impl From<PreviewError> for Thrown {
    fn from(error: PreviewError) -> Self {
        let variant = match error {
            PreviewError::OtherKind => "other-content",
            PreviewError::TooLarge => "too-large",
        };
        Self::new(variant, error)
    }
}
