//! Good histories pass, and every rule is seen failing.

use super::*;
use crate::exactly_n::history::{Found, Terms};

/// A history that is told in order: every try ends before the next begins, unless its moments are
/// changed.
struct Story {
    case: Case,
    now: Moment,
}

impl Story {
    fn of(kind: Kind, limit: u32) -> Self {
        let terms = Terms { kind, limit, ends_with_last_link: true, guesses_max: GUESSES_MAX, expires: false };
        let link = FoundLink { gone: None, taken: 0, wrong: 0, finished: 0 };
        let found = Found { state: FoundState::Ready, link: Some(link), damaged: Vec::new(), blobs: 2 };
        let found = Found { blobs: if kind == Kind::Push { 0 } else { 2 }, ..found };
        Self { case: Case { terms, events: Vec::new(), found }, now: 0 }
    }

    /// A share with its link, or a push, acknowledged.
    fn made(kind: Kind, limit: u32) -> Self {
        let story = Self::of(kind, limit).then(Deed::Create, Answer::Done);
        if kind == Kind::Share { story.then(Deed::AddLink, Answer::Done) } else { story }
    }

    fn then(mut self, deed: Deed, answer: Answer) -> Self {
        let (begun, ended) = (self.now, self.now + 1);
        self.now += 2;
        self.case.events.push(Event { case: 0, client: 0, deed, begun, ended, answer });
        self
    }

    /// A download with content, counted.
    fn taken(mut self, lease: u32) -> Self {
        self.link().taken += 1;
        self.then(Deed::Lease(lease), Answer::Done).then(Deed::Fetch(lease), Answer::Content)
    }

    /// A download with content, counted and saved.
    fn saved(self, lease: u32) -> Self {
        let mut story = self.taken(lease).then(Deed::Finish(lease), Answer::Done);
        story.link().finished += 1;
        story
    }

    fn gone(mut self, why: EndReason) -> Self {
        self.link().gone = Some(why);
        self.case.found.state = FoundState::Gone(why);
        self.case.found.blobs = 0;
        self
    }

    fn link(&mut self) -> &mut FoundLink {
        self.case.found.link.as_mut().expect("it has one")
    }

    fn with(mut self, change: impl FnOnce(&mut Case)) -> Self {
        change(&mut self.case);
        self
    }

    #[track_caller]
    fn passes(self) {
        let findings = judge(&[self.case]);
        assert!(findings.is_empty(), "{findings:#?}");
    }

    #[track_caller]
    fn breaks(self, rule: &str) {
        let findings = judge(&[self.case]);
        let name = |finding: &String| finding.split(": ").nth(1).map(str::to_owned);
        let rules: BTreeSet<_> = findings.iter().filter_map(name).collect();
        assert!(rules.contains(rule), "{findings:#?}");
    }
}

const UNKNOWN: Answer = Answer::Unknown;
const NO_DOWNLOAD_LEFT: Answer = Answer::Refused(ProblemType::NoDownloadLeft, None);
const NOT_FOUND: Answer = Answer::Refused(ProblemType::NotFound, None);
const WRONG: Answer = Answer::Refused(ProblemType::WrongPassword, None);
const LEASE_ENDED: Answer = Answer::Refused(ProblemType::LeaseEnded, None);

fn told(why: EndReason) -> Answer {
    Answer::Refused(ProblemType::Gone, Some(why))
}

