//! Under which name something is saved, in every way of saving: what the page says beside the file
//! before is what lies on the disk then.

use subrosa_tests::browser::pages::unzip;
use subrosa_tests::browser::{Browser, turn};
use subrosa_tests::client::package::{Package, Source, Terms};
use subrosa_tests::client::upload::LinkTerms;
use subrosa_tests::server::Server;

use crate::sent;

/// As they were sent; saved with others; saved alone.
const NAMES: &[(&str, &str, &str)] = &[
    ("desktop.ini", "desktop.ini_", "desktop.ini_"),
    ("invoice.pdf.lnk", "invoice.pdf.lnk_", "invoice.pdf.lnk_"),
    ("site.url", "site.url_", "site.url_"),
    ("x.desktop", "x.desktop_", "x.desktop_"),
    (".env", ".env", "_.env"),
    ("aux.txt", "_aux.txt", "_aux.txt"),
    ("dots...", "dots___", "dots___"),
    ("two  spaces.txt", "two  spaces.txt", "two spaces.txt"),
    ("settings.local", "settings.local", "settings.local_"),
    ("plain.txt", "plain.txt", "plain.txt"),
];

/// What stands beside a file in the list.
async fn said_beside(recipient: &Browser, index: usize) -> String {
    let script = format!("return document.querySelectorAll('#files .where')[{index}]?.textContent ?? ''");
    let said = recipient.script(&script).await;
    said.as_str().unwrap_or_default().replace(['\u{2068}', '\u{2069}'], "")
}

#[tokio::test]
async fn a_file_is_saved_under_the_name_that_the_page_says_alone_and_in_an_archive() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    let files: Vec<Source> = NAMES.iter().map(|(name, ..)| Source::new(*name, *name)).collect();
    let (_, link) = sent(&server, &files, &LinkTerms::default()).await;
    recipient.look(&link).await;
    let listed = recipient.listed().await;
    for (name, together, alone) in NAMES {
        let index = listed.iter().position(|listed| listed == name).unwrap();
        let said = said_beside(&recipient, index).await;
        assert_eq!(said.contains(&format!("saved as “{together}”")), name != together, "{name}: {said}");
        assert_eq!(said.contains(&format!("saved alone as “{alone}”")), alone != together, "{name}: {said}");
    }
    recipient.take().await;
    recipient.state_of(&["ask-saved"]).await;
    let (name, archive) = recipient.downloaded().await;
    assert_eq!(name, format!("desktop (+{}).zip", NAMES.len() - 1));
    let mut found: Vec<_> = unzip(&archive).into_iter().map(|(name, _)| name).collect();
    found.sort();
    let mut expected: Vec<_> = NAMES.iter().map(|(_, together, _)| *together).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    // One by one, under the same download.
    recipient.click("saved-again").await;
    recipient.state_of(&["ask-saved"]).await;
    recipient.downloaded().await;
    recipient.reload().await;
    recipient.state_of(&["ready"]).await;
    for (name, _, alone) in NAMES {
        let index = recipient.listed().await.iter().position(|listed| listed == name).unwrap();
        recipient.click_at(&format!("#files button[data-entry=\"{index}\"]")).await;
        recipient.state_of(&["ask-saved"]).await;
        let (saved_as, content) = recipient.downloaded().await;
        assert_eq!((saved_as.as_str(), content.as_slice()), (*alone, name.as_bytes()));
        recipient.click("saved-yes").await;
        if name != &NAMES[NAMES.len() - 1].0 {
            recipient.state_of(&["ready"]).await;
        }
    }
}

#[tokio::test]
async fn the_only_file_is_saved_under_the_name_that_the_page_says() {
    let _turn = turn().await;
    let (server, recipient) = (Server::start().await, Browser::start().await);
    for (name, _, alone) in NAMES.iter().filter(|(name, ..)| [".env", "desktop.ini", "plain.txt"].contains(name)) {
        let (_, link) = sent(&server, &[Source::new(*name, *name)], &LinkTerms::default()).await;
        recipient.look(&link).await;
        let said = said_beside(&recipient, 0).await;
        assert_eq!(said, if name == alone { String::new() } else { format!("saved as “{alone}”") });
        recipient.take().await;
        let (saved_as, content) = recipient.save().await;
        assert_eq!((saved_as.as_str(), content.as_slice()), (*alone, name.as_bytes()));
    }
}

#[tokio::test]
async fn times_in_an_archive_have_the_offset_of_their_own_day() {
    // 2026-01-15T12:00:00Z and 2026-07-15T12:00:00Z, before the years of zip and after them.
    const JANUARY: u64 = 1_768_478_400_000;
    const JULY: u64 = 1_784_116_800_000;
    let _turn = turn().await;
    let server = Server::start().await;
    for (zone, january, july) in [
        ("Europe/Berlin", (13, 0), (14, 0)),
        ("America/Santiago", (9, 0), (8, 0)),
        ("Australia/Lord_Howe", (23, 0), (22, 30)),
        ("Asia/Kathmandu", (17, 45), (17, 45)),
    ] {
        let recipient = Browser::start_in_zone(zone).await;
        let at = |name: &str, millis| Source::new(name, "x").modified_at(millis);
        let files = [at("january", JANUARY), at("july", JULY), at("old", 86_400_000), at("late", 4_386_000_000_000)];
        let package = Package::seal(&files, &Terms::default()).unwrap();
        let secret = server.client().send(&package, &LinkTerms::default()).await.unwrap();
        recipient.look(&format!("{}/s#{}", server.origin(), *secret.to_token())).await;
        recipient.take().await;
        let (_, archive) = recipient.save().await;
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(archive)).unwrap();
        let mut time = |name: &str| {
            let file = archive.by_name(name).unwrap();
            let time = file.last_modified().unwrap();
            (time.year(), time.month(), time.day(), (time.hour(), time.minute()))
        };
        assert_eq!(time("january"), (2026, 1, 15, january), "{zone}");
        assert_eq!(time("july"), (2026, 7, 15, july), "{zone}");
        assert_eq!(time("old").0, 1980, "{zone}");
        assert_eq!(time("late").0, 2107, "{zone}");
    }
}
