//! What lies beside a record: the index of its links, its objects, its note, its timeline.

use std::time::Duration;

use subrosa_lifecycle::LoadedLinks;
use subrosa_server::ledger::{
    Change, CommitOutcome, LOG_LINES_MAX, NewRow, ObjectRow, Objects, PutNote, PutObject, Replaces, Slot, WriteId,
};
use subrosa_shared::api::{Event, LogLine};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::Digest;

use crate::backends::Backend;
use crate::support::{Key, START, clock, create, link, new_row, part, push_key, put, share, share_key};

pub(crate) async fn a_link_opens_one_share_for_ever(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let row = new_row(b"x");
    let write_id = row.write_id;
    let change = Change { new_links: vec![link(7)], ..put(share(1), None, row) };
    ledger.commit(change).await.unwrap();
    let other = create(ledger.as_ref(), share(2)).await;

    let stolen = Change { new_links: vec![link(8), link(7)], ..put(share(2), Some(other), new_row(b"y")) };
    assert_eq!(ledger.commit(stolen).await.unwrap(), CommitOutcome::LinkTaken);
    assert_eq!(ledger.share_of_link(&link(7)).await.unwrap(), Some(share(1)));
    assert_eq!(ledger.share_of_link(&link(8)).await.unwrap(), None, "nothing of a refused change stays");
    assert_eq!(ledger.load(&share_key(2), LoadedLinks::All).await.unwrap().unwrap().record.head, b"first");

    let again = Change { new_links: vec![link(7)], ..put(share(1), Some(write_id), new_row(b"z")) };
    assert_eq!(ledger.commit(again).await.unwrap(), CommitOutcome::Committed);
}

pub(crate) async fn objects_are_taken_only_while_the_record_accepts_parts(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    assert_eq!(ledger.put_object(&share(1), part(0, 1)).await.unwrap(), PutObject::Closed, "no record");
    let write_id = create(ledger.as_ref(), share(1)).await;
    let put_object = |object| async { ledger.put_object(&share(1), object).await.unwrap() };
    assert_eq!(put_object(part(0, 1)).await, PutObject::Stored { replaced: None });
    assert_eq!(put_object(part(0, 2)).await, PutObject::Stored { replaced: Some(part(0, 1)) });

    let closed = NewRow { accepts_parts: None, ..new_row(b"closed") };
    ledger.commit(put(share(1), Some(write_id), closed)).await.unwrap();
    assert_eq!(put_object(part(0, 3)).await, PutObject::Closed);
    assert_eq!(put_object(part(1, 3)).await, PutObject::Closed);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, [part(0, 2)]);
}

pub(crate) async fn parts_come_in_pages_and_the_last_is_known(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    assert_eq!(ledger.last_part(&share(1), ContentNumber::FIRST).await.unwrap(), None, "no record");
    create(ledger.as_ref(), share(1)).await;
    assert_eq!(ledger.last_part(&share(1), ContentNumber::FIRST).await.unwrap(), None);
    let manifest = ObjectRow { content: ContentNumber::FIRST, slot: Slot::Manifest, ..part(0, 9) };
    ledger.put_object(&share(1), manifest).await.unwrap();
    assert_eq!(ledger.last_part(&share(1), ContentNumber::FIRST).await.unwrap(), None, "a manifest is no part");
    for (index, last) in [(2, 2), (0, 2), (10, 10), (9, 10), (2, 10)] {
        ledger.put_object(&share(1), part(index, 1)).await.unwrap();
        assert_eq!(ledger.last_part(&share(1), ContentNumber::FIRST).await.unwrap(), Some(part(last, 1)));
    }
    let parts = |places| async { ledger.parts(&share(1), ContentNumber::FIRST, places).await.unwrap() };
    assert_eq!(parts(0..3).await, [part(0, 1), part(2, 1)]);
    assert_eq!(parts(9..11).await, [part(9, 1), part(10, 1)]);
    assert_eq!(parts(3..9).await, []);
    assert_eq!(parts(5..5).await, []);
    assert_eq!(ledger.parts(&share(2), ContentNumber::FIRST, 0..3).await.unwrap(), []);
}

pub(crate) async fn a_change_that_rests_on_objects_fails_when_they_changed(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let write_id = create(ledger.as_ref(), share(1)).await;
    ledger.put_object(&share(1), part(0, 1)).await.unwrap();
    let Objects { write_id: seen, .. } = ledger.objects(&share(1)).await.unwrap();
    let resting = |on| Change { expect_objects: Some(on), ..put(share(1), Some(write_id), new_row(b"complete")) };

    ledger.put_object(&share(1), part(0, 2)).await.unwrap();
    assert_eq!(ledger.commit(resting(seen)).await.unwrap(), CommitOutcome::Conflict);
    let Objects { write_id: seen, .. } = ledger.objects(&share(1)).await.unwrap();
    assert_eq!(ledger.commit(resting(seen)).await.unwrap(), CommitOutcome::Committed);

    let unknown = ledger.objects(&share(9)).await.unwrap();
    let of_nothing = Change { expect_objects: Some(unknown.write_id), ..put(share(9), None, new_row(b"x")) };
    assert_eq!(ledger.commit(of_nothing).await.unwrap(), CommitOutcome::Conflict);
}

