//! Passphrases from the EFF's long word list: easy to say over the phone and to type.

use rand_core::CryptoRng;
use subrosa_shared::phrase::{Altered, WordList};
use zeroize::Zeroizing;

use crate::generate::{Generated, below};

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
    #[error(transparent)]
    Altered(#[from] Altered),
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

/// Draws a passphrase. No word of the list begins with another one, so different draws give
/// different texts whatever the separator: the entropy is that of the draws.
///
/// # Errors
/// The number of words or the separator is out of range.
pub fn passphrase(list: &WordList, style: Style<'_>, rng: &mut impl CryptoRng) -> Result<Generated, PassphraseError> {
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
        let word = &*list.words()[below(list.words().len(), rng)];
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
    Ok(Generated { text, bits: f64::from(words) * (list.words().len() as f64).log2() + digits.log2() })
}

const DIGITS: [char; 10] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

#[cfg(test)]
#[path = "passphrase_tests.rs"]
mod tests;
