//! What every ledger has to hold to: one set of rules, run against each of them.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod backends;
mod rules;
mod sqlite;
mod support;

/// Every rule against one backend. Those about records of any kind run for each.
macro_rules! conformance {
    ($module:ident, $backend:ident) => {
        conformance!(
            $module,
            $backend,
            once [
                what_is_committed_is_there_after_reopening,
                removing_removes_everything,
                cells_are_changed_one_by_one_and_loaded_all_or_one,
                cells_go_with_their_record_and_when_it_stands_alone,
                a_link_opens_one_share_for_ever,
                objects_are_taken_only_while_the_record_accepts_parts,
                parts_come_in_pages_and_the_last_is_known,
                the_objects_of_a_content_are_its_own,
                a_change_that_rests_on_objects_fails_when_they_changed,
                records_of_one_id_are_one_of_each_kind,
                what_is_due_is_due_whatever_it_is,
                an_installation_is_given_once,
                a_note_belongs_to_a_share,
                a_note_replaces_the_one_that_it_names,
                what_is_exported_is_all_there_is,
                what_is_imported_replaces_all_that_was_there,
                records_are_taken_only_by_whoever_fills_it,
                keys_come_each_once_in_pages,
                its_clock_begins_where_it_is_told,
            ],
            keys [
                of_two_changes_on_one_version_one_wins,
                what_was_decided_too_long_ago_is_not_committed,
                racing_changes_lose_nothing,
                a_record_that_stands_alone_keeps_nothing_beside_it,
                what_is_removed_is_forgotten,
                what_is_due_comes_in_order_and_in_pages,
                the_timeline_keeps_its_last_lines,
                an_owners_turns_do_not_fill_the_timeline,
                the_clock_never_goes_backwards,
            ]
        );
    };
    ($module:ident, $backend:ident, once [$($rule:ident),* $(,)?], keys [$($keyed:ident),* $(,)?]) => {
        mod $module {
            use crate::backends::{Backend as _, $backend};

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                crate::rules::$rule(&$backend::new().await).await;
            })*

            conformance!(kind shares, crate::support::share_key, $backend, [$($keyed),*]);
            conformance!(kind pushes, crate::support::push_key, $backend, [$($keyed),*]);
            conformance!(kind keyrings, crate::support::keyring_key, $backend, [$($keyed),*]);
        }
    };
    (kind $kind:ident, $key:path, $backend:ident, [$($keyed:ident),*]) => {
        mod $kind {
            use crate::backends::{Backend as _, $backend};

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $keyed() {
                crate::rules::$keyed(&$backend::new().await, $key).await;
            })*
        }
    };
}

conformance!(on_sqlite, Sqlite);
conformance!(redis_single, RedisSingle);
conformance!(redis_cluster, RedisCluster);
conformance!(redis_sentinels, RedisSentinels);
