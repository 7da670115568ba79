//! What the recipient's sides of shares and of pushes have in common. `wasm_bindgen` takes neither
//! traits nor generic types, so a macro writes the same methods for both.

/// Methods of a link that is held. The type wraps one with the field `held`.
macro_rules! holder_methods {
    ($Side:ident) => {
        #[wasm_bindgen]
        impl $Side {
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

            /// Derives what the password gives; nothing typed is no password.
            ///
            /// # Errors
            /// `password-too-long`.
            pub fn unlock(&mut self, typed: &str) -> Result<(), JsValue> {
                self.0.unlock(password(typed)?.as_ref());
                Ok(())
            }

            /// For the header of calls that need link and password.
            ///
            /// # Errors
            /// `out-of-order`.
            #[wasm_bindgen(js_name = openProof)]
            pub fn open_proof(&self) -> Result<String, JsValue> {
                Ok(self.0.open_proof().map_err(Thrown::from)?.to_string())
            }

            /// Draws the device's secret or takes the kept one; answers its text, to be kept once
            /// the password is known to be right.
            pub fn identify(&mut self, kept: Option<String>) -> String {
                self.0.held.identify(kept.as_deref(), &mut rng()).to_string()
            }

            /// For the header that says which device this is.
            #[wasm_bindgen(js_name = deviceProof)]
            #[must_use]
            pub fn device_proof(&self) -> Option<String> {
                self.0.held.device_proof().map(|proof| proof.to_string())
            }

            /// Draws the lease's secret or takes the kept one; answers its text, to be kept before
            /// the lease is asked for.
            #[wasm_bindgen(js_name = holdLease)]
            pub fn hold_lease(&mut self, kept: Option<String>) -> String {
                self.0.held.hold_lease(kept.as_deref(), &mut rng()).to_string()
            }

            /// Body of the call that asks for the lease.
            ///
            /// # Errors
            /// `out-of-order`.
            #[wasm_bindgen(js_name = requestLease)]
            pub fn request_lease(&self) -> Result<String, JsValue> {
                Ok(json(&self.0.held.request_lease().map_err(Thrown::from)?))
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

            /// Body of the call that ends the lease: it is saved, or noted.
            ///
            /// # Errors
            /// `out-of-order`.
            #[wasm_bindgen(js_name = finishLease)]
            pub fn finish_lease(&self) -> Result<String, JsValue> {
                Ok(json(&self.0.finish_lease().map_err(Thrown::from)?))
            }
        }
    };
}
pub(super) use holder_methods;
