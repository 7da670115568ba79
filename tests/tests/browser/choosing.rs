//! Promise: what was chosen is what is sent. No file is left out without a word, and a file that
//! changed is chosen again.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde_json::json;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

/// Files that have one size and one time, as everything that is unpacked from an archive has one
/// time.
fn unpacked(sender: &Browser, files: &[(&str, &[u8])]) -> Vec<PathBuf> {
    let paths = sender.prepare(files);
    for path in &paths {
        let file = std::fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000)).unwrap();
    }
    paths
}

/// What a recipient gets: paths and contents.
async fn received(server: &Server, link: &str) -> Vec<(String, Vec<u8>)> {
    let recipient = Recipient::new(&server.client(), link, None).unwrap();
    let files = recipient.take().await.unwrap().files().await.unwrap();
    files.into_iter().map(|file| (file.path, file.bytes.to_vec())).collect()
}

/// Waits until the page says something about what was chosen.
async fn noted(sender: &Browser, wanted: &str) {
    let said = async || sender.text("pick-notes").await;
    wait::until_so(SOON, "the page says it", said, |said| said.contains(wanted)).await;
}

#[tokio::test]
async fn files_of_one_name_size_and_time_are_all_sent() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let all = [("A.txt", "one"), ("a.txt", "two"), ("x/data.bin", "12345"), ("y/data.bin", "67890")];
    let paths = unpacked(&sender, &all.map(|(name, content)| (name, content.as_bytes())));
    sender.pick(&server.origin(), &paths[..2]).await;
    noted(&sender, "“a.txt” will be sent as “a (2).txt”").await;
    sender.assert_accessible().await;
    sender.pick_more("file-input", &paths[2..3]).await;
    sender.pick_more("file-input", &paths[3..]).await;
    noted(&sender, "2 files will be sent under other names").await;
    noted(&sender, "data.bin → data (2).bin").await;
    // Chosen again, all of them are known, each by what is in it.
    sender.pick_more("file-input", &paths).await;
    noted(&sender, "4 files are in the list already").await;
    noted(&sender, "2 files will be sent under other names").await;
    sender.click("send").await;
    let link = sender.sent().await;
    let expected = [("A.txt", "one"), ("a (2).txt", "two"), ("data (2).bin", "67890"), ("data.bin", "12345")];
    let expected = expected.map(|(path, content)| (path.to_owned(), content.as_bytes().to_vec()));
    assert_eq!(received(&server, &link).await, expected);
}

/// Hands over files under paths that not every disk here can have.
async fn paste_under(sender: &Browser, paths: &[String]) {
    let paths: Vec<String> = paths.iter().map(|path| format!("\"{path}\"")).collect();
    let script = "const files = PATHS.map((path, at) => {
            const file = new File([`content ${at}`], 'x', { lastModified: 1e12 });
            Object.defineProperty(file, 'webkitRelativePath', { value: path });
            return file;
        });
        const event = new Event('paste');
        Object.defineProperty(event, 'clipboardData', { value: { files } });
        dispatchEvent(event);";
    sender.script(&script.replace("PATHS", &format!("[{}]", paths.join(",")))).await;
}

#[tokio::test]
async fn what_is_left_out_or_renamed_is_told_by_its_cause() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let first = sender.prepare(&[("Docs.txt", b"first")]);
    sender.pick(&server.origin(), &first).await;
    let deep = format!("{}/deep.txt", ["d"; 64].join("/"));
    paste_under(&sender, &[deep]).await;
    noted(&sender, "/deep.txt” was not added: it lies too deep, at level 65").await;
    noted(&sender, "at most 64 levels are possible. Put its folder into a zip file").await;
    let long = format!("{}/long.txt", vec!["n".repeat(255); 16].join("/"));
    paste_under(&sender, &[long]).await;
    noted(&sender, "/long.txt” was not added: with the folders around it, its name has 4,104 bytes").await;
    noted(&sender, "at most 4,096 are possible").await;
    noted(&sender, "2 files or folders were not added").await;
    // Half a character, as names on some disks have it; and one cause after another.
    let odd = ["half \\ud800.txt", "docs.TXT", "turned \\u202e.txt", "two\\nlines.txt", "Dir/a", "dir/b"];
    let odd = odd.map(str::to_owned).into_iter().chain([format!("{}.txt", "e".repeat(252))]);
    paste_under(&sender, &odd.collect::<Vec<_>>()).await;
    for said in [
        "“half _.txt”: its name has characters that are no text",
        "“docs (2).TXT”: a file in the list has that name already",
        "“turned _.txt”: its name has characters that turn text around",
        "“two_lines.txt”: its name has line breaks",
        "“Dir/b”: the list has that folder, spelled like this",
        "a name can have at most 255 bytes, and was shortened",
    ] {
        noted(&sender, said).await;
    }
    sender.assert_accessible().await;
    sender.click("send").await;
    let link = sender.sent().await;
    assert_eq!(received(&server, &link).await.len(), 8);
}

