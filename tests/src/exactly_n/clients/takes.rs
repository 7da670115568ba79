//! What recipients do.

use futures_util::StreamExt as _;
use subrosa_shared::problem::ProblemType;
use subrosa_shared::push::Payload;
use subrosa_shared::secret::LeaseSecret;

use super::caller::{Caller, refusal};
use crate::bytes::rng;
use crate::client::Error;
use crate::client::download::{Download, Recipient};
use crate::client::package::Source;
use crate::client::push::{Reader, View};
use crate::exactly_n::history::{Answer, Deed};
use crate::exactly_n::planned_share::{PlannedShare, Sealed};

impl Caller {
    /// Takes one download or view, as far as it is allowed to.
    pub(crate) async fn take(&mut self, share: &PlannedShare, lease: u32, finishes: bool) {
        match share.sealed.get().expect("it was sent") {
            sealed @ Sealed::Share { files, .. } => self.download(&sealed.token(), files, lease, finishes).await,
            sealed @ Sealed::Push { text, .. } => {
                let unfinished = self.view(&sealed.token(), text, lease, finishes).await;
                if let Some(secret) = unfinished {
                    *share.unfinished.lock().await = Some(secret);
                }
            }
        }
    }

    async fn download(&mut self, token: &str, files: &[Source], lease: u32, finishes: bool) {
        let recipient = Recipient::new(&self.client, token, None).expect("the token is whole");
        let Some(contents) = self.patiently(Deed::Open, async || recipient.contents().await).await else { return };
        let secret = LeaseSecret::generate(&mut rng());
        let Some(granted) = self.patiently(Deed::Lease(lease), async || recipient.lease(&secret).await).await else {
            return;
        };
        let Ok(download) = recipient.granted(secret, contents, granted) else {
            return self.altered(Deed::Lease(lease)).await;
        };
        let mut content = Vec::new();
        for index in 0..download.part_count() {
            let Some(part) = self.part(&download, index, lease).await else { return };
            content.extend(part);
        }
        let same = |(found, sealed): (&Source, &Source)| found.path == sealed.path && found.bytes == sealed.bytes;
        let found = download.cut(content);
        if found.len() != files.len() || !found.iter().zip(files).all(same) {
            return self.altered(Deed::Fetch(lease)).await;
        }
        if finishes {
            _ = self.until_answered(Deed::Finish(lease), async || download.finish().await).await;
        }
    }

    /// A part, opened. Nothing: it is refused, or not what was sealed.
    async fn part(&mut self, download: &Download<'_>, index: u32, lease: u32) -> Option<Vec<u8>> {
        loop {
            let mut sealed = Vec::new();
            let fetched = fetch(download, index, &mut sealed);
            // A byte is a byte, also of an answer that was cut.
            let (begun, result) = self.begin(Deed::Fetch(lease), fetched).await;
            let opened =
                result.as_ref().and_then(|result| result.as_ref().ok()).map(|()| download.open_part(index, &sealed));
            let answer = match (&opened, &result) {
                (Some(Err(_)), _) => Answer::Altered,
                _ if !sealed.is_empty() => Answer::Content,
                (Some(Ok(_)), _) => Answer::Done,
                (None, Some(Err(error))) => refusal(error),
                (None, _) => Answer::Unknown,
            };
            self.end_as(begun, answer);
            match (opened, answer) {
                (Some(Ok(part)), _) => return Some(part),
                (_, Answer::Refused(..) | Answer::Altered) => return None,
                _ if self.again().await => {}
                _ => return None,
            }
        }
    }

    /// A view of a push; the lease, if it got the payload and does not finish it.
    pub(crate) async fn view(&mut self, token: &str, text: &str, lease: u32, finishes: bool) -> Option<LeaseSecret> {
        let reader = Reader::new(&self.client, token, None).expect("the token is whole");
        let secret = LeaseSecret::generate(&mut rng());
        let view = loop {
            match self.once(Deed::Fetch(lease), reader.reveal(&secret), |result| revealed(result, text)).await {
                (Answer::Content, view) => break view?,
                (answer, _) if (answer == Answer::Unknown || is_to_wait(answer)) && self.again().await => {}
                _ => return None,
            }
        };
        if finishes {
            _ = self.until_answered(Deed::Finish(lease), async || reader.finish(&secret, &view).await).await;
            return None;
        }
        Some(secret)
    }

    /// Tries until there is an answer, and also while somebody else's guesses make it wait.
    async fn patiently<T>(&mut self, deed: Deed, mut call: impl AsyncFnMut() -> Result<T, Error>) -> Option<T> {
        loop {
            match self.until_answered(deed, &mut call).await {
                Ok(result) => return Some(result),
                Err(answer) if is_to_wait(answer) && self.again().await => {}
                Err(_) => return None,
            }
        }
    }

    /// Notes that what came is not what was sealed.
    async fn altered(&mut self, deed: Deed) {
        self.once(deed, async { Ok(()) }, |_| Answer::Altered).await;
    }
}

fn is_to_wait(answer: Answer) -> bool {
    matches!(answer, Answer::Refused(ProblemType::TooManyGuesses, _))
}

/// A payload is content, whatever it is.
fn revealed(result: Option<&Result<View, Error>>, text: &str) -> Answer {
    match result {
        None => Answer::Unknown,
        Some(Ok(view)) if is_text(&view.payload, text) => Answer::Content,
        Some(Ok(_)) => Answer::Altered,
        Some(Err(error)) => refusal(error),
    }
}

/// Whether it is what the plan put in.
pub(crate) fn is_text(payload: &Payload, text: &str) -> bool {
    matches!(payload, Payload::Password { password } if password == text)
}

/// Reads a part as it comes.
async fn fetch(download: &Download<'_>, index: u32, sealed: &mut Vec<u8>) -> Result<(), Error> {
    let mut stream = download.stream(index, None).await?.bytes_stream();
    while let Some(bytes) = stream.next().await {
        sealed.extend_from_slice(&bytes?);
    }
    Ok(())
}
