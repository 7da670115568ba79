//! Creating, storing, completing.

use subrosa_lifecycle::{Creator, Policy, Refusal, UploadFault};
use subrosa_lifecycle::{StoredManifest, StoredUpload};
use subrosa_shared::api::{CompleteShare, CreateShare, EndReason, ShareState, StoredPart};
use subrosa_shared::content::part_list_digest;
use subrosa_shared::id::{Digest, ShareId};
use subrosa_shared::limits::Limits;
use subrosa_shared::padding::padded_len;
use subrosa_shared::seal::sealed_len;
use subrosa_shared::time::Timestamp;

use crate::command::{Command, OwnerAction};
use crate::run::Run;
use crate::world::{self, DAY, PART_BYTES};

fn created() -> Run {
    let mut run = Run::new();
    run.done(world::create(world::create_request()));
    run
}

/// Parts with so many bytes of plaintext, and the request that fits them.
fn stored(lens: &[u64]) -> (StoredUpload, CompleteShare) {
    let parts: Vec<_> = lens
        .iter()
        .zip(0..)
        .map(|(len, index)| StoredPart { index, sealed_len: sealed_len(*len), digest: Digest::of(&[7]) })
        .collect();
    let manifest = StoredManifest { sealed_len: sealed_len(4096), digest: Digest::of(b"manifest") };
    let request = CompleteShare {
        part_count: u32::try_from(lens.len()).unwrap(),
        parts_digest: part_list_digest(parts.iter().map(|part| (part.sealed_len, part.digest))),
        manifest_digest: manifest.digest,
    };
    (StoredUpload { parts, manifest: Some(manifest) }, request)
}

fn complete((stored, request): (StoredUpload, CompleteShare)) -> Command {
    world::by_owner(OwnerAction::Complete { request, stored })
}

#[test]
fn an_id_belongs_to_its_owner() {
    let mut run = Run::new();
    let request = world::create_request();
    let share = ShareId::from_bytes([1; 16]);
    let squat = Command::Create { share, request, creator: Creator::Anyone };
    assert_eq!(run.refused(squat), Refusal::IdMismatch);
    assert_eq!(run.record, None);
}

#[test]
fn creating_again_is_a_retry_or_a_conflict() {
    let mut run = created();
    run.wait(DAY);
    // A retry, though the operator has lowered the limits since.
    run.policy.limits.expiry_secs_max = 60;
    run.done(world::create(world::create_request()));
    let other = CreateShare { ends_with_last_link: false, ..world::create_request() };
    assert_eq!(run.refused(world::create(other)), Refusal::AlreadyExists);
    // Also when it is complete: creating changes nothing.
    run.done(world::complete());
    run.done(world::create(world::create_request()));
    assert_eq!(run.seen().state, ShareState::Ready);
}

#[test]
fn part_sizes_are_whole_chunks_within_the_limits() {
    let limits = Limits { part_bytes_min: 128 << 10, part_bytes_max: 256 << 10, ..Limits::default() };
    for (part_bytes, fine) in [
        (128 << 10, true),
        (256 << 10, true),
        (192 << 10, true),
        (64 << 10, false),
        (320 << 10, false),
        (0, false),
        (131_073, false),
    ] {
        let mut run = Run::new();
        run.policy.limits = limits.clone();
        let created = run.apply(world::create(CreateShare { part_bytes, ..world::create_request() })).clone();
        match created {
            Ok(_) => assert!(fine),
            Err(refusal) => {
                assert_eq!(refusal, Refusal::PartSizeOutOfRange { min: 128 << 10, max: 256 << 10 });
                assert!(!fine);
            }
        }
    }
}

#[test]
fn a_part_is_stored_where_one_can_be() {
    let mut run = created();
    run.policy.limits.share_bytes_max = 3 * u64::from(PART_BYTES) - 1;
    let part = |index, sealed_len| world::by_owner(OwnerAction::StorePart { index, sealed_len, last: None });
    run.done(part(2, sealed_len(1)));
    run.done(part(0, sealed_len(PART_BYTES.into())));
    assert_eq!(run.refused(part(3, sealed_len(1))), Refusal::PartOutOfRange { max: 2 });
    for len in [0, sealed_len(0), sealed_len(u64::from(PART_BYTES) + 1), u64::MAX] {
        assert!(matches!(run.refused(part(0, len)), Refusal::ValueOutOfRange { field: "sealed_len", .. }));
    }
    let manifest = |sealed_len| world::by_owner(OwnerAction::StoreManifest { sealed_len });
    run.done(manifest(sealed_len(16 << 20)));
    assert!(matches!(run.refused(manifest(sealed_len((16 << 20) + 1))), Refusal::ValueOutOfRange { .. }));
    run.policy.limits.parts_max = 2;
    assert_eq!(run.refused(part(2, sealed_len(1))), Refusal::PartOutOfRange { max: 1 });
}

#[test]
fn complete_takes_what_padding_makes() {
    for content in [0, 1, 4096, 4097, 65_536, 65_537, 200_000, 1_000_000] {
        let padded = padded_len(content).unwrap();
        let full = u64::from(PART_BYTES);
        let mut lens = vec![full; usize::try_from(padded / full).unwrap()];
        lens.extend(Some(padded % full).filter(|rest| *rest > 0));
        let mut run = created();
        run.done(complete(stored(&lens)));
        assert_eq!(run.seen().padded_len, Some(padded));
    }
}

