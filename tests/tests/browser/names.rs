//! Names of files are hostile until proven otherwise, and people's own in any script.

use subrosa_tests::browser::pages::{Choices, unzip};
use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;

use crate::sent;

const SCRIPTS: &[&str] = &[
    "plain.txt",
    "größe und maß.txt",
    "résumé – “final”.txt",
    "файл.txt",
    "αρχείο.txt",
    "קובץ.txt",
    "ملف.txt",
    "फ़ाइल.txt",
    "ไฟล์.txt",
    "文件.txt",
    "ファイル.txt",
    "파일.txt",
    "👩‍👩‍👧‍👦 family 🏳️‍🌈.txt",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢.txt",
    " leading and inner  spaces.txt",
    ".profile",
    "no extension",
    "100%25 # ? & = + ;.txt",
];

#[tokio::test]
async fn names_in_every_script_arrive_as_they_were() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let contents: Vec<_> = SCRIPTS.iter().map(|name| (*name, name.as_bytes())).collect();
    let files = sender.prepare(&contents);
    let link = sender.send(&server.origin(), &files, &Choices::default()).await;
    let (_, archive) = recipient.receive(&link).await;
    let mut listed = recipient.listed().await;
    listed.sort();
    let mut entries = unzip(&archive);
    entries.sort();
    let mut expected: Vec<_> = SCRIPTS.to_vec();
    expected.sort_unstable();
    assert_eq!(listed, expected, "in the list");
    for ((name, content), listed) in entries.iter().zip(&expected) {
        assert_eq!(content, listed.as_bytes(), "{name}");
        // What some system cannot store is replaced, and the rest of the name stays.
        assert_eq!(name, &subrosa_shared::path::storable_name(listed));
    }
}

#[tokio::test]
async fn a_name_in_markup_is_shown_as_text_and_runs_nothing() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let name = "<img src=x onerror=\"document.title='owned'\">'&amp;.txt";
    let files = sender.prepare(&[(name, b"harmless")]);
    let choices = Choices { note: Some("<script>document.title='owned'</script>".to_owned()), ..Choices::default() };
    sender.pick(&server.origin(), &files).await;
    assert!(sender.visible().await.contains(name), "{}", sender.visible().await);
    sender.set(&choices).await;
    sender.click("send").await;
    let link = sender.sent().await;
    recipient.look(&link).await;
    assert_eq!(recipient.listed().await, [name]);
    assert_eq!(recipient.text("note").await, "<script>document.title='owned'</script>");
    recipient.take().await;
    let (saved_as, content) = recipient.save().await;
    assert_eq!(content, b"harmless");
    assert!(!saved_as.contains(['<', '>', '"']) && saved_as.ends_with(".txt"), "{saved_as}");
    for browser in [&sender, &recipient] {
        assert!(!browser.script("return document.title").await.to_string().contains("owned"));
        assert_eq!(browser.script("return document.querySelectorAll('img[src=x]').length").await, 0);
    }
}

#[tokio::test]
async fn a_name_of_255_bytes_arrives() {
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let name = format!("{}.txt", "é".repeat(125)) + "z";
    assert_eq!(name.len(), 255);
    let files = sender.prepare(&[(&name, b"long")]);
    let link = sender.send(&server.origin(), &files, &Choices::default()).await;
    recipient.look(&link).await;
    assert_eq!(recipient.listed().await, [name]);
    recipient.take().await;
    recipient.state_of(&["ask-saved"]).await;
    // Browsers shorten a name that, with the ending of an unfinished download, exceeds what the
    // disk takes.
    assert_eq!(recipient.downloaded().await.1, b"long");
}

#[tokio::test]
async fn a_name_that_would_turn_the_direction_of_text_is_made_harmless_before_it_is_sent() {
    only_if_browser_can!(FolderInput);
    let _turn = turn().await;
    let (server, sender, recipient) = (Server::start().await, Browser::start().await, Browser::start().await);
    let files = sender.prepare(&[("harmless\u{202e}fdp.exe", b"x"), ("two\nlines.txt", b"y")]);
    sender.open(&server.origin()).await;
    sender.state_of(&["pick"]).await;
    // A line break would end the name for the driver: the folder holds both.
    let folder = files[0].parent().unwrap().to_owned();
    sender.pick_more("folder-input", &[folder]).await;
    sender.click("send").await;
    let link = sender.sent().await;
    recipient.look(&link).await;
    for name in recipient.listed().await {
        assert!(!name.contains(['\u{202e}', '\n']), "{name:?}");
    }
    recipient.take().await;
    let (_, archive) = recipient.save().await;
    assert_eq!(unzip(&archive).iter().filter(|(name, _)| !name.ends_with('/')).count(), 2);
}

#[tokio::test]
async fn names_that_some_system_cannot_store_are_mapped_when_saved_and_shown() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("con.txt", "device"), Source::new("a:b?.txt", "colon"), Source::new("dots...", "dots")];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    let shown = recipient.visible().await;
    for name in ["_con.txt", "a_b_.txt", "dots___"] {
        assert!(shown.contains(name), "{name} in:\n{shown}");
    }
    recipient.take().await;
    let (_, archive) = recipient.save().await;
    let mut names: Vec<_> = unzip(&archive).into_iter().map(|(name, _)| name).collect();
    names.sort();
    assert_eq!(names, ["_con.txt", "a_b_.txt", "dots___"]);
}
