//! The synced keyring as a page keeps it: items of its list, with the tokens of owners' addresses,
//! in and out of what `subrosa_shared::keyring` merges and seals.

use std::collections::BTreeMap;

use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};
use subrosa_shared::keyring::{
    DeviceTag, EntryId, EntryKey, EntryKind, Item, Keyring, KeyringError, Known, Local, NAME_BYTES_MAX, Synced, sync,
};
use subrosa_shared::secret::{KeyringSecret, OwnerSecret, PushOwnerSecret};
use subrosa_shared::time::Timestamp;
use subrosa_shared::token::TokenError;
use zeroize::ZeroizeOnDrop;

/// What a page keeps of something that was sent.
#[derive(Serialize, Deserialize, ZeroizeOnDrop)]
#[serde(rename_all = "camelCase")]
pub struct ListItem {
    #[zeroize(skip)]
    kind: EntryKind,
    #[serde(default)]
    id: String,
    token: String,
    origin: String,
    name: String,
    #[zeroize(skip)]
    files: u32,
    #[zeroize(skip)]
    is_for_files: bool,
    #[zeroize(skip)]
    has_password: bool,
    #[zeroize(skip)]
    made_at: Timestamp,
    #[zeroize(skip)]
    ends_at: Timestamp,
}

/// What a page has when it syncs.
#[derive(Deserialize)]
pub struct Here {
    /// What its list holds.
    items: Vec<ListItem>,
    /// Ids of what it cannot read.
    unreadable: Vec<String>,
    device: DeviceTag,
    now: Timestamp,
}

impl Here {
    /// What can be synced of it. A token that is none is damaged like what cannot be read at all.
    fn local(&self) -> Local {
        let damaged = self.items.iter().filter(|item| item.parse().is_err()).map(|item| &item.id);
        let unreadable = self.unreadable.iter().chain(damaged).filter_map(|id| id.parse::<EntryId>().ok()).collect();
        let items: BTreeMap<_, _> = self.items.iter().filter_map(|item| item.parse().ok()).collect();
        Local { items, unreadable, device: self.device, now: self.now }
    }
}

impl ListItem {
    fn parse(&self) -> Result<(EntryKey, Item), TokenError> {
        let mut item = Item::new(match self.kind {
            EntryKind::Share => *OwnerSecret::from_text(&self.token)?.expose(),
            EntryKind::Push => *PushOwnerSecret::from_text(&self.token)?.expose(),
        });
        item.origin.clone_from(&self.origin);
        item.name = within(&self.name, NAME_BYTES_MAX).to_owned();
        (item.files, item.is_for_files, item.has_password) = (self.files, self.is_for_files, self.has_password);
        (item.made_at, item.ends_at) = (self.made_at, self.ends_at);
        Ok((EntryKey::of(self.kind, &item), item))
    }

    fn of(key: &EntryKey, item: &Item) -> Self {
        let token = match key.kind {
            EntryKind::Share => OwnerSecret::from_bytes(*item.expose()).to_token(),
            EntryKind::Push => PushOwnerSecret::from_bytes(*item.expose()).to_token(),
        };
        Self {
            kind: key.kind,
            id: key.id.to_string(),
            token: token.to_string(),
            origin: item.origin.clone(),
            name: item.name.clone(),
            files: item.files,
            is_for_files: item.is_for_files,
            has_password: item.has_password,
            made_at: item.made_at,
            ends_at: item.ends_at,
        }
    }
}

/// What a page keeps from now on.
#[must_use]
pub fn list_items(keyring: &Keyring) -> Vec<ListItem> {
    keyring.items().map(|(key, item)| ListItem::of(key, item)).collect()
}

