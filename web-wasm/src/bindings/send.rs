//! For the page *send*.

use serde::{Deserialize, Serialize};
use subrosa_shared::api::Config;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Commitment, Digest};
use subrosa_shared::manifest::{Entry, EntryKind, Part};
use subrosa_shared::note::NoteError;
use subrosa_shared::path::{DEPTH_MAX, EntryPath, NAME_BYTES_MAX, PATH_BYTES_MAX};
use subrosa_shared::time::Timestamp;
use wasm_bindgen::prelude::*;

use super::owner::owner_methods;
use super::{Thrown, answer, given, json, password, rng};
use crate::basket::{self, Added, BasketError, Renaming};
use crate::packing;
use crate::same_files::{self, Offer};
use crate::sender::{self, LinkTerms, SendError};

/// What the sender has picked. See [`basket::Basket`].
#[wasm_bindgen]
pub struct Basket {
    basket: basket::Basket,
    config: Config,
}

#[wasm_bindgen]
impl Basket {
    /// An empty one, under the limits of `GET /config`.
    ///
    /// # Errors
    /// `answer`: that is not a configuration.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str) -> Result<Self, JsValue> {
        Ok(Self { basket: basket::Basket::default(), config: answer(config)? })
    }

    /// Begins a pick: what is added from now on was picked together.
    #[wasm_bindgen(js_name = beginPick)]
    pub fn begin_pick(&mut self) {
        self.basket.begin_pick();
    }

    /// Files of earlier picks that came under the same path: `[{ id, looks_same }]` in JSON, or
    /// nothing if there are none.
    #[must_use]
    pub fn twins(&self, path: &str, size: f64, modified_millis: Option<f64>) -> Option<String> {
        let twins = self.basket.twins(path, size as u64, moment(modified_millis));
        (!twins.is_empty()).then(|| json(&twins))
    }

    /// Adds a file. Answers `{ id, renamed, why }` in JSON.
    ///
    /// # Errors
    /// `path-too-long`, with its bytes as detail; `path-too-deep`, with the number of its names.
    #[wasm_bindgen(js_name = addFile)]
    pub fn add_file(
        &mut self,
        path: &str,
        size: f64,
        media_type: &str,
        modified_millis: Option<f64>,
    ) -> Result<String, JsValue> {
        let added = self.basket.add(path, file_kind(size, media_type), moment(modified_millis));
        Ok(answered(&added.map_err(Thrown::from)?))
    }

    /// Adds a folder, which is kept if it stays empty. Answers like [`add_file`](Self::add_file);
    /// `id` is null if it is there.
    ///
    /// # Errors
    /// As [`add_file`](Self::add_file).
    #[wasm_bindgen(js_name = addFolder)]
    pub fn add_folder(&mut self, path: &str) -> Result<String, JsValue> {
        Ok(answered(&self.basket.add(path, EntryKind::Folder, None).map_err(Thrown::from)?))
    }

    /// Puts another file in the place of one that can no longer be read. Tells whether there is
    /// one.
    pub fn replace(&mut self, id: u32, size: f64, media_type: &str, modified_millis: Option<f64>) -> bool {
        self.basket.replace(id, file_kind(size, media_type), moment(modified_millis))
    }

    /// Removes a line of the list. Answers the numbers of what was removed.
    pub fn remove(&mut self, name: &str) -> Vec<u32> {
        self.basket.remove(name)
    }

    /// Removes one file by its number.
    #[wasm_bindgen(js_name = removeOne)]
    pub fn remove_one(&mut self, id: u32) {
        self.basket.remove_one(id);
    }

    /// The first lines of the list: `[{ name, files, len }]` in JSON.
    #[must_use]
    pub fn rows(&self, count_max: usize) -> String {
        json(&self.basket.rows().take(count_max).collect::<Vec<_>>())
    }

    /// How many lines the list has.
    #[wasm_bindgen(js_name = rowCount)]
    #[must_use]
    pub fn row_count(&self) -> usize {
        self.basket.rows().len()
    }

    /// How many files there are.
    #[wasm_bindgen(js_name = fileCount)]
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.basket.file_count()
    }

    /// Bytes of all files.
    #[wasm_bindgen(js_name = contentLen)]
    #[must_use]
    pub fn content_len(&self) -> f64 {
        self.basket.content_len() as f64
    }

    /// Whether all of it can be sent at once.
    ///
    /// # Errors
    /// `empty`, `too-large`, `too-many-parts`; `too-large-padded` and `list-too-long` with their
    /// bytes, `too-many` with their number as detail.
    pub fn check(&self) -> Result<(), JsValue> {
        self.basket.check(&self.config).map_err(Thrown::from)?;
        Ok(())
    }

    /// Fixes what is sent.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn plan(&self) -> Result<Plan, JsValue> {
        Ok(Plan(self.basket.plan(&self.config).map_err(Thrown::from)?))
    }
}

