//! What a person does on the pages *send* and *receive*, step by step.
//!
//! Of *receive*, these stay as they are, for tests and scripts. `document.body.dataset.state` is
//! one of `loading`, `unsupported`, `no-link`, `damaged`, `password`, `ready`, `confirm`,
//! `previewing` (it is fetched), `preview` (it is shown, or is not, and why), `saving`,
//! `ask-saved`, `finished`, `destroyed`, and the dead ends `gone`, `not-found`, `lost` (damaged on
//! the server), `paused`, `locked`, `exhausted`, `offline`, `stopped` (cancelled), `error`,
//! `other-kind` (a link to a password). Ids: `#link-input`, `#link-open`, `#link-problem`;
//! `#password`, `#password-show`, `#open`, `#password-problem`; `#files` (with `button[data-entry]`
//! that saves and `button[data-look]` that shows a file, and for folders `button[data-folder]` that
//! opens and `button[data-save-folder]`), `#find`, `#note`, `#surroundings`, `#copy-link`, `#left`,
//! `#download` (first step), `#download-folder` (the same, into a folder), `#download-confirm`
//! ("Yes, download", a second later), `#download-not`; `#progress`, `#network`, `#cancel`;
//! `#saved-yes`, `#saved-again`, `#finish`; `#preview-stage` (with the frame), `#preview-lead`,
//! `#preview-problem`, `#preview-save`, `#preview-back`; `#destroy`, `#destroy-confirm`,
//! `#destroy-keep`; `#error`, `#retry`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Browser;

/// Uploads and downloads of these tests are done within this, on a busy machine.
const TRANSFER: Duration = Duration::from_secs(90);

/// The key.
const ENTER: &str = "\u{e007}";

/// What a sender chooses beside the files.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// A password.
    pub password: Option<String>,
    /// A note to the recipient.
    pub note: Option<String>,
    /// How many downloads; `None`: what the page offers first.
    pub downloads: Option<u32>,
}

impl Choices {
    /// So many downloads.
    #[must_use]
    pub fn downloads(downloads: u32) -> Self {
        Self { downloads: Some(downloads), ..Self::default() }
    }

    /// A password.
    #[must_use]
    pub fn password(password: &str) -> Self {
        Self { password: Some(password.to_owned()), ..Self::default() }
    }
}

impl Browser {
    /// Writes files to be sent.
    ///
    /// # Panics
    /// There is no room.
    pub fn prepare(&self, files: &[(&str, &[u8])]) -> Vec<PathBuf> {
        let outbox = self.outbox();
        let write = |(name, content): &(&str, &[u8])| {
            let path = outbox.join(name);
            std::fs::create_dir_all(path.parent().expect("it lies in a folder")).expect("the folder is ours");
            std::fs::write(&path, content).expect("there is room");
            path
        };
        files.iter().map(write).collect()
    }

    /// Opens *send* and picks files.
    pub async fn pick(&self, origin: &str, files: &[PathBuf]) {
        self.open(&format!("{origin}/")).await;
        self.state_of(&["pick"]).await;
        self.pick_more("file-input", files).await;
    }

    /// Picks files, or one folder, by an input.
    pub async fn pick_more(&self, input: &str, files: &[PathBuf]) {
        let paths: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
        self.type_into(input, &paths.join("\n")).await;
        let shown = async || self.element("send").await.is_displayed().await.ok().filter(|shown| *shown);
        crate::wait::until(super::SOON, "the files are listed", shown).await;
    }

    /// Sets what a sender chooses.
    pub async fn set(&self, choices: &Choices) {
        if let Some(password) = &choices.password {
            self.type_into("password", password).await;
        }
        if let Some(note) = &choices.note {
            // Not every driver takes a line break for the key.
            self.type_into("note", &note.replace('\n', ENTER)).await;
        }
        if let Some(downloads) = choices.downloads {
            self.choose("downloads", &downloads.to_string()).await;
        }
    }

    /// Waits until the upload is done, and gives the link.
    pub async fn sent(&self) -> String {
        self.state_within(TRANSFER, &["done"]).await;
        self.value("link").await
    }

    /// All of that: from files to a link.
    pub async fn send(&self, origin: &str, files: &[PathBuf], choices: &Choices) -> String {
        self.pick(origin, files).await;
        self.set(choices).await;
        self.click("send").await;
        self.sent().await
    }

    /// Opens a link that has no password, up to the list of files.
    pub async fn look(&self, link: &str) {
        // A link that differs from the open page only in its fragment would not load anew.
        self.open("about:blank").await;
        self.open(link).await;
        self.state_of(&["ready"]).await;
    }

    /// Takes the two steps of a download.
    pub async fn take(&self) {
        self.click("download").await;
        self.click("download-confirm").await;
    }

    /// Takes the download and says that it is saved; name and content of what lies on the disk
    /// then.
    pub async fn receive(&self, link: &str) -> (String, Vec<u8>) {
        self.look(link).await;
        self.take().await;
        self.save().await
    }

    /// Waits for the file, says that it is saved, and gives it.
    pub async fn save(&self) -> (String, Vec<u8>) {
        self.state_within(TRANSFER, &["ask-saved"]).await;
        let saved = self.downloaded().await;
        self.click("saved-yes").await;
        self.state_of(&["finished"]).await;
        saved
    }

    /// The names in the list of files.
    pub async fn listed(&self) -> Vec<String> {
        let names =
            self.script("return [...document.querySelectorAll('#files .name')].map((name) => name.textContent)").await;
        let names = names.as_array().into_iter().flatten();
        names.filter_map(|name| name.as_str().map(ToOwned::to_owned)).collect()
    }
}

/// Files in a zip, in its order: path and content. Folders end in a slash.
///
/// # Panics
/// It is no zip that this library reads, or something in it is damaged.
#[must_use]
pub fn unzip(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).expect("it is a zip");
    (0..archive.len())
        .map(|index| {
            let mut file = archive.by_index(index).expect("the zip has it");
            let name = file.name().expect("its name is a text").into_owned();
            assert_eq!(file.enclosed_name().as_deref(), Some(Path::new(&name)), "nothing leaves the folder");
            let mut content = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut content).expect("its checksum fits");
            (name, content)
        })
        .collect()
}
