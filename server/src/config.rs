//! What an operator can set: flags, or variables of the same name, read once.

mod blobs;
mod ledger;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Parser, ValueEnum};
use subrosa_durable_redis::{RedisUrlError, Risk};
use subrosa_lifecycle::Policy;
use subrosa_shared::api::Channels;
use subrosa_shared::limits::{LINKS_MAX, Limits, PART_BYTES_MAX, PART_BYTES_MIN, VIEWS_MAX};

use crate::connections::ConnectionLimits;
use crate::origin::Origin;

pub use crate::connections::{Network, NotANetwork};
pub use blobs::{Addressing, BlobsPlace, BlobsRisk, BucketFlags, BucketSettings, Secret};
pub use ledger::LedgerPlace;

/// A century, in seconds: it bounds every sum of moments and lives far below overflow.
pub(crate) const CENTURY_SECS: u64 = 100 * 365 * 24 * 60 * 60;

/// Bytes that a client has to send or take within [`ClientTimeouts::stall`], or it is cut off.
pub const MIN_PROGRESS_BYTES: u64 = 16 * 1024;

/// The Subrosa server: hands files and passwords over by link, and holds nothing but ciphertext.
#[derive(Clone, Debug, Parser)]
#[command(name = "subrosa-server", version, after_help = "RUST_LOG chooses what is logged: info, unless set.")]
pub struct Config {
    /// Address and port to listen on. Put a reverse proxy with TLS in front: browsers need https
    /// except on localhost.
    #[arg(long, env = "SUBROSA_LISTEN", default_value = "127.0.0.1:8080", value_name = "ADDR:PORT")]
    pub listen: SocketAddr,

    /// Folder for everything that this installation stores. It must exist.
    #[arg(long, env = "SUBROSA_DATA", value_name = "DIR")]
    pub data: PathBuf,

    /// The record of truth: `sqlite:PATH`, or for several servers `redis://HOST:PORT`,
    /// `redis+sentinel://HOST:PORT,HOST:PORT/NAME`, `redis+cluster://HOST:PORT,HOST:PORT`; `rediss`
    /// for TLS, `USER:PASSWORD@` before the hosts, and `?prefix=NAME` at the end where several
    /// ledgers share one. A password in a command line is seen by others: better in the variable.
    /// Unless given, the file `ledger.sqlite` in the data folder.
    #[arg(long, env = "SUBROSA_LEDGER", value_name = "URL", hide_env_values = true)]
    pub ledger: Option<String>,

    /// Redis only: how many replicas must have acknowledged a change before it is answered. Unless
    /// given, as many as the primary with the fewest has at the start; fewer than before are
    /// refused.
    #[arg(long, env = "SUBROSA_LEDGER_REPLICAS", value_name = "COUNT")]
    pub ledger_replicas: Option<u32>,

    /// Redis only: starts although a setting of Redis is known to lose what was acknowledged. The
    /// error that says so tells the name. May be given several times; as a variable, with commas
    /// between.
    #[arg(
        long = "accept-ledger-risk",
        env = "SUBROSA_ACCEPT_LEDGER_RISK",
        value_enum,
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub accepted_ledger_risks: Vec<Risk>,

    /// Where ciphertext lies: `file:PATH`, or for several servers a bucket, `s3://BUCKET/PREFIX`.
    /// Unless given, the folder `blobs` in the data folder.
    #[arg(long, env = "SUBROSA_BLOBS", value_name = "URL", hide_env_values = true)]
    pub blobs: Option<String>,

    /// How a bucket is reached.
    #[command(flatten)]
    pub bucket: BucketFlags,

    /// A file `security.txt` (RFC 9116) for `/.well-known/security.txt`: whom to tell of a
    /// weakness. Read at the start.
    #[arg(long, env = "SUBROSA_SECURITY_TXT", value_name = "FILE")]
    pub security_txt: Option<PathBuf>,

    /// A file of presets and lives, in TOML (docs/OPERATIONS.md has one): what pages offer, and
    /// the shortest and longest lives that are taken. Read at the start.
    #[arg(long, env = "SUBROSA_PRESETS", value_name = "FILE")]
    pub presets: Option<PathBuf>,

    /// What this server serves.
    #[arg(long, env = "SUBROSA_CHANNELS", value_parser = channels(), default_value = "both")]
    pub channels: Channels,