fn file_kind(size: f64, media_type: &str) -> EntryKind {
    EntryKind::File { size: size as u64, media_type: (!media_type.is_empty()).then(|| media_type.to_owned()) }
}

fn answered(added: &Added) -> String {
    #[derive(Serialize)]
    struct Answer<'a> {
        id: Option<u32>,
        renamed: Option<&'a str>,
        why: Option<Renaming>,
    }
    json(&match added {
        Added::AsIs(id) => Answer { id: Some(*id), renamed: None, why: None },
        Added::Renamed(id, path, why) => Answer { id: Some(*id), renamed: Some(path.as_str()), why: Some(*why) },
        Added::Merged => Answer { id: None, renamed: None, why: None },
    })
}

/// A note as it may stand in a manifest.
///
/// # Errors
/// `note-too-long`.
#[wasm_bindgen(js_name = plainNote)]
pub fn plain_note(typed: &str) -> Result<String, JsValue> {
    Ok(sender::plain_note(typed).ok_or_else(|| Thrown::new("note-too-long", "the note is too long"))?)
}

/// The longest texts that may be typed, in JSON: bytes of a note, of a password, of a web address
/// and of what a push hands over, characters of a line; and how many bytes a name and a path may
/// have, and names a path.
#[wasm_bindgen(js_name = textLimits)]
#[must_use]
pub fn text_limits() -> String {
    use subrosa_shared::manifest::NOTE_BYTES_MAX;
    use subrosa_shared::password::Password;
    use subrosa_shared::push::{LINE_CHARS_MAX, PAYLOAD_BYTES_MAX, URL_BYTES_MAX};
    #[derive(Serialize)]
    struct Answer {
        note: usize,
        password: usize,
        line: usize,
        url: usize,
        payload: usize,
        name: usize,
        path: usize,
        depth: usize,
    }
    json(&Answer {
        note: NOTE_BYTES_MAX,
        password: Password::BYTES_MAX,
        line: LINE_CHARS_MAX,
        url: URL_BYTES_MAX,
        payload: PAYLOAD_BYTES_MAX,
        name: NAME_BYTES_MAX,
        path: PATH_BYTES_MAX,
        depth: DEPTH_MAX,
    })
}

/// What is sent. See [`packing::Plan`].
#[wasm_bindgen]
pub struct Plan(packing::Plan);

#[wasm_bindgen]
impl Plan {
    /// How many parts there are.
    #[wasm_bindgen(js_name = partCount)]
    #[must_use]
    pub fn part_count(&self) -> u32 {
        self.0.layout().part_count()
    }

    /// Bytes of plaintext in every part but the last.
    #[wasm_bindgen(js_name = partBytes)]
    #[must_use]
    pub fn part_bytes(&self) -> u32 {
        self.0.layout().part_bytes()
    }

    /// Bytes of all files.
    #[wasm_bindgen(js_name = contentLen)]
    #[must_use]
    pub fn content_len(&self) -> f64 {
        self.0.layout().content_len() as f64
    }

    /// Bytes of all parts before sealing.
    #[wasm_bindgen(js_name = paddedLen)]
    #[must_use]
    pub fn padded_len(&self) -> f64 {
        self.0.layout().padded_len() as f64
    }

    /// Bytes of a part before sealing: what the sources give, and zeros up to here.
    #[wasm_bindgen(js_name = partLen)]
    #[must_use]
    pub fn part_len(&self, index: u32) -> u32 {
        let range = self.0.layout().part_range(index).unwrap_or(0..0);
        u32::try_from(range.end - range.start).expect("a part is at most 64 MiB")
    }

