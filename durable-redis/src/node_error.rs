//! What can go wrong with one try, and what that means for the next.

use redis::{ErrorKind, RedisError, ServerErrorKind};

use super::address::Address;
use super::error::Error;

/// Why one try failed.
#[derive(Clone, Debug)]
pub(super) enum NodeError {
    /// It was not run, and may be soon.
    NotRun(String),
    /// It was not run: that is another machine's.
    Elsewhere(Redirect),
    /// It was run or not.
    Lost(String),
    /// It was run, but too few replicas said so.
    NotAcknowledged,
    /// It was not run: the machine has no memory left.
    Full,
    /// It makes no sense to the machine.
    Failed(RedisError),
}

/// Which machine to ask instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Redirect {
    pub(super) address: Address,
    /// Only this once, and announced: the slot is on its way there.
    pub(super) asking: bool,
}

impl NodeError {
    /// Before anything was sent.
    pub(super) fn connecting(address: &Address, error: &RedisError) -> Self {
        Self::NotRun(words(address, error))
    }

    /// In place of an answer, after something was sent.
    pub(super) fn answering(address: &Address, error: RedisError) -> Self {
        let not_run = |why: &str| Self::NotRun(format!("{address} {why}"));
        if let Some(redirect) = redirect(address, &error) {
            return Self::Elsewhere(redirect);
        }
        match error.code() {
            _ if error.is_io_error() || error.kind() == ErrorKind::Parse => Self::Lost(words(address, &error)),
            Some("OOM") => Self::Full,
            Some("NOREPLICAS") => not_run("has fewer replicas than its min-replicas-to-write"),
            Some("MISCONF") => not_run("cannot write to its disk"),
            Some("BUSY") => not_run("is busy with a script"),
            Some("LOADING") => not_run("still reads its data"),
            Some("READONLY") => not_run("is a replica"),
            Some("MASTERDOWN") => not_run("is a replica without its primary"),
            Some("CLUSTERDOWN") => not_run("says that the Cluster is down"),
            Some("TRYAGAIN") => not_run("is handing the slot over"),
            Some("NOAUTH" | "WRONGPASS" | "NOPERM") => Self::NotRun(words(address, &error)),
            _ => Self::Failed(error),
        }
    }

    /// Whether to try again.
    pub(super) fn is_retryable(&self, repeatable: bool) -> bool {
        match self {
            Self::NotRun(_) | Self::Elsewhere(_) => true,
            Self::Lost(_) => repeatable,
            Self::NotAcknowledged | Self::Full | Self::Failed(_) => false,
        }
    }

    /// Whether another machine may be the one to ask by now.
    pub(super) fn suggests_failover(&self) -> bool {
        match self {
            Self::NotRun(_) | Self::Lost(_) | Self::NotAcknowledged => true,
            Self::Elsewhere(redirect) => !redirect.asking,
            Self::Full | Self::Failed(_) => false,
        }
    }
}

impl From<NodeError> for Error {
    fn from(error: NodeError) -> Self {
        match error {
            NodeError::NotRun(why) => Self::Unavailable(why),
            NodeError::Elsewhere(Redirect { address, .. }) => Self::Unavailable(format!("roles change, now {address}")),
            NodeError::Lost(why) => Self::Lost(why),
            NodeError::NotAcknowledged => Self::NotAcknowledged,
            NodeError::Full => Self::Full,
            NodeError::Failed(error) => Self::Failed(Box::new(error)),
        }
    }
}

fn redirect(address: &Address, error: &RedisError) -> Option<Redirect> {
    let (to, _) = error.redirect_node()?;
    let asking = error.kind() == ErrorKind::Server(ServerErrorKind::Ask);
    // An empty host is that of whoever answers.
    let (host, port) = to.rsplit_once(':')?;
    let host = if host.is_empty() { &address.host } else { host };
    Some(Redirect { address: Address { host: host.to_owned(), port: port.parse().ok()? }, asking })
}

/// What a person can do something about. Never a secret: machines do not repeat what was sent to
/// them.
fn words(address: &Address, error: &RedisError) -> String {
    if error.is_connection_refusal() {
        format!("nobody listens at {address}")
    } else if error.is_timeout() {
        format!("{address} does not answer")
    } else if error.kind() == ErrorKind::AuthenticationFailed || matches!(error.code(), Some("NOAUTH" | "WRONGPASS")) {
        format!("{address} does not take the user and password of the ledger's URL")
    } else if error.code() == Some("NOPERM") {
        format!("{address} does not allow its user what a ledger needs: {}", error.detail().unwrap_or_default())
    } else {
        format!("{address}: {error}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> RedisError {
        redis::parse_redis_value(format!("-{text}\r\n").as_bytes()).unwrap().extract_error().unwrap_err()
    }

    fn node_error(text: &str) -> NodeError {
        NodeError::answering(&Address { host: "here".to_owned(), port: 1 }, error(text))
    }

    #[test]
    fn what_was_not_run_is_tried_again_and_what_was_is_not() {
        for text in [
            "LOADING Redis is loading the dataset in memory",
            "READONLY You can't write against a read only replica. script: x, on @user_script:1.",
            "CLUSTERDOWN Hash slot not served",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "MISCONF Errors writing to the AOF file: No space left on device",
            "NOREPLICAS Not enough good replicas to write.",
            "MOVED 1 there:2",
            "ASK 1 there:2",
        ] {
            assert!(node_error(text).is_retryable(false), "{text}");
        }
        for text in ["OOM command not allowed when used memory > 'maxmemory'.", "ERR unknown command"] {
            assert!(!node_error(text).is_retryable(true), "{text}");
        }
        let lost = NodeError::Lost(String::new());
        assert!(lost.is_retryable(true) && !lost.is_retryable(false));
        assert!(matches!(Error::from(node_error("OOM no")), Error::Full));
    }

    #[test]
    fn a_redirect_says_where_to() {
        let address = |host: &str| Address { host: host.to_owned(), port: 2 };
        let redirect = |text: &str| match node_error(text) {
            NodeError::Elsewhere(redirect) => redirect,
            other => panic!("{other:?}"),
        };
        assert_eq!(redirect("MOVED 1 ::1:2"), Redirect { address: address("::1"), asking: false });
        assert_eq!(redirect("ASK 1 there:2"), Redirect { address: address("there"), asking: true });
        assert_eq!(redirect("MOVED 1 :2"), Redirect { address: address("here"), asking: false });
    }
}
