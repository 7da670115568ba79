//! Properties of sealed objects: what is sealed opens, and nothing else does.
#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

use getrandom::{SysRng, rand_core::UnwrapErr};
use proptest::prelude::*;
use subrosa_shared::id::ShareId;
use subrosa_shared::seal::{
    CHUNK_LEN, HEADER_LEN, OpenError, Opener, PartPlace, TAG_LEN, commitment, open, plaintext_len, seal, sealed_len,
};
use subrosa_shared::secret::{ContentKey, ManifestKey};

const KEY: ContentKey = ContentKey::from_bytes([7; 32]);
const PLACE: PartPlace = PartPlace { share: ShareId::from_bytes([1; 16]), index: 3 };

fn sealed(plaintext: &[u8]) -> Vec<u8> {
    seal(&KEY, &PLACE, plaintext, &mut UnwrapErr(SysRng))
}

/// Lengths around the places where something changes.
fn lengths() -> impl Strategy<Value = usize> {
    let edges = [0, 1, CHUNK_LEN - 1, CHUNK_LEN, CHUNK_LEN + 1, 2 * CHUNK_LEN, 2 * CHUNK_LEN + 1, 3 * CHUNK_LEN];
    prop_oneof![proptest::sample::select(edges.to_vec()), 0..4 * CHUNK_LEN]
}

