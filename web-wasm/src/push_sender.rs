//! The sender's side of a push: what is sealed for its link, and what its owner sees of it.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use subrosa_shared::api::{PushLock, PushStatus, PutPush, StoredReceipt};
use subrosa_shared::id::{Digest, LinkId};
use subrosa_shared::password::{Password, Suite};
use subrosa_shared::path::is_confusing;
use subrosa_shared::push::{Face, Kind, LineProblem, Payload, PushError, PushNote};
use subrosa_shared::secret::PushOwnerSecret;
use subrosa_shared::token::TokenError;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::sender::Confirmed;

/// Why a step of pushing cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushSendError {
    /// "From" is no plain line.
    #[error("the name of the sender: {0}")]
    From(LineProblem),
    /// The label is no plain line.
    #[error("the label: {0}")]
    Label(LineProblem),
    /// What is typed cannot be handed over.
    #[error(transparent)]
    Payload(PushError),
    /// The status is of another push, or its note does not open.
    #[error("the status is not the one of this push")]
    Status,
}

/// What the page asks for. Wiped when dropped; fields of other kinds than the chosen one are not
/// looked at.
#[derive(Deserialize, Zeroize, ZeroizeOnDrop)]
#[serde(rename_all = "camelCase")]
pub struct Form {
    #[zeroize(skip)]
    kind: Kind,
    /// What the recipient is told about the sender.
    #[serde(default)]
    from: String,
    /// What only the owner sees.
    #[serde(default)]
    label: String,
    /// Whether it is the password for a share.
    #[serde(default)]
    for_files: bool,
    #[serde(default)]
    user: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    url: String,
}

impl Form {
    /// Takes what belongs to the kind. Addresses are pasted with space around them; everything else
    /// stays as it is.
    fn payload(&mut self) -> Payload {
        use std::mem::take;
        match self.kind {
            Kind::Login => Payload::Login {
                user: take(&mut self.user),
                password: take(&mut self.password),
                note: take(&mut self.note),
            },
            Kind::Note => Payload::Note { note: take(&mut self.note) },
            Kind::Url => Payload::Url { url: self.url.trim().to_owned() },
            _ => Payload::Password { password: take(&mut self.password) },
        }
    }
}

/// What the sender chose for the push.
#[derive(Clone, Copy, Debug)]
pub struct PushTerms {
    /// How many views it allows.
    pub views_max: u32,
    /// Life in seconds.
    pub expires_in_secs: i64,
    /// Whether the recipient may destroy it.
    pub recipient_may_destroy: bool,
    /// Ends it after so many wrong passphrases.
    pub destroy_after_guesses: Option<u32>,
}

/// What only the owner can read from a status.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Watched {
    /// What the owner called it.
    pub label: String,
    /// Receipts that only a recipient can have made.
    pub confirmed: Confirmed,
}

/// One push, while it is made and afterwards.
#[derive(Debug)]
pub struct PushSender {
    owner: PushOwnerSecret,
}

impl PushSender {
    /// Draws the secret of a push.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        Self { owner: PushOwnerSecret::generate(rng) }
    }

    /// Finds the owner's link in a text, as it is in the address bar or was kept.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn from_owner_link(text: &str) -> Result<Self, TokenError> {
        Ok(Self { owner: PushOwnerSecret::from_text(text)? })
    }

    /// The id of the push, which is that of its link.
    #[must_use]
    pub fn link_id(&self) -> LinkId {
        self.owner.push_secret().link_id()
    }

    /// For the header of every call of the owner.
    #[must_use]
    pub fn owner_proof(&self) -> Zeroizing<String> {
        self.owner.proof().to_text()
    }

    /// What goes into the fragment of the recipient's link.
    #[must_use]
    pub fn link_token(&self) -> Zeroizing<String> {
        self.owner.push_secret().to_token()
    }

    /// What goes into the fragment of the owner's link.
    #[must_use]
    pub fn owner_token(&self) -> Zeroizing<String> {
        self.owner.to_token()
    }

    /// Body of the call that makes the push. Every time it is sealed anew: a lost answer is asked
    /// for again with the same body. With a passphrase it takes about 0.2 s and 64 MiB.
    ///
    /// # Errors
    /// Something typed is missing, too long, or no plain web address.
    pub fn put(
        &self,
        mut form: Form,
        passphrase: Option<&Password>,
        terms: PushTerms,
        rng: &mut impl CryptoRng,
    ) -> Result<PutPush, PushSendError> {
        let secret = self.owner.push_secret();
        let link = secret.link_id();
        let from = plain_line(&form.from);
        let label = plain_line(&form.label);
        let face =
            Face { kind: form.kind, from: Some(from).filter(|from| !from.is_empty()), for_files: form.for_files };
        let face =
            face.seal(&secret.face_key(), &link, rng).map_err(|error| PushSendError::From(line_problem(error)))?;
        let payload = form.payload();
        drop(form);
        let keys = secret.keys(passphrase.map(|typed| typed.stretch(Suite::One, &secret)).as_ref());
        let payload = payload.seal(&keys.payload, &link, rng).map_err(PushSendError::Payload)?;
        let open_verifier = keys.open_verifier();
        let note = PushNote { label, receipt_key: keys.receipt, payload_digest: Digest::of(&payload) };
        let note =
            note.seal(&self.owner.note_key(), &link, rng).map_err(|error| PushSendError::Label(line_problem(error)))?;
        Ok(PutPush {
            owner_verifier: self.owner.verifier(),
            link_verifier: secret.verifier(),
            lock: PushLock { needs_password: passphrase.is_some(), open_verifier, face, payload },
            views_max: terms.views_max,
            expires_in_secs: terms.expires_in_secs,
            recipient_may_destroy: terms.recipient_may_destroy,
            destroy_after_guesses: terms.destroy_after_guesses,
            note,
        })
    }

    /// Reads the owner's note in a status, and counts the receipts that hold.
    ///
    /// # Errors
    /// It is the status of another push, or its note was altered.
    pub fn status(&self, status: &PushStatus) -> Result<Watched, PushSendError> {
        let link = self.link_id();
        let note = PushNote::open(&self.owner.note_key(), &link, &status.note);
        let note = note.ok().filter(|_| status.link.link == link).ok_or(PushSendError::Status)?;
        let holds = |stored: &StoredReceipt| {
            note.receipt_key.verify(&stored.receipt, &link, &stored.lease, &note.payload_digest)
        };
        let confirmed = Confirmed::count(status.link.receipts.iter().filter(|stored| holds(stored)));
        Ok(Watched { label: note.label, confirmed })
    }
}

/// A line as it may stand beside other text: without characters that break it or change its
/// direction, and without space around it.
fn plain_line(typed: &str) -> String {
    let plain: String = typed.chars().filter(|c| !is_confusing(*c)).collect();
    plain.trim().to_owned()
}

/// Why a line was refused. A sealed object has room for every line that is not too long.
fn line_problem(error: PushError) -> LineProblem {
    match error {
        PushError::Line(problem) => problem,
        _ => LineProblem::TooLong,
    }
}
