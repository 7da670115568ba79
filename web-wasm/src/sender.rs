//! The sender's side of the protocol: one share, one link. The page sends what comes from here, and
//! shows the token last.

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use subrosa_shared::api::{CompleteShare, CreateShare, LinkLock, PutLink, ShareStatus, StoredReceipt};
use subrosa_shared::content::{ContentNumber, part_list_digest};
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::keys::LinkKeys;
use subrosa_shared::manifest::{Edition, Entry, EntryKind, Manifest, ManifestError, NOTE_BYTES_MAX, Part};
use subrosa_shared::note::{NoteError, NotedLink, OwnerNote};
use subrosa_shared::password::{Password, StretchedPassword, Suite};
use subrosa_shared::secret::{LinkSecret, OwnerSecret, ReceiptKey};
use subrosa_shared::time::Timestamp;
use subrosa_shared::wrap::{View, seal_content_key};
use zeroize::Zeroizing;

use crate::parts::PartKey;

/// Why a step of sending cannot be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// An earlier step is missing.
    #[error("a step before this one is missing")]
    OutOfOrder,
    /// What is sent cannot be described.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// The owner's note cannot be written.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// What the server gave back is not what was sent.
    #[error("the server gave back something else")]
    ReadBack,
    /// The share has as many links as it can have.
    #[error("there are as many links as there can be")]
    TooManyLinks,
    /// The server shows an older note than this device has seen.
    #[error("the note is older than one that was seen")]
    OlderNote,
    /// A link's label is too long, by so many bytes.
    #[error("the label is {0} bytes too long")]
    LabelTooLong(usize),
}

/// Longest label of a link, in bytes.
pub const LABEL_BYTES_MAX: usize = 256;

/// One share with one link, while it is sent and afterwards.
pub struct Sender {
    owner: OwnerSecret,
    /// What is sent: the content that a share begins with, or a new edition.
    content: ContentNumber,
    link: LinkSecret,
    lock: Option<Lock>,
    /// Checks receipts where the password is not known: from the owner's note.
    receipt_key: Option<ReceiptKey>,
    sealed: Option<Sealed>,
}

pub(crate) struct Lock {
    pub(crate) keys: LinkKeys,
    pub(crate) stretched: Option<StretchedPassword>,
}

impl Lock {
    /// Of a link, with a password or without.
    pub(crate) fn of(link: &LinkSecret, stretched: Option<StretchedPassword>) -> Self {
        Self { keys: link.keys(stretched.as_ref()), stretched }
    }
}

struct Sealed {
    manifest: Manifest,
    digest: Digest,
}

/// A note as it may stand in a manifest: without control characters but line breaks and tabs, and
/// without space around it. `None` if it is too long.
#[must_use]
pub fn plain_note(typed: &str) -> Option<String> {
    let unix = typed.replace("\r\n", "\n").replace('\r', "\n");
    let plain: String = unix.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let plain = plain.trim();
    (plain.len() <= NOTE_BYTES_MAX).then(|| plain.to_owned())
}

/// What a share holds, in short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Contents {
    /// How many files.
    pub files: usize,
    /// How many bytes they have.
    pub bytes: u64,
    /// Path of the first file; empty if there is none.
    pub first: String,
}

impl Contents {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        let mut contents = Self::default();
        for entry in manifest.entries() {
            let EntryKind::File { size, .. } = entry.kind else { continue };
            if contents.files == 0 {
                entry.path.as_str().clone_into(&mut contents.first);
            }
            contents.files += 1;
            contents.bytes += size;
        }
        contents
    }
}

/// What the sender chose for the link.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkTerms {
    /// How many downloads it allows.
    pub downloads_max: u32,
    /// Whether it stays when its downloads are taken.
    #[serde(default)]
    pub waits_for_editions: bool,
    /// The link in whose place it comes.
    #[serde(default)]
    pub replaces: Option<LinkId>,
}

/// Receipts of a link that only its recipients can have made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Confirmed {
    /// How many.
    pub count: u32,
    /// When the last one came.
    pub last: Option<Timestamp>,
}

