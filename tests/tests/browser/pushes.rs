//! The password channel: the pages *push* and *reveal*, and *send* where it hands a password over
//! beside the files.

mod altered;
mod dead_ends;
mod form;
mod generator;
mod hygiene;
mod kinds;
mod looking;
mod origins;
mod owner;
mod paired;
mod passphrases;

use subrosa_shared::push::Payload;
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::server::Server;

pub(crate) fn password(password: &str) -> Payload {
    Payload::Password { password: password.to_owned() }
}

/// Makes a push without a browser; the push, to ask where it stands, and its link.
pub(crate) async fn pushed(server: &Server, payload: &Payload, terms: &PushTerms) -> (SealedPush, String) {
    let push = SealedPush::seal(payload, terms).unwrap();
    server.client().push(&push).await.unwrap();
    let link = push.link_at(&server.origin());
    (push, link)
}

/// Views that are counted.
async fn views(server: &Server, push: &SealedPush) -> u32 {
    let link = server.client().push_status(push).await.unwrap().link;
    assert_eq!(link.downloads_taken, link.counters.started.count, "a view is taken when it is shown");
    link.downloads_taken
}
