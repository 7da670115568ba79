//! The sender's side of the protocol: one share, one link. The page sends what comes from here, and
//! shows the token last.

use std::collections::BTreeSet;

use rand_core::CryptoRng;
use serde::Serialize;
use subrosa_shared::api::{CompleteShare, CreateShare, LinkLock, PutLink, ShareStatus, StoredReceipt};
use subrosa_shared::content::part_list_digest;
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::keys::LinkKeys;
use subrosa_shared::limits::LINKS_MAX;
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
    link: LinkSecret,
    lock: Option<Lock>,
    /// Checks receipts where the password is not known: from the owner's note.
    receipt_key: Option<ReceiptKey>,
    sealed: Option<Sealed>,
}

/// The owner of a share who comes back with the address that they kept, perhaps on another device,
/// and may make more links.
pub struct ShareOwner {
    owner: OwnerSecret,
    /// As it was read last, with the links that are being made.
    note: OwnerNote,
    /// Of the manifest, once it was opened.
    manifest_digest: Option<Digest>,
    /// The links that are being made.
    making: Vec<Making>,
}

/// A link that is noted before it is made.
struct Making {
    secret: LinkSecret,
    lock: Lock,
    label: String,
}

/// What the owner's note says of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Noted {
    /// The link's id.
    pub link: LinkId,
    /// Whom it is for.
    pub label: String,
    /// What goes into its fragment.
    pub token: String,
}

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
    fn of(manifest: &Manifest) -> Self {
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

    /// Body of the call that adds the link.
    ///
    /// # Errors
    /// The manifest is not sealed, or the password is not settled.
    pub fn put_link(&self, terms: LinkTerms, rng: &mut impl CryptoRng) -> Result<PutLink, SendError> {
        let Sealed { digest, .. } = self.sealed.as_ref().ok_or(SendError::OutOfOrder)?;
        let lock = self.lock.as_ref().ok_or(SendError::OutOfOrder)?;
        Ok(link_body(&self.owner, &self.link, lock, *digest, terms, rng))
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
        let opened = Manifest::open(&self.owner.manifest_key(), &self.share_id(), sealed);
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
        let owner = OwnerSecret::from_text(text)?;
        Ok(Self { owner, note: OwnerNote::default(), manifest_digest: None, making: Vec::new() })
    }

    /// The share's id.
    #[must_use]
    pub fn share_id(&self) -> ShareId {
        self.owner.share_id()
    }

    /// For the header of every call of the owner.
    #[must_use]
    pub fn owner_proof(&self) -> Zeroizing<String> {
        self.owner.proof().to_text()
    }

    /// What goes into the fragment of the owner's address.
    #[must_use]
    pub fn token(&self) -> Zeroizing<String> {
        self.owner.to_token()
    }

    /// What the share holds. Links can be made then.
    ///
    /// # Errors
    /// The manifest does not open.
    pub fn contents(&mut self, manifest: &[u8]) -> Result<Contents, SendError> {
        let opened = Manifest::open(&self.owner.manifest_key(), &self.share_id(), manifest)?;
        self.manifest_digest = Some(Digest::of(manifest));
        Ok(Contents::of(&opened))
    }

    /// Reads the note as it is now. Links that are being made are noted in it again.
    ///
    /// # Errors
    /// The note does not open, or is older than one that was seen.
    pub fn open_note(&mut self, sealed: &[u8]) -> Result<(), SendError> {
        let note = OwnerNote::open(&self.owner.note_key(), &self.share_id(), sealed)?;
        if note.revision < self.note.revision {
            return Err(SendError::OlderNote);
        }
        self.note = note;
        self.note_making();
        Ok(())
    }

    /// All links that the note knows, the first one first.
    #[must_use]
    pub fn noted(&self) -> Vec<Noted> {
        let noted = |NotedLink { secret, label, .. }: &NotedLink| Noted {
            link: secret.link_id(),
            label: label.clone(),
            token: secret.to_token().to_string(),
        };
        self.note.links.iter().map(noted).collect()
    }

    /// Whether links with these labels can be made: asked before time is spent on the first.
    ///
    /// # Errors
    /// A label is longer than [`LABEL_BYTES_MAX`], or there are too many links.
    pub fn expect_room(&self, labels: &[String]) -> Result<(), SendError> {
        if self.note.links.len() + labels.len() > LINKS_MAX {
            return Err(SendError::TooManyLinks);
        }
        let over = labels.iter().map(|label| label.trim().len().saturating_sub(LABEL_BYTES_MAX)).max();
        match over {
            None | Some(0) => Ok(()),
            Some(over) => Err(SendError::LabelTooLong(over)),
        }
    }

    /// Draws another link. With a password it takes about 0.2 s and 64 MiB. It is noted with the
    /// next [`seal_note`](Self::seal_note), and made with [`put_link`](Self::put_link).
    ///
    /// # Errors
    /// The label is longer than [`LABEL_BYTES_MAX`], or there are too many links.
    pub fn draw_link(
        &mut self,
        label: &str,
        password: Option<&Password>,
        rng: &mut impl CryptoRng,
    ) -> Result<LinkId, SendError> {
        let label = label.trim().to_owned();
        self.expect_room(std::slice::from_ref(&label))?;
        let secret = LinkSecret::generate(rng);
        let stretched = password.map(|password| password.stretch(Suite::One, &secret));
        let lock = Lock { keys: secret.keys(stretched.as_ref()), stretched };
        let id = secret.link_id();
        self.making.push(Making { secret, lock, label });
        self.note_making();
        Ok(id)
    }

    /// Forgets what was drawn: it is made, or nobody wants it any more.
    pub fn forget_drawn(&mut self) {
        self.making.clear();
    }

    fn note_making(&mut self) {
        let known: BTreeSet<_> = self.note.links.iter().map(|noted| *noted.secret.link_id().as_bytes()).collect();
        let missing = self.making.iter().filter(|making| !known.contains(making.secret.link_id().as_bytes()));
        let noted = |Making { secret, lock, label }: &Making| NotedLink {
            secret: LinkSecret::from_bytes(*secret.expose()),
            label: label.clone(),
            receipt_key: ReceiptKey::from_bytes(*lock.keys.receipt.expose()),
        };
        self.note.links.extend(missing.map(noted));
    }

    /// The note as it is now, sealed anew, with the next revision.
    ///
    /// # Errors
    /// It is too large.
    pub fn seal_note(&mut self, rng: &mut impl CryptoRng) -> Result<Vec<u8>, SendError> {
        let revision = self.note.revision + 1;
        let sealed = OwnerNote { revision, ..std::mem::take(&mut self.note) };
        let result = sealed.seal(&self.owner.note_key(), &self.share_id(), rng);
        self.note = OwnerNote { revision: revision - 1, ..sealed };
        Ok(result?)
    }

    /// Body of the call that makes a link that was drawn.
    ///
    /// # Errors
    /// It was not drawn, or [`contents`](Self::contents) was not asked for.
    pub fn put_link(&self, link: LinkId, terms: LinkTerms, rng: &mut impl CryptoRng) -> Result<PutLink, SendError> {
        let mut making = self.making.iter();
        let found = making.find(|making| making.secret.link_id() == link).ok_or(SendError::OutOfOrder)?;
        let Making { secret, lock, .. } = found;
        let manifest_digest = self.manifest_digest.ok_or(SendError::OutOfOrder)?;
        Ok(link_body(&self.owner, secret, lock, manifest_digest, terms, rng))
    }

    /// The sender again, as far as the note tells: with the first of these links that it knows,
    /// without its password.
    ///
    /// # Errors
    /// The note has none of them.
    pub fn sender(&self, links: &[LinkId]) -> Result<Sender, SendError> {
        let mut noted = self.note.links.iter();
        let found = noted.find(|noted| links.contains(&noted.secret.link_id())).ok_or(NoteError::Malformed)?;
        Ok(Sender {
            owner: OwnerSecret::from_bytes(*self.owner.expose()),
            link: LinkSecret::from_bytes(*found.secret.expose()),
            lock: None,
            receipt_key: Some(ReceiptKey::from_bytes(*found.receipt_key.expose())),
            sealed: None,
        })
    }
}

