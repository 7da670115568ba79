//! Exactly N: many clients on few links, while servers and Redis are killed and started again, and
//! afterwards a judge.
//!
//! [`plan`] draws from a seed what is sent and who takes it, [`world`] is the servers over one
//! ledger, [`faults`] kills them whenever so many calls were begun, clients work through the plan
//! and write a [`history`] to which is added what was left in the end, and [`judge`] says what is
//! wrong with all that.

mod clients;
pub mod faults;
pub mod history;
pub mod judge;
pub mod plan;
mod planned_share;
pub mod world;

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use self::faults::{Faults, Kills};
use self::history::{Answer, Case, Found, FoundState, Moment, Recorder};
use self::plan::Seed;
use self::planned_share::{PlannedShare, Sealed};
use self::world::World;
use crate::disk::files_below;
use crate::wait;

/// What is gone is deleted within 10 seconds while all runs; twice that on a busy machine.
const DELETED_WITHIN: Duration = Duration::from_secs(20);

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// Links, each of a share or a push.
    pub links: usize,
    /// Clients at the same time.
    pub clients: usize,
    /// Calls between two faults.
    pub every: u64,
    /// What everything is drawn from.
    pub seed: u64,
    /// When what has no answer is not tried again any more.
    pub within: Duration,
}

/// What came of a trial.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// What is wrong. Empty: nothing.
    pub findings: Vec<String>,
    /// What was killed.
    pub kills: Kills,
    /// The same in order, each with the moment in the history.
    pub diary: Vec<(Moment, String)>,
    /// Tries of clients in all.
    pub tries: usize,
    /// Of those, without an answer.
    pub unknown: usize,
    /// Leases that got content.
    pub with_content: usize,
    /// From the first call to the last.
    pub took: Duration,
    trial: Trial,
}

/// Runs a trial: the same seed gives the same plan and the same kills, but races end as they will.
///
/// # Panics
/// Something fails that no rule is about.
pub async fn run(world: &mut World, trial: Trial) -> Verdict {
    let start = Instant::now();
    let mut seed = Seed::new(trial.seed);
    let planned_shares: Arc<Vec<PlannedShare>> =
        Arc::new(plan::draw(&mut seed, trial.links).into_iter().map(PlannedShare::new).collect());
    let recorder = Arc::new(Recorder::new());
    let done = watch::Sender::new(false);
    let mut faults = Faults::new(Seed::new(seed.draw()), trial.every, Arc::clone(&recorder), done.subscribe());
    let origins = world.origins();
    let (each, until) = (Arc::clone(&recorder), start + trial.within);
    let work = clients::work(Arc::clone(&planned_shares), each, &origins, trial.clients, &mut seed, until, &done);
    tokio::join!(work, faults.run(world));
    let took = start.elapsed();

    // Each sweeps when it starts.
    for number in 0..world.servers() {
        world.kill_server(number).await;
        world.start_server(number).await;
    }
    let shares = world.blobs().join("shares");
    let mut found = clients::look(&planned_shares, &recorder, &origins, &shares).await;
    let strangers = wait_for_reaper(&planned_shares, &mut found, &shares).await;

    let events = recorder.events();
    let of = |case| events.iter().filter(|event| event.case == case).copied().collect();
    let cases: Vec<Case> = planned_shares
        .iter()
        .zip(found)
        .enumerate()
        .map(|(case, (share, found))| Case { terms: share.planned.terms, events: of(case), found })
        .collect();
    let mut findings = judge::judge(&cases);
    findings.extend((took > trial.within).then(|| format!("not done within {:?}", trial.within)));
    findings.extend(strangers.into_iter().map(|share| format!("blobs of {share}, which nobody sent")));
    let with_content = |case: &Case| case.with_content().len();
    Verdict {
        findings,
        kills: faults.kills,
        diary: faults.diary,
        tries: events.len(),
        unknown: events.iter().filter(|event| event.answer == Answer::Unknown).count(),
        with_content: cases.iter().map(with_content).sum(),
        took,
        trial,
    }
}

/// Waits until what has ended has no blobs any more, or the time for that is over. The names of
/// shares that nobody sent.
async fn wait_for_reaper(planned_shares: &[PlannedShare], found: &mut [Found], shares: &Path) -> Vec<String> {
    let name = |share: &PlannedShare| match share.sealed.get() {
        Some(Sealed::Share { package, .. }) => Some(package.share().to_string()),
        _ => None,
    };
    let names: Vec<Option<String>> = planned_shares.iter().map(name).collect();
    let count = |name: &Option<String>| name.as_ref().map_or(0, |name| files_below(&shares.join(name)).len());
    let is_over = |found: &Found| matches!(found.state, FoundState::Unknown | FoundState::Gone(_));
    let none_left = || async {
        let over = found.iter().zip(&names).filter(|(found, _)| is_over(found));
        over.map(|(_, name)| count(name)).sum::<usize>().eq(&0).then_some(())
    };
    _ = wait::within(DELETED_WITHIN, none_left).await;
    for (found, name) in found.iter_mut().zip(&names) {
        found.blobs = count(name);
    }
    let there = std::fs::read_dir(shares).expect("the folder of the shares is there").flatten();
    let strange = there.map(|entry| entry.file_name().to_string_lossy().into_owned());
    strange
        .filter(|share| !names.contains(&Some(share.clone())) && !files_below(&shares.join(share)).is_empty())
        .collect()
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Trial { links, clients, seed, .. } = self.trial;
        let Kills { servers, redis, fail_overs, behind, stores } = self.kills;
        write!(
            f,
            "{links} links, {clients} clients, {} tries ({} without an answer), {} downloads and views; killed: {servers} \
             servers, {redis} of Redis, with {fail_overs} fail-overs, {behind} of them behind, {stores} of S3; {:.1} s, seed {seed}",
            self.tries,
            self.unknown,
            self.with_content,
            self.took.as_secs_f64(),
        )
    }
}