    /// How many files are sent.
    #[wasm_bindgen(js_name = fileCount)]
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.0.file_counts().0
    }

    /// How many of them are empty.
    #[wasm_bindgen(js_name = emptyCount)]
    #[must_use]
    pub fn empty_count(&self) -> usize {
        self.0.file_counts().1
    }

    /// How many files end in a part, without empty ones.
    #[wasm_bindgen(js_name = endsIn)]
    #[must_use]
    pub fn ends_in(&self, index: u32) -> usize {
        self.0.ends_in(index)
    }

    /// The path of the first entry.
    #[wasm_bindgen(js_name = firstPath)]
    #[must_use]
    pub fn first_path(&self) -> String {
        self.0.entries().next().map_or_else(String::new, |entry| entry.path.to_string())
    }

    /// What a part is read from: file, start, end; file, start, end; …
    #[must_use]
    pub fn sources(&self, index: u32) -> Vec<f64> {
        flat(self.0.sources(index))
    }

    /// The same for some bytes of a part, counted from its beginning.
    #[wasm_bindgen(js_name = sourcesWithin)]
    #[must_use]
    pub fn sources_within(&self, index: u32, start: u32, end: u32) -> Vec<f64> {
        flat(self.0.sources_within(index, start.into()..end.into()))
    }

    /// The numbers of what is sent, in the order of [`entries`](Self::entries).
    #[must_use]
    pub fn ids(&self) -> Vec<u32> {
        self.0.ids().collect()
    }

    /// A plan that was kept as its [`entries`](Self::entries). Its files are known by their places there.
    ///
    /// # Errors
    /// `given`, `manifest`: that is none.
    pub fn kept(entries: &str, part_bytes: u32) -> Result<Self, JsValue> {
        let plan = packing::Plan::kept(planned(entries)?, part_bytes);
        Ok(Self(plan.ok_or_else(|| Thrown::new("given", "nothing was planned like that"))?))
    }

    /// What is sent, in JSON for [`Sender::seal_manifest`].
    #[must_use]
    pub fn entries(&self) -> String {
        json(&self.0.entries().map(PlannedEntry::from).collect::<Vec<_>>())
    }
}

fn flat(sources: Vec<packing::Source>) -> Vec<f64> {
    let source = |source: packing::Source| [f64::from(source.file), source.range.start as f64, source.range.end as f64];
    sources.into_iter().flat_map(source).collect()
}

/// Which files are needed to go on. See [`same_files::SameFiles`].
#[wasm_bindgen]
pub struct SameFiles(same_files::SameFiles);

#[wasm_bindgen]
impl SameFiles {
    /// Of a plan and the parts of it that are missing. `picked`: paths or null, in JSON, by the
    /// number of the file.
    ///
    /// # Errors
    /// `given`: that are no paths.
    #[wasm_bindgen(constructor)]
    pub fn new(plan: &Plan, picked: &str, missing_parts: &[u32]) -> Result<Self, JsValue> {
        let picked: Vec<Option<String>> = given(picked)?;
        Ok(Self(same_files::SameFiles::of(&plan.0, &picked, missing_parts)))
    }

    /// Looks for a file that was picked again. Answers `{ same, changed }` in JSON: numbers of the
    /// files that it may be, and the number of the one that it was before it changed, or null.
    #[must_use]
    pub fn offer(&self, path: &str, size: f64, modified_millis: Option<f64>) -> String {
        #[derive(Default, Serialize)]
        struct Answer {
            same: Vec<u32>,
            changed: Option<u32>,
        }
        json(&match self.0.offer(path, size as u64, moment(modified_millis)) {
            Offer::OneOf(ids) => Answer { same: ids, changed: None },
            Offer::Changed(id) => Answer { same: vec![], changed: Some(id) },
            Offer::Unneeded => Answer::default(),
        })
    }

    /// Takes a file as one of those that it may be. Tells whether that one was still looked for.
    pub fn take(&mut self, id: u32) -> bool {
        self.0.take(id)
    }

    /// Takes it back: what is in the file is not what was.
    pub fn reject(&mut self, id: u32) {
        self.0.reject(id);
    }

    /// The numbers of the files that were not found yet.
    #[must_use]
    pub fn missing(&self) -> Vec<u32> {
        self.0.missing().collect()
    }
}

/// An entry on its way from the page to the worker that seals the manifest, or kept.
#[derive(Serialize, Deserialize)]
struct PlannedEntry {
    path: String,
    size: Option<u64>,
    media_type: Option<String>,
    modified: Option<Timestamp>,
}

