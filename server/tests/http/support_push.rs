//! A push in the hands of its owner and of whoever holds its link.

use serde_json::json;
use subrosa_shared::api::{self, PatchPush, PushLock, PushStatus, PushView, PutPush, RevealedPush};
use subrosa_shared::id::LinkId;
use subrosa_shared::push::{FACE_LEN, NOTE_LEN, PAYLOAD_BYTES_MIN};
use subrosa_shared::seal::plaintext_len;
use subrosa_shared::secret::{LeaseSecret, PushOwnerSecret, PushSecret};

use super::{Call, Server, fake_sealed};

pub(crate) struct Push {
    pub(crate) owner: PushOwnerSecret,
    pub(crate) secret: PushSecret,
    pub(crate) id: LinkId,
    pub(crate) body: PutPush,
}

/// Something of the form of a sealed object of that length.
pub(crate) fn fake_object(sealed_len: usize, seed: u8) -> Vec<u8> {
    fake_sealed(plaintext_len(sealed_len as u64).unwrap(), seed)
}

impl Push {
    /// One view, a day.
    pub(crate) fn new(seed: u8) -> Self {
        Self::from_seed([seed; 32])
    }

    pub(crate) fn from_seed(bytes: [u8; 32]) -> Self {
        let (seed, owner) = (bytes[0], PushOwnerSecret::from_bytes(bytes));
        let secret = owner.push_secret();
        let body = PutPush {
            owner_verifier: owner.verifier(),
            link_verifier: secret.verifier(),
            lock: PushLock {
                needs_password: false,
                open_verifier: secret.keys(None).open_verifier(),
                face: fake_object(FACE_LEN, seed),
                payload: fake_sealed(PAYLOAD_BYTES_MIN as u64, seed ^ 1),
            },
            views_max: 1,
            expires_in_secs: 86_400,
            recipient_may_destroy: true,
            destroy_after_guesses: None,
            note: fake_object(NOTE_LEN, seed ^ 2),
        };
        Self { id: secret.link_id(), owner, secret, body }
    }

    pub(crate) fn views(mut self, views_max: u32) -> Self {
        self.body.views_max = views_max;
        self
    }

    /// Made on the server.
    pub(crate) async fn on(self, server: &Server) -> Self {
        let made: PushStatus = server.call(self.make()).await.json();
        assert_eq!(made.link.link, self.id);
        self
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/pushes/{}{rest}", self.id)
    }

    fn owned(&self, call: Call) -> Call {
        call.header(api::header::OWNER_PROOF, self.owner.proof().to_text().as_str())
    }

    pub(crate) fn held(&self, call: Call) -> Call {
        call.header(api::header::LINK_PROOF, self.secret.proof().to_text().as_str())
    }

    pub(crate) fn opened(&self, call: Call) -> Call {
        self.held(call).header(api::header::OPEN_PROOF, self.open_proof())
    }

    pub(crate) fn open_proof(&self) -> String {
        self.secret.keys(None).open_proof.to_text().to_string()
    }

    pub(crate) fn wrong_open(&self) -> String {
        PushSecret::from_bytes([0xEE; 32]).keys(None).open_proof.to_text().to_string()
    }

    pub(crate) fn make(&self) -> Call {
        self.owned(Call::put(self.path(""))).json(&self.body)
    }

    pub(crate) fn ask_status(&self) -> Call {
        self.owned(Call::get(self.path("/owner")))
    }

    pub(crate) fn patch(&self, patch: &PatchPush) -> Call {
        self.owned(Call::patch(self.path("/owner"))).json(patch)
    }

    pub(crate) fn revoke(&self) -> Call {
        self.owned(Call::delete(self.path("/owner")))
    }

    pub(crate) fn ask_log(&self) -> Call {
        self.owned(Call::get(self.path("/log")))
    }

    pub(crate) fn ask_look(&self) -> Call {
        self.held(Call::get(self.path("")))
    }

    pub(crate) fn ask_reveal(&self, lease: &LeaseSecret) -> Call {
        self.opened(Call::post(self.path("/reveal"))).json(&json!({ "lease_verifier": lease.verifier() }))
    }

    pub(crate) fn ack(&self, lease: &LeaseSecret) -> Call {
        self.held(Call::post(self.path("/ack"))).lease(lease).json(&json!({}))
    }

    pub(crate) fn destroy(&self) -> Call {
        self.opened(Call::delete(self.path("")))
    }

    pub(crate) async fn status(&self, server: &Server) -> PushStatus {
        server.call(self.ask_status()).await.json()
    }

    pub(crate) async fn look(&self, server: &Server) -> PushView {
        server.call(self.ask_look()).await.json()
    }

    pub(crate) async fn reveal(&self, server: &Server, seed: u8) -> (LeaseSecret, RevealedPush) {
        let lease = LeaseSecret::from_bytes([seed; 32]);
        let revealed = server.call(self.ask_reveal(&lease)).await.json();
        (lease, revealed)
    }
}
