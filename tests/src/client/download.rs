//! The recipient's calls.

use std::ops::Range;

use bytes::Bytes;
use futures_util::StreamExt as _;
use reqwest::Method;
use subrosa_shared::api::{FinishLease, GrantedLease, LinkView, OpenedLink, RequestLease};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, ShareId};
use subrosa_shared::keys::LinkKeys;
use subrosa_shared::manifest::{EntryKind, Manifest};
use subrosa_shared::seal::{PartPlace, open};
use subrosa_shared::secret::{ContentKey, DeviceSecret, LeaseSecret, LinkSecret};
use subrosa_shared::wrap::{View, open_content_key};

use super::package::Source;
use super::upload::link_keys;
use super::{Call, Client, Error};
use crate::bytes::rng;

/// Who holds a link, and perhaps its password.
#[derive(Debug)]
pub struct Recipient {
    client: Client,
    secret: LinkSecret,
    keys: LinkKeys,
    device: DeviceSecret,
}

/// What a link shows: looked at, not taken.
#[derive(Debug)]
pub struct Contents {
    /// The share behind the link.
    pub share: ShareId,
    /// Which content of it.
    pub content: ContentNumber,
    /// SHA-256 of the sealed manifest: receipts are made with it.
    pub manifest_digest: Digest,
    /// The files.
    pub manifest: Manifest,
}

impl Recipient {
    /// Reads a link, damaged by mail and chat as it may be.
    ///
    /// # Errors
    /// It is no whole link, or the password is too long.
    pub fn new(client: &Client, link: &str, password: Option<&str>) -> Result<Self, Error> {
        let secret = LinkSecret::from_text(link)?;
        let keys = link_keys(&secret, password)?;
        Ok(Self { client: client.clone(), secret, keys, device: DeviceSecret::generate(&mut rng()) })
    }

    /// The same device with another password.
    ///
    /// # Errors
    /// The password is too long.
    pub fn trying(self, password: &str) -> Result<Self, Error> {
        Ok(Self { keys: link_keys(&self.secret, Some(password))?, ..self })
    }

    /// The same recipient, calling another server.
    #[must_use]
    pub fn at(self, client: &Client) -> Self {
        Self { client: client.clone(), ..self }
    }

    /// Where the link stands.
    ///
    /// # Errors
    /// As every call.
    pub async fn look(&self) -> Result<LinkView, Error> {
        self.holder(Method::GET, "").answer().await
    }

    /// Shows the password.
    ///
    /// # Errors
    /// As every call.
    pub async fn open(&self) -> Result<OpenedLink, Error> {
        self.opener(Method::POST, "/open").answer().await
    }

    /// Opens the link and its manifest. Counts nothing.
    ///
    /// # Errors
    /// As every call, or what came is not what the link pins.
    pub async fn contents(&self) -> Result<Contents, Error> {
        self.contents_for(None).await
    }

    /// The same; with a lease that runs, what it downloads.
    ///
    /// # Errors
    /// As [`contents`](Self::contents).
    pub async fn contents_for(&self, lease: Option<&LeaseSecret>) -> Result<Contents, Error> {
        let call = |method, below| {
            let call = self.opener(method, below);
            lease.iter().fold(call, |call, lease| call.lease(&lease.proof()))
        };
        let opened: OpenedLink = call(Method::POST, "/open").answer().await?;
        let view = View::open(&self.keys.view, &self.secret.link_id(), &opened.view_wrap)?;
        let sealed = call(Method::GET, "/manifest").bytes().await?;
        if Digest::of(&sealed) != view.manifest_digest {
            return Err(Error::Altered);
        }
        let manifest = Manifest::open(&view.manifest_key, &opened.share, &sealed)?;
        let (share, content) = (opened.share, opened.content);
        Ok(Contents { share, content, manifest_digest: view.manifest_digest, manifest })
    }

    /// Asks for one counted download. The same secret again gives the same lease.
    ///
    /// # Errors
    /// As every call.
    pub async fn lease(&self, lease: &LeaseSecret) -> Result<GrantedLease, Error> {
        let request = RequestLease { lease_verifier: lease.verifier() };
        self.opener(Method::POST, "/leases").json(&request).answer().await
    }

