//! Free ports for programs that end and start again on the same one.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Mutex;

use rand_core::Rng as _;

use crate::bytes::rng;

/// Below what platforms give to outgoing connections: one of those would take the port of a program
/// that was killed before it is started again.
const FIRST: u32 = 10_000;
const COUNT: u32 = 20_000;

/// A port that nobody listens on, and that nobody else in this program is given. Somebody in
/// another program may take it before it is used, which is unlikely: it is drawn.
///
/// # Panics
/// There is none.
#[must_use]
pub fn free_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let is_free = |port: &u16| {
        let is_new = GIVEN.lock().expect("nobody panics with the lock").insert(*port);
        is_new && TcpListener::bind(("127.0.0.1", *port)).is_ok()
    };
    let mut drawn = (0..1000).map(|_| u16::try_from(FIRST + rng().next_u32() % COUNT).expect("ports have 16 bits"));
    drawn.find(is_free).expect("there is a free port")
}
