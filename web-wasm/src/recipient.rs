//! The recipient's side of the protocol: from the text of a link to opened parts.

use serde::Serialize;
use subrosa_shared::api::FinishLease;
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::keys::LinkKeys;
use subrosa_shared::manifest::{EntryKind, Manifest, ManifestError};
use subrosa_shared::password::{Password, Suite};
use subrosa_shared::seal::OpenError;
use subrosa_shared::secret::LinkSecret;
use subrosa_shared::time::Timestamp;
use subrosa_shared::token::TokenError;
use subrosa_shared::wrap::{View, open_content_key};
use zeroize::Zeroizing;

use crate::held::{Held, OutOfOrder};
use crate::parts::PartKey;
use crate::plan::{self, Block, PreviewPlan, SavePlan, Wanted};
use crate::preview::{Kind, is_readme};
use crate::saved_names::{download_name, saved_paths};
use crate::tree::{Folder, Found, Index, Tree};
use crate::zip::{self, OffsetAt, ZipStream};

/// Why a step of receiving cannot be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The text is not a whole link.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// An earlier step is missing.
    #[error(transparent)]
    OutOfOrder(#[from] OutOfOrder),
    /// The answer of the server is not what the protocol says.
    #[error("the answer is malformed")]
    Answer,
    /// A wrap does not open although the server took the open proof.
    #[error("a key of the link does not open")]
    Wrap(#[from] OpenError),
    /// The manifest is not the one that the link pins.
    #[error("the list of files is not the one of this link")]
    OtherManifest,
    /// The manifest does not open or is not as it must be.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// There is no such file or folder in the share.
    #[error("no such file")]
    NoSuchFile,
}

/// Someone who holds a link.
pub struct Recipient {
    link: LinkSecret,
    keys: Option<LinkKeys>,
    opened: Option<(ShareId, View)>,
    manifest: Option<Manifest>,
    tree: Tree,
    /// Made when somebody searches.
    index: Option<Index>,
    /// Lease and device.
    pub held: Held,
}

/// What the page shows of a share.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    note: Option<String>,
    /// Which edition it is; `None` of what the share began with.
    edition: Option<u64>,
    /// When that was sealed.
    edition_at: Option<Timestamp>,
    content_len: u64,
    part_bytes: u32,
    /// Folders around entries; one comes after the one around it.
    folders: Vec<Folder>,
    entries: Vec<Listed>,
    /// The entry that is to be read first.
    readme: Option<usize>,
}

/// An entry of the list.
#[derive(Debug, Serialize)]
pub struct Listed {
    path: String,
    /// The path under which it is saved together with the others, if it is another one.
    saved: Option<String>,
    /// The name under which it is saved alone, if it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    alone: Option<String>,
    /// Bytes; `None` for an empty folder.
    size: Option<u64>,
    modified: Option<Timestamp>,
    /// The folder around it.
    folder: Option<usize>,
    /// How it can be looked at.
    preview: Option<Kind>,
}

impl Recipient {
    /// Finds the link in a text, as it is in the address bar or in a message, and repairs what
    /// programs do to links.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn from_text(text: &str) -> Result<Self, ReceiveError> {
        let link = LinkSecret::from_text(text)?;
        Ok(Self {
            link,
            keys: None,
            opened: None,
            manifest: None,
            tree: Tree::default(),
            index: None,
            held: Held::default(),
        })
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

    /// Derives what the password gives. With one it takes about 0.2 s and 64 MiB.
    pub fn unlock(&mut self, password: Option<&Password>) {
        let stretched = password.map(|password| password.stretch(Suite::One, &self.link));
        self.keys = Some(self.link.keys(stretched.as_ref()));
    }

    /// For the header of calls that need link and password.
    ///
    /// # Errors
    /// [`unlock`](Self::unlock) comes first.
    pub fn open_proof(&self) -> Result<Zeroizing<String>, ReceiveError> {
        Ok(self.keys()?.open_proof.to_text())
    }

    /// Takes what the answer to opening says: the share, and the view wrap.
    ///
    /// # Errors
    /// The view wrap does not open.
    pub fn opened(&mut self, share: ShareId, view_wrap: &[u8]) -> Result<(), ReceiveError> {
        let view = View::open(&self.keys()?.view, &self.link_id(), view_wrap)?;
        self.opened = Some((share, view));
        Ok(())
    }

