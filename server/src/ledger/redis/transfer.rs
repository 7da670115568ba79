//! Taking all that Redis keeps to another ledger, or from one.

use async_trait::async_trait;
use futures_util::future::try_join_all;
use subrosa_durable_redis::{Invocation, Script, Tag};
use subrosa_lifecycle::{RecordKey, StoredRecord};
use subrosa_shared::id::{LinkId, ShareId};
use subrosa_shared::time::Timestamp;

use super::keys::RecordKeys;
use super::reply::corrupt;
use super::{RedisLedger, rows, scripts};
use crate::ledger::{ExportedRecord, LedgerError, NewRow, ServiceState, Transfer, WriteId};

/// Tags that are looked through at the same time.
const TAGS_AT_ONCE: usize = 32;

#[async_trait]
impl Transfer for RedisLedger {
    async fn service_state(&self) -> Result<ServiceState, LedgerError> {
        let state = self.read_state().await?;
        self.adopt(&state);
        Ok(state)
    }

    async fn compare_and_set_state(&self, expected: &ServiceState, next: &ServiceState) -> Result<bool, LedgerError> {
        let changed = self.change_state(expected, next).await?;
        if changed {
            self.adopt(next);
        }
        Ok(changed)
    }

    async fn finish_change_to(&self, state: &ServiceState) -> Result<bool, LedgerError> {
        let is_so = self.read_state().await? == *state;
        if is_so {
            self.adopt(state);
        }
        Ok(is_so)
    }

    async fn count(&self) -> Result<u64, LedgerError> {
        let counts = try_join_all(Tag::of_ids().map(|tag| self.count_in_tag(tag))).await?;
        Ok(counts.iter().sum())
    }

    /// Tag by tag, and in order of their bytes in each.
    async fn keys(&self, after: Option<RecordKey>, count_max: usize) -> Result<Vec<RecordKey>, LedgerError> {
        let begun = after.map(|after| (self.keys.record(&after).tag, after));
        let tags: Vec<Tag> = Tag::of_ids().filter(|tag| begun.is_none_or(|(begun, _)| *tag >= begun)).collect();
        let mut keys = Vec::new();
        for tags in tags.chunks(TAGS_AT_ONCE) {
            for mut found in try_join_all(tags.iter().map(|tag| self.keys_in_tag(*tag))).await? {
                found.sort_unstable();
                keys.extend(found);
            }
            if let Some((tag, after)) = begun {
                keys.retain(|key| self.keys.record(key).tag > tag || *key > after);
            }
            if keys.len() >= count_max {
                keys.truncate(count_max);
                break;
            }
        }
        Ok(keys)
    }

    async fn export(&self, key: &RecordKey) -> Result<Option<ExportedRecord>, LedgerError> {
        let keys = self.keys.record(key);
        let export = self.script(&scripts::EXPORT, keys.tag);
        let mut reply = self.read(keys.tag, with_all(export, &keys).arg(key.to_bytes())).await?;
        if reply.word == "none" {
            return Ok(None);
        }
        let write_id = reply.write_id()?;
        let (head, open) = (reply.value()?, reply.value::<String>()?);
        let (cells, due) = (rows::cells(reply.value()?)?, reply.value::<Option<String>>()?);
        let due = due
            .and_then(|due| due.parse().ok())
            .ok_or_else(|| corrupt("a record is not in the list of what is due"))?;
        let row = NewRow {
            record: StoredRecord { head, cells },
            write_id,
            due: Timestamp::from_millis(due),
            accepts_parts: rows::open_content(&open)?,
            stands_alone: false,
        };
        let links = rows::links(reply.value()?)?;
        let objects = rows::objects(reply.value()?)?;
        let note = reply.value::<Option<Vec<u8>>>()?.map(|versioned| rows::note(&versioned).to_vec());
        let log = rows::lines(&reply.value::<Vec<Vec<u8>>>()?)?;
        let links = match key.share() {
            Some(share) => self.known_in_index(links, share).await?,
            None => Vec::new(),
        };
        Ok(Some(ExportedRecord { row, links, objects, note, log }))
    }

    /// The index is made first: an entry whose record does not name it opens nothing, and the same
    /// again mends all.
    async fn import(
        &self,
        state: &ServiceState,
        key: RecordKey,
        exported: Option<ExportedRecord>,
    ) -> Result<(), LedgerError> {
        let fence = state.to_text().filter(|_| matches!(state, ServiceState::Receiving { .. }));
        let Some(fence) = fence else { return Err(LedgerError::NotInService(self.read_state().await?)) };
        let keys = self.keys.record(&key);
        if let Some(share) = key.share() {
            let links = exported.as_ref().map_or(&[][..], |exported| &exported.links);
            self.import_links(&fence, share, &keys, links).await?;
        }
        let import = with_all(self.script_for(&fence, &scripts::IMPORT, keys.tag), &keys).arg(key.to_bytes());
        let import = exported.iter().fold(import, with_exported);
        self.write(keys.tag, import.repeatable()).await.map(drop)
    }