#[test]
fn histories_that_keep_every_promise_pass() {
    Story::of(Kind::Share, 1).then(Deed::Create, UNKNOWN).with(|case| case.found.link = None).passes();
    Story::made(Kind::Share, 2).saved(1).passes();
    Story::made(Kind::Push, 2).saved(1).saved(2).gone(EndReason::Spent).passes();
    Story::made(Kind::Share, 1).taken(1).then(Deed::Lease(2), NO_DOWNLOAD_LEFT).passes();
    // Nobody heard of the lease, and yet it has the slot; nobody heard the end, and yet it is one.
    Story::made(Kind::Share, 1).then(Deed::Lease(1), UNKNOWN).then(Deed::Lease(2), NO_DOWNLOAD_LEFT).passes();
    Story::made(Kind::Push, 1).then(Deed::Revoke, UNKNOWN).gone(EndReason::Revoked).passes();
    Story::made(Kind::Push, 1).then(Deed::Fetch(1), UNKNOWN).with(|case| story_link(case).taken = 1).passes();
    // Not acknowledged when it was asked for, so it may still give.
    let revoked = Story::made(Kind::Share, 2).then(Deed::Revoke, Answer::Done).gone(EndReason::Revoked);
    let during = revoked.taken(1).with(|case| case.events.iter_mut().for_each(|event| event.begun = 0));
    during.passes();
    let two = |case: &mut Case| case.terms.guesses_max = 2;
    let guessed = Story::made(Kind::Share, 1).with(two).then(Deed::Guess, WRONG).then(Deed::Guess, UNKNOWN);
    guessed.with(|case| story_link(case).wrong = 2).gone(EndReason::TooManyGuesses).passes();
    let stays = |case: &mut Case| case.terms.ends_with_last_link = false;
    let spent = Story::made(Kind::Share, 1).with(stays).saved(1);
    spent.with(|case| story_link(case).gone = Some(EndReason::Spent)).passes();
}

fn story_link(case: &mut Case) -> &mut FoundLink {
    case.found.link.as_mut().expect("it has one")
}

#[test]
fn more_than_may_is_found_however_it_came_about() {
    Story::made(Kind::Share, 1).taken(1).taken(2).breaks("a limit is a limit");
    // The second one came in while the first had no answer yet.
    let at_once =
        Story::made(Kind::Push, 1).then(Deed::Fetch(1), Answer::Content).then(Deed::Fetch(2), Answer::Content);
    at_once.with(|case| case.events[2].begun = case.events[1].begun).breaks("a limit is a limit");
}

#[test]
fn a_download_that_is_not_counted_is_found_and_so_is_one_too_many() {
    let rule = "every download with content is counted, and no other";
    Story::made(Kind::Share, 2).taken(1).with(|case| story_link(case).taken = 0).breaks(rule);
    Story::made(Kind::Share, 2).taken(1).with(|case| story_link(case).taken = 2).breaks(rule);
    let lied = Story::made(Kind::Share, 1).then(Deed::Fetch(1), UNKNOWN).then(Deed::Fetch(2), UNKNOWN);
    lied.with(|case| story_link(case).taken = 2).breaks(rule);
}

#[test]
fn content_after_the_end_is_found() {
    for end in [Deed::Revoke, Deed::Destroy] {
        let ended = || Story::made(Kind::Share, 2).then(end, Answer::Done).gone(EndReason::Revoked);
        ended().then(Deed::Fetch(1), Answer::Content).breaks("what has ended gives nothing");
        ended().then(Deed::Lease(1), Answer::Done).breaks("what has ended gives nothing");
        ended().then(Deed::Open, Answer::Done).breaks("what has ended gives nothing");
    }
}

#[test]
fn what_was_acknowledged_and_is_lost_is_found() {
    let rule = "what was acknowledged is there";
    let lost = |case: &mut Case| case.found.state = FoundState::Unknown;
    Story::made(Kind::Push, 1).with(lost).breaks(rule);
    Story::made(Kind::Share, 1).with(|case| case.found.state = FoundState::Uploading).breaks(rule);
    Story::made(Kind::Share, 1).with(|case| case.found.link = None).breaks(rule);
    Story::made(Kind::Share, 1).then(Deed::Open, NOT_FOUND).breaks(rule);
}

