//! The list of files as a tree.

use subrosa_tests::browser::pages::unzip;
use subrosa_tests::browser::{Browser, SOON, turn};
use subrosa_tests::client::package::Source;
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;
use subrosa_tests::wait;

use crate::{sent, started};

const ENTER: &str = "\u{e007}";
const LEFT: &str = "\u{e012}";
const RIGHT: &str = "\u{e014}";

/// Files in folders, more than are all shown at once.
fn nested() -> Vec<Source> {
    let paths =
        (0..12).map(|i| format!("trip/photos/day {}/{i}.jpg", i % 3)).chain((0..12).map(|i| format!("trip/{i}.txt")));
    paths.map(|path| Source::new(path.clone(), path)).collect()
}

/// What a person sees of the tree, line by line without sizes.
async fn seen(browser: &Browser) -> Vec<String> {
    let names = browser
        .script(
            "return [...document.querySelectorAll('#files :is(.name, .folder-name)')]
                 .filter((name) => name.checkVisibility()).map((name) => name.textContent)",
        )
        .await;
    serde_json::from_value(names).unwrap()
}

async fn focus(browser: &Browser, folder: &str) {
    browser
        .script(&format!(
            "[...document.querySelectorAll('#files .fold')].find((fold) => fold.textContent === '{folder}').focus()"
        ))
        .await;
}

#[tokio::test]
async fn folders_open_and_close_by_mouse_and_keyboard() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (_, link) = sent(&server, &nested(), &LinkTerms::default()).await;
    recipient.look(&link).await;
    let texts: Vec<String> = (0..12).map(|i| format!("{i}.txt")).collect();
    let closed = [vec!["trip".to_owned(), "photos".to_owned()], texts.clone()].concat();
    assert_eq!(seen(&recipient).await, closed, "the only folder is open, those in it are not");

    focus(&recipient, "photos").await;
    recipient.press(ENTER).await;
    let days = ["day 0", "day 1", "day 2"].map(ToOwned::to_owned).to_vec();
    let open = [vec!["trip".to_owned(), "photos".to_owned()], days, texts].concat();
    assert_eq!(seen(&recipient).await, open);
    recipient.press(LEFT).await;
    assert_eq!(seen(&recipient).await, closed);
    recipient.press(RIGHT).await;
    assert_eq!(seen(&recipient).await, open);
    // To the folder around, and close it.
    recipient.press(LEFT).await;
    recipient.press(LEFT).await;
    recipient.press(LEFT).await;
    assert_eq!(seen(&recipient).await, ["trip"]);
    recipient.click_on("#files .fold").await;
    assert_eq!(seen(&recipient).await, closed);
    let told = recipient.script("return document.querySelector('#files .row .size').textContent").await;
    assert!(told.as_str().unwrap().starts_with("24 files, "), "{told}");
    recipient.assert_accessible().await;
}

#[tokio::test]
async fn a_folder_is_saved_as_one_zip_and_what_was_saved_is_marked() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let (package, link) = sent(&server, &nested(), &LinkTerms::default()).await;
    recipient.look(&link).await;
    recipient.click_on("#files button[aria-label='Save the folder photos as a zip file']").await;
    recipient.click("download-confirm").await;
    recipient.state_of(&["ask-saved"]).await;
    let (name, archive) = recipient.downloaded().await;
    assert_eq!(name, "photos.zip");
    let mut saved = unzip(&archive);
    saved.sort();
    assert_eq!(saved.len(), 12);
    assert_eq!(saved[0], ("photos/day 0/0.jpg".to_owned(), b"trip/photos/day 0/0.jpg".to_vec()));
    recipient.click("saved-yes").await;
    recipient.state_of(&["ready"]).await;
    focus(&recipient, "photos").await;
    recipient.press(ENTER).await;
    focus(&recipient, "day 1").await;
    recipient.press(ENTER).await;
    let saved = "return [...document.querySelectorAll('#files button[data-entry]')].filter((save) => save.textContent === 'Saved').length";
    assert_eq!(recipient.script(saved).await, 4, "those of the open folder");
    // The rest, one by one or all together, is the same download.
    recipient.click_on("#files button[aria-label='Save trip/3.txt']").await;
    recipient.state_of(&["ask-saved"]).await;
    assert_eq!(recipient.downloaded().await, ("3.txt".to_owned(), b"trip/3.txt".to_vec()));
    assert_eq!(started(&server, &package).await, 1);
}

#[tokio::test]
async fn ten_thousand_files_are_listed_at_once_and_searched() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let file = |i: u32| Source::new(format!("data/run {}/Größe {i:05}.csv", i / 2500), "1\n");
    let files: Vec<Source> = (0..10_000).map(file).collect();
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    assert_eq!(seen(&recipient).await, ["data", "run 0", "run 1", "run 2", "run 3"]);
    focus(&recipient, "run 2").await;
    recipient.press(ENTER).await;
    assert_eq!(seen(&recipient).await.len(), 205, "no more rows than somebody looks at");
    recipient.click_on("#files .more button").await;
    assert_eq!(seen(&recipient).await.len(), 405);
    recipient.type_into("find", "GRÖSSE 0777").await;
    let found = wait::until(SOON, "the search is done", async || {
        let names = seen(&recipient).await;
        (names.len() == 10).then_some(names)
    })
    .await;
    assert_eq!(found[3], "Größe 07773.csv");
    assert_eq!(
        recipient.script("return document.querySelector('#files .where').textContent").await,
        "\u{2068}data/run 3/\u{2069}"
    );
    recipient.assert_accessible().await;
    recipient
        .script("const find = document.getElementById('find'); find.value = ''; find.dispatchEvent(new Event('input'))")
        .await;
    wait::until(SOON, "the tree is back", async || (seen(&recipient).await.len() > 200).then_some(())).await;
}

#[tokio::test]
async fn a_few_files_stand_in_a_plain_list() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files = [Source::new("b.bin", "b"), Source::new("a.bin", "a")];
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    assert_eq!(seen(&recipient).await, ["b.bin", "a.bin"]);
    assert!(recipient.all("#files .fold, #files .look").await.is_empty());
    assert!(!recipient.element("find").await.is_displayed().await.unwrap());
}
