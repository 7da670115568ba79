//! Whether a history keeps the promises. Pure: the same history gives the same findings.
//!
//! A try without an answer may have happened or not, so rules count from both sides: what was
//! acknowledged must be there, and what nobody asked for must not.

use std::collections::BTreeSet;

use subrosa_shared::api::EndReason;
use subrosa_shared::limits::GUESSES_MAX;
use subrosa_shared::problem::ProblemType;

use super::history::{Answer, Case, Deed, Event, FoundLink, FoundState, Kind, Moment};

/// A rule: what it finds wrong with a case.
type Rule = fn(&Case) -> Vec<String>;

/// Every rule, by the name that its findings bear.
const RULES: &[(&str, Rule)] = &[
    ("a limit is a limit", limit),
    ("every download with content is counted, and no other", counted),
    ("what has ended gives nothing", ended),
    ("what was acknowledged is there", there),
    ("what is gone has a reason", reason),
    ("what is there is whole", whole),
    ("what comes is what was sealed", sealed),
    ("guesses are counted", guesses),
    ("what was saved is known", finished),
    ("no slot is lost", slots),
    ("a lease is kept", kept),
    ("blobs have a record", blobs),
];

/// What is wrong with a history: the case's number, the rule, and what broke it. Empty: nothing.
#[must_use]
pub fn judge(cases: &[Case]) -> Vec<String> {
    let rules = |(number, case)| {
        RULES.iter().flat_map(move |(name, rule)| {
            rule(case).into_iter().map(move |what| format!("case {number}: {name}: {what}"))
        })
    };
    cases.iter().enumerate().flat_map(rules).collect()
}

fn limit(case: &Case) -> Vec<String> {
    let (leases, limit) = (case.with_content(), case.terms.limit);
    let broken = leases.len() > limit as usize;
    finding(broken, || format!("{} leases got content where {limit} may: {leases:?}", leases.len()))
}

fn counted(case: &Case) -> Vec<String> {
    let Some(link) = case.found.link else { return Vec::new() };
    let (least, most) =
        (case.with_content().len(), case.leases(Moment::MAX, |deed| matches!(deed, Deed::Fetch(_))).len());
    let taken = link.taken as usize;
    let mut findings = finding(!(least..=most).contains(&taken), || {
        format!("{taken} are counted where {least} got content and {most} asked for it")
    });
    findings.extend(finding(link.taken > case.terms.limit, || format!("{taken} are counted of {}", case.terms.limit)));
    findings
}

fn ended(case: &Case) -> Vec<String> {
    let Some(end) = case.acknowledged(|deed| matches!(deed, Deed::Revoke | Deed::Destroy)) else { return Vec::new() };
    let gave = |event: &&Event| {
        let opened = matches!(event.deed, Deed::Open | Deed::Lease(_)) && event.answer == Answer::Done;
        event.begun > end && (opened || event.answer == Answer::Content)
    };
    case.events.iter().filter(gave).map(|event| format!("ended at {end}, and yet {event:?}")).collect()
}

fn there(case: &Case) -> Vec<String> {
    let mut findings = Vec::new();
    if let Some(created) = case.acknowledged(|deed| deed == Deed::Create) {
        let lost = matches!(case.found.state, FoundState::Unknown | FoundState::Uploading);
        findings.extend(finding(lost, || format!("created at {created}, found as {:?}", case.found.state)));
    }
    if let Some(made) = case.link_made() {
        findings.extend(finding(case.found.link.is_none(), || format!("the link of {made} was not found")));
        let lost =
            |event: &&Event| event.begun > made && matches!(event.answer, Answer::Refused(ProblemType::NotFound, _));
        findings.extend(case.events.iter().filter(lost).map(|event| format!("made at {made}, and yet {event:?}")));
    }
    findings
}

