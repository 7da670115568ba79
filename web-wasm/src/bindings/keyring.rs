//! For the pages that sync what they keep: recovery phrases and the synced keyring.

use serde::Serialize;
use subrosa_shared::keyring::KeyringError;
use subrosa_shared::phrase::{Difference, Phrase, PhraseError};
use subrosa_shared::secret::KeyringSecret;
use wasm_bindgen::prelude::*;

use super::generate::WordList;
use super::{Thrown, given, json, rng};
use crate::synced_keyring::{list_items, sync_here};

/// What a page is told of a phrase.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
enum Told {
    /// It is one.
    Phrase { secret: String },
    /// Some words are not on the list.
    Unknown { words: Vec<ToldWord> },
    /// Too many or too few words.
    Count { found: usize },
    /// It is too long to be one.
    TooLong,
}

#[derive(Serialize)]
struct ToldWord {
    place: usize,
    nearest: Vec<String>,
}

/// How a phrase differs from the one that is wanted.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
enum ToldDifference {
    Same,
    Swapped { one: usize, other: usize },
    Moved { from: usize, to: usize },
    OneWord { place: usize },
    More,
}

#[wasm_bindgen]
impl WordList {
    /// Draws a recovery phrase: its words, with a space between two.
    #[wasm_bindgen(js_name = drawPhrase)]
    #[must_use]
    pub fn draw_phrase(&self) -> String {
        Phrase::generate(&mut rng()).to_text(&self.0).to_string()
    }

    /// Reads a recovery phrase that somebody typed: what it is, in JSON.
    #[wasm_bindgen(js_name = readPhrase)]
    #[must_use]
    pub fn read_phrase(&self, typed: &str) -> String {
        json(&match Phrase::read(typed, &self.0) {
            Ok(phrase) => Told::Phrase { secret: text_of(&phrase.secret()) },
            Err(PhraseError::Unknown(words)) => {
                let words = words.into_iter().map(|word| ToldWord { place: word.place, nearest: word.nearest });
                Told::Unknown { words: words.collect() }
            }
            Err(PhraseError::Count { found }) => Told::Count { found },
            Err(_) => Told::TooLong,
        })
    }

    /// How a phrase differs from the one whose secret that is, in JSON. Takes up to a second.
    ///
    /// # Errors
    /// `given`: it is no phrase, or no secret.
    #[wasm_bindgen(js_name = phraseDifference)]
    pub fn phrase_difference(&self, typed: &str, secret: &str) -> Result<String, JsValue> {
        let phrase = Phrase::read(typed, &self.0).map_err(|error| Thrown::new("given", error))?;
        Ok(json(&match phrase.difference(&secret_of(secret)?) {
            None => ToldDifference::Same,
            Some(Difference::Swapped(one, other)) => ToldDifference::Swapped { one, other },
            Some(Difference::Moved(from, to)) => ToldDifference::Moved { from, to },
            Some(Difference::OneWord(place)) => ToldDifference::OneWord { place },
            Some(Difference::More) => ToldDifference::More,
        }))
    }
}

/// What the server knows a keyring by: `{ id, ownerProof }` in JSON.
///
/// # Errors
/// `given`: it is no secret.
#[wasm_bindgen(js_name = keyringAccess)]
pub fn keyring_access(secret: &str) -> Result<String, JsValue> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Access<'a> {
        id: String,
        owner_proof: &'a str,
    }
    let secret = secret_of(secret)?;
    Ok(json(&Access { id: secret.keyring_id().to_string(), owner_proof: &secret.proof().to_text() }))
}

/// What comes of a keyring: what the page keeps and knows from now on, and what is to be stored.
#[wasm_bindgen]
pub struct SyncedKeyring {
    items: String,
    known: String,
    revision: f64,
    put: Option<(f64, Vec<u8>)>,
    is_older: bool,
}

#[wasm_bindgen]
impl SyncedKeyring {
    /// Merges what the page knows and has with what the server gave (nothing: there is none).
    /// `here` is [`Here`](crate::synced_keyring::Here) in JSON.
    ///
    /// # Errors
    /// `keyring`: what the server gave does not open. `too-large`: there is too much to be kept.
    /// `given`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        secret: &str,
        known: &str,
        revision: f64,
        here: &str,
        stored_revision: f64,
        stored: Option<Vec<u8>>,
    ) -> Result<Self, JsValue> {
        let (secret, here) = (secret_of(secret)?, given(here)?);
        let stored = stored.as_deref().map(|stored| (stored_revision as u64, stored));
        let synced = sync_here(&secret, (known, revision as u64), &here, stored, &mut rng()).map_err(Thrown::from)?;
        Ok(Self {
            items: json(&list_items(&synced.keyring)),
            known: String::from_utf8_lossy(&synced.keyring.to_json()).into_owned(),
            revision: synced.revision as f64,
            put: synced.put.map(|put| (put.revision as f64, put.sealed)),
            is_older: synced.is_older,
        })
    }

    /// Items of the list, in JSON.
    #[must_use]
    pub fn items(&self) -> String {
        self.items.clone()
    }

    /// What is given as `known` the next time.
    #[must_use]
    pub fn known(&self) -> String {
        self.known.clone()
    }

    /// The highest revision that was seen.
    #[must_use]
    pub fn revision(&self) -> f64 {
        self.revision
    }

    /// Whether the server gave an older revision than was seen.
    #[wasm_bindgen(js_name = isOlder)]
    #[must_use]
    pub fn is_older(&self) -> bool {
        self.is_older
    }

    /// The revision that is to be stored, if one is.
    #[wasm_bindgen(js_name = putRevision)]
    #[must_use]
    pub fn put_revision(&self) -> Option<f64> {
        self.put.as_ref().map(|(revision, _)| *revision)
    }

    /// It, sealed.
    #[must_use]
    pub fn put(&self) -> Option<Vec<u8>> {
        self.put.as_ref().map(|(_, sealed)| sealed.clone())
    }
}

fn secret_of(text: &str) -> Result<KeyringSecret, Thrown> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let bytes = URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    bytes.map(KeyringSecret::from_bytes).ok_or_else(|| Thrown::new("given", "it is no secret of a keyring"))
}

fn text_of(secret: &KeyringSecret) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    URL_SAFE_NO_PAD.encode(secret.expose())
}

impl From<KeyringError> for Thrown {
    fn from(error: KeyringError) -> Self {
        let variant = match error {
            KeyringError::TooLarge => "too-large",
            _ => "keyring",
        };
        Self::new(variant, error)
    }
}
