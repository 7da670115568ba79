//! Lanes: each owns one connection, takes what has queued up, and sends it at once. The more write at the same time, the
//! cheaper each of them gets.

use std::sync::Arc;

use redis::aio::MultiplexedConnection;
use redis::{ErrorKind, RedisResult, ServerErrorKind, Value};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinSet;

use super::connection::Connector;
use super::invocation::Invocation;
use super::trouble::Trouble;

/// Lanes per primary: while one waits for its answers, others fill up.
const LANES_COUNT: usize = 4;
/// Scripts that a lane sends at once: bounds how long the first of them waits for the last.
const BATCH_MAX: usize = 64;
/// Scripts that may wait for a lane. Beyond that, whoever asks waits for its turn to wait.
const QUEUE_MAX: usize = 1_024;

type Answer = Result<Value, Trouble>;

/// What a lane is asked for.
struct Task {
    invocation: Arc<Invocation>,
    reply: oneshot::Sender<Answer>,
}

/// The lanes of one primary. Dropping them ends them.
#[derive(Debug)]
pub(super) struct Lanes {
    queue: mpsc::Sender<Task>,
    _tasks: JoinSet<()>,
}

impl Lanes {
    pub(super) fn start(connector: &Connector) -> Self {
        let (queue, tasks) = mpsc::channel(QUEUE_MAX);
        let queued = Arc::new(Mutex::new(tasks));
        let lane = || Lane { connector: connector.clone(), queued: Arc::clone(&queued), connection: None };
        let tasks = (0..LANES_COUNT).map(|_| lane().run()).collect();
        Self { queue, _tasks: tasks }
    }

    pub(super) async fn run(&self, invocation: Arc<Invocation>) -> Answer {
        let (reply, answer) = oneshot::channel();
        let ended = || Trouble::NotRun("it is no primary any more".to_owned());
        self.queue.send(Task { invocation, reply }).await.map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

struct Lane {
    connector: Connector,
    queued: Arc<Mutex<mpsc::Receiver<Task>>>,
    connection: Option<MultiplexedConnection>,
}

impl Lane {
    async fn run(mut self) {
        while let Some(batch) = self.next_batch().await {
            let invocations: Vec<_> = batch.iter().map(|task| Arc::clone(&task.invocation)).collect();
            match self.run_batch(&invocations).await {
                Ok(answers) => {
                    for (task, answer) in batch.into_iter().zip(answers) {
                        let _ = task.reply.send(answer.map_err(Trouble::answering));
                    }
                }
                Err(trouble) => {
                    self.connection = None;
                    for task in batch {
                        let _ = task.reply.send(Err(trouble.clone()));
                    }
                }
            }
        }
    }

    /// What has queued up; waits for the first. What nobody waits for any more is left out.
    async fn next_batch(&self) -> Option<Vec<Task>> {
        let mut queued = self.queued.lock().await;
        let mut batch = Vec::new();
        while batch.is_empty() {
            let mut next = Some(queued.recv().await?);
            while let Some(task) = next {
                if !task.reply.is_closed() {
                    batch.push(task);
                }
                next = if batch.len() < BATCH_MAX { queued.try_recv().ok() } else { None };
            }
        }
        Some(batch)
    }

    async fn run_batch(&mut self, invocations: &[Arc<Invocation>]) -> Result<Vec<RedisResult<Value>>, Trouble> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            None => self.connection.insert(self.connector.connect().await?),
        };
        let mut answers = send(connection, invocations.iter().map(|invocation| invocation.by_name())).await?;
        // A machine that started anew knows no scripts. Those were not run.
        let unknown: Vec<_> = (0..answers.len()).filter(|&index| is_unknown_script(&answers[index])).collect();
        if !unknown.is_empty() {
            let again = send(connection, unknown.iter().map(|&index| invocations[index].by_text())).await?;
            for (index, answer) in unknown.into_iter().zip(again) {
                answers[index] = answer;
            }
        }
        Ok(answers)
    }
}

fn is_unknown_script(answer: &RedisResult<Value>) -> bool {
    answer.as_ref().is_err_and(|error| error.kind() == ErrorKind::Server(ServerErrorKind::NoScript))
}

async fn send(
    connection: &mut MultiplexedConnection,
    commands: impl Iterator<Item = redis::Cmd>,
) -> Result<Vec<RedisResult<Value>>, Trouble> {
    let mut pipeline = redis::pipe();
    for command in commands {
        pipeline.add_command(command);
    }
    pipeline.ignore_errors();
    pipeline.query_async(connection).await.map_err(Trouble::answering)
}
