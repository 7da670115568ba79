//! What happens without anybody asking: time goes by for records that are due, blobs that are no
//! one's are deleted, and what the ledger dropped is made unreadable.
//!
//! All are idempotent and go on until done, so a failure costs only time and two reapers at once
//! are harmless.

use std::collections::HashMap;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use subrosa_lifecycle::{BlobsDeleted, ContentDeleted, Effect, LoadedLinks, RecordError, RecordKey, Tick};
use subrosa_shared::content::ContentNumber;
use tokio::sync::Semaphore;
use tokio::time::{Duration, Instant, MissedTickBehavior, interval, sleep};

use crate::app::App;
use crate::blobs::BlobsError;
use crate::integrity;
use crate::keyring_blobs;
use crate::ledger::{COMMIT_MAX, Change, Due, LedgerError};
use crate::outage::Outage;
use crate::store::StoreError;
use crate::sweep;

/// How often the ledger is asked what is due. A change that makes something due at once does not
/// wait for it.
const EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether the blobs are those of this installation.
const WATCH_EVERY: Duration = Duration::from_secs(5);
/// How often the ledger is scrubbed, if there is anything to scrub: what a push handed over is
/// unreadable 10 seconds after its end.
const SCRUB_EVERY: Duration = Duration::from_secs(3);
/// How often the time is noted in a ledger that nobody changes. At the next start it tells how long
/// the server was off.
const NOTE_TIME_EVERY: Duration = Duration::from_secs(60 * 60);
/// Records asked for at once.
const PAGE_LEN: usize = 4_096;
/// Records for which time goes by at the same time: the ledger writes them together, and others
/// wait for no more than these.
const TICKS: usize = 128;
/// Shares of them whose blobs are deleted at the same time.
const TICK_DELETIONS: usize = 4;
/// Shares whose blobs are deleted at the same time because somebody asked for it.
const DELETERS: usize = 32;
/// Tries of such a deletion, a second apart. After that it is due like everything else.
const TRIES: u32 = 3;
/// Wait after a failure with a record; doubles each time.
const BACK_OFF_MIN: Duration = Duration::from_secs(1);
/// The longest such wait: under 10 seconds, so that deletion follows soon once the store works
/// again.
const BACK_OFF_MAX: Duration = Duration::from_secs(8);
/// A damaged record does not become whole by trying: only an operator can mend it.
const DAMAGED_EVERY: Duration = Duration::from_secs(60 * 60);
/// What ended so long ago, no other server can prolong any more: longer than [`COMMIT_MAX`] by what
/// the clocks of several machines may differ.
const SURELY_OVER: Duration = COMMIT_MAX.saturating_add(Duration::from_secs(15));
/// How long after it was due a damaged record stays for the operator.
const DAMAGED_KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Works until it is dropped.
pub async fn run(app: App) {
    let deleters = join_all((0..DELETERS).map(|_| delete_loop(&app)));
    let rest = async { tokio::join!(sweep::run(&app), watch_loop(&app), scrub_loop(&app), note_time_loop(&app)) };
    tokio::join!(reap_loop(&app), deleters, rest, integrity::run(&app));
}

#[derive(Debug, thiserror::Error)]
enum ReapError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Blobs(#[from] BlobsError),
}

impl ReapError {
    /// Whether the record cannot be read, and not because a newer program wrote it.
    fn is_damage(&self) -> bool {
        match self {
            Self::Store(StoreError::Record(error)) => !matches!(error, RecordError::UnknownVersion { .. }),
            _ => false,
        }
    }
}

async fn note_time_loop(app: &App) {
    let mut tick = interval(NOTE_TIME_EVERY);
    loop {
        tick.tick().await;
        // Every write notes it.
        if let Err(error) = app.store().ledger().ping().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot note the time");
        }
    }
}

/// Deletes what somebody asked to be deleted, or ended.
async fn delete_loop(app: &App) {
    let deletions = app.store().deletions();
    loop {
        let key = deletions.next().await;
        for tried in 1..=TRIES {
            let Err(error) = finish_effects(app, key).await else { break };
            tracing::error!(%key, error = &error as &dyn std::error::Error, "cannot clean up; will try again");
            if tried < TRIES {
                sleep(BACK_OFF_MIN).await;
            }
        }
        deletions.done(&key);
    }
}

async fn reap_loop(app: &App) {
    let mut back_off = BackOff::default();
    let mut outage = Outage::of("cannot find out what is due");
    let mut unpaid = Outage::of("cannot count wrong passwords that were refused");
    let mut owed = Outage::of("cannot note ends for which there was no room");
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = tick.tick() => {}
            () = app.store().became_due() => {}
        }
        outage.note(&reap_due(app, &mut back_off).await);
        unpaid.note(&app.store().count_owed_guesses().await);
        owed.note(&app.store().note_owed_ends().await);
    }
}

/// Everything that is due now, once.
async fn reap_due(app: &App, back_off: &mut BackOff) -> Result<(), ReapError> {
    let ledger = app.store().ledger();
    let now = ledger.now().await?;
    let mut last: Option<Due> = None;
    loop {
        let page = ledger.due(now, last, PAGE_LEN).await?;
        let Some(end) = page.last() else { return Ok(()) };
        last = Some(*end);
        let waits = |key: &RecordKey| !back_off.allows(key) || app.store().deletions().has(key);
        let ready: Vec<Due> = page.into_iter().filter(|due| !waits(&due.key)).collect();
        let places = &Semaphore::new(TICK_DELETIONS);
        let work = ready.into_iter().map(|due| async move { (due, reap(app, due.key, places).await) });
        let mut results = futures_util::stream::iter(work).buffer_unordered(TICKS);
        while let Some((Due { key, due }, mut result)) = results.next().await {
            if result.as_ref().is_err_and(ReapError::is_damage) && due.after(DAMAGED_KEPT) <= now {
                result = bury(app, key).await;
            }
            if let Err(error) = &result {
                tracing::error!(%key, error = error as &dyn std::error::Error, "cannot clean up; will try again");
            }
            back_off.note(key, result.err().map(|error| if error.is_damage() { DAMAGED_EVERY } else { BACK_OFF_MIN }));
        }
    }
}

