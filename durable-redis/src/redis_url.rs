//! Where the ledger is: the URL that an operator gives.

use std::fmt::{self, Debug, Display, Formatter};

use redis::RedisConnectionInfo;

use super::address::Address;
use super::connection::Connector;

/// The port of a URL that names none.
const PORT: u16 = 6379;
/// The port of a Sentinel, likewise.
const SENTINEL_PORT: u16 = 26379;
/// What the names of keys begin with, unless the URL says otherwise.
const PREFIX: &str = "subrosa";
/// The longest that it may be.
const PREFIX_LEN_MAX: usize = 64;

/// Where a ledger in Redis is, and how to log in there. Shown without user and password.
#[derive(Clone)]
pub struct RedisUrl {
    topology: Topology,
    addresses: Vec<Address>,
    tls: bool,
    login: RedisConnectionInfo,
    prefix: String,
}

/// How the machines belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Topology {
    /// One machine.
    Single,
    /// A primary with replicas; Sentinels know which of them it is, by this name.
    Sentinel(String),
    /// Slots spread over primaries.
    Cluster,
}

/// A URL that is none of a ledger in Redis. Does not repeat it: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a ledger in Redis is redis://HOST:PORT, redis+sentinel://HOST:PORT,HOST:PORT/NAME or redis+cluster://HOST:PORT,HOST:PORT, with rediss for TLS, USER:PASSWORD@ before the hosts, special characters as %XX, and ?prefix=NAME at the end where several ledgers share it: {0}"
)]
pub struct RedisUrlError(&'static str);

impl RedisUrl {
    /// Whether a URL means Redis at all.
    #[must_use]
    pub fn has_redis_scheme(url: &str) -> bool {
        url.starts_with("redis")
    }

    /// Reads a URL.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(url: &str) -> Result<Self, RedisUrlError> {
        let (scheme, rest) = url.split_once("://").ok_or(RedisUrlError("there is no ://"))?;
        let (scheme, kind) = scheme.split_once('+').unwrap_or((scheme, ""));
        // A password may hold anything.
        let prefixed = rest.rsplit_once("?prefix=").filter(|(_, prefix)| !prefix.contains('@'));
        let (rest, prefix) = prefixed.unwrap_or((rest, PREFIX));
        let tls = match scheme {
            "redis" => false,
            "rediss" => true,
            _ => return Err(RedisUrlError("it begins otherwise")),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, hosts) = authority.rsplit_once('@').map_or((None, authority), |(user, hosts)| (Some(user), hosts));
        let (topology, db) = match kind {
            "" => (Topology::Single, path),
            "cluster" => (Topology::Cluster, path),
            "sentinel" => {
                let (name, db) = path.split_once('/').unwrap_or((path, ""));
                if name.is_empty() {
                    return Err(RedisUrlError("the name that the Sentinels know the primary by is missing"));
                }
                (Topology::Sentinel(decoded(name)?), db)
            }
            _ => return Err(RedisUrlError("after + come cluster or sentinel")),
        };
        let port = if matches!(topology, Topology::Sentinel(_)) { SENTINEL_PORT } else { PORT };
        let addresses = hosts
            .split(',')
            .map(|host| Address::parse(host, port).map_err(RedisUrlError))
            .collect::<Result<Vec<_>, _>>()?;
        if topology == Topology::Single && addresses.len() > 1 {
            return Err(RedisUrlError("several hosts need redis+cluster or redis+sentinel"));
        }
        let db = if db.is_empty() { 0 } else { db.parse().map_err(|_| RedisUrlError("the database is no number"))? };
        if db != 0 && topology == Topology::Cluster {
            return Err(RedisUrlError("a Cluster has no databases"));
        }
        // No braces: they would be taken for hash tags.
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        if !(1..=PREFIX_LEN_MAX).contains(&prefix.len()) || !prefix.chars().all(is_name) {
            return Err(RedisUrlError("the prefix takes 1 to 64 of A-Z, a-z, 0-9, -, _, . and :"));
        }
        Ok(Self { topology, addresses, tls, login: login(user, db)?, prefix: prefix.to_owned() })
    }

    /// What the names of all keys begin with.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(super) fn topology(&self) -> &Topology {
        &self.topology
    }

    pub(super) fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// How to reach a machine with the ledger's login.
    pub(super) fn connector(&self, address: &Address) -> Connector {
        Connector::new(address.clone(), self.tls, self.login.clone())
    }

    /// How to reach each Sentinel: without a login, then with the ledger's. Most have none, and
    /// refuse one.
    pub(super) fn sentinels(&self) -> Vec<[Connector; 2]> {
        let logins = [nobody(), self.login.clone().set_db(0)];
        let to = |address: &Address| logins.clone().map(|login| Connector::new(address.clone(), self.tls, login));
        self.addresses.iter().map(to).collect()
    }
}

