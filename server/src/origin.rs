//! Origins of other servers, as browsers write them.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use http::HeaderValue;
use url::{Host, Url};

/// Bytes of a host name, and of what stands between its dots (RFC 1035, section 2.3.4).
const HOST_BYTES_MAX: usize = 253;
const LABEL_BYTES_MAX: usize = 63;

/// Scheme, host and port of a server, as browsers write them in the header `Origin`: in lower case,
/// without a port where it is the scheme's own. So two texts of one origin are one value, and
/// comparing bytes is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// Parses `https://HOST` or `https://HOST:PORT`, or the same with `http` for this machine.
    /// Nothing may follow. Names in other scripts are taken in their `xn--` form only, as browsers
    /// send them. What the URL standard would repair is refused: `127.1`, white space, a backslash.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
        let is_whole = !rest.ends_with([':', '.']) && rest.bytes().all(is_plain);
        if !is_whole || !scheme.bytes().all(|byte| byte.is_ascii_alphabetic()) {
            return None;
        }
        let url = Url::parse(text).ok()?;
        let is_here = match url.host()? {
            Host::Domain(name) => is_name(name).then_some(name == "localhost")?,
            Host::Ipv4(address) => {
                let is_written_so = rest.split(':').next() == Some(&address.to_string());
                is_written_so.then_some(address == Ipv4Addr::LOCALHOST)?
            }
            // Browsers write what is an IPv4 address inside in two ways.
            Host::Ipv6(address) => address.to_ipv4_mapped().is_none().then_some(address == Ipv6Addr::LOCALHOST)?,
        };
        let is_trusted = url.scheme() == "https" || (url.scheme() == "http" && is_here);
        (is_trusted && url.port() != Some(0)).then(|| Self(url.origin().ascii_serialization()))
    }

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the host is an IPv6 address.
    #[must_use]
    pub fn is_ipv6(&self) -> bool {
        self.0.contains('[')
    }

    /// As the value of a header.
    #[must_use]
    pub fn to_header(&self) -> HeaderValue {
        HeaderValue::from_str(&self.0).expect("an origin is visible ASCII")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_name(host: &str) -> bool {
    host.len() <= HOST_BYTES_MAX && host.split('.').all(|label| (1..=LABEL_BYTES_MAX).contains(&label.len()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        for (text, written) in [
            ("https://push.example.org", "https://push.example.org"),
            ("HTTPS://Push.Example.ORG:443", "https://push.example.org"),
            ("https://push.example.org:80", "https://push.example.org:80"),
            ("https://xn--bcher-kva.example:8443", "https://xn--bcher-kva.example:8443"),
            ("https://192.0.2.7", "https://192.0.2.7"),
            ("https://[2001:DB8:0:0:0:0:0:1]:443", "https://[2001:db8::1]"),
            ("http://localhost:8080", "http://localhost:8080"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[0:0::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().as_str(), written, "{text}");
        }
    }

    #[test]
    fn nothing_else_is_an_origin() {
        for text in [
            "",
            "*",
            "null",
            "push.example.org",
            "//push.example.org",
            "https:push.example.org",
            "https://",
            "https://:443",
            "https://push.example.org/",
            "https://push.example.org/path",
            "https://push.example.org?query",
            "https://push.example.org#part",
            "https://user@push.example.org",
            "https://user:word@push.example.org",
            "https://push.example.org:",
            "https://push.example.org:0",
            "https://push.example.org:+1",
            "https://push.example.org:65536",
            "https://push.example.org:1:2",
            "https://push..example.org",
            "https://.example.org",
            "https://push.example.org.",
            "https://*.example.org",
            "https://push_it.example.org",
            "https://b\u{fc}cher.example",
            "https://push example.org",
            "https://push.example.org https://other.example.org",
            "https://push.example.org;",
            " https://push.example.org",
            "https://push.example.org\n",
            "https://127.1",
            "https://0x7f000001",
            "https://127.0.0.01",
            "https://[::ffff:192.0.2.7]",
            "https://[::1",
            "https://::1",
            "https://[::1]x",
            "http://push.example.org",
            "http://192.0.2.7",
            "http://127.0.0.2",
            "http://localhost.example.org",
            "ws://localhost",
            "file://localhost",
            "data://localhost",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
        assert_eq!(Origin::parse(&format!("https://{}.org", "a".repeat(64))), None);
        assert_eq!(Origin::parse(&format!("https://{}org", "a.".repeat(126))), None);
    }
}
