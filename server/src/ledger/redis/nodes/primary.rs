//! One primary: a connection that readers share, and lanes for writers.

use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, ErrorKind, ServerErrorKind, Value};
use tokio::sync::Mutex;

use super::connection::Connector;
use super::invocation::Invocation;
use super::lane::Lanes;
use super::trouble::Trouble;

#[derive(Debug)]
pub(super) struct Primary {
    connector: Connector,
    /// What readers share, while it works.
    shared: Mutex<Option<MultiplexedConnection>>,
    lanes: Lanes,
}

impl Primary {
    pub(super) fn new(connector: Connector) -> Arc<Self> {
        let lanes = Lanes::start(&connector);
        Arc::new(Self { connector, shared: Mutex::new(None), lanes })
    }

    pub(super) fn address(&self) -> &str {
        self.connector.address()
    }

    /// Runs a script among those of other readers.
    pub(super) async fn read(&self, invocation: &Invocation) -> Result<Value, Trouble> {
        let answer = self.send(&invocation.by_name()).await?;
        match answer {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                self.send(&invocation.by_text()).await?.map_err(Trouble::answering)
            }
            answer => answer.map_err(Trouble::answering),
        }
    }

    /// Runs a script in a lane.
    pub(super) async fn write(&self, invocation: Arc<Invocation>) -> Result<Value, Trouble> {
        self.lanes.run(invocation).await
    }

    /// Any command, among those of readers.
    pub(super) async fn ask(&self, command: &Cmd) -> Result<Value, Trouble> {
        self.send(command).await?.map_err(Trouble::answering)
    }

    async fn send(&self, command: &Cmd) -> Result<redis::RedisResult<Value>, Trouble> {
        let mut connection = self.connection().await?;
        let answer = command.query_async(&mut connection).await;
        if answer.as_ref().is_err_and(|error: &redis::RedisError| error.is_io_error()) {
            self.forget().await;
        }
        Ok(answer)
    }

    async fn connection(&self) -> Result<MultiplexedConnection, Trouble> {
        let mut shared = self.shared.lock().await;
        match &*shared {
            Some(connection) => Ok(connection.clone()),
            None => Ok(shared.insert(self.connector.connect().await?).clone()),
        }
    }

    async fn forget(&self) {
        *self.shared.lock().await = None;
    }
}