    /// Another Subrosa server, `https://HOST[:PORT]`: passwords of shares that are made here go
    /// there. There, allow it with --share-origin.
    #[arg(long, env = "SUBROSA_PUSH_ORIGIN", value_name = "URL")]
    pub push_origin: Option<String>,

    /// Another Subrosa server, `https://HOST[:PORT]`, whose pages may make and watch pushes here.
    /// May be given several times; as a variable, with commas between.
    #[arg(long = "share-origin", env = "SUBROSA_SHARE_ORIGIN", value_name = "URL", value_delimiter = ',')]
    pub share_origins: Vec<String>,

    /// How log lines look.
    #[arg(long, env = "SUBROSA_LOG_FORMAT", value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Largest share, in bytes of padded content.
    #[arg(long, env = "SUBROSA_SHARE_BYTES_MAX", default_value_t = Limits::default().share_bytes_max)]
    pub share_bytes_max: u64,

    /// Largest part, in bytes of plaintext: a multiple of 65536.
    #[arg(long, env = "SUBROSA_PART_BYTES_MAX", default_value_t = PART_BYTES_MAX)]
    pub part_bytes_max: u32,

    /// Links that a share may have.
    #[arg(long, env = "SUBROSA_LINKS_MAX", default_value_t = Limits::default().links_max)]
    pub links_max: u32,

    /// Most downloads that a link may allow.
    #[arg(long, env = "SUBROSA_DOWNLOADS_MAX", default_value_t = Limits::default().downloads_max)]
    pub downloads_max: u32,

    /// Most views that a push may allow.
    #[arg(long, env = "SUBROSA_VIEWS_MAX", default_value_t = Limits::default().views_max)]
    pub views_max: u32,

    /// Shortest life of a share, link or push, in seconds.
    #[arg(long, env = "SUBROSA_EXPIRY_SECS_MIN", default_value_t = Limits::default().expiry_secs_min)]
    pub expiry_secs_min: u64,

    /// Longest life of a share, link or push, in seconds.
    #[arg(long, env = "SUBROSA_EXPIRY_SECS_MAX", default_value_t = Limits::default().expiry_secs_max)]
    pub expiry_secs_max: u64,

    /// An upload that is not complete after so many seconds is abandoned and deleted.
    #[arg(long, env = "SUBROSA_UPLOAD_SECS_MAX", default_value_t = Policy::default().upload_secs_max)]
    pub upload_secs_max: u64,

    /// Whatever only grows is refused while the disk of the ledger, or for uploads that of the
    /// blobs, has less than this free, in bytes. What ends or hands over something goes on.
    #[arg(long, env = "SUBROSA_FREE_BYTES_MIN", default_value_t = 256 << 20)]
    pub free_bytes_min: u64,

    /// Bytes of a file beside the ledger's that only takes room: it is given up when the disk is
    /// full, so that shares can still be revoked and opened, and made anew when there is room. 0:
    /// none.
    #[arg(long, env = "SUBROSA_BALLAST_BYTES", default_value_t = 32 << 20)]
    pub ballast_bytes: u64,

    /// How fast stored ciphertext is read once a day to see that it is whole, in bytes per second.
    /// 0: only its lengths are compared.
    #[arg(long, env = "SUBROSA_CHECK_BYTES_PER_SEC", default_value_t = 4 << 20)]
    pub check_bytes_per_sec: u64,

    /// Connections at the same time. For one more, the one that has been silent longest is closed.
    #[arg(long, env = "SUBROSA_CONNECTIONS_MAX", default_value_t = 1024)]
    pub connections_max: usize,

    /// Connections of one IPv4 address, or one IPv6 network of 64 bits, at the same time. Proxies
    /// may have all.
    #[arg(long, env = "SUBROSA_CONNECTIONS_PER_PEER_MAX", default_value_t = 256)]
    pub connections_per_peer_max: usize,