impl From<&Entry> for PlannedEntry {
    fn from(entry: &Entry) -> Self {
        let (size, media_type) = match &entry.kind {
            EntryKind::File { size, media_type } => (Some(*size), media_type.clone()),
            EntryKind::Folder => (None, None),
        };
        Self { path: entry.path.to_string(), size, media_type, modified: entry.modified }
    }
}

impl PlannedEntry {
    fn parse(self) -> Result<Entry, Thrown> {
        let path = EntryPath::parse(&self.path).map_err(|error| Thrown::new("manifest", error))?;
        let kind = self.size.map_or(EntryKind::Folder, |size| EntryKind::File { size, media_type: self.media_type });
        Ok(Entry { path, modified: self.modified, kind })
    }
}

fn planned(entries: &str) -> Result<Vec<Entry>, Thrown> {
    let entries: Vec<PlannedEntry> = given(entries)?;
    entries.into_iter().map(PlannedEntry::parse).collect()
}

/// The sender's side. See [`sender::Sender`].
#[wasm_bindgen]
pub struct Sender(pub(super) sender::Sender);

owner_methods!(Sender);

#[wasm_bindgen]
impl Sender {
    /// Draws the secrets of a share and its link.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self(sender::Sender::draw(&mut rng()))
    }

    /// What brings the sender back with [`from_kept`](Self::from_kept): secrets, but not the password.
    ///
    /// # Errors
    /// `out-of-order`: the password is not settled.
    pub fn keep(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.keep().map_err(Thrown::from)?.to_vec())
    }

    /// The sender that was kept, of the content of that number.
    ///
    /// # Errors
    /// `given`: that is none.
    #[wasm_bindgen(js_name = fromKept)]
    pub fn from_kept(kept: &[u8], content: u16) -> Result<Self, JsValue> {
        let sender = sender::Sender::from_kept(kept, content_number(content)?);
        Ok(Self(sender.ok_or_else(|| Thrown::new("given", "that is no sender"))?))
    }

    /// Takes a manifest that was sealed before.
    ///
    /// # Errors
    /// `manifest`: it does not open.
    #[wasm_bindgen(js_name = reopenManifest)]
    pub fn reopen_manifest(&mut self, sealed: &[u8]) -> Result<(), JsValue> {
        Ok(self.0.reopen_manifest(sealed).map_err(Thrown::from)?)
    }

    /// The share's id.
    #[wasm_bindgen(js_name = shareId)]
    #[must_use]
    pub fn share_id(&self) -> String {
        self.0.share_id().to_string()
    }

    /// For a worker, to be wiped by it. See [`PartKey`](super::parts::PartKey).
    #[must_use]
    pub fn grant(&self) -> Vec<u8> {
        self.0.part_key().to_grant().to_vec()
    }

    /// Body of the call that creates the share.
    #[must_use]
    pub fn create(&self, expires_in_secs: f64, part_bytes: u32) -> String {
        json(&self.0.create(expires_in_secs as i64, part_bytes))
    }

    /// Sets the password; nothing typed is no password.
    ///
    /// # Errors
    /// `password-too-long`.
    pub fn lock(&mut self, typed: &str) -> Result<(), JsValue> {
        self.0.lock(password(typed)?.as_ref());
        Ok(())
    }

    /// The number of the content that is sent.
    #[must_use]
    pub fn content(&self) -> u16 {
        self.0.content().get()
    }

    /// Seals the manifest. Lengths, digests and commitments (32 bytes each) are those of the stored
    /// parts, in order. A new edition says that it was sealed now.
    ///
    /// # Errors
    /// `manifest`: it cannot be described.
    #[wasm_bindgen(js_name = sealManifest)]
    pub fn seal_manifest(
        &mut self,
        entries: &str,
        note: &str,
        part_bytes: u32,
        sealed_lens: &[f64],
        digests: &[u8],
        commitments: &[u8],
    ) -> Result<Vec<u8>, JsValue> {
        let entries = planned(entries)?;
        let ((digests, _), (commitments, _)) = (digests.as_chunks(), commitments.as_chunks());
        let parts = sealed_lens.iter().zip(digests).zip(commitments).map(|((&len, digest), commitment)| Part {
            sealed_len: len as u64,
            digest: Digest::from_bytes(*digest),
            commitment: Commitment::from_bytes(*commitment),
        });
        let note = (!note.is_empty()).then(|| note.to_owned());
        let now = moment(Some(js_sys::Date::now())).ok_or_else(|| Thrown::new("given", "that is no moment"))?;
        let sealed = self.0.seal_manifest((entries, note), part_bytes, parts.collect(), now, &mut rng());
        Ok(sealed.map_err(Thrown::from)?)
    }

    /// Body of the call that fixes the content.
    ///
    /// # Errors
    /// `out-of-order`.
    pub fn complete(&self) -> Result<String, JsValue> {
        Ok(json(&self.0.complete().map_err(Thrown::from)?))
    }

    /// Body of the call that adds the link.
    ///
    /// # Errors
    /// `out-of-order`.
    #[wasm_bindgen(js_name = putLink)]
    pub fn put_link(&self, downloads_max: u32) -> Result<String, JsValue> {
        Ok(json(
            &self.0.put_link(LinkTerms { downloads_max, ..LinkTerms::default() }, &mut rng()).map_err(Thrown::from)?,
        ))
    }

    /// The owner's note, sealed.
    ///
    /// # Errors
    /// `out-of-order`.
    #[wasm_bindgen(js_name = ownerNote)]
    pub fn owner_note(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self.0.owner_note(&mut rng()).map_err(Thrown::from)?)
    }

    /// Checks the manifest that the server gave back.
    ///
    /// # Errors
    /// `read-back`: it is not the one that was sent.
    #[wasm_bindgen(js_name = checkManifest)]
    pub fn check_manifest(&self, sealed: &[u8]) -> Result<(), JsValue> {
        Ok(self.0.check_manifest(sealed).map_err(Thrown::from)?)
    }

    /// What stands after `#` in the address that its owner keeps.
    #[wasm_bindgen(js_name = ownerToken)]
    #[must_use]
    pub fn owner_token(&self) -> String {
        self.0.owner_token().to_string()
    }

    /// What is sent: [`sender::Contents`] in JSON.
    ///
    /// # Errors
    /// `out-of-order`: the manifest is neither sealed nor reopened.
    pub fn contents(&self) -> Result<String, JsValue> {
        Ok(json(&self.0.contents().map_err(Thrown::from)?))
    }

    /// What stands after `#` in the link.
    #[must_use]
    pub fn token(&self) -> String {
        self.0.token().to_string()
    }

    /// The receipts in a share's status that hold: `{ count, last }` in JSON.
    ///
    /// # Errors
    /// `answer`: that is not a status.
    pub fn confirmed(&self, status: &str) -> Result<String, JsValue> {
        Ok(json(&self.0.confirmed(&answer(status)?)))
    }
}

