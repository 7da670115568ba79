//! Saving into files and folders that the person picks, where browsers let pages write there. The
//! pickers give what lies in the browser's own storage: it behaves as files on the disk do.

use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::bytes::noise;
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::only_if_browser_can;
use subrosa_tests::server::Server;
use subrosa_tests::wait;
use subrosa_tests::wire::Wire;

use crate::altered::{flip, stored};
use crate::{sent, sent_to, started};

const PICKERS: &str = "
    const root = () => navigator.storage.getDirectory();
    window.showDirectoryPicker = async () => (await root()).getDirectoryHandle('picked', { create: true });
    window.showSaveFilePicker = async ({ suggestedName }) =>
        (await root()).getFileHandle(suggestedName, { create: true });
";
/// Parts of 8 MiB, and something more; everything is 22.6 MB.
const IN_THE_SECOND_FILE: u64 = 19_500_000;
const NO_SERVICE_WORKER: &str = "Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined });";

/// Every file there: its path, its length and a checksum, by path.
async fn on_disk(browser: &Browser) -> Vec<(String, usize, i64)> {
    let script = "
        const found = [];
        const walk = async (folder, path) => {
            for await (const [name, handle] of folder.entries()) {
                if (handle.kind === 'directory') {
                    await walk(handle, `${path}${name}/`);
                } else {
                    // What is being written may be gone by now.
                    const file = await handle.getFile().then((file) => file.arrayBuffer()).catch(() => undefined);
                    if (!file) continue;
                    const bytes = new Uint8Array(file);
                    let sum = 0;
                    for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0;
                    found.push([path + name, bytes.length, sum]);
                }
            }
        };
        return navigator.storage.getDirectory().then((root) => walk(root, '')).then(() => found.sort());";
    serde_json::from_value(browser.script(script).await).unwrap()
}

/// A file as it is expected there.
fn whole(path: &str, source: &Source) -> (String, usize, i64) {
    let sum = source.bytes.iter().fold(0_i32, |sum, byte| sum.wrapping_mul(31).wrapping_add(i32::from(*byte)));
    (path.to_owned(), source.bytes.len(), sum.into())
}

fn some_files() -> Vec<Source> {
    vec![
        Source::new("Trip/CON.txt", "a name that some systems keep for themselves"),
        Source::new("Trip/a.bin", noise(9 << 20, 1)),
        Source::new("Trip/deep/b.bin", noise(12 << 20, 2)),
        Source::new("Trip/deep/c.txt", "last"),
    ]
}

#[tokio::test]
async fn a_share_is_saved_as_a_folder_and_nobody_is_asked_whether_it_is_saved() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = some_files();
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages(PICKERS).await;
    recipient.look(&link).await;
    recipient.assert_accessible().await;
    recipient.click("download-folder").await;
    recipient.click("download-confirm").await;
    recipient.state_of(&["finished"]).await;
    let words = recipient.text("finished-lead").await;
    assert!(words.contains("Trip") && words.contains("every byte was checked"), "{words}");
    let found = on_disk(&recipient).await;
    assert!(found[0].0.starts_with("picked/Trip/") && found[0].0 != "picked/Trip/CON.txt", "{found:?}");
    assert_eq!(found[0].1, files[0].bytes.len());
    let rest = ["a.bin", "deep/b.bin", "deep/c.txt"].map(|path| format!("picked/Trip/{path}"));
    for ((path, file), found) in rest.iter().zip(&files[1..]).zip(&found[1..]) {
        assert_eq!(found, &whole(path, file));
    }
    assert_eq!(started(&server, &package).await, 1);
    assert_eq!(recipient.complaints(), Vec::<String>::new());
}

