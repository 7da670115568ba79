//! Pushes: the sender's calls and the reader's.

use reqwest::Method;
use subrosa_shared::api::{
    FinishLease, Log, PatchPush, PushLock, PushStatus, PushView, PutPush, RequestLease, RevealedPush,
};
use subrosa_shared::id::{Digest, LinkId};
use subrosa_shared::keys::PushKeys;
use subrosa_shared::password::{Password, Suite};
use subrosa_shared::push::{Face, Payload, PushNote};
use subrosa_shared::secret::{DeviceSecret, LeaseSecret, PushOwnerSecret, PushSecret};

use super::{Call, Client, Error};
use crate::bytes::rng;

/// How a push is made, beside what it hands over.
#[derive(Clone, Debug)]
pub struct PushTerms {
    /// Empty or missing: no passphrase.
    pub passphrase: Option<String>,
    /// How many views it allows.
    pub views_max: u32,
    /// Its life.
    pub expires_in_secs: i64,
    /// Whether the recipient may destroy it.
    pub recipient_may_destroy: bool,
    /// Ends the push after so many wrong passphrases.
    pub destroy_after_guesses: Option<u32>,
    /// From whom it says that it is.
    pub from: Option<String>,
    /// What the owner calls it.
    pub label: String,
    /// Whether it is the password of a share.
    pub for_files: bool,
}

impl Default for PushTerms {
    fn default() -> Self {
        Self {
            passphrase: None,
            views_max: 1,
            expires_in_secs: 3600,
            recipient_may_destroy: true,
            destroy_after_guesses: None,
            from: None,
            label: String::new(),
            for_files: false,
        }
    }
}

impl PushTerms {
    /// A push for so many views.
    #[must_use]
    pub fn views(views_max: u32) -> Self {
        Self { views_max, ..Self::default() }
    }

    /// The same with a passphrase.
    #[must_use]
    pub fn with_passphrase(self, passphrase: &str) -> Self {
        Self { passphrase: Some(passphrase.to_owned()), ..self }
    }
}

/// A push, sealed once: whoever repeats the request sends the same bytes again.
#[derive(Debug)]
pub struct SealedPush {
    /// Proves ownership.
    pub owner: PushOwnerSecret,
    /// What makes the push.
    pub put: PutPush,
}

impl SealedPush {
    /// Seals what is to be handed over.
    ///
    /// # Errors
    /// It cannot be handed over, or a line or the passphrase is too long.
    pub fn seal(payload: &Payload, terms: &PushTerms) -> Result<Self, Error> {
        let owner = PushOwnerSecret::generate(&mut rng());
        let secret = owner.push_secret();
        let keys = push_keys(&secret, terms.passphrase.as_deref())?;
        let link = secret.link_id();
        let face = Face { kind: payload.kind(), from: terms.from.clone(), for_files: terms.for_files };
        let payload = payload.seal(&keys.payload, &link, &mut rng())?;
        let (open_verifier, payload_digest) = (keys.open_verifier(), Digest::of(&payload));
        let note = PushNote { label: terms.label.clone(), receipt_key: keys.receipt, payload_digest };
        let put = PutPush {
            owner_verifier: owner.verifier(),
            link_verifier: secret.verifier(),
            lock: PushLock {
                needs_password: terms.passphrase.as_deref().is_some_and(|passphrase| !passphrase.is_empty()),
                open_verifier,
                face: face.seal(&secret.face_key(), &link, &mut rng())?,
                payload,
            },
            views_max: terms.views_max,
            expires_in_secs: terms.expires_in_secs,
            recipient_may_destroy: terms.recipient_may_destroy,
            destroy_after_guesses: terms.destroy_after_guesses,
            note: note.seal(&owner.note_key(), &link, &mut rng())?,
        };
        Ok(Self { owner, put })
    }

    /// The push's id.
    #[must_use]
    pub fn link(&self) -> LinkId {
        self.owner.push_secret().link_id()
    }

    /// The link to hand out.
    #[must_use]
    pub fn link_at(&self, origin: &str) -> String {
        format!("{origin}/p#{}", *self.owner.push_secret().to_token())
    }

    /// Opens the note that the server gave back.
    ///
    /// # Errors
    /// It is not the one that was sealed.
    pub fn note(&self, status: &PushStatus) -> Result<PushNote, Error> {
        Ok(PushNote::open(&self.owner.note_key(), &self.link(), &status.note)?)
    }

    /// How many of the receipts are good: somebody with link and passphrase says that the payload
    /// arrived.
    ///
    /// # Errors
    /// The note is not the one that was sealed.
    pub fn confirmed(&self, status: &PushStatus) -> Result<usize, Error> {
        let (note, link) = (self.note(status)?, self.link());
        let good = status
            .link
            .receipts
            .iter()
            .filter(|stored| note.receipt_key.verify(&stored.receipt, &link, &stored.lease, &note.payload_digest));
        Ok(good.count())
    }
}

/// The keys of a push, its passphrase stretched if it has one.
///
/// # Errors
/// The passphrase is too long.
pub fn push_keys(secret: &PushSecret, passphrase: Option<&str>) -> Result<PushKeys, Error> {
    let stretched = match passphrase {
        None | Some("") => None,
        Some(passphrase) => Some(Password::new(passphrase)?.stretch(Suite::One, secret)),
    };
    Ok(secret.keys(stretched.as_ref()))
}

impl Client {
    /// Makes a push.
    ///
    /// # Errors
    /// As every call.
    pub async fn push(&self, push: &SealedPush) -> Result<PushStatus, Error> {
        self.push_call(push).answer().await
    }

    /// The request that makes a push, not sent: see [`to_http1`](super::to_http1).
    ///
    /// # Errors
    /// It cannot be built.
    pub fn push_request(&self, push: &SealedPush) -> Result<reqwest::Request, Error> {
        Ok(self.push_call(push).0.build()?)
    }

