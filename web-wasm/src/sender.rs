//! The sender's side of the protocol: one share, one link. The page sends what comes from here, and
//! shows the token last.

use rand_core::CryptoRng;
use serde::Serialize;
use subrosa_shared::api::{CompleteShare, CreateShare, LinkLock, PutLink, ShareStatus, StoredReceipt};
use subrosa_shared::content::part_list_digest;
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::keys::LinkKeys;
use subrosa_shared::manifest::{Entry, EntryKind, Manifest, ManifestError, NOTE_BYTES_MAX, Part};
use subrosa_shared::note::{NoteError, NotedLink, OwnerNote};
use subrosa_shared::password::{Password, StretchedPassword, Suite};
use subrosa_shared::secret::{LinkSecret, OwnerSecret, ReceiptKey};
use subrosa_shared::time::Timestamp;
use subrosa_shared::token::TokenError;
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
}

/// One share with one link, while it is sent and afterwards.
pub struct Sender {
    owner: OwnerSecret,
    link: LinkSecret,
    lock: Option<Lock>,
    /// Checks receipts where the password is not known: from the owner's note.
    receipt_key: Option<ReceiptKey>,
    sealed: Option<Sealed>,
}

/// The owner of a share who comes back with the address that they kept, perhaps on another device.
pub struct ShareOwner(OwnerSecret);

