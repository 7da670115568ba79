//! The HTTP API, called in-process, and over a loopback socket where the socket matters.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod program;
mod support;

mod bad_bodies;
mod bad_requests;
mod channels;
mod cleaning;
mod cors;
mod downloads;
mod editions;
mod full_disk;
mod guesses;
mod keyrings;
mod lost;
mod openapi;
mod owners;
mod pages;
mod parts;
mod presets;
mod promises;
mod pushes;
mod round_trip;
mod sockets;
mod starting;
mod wire;

/// So that no problem type is only written down.
#[test]
fn every_problem_type_is_reached_by_a_test() {
    let tests = [
        include_str!("bad_bodies.rs"),
        include_str!("bad_requests.rs"),
        include_str!("owners.rs"),
        include_str!("downloads.rs"),
        include_str!("editions.rs"),
        include_str!("presets.rs"),
        include_str!("promises.rs"),
        include_str!("guesses.rs"),
        include_str!("keyrings.rs"),
        include_str!("lost.rs"),
        include_str!("sockets.rs"),
        include_str!("wire.rs"),
    ]
    .concat();
    for problem in subrosa_shared::problem::ProblemType::ALL {
        assert!(tests.contains(&format!("ProblemType::{problem:?}")), "{problem:?}");
    }
}
