//! Promise: an upload that was interrupted goes on, whatever became of its page: what is stored is
//! not sent again, and nothing is mixed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use serde_json::Value;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::bytes::{assert_same, noise};
use subrosa_tests::client::download::Recipient;
use subrosa_tests::disk::files_below;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::{Options, Server};
use subrosa_tests::wait;
use subrosa_tests::wire::Wire;

/// Bytes of a part: small, so that a few seconds are many parts.
const PART: usize = 1 << 20;
/// Many parts; takes some seconds at [`SLOW`].
const LEN: usize = 24 * PART;
/// Bytes per second and connection.
const SLOW: u64 = 1 << 20;
/// Parts that are stored before something happens.
const SOME: usize = 6;

/// A sender in front of a slow server.
struct Scene {
    server: Server,
    wire: Wire,
    sender: Browser,
}

impl Scene {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(flags: &[&str]) -> Self {
        let part_bytes = PART.to_string();
        let always = ["--expiry-secs-min", "1", "--part-bytes-max", &part_bytes];
        let server = Server::start_with(Options::flags(&[&always, flags].concat())).await;
        let (wire, sender) = (Wire::to(server.port()).await, Browser::start().await);
        wire.tap();
        Self { server, wire, sender }
    }

    /// Picks files, begins to send them, and waits until some parts are stored.
    async fn begin(&self, files: &[PathBuf], choices: &Choices) {
        self.sender.pick(&self.wire.origin(), files).await;
        self.sender.set(choices).await;
        self.begin_picked().await;
    }

    async fn begin_picked(&self) {
        self.wire.slow_down(SLOW);
        self.sender.click("send").await;
        let enough = |stored: &BTreeSet<usize>| stored.len() >= SOME;
        wait::until_so(SOON, "some parts are stored", async || self.stored(), enough).await;
        assert_eq!(self.sender.state().await, "uploading");
    }

    /// The parts that the server has whole.
    fn stored(&self) -> BTreeSet<usize> {
        let files = files_below(&self.server.data().join("blobs/shares"));
        let whole = files.iter().filter(|file| file.metadata().is_ok_and(|file| file.len() > PART as u64));
        let name = |file: &PathBuf| file.file_name()?.to_str()?.split_once('-')?.0.parse().ok();
        whole.filter_map(name).collect()
    }

    /// How often each part was sent.
    fn sent(&self) -> BTreeMap<usize, usize> {
        let mut sent = BTreeMap::new();
        for request in self.wire.requests() {
            let part = request.strip_prefix("PUT ").and_then(|path| path.split_once("/parts/"));
            if let Some((_, part)) = part {
                *sent.entry(part.parse().unwrap()).or_default() += 1;
            }
        }
        sent
    }

    /// Loads the page again, up to where it offers to go on.
    async fn reload(&self) {
        self.sender.reload().await;
        self.offered().await;
    }

    /// Waits until it is offered to go on.
    async fn offered(&self) {
        self.sender.state_of(&["pick"]).await;
        let shown = async || self.sender.text("unfinished").await;
        wait::until_so(SOON, "it is offered to go on", shown, |text| text.contains("Continue")).await;
    }

    /// Goes on, up to where the files are asked for.
    async fn go_on(&self) {
        self.wire.speed_up();
        self.sender.click_at("#unfinished .go-on").await;
        self.sender.state_of(&["again"]).await;
    }

    async fn pick_again(&self, files: &[PathBuf]) {
        let paths: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
        self.sender.type_into("again-files", &paths.join("\n")).await;
    }

    /// What the page says is wrong with what was picked again.
    async fn problem(&self, wanted: &str) {
        let said = async || self.sender.text("again-problem").await;
        wait::until_so(SOON, "it says what is wrong", said, |said| said.contains(wanted)).await;
        assert_eq!(self.sender.state().await, "again");
    }

    /// Waits for the link, and expects that nothing was sent twice that was stored, and that all is
    /// received.
    async fn arrives(&self, stored: &BTreeSet<usize>, password: Option<&str>, files: &[(&str, &Bytes)]) {
        let link = self.sender.sent().await;
        let sent = self.sent();
        for part in stored {
            assert_eq!(sent[part], 1, "part {part} was stored: {sent:?}");
        }
        let recipient = Recipient::new(&self.server.client(), &link, password).unwrap();
        let received = recipient.take().await.unwrap().files().await.unwrap();
        assert_eq!(received.len(), files.len());
        for (file, (name, content)) in received.iter().zip(files) {
            assert_eq!(file.path.as_str(), *name);
            assert_same(&file.bytes, content, name);
        }
    }

