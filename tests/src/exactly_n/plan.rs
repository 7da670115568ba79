//! What is sent and who takes it, drawn from a seed: the same seed gives the same plan.

use super::history::{Kind, Terms};
use subrosa_shared::limits::GUESSES_MAX;

/// Numbers that look random and are the same for the same seed (splitmix64).
#[derive(Clone, Debug)]
pub struct Seed(u64);

impl Seed {
    /// The beginning of a row of numbers.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one, which is not zero.
    pub fn below(&mut self, end: u64) -> u64 {
        self.draw() % end
    }

    /// Whether something that happens so many times in a hundred happens now.
    pub fn chance(&mut self, of_100: u64) -> bool {
        self.below(100) < of_100
    }

    /// Puts things into another order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for end in (1..things.len()).rev() {
            let place = usize::try_from(self.below(end as u64 + 1)).expect("it is below a usize");
            things.swap(place, end);
        }
    }
}

/// How a link ends before all is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It does not.
    None,
    /// Its owner takes it back.
    Revoke,
    /// A recipient destroys it.
    Destroy,
    /// Somebody guesses too often.
    Guess,
    /// Its time is over.
    Expire,
}

/// Wrong passwords that end a link, where somebody guesses: each further one would wait twice as
/// long.
const GUESSES: u32 = 2;
/// A life that is shorter than the test.
pub const SHORT_LIFE_SECS: i64 = 4;

/// One link, and what is done with it.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What its sender allows.
    pub terms: Terms,
    /// How it ends.
    pub ending: Ending,
    /// Bytes of content.
    pub content_len: usize,
    /// What happens as soon as it is there, by different clients at once: each is one download and
    /// whether it is said to be saved, or something else.
    pub jobs: Vec<Job>,
}

/// What one client does with one link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// Takes one download or view.
    Take {
        /// Its number in this case.
        lease: u32,
        /// Whether it says that it is saved.
        finishes: bool,
    },
    /// Ends it, then tries to take one more.
    End {
        /// The number of that download.
        lease: u32,
    },
    /// Tries wrong passwords until it is over.
    Guess,
}

/// Draws so many links.
#[must_use]
pub fn draw(seed: &mut Seed, links: usize) -> Vec<Planned> {
    (0..links).map(|_| planned(seed)).collect()
}

fn planned(seed: &mut Seed) -> Planned {
    let kind = if seed.chance(50) { Kind::Share } else { Kind::Push };
    let ending = match seed.below(100) {
        0..10 => Ending::Revoke,
        10..18 => Ending::Destroy,
        18..24 => Ending::Guess,
        24..29 => Ending::Expire,
        _ => Ending::None,
    };
    let limit = u32::try_from(1 + seed.below(5)).expect("it is small");
    let guesses_max = if ending == Ending::Guess { GUESSES } else { GUESSES_MAX };
    let (ends_with_last_link, expires) = (seed.chance(60), ending == Ending::Expire);
    let terms = Terms { kind, limit, ends_with_last_link, guesses_max, expires };
    // More than may, so that they race for the last ones. A guesser makes others wait, so there is
    // only one of those.
    let takers =
        if ending == Ending::Guess { 1 } else { limit + 1 + u32::try_from(seed.below(3)).expect("it is small") };
    let finishers = if seed.chance(50) { 100 } else { 60 };
    let mut jobs: Vec<Job> = (0..takers).map(|lease| Job::Take { lease, finishes: seed.chance(finishers) }).collect();
    match ending {
        Ending::Revoke | Ending::Destroy => jobs.push(Job::End { lease: takers }),
        Ending::Guess => jobs.extend([Job::Guess; 3]),
        Ending::None | Ending::Expire => {}
    }
    seed.shuffle(&mut jobs);
    let content_len = usize::try_from(1 + seed.below(150_000)).expect("it is small");
    Planned { terms, ending, content_len, jobs }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_plan_and_another_gives_another() {
        let plan = |seed| format!("{:?}", draw(&mut Seed::new(seed), 50));
        assert_eq!(plan(1), plan(1));
        assert_ne!(plan(1), plan(2));
        let plan = draw(&mut Seed::new(1), 100);
        for ending in [Ending::None, Ending::Revoke, Ending::Destroy, Ending::Guess, Ending::Expire] {
            assert!(plan.iter().any(|planned| planned.ending == ending), "{ending:?} is tried");
        }
        for limit in 1..=5 {
            assert!(plan.iter().any(|planned| planned.terms.limit == limit), "a limit of {limit} is tried");
        }
    }
}
