//! The pages in a real browser against the real server.
#![allow(clippy::unwrap_used, reason = "a test that panics has said what it has to say")]

mod addresses;
mod altered;
mod between;
mod cancel_and_pause;
mod choosing;
mod coming_back;
mod copying;
mod dead_ends;
mod documents;
mod edges;
mod editions;
mod forgotten;
mod given;
mod hygiene;
mod interruptions;
mod languages;
mod lies;
mod limits;
mod looking;
mod mails;
mod names;
mod names_from_tables;
mod narrow;
mod old_browsers;
mod other_links;
mod owner_status;
mod passwords;
mod phrase;
mod picked;
mod playing;
mod presets;
mod preview;
mod pushes;
mod resuming;
mod round_trip;
mod saved_names;
mod sent_list;
mod sheets;
mod strangers;
mod tree;
mod typed;
mod used_again;
mod walls;

use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;

/// Sends files without a browser; the package, to ask where it stands, and the link at some origin
/// of that server.
async fn sent_to(server: &Server, origin: &str, files: &[Source], terms: &LinkTerms) -> (Package, String) {
    let package = Package::seal(files, &Terms::default()).unwrap();
    let secret = server.client().send(&package, terms).await.unwrap();
    (package, format!("{origin}/s#{}", *secret.to_token()))
}

/// The same at the server's own origin.
async fn sent(server: &Server, files: &[Source], terms: &LinkTerms) -> (Package, String) {
    sent_to(server, &server.origin(), files, terms).await
}

/// One small file.
fn one_file() -> Vec<Source> {
    vec![Source::new("letter.txt", "Dear friend")]
}

/// Downloads of the only link that have started: what is counted.
async fn started(server: &Server, package: &Package) -> u32 {
    server.client().status(package).await.unwrap().links[0].counters.started.count
}

/// Downloads of the only link that are taken, started or not.
async fn taken(server: &Server, package: &Package) -> u32 {
    server.client().status(package).await.unwrap().links[0].downloads_taken
}