impl From<BasketError> for Thrown {
    fn from(error: BasketError) -> Self {
        let (variant, detail) = match error {
            BasketError::PathTooLong(bytes) => ("path-too-long", Some(bytes.to_string())),
            BasketError::PathTooDeep(names) => ("path-too-deep", Some(names.to_string())),
            BasketError::TooLarge => ("too-large", None),
            BasketError::TooLargePadded(bytes) => ("too-large-padded", Some(bytes.to_string())),
            BasketError::TooManyParts => ("too-many-parts", None),
            BasketError::TooMany(count) => ("too-many", Some(count.to_string())),
            BasketError::ListTooLong(bytes) => ("list-too-long", Some(bytes.to_string())),
            BasketError::Empty => ("empty", None),
        };
        let thrown = Self::new(variant, error);
        match detail {
            Some(detail) => thrown.naming(detail),
            None => thrown,
        }
    }
}

impl From<SendError> for Thrown {
    fn from(error: SendError) -> Self {
        let variant = match error {
            SendError::OutOfOrder => "out-of-order",
            SendError::Manifest(_) => "manifest",
            SendError::TooManyLinks | SendError::Note(NoteError::TooManyLinks) => "too-many-links",
            SendError::Note(_) => "note",
            SendError::ReadBack => "read-back",
            SendError::OlderNote => "older-note",
            SendError::LabelTooLong(bytes) => return Self::new("label-too-long", &error).naming(bytes.to_string()),
        };
        Self::new(variant, error)
    }
}

/// A moment as JavaScript has it.
fn moment(millis: Option<f64>) -> Option<Timestamp> {
    let millis = millis.filter(|millis| millis.is_finite() && *millis >= 0.0)?;
    Some(Timestamp::from_millis(millis as u64))
}

/// The number of a content as JavaScript has it.
pub(super) fn content_number(number: u16) -> Result<ContentNumber, Thrown> {
    ContentNumber::new(number).ok_or_else(|| Thrown::new("given", "no content has that number"))
}
