//! Where one machine listens.

use std::fmt::{self, Display, Formatter};

/// A machine and its port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Address {
    pub(super) host: String,
    pub(super) port: u16,
}

impl Address {
    /// Reads `HOST` or `HOST:PORT`, an IPv6 address in brackets. `port` is that of a text which
    /// names none. The error says what is wrong, and repeats nothing.
    pub(super) fn parse(text: &str, port: u16) -> Result<Self, &'static str> {
        let (host, rest) = match text.strip_prefix('[') {
            Some(text) => text.split_once(']').ok_or("a bracket is missing")?,
            None => text.find(':').map_or((text, ""), |colon| text.split_at(colon)),
        };
        let port = match rest.strip_prefix(':') {
            Some(port) => port.parse().map_err(|_| "a port is no number")?,
            None if rest.is_empty() => port,
            None => return Err("a host is malformed"),
        };
        let malformed = host.is_empty() || host.contains(|c: char| c.is_whitespace() || "?#@/".contains(c));
        if malformed { Err("a host is malformed") } else { Ok(Self { host: host.to_owned(), port }) }
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
