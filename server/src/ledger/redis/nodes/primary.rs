//! One primary: a connection that readers share, and lanes for writers.

use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{Cmd, RedisError, RedisResult, Value};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::connection::Connector;
use super::invocation::Invocation;
use super::lane::{Lanes, Task, is_unknown_script};
use super::place::Address;
use super::replicas::Acknowledgement;
use super::trouble::Trouble;

#[derive(Debug)]
pub(super) struct Primary {
    connector: Connector,
    shared: Mutex<Shared>,
    lanes: Lanes,
}

/// What readers share.
#[derive(Debug, Default)]
struct Shared {
    /// While it works.
    connection: Option<MultiplexedConnection>,
    /// Counts the connections. Whoever finds one broken throws that one away, and none that was made since.
    number: u64,
    /// Why there is none, and since when that is known: who waited for it need not try again, one by one.
    failed: Option<(Instant, Trouble)>,
}

impl Primary {
    pub(super) fn new(connector: Connector, acknowledgement: &Acknowledgement) -> Arc<Self> {
        let lanes = Lanes::start(&connector, acknowledgement);
        Arc::new(Self { connector, shared: Mutex::default(), lanes })
    }

    pub(super) fn address(&self) -> &Address {
        self.connector.address()
    }

    /// Runs a script among those of other readers.
    pub(super) async fn read(&self, invocation: &Invocation, asking: bool) -> Result<Value, Trouble> {
        match self.send(invocation.by_name(), asking).await? {
            Err(error) if is_unknown_script(&error) => {
                let answer = self.send(invocation.by_text(), asking).await?;
                answer.map_err(|error| Trouble::answering(self.address(), error))
            }
            answer => answer.map_err(|error| Trouble::answering(self.address(), error)),
        }
    }

    /// Runs a script in a lane.
    pub(super) async fn write(&self, task: Task) -> Result<Value, Trouble> {
        self.lanes.run(task).await
    }

    /// Any command, among those of readers.
    pub(super) async fn ask(&self, command: Cmd) -> Result<Value, Trouble> {
        self.send(command, false).await?.map_err(|error| Trouble::answering(self.address(), error))
    }

    async fn send(&self, command: Cmd, asking: bool) -> Result<RedisResult<Value>, Trouble> {
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

    async fn connection(&self) -> Result<(MultiplexedConnection, u64), Trouble> {
        let asked = Instant::now();
        let mut shared = self.shared.lock().await;
        if let Some(connection) = &shared.connection {
            return Ok((connection.clone(), shared.number));
        }
        match &shared.failed {
            Some((since, trouble)) if *since >= asked => Err(trouble.clone()),
            _ => match self.connector.connect_primary().await {
                Ok(connection) => {
                    shared.number += 1;
                    Ok((shared.connection.insert(connection).clone(), shared.number))
                }
                Err(trouble) => {
                    shared.failed = Some((Instant::now(), trouble.clone()));
                    Err(trouble)
                }
            },
        }
    }
}
