//! Bodies and headers of the HTTP API, version 1. All bodies are JSON unless said otherwise;
//! requests refuse unknown fields, answers may grow new ones. The server describes its calls at
//! `/openapi.json`, made from these types (feature `openapi`); errors are in [`problem`].
//!
//! [`problem`]: crate::problem

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bytes::{base64url, base64url_option};
use crate::content::ContentNumber;
use crate::id::{DeviceId, Digest, LeaseId, LinkId, Receipt, ShareId, Verifier};
use crate::limits::Limits;
use crate::time::Timestamp;

/// Where the API begins.
pub const API_BASE: &str = "/api/v1";

/// Names of headers. Those that carry proofs have each as base64url without padding (43
/// characters).
pub mod header {
    /// [`OwnerProof`](crate::secret::OwnerProof).
    pub const OWNER_PROOF: &str = "subrosa-owner-proof";
    /// [`LinkProof`](crate::secret::LinkProof).
    pub const LINK_PROOF: &str = "subrosa-link-proof";
    /// [`OpenProof`](crate::secret::OpenProof).
    pub const OPEN_PROOF: &str = "subrosa-open-proof";
    /// [`LeaseProof`](crate::secret::LeaseProof).
    pub const LEASE_PROOF: &str = "subrosa-lease-proof";
    /// [`DeviceProof`](crate::secret::DeviceProof).
    pub const DEVICE_PROOF: &str = "subrosa-device-proof";
    /// Digest of a binary body: `sha-256=:BASE64:` (RFC 9530).
    pub const CONTENT_DIGEST: &str = "content-digest";
    /// Revision of a synced keyring, in digits.
    pub const KEYRING_REVISION: &str = "subrosa-keyring-revision";
}

/// `GET /config`: what a client has to know before it begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Config {
    /// Version of the server.
    pub version: String,
    /// Versions of the protocol that it speaks.
    pub protocols: Vec<u32>,
    /// What it accepts.
    pub limits: Limits,
    /// What pages offer.
    pub choices: Choices,
    /// What it serves.
    pub channels: Channels,
    /// Origin of the password channel, if it is another one.
    pub push_origin: Option<String>,
    /// How many replicas of the server's records acknowledge a change before it is answered. With
    /// 0, what the server answered outlives the loss of its machine as far as that machine's disk
    /// does.
    #[serde(default)]
    pub replicas_acknowledge: u32,
}

/// What a server serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Channels {
    /// Shares: files and folders.
    Shares,
    /// Pushes: passwords and other short secrets.
    Pushes,
    /// Shares and pushes.
    Both,
}

impl Channels {
    /// Whether shares are served.
    #[must_use]
    pub fn shares(self) -> bool {
        self != Self::Pushes
    }

    /// Whether pushes are served.
    #[must_use]
    pub fn pushes(self) -> bool {
        self != Self::Shares
    }
}

/// What pages offer. Every choice is within the limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Choices {
    /// Lives to choose from, in seconds, ascending.
    pub expiry_secs: Vec<u64>,
    /// The life chosen unless the sender says otherwise, in seconds.
    pub expiry_secs_default: u64,
    /// Numbers of downloads to choose from, ascending.
    pub downloads: Vec<u32>,
    /// The number chosen unless the sender says otherwise.
    pub downloads_default: u32,
    /// Lives of a push to choose from, in seconds, ascending.
    pub push_expiry_secs: Vec<u64>,
    /// The life of a push chosen unless the sender says otherwise, in seconds.
    pub push_expiry_secs_default: u64,
    /// Numbers of views to choose from, ascending.
    pub views: Vec<u32>,
    /// The number of views chosen unless the sender says otherwise.
    pub views_default: u32,
    /// Choices for files that have a name together, in the order in which they are offered. They
    /// help to choose: what a server enforces stands in its limits.
    #[serde(default)]
    pub presets: Vec<Preset>,
    /// Key of the preset chosen unless the sender says otherwise, or said otherwise before.
    #[serde(default)]
    pub preset_default: Option<String>,
}

/// Choices for files that have a name together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Preset {
    /// What a browser remembers it by. Pages have words of their own for `public`, `internal`,
    /// `personal` and `financial`.
    pub key: String,
    /// Its name by language, as `en`. Empty where pages have their own.
    #[serde(default)]
    pub name: BTreeMap<String, String>,
    /// Life in seconds.
    pub expiry_secs: u64,
    /// How many downloads.
    pub downloads: u32,
    /// What becomes of the password.
    pub password: PresetPassword,
}

