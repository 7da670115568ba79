//! Promise: gone is gone. Not even the ciphertext of a push stays in the files of the ledger.

use std::time::Duration;

use subrosa_shared::api::PatchPush;
use subrosa_shared::push::Payload;
use subrosa_tests::client::push::{PushTerms, SealedPush};
use subrosa_tests::leaks::Leaks;
use subrosa_tests::only_on_a_file;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use super::{lease, password, push, reader};

/// Ciphertext is deleted within this.
const DELETED: Duration = Duration::from_secs(10);

/// Pieces of the sealed payload and face, short enough to lie on one page of a file.
fn sealed(push: &SealedPush) -> Leaks {
    let mut leaks = Leaks::default();
    for (what, sealed) in [("the payload", &push.put.lock.payload), ("the face", &push.put.lock.face)] {
        for piece in sealed.chunks_exact(40).step_by(4) {
            leaks.secret(what, piece);
        }
    }
    leaks
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_gone_leaves_not_even_its_ciphertext_on_the_disk() {
    // Redis forgets it at once, and its append-only file when that is written anew:
    // docs/OPERATIONS.md.
    only_on_a_file!();
    let server = Server::start().await;
    let client = server.client();
    for end in ["spent", "revoked", "destroyed", "expired"] {
        // One with pages of its own in the ledger, one among others on a page.
        for payload in [password("short"), Payload::Note { note: "long ".repeat(3000) }] {
            let push = push(&server, &payload, &PushTerms::default()).await;
            let leaks = sealed(&push);
            assert!(leaks.are_in(&server), "the search finds what is there");
            let reader = reader(&server, &push, None);
            match end {
                "spent" => {
                    let lease = lease();
                    let view = reader.reveal(&lease).await.unwrap();
                    reader.finish(&lease, &view).await.unwrap();
                }
                "revoked" => drop(client.revoke_push(&push).await.unwrap()),
                "destroyed" => drop(reader.destroy().await.unwrap()),
                _ => {
                    let patch = PatchPush { expires_in_secs: Some(1), ..PatchPush::default() };
                    client.patch_push(&push, &patch).await.unwrap();
                }
            }
            let found = async || leaks.are_in(&server);
            wait::until_so(DELETED, &format!("{end}: it is not on the disk"), found, |found| !found).await;
        }
    }
}