impl Confirmed {
    /// Counts receipts that hold.
    pub(crate) fn count<'a>(receipts: impl Iterator<Item = &'a StoredReceipt>) -> Self {
        receipts.fold(Self::default(), |confirmed, stored| Self {
            count: confirmed.count + 1,
            last: confirmed.last.max(Some(stored.at)),
        })
    }
}

impl Sender {
    /// Draws the secrets of a share and its link.
    #[must_use]
    pub fn draw(rng: &mut impl CryptoRng) -> Self {
        Self {
            owner: OwnerSecret::generate(rng),
            content: ContentNumber::FIRST,
            link: LinkSecret::generate(rng),
            lock: None,
            receipt_key: None,
            sealed: None,
        }
    }

    /// The sender of a content of a share, with one of its links, whose password may not be known.
    pub(crate) fn of(
        owner: &OwnerSecret,
        content: ContentNumber,
        link: &LinkSecret,
        receipt_key: Option<ReceiptKey>,
    ) -> Self {
        let (owner, link) = (OwnerSecret::from_bytes(*owner.expose()), LinkSecret::from_bytes(*link.expose()));
        Self { owner, content, link, lock: None, receipt_key, sealed: None }
    }

    /// Which content is sent.
    #[must_use]
    pub fn content(&self) -> ContentNumber {
        self.content
    }

    /// What goes into the fragment of the owner's address.
    #[must_use]
    pub fn owner_token(&self) -> Zeroizing<String> {
        self.owner.to_token()
    }

    /// The share's id.
    #[must_use]
    pub fn share_id(&self) -> ShareId {
        self.owner.share_id()
    }

    /// The link's id.
    #[must_use]
    pub fn link_id(&self) -> LinkId {
        self.link.link_id()
    }

    /// For the header of every call of the owner.
    #[must_use]
    pub fn owner_proof(&self) -> Zeroizing<String> {
        self.owner.proof().to_text()
    }

    /// For the workers that seal and read back.
    #[must_use]
    pub fn part_key(&self) -> PartKey {
        PartKey::new(self.share_id(), self.owner.content_key(self.content))
    }

    /// Body of the call that creates the share.
    #[must_use]
    pub fn create(&self, expires_in_secs: i64, part_bytes: u32) -> CreateShare {
        CreateShare { owner_verifier: self.owner.verifier(), expires_in_secs, part_bytes, ends_with_last_link: true }
    }

    /// Sets the password of the link, or that it has none. With a password it takes about 0.2 s and
    /// 64 MiB.
    pub fn lock(&mut self, password: Option<&Password>) {
        self.lock_with(password.map(|password| password.stretch(Suite::One, &self.link)));
    }

    fn lock_with(&mut self, stretched: Option<StretchedPassword>) {
        self.lock = Some(Lock::of(&self.link, stretched));
    }

    /// What brings this sender back with [`from_kept`](Self::from_kept): both secrets, and what the
    /// password was stretched into. As secret as they are; the password itself is not in it. A new
    /// edition makes no link, and needs no password.
    ///
    /// # Errors
    /// The password is not settled.
    pub fn keep(&self) -> Result<Zeroizing<Vec<u8>>, SendError> {
        if !self.content.is_first() {
            return Ok(Zeroizing::new([self.owner.expose().as_slice(), self.link.expose()].concat()));
        }
        let Lock { stretched, .. } = self.lock.as_ref().ok_or(SendError::OutOfOrder)?;
        let stretched = stretched.as_ref().map_or(&[][..], |stretched| stretched.expose());
        Ok(Zeroizing::new([self.owner.expose(), self.link.expose(), stretched].concat()))
    }

    /// The sender that was kept, of that content. `None` if that is none.
    #[must_use]
    pub fn from_kept(kept: &[u8], content: ContentNumber) -> Option<Self> {
        let (owner, rest) = kept.split_first_chunk()?;
        let (link, rest) = rest.split_first_chunk()?;
        let stretched = match rest {
            [] => None,
            rest => Some(StretchedPassword::from_bytes(rest.try_into().ok()?)),
        };
        let (owner, link) = (OwnerSecret::from_bytes(*owner), LinkSecret::from_bytes(*link));
        let mut sender = Self { owner, content, link, lock: None, receipt_key: None, sealed: None };
        if content.is_first() {
            sender.lock_with(stretched);
        }
        Some(sender)
    }