fn reason(case: &Case) -> Vec<String> {
    let mut told: Vec<(EndReason, Moment)> = case.events.iter().filter_map(told_gone).collect();
    let of_link = case.found.link.and_then(|link| link.gone);
    let of_all = match case.found.state {
        FoundState::Gone(why) => Some(why),
        _ => None,
    };
    told.extend(of_link.into_iter().chain(of_all).map(|why| (why, Moment::MAX)));
    let mut findings: Vec<String> = told
        .into_iter()
        .filter(|(why, at)| !case.explains(*why, *at))
        .map(|(why, at)| format!("said to be {why:?} at {at}, for which there is no reason"))
        .collect();

    let is_gone = of_link.is_some() || of_all.is_some();
    let must = case.acknowledged(|deed| matches!(deed, Deed::Revoke | Deed::Destroy)).is_some();
    let must = must || case.terms.expires && case.found.state != FoundState::Unknown;
    findings.extend(finding(must && !is_gone, || "it was ended, and is not gone".to_owned()));
    let takes_all = case.terms.kind == Kind::Push || case.terms.ends_with_last_link;
    let stays = of_link.is_some() && of_all.is_none() && takes_all;
    findings.extend(finding(stays, || "its last link is gone, and it is not".to_owned()));
    findings
}

fn whole(case: &Case) -> Vec<String> {
    let must = matches!(case.found.state, FoundState::Ready | FoundState::Uploading);
    if must { case.found.damaged.clone() } else { Vec::new() }
}

fn sealed(case: &Case) -> Vec<String> {
    let altered = |event: &&Event| event.answer == Answer::Altered;
    case.events.iter().filter(altered).map(|event| format!("{event:?}")).collect()
}

fn guesses(case: &Case) -> Vec<String> {
    let Some(FoundLink { wrong, gone, .. }) = case.found.link else { return Vec::new() };
    let told = case.count(|event| event.deed == Deed::Guess && refused(event, ProblemType::WrongPassword));
    let most = told + case.count(|event| event.deed == Deed::Guess && event.answer == Answer::Unknown);
    let max = case.terms.guesses_max as usize;
    let mut findings = finding(!(told..=most).contains(&(wrong as usize)), || {
        format!("{wrong} are counted where {told} were told so, of at most {most}")
    });
    findings.extend(finding(wrong as usize > max || told > max, || {
        format!("{wrong}, and {told} told, where {max} end it")
    }));
    let over = max < GUESSES_MAX as usize && told >= max;
    findings.extend(finding(over && gone.is_none(), || format!("{told} did not end it")));
    findings
}

fn finished(case: &Case) -> Vec<String> {
    let Some(link) = case.found.link else { return Vec::new() };
    let done = |event: &Event| matches!(event.deed, Deed::Finish(_)) && event.answer == Answer::Done;
    let least = case.leases_of(done).len();
    let most = case.leases(Moment::MAX, |deed| matches!(deed, Deed::Finish(_))).len();
    let mut findings = finding(!(least..=most).contains(&(link.finished as usize)), || {
        format!("{} are known where {least} were acknowledged and {most} said", link.finished)
    });
    let spent = least >= case.terms.limit as usize && link.gone.is_none();
    findings.extend(finding(spent, || "all are saved, and the link is not gone".to_owned()));
    findings
}

fn slots(case: &Case) -> Vec<String> {
    let early = |event: &&Event| {
        // The one that was refused is among those that asked.
        refused(event, ProblemType::NoDownloadLeft) && case.leases(event.ended, asks).len() <= case.terms.limit as usize
    };
    case.events.iter().filter(early).map(|event| format!("{} may: {event:?}", case.terms.limit)).collect()
}

