//! The recipient's side of the protocol: from the text of a link to opened parts.

use std::collections::HashMap;
use std::collections::hash_map::Entry::{Occupied, Vacant};

use serde::Serialize;
use subrosa_shared::api::{FinishLease, GrantedLease, OpenedLink};
use subrosa_shared::id::{Digest, LinkId, ShareId};
use subrosa_shared::keys::LinkKeys;
use subrosa_shared::manifest::{Entry, EntryKind, Manifest, ManifestError};
use subrosa_shared::password::{Password, Suite};
use subrosa_shared::path::{EntryPath, NAME_BYTES_MAX, folded, storable_name};
use subrosa_shared::seal::OpenError;
use subrosa_shared::secret::LinkSecret;
use subrosa_shared::time::Timestamp;
use subrosa_shared::token::TokenError;
use subrosa_shared::wrap::{View, open_content_key};
use zeroize::Zeroizing;

use crate::basket::{numbered, shortened};
use crate::held::{Held, OutOfOrder};
use crate::parts::PartKey;
use crate::zip::{self, ZipStream, archive_name};

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
    /// There is no such file in the share.
    #[error("no such file")]
    NoSuchFile,
}

/// Someone who holds a link.
pub struct Recipient {
    link: LinkSecret,
    keys: Option<LinkKeys>,
    opened: Option<(ShareId, View)>,
    manifest: Option<Manifest>,
    /// Lease and device.
    pub held: Held,
}

/// What the page shows of a share.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Listing {
    note: Option<String>,
    content_len: u64,
    part_bytes: u32,
    entries: Vec<Listed>,
}

/// An entry of the list.
#[derive(Debug, Serialize)]
pub struct Listed {
    path: String,
    /// The path under which it is saved, if it is another one.
    saved: Option<String>,
    /// Bytes; `None` for an empty folder.
    size: Option<u64>,
    modified: Option<Timestamp>,
}

/// What has to be fetched to save something, and under which name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavePlan {
    name: String,
    /// Whether it is an archive of everything.
    is_archive: bool,
    /// Bytes of content.
    len: u64,
    pieces: Vec<SavePiece>,
}

/// A part, and what is wanted of it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SavePiece {
    index: u32,
    sealed_len: u64,
    digest: Digest,
    /// First byte of plaintext that is wanted.
    from: u64,
    /// End of the bytes that are wanted.
    to: u64,
}

impl Recipient {
    /// Finds the link in a text, as it is in the address bar or in a message, and repairs what programs do to links.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub fn from_text(text: &str) -> Result<Self, ReceiveError> {
        let link = LinkSecret::from_text(text)?;
        Ok(Self { link, keys: None, opened: None, manifest: None, held: Held::default() })
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

    /// Takes the answer to opening.
    ///
    /// # Errors
    /// The view wrap does not open.
    pub fn opened(&mut self, answer: &OpenedLink) -> Result<(), ReceiveError> {
        let view = View::open(&self.keys()?.view, &self.link_id(), &answer.view_wrap)?;
        self.opened = Some((answer.share, view));
        Ok(())
    }

    /// Takes the sealed manifest: checks that it is the one that the link pins, opens and checks it.
    ///
    /// # Errors
    /// It is another one, does not open, or is not as it must be.
    pub fn read_manifest(&mut self, sealed: &[u8]) -> Result<Listing, ReceiveError> {
        let (share, view) = self.opened.as_ref().ok_or(OutOfOrder)?;
        if Digest::of(sealed) != view.manifest_digest {
            return Err(ReceiveError::OtherManifest);
        }
        let manifest = Manifest::open(&view.manifest_key, share, sealed)?;
        let entries = manifest.entries().iter().zip(saved_paths(manifest.entries()));
        let listing = Listing {
            note: manifest.note().map(str::to_owned),
            content_len: manifest.layout().content_len(),
            part_bytes: manifest.layout().part_bytes(),
            entries: entries
                .map(|(entry, saved)| Listed {
                    path: entry.path.to_string(),
                    saved: (saved != entry.path.as_str()).then_some(saved),
                    size: matches!(entry.kind, EntryKind::File { .. }).then(|| entry.size()),
                    modified: entry.modified,
                })
                .collect(),
        };
        self.manifest = Some(manifest);
        Ok(listing)
    }

    /// Takes the granted lease: what workers need to open parts.
    ///
    /// # Errors
    /// The content wrap does not open.
    pub fn granted(&self, answer: &GrantedLease) -> Result<PartKey, ReceiveError> {
        let (share, _) = self.opened.as_ref().ok_or(OutOfOrder)?;
        let key = open_content_key(&self.keys()?.content, &self.link_id(), &answer.content_wrap)?;
        Ok(PartKey::new(*share, key))
    }

