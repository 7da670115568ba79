//! Where the ciphertext lies, and what is wanted of it.

use std::fmt::{self, Debug, Display, Formatter};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use subrosa_shared::seal::sealed_len;
use url::Url;

use super::{Config, ConfigError};

/// What `--blobs` takes.
const TAKES: &str = "file:PATH or s3://BUCKET/PREFIX";
/// What `--blobs-endpoint` takes.
const ENDPOINT_TAKES: &str = "https://HOST or https://HOST:PORT and no path; http only with --blobs-allow-http";
/// The region of stores that have none.
const REGION: &str = "us-east-1";

/// How a bucket is reached.
#[derive(Args, Clone, Debug)]
pub struct BucketFlags {
    /// Bucket only: the store, `https://HOST[:PORT]`. Unless given, that of AWS in the region.
    #[arg(long = "blobs-endpoint", env = "SUBROSA_BLOBS_ENDPOINT", value_name = "URL")]
    pub endpoint: Option<String>,

    /// Bucket only: the region.
    #[arg(long = "blobs-region", env = "SUBROSA_BLOBS_REGION", value_name = "NAME", default_value = REGION)]
    pub region: String,

    /// Bucket only: where its name stands in addresses. Unless given, `path` with
    /// --blobs-endpoint, and `host` without.
    #[arg(long = "blobs-addressing", env = "SUBROSA_BLOBS_ADDRESSING", value_enum, value_name = "HOW")]
    pub addressing: Option<Addressing>,

    /// Bucket only: lets --blobs-endpoint be without TLS.
    #[arg(long = "blobs-allow-http", env = "SUBROSA_BLOBS_ALLOW_HTTP")]
    pub allow_http: bool,

    /// Bucket only: the key's id.
    #[arg(long = "blobs-access-key-id", env = "SUBROSA_BLOBS_ACCESS_KEY_ID", value_name = "ID")]
    pub access_key_id: Option<String>,

    /// The same, in the first line of a file.
    #[arg(
        long = "blobs-access-key-id-file",
        env = "SUBROSA_BLOBS_ACCESS_KEY_ID_FILE",
        value_name = "FILE",
        conflicts_with = "access_key_id"
    )]
    pub access_key_id_file: Option<PathBuf>,

    /// Bucket only: the secret key. In a command line it is seen by others: better in the variable
    /// or in a file.
    #[arg(
        long = "blobs-secret-access-key",
        env = "SUBROSA_BLOBS_SECRET_ACCESS_KEY",
        value_name = "KEY",
        hide_env_values = true
    )]
    pub secret_access_key: Option<Secret>,

    /// The same, in the first line of a file.
    #[arg(
        long = "blobs-secret-access-key-file",
        env = "SUBROSA_BLOBS_SECRET_ACCESS_KEY_FILE",
        value_name = "FILE",
        conflicts_with = "secret_access_key"
    )]
    pub secret_access_key_file: Option<PathBuf>,

    /// Bucket only: starts although the bucket cannot do something, or does too much. The error
    /// that says so tells the name. May be given several times; as a variable, with commas between.
    #[arg(
        long = "accept-blobs-risk",
        env = "SUBROSA_ACCEPT_BLOBS_RISK",
        value_enum,
        value_name = "NAME",
        value_delimiter = ','
    )]
    pub accepted: Vec<BlobsRisk>,

    /// Bucket only: memory for parts on their way into it, in bytes. Uploads that find it full
    /// wait. At least twice the largest part.
    #[arg(long = "memory", env = "SUBROSA_MEMORY", value_name = "BYTES", default_value_t = 256 << 20)]
    pub memory: u64,
}

/// Where the name of a bucket stands in addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Addressing {
    /// `https://HOST/BUCKET/…`.
    Path,
    /// `https://BUCKET.HOST/…`.
    Host,
}

/// What an operator may accept of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BlobsRisk {
    /// What is deleted stays as an old version, until the bucket's own rules delete it.
    Versioning,
    /// Two servers that both start for the first time may not notice each other.
    ConditionalPut,
}

/// A text that no message shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl Debug for Secret {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Where the ciphertext lies.
#[derive(Clone, Debug)]
pub enum BlobsPlace {
    /// In a folder.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(BucketSettings),
}

/// A bucket, and how it is reached.
#[derive(Clone, Debug)]
pub struct BucketSettings {
    /// Its name.
    pub bucket: String,
    /// What all names in it begin with: empty, or ends with a slash.
    pub prefix: String,
    /// The store, with the bucket's name if the host names it. `None`: that of AWS.
    pub endpoint: Option<String>,
    /// Its region.
    pub region: String,
    /// Whether the host names the bucket.
    pub names_host: bool,
    /// The key's id.
    pub access_key_id: String,
    /// The key.
    pub secret_access_key: Secret,
    /// What the operator accepts.
    pub accepted: Vec<BlobsRisk>,
    /// Bytes for all parts on their way into it.
    pub memory: u64,
    /// The largest blob.
    pub blob_bytes_max: u64,
}

