//! `cargo xtask pictures`: takes the pictures in `docs/pictures` from the real pages.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use subrosa_tests::browser::Browser;
use subrosa_tests::browser::pages::Choices;
use subrosa_tests::bytes::noise;
use subrosa_tests::server::Server;

#[tokio::main]
async fn main() {
    let server = Server::start().await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/pictures");
    std::fs::create_dir_all(&folder).expect("the repository can be written to");
    let (sender, recipient) = (Browser::start_whole().await, Browser::start_whole().await);
    screen(&sender, 1120, 1000, false).await;
    screen(&recipient, 390, 844, true).await;
    shares(&server, &sender, &recipient, &folder).await;
    pushes(&server, &sender, &recipient, &folder).await;
    links(&server, &sender, &folder).await;
    arabic(&server, &folder).await;
}

async fn shares(server: &Server, sender: &Browser, recipient: &Browser, folder: &Path) {
    sender.open(&server.origin()).await;
    sender.state_of(&["pick"]).await;
    let contents = [("Annual report 2026.pdf", 2_400_000), ("Figures.xlsx", 310_000), ("Interview.mp4", 28_000_000)];
    let files = write(sender, &contents);
    let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    sender.type_into("file-input", &paths.join("\n")).await;
    sender.type_into("note", "The figures for Thursday. Call me if anything is missing.").await;
    sender.type_into("password", "a password that goes by phone").await;
    picture(sender, &folder.join("send.png")).await;

    sender.click("send").await;
    sender.state_of(&["done"]).await;
    picture(sender, &folder.join("sent.png")).await;

    recipient.open(&sender.value("link").await).await;
    recipient.state_of(&["password"]).await;
    recipient.type_into("password", "a password that goes by phone").await;
    recipient.click("open").await;
    recipient.state_of(&["ready"]).await;
    picture(recipient, &folder.join("receive.png")).await;
}

async fn pushes(server: &Server, sender: &Browser, recipient: &Browser, folder: &Path) {
    sender.open(&format!("{}/push", server.origin())).await;
    sender.state_of(&["form"]).await;
    sender.click("generate").await;
    sender.type_into("from", "Ada in accounting").await;
    picture(sender, &folder.join("push.png")).await;

    sender.click("make").await;
    sender.state_of(&["done"]).await;
    recipient.open(&sender.value("link").await).await;
    recipient.state_of(&["ready"]).await;
    recipient.click("reveal").await;
    recipient.click("reveal-confirm").await;
    recipient.state_of(&["revealed"]).await;
    picture(recipient, &folder.join("reveal.png")).await;
}

async fn links(server: &Server, sender: &Browser, folder: &Path) {
    sender.open(&format!("{}/links", server.origin())).await;
    sender.state_of(&["list"]).await;
    picture(sender, &folder.join("links.png")).await;
}

async fn arabic(server: &Server, folder: &Path) {
    let browser = Browser::start_whole().await;
    browser.prefer("ar").await;
    screen(&browser, 390, 844, true).await;
    let files = write(
        &browser,
        &[("التقرير السنوي 2026.pdf", 2_400_000), ("Figures.xlsx", 310_000), ("مقابلة.mp4", 28_000_000)],
    );
    let note = Choices {
        note: Some("أرقام يوم الخميس. اتصل بي إذا كان شيء ناقصًا.".to_owned()), ..Choices::default()
    };
    let link = browser.send(&server.origin(), &files, &note).await;
    browser.look(&link).await;
    picture(&browser, &folder.join("receive-ar.png")).await;
}

fn write(browser: &Browser, contents: &[(&str, usize)]) -> Vec<PathBuf> {
    let write = |(name, len): &(&str, usize)| {
        let path = browser.outbox().join(name);
        std::fs::write(&path, noise(*len, 1)).expect("there is room");
        path
    };
    contents.iter().map(write).collect()
}

async fn screen(browser: &Browser, width: u32, height: u32, mobile: bool) {
    let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
    browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
}

async fn picture(browser: &Browser, path: &Path) {
    // From the top, and when everything has come: the figures of a password, too.
    browser
        .script(
            "document.activeElement.blur();
             scrollTo(0, 0);
             return new Promise((resolve) => setTimeout(resolve, 1_000));",
        )
        .await;
    let taken = browser.devtools("Page.captureScreenshot", json!({ "format": "png" })).await;
    let png = STANDARD.decode(taken["data"].as_str().expect("a screenshot is text")).expect("it is base64");
    std::fs::write(path, png).expect("the repository can be written to");
}
