//! Recovery phrases: ten words of the EFF's long list, from which a synced keyring's secret is
//! derived. PROTOCOL.md section 13.1.
//!
//! What somebody typed is read here too, and what is wrong with it is told by places, so that a
//! page can say it in words.

use rand_core::CryptoRng;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::id::Digest;
use crate::labels::{Label, derive};
use crate::secret::KeyringSecret;

/// Words of a phrase.
pub const WORDS: usize = 10;
/// Words of the list.
pub const LIST_LEN: u16 = 7_776;
/// Longest text in which a phrase is looked for, in bytes.
pub const TEXT_BYTES_MAX: usize = 4 * 1024;
/// Words of the list that are offered in place of one that is not on it.
pub const NEAREST_MAX: usize = 3;

/// Letters that are missing, too many, others, or in another order, at most, in what is offered.
const NEAR: usize = 2;

/// SHA-256 of the list: one word in a line, in the order of the EFF.
const LIST_DIGEST: [u8; 32] = [
    0x6d, 0x55, 0x7f, 0x06, 0x93, 0x95, 0x8f, 0xb5, 0xe6, 0x50, 0xb6, 0x8b, 0x5b, 0xee, 0x58, 0x5e, 0xb8, 0x2c, 0xf4,
    0xda, 0x32, 0x96, 0x55, 0x05, 0xc7, 0x89, 0xe9, 0x24, 0x74, 0x3b, 0xc5, 0x22,
];

/// The text is not the EFF's long word list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the word list is not the EFF's")]
pub struct Altered;

/// The EFF's long word list.
pub struct WordList(Vec<Box<str>>);

impl WordList {
    /// Takes the text of the list: with another one, phrases would be others, or could be guessed.
    ///
    /// # Errors
    /// It is another one.
    pub fn new(text: &str) -> Result<Self, Altered> {
        if Digest::of(text.as_bytes()) != Digest::from_bytes(LIST_DIGEST) {
            return Err(Altered);
        }
        Ok(Self(text.lines().map(Box::from).collect()))
    }

    /// The words, in their order.
    #[must_use]
    pub fn words(&self) -> &[Box<str>] {
        &self.0
    }

    fn number(&self, word: &str) -> Option<u16> {
        self.0.iter().position(|known| **known == *word).and_then(|place| place.try_into().ok())
    }

    /// Words that are spelled nearly like this one, the nearest first.
    fn nearest(&self, word: &str) -> Vec<&str> {
        let mut near: Vec<(usize, &str)> = self.0.iter().map(|known| (distance(word, known), &**known)).collect();
        near.retain(|(distance, _)| *distance <= NEAR);
        near.sort_by_key(|(distance, _)| *distance);
        near.into_iter().take(NEAREST_MAX).map(|(_, word)| word).collect()
    }
}

/// Why what somebody typed is no phrase.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PhraseError {
    /// Words that are not on the list.
    #[error("some words are not on the list")]
    Unknown(Vec<UnknownWord>),
    /// More or fewer words than [`WORDS`]; all are on the list.
    #[error("a phrase has {WORDS} words, and these are {found}")]
    Count {
        /// How many there are.
        found: usize,
    },
    /// Longer than [`TEXT_BYTES_MAX`].
    #[error("the text is too long")]
    TooLong,
}

/// A word that is not on the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// Which, from 0.
    pub place: usize,
    /// Words of the list that are spelled nearly like it, the nearest first, at most
    /// [`NEAREST_MAX`].
    pub nearest: Vec<String>,
}

/// How a phrase differs from the one that belongs to a secret. Places from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// Two words stand in each other's place.
    Swapped(usize, usize),
    /// One word stands at the first place, and belongs to the second.
    Moved(usize, usize),
    /// One word is another one of the list.
    OneWord(usize),
    /// More than that.
    More,
}

/// A recovery phrase. Wiped when dropped.
#[derive(ZeroizeOnDrop)]
pub struct Phrase([u16; WORDS]);

impl std::fmt::Debug for Phrase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phrase")
    }
}

