//! Who talks to the server, and the text of their requests.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use subrosa_shared::content::part_list_digest;
use subrosa_shared::id::Digest;
use subrosa_shared::push::{FACE_LEN, NOTE_LEN, PAYLOAD_BYTES_MIN};
use subrosa_shared::seal::sealed_len;
use subrosa_shared::secret::{DeviceSecret, LeaseSecret, LinkSecret, OwnerSecret, PushOwnerSecret};
use subrosa_shared::wrap::{CONTENT_WRAP_LEN, VIEW_WRAP_LEN};

use crate::seeded::Seeded;

/// Bytes of plaintext in the one part of the share, and in its manifest.
const PLAINTEXT_LEN: u64 = 4096;

/// The owner of a share and of a push, and the holder of their links: others in every conversation,
/// so that none meets what another left behind.
pub(super) struct Actors {
    texts: Vec<(u8, Vec<u8>)>,
    proofs: Vec<String>,
}

/// The requests of a conversation.
pub(super) fn requests(input: &[u8]) -> impl Iterator<Item = &[u8]> {
    const BETWEEN: &[u8] = b"\n~~~\n";
    let mut rest = Some(input);
    std::iter::from_fn(move || {
        let text = rest?;
        let at = text.windows(BETWEEN.len()).position(|window| window == BETWEEN);
        rest = at.map(|at| &text[at + BETWEEN.len()..]);
        Some(&text[..at.unwrap_or(text.len())])
    })
}

/// The seconds that pass, if that is what is meant.
pub(super) fn pause(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text.strip_prefix(b"@")?).ok()?.trim().parse().ok()
}

impl Actors {
    pub(super) fn new(conversation: u64) -> Self {
        let secret = |which: u64| {
            let bytes = Seeded(conversation << 8 | which).bytes(32);
            bytes.try_into().expect("so many were asked for")
        };
        let owner = OwnerSecret::from_bytes(secret(1));
        let link = LinkSecret::from_bytes(secret(2));
        let lease = LeaseSecret::from_bytes(secret(3));
        let device = DeviceSecret::from_bytes(secret(4));
        let push_owner = PushOwnerSecret::from_bytes(secret(5));
        let push = push_owner.push_secret();
        let (link_keys, push_keys) = (link.keys(None), push.keys(None));
        let wrong = LinkSecret::from_bytes(secret(6)).keys(None).open_proof;

        // Something of the form of a sealed object.
        let object = |which: u64, len: u64| {
            let mut bytes = Seeded(conversation << 8 | which).bytes(len as usize);
            bytes[0] = 1;
            bytes
        };
        let part = object(11, sealed_len(PLAINTEXT_LEN));
        let manifest = object(12, sealed_len(PLAINTEXT_LEN));
        let parts_digest = part_list_digest([(part.len() as u64, Digest::of(&part))]);
        let sealed = |which, len: usize| URL_SAFE_NO_PAD.encode(object(which, len as u64)).into_bytes();

        let proofs = [
            owner.proof().to_text(),
            link.proof().to_text(),
            link_keys.open_proof.to_text(),
            lease.proof().to_text(),
            device.proof().to_text(),
            push_owner.proof().to_text(),
            push.proof().to_text(),
            push_keys.open_proof.to_text(),
            wrong.to_text(),
        ];
        let proofs: Vec<String> = proofs.iter().map(|proof| proof.to_string()).collect();
        let text = |text: &dyn std::fmt::Display| text.to_string().into_bytes();
        let base64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes).into_bytes();
        let texts = vec![
            // Of the share: id, owner's proof and verifier.
            (b's', text(&owner.share_id())),
            (b'o', text(&proofs[0])),
            (b'O', base64(owner.verifier().as_bytes())),
            // Of its link: id, link proof and verifier, open proof and verifier; the two wraps.
            (b'k', text(&link.link_id())),
            (b'l', text(&proofs[1])),
            (b'L', base64(link.verifier().as_bytes())),
            (b'q', text(&proofs[2])),
            (b'Q', base64(link_keys.open_verifier().as_bytes())),
            (b'e', sealed(13, VIEW_WRAP_LEN)),
            (b'c', sealed(14, CONTENT_WRAP_LEN)),
            // Of a lease: id, proof, verifier. Of a device. A wrong proof.
            (b'h', text(&lease.lease_id())),
            (b'g', text(&proofs[3])),
            (b'G', base64(lease.verifier().as_bytes())),
            (b'v', text(&proofs[4])),
            (b'n', text(&proofs[8])),
            // Of the push: id, owner's proof and verifier, link proof and verifier, open proof and
            // verifier; what is sealed.
            (b'u', text(&push.link_id())),
            (b'w', text(&proofs[5])),
            (b'W', base64(push_owner.verifier().as_bytes())),
            (b'x', text(&proofs[6])),
            (b'X', base64(push.verifier().as_bytes())),
            (b'y', text(&proofs[7])),
            (b'Y', base64(push_keys.open_verifier().as_bytes())),
            (b'f', sealed(15, FACE_LEN)),
            (b'p', sealed(16, sealed_len(PAYLOAD_BYTES_MIN as u64) as usize)),
            (b't', sealed(17, NOTE_LEN)),
            // Bodies, and what `complete` says about them.
            (b'a', base64(parts_digest.as_bytes())),
            (b'b', base64(Digest::of(&manifest).as_bytes())),
            (b'P', part),
            (b'M', manifest),
        ];
        Self { texts, proofs }
    }

    /// Texts that no answer may have in it.
    pub(super) fn proofs(&self) -> &[String] {
        &self.proofs
    }

    /// What `$` and this letter stand for.
    fn named(&self, name: u8) -> Option<&[u8]> {
        self.texts.iter().find(|(known, _)| *known == name).map(|(_, text)| text.as_slice())
    }

    /// Makes a request of its text. Lines of its head end as HTTP wants it, `$#` in there is the
    /// length of the body and `$%` its digest.
    pub(super) fn fill_in(&self, text: &[u8]) -> Request {
        let split = text.windows(2).position(|window| window == b"\n\n");
        let (head, body) = split.map_or((text, &b""[..]), |at| (&text[..at], &text[at + 2..]));
        let mut filled_body = Vec::new();
        self.fill(body, &mut filled_body, &|_| None);
        let of_body = |name| match name {
            b'#' => Some(filled_body.len().to_string().into_bytes()),
            b'%' => Some(STANDARD.encode(Digest::of(&filled_body).as_bytes()).into_bytes()),
            _ => None,
        };
        let mut bytes = Vec::new();
        for line in head.split(|byte| *byte == b'\n') {
            self.fill(line, &mut bytes, &of_body);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(b"\r\n");
        Request::new(bytes, filled_body)
    }

    fn fill(&self, text: &[u8], filled: &mut Vec<u8>, more: &dyn Fn(u8) -> Option<Vec<u8>>) {
        let mut bytes = text.iter();
        while let Some(byte) = bytes.next() {
            let name = if *byte == b'$' { bytes.as_slice().first().copied() } else { None };
            let named = name.and_then(|name| self.named(name).map(<[u8]>::to_vec).or_else(|| more(name)));
            match named {
                Some(named) => {
                    bytes.next();
                    filled.extend(named);
                }
                None => filled.push(*byte),
            }
        }
    }
}

