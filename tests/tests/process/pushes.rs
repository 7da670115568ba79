//! Pushes: what is handed over arrives once for every view, and nowhere else.

mod canary;
mod crash;
mod deleted;
mod ending;
mod guessing;
mod limits;
mod round_trip;
mod two_servers;

use subrosa_shared::push::Payload;
use subrosa_shared::secret::LeaseSecret;
use subrosa_tests::bytes::rng;
use subrosa_tests::client::push::{PushTerms, Reader, SealedPush};
use subrosa_tests::server::Server;

fn password(password: &str) -> Payload {
    Payload::Password { password: password.to_owned() }
}

fn lease() -> LeaseSecret {
    LeaseSecret::generate(&mut rng())
}

/// Makes a push on a server.
async fn push(server: &Server, payload: &Payload, terms: &PushTerms) -> SealedPush {
    let push = SealedPush::seal(payload, terms).unwrap();
    server.client().push(&push).await.unwrap();
    push
}

/// Somebody with its link, with connections and a device of their own.
fn reader(server: &Server, push: &SealedPush, passphrase: Option<&str>) -> Reader {
    Reader::new(&server.client(), &push.link_at(&server.origin()), passphrase).unwrap()
}