    /// Takes a manifest that was sealed before: what was sent of it must not become another one.
    ///
    /// # Errors
    /// It does not open.
    pub fn reopen_manifest(&mut self, sealed: &[u8]) -> Result<(), SendError> {
        let manifest = Manifest::open(&self.owner.manifest_key(self.content), &self.share_id(), sealed)?;
        self.sealed = Some(Sealed { manifest, digest: Digest::of(sealed) });
        Ok(())
    }

    /// Seals the manifest over the stored parts. A new edition says which it is, and that it was
    /// sealed now.
    ///
    /// # Errors
    /// What a reader would refuse, or it is too large.
    pub fn seal_manifest(
        &mut self,
        (entries, note): (Vec<Entry>, Option<String>),
        part_bytes: u32,
        parts: Vec<Part>,
        now: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SendError> {
        let mut manifest = Manifest::new(entries, note, part_bytes, parts)?;
        if !self.content.is_first() {
            manifest = manifest.with_edition(Edition { number: self.content, at: now })?;
        }
        let sealed = manifest.seal(&self.owner.manifest_key(self.content), &self.share_id(), rng)?;
        self.sealed = Some(Sealed { manifest, digest: Digest::of(&sealed) });
        Ok(sealed)
    }

    /// Body of the call that fixes the content.
    ///
    /// # Errors
    /// The manifest is not sealed yet.
    pub fn complete(&self) -> Result<CompleteShare, SendError> {
        let Sealed { manifest, digest } = self.sealed.as_ref().ok_or(SendError::OutOfOrder)?;
        Ok(CompleteShare {
            part_count: manifest.layout().part_count(),
            parts_digest: part_list_digest(manifest.parts().iter().map(|part| (part.sealed_len, part.digest))),
            manifest_digest: *digest,
        })
    }

    /// Body of the call that adds the link.
    ///
    /// # Errors
    /// The manifest is not sealed, or the password is not settled.
    pub fn put_link(&self, terms: LinkTerms, rng: &mut impl CryptoRng) -> Result<PutLink, SendError> {
        let Sealed { digest, .. } = self.sealed.as_ref().ok_or(SendError::OutOfOrder)?;
        let lock = self.lock.as_ref().ok_or(SendError::OutOfOrder)?;
        Ok(link_body(&self.owner, &self.link, lock, (self.content, *digest), terms, rng))
    }

    /// The owner's note, sealed: what another device of the owner needs to show this share and to
    /// check its receipts.
    ///
    /// # Errors
    /// The password is not settled.
    pub fn owner_note(&self, rng: &mut impl CryptoRng) -> Result<Vec<u8>, SendError> {
        let Lock { keys, .. } = self.lock.as_ref().ok_or(SendError::OutOfOrder)?;
        let link = NotedLink::new(&self.link, String::new(), keys);
        let note = OwnerNote { revision: 1, label: String::new(), links: vec![link] };
        Ok(note.seal(&self.owner.note_key(), &self.share_id(), rng)?)
    }

    /// Checks that the manifest which the server gave back is the one that was sent, and opens.
    ///
    /// # Errors
    /// It is not, or does not.
    pub fn check_manifest(&self, sealed: &[u8]) -> Result<(), SendError> {
        let Sealed { manifest, digest } = self.sealed.as_ref().ok_or(SendError::OutOfOrder)?;
        if Digest::of(sealed) != *digest {
            return Err(SendError::ReadBack);
        }
        let opened = Manifest::open(&self.owner.manifest_key(self.content), &self.share_id(), sealed);
        if opened.is_ok_and(|opened| opened == *manifest) { Ok(()) } else { Err(SendError::ReadBack) }
    }

    /// What is sent.
    ///
    /// # Errors
    /// The manifest is neither sealed nor reopened.
    pub fn contents(&self) -> Result<Contents, SendError> {
        let Sealed { manifest, .. } = self.sealed.as_ref().ok_or(SendError::OutOfOrder)?;
        Ok(Contents::of(manifest))
    }

    /// What goes into the fragment of the link.
    #[must_use]
    pub fn token(&self) -> Zeroizing<String> {
        self.link.to_token()
    }

    /// Counts the receipts that hold: the server cannot make one up.
    #[must_use]
    pub fn confirmed(&self, status: &ShareStatus) -> Confirmed {
        let key = self.lock.as_ref().map(|lock| &lock.keys.receipt).or(self.receipt_key.as_ref());
        let (Some(key), Some(sealed)) = (key, &self.sealed) else { return Confirmed::default() };
        let id = self.link_id();
        let receipts = status.links.iter().filter(|link| link.link == id).flat_map(|link| &link.receipts);
        // Of other editions the server says what they were: who saved it, said so to nobody else.
        let told = |stored: &StoredReceipt| {
            let known = status.contents.iter().find(|known| known.content == stored.content);
            known.and_then(|known| known.manifest_digest)
        };
        let digest = |stored: &StoredReceipt| {
            if stored.content == self.content { Some(sealed.digest) } else { told(stored) }
        };
        let holds = |stored: &StoredReceipt| {
            digest(stored).is_some_and(|digest| key.verify(&stored.receipt, &id, &stored.lease, &digest))
        };
        Confirmed::count(receipts.filter(|stored| holds(stored)))
    }
}

/// Body of the call that adds a link. Where only one download is allowed, the recipient may destroy
/// it.
pub(crate) fn link_body(
    owner: &OwnerSecret,
    secret: &LinkSecret,
    lock: &Lock,
    sealed: (ContentNumber, Digest),
    terms: LinkTerms,
    rng: &mut impl CryptoRng,
) -> PutLink {
    PutLink {
        link_verifier: secret.verifier(),
        lock: lock_body(owner, secret.link_id(), lock, sealed, rng),
        downloads_max: terms.downloads_max,
        expires_in_secs: None,
        recipient_may_destroy: terms.downloads_max == 1,
        destroy_after_guesses: None,
        waits_for_editions: terms.waits_for_editions,
        replaces: terms.replaces,
    }
}

/// What the password of a link changes: the wraps of a content, known by its number and the digest
/// of its manifest.
pub(crate) fn lock_body(
    owner: &OwnerSecret,
    link: LinkId,
    Lock { keys, stretched }: &Lock,
    (content, manifest_digest): (ContentNumber, Digest),
    rng: &mut impl CryptoRng,
) -> LinkLock {
    let view = View { manifest_key: owner.manifest_key(content), manifest_digest };
    LinkLock {
        needs_password: stretched.is_some(),
        open_verifier: keys.open_verifier(),
        view_wrap: view.seal(&keys.view, &link, rng),
        content_wrap: seal_content_key(&owner.content_key(content), &keys.content, &link, rng),
        content,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use rand_core::UnwrapErr;
    use subrosa_shared::id::Commitment;
    use subrosa_shared::path::EntryPath;
    use subrosa_shared::token::TokenError;

    use super::*;
    use crate::seeded::Seeded;
    use crate::share_owner::ShareOwner;

    const PART_BYTES: u32 = 8 << 20;
    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn a_sender_that_was_kept_is_the_same() {
        let mut rng = UnwrapErr(Seeded(1));
        for typed in [None, Some("correct horse")] {
            let mut sender = Sender::draw(&mut rng);
            assert!(matches!(sender.keep(), Err(SendError::OutOfOrder)), "with a password or without is not known");
            sender.lock(typed.map(|typed| Password::new(typed).unwrap()).as_ref());
            let part = Part {
                sealed_len: 4096 + 81,
                digest: Digest::from_bytes([1; 32]),
                commitment: Commitment::from_bytes([2; 32]),
            };
            let manifest = sender.seal_manifest((vec![file()], None), PART_BYTES, vec![part], NOW, &mut rng).unwrap();

            let kept = sender.keep().unwrap();
            assert!(!kept.windows(7).any(|bytes| b"correct" == bytes), "the password is not kept");
            let mut again = Sender::from_kept(&kept, ContentNumber::FIRST).unwrap();
            assert_eq!((again.share_id(), again.link_id()), (sender.share_id(), sender.link_id()));
            assert_eq!(*again.token(), *sender.token());
            assert_eq!(*again.keep().unwrap(), *kept);
            again.reopen_manifest(&manifest).unwrap();
            assert_eq!(again.complete().unwrap(), sender.complete().unwrap());
            again.check_manifest(&manifest).unwrap();
            let terms = LinkTerms { downloads_max: 1, ..LinkTerms::default() };
            let [link, linked] =
                [&sender, &again].map(|sender| sender.put_link(terms, &mut UnwrapErr(Seeded(2))).unwrap());
            assert_eq!(link, linked);

            for len in [0, 31, 63, 65, 95, 97] {
                assert!(Sender::from_kept(&vec![7; len], ContentNumber::FIRST).is_none(), "{len} bytes");
            }
            assert!(again.reopen_manifest(&manifest[1..]).is_err());
        }
    }

    #[test]
    fn who_comes_back_has_the_link_and_checks_receipts_but_cannot_lock() {
        let mut rng = UnwrapErr(Seeded(3));
        let mut sender = Sender::draw(&mut rng);
        sender.lock(Some(&Password::new("correct horse").unwrap()));
        let part = Part {
            sealed_len: 4096 + 81,
            digest: Digest::from_bytes([1; 32]),
            commitment: Commitment::from_bytes([2; 32]),
        };
        let manifest = sender.seal_manifest((vec![file()], None), PART_BYTES, vec![part], NOW, &mut rng).unwrap();
        let note = sender.owner_note(&mut rng).unwrap();

        let mut owner = ShareOwner::from_link(&format!("https://host/o#{}", *sender.owner_token())).unwrap();
        assert_eq!((owner.share_id(), owner.owner_proof()), (sender.share_id(), sender.owner_proof()));
        owner.open_note(&note).unwrap();
        assert_eq!(owner.noted()[0].token, *sender.token());
        let mut back = owner.sender(ContentNumber::FIRST, &[sender.link_id()]).unwrap();
        assert_eq!((back.link_id(), back.token()), (sender.link_id(), sender.token()));
        assert!(matches!(back.contents(), Err(SendError::OutOfOrder)));
        back.reopen_manifest(&manifest).unwrap();
        let contents = Contents { files: 1, bytes: 1, first: "a.txt".to_owned() };
        assert_eq!(back.contents().unwrap(), contents);
        assert_eq!(owner.contents(ContentNumber::FIRST, &manifest).unwrap(), contents);
        assert!(owner.contents(ContentNumber::FIRST, &manifest[1..]).is_err());
        assert!(matches!(
            back.put_link(LinkTerms { downloads_max: 1, ..LinkTerms::default() }, &mut rng),
            Err(SendError::OutOfOrder)
        ));
        let receipt_key = back.receipt_key.as_ref().unwrap();
        assert_eq!(receipt_key.expose(), sender.lock.as_ref().unwrap().keys.receipt.expose());

        assert!(owner.open_note(&note[1..]).is_err() && owner.open_note(&[]).is_err());
        let stranger = Sender::draw(&mut rng);
        assert!(
            owner.sender(ContentNumber::FIRST, &[stranger.link_id()]).is_err(),
            "a link that the note does not know"
        );
        let mut other = ShareOwner::from_link(&stranger.owner_token()).unwrap();
        assert!(other.open_note(&note).is_err(), "the note of another share");
        for token in [sender.token(), stranger.token()] {
            assert!(matches!(ShareOwner::from_link(&token), Err(TokenError::OtherKind(_))));
        }
    }

    fn file() -> Entry {
        let kind = EntryKind::File { size: 1, media_type: None };
        Entry { path: EntryPath::parse("a.txt").unwrap(), modified: None, kind }
    }

    #[test]
    fn notes_keep_their_lines_and_lose_what_cannot_be_seen() {
        assert_eq!(plain_note(" a\r\nb\tc\0\u{7f}\rd\n").as_deref(), Some("a\nb\tc\nd"));
        assert_eq!(plain_note(" \0 ").as_deref(), Some(""));
        assert_eq!(plain_note(&"x".repeat(NOTE_BYTES_MAX + 1)), None);
    }
}