    /// What the browser keeps of uploads, as a text.
    async fn kept(&self) -> String {
        let script = "return new Promise((resolve) => {
            const open = indexedDB.open('subrosa-uploads', 1);
            open.onupgradeneeded = () => ['uploads', 'parts'].forEach((store) => open.result.createObjectStore(store));
            open.onsuccess = () => {
                const read = open.result.transaction(['uploads', 'parts']);
                const [uploads, parts] = ['uploads', 'parts'].map((store) => read.objectStore(store).getAll());
                read.oncomplete = () => { open.result.close(); resolve(JSON.stringify([uploads.result, parts.result])) };
            };
        })";
        self.sender.script(script).await.as_str().unwrap().to_owned()
    }

    /// The parts that the server has and the browser knows of: those that must not be sent again.
    /// What was stored in the moment of a crash may be missing.
    async fn spared(&self) -> BTreeSet<usize> {
        let kept: Value = serde_json::from_str(&self.kept().await).unwrap();
        let known = kept[1].as_array().unwrap().iter();
        let known = known.map(|part| usize::try_from(part["index"].as_u64().unwrap()).unwrap()).collect();
        let spared: BTreeSet<_> = self.stored().intersection(&known).copied().collect();
        assert!(spared.len() + 4 > SOME, "{spared:?} of {:?}", self.stored());
        spared
    }

    async fn forgets(&self) {
        wait::until_so(SOON, "nothing is kept", async || self.kept().await, |kept| kept == "[[],[]]").await;
    }
}

#[tokio::test]
async fn an_upload_goes_on_after_a_reload() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let content = noise(LEN, 90);
    let files = scene.sender.prepare(&[("film.bin", &content)]);
    scene.begin(&files, &Choices::password("correct horse")).await;
    let told = scene.sender.text("kept").await;
    assert!(told.contains("you can continue on this device until"), "{told}");
    assert!(!scene.kept().await.contains("correct horse"), "the password is not kept");

    scene.reload().await;
    let stored = scene.spared().await;
    let offer = scene.sender.text("unfinished").await;
    for part in ["An upload was interrupted", "film.bin", "MB of 25.2 MB are stored"] {
        assert!(offer.contains(part), "{part}: {offer}");
    }
    scene.sender.assert_accessible().await;
    scene.go_on().await;
    assert!(scene.sender.text("again-missing").await.contains("film.bin"));
    scene.sender.assert_accessible().await;
    scene.pick_again(&files).await;
    scene.arrives(&stored, Some("correct horse"), &[("film.bin", &content)]).await;
}

#[tokio::test]
async fn an_upload_goes_on_after_its_tab_was_closed() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let content = noise(LEN, 91);
    let files = scene.sender.prepare(&[("film.bin", &content)]);
    scene.begin(&files, &Choices::default()).await;
    scene.sender.new_tab().await;
    scene.sender.switch_to_tab(0).await;
    scene.sender.close_tab().await;
    scene.sender.open(&format!("{}/", scene.wire.origin())).await;
    scene.offered().await;
    let stored = scene.spared().await;
    scene.go_on().await;
    scene.pick_again(&files).await;
    scene.arrives(&stored, None, &[("film.bin", &content)]).await;
}

#[tokio::test]
async fn an_upload_goes_on_after_a_crash_of_the_browser() {
    only_if_browser_can!(KeptProfile);
    let _turn = turn().await;
    let mut scene = Scene::new().await;
    let content = noise(LEN, 92);
    let files = scene.sender.prepare(&[("film.bin", &content)]);
    scene.begin(&files, &Choices::default()).await;
    let origin = scene.wire.origin();
    scene.sender = scene.sender.kill_and_start_again().await;
    scene.sender.open(&format!("{origin}/")).await;
    scene.offered().await;
    let stored = scene.spared().await;
    scene.go_on().await;
    scene.pick_again(&files).await;
    scene.arrives(&stored, None, &[("film.bin", &content)]).await;
}

/// Writes other bytes into a file that keeps its size, and on demand its time.
fn alter(file: &PathBuf, content: &[u8], modified: Option<SystemTime>) {
    std::fs::write(file, content).unwrap();
    if let Some(modified) = modified {
        std::fs::File::options().write(true).open(file).unwrap().set_modified(modified).unwrap();
    }
}

