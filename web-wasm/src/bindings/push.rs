//! For the page *push*, and for the page *send* where a password gets a link of its own.

use subrosa_shared::push::{LineProblem, PushError, UrlProblem};
use wasm_bindgen::prelude::*;

use super::owner::owner_methods;
use super::{Thrown, answer, given, json, password, rng};
use crate::push_sender::{self, PushSendError, PushTerms};

/// The sender's side of a push. See [`push_sender::PushSender`].
#[wasm_bindgen]
pub struct PushSender(push_sender::PushSender);

owner_methods!(PushSender);

#[wasm_bindgen]
impl PushSender {
    /// Draws the secret of a push.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self(push_sender::PushSender::draw(&mut rng()))
    }

    /// Finds the owner's link in a text.
    ///
    /// # Errors
    /// `no-link`, `damaged`, `other-kind`.
    #[wasm_bindgen(js_name = fromOwnerLink)]
    pub fn from_owner_link(text: &str) -> Result<Self, JsValue> {
        Ok(Self(push_sender::PushSender::from_owner_link(text).map_err(Thrown::from)?))
    }

    /// What stands after `#` in the recipient's link.
    #[wasm_bindgen(js_name = linkToken)]
    #[must_use]
    pub fn link_token(&self) -> String {
        self.0.link_token().to_string()
    }

    /// What stands after `#` in the owner's link.
    #[wasm_bindgen(js_name = ownerToken)]
    #[must_use]
    pub fn owner_token(&self) -> String {
        self.0.owner_token().to_string()
    }

    /// Body of the call that makes the push, sealed anew every time. `form` is
    /// [`push_sender::Form`] in JSON; nothing typed as passphrase is none.
    ///
    /// # Errors
    /// `empty`, `too-long`, `password-too-long`, `from-too-long`, `label-too-long`, `url-too-long`,
    /// `url-scheme`, `url-user-name`, `url-host`, `url-port`; with the character as detail
    /// `user-character`, `password-character`, `from-character`, `label-character`,
    /// `url-character`.
    pub fn put(
        &self,
        form: &str,
        passphrase: &str,
        expires_in_secs: f64,
        views_max: u32,
        recipient_may_destroy: bool,
        destroy_after_guesses: Option<u32>,
    ) -> Result<String, JsValue> {
        let terms = PushTerms {
            views_max,
            expires_in_secs: expires_in_secs as i64,
            recipient_may_destroy,
            destroy_after_guesses,
        };
        let put = self.0.put(given(form)?, password(passphrase)?.as_ref(), terms, &mut rng());
        Ok(json(&put.map_err(Thrown::from)?))
    }

    /// What only the owner can read from the status of the push: [`push_sender::Watched`] in JSON.
    ///
    /// # Errors
    /// `answer`: that is no status. `altered-push`: it is the one of another push.
    pub fn status(&self, body: &str) -> Result<String, JsValue> {
        Ok(json(&self.0.status(&answer(body)?).map_err(Thrown::from)?))
    }
}

impl From<PushSendError> for Thrown {
    fn from(error: PushSendError) -> Self {
        let (variant, character) = match error {
            PushSendError::From(LineProblem::Character(c)) => ("from-character", Some(c)),
            PushSendError::From(_) => ("from-too-long", None),
            PushSendError::Label(LineProblem::Character(c)) => ("label-character", Some(c)),
            PushSendError::Label(_) => ("label-too-long", None),
            PushSendError::Payload(PushError::Empty) => ("empty", None),
            PushSendError::Payload(PushError::UserCharacter(c)) => ("user-character", Some(c)),
            PushSendError::Payload(PushError::PasswordCharacter(c)) => ("password-character", Some(c)),
            PushSendError::Payload(PushError::Url(problem)) => match problem {
                UrlProblem::Scheme => ("url-scheme", None),
                UrlProblem::Character(c) => ("url-character", Some(c)),
                UrlProblem::UserName => ("url-user-name", None),
                UrlProblem::Port => ("url-port", None),
                UrlProblem::TooLong => ("url-too-long", None),
                _ => ("url-host", None),
            },
            PushSendError::Payload(_) => ("too-long", None),
            PushSendError::Status => ("altered-push", None),
        };
        let thrown = Self::new(variant, error);
        match character {
            Some(c) => thrown.naming(c.to_string()),
            None => thrown,
        }
    }
}
