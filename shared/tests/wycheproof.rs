//! What others found to go wrong in implementations: the vectors of Project Wycheproof, through the
//! code that seals, derives and signs here; and the example of RFC 9106.
#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use subrosa_aead::{Key, TAG_LEN};
use wycheproof::{TestResult, aead, hkdf as hkdf_vectors, mac};

/// Through `subrosa_aead`, as sealed objects go.
#[test]
fn chacha20_poly1305() {
    let set = aead::TestSet::load(aead::TestName::ChaCha20Poly1305).unwrap();
    let mut run = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            // A nonce of another length cannot be said to our functions.
            let Ok(nonce) = <&[u8; 12]>::try_from(test.nonce.as_ref()) else {
                assert_eq!(test.result, TestResult::Invalid, "{}", test.tc_id);
                continue;
            };
            let (key, tag) = (test.key.as_ref().try_into().unwrap(), test.tag.as_ref().try_into().unwrap());
            let key = Key::new(key);
            let mut opened = vec![0; test.ct.len()];
            let found = key.open(nonce, test.aad.as_ref(), test.ct.as_ref(), tag, &mut opened);
            assert_eq!(found.is_ok(), test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            if test.result == TestResult::Valid {
                assert_eq!(opened, test.pt.as_ref(), "{}", test.tc_id);
                let mut sealed = vec![0; test.pt.len() + TAG_LEN];
                key.seal(nonce, test.aad.as_ref(), test.pt.as_ref(), &mut sealed);
                assert_eq!(sealed, [test.ct.as_ref(), test.tag.as_ref()].concat(), "{}", test.tc_id);
            }
            run += 1;
        }
    }
    assert!(run > 200, "{run}");
}

/// Through the crate that every derivation uses.
#[test]
fn hkdf_sha256() {
    let set = hkdf_vectors::TestSet::load(hkdf_vectors::TestName::HkdfSha256).unwrap();
    let mut run = 0;
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let derived = Hkdf::<Sha256>::new(Some(test.salt.as_ref()), test.ikm.as_ref());
        let mut okm = vec![0; test.size];
        let found = derived.expand(test.info.as_ref(), &mut okm);
        assert_eq!(found.is_ok(), test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
        if found.is_ok() {
            assert_eq!(okm, test.okm.as_ref(), "{}", test.tc_id);
        }
        run += 1;
    }
    assert!(run > 50, "{run}");
}

/// Through the crate that makes receipts.
#[test]
fn hmac_sha256() {
    let set = mac::TestSet::load(mac::TestName::HmacSha256).unwrap();
    let mut run = 0;
    for group in &set.test_groups {
        // Receipts are never shortened.
        for test in group.tests.iter().filter(|_| group.tag_size == 256) {
            let mut mac = Hmac::<Sha256>::new_from_slice(test.key.as_ref()).unwrap();
            mac.update(test.msg.as_ref());
            let found = mac.verify_slice(test.tag.as_ref());
            assert_eq!(found.is_ok(), test.result == TestResult::Valid, "{}: {}", test.tc_id, test.comment);
            run += 1;
        }
    }
    assert!(run > 80, "{run}");
}

/// RFC 9106, section 5.3. Suite 1 takes neither a secret nor associated data; the rest of the
/// algorithm is the same.
#[test]
fn argon2id() {
    let mut builder = ParamsBuilder::new();
    builder.m_cost(32).t_cost(3).p_cost(4).output_len(32).data(AssociatedData::new(&[4; 12]).unwrap());
    let params = builder.build().unwrap();
    let argon2 = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
    let mut tag = [0; 32];
    argon2.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
    let expected = [
        0x0d, 0x64, 0x0d, 0xf5, 0x8d, 0x78, 0x76, 0x6c, 0x08, 0xc0, 0x37, 0xa3, 0x4a, 0x8b, 0x53, 0xc9, 0xd0, 0x1e,
        0xf0, 0x45, 0x2d, 0x75, 0xb6, 0x5e, 0xb5, 0x25, 0x20, 0xe9, 0x6b, 0x01, 0xe6, 0x59,
    ];
    assert_eq!(tag, expected);
}
