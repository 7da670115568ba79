//! Whether and when a failed request is worth another try. The page sends and waits; what to do is
//! decided here.

use serde::Serialize;
use subrosa_shared::problem::ProblemType;

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
}

/// An answer that says that a request failed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer<'a> {
    /// Its status; 0 stands for no answer at all.
    pub status: u16,
    /// What its problem document says is wrong, if it has one and this version knows the type.
    pub problem: Option<ProblemType>,
    /// What exactly, if the problem document says so.
    pub detail: &'a str,
    /// Milliseconds to wait, by the problem document or by the header `Retry-After`.
    pub retry_after_millis: Option<u64>,
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

/// Longest wait that a server may ask for, in milliseconds.
const ASKED_MILLIS_MAX: u64 = 86_400_000;

/// Judges a failed request. `tries` counts the failed ones, this one included. `dice` is uniform in
/// 0..1 and spreads the clients of a server that comes back.
#[must_use]
pub fn judge(answer: &Answer<'_>, tries: u32, dice: f64) -> Failure {
    let Answer { status, problem, detail, retry_after_millis } = *answer;
    let again = match problem.map_or_else(|| patience_by_status(status), patience) {
        Patience::Endless => true,
        Patience::Limited => tries < LIMITED_TRIES,
        Patience::None => false,
    };
    let asked_millis = retry_after_millis.unwrap_or(0).min(ASKED_MILLIS_MAX);
    let wait_millis = if again { asked_millis.max(back_off_millis(tries, dice)) } else { asked_millis };
    let variant = problem.map_or_else(|| variant_by_status(status).to_owned(), slug);
    let sentence = match problem {
        Some(problem) if detail.is_empty() => problem.title().to_owned(),
        Some(problem) => [problem.title(), detail].join(" "),
        None => String::new(),
    };
    Failure { variant, sentence, again, wait_millis }
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

    use super::*;

    fn judge_problem(problem: ProblemType, tries: u32) -> Failure {
        judge(&Answer { status: problem.status(), problem: Some(problem), ..Answer::default() }, tries, 0.0)
    }

    fn judge_status(status: u16, tries: u32, dice: f64) -> Failure {
        judge(&Answer { status, ..Answer::default() }, tries, dice)
    }

    #[test]
    fn a_lost_network_is_tried_for_ever() {
        for tries in [1, 2, 50, u32::MAX] {
            let failure = judge_status(0, tries, 0.5);
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
            assert_eq!(judge_problem(problem, 1).again, patient, "{problem:?}");
        }
        assert!(!judge_status(404, 1, 0.0).again);
    }

    #[test]
    fn what_may_be_broken_for_good_is_tried_a_few_times() {
        let problem = ProblemType::Internal;
        assert!(judge_problem(problem, 7).again);
        assert!(!judge_problem(problem, 8).again);
        assert_eq!(judge_problem(problem, 8).variant, "internal");
    }

    #[test]
    fn the_servers_wish_to_wait_is_respected() {
        let asked = |status, problem, millis| {
            judge(&Answer { status, problem, retry_after_millis: Some(millis), detail: "" }, 1, 0.0)
        };
        assert_eq!(asked(503, None, 120_000).wait_millis, 120_000);
        assert_eq!(asked(503, None, u64::MAX).wait_millis, ASKED_MILLIS_MAX);
        let failure = asked(429, Some(ProblemType::TooManyGuesses), 4321);
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
    fn what_exactly_is_told_behind_what_went_wrong() {
        let detail = "It was taken.";
        let answer = Answer { status: 410, problem: Some(ProblemType::Gone), detail, retry_after_millis: None };
        let failure = judge(&answer, 1, 0.0);
        assert_eq!(failure.variant, "gone");
        assert_eq!(failure.sentence, format!("{} {detail}", ProblemType::Gone.title()));
        assert_eq!(judge_problem(ProblemType::Gone, 1).sentence, ProblemType::Gone.title());
    }
}