    /// A proxy in front, which speaks for many: an IP address, or the first bits of several
    /// (10.0.0.0/8). May be given several times; as a variable, with commas between.
    #[arg(
        long = "proxy",
        env = "SUBROSA_PROXY",
        value_name = "ADDR",
        value_delimiter = ',',
        default_values = ["127.0.0.0/8", "::1"]
    )]
    pub proxies: Vec<Network>,

    /// Requests worked on at the same time, divided among kinds of calls. Others wait for two
    /// seconds, or are told to come back.
    #[arg(long, env = "SUBROSA_REQUESTS_MAX", default_value_t = 512)]
    pub requests_max: usize,

    /// Seconds until the headers of a request must be complete.
    #[arg(long, env = "SUBROSA_HEADER_SECS_MAX", default_value_t = 10)]
    pub header_secs_max: u64,

    /// Seconds that a connection may be silent between two requests. Longer than a proxy keeps it,
    /// or the proxy sends a request on one that was just closed.
    #[arg(long, env = "SUBROSA_IDLE_SECS_MAX", default_value_t = 75)]
    pub idle_secs_max: u64,

    /// Seconds without progress after which a client is cut off.
    #[arg(long, env = "SUBROSA_STALL_SECS_MAX", default_value_t = 30)]
    pub stall_secs_max: u64,

    /// Seconds that running transfers are given when the server ends.
    #[arg(long, env = "SUBROSA_SHUTDOWN_SECS_MAX", default_value_t = 30)]
    pub shutdown_secs_max: u64,

    /// Starts even if the machine's clock is far from the last moment that the ledger knows. For
    /// one start, after a look at the clock: what has expired by it ends for good.
    #[arg(long)]
    pub accept_clock: bool,

    /// Deletes ciphertext that the ledger does not know, however much it is. For one start, after a
    /// look at whether the ledger is the right one: otherwise only 1 % of all shares may be.
    #[arg(long)]
    pub accept_orphans: bool,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object per line, for programs.
    Json,
}

fn channels() -> impl TypedValueParser<Value = Channels> {
    let values = [
        PossibleValue::new("shares").help("Files and folders"),
        PossibleValue::new("pushes").help("Passwords and other short secrets"),
        PossibleValue::new("both").help("Both"),
    ];
    PossibleValuesParser::new(values).map(|value| match value.as_str() {
        "shares" => Channels::Shares,
        "pushes" => Channels::Pushes,
        _ => Channels::Both,
    })
}

/// What a server serves, and the other servers that it works with.
#[derive(Clone, Debug)]
pub struct ServedChannels {
    /// What it serves.
    pub channels: Channels,
    /// Where the passwords of shares that are made here go, if not here.
    pub push_origin: Option<Origin>,
    /// Whose pages may make and watch pushes here. Each once.
    pub share_origins: Vec<Origin>,
}

/// How long clients may take.
#[derive(Clone, Copy, Debug)]
pub struct ClientTimeouts {
    /// Until the headers of a request are complete.
    pub headers: Duration,
    /// Without [`MIN_PROGRESS_BYTES`] going through.
    pub stall: Duration,
    /// After the server was told to end.
    pub shutdown: Duration,
}

/// A configuration that makes no sense.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A place that this server cannot use.
    #[error("--{flag} takes {takes}: nothing else is supported")]
    Unsupported {
        /// The flag.
        flag: &'static str,
        /// What it takes.
        takes: &'static str,
    },
    /// A place in Redis that is none.
    #[error("--ledger: {0}")]
    Redis(RedisUrlError),
    /// A setting for Redis.
    #[error("--{flag} is for a ledger in Redis only")]
    RedisOnly {
        /// The flag.
        flag: &'static str,
    },
    /// A setting for what is not served.
    #[error("--{flag} makes no sense here: --channels is {channels}, so there are no {missing}")]
    NotServed {
        /// The flag.
        flag: &'static str,
        /// What is served.
        channels: &'static str,
        /// What is not, and what the flag is about.
        missing: &'static str,
    },
    /// A setting that is needed.
    #[error("--{flag} is needed, or --{flag}-file: what is in the bucket cannot be reached without")]
    Missing {
        /// The flag.
        flag: &'static str,
    },
    /// A file that holds a setting cannot be read.
    #[error("cannot read {}, which --{flag}-file names: {source}", .file.display())]
    File {
        /// The flag.
        flag: &'static str,
        /// The file.
        file: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A number out of its bounds.
    #[error("--{flag} must be {rule}")]
    Number {
        /// The flag.
        flag: &'static str,
        /// What it must be.
        rule: String,
    },
}