    /// Where the push stands.
    ///
    /// # Errors
    /// As every call.
    pub async fn push_status(&self, push: &SealedPush) -> Result<PushStatus, Error> {
        self.push_owner(Method::GET, push, "/owner").answer().await
    }

    /// Changes the push.
    ///
    /// # Errors
    /// As every call.
    pub async fn patch_push(&self, push: &SealedPush, patch: &PatchPush) -> Result<PushStatus, Error> {
        self.push_owner(Method::PATCH, push, "/owner").json(patch).answer().await
    }

    /// Takes the push back.
    ///
    /// # Errors
    /// As every call.
    pub async fn revoke_push(&self, push: &SealedPush) -> Result<PushStatus, Error> {
        self.push_owner(Method::DELETE, push, "/owner").answer().await
    }

    /// The timeline.
    ///
    /// # Errors
    /// As every call.
    pub async fn push_log(&self, push: &SealedPush) -> Result<Log, Error> {
        self.push_owner(Method::GET, push, "/log").answer().await
    }

    fn push_call(&self, push: &SealedPush) -> Call {
        self.push_owner(Method::PUT, push, "").json(&push.put)
    }

    fn push_owner(&self, method: Method, push: &SealedPush, below: &str) -> Call {
        self.call(method, &format!("pushes/{}{below}", push.link())).owner(&push.owner.proof())
    }
}

/// Who holds the link of a push, and perhaps its passphrase.
#[derive(Debug)]
pub struct Reader {
    client: Client,
    secret: PushSecret,
    keys: PushKeys,
    device: DeviceSecret,
}

/// One counted view.
#[derive(Debug)]
pub struct View {
    /// What was handed over.
    pub payload: Payload,
    /// What the server gave.
    pub revealed: RevealedPush,
}

impl Reader {
    /// Reads a link, damaged by mail and chat as it may be.
    ///
    /// # Errors
    /// It is no whole link, or the passphrase is too long.
    pub fn new(client: &Client, link: &str, passphrase: Option<&str>) -> Result<Self, Error> {
        let secret = PushSecret::from_text(link)?;
        let keys = push_keys(&secret, passphrase)?;
        Ok(Self { client: client.clone(), secret, keys, device: DeviceSecret::generate(&mut rng()) })
    }

    /// The same device with another passphrase.
    ///
    /// # Errors
    /// The passphrase is too long.
    pub fn trying(self, passphrase: &str) -> Result<Self, Error> {
        Ok(Self { keys: push_keys(&self.secret, Some(passphrase))?, ..self })
    }

    /// The same reader, calling another server.
    #[must_use]
    pub fn at(self, client: &Client) -> Self {
        Self { client: client.clone(), ..self }
    }

    /// The push's id.
    #[must_use]
    pub fn link(&self) -> LinkId {
        self.secret.link_id()
    }

    /// Where the push stands.
    ///
    /// # Errors
    /// As every call.
    pub async fn look(&self) -> Result<PushView, Error> {
        self.holder(Method::GET, "").answer().await
    }

    /// What it is and from whom; nothing if it is gone.
    ///
    /// # Errors
    /// As every call, or the face is not the one that was sealed.
    pub async fn face(&self) -> Result<Option<Face>, Error> {
        let sealed = self.look().await?.face;
        Ok(sealed.map(|face| Face::open(&self.secret.face_key(), &self.link(), &face)).transpose()?)
    }

    /// Asks for one counted view. The same secret again gives the same, uncounted.
    ///
    /// # Errors
    /// As every call.
    pub async fn reveal_sealed(&self, lease: &LeaseSecret) -> Result<RevealedPush, Error> {
        self.reveal_call(lease).answer().await
    }

    /// The same, opened.
    ///
    /// # Errors
    /// As every call, or what came is not what was sealed.
    pub async fn reveal(&self, lease: &LeaseSecret) -> Result<View, Error> {
        let revealed = self.reveal_sealed(lease).await?;
        let payload = Payload::open(&self.keys.payload, &self.link(), &revealed.payload)?;
        Ok(View { payload, revealed })
    }

    /// The same request, not sent: see [`to_http1`](super::to_http1).
    ///
    /// # Errors
    /// It cannot be built.
    pub fn reveal_request(&self, lease: &LeaseSecret) -> Result<reqwest::Request, Error> {
        Ok(self.reveal_call(lease).0.build()?)
    }

    /// "I have it", with a receipt.
    ///
    /// # Errors
    /// As every call.
    pub async fn finish(&self, lease: &LeaseSecret, view: &View) -> Result<PushView, Error> {
        let digest = Digest::of(&view.revealed.payload);
        let receipt = self.keys.receipt.receipt(&self.link(), &lease.lease_id(), &digest);
        let body = FinishLease { receipt: Some(receipt) };
        self.holder(Method::POST, "/ack").lease(&lease.proof()).json(&body).answer().await
    }

    /// Destroys the push, if the sender allows it.
    ///
    /// # Errors
    /// As every call.
    pub async fn destroy(&self) -> Result<PushView, Error> {
        self.opener(Method::DELETE, "").answer().await
    }

    fn reveal_call(&self, lease: &LeaseSecret) -> Call {
        let body = RequestLease { lease_verifier: lease.verifier() };
        self.opener(Method::POST, "/reveal").json(&body)
    }

    fn holder(&self, method: Method, below: &str) -> Call {
        self.client.call(method, &format!("pushes/{}{below}", self.link())).link(&self.secret.proof())
    }

    fn opener(&self, method: Method, below: &str) -> Call {
        self.holder(method, below).open(&self.keys.open_proof).device(&self.device.proof())
    }
}
