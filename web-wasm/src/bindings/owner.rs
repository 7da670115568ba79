//! What the sender's sides of shares and of pushes have in common; a macro, as for recipients.

/// What names a link that was sent, and proves whose it is.
macro_rules! owner_methods {
    ($Side:ident) => {
        #[wasm_bindgen]
        impl $Side {
            /// The link's id.
            #[wasm_bindgen(js_name = linkId)]
            #[must_use]
            pub fn link_id(&self) -> String {
                self.0.link_id().to_string()
            }

            /// For the owner's header.
            #[wasm_bindgen(js_name = ownerProof)]
            #[must_use]
            pub fn owner_proof(&self) -> String {
                self.0.owner_proof().to_string()
            }
        }

        impl Default for $Side {
            fn default() -> Self {
                Self::new()
            }
        }
    };
}
pub(super) use owner_methods;