/// Body of the call that adds a link. Where only one download is allowed, the recipient may destroy
/// it.
fn link_body(
    owner: &OwnerSecret,
    secret: &LinkSecret,
    Lock { keys, stretched }: &Lock,
    manifest_digest: Digest,
    terms: LinkTerms,
    rng: &mut impl CryptoRng,
) -> PutLink {
    let id = secret.link_id();
    let view = View { manifest_key: owner.manifest_key(), manifest_digest };
    PutLink {
        link_verifier: secret.verifier(),
        lock: LinkLock {
            needs_password: stretched.is_some(),
            open_verifier: keys.open_verifier(),
            view_wrap: view.seal(&keys.view, &id, rng),
            content_wrap: seal_content_key(&owner.content_key(), &keys.content, &id, rng),
        },
        downloads_max: terms.downloads_max,
        expires_in_secs: None,
        recipient_may_destroy: terms.downloads_max == 1,
        destroy_after_guesses: None,
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

        let mut owner = ShareOwner::from_link(&format!("https://host/o#{}", *sender.owner_token())).unwrap();
        assert_eq!((owner.share_id(), owner.owner_proof()), (sender.share_id(), sender.owner_proof()));
        owner.open_note(&note).unwrap();
        assert_eq!(owner.noted()[0].token, *sender.token());
        let mut back = owner.sender(&[sender.link_id()]).unwrap();
        assert_eq!((back.link_id(), back.token()), (sender.link_id(), sender.token()));
        assert!(matches!(back.contents(), Err(SendError::OutOfOrder)));
        back.reopen_manifest(&manifest).unwrap();
        let contents = Contents { files: 1, bytes: 1, first: "a.txt".to_owned() };
        assert_eq!(back.contents().unwrap(), contents);
        assert_eq!(owner.contents(&manifest).unwrap(), contents);
        assert!(owner.contents(&manifest[1..]).is_err());
        assert!(matches!(back.put_link(LinkTerms { downloads_max: 1 }, &mut rng), Err(SendError::OutOfOrder)));
        let receipt_key = back.receipt_key.as_ref().unwrap();
        assert_eq!(receipt_key.expose(), sender.lock.as_ref().unwrap().keys.receipt.expose());

        assert!(owner.open_note(&note[1..]).is_err() && owner.open_note(&[]).is_err());
        let stranger = Sender::draw(&mut rng);
        assert!(owner.sender(&[stranger.link_id()]).is_err(), "a link that the note does not know");
        let mut other = ShareOwner::from_link(&stranger.owner_token()).unwrap();
        assert!(other.open_note(&note).is_err(), "the note of another share");
        for token in [sender.token(), stranger.token()] {
            assert!(matches!(ShareOwner::from_link(&token), Err(TokenError::OtherKind(_))));
        }
    }

    #[test]
    fn a_link_is_noted_before_it_is_made_and_survives_another_device() {
        let mut rng = UnwrapErr(Seeded(4));
        let mut sender = Sender::draw(&mut rng);
        sender.lock(None);
        let part = Part {
            sealed_len: 4096 + 81,
            digest: Digest::from_bytes([1; 32]),
            commitment: Commitment::from_bytes([2; 32]),
        };
        let manifest = sender.seal_manifest(vec![file()], None, PART_BYTES, vec![part], &mut rng).unwrap();
        let first = sender.owner_note(&mut rng).unwrap();
        let come_back = |note: &[u8]| {
            let mut owner = ShareOwner::from_link(&sender.owner_token()).unwrap();
            owner.open_note(note).unwrap();
            owner
        };
        let (mut one, mut other) = (come_back(&first), come_back(&first));
        let terms = LinkTerms { downloads_max: 3 };
        assert!(
            matches!(one.put_link(sender.link_id(), terms, &mut rng), Err(SendError::OutOfOrder)),
            "it was not drawn"
        );
        let anna = one.draw_link(" Anna ", None, &mut rng).unwrap();
        assert!(matches!(one.put_link(anna, terms, &mut rng), Err(SendError::OutOfOrder)), "the manifest is not known");
        one.contents(&manifest).unwrap();
        let bob = other.draw_link("Bob", Some(&Password::new("right").unwrap()), &mut rng).unwrap();
        let of_one = one.seal_note(&mut rng).unwrap();

        // The other device was slower: it reads what is there, and its own link is not lost.
        other.open_note(&of_one).unwrap();
        let both = come_back(&other.seal_note(&mut rng).unwrap());
        assert_eq!(both.note.revision, 3);
        let labels: Vec<_> = both.noted().into_iter().map(|noted| (noted.link, noted.label)).collect();
        let wanted = [(sender.link_id(), String::new()), (anna, "Anna".to_owned()), (bob, "Bob".to_owned())];
        assert_eq!(labels, wanted);

        let body = one.put_link(anna, terms, &mut rng).unwrap();
        assert_eq!((body.downloads_max, body.lock.needs_password, body.recipient_may_destroy), (3, false, false));
        let keys = both.note.links[1].secret.keys(None);
        let view = View::open(&keys.view, &anna, &body.lock.view_wrap).unwrap();
        assert_eq!(view.manifest_digest, Digest::of(&manifest));
        let mut both = both;
        assert!(matches!(both.open_note(&of_one), Err(SendError::OlderNote)));
        assert!(matches!(both.expect_room(&vec![String::new(); LINKS_MAX - 2]), Err(SendError::TooManyLinks)));
        both.expect_room(&vec![String::new(); LINKS_MAX - 3]).unwrap();
        for _ in 3..LINKS_MAX {
            both.draw_link("", None, &mut rng).unwrap();
        }
        assert!(matches!(both.draw_link("", None, &mut rng), Err(SendError::TooManyLinks)));
        let full = both.seal_note(&mut rng).unwrap();
        assert_eq!(come_back(&full).noted().len(), LINKS_MAX);
        assert!(matches!(one.draw_link(&"x".repeat(257), None, &mut rng), Err(SendError::LabelTooLong(1))));
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