/// What a preset makes of the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PresetPassword {
    /// There is none.
    None,
    /// The sender has to type one, or have one drawn.
    Required,
    /// The page draws one.
    Drawn,
}

/// `PUT /shares/{share}`: creates a share. The same body again gives the same answer; another is a
/// conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateShare {
    /// The share's id is derived from it.
    pub owner_verifier: Verifier,
    /// Life in seconds from now. Checked against the server's limits.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, example = 604_800))]
    pub expires_in_secs: i64,
    /// Bytes of plaintext in every part but the last.
    #[cfg_attr(
        feature = "openapi",
        schema(minimum = 65_536, maximum = 67_108_864, multiple_of = 65_536, example = 8_388_608)
    )]
    pub part_bytes: u32,
    /// Whether the share ends when its last link has ended.
    pub ends_with_last_link: bool,
}

/// A stored part. Its plaintext is `part_bytes` long, but for the last part's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredPart {
    /// Place in the content, from 0.
    pub index: u32,
    /// Bytes of the sealed object.
    pub sealed_len: u64,
    /// SHA-256 of the sealed object.
    pub digest: Digest,
}

/// `PUT /shares/{share}/contents/{content}`: begins the upload of a new edition, beside what the
/// share holds. The same again gives the same answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct BeginContent {
    /// Bytes of plaintext in every part but the last.
    #[cfg_attr(
        feature = "openapi",
        schema(minimum = 65_536, maximum = 67_108_864, multiple_of = 65_536, example = 8_388_608)
    )]
    pub part_bytes: u32,
    /// What the client drew for this upload: the same again is a retry. Another is refused as long
    /// as this upload runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun_by: Option<DeviceId>,
}

/// `GET /shares/{share}/contents/{content}/parts`: what is stored already, in order of index.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PartList {
    /// The stored parts.
    pub parts: Vec<StoredPart>,
}

/// `POST /shares/{share}/contents/{content}/complete`: fixes the content. The same body again gives
/// the same answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CompleteShare {
    /// How many parts there are.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10_000))]
    pub part_count: u32,
    /// The digest over lengths and digests of all parts. PROTOCOL.md section 5.
    pub parts_digest: Digest,
    /// SHA-256 of the sealed manifest.
    pub manifest_digest: Digest,
}

/// The part of a link that a password changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct LinkLock {
    /// Whether a password is needed. Told to holders of the link, so that they are asked for one.
    pub needs_password: bool,
    /// Checks open proofs.
    pub open_verifier: Verifier,
    /// Sealed object, 145 bytes.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::view_wrap))]
    pub view_wrap: Vec<u8>,
    /// Sealed object, 113 bytes.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::content_wrap))]
    pub content_wrap: Vec<u8>,
    /// The content whose keys the wraps give: that behind the link.
    #[serde(default, skip_serializing_if = "ContentNumber::is_first")]
    pub content: ContentNumber,
}

/// `PUT /shares/{share}/links/{link}`: adds a link to a share that is complete. Idempotent like
/// creating a share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PutLink {
    /// The link's id is derived from it.
    pub link_verifier: Verifier,
    /// What the password changes.
    pub lock: LinkLock,
    /// How many downloads it allows.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, example = 1))]
    pub downloads_max: u32,
    /// Life in seconds from now; never longer than the share's, which is also what `None` means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, example = 604_800))]
    pub expires_in_secs: Option<i64>,
    /// Whether the recipient may destroy it.
    pub recipient_may_destroy: bool,
    /// Ends the link after so many wrong passwords. `None`: it only pauses, after 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200))]
    pub destroy_after_guesses: Option<u32>,
    /// Whether the link stays when its downloads are taken, until its end: its owner may allow more
    /// with a new edition.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits_for_editions: bool,
    /// A link of the same share in whose place this one comes: it ends in the same step, if it has
    /// not ended before. Without `expires_in_secs`, this one ends when that one was to end, if that
    /// is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<LinkId>,
}

/// `POST /shares/{share}/links`: adds several links, all of them or none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AddLinks {
    /// The links: 1 to 50.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
    pub links: Vec<PutLink>,
}

/// `POST /shares/{share}/contents/{content}/links`: puts a content behind links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MoveLinks {
    /// The links: 1 to 50.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
    pub links: Vec<MovedLink>,
}

/// A link that another content is put behind. One that has ended, or whose password was changed
/// since the wraps were made, stays as it is: the answer shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct MovedLink {
    /// Which.
    pub link: LinkId,
    /// The open verifier that the link has, as far as its owner knows.
    pub open_verifier: Verifier,
    /// Sealed object, 145 bytes.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::view_wrap))]
    pub view_wrap: Vec<u8>,
    /// Sealed object, 113 bytes.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::content_wrap))]
    pub content_wrap: Vec<u8>,
    /// How many downloads it allows from now on in all, those taken included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub downloads_max: Option<u32>,
}

