//! Recovery phrases: the list, what is read of what somebody typed, and what is told of it.
#![allow(clippy::unwrap_used, reason = "a test says what failed by panicking")]

use getrandom::{SysRng, rand_core::UnwrapErr};
use proptest::prelude::*;
use subrosa_shared::phrase::{Altered, Difference, LIST_LEN, Phrase, PhraseError, TEXT_BYTES_MAX, WORDS, WordList};

const TEXT: &str = include_str!("../../web-wasm/pages/words/eff-large.txt");

fn list() -> WordList {
    WordList::new(TEXT).unwrap()
}

/// With a word that has a hyphen in it.
const NUMBERS: [u16; WORDS] = [0, 7775, 1, 2008, 4000, 4001, 5000, 6000, 2008, 7000];

fn words(list: &WordList, numbers: &[u16]) -> Vec<String> {
    numbers.iter().map(|number| list.words()[usize::from(*number)].to_string()).collect()
}

fn secret(numbers: [u16; WORDS]) -> [u8; 32] {
    *Phrase::from_numbers(numbers).unwrap().secret().expose()
}

fn read(text: &str) -> Result<[u8; 32], PhraseError> {
    Phrase::read(text, &list()).map(|phrase| *phrase.secret().expose())
}

#[test]
fn the_list_is_the_one_that_was_published() {
    let words: Vec<&str> = TEXT.lines().collect();
    assert_eq!(words.len(), usize::from(LIST_LEN));
    assert_eq!((words[0], words[7775]), ("abacus", "zoom"));
    // What makes different draws different texts: in order, a word that begins with another one
    // would follow it.
    assert!(words.is_sorted(), "in order");
    assert!(words.windows(2).all(|pair| !pair[1].starts_with(pair[0])), "none twice, and none begins with another one");
    assert!(words.iter().all(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
}

#[test]
fn another_list_is_refused() {
    let refused = |text: &str| WordList::new(text).err();
    assert_eq!(refused(&TEXT.replacen("zoom", "zoon", 1)), Some(Altered));
    assert_eq!(refused(&TEXT[..TEXT.len() - 1]), Some(Altered));
    assert_eq!(refused(&"abacus\n".repeat(7776)), Some(Altered));
    assert_eq!(refused(""), Some(Altered));
}

#[test]
fn every_number_is_a_word_and_no_other() {
    assert!(Phrase::from_numbers([LIST_LEN - 1; WORDS]).is_some());
    let mut numbers = NUMBERS;
    numbers[3] = LIST_LEN;
    assert!(Phrase::from_numbers(numbers).is_none());
}

#[test]
fn a_drawn_phrase_is_read_from_its_text() {
    let list = list();
    for _ in 0..100 {
        let phrase = Phrase::generate(&mut UnwrapErr(SysRng));
        let text = phrase.to_text(&list);
        assert_eq!(text.split(' ').count(), WORDS);
        assert_eq!(Phrase::read(&text, &list).unwrap().secret(), phrase.secret());
    }
}

#[test]
fn what_stands_between_words_does_not_matter() {
    let list = list();
    let words = words(&list, &NUMBERS);
    assert!(words[3].contains('-'), "{}", words[3]);
    let wanted = secret(NUMBERS);
    let numbered: String = words.iter().enumerate().map(|(place, word)| format!("{}. {word}\r\n", place + 1)).collect();
    let texts =
        [words.join(" "), words.join("-"), words.join(", "), words.join("\u{a0}\u{200b}").to_uppercase(), numbered];
    for text in texts {
        assert_eq!(read(&text), Ok(wanted), "{text}");
    }
}

#[test]
fn a_word_that_is_not_on_the_list_is_told_with_those_that_are_near() {
    let list = list();
    let mut words = words(&list, &NUMBERS);
    words[0] = "abcaus".to_owned();
    words[7] = "xqxqxq".to_owned();
    let Err(PhraseError::Unknown(unknown)) = read(&words.join(" ")) else { panic!("it is refused") };
    assert_eq!(unknown.iter().map(|word| word.place).collect::<Vec<_>>(), [0, 7]);
    assert_eq!(unknown[0].nearest.first().unwrap(), "abacus");
    assert!(unknown[1].nearest.is_empty());
}

#[test]
fn too_few_and_too_many_words_are_counted() {
    let list = list();
    let words = words(&list, &NUMBERS);
    assert_eq!(read(&words[1..].join(" ")), Err(PhraseError::Count { found: 9 }));
    assert_eq!(read(&format!("{} zoom", words.join(" "))), Err(PhraseError::Count { found: 11 }));
    assert_eq!(read(" \n"), Err(PhraseError::Count { found: 0 }));
    assert_eq!(read(&"a ".repeat(TEXT_BYTES_MAX)), Err(PhraseError::TooLong));
}

#[test]
fn what_differs_is_told_by_its_places() {
    let wanted = Phrase::from_numbers(NUMBERS).unwrap().secret();
    let differs = |change: &dyn Fn(&mut [u16; WORDS])| {
        let mut numbers = NUMBERS;
        change(&mut numbers);
        Phrase::from_numbers(numbers).unwrap().difference(&wanted)
    };
    assert_eq!(differs(&|_| {}), None);
    assert_eq!(differs(&|numbers| numbers.swap(1, 6)), Some(Difference::Swapped(1, 6)));
    assert_eq!(differs(&|numbers| numbers[2..8].rotate_left(1)), Some(Difference::Moved(7, 2)));
    assert_eq!(differs(&|numbers| numbers[4] = 17), Some(Difference::OneWord(4)));
    assert_eq!(differs(&|numbers| (numbers[4], numbers[5]) = (17, 18)), Some(Difference::More));
    assert_eq!(differs(&|numbers| numbers.reverse()), Some(Difference::More));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn other_words_or_another_order_give_another_secret(place in 0..WORDS, other in 0..LIST_LEN, with in 0..WORDS) {
        let mut numbers = NUMBERS;
        numbers[place] = other;
        prop_assert_eq!(secret(numbers) == secret(NUMBERS), numbers == NUMBERS);
        let mut numbers = NUMBERS;
        numbers.swap(place, with);
        prop_assert_eq!(secret(numbers) == secret(NUMBERS), numbers == NUMBERS);
    }
}