#[tokio::test]
async fn a_file_that_has_changed_is_never_mixed_with_what_is_stored() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let (content, other) = (noise(LEN, 93), noise(LEN, 94));
    let files = scene.sender.prepare(&[("film.bin", &content)]);
    let modified = files[0].metadata().unwrap().modified().unwrap();
    scene.begin(&files, &Choices::default()).await;
    scene.reload().await;
    let (stored, before) = (scene.spared().await, scene.sent());
    scene.go_on().await;

    // Another time, then another size, then neither, but other bytes.
    alter(&files[0], &content, Some(modified + Duration::from_secs(60)));
    scene.pick_again(&files).await;
    scene.problem("“film.bin” is not the same file any more").await;
    scene.sender.assert_accessible().await;
    alter(&files[0], &content[1..], Some(modified));
    scene.pick_again(&files).await;
    scene.problem("“film.bin” is not the same file any more").await;
    alter(&files[0], &other, Some(modified));
    scene.pick_again(&files).await;
    scene.problem("“film.bin” is not the same file any more").await;
    assert_eq!(scene.sent(), before, "nothing was sent");

    alter(&files[0], &content, Some(modified));
    scene.pick_again(&files).await;
    scene.arrives(&stored, None, &[("film.bin", &content)]).await;
}

#[tokio::test]
async fn only_files_that_are_needed_are_asked_for_and_missing_ones_are_named() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let contents = [noise(2 * PART, 95), noise(LEN / 2, 96), noise(LEN / 2, 97)];
    let names = ["1-stored.bin", "2-film.bin", "3-film.bin"];
    let files = [0, 1, 2].map(|at| (names[at], contents[at].as_ref()));
    let files = scene.sender.prepare(&files);
    scene.begin(&files, &Choices::default()).await;
    let first = |spared: &BTreeSet<usize>| spared.is_superset(&BTreeSet::from([0, 1]));
    wait::until_so(SOON, "the first file is stored", async || scene.spared().await, first).await;
    scene.reload().await;
    let stored = scene.spared().await;
    scene.go_on().await;
    let missing = scene.sender.text("again-missing").await;
    assert!(!missing.contains(names[0]) && missing.contains(names[2]), "{missing}");

    let unrelated = scene.sender.prepare(&[("else.txt", b"something else")]);
    scene.pick_again(&unrelated).await;
    scene.problem("None of the missing files").await;
    scene.pick_again(&files[1..2]).await;
    let missing = async || scene.sender.text("again-missing").await;
    wait::until_so(SOON, "one is there", missing, |missing| missing == names[2]).await;
    scene.pick_again(&files[2..]).await;
    scene.arrives(&stored, None, &[0, 1, 2].map(|at| (names[at], &contents[at]))).await;
}

#[tokio::test]
async fn what_is_thrown_away_is_deleted_from_the_server_and_forgotten() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let files = scene.sender.prepare(&[("film.bin", &noise(LEN, 98))]);
    scene.begin(&files, &Choices::default()).await;
    scene.reload().await;
    scene.wire.speed_up();
    scene.sender.click_at("#unfinished .throw").await;
    scene.sender.assert_accessible().await;
    scene.sender.click_at("#unfinished .yes").await;
    let blobs = async || files_below(&scene.server.data().join("blobs/shares"));
    wait::until_so(Duration::from_secs(15), "ciphertext is deleted", blobs, Vec::is_empty).await;
    let said = async || scene.sender.text("unfinished").await;
    wait::until_so(SOON, "it says so", said, |said| said.contains("It is deleted from the server, and")).await;
    scene.forgets().await;
}

#[tokio::test]
async fn what_is_cancelled_is_forgotten() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let files = scene.sender.prepare(&[("film.bin", &noise(LEN, 99))]);
    scene.begin(&files, &Choices::default()).await;
    assert!(scene.kept().await.contains("film.bin"));
    scene.sender.click("cancel").await;
    scene.forgets().await;
    scene.sender.reload().await;
    scene.sender.state_of(&["pick"]).await;
    assert!(!scene.sender.element("unfinished").await.is_displayed().await.unwrap());
}

#[tokio::test]
async fn an_upload_runs_in_one_tab_only() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let content = noise(LEN, 100);
    let files = scene.sender.prepare(&[("film.bin", &content)]);
    scene.begin(&files, &Choices::default()).await;
    // So that it lasts for as long as the other tab is looked at.
    scene.sender.click("pause").await;
    scene.sender.new_tab().await;
    scene.sender.open(&format!("{}/", scene.wire.origin())).await;
    scene.sender.state_of(&["pick"]).await;
    let shown = async || scene.sender.text("unfinished").await;
    wait::until_so(SOON, "it says where", shown, |text| text.contains("another tab")).await;
    assert!(!scene.sender.text("unfinished").await.contains("Continue"));
    scene.sender.assert_accessible().await;

    // When the first tab is gone, this one can go on.
    scene.sender.switch_to_tab(0).await;
    assert_eq!(scene.sender.state().await, "uploading");
    scene.sender.close_tab().await;
    scene.offered().await;
    let stored = scene.spared().await;
    scene.go_on().await;
    scene.pick_again(&files).await;
    scene.arrives(&stored, None, &[("film.bin", &content)]).await;
}

