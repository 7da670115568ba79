//! Padmé padding: how long a content of some length becomes, so that its length says little.
//! PROTOCOL.md section 5.
//!
//! Nikitin, Barman, Lueks, Underwood, Hubaux, Ford: *Reducing Metadata Leakage from Encrypted Files
//! and Communication with PURBs*, 2019. The length's exponent is kept and only as many leading bits
//! of its mantissa as the exponent has: at most 12 % more, less the longer.

/// Shortest padded length, in bytes.
pub const FLOOR: u64 = 4096;

/// The padded length for a length in bytes: the smallest Padmé length that is not below it nor
/// below [`FLOOR`].
///
/// `None` if it exceeds `u64`.
#[must_use]
pub const fn padded_len(len: u64) -> Option<u64> {
    if len <= FLOOR {
        return Some(FLOOR);
    }
    let exponent = len.ilog2();
    let mantissa_bits = exponent.ilog2() + 1;
    let low_bits = (1 << (exponent - mantissa_bits)) - 1;
    match len.checked_add(low_bits) {
        Some(sum) => Some(sum & !low_bits),
        None => None,
    }
}

/// Whether a length is a padded one.
#[must_use]
pub const fn is_padded_len(len: u64) -> bool {
    matches!(padded_len(len), Some(padded) if padded == len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_from_the_paper_and_the_floor() {
        for (len, padded) in [(0, 4096), (1, 4096), (4096, 4096), (4097, 4352), (9000, 9216), (1_000_000, 1_015_808)] {
            assert_eq!(padded_len(len), Some(padded), "length {len}");
        }
        assert_eq!(padded_len(u64::MAX), None);
    }

    proptest! {
        #[test]
        fn padding_never_shortens_is_idempotent_and_adds_at_most_12_percent(len in 0_u64..1 << 60) {
            let padded = padded_len(len).unwrap();
            prop_assert!(padded >= len);
            prop_assert!(is_padded_len(padded));
            prop_assert!(padded == FLOOR || (padded - len) as f64 <= 0.12 * len as f64);
        }

        #[test]
        fn padding_is_monotone(a in 0_u64..1 << 60, b in 0_u64..1 << 60) {
            prop_assert!(padded_len(a.min(b)) <= padded_len(a.max(b)));
        }
    }
}