#[test]
fn complete_refuses_what_is_not_whole() {
    let full = u64::from(PART_BYTES);
    let fault = |upload| match created().refused(complete(upload)) {
        Refusal::IncompleteUpload(fault) => fault,
        other => panic!("{other:?}"),
    };
    assert_eq!(fault(stored(&[])), UploadFault::Parts { part_count: 0 });
    assert_eq!(fault(stored(&[4095])), UploadFault::Padding);
    assert_eq!(fault(stored(&[1])), UploadFault::Padding);
    assert_eq!(fault(stored(&[full, 1])), UploadFault::Padding);
    assert_eq!(fault(stored(&[4096, full])), UploadFault::PartLength { index: 0 });
    assert_eq!(fault(stored(&[full, full + 1])), UploadFault::PartLength { index: 1 });
    assert_eq!(fault(stored(&[full, 0])), UploadFault::PartLength { index: 1 });

    let two = || stored(&[full, full]);
    let mut upload = two();
    upload.0.parts[1].index = 2;
    assert_eq!(fault(upload), UploadFault::Parts { part_count: 2 });
    let mut upload = two();
    upload.0.parts[1].index = 0;
    assert_eq!(fault(upload), UploadFault::Parts { part_count: 2 });
    let mut upload = two();
    upload.1.part_count = 1;
    assert_eq!(fault(upload), UploadFault::Parts { part_count: 1 });
    let mut upload = two();
    upload.1.part_count = u32::MAX;
    assert_eq!(fault(upload), UploadFault::Parts { part_count: u32::MAX });
    let mut upload = two();
    upload.0.parts[0].sealed_len += 1;
    assert_eq!(fault(upload), UploadFault::PartLength { index: 0 });
    let mut upload = two();
    upload.0.parts[0].digest = Digest::of(b"swapped");
    assert_eq!(fault(upload), UploadFault::PartsDigest);
    let mut upload = two();
    upload.0.manifest = None;
    assert_eq!(fault(upload), UploadFault::Manifest);
    let mut upload = two();
    upload.1.manifest_digest = Digest::of(b"other");
    assert_eq!(fault(upload), UploadFault::Manifest);
}

#[test]
fn complete_refuses_more_than_a_share_may_have() {
    let full = u64::from(PART_BYTES);
    let mut run = created();
    run.policy.limits.share_bytes_max = 2 * full - 1;
    assert_eq!(run.refused(complete(stored(&[full, full]))), Refusal::ShareTooLarge { max: 2 * full - 1 });
    run.policy.limits.share_bytes_max = 2 * full;
    run.done(complete(stored(&[full, full])));
}

#[test]
fn content_is_fixed_once() {
    let mut run = created();
    run.done(world::complete());
    run.done(world::complete());
    // A retry need not say what is stored: it is fixed.
    run.done(complete((StoredUpload::default(), world::complete_request())));
    assert_eq!(run.refused(complete(stored(&[4096]))), Refusal::AlreadyComplete);
    let store = OwnerAction::StorePart { index: 0, sealed_len: sealed_len(1), last: None };
    assert_eq!(run.refused(world::by_owner(store)), Refusal::AlreadyComplete);
    let store = OwnerAction::StoreManifest { sealed_len: sealed_len(1) };
    assert_eq!(run.refused(world::by_owner(store)), Refusal::AlreadyComplete);
}

#[test]
fn an_upload_that_stands_still_is_abandoned() {
    let mut run = Run::new();
    run.done(world::create(CreateShare { expires_in_secs: 30 * 24 * 60 * 60, ..world::create_request() }));
    run.wait(7 * DAY - 1);
    assert_eq!(run.seen().state, ShareState::Uploading);
    assert_eq!(run.seen().upload_ends_at, Some(Timestamp::from_millis(run.now.as_millis() + 1)), "the sender knows");
    run.wait(1);
    assert_eq!(run.seen().gone.unwrap().why, EndReason::Abandoned);
    assert!(matches!(run.refused(world::complete()), Refusal::Gone(gone) if gone.why == EndReason::Abandoned));
    assert_eq!(run.record.unwrap().accepts_parts(), None);
}

#[test]
fn a_share_can_be_given_links_only_when_complete() {
    let mut run = created();
    assert_eq!(run.refused(world::put(0, world::put_request(0))), Refusal::NotComplete);
    assert_eq!(Policy::default().upload_secs_max, 7 * 24 * 60 * 60);
}

/// At most one part is shorter than the others, and no part stands behind it, in whatever order
/// they come.
#[test]
fn only_the_last_part_is_shorter() {
    let mut run = created();
    let full = sealed_len(PART_BYTES.into());
    let short = full - 1;
    let mut store = |index, sealed_len, last: Option<(u32, u64)>| {
        let last = last.map(|(index, sealed_len)| StoredPart { index, sealed_len, digest: Digest::of(b"") });
        run.apply(world::by_owner(OwnerAction::StorePart { index, sealed_len, last })).clone().err()
    };
    // The first to come may be the last part.
    assert_eq!(store(7, short, None), None);
    for (index, last) in [(6, (7, short)), (0, (7, short)), (8, (7, full)), (7, (7, full))] {
        assert_eq!(store(index, full, Some(last)), None, "{index} {last:?}");
    }
    // The same place again, and shorter or longer than it was.
    assert_eq!(store(7, short, Some((7, full))), None);
    assert_eq!(store(7, sealed_len(1), Some((7, short))), None);
    assert_eq!(store(8, short, Some((7, full))), None);

    let too_short = |last| Some(Refusal::PartTooShort { sealed_len: full, last });
    assert_eq!(store(6, short, Some((7, full))), too_short(7));
    assert_eq!(store(6, short, Some((7, short))), too_short(7));
    for len in [short, full] {
        assert_eq!(store(8, len, Some((7, short))), Some(Refusal::PartBehindLast { last: 7 }));
    }
}
