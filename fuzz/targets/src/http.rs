//! Requests: a real server on a socket of its own answers whatever comes. Never with a status of
//! 500 or more, never without an answer to a whole request, never with more bytes than the call
//! has, and never with a proof in it.
//!
//! An input is a conversation as text. Between its requests stands a line `~~~`; `@` and a number
//! is no request but so many seconds that pass. In a request, `$` and a letter stand for what
//! nobody finds by chance: see [`Actors::named`].

mod actors;
mod answer;
mod server;

use std::cell::RefCell;

use self::actors::{Actors, Request};
use self::answer::Answer;
use self::server::Server;

/// Inputs that one server serves: what it stores would fill the memory otherwise.
const INPUTS_PER_SERVER: u64 = 1000;
/// Requests in one conversation.
const REQUESTS_MAX: usize = 24;
/// Seconds that pass at once.
const SECS_MAX: u64 = 40_000_000;
/// Bytes of an answer of the API, and of a page.
const API_BYTES_MAX: usize = 256 * 1024;
const PAGE_BYTES_MAX: usize = 8 * 1024 * 1024;

thread_local! {
    /// The server, and how many inputs it had.
    static SERVER: RefCell<Option<(Server, u64)>> = const { RefCell::new(None) };
}

pub(crate) fn check(input: &[u8]) {
    SERVER.with_borrow_mut(|running| {
        if running.as_ref().is_some_and(|(_, inputs)| *inputs >= INPUTS_PER_SERVER) {
            *running = None;
        }
        let (server, inputs) = running.get_or_insert_with(|| (Server::start(), 0));
        *inputs += 1;
        converse(server, input, &Actors::new(*inputs));
    });
}

fn converse(server: &mut Server, input: &[u8], actors: &Actors) {
    for text in actors::requests(input).take(REQUESTS_MAX) {
        if let Some(secs) = actors::pause(text) {
            server.pass(secs.min(SECS_MAX));
            continue;
        }
        let request = actors.fill_in(text);
        for answer in server.ask(&request) {
            judge(&request, &answer, actors);
        }
    }
}

fn judge(request: &Request, answer: &Answer, actors: &Actors) {
    let shown = || {
        let asked = String::from_utf8_lossy(&request.bytes);
        format!("{asked}\n--> {} {}", answer.status, String::from_utf8_lossy(&answer.body))
    };
    assert!((200..500).contains(&answer.status), "{}", shown());
    let is_api = request.is_for("/api/");
    let bytes_max = if is_api { API_BYTES_MAX } else { PAGE_BYTES_MAX };
    assert!(answer.body.len() <= bytes_max, "an answer of {} bytes", answer.body.len());
    let leaked = actors.proofs().iter().find(|proof| answer.has(proof));
    assert!(leaked.is_none(), "a proof in the answer: {}", shown());

    // What is no HTTP, the parser refuses.
    if !request.is_whole {
        return;
    }
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{}", shown());
    if is_api && answer.status >= 400 && !request.is_head {
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{}", shown());
        let problem: subrosa_shared::problem::Problem =
            serde_json::from_slice(&answer.body).expect("a problem document");
        assert_eq!(problem.status, answer.status, "{}", shown());
    }
}
