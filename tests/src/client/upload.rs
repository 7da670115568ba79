//! The sender's calls.

use bytes::Bytes;
use reqwest::Method;
use subrosa_shared::api::{
    BeginContent, LinkLock, Log, MoveLinks, MovedLink, PartList, PatchLink, PatchShare, PutLink, ShareStatus,
    StoredPart,
};
use subrosa_shared::id::{Digest, LinkId};
use subrosa_shared::keys::LinkKeys;
use subrosa_shared::password::{Password, Suite};
use subrosa_shared::secret::LinkSecret;
use subrosa_shared::wrap::seal_content_key;

use super::package::Package;
use super::{Call, Client, Error};
use crate::bytes::rng;

/// How a link is made.
#[derive(Clone, Debug)]
pub struct LinkTerms {
    /// Empty or missing: no password.
    pub password: Option<String>,
    /// How many downloads it allows.
    pub downloads_max: u32,
    /// Its life; `None`: the share's.
    pub expires_in_secs: Option<i64>,
    /// Whether the recipient may destroy it.
    pub recipient_may_destroy: bool,
    /// Ends the link after so many wrong passwords.
    pub destroy_after_guesses: Option<u32>,
    /// Whether it stays when its downloads are taken.
    pub waits_for_editions: bool,
}

impl Default for LinkTerms {
    fn default() -> Self {
        Self {
            password: None,
            downloads_max: 1,
            expires_in_secs: None,
            recipient_may_destroy: true,
            destroy_after_guesses: None,
            waits_for_editions: false,
        }
    }
}

impl LinkTerms {
    /// A link for so many downloads.
    #[must_use]
    pub fn downloads(downloads_max: u32) -> Self {
        Self { downloads_max, ..Self::default() }
    }

    /// The same with a password.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        Self { password: Some(password.to_owned()), ..self }
    }
}

/// A link, sealed once: whoever repeats the request sends the same bytes again.
#[derive(Debug)]
pub struct SealedLink {
    /// What is handed out.
    pub secret: LinkSecret,
    /// What adds the link.
    pub put: PutLink,
}

impl SealedLink {
    /// Draws a secret and seals the share's keys for it.
    ///
    /// # Errors
    /// The password is too long.
    pub fn seal(package: &Package, terms: &LinkTerms) -> Result<Self, Error> {
        let secret = LinkSecret::generate(&mut rng());
        let keys = link_keys(&secret, terms.password.as_deref())?;
        let link = secret.link_id();
        let put = PutLink {
            link_verifier: secret.verifier(),
            lock: LinkLock {
                needs_password: terms.password.as_deref().is_some_and(|password| !password.is_empty()),
                open_verifier: keys.open_verifier(),
                view_wrap: package.view().seal(&keys.view, &link, &mut rng()),
                content_wrap: seal_content_key(&package.content_key(), &keys.content, &link, &mut rng()),
                content: package.content,
            },
            downloads_max: terms.downloads_max,
            expires_in_secs: terms.expires_in_secs,
            recipient_may_destroy: terms.recipient_may_destroy,
            destroy_after_guesses: terms.destroy_after_guesses,
            waits_for_editions: terms.waits_for_editions,
            replaces: None,
        };
        Ok(Self { secret, put })
    }

    /// What puts the content of the package behind the link.
    ///
    /// # Errors
    /// The password is too long.
    pub fn moved_to(&self, package: &Package, password: Option<&str>) -> Result<MovedLink, Error> {
        let (keys, link) = (link_keys(&self.secret, password)?, self.secret.link_id());
        Ok(MovedLink {
            link,
            open_verifier: keys.open_verifier(),
            view_wrap: package.view().seal(&keys.view, &link, &mut rng()),
            content_wrap: seal_content_key(&package.content_key(), &keys.content, &link, &mut rng()),
            downloads_max: None,
        })
    }
}

/// The keys of a link, its password stretched if it has one.
///
/// # Errors
/// The password is too long.
pub fn link_keys(secret: &LinkSecret, password: Option<&str>) -> Result<LinkKeys, Error> {
    let stretched = match password {
        None | Some("") => None,
        Some(password) => Some(Password::new(password)?.stretch(Suite::One, secret)),
    };
    Ok(secret.keys(stretched.as_ref()))
}

