//! Passphrases from the EFF's long word list: easy to say over the phone and to type.

use rand_core::CryptoRng;
use subrosa_shared::id::Digest;
use zeroize::Zeroizing;

use crate::generate::{Generated, below};

/// SHA-256 of the list: one word in a line, in the order of the EFF.
const LIST_DIGEST: [u8; 32] = [
    0x6d, 0x55, 0x7f, 0x06, 0x93, 0x95, 0x8f, 0xb5, 0xe6, 0x50, 0xb6, 0x8b, 0x5b, 0xee, 0x58, 0x5e, 0xb8, 0x2c, 0xf4,
    0xda, 0x32, 0x96, 0x55, 0x05, 0xc7, 0x89, 0xe9, 0x24, 0x74, 0x3b, 0xc5, 0x22,
];

/// Fewest words of a passphrase.
pub const WORDS_MIN: u32 = 3;
/// Most words of a passphrase.
pub const WORDS_MAX: u32 = 12;
/// Longest separator, in characters.
pub const SEPARATOR_MAX: usize = 4;

/// Why no passphrase can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PassphraseError {
    /// The list is not the one that is known here.
    #[error("the word list is not the EFF's")]
    Altered,
    /// Fewer words than [`WORDS_MIN`] or more than [`WORDS_MAX`].
    #[error("passphrases have {WORDS_MIN} to {WORDS_MAX} words")]
    Words,
    /// Longer than [`SEPARATOR_MAX`], or something else than spaces and marks of ASCII.
    #[error("words are separated by at most {SEPARATOR_MAX} marks or spaces")]
    Separator,
}

/// How a passphrase looks.
#[derive(Clone, Copy, Debug)]
pub struct Style<'a> {
    /// How many words.
    pub words: u32,
    /// What stands between two words.
    pub separator: &'a str,
    /// Puts a digit behind one of the words.
    pub with_digit: bool,
    /// Begins every word with a capital. Adds no entropy.
    pub capitals: bool,
}

/// The EFF's long word list.
pub struct WordList(Vec<Box<str>>);

impl WordList {
    /// Takes the text of the list: a shorter or chosen one would make passphrases that can be
    /// guessed.
    ///
    /// # Errors
    /// It is another one.
    pub fn new(text: &str) -> Result<Self, PassphraseError> {
        if Digest::of(text.as_bytes()) != Digest::from_bytes(LIST_DIGEST) {
            return Err(PassphraseError::Altered);
        }
        Ok(Self(text.lines().map(Box::from).collect()))
    }

    /// Draws a passphrase. No word of the list begins with another one, so different draws give
    /// different texts whatever the separator: the entropy is that of the draws.
    ///
    /// # Errors
    /// The number of words or the separator is out of range.
    pub fn passphrase(&self, style: Style<'_>, rng: &mut impl CryptoRng) -> Result<Generated, PassphraseError> {
        let Style { words, separator, with_digit, capitals } = style;
        if !(WORDS_MIN..=WORDS_MAX).contains(&words) {
            return Err(PassphraseError::Words);
        }
        let fits = |c: char| c == ' ' || c.is_ascii_punctuation();
        if separator.len() > SEPARATOR_MAX || !separator.chars().all(fits) {
            return Err(PassphraseError::Separator);
        }
        let digit = with_digit.then(|| (below(words as usize, rng), DIGITS[below(DIGITS.len(), rng)]));
        let mut text = Zeroizing::new(String::with_capacity(words as usize * 16));
        for place in 0..words as usize {
            if place > 0 {
                text.push_str(separator);
            }
            let word = &*self.0[below(self.0.len(), rng)];
            text.push_str(word);
            if capitals {
                let first = text.len() - word.len();
                text[first..=first].make_ascii_uppercase();
            }
            if let Some((_, digit)) = digit.filter(|(behind, _)| *behind == place) {
                text.push(digit);
            }
        }
        let digits = if with_digit { f64::from(words) * DIGITS.len() as f64 } else { 1.0 };
        Ok(Generated { text, bits: f64::from(words) * (self.0.len() as f64).log2() + digits.log2() })
    }
}

const DIGITS: [char; 10] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

#[cfg(test)]
#[path = "passphrase_tests.rs"]
mod tests;