/// Removes a record that nobody can read, with its ciphertext: nothing is kept without end.
///
/// # Errors
/// Ledger or blobs fail; it stays due.
async fn bury(app: &App, key: RecordKey) -> Result<(), ReapError> {
    delete_blobs(app, key).await?;
    let ledger = app.store().ledger();
    let Some(row) = ledger.load(&key, LoadedLinks::All).await? else { return Ok(()) };
    let (expect, new_links, log) = (Some(row.write_id), Vec::new(), Vec::new());
    ledger
        .commit(Change {
            key,
            expect,
            not_after: ledger.now().await?.after(COMMIT_MAX),
            expect_objects: None,
            record: None,
            drop_content: None,
            new_links,
            log,
            needs_space: false,
        })
        .await?;
    tracing::warn!(%key, "a damaged record is removed with its ciphertext");
    Ok(())
}

/// Lets time go by for one record, and does what it asks for.
///
/// # Errors
/// Ledger or blobs fail; it stays due.
async fn reap(app: &App, key: RecordKey, places: &Semaphore) -> Result<(), ReapError> {
    if let Err(error) = app.store().run(key, &Tick).await {
        // A disk that is too full for the ledger's change is also full of what has to go: so it
        // goes before it is noted.
        let is_full = matches!(error, StoreError::Ledger(LedgerError::Full));
        let since = if is_full { Duration::ZERO } else { SURELY_OVER };
        if app.store().was_over(key, since).await? && delete_blobs(app, key).await? {
            tracing::warn!(%key, "ciphertext deleted before the ledger could note why");
        }
        return Err(error.into());
    }
    // The others have no effect outside of the record: nothing is looked up for them.
    if let RecordKey::Share(_) | RecordKey::Keyring(_) = key {
        let _place = places.acquire().await;
        finish_effects(app, key).await?;
    }
    Ok(())
}

/// Does what is left to do outside of a record.
///
/// # Errors
/// Ledger or blobs fail; it stays due.
async fn finish_effects(app: &App, key: RecordKey) -> Result<(), ReapError> {
    let Some(record) = app.store().record(key).await? else { return Ok(()) };
    for effect in record.pending_effects() {
        match effect {
            Effect::DeleteBlobs => {
                delete_blobs(app, key).await?;
                app.store().run(key, &BlobsDeleted).await?;
                tracing::info!(%key, "ciphertext deleted");
            }
            Effect::DeleteContent(content) => {
                delete_content(app, key, content).await?;
                app.store().run(key, &ContentDeleted(content)).await?;
                tracing::info!(%key, %content, "ciphertext of one edition deleted");
            }
        }
    }
    Ok(())
}

/// Deletes the blobs that belong to a record. `false`: it is of a kind that has none.
async fn delete_blobs(app: &App, key: RecordKey) -> Result<bool, BlobsError> {
    match key {
        RecordKey::Share(share) => app.blobs().delete_share(&share).await.map(|()| true),
        RecordKey::Keyring(keyring) => app.blobs().delete_share(&keyring_blobs::folder(&keyring)).await.map(|()| true),
        RecordKey::Push(_) => Ok(false),
    }
}

/// Deletes the blobs of one content. Their rows stay until the record says that they are gone, so
/// that whoever comes after a crash finds what is left.
async fn delete_content(app: &App, key: RecordKey, content: ContentNumber) -> Result<(), ReapError> {
    let RecordKey::Share(share) = key else { return Ok(()) };
    let objects = app.store().ledger().objects(&share).await?.rows;
    let of_content = objects.iter().filter(|object| object.content == content);
    let names: Vec<&str> = of_content.map(|object| object.blob.as_str()).collect();
    Ok(app.blobs().delete(&share, &names).await?)
}

/// Looks whether the blobs are still those of this installation. Until they are again, nothing is
/// served or deleted.
async fn watch_loop(app: &App) {
    let mut outage = Outage::of("the blobs cannot be used");
    let mut tick = interval(WATCH_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        outage.note(&app.blobs().expect_installation().await);
    }
}

async fn scrub_loop(app: &App) {
    let ledger = app.store().ledger();
    let mut outage = Outage::of("cannot scrub the ledger");
    let mut tick = interval(SCRUB_EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        ledger.tend_room().await;
        outage.note(&app.store().scrub().await);
    }
}

/// Records with which something failed, and when to try again. As many as fail at the same time,
/// and no more.
#[derive(Default)]
struct BackOff {
    waiting: HashMap<RecordKey, (Instant, Duration)>,
}

impl BackOff {
    fn allows(&self, key: &RecordKey) -> bool {
        self.waiting.get(key).is_none_or(|(until, _)| *until <= Instant::now())
    }

    /// `first`: it failed, and how long to wait if it had not failed before.
    fn note(&mut self, key: RecordKey, first: Option<Duration>) {
        let Some(first) = first else {
            self.waiting.remove(&key);
            return;
        };
        let again = self.waiting.get(&key).map_or(first, |(_, wait)| (*wait * 2).min(BACK_OFF_MAX));
        let wait = again.max(first);
        self.waiting.insert(key, (Instant::now() + wait, wait));
    }
}