    async fn reached(&self) -> Result<Timestamp, LedgerError> {
        self.now().await
    }

    async fn reach(&self, moment: Timestamp) -> Result<(), LedgerError> {
        self.begin_no_earlier(moment);
        self.note_time().await
    }
}

impl RedisLedger {
    /// A script about a tag that has to carry that fence.
    fn script_for(&self, fence: &str, script: &'static Script, tag: Tag) -> Invocation {
        Invocation::of(script).key(self.keys.fence(tag)).arg(fence)
    }

    /// How many records a tag has. Every record has a due entry.
    async fn count_in_tag(&self, tag: Tag) -> Result<u64, LedgerError> {
        let count = self.script(&scripts::GET, tag).key(self.keys.due(tag)).arg("ZCARD");
        self.read(tag, count).await?.value()
    }

    async fn keys_in_tag(&self, tag: Tag) -> Result<Vec<RecordKey>, LedgerError> {
        let list = self.script(&scripts::GET, tag).key(self.keys.due(tag)).arg("ZRANGE").arg("0").arg("-1");
        let names: Vec<Vec<u8>> = self.read(tag, list).await?.value()?;
        let key = |name: Vec<u8>| name.try_into().ok().and_then(RecordKey::from_bytes);
        names.into_iter().map(|name| key(name).ok_or_else(|| corrupt("a due entry is malformed"))).collect()
    }

    /// Those links that the index says open the share, in order.
    async fn known_in_index(&self, links: Vec<LinkId>, share: ShareId) -> Result<Vec<LinkId>, LedgerError> {
        let opened = try_join_all(links.iter().map(|link| self.indexed_share_of_link(link))).await?;
        let known = links.into_iter().zip(opened).filter(|(_, opens)| *opens == Some(share));
        let mut known: Vec<LinkId> = known.map(|(link, _)| link).collect();
        known.sort_unstable();
        Ok(known)
    }

    /// Makes the index say that these links open the share, and no others do that it named before.
    async fn import_links(
        &self,
        fence: &str,
        share: ShareId,
        keys: &RecordKeys,
        links: &[LinkId],
    ) -> Result<(), LedgerError> {
        let before = self.script_for(fence, &scripts::GET, keys.tag).key(keys.links.as_str()).arg("SMEMBERS");
        let before = rows::links(self.read(keys.tag, before).await?.value()?)?;
        let gone = before.into_iter().filter(|link| !links.contains(link));
        let forget = gone.map(|link| (link, &*scripts::LINK, Some("UNLINK")));
        let keep = links.iter().map(|link| (*link, &*scripts::IMPORT_LINK, None));
        try_join_all(forget.chain(keep).map(async |(link, script, command)| {
            let (tag, key) = self.keys.link(&link);
            let change = self.script_for(fence, script, tag).key(key).arg(*share.as_bytes());
            let change = command.iter().fold(change, |change, command| change.arg(*command));
            self.write(tag, change.repeatable()).await
        }))
        .await
        .map(drop)
    }
}

/// A script about all that is kept of a record.
fn with_all(script: Invocation, keys: &RecordKeys) -> Invocation {
    let RecordKeys { record, objects, links, note, log, due, .. } = keys;
    [record, objects, links, note, log, due].into_iter().fold(script, |script, key| script.key(key.as_str()))
}

fn with_exported(import: Invocation, exported: &ExportedRecord) -> Invocation {
    let ExportedRecord { row, links, objects, note, log } = exported;
    let import = import.arg(row.write_id.0).arg(rows::score(row.due)).arg(row.record.head.as_slice());
    let import = import.arg(rows::open_text(row.accepts_parts));
    let note = note.as_ref().map_or_else(Vec::new, |note| rows::note_bytes(WriteId::generate(), note));
    let import = import.arg(note).arg(links.len().to_string()).arg(objects.len().to_string());
    let import = import.arg(row.record.cells.len().to_string());
    let import = links.iter().fold(import, |import, link| import.arg(*link.as_bytes()));
    let import =
        objects.iter().fold(import, |import, object| import.arg(rows::name_of(object)).arg(rows::object_bytes(object)));
    let cells = &row.record.cells;
    let import =
        cells.iter().fold(import, |import, cell| import.arg(rows::cell_field(&cell.link)).arg(cell.bytes.as_slice()));
    log.iter().fold(import, |import, line| import.arg(rows::line_bytes(line)))
}