fn login(user: Option<&str>, db: u16) -> Result<RedisConnectionInfo, RedisUrlError> {
    let mut login = nobody().set_db(i64::from(db));
    if let Some(user) = user {
        let (user, password) = user.split_once(':').ok_or(RedisUrlError("the password is missing"))?;
        if !user.is_empty() {
            login = login.set_username(decoded(user)?);
        }
        login = login.set_password(decoded(password)?);
    }
    Ok(login)
}

fn nobody() -> RedisConnectionInfo {
    // The name of a library says nothing to anyone, and old servers refuse it.
    RedisConnectionInfo::default().set_skip_set_lib_name()
}

/// Without percent-encoding.
fn decoded(text: &str) -> Result<String, RedisUrlError> {
    let is_code = |behind: &str| behind.bytes().take(2).filter(u8::is_ascii_hexdigit).count() == 2;
    if !text.split('%').skip(1).all(is_code) {
        return Err(RedisUrlError("a % is not followed by two digits"));
    }
    let decoded = percent_encoding::percent_decode_str(text).decode_utf8();
    Ok(decoded.map_err(|_| RedisUrlError("what stands behind % is no UTF-8"))?.into_owned())
}

/// Without user and password.
impl Display for RedisUrl {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.tls { "rediss" } else { "redis" })?;
        f.write_str(match self.topology {
            Topology::Single => "",
            Topology::Sentinel(_) => "+sentinel",
            Topology::Cluster => "+cluster",
        })?;
        for (index, address) in self.addresses.iter().enumerate() {
            write!(f, "{}{address}", if index == 0 { "://" } else { "," })?;
        }
        if let Topology::Sentinel(name) = &self.topology {
            write!(f, "/{name}")?;
        }
        match self.login.db() {
            0 => {}
            db => write!(f, "/{db}")?,
        }
        if self.prefix == PREFIX { Ok(()) } else { write!(f, "?prefix={}", self.prefix) }
    }
}

/// Without user and password.
impl Debug for RedisUrl {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "RedisUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_where_and_how() {
        for (url, shown) in [
            ("redis://a", "redis://a:6379"),
            ("rediss://user:p%40ss@a:1/3", "rediss://a:1/3"),
            ("redis://:p@ss@[::1]:7", "redis://[::1]:7"),
            ("redis+cluster://a:1,b:2,[::1]", "redis+cluster://a:1,b:2,[::1]:6379"),
            ("redis+sentinel://a,b:2/main", "redis+sentinel://a:26379,b:2/main"),
            ("rediss+sentinel://:p@a/main/2", "rediss+sentinel://a:26379/main/2"),
            ("redis://:p@a/2?prefix=x-1:y", "redis://a:6379/2?prefix=x-1:y"),
            ("redis+cluster://a,b?prefix=x", "redis+cluster://a:6379,b:6379?prefix=x"),
            ("redis://:p?prefix=x@a", "redis://a:6379"),
        ] {
            let parsed = RedisUrl::parse(url).unwrap();
            assert_eq!((parsed.to_string(), format!("{parsed:?}")), (shown.to_owned(), format!("RedisUrl({shown})")));
        }
        let parsed = RedisUrl::parse("redis://user:p%40%3As%25@a").unwrap();
        assert_eq!((parsed.login.username(), parsed.login.password()), (Some("user"), Some("p@:s%")));
        assert_eq!(RedisUrl::parse("redis://:p@ss@a").unwrap().login.password(), Some("p@ss"));
    }

    #[test]
    fn what_is_no_url_is_told_without_repeating_it() {
        for url in [
            "redis:secret",
            "redis+other://secret",
            "redis://secret@a",
            "redis://:secret@",
            "redis://:secret@a:b",
            "redis://:%zz@secret",
            "redis://secret,b",
            "redis://secret/x",
            "redis://secret?a",
            "redis://a?prefix=",
            "redis://a?prefix=secret{b}",
            "redis+cluster://secret/1",
            "redis+sentinel://secret",
            "redis://[secret",
            "http://secret",
        ] {
            let error = RedisUrl::parse(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{url}: {error}");
        }
    }
}
