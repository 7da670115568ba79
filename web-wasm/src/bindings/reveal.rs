//! For the page *reveal*.

use subrosa_shared::secret::PushOwnerSecret;
use wasm_bindgen::prelude::*;

use super::{Thrown, id, json, password, rng, sealed};
use crate::push_reader::{self, RevealError};

/// The recipient's side of a push. See [`push_reader::PushReader`].
#[wasm_bindgen]
pub struct PushReader(push_reader::PushReader);

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

    /// The link's id.
    #[wasm_bindgen(js_name = linkId)]
    #[must_use]
    pub fn link_id(&self) -> String {
        self.0.link_id().to_string()
    }

    /// For the link's header.
    #[wasm_bindgen(js_name = linkProof)]
    #[must_use]
    pub fn link_proof(&self) -> String {
        self.0.link_proof().to_string()
    }

    /// The token in its clean form.
    #[must_use]
    pub fn token(&self) -> String {
        self.0.token().to_string()
    }

    /// Takes `face` of the answer to looking: [`push_reader::Looked`] in JSON.
    ///
    /// # Errors
    /// `answer`, `altered-push`.
    pub fn looked(&mut self, face: &str) -> Result<String, JsValue> {
        Ok(json(&self.0.looked(&sealed(face)?).map_err(Thrown::from)?))
    }

    /// Derives what the passphrase gives; nothing typed is none.
    ///
    /// # Errors
    /// `password-too-long`.
    pub fn unlock(&mut self, typed: &str) -> Result<(), JsValue> {
        self.0.unlock(password(typed)?.as_ref());
        Ok(())
    }

    /// Draws the device's secret or takes the kept one; answers its text, to be kept after
    /// revealing.
    pub fn identify(&mut self, kept: Option<String>) -> String {
        self.0.held.identify(kept.as_deref(), &mut rng()).to_string()
    }

    /// For the header of calls that need link and passphrase.
    ///
    /// # Errors
    /// `out-of-order`.
    #[wasm_bindgen(js_name = openProof)]
    pub fn open_proof(&self) -> Result<String, JsValue> {
        Ok(self.0.open_proof().map_err(Thrown::from)?.to_string())
    }

    /// For the header that says which device this is.
    #[wasm_bindgen(js_name = deviceProof)]
    #[must_use]
    pub fn device_proof(&self) -> Option<String> {
        self.0.held.device_proof().map(|proof| proof.to_string())
    }

    /// Draws the lease's secret or takes the kept one; answers its text, to be kept before
    /// revealing is asked for.
    #[wasm_bindgen(js_name = holdLease)]
    pub fn hold_lease(&mut self, kept: Option<String>) -> String {
        self.0.held.hold_lease(kept.as_deref(), &mut rng()).to_string()
    }

    /// For the header of calls under the lease.
    ///
    /// # Errors
    /// `out-of-order`.
    #[wasm_bindgen(js_name = leaseProof)]
    pub fn lease_proof(&self) -> Result<String, JsValue> {
        Ok(self.0.held.lease_proof().map_err(Thrown::from)?.to_string())
    }

    /// The lease's id.
    ///
    /// # Errors
    /// `out-of-order`.
    #[wasm_bindgen(js_name = leaseId)]
    pub fn lease_id(&self) -> Result<String, JsValue> {
        Ok(self.0.held.lease_id().map_err(Thrown::from)?.to_string())
    }

    /// Body of the call that reveals.
    ///
    /// # Errors
    /// `out-of-order`.
    #[wasm_bindgen(js_name = requestLease)]
    pub fn request_lease(&self) -> Result<String, JsValue> {
        Ok(json(&self.0.held.request_lease().map_err(Thrown::from)?))
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

    /// Body of the call that says "I have it".
    ///
    /// # Errors
    /// `out-of-order`.
    #[wasm_bindgen(js_name = finishLease)]
    pub fn finish_lease(&self) -> Result<String, JsValue> {
        Ok(json(&self.0.finish_lease().map_err(Thrown::from)?))
    }

    /// Wipes the contents of the fields.
    pub fn forget(&mut self) {
        self.0.forget();
    }
}

/// Whether a text has the link of a push's owner: another page opens it.
#[wasm_bindgen(js_name = isPushOwner)]
#[must_use]
pub fn is_push_owner(text: &str) -> bool {
    PushOwnerSecret::from_text(text).is_ok()
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
