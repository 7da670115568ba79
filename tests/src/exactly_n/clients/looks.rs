//! What is left in the end: asked of the owners, and seen in the folder of the blobs.

use std::path::Path;

use subrosa_shared::api::{EndReason, LinkState, LinkStatus, ShareState, ShareStatus};
use subrosa_shared::secret::LeaseSecret;

use super::caller::{Caller, refusal};
use super::takes::is_text;
use crate::bytes::rng;
use crate::client::download::Recipient;
use crate::client::package::{Package, Source};
use crate::client::push::{Reader, SealedPush};
use crate::client::upload::LinkTerms;
use crate::client::{Client, Error};
use crate::disk::files_below;
use crate::exactly_n::history::{Answer, Found, FoundLink, FoundState};
use crate::exactly_n::planned_share::{PlannedShare, Sealed};

impl Caller {
    /// What is left of a share. Whatever can still be had of it is fetched and compared.
    pub(in crate::exactly_n) async fn look(&mut self, share: &PlannedShare, blobs: &Path) -> Found {
        match share.sealed.get() {
            None => Found { state: FoundState::Unknown, link: None, damaged: Vec::new(), blobs: 0 },
            Some(Sealed::Share { files, package, .. }) => self.look_at_share(package, files, blobs).await,
            Some(sealed @ Sealed::Push { push, text }) => self.look_at_push(share, &sealed.token(), push, text).await,
        }
    }

    async fn look_at_share(&mut self, package: &Package, files: &[Source], blobs: &Path) -> Found {
        let client = self.client.clone();
        let status = self.persist(async || client.status(package).await).await.ok();
        let state = status.as_ref().map_or(FoundState::Unknown, state);
        let link = status.as_ref().and_then(|status| status.links.first()).map(found_link);
        let damaged = match state {
            FoundState::Unknown | FoundState::Gone(_) => Vec::new(),
            FoundState::Uploading => self.unreadable(package).await,
            FoundState::Ready => {
                let mut damaged = self.unreadable(package).await;
                let fresh = self.persist(async || fresh_link(&client, package, files).await).await;
                damaged.extend(fresh.err().map(|error| format!("a fresh link: {error}")));
                damaged
            }
        };
        let blobs = files_below(&blobs.join(package.share().to_string())).len();
        Found { state, link, damaged, blobs }
    }

    /// The stored parts that cannot be read back as they were sealed.
    async fn unreadable(&mut self, package: &Package) -> Vec<String> {
        let client = self.client.clone();
        let stored = match self.persist(async || client.stored_parts(package).await).await {
            Ok(stored) => stored,
            Err(error) => return vec![format!("the list of parts: {error}")],
        };
        let mut damaged = Vec::new();
        for part in stored {
            let read = self.persist(async || client.read_back_part(package, part.index).await).await;
            if read.ok().as_ref() != package.parts.get(part.index as usize) {
                damaged.push(format!("part {} cannot be read back", part.index));
            }
        }
        damaged
    }

    async fn look_at_push(&mut self, share: &PlannedShare, token: &str, push: &SealedPush, text: &str) -> Found {
        let client = self.client.clone();
        let Ok(status) = self.persist(async || client.push_status(push).await).await else {
            return Found { state: FoundState::Unknown, link: None, damaged: Vec::new(), blobs: 0 };
        };
        let state = status.link.gone.map_or(FoundState::Ready, |gone| FoundState::Gone(gone.why));
        let damaged = match (state, status.link.state) {
            (FoundState::Ready, LinkState::Ready) => {
                // One more view, which counts and so belongs to the history.
                let lease = u32::try_from(share.planned.jobs.len()).expect("they are few") + 1;
                let got = self.view(token, text, lease, false).await.is_some();
                (!got).then(|| "it gives nothing".to_owned()).into_iter().collect()
            }
            (FoundState::Ready, LinkState::Exhausted) => {
                let lease = share.unfinished.lock().await.take();
                self.view_again(token, lease.as_ref(), text).await
            }
            _ => Vec::new(),
        };
        let status = self.persist(async || client.push_status(push).await).await.ok();
        Found { state, link: status.map(|status| found_link(&status.link)), damaged, blobs: 0 }
    }

    /// Whoever has a view that is not over gets the same again.
    async fn view_again(&mut self, token: &str, lease: Option<&LeaseSecret>, text: &str) -> Vec<String> {
        let Some(lease) = lease else { return Vec::new() };
        let reader = Reader::new(&self.client, token, None).expect("the token is whole");
        match self.persist(async || reader.reveal(lease).await).await {
            Ok(view) if is_text(&view.payload, text) => Vec::new(),
            Ok(_) => vec!["a view that is not over gives something else".to_owned()],
            Err(error) => vec![format!("a view that is not over: {error}")],
        }
    }

    /// Tries until there is an answer, or none comes although everything runs: this is after the
    /// history.
    async fn persist<T>(&mut self, mut call: impl AsyncFnMut() -> Result<T, Error>) -> Result<T, Error> {
        loop {
            match call().await {
                Err(error) if refusal(&error) == Answer::Unknown && self.again().await => {}
                result => return result,
            }
        }
    }
}

/// A fresh link, downloaded and compared.
async fn fresh_link(client: &Client, package: &Package, files: &[Source]) -> Result<(), Error> {
    let secret = client.add_link(package, &LinkTerms::default()).await?;
    let recipient = Recipient::new(client, &secret.to_token(), None)?;
    let download = recipient.take_with(LeaseSecret::generate(&mut rng())).await?;
    let found = download.files().await?;
    let same = found.len() == files.len() && found.iter().zip(files).all(|(found, sealed)| found.bytes == sealed.bytes);
    if same { Ok(()) } else { Err(Error::Altered) }
}

fn state(status: &ShareStatus) -> FoundState {
    match (status.state, status.gone) {
        (_, Some(gone)) => FoundState::Gone(gone.why),
        (ShareState::Uploading, None) => FoundState::Uploading,
        (ShareState::Ready | ShareState::Paused, None) => FoundState::Ready,
        (ShareState::Gone, None) => FoundState::Gone(EndReason::Abandoned),
    }
}

fn found_link(link: &LinkStatus) -> FoundLink {
    FoundLink {
        gone: link.gone.map(|gone| gone.why),
        taken: link.downloads_taken,
        wrong: link.counters.wrong_password.count,
        finished: link.counters.finished.count,
    }
}