impl Phrase {
    /// Draws one.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut phrase = Self([0; WORDS]);
        for word in &mut phrase.0 {
            // 13 bits, drawn again where they name no word: every word is as likely as another.
            *word = loop {
                let drawn = rng.next_u32() & 0x1fff;
                if drawn < u32::from(LIST_LEN) {
                    break drawn as u16;
                }
            };
        }
        phrase
    }

    /// The phrase of words with these numbers in the list, from 0. `None`: there is no such word.
    #[must_use]
    pub fn from_numbers(numbers: [u16; WORDS]) -> Option<Self> {
        let phrase = Self(numbers);
        phrase.0.iter().all(|number| *number < LIST_LEN).then_some(phrase)
    }

    /// Reads what somebody typed: in any case, with anything but letters between the words, with
    /// numbers before them.
    ///
    /// # Errors
    /// Says which words are not on the list, or that there are too many or too few.
    pub fn read(typed: &str, list: &WordList) -> Result<Self, PhraseError> {
        if typed.len() > TEXT_BYTES_MAX {
            return Err(PhraseError::TooLong);
        }
        let typed = Zeroizing::new(typed.to_lowercase());
        let mut phrase = Self([0; WORDS]);
        let (mut found, mut unknown) = (0, Vec::new());
        for word in words_in(&typed, list) {
            match list.number(word) {
                Some(number) if found < WORDS => phrase.0[found] = number,
                Some(_) => {}
                None => {
                    let nearest = list.nearest(word).into_iter().map(str::to_owned).collect();
                    unknown.push(UnknownWord { place: found, nearest });
                }
            }
            found += 1;
        }
        if !unknown.is_empty() {
            return Err(PhraseError::Unknown(unknown));
        }
        if found == WORDS { Ok(phrase) } else { Err(PhraseError::Count { found }) }
    }

    /// The words, with a space between two.
    #[must_use]
    pub fn to_text(&self, list: &WordList) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(WORDS * 16));
        for number in &self.0 {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(&list.0[usize::from(*number)]);
        }
        text
    }

    /// What the phrase opens: HKDF over its words as digits in base 7,776, the first word first, as
    /// a number of 17 bytes.
    #[must_use]
    pub fn secret(&self) -> KeyringSecret {
        let mut number = Zeroizing::new([0_u8; 17]);
        for word in &self.0 {
            let mut carry = u32::from(*word);
            for byte in number.iter_mut().rev() {
                carry += u32::from(*byte) * u32::from(LIST_LEN);
                *byte = carry.to_be_bytes()[3];
                carry >>= 8;
            }
        }
        KeyringSecret::from_bytes(derive(&[number.as_slice()], Label::Keyring))
    }

    /// How this phrase differs from the one that belongs to that secret; `None` if it is that one.
    /// The other one is not known here: phrases near to this one are tried, so it takes a moment.
    #[must_use]
    pub fn difference(&self, wanted: &KeyringSecret) -> Option<Difference> {
        if self.secret() == *wanted {
            return None;
        }
        let mut near = Self(self.0);
        let fits = |near: &Self| near.secret() == *wanted;
        for (one, other) in (0..WORDS).flat_map(|one| (one + 1..WORDS).map(move |other| (one, other))) {
            near.0 = self.0;
            near.0.swap(one, other);
            if fits(&near) {
                return Some(Difference::Swapped(one, other));
            }
        }
        for (from, to) in (0..WORDS).flat_map(|from| (0..WORDS).map(move |to| (from, to))) {
            near.0 = self.0;
            if from < to {
                near.0[from..=to].rotate_left(1);
            } else {
                near.0[to..=from].rotate_right(1);
            }
            if fits(&near) {
                return Some(Difference::Moved(from, to));
            }
        }
        for place in 0..WORDS {
            near.0 = self.0;
            for number in 0..LIST_LEN {
                near.0[place] = number;
                if fits(&near) {
                    return Some(Difference::OneWord(place));
                }
            }
        }
        Some(Difference::More)
    }
}

/// The words in a text. A hyphen joins where the list has such a word, else it separates: no word
/// of the list begins with another one, so it is clear which.
fn words_in<'a>(text: &'a str, list: &WordList) -> Vec<&'a str> {
    let mut words = Vec::new();
    for mut rest in text.split(|c: char| !c.is_alphabetic() && c != '-') {
        while !rest.is_empty() {
            let hyphens = rest.match_indices('-').map(|(at, _)| at);
            let ends = hyphens.chain([rest.len()]);
            let joined = ends.clone().take(2).find(|end| list.number(&rest[..*end]).is_some());
            let end = joined.or(ends.min()).unwrap_or(rest.len());
            words.push(&rest[..end]);
            rest = rest[end..].trim_start_matches('-');
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Optimal string alignment: letters put in, left out, changed, or swapped with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    if one.len().abs_diff(other.len()) > NEAR {
        return usize::MAX;
    }
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    for i in 0..=one.len() {
        for j in 0..=other.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
                let best = changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let is_swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                if is_swapped { best.min(rows[i - 2][j - 2] + 1) } else { best }
            };
        }
    }
    rows[one.len()][other.len()]
}