pub(crate) async fn a_note_belongs_to_a_share(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    assert_eq!(ledger.put_note(&share(1), b"note".to_vec(), Replaces::Anything).await.unwrap(), PutNote::NoRecord);
    assert_eq!(ledger.note(&share(1)).await.unwrap(), None);
    create(ledger.as_ref(), push_key(1)).await;
    assert_eq!(
        ledger.put_note(&share(1), b"note".to_vec(), Replaces::Anything).await.unwrap(),
        PutNote::NoRecord,
        "a push is no share"
    );
    create(ledger.as_ref(), share(1)).await;
    for note in [b"one".as_slice(), b"two"] {
        assert_eq!(ledger.put_note(&share(1), note.to_vec(), Replaces::Anything).await.unwrap(), PutNote::Stored);
        assert_eq!(ledger.note(&share(1)).await.unwrap().as_deref(), Some(note));
    }
}

pub(crate) async fn a_note_replaces_the_one_that_it_names(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    create(ledger.as_ref(), share(1)).await;
    let put = async |note: &[u8], replaces| ledger.put_note(&share(1), note.to_vec(), replaces).await.unwrap();
    let seen = |note: &[u8]| Replaces::OneOf(vec![Digest::of(note)]);
    assert_eq!(put(b"one", seen(b"none")).await, PutNote::Changed);
    for _ in 0..2 {
        assert_eq!(put(b"one", Replaces::Nothing).await, PutNote::Stored, "again: its answer may have been lost");
    }
    assert_eq!(put(b"two", Replaces::Nothing).await, PutNote::Changed);
    assert_eq!(put(b"two", seen(b"other")).await, PutNote::Changed);
    assert_eq!(ledger.note(&share(1)).await.unwrap().as_deref(), Some(b"one".as_slice()));
    assert_eq!(put(b"two", seen(b"one")).await, PutNote::Stored);
    assert_eq!(put(b"three", seen(b"one")).await, PutNote::Changed);

    // Many at once: each that was stored replaced what its writer had seen.
    let writers = (0..16_u8).map(|writer| {
        let ledger = &ledger;
        async move {
            loop {
                let there = ledger.note(&share(1)).await.unwrap().unwrap();
                let mine = [there.as_slice(), &[writer]].concat();
                if ledger.put_note(&share(1), mine, Replaces::OneOf(vec![Digest::of(&there)])).await.unwrap()
                    == PutNote::Stored
                {
                    return;
                }
            }
        }
    });
    futures_util::future::join_all(writers).await;
    let mut all = ledger.note(&share(1)).await.unwrap().unwrap().split_off(b"two".len());
    all.sort_unstable();
    assert_eq!(all, (0..16).collect::<Vec<u8>>(), "nobody's change is lost");
}

pub(crate) async fn the_timeline_keeps_its_last_lines(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    let mut write_id = create(ledger.as_ref(), key(1)).await;
    let line =
        |at: usize| LogLine { at: START.after(Duration::from_millis(at as u64)), link: None, event: Event::Opened };
    for batch in 0..3 {
        let row = new_row(b"x");
        let next = row.write_id;
        let log: Vec<_> = (0..400).map(|at| line(batch * 400 + at)).collect();
        ledger.commit(Change { log, ..put(key(1), Some(write_id), row) }).await.unwrap();
        write_id = next;
    }
    let kept = ledger.log(&key(1)).await.unwrap();
    let expected: Vec<_> = (1200 - LOG_LINES_MAX..1200).map(line).collect();
    assert_eq!(kept, expected);
}

