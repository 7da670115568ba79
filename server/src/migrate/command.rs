//! The command: what it takes, what it opens, and what it says at the end.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use subrosa_durable_redis::{RedisUrl, Risk};

use super::progress::{finish, say};
use super::{MigrateError, Migrated, migrate};
use crate::blobs::Blobs;
use crate::config::{BlobsPlace, BucketFlags, Config, LedgerPlace, LogFormat};
use crate::data_folder::DataFolder;
use crate::installation;
use crate::ledger::Transfer;
use crate::open_ledger::open_ledger;
use crate::presets;

/// Takes everything from one ledger to another.
///
/// Every record is compared, and then the old ledger is closed. Blobs stay where they are. It may
/// be killed at any moment: the same command again goes on. With --from and --to exchanged it goes
/// back.
#[derive(Clone, Debug, Parser)]
#[command(name = "migrate")]
pub struct Migrate {
    /// The ledger in use, as for --ledger. A server on SQLite has to be stopped before; servers
    /// over Redis may run, and refuse everything from the moment when it is closed.
    #[arg(long, env = "SUBROSA_MIGRATE_FROM", value_name = "URL", hide_env_values = true)]
    pub from: String,

    /// The ledger to be used from now on, as for --ledger. It must be empty, or have been left by
    /// an earlier `migrate`.
    #[arg(long, env = "SUBROSA_MIGRATE_TO", value_name = "URL", hide_env_values = true)]
    pub to: String,

    /// The data folder of a server of this installation. Its blobs tell that the ledger is theirs.
    #[arg(long, env = "SUBROSA_DATA", value_name = "DIR")]
    pub data: PathBuf,

    /// Where ciphertext lies, as for the server.
    #[arg(long, env = "SUBROSA_BLOBS", value_name = "URL", hide_env_values = true)]
    pub blobs: Option<String>,

    /// How a bucket is reached, as for the server.
    #[command(flatten)]
    pub bucket: BucketFlags,

    /// For the one in Redis, as for the server.
    #[arg(long, env = "SUBROSA_LEDGER_REPLICAS", value_name = "COUNT")]
    pub ledger_replicas: Option<u32>,

    /// For the one in Redis, as for the server.
    #[arg(
        long = "accept-ledger-risk",
        env = "SUBROSA_ACCEPT_LEDGER_RISK",
        value_enum,
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub accepted_ledger_risks: Vec<Risk>,

    /// How log lines look.
    #[arg(long, env = "SUBROSA_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Goes on even if the machine's clock is far from the last moment that the ledger knows, after
    /// a look at the clock.
    #[arg(long)]
    pub accept_clock: bool,
}

impl Migrate {
    /// Does it, and says so.
    ///
    /// # Errors
    /// See [`MigrateError`]. The same command again goes on.
    pub async fn run(&self) -> Result<(), MigrateError> {
        let (from, to) = (self.server(&self.from), self.server(&self.to));
        let (from_place, to_place) = (from.ledger_place()?, to.ledger_place()?);
        // While it is held, no server runs that would have the file open. Servers over Redis notice
        // by themselves.
        let _data_folder = match &from_place {
            LedgerPlace::Sqlite(path) if !path.exists() => {
                return Err(MigrateError::Missing(path.display().to_string()));
            }
            LedgerPlace::Sqlite(_) => Some(DataFolder::open(&self.data)?),
            LedgerPlace::Redis(..) => None,
        };
        let from = open(&from, "from").await?;
        self.check_blobs(from.as_ref()).await?;
        let to = open(&to, "to").await?;
        let done = migrate(&from, &to, true).await?;
        say_what_next(done, &from_place, &to_place);
        finish();
        Ok(())
    }

    /// A server's configuration with that ledger.
    fn server(&self, ledger: &str) -> Config {
        let flags: [OsString; 5] =
            ["subrosa-server".into(), "--data".into(), self.data.clone().into(), "--ledger".into(), ledger.into()];
        let mut config = Config::parse_from(flags);
        config.blobs.clone_from(&self.blobs);
        config.bucket = self.bucket.clone();
        config.accept_clock = self.accept_clock;
        // A move leaves nothing beside the files, and needs room of its own only.
        (config.free_bytes_min, config.ballast_bytes) = (0, 0);
        // The other one may be in a file, to which these say nothing.
        let in_redis = RedisUrl::has_redis_scheme(ledger);
        config.ledger_replicas = self.ledger_replicas.filter(|_| in_redis);
        config.accepted_ledger_risks = if in_redis { self.accepted_ledger_risks.clone() } else { Vec::new() };
        config
    }

    /// A ledger belongs to blobs; those of the data folder have to be them.
    async fn check_blobs(&self, from: &dyn Transfer) -> Result<(), MigrateError> {
        let state = from.service_state().await?;
        let Some(installation) = state.installation() else { return Ok(()) };
        let blobs = match self.server(&self.from).blobs_place()? {
            // What is missing is not made.
            BlobsPlace::Folder(folder) if !folder.is_dir() => Ok(None),
            place => Blobs::open(&place, 0).await.map(Some),
        };
        Ok(installation::expect(installation, blobs.map_err(installation::InstallationError::from)?.as_ref()).await?)
    }
}

async fn open(server: &Config, flag: &'static str) -> Result<Arc<dyn Transfer>, MigrateError> {
    // How long records live there may stand in a file.
    let limits = presets::offer(server.policy()?.limits, server.channels.pushes(), server.presets.as_deref())?.limits;
    open_ledger(server, &limits, None).await.map_err(|source| MigrateError::Open { flag, source: Box::new(source) })
}

/// In plain words. The places are shown without passwords.
fn say_what_next(done: Migrated, from: &LedgerPlace, to: &LedgerPlace) {
    let text = match done {
        Migrated::Moved { records } => format!(
            "All {records} records are in {to}: each was compared with the old one.
What to do next:
  1. Start the servers with the new ledger (--ledger or SUBROSA_LEDGER). Data folders and blobs stay as they are.
  2. See that /health/ready answers 200, and that a link opens.
  3. When you are sure, delete the old ledger, {from}: no server takes it any more, but it still holds what ends from now on.
To go back, with everything that happens until then: the same command with --from and --to exchanged."
        ),
        Migrated::Before => {
            format!("This was done before: the records are in {to}, which is in service. Nothing was changed.")
        }
        Migrated::Reopened => format!(
            "The move from {to} to {from} had not ended, and nothing was served from there: it is given up. {to} is in service \
             again, with everything that it held."
        ),
    };
    say(&text);
}
