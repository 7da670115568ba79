//! Where the ledger is: the URL that an operator gives.

use std::fmt::{self, Debug, Display, Formatter};

use redis::RedisConnectionInfo;

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
pub struct Place {
    topology: Topology,
    addresses: Vec<Address>,
    tls: bool,
    login: RedisConnectionInfo,
    prefix: String,
}

/// How the machines belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Topology {
    /// One machine.
    Single,
    /// A primary with replicas; Sentinels know which of them it is, by this name.
    Sentinel(String),
    /// Slots spread over primaries.
    Cluster,
}

/// A machine and its port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in super::super) struct Address {
    pub(in super::super) host: String,
    pub(in super::super) port: u16,
}

/// A URL that is none of a ledger in Redis. Does not repeat it: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a ledger in Redis is redis://HOST:PORT, redis+sentinel://HOST:PORT,HOST:PORT/NAME or redis+cluster://HOST:PORT,HOST:PORT, with rediss for TLS, USER:PASSWORD@ before the hosts, special characters as %XX, and ?prefix=NAME at the end where several ledgers share it: {0}"
)]
pub struct PlaceError(&'static str);

impl Place {
    /// Whether a URL means Redis at all.
    #[must_use]
    pub fn is_meant(url: &str) -> bool {
        url.starts_with("redis")
    }

    /// Reads a URL.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(url: &str) -> Result<Self, PlaceError> {
        let (scheme, rest) = url.split_once("://").ok_or(PlaceError("there is no ://"))?;
        let (scheme, kind) = scheme.split_once('+').unwrap_or((scheme, ""));
        // A password may hold anything.
        let prefixed = rest.rsplit_once("?prefix=").filter(|(_, prefix)| !prefix.contains('@'));
        let (rest, prefix) = prefixed.unwrap_or((rest, PREFIX));
        let tls = match scheme {
            "redis" => false,
            "rediss" => true,
            _ => return Err(PlaceError("it begins otherwise")),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, hosts) = authority.rsplit_once('@').map_or((None, authority), |(user, hosts)| (Some(user), hosts));
        let (topology, db) = match kind {
            "" => (Topology::Single, path),
            "cluster" => (Topology::Cluster, path),
            "sentinel" => {
                let (name, db) = path.split_once('/').unwrap_or((path, ""));
                if name.is_empty() {
                    return Err(PlaceError("the name that the Sentinels know the primary by is missing"));
                }
                (Topology::Sentinel(decoded(name)?), db)
            }
            _ => return Err(PlaceError("after + come cluster or sentinel")),
        };
        let port = if matches!(topology, Topology::Sentinel(_)) { SENTINEL_PORT } else { PORT };
        let addresses = hosts.split(',').map(|host| Address::parse(host, port)).collect::<Result<Vec<_>, _>>()?;
        if topology == Topology::Single && addresses.len() > 1 {
            return Err(PlaceError("several hosts need redis+cluster or redis+sentinel"));
        }
        let db = if db.is_empty() { 0 } else { db.parse().map_err(|_| PlaceError("the database is no number"))? };
        if db != 0 && topology == Topology::Cluster {
            return Err(PlaceError("a Cluster has no databases"));
        }
        // No braces: they would be taken for hash tags.
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.:".contains(c);
        if !(1..=PREFIX_LEN_MAX).contains(&prefix.len()) || !prefix.chars().all(is_name) {
            return Err(PlaceError("the prefix takes 1 to 64 of A-Z, a-z, 0-9, -, _, . and :"));
        }
        Ok(Self { topology, addresses, tls, login: login(user, db)?, prefix: prefix.to_owned() })
    }

    /// What the names of all keys begin with.
    #[must_use]
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    pub(in super::super) fn topology(&self) -> &Topology {
        &self.topology
    }

    pub(super) fn addresses(&self) -> &[Address] {
        &self.addresses
    }

    /// How to reach a machine with the ledger's login.
    pub(in super::super) fn connector(&self, address: &Address) -> Connector {
        Connector::new(address.clone(), self.tls, self.login.clone())
    }

    /// How to reach each Sentinel: without a login, then with the ledger's. Most have none, and refuse one.
    pub(super) fn sentinels(&self) -> Vec<[Connector; 2]> {
        let logins = [nobody(), self.login.clone().set_db(0)];
        let to = |address: &Address| logins.clone().map(|login| Connector::new(address.clone(), self.tls, login));
        self.addresses.iter().map(to).collect()
    }
}

fn login(user: Option<&str>, db: u16) -> Result<RedisConnectionInfo, PlaceError> {
    let mut login = nobody().set_db(i64::from(db));
    if let Some(user) = user {
        let (user, password) = user.split_once(':').ok_or(PlaceError("the password is missing"))?;
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

impl Address {
    fn parse(text: &str, port: u16) -> Result<Self, PlaceError> {
        // IPv6 in brackets.
        let (host, rest) = match text.strip_prefix('[') {
            Some(text) => text.split_once(']').ok_or(PlaceError("a bracket is missing"))?,
            None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
        };
        let port = match rest.strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| PlaceError("a port is no number"))?,
            None if rest.is_empty() => port,
            None => return Err(PlaceError("a host is malformed")),
        };
        let malformed = host.is_empty() || host.contains(|c: char| c.is_whitespace() || "?#@/".contains(c));
        if malformed { Err(PlaceError("a host is malformed")) } else { Ok(Self { host: host.to_owned(), port }) }
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Without percent-encoding.
fn decoded(text: &str) -> Result<String, PlaceError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next(), rest.next()].map(|digit| digit.and_then(|digit| char::from(digit).to_digit(16)));
            let [Some(high), Some(low)] = digits else { return Err(PlaceError("a % is not followed by two digits")) };
            bytes.push(u8::try_from(high * 16 + low).expect("two hexadecimal digits are a byte"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| PlaceError("what stands behind % is no UTF-8"))
}

/// Without user and password.
impl Display for Place {
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
impl Debug for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
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
            let place = Place::parse(url).unwrap();
            assert_eq!((place.to_string(), format!("{place:?}")), (shown.to_owned(), format!("Place({shown})")));
        }
        let place = Place::parse("redis://user:p%40%3As%25@a").unwrap();
        assert_eq!((place.login.username(), place.login.password()), (Some("user"), Some("p@:s%")));
        assert_eq!(Place::parse("redis://:p@ss@a").unwrap().login.password(), Some("p@ss"));
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
            let error = Place::parse(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{url}: {error}");
        }
    }
}