/// A request as it goes over the wire.
pub(super) struct Request {
    pub(super) bytes: Vec<u8>,
    target: String,
    /// Whether it is one, by the rules of HTTP, and nothing of it is missing: it must be answered.
    pub(super) is_whole: bool,
    pub(super) is_head: bool,
}

impl Request {
    fn new(head: Vec<u8>, body: Vec<u8>) -> Self {
        let mut headers = [httparse::EMPTY_HEADER; 128];
        let mut parsed = httparse::Request::new(&mut headers);
        let is_parsed = matches!(parsed.parse(&head), Ok(httparse::Status::Complete(len)) if len == head.len());
        let values = |name: &str| -> Vec<&[u8]> {
            let named = parsed.headers.iter().filter(|header| header.name.eq_ignore_ascii_case(name));
            named.map(|header| header.value).collect()
        };
        let len = match values("content-length").as_slice() {
            [] => Some(0),
            [len] if len.iter().all(u8::is_ascii_digit) => String::from_utf8_lossy(len).parse().ok(),
            _ => None,
        };
        let target = parsed.path.unwrap_or_default().to_owned();
        let is_whole = is_parsed
            && len == Some(body.len())
            && values("transfer-encoding").is_empty()
            && values("expect").is_empty()
            && values("upgrade").is_empty()
            && values("host").len() == 1
            && parsed.version == Some(1)
            && target.starts_with('/')
            && target.parse::<http::Uri>().is_ok();
        let is_head = parsed.method == Some("HEAD");
        Self { bytes: [head, body].concat(), target, is_whole, is_head }
    }

    /// Whether it is for a path below this one.
    pub(super) fn is_for(&self, below: &str) -> bool {
        self.target.starts_with(below)
    }
}
