#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use super::*;
use crate::seeded::{Seeded, deviation};

const TEXT: &str = include_str!("../pages/words/eff-large.txt");
/// Five throws of a die.
const WORD_COUNT: usize = 7776;
const PLAIN: Style<'_> = Style { words: 6, separator: "-", with_digit: false, capitals: false };

fn list() -> WordList {
    WordList::new(TEXT).unwrap()
}

#[test]
fn a_passphrase_is_what_was_chosen() {
    let list = list();
    let mut rng = Seeded(1);
    for words in WORDS_MIN..=WORDS_MAX {
        let text = passphrase(&list, Style { words, separator: " ", ..PLAIN }, &mut rng).unwrap().text;
        let drawn: Vec<&str> = text.split(' ').collect();
        assert_eq!(drawn.len(), words as usize);
        assert!(drawn.iter().all(|word| TEXT.lines().any(|listed| listed == *word)), "{drawn:?}");
    }
    let style = Style { words: 4, separator: ".", with_digit: true, capitals: true };
    let text = passphrase(&list, style, &mut rng).unwrap().text;
    let drawn: Vec<&str> = text.split('.').collect();
    assert!(drawn.iter().all(|word| word.starts_with(|c: char| c.is_ascii_uppercase())), "{drawn:?}");
    assert_eq!(drawn.iter().filter(|word| word.ends_with(|c: char| c.is_ascii_digit())).count(), 1, "{drawn:?}");
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let list = list();
    let refused = |style| passphrase(&list, style, &mut Seeded(1)).err();
    assert_eq!(refused(Style { words: 2, ..PLAIN }), Some(PassphraseError::Words));
    assert_eq!(refused(Style { words: 13, ..PLAIN }), Some(PassphraseError::Words));
    for separator in ["a", "7", "\n", "-----", "ß", "→"] {
        assert_eq!(refused(Style { separator, ..PLAIN }), Some(PassphraseError::Separator), "{separator:?}");
    }
    for separator in ["", " ", ".", " - "] {
        assert_eq!(refused(Style { separator, ..PLAIN }), None, "{separator:?}");
    }
}

#[test]
fn every_word_is_equally_likely() {
    let words: Vec<&str> = TEXT.lines().collect();
    let list = list();
    let mut rng = Seeded(2);
    let mut counts = vec![0; WORD_COUNT];
    for _ in 0..4_000 {
        let text = passphrase(&list, Style { words: 12, separator: " ", ..PLAIN }, &mut rng).unwrap().text;
        for word in text.split(' ') {
            counts[words.binary_search(&word).unwrap()] += 1;
        }
    }
    assert!(deviation(&counts).abs() < 4.0, "{}", deviation(&counts));
}

#[test]
fn entropy_is_that_of_the_draws() {
    let list = list();
    let bits = |style| passphrase(&list, style, &mut Seeded(3)).unwrap().bits;
    assert!((77.5..77.6).contains(&bits(PLAIN)), "six words: {}", bits(PLAIN));
    assert!((bits(Style { capitals: true, ..PLAIN }) - bits(PLAIN)).abs() < 1e-9, "capitals add nothing");
    let digit = bits(Style { with_digit: true, ..PLAIN }) - bits(PLAIN);
    assert!((digit - 60_f64.log2()).abs() < 1e-9, "ten digits at six places");
}
