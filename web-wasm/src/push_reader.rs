//! The recipient's side of a push: from the text of a link to the fields that are shown one by one.

use serde::Serialize;
use subrosa_shared::api::FinishLease;
use subrosa_shared::id::{Digest, LeaseId, LinkId};
use subrosa_shared::keys::PushKeys;
use subrosa_shared::password::{Password, Suite};
use subrosa_shared::push::{Face, Kind, Payload};
use subrosa_shared::secret::PushSecret;
use subrosa_shared::token::TokenError;
use zeroize::Zeroizing;

use crate::held::{Held, OutOfOrder};

/// Why a step of revealing cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RevealError {
    /// An earlier step is missing.
    #[error(transparent)]
    OutOfOrder(#[from] OutOfOrder),
    /// The answer is to another request.
    #[error("the answer is not to this request")]
    Answer,
    /// Face or payload do not open, or are not as they must be: they are not what was sealed for
    /// this link.
    #[error("the push is not what was sealed for this link")]
    Altered,
    /// There is no such field, or it is wiped.
    #[error("no such field")]
    NoSuchField,
}

/// Someone who holds the link of a push.
#[derive(Debug)]
pub struct PushReader {
    link: PushSecret,
    keys: Option<PushKeys>,
    /// What the face says that it is: nothing else is shown.
    told: Option<Kind>,
    /// Of the sealed payload, for the receipt: stays when the payload is wiped.
    revealed: Option<Digest>,
    payload: Option<Payload>,
    /// Lease and device.
    pub held: Held,
}

/// What the page shows before anything counts.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    kind: Kind,
    from: Option<String>,
    for_files: bool,
}

/// What was revealed, without its contents.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Revealed {
    kind: Kind,
    fields: Vec<Field>,
}

/// A field of what was revealed.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    name: &'static str,
    /// Whether it is masked until the person asks for it.
    secret: bool,
    /// Whether there is nothing in it.
    empty: bool,
}

impl PushReader {
    /// Finds the link in a text, as it is in the address bar or in a message, and repairs what
    /// programs do to links.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn from_text(text: &str) -> Result<Self, TokenError> {
        let link = PushSecret::from_text(text)?;
        Ok(Self { link, keys: None, told: None, revealed: None, payload: None, held: Held::default() })
    }

    /// The link's id.
    #[must_use]
    pub fn link_id(&self) -> LinkId {
        self.link.link_id()
    }

    /// For the header of every call.
    #[must_use]
    pub fn link_proof(&self) -> Zeroizing<String> {
        self.link.proof().to_text()
    }

    /// The token in its clean form, as it is kept over a reload.
    #[must_use]
    pub fn token(&self) -> Zeroizing<String> {
        self.link.to_token()
    }

    /// Opens the face that the answer to looking has.
    ///
    /// # Errors
    /// It is not the one of this link.
    pub fn looked(&mut self, face: &[u8]) -> Result<Looked, RevealError> {
        let face = Face::open(&self.link.face_key(), &self.link_id(), face);
        let Face { kind, from, for_files } = face.map_err(|_| RevealError::Altered)?;
        self.told = Some(kind);
        Ok(Looked { kind, from, for_files })
    }

    /// Derives what the passphrase gives. With one it takes about 0.2 s and 64 MiB.
    pub fn unlock(&mut self, passphrase: Option<&Password>) {
        let stretched = passphrase.map(|passphrase| passphrase.stretch(Suite::One, &self.link));
        self.keys = Some(self.link.keys(stretched.as_ref()));
    }

    /// For the header of calls that need link and passphrase.
    ///
    /// # Errors
    /// [`unlock`](Self::unlock) comes first.
    pub fn open_proof(&self) -> Result<Zeroizing<String>, OutOfOrder> {
        Ok(self.keys()?.open_proof.to_text())
    }

    /// Takes lease and payload of the answer to revealing, and opens the payload.
    ///
    /// # Errors
    /// It is the answer to another request, or not what was sealed for this link; or nobody has
    /// [`looked`](Self::looked).
    pub fn revealed(&mut self, lease: LeaseId, payload: &[u8]) -> Result<Revealed, RevealError> {
        if lease != self.held.lease_id()? {
            return Err(RevealError::Answer);
        }
        let opened = Payload::open(&self.keys()?.payload, &self.link_id(), payload);
        let opened = opened.map_err(|_| RevealError::Altered)?;
        if opened.kind() != self.told.ok_or(OutOfOrder)? {
            return Err(RevealError::Altered);
        }
        let fields = opened.fields().into_iter().map(|(name, text)| Field {
            name,
            secret: matches!(name, "password" | "note"),
            empty: text.is_empty(),
        });
        let revealed = Revealed { kind: opened.kind(), fields: fields.collect() };
        self.revealed = Some(Digest::of(payload));
        self.payload = Some(opened);
        Ok(revealed)
    }

    /// A field, to be shown or copied.
    ///
    /// # Errors
    /// There is none of that name, or the payload is wiped.
    pub fn field(&self, name: &str) -> Result<&str, RevealError> {
        let fields = self.payload.as_ref().map(Payload::fields).unwrap_or_default();
        fields.into_iter().find(|(known, _)| *known == name).map(|(_, text)| text).ok_or(RevealError::NoSuchField)
    }

    /// Body of the call that says "I have it", with the receipt.
    ///
    /// # Errors
    /// [`revealed`](Self::revealed) comes first.
    pub fn finish_lease(&self) -> Result<FinishLease, OutOfOrder> {
        let digest = self.revealed.as_ref().ok_or(OutOfOrder)?;
        let receipt = self.keys()?.receipt.receipt(&self.link_id(), &self.held.lease_id()?, digest);
        Ok(FinishLease { receipt: Some(receipt) })
    }

    /// Wipes the payload. The lease can still be finished.
    pub fn forget(&mut self) {
        self.payload = None;
    }

    fn keys(&self) -> Result<&PushKeys, OutOfOrder> {
        self.keys.as_ref().ok_or(OutOfOrder)
    }
}

#[cfg(test)]
#[path = "push_tests.rs"]
mod tests;