#[tokio::test]
async fn a_link_that_nobody_took_is_shown_again() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let files = scene.sender.prepare(&[("letter.txt", b"Dear friend")]);
    let link = scene.sender.send(&scene.wire.origin(), &files, &Choices::default()).await;
    scene.sender.reload().await;
    scene.sender.state_of(&["pick"]).await;
    let shown = async || scene.sender.text("unfinished").await;
    wait::until_so(SOON, "it is offered", shown, |text| text.contains("A link was made but not copied yet")).await;
    scene.sender.assert_accessible().await;
    let sent = scene.sent();
    scene.sender.click_at("#unfinished .go-on").await;
    assert_eq!(scene.sender.sent().await, link);
    assert_eq!(scene.sent(), sent, "nothing was sent again");
    scene.sender.click("copy").await;
    scene.forgets().await;
    // From now on a reload comes back to what was sent.
    scene.sender.reload().await;
    scene.sender.state_of(&["done"]).await;
    assert_eq!(scene.sender.value("link").await, link);
    scene.sender.click("another").await;
    scene.sender.state_of(&["pick"]).await;
    assert!(!scene.sender.element("unfinished").await.is_displayed().await.unwrap());
}

#[tokio::test]
async fn both_links_come_back_after_an_interruption() {
    let _turn = turn().await;
    let (scene, recipient) = (Scene::new().await, Browser::start().await);
    let content = noise(LEN, 101);
    let files = scene.sender.prepare(&[("film.bin", &content)]);
    scene.sender.pick(&scene.wire.origin(), &files).await;
    scene.sender.click("password-make").await;
    let drawn = async || Some(scene.sender.value("password").await).filter(|drawn| !drawn.is_empty());
    let password = wait::until(SOON, "a password is drawn", drawn).await;
    scene.begin_picked().await;
    let kept = async || scene.kept().await;
    wait::until_so(SOON, "its link is made", kept, |kept| !kept.contains(&password)).await;
    scene.reload().await;
    let stored = scene.spared().await;
    scene.go_on().await;
    scene.pick_again(&files).await;
    scene.arrives(&stored, Some(&password), &[("film.bin", &content)]).await;
    let link = scene.sender.value("push-link").await;
    recipient.reveal(&link).await;
    recipient.press_in_field("password", "show").await;
    assert_eq!(recipient.shown_in_field("password").await, password);
}

#[tokio::test]
async fn an_upload_that_the_server_gave_up_is_forgotten() {
    let _turn = turn().await;
    let scene = Scene::with(&["--upload-secs-max", "6"]).await;
    let files = scene.sender.prepare(&[("film.bin", &noise(LEN, 102))]);
    scene.begin(&files, &Choices::default()).await;
    scene.reload().await;
    let blobs = async || files_below(&scene.server.data().join("blobs/shares"));
    wait::until_so(Duration::from_secs(20), "it is given up", blobs, Vec::is_empty).await;
    // The page still offers it: nobody has told it.
    scene.wire.speed_up();
    scene.sender.click_at("#unfinished .go-on").await;
    let said = async || scene.sender.text("unfinished").await;
    wait::until_so(SOON, "it says so", said, |said| said.contains("was not finished in time")).await;
    scene.forgets().await;
}

/// Puts files into the page's own storage, and lets the picker of files give handles of them: a
/// driver cannot use the picker itself.
const PICKER: &str = "window.showOpenFilePicker = async () => {
    const folder = await navigator.storage.getDirectory();
    return [await folder.getFileHandle('film.bin')];
};";