#[tokio::test]
async fn a_folder_that_was_begun_goes_on_and_half_a_file_is_none() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let wire = Wire::to(server.port()).await;
    let files = some_files();
    let (package, link) = sent_to(&server, &wire.origin(), &files, &LinkTerms::default()).await;
    recipient.before_pages(PICKERS).await;
    recipient.look(&link).await;
    // Two parts are there by then, of which the first file needs both; of the third, some.
    wire.hold_after(IN_THE_SECOND_FILE);
    recipient.click("download-folder").await;
    recipient.click("download-confirm").await;
    let paths = async || on_disk(&recipient).await.into_iter().map(|(path, ..)| path).collect::<Vec<_>>();
    wait::until_so(3 * SOON, "the second file begins", paths, |paths| {
        paths.iter().any(|path| path.ends_with("/b.bin"))
    })
    .await;
    wire.cut();
    recipient.click("cancel").await;
    recipient.state_of(&["stopped"]).await;
    let left = async || on_disk(&recipient).await;
    let is_whole = |found: &(String, usize, i64)| files.iter().any(|file| file.bytes.len() == found.1);
    wait::until_so(3 * SOON, "half a file leaves nothing", left, |left| left.iter().all(is_whole)).await;
    assert!(!paths().await.iter().any(|path| path.ends_with("/b.bin")));

    wire.mend();
    wire.let_go();
    let before = wire.received();
    recipient.reload().await;
    recipient.state_of(&["ready"]).await;
    recipient.click("download-folder").await;
    recipient.state_of(&["finished"]).await;
    let found = on_disk(&recipient).await;
    assert_eq!(found[2], whole("picked/Trip/deep/b.bin", &files[2]));
    assert_eq!(found.len(), 4, "in the folder that was begun: {found:?}");
    assert!(wire.received() - before < 22 << 20, "what was there is not fetched again");
    assert_eq!(started(&server, &package).await, 1);
}

#[tokio::test]
async fn a_folder_of_the_persons_own_is_left_alone() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("Trip/a.txt", "theirs"), Source::new("Trip/b.txt", "theirs, too")];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages(PICKERS).await;
    recipient.look(&link).await;
    recipient
        .script(
            "return root().then((root) => root.getDirectoryHandle('picked', { create: true }))
                 .then((folder) => folder.getDirectoryHandle('Trip', { create: true }))
                 .then((folder) => folder.getFileHandle('a.txt', { create: true }))
                 .then((file) => file.createWritable())
                 .then(async (writable) => { await writable.write('mine'); await writable.close(); })",
        )
        .await;
    recipient.click("download-folder").await;
    recipient.click("download-confirm").await;
    recipient.state_of(&["finished"]).await;
    let found = on_disk(&recipient).await;
    assert_eq!(found[2], whole("picked/Trip/a.txt", &Source::new("a.txt", "mine")));
    assert_eq!(found[0], whole("picked/Trip (2)/a.txt", &files[0]), "{found:?}");
}

#[tokio::test]
async fn without_service_workers_a_file_that_is_picked_is_written_and_known_to_be_saved() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("picked.bin", noise(20 << 20, 3))];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages(&format!("{NO_SERVICE_WORKER}{PICKERS}")).await;
    recipient.look(&link).await;
    recipient.take().await;
    recipient.state_of(&["finished"]).await;
    assert_eq!(on_disk(&recipient).await, [whole("picked.bin", &files[0])]);
    assert_eq!(started(&server, &package).await, 1);
}

#[tokio::test]
async fn an_altered_file_leaves_nothing_where_it_was_to_be_written() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("altered.bin", noise(20 << 20, 4))];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.before_pages(&format!("{NO_SERVICE_WORKER}{PICKERS}")).await;
    recipient.look(&link).await;
    flip(&stored(&server, &package, "2-"), 1_000_000);
    recipient.take().await;
    recipient.state_of(&["error", "stopped"]).await;
    let left = async || on_disk(&recipient).await;
    wait::until_so(SOON, "nothing is left", left, Vec::is_empty).await;
}

#[tokio::test]
async fn whoever_closes_the_picker_has_taken_nothing() {
    only_if_browser_can!(DevTools);
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("a.txt", "a"), Source::new("b.txt", "b")];
    let (package, link) = sent(&server, &files, &LinkTerms::default()).await;
    let closed = "window.showDirectoryPicker = async () => { throw new DOMException('closed', 'AbortError'); };";
    recipient.before_pages(closed).await;
    recipient.look(&link).await;
    recipient.click("download-folder").await;
    recipient.click("download-confirm").await;
    recipient.state_of(&["ready"]).await;
    let status = server.client().status(&package).await.unwrap();
    assert_eq!(status.links[0].downloads_taken, 0);
}
