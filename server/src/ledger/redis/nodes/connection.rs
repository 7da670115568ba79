//! One connection to one machine. It is never mended: what broke is thrown away, so that nobody takes the answers of one
//! connection for those of another.

use std::fmt::{self, Debug, Formatter};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::{AsyncConnectionConfig, Client, ConnectionAddr, IntoConnectionInfo, RedisConnectionInfo};

use super::trouble::Trouble;

/// Until a connection stands, with TLS and password.
const CONNECT_WAIT: Duration = Duration::from_secs(2);
/// Until an answer is there. Longer than replicas are waited for.
const ANSWER_WAIT: Duration = Duration::from_secs(3);

/// Knows how to reach one machine.
#[derive(Clone)]
pub(super) struct Connector {
    address: String,
    at: ConnectionAddr,
    login: RedisConnectionInfo,
}

impl Connector {
    pub(super) fn new(at: ConnectionAddr, login: RedisConnectionInfo) -> Self {
        Self { address: at.to_string(), at, login }
    }

    pub(super) fn address(&self) -> &str {
        &self.address
    }

    pub(super) async fn connect(&self) -> Result<MultiplexedConnection, Trouble> {
        self.try_connect().await.map_err(|error| Trouble::connecting(&error))
    }

    async fn try_connect(&self) -> redis::RedisResult<MultiplexedConnection> {
        let tcp = TcpSettings::default().set_nodelay(true);
        let info = self.at.clone().into_connection_info()?.set_tcp_settings(tcp).set_redis_settings(self.login.clone());
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_WAIT))
            .set_response_timeout(Some(ANSWER_WAIT));
        Client::open(info)?.get_multiplexed_async_connection_with_config(&config).await
    }
}

/// Without user and password.
impl Debug for Connector {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connector").field(&self.address).finish()
    }
}