impl Display for BlobsPlace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path) => Display::fmt(&path.display(), f),
            Self::Bucket(BucketSettings { bucket, prefix, .. }) => {
                write!(f, "s3://{bucket}/{}", prefix.trim_end_matches('/'))
            }
        }
    }
}

impl Config {
    /// Where the ciphertext lies.
    ///
    /// # Errors
    /// The URL is none that this server can use, or a flag does not go with it.
    pub fn blobs_place(&self) -> Result<BlobsPlace, ConfigError> {
        self.blobs_place_of(self.blobs.as_deref())
    }

    /// The same for another URL than that of `--blobs`.
    ///
    /// # Errors
    /// As [`blobs_place`](Self::blobs_place).
    pub(crate) fn blobs_place_of(&self, url: Option<&str>) -> Result<BlobsPlace, ConfigError> {
        match url.and_then(|url| url.strip_prefix("s3://")) {
            Some(place) => self.bucket(place).map(BlobsPlace::Bucket),
            None => self.place("blobs", url, "file:", TAKES, "blobs").map(BlobsPlace::Folder),
        }
    }

    fn bucket(&self, place: &str) -> Result<BucketSettings, ConfigError> {
        let flags = &self.bucket;
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        let prefix = prefix.trim_end_matches('/');
        let is_name = |text: &str| {
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
            !text.is_empty() && text.bytes().all(fits) && text.trim_matches('.') == text
        };
        let names = prefix.split('/').filter(|_| !prefix.is_empty());
        // The text itself stays out of the message: somebody may have written a key into it.
        if !is_name(bucket) || !names.into_iter().all(is_name) {
            let takes = "s3://BUCKET/PREFIX, with a-z, 0-9, - and . in names";
            return Err(ConfigError::Unsupported { flag: "blobs", takes });
        }
        let addressing = flags.addressing.unwrap_or(match flags.endpoint {
            Some(_) => Addressing::Path,
            None => Addressing::Host,
        });
        let names_host = addressing == Addressing::Host;
        let endpoint = flags.endpoint.as_deref().map(|text| endpoint(text, flags.allow_http)).transpose()?;
        let endpoint = endpoint.map(|mut url| {
            let host = url.host_str().unwrap_or_default().to_owned();
            if names_host {
                // A bucket's name with a host behind it is a host.
                let _ = url.set_host(Some(&format!("{bucket}.{host}")));
            }
            url.as_str().trim_end_matches('/').to_owned()
        });
        let blob_bytes_max = sealed_len(self.part_bytes_max.max(subrosa_shared::limits::MANIFEST_BYTES_MAX).into());
        if flags.memory < 2 * blob_bytes_max {
            let rule = format!("at least {}: twice the largest part", 2 * blob_bytes_max);
            return Err(ConfigError::Number { flag: "memory", rule });
        }
        let (id, id_file) = (flags.access_key_id.clone(), flags.access_key_id_file.as_deref());
        let (key, key_file) = (flags.secret_access_key.clone(), flags.secret_access_key_file.as_deref());
        Ok(BucketSettings {
            bucket: bucket.to_owned(),
            prefix: if prefix.is_empty() { String::new() } else { format!("{prefix}/") },
            endpoint,
            region: flags.region.clone(),
            names_host,
            access_key_id: id.map_or_else(|| from_file("blobs-access-key-id", id_file), Ok)?,
            secret_access_key: match key {
                Some(key) => key,
                None => Secret(from_file("blobs-secret-access-key", key_file)?),
            },
            accepted: flags.accepted.clone(),
            memory: flags.memory,
            blob_bytes_max,
        })
    }
}

/// A store's address.
fn endpoint(text: &str, allow_http: bool) -> Result<Url, ConfigError> {
    let url = Url::parse(text).ok().filter(|url| {
        let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let is_anonymous = url.username().is_empty() && url.password().is_none();
        let is_safe = url.scheme() == "https" || (allow_http && url.scheme() == "http");
        is_bare && is_anonymous && is_safe && url.has_host()
    });
    url.ok_or(ConfigError::Unsupported { flag: "blobs-endpoint", takes: ENDPOINT_TAKES })
}

/// A value that stands in a file.
fn from_file(flag: &'static str, file: Option<&Path>) -> Result<String, ConfigError> {
    let file = file.ok_or(ConfigError::Missing { flag })?;
    let text =
        std::fs::read_to_string(file).map_err(|source| ConfigError::File { flag, file: file.to_owned(), source })?;
    match text.lines().next().map(str::trim).filter(|line| !line.is_empty()) {
        Some(line) => Ok(line.to_owned()),
        None => Err(ConfigError::Missing { flag }),
    }
}
