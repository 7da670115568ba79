//! Cells of links beside the head of their record.

use subrosa_lifecycle::{Cell, LoadedLinks, StoredRecord};
use subrosa_server::ledger::{CommitOutcome, Ledger, NewRow};

use crate::backends::Backend;
use crate::support::{clock, create, head, link, new_row, put, share, share_key};

fn cell(seed: u8, bytes: &[u8]) -> Cell {
    Cell { link: link(seed), bytes: bytes.to_vec() }
}

fn with_cells(bytes: &[u8], cells: &[Cell]) -> NewRow {
    NewRow { record: StoredRecord { cells: cells.to_vec(), ..head(bytes) }, ..new_row(bytes) }
}

async fn cells(ledger: &dyn Ledger, links: LoadedLinks) -> Vec<Cell> {
    ledger.load(&share_key(1), links).await.unwrap().unwrap().record.cells
}

pub(crate) async fn cells_are_changed_one_by_one_and_loaded_all_or_one(backend: &dyn Backend) {
    let clock = clock();
    let ledger = backend.open(&clock).await;
    let of_another = with_cells(b"another", &[cell(1, b"another's")]);
    assert_eq!(ledger.commit(put(share(2), None, of_another)).await.unwrap(), CommitOutcome::Committed);
    let first = with_cells(b"first", &[cell(3, b"three"), cell(1, b"one \x00\xff of any kind"), cell(2, b"")]);
    assert_eq!(ledger.commit(put(share(1), None, first.clone())).await.unwrap(), CommitOutcome::Committed);
    let second = with_cells(b"second", &[cell(2, b"two"), cell(4, b"four")]);
    let change = put(share(1), Some(first.write_id), second.clone());
    assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
    // Whoever is late changes no cell either.
    let late = put(share(1), Some(first.write_id), with_cells(b"late", &[cell(1, b"late"), cell(9, b"late")]));
    assert_eq!(ledger.commit(late).await.unwrap(), CommitOutcome::Conflict);
    drop(ledger);

    let ledger = backend.open(&clock).await;
    let all = [cell(1, b"one \x00\xff of any kind"), cell(2, b"two"), cell(3, b"three"), cell(4, b"four")];
    assert_eq!(cells(&*ledger, LoadedLinks::All).await, all);
    for known in all {
        assert_eq!(cells(&*ledger, LoadedLinks::One(known.link)).await, [known]);
    }
    assert_eq!(cells(&*ledger, LoadedLinks::One(link(9))).await, []);
    let loaded = ledger.load(&share_key(1), LoadedLinks::One(link(9))).await.unwrap().unwrap();
    assert_eq!((loaded.record.head.as_slice(), loaded.write_id), (b"second".as_slice(), second.write_id));
}

pub(crate) async fn cells_go_with_their_record_and_when_it_stands_alone(backend: &dyn Backend) {
    let ledger = backend.open(&clock()).await;
    let first = with_cells(b"first", &[cell(1, b"one"), cell(2, b"two")]);
    ledger.commit(put(share(1), None, first.clone())).await.unwrap();
    let burned = NewRow { stands_alone: true, accepts_parts: None, ..new_row(b"burned") };
    let change = put(share(1), Some(first.write_id), burned.clone());
    assert_eq!(ledger.commit(change).await.unwrap(), CommitOutcome::Committed);
    assert_eq!(cells(&*ledger, LoadedLinks::All).await, []);

    let again = with_cells(b"again", &[cell(5, b"five")]);
    ledger.commit(put(share(1), Some(burned.write_id), again.clone())).await.unwrap();
    let mut removal = put(share(1), Some(again.write_id), new_row(b""));
    removal.record = None;
    assert_eq!(ledger.commit(removal).await.unwrap(), CommitOutcome::Committed);
    // Made anew, it has none of before.
    create(&*ledger, share(1)).await;
    assert_eq!(cells(&*ledger, LoadedLinks::All).await, []);
}
