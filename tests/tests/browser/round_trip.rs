//! From one browser to another, and to and from a client that is no browser: the same bytes on
//! disk.

use subrosa_tests::browser::pages::{Choices, unzip};
use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::bytes::{assert_same, noise};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;

use crate::sent;

const CHUNK: usize = 64 * 1024;
const PART: usize = 8 * 1024 * 1024;

/// Sends one file of each length from one browser and receives it in another.
async fn assert_lengths_survive(lengths: &[usize]) {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    for len in lengths {
        let content = noise(*len, *len as u64);
        let name = format!("noise of {len} bytes.bin");
        let files = sender.prepare(&[(&name, &content)]);
        let link = sender.send(&server.origin(), &files, &Choices::default()).await;
        let (saved_as, saved) = recipient.receive(&link).await;
        assert_eq!(saved_as, name);
        assert_same(&saved, &content, &name);
    }
}

#[tokio::test]
async fn a_file_arrives_as_it_was_at_every_edge_of_a_chunk() {
    assert_lengths_survive(&[0, 1, CHUNK - 1, CHUNK, CHUNK + 1]).await;
}

#[tokio::test]
async fn a_file_arrives_as_it_was_at_every_edge_of_a_part() {
    assert_lengths_survive(&[PART - 1, PART, PART + 1]).await;
}

#[tokio::test]
async fn several_files_arrive_as_one_zip() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let big = noise(PART + 100_000, 1);
    let files = sender.prepare(&[("one.txt", b"one"), ("empty", b""), ("three.bin", &big)]);
    let link = sender.send(&server.origin(), &files, &Choices::default()).await;
    let (name, archive) = recipient.receive(&link).await;
    assert!(name.ends_with(".zip"), "{name}");
    let mut entries = unzip(&archive);
    entries.sort();
    let names: Vec<_> = entries.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["empty", "one.txt", "three.bin"]);
    assert_same(&entries[0].1, b"", "empty");
    assert_same(&entries[1].1, b"one", "one.txt");
    assert_same(&entries[2].1, &big, "three.bin");
}

#[tokio::test]
async fn a_folder_arrives_with_its_tree() {
    only_if_browser_can!(FolderInput);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    sender.prepare(&[
        ("album/cover.png", b"cover"),
        ("album/2026/may/a.jpg", b"a"),
        ("album/2026/june/a.jpg", b"another a"),
    ]);
    sender.open(&server.origin()).await;
    sender.state_of(&["pick"]).await;
    sender.pick_more("folder-input", &[sender.outbox().join("album")]).await;
    sender.click("send").await;
    let link = sender.sent().await;
    let (_, archive) = recipient.receive(&link).await;
    let mut entries = unzip(&archive);
    entries.retain(|(name, _)| !name.ends_with('/'));
    entries.sort();
    let expected =
        [("album/2026/june/a.jpg", "another a"), ("album/2026/may/a.jpg", "a"), ("album/cover.png", "cover")];
    let found: Vec<_> =
        entries.iter().map(|(name, content)| (name.as_str(), std::str::from_utf8(content).unwrap())).collect();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn taking_one_file_of_three_destroys_nothing() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [
        Source::new("a.bin", noise(100_000, 1)),
        Source::new("b.bin", noise(PART + 5, 2)),
        Source::new("c.bin", noise(70_000, 3)),
    ];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    for entry in [1, 0, 2] {
        recipient.all("#files button[data-entry]").await[entry].click().await.unwrap();
        if entry == 1 {
            recipient.click("download-confirm").await;
        }
        recipient.state_of(&["ask-saved"]).await;
        let (name, content) = recipient.downloaded().await;
        assert_eq!(name, files[entry].path);
        assert_same(&content, &files[entry].bytes, &name);
        let status = server.client().status(&package).await.unwrap();
        assert_eq!(status.links[0].counters.finished.count, 0, "not before everything is saved");
        recipient.click("saved-yes").await;
        let expected = if entry == 2 { "finished" } else { "ready" };
        recipient.state_of(&[expected]).await;
    }
    let status = server.client().status(&package).await.unwrap();
    assert_eq!((status.links[0].counters.started.count, status.links[0].counters.finished.count), (1, 1));
}

#[tokio::test]
async fn a_browser_opens_what_another_client_sealed() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("from elsewhere.bin", noise(PART + 12_345, 4))];
    let (_, link) = sent(&server, &files, &LinkTerms::default().with_password("pass phrase")).await;
    recipient.open(&link).await;
    recipient.state_of(&["password"]).await;
    recipient.type_into("password", "pass phrase").await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
    recipient.take().await;
    let (name, content) = recipient.save().await;
    assert_eq!(name, files[0].path);
    assert_same(&content, &files[0].bytes, &name);
}

#[tokio::test]
async fn another_client_opens_what_a_browser_sealed() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let content = noise(PART + 54_321, 5);
    let files = sender.prepare(&[("from the page.bin", &content)]);
    let choices = Choices { note: Some("a note\nin two lines".to_owned()), ..Choices::password("p\u{e4}ssword") };
    let link = sender.send(&server.origin(), &files, &choices).await;
    let recipient = Recipient::new(&server.client(), &link, Some("pa\u{308}ssword")).unwrap();
    let download = recipient.take().await.unwrap();
    assert_eq!(download.contents.manifest.note(), Some("a note\nin two lines"));
    let received = download.files().await.unwrap();
    assert_eq!(received[0].path, "from the page.bin");
    assert_same(&received[0].bytes, &content, "from the page.bin");
    download.finish().await.unwrap();
}

#[tokio::test]
async fn a_second_download_works_where_two_are_allowed_and_a_third_does_not() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let files = sender.prepare(&[("twice.txt", b"twice")]);
    let link = sender.send(&server.origin(), &files, &Choices::downloads(2)).await;
    for _ in 0..2 {
        let recipient = Browser::start().await;
        assert_eq!(recipient.receive(&link).await.1, b"twice");
    }
    let late = Browser::start().await;
    late.open(&link).await;
    late.state_of(&["gone"]).await;
}

#[tokio::test]
async fn three_dropped_files_and_a_dropped_folder_arrive() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    // What is dropped from the system comes by way of the interface.
    let (server, sender, recipient) = (Server::start().await, Browser::start_whole().await, Browser::start().await);
    let paths = sender.prepare(&[("a.txt", b"a"), ("b.txt", b"b"), ("c.txt", b"c"), ("tree/leaf/d.txt", b"d")]);
    sender.open(&server.origin()).await;
    sender.state_of(&["pick"]).await;
    let dropped = [&paths[..3], &[sender.outbox().join("tree")]].concat();
    sender.drop_onto_page(&dropped).await;
    sender.click("send").await;
    let link = sender.sent().await;
    let (_, archive) = recipient.receive(&link).await;
    let mut entries = unzip(&archive);
    entries.retain(|(name, _)| !name.ends_with('/'));
    entries.sort();
    let expected = [("a.txt", "a"), ("b.txt", "b"), ("c.txt", "c"), ("tree/leaf/d.txt", "d")];
    let expected: Vec<_> = expected.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    assert_eq!(entries, expected);
}
