//! Passwords of random characters, with their entropy: the logarithm of the number of passwords
//! that the same choices can give, all of them equally likely.

use rand_core::CryptoRng;
use serde::Deserialize;
use zeroize::Zeroizing;

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";
/// Without quotes, backslash, backtick, angle brackets and space: forms, shells and chats change or
/// refuse those.
const SYMBOLS: &str = "!#$%&()*+,-./:;=?@[]^_{|}~";
/// What is taken for something else when it is read from paper or a small screen.
const LOOKALIKES: &str = "0Oo1lI|2Z5S8B.,:;";

/// A secret that was drawn.
pub struct Generated {
    /// The secret.
    pub text: Zeroizing<String>,
    /// Its entropy in bits.
    pub bits: f64,
}

/// Which characters a password is made of.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Classes {
    /// a to z.
    pub lower: bool,
    /// A to Z.
    pub upper: bool,
    /// 0 to 9.
    pub digits: bool,
    /// Punctuation that forms and shells take as it is.
    pub symbols: bool,
    /// Leaves out what is taken for something else, such as 0 and O.
    pub without_lookalikes: bool,
}

/// Why no password can be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GenerateError {
    /// No class is chosen.
    #[error("no kind of character is chosen")]
    NoClass,
    /// Shorter than [`LENGTH_MIN`] or longer than [`LENGTH_MAX`].
    #[error("passwords have {LENGTH_MIN} to {LENGTH_MAX} characters")]
    Length,
}

/// Fewest characters of a password.
pub const LENGTH_MIN: u32 = 8;
/// Most characters of a password.
pub const LENGTH_MAX: u32 = 128;

/// Draws a password that has at least one character of each chosen class.
///
/// Passwords that lack a class are drawn anew as a whole: all that are left stay equally likely,
/// and no place is reserved for a class. With four classes and eight characters, about half are
/// drawn anew.
///
/// # Errors
/// No class is chosen, or the length is out of range.
pub fn password(length: u32, classes: Classes, rng: &mut impl CryptoRng) -> Result<Generated, GenerateError> {
    if !(LENGTH_MIN..=LENGTH_MAX).contains(&length) {
        return Err(GenerateError::Length);
    }
    let chosen = classes.alphabets();
    let alphabet: Vec<char> = chosen.concat().chars().collect();
    if alphabet.is_empty() {
        return Err(GenerateError::NoClass);
    }
    let mut text = Zeroizing::new(String::with_capacity(length as usize));
    while !chosen.iter().all(|class| text.contains(|c| class.contains(c))) {
        text.clear();
        text.extend((0..length).map(|_| alphabet[below(alphabet.len(), rng)]));
    }
    let sizes: Vec<usize> = chosen.iter().map(String::len).collect();
    Ok(Generated { text, bits: bits(length, &sizes) })
}

impl Classes {
    fn alphabets(self) -> Vec<String> {
        let classes = [(self.lower, LOWER), (self.upper, UPPER), (self.digits, DIGITS), (self.symbols, SYMBOLS)];
        let chosen = classes.into_iter().filter(|(chosen, _)| *chosen);
        let kept = |c: &char| !self.without_lookalikes || !LOOKALIKES.contains(*c);
        chosen.map(|(_, class)| class.chars().filter(kept).collect()).collect()
    }
}

/// log2 of how many texts of a length have at least one character of each class: all, minus those
/// that lack one class, plus those that lack two, and so on.
fn bits(length: u32, sizes: &[usize]) -> f64 {
    let all = sizes.iter().sum::<usize>() as f64;
    let share: f64 = (0..1_u32 << sizes.len())
        .map(|lacking| {
            let lacked = sizes.iter().enumerate().filter(|(class, _)| lacking >> class & 1 == 1);
            let rest = all - lacked.map(|(_, size)| *size as f64).sum::<f64>();
            let sign = if lacking.count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
            sign * (rest / all).powi(length.cast_signed())
        })
        .sum();
    f64::from(length) * all.log2() + share.log2()
}

/// A number below `end`, all equally likely: as many random bits as the largest needs, again until
/// they give one.
///
/// `end` is at least 1 and fits into 32 bits.
pub(crate) fn below(end: usize, rng: &mut impl CryptoRng) -> usize {
    let mask = end.next_power_of_two() - 1;
    loop {
        let drawn = rng.next_u32() as usize & mask;
        if drawn < end {
            return drawn;
        }
    }
}

#[cfg(test)]
#[path = "generate_tests.rs"]
mod tests;