impl Client {
    /// Sends everything that is not stored yet and completes the share. Goes on where an earlier
    /// attempt stopped.
    ///
    /// # Errors
    /// The first call that fails; call again to go on.
    pub async fn upload(&self, package: &Package) -> Result<ShareStatus, Error> {
        if package.content.is_first() {
            self.create(package).await?;
        } else {
            self.begin_content(package).await?;
        }
        let stored = self.stored_parts(package).await?;
        for index in 0..package.part_count() {
            if !stored.iter().any(|part| part.index == index && part.digest == Digest::of(part_bytes(package, index))) {
                self.put_part(package, index).await?;
            }
        }
        self.put_manifest(package).await?;
        self.complete(package).await
    }

    /// Uploads a share, adds one link and gives its secret.
    ///
    /// # Errors
    /// As every call.
    pub async fn send(&self, package: &Package, terms: &LinkTerms) -> Result<LinkSecret, Error> {
        self.upload(package).await?;
        self.add_link(package, terms).await
    }

    /// Creates the share.
    ///
    /// # Errors
    /// As every call.
    pub async fn create(&self, package: &Package) -> Result<ShareStatus, Error> {
        self.owner(Method::PUT, package, "").json(&package.create).answer().await
    }

    /// Begins the upload of a new edition.
    ///
    /// # Errors
    /// As every call.
    pub async fn begin_content(&self, package: &Package) -> Result<ShareStatus, Error> {
        let begin = BeginContent { part_bytes: package.create.part_bytes, begun_by: None };
        self.content(Method::PUT, package, "").json(&begin).answer().await
    }

    /// Gives a content up.
    ///
    /// # Errors
    /// As every call.
    pub async fn remove_content(&self, package: &Package) -> Result<ShareStatus, Error> {
        self.content(Method::DELETE, package, "").answer().await
    }

    /// Puts the content of the package behind links.
    ///
    /// # Errors
    /// As every call.
    pub async fn move_links(&self, package: &Package, links: Vec<MovedLink>) -> Result<ShareStatus, Error> {
        self.content(Method::POST, package, "/links").json(&MoveLinks { links }).answer().await
    }

    /// Stores a part.
    ///
    /// # Errors
    /// As every call.
    pub async fn put_part(&self, package: &Package, index: u32) -> Result<StoredPart, Error> {
        self.put_part_as(package, index, part_bytes(package, index).clone()).await
    }

    /// Stores a part whose bytes come from somewhere else: slowly, cut off, or altered.
    ///
    /// # Errors
    /// As every call.
    pub async fn put_part_as(
        &self,
        package: &Package,
        index: u32,
        body: impl Into<reqwest::Body>,
    ) -> Result<StoredPart, Error> {
        let part = part_bytes(package, index);
        let call = self.content(Method::PUT, package, &format!("/parts/{index}"));
        call.sealed(&Digest::of(part), part.len(), body).answer().await
    }

    /// Which parts are stored.
    ///
    /// # Errors
    /// As every call.
    pub async fn stored_parts(&self, package: &Package) -> Result<Vec<StoredPart>, Error> {
        Ok(self.content(Method::GET, package, "/parts").answer::<PartList>().await?.parts)
    }

    /// Reads a part back.
    ///
    /// # Errors
    /// As every call.
    pub async fn read_back_part(&self, package: &Package, index: u32) -> Result<Bytes, Error> {
        self.content(Method::GET, package, &format!("/parts/{index}")).bytes().await
    }

    /// Stores the manifest.
    ///
    /// # Errors
    /// As every call.
    pub async fn put_manifest(&self, package: &Package) -> Result<(), Error> {
        let manifest = &package.manifest;
        let call = self.content(Method::PUT, package, "/manifest");
        call.sealed(&Digest::of(manifest), manifest.len(), manifest.clone()).send().await.map(drop)
    }

