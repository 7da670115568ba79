//! What was altered on the server's disk is found out, and never saved as if it were whole.

use std::fs;
use std::path::PathBuf;

use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::bytes::noise;
use subrosa_tests::client::package::{Package, Source};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;

use crate::sent;

pub(crate) fn stored(server: &Server, package: &Package, what: &str) -> PathBuf {
    let files = server.ciphertext(&package.share());
    let is_it = |file: &&PathBuf| file.file_name().is_some_and(|name| name.to_string_lossy().starts_with(what));
    files.iter().find(is_it).unwrap_or_else(|| panic!("no {what} in {files:?}")).clone()
}

pub(crate) fn flip(file: &PathBuf, at: usize) {
    let mut bytes = fs::read(file).unwrap();
    bytes[at] ^= 1;
    fs::write(file, bytes).unwrap();
}

/// Alters something that is stored, and expects that the download stops and leaves no file that
/// looks whole.
async fn assert_found_out(alter: impl FnOnce(&Server, &Package)) {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("altered.bin", noise(20 << 20, 80))];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    alter(&server, &package);
    recipient.take().await;
    recipient.state_of(&["error", "stopped"]).await;
    let text = recipient.visible().await;
    assert!(text.contains("not what was sealed") || text.contains("does not open"), "{text}");
    assert_eq!(recipient.looking_whole().await, Vec::<PathBuf>::new(), "looks whole");
}

#[tokio::test]
async fn a_flipped_bit_in_the_last_part_stops_the_download() {
    assert_found_out(|server, package| flip(&stored(server, package, "2-"), 1_000_000)).await;
}

#[tokio::test]
async fn parts_that_were_swapped_stop_the_download() {
    assert_found_out(|server, package| {
        let (zero, one) = (stored(server, package, "0-"), stored(server, package, "1-"));
        let (first, second) = (fs::read(&zero).unwrap(), fs::read(&one).unwrap());
        fs::write(zero, second).unwrap();
        fs::write(one, first).unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_the_server_has_lost_is_told_in_words_and_not_asked_for_for_ever() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("lost.bin", noise(20 << 20, 81))];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    fs::remove_file(stored(&server, &package, "1-")).unwrap();
    recipient.take().await;
    recipient.state_of(&["lost"]).await;
    let text = recipient.visible().await;
    assert!(text.contains("lost or damaged") && text.contains("Tell the sender"), "{text}");
    assert_eq!(recipient.looking_whole().await, Vec::<PathBuf>::new(), "looks whole");
    let status = server.client().status(&package).await.unwrap();
    assert!(status.content_lost_at.is_some(), "the sender is told");
    // The list is where it was, for files that are whole.
    recipient.click("retry").await;
    recipient.state_of(&["ready"]).await;
}

#[tokio::test]
async fn a_list_of_files_that_the_server_has_lost_is_told_in_words() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &crate::one_file(), &LinkTerms::default()).await;
    fs::remove_file(stored(&server, &package, "manifest-")).unwrap();
    recipient.open(&link).await;
    recipient.state_of(&["lost"]).await;
    let text = recipient.visible().await;
    assert!(text.contains("lost or damaged"), "{text}");
    assert_eq!(crate::taken(&server, &package).await, 0);
}

#[tokio::test]
async fn an_altered_list_of_files_is_not_shown() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &crate::one_file(), &LinkTerms::default()).await;
    flip(&stored(&server, &package, "manifest-"), 100);
    recipient.open(&link).await;
    recipient.state_of(&["error"]).await;
    let text = recipient.visible().await;
    assert!(text.contains("list of files does not open"), "{text}");
    assert_eq!(crate::taken(&server, &package).await, 0);
}
