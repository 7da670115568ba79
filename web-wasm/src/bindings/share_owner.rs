//! For the pages of an owner who comes back.

use subrosa_shared::id::LinkId;
use wasm_bindgen::prelude::*;

use super::send::{Sender, content_number};
use super::{Thrown, given, json, password, rng};
use crate::sender::{LinkTerms, SendError};
use crate::share_owner;

/// The owner of a share who comes back. See [`share_owner::ShareOwner`].
#[wasm_bindgen]
pub struct ShareOwner(share_owner::ShareOwner);

#[wasm_bindgen]
impl ShareOwner {
    /// Finds the owner's address in a text.
    ///
    /// # Errors
    /// `no-link`, `damaged`, `other-kind`.
    #[wasm_bindgen(js_name = fromLink)]
    pub fn from_link(text: &str) -> Result<Self, JsValue> {
        Ok(Self(share_owner::ShareOwner::from_link(text).map_err(Thrown::from)?))
    }

    /// The share's id.
    #[wasm_bindgen(js_name = shareId)]
    #[must_use]
    pub fn share_id(&self) -> String {
        self.0.share_id().to_string()
    }

    /// For the owner's header.
    #[wasm_bindgen(js_name = ownerProof)]
    #[must_use]
    pub fn owner_proof(&self) -> String {
        self.0.owner_proof().to_string()
    }

    /// What stands after `#` in the owner's address.
    #[must_use]
    pub fn token(&self) -> String {
        self.0.token().to_string()
    }

    /// What a content of the share is: [`Contents`](crate::sender::Contents) in JSON.
    ///
    /// # Errors
    /// `manifest`: it does not open.
    pub fn contents(&mut self, content: u16, manifest: &[u8]) -> Result<String, JsValue> {
        Ok(json(&self.0.contents(content_number(content)?, manifest).map_err(Thrown::from)?))
    }

    /// What recipients of a content are shown: [`share_owner::Listing`] in JSON.
    ///
    /// # Errors
    /// `manifest`: it does not open.
    pub fn listing(&self, content: u16, manifest: &[u8]) -> Result<String, JsValue> {
        Ok(json(&self.0.listing(content_number(content)?, manifest).map_err(Thrown::from)?))
    }

    /// Reads the owner's note as it is now.
    ///
    /// # Errors
    /// `note`: it does not open. `older-note`: a newer one was seen.
    #[wasm_bindgen(js_name = openNote)]
    pub fn open_note(&mut self, sealed: &[u8]) -> Result<(), JsValue> {
        Ok(self.0.open_note(sealed).map_err(Thrown::from)?)
    }

    /// The links that the note knows: a list of [`share_owner::Noted`] in JSON.
    #[must_use]
    pub fn noted(&self) -> String {
        json(&self.0.noted())
    }

    /// Whether links with these labels (in JSON) can be made.
    ///
    /// # Errors
    /// `label-too-long`: by how many bytes; `too-many-links`.
    #[wasm_bindgen(js_name = expectRoom)]
    pub fn expect_room(&self, labels: &str) -> Result<(), JsValue> {
        let labels: Vec<String> = given(labels)?;
        Ok(self.0.expect_room(&labels).map_err(Thrown::from)?)
    }

    /// Draws another link; its id. Several may be drawn. An empty password is none.
    ///
    /// # Errors
    /// `password-too-long`; `label-too-long`: by how many bytes; `too-many-links`.
    #[wasm_bindgen(js_name = drawLink)]
    pub fn draw_link(&mut self, label: &str, typed: &str) -> Result<String, JsValue> {
        let password = password(typed)?;
        Ok(self.0.draw_link(label, password.as_ref(), &mut rng()).map_err(Thrown::from)?.to_string())
    }

    /// Forgets what was drawn.
    #[wasm_bindgen(js_name = forgetDrawn)]
    pub fn forget_drawn(&mut self) {
        self.0.forget_drawn();
    }

    /// The note with the links that were drawn, sealed.
    ///
    /// # Errors
    /// `note`: it is too large.
    #[wasm_bindgen(js_name = sealNote)]
    pub fn seal_note(&mut self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.seal_note(&mut rng()).map_err(Thrown::from)?)
    }

    /// Body of the call that makes a link that was drawn, on [`LinkTerms`] in JSON.
    ///
    /// # Errors
    /// `out-of-order`: it was not drawn, or the contents were not asked for.
    #[wasm_bindgen(js_name = putLink)]
    pub fn put_link(&self, link: &str, terms: &str) -> Result<String, JsValue> {
        let (link, terms): (_, LinkTerms) = (link_id(link)?, given(terms)?);
        let body = self.0.put_link(link, terms, &mut rng()).map_err(Thrown::from)?;
        Ok(json(&body))
    }

    /// Settles another password of a link; nothing typed is no password.
    ///
    /// # Errors
    /// `password-too-long`; `out-of-order`: the note does not know the link.
    pub fn relock(&mut self, link: &str, typed: &str) -> Result<(), JsValue> {
        Ok(self.0.relock(link_id(link)?, password(typed)?.as_ref()).map_err(Thrown::from)?)
    }

    /// Body of the call that gives a link the password that was settled.
    ///
    /// # Errors
    /// `out-of-order`: none was settled, or the contents were not asked for.
    #[wasm_bindgen(js_name = changeLock)]
    pub fn change_lock(&self, link: &str) -> Result<String, JsValue> {
        Ok(json(&self.0.change_lock(link_id(link)?, &mut rng()).map_err(Thrown::from)?))
    }

    /// Body of the call that puts the content that was opened last behind links:
    /// [`share_owner::ToMove`] in JSON. Those whose keys are not known are left out.
    ///
    /// # Errors
    /// `out-of-order`: the contents were not asked for.
    #[wasm_bindgen(js_name = moveLinks)]
    pub fn move_links(&self, links: &str) -> Result<String, JsValue> {
        let links: Vec<share_owner::ToMove> = given(links)?;
        Ok(json(&self.0.move_links(&links, &mut rng()).map_err(Thrown::from)?))
    }

    /// The sender again, of a content, without the password: with the first of these links (ids, a
    /// comma between) that the note knows.
    ///
    /// # Errors
    /// `note`: it knows none of them.
    pub fn sender(&self, content: u16, links: &str) -> Result<Sender, JsValue> {
        let links: Vec<LinkId> = links.split(',').filter_map(|id| id.parse().ok()).collect();
        Ok(Sender(self.0.sender(content_number(content)?, &links).map_err(Thrown::from)?))
    }
}

fn link_id(text: &str) -> Result<LinkId, Thrown> {
    text.parse().map_err(|_| Thrown::from(SendError::OutOfOrder))
}
