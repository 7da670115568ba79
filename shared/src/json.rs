//! Reads JSON (RFC 8259) into the types of the protocol, and says nothing about what is wrong with
//! it: nobody asks, and the machinery of error messages weighs more in a browser than all else that
//! reads.
//!
//! As strict as `serde_json`, which the tests compare it with, and narrower: numbers are whole,
//! enums have no contents.

use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

/// It is no JSON, or not of that type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

impl std::fmt::Display for Malformed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("malformed")
    }
}

impl std::error::Error for Malformed {}

impl Error for Malformed {
    fn custom<T: std::fmt::Display>(_: T) -> Self {
        Self
    }
}

/// Values in values, at most.
const DEPTH_MAX: u8 = 127;

/// Reads a whole text.
///
/// # Errors
/// It is no JSON, or not of that type.
pub fn from_slice<'de, T: Deserialize<'de>>(json: &'de [u8]) -> Result<T, Malformed> {
    let mut reader = Reader { rest: json, depth: 0 };
    let value = T::deserialize(&mut reader)?;
    if reader.peek().is_none() { Ok(value) } else { Err(Malformed) }
}

/// Reads a field that may be missing: `null` says the same.
/// `#[serde(default, deserialize_with = "default_if_null")]`.
pub(crate) fn default_if_null<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// What was not read yet, and how deep in it is.
struct Reader<'de> {
    rest: &'de [u8],
    depth: u8,
}

impl<'de> Reader<'de> {
    /// The next byte that is no white space; it stays.
    fn peek(&mut self) -> Option<u8> {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        self.rest = &self.rest[self.rest.iter().take_while(|byte| is_space(byte)).count()..];
        self.rest.first().copied()
    }

    /// Takes the next byte that is no white space if it is this one.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        if is_next {
            self.rest = &self.rest[1..];
        }
        is_next
    }

    fn word(&mut self, word: &str) -> Result<(), Malformed> {
        self.rest = self.rest.strip_prefix(word.as_bytes()).ok_or(Malformed)?;
        Ok(())
    }

    /// Takes as many digits as there are, at least one.
    fn digits(&mut self) -> Result<&'de [u8], Malformed> {
        let len = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at(len);
        self.rest = rest;
        if digits.is_empty() { Err(Malformed) } else { Ok(digits) }
    }

    /// A number: `None` if it is not a whole one from 0 to 2^64 - 1. There are no others in the
    /// protocol.
    fn number(&mut self) -> Result<Option<u64>, Malformed> {
        let is_negative = self.rest.first() == Some(&b'-');
        self.rest = &self.rest[usize::from(is_negative)..];
        let digits = self.digits()?;
        if digits.len() > 1 && digits[0] == b'0' {
            return Err(Malformed);
        }
        let mut is_whole = !is_negative;
        if let Some(rest) = self.rest.strip_prefix(b".") {
            (self.rest, is_whole) = (rest, false);
            self.digits()?;
        }
        if let [b'e' | b'E', rest @ ..] = self.rest {
            (self.rest, is_whole) = (rest, false);
            if let [b'+' | b'-', rest @ ..] = self.rest {
                self.rest = rest;
            }
            self.digits()?;
        }
        let add = |number: u64, digit: &u8| number.checked_mul(10)?.checked_add(u64::from(digit - b'0'));
        Ok(digits.iter().try_fold(0, add).filter(|_| is_whole))
    }

    /// A string behind its opening quote.
    fn string<V: Visitor<'de>>(&mut self, visitor: V) -> Result<V::Value, Malformed> {
        let plain = self.until_special()?;
        if self.rest.first() == Some(&b'"') {
            self.rest = &self.rest[1..];
            return visitor.visit_borrowed_str(plain);
        }
        // Large enough for all of it, so that it is never moved: it may be a secret, which its
        // owner wipes.
        let mut text = String::with_capacity(plain.len() + self.raw_len());
        text.push_str(plain);
        loop {
            match self.rest {
                [b'"', rest @ ..] => {
                    self.rest = rest;
                    return visitor.visit_string(text);
                }
                [b'\\', b'u', rest @ ..] => {
                    self.rest = rest;
                    text.push(self.escaped_char()?);
                }
                [b'\\', escaped, rest @ ..] => {
                    self.rest = rest;
                    text.push(match escaped {
                        b'"' | b'\\' | b'/' => char::from(*escaped),
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'n' => '\n',
                        b'r' => '\r',
                        b't' => '\t',
                        _ => return Err(Malformed),
                    });
                }
                _ => return Err(Malformed),
            }
            text.push_str(self.until_special()?);
        }
    }

    /// Text up to the next quote, backslash or control character.
    fn until_special(&mut self) -> Result<&'de str, Malformed> {
        let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..b' ');
        let (text, rest) = self.rest.split_at(self.rest.iter().position(is_special).ok_or(Malformed)?);
        self.rest = rest;
        std::str::from_utf8(text).map_err(|_| Malformed)
    }

    /// Bytes up to the quote that ends the string: never fewer than the text has.
    fn raw_len(&self) -> usize {
        let mut is_escaped = false;
        let ends = |byte: &u8| {
            let ends = *byte == b'"' && !is_escaped;
            is_escaped = *byte == b'\\' && !is_escaped;
            ends
        };
        self.rest.iter().position(ends).unwrap_or(0)
    }

    /// The character behind `\u`: one unit of UTF-16, or two.
    fn escaped_char(&mut self) -> Result<char, Malformed> {
        let first = self.unit()?;
        let units = [first, if matches!(first, 0xd800..0xdc00) { self.second_unit()? } else { 0 }];
        let mut chars = char::decode_utf16(units);
        chars.next().and_then(Result::ok).ok_or(Malformed)
    }

    fn second_unit(&mut self) -> Result<u16, Malformed> {
        self.word("\\u")?;
        let unit = self.unit()?;
        if matches!(unit, 0xdc00..0xe000) { Ok(unit) } else { Err(Malformed) }
    }

    fn unit(&mut self) -> Result<u16, Malformed> {
        let (digits, rest) = self.rest.split_first_chunk::<4>().ok_or(Malformed)?;
        self.rest = rest;
        digits.iter().try_fold(0, |unit, digit| {
            let value = char::from(*digit).to_digit(16).ok_or(Malformed)?;
            Ok((unit << 4) | value as u16)
        })
    }
}

