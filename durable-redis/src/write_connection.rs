//! WriteConnections: each owns one connection, takes what has queued up, and sends it at once. The
//! more write at the same time, the cheaper each of them gets.
//!
//! What it answers is acknowledged by replicas, and they are asked on the very connection that the
//! batch went through: a primary knows per connection what to wait for. So a connection that broke
//! is never replaced within a batch.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{ErrorKind, RedisError, RedisResult, ServerErrorKind, Value};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::connection::Connector;
use super::invocation::Invocation;
use super::node_error::NodeError;
use super::replicas::Acknowledgement;
use super::tag::Tag;

/// WriteConnections per primary: while one waits for its answers, which come after a disk has
/// written, others fill up. With 4 there were a fourth fewer pushes a second.
const WRITE_CONNECTIONS: usize = 12;
/// Scripts that a write connection sends at once: bounds how long the first of them waits for the
/// last.
const BATCH_MAX: usize = 64;
/// Scripts that may wait for a write connection. Beyond that, whoever asks waits for its turn to
/// wait.
const QUEUE_MAX: usize = 1_024;
/// Until a write connection takes it up.
const QUEUE_WAIT: Duration = Duration::from_secs(1);

type Answer = Result<Value, NodeError>;

/// What a write connection is asked for.
#[derive(Clone, Debug)]
pub(super) struct Task {
    pub(super) tag: Tag,
    pub(super) invocation: Arc<Invocation>,
    /// The slot is on its way to this machine.
    pub(super) asking: bool,
}

/// A task with the way back to who asked for it.
#[derive(Debug)]
struct Queued {
    task: Task,
    /// After that it is not taken up any more.
    until: Instant,
    reply: oneshot::Sender<Answer>,
}

/// The write connections of one primary. Dropping them ends them.
#[derive(Debug)]
pub(super) struct WriteConnections {
    queue: mpsc::Sender<Queued>,
    _running: JoinSet<()>,
}

impl WriteConnections {
    pub(super) fn start(connector: &Connector, acknowledgement: &Acknowledgement) -> Self {
        let (queue, queued) = mpsc::channel(QUEUE_MAX);
        let queued = Arc::new(Mutex::new(queued));
        let broken = Arc::new(AtomicU64::new(0));
        let connection = || {
            let (connector, acknowledgement) = (connector.clone(), acknowledgement.clone());
            let (queued, broken) = (Arc::clone(&queued), Arc::clone(&broken));
            WriteConnection { connector, acknowledgement, queued, connection: None, broken, broken_before: 0 }
        };
        Self { queue, _running: (0..WRITE_CONNECTIONS).map(|_| connection().run()).collect() }
    }

    pub(super) async fn run(&self, task: Task) -> Answer {
        let (reply, answer) = oneshot::channel();
        let until = Instant::now() + QUEUE_WAIT;
        let queued = self.queue.send(Queued { task, until, reply });
        timeout_at(until, queued).await.ok().and_then(Result::ok).ok_or_else(too_much)?;
        // It always answers, unless it panics.
        answer.await.unwrap_or_else(|_| Err(NodeError::Lost("nobody answered".to_owned())))
    }
}

fn too_much() -> NodeError {
    NodeError::NotRun("more waits for it than it can take".to_owned())
}

struct WriteConnection {
    connector: Connector,
    acknowledgement: Acknowledgement,
    queued: Arc<Mutex<mpsc::Receiver<Queued>>>,
    connection: Option<MultiplexedConnection>,
    /// How often any write connection broke. Mostly all of them broke then: each is made again
    /// before it is used, or somebody who tries again would meet one broken connection after the
    /// other.
    broken: Arc<AtomicU64>,
    /// The same when this connection was made.
    broken_before: u64,
}

impl WriteConnection {
    async fn run(mut self) {
        while let Some((tasks, replies)) = self.next_batch().await {
            let answers = match self.run_batch(&tasks).await {
                Ok(answers) => answers,
                Err(error) => {
                    if self.connection.take().is_some() {
                        self.broken.fetch_add(1, Ordering::SeqCst);
                    }
                    vec![Err(error); tasks.len()]
                }
            };
            for (reply, answer) in replies.into_iter().zip(answers) {
                // Whoever asked may have gone away; what was done stands all the same.
                let _ = reply.send(answer);
            }
        }
    }

