//! The returning owner's side of the protocol: a share that was sent before, its note, its links.

use std::collections::BTreeSet;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use subrosa_shared::api::{MoveLinks, MovedLink, PatchLink, PutLink};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::limits::LINKS_MAX;
use subrosa_shared::manifest::{Entry, EntryKind, Manifest};
use subrosa_shared::note::{NoteError, NotedLink, OwnerNote};
use subrosa_shared::password::{Password, Suite};
use subrosa_shared::secret::{LinkSecret, OwnerSecret, ReceiptKey};
use subrosa_shared::token::TokenError;
use subrosa_shared::wrap::{View, seal_content_key};
use zeroize::Zeroizing;

use crate::sender::{Contents, LABEL_BYTES_MAX, LinkTerms, Lock, SendError, Sender, link_body, lock_body};

/// The owner of a share who comes back with the address that they kept, perhaps on another device,
/// and may make more links.
pub struct ShareOwner {
    owner: OwnerSecret,
    /// As it was read last, with the links that are being made.
    note: OwnerNote,
    /// Whether it was read: what was never read replaces nothing.
    is_read: bool,
    /// The content that was opened last, and the digest of its manifest.
    opened: Option<(ContentNumber, Digest)>,
    /// The links that are being made.
    making: Vec<Making>,
    /// The links whose password is being changed.
    relocking: Vec<(LinkId, Lock)>,
}

/// A link that is noted before it is made.
struct Making {
    secret: LinkSecret,
    lock: Lock,
    label: String,
}

/// A link that another content is to be put behind.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct ToMove {
    /// Which.
    pub link: LinkId,
    /// Whether it has a password, as the server says.
    pub needs_password: bool,
    /// How many downloads it is to allow in all; `None`: as many as now.
    pub downloads_max: Option<u32>,
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

/// What recipients of a content are shown, as far as its manifest tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listing {
    /// Files and folders: at most [`LISTED_MAX`] of them.
    pub entries: Vec<Listed>,
    /// How many there are.
    pub count: usize,
    /// The note to the recipient.
    pub note: Option<String>,
    /// Of the sealed manifest.
    pub manifest_digest: Digest,
}

/// A file or folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its path.
    pub path: String,
    /// Bytes; `None` of a folder.
    pub bytes: Option<u64>,
}

/// Entries that are listed: who tries a link wants to see that it is the right one.
pub const LISTED_MAX: usize = 200;

impl ShareOwner {
    /// Finds the owner's address in a text.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn from_link(text: &str) -> Result<Self, TokenError> {
        let owner = OwnerSecret::from_text(text)?;
        Ok(Self {
            owner,
            note: OwnerNote::default(),
            is_read: false,
            opened: None,
            making: Vec::new(),
            relocking: Vec::new(),
        })
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

    /// What a content of the share is. It can be put behind links then, and links can be made.
    ///
    /// # Errors
    /// The manifest does not open.
    pub fn contents(&mut self, content: ContentNumber, manifest: &[u8]) -> Result<Contents, SendError> {
        let opened = Manifest::open(&self.owner.manifest_key(content), &self.share_id(), manifest)?;
        self.opened = Some((content, Digest::of(manifest)));
        Ok(Contents::of(&opened))
    }

    /// What recipients of a content are shown. Opens it with the owner's own key.
    ///
    /// # Errors
    /// The manifest does not open.
    pub fn listing(&self, content: ContentNumber, manifest: &[u8]) -> Result<Listing, SendError> {
        let opened = Manifest::open(&self.owner.manifest_key(content), &self.share_id(), manifest)?;
        let listed = |entry: &Entry| Listed {
            path: entry.path.as_str().to_owned(),
            bytes: match entry.kind {
                EntryKind::File { size, .. } => Some(size),
                EntryKind::Folder => None,
            },
        };
        Ok(Listing {
            entries: opened.entries().iter().take(LISTED_MAX).map(listed).collect(),
            count: opened.entries().len(),
            note: opened.note().map(str::to_owned),
            manifest_digest: Digest::of(manifest),
        })
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
        self.is_read = true;
        self.note_making();
        self.note_relocking();
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
        let lock = Lock::of(&secret, stretched);
        let id = secret.link_id();
        self.making.push(Making { secret, lock, label });
        self.note_making();
        Ok(id)
    }

    /// Forgets what was drawn: it is made, or nobody wants it any more.
    pub fn forget_drawn(&mut self) {
        self.making.clear();
        self.relocking.clear();
    }

    /// Settles another password of a link, or that it has none any more. With a password it takes
    /// about 0.2 s and 64 MiB. It is noted with the next [`seal_note`](Self::seal_note), and made
    /// with [`change_lock`](Self::change_lock).
    ///
    /// # Errors
    /// The note does not know the link.
    pub fn relock(&mut self, link: LinkId, password: Option<&Password>) -> Result<(), SendError> {
        let noted = self.note.links.iter().find(|noted| noted.secret.link_id() == link).ok_or(SendError::OutOfOrder)?;
        let stretched = password.map(|password| password.stretch(Suite::One, &noted.secret));
        let lock = Lock::of(&noted.secret, stretched);
        self.relocking.retain(|(known, _)| *known != link);
        self.relocking.push((link, lock));
        self.note_relocking();
        Ok(())
    }

    fn note_relocking(&mut self) {
        for (link, lock) in &self.relocking {
            if let Some(noted) = self.note.links.iter_mut().find(|noted| noted.secret.link_id() == *link) {
                noted.change_keys(&lock.keys);
            }
        }
    }