impl Config {
    /// The rules that follow from the limits.
    ///
    /// # Errors
    /// A limit makes no sense.
    pub fn policy(&self) -> Result<Policy, ConfigError> {
        let rule =
            |holds: bool, flag, rule: String| if holds { Ok(()) } else { Err(ConfigError::Number { flag, rule }) };
        let (min, max) = (self.expiry_secs_min, self.expiry_secs_max);
        let century = CENTURY_SECS;
        rule(min >= 1 && min <= max, "expiry-secs-min", format!("1 to {max}"))?;
        rule(max <= century, "expiry-secs-max", format!("at most {century}"))?;
        rule((1..=century).contains(&self.upload_secs_max), "upload-secs-max", format!("1 to {century}"))?;
        rule(self.downloads_max >= 1, "downloads-max", "at least 1".to_owned())?;
        rule((1..=VIEWS_MAX).contains(&self.views_max), "views-max", format!("1 to {VIEWS_MAX}"))?;
        let links = 1..=u32::try_from(LINKS_MAX).unwrap_or(u32::MAX);
        rule(links.contains(&self.links_max), "links-max", format!("1 to {}", links.end()))?;
        let part = self.part_bytes_max;
        let part_fits = (PART_BYTES_MIN..=PART_BYTES_MAX).contains(&part) && part.is_multiple_of(PART_BYTES_MIN);
        let part_rule = format!("a multiple of {PART_BYTES_MIN} up to {PART_BYTES_MAX}");
        rule(part_fits, "part-bytes-max", part_rule)?;
        rule(self.share_bytes_max >= 4096, "share-bytes-max", "at least 4096".to_owned())?;
        let limits = Limits {
            share_bytes_max: self.share_bytes_max,
            part_bytes_max: self.part_bytes_max,
            links_max: self.links_max,
            downloads_max: self.downloads_max,
            views_max: self.views_max,
            expiry_secs_min: min,
            expiry_secs_max: max,
            ..Limits::default()
        };
        Ok(Policy { limits, upload_secs_max: self.upload_secs_max })
    }

    /// What is served, and with whom.
    ///
    /// # Errors
    /// An origin is none, or is for what is not served.
    pub fn served_channels(&self) -> Result<ServedChannels, ConfigError> {
        let channels = self.channels;
        let not_served = |flag, channels, missing| Err(ConfigError::NotServed { flag, channels, missing });
        if self.push_origin.is_some() && !channels.shares() {
            return not_served("push-origin", "pushes", "shares whose passwords could go elsewhere");
        }
        if !self.share_origins.is_empty() && !channels.pushes() {
            return not_served("share-origin", "shares", "pushes that others could make");
        }
        // The texts stay out of the messages: one that is no origin may hold a password.
        let push_takes = "https://HOST or https://HOST:PORT (http for localhost and 127.0.0.1) and no path";
        let push_origin = self.push_origin.as_deref().map(|text| {
            // A content security policy has no way to write an IPv6 address.
            let origin = Origin::parse(text).filter(|origin| !origin.is_ipv6());
            origin.ok_or(ConfigError::Unsupported { flag: "push-origin", takes: push_takes })
        });
        let share_takes = "https://HOST or https://HOST:PORT (http for localhost, 127.0.0.1 and [::1]) and no path";
        let mut share_origins = Vec::new();
        for text in &self.share_origins {
            let origin =
                Origin::parse(text).ok_or(ConfigError::Unsupported { flag: "share-origin", takes: share_takes })?;
            if !share_origins.contains(&origin) {
                share_origins.push(origin);
            }
        }
        Ok(ServedChannels { channels, push_origin: push_origin.transpose()?, share_origins })
    }

    fn place(
        &self,
        flag: &'static str,
        url: Option<&str>,
        scheme: &str,
        takes: &'static str,
        default_name: &str,
    ) -> Result<PathBuf, ConfigError> {
        let Some(url) = url else { return Ok(self.data.join(default_name)) };
        // The URL itself stays out of the message: it may hold a password.
        let path = url.strip_prefix(scheme).filter(|path| !path.is_empty());
        let path = path.ok_or(ConfigError::Unsupported { flag, takes })?;
        Ok(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
    }

    /// How many connections there may be, and how long they may be silent.
    pub(crate) fn connection_limits(&self) -> ConnectionLimits {
        ConnectionLimits {
            connections_max: self.connections_max.max(1),
            per_peer_max: self.connections_per_peer_max.max(1),
            proxies: self.proxies.clone(),
            headers: self.client_timeouts().headers,
            idle: Duration::from_secs(self.idle_secs_max.max(1)),
        }
    }

    /// How long clients may take.
    #[must_use]
    pub fn client_timeouts(&self) -> ClientTimeouts {
        ClientTimeouts {
            headers: Duration::from_secs(self.header_secs_max.max(1)),
            stall: Duration::from_secs(self.stall_secs_max.max(1)),
            shutdown: Duration::from_secs(self.shutdown_secs_max),
        }
    }
}
