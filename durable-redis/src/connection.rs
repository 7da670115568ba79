//! One connection to one machine. It is never mended: what broke is thrown away, so that nobody
//! takes the answers of one connection for those of another.

use std::fmt::{self, Debug, Formatter};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo, RedisResult, Value,
};
use tokio::time::timeout;

use super::address::Address;
use super::node_error::NodeError;

/// Until a connection stands, with TLS and password, and the machine has told its role.
const CONNECT_WAIT: Duration = Duration::from_secs(2);
/// Until an answer is there. Longer than replicas are waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(3);

/// Knows how to reach one machine.
#[derive(Clone)]
pub(super) struct Connector {
    address: Address,
    tls: bool,
    login: RedisConnectionInfo,
}

impl Connector {
    pub(super) fn new(address: Address, tls: bool, login: RedisConnectionInfo) -> Self {
        Self { address, tls, login }
    }

    pub(super) fn address(&self) -> &Address {
        &self.address
    }

    /// Whatever the machine is.
    pub(super) async fn connect(&self) -> Result<MultiplexedConnection, NodeError> {
        self.open().await.map_err(|error| NodeError::connecting(&self.address, &error))
    }

    /// Only if the machine is a primary. One that was replaced answers readers with what was true
    /// once.
    pub(super) async fn connect_primary(&self) -> Result<MultiplexedConnection, NodeError> {
        let too_late = |_| Err(NodeError::NotRun(format!("{} does not answer", self.address)));
        timeout(CONNECT_WAIT, self.find_primary()).await.unwrap_or_else(too_late)
    }

    async fn find_primary(&self) -> Result<MultiplexedConnection, NodeError> {
        let mut connection = self.connect().await?;
        let role: RedisResult<Value> = redis::cmd("ROLE").query_async(&mut connection).await;
        let role = match role {
            Ok(Value::Array(fields)) => fields.into_iter().next(),
            Ok(_) => None,
            Err(error) if error.is_io_error() => return Err(NodeError::connecting(&self.address, &error)),
            // Not every login may ask. Writers learn it all the same.
            Err(_) => return Ok(connection),
        };
        match role {
            Some(Value::BulkString(role)) if role == b"master" => Ok(connection),
            _ => Err(NodeError::NotRun(format!("{} is a replica", self.address))),
        }
    }

    async fn open(&self) -> RedisResult<MultiplexedConnection> {
        let Address { host, port } = self.address.clone();
        let at = match self.tls {
            true => ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None },
            false => ConnectionAddr::Tcp(host, port),
        };
        let tcp = TcpSettings::default().set_nodelay(true);
        let info = at.into_connection_info()?.set_tcp_settings(tcp).set_redis_settings(self.login.clone());
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WAIT))
            .set_response_timeout(Some(ANSWER_WAIT));
        Client::open(info)?.get_multiplexed_async_connection_with_config(&config).await
    }
}

/// Without user and password.
impl Debug for Connector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Connector({})", self.address)
    }
}