/// However often an owner pauses, resumes and changes: the timeline tells the last of each of a
/// run, and nothing that others did makes place for it.
pub(crate) async fn an_owners_turns_do_not_fill_the_timeline(backend: &dyn Backend, key: Key) {
    let ledger = backend.open(&clock()).await;
    let mut write_id = create(ledger.as_ref(), key(1)).await;
    let line = |at: u64, link, event| LogLine { at: START.after(Duration::from_millis(at)), link, event };
    let turns = [Event::Paused, Event::Resumed, Event::Changed];
    let links = [None, Some(link(1)), Some(link(2))];
    let of = |round: u64, turn: usize, place: usize| {
        line(1_000 + round * 10 + (place * 3 + turn) as u64, links[place], turns[turn])
    };
    let run = |round| (0..3).flat_map(move |place| (0..3).map(move |turn| of(round, turn, place)));
    let mut all = vec![line(1, None, Event::Created)];
    all.extend((0..150).flat_map(run));
    all.push(line(900_000, None, Event::Opened));
    all.extend([line(900_001, None, Event::Opened), line(900_002, None, Event::Changed)]);
    // Some alone, some together.
    for (at, lines) in all.chunks(7).enumerate() {
        let row = new_row(b"x");
        let steps: Vec<&[LogLine]> = if at % 2 == 0 { vec![lines] } else { lines.chunks(1).collect() };
        for log in steps {
            let row = NewRow { write_id: WriteId::generate(), ..row.clone() };
            let expect = Some(std::mem::replace(&mut write_id, row.write_id));
            let change = Change { log: log.to_vec(), ..put(key(1), expect, row) };
            assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
        }
    }
    let mut expected = vec![line(1, None, Event::Created)];
    expected.extend(run(149));
    expected.push(line(900_000, None, Event::Opened));
    expected.extend([line(900_001, None, Event::Opened), line(900_002, None, Event::Changed)]);
    assert_eq!(ledger.log(&key(1)).await.unwrap(), expected);
}

pub(crate) async fn the_objects_of_a_content_are_its_own(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let second = ContentNumber::new(2).unwrap();
    let of = |content, object: ObjectRow| ObjectRow { content, blob: format!("{content}-{}", object.blob), ..object };
    let manifest = ObjectRow { slot: Slot::Manifest, ..part(0, 9) };
    let write_id = create(ledger.as_ref(), share(1)).await;
    for object in [manifest.clone(), part(0, 1), part(3, 1)] {
        ledger.put_object(&share(1), object).await.unwrap();
    }
    assert_eq!(ledger.put_object(&share(1), of(second, part(0, 2))).await.unwrap(), PutObject::Closed);

    let row = NewRow { accepts_parts: Some(second), ..new_row(b"next") };
    let next = row.write_id;
    ledger.commit(put(share(1), Some(write_id), row)).await.unwrap();
    assert_eq!(ledger.put_object(&share(1), part(0, 5)).await.unwrap(), PutObject::Closed, "what is fixed stays");
    assert_eq!(ledger.last_part(&share(1), second).await.unwrap(), None);
    for object in [of(second, part(1, 2)), of(second, part(0, 2)), of(second, manifest.clone())] {
        let stored = ledger.put_object(&share(1), object).await.unwrap();
        assert_eq!(stored, PutObject::Stored { replaced: None });
    }
    assert_eq!(ledger.last_part(&share(1), second).await.unwrap(), Some(of(second, part(1, 2))));
    assert_eq!(ledger.last_part(&share(1), ContentNumber::FIRST).await.unwrap(), Some(part(3, 1)));
    assert_eq!(ledger.object(&share(1), second, Slot::Part(0)).await.unwrap(), Some(of(second, part(0, 2))));
    assert_eq!(ledger.object(&share(1), ContentNumber::FIRST, Slot::Part(0)).await.unwrap(), Some(part(0, 1)));
    assert_eq!(ledger.object(&share(1), second, Slot::Part(3)).await.unwrap(), None);
    let both = [of(second, part(0, 2)), of(second, part(1, 2))];
    assert_eq!(ledger.parts(&share(1), second, 0..9).await.unwrap(), both);
    let rows = ledger.objects(&share(1)).await.unwrap().rows;
    let [first, last] = &both;
    let all = [manifest.clone(), part(0, 1), part(3, 1), of(second, manifest.clone()), first.clone(), last.clone()];
    assert_eq!(rows, all);

    // One of them goes, with the step that says so.
    let seen = ledger.objects(&share(1)).await.unwrap().write_id;
    let row = NewRow { accepts_parts: None, ..new_row(b"dropped") };
    let dropped = row.write_id;
    let drop = Change { drop_content: Some(ContentNumber::FIRST), ..put(share(1), Some(next), row) };
    assert_eq!(ledger.commit(drop).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, all[3..]);
    assert_ne!(ledger.objects(&share(1)).await.unwrap().write_id, seen);
    assert_eq!(ledger.last_part(&share(1), ContentNumber::FIRST).await.unwrap(), None);
    assert_eq!(ledger.object(&share(1), ContentNumber::FIRST, Slot::Manifest).await.unwrap(), None);
    let drop = Change { drop_content: Some(second), ..put(share(1), Some(dropped), new_row(b"empty")) };
    assert_eq!(ledger.commit(drop).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(ledger.objects(&share(1)).await.unwrap().rows, []);
}