    /// Opens the link and takes one download, not started yet.
    ///
    /// # Errors
    /// As every call.
    pub async fn take(&self) -> Result<Download<'_>, Error> {
        self.take_with(LeaseSecret::generate(&mut rng())).await
    }

    /// The same with a lease secret that was drawn before: goes on with a download that was cut.
    ///
    /// # Errors
    /// As every call.
    pub async fn take_with(&self, lease: LeaseSecret) -> Result<Download<'_>, Error> {
        let mut contents = self.contents_for(Some(&lease)).await?;
        let granted = self.lease(&lease).await?;
        if granted.content != contents.content {
            // Another edition came in between. With the lease, it is what that downloads.
            contents = self.contents_for(Some(&lease)).await?;
        }
        self.granted(lease, contents, granted)
    }

    /// The download that a lease allows.
    ///
    /// # Errors
    /// What the server gave is not what the link pins.
    pub fn granted(
        &self,
        lease: LeaseSecret,
        contents: Contents,
        granted: GrantedLease,
    ) -> Result<Download<'_>, Error> {
        let content_key = open_content_key(&self.keys.content, &self.secret.link_id(), &granted.content_wrap)?;
        Ok(Download { recipient: self, lease, granted, contents, content_key })
    }

    /// Destroys the link, if the sender allows it.
    ///
    /// # Errors
    /// As every call.
    pub async fn destroy(&self) -> Result<LinkView, Error> {
        self.opener(Method::DELETE, "").answer().await
    }

    fn holder(&self, method: Method, below: &str) -> Call {
        self.client.call(method, &format!("links/{}{below}", self.secret.link_id())).link(&self.secret.proof())
    }

    fn opener(&self, method: Method, below: &str) -> Call {
        self.holder(method, below).open(&self.keys.open_proof).device(&self.device.proof())
    }
}

/// One counted download.
#[derive(Debug)]
pub struct Download<'a> {
    recipient: &'a Recipient,
    lease: LeaseSecret,
    /// What the server granted.
    pub granted: GrantedLease,
    /// What is to be had.
    pub contents: Contents,
    content_key: ContentKey,
}

impl Download<'_> {
    /// How many parts there are.
    #[must_use]
    pub fn part_count(&self) -> u32 {
        self.contents.manifest.layout().part_count()
    }

    /// The lease's secret, to go on with later.
    #[must_use]
    pub fn into_secret(self) -> LeaseSecret {
        self.lease
    }

    /// A part's sealed bytes, or a range of them, as they come.
    ///
    /// # Errors
    /// As every call.
    pub async fn stream(&self, index: u32, range: Option<Range<u64>>) -> Result<reqwest::Response, Error> {
        let mut call = self.holder(Method::GET, &format!("/parts/{index}"));
        if let Some(range) = range {
            call = call.header("range", &format!("bytes={}-{}", range.start, range.end - 1));
        }
        call.send().await
    }

    /// The sealed bytes of a part from one place on, until at least so many came; then hangs up.
    ///
    /// # Errors
    /// As every call, or the stream ended early.
    pub async fn fetch_some(&self, index: u32, from: u64, at_least: usize) -> Result<Vec<u8>, Error> {
        let len = self.contents.manifest.parts()[index as usize].sealed_len;
        let mut stream = self.stream(index, Some(from..len)).await?.bytes_stream();
        let mut some = Vec::new();
        while some.len() < at_least {
            match stream.next().await {
                Some(bytes) => some.extend_from_slice(&bytes?),
                None => return Err(Error::Altered),
            }
        }
        Ok(some)
    }

    /// A part's sealed bytes.
    ///
    /// # Errors
    /// As every call.
    pub async fn sealed_part(&self, index: u32) -> Result<Bytes, Error> {
        Ok(self.stream(index, None).await?.bytes().await?)
    }

    /// Checks a part against the manifest and opens it.
    ///
    /// # Errors
    /// It is not what was sealed.
    pub fn open_part(&self, index: u32, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let pinned = self.contents.manifest.parts()[index as usize];
        if sealed.len() as u64 != pinned.sealed_len || Digest::of(sealed) != pinned.digest {
            return Err(Error::Altered);
        }
        let place = PartPlace { share: self.contents.share, index };
        Ok(open(&self.content_key, &place, sealed)?.to_vec())
    }

    /// Fetches and opens every part, and cuts the content into files.
    ///
    /// # Errors
    /// As every call, or something is not what was sealed.
    pub async fn files(&self) -> Result<Vec<Source>, Error> {
        let mut content = Vec::new();
        for index in 0..self.part_count() {
            content.extend(self.open_part(index, &self.sealed_part(index).await?)?);
        }
        Ok(self.cut(content))
    }

    /// Cuts opened content into files.
    #[must_use]
    pub fn cut(&self, content: Vec<u8>) -> Vec<Source> {
        let content = Bytes::from(content);
        let manifest = &self.contents.manifest;
        let files = manifest.entries().iter().zip(manifest.ranges());
        files
            .filter(|(entry, _)| matches!(entry.kind, EntryKind::File { .. }))
            .map(|(entry, range)| {
                let range = usize::try_from(range.start).expect("content is in memory")
                    ..usize::try_from(range.end).expect("content is in memory");
                Source::new(entry.path.as_str(), content.slice(range))
            })
            .collect()
    }

    /// Says that everything is saved, with a receipt.
    ///
    /// # Errors
    /// As every call.
    pub async fn finish(&self) -> Result<(), Error> {
        let (link, lease) = (self.recipient.secret.link_id(), self.lease.lease_id());
        let receipt = self.recipient.keys.receipt.receipt(&link, &lease, &self.contents.manifest_digest);
        let body = FinishLease { receipt: Some(receipt) };
        self.holder(Method::POST, &format!("/leases/{lease}/done")).json(&body).send().await.map(drop)
    }

    fn holder(&self, method: Method, below: &str) -> Call {
        self.recipient.holder(method, below).lease(&self.lease.proof())
    }
}
