//! Whether and when a failed request is worth another try. The page sends and waits; what to do is decided here.

use serde::Serialize;
use subrosa_shared::problem::{Problem, ProblemType};

/// Longest wait between two tries, in milliseconds.
const WAIT_MILLIS_MAX: u64 = 30_000;
/// Tries where another one may help, but a lasting failure means that something is broken.
const LIMITED_TRIES: u32 = 8;

/// A request that failed: what to tell, and whether to go on.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// The problem's slug, or `network`, `unavailable`, `server`.
    pub variant: String,
    /// A sentence for people; empty if the page has a better one by the variant.
    pub sentence: String,
    /// Whether the same request may succeed later.
    pub again: bool,
    /// Milliseconds to wait before it. Also told when `again` is false, if the server said so.
    pub wait_millis: u64,
    /// Why and since when, if something is gone: as in the API.
    pub gone: Option<subrosa_shared::api::Gone>,
}

/// How often the same request may be tried again.
enum Patience {
    /// Until the person cancels: the network or the server is away for a while.
    Endless,
    /// A few times.
    Limited,
    /// Not at all: the same request will fail again.
    None,
}

/// Judges a failed request.
///
/// `status` 0 stands for no answer at all. `retry_after_secs` is the value of the header `Retry-After`, if it was a number.
/// `tries` counts the failed ones, this one included. `dice` is uniform in 0..1 and spreads the clients of a server that
/// comes back.
#[must_use]
pub fn judge(status: u16, body: &str, retry_after_secs: Option<f64>, tries: u32, dice: f64) -> Failure {
    let problem = serde_json::from_str::<Problem>(body).ok();
    let known = problem.as_ref().and_then(Problem::problem_type);
    let patience = known.map_or_else(|| patience_by_status(status), patience);
    let again = match patience {
        Patience::Endless => true,
        Patience::Limited => tries < LIMITED_TRIES,
        Patience::None => false,
    };
    let asked_millis = problem
        .as_ref()
        .and_then(|problem| problem.retry_after_millis)
        .or_else(|| retry_after_secs.map(|secs| (secs.clamp(0.0, 86_400.0) * 1000.0) as u64))
        .unwrap_or(0);
    let wait_millis = if again { asked_millis.max(back_off_millis(tries, dice)) } else { asked_millis };
    let variant = known.map_or_else(|| variant_by_status(status).to_owned(), slug);
    let sentence = known.map_or_else(String::new, |known| {
        let detail = problem.as_ref().and_then(|problem| problem.detail.as_deref());
        detail.map_or_else(|| known.title().to_owned(), |detail| format!("{} {detail}", known.title()))
    });
    Failure { variant, sentence, again, wait_millis, gone: problem.and_then(|problem| problem.gone) }
}

/// Exponential back-off with jitter: 0.5 to 1 of 1 s, 2 s, 4 s … 30 s.
#[must_use]
pub fn back_off_millis(tries: u32, dice: f64) -> u64 {
    let ceiling = 1000_u64.saturating_mul(1 << tries.saturating_sub(1).min(10)).min(WAIT_MILLIS_MAX);
    let share = if dice.is_finite() { dice.clamp(0.0, 1.0) } else { 1.0 };
    (ceiling as f64 * (0.5 + share / 2.0)) as u64
}

fn patience(problem: ProblemType) -> Patience {
    match problem {
        ProblemType::Busy | ProblemType::RequestTimeout => Patience::Endless,
        // What arrived was not what was sent, or something broke inside: seldom twice.
        ProblemType::DigestMismatch | ProblemType::IncompleteBody | ProblemType::Internal => Patience::Limited,
        _ => Patience::None,
    }
}

/// Answers that are no problem documents come from proxies in between.
fn patience_by_status(status: u16) -> Patience {
    match status {
        0 | 408 | 425 | 429 | 502 | 503 | 504 => Patience::Endless,
        500..=599 => Patience::Limited,
        _ => Patience::None,
    }
}

fn variant_by_status(status: u16) -> &'static str {
    match status {
        0 => "network",
        408 | 425 | 429 | 502 | 503 | 504 => "unavailable",
        _ => "server",
    }
}

fn slug(problem: ProblemType) -> String {
    problem.uri().rsplit(':').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use subrosa_shared::api::{Gone, GoneWhy};
    use subrosa_shared::time::Timestamp;

    use super::*;

    fn judge_problem(problem: &Problem, tries: u32) -> Failure {
        judge(problem.status, &serde_json::to_string(problem).unwrap(), None, tries, 0.0)
    }

    #[test]
    fn a_lost_network_is_tried_for_ever() {
        for tries in [1, 2, 50, u32::MAX] {
            let failure = judge(0, "", None, tries, 0.5);
            assert!(failure.again);
            assert_eq!(failure.variant, "network");
            assert!((500..=30_000).contains(&failure.wait_millis));
        }
    }

    #[test]
    fn a_wrong_request_is_never_repeated() {
        for &problem in ProblemType::ALL {
            let patient = matches!(
                problem,
                ProblemType::Busy
                    | ProblemType::RequestTimeout
                    | ProblemType::DigestMismatch
                    | ProblemType::IncompleteBody
                    | ProblemType::Internal
            );
            assert_eq!(judge_problem(&Problem::new(problem), 1).again, patient, "{problem:?}");
        }
        assert!(!judge(404, "<html>", None, 1, 0.0).again);
    }

    #[test]
    fn what_may_be_broken_for_good_is_tried_a_few_times() {
        let problem = Problem::new(ProblemType::Internal);
        assert!(judge_problem(&problem, 7).again);
        assert!(!judge_problem(&problem, 8).again);
        assert_eq!(judge_problem(&problem, 8).variant, "internal");
    }

    #[test]
    fn the_servers_wish_to_wait_is_respected() {
        assert_eq!(judge(503, "", Some(120.0), 1, 0.0).wait_millis, 120_000);
        let mut problem = Problem::new(ProblemType::TooManyGuesses);
        problem.retry_after_millis = Some(4321);
        let failure = judge_problem(&problem, 1);
        assert_eq!((failure.again, failure.wait_millis), (false, 4321));
    }

    #[test]
    fn back_off_grows_has_jitter_and_a_ceiling() {
        assert_eq!(back_off_millis(1, 0.0), 500);
        assert_eq!(back_off_millis(1, 1.0), 1000);
        assert_eq!(back_off_millis(4, 0.0), 4000);
        assert_eq!(back_off_millis(u32::MAX, 1.0), 30_000);
        assert_eq!(back_off_millis(0, f64::NAN), 1000);
    }

    #[test]
    fn gone_says_why_and_when() {
        let mut problem = Problem::new(ProblemType::Gone).with_detail("It was taken.");
        problem.gone = Some(Gone { why: GoneWhy::Spent, at: Timestamp::from_millis(5) });
        let failure = judge_problem(&problem, 1);
        assert_eq!(failure.gone, problem.gone);
        assert_eq!(failure.variant, "gone");
        assert!(failure.sentence.ends_with("It was taken."));
    }
}