fn plaintext(len: usize) -> Vec<u8> {
    (0..len).map(|i| (i % 251) as u8).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_sealed_opens(len in lengths()) {
        let object = sealed(&plaintext(len));
        prop_assert_eq!(object.len() as u64, sealed_len(len as u64));
        prop_assert_eq!(plaintext_len(object.len() as u64), Ok(len as u64));
        prop_assert_eq!(&*open(&KEY, &PLACE, &object).unwrap(), &plaintext(len));
    }

    #[test]
    fn every_flipped_bit_is_noticed(len in lengths(), at: proptest::sample::Index, bit in 0..8_u8) {
        let mut object = sealed(&plaintext(len));
        let at = at.index(object.len());
        object[at] ^= 1_u8 << bit;
        let expected = if at == 0 { OpenError::Version } else { OpenError::Authentication };
        prop_assert_eq!(open(&KEY, &PLACE, &object), Err(expected));
    }

    #[test]
    fn every_cut_is_noticed(len in lengths(), to: proptest::sample::Index) {
        let mut object = sealed(&plaintext(len));
        object.truncate(to.index(object.len()));
        prop_assert!(open(&KEY, &PLACE, &object).is_err());
    }

    #[test]
    fn every_extension_is_noticed(len in lengths(), more in proptest::collection::vec(any::<u8>(), 1..CHUNK_LEN)) {
        let mut object = sealed(&plaintext(len));
        object.extend(more);
        prop_assert!(open(&KEY, &PLACE, &object).is_err());
    }

    #[test]
    fn chunks_cannot_change_places(chunks in 2..6_usize, a: proptest::sample::Index, b: proptest::sample::Index) {
        let mut object = sealed(&plaintext(chunks * CHUNK_LEN));
        let (a, b) = (a.index(chunks), b.index(chunks));
        let whole = CHUNK_LEN + TAG_LEN;
        for i in 0..whole {
            object.swap(HEADER_LEN + a * whole + i, HEADER_LEN + b * whole + i);
        }
        prop_assert_eq!(open(&KEY, &PLACE, &object).is_ok(), a == b);
    }

    #[test]
    fn whole_chunks_cannot_be_dropped_or_repeated(chunks in 2..5_usize, at: proptest::sample::Index) {
        let object = sealed(&plaintext(chunks * CHUNK_LEN));
        let whole = CHUNK_LEN + TAG_LEN;
        let start = HEADER_LEN + at.index(chunks) * whole;
        let dropped = [&object[..start], &object[start + whole..]].concat();
        let repeated = [&object[..start + whole], &object[start..]].concat();
        prop_assert!(open(&KEY, &PLACE, &dropped).is_err());
        prop_assert!(open(&KEY, &PLACE, &repeated).is_err());
    }

    #[test]
    fn chunks_of_two_sealings_do_not_mix(chunks in 1..4_usize, at: proptest::sample::Index) {
        let (mut object, other) = (sealed(&plaintext(chunks * CHUNK_LEN)), sealed(&plaintext(chunks * CHUNK_LEN)));
        let start = HEADER_LEN + at.index(chunks) * (CHUNK_LEN + TAG_LEN);
        let end = object.len().min(start + CHUNK_LEN + TAG_LEN);
        object[start..end].copy_from_slice(&other[start..end]);
        prop_assert_eq!(open(&KEY, &PLACE, &object), Err(OpenError::Authentication));
    }

    #[test]
    fn a_part_opens_only_in_its_place_and_share(len in 0..1000_usize, index: u32, share: [u8; 16]) {
        let place = PartPlace { share: ShareId::from_bytes(share), index };
        let opened = open(&KEY, &place, &sealed(&plaintext(len)));
        prop_assert_eq!(opened.is_ok(), place == PLACE);
    }

    #[test]
    fn any_chunk_opens_alone(len in lengths(), at: proptest::sample::Index) {
        let object = sealed(&plaintext(len));
        let pinned = commitment(&object).unwrap();
        let opener = Opener::new(&KEY, &PLACE, &object[..HEADER_LEN], object.len() as u64, &pinned).unwrap();
        let index = at.index(len.div_ceil(CHUNK_LEN).max(1));
        let range = opener.chunk_range(index as u64).unwrap();
        let mut opened = Vec::new();
        opener.open_chunk(index as u64, &object[range.start as usize..range.end as usize], &mut opened).unwrap();
        let whole = plaintext(len);
        prop_assert_eq!(opened, whole.chunks(CHUNK_LEN).nth(index).unwrap_or_default());
        prop_assert_eq!(opener.chunk_range(len.div_ceil(CHUNK_LEN).max(1) as u64), None);
    }

    #[test]
    fn lengths_that_no_object_has_are_refused_and_all_others_are_inverse(len in 0_u64..10 * CHUNK_LEN as u64) {
        match plaintext_len(len) {
            Ok(inside) => prop_assert_eq!(sealed_len(inside), len),
            Err(error) => {
                prop_assert_eq!(error, OpenError::Length);
                prop_assert!((0..=len).all(|inside| sealed_len(inside) != len || inside > len));
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        prop_assert!(open(&KEY, &PLACE, &bytes).is_err());
    }
}

#[test]
fn a_file_that_changed_between_two_attempts_never_repeats_key_and_nonce() {
    // The same place is sealed twice, with other content: salts differ, so keys differ, so that
    // equal nonces are harmless.
    let (first, second) = (sealed(&[0; 1000]), sealed(&[1; 1000]));
    assert_ne!(first[1..33], second[1..33], "salt");
    // Had key and nonce repeated, the ciphertexts would differ just where and as the plaintexts do.
    let difference: Vec<u8> = first[HEADER_LEN..].iter().zip(&second[HEADER_LEN..]).map(|(a, b)| a ^ b).collect();
    assert_ne!(difference[..1000], [1; 1000]);
    // Nor does sealing the very same bytes again repeat anything.
    let third = sealed(&[0; 1000]);
    assert_ne!(first[1..33], third[1..33]);
    assert_ne!(first[HEADER_LEN..], third[HEADER_LEN..]);
}

#[test]
fn chunks_of_a_superseded_sealing_are_refused_though_they_are_of_the_same_place() {
    let (superseded, pinned) = (sealed(&[0; 1000]), sealed(&[1; 1000]));
    let pin = commitment(&pinned).unwrap();
    assert!(Opener::new(&KEY, &PLACE, &pinned[..HEADER_LEN], pinned.len() as u64, &pin).is_ok());
    let replayed = Opener::new(&KEY, &PLACE, &superseded[..HEADER_LEN], superseded.len() as u64, &pin);
    assert!(matches!(replayed, Err(OpenError::Authentication)));
}

#[test]
fn an_object_opens_in_its_role_only() {
    // The same 32 bytes as another kind of key: the role separates them.
    let share = ShareId::from_bytes([1; 16]);
    let as_manifest = seal(&ManifestKey::from_bytes([7; 32]), &share, b"x", &mut UnwrapErr(SysRng));
    assert_eq!(open(&KEY, &PLACE, &as_manifest), Err(OpenError::Authentication));
}

#[test]
fn an_object_opens_under_one_key_only() {
    let object = sealed(b"committed");
    for bit in 0..256 {
        let mut other = [7; 32];
        other[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(open(&ContentKey::from_bytes(other), &PLACE, &object), Err(OpenError::Authentication));
    }
}
