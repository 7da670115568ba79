//! The JSON reader of the browsers (`shared/src/json.rs`) against `serde_json`: it accepts nothing
//! that `serde_json` refuses, reads the same values, and refuses nothing that is strict JSON of the
//! protocol's kind.

use std::collections::BTreeMap;
use std::fmt::Debug;

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subrosa_shared::api::{Config, GrantedLease, LinkView, PartList, PushStatus, PushView, RevealedPush, ShareStatus};
use subrosa_shared::json::from_slice;
use subrosa_shared::problem::Problem;

/// Every kind of value that the protocol has.
#[derive(Debug, PartialEq, Deserialize)]
struct Everything {
    number: u32,
    #[serde(default)]
    text: Option<String>,
    #[serde(default)]
    items: Vec<Item>,
    #[serde(default)]
    flag: bool,
    #[serde(default)]
    map: BTreeMap<String, u64>,
    #[serde(default)]
    pair: Option<(u8, char)>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Item {
    len: u64,
    name: String,
}

#[derive(Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Choice {
    Plain,
    TwoWords,
}

pub(crate) fn check(input: &[u8]) {
    let is_strict = serde_json::from_slice::<Value>(input).is_ok();
    let nothing = from_slice::<IgnoredAny>(input);
    assert!(!is_strict || nothing.is_ok(), "strict JSON is refused");
    assert!(nothing.is_err() || serde_json::from_slice::<IgnoredAny>(input).is_ok(), "what is no JSON is read");
    same::<Everything>(input, is_strict);
    same::<BTreeMap<String, Vec<String>>>(input, is_strict);
    same::<Vec<Option<bool>>>(input, is_strict);
    same::<String>(input, is_strict);
    same::<u64>(input, is_strict);

    // `serde_json` also reads `{"plain":null}` as a choice. Ours does not.
    same::<Choice>(input, is_strict && input.trim_ascii_start().starts_with(b"\""));
    written_again::<Config>(input);
    written_again::<ShareStatus>(input);
    written_again::<PartList>(input);
    written_again::<LinkView>(input);
    written_again::<GrantedLease>(input);
    written_again::<PushStatus>(input);
    written_again::<PushView>(input);
    written_again::<RevealedPush>(input);
    written_again::<Problem>(input);
}

fn same<T: DeserializeOwned + PartialEq + Debug>(json: &[u8], is_strict: bool) {
    match (from_slice::<T>(json), serde_json::from_slice::<T>(json)) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours, theirs),
        (Ok(ours), Err(error)) => panic!("read {ours:?}, where serde_json says: {error}"),
        (Err(_), Ok(theirs)) => assert!(!is_strict, "refused, where serde_json reads {theirs:?}"),
        (Err(_), Err(_)) => {}
    }
}

/// A type with choices in it: what `serde_json` reads and writes again, ours reads.
fn written_again<T: DeserializeOwned + Serialize + PartialEq + Debug>(json: &[u8]) {
    same::<T>(json, false);
    if let Ok(theirs) = serde_json::from_slice::<T>(json) {
        let written = serde_json::to_vec(&theirs).expect("it was JSON before");
        assert_eq!(from_slice::<T>(&written).as_ref(), Ok(&theirs));
    }
}