/// `PATCH /shares/{share}/links/{link}`: changes what is given, leaves the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PatchLink {
    /// A new password, or none any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lock: Option<LinkLock>,
    /// How many downloads it allows in all, those taken included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1))]
    pub downloads_max: Option<u32>,
    /// Life in seconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, example = 604_800))]
    pub expires_in_secs: Option<i64>,
    /// Pauses or resumes. Resuming also forgets wrong passwords.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// Whether the recipient may destroy it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_may_destroy: Option<bool>,
    /// Whether the link stays when its downloads are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits_for_editions: Option<bool>,
}

/// `PATCH /shares/{share}`: changes what is given, leaves the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PatchShare {
    /// Life in seconds from now. Shortening it shortens the links' too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, example = 604_800))]
    pub expires_in_secs: Option<i64>,
    /// Pauses or resumes all its links.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
}

/// Where a share stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ShareState {
    /// Parts may be stored; nobody else can see it.
    Uploading,
    /// Complete: its links open it.
    Ready,
    /// The owner paused it.
    Paused,
    /// Its ciphertext is deleted.
    Gone,
}

/// Where a link stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LinkState {
    /// It opens.
    Ready,
    /// The owner paused it, or its share.
    Paused,
    /// Paused by itself after too many wrong passwords, until the owner resumes it.
    Locked,
    /// Every download is taken; running ones go on.
    Exhausted,
    /// It has ended.
    Gone,
}

/// Why a share or link is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum EndReason {
    /// Every download was taken.
    Spent,
    /// Its time was over.
    Expired,
    /// The owner took it back.
    Revoked,
    /// The recipient destroyed it.
    Destroyed,
    /// Too many wrong passwords, where the owner chose that.
    TooManyGuesses,
    /// The upload was never completed.
    Abandoned,
}

/// That something is gone, why and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Gone {
    /// Why.
    pub why: EndReason,
    /// Since when.
    pub at: Timestamp,
}

/// How often something happened, and when first and last. No addresses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Counter {
    /// How often.
    pub count: u32,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
}

/// What happened to a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkCounters {
    /// Opened with link and password: the file list was shown.
    pub opened: Counter,
    /// A download started: its first byte was sent.
    pub started: Counter,
    /// A download was saved whole, as its client says.
    pub finished: Counter,
    /// A wrong password.
    pub wrong_password: Counter,
}

/// A finished download that came with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StoredReceipt {
    /// The lease that it is for.
    pub lease: LeaseId,
    /// To be checked by the owner with the link's receipt key.
    pub receipt: Receipt,
    /// When it came.
    pub at: Timestamp,
    /// The content that was saved.
    pub content: ContentNumber,
}

/// A link as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkStatus {
    /// Its id.
    pub link: LinkId,
    /// Where it stands.
    pub state: LinkState,
    /// If it is gone: why and since when.
    pub gone: Option<Gone>,
    /// Whether it needs a password.
    pub needs_password: bool,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How many downloads it allows in all.
    pub downloads_max: u32,
    /// How many are taken.
    pub downloads_taken: u32,
    /// Whether the recipient may destroy it.
    pub recipient_may_destroy: bool,
    /// What happened to it.
    pub counters: LinkCounters,
    /// The last receipts, at most 16.
    pub receipts: Vec<StoredReceipt>,
    /// The content behind it.
    pub content: ContentNumber,
    /// Whether it stays when its downloads are taken.
    pub waits_for_editions: bool,
}

/// A content of a share, as the share's owner sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ContentStatus {
    /// Which.
    pub content: ContentNumber,
    /// Where it stands.
    pub state: ContentState,
    /// While it is uploaded: bytes of plaintext in every part but the last.
    pub part_bytes: Option<u32>,
    /// While it is uploaded: when the upload is abandoned and deleted.
    pub upload_ends_at: Option<Timestamp>,
    /// Bytes of padded content, once it is complete.
    pub padded_len: Option<u64>,
    /// SHA-256 of its sealed manifest, once it is complete: receipts are made over it.
    pub manifest_digest: Option<Digest>,
    /// Live links that it is behind.
    pub links: u32,
    /// Downloads of it that run.
    pub downloads_running: u32,
}

/// Where a content stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ContentState {
    /// Parts may be stored.
    Uploading,
    /// It is complete: links can be moved to it.
    Ready,
}