fn kept(case: &Case) -> Vec<String> {
    let ended_early = |event: &&Event| {
        let Some(lease) = event.lease().filter(|_| refused(event, ProblemType::LeaseEnded)) else { return false };
        let given = |other: &Event| {
            other.lease() == Some(lease)
                && other.ended < event.begun
                && matches!(
                    (other.deed, other.answer),
                    (Deed::Lease(_), Answer::Done) | (Deed::Fetch(_), Answer::Content)
                )
        };
        let over = |other: &Event| other.deed == Deed::Finish(lease) && other.begun < event.ended;
        case.events.iter().any(given) && !case.events.iter().any(over)
    };
    case.events.iter().filter(ended_early).map(|event| format!("{event:?}")).collect()
}

fn blobs(case: &Case) -> Vec<String> {
    let none = matches!(case.found.state, FoundState::Unknown | FoundState::Gone(_)) || case.terms.kind == Kind::Push;
    finding(none && case.found.blobs > 0, || {
        format!("{} files are left of what is {:?}", case.found.blobs, case.found.state)
    })
}

impl Case {
    /// The leases of events that are so.
    fn leases_of(&self, is_so: impl Fn(&Event) -> bool) -> BTreeSet<u32> {
        self.events.iter().filter(|event| is_so(event)).filter_map(Event::lease).collect()
    }

    /// The leases that something was asked for before a moment, answered or not.
    fn leases(&self, before: Moment, deed: impl Fn(Deed) -> bool) -> BTreeSet<u32> {
        self.leases_of(|event| event.begun < before && deed(event.deed))
    }

    /// The leases that got content.
    #[must_use]
    pub fn with_content(&self) -> BTreeSet<u32> {
        self.leases_of(|event| matches!(event.answer, Answer::Content | Answer::Altered))
    }

    fn count(&self, is_so: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|event| is_so(event)).count()
    }

    /// When something was first acknowledged.
    fn acknowledged(&self, deed: impl Fn(Deed) -> bool) -> Option<Moment> {
        let done = self.events.iter().filter(|event| event.answer == Answer::Done && deed(event.deed));
        done.map(|event| event.ended).min()
    }

    /// When it was acknowledged that the link is there.
    fn link_made(&self) -> Option<Moment> {
        self.acknowledged(|deed| match self.terms.kind {
            Kind::Share => deed == Deed::AddLink,
            Kind::Push => deed == Deed::Create,
        })
    }

    /// Whether what was asked for before a moment can have ended it so.
    fn explains(&self, why: EndReason, before: Moment) -> bool {
        let asked = |deed| self.events.iter().any(|event| event.deed == deed && event.begun < before);
        let terms = &self.terms;
        match why {
            EndReason::Spent => {
                self.leases(before, |deed| matches!(deed, Deed::Finish(_))).len() >= terms.limit as usize
            }
            EndReason::Expired => terms.expires,
            EndReason::Revoked => asked(Deed::Revoke),
            EndReason::Destroyed => asked(Deed::Destroy),
            EndReason::TooManyGuesses => {
                let tried = self.count(|event| event.deed == Deed::Guess && event.begun < before);
                terms.guesses_max < GUESSES_MAX && tried >= terms.guesses_max as usize
            }
            EndReason::Abandoned => false,
        }
    }
}

impl Event {
    fn lease(&self) -> Option<u32> {
        match self.deed {
            Deed::Lease(lease) | Deed::Fetch(lease) | Deed::Finish(lease) => Some(lease),
            _ => None,
        }
    }
}

/// Whether it takes a slot, if there is one.
fn asks(deed: Deed) -> bool {
    matches!(deed, Deed::Lease(_) | Deed::Fetch(_))
}

fn refused(event: &Event, with: ProblemType) -> bool {
    matches!(event.answer, Answer::Refused(problem, _) if problem == with)
}

fn told_gone(event: &Event) -> Option<(EndReason, Moment)> {
    match event.answer {
        Answer::Refused(_, Some(why)) => Some((why, event.ended)),
        _ => None,
    }
}

fn finding(broken: bool, what: impl FnOnce() -> String) -> Vec<String> {
    broken.then(what).into_iter().collect()
}

#[cfg(test)]
mod tests;