impl<'de> Deserializer<'de> for &mut Reader<'de> {
    type Error = Malformed;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        match self.peek().ok_or(Malformed)? {
            b'n' => self.word("null").and_then(|()| visitor.visit_unit()),
            b't' => self.word("true").and_then(|()| visitor.visit_bool(true)),
            b'f' => self.word("false").and_then(|()| visitor.visit_bool(false)),
            b'-' | b'0'..=b'9' => match self.number()? {
                Some(number) => visitor.visit_u64(number),
                // What nobody reads; whoever wants a number refuses it.
                None => visitor.visit_unit(),
            },
            b'"' => {
                self.rest = &self.rest[1..];
                self.string(visitor)
            }
            open @ (b'[' | b'{') if self.depth < DEPTH_MAX => {
                self.rest = &self.rest[1..];
                self.depth += 1;
                let is_map = open == b'{';
                let close = if is_map { b'}' } else { b']' };
                let mut items = Items { reader: &mut *self, close, is_first: true };
                let value = if is_map { visitor.visit_map(&mut items) } else { visitor.visit_seq(&mut items) }?;
                self.depth -= 1;
                // A visitor that did not want all of it wanted something else.
                if self.takes(close) { Ok(value) } else { Err(Malformed) }
            }
            _ => Err(Malformed),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Malformed> {
        if self.peek() == Some(b'n') {
            self.word("null")?;
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Malformed> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Malformed> {
        let name = <std::borrow::Cow<'de, str>>::deserialize(self)?;
        visitor.visit_enum(StrDeserializer::new(&name))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// What stands between brackets or braces, separated by commas.
struct Items<'a, 'de> {
    reader: &'a mut Reader<'de>,
    close: u8,
    is_first: bool,
}

impl Items<'_, '_> {
    /// Whether there is one more.
    fn begins(&mut self) -> Result<bool, Malformed> {
        if self.reader.peek() == Some(self.close) {
            return Ok(false);
        }
        let is_separated = std::mem::replace(&mut self.is_first, false) || self.reader.takes(b',');
        // A comma that nothing follows is caught where the value is read: no value begins with what
        // closes.
        if is_separated { Ok(true) } else { Err(Malformed) }
    }
}

impl<'de> SeqAccess<'de> for &mut Items<'_, 'de> {
    type Error = Malformed;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Malformed> {
        if self.begins()? { seed.deserialize(&mut *self.reader).map(Some) } else { Ok(None) }
    }
}

impl<'de> MapAccess<'de> for &mut Items<'_, 'de> {
    type Error = Malformed;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Malformed> {
        if !self.begins()? {
            return Ok(None);
        }
        if self.reader.peek() != Some(b'"') {
            return Err(Malformed);
        }
        seed.deserialize(&mut *self.reader).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Malformed> {
        if self.reader.takes(b':') { seed.deserialize(&mut *self.reader) } else { Err(Malformed) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::de::IgnoredAny;

    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Outer {
        version: u32,
        #[serde(default)]
        note: Option<String>,
        #[serde(default)]
        items: Vec<Inner>,
        #[serde(default)]
        flag: bool,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Inner {
        len: u64,
        kind: Kind,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Plain,
        TwoWords,
    }

    const WHOLE: &str = r#" { "version" : 1, "note":"a\u00e9\ud83d\ude00\n\"é", "flag":true, "other":[1.5, -3e10, {"x":[null]}, -0],
        "items":[{"len":18446744073709551615,"kind":"two-words"},{"kind":"plain","len":0}] } "#;

    #[test]
    fn what_is_whole_is_read() {
        let read: Outer = from_slice(WHOLE.as_bytes()).unwrap();
        assert_eq!(read.note.as_deref(), Some("aé😀\n\"é"));
        assert_eq!(read.items[0], Inner { len: u64::MAX, kind: Kind::TwoWords });
        assert_eq!(read, serde_json::from_str(WHOLE).unwrap());
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        for json in [
            "",
            "{",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{1:1}",
            "01",
            "1.",
            "-",
            "1e",
            ".5",
            "+1",
            "nul",
            "tru e",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\\ud800\\u0041\"",
            "\"\\x\"",
            "\"\u{1}\"",
            "\"a",
            "[]]",
            "[] x",
            "\u{feff}[]",
        ] {
            assert_eq!(from_slice::<IgnoredAny>(json.as_bytes()).err(), Some(Malformed), "{json}");
        }
        assert_eq!(from_slice::<String>(b"\"\xff\""), Err(Malformed));
        for json in ["1.0", "1e2", "-0", "-1", "18446744073709551616", "\"1\"", "null"] {
            assert_eq!(from_slice::<u64>(json.as_bytes()), Err(Malformed), "{json}");
        }
    }

    #[test]
    fn depth_has_a_bound() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(from_slice::<IgnoredAny>(nested(127).as_bytes()).is_ok());
        assert!(from_slice::<IgnoredAny>(nested(128).as_bytes()).is_err());
        assert!(from_slice::<IgnoredAny>("[".repeat(1 << 20).as_bytes()).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// Whatever is done to a text, the answer is that of `serde_json`.
        #[test]
        fn it_is_as_strict_as_serde_json(
            cuts in proptest::collection::vec((any::<prop::sample::Index>(), 0..6_usize, "[\\[\\]{}:,\"\\\\u0dD8e.+ \n\u{1}\u{e9}-]{0,3}"), 1..4),
        ) {
            let mut json = WHOLE.as_bytes().to_vec();
            for (at, len, text) in cuts {
                let at = at.index(json.len() + 1);
                let end = json.len().min(at + len);
                json.splice(at..end, text.into_bytes());
            }
            prop_assert_eq!(from_slice::<Outer>(&json).ok(), serde_json::from_slice::<Outer>(&json).ok().filter(|_| {
                // What nobody reads is checked here as well, and must be text.
                from_slice::<IgnoredAny>(&json).is_ok()
            }));
        }
    }
}
