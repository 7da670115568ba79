//! The line breaks after a step was asked for and before its answer is there: it is done once, and
//! told so.

use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{
    CommitOutcome, Due, Ledger as _, LedgerError, ObjectRow, PutNote, PutObject, Replaces, Slot,
};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::Digest;
use subrosa_tests::redis::{Between, Redis};

use super::support::{START, create, link, new_row, part, push_key, share, share_key};
use super::*;

/// So many answers in a row are lost.
const CUTS: [u32; 2] = [1, 2];

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_made_once() {
    let redis = Redis::start().await;
    let between = Between::us_and(redis.address()).await;
    let ledger = open(&between.url()).await;
    for (seed, cuts) in (1..).zip(CUTS) {
        for key in [share_key(seed), push_key(seed)] {
            let (first, second) = (new_row(b"first"), new_row(b"second"));
            between.cut_answers(cuts);
            assert_eq!(ledger.commit(step(key, None, &first)).await.unwrap(), CommitOutcome::Committed);
            assert_eq!(between.cuts_left(), 0);
            between.cut_answers(cuts);
            let changed = ledger.commit(step(key, Some(first.write_id), &second)).await.unwrap();
            assert_eq!((changed, between.cuts_left()), (CommitOutcome::Committed, 0));
            assert_eq!(ledger.load(&key, LoadedLinks::All).await.unwrap().unwrap().record.head, b"second");
            assert_eq!(ledger.log(&key).await.unwrap().len(), 2, "each line once");

            // Somebody else was faster: a lost answer does not hide that.
            between.cut_answers(cuts);
            let late = ledger.commit(step(key, Some(first.write_id), &new_row(b"late"))).await.unwrap();
            assert_eq!(late, CommitOutcome::Conflict);
        }
    }
}

/// The memory fills up before it can be asked for again. That it may have been made must not be
/// hidden.
#[tokio::test]
async fn what_may_have_been_made_is_not_told_to_have_had_no_room() {
    let redis = Redis::start().await;
    let between = Between::us_and(redis.address()).await;
    let ledger = open(&between.url()).await;
    // From now on the script is known: what is lost is no question for its text.
    create(&ledger, push_key(1)).await;
    between.hold_after_cut();
    let made = ledger.commit(step(push_key(2), None, &new_row(b"x")));
    let fills_up = async {
        between.held().await;
        redis.command(&["CONFIG", "SET", "maxmemory", "1"]).await.unwrap();
        between.go_on();
    };
    let (made, ()) = tokio::join!(made, fills_up);
    assert!(matches!(made, Err(LedgerError::Lost(_))), "{made:?}");
    assert!(ledger.load(&push_key(2), LoadedLinks::All).await.unwrap().is_some());
}

#[tokio::test]
async fn a_removal_whose_answer_is_lost_takes_the_links_with_it() {
    let redis = Redis::start().await;
    let between = Between::us_and(redis.address()).await;
    let (ledger, other) = (open(&between.url()).await, open(&redis.url()).await);
    for cuts in CUTS {
        let row = new_row(b"x");
        let change = Change { new_links: vec![link(7), link(8)], ..step(share(1), None, &row) };
        between.cut_answers(cuts);
        assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
        assert_eq!(other.share_of_link(&link(7)).await.unwrap(), Some(share(1)));
        // The first answer is that of the links.
        ledger.load(&share_key(1), LoadedLinks::All).await.unwrap();
        between.cut_answers(cuts + 1);
        assert_eq!(ledger.commit(removal(share(1), row.write_id)).await.unwrap(), CommitOutcome::Committed);
        assert_eq!(between.cuts_left(), 0);
        for seed in [7, 8] {
            assert_eq!(other.share_of_link(&link(seed)).await.unwrap(), None);
        }
        let again = ledger.commit(removal(share(1), row.write_id)).await.unwrap();
        assert_eq!(again, CommitOutcome::Conflict, "what is not there cannot be removed");
    }
}

