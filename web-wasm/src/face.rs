//! What JavaScript sees. Every item here converts and does nothing else: strings, bytes and JSON go across, keys stay behind
//! handles. Answers of the server are read here, so that their shape is checked by the types of the protocol.

pub mod generate;
pub mod parts;
pub mod push;
pub mod qr;
pub mod receive;
pub mod reveal;
pub mod send;
pub mod words;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use js_sys::Reflect;
use serde::Serialize;
use serde::de::DeserializeOwned;
use subrosa_shared::password::{Password, PasswordError};
use subrosa_shared::token::TokenError;
use wasm_bindgen::JsValue;

use crate::basket::BasketError;
use crate::held::OutOfOrder;
use crate::preview::PreviewError;
use crate::recipient::ReceiveError;
use crate::sender::SendError;
use crate::zip::ZipError;

/// The platform's randomness. Pages check [`words::has_randomness`] before anything else; a failure later stops the module.
fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// An error on its way to JavaScript: an `Error` with the name `SubrosaError` and a stable `variant`.
struct Thrown {
    variant: &'static str,
    message: String,
}

impl Thrown {
    fn new(variant: &'static str, message: impl std::fmt::Display) -> Self {
        Self { variant, message: message.to_string() }
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        let error = js_sys::Error::new(&thrown.message);
        error.set_name("SubrosaError");
        let set = Reflect::set(&error, &"variant".into(), &thrown.variant.into());
        debug_assert!(set.is_ok(), "a new object takes properties");
        error.into()
    }
}

impl From<BasketError> for Thrown {
    fn from(error: BasketError) -> Self {
        let variant = match error {
            BasketError::PathTooLong => "path-too-long",
            BasketError::TooLarge => "too-large",
            BasketError::TooMany => "too-many",
            BasketError::Empty => "empty",
        };
        Self::new(variant, error)
    }
}

impl From<SendError> for Thrown {
    fn from(error: SendError) -> Self {
        let variant = match error {
            SendError::OutOfOrder => "out-of-order",
            SendError::Manifest(_) | SendError::Note(_) => "manifest",
            SendError::ReadBack => "read-back",
        };
        Self::new(variant, error)
    }
}

impl From<TokenError> for Thrown {
    fn from(error: TokenError) -> Self {
        let variant = match error {
            TokenError::Missing => "no-link",
            TokenError::OtherKind(_) | TokenError::UnknownKind => "other-kind",
            _ => "damaged",
        };
        Self::new(variant, error)
    }
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

impl From<PreviewError> for Thrown {
    fn from(error: PreviewError) -> Self {
        let variant = match error {
            PreviewError::OtherKind => "other-content",
            PreviewError::TooLarge => "too-large",
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

/// A password as it was typed; nothing typed is no password.
fn password(typed: &str) -> Result<Option<Password>, Thrown> {
    match Password::new(typed) {
        Ok(password) => Ok(Some(password)),
        Err(PasswordError::Empty) => Ok(None),
        Err(error) => Err(Thrown::new("password-too-long", error)),
    }
}

/// Reads an answer of the server.
fn answer<T: DeserializeOwned>(json: &str) -> Result<T, Thrown> {
    serde_json::from_str(json).map_err(|_| Thrown::new("answer", "the server's answer is malformed"))
}

/// Reads what a page gives. The error does not say what is wrong: it would repeat what was typed.
fn given<T: DeserializeOwned>(json: &str) -> Result<T, Thrown> {
    serde_json::from_str(json).map_err(|_| Thrown::new("given", "what the page gives is malformed"))
}

/// Writes JSON for the page or for a request.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and lists always become JSON")
}

/// A moment as JavaScript has it.
fn moment(millis: Option<f64>) -> Option<subrosa_shared::time::Timestamp> {
    let millis = millis.filter(|millis| millis.is_finite() && *millis >= 0.0)?;
    Some(subrosa_shared::time::Timestamp::from_millis(millis as u64))
}