#[test]
fn an_end_without_a_reason_is_found_and_so_is_a_missing_one() {
    let rule = "what is gone has a reason";
    let all =
        [EndReason::Spent, EndReason::Expired, EndReason::Revoked, EndReason::Destroyed, EndReason::TooManyGuesses];
    for why in all.into_iter().chain([EndReason::Abandoned]) {
        Story::made(Kind::Share, 2).saved(1).gone(why).breaks(rule);
        Story::made(Kind::Push, 2).then(Deed::Fetch(1), told(why)).breaks(rule);
    }
    // Asked for only afterwards.
    Story::made(Kind::Push, 2).then(Deed::Open, told(EndReason::Revoked)).then(Deed::Revoke, UNKNOWN).breaks(rule);
    Story::made(Kind::Push, 2).then(Deed::Revoke, Answer::Done).breaks(rule);
    Story::made(Kind::Push, 2).with(|case| case.terms.expires = true).breaks(rule);
    Story::made(Kind::Share, 1).saved(1).with(|case| story_link(case).gone = Some(EndReason::Spent)).breaks(rule);
}

#[test]
fn damage_is_found() {
    Story::made(Kind::Share, 1).with(|case| case.found.damaged.push("part 0".into())).breaks("what is there is whole");
    Story::made(Kind::Share, 1).then(Deed::Fetch(1), Answer::Altered).breaks("what comes is what was sealed");
}

#[test]
fn guesses_that_are_forgotten_invented_or_without_end_are_found() {
    let rule = "guesses are counted";
    let guessed = || Story::made(Kind::Share, 1).then(Deed::Guess, WRONG).then(Deed::Guess, WRONG);
    guessed().with(|case| story_link(case).wrong = 1).breaks(rule);
    guessed().with(|case| story_link(case).wrong = 3).breaks(rule);
    let two = |case: &mut Case| {
        case.terms.guesses_max = 2;
        story_link(case).wrong = 2;
    };
    guessed().with(two).breaks(rule);
    let three =
        |case: &mut Case| (story_link(case).wrong, story_link(case).gone) = (3, Some(EndReason::TooManyGuesses));
    guessed().then(Deed::Guess, WRONG).with(two).with(three).breaks(rule);
    let many = (0..=GUESSES_MAX).fold(Story::made(Kind::Push, 1), |story, _| story.then(Deed::Guess, WRONG));
    many.with(|case| story_link(case).wrong = GUESSES_MAX + 1).breaks(rule);
}

#[test]
fn what_was_saved_and_is_not_known_is_found() {
    let rule = "what was saved is known";
    Story::made(Kind::Share, 2).saved(1).with(|case| story_link(case).finished = 0).breaks(rule);
    Story::made(Kind::Share, 2).taken(1).with(|case| story_link(case).finished = 1).breaks(rule);
    Story::made(Kind::Share, 1).saved(1).breaks(rule);
}

#[test]
fn a_slot_or_a_lease_that_is_lost_is_found() {
    Story::made(Kind::Share, 2).taken(1).then(Deed::Lease(2), NO_DOWNLOAD_LEFT).breaks("no slot is lost");
    let leased = || Story::made(Kind::Share, 2).then(Deed::Lease(1), Answer::Done);
    leased().then(Deed::Fetch(1), LEASE_ENDED).breaks("a lease is kept");
    leased().then(Deed::Finish(1), UNKNOWN).then(Deed::Fetch(1), LEASE_ENDED).passes();
    Story::made(Kind::Push, 2).taken(1).then(Deed::Fetch(1), LEASE_ENDED).breaks("a lease is kept");
}

#[test]
fn blobs_that_outlive_their_record_are_found() {
    let rule = "blobs have a record";
    let revoked = Story::made(Kind::Share, 1).then(Deed::Revoke, Answer::Done).gone(EndReason::Revoked);
    revoked.with(|case| case.found.blobs = 1).breaks(rule);
    let never = Story::of(Kind::Share, 1).then(Deed::Create, UNKNOWN);
    never.with(|case| (case.found.state, case.found.link) = (FoundState::Unknown, None)).breaks(rule);
}

#[test]
fn every_rule_is_seen_failing() {
    let here = include_str!("tests.rs");
    for (name, _) in RULES {
        assert!(here.contains(&format!("\"{name}\"")), "{name}");
    }
}
