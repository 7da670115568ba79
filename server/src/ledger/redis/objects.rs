//! What lies beside a record: its objects and its note.

use std::ops::Range;

use subrosa_durable_redis::Tag;
use subrosa_lifecycle::RecordKey;
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, ShareId};

use super::{Invocation, RedisLedger, rows, scripts};
use crate::ledger::{LedgerError, ObjectRow, Objects, PutNote, PutObject, Replaces, Slot, WriteId};

/// How often something is tried again that others keep changing.
const ATTEMPTS_MAX: usize = 16;

impl RedisLedger {
    pub(super) async fn put_object(&self, share: &ShareId, object: &ObjectRow) -> Result<PutObject, LedgerError> {
        let keys = self.keys.record(&RecordKey::Share(*share));
        let put = |expected: &[u8]| {
            let put = self.script(&scripts::PUT_OBJECT, keys.tag);
            let put = put.key(keys.record.as_str()).key(keys.objects.as_str()).arg(object.content.to_string());
            let index = match object.slot {
                Slot::Manifest => String::new(),
                Slot::Part(index) => index.to_string(),
            };
            put.arg(index)
                .arg(rows::name_of(object))
                .arg(expected)
                .arg(rows::object_bytes(object))
                .arg(WriteId::generate().0)
        };
        let Some(replaced) = self.replace(keys.tag, put).await? else { return Ok(PutObject::Closed) };
        let replaced =
            (!replaced.is_empty()).then(|| rows::object((object.content, object.slot), &replaced)).transpose()?;
        Ok(PutObject::Stored { replaced })
    }

    pub(super) async fn put_note(
        &self,
        share: &ShareId,
        note: &[u8],
        replaces: &Replaces,
    ) -> Result<PutNote, LedgerError> {
        let keys = self.keys.record(&RecordKey::Share(*share));
        let versioned = rows::note_bytes(WriteId::generate(), note);
        for _ in 0..ATTEMPTS_MAX {
            let there = self.versioned_note(share).await?;
            let digest = there.as_deref().map(|there| Digest::of(rows::note(there)));
            if !replaces.allows(&Digest::of(note), digest.as_ref()) {
                return Ok(PutNote::Changed);
            }
            let expected = there.as_deref().map_or(&[][..], rows::note_version);
            let put = self.script(&scripts::PUT_NOTE, keys.tag).key(keys.record.as_str()).key(keys.note.as_str());
            let (reply, lost) = self.write_surely(keys.tag, put.arg(expected).arg(versioned.as_slice())).await?;
            match reply.word.as_str() {
                "ok" => return Ok(PutNote::Stored),
                "closed" => return Ok(PutNote::NoRecord),
                // Ours may have been there in between, and was replaced since then.
                "conflict" if lost => return Err(LedgerError::Lost("others changed the same meanwhile".to_owned())),
                "conflict" => {}
                _ => return Err(reply.strange()),
            }
        }
        Err(LedgerError::Unavailable("others keep changing the same".to_owned()))
    }

    /// Puts something in place of whatever is there, which it answers; `None` if there is no place.
    ///
    /// Each try expects one certain thing. A script that comes late finds another, and does
    /// nothing: it cannot bring back what was replaced since.
    async fn replace(&self, tag: Tag, put: impl Fn(&[u8]) -> Invocation) -> Result<Option<Vec<u8>>, LedgerError> {
        let mut expected = Vec::new();
        for _ in 0..ATTEMPTS_MAX {
            let (mut reply, lost) = self.write_surely(tag, put(&expected)).await?;
            match reply.word.as_str() {
                "ok" => return Ok(Some(expected)),
                "closed" => return Ok(None),
                // Ours may have been there in between, and is nobody's since then.
                "conflict" if lost => return Err(LedgerError::Lost("others changed the same meanwhile".to_owned())),
                "conflict" => expected = reply.value()?,
                _ => return Err(reply.strange()),
            }
        }
        Err(LedgerError::Unavailable("others keep changing the same".to_owned()))
    }

    pub(super) async fn objects(&self, share: &ShareId) -> Result<Objects, LedgerError> {
        let keys = self.keys.record(&RecordKey::Share(*share));
        let load = self.script(&scripts::OBJECTS, keys.tag).key(keys.record).key(keys.objects);
        let mut reply = self.read(keys.tag, load).await?;
        if reply.word == "none" {
            // Without a record there is no version to rest on: a drawn one matches nothing.
            return Ok(Objects { rows: Vec::new(), write_id: WriteId::generate() });
        }
        Ok(Objects { write_id: reply.write_id()?, rows: rows::objects(reply.value()?)? })
    }

    pub(super) async fn parts(
        &self,
        share: &ShareId,
        content: ContentNumber,
        places: Range<u32>,
    ) -> Result<Vec<ObjectRow>, LedgerError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let keys = self.keys.record(&RecordKey::Share(*share));
        let get = self.script(&scripts::GET, keys.tag).key(keys.objects).arg("HMGET");
        let get = places.clone().fold(get, |get, index| get.arg(rows::object_name(content, Slot::Part(index))));
        let found: Vec<Option<Vec<u8>>> = self.read(keys.tag, get).await?.value()?;
        let stored = places.zip(found).filter_map(|(index, bytes)| Some((Slot::Part(index), bytes?)));
        stored.map(|(slot, bytes)| rows::object((content, slot), &bytes)).collect()
    }

    pub(super) async fn last_part(
        &self,
        share: &ShareId,
        content: ContentNumber,
    ) -> Result<Option<ObjectRow>, LedgerError> {
        let keys = self.keys.record(&RecordKey::Share(*share));
        let get = self.script(&scripts::LAST_PART, keys.tag).key(keys.record).key(keys.objects);
        let get = get.arg(content.to_string());
        let mut reply = self.read(keys.tag, get).await?;
        if reply.word == "none" {
            return Ok(None);
        }
        let slot = Slot::Part(reply.value()?);
        rows::object((content, slot), &reply.value::<Vec<u8>>()?).map(Some)
    }

    pub(super) async fn object(
        &self,
        share: &ShareId,
        content: ContentNumber,
        slot: Slot,
    ) -> Result<Option<ObjectRow>, LedgerError> {
        let keys = self.keys.record(&RecordKey::Share(*share));
        let get = self.script(&scripts::GET, keys.tag).key(keys.objects).arg("HGET");
        let get = get.arg(rows::object_name(content, slot));
        let found: Option<Vec<u8>> = self.read(keys.tag, get).await?.value()?;
        found.map(|bytes| rows::object((content, slot), &bytes)).transpose()
    }

    pub(super) async fn note(&self, share: &ShareId) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.versioned_note(share).await?.map(|versioned| rows::note(&versioned).to_vec()))
    }

    async fn versioned_note(&self, share: &ShareId) -> Result<Option<Vec<u8>>, LedgerError> {
        let keys = self.keys.record(&RecordKey::Share(*share));
        let get = self.script(&scripts::GET, keys.tag).key(keys.note).arg("GET");
        self.read(keys.tag, get).await?.value()
    }
}
