//! One client: tries, notes how it went, and tries again where there was no answer.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::client::{Client, Error};
use crate::exactly_n::history::{Answer, Begun, Deed, Recorder};
use crate::exactly_n::plan::Seed;

/// Until an answer is given up. Longer than servers try by themselves.
const ANSWER_MAX: Duration = Duration::from_secs(15);

/// A client at work on a case.
#[derive(Debug)]
pub(crate) struct Caller {
    recorder: Arc<Recorder>,
    number: usize,
    pub(crate) client: Client,
    seed: Seed,
    pub(crate) case: usize,
    /// When it does not try again any more where there was no answer.
    pub(crate) until: Instant,
}

impl Caller {
    pub(crate) fn new(recorder: Arc<Recorder>, number: usize, client: Client, seed: Seed, until: Instant) -> Self {
        Self { recorder, number, client, seed, case: 0, until }
    }

    /// Tries once, and notes how it went; no result is no answer in time.
    pub(crate) async fn once<T>(
        &self,
        deed: Deed,
        call: impl Future<Output = Result<T, Error>>,
        answer: impl FnOnce(Option<&Result<T, Error>>) -> Answer,
    ) -> (Answer, Option<T>) {
        let (begun, result) = self.begin(deed, call).await;
        let answer = answer(result.as_ref());
        self.end_as(begun, answer);
        (answer, result.and_then(Result::ok))
    }

    /// Tries once, for [`end_as`](Self::end_as) to note how it went.
    pub(crate) async fn begin<T>(&self, deed: Deed, call: impl Future<Output = T>) -> (Begun, Option<T>) {
        let begun = self.recorder.begin(self.case, self.number, deed);
        (begun, timeout(ANSWER_MAX, call).await.ok())
    }

    /// Notes how it went.
    pub(crate) fn end_as(&self, begun: Begun, answer: Answer) {
        self.recorder.end(begun, answer);
    }

    /// Tries until there is an answer. What was refused gives nothing.
    pub(crate) async fn until_answered<T>(
        &mut self,
        deed: Deed,
        mut call: impl AsyncFnMut() -> Result<T, Error>,
    ) -> Result<T, Answer> {
        loop {
            match self.once(deed, call(), plain).await {
                (_, Some(result)) => return Ok(result),
                (Answer::Unknown, None) if self.again().await => {}
                (answer, None) => return Err(answer),
            }
        }
    }

    /// Waits a little while, of another length for every client. Whether it is to be tried again
    /// then.
    pub(crate) async fn again(&mut self) -> bool {
        sleep(Duration::from_millis(10 + self.seed.below(60))).await;
        Instant::now() < self.until
    }
}

/// How a call went that gives no content.
pub(crate) fn plain<T>(result: Option<&Result<T, Error>>) -> Answer {
    match result {
        None => Answer::Unknown,
        Some(Ok(_)) => Answer::Done,
        Some(Err(error)) => refusal(error),
    }
}

/// What an error says about whether it happened.
pub(crate) fn refusal(error: &Error) -> Answer {
    match error {
        Error::Problem(problem) if problem.status >= 500 => Answer::Unknown,
        Error::Problem(problem) => {
            let problem_type = problem.problem_type().expect("the server has no types that this version does not know");
            Answer::Refused(problem_type, problem.gone.map(|gone| gone.why))
        }
        Error::Unexpected(_) | Error::Transport(_) => Answer::Unknown,
        _ => Answer::Altered,
    }
}
