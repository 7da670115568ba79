//! Whether what is stored is still what was stored: looked at once a day, slowly, so that a loss is
//! found before somebody needs what is lost.

use std::collections::HashMap;

use futures_util::TryStreamExt as _;
use sha2::{Digest as _, Sha256};
use subrosa_lifecycle::{Record, RecordError, RecordKey};
use subrosa_shared::content::ContentNumber;
use subrosa_shared::id::{Digest, ShareId};
use tokio::time::{Duration, Instant, MissedTickBehavior, interval, sleep_until};

use crate::app::App;
use crate::blobs::{BlobsError, Loss, ORPHAN_AGE};
use crate::keyring_blobs;
use crate::ledger::{LedgerError, ObjectRow, Slot};
use crate::store::StoreError;

/// How often everything is looked at. The first time right after the start.
const EVERY: Duration = Duration::from_secs(24 * 60 * 60);
/// Keys asked for at once.
const PAGE_LEN: usize = 256;

/// The first and the longest wait until what is lost is looked at again: an operator puts it back,
/// or a disk comes back, and recipients are not to wait a day for it.
const LOST_AGAIN_MIN: Duration = Duration::from_secs(2);
const LOST_AGAIN_MAX: Duration = Duration::from_secs(10 * 60);

/// Works until it is dropped.
pub(crate) async fn run(app: &App) {
    tokio::join!(check_loop(app), lost_loop(app));
}

async fn lost_loop(app: &App) {
    let mut waits: HashMap<ShareId, (Instant, Duration)> = HashMap::new();
    let mut tick = interval(LOST_AGAIN_MIN);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let now = tick.tick().await;
        let lost = app.store().lost_shares();
        waits.retain(|share, _| lost.contains(share));
        for share in lost {
            let (due, wait) = waits.entry(share).or_insert((now + LOST_AGAIN_MIN, LOST_AGAIN_MIN));
            if *due > now {
                continue;
            }
            *wait = (*wait * 2).min(LOST_AGAIN_MAX);
            *due = now + *wait;
            if let Err(error) = check_again(app, share).await {
                tracing::warn!(%share, error = &error as &dyn std::error::Error, "cannot look at lost content again");
            }
        }
    }
}

/// Lengths first: what is still missing is found at once.
async fn check_again(app: &App, share: ShareId) -> Result<(), CheckError> {
    let part_counts = app.store().record(share).await?.map_or_else(Vec::new, |record| record.part_counts());
    if part_counts.is_empty() {
        app.store().remember_lost(share, false);
        return Ok(());
    }
    for rate in [None].into_iter().chain(bytes_rate(app).map(Some)) {
        if check_share(app, share, &part_counts, &mut ReadRate { rate, due: Instant::now() }).await? {
            break;
        }
    }
    Ok(())
}

/// How fast bytes are read. `None`: they are not.
fn bytes_rate(app: &App) -> Option<u64> {
    Some(app.check_bytes_per_sec()).filter(|rate| *rate > 0)
}

async fn check_loop(app: &App) {
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        // Told by the ledger itself if it is damaged.
        let _ = app.store().ledger().check().await;
        let mut found = Found::default();
        // Lengths are looked at quickly; bytes take as long as they take.
        for rate in [None].into_iter().chain(bytes_rate(app).map(Some)) {
            match check_all(app, rate).await {
                Ok(all) => found = all,
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "cannot check what is stored");
                }
            }
        }
        let Found { records, damaged, lost, unreadable } = found;
        tracing::info!(records, damaged, lost, unreadable, "checked what is stored");
    }
}

#[derive(Debug, thiserror::Error)]
enum CheckError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    #[error(transparent)]
    Blobs(#[from] BlobsError),
}

/// What a check of everything found.
#[derive(Default)]
struct Found {
    records: u64,
    damaged: u64,
    /// Shares that are not whole.
    lost: u64,
    /// Shares of which nobody knows, because some of them cannot be read.
    unreadable: u64,
}