    /// What to fetch for one file, or for everything: the one file that there is, or an archive.
    ///
    /// # Errors
    /// There is no such file.
    pub fn save_plan(&self, entry: Option<usize>) -> Result<SavePlan, ReceiveError> {
        let manifest = self.manifest()?;
        let entries = manifest.entries();
        let only = match entries {
            [Entry { kind: EntryKind::File { .. }, .. }] => Some(0),
            _ => None,
        };
        let chosen = entry.or(only);
        let (name, range) = match chosen {
            Some(index) => {
                let entry = entries.get(index).ok_or(ReceiveError::NoSuchFile)?;
                if entry.kind == EntryKind::Folder {
                    return Err(ReceiveError::NoSuchFile);
                }
                (download_name(entry.path.name()), manifest.ranges().nth(index).ok_or(ReceiveError::NoSuchFile)?)
            }
            None => {
                let name = archive_name(entries.iter().map(|entry| entry.path.as_str()));
                (download_name(&name), 0..manifest.layout().content_len())
            }
        };
        let len = range.end - range.start;
        let pieces = manifest.layout().pieces(range).map(|piece| {
            let part = manifest.parts()[piece.index as usize];
            let (from, to) = (piece.within.start, piece.within.end);
            SavePiece { index: piece.index, sealed_len: part.sealed_len, digest: part.digest, from, to }
        });
        Ok(SavePlan { name, is_archive: chosen.is_none(), len, pieces: pieces.collect() })
    }

    /// Begins the archive of everything.
    ///
    /// # Errors
    /// The manifest comes first.
    pub fn archive(&self, utc_offset_minutes: i32) -> Result<ZipStream, ReceiveError> {
        let entries = self.manifest()?.entries();
        let archived = entries.iter().zip(saved_paths(entries)).map(|(entry, path)| zip::Entry {
            path,
            len: matches!(entry.kind, EntryKind::File { .. }).then(|| entry.size()),
            modified: entry.modified,
        });
        Ok(ZipStream::new(archived.collect(), utc_offset_minutes))
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

/// Longest name of a download, in bytes: while one is not finished, browsers add to its name (`.crdownload`, ` (1)`), and
/// fail where the disk takes no more than 255.
const DOWNLOAD_NAME_BYTES_MAX: usize = 230;

/// The name under which a browser can save: storable, and short enough; a short ending stays.
fn download_name(name: &str) -> String {
    shortened(&storable_name(name), DOWNLOAD_NAME_BYTES_MAX)
}

/// Paths under which entries are saved: what platforms can store, and no two the same, nor the same for a file system that
/// ignores case or normalization. Folders keep their storable names; those that get the same one are merged.
fn saved_paths(entries: &[Entry]) -> Vec<String> {
    let mut names = SavedNames::default();
    // All folders before the first entry, so that no entry takes the name of one.
    let folders: Vec<usize> = entries.iter().map(|entry| names.folder_around(&entry.path)).collect();
    entries
        .iter()
        .zip(folders)
        .map(|(entry, folder)| {
            let mut path = entry.path.storable();
            let name = path.split_off(path.rfind('/').map_or(0, |slash| slash + 1));
            path + &names.take_free(folder, name)
        })
        .collect()
}

/// The folder around everything.
const ROOT: usize = 0;

/// Room for ` (4294967295)` in a name, and for what makes a shortened one storable.
const NUMBER_BYTES_MAX: usize = 16;

/// The names under which entries are saved. A tree of names rather than a set of paths: its size is that of the paths,
/// however deep they are.
#[derive(Default)]
struct SavedNames {
    /// By folder and folded name, with the number under which a folder is known here.
    taken: HashMap<(usize, String), usize>,
    /// By folder and folded name before numbering: the next number to try. Without it, each of many names that become the
    /// same would try those of all others.
    next: HashMap<(usize, String), u32>,
}

impl SavedNames {
    /// The folder in which an entry lies.
    fn folder_around(&mut self, path: &EntryPath) -> usize {
        let folders = path.as_str().rsplit_once('/').into_iter().flat_map(|(folders, _)| folders.split('/'));
        folders.fold(ROOT, |folder, name| {
            let id = self.taken.len() + 1;
            *self.taken.entry((folder, folded(&storable_name(name)))).or_insert(id)
        })
    }

    /// Takes a storable name, with a number if it is taken already.
    fn take_free(&mut self, folder: usize, name: String) -> String {
        if self.take(folder, &name) {
            return name;
        }
        // Shortened before it is numbered: long names that become the same by that share their numbers.
        let base = storable_name(&shortened(&name, NAME_BYTES_MAX - NUMBER_BYTES_MAX));
        let key = (folder, folded(&base));
        let first = self.next.get(&key).copied().unwrap_or(2);
        let (attempt, free) = (first..)
            .map(|attempt| (attempt, numbered(&base, attempt)))
            .find(|(_, candidate)| self.take(folder, candidate))
            .expect("numbers do not end");
        self.next.insert(key, attempt + 1);
        free
    }

    /// Takes a name if it is free.
    fn take(&mut self, folder: usize, name: &str) -> bool {
        let id = self.taken.len() + 1;
        match self.taken.entry((folder, folded(name))) {
            Vacant(place) => {
                place.insert(id);
                true
            }
            Occupied(_) => false,
        }
    }
}

#[cfg(test)]
#[path = "recipient_tests.rs"]
mod tests;
