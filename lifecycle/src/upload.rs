//! What may be stored of an upload, and what makes it complete.

use subrosa_shared::api::{CompleteShare, Event, StoredPart};
use subrosa_shared::content::{ContentNumber, part_list_digest};
use subrosa_shared::id::Digest;
use subrosa_shared::limits::{Limits, PARTS_MAX};
use subrosa_shared::padding::is_padded_len;
use subrosa_shared::seal::{plaintext_len, sealed_len};

use crate::bounds::check_range;
use crate::context::Context;
use crate::edition;
use crate::record::{Content, Editions, Kind, Parts, Share, State};
use crate::refusal::{Refusal, UploadFault};

/// What is stored of an upload.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredUpload {
    /// The parts, in any order.
    pub parts: Vec<StoredPart>,
    /// The sealed manifest, if it is there.
    pub manifest: Option<StoredManifest>,
}

/// A stored manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredManifest {
    /// Bytes of the sealed object.
    pub sealed_len: u64,
    /// SHA-256 of the sealed object.
    pub digest: Digest,
}

/// Whether a part of that length may be stored at that place now. At most one part is shorter than
/// the others, and it is the one with the highest index: else a share could be made of very many
/// very small ones. `last` is the stored part with the highest index, so that parts may come in any
/// order.
pub(crate) fn check_part(
    (share, content): (&Share, ContentNumber),
    index: u32,
    len: u64,
    last: Option<&StoredPart>,
    limits: &Limits,
) -> Result<(), Refusal> {
    let part_bytes = uploading(share, content)?;
    let parts_max = share_parts_max(part_bytes, limits);
    if u64::from(index) >= parts_max {
        return Err(Refusal::PartOutOfRange { max: parts_max - 1 });
    }
    let full = sealed_len(part_bytes.into());
    check_range("sealed_len", len, sealed_len(1), full)?;
    match last {
        Some(last) if len < full && index < last.index => {
            Err(Refusal::PartTooShort { sealed_len: full, last: last.index })
        }
        Some(last) if last.sealed_len < full && index > last.index => Err(Refusal::PartBehindLast { last: last.index }),
        _ => Ok(()),
    }
}

/// Whether a manifest of that length may be stored now.
pub(crate) fn check_manifest(
    (share, content): (&Share, ContentNumber),
    len: u64,
    limits: &Limits,
) -> Result<(), Refusal> {
    uploading(share, content)?;
    check_range("sealed_len", len, sealed_len(1), sealed_len(limits.manifest_bytes_max.into()))
}

/// The part size of the content whose upload runs.
fn uploading(share: &Share, content: ContentNumber) -> Result<u32, Refusal> {
    let Kind::Files { part_bytes, .. } = share.kind else { return Err(Refusal::NotFound) };
    match &share.state {
        State::Uploading { .. } if content.is_first() => Ok(part_bytes),
        State::Uploading { .. } => Err(Refusal::NotFound),
        State::Ready { editions, .. } => match editions.uploading.filter(|upload| upload.number == content) {
            Some(upload) => Ok(upload.part_bytes),
            None if share.fixed_content(content).is_some() => Err(Refusal::AlreadyComplete),
            None => Err(Refusal::NotFound),
        },
        State::Gone { gone, .. } => Err(Refusal::Gone(*gone)),
    }
}

/// Whether a content is there to be read back: its upload runs, or it is fixed.
pub(crate) fn check_there(share: &Share, content: ContentNumber) -> Result<(), Refusal> {
    match uploading(share, content) {
        Ok(_) | Err(Refusal::AlreadyComplete) => Ok(()),
        Err(refusal) => Err(refusal),
    }
}

/// How many parts a share can have, at least one: no more than the largest share takes.
fn share_parts_max(part_bytes: u32, limits: &Limits) -> u64 {
    let fitting = limits.share_bytes_max.div_ceil(part_bytes.into());
    fitting.min(limits.parts_max.min(PARTS_MAX).into()).max(1)
}

/// Fixes a content: from now on its parts do not change, and links can open it.
pub(crate) fn complete(
    share: &mut Share,
    content: ContentNumber,
    request: &CompleteShare,
    stored: &StoredUpload,
    context: &mut Context<'_>,
) -> Result<(), Refusal> {
    if let Some(content) = share.fixed_content(content) {
        return if content.is_of(request) { Ok(()) } else { Err(Refusal::AlreadyComplete) };
    }
    let part_bytes = uploading(share, content)?;
    let parts = check_content(part_bytes, request, stored, context.limits())?;
    if matches!(share.state, State::Uploading { .. }) {
        share.state = State::Ready { content: Content::Parts(parts), editions: Editions::default() };
        context.log(None, Event::Completed);
    } else {
        edition::fix(share, content, parts)?;
        context.log(None, Event::EditionCompleted);
    }
    Ok(())
}

impl Content {
    fn is_of(&self, request: &CompleteShare) -> bool {
        let CompleteShare { part_count, parts_digest, manifest_digest } = *request;
        let wanted = (part_count, parts_digest, manifest_digest);
        matches!(self, Self::Parts(parts) if (parts.part_count, parts.parts_digest, parts.manifest_digest) == wanted)
    }
}

/// Holds what is stored against what the request says and the protocol demands.
fn check_content(
    part_bytes: u32,
    request: &CompleteShare,
    stored: &StoredUpload,
    limits: &Limits,
) -> Result<Parts, Refusal> {
    let CompleteShare { part_count, parts_digest, manifest_digest } = *request;
    let mut parts: Vec<_> = stored.parts.iter().collect();
    parts.sort_unstable_by_key(|part| part.index);
    let all = parts.iter().map(|part| part.index).eq(0..part_count);
    if part_count == 0 || !all {
        return Err(Refusal::IncompleteUpload(UploadFault::Parts { part_count }));
    }

    let (mut padded_len, mut all_sealed_len) = (0_u64, 0_u64);
    for part in &parts {
        let full = u64::from(part_bytes);
        let fits = |len: &u64| if part.index + 1 < part_count { *len == full } else { (1..=full).contains(len) };
        let len = plaintext_len(part.sealed_len).ok().filter(fits);
        let len = len.ok_or(Refusal::IncompleteUpload(UploadFault::PartLength { index: part.index }))?;
        // At most 2^32 parts of at most 2^32 bytes each.
        padded_len = padded_len.saturating_add(len);
        all_sealed_len = all_sealed_len.saturating_add(part.sealed_len);
    }
    if padded_len > limits.share_bytes_max || u64::from(part_count) > share_parts_max(part_bytes, limits) {
        return Err(Refusal::ShareTooLarge { max: limits.share_bytes_max });
    }
    if !is_padded_len(padded_len) {
        return Err(Refusal::IncompleteUpload(UploadFault::Padding));
    }
    if part_list_digest(parts.iter().map(|part| (part.sealed_len, part.digest))) != parts_digest {
        return Err(Refusal::IncompleteUpload(UploadFault::PartsDigest));
    }
    if stored.manifest.is_none_or(|manifest| manifest.digest != manifest_digest) {
        return Err(Refusal::IncompleteUpload(UploadFault::Manifest));
    }
    Ok(Parts { part_count, parts_digest, manifest_digest, padded_len, sealed_len: all_sealed_len })
}