    /// Reads the manifest back.
    ///
    /// # Errors
    /// As every call.
    pub async fn read_back_manifest(&self, package: &Package) -> Result<Bytes, Error> {
        self.content(Method::GET, package, "/manifest").bytes().await
    }

    /// Fixes the content.
    ///
    /// # Errors
    /// As every call.
    pub async fn complete(&self, package: &Package) -> Result<ShareStatus, Error> {
        self.content(Method::POST, package, "/complete").json(&package.complete()).answer().await
    }

    /// Adds a link.
    ///
    /// # Errors
    /// As every call.
    pub async fn add_link(&self, package: &Package, terms: &LinkTerms) -> Result<LinkSecret, Error> {
        let link = SealedLink::seal(package, terms)?;
        self.put_link(package, &link).await?;
        Ok(link.secret)
    }

    /// Adds a link that was sealed before.
    ///
    /// # Errors
    /// As every call.
    pub async fn put_link(&self, package: &Package, link: &SealedLink) -> Result<(), Error> {
        let below = format!("/links/{}", link.secret.link_id());
        self.owner(Method::PUT, package, &below).json(&link.put).send().await.map(drop)
    }

    /// Changes a link.
    ///
    /// # Errors
    /// As every call.
    pub async fn patch_link(&self, package: &Package, link: &LinkId, patch: &PatchLink) -> Result<(), Error> {
        self.owner(Method::PATCH, package, &format!("/links/{link}")).json(patch).send().await.map(drop)
    }

    /// Takes a link back.
    ///
    /// # Errors
    /// As every call.
    pub async fn revoke_link(&self, package: &Package, link: &LinkId) -> Result<(), Error> {
        self.owner(Method::DELETE, package, &format!("/links/{link}")).send().await.map(drop)
    }

    /// Where the share stands.
    ///
    /// # Errors
    /// As every call.
    pub async fn status(&self, package: &Package) -> Result<ShareStatus, Error> {
        self.owner(Method::GET, package, "").answer().await
    }

    /// Changes the share.
    ///
    /// # Errors
    /// As every call.
    pub async fn patch(&self, package: &Package, patch: &PatchShare) -> Result<ShareStatus, Error> {
        self.owner(Method::PATCH, package, "").json(patch).answer().await
    }

    /// Pauses or resumes all links of the share.
    ///
    /// # Errors
    /// As every call.
    pub async fn pause(&self, package: &Package, paused: bool) -> Result<ShareStatus, Error> {
        self.patch(package, &PatchShare { paused: Some(paused), ..PatchShare::default() }).await
    }

    /// Takes the share back.
    ///
    /// # Errors
    /// As every call.
    pub async fn revoke(&self, package: &Package) -> Result<(), Error> {
        self.owner(Method::DELETE, package, "").send().await.map(drop)
    }

    /// The timeline.
    ///
    /// # Errors
    /// As every call.
    pub async fn log(&self, package: &Package) -> Result<Log, Error> {
        self.owner(Method::GET, package, "/log").answer().await
    }

    /// Stores the owner's note, sealed.
    ///
    /// # Errors
    /// As every call.
    pub async fn put_note(&self, package: &Package, sealed: Bytes) -> Result<(), Error> {
        let call = self.owner(Method::PUT, package, "/note");
        call.sealed(&Digest::of(&sealed), sealed.len(), sealed).send().await.map(drop)
    }

    /// The owner's note, sealed.
    ///
    /// # Errors
    /// As every call.
    pub async fn note(&self, package: &Package) -> Result<Bytes, Error> {
        self.owner(Method::GET, package, "/note").bytes().await
    }

    /// A call about the content of a package.
    fn content(&self, method: Method, package: &Package, below: &str) -> Call {
        self.owner(method, package, &format!("/contents/{}{below}", package.content))
    }

    fn owner(&self, method: Method, package: &Package, below: &str) -> Call {
        self.call(method, &format!("shares/{}{below}", package.share())).owner(&package.owner.proof())
    }
}

fn part_bytes(package: &Package, index: u32) -> &Bytes {
    &package.parts[index as usize]
}