    /// Body of the call that gives a link the password that was settled.
    ///
    /// # Errors
    /// None was settled, or [`contents`](Self::contents) was not asked for what is behind the link.
    pub fn change_lock(&self, link: LinkId, rng: &mut impl CryptoRng) -> Result<PatchLink, SendError> {
        let mut relocking = self.relocking.iter();
        let (_, lock) = relocking.find(|(known, _)| *known == link).ok_or(SendError::OutOfOrder)?;
        let opened = self.opened.ok_or(SendError::OutOfOrder)?;
        Ok(PatchLink { lock: Some(lock_body(&self.owner, link, lock, opened, rng)), ..PatchLink::default() })
    }

    /// Body of the call that puts the content that was opened last behind links. Only those whose
    /// keys are known are in it: links with a password that were noted before there were editions
    /// are not.
    ///
    /// # Errors
    /// No content was opened.
    pub fn move_links(&self, links: &[ToMove], rng: &mut impl CryptoRng) -> Result<MoveLinks, SendError> {
        let (content, manifest_digest) = self.opened.ok_or(SendError::OutOfOrder)?;
        let view = View { manifest_key: self.owner.manifest_key(content), manifest_digest };
        let content_key = self.owner.content_key(content);
        let mut moved = Vec::new();
        for to_move in links {
            let mut noted = self.note.links.iter();
            let Some(noted) = noted.find(|noted| noted.secret.link_id() == to_move.link) else { continue };
            let derived;
            let keys = match &noted.wrap_keys {
                Some(keys) => keys,
                None if to_move.needs_password => continue,
                None => {
                    derived = NotedLink::new(&noted.secret, String::new(), &noted.secret.keys(None));
                    derived.wrap_keys.as_ref().ok_or(SendError::OutOfOrder)?
                }
            };
            moved.push(MovedLink {
                link: to_move.link,
                open_verifier: keys.open_verifier,
                view_wrap: view.seal(&keys.view, &to_move.link, rng),
                content_wrap: seal_content_key(&content_key, &keys.content, &to_move.link, rng),
                downloads_max: to_move.downloads_max,
            });
        }
        Ok(MoveLinks { links: moved })
    }

    fn note_making(&mut self) {
        let known: BTreeSet<_> = self.note.links.iter().map(|noted| *noted.secret.link_id().as_bytes()).collect();
        let missing = self.making.iter().filter(|making| !known.contains(making.secret.link_id().as_bytes()));
        let noted = |Making { secret, lock, label }: &Making| NotedLink::new(secret, label.clone(), &lock.keys);
        self.note.links.extend(missing.map(noted));
    }

    /// The note as it is now, sealed anew, with the next revision.
    ///
    /// # Errors
    /// It is too large, or was never read.
    pub fn seal_note(&mut self, rng: &mut impl CryptoRng) -> Result<Vec<u8>, SendError> {
        if !self.is_read {
            return Err(SendError::OutOfOrder);
        }
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
        let opened = self.opened.ok_or(SendError::OutOfOrder)?;
        Ok(link_body(&self.owner, secret, lock, opened, terms, rng))
    }

    /// The sender again, of that content, as far as the note tells: with the first of these links
    /// that it knows, without its password.
    ///
    /// # Errors
    /// The note has none of them.
    pub fn sender(&self, content: ContentNumber, links: &[LinkId]) -> Result<Sender, SendError> {
        let mut noted = self.note.links.iter();
        let found = noted.find(|noted| links.contains(&noted.secret.link_id())).ok_or(NoteError::Malformed)?;
        let receipt_key = ReceiptKey::from_bytes(*found.receipt_key.expose());
        Ok(Sender::of(&self.owner, content, &found.secret, Some(receipt_key)))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use rand_core::UnwrapErr;
    use subrosa_shared::id::Commitment;
    use subrosa_shared::manifest::Part;
    use subrosa_shared::path::EntryPath;
    use subrosa_shared::time::Timestamp;

    use super::*;
    use crate::seeded::Seeded;

    const PART_BYTES: u32 = 8 << 20;
    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

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
        let manifest = sender.seal_manifest((vec![file()], None), PART_BYTES, vec![part], NOW, &mut rng).unwrap();
        let first = sender.owner_note(&mut rng).unwrap();
        let come_back = |note: &[u8]| {
            let mut owner = ShareOwner::from_link(&sender.owner_token()).unwrap();
            owner.open_note(note).unwrap();
            owner
        };
        let (mut one, mut other) = (come_back(&first), come_back(&first));
        let terms = LinkTerms { downloads_max: 3, ..LinkTerms::default() };
        assert!(
            matches!(one.put_link(sender.link_id(), terms, &mut rng), Err(SendError::OutOfOrder)),
            "it was not drawn"
        );
        let anna = one.draw_link(" Anna ", None, &mut rng).unwrap();
        assert!(matches!(one.put_link(anna, terms, &mut rng), Err(SendError::OutOfOrder)), "the manifest is not known");
        one.contents(ContentNumber::FIRST, &manifest).unwrap();
        let listing = one.listing(ContentNumber::FIRST, &manifest).unwrap();
        assert_eq!(listing.entries, [Listed { path: "a.txt".to_owned(), bytes: Some(1) }]);
        assert_eq!((listing.count, listing.manifest_digest), (1, Digest::of(&manifest)));
        assert!(one.listing(ContentNumber::new(2).unwrap(), &manifest).is_err(), "it is of another version");
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
}