/// Reads every record, and compares the ciphertext of every share: its lengths, or with a rate its
/// bytes too.
async fn check_all(app: &App, rate: Option<u64>) -> Result<Found, CheckError> {
    app.blobs().expect_installation().await?;
    let mut found = Found::default();
    let mut rate_limit = ReadRate { rate, due: Instant::now() };
    let mut after = None;
    loop {
        let page = app.records().keys(after, PAGE_LEN).await?;
        let Some(last) = page.last() else { return Ok(found) };
        after = Some(*last);
        for key in page {
            found.records += 1;
            let record = match app.store().record(key).await {
                Ok(record) => record,
                Err(StoreError::Record(error)) => {
                    if !matches!(error, RecordError::UnknownVersion { .. }) {
                        found.damaged += 1;
                        tracing::error!(%key, %error, "a record is damaged: restore it from a backup");
                    }
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            if let RecordKey::Share(share) = key
                && rate.is_none()
                && record.as_ref().is_some_and(Record::keeps_blobs)
            {
                delete_strays(app, share).await?;
            }
            if let (RecordKey::Keyring(keyring), Some(record), None) = (key, &record, rate)
                && record.keeps_blobs()
            {
                keyring_blobs::delete_strays(app.blobs(), &keyring, record).await?;
            }
            if let (RecordKey::Share(share), Some(_)) = (key, record.as_ref().and_then(Record::lost_content)) {
                app.store().remember_lost(share, true);
            }
            let part_counts = record.map_or_else(Vec::new, |record| record.part_counts());
            if let (RecordKey::Share(share), false) = (key, part_counts.is_empty()) {
                match check_share(app, share, &part_counts, &mut rate_limit).await {
                    Ok(is_lost) => found.lost += u64::from(is_lost),
                    // One that cannot be read does not keep the others from being looked at.
                    Err(CheckError::Blobs(error @ BlobsError::Store(_))) => {
                        found.unreadable += 1;
                        let error: &dyn std::error::Error = &error;
                        tracing::error!(%share, error, "ciphertext cannot be read: look at its permissions and its disk");
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

/// Deletes old ciphertext of a share that no row names: a server that did not learn what became of
/// a change leaves it.
async fn delete_strays(app: &App, share: ShareId) -> Result<(), CheckError> {
    let objects = app.store().ledger().objects(&share).await?.rows;
    let kept = objects.into_iter().map(|object| object.blob).collect();
    let deleted = app.blobs().delete_strays(&share, &kept, ORPHAN_AGE).await?;
    if deleted > 0 {
        tracing::info!(%share, deleted, "deleted ciphertext that belonged to no part");
    }
    Ok(())
}

/// Whether something of a share is lost. Tells its owner, and the operator, if that is news.
async fn check_share(
    app: &App,
    share: ShareId,
    part_counts: &[(ContentNumber, u32)],
    rate_limit: &mut ReadRate,
) -> Result<bool, CheckError> {
    let mut objects = app.store().ledger().objects(&share).await?.rows;
    // Not those of an upload that runs, nor of a content that goes.
    objects.retain(|object| part_counts.iter().any(|(content, _)| object.content == *content));
    // Of which a row is missing.
    let rows_of = |content| objects.iter().filter(|object| object.content == content).count() as u64;
    let short = part_counts.iter().find(|(content, part_count)| rows_of(*content) != u64::from(*part_count) + 1);
    let mut lost = short.map(|(content, _)| (*content, None, Loss::Missing));
    for object in &objects {
        if let Some(loss) = check_object(app, &share, object, rate_limit).await? {
            lost = Some((object.content, Some(object.slot), loss));
            break;
        }
    }
    // What an owner gave up while it was looked at has lost nothing.
    let is_same = |record: Option<Record>| record.is_some_and(|record| record.part_counts() == part_counts);
    if lost.is_some() && !is_same(app.store().record(share).await?) {
        return Ok(false);
    }
    if let Some((content, slot, loss)) = lost {
        if app.store().note_content(share, Some(content)).await? {
            tell(&share, slot, loss);
        }
    } else if rate_limit.rate == bytes_rate(app) && app.store().note_content(share, None).await? {
        tracing::info!(%share, "ciphertext that was lost is whole again");
    }
    Ok(lost.is_some())
}

fn tell(share: &ShareId, slot: Option<Slot>, loss: Loss) {
    tracing::error!(%share, ?slot, %loss, "stored ciphertext is lost: restore it from a backup");
}

/// What is wrong with a stored object.
async fn check_object(
    app: &App,
    share: &ShareId,
    object: &ObjectRow,
    rate_limit: &mut ReadRate,
) -> Result<Option<Loss>, CheckError> {
    let len = object.sealed_len;
    let range = if rate_limit.rate.is_some() { 0..len } else { 0..len.min(1) };
    let mut pieces = match app.blobs().read(share, &object.blob, len, range).await {
        Ok(pieces) => pieces,
        Err(BlobsError::Lost(loss)) => return Ok(Some(loss)),
        Err(error) => return Err(error.into()),
    };
    let mut hasher = Sha256::new();
    loop {
        match pieces.try_next().await {
            Ok(Some(piece)) => {
                hasher.update(&piece);
                rate_limit.wait(piece.len()).await;
            }
            Ok(None) => break,
            Err(BlobsError::Lost(loss)) => return Ok(Some(loss)),
            Err(error) => return Err(error.into()),
        }
    }
    let same = Digest::from_bytes(hasher.finalize().into()) == object.digest;
    Ok((rate_limit.rate.is_some() && !same).then_some(Loss::Digest))
}

/// Holds the reading of bytes to a rate.
struct ReadRate {
    /// Bytes per second. `None`: only lengths are looked at.
    rate: Option<u64>,
    /// When the next bytes may be read.
    due: Instant,
}

impl ReadRate {
    async fn wait(&mut self, bytes: usize) {
        let Some(rate) = self.rate else { return };
        let span = Duration::from_secs_f64(bytes as f64 / rate.max(1) as f64);
        self.due = self.due.max(Instant::now()) + span;
        sleep_until(self.due).await;
    }
}