#[tokio::test]
async fn an_object_whose_answer_is_lost_replaces_what_was_there_and_never_itself() {
    let redis = Redis::start().await;
    let between = Between::us_and(redis.address()).await;
    let ledger = open(&between.url()).await;
    create(&ledger, share(1)).await;
    let put_object = |object: ObjectRow, cuts| {
        between.cut_answers(cuts);
        async { ledger.put_object(&share(1), object).await.unwrap() }
    };
    for cuts in CUTS {
        let index = cuts;
        assert_eq!(put_object(part(index, 1), cuts).await, PutObject::Stored { replaced: None });
        // The first of the answers says what is there.
        assert_eq!(put_object(part(index, 2), 0).await, PutObject::Stored { replaced: Some(part(index, 1)) });
        assert_eq!(between.cuts_left(), 0);
        assert_eq!(
            ledger.object(&share(1), ContentNumber::FIRST, Slot::Part(index)).await.unwrap(),
            Some(part(index, 2))
        );
    }
    // If what is there is not known, and the first answer is lost: it may have been there, and be
    // nobody's since.
    between.cut_answers(1);
    assert!(ledger.put_object(&share(1), part(1, 3)).await.is_err());
    assert_eq!(ledger.object(&share(1), ContentNumber::FIRST, Slot::Part(1)).await.unwrap(), Some(part(1, 2)));
}

#[tokio::test]
async fn an_object_that_is_part_of_a_complete_share_is_not_told_to_be_too_late() {
    let redis = Redis::start().await;
    let between = Between::us_and(redis.address()).await;
    let (ledger, other) = (open(&between.url()).await, open(&redis.url()).await);
    create(&ledger, share(2)).await;
    // From now on the script is known: what is lost is no question for its text.
    ledger.put_object(&share(2), part(0, 1)).await.unwrap();
    let write_id = create(&ledger, share(1)).await;
    // Stored, but the answer is lost; and while it is asked for again, another server completes the
    // share.
    between.hold_after_cut();
    let late = async { ledger.put_object(&share(1), part(0, 1)).await.unwrap() };
    let complete = async {
        between.held().await;
        let closed = NewRow { accepts_parts: None, ..new_row(b"complete") };
        let outcome = other.commit(put(share(1), Some(write_id), closed)).await.unwrap();
        assert_eq!(outcome, CommitOutcome::Committed);
        assert_eq!(other.objects(&share(1)).await.unwrap().rows, [part(0, 1)]);
        between.go_on();
    };
    let (late, ()) = tokio::join!(late, complete);
    assert_eq!(late, PutObject::Stored { replaced: None }, "its blob must stay");
}

#[tokio::test]
async fn a_note_whose_answer_is_lost_is_kept() {
    let redis = Redis::start().await;
    let between = Between::us_and(redis.address()).await;
    let ledger = open(&between.url()).await;
    create(&ledger, share(1)).await;
    for cuts in CUTS {
        // Nobody else changes it, so ours is kept although its answers are lost.
        let seen = Replaces::OneOf(vec![Digest::of(b"after")]);
        ledger.put_note(&share(1), b"after".to_vec(), Replaces::Anything).await.unwrap();
        // The first answer says what is there.
        between.cut_answers(cuts + 1);
        assert_eq!(ledger.put_note(&share(1), b"next".to_vec(), seen).await.unwrap(), PutNote::Stored);
        assert_eq!(ledger.note(&share(1)).await.unwrap().unwrap(), b"next");
        ledger.put_note(&share(1), b"before".to_vec(), Replaces::Anything).await.unwrap();
        assert_eq!(ledger.put_note(&share(1), b"after".to_vec(), Replaces::Anything).await.unwrap(), PutNote::Stored);
        assert_eq!(ledger.note(&share(1)).await.unwrap().unwrap(), b"after");
        create(&ledger, share(1 + u8::try_from(cuts).unwrap())).await;
        between.cut_answers(cuts + 1);
        assert_eq!(
            ledger
                .put_note(&share(1 + u8::try_from(cuts).unwrap()), b"first".to_vec(), Replaces::Anything)
                .await
                .unwrap(),
            PutNote::Stored
        );
        assert_eq!(between.cuts_left(), 0);
    }
}

#[tokio::test]
async fn what_is_read_is_asked_for_again() {
    let redis = Redis::start().await;
    let between = Between::us_and(redis.address()).await;
    let ledger = open(&between.url()).await;
    create(&ledger, push_key(1)).await;
    for cuts in CUTS {
        between.cut_answers(cuts);
        assert!(ledger.load(&push_key(1), LoadedLinks::All).await.unwrap().is_some());
        between.cut_answers(cuts);
        assert_eq!(ledger.due(START, None, 10).await.unwrap(), [Due { due: START, key: push_key(1) }]);
        between.cut_answers(cuts);
        assert_eq!(ledger.now().await.unwrap(), START);
        assert_eq!(between.cuts_left(), 0);
    }
}