/// `GET /shares/{share}`, and the answer to whatever changes one: the share as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ShareStatus {
    /// Its id.
    pub share: ShareId,
    /// Where it stands.
    pub state: ShareState,
    /// If it is gone: why and since when.
    pub gone: Option<Gone>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// While it is uploaded: when the upload is abandoned and deleted, unless it is complete by
    /// then.
    pub upload_ends_at: Option<Timestamp>,
    /// Bytes of plaintext in every part but the last of its first content.
    pub part_bytes: u32,
    /// Bytes of padded content, once it is complete: of the newest one.
    pub padded_len: Option<u64>,
    /// Whether it ends when its last link has ended.
    pub ends_with_last_link: bool,
    /// When the server found that some of its ciphertext is missing or damaged, if it has and it
    /// still is.
    #[serde(default)]
    pub content_lost_at: Option<Timestamp>,
    /// Its links.
    pub links: Vec<LinkStatus>,
    /// What it holds, the oldest first: empty once it is gone.
    pub contents: Vec<ContentStatus>,
    /// The number that a new edition takes. `None`: there can be none any more.
    #[serde(default)]
    pub next_content: Option<ContentNumber>,
}

/// One line of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogLine {
    /// When.
    pub at: Timestamp,
    /// The link that it is about, if it is about one.
    pub link: Option<LinkId>,
    /// What happened.
    pub event: Event,
}

/// What the timeline tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Event {
    /// The share was created.
    Created,
    /// The upload was completed.
    Completed,
    /// A link was added.
    LinkAdded,
    /// The owner changed something.
    Changed,
    /// The owner paused it.
    Paused,
    /// The owner resumed it.
    Resumed,
    /// Opened with link and password.
    Opened,
    /// A wrong password.
    WrongPassword,
    /// Paused by itself after too many wrong passwords.
    Locked,
    /// A download was granted.
    Granted,
    /// A download started: it counts from here on.
    Started,
    /// A granted download that never started was released.
    // The name that records had before.
    #[serde(alias = "returned")]
    Released,
    /// A download was saved whole, as its client says.
    Finished,
    /// A started download was not finished in time. It stays counted.
    Lapsed,
    /// Gone: every download was taken.
    Spent,
    /// Gone: its time was over.
    Expired,
    /// Gone: the owner took it back.
    Revoked,
    /// Gone: the recipient destroyed it.
    Destroyed,
    /// Gone: too many wrong passwords.
    // The name that records had before.
    #[serde(alias = "guessed")]
    TooManyGuesses,
    /// Gone: the upload was never completed.
    Abandoned,
    /// Its ciphertext was deleted.
    Deleted,
    /// The server found that ciphertext is missing or damaged: it cannot be downloaded whole.
    ContentLost,
    /// Ciphertext that was missing or damaged is whole again: the operator restored it.
    ContentRestored,
    /// The upload of a new edition was completed.
    EditionCompleted,
    /// The upload of a new edition was never completed, or its owner gave it up.
    EditionAbandoned,
    /// An edition that no link and no download needed was deleted.
    EditionDeleted,
    /// The owner put another edition behind the link.
    Moved,
}

/// `GET /shares/{share}/log`: the timeline, oldest first, at most the last 1,000 lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Log {
    /// The lines.
    pub lines: Vec<LogLine>,
}

/// `GET /links/{link}`: the link as its holder sees it. Looking counts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LinkView {
    /// Where it stands.
    pub state: LinkState,
    /// If it is gone: why and since when.
    pub gone: Option<Gone>,
    /// Whether it needs a password.
    pub needs_password: bool,
    /// When it ends.
    pub expires_at: Timestamp,
    /// How many downloads it allows in all.
    pub downloads_max: u32,
    /// How many can still be granted.
    pub downloads_left: u32,
    /// Bytes of padded content.
    pub padded_len: u64,
    /// Whether the recipient may destroy it.
    pub recipient_may_destroy: bool,
    /// Milliseconds until another password may be tried; 0: now.
    pub retry_after_millis: u64,
    /// When it was first opened with link and password, if it was.
    pub opened_first_at: Option<Timestamp>,
    /// When a download was last started, if one was.
    pub started_last_at: Option<Timestamp>,
    /// The server's clock, so that pages need not trust the device's.
    pub now: Timestamp,
    /// The content behind it: it changes when the owner puts another edition there.
    pub content: ContentNumber,
}

