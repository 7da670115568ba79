//! Records: loaded, and replaced if nobody else was faster.

use subrosa_durable_redis::Invocation;
use subrosa_lifecycle::{Cell, LoadedLinks, RecordKey, StoredRecord};
use subrosa_shared::api::LogLine;

use super::keys::RecordKeys;
use super::{RedisLedger, rows, scripts};
use crate::ledger::{Change, CommitOutcome, LOG_LINES_MAX, LedgerError, NewRow, Row, WriteId};

impl RedisLedger {
    pub(super) async fn load(&self, key: &RecordKey, links: LoadedLinks) -> Result<Option<Row>, LedgerError> {
        let keys = self.keys.record(key);
        let load = self.script(&scripts::LOAD, keys.tag).key(keys.record);
        let load = match links {
            // Only shares have cells.
            _ if key.share().is_none() => load,
            LoadedLinks::All => load.arg("*"),
            LoadedLinks::One(link) => load.arg(rows::cell_field(&link)),
        };
        let mut reply = self.read(keys.tag, load).await?;
        if reply.word == "none" {
            return Ok(None);
        }
        let (head, write_id) = (reply.value()?, reply.write_id()?);
        Ok(Some(Row { record: StoredRecord { head, cells: rows::cells(reply.value()?)? }, write_id }))
    }

    /// Whether what was loaded is still there, and on as many replicas as it takes.
    pub(super) async fn confirm_durable(
        &self,
        key: &RecordKey,
        write_id: Option<WriteId>,
    ) -> Result<bool, LedgerError> {
        if self.nodes.replicas() == 0 || write_id.is_some_and(|write_id| self.confirmed.knows(key, write_id)) {
            return Ok(true);
        }
        let keys = self.keys.record(key);
        let confirm = self.script(&scripts::CONFIRM, keys.tag).key(keys.record).arg(bytes_of(write_id));
        let is_confirmed = self.write(keys.tag, confirm.repeatable()).await?.word == "ok";
        if let Some(write_id) = write_id.filter(|_| is_confirmed) {
            self.confirmed.remember(*key, write_id);
        }
        Ok(is_confirmed)
    }

    pub(super) async fn log(&self, key: &RecordKey) -> Result<Vec<LogLine>, LedgerError> {
        let keys = self.keys.record(key);
        let get = self.script(&scripts::GET, keys.tag).key(keys.log).arg("LRANGE").arg("0").arg("-1");
        rows::lines(&self.read(keys.tag, get).await?.value::<Vec<Vec<u8>>>()?)
    }

    /// The index lies in other slots. Before the record names a link, the index knows it; and an
    /// entry of the index whose record is gone opens nothing. So nothing has to happen at once in
    /// two places.
    pub(super) async fn commit(&self, change: &Change) -> Result<CommitOutcome, LedgerError> {
        let keys = self.keys.record(&change.key);
        if !self.claim_links(change).await? {
            return Ok(CommitOutcome::LinkTaken);
        }
        let ending = self.links_ending_with(change, &keys).await?;
        let (mut reply, lost) = self.write_surely(keys.tag, self.commit_script(change, &keys)).await?;
        let committed = match reply.word.as_str() {
            "ok" => true,
            // What was to be removed is not there any more.
            "conflict" => lost && change.record.is_none() && reply.value::<Vec<u8>>()?.is_empty(),
            "late" => {
                let by: u64 = reply.value()?;
                tracing::warn!(by_millis = by, "a change reached Redis too late, or the clocks of its machines differ");
                return Ok(CommitOutcome::Late);
            }
            _ => return Err(reply.strange()),
        };
        if !committed {
            return Ok(CommitOutcome::Conflict);
        }
        if let Some(row) = &change.record {
            self.confirmed.remember(change.key, row.write_id);
        }
        self.follow_in_index(change, &ending).await;
        Ok(CommitOutcome::Committed)
    }

    fn commit_script(&self, change: &Change, keys: &RecordKeys) -> Invocation {
        let script = if change.expect.is_none() || change.needs_space { &scripts::GROW } else { &scripts::CHANGE };
        let RecordKeys { tag, record, objects, links, note, log, due, .. } = keys;
        let mut commit = self.script(script, *tag);
        for key in [record, objects, links, note, log, due] {
            commit = commit.key(key.as_str());
        }
        commit = commit.arg(bytes_of(change.expect)).arg(bytes_of(change.record.as_ref().map(|row| row.write_id)));
        commit = commit.arg(bytes_of(change.expect_objects));
        commit = commit.arg(change.not_after.as_millis().to_string()).arg(self.given_time());
        commit = commit.arg(change.key.to_bytes());
        let Some(NewRow { record, due, accepts_parts, stands_alone, .. }) = &change.record else { return commit };
        let StoredRecord { head, cells } = record;
        let flag = |flag: bool| if flag { "1" } else { "0" };
        commit = commit.arg(rows::score(*due)).arg(head.as_slice());
        commit = commit.arg(rows::open_text(*accepts_parts)).arg(flag(*stands_alone)).arg(LOG_LINES_MAX.to_string());
        commit = commit.arg(change.drop_content.map_or_else(String::new, |content| content.to_string()));
        let links = change.key.share().map_or(&[][..], |_| &change.new_links);
        commit = commit.arg(links.len().to_string()).arg(cells.len().to_string());
        for link in links {
            commit = commit.arg(*link.as_bytes());
        }
        for Cell { link, bytes } in cells {
            commit = commit.arg(rows::cell_field(link)).arg(bytes.as_slice());
        }
        change.log.iter().fold(commit, |commit, line| commit.arg(rows::line_bytes(line)))
    }
}

/// A write id, or nothing.
fn bytes_of(write_id: Option<WriteId>) -> Vec<u8> {
    write_id.map_or_else(Vec::new, |write_id| write_id.0.to_vec())
}
