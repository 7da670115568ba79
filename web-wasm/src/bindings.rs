//! What JavaScript sees. Every item here converts and does nothing else: strings, bytes and JSON go
//! across, keys stay behind handles.

pub mod parts;
pub mod words;

#[cfg(feature = "seal")]
pub mod generate;
#[cfg(feature = "seal")]
pub mod keyring;
#[cfg(feature = "seal")]
pub mod name_table;
#[cfg(feature = "seal")]
mod owner;
#[cfg(feature = "seal")]
pub mod push;
#[cfg(feature = "seal")]
pub mod qr;
#[cfg(feature = "seal")]
pub mod send;
#[cfg(feature = "seal")]
pub mod share_owner;

#[cfg(feature = "open")]
mod holder;
#[cfg(feature = "open")]
pub mod receive;
#[cfg(feature = "open")]
pub mod reveal;

use getrandom::SysRng;
use getrandom::rand_core::UnwrapErr;
use js_sys::Reflect;
use serde::Serialize;
#[cfg(feature = "seal")]
use subrosa_shared::json::from_slice;
use subrosa_shared::password::{Password, PasswordError};
use subrosa_shared::token::{Kind, TokenError, kind_in};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// The platform's randomness. Pages check [`words::has_randomness`] before anything else; a failure
/// later stops the module.
fn rng() -> UnwrapErr<SysRng> {
    UnwrapErr(SysRng)
}

/// What the token in a text opens: `share`, `push`, `share-owner`, `push-owner`; empty if there is
/// none, or one that only a later version opens.
#[wasm_bindgen(js_name = kindOf)]
#[must_use]
pub fn kind_of(text: &str) -> String {
    let kind = match kind_in(text) {
        Some(Kind::ShareLink) => "share",
        Some(Kind::PushLink) => "push",
        Some(Kind::Owner) => "share-owner",
        Some(Kind::PushOwner) => "push-owner",
        _ => "",
    };
    kind.to_owned()
}

/// An error on its way to JavaScript: an `Error` with the name `SubrosaError`, a stable `variant`,
/// and where there is one the `detail` that a sentence about it names. Pages say what went wrong by
/// the variant; in the module of those who receive, whose first visit is to weigh little, it is the
/// message, too.
struct Thrown {
    variant: &'static str,
    message: String,
    #[cfg(feature = "seal")]
    detail: Option<String>,
}

impl Thrown {
    fn new(variant: &'static str, message: impl std::fmt::Display) -> Self {
        Self {
            variant,
            message: if cfg!(feature = "seal") { message.to_string() } else { variant.to_owned() },
            #[cfg(feature = "seal")]
            detail: None,
        }
    }

    /// With what the sentence about it names.
    #[cfg(feature = "seal")]
    fn naming(self, detail: String) -> Self {
        Self { detail: Some(detail), ..self }
    }
}

impl From<Thrown> for JsValue {
    fn from(thrown: Thrown) -> Self {
        let error = js_sys::Error::new(&thrown.message);
        error.set_name("SubrosaError");
        let set = |name: &str, value: &str| {
            let set = Reflect::set(&error, &name.into(), &value.into());
            debug_assert!(set.is_ok(), "a new object takes properties");
        };
        set("variant", thrown.variant);
        #[cfg(feature = "seal")]
        if let Some(detail) = &thrown.detail {
            set("detail", detail);
        }
        error.into()
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

/// A password as it was typed; nothing typed is no password.
fn password(typed: &str) -> Result<Option<Password>, Thrown> {
    match Password::new(typed) {
        Ok(password) => Ok(Some(password)),
        Err(PasswordError::Empty) => Ok(None),
        Err(error) => Err(Thrown::new("password-too-long", error)),
    }
}

/// Reads an answer of the server. Each type that is read weighs: pages of recipients take single
/// values out of answers by themselves.
#[cfg(feature = "seal")]
fn answer<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, Thrown> {
    from_slice(json.as_bytes()).map_err(|_| malformed())
}

/// Reads an id that stands in an answer.
#[cfg(feature = "open")]
fn id<T: std::str::FromStr>(text: &str) -> Result<T, Thrown> {
    text.parse().map_err(|_| malformed())
}

/// Reads a sealed object that stands in an answer.
#[cfg(feature = "open")]
fn sealed(text: &str) -> Result<Vec<u8>, Thrown> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed())
}

fn malformed() -> Thrown {
    Thrown::new("answer", "the server's answer is malformed")
}

/// Reads what a page gives. The error does not say what is wrong: it would repeat what was typed.
#[cfg(feature = "seal")]
fn given<T: serde::de::DeserializeOwned>(json: &str) -> Result<T, Thrown> {
    from_slice(json.as_bytes()).map_err(|_| Thrown::new("given", "what the page gives is malformed"))
}

/// Writes JSON for the page or for a request.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("strings, numbers and lists always become JSON")
}