/// `POST /links/{link}/open`: what the open proof shows. Counts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OpenedLink {
    /// The share behind the link.
    pub share: ShareId,
    /// Sealed object: manifest key and manifest digest.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::view_wrap))]
    pub view_wrap: Vec<u8>,
    /// The content that it opens: that of the lease which was shown, if one was and it runs, else
    /// that behind the link.
    pub content: ContentNumber,
    /// The link, as after opening.
    pub link: LinkView,
}

/// `POST /links/{link}/leases`: asks for one counted download. The same verifier again gives the
/// same lease.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RequestLease {
    /// Of the lease secret that the client drew and stored.
    pub lease_verifier: Verifier,
}

/// A lease: one counted download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GrantedLease {
    /// Its id.
    pub lease: LeaseId,
    /// Sealed object: the content key.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::content_wrap))]
    pub content_wrap: Vec<u8>,
    /// It lapses at this moment, whatever happens.
    pub expires_at: Timestamp,
    /// It lapses after so many seconds without a request.
    pub idle_secs: u64,
    /// It gives at most so many bytes of ciphertext in all.
    pub bytes_max: u64,
    /// The content that it gives, to its end: whatever is put behind the link meanwhile.
    pub content: ContentNumber,
    /// The link, as after granting.
    pub link: LinkView,
}

/// `POST /links/{link}/leases/{lease}/done`: the client closed the file on disk, or the person says
/// that it is saved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct FinishLease {
    /// The receipt, for the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// The part of a push that its passphrase changes, and its face.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PushLock {
    /// Whether a passphrase is needed. Told to holders of the link, so that they are asked for one.
    pub needs_password: bool,
    /// Checks open proofs.
    pub open_verifier: Verifier,
    /// Sealed object, 593 bytes: what it is and from whom. Told to holders of the link.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::face))]
    pub face: Vec<u8>,
    /// Sealed object of 512 bytes or a larger power of two up to 65,536, and 81 bytes more: what is
    /// handed over. Given with a counted view.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::payload))]
    pub payload: Vec<u8>,
}

/// `PUT /pushes/{link}`: makes a push. The same body again gives the same answer; another is a
/// conflict. At most 128 KiB.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PutPush {
    /// Checks owner proofs.
    pub owner_verifier: Verifier,
    /// The push's id is derived from it.
    pub link_verifier: Verifier,
    /// What the link and the passphrase open.
    pub lock: PushLock,
    /// How many views it allows.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100, example = 1))]
    pub views_max: u32,
    /// Life in seconds from now. Checked against the server's limits.
    #[cfg_attr(feature = "openapi", schema(minimum = 1, example = 604_800))]
    pub expires_in_secs: i64,
    /// Whether the recipient may destroy it.
    pub recipient_may_destroy: bool,
    /// Ends the push after so many wrong passphrases. `None`: it only pauses, after 200.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 200))]
    pub destroy_after_guesses: Option<u32>,
    /// Sealed object, 1,105 bytes: for the owner's devices.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::push_note))]
    pub note: Vec<u8>,
}

/// `PATCH /pushes/{link}/owner`: changes what is given, leaves the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct PatchPush {
    /// How many views it allows in all, those taken included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 100))]
    pub views_max: Option<u32>,
    /// Life in seconds from now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, example = 604_800))]
    pub expires_in_secs: Option<i64>,
    /// Pauses or resumes. Resuming also forgets wrong passphrases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// Whether the recipient may destroy it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_may_destroy: Option<bool>,
}

/// `GET /pushes/{link}`, and the answer to what its holder does: the push as its holder sees it.
/// Looking counts nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushView {
    /// The face, unless the push is gone.
    #[serde(default, with = "base64url_option")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::face_unless_gone))]
    pub face: Option<Vec<u8>>,
    /// Its link. A download of a push is a view.
    pub link: LinkView,
}

/// `POST /pushes/{link}/reveal`: one counted view. The same lease verifier again gives the same,
/// uncounted, until it is finished or 15 minutes are over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RevealedPush {
    /// Id of the lease.
    pub lease: LeaseId,
    /// Sealed object: what is handed over.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::payload))]
    pub payload: Vec<u8>,
    /// The lease lapses at this moment.
    pub expires_at: Timestamp,
    /// The link, as after revealing.
    pub link: LinkView,
}

/// `GET /pushes/{link}/owner`, and the answer to what its owner does: the push as its owner sees
/// it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushStatus {
    /// When it was made.
    pub created_at: Timestamp,
    /// Sealed object: the owner's note.
    #[serde(with = "base64url")]
    #[cfg_attr(feature = "openapi", schema(schema_with = crate::schema::push_note))]
    pub note: Vec<u8>,
    /// Its link. A download of a push is a view.
    pub link: LinkStatus,
}
