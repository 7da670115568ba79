//! How hard a typed password is to guess, roughly and without a dictionary.
//!
//! The figure is an upper bound: it finds what people do most (the commonest passwords, words,
//! years, rows of the keyboard, repetitions) and counts everything else as if it were drawn at
//! random. Names, dates and song lines that a guesser knows can be much weaker than it says;
//! nothing is stronger.

use serde::Serialize;
use zeroize::Zeroizing;

/// Below this many bits a password is weak: whoever holds the sealed bytes could try them all
/// within the life of a push.
const FAIR_BITS: u32 = 40;
/// From this many bits on it is strong.
const STRONG_BITS: u32 = 70;
/// Only so many characters are looked at; whatever stands behind them adds nothing.
const CHARACTERS_MAX: usize = 256;

/// What can be said of a typed password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Strength {
    /// Bits, at most: guessing takes up to 2 to this power attempts.
    pub bits: u32,
    /// In a word.
    pub verdict: Verdict,
}

/// A strength in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Below 40 bits.
    Weak,
    /// Below 70 bits.
    Fair,
    /// 70 bits or more.
    Strong,
}

/// Estimates a password: the fewest bits that any way to put it together from known pieces and
/// random characters takes.
#[must_use]
pub fn estimate(typed: &str) -> Strength {
    let typed: Zeroizing<Vec<char>> = Zeroizing::new(typed.chars().take(CHARACTERS_MAX).collect());
    let plain: Zeroizing<Vec<char>> = Zeroizing::new(typed.iter().map(char::to_ascii_lowercase).collect());
    let random = alphabet(&typed).log2();
    // For every place, the bits up to it.
    let mut bits = vec![f64::INFINITY; typed.len() + 1];
    bits[0] = 0.0;
    for at in 0..typed.len() {
        let pieces = [
            Some((1, random)),
            common(&plain[at..]),
            word(&typed[at..]),
            year(&typed[at..]),
            sequence(&plain[at..], random),
            keyboard_row(&plain[at..]),
            repetition(&plain, at),
        ];
        for (len, cost) in pieces.into_iter().flatten() {
            bits[at + len] = bits[at + len].min(bits[at] + cost);
        }
    }
    let bits = bits[typed.len()] as u32;
    Strength { bits, verdict: verdict(bits) }
}

/// So many bits in a word.
#[must_use]
pub const fn verdict(bits: u32) -> Verdict {
    match bits {
        ..FAIR_BITS => Verdict::Weak,
        FAIR_BITS..STRONG_BITS => Verdict::Fair,
        STRONG_BITS.. => Verdict::Strong,
    }
}

/// A class of characters, and how many there are.
type Class = (fn(&char) -> bool, f64);

/// How many characters a guesser who knows the classes has to try for each place.
fn alphabet(typed: &[char]) -> f64 {
    let classes: [Class; 5] = [
        (char::is_ascii_lowercase, 26.0),
        (char::is_ascii_uppercase, 26.0),
        (char::is_ascii_digit, 10.0),
        (|c| c.is_ascii() && !c.is_ascii_alphanumeric(), 33.0),
        (|c| !c.is_ascii(), 100.0),
    ];
    classes.iter().filter(|(class, _)| typed.iter().any(class)).map(|(_, size)| size).sum::<f64>().max(1.0)
}

/// A piece at the beginning of what is given: its length in characters, and its bits.
type Piece = Option<(usize, f64)>;

/// Passwords that head every published list, and what people use where a word is asked for.
const COMMON: &str = "password passwort passwd pass admin administrator welcome willkommen letmein iloveyou monkey dragon \
    master login princess sunshine football baseball shadow michael superman batman trustno flower freedom whatever starwars \
    hello hallo secret geheim schatz test guest root user changeme default computer internet google summer sommer winter \
    spring autumn herbst january february march april june july august september october november december monday friday \
    company office access private server temp love angel hunter killer soccer hockey charlie jordan jennifer daniel thomas \
    andrea nicole ashley pepper ginger cookie cheese banana orange purple silver golden london berlin";

fn common(plain: &[char]) -> Piece {
    let found = COMMON.split(' ').filter(|word| {
        word.len() <= plain.len()
            && word.chars().zip(plain).all(|(letter, typed)| letter == *typed || letter == undone(*typed))
    });
    // Which of the list, and whether with a capital or digits for letters.
    found.map(|word| (word.len(), 7.0 + 1.5)).max_by_key(|(len, _)| *len)
}

/// The letter for which a digit or mark is written.
fn undone(c: char) -> char {
    match c {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        other => other,
    }
}

/// Letters that look like a word: one case, or a capital first; vowels and consonants mixed. Words
/// take less than two bits a letter, as in lists for passphrases; random letters take 4.7.
fn word(typed: &[char]) -> Piece {
    const FIRST: f64 = 5.0;
    const FURTHER: f64 = 1.5;
    let first = typed.first().filter(|c| is_letter(**c))?;
    let rest = typed[1..].iter().take_while(|c| is_letter(**c));
    let upper = first.is_ascii_uppercase() && typed.get(1).is_some_and(char::is_ascii_uppercase);
    let len = 1 + rest.take_while(|c| c.is_ascii_uppercase() == upper).count();
    (len >= 3 && sounds(&typed[..len])).then(|| {
        let capital = if first.is_ascii_uppercase() { 1.0 } else { 0.0 };
        (len, FIRST + FURTHER * (len - 1) as f64 + capital)
    })
}

