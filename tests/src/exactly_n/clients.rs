//! Clients that work through a plan and write down what they see.

mod caller;
mod ends;
mod looks;
mod sends;
mod takes;

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::sync::{Notify, watch};
use tokio::time::{Duration, Instant};

use self::caller::Caller;
use super::history::{Found, Recorder};
use super::plan::{Job, Seed};
use super::planned_share::PlannedShare;
use crate::client::Client;

/// Until all was looked at when everything runs. Generous: the machine may be busy.
const LOOKED_WITHIN: Duration = Duration::from_secs(60);

/// Looks at what is left of everything, in the folder where the shares' blobs lie and in what the
/// servers say.
pub(super) async fn look(
    planned_shares: &[PlannedShare],
    recorder: &Arc<Recorder>,
    origins: &[String],
    shares: &Path,
) -> Vec<Found> {
    let client = Client::among(origins, 0).expect("the platform makes HTTP clients");
    let until = Instant::now() + LOOKED_WITHIN;
    let mut looker = Caller::new(Arc::clone(recorder), usize::MAX, client, Seed::new(0), until);
    let mut found = Vec::new();
    for (case, share) in planned_shares.iter().enumerate() {
        looker.case = case;
        found.push(looker.look(share, shares).await);
    }
    found
}

/// What is to be done, and who is at it.
#[derive(Debug)]
struct Work {
    planned_shares: Arc<Vec<PlannedShare>>,
    recorder: Arc<Recorder>,
    queue: std::sync::Mutex<Queue>,
    /// Told when there is more to do, or nothing any more.
    changed: Notify,
}

#[derive(Debug)]
struct Queue {
    tasks: VecDeque<Task>,
    /// Tasks that were taken and may lead to more.
    running: usize,
}

#[derive(Clone, Copy, Debug)]
enum Task {
    Send(usize),
    Do(usize, Job),
}

/// Lets so many clients do everything that is planned, each over all of these servers in turn, and
/// says when all is done.
///
/// # Panics
/// A client fails in a way that no rule is about.
pub(super) async fn work(
    planned_shares: Arc<Vec<PlannedShare>>,
    recorder: Arc<Recorder>,
    origins: &[String],
    clients: usize,
    seed: &mut Seed,
    until: Instant,
    done: &watch::Sender<bool>,
) {
    let queue = Queue { tasks: (0..planned_shares.len()).map(Task::Send).collect(), running: 0 };
    let work = Arc::new(Work { planned_shares, recorder, queue: queue.into(), changed: Notify::new() });
    let each = (0..clients).map(|number| {
        let client = Client::among(origins, number).expect("the platform makes HTTP clients");
        let caller = Caller::new(Arc::clone(&work.recorder), number, client, Seed::new(seed.draw()), until);
        one_client(Arc::clone(&work), caller)
    });
    join_all(each).await;
    done.send_replace(true);
}

async fn one_client(work: Arc<Work>, mut caller: Caller) {
    while let Some(task) = work.next().await {
        let case = match task {
            Task::Send(case) | Task::Do(case, _) => case,
        };
        let share = &work.planned_shares[case];
        caller.case = case;
        let mut more = Vec::new();
        match task {
            Task::Send(_) => {
                if caller.send(share).await {
                    more.extend(share.planned.jobs.iter().map(|job| Task::Do(case, *job)));
                }
            }
            Task::Do(_, Job::Take { lease, finishes }) => caller.take(share, lease, finishes).await,
            Task::Do(_, Job::End { lease }) => caller.end(share, lease).await,
            Task::Do(_, Job::Guess) => caller.guess(share).await,
        }
        work.done(more);
    }
}

impl Work {
    /// Something to do; nothing if all is done.
    async fn next(&self) -> Option<Task> {
        loop {
            // Registered before looking: what changes in between is not missed.
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut queue = self.queue.lock().expect("nobody panics with the lock");
                if let Some(task) = queue.tasks.pop_front() {
                    queue.running += 1;
                    return Some(task);
                }
                if queue.running == 0 {
                    return None;
                }
            }
            changed.await;
        }
    }

    /// One task is done and leads to others, which come first: so that all that is about one link
    /// happens at once.
    fn done(&self, more: Vec<Task>) {
        let mut queue = self.queue.lock().expect("nobody panics with the lock");
        queue.running -= 1;
        for task in more.into_iter().rev() {
            queue.tasks.push_front(task);
        }
        drop(queue);
        self.changed.notify_waiters();
    }
}