#[tokio::test]
async fn where_the_browser_keeps_handles_one_click_is_enough() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let scene = Scene::new().await;
    scene.sender.before_pages(PICKER).await;
    let content = noise(LEN, 103);
    let files = scene.sender.prepare(&[("film.bin", &content)]);
    scene.sender.pick(&scene.wire.origin(), &files).await;
    scene
        .sender
        .script(
            "const input = document.createElement('input');
             input.type = 'file'; input.id = 'handed'; document.body.append(input);",
        )
        .await;
    scene.sender.type_into("handed", &files[0].display().to_string()).await;
    let fill = "return (async () => {
        const folder = await navigator.storage.getDirectory();
        const writable = await (await folder.getFileHandle('film.bin', { create: true })).createWritable();
        await writable.write(document.getElementById('handed').files[0]);
        await writable.close();
    })()";
    scene.sender.script(fill).await;
    scene.sender.reload().await;
    scene.sender.state_of(&["pick"]).await;
    scene.sender.click_at("label:has(#file-input)").await;
    let listed = async || scene.sender.element("send").await.is_displayed().await.ok().filter(|shown| *shown);
    wait::until(SOON, "the file is listed", listed).await;
    scene.begin_picked().await;
    scene.reload().await;
    let stored = scene.spared().await;
    scene.wire.speed_up();
    scene.sender.click_at("#unfinished .go-on").await;
    scene.arrives(&stored, None, &[("film.bin", &content)]).await;
}

#[tokio::test]
async fn an_upload_that_was_paused_goes_on_where_it_stopped() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let content = noise(LEN, 104);
    let files = scene.sender.prepare(&[("film.bin", &content)]);
    scene.begin(&files, &Choices::default()).await;
    scene.sender.click("pause").await;
    assert!(scene.sender.text("pace").await.contains("Paused"));
    scene.sender.assert_accessible().await;
    let stored = scene.spared().await;
    scene.wire.speed_up();
    scene.sender.click("pause").await;
    scene.arrives(&stored, None, &[("film.bin", &content)]).await;
}

#[tokio::test]
async fn several_uploads_are_told_apart() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let content = noise(LEN, 105);
    let files = scene.sender.prepare(&[("first.bin", &content), ("second.bin", &noise(LEN, 106))]);
    scene.begin(&files[..1], &Choices::default()).await;
    scene.sender.new_tab().await;
    scene.begin(&files[1..], &Choices::default()).await;
    let kept = async || scene.kept().await;
    wait::until_so(SOON, "it can go on", kept, |kept| kept.contains("second.bin")).await;
    scene.reload().await;
    let rows = "return [...document.querySelectorAll('#unfinished li')].map((row) => row.innerText)";
    let rows: Vec<String> = serde_json::from_value(scene.sender.script(rows).await).unwrap();
    let row = |name: &str| rows.iter().find(|row| row.contains(name)).unwrap();
    assert!(row("first.bin").contains("another tab") && !row("first.bin").contains("Continue"), "{rows:?}");
    assert!(row("second.bin").contains("Continue"), "{rows:?}");

    // What becomes of one is nothing to the other.
    scene.sender.click_at("#unfinished li:has(.throw):not(:has(.acts[hidden])) .throw").await;
    scene.sender.click_at("#unfinished .ask:not([hidden]) .yes").await;
    let said = async || scene.sender.text("unfinished-said").await;
    wait::until_so(SOON, "it says so", said, |said| said.contains("It is deleted")).await;
    scene.sender.switch_to_tab(0).await;
    scene.wire.speed_up();
    scene.arrives(&BTreeSet::new(), None, &[("first.bin", &content)]).await;
}

#[tokio::test]
async fn files_that_only_their_content_tells_apart_are_not_exchanged() {
    let _turn = turn().await;
    let scene = Scene::new().await;
    let contents = [noise(LEN / 2, 110), noise(LEN / 2, 111)];
    let files = scene.sender.prepare(&[("x/data.bin", &contents[0]), ("y/data.bin", &contents[1])]);
    let modified = files[0].metadata().unwrap().modified().unwrap();
    alter(&files[1], &contents[1], Some(modified));
    scene.sender.pick(&scene.wire.origin(), &files[..1]).await;
    scene.sender.pick_more("file-input", &files[1..]).await;
    scene.begin_picked().await;
    scene.reload().await;
    let stored = scene.spared().await;
    scene.go_on().await;
    // The one of the other place first, then one of them twice: that is not the second.
    scene.pick_again(&files[..1]).await;
    let found = async || scene.sender.text("again-sum").await;
    wait::until_so(SOON, "one is found", found, |found| found.contains("1 of 2 files")).await;
    scene.pick_again(&files[..1]).await;
    scene.problem("None of the missing files").await;
    scene.pick_again(&files[1..]).await;
    // In the order of their paths, “data (2).bin” comes first.
    let sent = [("data (2).bin", &contents[1]), ("data.bin", &contents[0])];
    scene.arrives(&stored, None, &sent).await;
}
