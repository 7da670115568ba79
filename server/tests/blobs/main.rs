//! What every place for blobs has to hold to: one set of rules, run against each of them; and what
//! a bucket has to be.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bucket;
mod moving;
mod places;
mod rules;

/// Every rule against one kind of place.
macro_rules! conformance {
    ($module:ident, $place:ident) => {
        conformance!(
            $module,
            $place,
            [
                what_is_stored_comes_back_whole_and_in_ranges,
                what_is_not_finished_is_nowhere,
                what_is_missing_or_has_another_length_is_lost,
                small_objects_are_made_once_or_replaced,
                what_is_deleted_is_gone_and_nothing_else,
                a_prefix_goes_with_all_that_is_below_it,
                everything_is_listed_with_its_length_and_time,
                whether_it_can_be_written_is_tried_and_leaves_nothing,
                an_installation_is_given_once,
                racing_writers_and_deletions_disturb_nobody,
            ]
        );
    };
    ($module:ident, $place:ident, [$($rule:ident),* $(,)?]) => {
        mod $module {
            use crate::places::{Place as _, $place};

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                crate::rules::$rule(&$place::new().await.blobs().await).await;
            })*
        }
    };
}

conformance!(in_a_folder, Folder);
conformance!(in_a_bucket, Bucket);
