//! What is due. Every tag knows its own; together they are one list.

use futures_util::future::try_join_all;
use subrosa_durable_redis::Tag;
use subrosa_shared::time::Timestamp;

use super::{RedisLedger, rows, scripts};
use crate::ledger::{Due, LedgerError};

/// Entries asked for per tag. Few, because there are many tags; what is left out comes with the
/// next page.
const PER_TAG: usize = 16;

impl RedisLedger {
    pub(super) async fn due(
        &self,
        now: Timestamp,
        after: Option<Due>,
        count_max: usize,
    ) -> Result<Vec<Due>, LedgerError> {
        let per_tag = count_max.min(PER_TAG);
        // All at once: they travel together.
        let pages = try_join_all(Tag::of_ids().map(|tag| self.due_in_tag(tag, now, after, per_tag))).await?;
        Ok(merged(pages, per_tag, count_max))
    }

    async fn due_in_tag(
        &self,
        tag: Tag,
        now: Timestamp,
        after: Option<Due>,
        count_max: usize,
    ) -> Result<Vec<Due>, LedgerError> {
        let due = self.script(&scripts::DUE, tag).key(self.keys.due(tag));
        let mut due = due.arg(rows::score(now)).arg(count_max.to_string());
        if let Some(last) = after {
            due = due.arg(rows::score(last.due)).arg(last.key.to_bytes());
        }
        rows::due(self.read(tag, due).await?.value()?)
    }
}

/// One list in order. Where a tag may have more than it gave, the list goes no further than that.
fn merged(pages: Vec<Vec<Due>>, per_tag: usize, count_max: usize) -> Vec<Due> {
    let end = pages.iter().filter(|page| page.len() >= per_tag).filter_map(|page| page.last().copied()).min();
    let mut all: Vec<Due> = pages.into_iter().flatten().filter(|due| end.is_none_or(|end| *due <= end)).collect();
    all.sort_unstable();
    all.truncate(count_max);
    all
}

#[cfg(test)]
mod tests {
    use subrosa_shared::id::ShareId;

    use super::*;
    use subrosa_lifecycle::RecordKey;

    #[test]
    fn nothing_is_passed_over_where_a_tag_has_more() {
        let due = |millis, seed| Due {
            due: Timestamp::from_millis(millis),
            key: RecordKey::Share(ShareId::from_bytes([seed; 16])),
        };
        // The first tag has more, perhaps at 5 already.
        let pages = vec![vec![due(1, 1), due(4, 1)], vec![due(3, 2)], vec![due(5, 3)], Vec::new()];
        assert_eq!(merged(pages.clone(), 2, 10), [due(1, 1), due(3, 2), due(4, 1)]);
        assert_eq!(merged(pages.clone(), 2, 2), [due(1, 1), due(3, 2)]);
        assert_eq!(merged(pages, 3, 10), [due(1, 1), due(3, 2), due(4, 1), due(5, 3)]);
        assert_eq!(merged(vec![Vec::new()], 2, 2), []);
    }
}