struct Lock {
    keys: LinkKeys,
    stretched: Option<StretchedPassword>,
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

/// What the sender chose for the link.
#[derive(Clone, Copy, Debug)]
pub struct LinkTerms {
    /// How many downloads it allows.
    pub downloads_max: u32,
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
            link: LinkSecret::generate(rng),
            lock: None,
            receipt_key: None,
            sealed: None,
        }
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
        PartKey::new(self.share_id(), self.owner.content_key())
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
        self.lock = Some(Lock { keys: self.link.keys(stretched.as_ref()), stretched });
    }

    /// What brings this sender back with [`from_kept`](Self::from_kept): both secrets, and what the
    /// password was stretched into. As secret as they are; the password itself is not in it.
    ///
    /// # Errors
    /// The password is not settled.
    pub fn keep(&self) -> Result<Zeroizing<Vec<u8>>, SendError> {
        let Lock { stretched, .. } = self.lock.as_ref().ok_or(SendError::OutOfOrder)?;
        let stretched = stretched.as_ref().map_or(&[][..], |stretched| stretched.expose());
        Ok(Zeroizing::new([self.owner.expose(), self.link.expose(), stretched].concat()))
    }

    /// The sender that was kept. `None` if that is none.
    #[must_use]
    pub fn from_kept(kept: &[u8]) -> Option<Self> {
        let (owner, rest) = kept.split_first_chunk()?;
        let (link, rest) = rest.split_first_chunk()?;
        let stretched = match rest {
            [] => None,
            rest => Some(StretchedPassword::from_bytes(rest.try_into().ok()?)),
        };
        let (owner, link) = (OwnerSecret::from_bytes(*owner), LinkSecret::from_bytes(*link));
        let mut sender = Self { owner, link, lock: None, receipt_key: None, sealed: None };
        sender.lock_with(stretched);
        Some(sender)
    }

    /// Takes a manifest that was sealed before: what was sent of it must not become another one.
    ///
    /// # Errors
    /// It does not open.
    pub fn reopen_manifest(&mut self, sealed: &[u8]) -> Result<(), SendError> {
        let manifest = Manifest::open(&self.owner.manifest_key(), &self.share_id(), sealed)?;
        self.sealed = Some(Sealed { manifest, digest: Digest::of(sealed) });
        Ok(())
    }

    /// Seals the manifest over the stored parts.
    ///
    /// # Errors
    /// What a reader would refuse, or it is too large.
    pub fn seal_manifest(
        &mut self,
        entries: Vec<Entry>,
        note: Option<String>,
        part_bytes: u32,
        parts: Vec<Part>,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, SendError> {
        let manifest = Manifest::new(entries, note, part_bytes, parts)?;
        let sealed = manifest.seal(&self.owner.manifest_key(), &self.share_id(), rng)?;
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

    /// Body of the call that adds the link. Where only one download is allowed, the recipient may
    /// destroy it.
    ///
    /// # Errors
    /// The manifest is not sealed, or the password is not settled.
    pub fn put_link(&self, terms: LinkTerms, rng: &mut impl CryptoRng) -> Result<PutLink, SendError> {
        let Sealed { digest, .. } = self.sealed.as_ref().ok_or(SendError::OutOfOrder)?;
        let Lock { keys, stretched } = self.lock.as_ref().ok_or(SendError::OutOfOrder)?;
        let id = self.link_id();
        let view = View { manifest_key: self.owner.manifest_key(), manifest_digest: *digest };
        Ok(PutLink {
            link_verifier: self.link.verifier(),
            lock: LinkLock {
                needs_password: stretched.is_some(),
                open_verifier: keys.open_verifier(),
                view_wrap: view.seal(&keys.view, &id, rng),
                content_wrap: seal_content_key(&self.owner.content_key(), &keys.content, &id, rng),
            },
            downloads_max: terms.downloads_max,
            expires_in_secs: None,
            recipient_may_destroy: terms.downloads_max == 1,
            destroy_after_guesses: None,
        })
    }

    /// The owner's note, sealed: what another device of the owner needs to show this share and to
    /// check its receipts.
    ///
    /// # Errors
    /// The password is not settled.
    pub fn owner_note(&self, rng: &mut impl CryptoRng) -> Result<Vec<u8>, SendError> {
        let Lock { keys, .. } = self.lock.as_ref().ok_or(SendError::OutOfOrder)?;
        let link = NotedLink {
            secret: LinkSecret::from_bytes(*self.link.expose()),
            label: String::new(),
            receipt_key: ReceiptKey::from_bytes(*keys.receipt.expose()),
        };
        let note = OwnerNote { label: String::new(), links: vec![link] };
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
        let opened = Manifest::open(&self.owner.manifest_key(), &self.share_id(), sealed);
        if opened.is_ok_and(|opened| opened == *manifest) { Ok(()) } else { Err(SendError::ReadBack) }
    }

    /// What is sent: how many files, and how many bytes they have.
    ///
    /// # Errors
    /// The manifest is neither sealed nor reopened.
    pub fn contents(&self) -> Result<(usize, u64), SendError> {
        let Sealed { manifest, .. } = self.sealed.as_ref().ok_or(SendError::OutOfOrder)?;
        let sizes = manifest.entries().iter().filter_map(|entry| match entry.kind {
            EntryKind::File { size, .. } => Some(size),
            EntryKind::Folder => None,
        });
        Ok(sizes.fold((0, 0), |(count, bytes), size| (count + 1, bytes + size)))
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
        let holds = |stored: &StoredReceipt| key.verify(&stored.receipt, &id, &stored.lease, &sealed.digest);
        Confirmed::count(receipts.filter(|stored| holds(stored)))
    }
}

impl ShareOwner {
    /// Finds the owner's address in a text.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn from_link(text: &str) -> Result<Self, TokenError> {
        Ok(Self(OwnerSecret::from_text(text)?))
    }

    /// The share's id.
    #[must_use]
    pub fn share_id(&self) -> ShareId {
        self.0.share_id()
    }

    /// For the header of every call of the owner.
    #[must_use]
    pub fn owner_proof(&self) -> Zeroizing<String> {
        self.0.proof().to_text()
    }

    /// The sender again, as far as the sealed note tells: with the link, without its password.
    ///
    /// # Errors
    /// The note does not open, or has no link.
    pub fn sender(&self, note: &[u8]) -> Result<Sender, SendError> {
        let note = OwnerNote::open(&self.0.note_key(), &self.share_id(), note)?;
        let NotedLink { secret, receipt_key, .. } = note.links.into_iter().next().ok_or(NoteError::Malformed)?;
        let owner = OwnerSecret::from_bytes(*self.0.expose());
        Ok(Sender { owner, link: secret, lock: None, receipt_key: Some(receipt_key), sealed: None })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use rand_core::UnwrapErr;
    use subrosa_shared::id::Commitment;
    use subrosa_shared::path::EntryPath;

    use super::*;
    use crate::seeded::Seeded;

    const PART_BYTES: u32 = 8 << 20;

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
            let manifest = sender.seal_manifest(vec![file()], None, PART_BYTES, vec![part], &mut rng).unwrap();

            let kept = sender.keep().unwrap();
            assert!(!kept.windows(7).any(|bytes| b"correct" == bytes), "the password is not kept");
            let mut again = Sender::from_kept(&kept).unwrap();
            assert_eq!((again.share_id(), again.link_id()), (sender.share_id(), sender.link_id()));
            assert_eq!(*again.token(), *sender.token());
            assert_eq!(*again.keep().unwrap(), *kept);
            again.reopen_manifest(&manifest).unwrap();
            assert_eq!(again.complete().unwrap(), sender.complete().unwrap());
            again.check_manifest(&manifest).unwrap();
            let terms = LinkTerms { downloads_max: 1 };
            let [link, linked] =
                [&sender, &again].map(|sender| sender.put_link(terms, &mut UnwrapErr(Seeded(2))).unwrap());
            assert_eq!(link, linked);

            for len in [0, 31, 63, 65, 95, 97] {
                assert!(Sender::from_kept(&vec![7; len]).is_none(), "{len} bytes");
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
        let manifest = sender.seal_manifest(vec![file()], None, PART_BYTES, vec![part], &mut rng).unwrap();
        let note = sender.owner_note(&mut rng).unwrap();

        let owner = ShareOwner::from_link(&format!("https://host/o#{}", *sender.owner_token())).unwrap();
        assert_eq!((owner.share_id(), owner.owner_proof()), (sender.share_id(), sender.owner_proof()));
        let mut back = owner.sender(&note).unwrap();
        assert_eq!((back.link_id(), back.token()), (sender.link_id(), sender.token()));
        assert!(matches!(back.contents(), Err(SendError::OutOfOrder)));
        back.reopen_manifest(&manifest).unwrap();
        assert_eq!(back.contents().unwrap(), (1, 1));
        assert!(matches!(back.put_link(LinkTerms { downloads_max: 1 }, &mut rng), Err(SendError::OutOfOrder)));
        let receipt_key = back.receipt_key.as_ref().unwrap();
        assert_eq!(receipt_key.expose(), sender.lock.as_ref().unwrap().keys.receipt.expose());

        assert!(owner.sender(&note[1..]).is_err() && owner.sender(&[]).is_err());
        let stranger = Sender::draw(&mut rng);
        let other = ShareOwner::from_link(&stranger.owner_token()).unwrap();
        assert!(other.sender(&note).is_err(), "the note of another share");
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
