//! Every order of what can happen to a share or push in a small world: two servers that load, step
//! and commit, a ledger that fails, servers that die between any two moves, answers that are lost,
//! recipients, an owner, somebody who guesses, the reaper, and time that jumps. The rules are those
//! of the product: `life` calls the very `step`.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod judge;
mod life;
mod promises;
mod state;
mod store;
mod system;
mod worlds;

use std::thread::available_parallelism;

use stateright::{Checker, Expectation, HasDiscoveries, Model};

use crate::promises::Promise;
use crate::system::World;

/// Distinct states that are looked at in every run.
const STATES_MIN: usize = 10_000_000;

#[test]
fn every_promise_holds_in_ten_million_states() {
    let wanted = std::env::var("SUBROSA_MODEL").ok();
    let chosen = worlds::ALL.iter().filter(|world| wanted.as_deref().is_none_or(|name| world.name.contains(name)));
    let states: usize = chosen.map(explore).sum();
    assert!(wanted.is_some() || states >= STATES_MIN, "only {states} states");
}

/// Looks at every state of a world. Gives how many there are.
#[expect(clippy::print_stdout, reason = "tells how much was looked at")]
#[expect(clippy::disallowed_methods, reason = "tells how long it took")]
fn explore(world: &World) -> usize {
    let begun = std::time::Instant::now();
    let threads = available_parallelism().map_or(1, usize::from);
    let checker = world.clone().checker().threads(threads);
    let checker = checker.finish_when(HasDiscoveries::AnyFailures).spawn_bfs().join();
    let (states, moves) = (checker.unique_state_count(), checker.state_count());
    println!(
        "{}: {states} states, {moves} moves, at most {} one after the other, {:.1} s",
        world.name,
        checker.max_depth(),
        begun.elapsed().as_secs_f64(),
    );
    let found = checker.discoveries();
    for property in world.properties() {
        match (property.expectation, found.get(property.name)) {
            (Expectation::Always, Some(path)) => {
                for (state, action) in path.clone().into_vec() {
                    let Some(action) = action else { continue };
                    let working = state.slots.map(|slot| slot.call);
                    println!("    {} ms: {action:?} of {working:?}", state.now);
                }
                println!("    then {:?}", path.last_state());
                let broken: Vec<_> = path.last_state().broken.promises().map(Promise::name).collect();
                panic!("{}: broken: {}", world.name, broken.join(", "));
            }
            (Expectation::Sometimes, None) => panic!("{}: never: {}", world.name, property.name),
            _ => {}
        }
    }
    states
}
