//! For the page *reveal*.

use wasm_bindgen::prelude::*;

use super::holder::holder_methods;
use super::{Thrown, id, json, password, rng, sealed};
use crate::push_reader::{self, RevealError};

/// The recipient's side of a push. See [`push_reader::PushReader`].
#[wasm_bindgen]
pub struct PushReader(push_reader::PushReader);

holder_methods!(PushReader);

#[wasm_bindgen]
impl PushReader {
    /// Finds the link in a text.
    ///
    /// # Errors
    /// `no-link`, `damaged`, `other-kind`.
    #[wasm_bindgen(constructor)]
    pub fn new(text: &str) -> Result<Self, JsValue> {
        Ok(Self(push_reader::PushReader::from_text(text).map_err(Thrown::from)?))
    }

    /// Takes `face` of the answer to looking: [`push_reader::Looked`] in JSON.
    ///
    /// # Errors
    /// `answer`, `altered-push`.
    pub fn looked(&mut self, face: &str) -> Result<String, JsValue> {
        Ok(json(&self.0.looked(&sealed(face)?).map_err(Thrown::from)?))
    }

    /// Takes `lease` and `payload` of the answer to revealing: [`push_reader::Revealed`] in JSON,
    /// without the contents of the fields.
    ///
    /// # Errors
    /// `answer`, `altered-push`, `out-of-order`.
    pub fn revealed(&mut self, lease: &str, payload: &str) -> Result<String, JsValue> {
        Ok(json(&self.0.revealed(id(lease)?, &sealed(payload)?).map_err(Thrown::from)?))
    }

    /// The contents of a field, to be shown or copied.
    ///
    /// # Errors
    /// `no-such-field`.
    pub fn field(&self, name: &str) -> Result<String, JsValue> {
        Ok(self.0.field(name).map_err(Thrown::from)?.to_owned())
    }

    /// Wipes the contents of the fields.
    pub fn forget(&mut self) {
        self.0.forget();
    }
}

impl From<RevealError> for Thrown {
    fn from(error: RevealError) -> Self {
        let variant = match error {
            RevealError::OutOfOrder(_) => "out-of-order",
            RevealError::Answer => "answer",
            RevealError::Altered => "altered-push",
            RevealError::NoSuchField => "no-such-field",
        };
        Self::new(variant, error)
    }
}