/// Whatever is not ASCII is taken for a letter: tables that know better weigh more than this whole
/// file.
fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || !c.is_ascii()
}

/// Whether letters can be said: at most four of a kind in a row, vowel or not, and both kinds.
fn sounds(letters: &[char]) -> bool {
    let vowel =
        |c: &char| !matches!(c.to_ascii_lowercase(), 'b'..='d' | 'f'..='h' | 'j'..='n' | 'p'..='t' | 'v'..='x' | 'z');
    letters.chunk_by(|a, b| vowel(a) == vowel(b)).all(|run| run.len() <= 4)
        && letters.iter().any(vowel)
        && !letters.iter().all(vowel)
}

/// 1900 to 2099.
fn year(typed: &[char]) -> Piece {
    let [a, b, c, d, ..] = typed else { return None };
    (matches!((a, b), ('1', '9') | ('2', '0')) && c.is_ascii_digit() && d.is_ascii_digit()).then_some((4, 7.0))
}

/// Neighbours in the alphabet or among digits, up or down: where it begins, which way, how long.
fn sequence(plain: &[char], random: f64) -> Piece {
    let same_class = |a: char, b: char| {
        (a.is_ascii_digit() && b.is_ascii_digit()) || (a.is_ascii_lowercase() && b.is_ascii_lowercase())
    };
    let steps = |by: i32| {
        let pairs = plain.windows(2);
        1 + pairs.take_while(|pair| same_class(pair[0], pair[1]) && pair[1] as i32 - pair[0] as i32 == by).count()
    };
    let len = steps(1).max(steps(-1));
    (len >= 3).then(|| (len, random.min(4.7) + 1.0 + (len as f64).log2()))
}

/// Neighbours on a keyboard, to the right or to the left: which row and place, which way, how long.
fn keyboard_row(plain: &[char]) -> Piece {
    const ROWS: [&str; 8] =
        ["qwertyuiop", "qwertzuiop", "azertyuiop", "asdfghjkl", "zxcvbnm", "yxcvbnm", "1234567890", "!@#$%^&*()"];
    let along = |row: Vec<char>| {
        let at = row.iter().position(|key| Some(key) == plain.first())?;
        Some(row[at..].iter().zip(plain).take_while(|(key, typed)| key == typed).count())
    };
    let rows = ROWS.iter().flat_map(|row| [row.chars().collect(), row.chars().rev().collect()]);
    let len = rows.filter_map(along).max()?;
    (len >= 4).then(|| (len, 6.0 + 1.0 + (len as f64).log2()))
}

/// What stands before already: how far back, how long. A mark that is there already is a separator.
fn repetition(plain: &[char], at: usize) -> Piece {
    let copied = |from: usize| plain[from..].iter().zip(&plain[at..]).take_while(|(a, b)| a == b).count();
    let (len, back) = (0..at).map(|from| (copied(from), at - from)).max()?;
    match len {
        0 => None,
        1 => (!is_letter(plain[at]) && !plain[at].is_ascii_digit()).then_some((1, 2.0)),
        len => Some((len, (back as f64).log2() + (len as f64).log2() + 1.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn bits(typed: &str) -> u32 {
        estimate(typed).bits
    }

    #[test]
    fn what_people_choose_is_weak() {
        for typed in [
            "",
            "a",
            "password",
            "P@ssw0rd",
            "Password123!",
            "passwordpassword",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "abcdefghijklmnopqrstuvwxyz",
            "12345678901234567890",
            "qwertyuiop",
            "qwertz1234",
            "asdfghjkl1998",
            "!@#$%^&*",
            "Sommer2026!",
            "Welcome2026",
            "letmein1",
            "Elephant7",
            "09876543210",
            "kT9$w",
        ] {
            let strength = estimate(typed);
            assert_eq!(strength.verdict, Verdict::Weak, "{typed}: {} bits", strength.bits);
        }
    }

    #[test]
    fn what_is_drawn_at_random_counts_in_full() {
        assert_eq!(bits("kqzvwtjx"), 37, "8 of 26");
        assert_eq!(bits("V7mq2XtR9wKb"), 71, "12 of 62");
        assert_eq!(bits("h8#Kd!2vQz"), 65, "10 of 95");
        assert_eq!(estimate("h8#Kd!2vQz").verdict, Verdict::Fair);
        assert_eq!(estimate("V7mq2XtR9wKb").verdict, Verdict::Strong);
    }

    #[test]
    fn words_count_as_words() {
        let four = bits("correct horse battery staple");
        assert!((44..70).contains(&four), "{four} bits: random words are 13 bits each");
        let six = estimate("abacus-crudely-getting-overhead-spiral-zoom");
        assert_eq!(six.verdict, Verdict::Strong, "{} bits", six.bits);
        assert!(bits("straßenbahn") < 40, "letters of other languages are letters");
    }

    #[test]
    fn more_of_the_same_adds_hardly_anything() {
        let once = bits("xK3!qZ7&vB");
        let often = bits(&"xK3!qZ7&vB".repeat(20));
        assert!((once..once + 15).contains(&often), "{once} and {often} bits");
        assert_eq!(estimate(&"a".repeat(1 << 20)).verdict, Verdict::Weak);
    }
}
