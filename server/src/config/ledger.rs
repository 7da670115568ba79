//! Where the ledger is, and what is wanted of it.

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

use subrosa_durable_redis::{DurabilityPolicy, RedisUrl};

use super::{Config, ConfigError};

/// Where the ledger is.
#[derive(Clone, Debug)]
pub enum LedgerPlace {
    /// In a file.
    Sqlite(PathBuf),
    /// In Redis, and what is wanted of it.
    Redis(RedisUrl, DurabilityPolicy),
}

impl Display for LedgerPlace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => path.display().fmt(f),
            Self::Redis(place, _) => place.fmt(f),
        }
    }
}

impl Config {
    /// Where the ledger is.
    ///
    /// # Errors
    /// The URL is none that this server can use, or a flag does not go with it.
    pub fn ledger_place(&self) -> Result<LedgerPlace, ConfigError> {
        if let Some(url) = self.ledger.as_deref().filter(|url| RedisUrl::has_redis_scheme(url)) {
            let durability =
                DurabilityPolicy { replicas: self.ledger_replicas, accepted: self.accepted_ledger_risks.clone() };
            return Ok(LedgerPlace::Redis(RedisUrl::parse(url).map_err(ConfigError::Redis)?, durability));
        }
        if self.ledger_replicas.is_some() {
            return Err(ConfigError::RedisOnly { flag: "ledger-replicas" });
        }
        if !self.accepted_ledger_risks.is_empty() {
            return Err(ConfigError::RedisOnly { flag: "accept-ledger-risk" });
        }
        let takes = "sqlite:PATH or redis://HOST:PORT";
        self.place("ledger", self.ledger.as_deref(), "sqlite:", takes, "ledger.sqlite").map(LedgerPlace::Sqlite)
    }
}