    /// What has queued up; waits for the first. What nobody waits for any more is left out.
    async fn next_batch(&self) -> Option<(Vec<Task>, Vec<oneshot::Sender<Answer>>)> {
        let mut queued = self.queued.lock().await;
        let (mut tasks, mut replies) = (Vec::new(), Vec::new());
        while tasks.is_empty() {
            let mut next = Some(queued.recv().await?);
            while let Some(Queued { task, until, reply }) = next {
                if Instant::now() > until {
                    let _ = reply.send(Err(too_much()));
                } else if !reply.is_closed() {
                    tasks.push(task);
                    replies.push(reply);
                }
                next = if tasks.len() < BATCH_MAX { queued.try_recv().ok() } else { None };
            }
        }
        Some((tasks, replies))
    }

    /// One answer per task, or one error for all of them.
    async fn run_batch(&mut self, tasks: &[Task]) -> Result<Vec<Answer>, NodeError> {
        let broken = self.broken.load(Ordering::SeqCst);
        if self.connection.is_none() || self.broken_before != broken {
            self.connection = None;
            self.broken_before = broken;
            self.connection = Some(self.connector.connect_primary().await?);
        }
        let all: Vec<&Task> = tasks.iter().collect();
        let mut answers = self.round(&all, Invocation::by_name).await?;
        // A machine that started anew knows no scripts. Those were not run.
        let unknown = |answer: &Answer| matches!(answer, Err(NodeError::Failed(error)) if is_unknown_script(error));
        let again: Vec<_> = (0..answers.len()).filter(|&index| unknown(&answers[index])).collect();
        if !again.is_empty() {
            let not_run: Vec<&Task> = again.iter().map(|&index| &tasks[index]).collect();
            let second = self.round(&not_run, Invocation::by_text).await;
            let second = second.unwrap_or_else(|error| {
                self.connection = None;
                vec![Err(error); again.len()]
            });
            for (index, answer) in again.into_iter().zip(second) {
                answers[index] = answer;
            }
        }
        Ok(answers)
    }

    /// Sends them all, with what makes replicas acknowledge them.
    async fn round(
        &mut self,
        tasks: &[&Task],
        command: impl Fn(&Invocation) -> redis::Cmd,
    ) -> Result<Vec<Answer>, NodeError> {
        let mut pipeline = redis::pipe();
        for task in tasks {
            announce(&mut pipeline, task);
            pipeline.add_command(command(&task.invocation));
        }
        if let Some(last) = tasks.last() {
            self.wait_behind(&mut pipeline, last);
        }
        let mut answers = self.send(pipeline).await?;
        let waited = answers.split_off(tasks.len().min(answers.len()));
        let mut acknowledged = self.acknowledgement.is_given(&waited);
        // What is written behind them lies in the slot of the last one. That may have moved, and
        // others have not.
        let done = tasks.iter().zip(&answers).find(|(_, answer)| answer.is_ok());
        if let Some((task, _)) = done
            && waited.first().is_some_and(Result::is_err)
        {
            let mut pipeline = redis::pipe();
            self.wait_behind(&mut pipeline, task);
            let waited = self.send(pipeline).await?;
            acknowledged = self.acknowledgement.is_given(&waited);
        }
        let address = self.connector.address();
        let answers = answers.into_iter().map(|answer| match answer {
            Ok(_) if !acknowledged => Err(NodeError::NotAcknowledged),
            Ok(value) => Ok(value),
            Err(error) => Err(NodeError::answering(address, error)),
        });
        Ok(answers.collect())
    }

    /// Adds what makes replicas acknowledge all that was sent before on this connection, by way of
    /// that task's slot.
    fn wait_behind(&self, pipeline: &mut redis::Pipeline, task: &Task) {
        let mut commands = self.acknowledgement.commands(task.tag).into_iter();
        if let Some(write) = commands.next() {
            announce(pipeline, task);
            pipeline.add_command(write);
        }
        for wait in commands {
            pipeline.add_command(wait);
        }
    }

    async fn send(&mut self, mut pipeline: redis::Pipeline) -> Result<Vec<RedisResult<Value>>, NodeError> {
        let connection = self.connection.as_mut().expect("it was made before the first round");
        let answers: RedisResult<_> = pipeline.ignore_errors().query_async(connection).await;
        answers.map_err(|error| NodeError::answering(self.connector.address(), error))
    }
}

/// Says that the next command is about a slot that is on its way.
fn announce(pipeline: &mut redis::Pipeline, task: &Task) {
    if task.asking {
        pipeline.cmd("ASKING").ignore();
    }
}

pub(super) fn is_unknown_script(error: &RedisError) -> bool {
    error.kind() == ErrorKind::Server(ServerErrorKind::NoScript)
}
