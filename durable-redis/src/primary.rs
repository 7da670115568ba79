//! One primary: a connection that readers share, and write connections for writers.

use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisError, RedisResult, Value};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::address::Address;
use super::connection::Connector;
use super::invocation::Invocation;
use super::node_error::NodeError;
use super::replicas::Acknowledgement;
use super::write_connection::{Task, WriteConnections, is_unknown_script};

#[derive(Debug)]
pub(super) struct Primary {
    connector: Connector,
    shared: Mutex<Shared>,
    writers: WriteConnections,
}

/// What readers share.
#[derive(Debug, Default)]
struct Shared {
    /// While it works.
    connection: Option<MultiplexedConnection>,
    /// Counts the connections. Whoever finds one broken throws that one away, and none that was
    /// made since.
    number: u64,
    /// Why there is none, and since when that is known: who waited for it need not try again, one
    /// by one.
    failed: Option<(Instant, NodeError)>,
}

impl Primary {
    pub(super) fn new(connector: Connector, acknowledgement: &Acknowledgement) -> Arc<Self> {
        let writers = WriteConnections::start(&connector, acknowledgement);
        Arc::new(Self { connector, shared: Mutex::default(), writers })
    }

    pub(super) fn address(&self) -> &Address {
        self.connector.address()
    }

    /// Runs a script among those of other readers.
    pub(super) async fn read(&self, invocation: &Invocation, asking: bool) -> Result<Value, NodeError> {
        match self.send(invocation.by_name(), asking).await? {
            Err(error) if is_unknown_script(&error) => {
                let answer = self.send(invocation.by_text(), asking).await?;
                answer.map_err(|error| NodeError::answering(self.address(), error))
            }
            answer => answer.map_err(|error| NodeError::answering(self.address(), error)),
        }
    }

    /// Runs a script on a write connection.
    pub(super) async fn write(&self, task: Task) -> Result<Value, NodeError> {
        self.writers.run(task).await
    }

    /// Any command, among those of readers.
    pub(super) async fn ask(&self, command: Cmd) -> Result<Value, NodeError> {
        self.send(command, false).await?.map_err(|error| NodeError::answering(self.address(), error))
    }

    async fn send(&self, command: Cmd, asking: bool) -> Result<RedisResult<Value>, NodeError> {
        let (mut connection, number) = self.connection().await?;
        let answer = if asking {
            // Announced for the next command alone; nobody comes in between.
            let mut pipeline = redis::pipe();
            pipeline.cmd("ASKING").ignore().add_command(command).ignore_errors();
            let answers: RedisResult<Vec<RedisResult<Value>>> = pipeline.query_async(&mut connection).await;
            answers.and_then(|answers| answers.into_iter().next().expect("one command has one answer"))
        } else {
            command.query_async(&mut connection).await
        };
        if answer.as_ref().is_err_and(RedisError::is_io_error) {
            let mut shared = self.shared.lock().await;
            if shared.number == number {
                shared.connection = None;
            }
        }
        Ok(answer)
    }

    async fn connection(&self) -> Result<(MultiplexedConnection, u64), NodeError> {
        let asked = Instant::now();
        let mut shared = self.shared.lock().await;
        if let Some(connection) = &shared.connection {
            return Ok((connection.clone(), shared.number));
        }
        match &shared.failed {
            Some((since, error)) if *since >= asked => Err(error.clone()),
            _ => match self.connector.connect_primary().await {
                Ok(connection) => {
                    shared.number += 1;
                    Ok((shared.connection.insert(connection).clone(), shared.number))
                }
                Err(error) => {
                    shared.failed = Some((Instant::now(), error.clone()));
                    Err(error)
                }
            },
        }
    }
}
