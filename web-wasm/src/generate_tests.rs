#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::seeded::{Seeded, deviation};

const ALL: Classes = Classes { lower: true, upper: true, digits: true, symbols: true, without_lookalikes: false };

/// All fifteen choices of classes, each with and without look-alikes.
fn choices() -> impl Iterator<Item = Classes> {
    (2..32_u8).map(|choice| Classes {
        lower: choice & 2 != 0,
        upper: choice & 4 != 0,
        digits: choice & 8 != 0,
        symbols: choice & 16 != 0,
        without_lookalikes: choice & 1 != 0,
    })
}

#[test]
fn a_password_is_what_was_chosen() {
    let mut rng = Seeded(1);
    for classes in choices() {
        for length in [8, 9, 20, 128] {
            let text = password(length, classes, &mut rng).unwrap().text;
            assert_eq!(text.chars().count(), length as usize);
            for (chosen, class) in
                [(classes.lower, LOWER), (classes.upper, UPPER), (classes.digits, DIGITS), (classes.symbols, SYMBOLS)]
            {
                assert_eq!(text.contains(|c| class.contains(c)), chosen, "{classes:?}");
            }
            assert!(!classes.without_lookalikes || !text.contains(|c| LOOKALIKES.contains(c)), "{classes:?}");
        }
    }
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let refused = |length, classes| password(length, classes, &mut Seeded(1)).err();
    assert_eq!(refused(7, ALL), Some(GenerateError::Length));
    assert_eq!(refused(129, ALL), Some(GenerateError::Length));
    let none = Classes { without_lookalikes: true, ..Classes::default() };
    assert_eq!(refused(8, none), Some(GenerateError::NoClass));
}

#[test]
fn every_character_is_equally_likely_at_every_place() {
    let mut rng = Seeded(2);
    let lower = Classes { lower: true, ..Classes::default() };
    let mut counts = vec![0; 8 * LOWER.len()];
    for _ in 0..20_000 {
        let text = password(8, lower, &mut rng).unwrap().text;
        for (place, c) in text.chars().enumerate() {
            counts[place * LOWER.len() + LOWER.find(c).unwrap()] += 1;
        }
    }
    assert!(deviation(&counts).abs() < 4.0, "{}", deviation(&counts));
}

#[test]
fn one_of_each_class_favours_no_place() {
    // With one class as small as digits, passwords are drawn anew often; a place kept for a digit
    // would show at once.
    let mut rng = Seeded(3);
    let mut counts = vec![0; 8];
    for _ in 0..20_000 {
        let text = password(8, ALL, &mut rng).unwrap().text;
        for (place, c) in text.chars().enumerate() {
            counts[place] += u32::from(c.is_ascii_digit());
        }
    }
    assert!(deviation(&counts).abs() < 4.0, "{counts:?}");
}

#[test]
fn numbers_below_any_end_are_equally_likely() {
    let mut rng = Seeded(4);
    for end in [1, 2, 3, 10, 94, 7776] {
        let mut counts = vec![0; end];
        for _ in 0..end.max(100) * 50 {
            counts[below(end, &mut rng)] += 1;
        }
        assert!(end == 1 || deviation(&counts).abs() < 4.0, "below {end}: {}", deviation(&counts));
    }
}

#[test]
fn entropy_counts_the_passwords_there_are() {
    let close = |length, sizes: &[usize], count: f64| {
        let bits = bits(length, sizes);
        assert!((bits - count.log2()).abs() < 1e-9, "{bits} bits for {count} passwords");
    };
    close(3, &[26], 26_f64.powi(3));
    // All of two letters and one digit: 3 places for the digit, or two digits and a letter.
    close(2, &[2, 3], 12.0);
    close(3, &[1, 1, 1], 6.0);
    close(3, &[2, 1], 18.0);
    let without = Classes { without_lookalikes: true, symbols: false, ..ALL };
    let usual = password(16, without, &mut Seeded(5)).unwrap().bits;
    assert!((77.0..95.4).contains(&usual), "16 characters without look-alikes have {usual} bits");
    let letters = Classes { lower: true, ..Classes::default() };
    let eight = password(8, letters, &mut Seeded(6)).unwrap().bits;
    assert!((eight - 8.0 * 26_f64.log2()).abs() < 1e-9);
}