    /// Takes the sealed manifest: checks that it is the one that the link pins, opens and checks
    /// it.
    ///
    /// # Errors
    /// It is another one, does not open, or is not as it must be.
    pub fn read_manifest(&mut self, sealed: &[u8]) -> Result<Listing, ReceiveError> {
        let (share, view) = self.opened.as_ref().ok_or(OutOfOrder)?;
        if Digest::of(sealed) != view.manifest_digest {
            return Err(ReceiveError::OtherManifest);
        }
        let manifest = Manifest::open(&view.manifest_key, share, sealed)?;
        let tree = Tree::of(manifest.entries());
        let entries = manifest.entries().iter().zip(saved_paths(manifest.entries())).enumerate();
        let listing = Listing {
            note: manifest.note().map(str::to_owned),
            edition: manifest.edition().map(|edition| edition.number.get().into()),
            edition_at: manifest.edition().map(|edition| edition.at),
            content_len: manifest.layout().content_len(),
            part_bytes: manifest.layout().part_bytes(),
            folders: tree.folders().to_vec(),
            readme: manifest.entries().iter().position(|entry| is_readme(entry.path.as_str(), entry.size())),
            entries: entries
                .map(|(index, (entry, saved))| Listed {
                    path: entry.path.to_string(),
                    alone: Some(download_name(entry.path.name())).filter(|alone| alone != entry.path.name()),
                    saved: (saved != entry.path.as_str()).then_some(saved),
                    size: matches!(entry.kind, EntryKind::File { .. }).then(|| entry.size()),
                    modified: entry.modified,
                    folder: tree.around(index),
                    preview: plan::kind_of(entry),
                })
                .collect(),
        };
        (self.manifest, self.tree, self.index) = (Some(manifest), tree, None);
        Ok(listing)
    }

    /// Takes the content wrap of the granted lease: what workers need to open parts.
    ///
    /// # Errors
    /// The content wrap does not open.
    pub fn granted(&self, content_wrap: &[u8]) -> Result<PartKey, ReceiveError> {
        let (share, _) = self.opened.as_ref().ok_or(OutOfOrder)?;
        let key = open_content_key(&self.keys()?.content, &self.link_id(), content_wrap)?;
        Ok(PartKey::new(*share, key))
    }

    /// What to fetch to save something.
    ///
    /// # Errors
    /// There is no such file or folder.
    pub fn save_plan(&self, wanted: Wanted) -> Result<SavePlan, ReceiveError> {
        plan::save_plan(self.manifest()?, &self.tree, wanted).ok_or(ReceiveError::NoSuchFile)
    }

    /// What to fetch to look at a file.
    ///
    /// # Errors
    /// There is no such file, or nothing to be seen in it.
    pub fn preview_plan(&self, entry: usize) -> Result<PreviewPlan, ReceiveError> {
        plan::preview_plan(self.manifest()?, entry).ok_or(ReceiveError::NoSuchFile)
    }

    /// What to fetch to play a file from a byte on.
    ///
    /// # Errors
    /// There is no such file, or no such byte in it.
    pub fn block(&self, entry: usize, at: u64) -> Result<Block, ReceiveError> {
        plan::block(self.manifest()?, entry, at).ok_or(ReceiveError::NoSuchFile)
    }

    /// Entries whose path has a text in it, at most so many.
    ///
    /// # Errors
    /// The manifest comes first.
    pub fn find(&mut self, text: &str, at_most: usize) -> Result<Found, ReceiveError> {
        let manifest = self.manifest.as_ref().ok_or(OutOfOrder)?;
        Ok(self.index.get_or_insert_with(|| Index::of(manifest.entries())).find(text, at_most))
    }

    /// Begins the archive of everything, or of a folder. The offset from UTC is for the times of
    /// zip.
    ///
    /// # Errors
    /// The manifest comes first.
    pub fn archive(&self, folder: Option<usize>, offset_at: OffsetAt) -> Result<ZipStream, ReceiveError> {
        let entries = self.manifest()?.entries();
        if folder.is_some_and(|folder| folder >= self.tree.folders().len()) {
            return Err(ReceiveError::NoSuchFile);
        }
        // A folder is saved with its name, but without those around it.
        let outside = folder.map_or(0, |folder| self.tree.depth(folder));
        let archived = entries.iter().zip(saved_paths(entries)).enumerate();
        let archived = archived.filter(|(index, _)| folder.is_none_or(|folder| self.tree.contains(folder, *index)));
        let archived = archived.map(|(_, (entry, path))| zip::Entry {
            path: path.splitn(outside + 1, '/').last().unwrap_or_default().to_owned(),
            len: matches!(entry.kind, EntryKind::File { .. }).then(|| entry.size()),
            modified: entry.modified,
        });
        Ok(ZipStream::new(archived.collect(), offset_at))
    }

    /// Body of the call that says that it is saved, with the receipt.
    ///
    /// # Errors
    /// No lease is held.
    pub fn finish_lease(&self) -> Result<FinishLease, ReceiveError> {
        let (_, view) = self.opened.as_ref().ok_or(OutOfOrder)?;
        let lease = self.held.lease_id()?;
        Ok(FinishLease { receipt: Some(self.keys()?.receipt.receipt(&self.link_id(), &lease, &view.manifest_digest)) })
    }

    fn keys(&self) -> Result<&LinkKeys, OutOfOrder> {
        self.keys.as_ref().ok_or(OutOfOrder)
    }

    fn manifest(&self) -> Result<&Manifest, OutOfOrder> {
        self.manifest.as_ref().ok_or(OutOfOrder)
    }
}

#[cfg(test)]
#[path = "recipient_tests.rs"]
mod tests;