#[tokio::test]
async fn a_file_that_changed_takes_its_place_when_it_is_chosen_again() {
    only_if_browser_can!(ChangedFiles);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let paths = sender.prepare(&[("a.txt", b"first"), ("b.txt", b"b"), ("gone.txt", b"gone"), ("keep.txt", b"keep")]);
    sender.pick(&server.origin(), &paths).await;
    sender.set(&Choices { note: Some("as it is".to_owned()), ..Choices::downloads(2) }).await;
    std::fs::write(&paths[0], "second").unwrap();
    std::fs::write(&paths[1], "bb").unwrap();
    std::fs::remove_file(&paths[2]).unwrap();
    sender.click("send").await;
    sender.state_of(&["error"]).await;
    let text = sender.visible().await;
    assert!(text.contains("Go back to the files"), "{text}");
    sender.assert_accessible().await;
    sender.click("restart").await;
    sender.state_of(&["pick"]).await;
    let lost = async || sender.text("lost").await;
    wait::until_so(SOON, "all that changed are named", lost, |lost| {
        lost.contains("3 files have changed") && ["a.txt", "b.txt", "gone.txt"].iter().all(|name| lost.contains(name))
    })
    .await;
    sender.assert_accessible().await;
    // As long as they are in the list, nothing is sent.
    sender.click("send").await;
    assert_eq!(sender.state().await, "pick");

    sender.pick_more("file-input", &paths[..2]).await;
    noted(&sender, "2 files take the places").await;
    let lost = async || sender.text("lost").await;
    wait::until_so(SOON, "one is left", lost, |lost| lost.contains("“gone.txt” has changed")).await;
    sender.click("lost-leave").await;
    sender.click("send").await;
    let link = sender.sent().await;
    let expected = [("a.txt", "second"), ("b.txt", "bb"), ("keep.txt", "keep")];
    let expected = expected.map(|(path, content)| (path.to_owned(), content.as_bytes().to_vec()));
    assert_eq!(received(&server, &link).await, expected);
    let status = sender.text("next-steps").await;
    assert!(status.contains("2 downloads"), "what was chosen stayed: {status}");
}

#[tokio::test]
async fn many_small_files_are_counted_while_they_are_sent() {
    const COUNT: usize = 3000;
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    let names: Vec<String> = (0..COUNT).map(|at| format!("tree/{}/{at}.txt", at % 40)).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), name.as_bytes())).collect();
    sender.prepare(&files);
    // What the page shows while it works, written down by itself: nobody else is quick enough.
    sender
        .before_pages(
            "window.shown = { picking: [], sending: [] };
             const watch = (id, list) => new MutationObserver(() => {
                 const { textContent } = document.getElementById(id);
                 if (textContent) list.push(textContent);
             }).observe(document.getElementById(id), { childList: true, characterData: true, subtree: true });
             addEventListener('DOMContentLoaded', () => {
                 watch('picking', window.shown.picking);
                 watch('done-bytes', window.shown.sending);
             });",
        )
        .await;
    sender.open(&format!("{}/", server.origin())).await;
    sender.state_of(&["pick"]).await;
    sender.pick_more("folder-input", &[sender.outbox().join("tree")]).await;
    sender.click("send").await;
    let link = sender.sent().await;
    let sending = sender.script("return window.shown.sending").await;
    let sending: Vec<&str> = sending.as_array().unwrap().iter().filter_map(|text| text.as_str()).collect();
    let counts: Vec<usize> =
        sending.iter().filter_map(|text| text.strip_suffix(" of 3,000 files")?.replace(',', "").parse().ok()).collect();
    assert!(counts.is_sorted() && counts.last() == Some(&COUNT), "{sending:?}");
    assert!(counts.iter().any(|count| (1..COUNT).contains(count)), "it counts on the way: {sending:?}");
    let mut expected: Vec<_> = names.iter().map(|name| (name.clone(), name.as_bytes().to_vec())).collect();
    expected.sort_by(|(one, _), (other, _)| one.split('/').cmp(other.split('/')));
    assert_eq!(received(&server, &link).await, expected);
}

#[tokio::test]
async fn a_text_that_is_pasted_beside_every_field_becomes_a_file() {
    let _turn = turn().await;
    let (server, sender) = (Server::start().await, Browser::start().await);
    sender.open(&server.origin()).await;
    sender.state_of(&["pick"]).await;
    let paste = "
        const [text, id] = arguments;
        const clipboardData = new DataTransfer();
        clipboardData.setData('text/plain', text);
        const target = id ? document.getElementById(id) : document.body;
        target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));";
    sender.script_with(paste, vec![json!("  \n"), json!("")]).await;
    sender.script_with(paste, vec![json!("Löwe\n— two lines"), json!("")]).await;
    let listed = "return [...document.querySelectorAll('#basket .name')].map((name) => name.textContent)";
    wait::until_so(
        SOON,
        "it is listed",
        async || sender.script(listed).await,
        |names| *names == json!(["pasted text.txt"]),
    )
    .await;
    sender.script_with(paste, vec![json!("a word of the note"), json!("note")]).await;
    assert_eq!(sender.script(listed).await, json!(["pasted text.txt"]), "what is typed into a field is no file");
    sender.click("send").await;
    let link = sender.sent().await;
    let (name, content) = Browser::start().await.receive(&link).await;
    assert_eq!((name.as_str(), content), ("pasted text.txt", "Löwe\n— two lines".as_bytes().to_vec()));
}