/// See [`sync`].
///
/// # Errors
/// As [`sync`]; or what the page knows is not as it must be.
pub fn sync_here(
    secret: &KeyringSecret,
    (known, revision): (&str, u64),
    here: &Here,
    stored: Option<(u64, &[u8])>,
    rng: &mut impl CryptoRng,
) -> Result<Synced, KeyringError> {
    let keyring = if known.is_empty() { Keyring::default() } else { Keyring::from_json(known.as_bytes())? };
    sync(secret, Known { keyring, revision }, &here.local(), stored, rng)
}

/// The beginning of a text, of at most so many bytes.
fn within(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use serde_json::json;

    use super::*;
    use crate::seeded::Seeded;

    fn here(names: &[&str]) -> Here {
        let items = (1..).zip(names).map(|(seed, name)| {
            let token = OwnerSecret::from_bytes([seed; 32]).to_token();
            json!({"kind": "share", "token": *token, "origin": "https://example.org", "name": name, "files": 1,
                "isForFiles": false, "hasPassword": true, "madeAt": 1, "endsAt": 2})
        });
        let push = json!({"kind": "push", "token": *PushOwnerSecret::from_bytes([99; 32]).to_token(),
            "origin": "https://example.org", "name": "", "files": 0, "isForFiles": true, "hasPassword": false,
            "madeAt": 1, "endsAt": 2});
        let items: Vec<_> = items.chain([push]).collect();
        let device = DeviceTag::from_bytes([seed(names); 8]);
        serde_json::from_value(json!({"items": items, "unreadable": ["?"], "device": device, "now": 3})).unwrap()
    }

    fn seed(names: &[&str]) -> u8 {
        names.len() as u8
    }

    #[test]
    fn the_list_of_one_page_comes_to_another() {
        let secret = KeyringSecret::from_bytes([1; 32]);
        let one = here(&["a", "\u{1f339}"]);
        let synced = sync_here(&secret, ("", 0), &one, None, &mut Seeded(1)).unwrap();
        let put = synced.put.unwrap();
        let other: Here = serde_json::from_value(
            json!({"items": [], "unreadable": [], "device": DeviceTag::from_bytes([9; 8]), "now": 3}),
        )
        .unwrap();
        let stored = Some((put.revision, put.sealed.as_slice()));
        let synced = sync_here(&secret, ("", 0), &other, stored, &mut Seeded(2)).unwrap();
        assert!(synced.put.is_none());
        let mut items = serde_json::to_value(list_items(&synced.keyring)).unwrap();
        for item in items.as_array_mut().unwrap() {
            assert_eq!(item["id"].as_str().unwrap().len(), 22);
            item.as_object_mut().unwrap().remove("id");
        }
        let wanted = one.items.iter().map(|item| {
            let mut item = serde_json::to_value(item).unwrap();
            item.as_object_mut().unwrap().remove("id");
            item
        });
        let wanted: Vec<_> = wanted.collect();
        assert_eq!(wanted.len(), 3);
        assert!(items.as_array().unwrap().iter().all(|item| wanted.contains(item)), "{items}");
        assert_eq!(items.as_array().unwrap().len(), 3);
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        assert_eq!(within("a\u{1f339}b", 4), "a");
        assert_eq!(within("a\u{1f339}b", 5), "a\u{1f339}");
        assert_eq!(within("ab", 5), "ab");
    }

    #[test]
    fn a_token_that_is_damaged_is_not_a_deletion() {
        let secret = KeyringSecret::from_bytes([1; 32]);
        let mut here = here(&["a"]);
        let synced = sync_here(&secret, ("", 0), &here, None, &mut Seeded(1)).unwrap();
        let known = String::from_utf8(synced.keyring.to_json().to_vec()).unwrap();
        here.items[0].id = OwnerSecret::from_bytes([1; 32]).share_id().to_string();
        here.items[0].token = "?".to_owned();
        let put = synced.put.unwrap();
        let stored = Some((put.revision, put.sealed.as_slice()));
        let again = sync_here(&secret, (&known, put.revision), &here, stored, &mut Seeded(2)).unwrap();
        assert!(again.put.is_none());
        assert_eq!(again.keyring, synced.keyring);
    }
}
